"""The cycle run: sets and single cases give the same rows; twice, two at once and cut off change nothing more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text, update

from models import case_file, cycle_run, deadline, effect_claim, event, list_item
from shixian.casework import bulk, cycle
from shixian.casework.database import migrate, open_database, reading, transaction
from shixian.casework.encodings import store_encodings
from shixian.casework.lawbooks import LawBooks
from shixian.casework.store import SqlStore
from shixian.casework.verify import verify
from shixian.rules import proceedings
from shixian.rules.calendar import default_calendar
from shixian.rules.decide import Acted
from shixian.rules.periods import add_days, parse_instant
from tests.rules.small import LIFECYCLES, SMALL

BOOKS = LawBooks(LIFECYCLES, default_calendar())
NOW = datetime(2022, 1, 1, tzinfo=UTC)
START = date(2021, 1, 4)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    yield from fresh(tmp_path / "cycle.db")


def fresh(path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    store_encodings(engine, LIFECYCLES, now=NOW)
    yield engine
    engine.dispose()


def fill(engine: Engine, cases: list[tuple[int, int]]) -> None:
    """Cases by day of approval after START and how far they have come (0 filing, 1 check, 2 notice, 3 report)."""
    with transaction(engine) as connection:
        store = SqlStore(connection, BOOKS, recorded_at=NOW)
        for number, (after, far) in enumerate(cases):
            day, ref = add_days(START, after), f"C{number:04}"
            facts = SMALL.facts.parse({"approved": day.isoformat(), "budget": "100万元", "unit_name": f"单位{number}"})
            proceedings.start(store, SMALL, ref=ref, day=day, cycle=day.year, facts=facts)
            steps = [
                ("filing", "submit", "applicant", {}, ({"document": "form"},)),
                ("check", "answer", "office", {"sealed_copy": "是"}, ()),
                ("check", "pass", "office", {}, ()),
            ][: 1 if far == 1 else 3 if far > 1 else 0]
            for stage, verb, by, facts_given, documents in steps:
                at = parse_instant(f"{add_days(day, 1)}T10:00")
                refusal = proceedings.act(store, ref, Acted(stage, verb, by, at, facts_given, documents)).refusal
                assert refusal is None, refusal


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Everything the record holds, without row numbers."""
    found = {}
    with reading(engine) as connection:
        for table in (case_file, event, deadline, effect_claim, list_item):
            columns = [column for column in table.c if column.name != "id"]
            found[table.name] = sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)
    return found


def one_by_one(engine: Engine, as_of: date) -> None:
    with transaction(engine) as connection:
        store = SqlStore(connection, BOOKS, recorded_at=NOW)
        for ref in connection.execute(select(case_file.c.ref).order_by(case_file.c.ref)).scalars().all():
            proceedings.tick(store, ref, as_of)


# Each example makes two databases: shrinking would take minutes.
@settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    cases=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), min_size=1, max_size=25),
    days=st.lists(st.integers(0, 160), min_size=1, max_size=4),
    chunk=st.sampled_from([1, 3, 5000]),
)
def test_sets_and_single_cases_give_the_same_rows(tmp_path_factory, cases, days, chunk) -> None:
    folder = tmp_path_factory.mktemp("same")
    for sets, singles in zip(fresh(folder / "a.db"), fresh(folder / "b.db"), strict=True):
        fill(sets, cases)
        fill(singles, cases)
        for after in sorted(days):
            cycle.run_cycle(sets, "small", add_days(START, after), recorded_at=NOW, books=BOOKS, chunk=chunk)
            one_by_one(singles, add_days(START, after))
        assert rows(sets) == rows(singles)
        assert verify(sets).problems == ()


def test_sets_are_really_used(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(engine, [(0, 0)] * 7 + [(3, 1)] * 4)
    written: list[int] = []
    real = bulk.taken
    monkeypatch.setattr(bulk, "taken", lambda *a, **k: written.append(real(*a, **k)) or written[-1])
    moves = cycle.run_cycle(engine, "small", date(2021, 6, 1), recorded_at=NOW, books=BOOKS)
    assert sum(written) == 11 and sum(m.moved for m in moves) == 11
    assert {m.stage: dict(m.effects) for m in moves if m.moved} == {
        "filing": {("失权", "第二条"): 7},
        "check": {("督办", "第三条"): 4},
    }


def test_twice_changes_nothing_and_a_dry_run_writes_nothing(engine: Engine) -> None:
    fill(engine, [(0, 0), (5, 1), (9, 0)])
    before = rows(engine)
    dry = cycle.run_cycle(engine, "small", date(2021, 6, 1), recorded_at=NOW, books=BOOKS, dry_run=True)
    assert rows(engine) == before
    wet = cycle.run_cycle(engine, "small", date(2021, 6, 1), recorded_at=NOW, books=BOOKS)
    assert [m.to_json() for m in dry] == [m.to_json() for m in wet]
    after = rows(engine)
    again = cycle.run_cycle(engine, "small", date(2021, 6, 1), recorded_at=NOW, books=BOOKS)
    assert rows(engine) == after and sum(m.moved for m in again) == 0


def test_two_runs_at_once_move_nothing_twice(engine: Engine) -> None:
    fill(engine, [(n % 9, n % 2) for n in range(60)])
    errors: list[BaseException] = []

    def run() -> None:
        try:
            cycle.run_cycle(engine, "small", date(2021, 6, 1), recorded_at=NOW, books=BOOKS, chunk=2)
        except BaseException as error:  # noqa: BLE001 - told to the main thread
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with reading(engine) as connection:
        claims = connection.execute(select(effect_claim.c.case_id)).scalars().all()
    assert len(claims) == 60 and verify(engine).problems == ()


def test_missed_days_are_caught_up_on_their_legal_days(engine: Engine) -> None:
    fill(engine, [(0, 0), (3, 0), (9, 0)])
    cycle.run_cycle(engine, "small", date(2021, 9, 1), recorded_at=NOW, books=BOOKS)
    with reading(engine) as connection:
        days = connection.execute(select(event.c.legal_day).where(event.c.kind == "case_closed")).scalars().all()
    # approved 4, 7, 13 January 2021, plus 2 months: 4 March (Thursday), 7 (a Sunday, so 8), 13 (a Saturday, so 15)
    assert sorted(days) == [date(2021, 3, 4), date(2021, 3, 8), date(2021, 3, 15)]


def test_a_broken_case_is_set_aside_and_the_others_move(engine: Engine) -> None:
    fill(engine, [(0, 0), (1, 0), (2, 0)])
    with transaction(engine) as connection:
        connection.execute(update(case_file).where(case_file.c.ref == "C0001").values(encoding="0" * 64))
    moves = cycle.run_cycle(engine, "small", date(2021, 6, 1), recorded_at=NOW, books=BOOKS)
    (filing,) = [m for m in moves if m.stage == "filing"]
    assert filing.moved == 2 and [ref for ref, _ in filing.set_aside] == ["C0001"] and "编码" in filing.set_aside[0][1]
    waiting = cycle.waiting_for_people(engine, "small")
    assert [(w["ref"], w["list"]) for w in waiting] == [("C0001", "broken")]
    # It stays aside until a person puts it back.
    assert sum(m.due for m in cycle.run_cycle(engine, "small", date(2021, 6, 2), recorded_at=NOW, books=BOOKS)) == 0
    cycle.put_back(engine, "C0001")
    assert sum(m.due for m in cycle.run_cycle(engine, "small", date(2021, 6, 2), recorded_at=NOW, books=BOOKS)) == 1


def test_an_effect_claimed_twice_cannot_commit(engine: Engine) -> None:
    fill(engine, [(0, 0)])
    cycle.run_cycle(engine, "small", date(2021, 6, 1), recorded_at=NOW, books=BOOKS)
    with pytest.raises(Exception, match="(?i)unique|其他人"), transaction(engine) as connection:
        connection.execute(
            text(
                "insert into effect_claim (case_id, stage, clock, round, effect, seq) "
                "select case_id, stage, clock, round, effect, 99 from effect_claim"
            )
        )


def test_runs_are_noted_and_reports_tell_what_is_due(engine: Engine) -> None:
    fill(engine, [(0, 0), (5, 0)])
    ahead = cycle.due_ahead(engine, "small", date(2021, 3, 1), 10)
    assert [row["末日"] for row in ahead] == ["2021-03-04", "2021-03-09"]
    cycle.run_cycle(engine, "small", date(2021, 3, 5), recorded_at=NOW, books=BOOKS)
    with reading(engine) as connection:
        runs = connection.execute(select(cycle_run.c.as_of, cycle_run.c.finished)).all()
    assert runs[0][0] == date(2021, 3, 5) and runs[0][1] is not None
    assert cycle.due_by_stage(engine, "small", date(2021, 3, 10)) == {"filing": 1}
