"""What an annulled grade and a corrected record asked of the engine: history that is withdrawn and never removed, facts
that consequences rest on, and a clock that stands down when it no longer applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shixian.rules.calendar import default_calendar
from shixian.rules.conditions import Expression, Standing, StandingAfter, fact, mark, unknown_facts
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.facts import NONE, UNKNOWN, FactSet, Value, date_fact, integer_fact, text_fact, yes_no_fact
from shixian.rules.history import withdrawn
from shixian.rules.kinds import office_clock, term
from shixian.rules.lifecycle import (
    Act,
    Actor,
    Bars,
    Binds,
    Closed,
    Goes,
    Lifecycle,
    Outcome,
    Remember,
    Stage,
    Withdraws,
)
from shixian.rules.narrate import event_text
from shixian.rules.register import EVERY, MemoryRegister
from shixian.rules.state import Case
from shixian.rules.timing import on_day, set_by_act, years
from shixian.rules.validation import validate
from shixian.scenarios import read_text, report, run
from tests.rules.small import SMALL

OFFICE = Actor("office", "主管部门", Binds.OFFICE)
FACTS = FactSet(
    (
        text_fact("unit_code", "单位代码", clause="第一条"),
        text_fact("grade", "等次", clause="第一条"),
        text_fact("note", "备注", clause="第一条"),
        integer_fact("year", "年度", clause="第一条"),
        yes_no_fact("short", "是否短期", clause="第一条"),
        yes_no_fact("told", "是否公布", clause="第一条"),
        date_fact("until", "截止日", clause="第一条"),
    )
)
LAST_YEAR = Standing("grade", "unit_code", mark("cycle") - 1, "D")


def act(verb: str, **options: object) -> Act:
    given = {"title": verb, "by": (OFFICE,), "clause": "第二条", **options}
    return Act(verb=verb, **given)  # type: ignore[arg-type]


GRADING = Stage(
    key="grading",
    title="评定",
    clause="第二条",
    kind="评价",
    by=OFFICE,
    only_if=fact("told"),
    acts=(act("grade", inputs=("grade",), outcome="graded"),),
    outcomes=(
        Outcome(
            key="graded",
            title="已评定",
            consequences=(
                Remember(
                    key="grade",
                    subject="unit_code",
                    value=fact("grade"),
                    clause="第三条",
                    only_if=~fact("short").is_none,
                ),
                Bars(
                    clause="第四条",
                    subject="unit_code",
                    lifecycles=(EVERY,),
                    length=years(1),
                    text="不得申报",
                    until="until",
                ),
            ),
        ),
    ),
)
HOLD = Stage(
    key="hold",
    title="存续",
    clause="第五条",
    kind="期间",
    by=OFFICE,
    after=("grading",),
    clocks=(
        term("第五条", on_day(set_by_act("until")), Goes("over"), key="short", only_if=fact("short")),
        term("第五条", years(1).after("grading.done"), Goes("over"), key="long", only_if=~fact("short")),
        office_clock("第五条", years(2).after("grading.done"), key="own", only_if=fact("short")),
    ),
    acts=(
        act(
            "annul",
            inputs=("year",),
            consequences=(
                Withdraws(key="grade", subject="unit_code", cycle=fact("year"), value="D", clause="第六条"),
                Withdraws(
                    key="other",
                    subject="unit_code",
                    cycle=fact("year"),
                    value="D",
                    clause="第六条",
                    only_if=fact("short"),
                ),
            ),
            anew=True,
        ),
        act("close", outcome="over"),
    ),
    outcomes=(Outcome(key="over", title="届满", closes=Closed("届满", reason="expired")),),
)
LIFE = Lifecycle(
    key="graded", title="评价", regulation=SMALL.regulation, facts=FACTS, actors=(OFFICE,), stages=(GRADING, HOLD)
)
ALL: Mapping[str, Lifecycle] = {"graded": LIFE}
# The same without consequences, so that any fact may still be corrected.
LOOSE = replace(
    LIFE,
    stages=(
        replace(
            GRADING,
            only_if=None,
            acts=(act("grade", outcome="graded"),),
            outcomes=(Outcome(key="graded", title="已评定"),),
        ),
        HOLD,
    ),
)


def test_both_are_valid() -> None:
    for one in (LIFE, LOOSE):
        validate(one)


def looking(**facts: Value) -> CaseEnvironment:
    register = MemoryRegister()
    register.history["grade", "甲", 2021] = ["D", "C", "D"]
    register.history[withdrawn("grade"), "甲", 2021] = ["D"]
    case = Case(ref="A", lifecycle="graded", regulation="", encoding="", cycle=2022, opened=date(2022, 1, 4))
    return CaseEnvironment(LIFE, case, Law(default_calendar(), register, {}), given=facts)


@pytest.mark.parametrize(
    ("node", "found"),
    [
        (LAST_YEAR, 1),
        (Standing("grade", "unit_code", fact("year"), "C"), 1),
        (Standing("grade", "unit_code", fact("year") - 1, "D"), 0),
        (Standing("other", "unit_code", fact("year"), "D"), 0),
    ],
)
def test_what_stands_is_what_was_written_less_what_was_withdrawn(node: Expression, found: int) -> None:
    assert node.evaluate(looking(unit_code="甲", year=2021)) == found


def test_it_asks_for_what_it_needs_and_finds_nothing_about_nobody() -> None:
    assert LAST_YEAR.evaluate(looking()) is UNKNOWN
    assert list(unknown_facts(LAST_YEAR >= 1, looking())) == ["unit_code"]
    named = Standing("grade", "unit_code", fact("year"), "D")
    assert named.evaluate(looking(unit_code="甲")) is UNKNOWN
    assert list(unknown_facts(named >= 1, looking(unit_code="甲"))) == ["year"]
    assert named.evaluate(looking(unit_code="甲", year=NONE)) == 0
    assert LAST_YEAR.evaluate(looking(unit_code=NONE)) == 0


def test_it_tells_both_numbers() -> None:
    assert LAST_YEAR.describe(looking(unit_code="甲")).endswith("“grade”记录（D）2项、已撤销1项")
    assert LAST_YEAR.describe().endswith("“grade”记录（D）未撤销的项数")
    assert LAST_YEAR.describe(looking()).endswith("未撤销的项数")


def test_after_a_day_only_withdrawals_of_later_lines_count() -> None:
    env = looking(unit_code="甲", until=date(2021, 3, 10))
    register = env.law.register
    assert isinstance(register, MemoryRegister)
    for day, value, key in (
        (date(2021, 3, 9), "D", "item"),
        (date(2021, 6, 1), "D", "item"),
        (date(2021, 6, 2), "D", "item"),
        (date(2021, 7, 1), "2021-03-09", withdrawn("item")),
        (date(2021, 7, 1), "2021-03-10", withdrawn("item")),
        (date(2021, 7, 2), "2021-06-01", withdrawn("item")),
    ):
        register.dated.append((key, "甲", day, value))
    node = StandingAfter("item", "unit_code", fact("until"))
    assert node.evaluate(env) == 1
    assert node.describe(env).endswith("之后未撤销的“item”记录1项")
    assert node.describe().endswith("未撤销的“item”记录")
    assert node.evaluate(looking(unit_code="甲")) is UNKNOWN
    assert node.evaluate(looking(until=date(2021, 3, 10))) is UNKNOWN
    assert node.evaluate(looking(unit_code=NONE, until=date(2021, 3, 10))) == 0
    assert node.evaluate(looking(unit_code="甲", until=NONE)) == 0


def held(*acts: str, short: str = "否") -> dict[str, Any]:
    lines = "".join(f"    - {{{line}}}\n" for line in acts)
    return report(
        run(
            read_text(
                "programme: graded\ncases:\n  A:\n    opened: 2021-03-01\n"
                f"    facts: {{unit_code: U, short: {short}, told: 是, until: 2021-06-30}}\n    acts:\n"
                "    - {at: 2021-03-01T09:00, stage: grading, do: grade, by: office, with: {grade: D}}\n"
                f"{lines}as_of: 2021-03-05\n",
                ALL,
            ),
            ALL,
        )
    )["A"]


def answer(**facts: str) -> str:
    given = ", ".join(f"{name}: {value}" for name, value in facts.items())
    return f"at: 2021-03-02T09:00, stage: hold, do: answer, by: office, with: {{{given}}}, reason: 更正"


def test_a_withdrawal_is_a_second_line_beside_the_first() -> None:
    found = held("at: 2021-03-02T09:00, stage: hold, do: annul, by: office, with: {year: 2021}")
    lines = [line for line in found["consequences"] if line["kind"] == "remembered"]
    assert [(line["key"], line["cycle"], line["value"], line["clause"]) for line in lines] == [
        ("grade", 2021, "D", "第三条"),
        (withdrawn("grade"), 2021, "D", "第六条"),
    ]
    told = [event_text(LIFE, line) for line in found["events"] if line["kind"] == "remembered"]
    assert told == ["留存记录 grade：U，D（第三条）", "撤销 2021 年度的记录 grade：U，D（原记录保留）（第六条）"]


@pytest.mark.parametrize("name", ["unit_code", "grade", "until", "short", "told"])
def test_a_fact_that_a_consequence_rests_on_is_not_corrected_by_an_answer(name: str) -> None:
    other = {"until": "2022-06-30", "short": "是", "told": "否"}.get(name, "X")
    (refusal,) = held(answer(**{name: other}))["refusals"]
    assert (refusal["code"], refusal["clause"]) == ("settled", "第二条")


def test_said_again_or_resting_on_nothing_it_is() -> None:
    assert held(answer(grade="D"), answer(note="一"), answer(note="二"))["refusals"] == []
    before = "at: 2021-02-01T09:00, stage: grading, do: answer, by: office, with: {told: 是}, reason: 更正"
    assert held(before)["refusals"] == []


def clocks(*acts: str) -> dict[str, tuple[str, str]]:
    lines = "".join(f"    - {{{line}}}\n" for line in acts)
    text = (
        "programme: graded\ncases:\n  A:\n    opened: 2021-03-01\n"
        "    facts: {unit_code: U, until: 2021-06-30}\n    acts:\n"
        "    - {at: 2021-03-01T09:00, stage: grading, do: grade, by: office}\n"
        f"{lines}as_of: 2021-03-05\n"
    )
    law = {"graded": LOOSE}
    found = report(run(read_text(text, law), law))["A"]
    lists = ",".join(item["list"] for item in found["lists"])
    assert lists == ("" if acts else "ask,ask,ask")
    return {line["clock"]: (line["status"], line["last_day"]) for line in found["deadlines"]}


def test_a_clock_that_moves_the_case_stands_down_when_its_guard_no_longer_holds() -> None:
    assert set(clocks().values()) == {("asking", None)}
    assert clocks(answer(short="是")) == {
        "short": ("running", "2021-06-30"),
        "long": ("void", None),
        "own": ("running", "2023-03-01"),
    }
    # An office's own clock loses nothing; it ends with its stage.
    assert clocks(answer(short="是"), answer(short="否")) == {
        "short": ("void", "2021-06-30"),
        "long": ("running", "2022-03-01"),
        "own": ("running", "2023-03-01"),
    }
    again = clocks(answer(short="是"), answer(short="否"), answer(short="是"))
    assert (again["short"], again["long"]) == (("running", "2021-06-30"), ("void", "2022-03-01"))
