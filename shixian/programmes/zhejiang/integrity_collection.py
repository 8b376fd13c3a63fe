"""第二章, 第十八条: one item of integrity information, from its formation to the end of its storage and disclosure.

30 days to hand it in; classed as basic, general breach, serious breach or honour; kept and disclosed for 3 or 5 years,
a serious one at least until its subject has left the list. A repair (第三十条) shortens the disclosure alone.
"""

from __future__ import annotations

from shixian.programmes.zhejiang.integrity_facts import FACTS, UPLOADED
from shixian.programmes.zhejiang.integrity_readings import COLLECTION_READINGS
from shixian.programmes.zhejiang.integrity_terms import (
    BLACKLIST,
    COLLECTION,
    OBJECTION,
    OBJECTION_RESULT,
    OFF_LIST,
    PROVIDER,
    PROVINCE,
    REGULATION,
    REPAIR,
    SUBJECT,
    VETO,
    veto_ends,
)
from shixian.rules.conditions import Condition, Expression, OfParent, OutcomeOf, fact
from shixian.rules.family import ChildrenWhere
from shixian.rules.kinds import gate, office_clock, term
from shixian.rules.lifecycle import Act, Automatic, Clock, Closed, Goes, Integrity, Lifecycle, Opens, Outcome, Stage
from shixian.rules.periods import Roll
from shixian.rules.timing import After, Span, days, on_day, set_by_act, years

GENERAL, SERIOUS, POSITIVE = (OutcomeOf("classify").equals(key) for key in ("general", "serious", "positive"))
MISCONDUCT = GENERAL | SERIOUS

CATALOGUE = gate(
    "catalogue",
    "信用信息目录",
    clause="第六条",
    by=PROVINCE,
    ready=fact("in_catalogue").equals(True),
    passed="目录内事项",
    note="未列入目录的，待省科技厅更新目录",
)

UPLOAD = Stage(
    key="upload",
    title="汇交",
    clause="第七条第（一）项",
    kind="报送",
    by=PROVIDER,
    after=("catalogue",),
    only_if=fact("source").equals(UPLOADED),
    clocks=(office_clock("第七条第（一）项", days(30).after("formed_on"), title="信息汇交", reading="formed"),),
    acts=(
        Act(
            verb="submit",
            title="汇交信息",
            by=(PROVIDER,),
            clause="第七条第（一）项",
            outcome="uploaded",
            inputs=("formed_on", "true_and_complete"),
            conditions=(
                Condition("true", "对信息的真实性、完整性负责", fact("true_and_complete").equals(True), "第七条第（一）项"),
            ),
        ),
    ),
    outcomes=(Outcome(key="uploaded", title="已汇交"),),
)

# 定期、及时: no day count, so no clock.
HARVEST = Stage(
    key="harvest",
    title="采集",
    clause="第七条第（二）项、第（三）项",
    kind="采集",
    by=PROVINCE,
    after=("catalogue",),
    only_if=fact("source").differs(UPLOADED),
    acts=(
        Act(verb="collect", title="采集信息", by=(PROVINCE,), clause="第七条第（二）项、第（三）项", outcome="collected"),
    ),
    outcomes=(Outcome(key="collected", title="已采集"),),
)


def only_for(key: str, test: Expression, text: str, clause: str, *breaches: str) -> Condition:
    """What one kind of breach asks for beside the adverse effect that all ask for."""
    return Condition(key, text, ~fact("general_breach").is_one_of(*breaches) | test, clause)


RECOGNISED = Condition("recognised", "经相关部门或单位认定", ~fact("recognised_by").is_none, "第九条")
GENERAL_CONDITIONS = (
    RECOGNISED,
    Condition("adverse", "造成一定不良影响", fact("adverse_effect").equals(True), "第十条", "effect_found"),
    only_for(
        "unexcused",
        fact("without_reason").equals(True),
        "无特殊原因或正当理由",
        "第十条",
        "late_material",
        "withdrawal",
        "expert_absent",
        "expert_left",
        "expert_bias",
    ),
    only_for(
        "affected", fact("review_affected").equals(True), "严重影响评审工作开展", "第十条第（六）项", "expert_left"
    ),
    only_for("deviated", fact("deviations") >= 3, "连续3次严重偏离评审结果", "第十条第（六）项", "expert_deviation"),
)
SERIOUS_CONDITIONS = (
    RECOGNISED,
    Condition("grave", "造成严重后果或恶劣影响", fact("grave_effect").equals(True), "第十一条", "effect_found"),
)

CLASSIFY = Stage(
    key="classify",
    title="分类",
    clause="第八条至第十二条",
    kind="分类",
    by=PROVIDER,
    after=("upload", "harvest"),
    acts=(
        Act(
            verb="basic",
            title="归为基础信息",
            by=(PROVIDER,),
            clause="第八条",
            outcome="basic",
            reading="basic_term",
        ),
        Act(
            verb="general",
            title="归为一般失信信息",
            by=(PROVIDER,),
            clause="第十条",
            outcome="general",
            inputs=(
                "general_breach",
                "adverse_effect",
                "recognised_by",
                "recognised_on",
                "activity_term",
                "other_law_until",
            ),
            optional=("without_reason", "review_affected", "deviations"),
            conditions=GENERAL_CONDITIONS,
            consequences=(Integrity(clause="第十条", subject="subject", ground="一般失信行为"),),
        ),
        Act(
            verb="serious",
            title="归为严重失信信息",
            by=(PROVIDER,),
            clause="第十一条",
            outcome="serious",
            inputs=("serious_breach", "grave_effect", "recognised_by", "recognised_on", "sentenced", "other_law_until"),
            optional=("sentence_served_on",),
            conditions=SERIOUS_CONDITIONS,
            consequences=(Integrity(clause="第十一条", subject="subject", ground="严重失信行为", serious=True), VETO),
        ),
        Act(
            verb="positive",
            title="归为守信激励信息",
            by=(PROVIDER,),
            clause="第十二条",
            outcome="positive",
            inputs=("honour", "awarded_on", "other_law_until"),
        ),
    ),
    outcomes=(
        Outcome(key="basic", title="基础信息", clause="第八条", ends_branch=True),
        Outcome(key="general", title="一般失信信息", clause="第十条"),
        Outcome(key="serious", title="严重失信信息", clause="第十一条"),
        Outcome(key="positive", title="守信激励信息", clause="第十二条"),
    ),
)

ORDINARY = fact("other_law_until").is_none  # 法律、法规和国家有关规定另有规定的，从其规定
SENTENCED = fact("sentenced").equals(True)


def terms_of_article_18() -> tuple[Clock, ...]:
    """One term for each kind of information; of one item exactly one runs."""

    def runs(key: str, title: str, clause: str, length: Span | None, anchor: str, when: Expression) -> Clock:
        timing = After(set_by_act("activity_term") if length is None else length, anchor, Roll.NONE)
        return term(
            clause, timing, Goes("expired"), key=key, title=title, only_if=ORDINARY & when, reading="term_end"
        )

    item = "第十八条第（{}）项".format
    no_rule = fact("activity_term").is_none
    return (
        runs("positive", "守信激励信息", item("一"), years(5), "awarded_on", POSITIVE),
        runs("by_rule", "一般失信信息（依活动规定）", item("二"), None, "recognised_on", GENERAL & ~no_rule),
        runs("general", "一般失信信息", item("二"), years(3), "recognised_on", GENERAL & no_rule),
        runs("serious", "严重失信信息", item("三"), years(5), "recognised_on", SERIOUS & ~SENTENCED),
        runs("sentenced", "严重失信信息（刑罚执行完毕起）", item("三"), years(5), "sentence_served_on", SERIOUS & SENTENCED),
        term(
            "第十八条第二款",
            on_day(set_by_act("other_law_until")),
            Goes("expired"),
            key="other_law",
            title="另有规定的期限",
            only_if=~ORDINARY,
        ),
    )


SUBJECT_IN_CHILD = {name: fact(name) for name in ("subject", "subject_name", "subject_kind")}
MISCONDUCT_ONLY = Condition("misconduct", "仅失信信息可以修复", MISCONDUCT, "第三十条")

EXPIRE = Stage(
    key="expire",
    title="保存和披露",
    clause="第十八条",
    kind="期间",
    by=PROVINCE,
    after=("classify:general|serious|positive",),
    clocks=terms_of_article_18(),
    acts=(
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
                facts={**SUBJECT_IN_CHILD, "decision_received": fact("decision_received")},
            ),
        ),
        Act(
            verb="propose_listing",
            title="启动列入严重失信名单",
            by=(PROVINCE,),
            clause="第十五条",
            conditions=(Condition("serious", "仅限第十一条的行为", SERIOUS, "第十五条"),),
            opens=Opens(
                lifecycle=BLACKLIST,
                label="listing",
                clause="第十五条",
                facts={**SUBJECT_IN_CHILD, "serious_breach": fact("serious_breach")},
            ),
        ),
        Act(
            verb="seek_repair",
            title="申请信用修复",
            by=(SUBJECT,),
            clause="第三十条",
            conditions=(MISCONDUCT_ONLY,),
            opens=Opens(
                lifecycle=REPAIR,
                label="repair",
                clause="第三十条",
                facts={**SUBJECT_IN_CHILD, "recognised_on": fact("recognised_on")},
            ),
        ),
        # Recorded first: the repair's own last day is compared with what stands in this case.
        Act(
            verb="note_repair",
            title="登记修复后的披露届满日",
            by=(PROVIDER,),
            clause="第三十条",
            inputs=("repaired_until",),
            anew=True,
        ),
        Act(
            verb="repair",
            title="按修复结果缩短披露期限",
            by=(PROVIDER,),
            clause="第三十条",
            outcome="repaired",
            conditions=(
                Condition(
                    "repair_granted",
                    "修复申请已获准，且届满日与修复结果一致",
                    ChildrenWhere(
                        REPAIR,
                        OutcomeOf("shorten").equals("shortened")
                        & fact("repaired_until").equals(OfParent(fact("repaired_until"))),
                    )
                    >= 1,
                    "第三十条",
                ),
            ),
            reading="repaired_storage",
        ),
        Act(
            verb="withdraw",
            title="凭异议结果更正",
            by=(PROVIDER,),
            clause="第二十八条",
            outcome="withdrawn",
            documents=(OBJECTION_RESULT,),
            discretion=True,
            reading="objection_upheld",
            consequences=(veto_ends("第二十八条", "异议成立，信息更正"),),
        ),
    ),
    outcomes=(
        Outcome(key="expired", title="保存和披露期满"),
        Outcome(key="repaired", title="披露期限缩短", clause="第三十条"),
        Outcome(
            key="withdrawn",
            title="已更正",
            clause="第二十八条",
            closes=Closed("异议成立，信息已更正", reason="withdrawn", clause="第二十八条"),
        ),
    ),
)

DISCLOSE_REPAIRED = Stage(
    key="disclose_repaired",
    title="修复后的披露",
    clause="第三十条",
    kind="期间",
    by=PROVIDER,
    after=("expire:repaired",),
    clocks=(term("第三十条", on_day(set_by_act("repaired_until")), Goes("disclosed"), title="修复后的披露期"),),
    outcomes=(Outcome(key="disclosed", title="不再披露"),),
)

STORE_REPAIRED = Stage(
    key="store_repaired",
    title="修复后的保存",
    clause="第十八条",
    kind="期间",
    by=PROVINCE,
    after=("disclose_repaired",),
    clocks=terms_of_article_18(),
    outcomes=(Outcome(key="expired", title="保存期满"),),
)

UNTIL_REMOVED = Stage(
    key="until_removed",
    title="延至移出名单",
    clause="第十八条第（三）项",
    kind="关口",
    by=PROVINCE,
    after=("expire:expired", "store_repaired"),
    only_if=SERIOUS,
    automatic=Automatic(ready=OFF_LIST, outcome="passed", clause="第十八条第（三）项"),
    outcomes=(
        Outcome(
            key="passed",
            title="期限届满且不在名单上",
            ends_branch=True,
            consequences=(veto_ends("第二十二条", "严重失信信息不再保存和披露"),),
        ),
    ),
)

COLLECTION_LIFECYCLE = Lifecycle(
    key=COLLECTION,
    title="科研诚信信息采集与披露",
    regulation=REGULATION,
    actors=(SUBJECT, PROVIDER, PROVINCE),
    facts=FACTS,
    readings=COLLECTION_READINGS,
    stages=(CATALOGUE, UPLOAD, HARVEST, CLASSIFY, EXPIRE, DISCLOSE_REPAIRED, STORE_REPAIRED, UNTIL_REMOVED),
    party="subject",
    party_name="subject_name",
    is_application=False,
)
