"""What the integrity programme asked of the engine: several extensions bounded in all; a bar that ends with its term's
last day, whoever looks; a case that ends with the last stage of its graph."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from shixian.programmes import load
from shixian.programmes.zhejiang import integrity
from shixian.rules.conditions import fact
from shixian.rules.facts import FactSet, text_fact, yes_no_fact
from shixian.rules.kinds import submission, term
from shixian.rules.lifecycle import (
    Act,
    Automatic,
    Bars,
    Consequence,
    Goes,
    Lifecycle,
    Outcome,
    SetsBarEnd,
    Stage,
)
from shixian.rules.periods import Roll
from shixian.rules.timing import After, days
from shixian.rules.validation import validate
from shixian.rules.wording import Wording
from shixian.scenarios import read_text, report, run
from tests.rules.small import OFFICE, PARTY, SMALL


def case(text: str) -> Any:
    module = ModuleType("integrity_under_test")
    declared = integrity.LIFECYCLES
    module.LIFECYCLES = declared  # type: ignore[attr-defined]
    lifecycles = load([module])
    return report(run(read_text(text, lifecycles), lifecycles))["A"]


OBJECTION = """
programme: zj-integrity-objection
cases:
  A:
    opened: 2021-03-01
    facts: {subject: 甲, decision_received: 无, one_unit: 是}
    acts:
      - {at: 2021-03-05T09:00, stage: object, do: submit, by: subject,
         with: {about: listing, objection_ground: 乙, documents: [application, evidence]}}
      - {at: 2021-03-08T09:00, stage: handle, do: accept, by: provider}
      - {at: 2021-03-09T09:00, stage: handle, do: extend, by: head, reason: 丙, with: {handling_extension: 5个工作日}}
      - {at: 2021-03-10T09:00, stage: handle, do: extend, by: head, reason: 丙, with: {handling_extension: MORE}}
      - {at: 2021-03-11T09:00, stage: handle, do: check_provider, by: provider}
as_of: 2021-03-12
"""


@pytest.mark.parametrize(
    ("more", "last_day", "codes"),
    [
        ("10个工作日", "2021-04-06", []),
        ("3个工作日", "2021-03-25", []),
        ("11个工作日", "2021-03-22", ["too_long"]),
        ("1日", "2021-03-22", ["bad_input"]),
    ],
)
def test_extensions_add_up_and_end_at_the_whole(more: str, last_day: str, codes: list[str]) -> None:
    """A later act computes the deadline again: two extensions of different lengths must still both count."""
    found = case(OBJECTION.replace("MORE", more))
    assert [refusal["code"] for refusal in found["refusals"]] == codes
    assert [str(line["last_day"]) for line in found["deadlines"] if line["stage"] == "handle"] == [last_day]


# -- the end of a bar --------------------------------------------------------------------------------------------------

FACTS = FactSet((text_fact("who", "主体", clause="第一条"), yes_no_fact("ready", "可以结束", clause="第一条")))
BAR = Bars(clause="第三条", subject="who", lifecycles=("applying",), length=None, text="不得申报")
END = SetsBarEnd(clause="第四条", subject="who", text="期满")


def lifecycle(key: str, *stages: Stage, **options: Any) -> Lifecycle:
    blank = {"facts": FACTS, "formulas": (), "parameters": (), "readings": (), "opening_limits": (), "party": "who"}
    return replace(SMALL, key=key, stages=stages, **{**blank, **options})


def barring(*ends: SetsBarEnd) -> Lifecycle:
    """Bars, and ten days later ends the bar; then once more, a day after that."""

    def runs(key: str, after: tuple[str, ...], length: int, *consequences: Consequence) -> Stage:
        clock = term("第四条", After(days(length), "opened", Roll.NONE), Goes("over"))
        outcome = Outcome(key="over", title="期满", consequences=consequences)
        return Stage(
            key=key,
            title=key,
            clause="第四条",
            kind="期间",
            by=OFFICE,
            after=after,
            clocks=(clock,),
            outcomes=(outcome,),
        )

    act = Act(verb="bar", title="限制", by=(OFFICE,), clause="第三条", outcome="barred", consequences=(BAR,))
    barred = Outcome(key="barred", title="已限制")
    first = Stage(key="bar", title="限制", clause="第三条", kind="决定", by=OFFICE, acts=(act,), outcomes=(barred,))
    stages = [runs(f"term{n}", (f"term{n - 1}" if n else "bar",), 10 + n, end) for n, end in enumerate(ends)]
    last = replace(stages[-1], outcomes=(replace(stages[-1].outcomes[0], ends_branch=True),))
    return lifecycle("barring", first, *stages[:-1], last, is_application=False)


APPLYING = lifecycle("applying", submission("apply", "申报", clause="第五条", by=PARTY, ends_branch=True))
STORY = """
programme: barring
cases:
  A:
    opened: 2021-03-01
    facts: {who: 甲}
    acts: [{at: 2021-03-01T09:00, stage: bar, do: bar, by: office}]
"""


def opened_on(day: str, *ends: SetsBarEnd) -> Any:
    lifecycles = {found.key: found for found in (barring(*ends), APPLYING)}
    for found in lifecycles.values():
        validate(found, frozenset(lifecycles))
    applies = f"  B: {{programme: applying, opened: {day}, facts: {{who: 甲}}}}\nas_of: {day}\n"
    return report(run(read_text(STORY + applies, lifecycles), lifecycles))


@pytest.mark.parametrize(
    ("through", "day", "status", "last_day"),
    [
        (False, "2021-03-11", "refused", None),
        (False, "2021-03-12", "open", "2021-03-10"),
        (True, "2021-03-11", "refused", None),
        (True, "2021-03-12", "open", "2021-03-11"),
    ],
)
def test_a_bar_ended_by_a_clock_of_another_case_is_ended_for_whoever_asks_the_day_after(
    through: bool, day: str, status: str, last_day: str | None
) -> None:
    """1 March and ten days: the 11th, to 24:00. No run has looked at A; B's opening asks what became of the bar."""
    found = opened_on(day, replace(END, through=through))
    assert found["B"]["status"] == status
    ends = [event["last_day"] for event in found["A"]["events"] if event["kind"] == "bar_end_set"]
    assert ends == ([last_day] if last_day else [])


def test_an_act_too_asks_what_became_of_the_bar() -> None:
    """B was opened before the bar began, and applies while it runs, on its last day, and on the day after."""
    lifecycles = {found.key: found for found in (barring(replace(END, through=True)), APPLYING)}
    applies = """  B:
    programme: applying
    opened: 2021-02-26
    facts: {who: 甲}
    acts:
      - {at: 2021-03-11T23:59, stage: apply, do: submit, by: applicant}
      - {at: 2021-03-12T00:00, stage: apply, do: submit, by: applicant}
as_of: 2021-03-12
"""
    found = report(run(read_text(STORY + applies, lifecycles), lifecycles))["B"]
    assert [refusal["code"] for refusal in found["refusals"]] == ["barred"]
    assert (found["status"], found["outcomes"]) == ("closed", {"apply": "submitted"})


def test_a_bar_that_has_ended_is_not_begun_anew_by_a_second_end() -> None:
    twice = replace(END, through=True)
    found = opened_on("2021-03-13", twice, twice)
    assert [event["last_day"] for event in found["A"]["events"] if event["kind"] in ("barred", "bar_end_set")] == [
        None,
        "2021-03-11",
    ]


def test_the_words_say_when_a_bar_ends() -> None:
    words = Wording(APPLYING)
    assert "当日起解除" in words.consequence(END)
    assert "于当日24时解除" in words.consequence(replace(END, through=True))


# -- the last stage ----------------------------------------------------------------------------------------------------


def test_of_stages_that_end_on_one_day_the_last_of_the_graph_ends_the_case() -> None:
    """`zeta` is done first and its gate `alpha` passes at once: the case ends with `alpha`, though its key is less."""
    done = Outcome(key="done", title="办结", clause="第二条")
    act = Act(verb="end", title="办结", by=(OFFICE,), clause="第二条", outcome="done")
    given: dict[str, Any] = {"title": "办理", "clause": "第二条", "kind": "办理", "by": OFFICE}
    zeta = Stage(key="zeta", acts=(act,), outcomes=(done,), **given)
    gate = Automatic(ready=fact("ready").equals(True), outcome="passed", clause="第三条")
    passed = Outcome(key="passed", title="通过", clause="第三条", ends_branch=True)
    alpha = Stage(key="alpha", after=("zeta",), automatic=gate, outcomes=(passed,), **given)
    found = lifecycle("ending", zeta, alpha)
    text = """
programme: ending
cases:
  A:
    opened: 2021-03-01
    facts: {who: 甲, ready: 是}
    acts: [{at: 2021-03-01T09:00, stage: zeta, do: end, by: office}]
as_of: 2021-03-01
"""
    case = report(run(read_text(text, {"ending": found}), {"ending": found}))["A"]
    assert (case["status"], case["stage"], case["clause"]) == ("closed", "alpha", "第三条")
