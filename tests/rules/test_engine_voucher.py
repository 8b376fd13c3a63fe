"""Money quotas across cases, and the last day of a quarter: pieces of the engine that the voucher scheme brought."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shixian.rules.calendar import default_calendar
from shixian.rules.conditions import Expression, fact, lift, parameter
from shixian.rules.decide import Acted, decide, open_case
from shixian.rules.environment import Law
from shixian.rules.errors import DeclarationError
from shixian.rules.facts import FactSet, money_fact, text_fact
from shixian.rules.kinds import gate, reminder
from shixian.rules.lifecycle import (
    Act,
    Automatic,
    CallParameter,
    Decides,
    Lifecycle,
    Outcome,
    Reading,
    Stage,
)
from shixian.rules.money import wan
from shixian.rules.periods import Roll, parse_instant
from shixian.rules.quota import Left, Quota, Used
from shixian.rules.register import MemoryRegister
from shixian.rules.timing import QuarterEnd
from shixian.rules.validation import validate
from shixian.scenarios import read_text, report, run
from tests.rules.small import OFFICE, RULES, SMALL

READING = Reading(key="choice", clause="第三条", question="?", chosen="!", because="条文未定")
PER_UNIT = Quota(key="unit", clause="第三条", scope=(fact("unit_name"),), at_most=lift(wan(10)), text="每家10万元")
POOL = Quota(key="pool", clause="第四条", at_most=parameter("budget"), text="总额为限", reading="choice")


def programme(*draws: Quota, after: tuple[Stage, ...] = ()) -> dict[str, Lifecycle]:
    """One stage in which an amount is stated and drawn, and whatever stages follow."""
    grant = Act(
        verb="grant",
        title="给予",
        by=(OFFICE,),
        clause="第五条",
        outcome="granted",
        inputs=("granted",),
        decides=Decides(key="grant", title="资助", clause="第五条", amount=fact("granted"), draws=draws),
    )
    outcome = Outcome(key="granted", title="已给予", ends_branch=not after)
    stage = Stage(
        key="award", title="资助", clause="第五条", kind="决定", by=OFFICE, acts=(grant,), outcomes=(outcome,)
    )
    made = Lifecycle(
        key="drawing",
        title="额度试验",
        regulation=RULES,
        actors=(OFFICE,),
        facts=FactSet(
            (
                text_fact("unit_name", "单位名称", clause="第三条", intake=True),
                money_fact("granted", "金额", clause="第五条"),
            )
        ),
        parameters=(CallParameter(field=money_fact("budget", "预算", clause="第四条"), why="由年度通知规定"),),
        readings=(READING,),
        stages=(stage, *after),
        module="tests.rules.test_engine_voucher",
    )
    validate(made)
    return {made.key: made}


def simulate(lifecycles: dict[str, Lifecycle], cases: str, parameters: str = "{budget: 15万元}") -> Any:
    text = f"programme: drawing\nparameters: {parameters}\ncases:\n{cases}\nas_of: 2022-12-30\n"
    return report(run(read_text(text, lifecycles), lifecycles))


def one(ref: str, unit: str, amount: str, day: str = "2021-03-01", hour: int = 9) -> str:
    line = f"{{at: {day}T{hour:02}:00, stage: award, do: grant, by: office, with: {{granted: {amount}}}}}"
    return f"  {ref}: {{opened: {day}, facts: {{unit_name: {unit}}}, acts: [{line}]}}"


def drawn(found: Any, ref: str) -> list[tuple[str, str, int, int, int]]:
    lines = [line for line in found[ref]["consequences"] if line["kind"] == "quota_drawn"]
    return [(line["quota"], line["scope"], line["before"], line["fen"], line["at_most"]) for line in lines]


def test_draws_follow_each_other_within_scope_and_cycle_and_stop_at_the_quota() -> None:
    cases = [
        one("A", "甲", "6万元", hour=9),
        one("B", "乙", "6万元", hour=10),
        one("C", "甲", "4万元", hour=11),  # 甲 would reach its 10 万元, but only 3 万元 of the pool are left
        one("D", "甲", "3万元", hour=12),
        one("E", "丙", "1分", hour=13),
        one("F", "甲", "0.01元", day="2022-03-01"),
    ]
    cases[4] = one("E", "丙", "0.01元", hour=13)
    found = simulate(programme(PER_UNIT, POOL), "\n".join(cases))
    wan_fen = 1_000_000
    ten, all_of_it = 10 * wan_fen, 15 * wan_fen
    assert drawn(found, "A") == [("unit", "甲|2021", 0, 6 * wan_fen, ten), ("pool", "2021", 0, 6 * wan_fen, all_of_it)]
    assert drawn(found, "B")[1] == ("pool", "2021", 6 * wan_fen, 6 * wan_fen, all_of_it)
    refused = found["C"]["refusals"][0]
    assert (refused["code"], refused["clause"]) == ("quota", "第四条") and "〔读法 choice〕" in refused["compared"][0]
    assert drawn(found, "C") == [] and found["C"]["decisions"] == []
    assert [line[2:4] for line in drawn(found, "D")] == [(6 * wan_fen, 3 * wan_fen), (12 * wan_fen, 3 * wan_fen)]
    assert found["E"]["refusals"][0]["because"] == "总额为限，已无余额"
    assert drawn(found, "F") == [("unit", "甲|2022", 0, 1, ten), ("pool", "2022", 0, 1, all_of_it)]


def test_a_quota_for_ever_does_not_start_anew() -> None:
    cases = "\n".join([one("A", "甲", "10万元"), one("B", "甲", "1元", day="2022-03-01")])
    found = simulate(programme(replace(PER_UNIT, per_cycle=False)), cases)
    assert drawn(found, "A")[0][1] == "甲" and found["B"]["refusals"][0]["code"] == "quota"


def test_zero_draws_nothing() -> None:
    found = simulate(programme(PER_UNIT), one("A", "甲", "0元"))
    assert found["A"]["decisions"][0]["fen"] == 0 and drawn(found, "A") == []


def test_what_is_not_known_is_asked_and_nothing_is_drawn() -> None:
    nameless = one("A", "未知", "1元")
    found = simulate(programme(PER_UNIT), nameless)["A"]["refusals"][0]
    assert (found["code"], found["clause"], found["asks"]) == ("unknown", "第三条", ["unit_name"])
    found = simulate(programme(POOL), one("A", "甲", "1元"), parameters="{2022: {budget: 1元}}")["A"]["refusals"][0]
    assert (found["code"], found["clause"], found["asks"]) == ("unknown", "第四条", ["call:budget"])


def test_a_quota_lowered_below_what_was_drawn_has_nothing_left() -> None:
    lifecycles = programme(POOL)
    lifecycle = lifecycles["drawing"]
    register = MemoryRegister(draws={("pool", "2021"): 500})
    law = Law(default_calendar(), register, lifecycles, {"drawing": {2021: {"budget": wan(0)}}})
    case = opened(lifecycle, law)
    refusal = granted(lifecycle, case, law, "0.01元").refusal
    assert refusal is not None and refusal.code == "quota"


def opened(lifecycle: Lifecycle, law: Law) -> Any:
    facts = lifecycle.facts.parse({"unit_name": "甲"})
    return open_case(lifecycle, ref="A", day=date(2021, 3, 1), cycle=2021, facts=facts, law=law, encoding="e").case


def granted(lifecycle: Lifecycle, case: Any, law: Law, amount: str) -> Any:
    acted = Acted("award", "grant", "office", parse_instant("2021-03-01T09:00"), {"granted": amount})
    return decide(lifecycle, case, acted, law)


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        (Left(PER_UNIT).equals(lift(wan(4))), "passed"),
        (Used(PER_UNIT).equals(lift(wan(6))), "passed"),
        (Left(PER_UNIT).equals(lift(wan(10))), None),
    ],
)
def test_a_gate_opened_by_the_same_act_sees_what_the_act_has_drawn(test: Expression, outcome: str | None) -> None:
    stage = gate("left", "余额", clause="第三条", by=OFFICE, after=("award",), ready=test)
    stage = replace(stage, outcomes=(replace(stage.outcomes[0], ends_branch=True),))
    assert isinstance(stage.automatic, Automatic)
    lifecycles = programme(PER_UNIT, after=(stage,))
    law = Law(default_calendar(), MemoryRegister(), lifecycles)
    decided = granted(lifecycles["drawing"], opened(lifecycles["drawing"], law), law, "6万元")
    assert decided.case.progress.stage("left").outcome == outcome
    assert "register" in decided.looked, "cases that looked at a quota never move in sets"


@pytest.mark.parametrize(
    ("quotas", "match"),
    [
        ((PER_UNIT, PER_UNIT), "两次使用额度"),
        ((replace(PER_UNIT, scope=(fact("nobody"),)),), "nobody"),
        ((replace(POOL, at_most=parameter("nothing")),), "nothing"),
        ((replace(POOL, reading="unsaid"),), "unsaid"),
        ((replace(POOL, clause=""),), "条款"),
    ],
)
def test_a_quota_with_a_hole_in_it_does_not_load(quotas: tuple[Quota, ...], match: str) -> None:
    with pytest.raises(DeclarationError, match=match):
        programme(*quotas)


QUARTERS = [(1, "03-31"), (2, "03-31"), (3, "03-31"), (4, "06-30"), (5, "06-30"), (6, "06-30")]
QUARTERS += [(7, "09-30"), (8, "09-30"), (9, "09-30"), (10, "12-31"), (11, "12-31"), (12, "12-31")]


def quarterly(timing: QuarterEnd, approved: str) -> Any:
    filing = replace(SMALL.stages[0], clocks=(reminder("第二条", timing, title="季末"),))
    outcomes = tuple(replace(outcome, ends_branch=outcome.closes is None) for outcome in filing.outcomes)
    small = replace(
        SMALL, stages=(replace(filing, outcomes=outcomes),), readings=(READING,), opening_limits=(), formulas=()
    )
    validate(small)
    text = f"programme: small\ncases: {{A: {{opened: {approved}, facts: {{approved: {approved}}}}}}}\nas_of: {approved}"
    return report(run(read_text(text, {"small": small}), {"small": small}))["A"]["deadlines"][0]


@pytest.mark.parametrize(("month", "last"), QUARTERS)
@pytest.mark.parametrize("day", ["01", "28"])
def test_the_last_day_of_the_quarter(month: int, last: str, day: str) -> None:
    found = quarterly(QuarterEnd("approved", "choice"), f"2021-{month:02}-{day}")
    assert found["last_day"] == f"2021-{last}" and found["readings"] == ["choice"]


def test_the_last_day_itself_is_still_in_the_quarter_and_rolls_only_when_told() -> None:
    assert quarterly(QuarterEnd("approved", "choice"), "2022-12-31")["last_day"] == "2022-12-31"  # a Saturday
    # 1 and 2 January 2023 are the New Year's holiday, so the next working day is the 3rd.
    rolled = quarterly(QuarterEnd("approved", "choice", Roll.NEXT_WORKING_DAY), "2022-12-31")
    assert rolled["last_day"] == "2023-01-03"


def test_the_end_of_a_quarter_names_its_reading() -> None:
    with pytest.raises(DeclarationError, match="unsaid"):
        quarterly(QuarterEnd("approved", "unsaid"), "2021-03-01")
