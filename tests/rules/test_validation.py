"""A declaration with a hole in it does not load; the error names module and stage. One negative twin a rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shixian.rules.canonical import encoding
from shixian.rules.conditions import fact, parameter
from shixian.rules.errors import DeclarationError
from shixian.rules.kinds import party_clock, term
from shixian.rules.lifecycle import Closed, Goes, Lifecycle, OneOf, Outcome, Override, Stage
from shixian.rules.periods import Roll
from shixian.rules.timing import days, set_by_call, yearly
from shixian.rules.validation import order, validate
from tests.rules.small import LIFECYCLES, SMALL

KEYS = frozenset(LIFECYCLES)


def stage(key: str, **changes: object) -> Lifecycle:
    """SMALL with one stage changed."""
    changed = tuple(replace(s, **changes) if s.key == key else s for s in SMALL.stages)
    return replace(SMALL, stages=changed)


def of(key: str) -> Stage:
    return SMALL.stage(key)


def clock(key: str, **changes: object) -> Lifecycle:
    first, *rest = of(key).clocks
    return stage(key, clocks=(replace(first, **changes), *rest))


BROKEN = {
    "cycle": (stage("filing", after=("report",)), "filing", "成环"),
    "unknown predecessor": (stage("check", after=("nothing",)), "check", "不存在"),
    "unknown outcome of predecessor": (stage("check", after=("filing:lost",)), "check", "没有结果"),
    "unreachable": (
        replace(SMALL, stages=(*SMALL.stages, replace(of("report"), key="late", after=("filing:waived",), clocks=()))),
        "filing",
        "不能再有后续环节",
    ),
    "unreachable behind a branch that ends": (
        replace(SMALL, stages=(*SMALL.stages, replace(of("report"), key="late", after=("report",), clocks=()))),
        "late",
        "不可到达",
    ),
    "no clause": (stage("check", clause=""), "check", "没有写明条款"),
    "outcome leads nowhere": (
        stage("report", outcomes=(Outcome(key="submitted", title="已提交"),)),
        "report",
        "没有去向",
    ),
    "outcome nobody produces": (
        stage("report", outcomes=(*of("report").outcomes, Outcome(key="x", title="x", ends_branch=True))),
        "report",
        "没有任何行为",
    ),
    "no way out": (stage("report", outcomes=()), "report", "没有任何结果"),
    "lapse nobody handles": (clock("filing", lapse=Goes("gone")), "filing", "无人承接"),
    "term that ends in nothing": (
        stage("report", clocks=(term("第七条", days(3).after("award.done"), OneOf(())),)),
        "report",
        "无人承接",
    ),
    "anchor that does not exist": (
        stage("filing", clocks=(party_clock("第二条", days(3).after("approval")),)),
        "filing",
        "起算点",
    ),
    "parameter not declared": (
        stage("filing", clocks=(party_clock("第二条", set_by_call("length").after("approved")),)),
        "filing",
        "年度通知参数",
    ),
    "fixed day without a reading": (
        stage("filing", clocks=(party_clock("第二条", yearly(9, 30, anchor="approved", reading="none")),)),
        "filing",
        "读法",
    ),
    "guard on an undeclared fact": (stage("check", only_if=fact("colour").equals("红")), "check", "colour"),
    "guard on an undeclared parameter": (stage("check", only_if=parameter("p").equals("x")), "check", "p"),
    "actor not declared": (
        stage("check", by=replace(of("check").by, key="stranger")),
        "check",
        "主体",
    ),
    "supervision that closes": (
        stage("check", clocks=(*of("check").clocks[:1], replace(of("check").clocks[1], lapse=Closed("x")))),
        "check",
        "督办",
    ),
    "clock without clause": (clock("filing", clause=" "), "filing", "没有写明条款"),
    "special rule that matches nothing": (
        replace(SMALL, overrides=(Override(rule="period.last_day", stage="award", clause="第五条", value=Roll.NONE),)),
        "award",
        "没有可替代",
    ),
    "two special rules on one clock": (
        replace(
            SMALL,
            overrides=(
                Override(rule="period.last_day", stage="filing", clause="第二条", value=Roll.NONE),
                Override(rule="period.last_day", stage="filing", clause="第三条", value=Roll.NONE),
            ),
        ),
        "filing",
        "冲突",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_hole_does_not_load(name: str) -> None:
    lifecycle, where, words = BROKEN[name]
    with pytest.raises(DeclarationError) as caught:
        validate(lifecycle, KEYS)
    assert caught.value.stage == where or name == "cycle"
    assert words in str(caught.value) and "tests.rules.small" in str(caught.value)


def test_opened_lifecycle_must_exist() -> None:
    with pytest.raises(DeclarationError, match="small-objection"):
        validate(SMALL, frozenset({"small"}))


def test_the_good_one_loads_in_the_order_of_the_graph() -> None:
    validate(SMALL, KEYS)
    assert order(SMALL) == ["filing", "check", "publicity", "cleared", "award", "report"]


def test_the_encoding_changes_with_a_number_and_not_with_a_note() -> None:
    assert encoding(SMALL) == encoding(replace(SMALL, module="elsewhere"))
    assert encoding(SMALL) == encoding(stage("check", note="说明"))
    assert encoding(SMALL) != encoding(clock("filing", timing=days(61).after("approved")))
    assert encoding(SMALL) != encoding(stage("check", clause="第三十条"))
