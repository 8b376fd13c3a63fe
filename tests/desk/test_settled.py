"""The look and the act agree: clocks that have ended are settled before an act is offered, and nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from models import case_file, event
from shixian.casework.cases import open_case, record_act, tick_case
from shixian.casework.database import reading
from shixian.casework.encodings import store_encodings
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import THE_SYSTEM, Person, Role
from shixian.casework.work import looking
from shixian.desk.config import DeskConfig
from shixian.display.possible import possibilities, possible_now
from shixian.display.settled import settling
from shixian.rules import proceedings
from shixian.rules.decide import Acted
from shixian.rules.lifecycle import SetsBarEnd
from shixian.rules.periods import parse_day, parse_instant
from shixian.rules.validation import validate
from tests.desk.office import open_copy
from tests.lifecycles import BOOKS
from tests.rules.test_engine_integrity import APPLYING, END, barring

EVERYONE = Person("all", "测试", frozenset({Role.OFFICER, Role.SECTION_HEAD}))


def books_with(end: SetsBarEnd) -> LawBooks:
    lifecycles = {found.key: found for found in (barring(end), APPLYING)}
    for found in lifecycles.values():
        validate(found, frozenset(lifecycles))
    return LawBooks(lifecycles, BOOKS.calendar)


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "settled.db"
    shutil.copy(sqlite_template, path)
    found = open_copy(path)
    yield found
    found.dispose()


def events(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(event)) or 0


@pytest.mark.parametrize(("at", "refused"), [("2021-03-11T23:59", True), ("2021-03-12T00:00", False)])
def test_a_bar_that_a_clock_of_another_case_has_ended_no_longer_blocks_the_look(
    engine: Engine, at: str, refused: bool
) -> None:
    """A bars 甲 on 1 March; a clock of A ends the bar on the 11th, 24:00, and no run has looked at A since."""
    books, now = books_with(replace(END, through=True)), parse_instant(at)
    store_encodings(engine, now=parse_instant("2021-02-26T08:00"), lifecycles=books.lifecycles)
    for ref, key, day in (("B", "applying", "2021-02-26"), ("A", "barring", "2021-03-01")):
        given = {"ref": ref, "day": parse_day(day), "person": EVERYONE, "now": parse_instant(f"{day}T09:00")}
        assert open_case(engine, key, {"who": "甲"}, **given, books=books).refusal is None
    bar = Acted("bar", "bar", "office", parse_instant("2021-03-01T09:00"))
    record_act(engine, "A", bar, person=EVERYONE, now=bar.at, books=books)
    before = events(engine)

    with looking(engine, books=books, now=now) as store:  # what the look said when it settled this case alone
        _, alone = possibilities(books.lifecycle("applying"), store.load("B"), store.law, now)
        assert [one.refusal.code for one in alone if one.refusal is not None] == ["barred"]
    with settling(engine, books, now=now) as store:
        why, found = possible_now(store, "B", now)
    (submit,) = [one for one in found if one.verb == "submit"]
    assert why == "" and (submit.refusal is not None and submit.refusal.code == "barred") is refused
    assert events(engine) == before, "a look writes nothing"

    submitted = Acted("apply", "submit", "applicant", now)
    decided = record_act(engine, "B", submitted, person=EVERYONE, now=now, books=books)
    assert (decided.refusal is not None and decided.refusal.code == "barred") is refused, "the act says the same"


@pytest.mark.parametrize("day", ["2021-09-01", "2023-03-01"])
def test_what_is_settled_for_the_look_is_what_a_run_would_record(desk: DeskConfig, day: str) -> None:
    """Every open case of the office, families included: the same progress, after as many events."""
    as_of, now = parse_day(day), parse_instant(f"{day}T09:00")
    with reading(desk.engine) as connection:
        query = select(case_file.c.ref).where(case_file.c.status != "closed").order_by(case_file.c.id)
        refs = list(connection.scalars(query))
    moved = 0
    for ref in refs:
        before = events(desk.engine)
        with settling(desk.engine, desk.books, now=now) as store:
            was = store.load(ref).number
            proceedings.tick(store, ref, as_of)
            settled = store.load(ref)
        assert events(desk.engine) == before
        tick_case(desk.engine, ref, as_of, now=now, person=THE_SYSTEM, books=desk.books)
        with looking(desk.engine, books=desk.books, now=now) as store:
            stored = store.load(ref)
        assert (settled.number, settled.progress) == (stored.number, stored.progress), ref
        moved += settled.number > was
    assert moved > 3, "nothing was due: this held nothing"
