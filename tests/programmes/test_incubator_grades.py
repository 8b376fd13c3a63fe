"""沪科规〔2020〕7号第十九条第（五）项 as kept: two years of D, one set aside in between, on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import DatabaseError

from models import bar, history
from shixian.casework.cases import open_case, record_act
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Person, Role
from shixian.casework.verify import verify
from shixian.programmes import load
from shixian.programmes.shanghai import incubator
from shixian.rules.calendar import default_calendar
from shixian.rules.decide import Acted
from shixian.rules.periods import parse_day, parse_instant
from shixian.rules.state import Refusal

UNIT, GRADE = "91310115MA1K35JX1M", "sh-incubator-grade-incubator"
EVERYONE = Person("all", "测试", frozenset({Role.OFFICER, Role.SECTION_HEAD}))
BOOKS = LawBooks(load([incubator]), default_calendar())


def at(text: str) -> datetime:
    return parse_instant(text)


def act(engine: Engine, ref: str, when: str, stage: str, verb: str, paper: str = "", **given: object) -> Refusal | None:
    papers = ({"document": paper},) if paper else ()
    acted = Acted(stage, verb, "stcsm", at(when), given, papers, "查明")
    return record_act(engine, ref, acted, person=EVERYONE, now=at(when), books=BOOKS).refusal


def graded_d(engine: Engine, year: int) -> str:
    """The review of that year, published with grade D."""
    ref, facts = f"R{year}", {"carrier": "incubator", "unit_code": UNIT}
    day = f"{year}-05-10"
    found = open_case(
        engine,
        "sh-incubator-annual-review",
        facts,
        day=parse_day(day),
        ref=ref,
        person=EVERYONE,
        now=at(f"{day}T18:00"),
        books=BOOKS,
    )
    assert found.refusal is None
    assert act(engine, ref, f"{year}-05-20T09:00", "evaluate", "evaluate", grade="D") is None
    assert act(engine, ref, f"{year}-05-21T09:00", "publish", "publish") is None
    return ref


def lines(engine: Engine) -> list[tuple[object, ...]]:
    named = (history.c.key, history.c.cycle, history.c.value, history.c.source)
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*named).order_by(history.c.id))]


def test_a_grade_set_aside_in_between_takes_its_consequence_away_and_stays_in_history(database: Engine) -> None:
    first = graded_d(database, 2021)
    assert act(database, first, "2021-09-01T09:00", "rectify", "annul_grade", "annulment", annulled_year="2021") is None
    second = graded_d(database, 2022)
    refusal = act(database, second, "2022-06-01T09:00", "disqualify", "disqualify_d_twice")
    assert refusal is not None and (refusal.code, refusal.clause) == ("not_open", "第十九条")
    assert lines(database) == [
        (GRADE, 2021, "D", first),
        (f"{GRADE}/withdrawn", 2021, "D", first),
        (GRADE, 2022, "D", second),
    ]
    assert verify(database).problems == ()


def test_set_aside_before_the_decision_it_refuses_it_and_says_why(database: Engine) -> None:
    graded_d(database, 2021)
    second = graded_d(database, 2022)
    kept = act(database, second, "2022-06-01T09:00", "disqualify", "keep")
    assert kept is not None and kept.clause == "第十九条第（五）项"
    assert (
        act(database, second, "2022-06-01T10:00", "disqualify", "annul_grade", "annulment", annulled_year="2021")
        is None
    )
    refusal = act(database, second, "2022-06-01T11:00", "disqualify", "disqualify_d_twice")
    assert refusal is not None and refusal.clause == "第十九条第（五）项"
    assert any("记录（D）1项、已撤销1项" in line for line in refusal.compared)
    assert act(database, second, "2022-06-01T12:00", "disqualify", "keep") is None
    with reading(database) as connection:
        assert connection.execute(select(bar)).all() == []
    assert verify(database).problems == ()


def test_history_is_neither_changed_nor_removed_and_a_line_by_hand_does_not_verify(database: Engine) -> None:
    first = graded_d(database, 2021)
    for statement in (update(history).values(value="C"), delete(history)):
        with pytest.raises(DatabaseError), transaction(database) as connection:
            connection.execute(statement)
    with transaction(database) as connection:
        row = connection.execute(select(history)).mappings().one()
        forged = {**row, "id": None, "key": f"{GRADE}/withdrawn", "seq": row["seq"] + 1}
        connection.execute(insert(history), {name: value for name, value in forged.items() if name != "id"})
    assert any(first in problem and "历史" in problem for problem in verify(database).problems)
