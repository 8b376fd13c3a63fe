"""Guards, clocks and consequences in words: by label, never by a name from the code; and no node without words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import get_args

import pytest

from shixian.rules.ages import NewYearsDay
from shixian.rules.computed import Computed
from shixian.rules.conditions import (
    AllOf,
    AnyOf,
    Arithmetic,
    Children,
    Choose,
    Compare,
    Constant,
    Expression,
    Fact,
    Known,
    Later,
    Mark,
    Not,
    OfParent,
    OutcomeOf,
    Parameter,
    Remembered,
    Size,
    fact,
    mark,
    parameter,
    share,
)
from shixian.rules.describe import chart, in_order
from shixian.rules.experts import Commitment, Conflict, Drawn, Shared
from shixian.rules.family import ChildrenWhere, DecidedAmount, DecidedByChildren, LastChild
from shixian.rules.history import LatestRemembered, Standing, StandingAfter
from shixian.rules.lifecycle import Closed, FormulaCall, Goes, OneOf, Spawn, edge
from shixian.rules.money import wan
from shixian.rules.names import First
from shixian.rules.periods import Period, Roll, Unit
from shixian.rules.points import AtMost
from shixian.rules.quota import Left, Quota, Used
from shixian.rules.timing import (
    After,
    Before,
    OnDay,
    QuarterEnd,
    SetByAct,
    SetByCall,
    Timing,
    Yearly,
    YearsFromNewYear,
    days,
    later_of,
    months,
    on_day,
    set_by_act,
    set_by_call,
    yearly,
)
from shixian.rules.wording import Wording, owed
from tests.commands import sample

WORDS = Wording(sample.GRANT, sample.CATALOGUE)

QUOTA = Quota(
    key="quota", clause="第三条", scope=(fact("unit_name"),), at_most=Constant(wan(10)), text="每家每年不超过10万元"
)
POOL = Quota(key="pool", clause="第三条", at_most=fact("granted"), text="总额为限", per_cycle=False)

EXPRESSIONS: list[tuple[Expression, str]] = [
    (Constant(wan(500)), "5,000,000.00元"),
    (Constant(Fraction(3, 4)), "0.75"),
    (Fact("staff"), "研发人员数"),
    (Parameter("notice_length"), "年度通知规定的公示期"),
    (Mark("opened"), "立案日"),
    (Mark("cycle"), "年度"),
    (Mark("award.done"), "“审定”办结之日"),
    (Mark("check.request_correction"), "“形式审查”中要求补正之日"),
    (Compare("＝", OutcomeOf("award"), Constant("approved")), "“审定”的结果为“审核通过”"),
    (Remembered("winner", "unit_name", 1, "一等"), "单位名称1个年度前的“winner”记录数（一等）"),
    (LatestRemembered("winner", "unit_name"), "单位名称此前最近一次“winner”记录"),
    (
        Standing("winner", "unit_name", mark("cycle") - 1, "一等"),
        "单位名称在年度 － 1的“winner”记录中未撤销的项数（一等）",
    ),
    (StandingAfter("winner", "unit_name", fact("approved")), "单位名称在批复日期以后未撤销的“winner”记录数"),
    (Children("sample-objection", "open"), "未结的“异议处理”件数"),
    (OfParent(fact("budget")), "原案件的项目预算"),
    (Later(fact("approved"), Period(2, Unit.MONTHS)), "批复日期之后2个月"),
    (fact("staff") >= 10, "研发人员数 ≥ 10"),
    (fact("grade").equals("A"), "等级为优秀"),
    (fact("staff").equals(True), "研发人员数为是"),
    (fact("staff").differs(True), "研发人员数为否"),
    (fact("grade").is_one_of("A", "B"), "等级为优秀、合格之一"),
    (fact("budget") * share("50%"), "项目预算 × 0.5"),
    ((fact("staff") + 1) * 2, "（研发人员数 ＋ 1） × 2"),
    (Arithmetic("－", fact("staff"), fact("staff") - 1), "研发人员数 － （研发人员数 － 1）"),
    (Size(fact("unit_name")) > 1, "单位名称的项数 ＞ 1"),
    (Known(fact("budget")), "项目预算已查明"),
    (Not(fact("staff") >= 10), "并非（研发人员数 ≥ 10）"),
    (
        AllOf((fact("staff") >= 10, AnyOf((fact("staff") >= 20, fact("budget").is_known)))),
        "研发人员数 ≥ 10，且（研发人员数 ≥ 20，或项目预算已查明）",
    ),
    (
        AnyOf((AllOf((fact("staff") >= 10, fact("budget").is_known)), fact("staff") >= 20)),
        "（研发人员数 ≥ 10，且项目预算已查明），或研发人员数 ≥ 20",
    ),
    (~fact("grade").equals("A"), "等级不为优秀"),
    (~mark("check.request_correction").is_none, "“形式审查”中要求补正之日不为无"),
    (~fact("grade").equals("A") | (fact("staff") >= 10), "等级为优秀的，研发人员数 ≥ 10"),
    (
        AnyOf((~fact("grade").equals("A"), ~fact("kind").equals("new"), fact("staff") >= 10)),
        "等级为优秀，且类别为新申报的，研发人员数 ≥ 10",
    ),
    (fact("budget").is_known & (fact("budget") > wan(1)), "项目预算 ＞ 10,000.00元"),
    (Choose(fact("staff") >= 10, fact("budget"), fact("granted")), "项目预算（研发人员数 ≥ 10时；否则为核定金额）"),
    (DecidedAmount("grant"), "已决定的资助金额"),
    (AtMost(fact("staff"), Constant(10)), "研发人员数（至多计10）"),
    (mark("act") > fact("approved"), "办理日 ＞ 批复日期"),
    (parameter("notice_length").is_none, "年度通知规定的公示期为无"),
    (NewYearsDay(mark("cycle")), "年度的1月1日"),
    (Used(QUOTA), "“每家每年不超过10万元”（按单位名称，每年度至多100,000.00元）的已用额"),
    (Left(POOL), "“总额为限”（累计至多核定金额）的余额"),
    (Shared(fact("unit_name"), fact("kind")).equals(0), "单位名称与类别的共同项数 ＝ 0"),
    (First(fact("unit_name"), 3), "单位名称的前3名"),
    (
        fact("granted") <= Computed(FormulaCall(formula=sample.ceiling, inputs={"budget": fact("budget")})),
        f"核定金额 ≤ {sample.ceiling.title}（按项目预算）",
    ),
    (Commitment(fact("unit_name")), "单位名称的摘要"),
    (
        Drawn(fact("unit_name"), (Conflict("kin", "近亲属", fact("kind"), "第一条"),), fact("staff"), fact("unit_name")),
        "从单位名称中抽取的研发人员数名（近亲属（第一条）除外）",
    ),
]

TIMINGS: list[tuple[Timing, str]] = [
    (
        later_of(months(2).after("approved"), on_day(set_by_act("approved")), clause="第七条"),
        "2个月，自批复日期起；办理时确定的批复日期之日更晚的，延至该日（第七条）",
    ),
    (months(2).after("approved"), "2个月，自批复日期起"),
    (After(Period(5, Unit.DAYS), "opened", Roll.NONE), "5日，自立案日起，逢休息日不顺延"),
    (set_by_call("notice_length").after("publicity.publish"), "年度通知规定的公示期，自“公示”中发布公示之日起"),
    (set_by_act("correction_period").after("opened"), "办理时确定的补正期限，自立案日起"),
    (days(60).before("approved"), "批复日期之前至少60日"),
    (Before(Period(3, Unit.DAYS), "approved", Roll.PREVIOUS_WORKING_DAY), "批复日期之前至少3日，逢休息日提前"),
    (yearly(9, 30, anchor="approved", reading="r"), "批复日期当年9月30日，逢休息日不顺延"),
    (Yearly(9, 30, "approved", "r", next_after_anchor=True), "批复日期当日或之后的首个9月30日，逢休息日不顺延"),
    (YearsFromNewYear(3, "award.done", "r"), "“审定”办结之日次年1月1日起3年，至12月31日，逢休息日不顺延"),
    (QuarterEnd("approved", "r"), "批复日期所在季度的最后一日，逢休息日不顺延"),
    (OnDay(SetByCall("notice_length")), "年度通知规定的公示期之日"),
    (OnDay(SetByAct("approved"), Roll.NEXT_WORKING_DAY), "办理时确定的批复日期之日，逢休息日顺延"),
]


@pytest.mark.parametrize(("node", "words"), EXPRESSIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_expressions(node: Expression, words: str) -> None:
    assert WORDS.expression(node) == words


@pytest.mark.parametrize(("timing", "words"), TIMINGS, ids=lambda value: value if isinstance(value, str) else "")
def test_timings(timing: Timing, words: str) -> None:
    assert WORDS.timing(timing) == words


def test_a_family_in_words() -> None:
    """What the parent asks of its children is said in the children's words, and the other way round."""
    assert WORDS.expression(DecidedByChildren("sample-objection", "sum")) == "“异议处理”累计决定的sum"
    where = ChildrenWhere("sample-objection", fact("handled_on").is_known)
    assert WORDS.expression(where) == "符合“处理日期已查明”的“异议处理”件数"
    last = LastChild("sample-objection", fact("handled_on").is_known, fact("handled_on"))
    assert WORDS.expression(last) == "最后一件“处理日期已查明”的“异议处理”的处理日期"
    child = Wording(sample.CATALOGUE["sample-objection"], sample.CATALOGUE)
    assert child.expression(OfParent(fact("grade").equals("A"))) == "原案件的等级为优秀"
    assert child.anchor("parent.award.done") == "原案件“审定”办结之日"


def kinds(root: type) -> Iterator[type]:
    for kind in root.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_no_node_and_no_timing_is_without_words() -> None:
    told = {type(part) for node, _ in EXPRESSIONS for part in node.walk()}
    told |= {DecidedByChildren, ChildrenWhere, LastChild}
    names = {f"{kind.__module__}.{kind.__name__}" for kind in told}
    # By name: a dataclass with slots leaves the class it was made from behind.
    have = {f"{kind.__module__}.{kind.__name__}" for kind in kinds(Expression)}
    assert {name for name in have if name.startswith("shixian.")} <= names
    assert set(get_args(Timing)) <= {type(timing) for timing, _ in TIMINGS}


def test_what_has_no_words_is_an_error() -> None:
    with pytest.raises(TypeError, match="no words"):
        WORDS.expression(Expression())


def test_lapses() -> None:
    stage = sample.STAGES[1]
    several = OneOf(((fact("staff") >= 10, Goes("passed")),), otherwise=Closed("视为放弃", clause="第三条"))
    assert WORDS.lapse(stage, several) == "研发人员数 ≥ 10的，转入“通过”；其他情形，视为放弃（第三条）"
    window = sample.STAGES[3].window
    assert window is not None and window.objections is not None
    assert WORDS.lapse(stage, Spawn(window.objections)) == "启动“异议处理”，并另计下一年的期限"


def test_stages_come_after_those_they_follow() -> None:
    from dataclasses import replace

    turned = replace(sample.GRANT, stages=tuple(reversed(sample.STAGES)))
    keys = [stage.key for stage in in_order(turned)]
    for stage in turned.stages:
        assert all(keys.index(edge(text)[0]) < keys.index(stage.key) for text in stage.after)
    assert set(keys) == {stage.key for stage in sample.STAGES}


def test_titles_cannot_break_the_chart() -> None:
    from dataclasses import replace

    odd = replace(sample.STAGES[0], title='甲"]; x --> y <b>')
    told = chart(replace(sample.GRANT, stages=(odd, *sample.STAGES[1:])))
    assert 's_filing["甲#quot;]; x --#gt; y #lt;b#gt;<br/>第二条"]' in told


def test_a_debt_is_told_from_the_side_that_acts() -> None:
    assert owed("市财政局", "付", "甲公司") == "市财政局付甲公司"
    assert owed("承担单位", "追", "市财政局") == "市财政局向承担单位追"
