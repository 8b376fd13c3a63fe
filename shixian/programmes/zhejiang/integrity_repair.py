"""第三十条: credit repair on application. Nothing of a subject on the serious list is repaired before its removal; four
conditions together; the disclosure term may be shortened by at most 6 months."""

from __future__ import annotations

from shixian.programmes.zhejiang.integrity_disclosure import BREACH_END
from shixian.programmes.zhejiang.integrity_readings import REPAIR_READINGS
from shixian.programmes.zhejiang.integrity_terms import (
    PROVIDER,
    REGULATION,
    REPAIR,
    SUBJECT,
    not_on_list,
    subject_facts,
)
from shixian.rules.conditions import Condition, Later, OfParent, fact, mark
from shixian.rules.facts import FactSet, date_fact, yes_no_fact
from shixian.rules.kinds import submission
from shixian.rules.lifecycle import Act, Closed, Document, Lifecycle, Outcome, Stage
from shixian.rules.timing import months, years

# The item of information, where it stands in this system, says when it was recognised and until when it is disclosed.
NO_ITEM = OfParent(mark("opened")).is_none
ONE_YEAR = "自失信信息认定之日起满1年"
RECOGNISED_AS_RECORDED = Condition(
    "recognised_as_recorded",
    "认定之日与失信信息案的记录一致",
    NO_ITEM | fact("recognised_on").equals(OfParent(fact("recognised_on"))),
    "第三十条第（二）项",
    "as_recorded",
)

FACTS = FactSet(
    (
        *subject_facts(),
        date_fact("recognised_on", "失信信息认定之日", clause="第三十条第（二）项", intake=True),
        yes_no_fact(
            "obligations_done", "法定责任和义务履行完毕", clause="第三十条第（一）项", answered_by=PROVIDER.key
        ),
        yes_no_fact("effect_gone", "社会不良影响基本消除", clause="第三十条第（一）项", answered_by=PROVIDER.key),
        yes_no_fact(
            "same_kind_since",
            "认定之日起至申请修复期间产生新的同类失信信息",
            clause="第三十条第（三）项",
            answered_by=PROVIDER.key,
        ),
        yes_no_fact("prevention_effective", "防范措施确有实效", clause="第三十条第（四）项", answered_by=PROVIDER.key),
        date_fact("disclosed_until", "原披露期限届满日", clause="第十八条"),
        date_fact("repaired_until", "修复后披露期限届满日", clause="第三十条"),
    )
)

BAR_CHECK = Stage(
    key="bar_check",
    title="核对严重失信名单",
    clause="第三十条",
    kind="核对",
    by=PROVIDER,
    acts=(
        Act(
            verb="clear",
            title="确认不在严重失信名单上",
            by=(PROVIDER,),
            clause="第三十条",
            outcome="open",
            conditions=(not_on_list("第三十条"),),
        ),
    ),
    outcomes=(Outcome(key="open", title="可以申请修复", clause="第三十条"),),
    note="移出名单之前不予修复，本案在此等待",
)

APPLY = submission(
    "apply",
    "修复申请",
    clause="第三十条",
    by=SUBJECT,
    after=("bar_check",),
    inputs=("recognised_on",),
    documents=(
        Document("commitment", "书面信用承诺", "第三十条第（四）项"),
        Document("prevention", "防范措施", "第三十条第（四）项"),
        Document("fulfilment", "责任和义务履行完毕的证明", "第三十条第（一）项"),
    ),
    conditions=(
        RECOGNISED_AS_RECORDED,
        Condition(
            "one_year",
            ONE_YEAR,
            Later(fact("recognised_on"), years(1)) <= mark("act"),
            "第三十条第（二）项",
            "one_year",
        ),
    ),
)

VERIFIED = (
    not_on_list("第三十条"),  # listed while the application was in hand
    RECOGNISED_AS_RECORDED,
    # Asked again, of the day of the application: the provider may have found another day of recognition.
    Condition(
        "one_year_verified",
        ONE_YEAR,
        Later(fact("recognised_on"), years(1)) <= mark("apply.submit"),
        "第三十条第（二）项",
        "one_year",
    ),
    Condition("obligations", "法定责任和义务履行完毕", fact("obligations_done").equals(True), "第三十条第（一）项"),
    Condition("effect", "社会不良影响基本消除", fact("effect_gone").equals(True), "第三十条第（一）项"),
    Condition(
        "same_kind", "未产生新的同类失信信息", fact("same_kind_since").equals(False), "第三十条第（三）项", "same_kind"
    ),
    Condition("prevention", "防范措施确有实效", fact("prevention_effective").equals(True), "第三十条第（四）项"),
    Condition(
        "end_as_recorded",
        "原届满日与失信信息案的期限一致",
        NO_ITEM | fact("disclosed_until").equals(OfParent(BREACH_END)),
        "第三十条",
        "as_recorded",
    ),
    Condition("shorter", "修复后的届满日早于原届满日", fact("repaired_until") < fact("disclosed_until"), "第三十条"),
    Condition(
        "six_months",
        "缩短不超过6个月",
        fact("repaired_until") >= Later(fact("disclosed_until"), months(6), back=True),
        "第三十条",
        "six_months",
    ),
)

SHORTEN = Stage(
    key="shorten",
    title="核查与缩短披露期限",
    clause="第三十条",
    kind="核查",
    by=PROVIDER,
    after=("apply",),
    acts=(
        Act(
            verb="shorten",
            title="缩短披露期限",
            by=(PROVIDER,),
            clause="第三十条",
            outcome="shortened",
            inputs=("disclosed_until", "repaired_until"),
            optional=("obligations_done", "effect_gone", "same_kind_since", "prevention_effective"),
            conditions=VERIFIED,
            discretion=True,  # 可以缩短
            reading="procedure",
        ),
        Act(
            verb="refuse",
            title="不予修复",
            by=(PROVIDER,),
            clause="第三十条",
            outcome="refused",
            optional=("obligations_done", "effect_gone", "same_kind_since", "prevention_effective"),
            discretion=True,
        ),
    ),
    outcomes=(
        Outcome(key="shortened", title="披露期限已缩短", clause="第三十条", ends_branch=True),
        Outcome(key="refused", title="不予修复", clause="第三十条", closes=Closed("不予修复", reason="refused")),
    ),
)

REPAIR_LIFECYCLE = Lifecycle(
    key=REPAIR,
    title="科研失信信息信用修复",
    regulation=REGULATION,
    actors=(SUBJECT, PROVIDER),
    facts=FACTS,
    readings=REPAIR_READINGS,
    stages=(BAR_CHECK, APPLY, SHORTEN),
    party="subject",
    party_name="subject_name",
    is_application=False,
)
