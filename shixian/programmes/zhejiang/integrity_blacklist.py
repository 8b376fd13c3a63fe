"""第十五条至第二十条, 第二十五条: the list of serious breaches (严重失信名单): notice and defence before listing, a signed
decision, punitive measures, 5 years' disclosure, and removal when three conditions hold together."""

from __future__ import annotations

from shixian.programmes.zhejiang.integrity_measures import MEASURES
from shixian.programmes.zhejiang.integrity_readings import BLACKLIST_READINGS
from shixian.programmes.zhejiang.integrity_terms import (
    BLACKLIST,
    LISTED,
    OBJECTION,
    OBJECTION_RESULT,
    PROVINCE,
    RECEIVED,
    REGULATION,
    REMOVED,
    SERIOUS_BREACHES,
    SUBJECT,
    VETO,
    all_bars_end,
    remembers,
    subject_facts,
    veto_ends,
)
from shixian.rules.conditions import AnyOf, Condition, Expression, fact, lift, mark
from shixian.rules.facts import FactSet, choice_fact, date_fact, money_fact, period_fact, text_fact, yes_no_fact
from shixian.rules.kinds import term
from shixian.rules.lifecycle import (
    Act,
    Closed,
    Document,
    Goes,
    Integrity,
    Lifecycle,
    Opens,
    Outcome,
    Stage,
)
from shixian.rules.periods import Roll
from shixian.rules.timing import After, later_of, on_day, set_by_act, years

VERIFIED, PENDING = "verified", "pending"
TREATMENTS = {
    "penalty": "（一）刑事处罚或行政处罚并正式公告",
    "audit": "（二）审计、纪检监察等部门查处并正式通报",
    "government": "（三）设区市以上政府和行业主管部门查处并以正式文件发布",
    "retraction": "（四）被撤稿，或被取消评审和获奖资格并正式通报",
    "case_decision": "（五）依科研诚信案件调查处理规则处理并正式通报",
    VERIFIED: "（六）经核实并履行告知程序的其它严重违规违纪行为",
    PENDING: "第二款：证据确凿，因客观原因尚未形成正式处理决定",
}

FACTS = FactSet(
    (
        *subject_facts(),
        choice_fact("serious_breach", "严重失信行为", clause="第十一条", choices=SERIOUS_BREACHES, intake=True),
        choice_fact("treatment", "所受处理", clause="第十五条", choices=TREATMENTS, intake=True),
        yes_no_fact("made_public", "已正式公告、通报或发布", clause="第十五条", answered_by=PROVINCE.key),
        yes_no_fact("verified", "已核实", clause="第十五条第（六）项", answered_by=PROVINCE.key),
        yes_no_fact("evidence_conclusive", "线索和证据确凿", clause="第十五条第二款", answered_by=PROVINCE.key),
        yes_no_fact(
            "decision_pending", "因客观原因尚未形成正式处理决定", clause="第十五条第二款", answered_by=PROVINCE.key
        ),
        period_fact("defence_period", "陈述和申辩的期限", clause="第十六条"),
        text_fact("statement", "陈述和申辩", clause="第十六条"),
        text_fact("employer", "所在法人单位", clause="第十五条第三款"),
        money_fact("recovered_funds", "收回的拨付资助经费、结余经费", clause="第二十五条第（二）项"),
        money_fact("recovered_prize", "收回的奖金", clause="第二十五条第（三）项"),
        date_fact("barred_until", "取消资格的截止日", clause="第二十五条第（四）项"),
        date_fact(
            "penalty_until", "行政处罚期限届满日（没有的填无）", clause="第二十条第（二）项", answered_by=PROVINCE.key
        ),
        yes_no_fact(
            "breach_while_listed",
            "列入期内发生其它严重失信行为或严重违法违规违纪行为",
            clause="第二十条第（三）项",
            answered_by=PROVINCE.key,
        ),
        RECEIVED,
    )
)


def treated(*kinds: str) -> Expression:
    return fact("treatment").is_one_of(*kinds)


def is_true(name: str) -> Expression:
    return fact(name).equals(True)


FORMAL = ~treated(VERIFIED, PENDING)
TRIGGERED = (
    Condition("public", "处理已正式公告、通报或发布", AnyOf((~FORMAL, is_true("made_public"))), "第十五条"),
    Condition("verified", "已核实", AnyOf((~treated(VERIFIED), is_true("verified"))), "第十五条第（六）项"),
    Condition(
        "conclusive",
        "证据确凿，且因客观原因尚未形成正式处理决定",
        AnyOf((~treated(PENDING), is_true("evidence_conclusive") & is_true("decision_pending"))),
        "第十五条第二款",
        "by_reference",
    ),
)

TRIGGER = Stage(
    key="trigger",
    title="列入条件",
    clause="第十五条",
    kind="审查",
    by=PROVINCE,
    acts=(
        Act(
            verb="propose",
            title="拟列入严重失信名单",
            by=(PROVINCE,),
            clause="第十五条",
            outcome="proposed",
            inputs=("serious_breach", "treatment"),
            optional=("made_public", "verified", "evidence_conclusive", "decision_pending"),
            conditions=TRIGGERED,
            discretion=True,
            reading="by_reference",
        ),
        Act(
            verb="drop",
            title="不具备列入条件",
            by=(PROVINCE,),
            clause="第十五条",
            outcome="dropped",
            discretion=True,
        ),
    ),
    outcomes=(
        Outcome(key="proposed", title="拟列入", clause="第十五条"),
        Outcome(key="dropped", title="不列入", clause="第十五条", closes=Closed("不具备列入条件", reason="refused")),
    ),
)

PRE_NOTICE = Stage(
    key="pre_notice",
    title="书面告知",
    clause="第十六条",
    kind="告知",
    by=PROVINCE,
    after=("trigger",),
    acts=(
        Act(
            verb="inform",
            title="书面告知理由和依据",
            by=(PROVINCE,),
            clause="第十六条",
            outcome="informed",
            inputs=("defence_period",),
            documents=(Document("written_notice", "告知书（列入的理由和依据）", "第十六条"),),
            reading="defence_period",
        ),
    ),
    outcomes=(Outcome(key="informed", title="已书面告知", clause="第十六条"),),
)

DEFEND = Stage(
    key="defend",
    title="陈述和申辩",
    clause="第十六条",
    kind="申辩",
    by=SUBJECT,
    after=("pre_notice",),
    clocks=(
        term(
            "第十六条",
            set_by_act("defence_period").after("pre_notice.inform"),
            Goes("not_used"),
            title="陈述和申辩",
            reading="defence_period",
        ),
    ),
    acts=(
        Act(
            verb="state",
            title="陈述和申辩",
            by=(SUBJECT,),
            clause="第十六条",
            outcome="heard",
            inputs=("statement",),
        ),
        Act(verb="waive", title="放弃陈述和申辩", by=(SUBJECT,), clause="第十六条", outcome="not_used"),
    ),
    outcomes=(
        Outcome(key="heard", title="已陈述和申辩", clause="第十六条"),
        Outcome(key="not_used", title="未陈述和申辩", clause="第十六条"),
    ),
)

DECIDE = Stage(
    key="decide",
    title="决定书",
    clause="第十五条第三款",
    kind="决定",
    by=PROVINCE,
    after=("defend",),
    acts=(
        Act(
            verb="list",
            title="决定列入严重失信名单",
            by=(PROVINCE,),
            clause="第十五条第三款",
            outcome="listed",
            documents=(Document("decision", "本机关负责人签发的决定书", "第十五条第三款"),),
            head=True,
            consequences=(
                remembers(LISTED, "第十五条"),
                Integrity(clause="第十五条", subject="subject", ground="列入严重失信名单", serious=True),
                VETO,
            ),
        ),
        Act(
            verb="not_list",
            title="决定不列入",
            by=(PROVINCE,),
            clause="第十五条第三款",
            outcome="not_listed",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="listed", title="列入严重失信名单", clause="第十五条第三款"),
        Outcome(
            key="not_listed",
            title="不列入",
            clause="第十五条第三款",
            closes=Closed("决定不列入严重失信名单", reason="refused"),
        ),
    ),
)

NOTIFY = Stage(
    key="notify",
    title="通报",
    clause="第十五条第三款",
    kind="通报",
    by=PROVINCE,
    after=("decide:listed",),
    acts=(
        Act(
            verb="notify_subject",
            title="向责任主体通报",
            by=(PROVINCE,),
            clause="第十五条第三款",
            at_most=1,
        ),
        Act(
            verb="notify_employer",
            title="向所在法人单位通报",
            by=(PROVINCE,),
            clause="第十五条第三款",
            inputs=("employer",),
            at_most=1,
        ),
        Act(
            verb="conclude",
            title="通报完毕",
            by=(PROVINCE,),
            clause="第十五条第三款",
            outcome="notified",
            conditions=(
                Condition("subject", "已向责任主体通报", ~mark("notify.notify_subject").is_none, "第十五条第三款"),
                Condition(
                    "employer",
                    "责任主体为自然人的，已向其所在法人单位通报",
                    fact("subject_kind").equals("unit") | ~mark("notify.notify_employer").is_none,
                    "第十五条第三款",
                ),
            ),
        ),
    ),
    outcomes=(Outcome(key="notified", title="已通报", ends_branch=True),),
)

REVOKE = Act(
    verb="revoke",
    title="凭异议结果撤销列入",
    by=(PROVINCE,),
    clause="第二十八条",
    outcome="revoked",
    documents=(OBJECTION_RESULT,),
    discretion=True,
    head=True,
    reading="objection_upheld",
    consequences=(remembers(REMOVED, "第二十八条"), all_bars_end("第二十八条", "异议成立，撤销列入")),
)
REVOKED = Outcome(
    key="revoked",
    title="撤销列入",
    clause="第二十八条",
    closes=Closed("异议成立，撤销列入", reason="revoked", clause="第二十八条"),
)

PUBLISH = Stage(
    key="publish",
    title="披露",
    clause="第十九条",
    kind="期间",
    by=PROVINCE,
    after=("decide:listed",),
    clocks=(
        term(
            "第十九条",
            later_of(
                After(years(5), "decide.list", Roll.NONE),
                on_day(set_by_act("penalty_until")),
                clause="第二十条第（二）项",
            ),
            Goes("term_over"),
            title="名单披露期",
            reading="term_end",
        ),
    ),
    acts=(
        Act(
            verb="disclose",
            title="通过省公共信用信息平台公开",
            by=(PROVINCE,),
            clause="第二十一条",
            at_most=1,
        ),
        Act(
            verb="raise_objection",
            title="提出异议",
            by=(SUBJECT,),
            clause="第二十八条",
            inputs=("decision_received",),
            opens=Opens(
                lifecycle=OBJECTION,
                label="objection",
                clause="第二十八条",
                facts={
                    **{name: fact(name) for name in ("subject", "subject_name", "subject_kind", "decision_received")},
                    "about": lift("listing"),
                },
            ),
        ),
        REVOKE,
    ),
    outcomes=(Outcome(key="term_over", title="披露期届满", clause="第十九条"), REVOKED),
)

REMOVE = Stage(
    key="remove",
    title="移出名单",
    clause="第二十条",
    kind="决定",
    by=PROVINCE,
    after=("publish",),
    acts=(
        Act(
            verb="remove",
            title="移出严重失信名单并公布",
            by=(PROVINCE,),
            clause="第二十条",
            outcome="removed",
            inputs=("penalty_until", "breach_while_listed"),
            documents=(Document("removal_publication", "移出的公布", "第二十条"),),
            conditions=(
                Condition(
                    "penalty_over",
                    "行政处罚期限已满",
                    fact("penalty_until").is_none | (fact("penalty_until") < mark("act")),
                    "第二十条第（二）项",
                ),
                Condition(
                    "no_breach",
                    "列入期内未发生其它严重失信或严重违法违规违纪行为",
                    fact("breach_while_listed").equals(False),
                    "第二十条第（三）项",
                    "new_breach",
                ),
            ),
            reading="removal_person",
            consequences=(remembers(REMOVED, "第二十条"), veto_ends("第二十条", "移出严重失信名单")),
        ),
        REVOKE,
    ),
    outcomes=(Outcome(key="removed", title="移出严重失信名单", clause="第二十条", ends_branch=True), REVOKED),
    note="条件不具备的维持列入",
)

BLACKLIST_LIFECYCLE = Lifecycle(
    key=BLACKLIST,
    title="严重失信名单",
    regulation=REGULATION,
    actors=(SUBJECT, PROVINCE),
    facts=FACTS,
    readings=BLACKLIST_READINGS,
    stages=(TRIGGER, PRE_NOTICE, DEFEND, DECIDE, NOTIFY, MEASURES, PUBLISH, REMOVE),
    party="subject",
    party_name="subject_name",
    is_application=False,
)
