"""What the evaluation of engineering research centres asked of the engine: the latest record of history however far
back, a fixed day of the cycle's year, and a fixed day that an act may put off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shixian.rules.calendar import default_calendar
from shixian.rules.conditions import unknown_facts
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.errors import DeclarationError
from shixian.rules.facts import NONE, UNKNOWN, FactSet, date_fact, text_fact
from shixian.rules.history import LatestRemembered
from shixian.rules.kinds import submission
from shixian.rules.lifecycle import Goes, Lifecycle, Outcome, Reading
from shixian.rules.periods import Roll
from shixian.rules.register import MemoryRegister
from shixian.rules.state import Case
from shixian.rules.timing import later_of, on_day, set_by_act, yearly
from shixian.rules.validation import validate
from shixian.rules.wording import Wording
from shixian.scenarios import read_text, report, run
from tests.rules.small import PARTY, SMALL

FIXED = Reading(key="fixed", clause="第七条", question="日期", chosen="顺延", because="放假")
LATEST = LatestRemembered("grade", "centre")


def environment(cycle: int, **facts: str) -> CaseEnvironment:
    register = MemoryRegister()
    register.history["grade", "甲", 2015] = ["basic"]
    register.history["grade", "甲", 2018] = ["fail", "medium"]
    register.history["grade", "甲", 2021] = ["basic"]
    register.history["grade", "乙", 2019] = ["good"]
    register.history["other", "甲", 2019] = ["x"]
    law = Law(default_calendar(), register, {})
    declared = replace(SMALL, facts=FactSet((text_fact("centre", "中心", clause="第七条"),)))
    case = Case(ref="A", lifecycle="small", regulation="", encoding="", cycle=cycle, opened=date(2021, 1, 4))
    return CaseEnvironment(declared, case, law, given=dict(facts))


@pytest.mark.parametrize(
    ("cycle", "latest"),
    [(2022, "basic"), (2021, "medium"), (2019, "medium"), (2018, "basic"), (2015, NONE), (2050, "basic")],
)
def test_the_latest_record_is_that_of_the_newest_earlier_cycle_and_its_last(cycle: int, latest: object) -> None:
    assert LATEST.evaluate(environment(cycle, centre="甲")) == latest


def test_without_a_subject_it_asks_or_finds_nothing() -> None:
    assert LATEST.evaluate(environment(2022)) is UNKNOWN
    assert list(unknown_facts(LATEST.equals("fail"), environment(2022))) == ["centre"]
    assert LATEST.evaluate(environment(2022, centre="丙")) is NONE
    none = environment(2022)
    none.given = {"centre": NONE}
    assert LATEST.evaluate(none) is NONE


def test_it_is_told_in_words() -> None:
    assert LATEST.describe(environment(2022, centre="甲")) == "此前最近一次“grade”记录（basic）"
    assert "此前最近一次“grade”记录" in Wording(environment(2022).lifecycle, {}).expression(LATEST)


def test_a_subject_that_is_no_fact_does_not_load() -> None:
    broken = replace(SMALL, stages=(replace(SMALL.stages[0], only_if=LATEST.equals("x")), *SMALL.stages[1:]))
    with pytest.raises(DeclarationError, match="centre"):
        validate(broken)


def putting_off() -> dict[str, Lifecycle]:
    """One stage, due on 1 May of the cycle's year, or on a later day that is stated."""
    stage = submission(
        "file",
        "报送",
        clause="第七条",
        by=PARTY,
        optional=("other_day",),
        within=later_of(
            yearly(5, 1, anchor="cycle", reading="fixed", roll=Roll.NEXT_WORKING_DAY),
            on_day(set_by_act("other_day")),
            clause="第八条",
        ),
        lapse=Goes("missed"),
        extra_outcomes=(Outcome(key="missed", title="未报送", ends_branch=True),),
        ends_branch=True,
    )
    other = date_fact("other_day", "另定日", clause="第八条")
    fields = (*SMALL.facts.fields, other)
    found = replace(SMALL, stages=(stage,), readings=(FIXED,), facts=FactSet(fields), opening_limits=())
    validate(found)
    return {found.key: found}


Due = Callable[[str], Any]


@pytest.fixture
def due() -> Due:
    lifecycles = putting_off()

    def last_day(lines: str) -> Any:
        text = f"programme: small\ncases:\n  A:\n{lines}\nas_of: 2022-06-01\n"
        return report(run(read_text(text, lifecycles), lifecycles))["A"]["deadlines"][0]

    return last_day


def test_the_year_is_that_of_the_cycle_not_of_the_opening(due: Due) -> None:
    found = due("    opened: 2021-12-20\n    cycle: 2022\n    facts: {approved: 2021-12-20}")
    assert found["last_day"] == "2022-05-05"  # 30 April to 4 May 2022 are holidays
    assert found["readings"] == ["fixed"]


@pytest.mark.parametrize(("other", "last_day"), [("2022-05-04", "2022-05-05"), ("2022-05-20", "2022-05-20")])
def test_a_fixed_day_is_put_off_and_never_brought_forward(due: Due, other: str, last_day: str) -> None:
    facts = f"{{approved: 2021-12-20, other_day: {other}}}"
    assert due(f"    opened: 2021-12-20\n    cycle: 2022\n    facts: {facts}")["last_day"] == last_day


def test_such_a_clock_is_told_in_words() -> None:
    found = putting_off()["small"]
    words = Wording(found, {}).timing(found.stages[0].clocks[0].timing)
    assert words.startswith("本年度当年5月1日") and "更晚的，延至该日（第八条）" in words
