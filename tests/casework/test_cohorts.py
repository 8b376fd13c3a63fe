"""Ranking a cohort over stored cases: by a section head, in one transaction, all or none; on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from shixian.casework.cases import open_case, record_act
from shixian.casework.cohorts import rank
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Person
from shixian.casework.verify import verify
from shixian.casework.views import read_case
from shixian.rules.calendar import default_calendar
from shixian.rules.cohort import Ranking
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from shixian.rules.periods import parse_day, parse_instant
from shixian.rules.state import Refusal
from tests.casework.office import AUDITOR, HEAD, OFFICER
from tests.rules.test_engine_complexes import RANKED

BOOKS = LawBooks({"ranked": RANKED}, default_calendar())
NOW = parse_instant("2021-06-02T09:00")


@dataclass(frozen=True, slots=True)
class Round:
    """Ten cases of one class: R00 with 60 points to R09 with 69; `waiting` of them are not scored yet."""

    engine: Engine

    def open(self, number: int, cycle: int = 2021) -> None:
        facts = {"name": f"R{number:02}-{cycle}", "class": "x", "ranks": "是"}
        options: dict[str, Any] = {"day": parse_day("2021-01-04"), "cycle": cycle, "ref": f"R{number:02}-{cycle}"}
        open_case(self.engine, "ranked", facts, person=OFFICER, now=NOW, books=BOOKS, **options)
        self.act(number, cycle, "filing", "submit", "applicant")

    def score(self, number: int, points: int, cycle: int = 2021) -> None:
        self.act(number, cycle, "score", "score", "office", {"base": str(points), "extra": "0"})

    def act(self, number: int, cycle: int, stage: str, verb: str, by: str, given: dict[str, str] | None = None) -> None:
        acted = Acted(stage, verb, by, parse_instant("2021-03-01T09:00"), given or {})
        decided = record_act(self.engine, f"R{number:02}-{cycle}", acted, person=OFFICER, now=NOW, books=BOOKS)
        assert decided.refusal is None, decided.refusal

    def rank(self, day: str = "2021-06-01", person: Person = HEAD, **options: Any) -> Ranking | Refusal:
        given: dict[str, Any] = {"by": "office", "cycle": 2021, "stage": "rank"} | options
        stage, cycle, by = given.pop("stage"), given.pop("cycle"), given.pop("by")
        return rank(
            self.engine, "ranked", stage, cycle, by=by, day=parse_day(day), person=person, now=NOW, books=BOOKS, **given
        )

    def events(self, ref: str) -> list[str]:
        return [event.kind for event in read_case(self.engine, ref).events]


@pytest.fixture
def cases(database: Engine) -> Round:
    found = Round(database)
    for number in range(10):
        found.open(number)
    for number in range(9):
        found.score(number, 60 + number)
    return found


def test_all_or_none(cases: Round) -> None:
    before = {f"R{n:02}-2021": cases.events(f"R{n:02}-2021") for n in range(10)}
    waits = cases.rank()
    assert isinstance(waits, Refusal) and waits.code == "cohort_waits" and waits.clause == "第五条"
    after = {ref: cases.events(ref) for ref in before}
    assert after == before | {"R09-2021": [*before["R09-2021"], "refused"]}  # only who is missing has it on record
    cases.score(9, 69)
    found = cases.rank(stage="末10%")
    assert isinstance(found, Ranking) and found.inside == {"R00-2021"}
    for number in range(10):
        view = read_case(cases.engine, f"R{number:02}-2021")
        assert view.progress.stage("rank").outcome == ("last" if number == 0 else "others")
        decided = [event for event in view.events if event.kind == "decided"][-1]
        assert (decided.actor, decided.person, str(decided.legal_day)) == ("office", HEAD.key, "2021-06-01")
        assert decided.recorded_at == NOW and decided.data["place"] == 10 - number
        assert [row["key"] for row in view.decisions] == ["total", "rank.ranking"]
    assert verify(cases.engine).problems == ()


def test_ranking_twice_changes_nothing(cases: Round) -> None:
    cases.score(9, 69)
    assert isinstance(cases.rank(), Ranking)
    before = {n: cases.events(f"R{n:02}-2021") for n in range(10)}
    again = cases.rank()
    assert isinstance(again, Refusal) and again.code == "cohort_ranked"
    assert {n: cases.events(f"R{n:02}-2021") for n in range(10)} == before


def test_another_cycle_is_another_cohort(cases: Round) -> None:
    cases.score(9, 69)
    cases.open(0, cycle=2022)
    assert isinstance(cases.rank(), Ranking)
    nobody = cases.rank(cycle=2020)
    assert isinstance(nobody, Refusal) and nobody.code == "cohort_empty"
    waits = cases.rank(cycle=2022)
    assert isinstance(waits, Refusal) and waits.code == "cohort_waits" and "R00-2022" in waits.because


def test_a_dry_run_tells_and_writes_nothing(cases: Round) -> None:
    assert isinstance(cases.rank(dry_run=True), Refusal)
    cases.score(9, 69)
    before = {n: cases.events(f"R{n:02}-2021") for n in range(10)}
    found = cases.rank(dry_run=True)
    assert isinstance(found, Ranking) and found.inside == {"R00-2021"}
    assert {n: cases.events(f"R{n:02}-2021") for n in range(10)} == before
    assert "refused" not in before[9]


@pytest.mark.parametrize("person", [OFFICER, AUDITOR])
def test_only_a_section_head_ranks(cases: Round, person: Person) -> None:
    with pytest.raises(NotPermitted, match="作出审批"):
        cases.rank(person=person)


def test_slips_are_told_and_not_recorded(cases: Round) -> None:
    with pytest.raises(NotFound, match="score") as wrong:
        cases.rank(stage="score")
    assert "rank 末10%" in (wrong.value.remedy or "")
    with pytest.raises(CaseworkError, match="晚于"):
        cases.rank(day="2021-06-03")
    assert "refused" not in cases.events("R09-2021")
