"""上海市科学技术奖: an objection (异议) to one candidate, a case of its own under the nomination (第四十三条至第五十条).

Filed in the notice window of the second review, it never touches another candidate. What its end does to the
nomination (go on, suspend, terminate) is in `award`.
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.shanghai.award_objection_form import (
    ANONYMOUS,
    FACTS,
    IDENTITY,
    IMPERSONATED,
    IN_FORM,
    IN_WINDOW,
    NOT_IN_FORM,
    PAPERS,
)
from shixian.programmes.shanghai.award_readings import OBJECTION_READINGS, REGULATION
from shixian.programmes.shanghai.award_terms import (
    AWARD_OFFICE,
    CANDIDATE,
    NOMINATOR,
    OBJECTOR,
    REVIEW_COMMITTEE,
    SUPERVISION_COMMITTEE,
)
from shixian.rules.conditions import AnyOf, Condition, Mark, Not, fact
from shixian.rules.kinds import office_clock, party_clock, reminder
from shixian.rules.lifecycle import Act, Closed, Document, Lifecycle, Opens, Outcome, Stage
from shixian.rules.timing import days, set_by_act

KEY = "sh-award-objection"

# What the objector gives with the act `object`; papers handed in are known as has_PAPER.
FILED = ("identity", "objector_name", "objector_contact", "own_rights")
FILED_DOCUMENTS = (
    Document("written_objection", "书面异议", "第四十四条"),
    Document("identity_proof", "身份证明", "第四十四条"),
    Document("evidence", "必要的证据材料", "第四十四条"),
    Document("leads", "调查线索", "第四十四条"),
)
FILES = Opens(lifecycle=KEY, label="objection", clause="第四十三条", facts={"project_name": fact("project_name")})

REFUSED = Closed("不予受理", reason="refused")
WITHDRAWN = Outcome(key="withdrawn", title="异议撤回", clause="第四十三条", closes=Closed("异议撤回", reason="withdrawn"))
_WITH_WITHDRAWAL = ("acceptance", "transfer", "investigation", "handling")


WITHDRAWAL_ASKED = Condition(
    "withdrawal_asked",
    "异议者已申请撤回",
    AnyOf(tuple(Not(Mark(f"{stage}.withdraw").is_none) for stage in _WITH_WITHDRAWAL)),
    "第四十三条",
)


def _in_any_stage(stage: Stage) -> Stage:
    """Adds what may happen at any time: the objector withdraws, the office discloses who it is."""
    acts = (
        Act(verb="withdraw", title="申请撤回异议", by=(OBJECTOR,), clause="第四十三条"),
        Act(
            verb="close_withdrawn",
            title="准予撤回",
            by=(AWARD_OFFICE,),
            clause="第四十三条",
            outcome="withdrawn",
            conditions=(WITHDRAWAL_ASKED,),
            discretion=True,
            reading="objection_withdrawn",
        ),
        Act(
            verb="disclose_identity",
            title="公开异议者身份",
            by=(AWARD_OFFICE,),
            clause="第四十三条",
            optional=("disclosure_consent",),
            conditions=(
                Condition(
                    "may_disclose",
                    "公开异议者身份应事前征得同意，无法保密的除外",
                    fact("own_rights") | fact("disclosure_consent"),
                    "第四十三条",
                    "disclosure_consent",
                ),
            ),
            discretion=True,
        ),
    )
    return replace(stage, acts=(*stage.acts, *acts), outcomes=(*stage.outcomes, WITHDRAWN))


ACCEPTANCE = Stage(
    key="acceptance",
    title="异议受理",
    clause="第四十五条",
    kind="受理",
    by=AWARD_OFFICE,
    acts=(
        Act(
            verb="supplement",
            title="补充异议材料",
            by=(OBJECTOR,),
            clause="第四十四条",
            optional=("objector_name", "objector_contact", *PAPERS),
            conditions=(IN_WINDOW,),
        ),
        Act(
            verb="accept",
            title="受理异议",
            by=(AWARD_OFFICE,),
            clause="第四十五条",
            outcome="accepted",
            optional=PAPERS,
            conditions=IN_FORM,
        ),
        Act(
            verb="accept_anonymous",
            title="受理匿名异议",
            by=(AWARD_OFFICE,),
            clause="第四十六条",
            outcome="accepted",
            conditions=(ANONYMOUS,),
            discretion=True,  # 一般不予受理: an exception is somebody's decision
        ),
        Act(
            verb="refuse",
            title="不予受理（形式不符）",
            by=(AWARD_OFFICE,),
            clause="第四十四条",
            outcome="refused",
            optional=PAPERS,
            conditions=(NOT_IN_FORM,),
            discretion=True,
        ),
        Act(
            verb="refuse_impersonated",
            title="不予受理（冒名）",
            by=(AWARD_OFFICE,),
            clause="第四十六条",
            outcome="refused_impersonated",
            conditions=(IMPERSONATED,),
        ),
        Act(
            verb="refuse_anonymous",
            title="不予受理（匿名）",
            by=(AWARD_OFFICE,),
            clause="第四十六条",
            outcome="refused_anonymous",
            conditions=(ANONYMOUS,),
            discretion=True,
        ),
    ),
    outcomes=(
        Outcome(key="accepted", title="受理", clause="第四十五条"),
        Outcome(key="refused", title="不予受理", clause="第四十四条", closes=REFUSED),
        Outcome(key="refused_impersonated", title="冒名，不予受理", clause="第四十六条", closes=REFUSED),
        Outcome(key="refused_anonymous", title="匿名，不予受理", clause="第四十六条", closes=REFUSED),
    ),
)

TRANSFER = Stage(
    key="transfer",
    title="异议转办",
    clause="第四十七条",
    kind="转办",
    by=AWARD_OFFICE,
    after=("acceptance",),
    acts=(
        Act(
            verb="transfer",
            title="发出异议转办函",
            by=(AWARD_OFFICE,),
            clause="第四十七条",
            outcome="transferred",
            inputs=("transfer_period",),
        ),
    ),
    outcomes=(Outcome(key="transferred", title="已转办", clause="第四十七条"),),
)

NO_GRANT_YET = Condition(
    "no_grant_yet", "尚未批准延期", Mark("investigation.grant_extension").is_none, "第四十八条", "extension_once"
)
ASKED = Condition("extension_asked", "提名者已申请延期", Not(Mark("investigation.request_extension").is_none), "第四十八条")

INVESTIGATION = Stage(
    key="investigation",
    title="异议调查核实",
    clause="第四十七条",
    kind="核实",
    by=NOMINATOR,
    after=("transfer",),
    clocks=(
        party_clock(
            "第四十七条",
            set_by_act("transfer_period").after("transfer.transfer"),
            Closed("终止评审", reason="terminated", clause="第四十八条第二款"),
            title="提交调查核实材料",
            met_by=("grant_extension",),
            reading="letter_limit",
        ),
        # Past it nothing follows of itself: only the next review node, on the nomination, suspends the review.
        reminder(
            "第四十八条",
            set_by_act("extended_period").after("investigation.grant_extension"),
            key="extended",
            title="延期后提交调查核实材料",
            reading="extension_once",
        ),
    ),
    acts=(
        Act(verb="relay", title="将异议内容转达项目完成方", by=(NOMINATOR,), clause="第四十七条"),
        Act(
            verb="defend",
            title="提出申辩",
            by=(CANDIDATE,),
            clause="第四十七条",
            documents=(Document("defence", "申辩理由、补充材料和旁证文件", "第四十七条"),),
        ),
        Act(
            verb="report",
            title="反馈调查核实情况",
            by=(NOMINATOR,),
            clause="第四十七条",
            outcome="reported",
            documents=(
                Document("findings", "调查核实情况", "第四十七条"),
                Document("nominator_opinion", "提名者处理意见", "第四十七条"),
            ),
        ),
        Act(
            verb="request_extension",
            title="申请延期处理",
            by=(NOMINATOR,),
            clause="第四十八条",
            conditions=(NO_GRANT_YET,),
            discretion=True,  # 说明原因
            suspends="延期申请待答复",
            reading="extension_pending",
        ),
        Act(
            verb="grant_extension",
            title="批准延期处理",
            by=(AWARD_OFFICE,),
            clause="第四十八条",
            inputs=("extended_period",),
            conditions=(ASKED, NO_GRANT_YET),
            discretion=True,
            resumes="延期申请待答复",
            head=True,
        ),
        Act(
            verb="refuse_extension",
            title="不批准延期处理",
            by=(AWARD_OFFICE,),
            clause="第四十八条",
            conditions=(ASKED, NO_GRANT_YET),
            discretion=True,
            resumes="延期申请待答复",
            head=True,
        ),
        Act(
            verb="take_over",
            title="直接组织调查处理",
            by=(AWARD_OFFICE,),
            clause="第四十七条",
            outcome="taken_over",
            discretion=True,  # 在必要时可
        ),
    ),
    outcomes=(
        Outcome(key="reported", title="已反馈", clause="第四十七条"),
        Outcome(key="taken_over", title="奖励办公室直接处理", clause="第四十七条"),
    ),
)

HANDLING = Stage(
    key="handling",
    title="异议处理",
    clause="第四十七条",
    kind="处理",
    by=AWARD_OFFICE,
    after=("investigation",),
    acts=(
        Act(
            verb="hold_hearing",
            title="组织专家调查、座谈会或听证会",
            by=(AWARD_OFFICE,),
            clause="第四十七条",
            discretion=True,
        ),
        Act(
            verb="uphold",
            title="认定异议成立",
            by=(AWARD_OFFICE,),
            clause="第四十八条",
            outcome="upheld",
            discretion=True,
            head=True,
            reading="objection_upheld",
        ),
        Act(
            verb="dismiss",
            title="认定异议不成立",
            by=(AWARD_OFFICE,),
            clause="第四十八条",
            outcome="dismissed",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="upheld", title="异议成立", clause="第四十八条"),
        Outcome(key="dismissed", title="异议不成立", clause="第四十八条"),
    ),
)

REPLY = Stage(
    key="reply",
    title="异议答复",
    clause="第五十条",
    kind="答复",
    by=AWARD_OFFICE,
    after=("handling",),
    clocks=(
        office_clock(
            "第五十条", days(30).after("parent.second_review_notice.window_end"), title="异议答复", reading="thirty_days"
        ),
    ),
    acts=(
        Act(
            verb="reply",
            title="答复异议者并报告处理情况",
            by=(AWARD_OFFICE,),
            clause="第五十条",
            outcome="replied",
            reading="handled_when",
            documents=(
                # An accepted anonymous objection has nobody to answer.
                Document("reply_letter", "异议处理结果答复", "第五十条", only_if=IDENTITY.equals("real_name")),
                Document("report_to_review_committee", "向评审委员会报告异议处理情况", "第五十条"),
                Document("report_to_supervision_committee", "向监督委员会报告异议处理情况", "第四十九条"),
            ),
        ),
        Act(
            verb="request_special_report",
            title="要求专题汇报",
            by=(SUPERVISION_COMMITTEE,),
            clause="第四十九条",
            discretion=True,  # 必要时
        ),
    ),
    outcomes=(Outcome(key="replied", title="异议处理完毕", clause="第五十条", ends_branch=True),),
)

OBJECTION = Lifecycle(
    key=KEY,
    title="上海市科学技术奖异议",
    regulation=REGULATION,
    actors=(OBJECTOR, AWARD_OFFICE, NOMINATOR, CANDIDATE, REVIEW_COMMITTEE, SUPERVISION_COMMITTEE),
    facts=FACTS,
    readings=OBJECTION_READINGS,
    stages=(
        _in_any_stage(ACCEPTANCE),
        _in_any_stage(TRANSFER),
        _in_any_stage(INVESTIGATION),
        _in_any_stage(HANDLING),
        REPLY,
    ),
    legal_event="parent",
    party="project_name",
    party_name="project_name",
    child_of="sh-award",
)
