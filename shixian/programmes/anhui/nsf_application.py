"""皖科基奖〔2020〕16号, 第二十条至第二十二条: the application through the host, the host's recommendation, the preliminary
examination, and the five days for which the applications accepted are published."""

from __future__ import annotations

from shixian.programmes.anhui.nsf_applicants import APPLICANT_NAMES, COOPERATING_UNITS, ELIGIBLE, LIMITS
from shixian.programmes.anhui.nsf_fraud import NOT_CANCELLED, open_to_fraud
from shixian.programmes.anhui.nsf_terms import (
    APPLICANT,
    HOST,
    HOST_RECORD,
    HOST_STATUS,
    PROVINCE,
    SINCE_THE_REGULATION,
    TAKING_PART,
)
from shixian.rules.conditions import Condition, Remembered, Size, fact
from shixian.rules.facts import choice_fact, text_fact, texts_fact, yes_no_fact
from shixian.rules.kinds import notice, party_clock, submission
from shixian.rules.lifecycle import SILENT, Act, Closed, Document, Outcome, Stage
from shixian.rules.publication import Shown, Withheld
from shixian.rules.timing import days, on_day, set_by_call

UNSUITABLE = fact("unsuitable_experts")

APPLY = submission(
    "application",
    "书面申请",
    clause="第二十条",
    by=APPLICANT,
    documents=(
        Document("application_form", "项目申请书", "第二十条"),
        Document("recusal_letter", "申请回避函", "第二十条第三款", only_if=Size(UNSUITABLE) >= 1),
    ),
    inputs=("unsuitable_experts", "cooperating_units"),
    optional=APPLICANT_NAMES,
    conditions=(
        Condition("two_unsuitable", "不适宜评审的专家限2名以内", Size(UNSUITABLE) <= 2, "第二十条第三款"),
        COOPERATING_UNITS,
    ),
)

# ---- 第八条第（二）项, 第二十条第二款
HOST_CHECK = Stage(
    key="host_check",
    title="审核推荐",
    clause="第二十条",
    kind="审查",
    by=HOST,
    after=("application",),
    clocks=(
        party_clock(
            "第二十条",
            on_day(set_by_call("closing_date")),
            SILENT,
            title="依托单位推荐提交",
            reading="closing_date",
        ),
    ),
    acts=(
        Act(
            verb="recommend",
            title="审核推荐并提交省科技厅",
            by=(HOST,),
            clause="第二十条",
            outcome="recommended",
            inputs=("participants",),
            optional=(*APPLICANT_NAMES, "host_registered", "materials_verified"),
            conditions=(
                Condition("verified", "材料真实、完整、有效", fact("materials_verified"), "第八条第（二）项"),
                Condition("credit_checked", "社会信用记录良好", fact("credit_good"), "第八条第（二）项"),
                Condition(
                    "registered_host",
                    "应由注册的依托单位推荐",
                    fact("host_registered") | (Remembered(HOST_RECORD, "unit_code", after=SINCE_THE_REGULATION) >= 1),
                    "第七条",
                    "host_record",
                ),
            ),
            limits=LIMITS,
            unbarred=("unit_code", "unit_name"),
            unbarred_from=HOST_STATUS,
            reading="counted_when",
        ),
        Act(
            verb="decline",
            title="不予推荐",
            by=(HOST,),
            clause="第二十条",
            outcome="not_recommended",
            discretion=True,
        ),
    ),
    outcomes=(
        Outcome(key="recommended", title="推荐"),
        Outcome(
            key="not_recommended",
            title="不予推荐",
            clause="第二十条",
            closes=Closed("依托单位不予推荐", reason="refused"),
        ),
    ),
)

# ---- 第二十二条
GROUNDS = {
    "ineligible": "（一）申请人不符合本办法规定条件",
    "off_guide": "（二）不符合项目指南和当年申报通知要求",
    "incomplete": "（三）申请材料不齐全",
    "over_budget": "（四）经费预算不符合经费管理规定",
    "dishonest": "（五）存在严重违背科研诚信要求的行为",
}
# 第二十一条第二款: in special cases one round only.
ROUNDS = {"correspondence_only": "只进行通讯评审", "panel_only": "只进行会议评审"}

PRELIMINARY = open_to_fraud(
    Stage(
        key="preliminary",
        title="初步审查",
        clause="第二十二条",
        kind="审查",
        by=PROVINCE,
        after=("host_check",),
        acts=(
            Act(
                verb="accept",
                title="予以受理",
                by=(PROVINCE,),
                clause="第二十二条",
                outcome="accepted",
                optional=(
                    "within_guide",
                    "materials_complete",
                    "within_budget_rules",
                    "gravely_dishonest",
                ),
                conditions=(
                    *ELIGIBLE,
                    COOPERATING_UNITS,  # asked again: the host's check may have changed them
                    Condition("guide", "符合项目指南和当年申报通知要求", fact("within_guide"), "第二十二条第（二）项"),
                    Condition("complete", "申请材料齐全", fact("materials_complete"), "第二十二条第（三）项"),
                    Condition(
                        "budget", "经费预算符合经费管理规定", fact("within_budget_rules"), "第二十二条第（四）项"
                    ),
                    Condition(
                        "honest", "没有严重违背科研诚信的行为", ~fact("gravely_dishonest"), "第二十二条第（五）项"
                    ),
                    *NOT_CANCELLED,
                ),
                unbarred=("applicant", "participants"),
                unbarred_from=TAKING_PART,
            ),
            Act(
                verb="refuse",
                title="不予受理，通过依托单位通知申请人",
                by=(PROVINCE,),
                clause="第二十二条",
                outcome="refused",
                inputs=("refusal_ground",),
                discretion=True,
            ),
            Act(
                verb="set_one_round",
                title="决定只进行通讯评审或者会议评审",
                by=(PROVINCE,),
                clause="第二十一条第二款",
                inputs=("rounds",),
                discretion=True,
                head=True,
            ),
        ),
        outcomes=(
            Outcome(key="accepted", title="受理"),
            Outcome(key="refused", title="不予受理", clause="第二十二条", closes=Closed("不予受理", reason="refused")),
        ),
    )
)

ACCEPTANCE_PUBLICITY = open_to_fraud(
    notice(
        "acceptance_publicity",
        "受理公示",
        clause="第二十二条",
        by=PROVINCE,
        length=days(5),
        after=("preliminary",),
        reading="notice_days",
        shows=(
            Shown("applicant", "第二十二条", person=True),
            Shown("unit_name", "第二十二条"),
            Shown("project_name", "第二十二条"),
        ),
        withholds=(
            Withheld("申请人的出生日期、性别等", "“申请人基本情况”读作能辨认申请人的最少信息（读法）", "第二十二条"),
        ),
        note="公示申请人基本情况、依托单位名称和项目名称；第二十六条的异议只针对拟资助项目",
    )
)

APPLICATION_FACTS = (
    text_fact("project_name", "项目名称", clause="第二十二条", intake=True),
    texts_fact(
        "unsuitable_experts",
        "申请回避的专家",
        clause="第二十条第三款",
        help="姓名，同名的加注编号；2名以内，没有的填“无”",
        intake=True,
    ),
    yes_no_fact("host_registered", "依托单位是否已注册", clause="第七条", answered_by="host"),
    yes_no_fact("materials_verified", "材料是否真实、完整、有效", clause="第八条第（二）项", answered_by="host"),
    yes_no_fact("within_guide", "是否符合指南和通知", clause="第二十二条第（二）项", answered_by="province"),
    yes_no_fact("materials_complete", "材料是否齐全", clause="第二十二条第（三）项", answered_by="province"),
    yes_no_fact("within_budget_rules", "预算是否符合规定", clause="第二十二条第（四）项", answered_by="province"),
    yes_no_fact("gravely_dishonest", "是否严重违背科研诚信", clause="第二十二条第（五）项", answered_by="province"),
    choice_fact("refusal_ground", "不予受理的情形", clause="第二十二条", choices=GROUNDS, answered_by="province"),
    choice_fact("rounds", "只进行的评审", clause="第二十一条第二款", choices=ROUNDS, answered_by="province"),
)

APPLICATION_STAGES = (APPLY, HOST_CHECK, PRELIMINARY, ACCEPTANCE_PUBLICITY)
