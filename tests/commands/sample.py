"""A regulation of our own with two lifecycles, for tests of the commands: a little of all that `show` has to say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import shixian.programmes
from shixian.rules.amounts import Amount, capped, marginal, rate_of
from shixian.rules.conditions import Children, Condition, fact
from shixian.rules.facts import (
    FactSet,
    choice_fact,
    date_fact,
    integer_fact,
    money_fact,
    period_fact,
    text_fact,
    unit_code_fact,
)
from shixian.rules.formulas import formula
from shixian.rules.kinds import Correction, examination, gate, meeting, notice, office_clock, party_clock, submission
from shixian.rules.lifecycle import (
    Actor,
    Bars,
    Binds,
    CallParameter,
    ClauseNote,
    Closed,
    Decides,
    Document,
    Extension,
    FormulaCall,
    Integrity,
    Lifecycle,
    Limit,
    Opens,
    Outcome,
    Override,
    Owes,
    Reading,
    Regulation,
)
from shixian.rules.money import Rounding, Yuan, yuan
from shixian.rules.periods import Period, Roll, Unit
from shixian.rules.timing import days, months, set_by_call, working_days, yearly

PARTY = Actor("applicant", "申请单位", Binds.PARTY)
OFFICE = Actor("office", "主管部门", Binds.OFFICE)
PUBLIC = Actor("objector", "异议人", Binds.THIRD)

REGULATION = Regulation(
    key="sample",
    title="试验资金管理办法",
    number="试科〔2020〕1号",
    issuers=("试验委员会", "试验财政局"),
    issued=date(2020, 6, 1),
    in_force_from=date(2020, 7, 1),
    in_force_to=date(2023, 6, 30),
    clauses=(
        ClauseNote("第一条", "目的", "exhortation"),
        ClauseNote("第二条", "申报"),
        ClauseNote("第三条", "审查"),
        ClauseNote("第四条", "公示与异议"),
        ClauseNote("第五条", "金额"),
        ClauseNote("第六条", "拨付"),
        ClauseNote("第七条", "结题"),
        ClauseNote("第八条", "监督检查"),
        ClauseNote("第九条", "施行"),
    ),
    force_clause="第九条",
)


@formula("资助上限", clause="第五条", budget="项目预算", grade="等级")
def ceiling(budget: Yuan, grade: Literal["A", "B"]) -> Amount:
    """第五条: by tiers, at most 100,000 yuan; a B takes half."""
    tiers = marginal(budget, [(1_000_000, "8%"), (None, "5%")], clause="第五条", rounding=Rounding.DOWN, reading="fen")
    whole = tiers if grade == "A" else rate_of(tiers, "50%", clause="第五条", rounding=Rounding.DOWN, reading="fen")
    return capped(whole, yuan(100_000), clause="第五条第二款")


FACTS = FactSet(
    (
        date_fact("approved", "批复日期", clause="第二条", required=True, intake=True),
        money_fact("budget", "项目预算", clause="第五条", intake=True),
        choice_fact("grade", "等级", clause="第五条", choices={"A": "优秀", "B": "合格"}),
        choice_fact("kind", "类别", clause="第二条", choices={"new": "新申报", "renewed": "续报"}, intake=True),
        integer_fact("staff", "研发人员数", clause="第三条"),
        text_fact("unit_name", "单位名称", clause="第二条", intake=True),
        unit_code_fact("unit_code", "统一社会信用代码", clause="第二条"),
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
        limits=(Limit(key="one", clause="第二条", scope=(fact("unit_name"),), at_most=1, text="每单位限报一项"),),
        within=months(2).after("approved"),
        lapse=Closed("视为自动放弃"),
    ),
    examination(
        "check",
        "形式审查",
        clause="第三条",
        by=OFFICE,
        after=("filing",),
        conditions=(Condition("staff", "研发人员不少于10人", fact("staff") >= 10, "第三条"),),
        correction=Correction(clause="第三条", by=PARTY, period="correction_period", at_most=1),
        failed=Closed(
            "不予受理",
            reason="refused",
            consequences=(
                Integrity(clause="第八条", subject="unit_code", ground="弄虚作假", serious=True),
                Bars(
                    clause="第八条",
                    subject="unit_code",
                    lifecycles=("sample-grant",),
                    length=Period(3, Unit.YEARS),
                    text="三年内不得申报",
                ),
            ),
        ),
        clocks=(office_clock("第三条", working_days(10).after("check.opened")),),
    ),
    examination(
        "visit",
        "现场核查",
        clause="第三条",
        by=OFFICE,
        after=("check:passed",),
        only_if=fact("kind").is_one_of("new", "renewed") & fact("budget").is_known,
    ),
    notice(
        "publicity",
        "公示",
        clause="第四条",
        by=OFFICE,
        after=("visit",),
        length=set_by_call("notice_length"),
        objections=Opens(lifecycle="sample-objection", label="objection", clause="第四条"),
        objector=PUBLIC,
        objection_inputs=("grounds",),
        objection_clause="第四条第二款",
    ),
    gate(
        "cleared",
        "异议处理完毕",
        clause="第四条",
        by=OFFICE,
        after=("publicity",),
        ready=Children("sample-objection", status="open").equals(0),
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
            ceiling=FormulaCall(formula=ceiling, inputs={"budget": fact("budget"), "grade": fact("grade")}),
            owes=(Owes(payee=fact("unit_name"), debtor="试验财政局", clause="第六条"),),
        ),
        rejected=Closed("不予资助", reason="refused"),
    ),
    submission(
        "report",
        "结题报告",
        clause="第七条",
        by=PARTY,
        after=("award:approved",),
        ends_branch=True,
        clocks=(
            party_clock(
                "第七条",
                days(30).after("award.done"),
                extension=Extension(clause="第七条", by=OFFICE, at_most=1, up_to=days(15)),
            ),
            party_clock(
                "第七条、《民法典》第二百零三条",
                yearly(12, 31, anchor="award.done", reading="year_end"),
                key="year",
                title="年度报告",
            ),
        ),
    ),
)

GRANT = Lifecycle(
    key="sample-grant",
    title="试验资助",
    regulation=REGULATION,
    stages=STAGES,
    facts=FACTS,
    actors=(PARTY, OFFICE, PUBLIC),
    parameters=(
        CallParameter(field=period_fact("notice_length", "公示期", clause="第四条"), why="第四条未规定公示期长短"),
    ),
    readings=(
        Reading(
            key="fen",
            clause="第五条",
            question="不足一分如何处理",
            chosen="舍去",
            because="不超过上限",
            otherwise="四舍五入",
        ),
        Reading(
            key="year_end",
            clause="第七条",
            question="12月31日逢休息日是否顺延",
            chosen="不顺延",
            because="条文写明日期",
        ),
    ),
    formulas=(ceiling,),
    overrides=(Override(rule="period.last_day", stage="report", clause="第七条", value=Roll.NONE),),
    opening=(Condition("kind", "类别已写明", fact("kind").is_known, "第二条"),),
)

OBJECTION = Lifecycle(
    key="sample-objection",
    title="异议处理",
    regulation=REGULATION,
    stages=(
        gate(
            "handled",
            "处理",
            clause="第四条第三款",
            by=OFFICE,
            ready=fact("handled_on").is_known,
            clocks=(office_clock("第四条第三款", days(30).after("opened")),),
        ),
    ),
    facts=FactSet(
        (
            text_fact("grounds", "异议理由", clause="第四条"),
            date_fact("handled_on", "处理日期", clause="第四条"),
        )
    ),
    actors=(OFFICE, PUBLIC),
    child_of="sample-grant",
    party="grounds",
    party_name="grounds",
)


def ending(lifecycle: Lifecycle) -> Lifecycle:
    """The lifecycle with its last stage ending the case: `gate` itself leaves what follows to its caller."""
    from dataclasses import replace

    last = lifecycle.stages[-1]
    outcomes = (Outcome(key="passed", title="处理完毕", clause=last.clause, ends_branch=True),)
    return replace(lifecycle, stages=(*lifecycle.stages[:-1], replace(last, outcomes=outcomes)))


CATALOGUE: Mapping[str, Lifecycle] = {"sample-grant": GRANT, "sample-objection": ending(OBJECTION)}


def catalogue() -> Mapping[str, Lifecycle]:
    """Stands in for `shixian.programmes.catalogue` in tests."""
    return CATALOGUE


def use(monkeypatch: object) -> None:
    """Let the commands see this regulation alone."""
    monkeypatch.setattr(shixian.programmes, "catalogue", catalogue)  # type: ignore[attr-defined]


SCENARIO = """
title: 第二条逾期，第五条金额
programme: sample-grant
parameters: {notice_length: 5个工作日}
cases:
  A:
    opened: 2020-12-31
    facts: {approved: 2020-12-31, kind: new, unit_name: 甲}
    acts:
      - {at: 2021-03-02T09:00, stage: filing, do: submit, by: applicant, with: {documents: [form]}}
  B:
    opened: 2020-12-31
    facts: {approved: 2020-12-31, kind: new, unit_name: 乙, budget: 100万元, grade: A, staff: '9'}
    acts:
      - {at: 2021-03-01T23:59, stage: filing, do: submit, by: applicant, with: {documents: [form]}}
      - {at: 2021-03-02T09:00, stage: check, do: pass, by: office}
      - {at: 2021-03-02T10:00, stage: check, do: answer, by: office, reason: 更正, with: {staff: '10'}}
      - {at: 2021-03-02T11:00, stage: check, do: pass, by: office}
      - {at: 2021-03-02T12:00, stage: visit, do: pass, by: office}
      - {at: 2021-03-03T09:00, stage: publicity, do: publish, by: office}
      - {at: 2021-03-11T09:00, stage: award, do: approve, by: office, with: {granted: 80000.00元}}
as_of: 2021-04-20
expect:
  A: {status: closed, reason: lapsed, clause: 第二条, source: "2020-12-31 起2个月，末日2021-02-28为星期日，顺延至2021-03-01"}
  B: {stage: report, source: "公示自2021-03-03起5个工作日至2021-03-10；第七条自2021-03-11起30日"}
"""
