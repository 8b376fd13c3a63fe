"""A small lifecycle with one of everything, for tests of the engine: filing, check with correction, notice with
objections (a child lifecycle), a gate that waits for them, a decision with money, and a silent deadline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shixian.rules.amounts import Amount, rate_of
from shixian.rules.conditions import Children, Condition, fact
from shixian.rules.facts import FactSet, choice_fact, date_fact, money_fact, period_fact, text_fact, yes_no_fact
from shixian.rules.formulas import formula
from shixian.rules.kinds import Correction, examination, gate, meeting, notice, office_clock, party_clock, submission
from shixian.rules.lifecycle import (
    Actor,
    Binds,
    CallParameter,
    ClauseNote,
    Closed,
    Decides,
    Document,
    Extension,
    FormulaCall,
    Lifecycle,
    Limit,
    Opens,
    Outcome,
    Owes,
    Reading,
    Regulation,
)
from shixian.rules.money import Money as Yuan
from shixian.rules.money import Rounding
from shixian.rules.timing import days, months, set_by_call, working_days
from shixian.rules.validation import validate

PARTY = Actor("applicant", "申请单位", Binds.PARTY)
OFFICE = Actor("office", "主管部门", Binds.OFFICE)
PUBLIC = Actor("objector", "异议人", Binds.THIRD)

RULES = Regulation(
    key="small",
    title="试验办法",
    number="试〔2020〕1号",
    issuers=("试验委员会",),
    issued=date(2020, 6, 1),
    in_force_from=date(2020, 7, 1),
    in_force_to=date(2023, 6, 30),
    clauses=(ClauseNote("第一条", "目的", "exhortation"),),
    force_clause="第九条",
)


@formula("上限", clause="第五条", budget="预算")
def ceiling(budget: Yuan) -> Amount:
    return rate_of(budget, "30%", clause="第五条", rounding=Rounding.DOWN)


FACTS = FactSet(
    (
        date_fact("approved", "批复日期", clause="第二条", required=True, intake=True),
        money_fact("budget", "预算", clause="第五条", intake=True),
        choice_fact("kind", "类别", clause="第二条", choices={"a": "甲", "b": "乙"}, intake=True),
        text_fact("unit_name", "单位名称", clause="第二条", intake=True),
        yes_no_fact("sealed_copy", "加盖公章", clause="第二条"),
        money_fact("granted", "核定金额", clause="第五条"),
        period_fact("correction_period", "补正期限", clause="第三条"),
        period_fact("extension_period", "延长期限", clause="第七条"),
    )
)

STAGES = (
    submission(
        "filing",
        "申报",
        clause="第二条",
        by=PARTY,
        documents=(Document("form", "申报表", "第二条"),),
        within=months(2).after("approved"),
        lapse=Closed("视为放弃"),
        waiver="第二条",
    ),
    examination(
        "check",
        "形式审查",
        clause="第三条",
        by=OFFICE,
        after=("filing",),
        conditions=(Condition("sealed", "材料加盖公章", fact("sealed_copy").equals(True), "第三条"),),
        correction=Correction(clause="第三条", by=PARTY, period="correction_period", at_most=1),
        failed=Closed("不予受理", reason="refused"),
        clocks=(office_clock("第三条", working_days(10).after("check.opened")),),
    ),
    notice(
        "publicity",
        "公示",
        clause="第四条",
        by=OFFICE,
        after=("check",),
        length=set_by_call("notice_length"),
        objections=Opens(lifecycle="small-objection", label="objection", clause="第四条"),
        objector=PUBLIC,
        objection_inputs=("grounds",),
    ),
    gate(
        "cleared",
        "异议处理完毕",
        clause="第四条",
        by=OFFICE,
        after=("publicity",),
        ready=Children("small-objection", status="open").equals(0),
    ),
    meeting(
        "award",
        "审定",
        clause="第五条",
        by=OFFICE,
        after=("cleared",),
        inputs=("granted",),
        decides=Decides(
            key="grant",
            title="资助金额",
            clause="第五条",
            amount=fact("granted"),
            ceiling=FormulaCall(formula=ceiling, inputs={"budget": fact("budget")}),
            owes=(Owes(payee=fact("unit_name"), debtor="市财政局", clause="第六条"),),
        ),
        rejected=Closed("不予资助", reason="refused"),
    ),
    submission(
        "report",
        "结题报告",
        clause="第七条",
        by=PARTY,
        after=("award",),
        ends_branch=True,
        clocks=(
            party_clock(
                "第七条",
                days(30).after("award.done"),
                extension=Extension(clause="第七条", by=OFFICE, at_most=1, up_to=days(15)),
            ),
        ),
    ),
)

SMALL = Lifecycle(
    key="small",
    title="试验资助",
    regulation=RULES,
    stages=STAGES,
    facts=FACTS,
    actors=(PARTY, OFFICE, PUBLIC),
    parameters=(
        CallParameter(field=period_fact("notice_length", "公示期限", clause="第四条"), why="办法未规定公示期限"),
    ),
    readings=(Reading(key="example", clause="第五条", question="尾数如何处理", chosen="舍去", because="上限不得超过"),),
    formulas=(ceiling,),
    opening_limits=(Limit(key="one_a", clause="第八条", scope=(fact("kind"),), at_most=2, text="每类每年至多两项"),),
    module="tests.rules.small",
)

OBJECTION = Lifecycle(
    key="small-objection",
    title="试验异议",
    regulation=RULES,
    legal_event="parent",
    child_of="small",
    facts=FactSet((text_fact("grounds", "异议理由", clause="第四条"),)),
    actors=(PARTY, OFFICE, PUBLIC),
    stages=(
        examination(
            "handling",
            "异议处理",
            clause="第四条",
            by=OFFICE,
            passed="异议不成立",
            ends_branch=True,
            failed=Closed("异议成立", reason="upheld"),
            clocks=(office_clock("第四条", days(30).after("parent.publicity.window_end")),),
        ),
    ),
    module="tests.rules.small",
)

LIFECYCLES: Mapping[str, Lifecycle] = {SMALL.key: SMALL, OBJECTION.key: OBJECTION}
NOT_PROCEEDING = Outcome(key="x", title="无去向")

for _lifecycle in LIFECYCLES.values():
    validate(_lifecycle, frozenset(LIFECYCLES))
