"""Every scenario gives, in a database, exactly the report it gives in memory; and the record then verifies."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from models import case_file, refused_opening
from shixian.casework.calls import set_call
from shixian.casework.cases import open_case, record_act, tick_case
from shixian.casework.cohorts import rank
from shixian.casework.cycle import run_cycle
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.nightly import look
from shixian.casework.past import take_over_bar, take_over_history
from shixian.casework.publicity.sealing import HIDDEN, is_token
from shixian.casework.staff.people import THE_SYSTEM, Person, Role
from shixian.casework.store import case_of
from shixian.casework.verify import verify
from shixian.casework.views import events_of
from shixian.rules.decide import Acted
from shixian.rules.errors import NotFound
from shixian.rules.facts import to_stored
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import legal_day, parse_day
from shixian.scenarios import Scenario, read, report, run
from shixian.scenarios.reader import CaseStep, CohortStep
from shixian.scenarios.report import case_report
from tests.liveness.reached import Trace, from_database
from tests.liveness.survey import run_faults

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
FILES = sorted(path for path in SCENARIOS.rglob("*.yaml") if "cases:" in path.read_text("utf-8"))
# On SQLite every scenario; on PostgreSQL every eighth, for it is the SQL that differs there and not the law; and all
# outages, which lengthen a window that was already stored. `POSTGRESQL=all make test ARGS=tests/casework`: every one.
STEP = 1 if os.environ.get("POSTGRESQL") == "all" else 8
CASES = [
    *(pytest.param("sqlite", path, id=f"sqlite-{path.parent.name}-{path.stem}") for path in FILES),
    *(
        pytest.param("postgresql", path, id=f"postgresql-{path.parent.name}-{path.stem}", marks=pytest.mark.postgres)
        for number, path in enumerate(FILES)
        if number % STEP == 0 or "outage" in path.stem
    ),
]
REACHED, REPLAYED = Trace(), set[Path]()
EVERYONE = Person("all", "测试", frozenset({Role.OFFICER, Role.SECTION_HEAD}))
LONG_AFTER = datetime(2100, 1, 1, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_there_are_scenarios() -> None:
    assert FILES, "no scenario to compare: this test would hold nothing"


@pytest.mark.parametrize(("make_database", "path"), CASES, indirect=["make_database"])
def test_the_database_gives_what_the_simulation_gives(database: Engine, path: Path) -> None:
    books = default_books()
    scenario = read(path, books.lifecycles)
    if scenario.calendar_as_of is not None:
        books = LawBooks(books.lifecycles, books.calendar.as_published_at(scenario.calendar_as_of))
    replay(database, scenario, books)
    expected = without(sealed_texts(scenario, books), plain(report(run(scenario, books.lifecycles)), books.lifecycles))
    found = plain(stored_report(database, books), books.lifecycles)
    expected.pop("errors", None)
    assert found.keys() == expected.keys()
    for ref, case in expected.items():
        assert found[ref] == case, ref
    if any(case["events"] for case in expected.values()):
        assert verify(database).problems == ()
    assert look(database, scenario.as_of, now=LONG_AFTER, books=books) == []
    if database.dialect.name == "sqlite":
        REACHED.merge(from_database(database.url.render_as_string(hide_password=False), books.lifecycles))
        REPLAYED.add(path)


def test_whatever_is_declared_is_reached_by_a_run() -> None:
    """Declared is alive, part two: by casework's own functions and the cycle run, not only by the simulation."""
    if set(FILES) - REPLAYED:
        pytest.skip(f"only {len(REPLAYED)} of {len(FILES)} scenarios were replayed in this run of the tests")
    assert run_faults(default_books().lifecycles, REACHED) == []


def replay(engine: Engine, scenario: Scenario, books: LawBooks) -> None:
    """The scenario as people would work it: calls and past, then openings and acts in order, then the last day."""
    for key, cycles in scenario.calls.items():
        for cycle, values in cycles.items():
            for name, value in values.items():
                text = to_stored(value)
                assert isinstance(text, str)
                set_call(engine, key, cycle, name, text, person=EVERYONE, now=LONG_AFTER, books=books)
    for line in scenario.history:
        past = {name: line[name] for name in ("key", "subject", "value")}
        take_over_history(engine, **past, cycle=int(line["cycle"]), source="既往", person=EVERYONE)
    for line in scenario.bars:
        last = parse_day(line["last_day"]) if line.get("last_day") else None
        first = parse_day(line["first_day"])
        told = {name: line[name] for name in ("clause", "text")}
        take_over_bar(engine, line["subject"], line["lifecycle"], first, last, **told, source="既往", person=EVERYONE)
    for step in scenario.steps():
        if isinstance(step, CaseStep):
            when = datetime.combine(step.opened, time(23, 59), SHANGHAI)
            given: dict[str, Any] = {"day": step.opened, "cycle": step.cycle, "ref": step.ref, "books": books}
            open_case(engine, step.programme, step.facts, **given, person=EVERYONE, now=when)
            continue
        if isinstance(step, CohortStep):
            given = {"by": step.by, "day": legal_day(step.at), "now": step.at, "books": books}
            rank(engine, step.programme, step.stage, step.cycle, person=EVERYONE, **given)
            continue
        acted = Acted(step.stage, step.verb, step.by, step.at, step.given, step.documents, step.reason)
        try:
            record_act(engine, step.ref, acted, person=EVERYONE, now=step.at, books=books)
        except NotFound:
            continue  # the simulation notes an error; the test of the scenario itself is elsewhere
    with reading(engine) as connection:
        roots = list(connection.scalars(select(case_file.c.ref).where(case_file.c.parent_ref.is_(None))))
        keys = sorted(connection.scalars(select(case_file.c.lifecycle).distinct()))
    if engine.dialect.name == "sqlite":
        for key in keys:
            run_cycle(engine, key, scenario.as_of, recorded_at=LONG_AFTER, books=books)
        return
    for ref in roots:
        tick_case(engine, ref, scenario.as_of, now=LONG_AFTER, person=THE_SYSTEM, books=books)


def stored_report(engine: Engine, books: LawBooks) -> dict[str, Any]:
    """What `report` says, from the rows."""
    result: dict[str, Any] = {}
    with reading(engine) as connection:
        for row in connection.execute(select(case_file)).mappings().all():
            case = case_of(row, books.lifecycles)
            events = [one.transition for one in events_of(connection, row["id"])]
            result[row["ref"]] = case_report(books.lifecycle(case.lifecycle), case, events)
        for row in connection.execute(select(refused_opening).order_by(refused_opening.c.id)).mappings().all():
            said = {name: row[name] for name in ("code", "because", "clause", "remedy")}
            lists = {name: json.loads(row[name]) for name in ("asks", "compared")}
            if row["source"] is not None:
                said["barred_by"] = row["source"]
            result[row["ref"]] = {
                "programme": row["lifecycle"],
                "status": "refused",
                "stage": "",
                "stages": [],
                "reason": row["code"],
                "clause": row["clause"],
                "deadlines": [],
                "decisions": [],
                "obligations": [],
                "refusals": [{"at": row["legal_day"].isoformat(), "stage": "", "do": "open", **said, **lists}],
                "lists": [],
                "events": [],
            }
    return result


def plain(cases: Mapping[str, Any], lifecycles: Mapping[str, Lifecycle]) -> dict[str, Any]:
    """As JSON, without who recorded it (a scenario has no accounts) and with sealed values hidden in both."""
    result: dict[str, Any] = json.loads(json.dumps(cases, ensure_ascii=False))
    for case in result.values():
        if not isinstance(case, dict):
            continue
        for event in [*case["events"], *case["refusals"], *case["decisions"]]:
            event.pop("person", None)
        for event in case["events"]:
            _hide(event, case["programme"], lifecycles)
    return result


def sealed_texts(scenario: Scenario, books: LawBooks) -> dict[str, set[str]]:
    """The identities that the scenario's people give, by case: casework keeps them out of every message."""
    names = {f.name for one in books.lifecycles.values() for f in one.facts.fields if f.sealed}
    found: dict[str, set[str]] = {}
    for ref, facts in [*((c.ref, c.facts) for c in scenario.cases), *((a.ref, a.given) for a in scenario.acts)]:
        found.setdefault(ref, set()).update({str(facts[name]) for name in names & set(facts)} - {"未知", "无", ""})
    return found


def without(texts: dict[str, set[str]], cases: dict[str, Any]) -> dict[str, Any]:
    """The report with those texts hidden where a refusal repeats them."""
    for ref, hidden in texts.items():
        case = cases.get(ref, {"refusals": [], "events": []})
        for line in [*case["refusals"], *(e for e in case["events"] if e["kind"] == "refused")]:
            for text in hidden:
                line["because"] = line["because"].replace(text, HIDDEN)
                line["compared"] = [one.replace(text, HIDDEN) for one in line["compared"]]
    return cases


def _hide(event: dict[str, Any], programme: str, lifecycles: Mapping[str, Lifecycle]) -> None:
    facts = lifecycles[event["lifecycle"] if event["kind"] == "child_opened" else programme].facts
    if "facts" in event:
        for name, value in event["facts"].items():
            if facts[name].sealed and value not in ("未知", "无"):
                event["facts"][name] = HIDDEN
    elif event["kind"] == "fact_recorded" and facts[event["name"]].sealed:
        event["value"] = HIDDEN


def test_hiding_leaves_nothing_else_out() -> None:
    """The comparison must not hide a difference: only `person` and sealed values are taken out."""
    event = {"kind": "act_recorded", "legal_day": "2021-01-01", "person": "x", "clause": "第一条"}
    case = {"programme": "sh-matching-funds", "events": [event], "refusals": [], "decisions": []}
    assert plain({"A": case}, default_books().lifecycles)["A"]["events"] == [
        {"kind": "act_recorded", "legal_day": "2021-01-01", "clause": "第一条"}
    ]
    assert not is_token(HIDDEN) and replace(EVERYONE, key="y") != EVERYONE and date(2021, 1, 1) < date(2021, 1, 2)
