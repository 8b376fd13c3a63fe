"""第二章: one item of integrity information, from its formation to its class: 30 days to hand it in; basic, general
breach, serious breach or honour. How long it is then kept and disclosed (第十八条) is in `integrity_disclosure`.
"""

from __future__ import annotations

from shixian.programmes.zhejiang.integrity_disclosure import (
    DISCLOSE_REPAIRED,
    DISCLOSED_WHILE_LISTED,
    EXPIRE,
    STORE_REPAIRED,
    UNTIL_REMOVED,
)
from shixian.programmes.zhejiang.integrity_facts import FACTS, UPLOADED
from shixian.programmes.zhejiang.integrity_readings import COLLECTION_READINGS
from shixian.programmes.zhejiang.integrity_terms import (
    COLLECTION,
    PROVIDER,
    PROVINCE,
    REGULATION,
    REVIEWER,
    SUBJECT,
    VETO,
)
from shixian.rules.conditions import Condition, Expression, fact, mark
from shixian.rules.kinds import gate, office_clock
from shixian.rules.lifecycle import Act, Integrity, Lifecycle, Outcome, Stage
from shixian.rules.timing import days

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
            inputs=("true_and_complete",),
            conditions=(
                # Asked for before the act, so that a late one is known to be late.
                Condition(
                    "formed",
                    "信息形成之日已登记且不晚于汇交",
                    fact("formed_on") <= mark("act"),
                    "第七条第（一）项",
                    "formed",
                ),
                Condition(
                    "true", "对信息的真实性、完整性负责", fact("true_and_complete").equals(True), "第七条第（一）项"
                ),
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
        Act(
            verb="collect", title="采集信息", by=(PROVINCE,), clause="第七条第（二）项、第（三）项", outcome="collected"
        ),
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

COLLECTION_LIFECYCLE = Lifecycle(
    key=COLLECTION,
    title="科研诚信信息采集与披露",
    regulation=REGULATION,
    actors=(SUBJECT, PROVIDER, PROVINCE, REVIEWER),
    facts=FACTS,
    readings=COLLECTION_READINGS,
    stages=(
        CATALOGUE,
        UPLOAD,
        HARVEST,
        CLASSIFY,
        EXPIRE,
        DISCLOSE_REPAIRED,
        DISCLOSED_WHILE_LISTED,
        STORE_REPAIRED,
        UNTIL_REMOVED,
    ),
    party="subject",
    party_name="subject_name",
    is_application=False,
)
