"""皖科基奖〔2020〕16号, 第二十三条至第二十七条: experts without conflict, two rounds of review, seven days of public notice
for the projects to be funded, objections through the host, and the approval."""

from __future__ import annotations

from shixian.programmes.anhui.nsf_fraud import NOT_CANCELLED, open_to_fraud
from shixian.programmes.anhui.nsf_terms import (
    EXPERT_DISQUALIFIED,
    EXPERTS,
    HOST,
    OBJECTION,
    OFFICE,
    PROVINCE,
    SINCE_THE_REGULATION,
    TAKING_PART,
)
from shixian.rules.conditions import Children, Condition, Remembered, Size, fact, mark
from shixian.rules.experts import Commitment, Conflict, Drawn, Shared, conflict_free
from shixian.rules.facts import date_fact, integer_fact, money_fact, text_fact, texts_fact, yes_no_fact
from shixian.rules.kinds import notice
from shixian.rules.lifecycle import Act, Closed, Decides, Document, Opens, Outcome, Stage
from shixian.rules.publication import Shown, Withheld
from shixian.rules.timing import days

# ---- 第二十条第三款, 第二十七条, 第四十四条: who may not review
REVIEWERS, PANEL = fact("reviewers"), fact("panel")

CONFLICT_FACTS = ("kin_experts", "conflicted_experts")  # a conflict once known stays known
OWN_CONFLICTS = (
    Conflict("kin", "申请人、参与人的近亲属", fact("kin_experts"), "第二十七条"),
    Conflict("conflicted", "其他可能影响公正评审的专家", fact("conflicted_experts"), "第二十七条"),
    Conflict("applicant", "申请人本人", fact("applicant"), "第二十七条", "own_project"),
    Conflict("participants", "参与人本人", fact("participants"), "第二十七条", "own_project"),
)
CONFLICTS = (
    Conflict("unsuitable", "申请回避函所列的专家", fact("unsuitable_experts"), "第二十条第三款", "recusal_binds"),
    *OWN_CONFLICTS,
)


def not_struck_off(name: str) -> Condition:
    """第四十四条: an expert whose status was withdrawn reviews no more."""
    test = Remembered(EXPERT_DISQUALIFIED, name, after=SINCE_THE_REGULATION).equals(0)
    return Condition("not_struck_off", "评审专家未被取消评审资格", test, "第四十四条", "struck_off_for_good")


REVIEWERS_FREE = (*conflict_free(REVIEWERS, CONFLICTS), not_struck_off("reviewers"))
PANEL_FREE = (*conflict_free(PANEL, CONFLICTS), not_struck_off("panel"))

DRAWN = Drawn(pool=fact("expert_pool"), conflicts=CONFLICTS, count=fact("expert_count"), seed=fact("draw_seed"))


def withdraws() -> Act:
    """第二十七条: the expert has to ask; whoever is named here has to be replaced before the review goes on."""
    return Act(
        verb="withdraw",
        title="评审专家申请回避",
        by=(EXPERTS,),
        clause="第二十七条",
        inputs=("conflicted_experts",),
        anew=True,
        adds=("conflicted_experts",),
    )


CORRESPONDENCE_REVIEW = open_to_fraud(
    Stage(
        key="correspondence_review",
        title="通讯评审",
        clause="第二十三条",
        kind="评审",
        by=EXPERTS,
        after=("acceptance_publicity",),
        only_if=~fact("rounds").is_known | fact("rounds").differs("panel_only"),
        acts=(
            Act(
                verb="assign_experts",
                title="确定通讯评审专家",
                by=(PROVINCE,),
                clause="第二十三条",
                inputs=("reviewers", "kin_experts", "conflicted_experts"),
                conditions=REVIEWERS_FREE,
                anew=True,
                adds=CONFLICT_FACTS,
            ),
            Act(
                verb="commit_draw",
                title="公布抽取种子的摘要",
                by=(OFFICE,),
                clause="第二十三条",
                inputs=("draw_commitment",),
                at_most=1,
                reading="draw_of_experts",
            ),
            Act(
                verb="draw_experts",
                title="抽取通讯评审专家",
                by=(OFFICE,),
                clause="第二十三条",
                inputs=(
                    "expert_pool",
                    "expert_count",
                    "draw_seed",
                    "reviewers",
                    "kin_experts",
                    "conflicted_experts",
                ),
                conditions=(
                    Condition(
                        "committed",
                        "种子与事先公布的摘要相符",
                        Commitment(fact("draw_seed")).equals(fact("draw_commitment")),
                        "第二十三条",
                        "draw_of_experts",
                    ),
                    Condition(
                        "as_drawn",
                        "专家即按种子从无回避情形者中抽得的人选",
                        Shared(REVIEWERS, DRAWN).equals(fact("expert_count"))
                        & Size(REVIEWERS).equals(fact("expert_count")),
                        "第二十三条",
                        "draw_of_experts",
                    ),
                    not_struck_off("reviewers"),
                ),
                anew=True,
                adds=CONFLICT_FACTS,
            ),
            withdraws(),
            Act(
                verb="select",
                title="择优遴选，提交会议评审",
                by=(PROVINCE,),
                clause="第二十四条",
                outcome="selected",
                documents=(Document("review_opinions", "通讯评审意见", "第二十三条第二款"),),
                inputs=("same_experts",),
                conditions=(
                    *REVIEWERS_FREE,
                    Condition(
                        "same_experts",
                        "内容相近的项目申请由同一组专家评审（没有相近的填“无”）",
                        fact("same_experts").is_none | fact("same_experts"),
                        "第二十三条",
                    ),
                ),
            ),
            Act(
                verb="reject",
                title="不提交会议评审",
                by=(PROVINCE,),
                clause="第二十四条",
                outcome="not_selected",
                discretion=True,
            ),
        ),
        outcomes=(
            Outcome(key="selected", title="提交会议评审"),
            Outcome(
                key="not_selected",
                title="通讯评审未入选",
                clause="第二十四条",
                closes=Closed("通讯评审未入选", reason="refused"),
            ),
        ),
    )
)

PANEL_REVIEW = open_to_fraud(
    Stage(
        key="panel_review",
        title="会议评审",
        clause="第二十四条",
        kind="会议",
        by=EXPERTS,
        after=("correspondence_review",),
        only_if=~fact("rounds").is_known | fact("rounds").differs("correspondence_only"),
        acts=(
            Act(
                verb="assign_panel",
                title="确定会议评审专家组",
                by=(PROVINCE,),
                clause="第二十四条",
                inputs=("panel", "kin_experts", "conflicted_experts"),
                conditions=PANEL_FREE,
                anew=True,
                adds=CONFLICT_FACTS,
            ),
            withdraws(),
            Act(
                verb="propose",
                title="提出资助项目建议",
                by=(EXPERTS,),
                clause="第二十四条",
                outcome="proposed",
                documents=(Document("panel_opinion", "会议评审意见", "第二十四条"),),
                conditions=PANEL_FREE,
            ),
            Act(
                verb="reject",
                title="不建议资助",
                by=(EXPERTS,),
                clause="第二十四条",
                outcome="not_proposed",
                discretion=True,
            ),
        ),
        outcomes=(
            Outcome(key="proposed", title="建议资助"),
            Outcome(
                key="not_proposed",
                title="不建议资助",
                clause="第二十四条",
                closes=Closed("会议评审不建议资助", reason="refused"),
            ),
        ),
    )
)

# ---- 第二十五条, 第二十六条
PROPOSAL_PUBLICITY = open_to_fraud(
    notice(
        "proposal_publicity",
        "拟资助项目公示",
        clause="第二十五条",
        by=PROVINCE,
        length=days(7),
        after=("panel_review",),
        objections=Opens(lifecycle=OBJECTION, label="objection", clause="第二十六条"),
        objector=HOST,
        objection_clause="第二十六条",
        objection_inputs=("objector", "objector_applied", "through_host", "objection_ground", "objection_text"),
        reading="notice_days",
        shows=(
            Shown("project_name", "第二十五条", reading="拟资助项目应能辨认"),
            Shown("project_type", "第二十五条", reading="拟资助项目按类型确定"),
            Shown("applicant", "第二十五条", person=True, reading="拟资助项目应能辨认"),
            Shown("unit_name", "第二十五条", reading="异议由依托单位提出（第二十六条）"),
        ),
        withholds=(Withheld("评审专家和评审意见", "条文只要求公示拟资助项目", "第二十五条"),),
    )
)

APPROVAL = open_to_fraud(
    Stage(
        key="approval",
        title="厅会议批准立项计划",
        clause="第二十五条",
        kind="决定",
        by=PROVINCE,
        after=("proposal_publicity",),
        acts=(
            Act(
                verb="approve",
                title="批准并下达立项计划",
                by=(PROVINCE,),
                clause="第二十一条第（四）项",
                outcome="approved",
                inputs=("granted", "task_book_due"),
                conditions=(
                    Condition(
                        "objections_handled",
                        "异议均已处理",
                        Children(OBJECTION, status="open").equals(0),
                        "第二十六条",
                        "objection_effect",
                    ),
                    Condition(
                        "none_upheld",
                        "没有异议成立",
                        Children(OBJECTION, outcome="upheld").equals(0),
                        "第二十六条",
                        "objection_effect",
                    ),
                    *NOT_CANCELLED,
                    Condition(
                        "due_after", "计划任务书提交期限在立项之后", fact("task_book_due") > mark("act"), "第二十九条"
                    ),
                ),
                unbarred=("applicant", "participants"),
                unbarred_from=TAKING_PART,
                decides=Decides(key="grant", title="定额资助经费", clause="第五条", amount=fact("granted")),
                head=True,
                reading="meeting_order",
            ),
            Act(
                verb="decline",
                title="不予立项",
                by=(PROVINCE,),
                clause="第二十五条",
                outcome="declined",
                discretion=True,
                head=True,
            ),
        ),
        outcomes=(
            Outcome(key="approved", title="列入立项计划"),
            Outcome(key="declined", title="不予立项", clause="第二十五条", closes=Closed("不予立项", reason="refused")),
        ),
    )
)

REVIEW_FACTS = (
    texts_fact("reviewers", "通讯评审专家", clause="第二十三条", help="姓名，同名的加注编号", answered_by="province"),
    texts_fact("panel", "会议评审专家组", clause="第二十四条", help="姓名，同名的加注编号", answered_by="province"),
    texts_fact(
        "expert_pool", "抽取范围内的专家", clause="第二十三条", help="姓名，同名的加注编号", answered_by="office"
    ),
    integer_fact("expert_count", "抽取人数", clause="第二十三条", answered_by="office"),
    text_fact("draw_commitment", "抽取种子的摘要", clause="第二十三条", answered_by="office"),
    text_fact("draw_seed", "抽取种子", clause="第二十三条", answered_by="office"),
    yes_no_fact("same_experts", "内容相近的申请是否由同一组专家评审", clause="第二十三条", answered_by="province"),
    money_fact("granted", "定额资助经费", clause="第五条", answered_by="province"),
    date_fact("task_book_due", "计划任务书提交期限", clause="第二十九条", answered_by="province"),
)

REVIEW_STAGES = (CORRESPONDENCE_REVIEW, PANEL_REVIEW, PROPOSAL_PUBLICITY, APPROVAL)
