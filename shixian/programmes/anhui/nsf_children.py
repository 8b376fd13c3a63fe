"""皖科基奖〔2020〕16号: what a project opens as cases of their own: an objection (第二十六条), the report of a year (第三十条),
a change (第三十三条)."""

from __future__ import annotations

from shixian.programmes.anhui.nsf_change import CHANGE_KINDS, IS_PI_CHANGE, STILL_THE_PI, UNDER_WAY
from shixian.programmes.anhui.nsf_readings import CHANGE_READINGS, OBJECTION_READINGS, PROGRESS_READINGS
from shixian.programmes.anhui.nsf_terms import (
    APPLICATION,
    BORNE,
    CHANGE,
    ENDED,
    HOST,
    HOST_STATUS,
    OBJECTION,
    OFFICE,
    PI,
    PROGRESS,
    PROJECT_TYPE,
    PROVINCE,
    REGULATION,
    TAKING_PART,
)
from shixian.rules.conditions import Condition, fact, mark
from shixian.rules.facts import NONE, FactSet, choice_fact, text_fact, texts_fact, yes_no_fact
from shixian.rules.kinds import party_clock
from shixian.rules.lifecycle import SILENT, Act, Closed, Document, Lifecycle, Outcome, Remember, Stage
from shixian.rules.timing import Yearly

# ---- 第二十六条: only an applicant, only through the host, never against the experts' academic judgement
OBJECTION_GROUNDS = {
    "eligibility": "不符合申请条件",
    "procedure": "受理、评审程序不合规定",
    "integrity": "失信行为",
    "academic": "对评审专家学术判断的不同意见",
    "other": "其他",
}
OBJECTION_LIFECYCLE = Lifecycle(
    key=OBJECTION,
    title="拟资助项目异议",
    regulation=REGULATION,
    child_of=APPLICATION,
    legal_event="parent",
    actors=(OFFICE, HOST),
    facts=FactSet(
        (
            text_fact("objector", "异议人", clause="第二十六条", sealed=True),
            yes_no_fact("objector_applied", "异议人是否申请人", clause="第二十六条", required=True),
            yes_no_fact("through_host", "是否通过所在依托单位提出", clause="第二十六条", required=True),
            choice_fact("objection_ground", "异议理由", clause="第二十六条", choices=OBJECTION_GROUNDS, required=True),
            text_fact("objection_text", "异议事实", clause="第二十六条"),
        )
    ),
    readings=OBJECTION_READINGS,
    opening=(
        Condition("by_applicant", "异议由申请人提出", fact("objector_applied"), "第二十六条", "who_objects"),
        Condition("through_host", "异议应通过所在依托单位提出", fact("through_host"), "第二十六条"),
        Condition(
            "not_academic",
            "对评审专家的学术判断有不同意见，不得作为异议理由",
            fact("objection_ground").differs("academic"),
            "第二十六条",
        ),
    ),
    stages=(
        Stage(
            key="handle",
            title="异议处理",
            clause="第二十六条",
            kind="处理",
            by=OFFICE,
            acts=(
                Act(
                    verb="uphold",
                    title="异议成立",
                    by=(OFFICE,),
                    clause="第二十六条",
                    outcome="upheld",
                    discretion=True,
                    reading="objection_time",
                ),
                Act(
                    verb="dismiss",
                    title="异议不成立",
                    by=(OFFICE,),
                    clause="第二十六条",
                    outcome="dismissed",
                    discretion=True,
                    reading="objection_time",
                ),
            ),
            outcomes=(
                Outcome(key="upheld", title="异议成立", ends_branch=True),
                Outcome(key="dismissed", title="异议不成立", ends_branch=True),
            ),
        ),
    ),
)

# ---- 第三十条: opened on 31 December for the year that ends; the host reviews it by the end of June
PROGRESS_LIFECYCLE = Lifecycle(
    key=PROGRESS,
    title="年度进展报告",
    regulation=REGULATION,
    child_of=APPLICATION,
    legal_event="parent",
    actors=(PI, HOST, PROVINCE),
    facts=FactSet(()),
    readings=PROGRESS_READINGS,
    stages=(
        Stage(
            key="progress",
            title="上一年度进展报告",
            clause="第三十条",
            kind="报送",
            by=HOST,
            clocks=(
                party_clock(
                    "第三十条第二款",
                    Yearly(6, 30, "opened", "end_of_june", next_after_anchor=True),
                    SILENT,
                    title="依托单位审定进展报告",
                ),
            ),
            acts=(
                Act(
                    verb="report",
                    title="填报项目年度进展报告",
                    by=(PI,),
                    clause="第三十条第一款",
                    documents=(Document("progress_report", "年度进展报告", "第三十条第一款"),),
                ),
                Act(
                    verb="review",
                    title="审定进展报告并归入项目实施档案",
                    by=(HOST,),
                    clause="第三十条第二款",
                    outcome="reviewed",
                    conditions=(
                        Condition(
                            "reported", "负责人已填报年度进展报告", ~mark("progress.report").is_none, "第三十条第一款"
                        ),
                    ),
                ),
            ),
            outcomes=(Outcome(key="reviewed", title="已审定", clause="第三十条第二款", ends_branch=True),),
        ),
    ),
)

# ---- 第三十三条
IS_HOST_CHANGE = fact("change_kind").equals("host")
CHANGE_LIFECYCLE = Lifecycle(
    key=CHANGE,
    title="项目变更",
    regulation=REGULATION,
    child_of=APPLICATION,
    legal_event="parent",
    party="current_pi",
    party_name="current_pi",
    actors=(HOST, PROVINCE),
    facts=FactSet(
        (
            choice_fact("change_kind", "变更事项", clause="第三十三条第一款", choices=CHANGE_KINDS, required=True),
            PROJECT_TYPE,
            text_fact("current_pi", "现项目负责人", clause="第三十三条第一款"),
            text_fact("new_pi", "拟任项目负责人", clause="第三十三条第一款"),
            texts_fact("new_participants", "变更后的参与人", clause="第三十三条第一款"),
            text_fact("new_host", "拟变更的依托单位", clause="第三十三条第三款"),
            yes_no_fact("hosts_agree", "两依托单位协商是否一致", clause="第三十三条第三款", answered_by="host"),
        )
    ),
    readings=CHANGE_READINGS,
    opening=(
        Condition(
            "new_pi_named",
            "变更负责人的，应写明拟任人选",
            ~IS_PI_CHANGE | fact("new_pi").differs(NONE),
            "第三十三条第一款",
        ),
        Condition(
            "new_host_named",
            "变更依托单位的，应写明拟变更的单位",
            ~IS_HOST_CHANGE | fact("new_host").differs(NONE),
            "第三十三条第三款",
        ),
    ),
    stages=(
        Stage(
            key="host_check",
            title="依托单位审核",
            clause="第三十三条第一款",
            kind="审查",
            by=HOST,
            acts=(
                Act(
                    verb="forward",
                    title="审核后报省科技厅",
                    by=(HOST,),
                    clause="第三十三条第一款",
                    outcome="forwarded",
                    documents=(
                        Document("change_request", "变更申请", "第三十三条第一款"),
                        Document(
                            "hosts_agreement", "两依托单位协商一致的意见", "第三十三条第三款", only_if=IS_HOST_CHANGE
                        ),
                    ),
                    unbarred=("new_host",),  # 第四十三条
                    unbarred_from=HOST_STATUS,
                    reading="old_host_applies",
                ),
                Act(
                    verb="report_disagreement",
                    title="报告两依托单位协商不一致",
                    by=(HOST,),
                    clause="第三十三条第三款",
                    outcome="disagreed",
                    inputs=("hosts_agree",),
                    conditions=(
                        Condition("host_change", "仅限变更依托单位", IS_HOST_CHANGE, "第三十三条第三款"),
                        Condition("disagreed", "协商不一致", ~fact("hosts_agree"), "第三十三条第三款"),
                    ),
                ),
            ),
            outcomes=(
                Outcome(key="forwarded", title="已报省科技厅", clause="第三十三条第一款"),
                Outcome(
                    key="disagreed",
                    title="两单位协商不一致，由省科技厅终止项目",
                    clause="第三十三条第三款",
                    closes=Closed("两依托单位协商不一致", reason="refused"),
                ),
            ),
        ),
        Stage(
            key="decision",
            title="省科技厅批准",
            clause="第三十三条第一款",
            kind="决定",
            by=PROVINCE,
            after=("host_check",),
            acts=(
                Act(
                    verb="approve",
                    title="批准变更",
                    by=(PROVINCE,),
                    clause="第三十三条第一款",
                    outcome="approved",
                    conditions=(UNDER_WAY, STILL_THE_PI),
                    unbarred=("new_pi", "new_participants"),  # 第四十二条: 不得……参与
                    unbarred_from=TAKING_PART,
                    head=True,
                ),
                Act(
                    verb="refuse",
                    title="不批准变更",
                    by=(PROVINCE,),
                    clause="第三十三条第一款",
                    outcome="refused",
                    discretion=True,
                    head=True,
                ),
            ),
            outcomes=(
                Outcome(
                    key="approved",
                    title="批准变更",
                    ends_branch=True,
                    # The one who hands over no longer bears a project; the one who takes over does (第十四条).
                    consequences=(
                        Remember(
                            key=ENDED,
                            subject="current_pi",
                            value=fact("project_type"),
                            clause="第十四条第（三）项",
                            only_if=IS_PI_CHANGE,
                        ),
                        Remember(
                            key=BORNE,
                            subject="new_pi",
                            value=fact("project_type"),
                            clause="第十四条第（三）项",
                            only_if=IS_PI_CHANGE,
                        ),
                    ),
                ),
                Outcome(key="refused", title="不批准变更", closes=Closed("不批准变更", reason="refused")),
            ),
        ),
    ),
)
