"""A laboratory grant with what casework keeps: a party, limits, sealed objectors, instalments, recovery, a yearly duty.

Not a regulation: small enough to follow by hand. Filing within two months, publicity of 5 working days with real-name
objections, an award in two instalments, then a yearly report; a revocation recovers, bars, remembers and is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from shixian.casework.lawbooks import LawBooks
from shixian.rules.calendar import default_calendar
from shixian.rules.conditions import Condition, fact
from shixian.rules.facts import FactSet, money_fact, period_fact, text_fact, unit_code_fact
from shixian.rules.kinds import examination, meeting, notice, office_clock, submission
from shixian.rules.lifecycle import (
    Act,
    Actor,
    Bars,
    Binds,
    CallParameter,
    ClauseNote,
    Clock,
    Closed,
    Decides,
    Effect,
    Integrity,
    Lifecycle,
    Limit,
    Opens,
    Outcome,
    Owes,
    Reading,
    Regulation,
    Remember,
    Spawn,
    Stage,
)
from shixian.rules.timing import days, months, set_by_call, yearly
from shixian.rules.timing import years as calendar_years
from shixian.rules.validation import validate

UNIT = Actor("unit", "申报单位", Binds.PARTY)
OFFICE = Actor("office", "主管部门", Binds.OFFICE)
OBJECTOR = Actor("objector", "异议人", Binds.THIRD)
UNIT_A, UNIT_B, UNIT_C = "913100001322038217", "12310000425006790X", "12310000425006738G"

RULES = Regulation(
    key="lab",
    title="实验室试验办法",
    number="试〔2020〕2号",
    issuers=("试验委员会",),
    issued=date(2020, 6, 1),
    in_force_from=date(2020, 7, 1),
    in_force_to=date(2024, 6, 30),
    clauses=(ClauseNote("第一条", "目的", "exhortation"),),
    force_clause="第九条",
)

REVOKED = Closed(
    "撤销资助",
    reason="revoked",
    clause="第八条",
    consequences=(
        Integrity(clause="第八条", subject="unit_code", ground="提供虚假材料", serious=True),
        Bars(
            clause="第八条",
            subject="unit_code",
            lifecycles=("lab-grant",),
            length=calendar_years(2),
            text="两年内不得申报",
        ),
        Remember(key="revoked", subject="unit_code", value=fact("unit_name"), clause="第八条"),
    ),
)

REPORT = Stage(
    key="report",
    title="年度报告",
    clause="第七条",
    kind="报送",
    by=UNIT,
    after=("award",),
    clocks=(
        Clock(
            clause="第七条",
            timing=yearly(3, 31, anchor="award.done", reading="report-day"),
            binds=Binds.PARTY,
            effect=Effect.TERM_RUN,
            lapse=Spawn(Opens(lifecycle="lab-report", label="report", clause="第七条")),
            key="yearly",
            title="年度报告",
            reading="report-day",
        ),
    ),
    acts=(
        Act(verb="finish", title="结题", by=(OFFICE,), clause="第七条", outcome="finished"),
        Act(
            verb="revoke",
            title="撤销",
            by=(OFFICE,),
            clause="第八条",
            outcome="revoked",
            discretion=True,
            head=True,
            inputs=("recovered",),
            decides=Decides(
                key="recovery",
                title="追回金额",
                clause="第八条",
                amount=fact("recovered"),
                owes=(Owes(payee=fact("unit_name"), debtor="申报单位", clause="第八条", direction="追"),),
            ),
        ),
    ),
    outcomes=(
        Outcome(key="finished", title="结题", clause="第七条", ends_branch=True),
        Outcome(key="revoked", title="撤销", clause="第八条", closes=REVOKED),
    ),
)

GRANT = Lifecycle(
    key="lab-grant",
    title="实验室资助",
    regulation=RULES,
    actors=(UNIT, OFFICE, OBJECTOR),
    facts=FactSet(
        (
            unit_code_fact("unit_code", "统一社会信用代码", clause="第二条", required=True, intake=True),
            text_fact("unit_name", "单位名称", clause="第二条", intake=True),
            text_fact("field", "领域", clause="第三条", intake=True),
            money_fact("granted", "资助金额", clause="第五条"),
            money_fact("recovered", "追回金额", clause="第八条"),
        )
    ),
    parameters=(CallParameter(field=period_fact("notice_length", "公示期", clause="第四条"), why="由年度通知规定"),),
    readings=(
        Reading(key="report-day", clause="第七条", question="3月31日为休息日", chosen="不移动", because="为固定日期"),
    ),
    stages=(
        submission(
            "filing",
            "申报",
            clause="第二条",
            by=UNIT,
            within=months(2).after("opened"),
            lapse=Closed("视为放弃"),
            limits=(
                Limit(key="field_quota", clause="第三条", scope=(fact("field"),), at_most=1, text="每领域每年一项"),
            ),
        ),
        notice(
            "publicity",
            "公示",
            clause="第四条",
            by=OFFICE,
            after=("filing",),
            length=set_by_call("notice_length"),
            objections=Opens(lifecycle="lab-objection", label="objection", clause="第四条"),
            objector=OBJECTOR,
            objection_inputs=("objector_name", "grounds"),
        ),
        meeting(
            "award",
            "审定",
            clause="第五条",
            by=OFFICE,
            after=("publicity",),
            inputs=("granted",),
            decides=Decides(
                key="grant",
                title="资助金额",
                clause="第五条",
                amount=fact("granted"),
                owes=(
                    Owes(payee=fact("unit_name"), debtor="市财政局", clause="第六条"),
                    Owes(payee=fact("unit_name"), debtor="区财政局", clause="第六条", sequence=2),
                ),
            ),
        ),
        REPORT,
    ),
    module="tests.lifecycles",
)

OBJECTION = Lifecycle(
    key="lab-objection",
    title="实验室异议",
    regulation=RULES,
    legal_event="parent",
    child_of="lab-grant",
    facts=FactSet(
        (
            text_fact("objector_name", "异议人姓名", clause="第四条", sealed=True),
            text_fact("grounds", "异议理由", clause="第四条"),
        )
    ),
    actors=(UNIT, OFFICE, OBJECTOR),
    opening=(Condition("real_name", "异议须署真实姓名", fact("objector_name").is_known, "第四条"),),
    stages=(
        examination(
            "handling",
            "异议处理",
            clause="第四条",
            by=OFFICE,
            passed="异议不成立",
            ends_branch=True,
            failed=Closed("异议成立", reason="upheld"),
            clocks=(office_clock("第四条", days(30).after("handling.opened")),),
        ),
    ),
    module="tests.lifecycles",
)

REPORTING = Lifecycle(
    key="lab-report",
    title="年度报告",
    regulation=RULES,
    legal_event="parent",
    child_of="lab-grant",
    facts=FactSet((text_fact("unit_name", "单位名称", clause="第七条"),)),
    actors=(UNIT, OFFICE, OBJECTOR),
    stages=(
        submission(
            "handing_in", "提交报告", clause="第七条", by=UNIT, within=days(30).after("opened"), ends_branch=True
        ),
    ),
    module="tests.lifecycles",
)

LIFECYCLES: Mapping[str, Lifecycle] = {one.key: one for one in (GRANT, OBJECTION, REPORTING)}
for _one in LIFECYCLES.values():
    validate(_one, frozenset(LIFECYCLES))

BOOKS = LawBooks(LIFECYCLES, default_calendar())


def corrected(**changes: object) -> LawBooks:
    """The books after an erratum: the grant with other fields, so with another encoding."""
    return LawBooks({**LIFECYCLES, GRANT.key: replace(GRANT, **changes)}, BOOKS.calendar)  # type: ignore[arg-type]
