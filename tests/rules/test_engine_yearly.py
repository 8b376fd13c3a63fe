"""Fixed days of the year: which year a day belongs to, and duties that recur year after year."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shixian.rules.kinds import office_clock, term
from shixian.rules.lifecycle import Act, Binds, Lifecycle, Opens, Outcome, Reading, Spawn, Stage
from shixian.rules.periods import Roll
from shixian.rules.timing import Yearly
from shixian.rules.validation import validate
from shixian.scenarios import read_text, report, run
from tests.rules.small import OBJECTION, OFFICE, SMALL

FIXED = Reading(key="fixed", clause="第七条", question="日期", chosen="不移动", because="写明的日期")


def duty(clock: Any) -> dict[str, Lifecycle]:
    """The small lifecycle with one stage that carries the clock, and its child."""
    stage = Stage(
        key="duty",
        title="执行",
        clause="第七条",
        kind="期间",
        by=OFFICE,
        clocks=(clock,),
        acts=(
            Act(verb="note", title="登记", by=(OFFICE,), clause="第七条"),
            Act(verb="end", title="结束", by=(OFFICE,), clause="第七条", outcome="ended"),
        ),
        outcomes=(Outcome(key="ended", title="结束", ends_branch=True),),
    )
    parent = replace(SMALL, stages=(stage,), readings=(FIXED,), opening_limits=())
    found = {parent.key: parent, OBJECTION.key: OBJECTION}
    for lifecycle in found.values():
        validate(lifecycle, frozenset(found))
    return found


def case(lifecycles: dict[str, Lifecycle], opened: str, acts: list[str], as_of: str) -> Any:
    lines = "\n".join(f"      - {{at: {at}T09:00, stage: duty, do: note, by: office}}" for at in acts)
    text = f"""
programme: small
cases:
  A:
    opened: {opened}
    facts: {{approved: {opened}}}
    acts:
{lines or "      []"}
as_of: {as_of}
"""
    return report(run(read_text(text, lifecycles), lifecycles))


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("2021-09-29", "2021-09-30"),
        ("2021-09-30", "2021-09-30"),  # on or after: the day itself still counts
        ("2021-10-01", "2022-09-30"),
    ],
)
def test_the_next_such_day_may_be_the_anchor_itself(opened: str, expected: str) -> None:
    lifecycles = duty(office_clock("第七条", Yearly(9, 30, "duty.opened", "fixed", next_after_anchor=True)))
    (deadline,) = case(lifecycles, opened, [], opened)["A"]["deadlines"]
    assert deadline["last_day"] == expected


def yearly_child(month: int, day: int, roll: Roll = Roll.NONE) -> dict[str, Lifecycle]:
    opens = Opens(lifecycle="small-objection", label="check", clause="第七条")
    clock = term(
        "第七条", Yearly(month, day, "duty.opened", "fixed", roll), Spawn(opens), key="check", binds=Binds.OFFICE
    )
    return duty(clock)


@pytest.mark.parametrize("acts", [[], ["2022-02-01"], ["2022-02-01", "2022-02-02", "2022-12-31", "2023-01-01"]])
def test_a_yearly_duty_comes_once_a_year_whatever_else_is_done(acts: list[str]) -> None:
    found = case(yearly_child(12, 31), "2021-06-01", acts, "2023-02-01")
    assert [found[ref]["opened"] for ref in found["A"]["children"]] == ["2021-12-31", "2022-12-31"]
    (deadline,) = found["A"]["deadlines"]
    assert (deadline["last_day"], deadline["status"], deadline["readings"]) == ("2023-12-31", "running", ["fixed"])


@pytest.mark.parametrize("acts", [[], ["2023-02-01"]])
def test_a_roll_over_new_year_does_not_lose_a_year(acts: list[str]) -> None:
    # 2022-12-31 is a rest day and moves to 2023-01-03; 2023-12-31 (a Sunday) to 2024-01-02.
    found = case(yearly_child(12, 31, Roll.NEXT_WORKING_DAY), "2022-06-01", acts, "2023-06-01")
    assert [found[ref]["opened"] for ref in found["A"]["children"]] == ["2023-01-03"]
    assert found["A"]["deadlines"][0]["last_day"] == "2024-01-02"
