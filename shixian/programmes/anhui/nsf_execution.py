"""皖科基奖〔2020〕16号, 第三十条至第三十三条、第三十五条: the work on a project - yearly reports, changes, checks, corrections,
measures - beside the term that runs in `nsf_term`; then the call to conclude, and how the project ends."""

from __future__ import annotations

from shixian.programmes.anhui.nsf_change import CHANGE_KINDS, CHANGE_REGISTERED, REGISTER_CHANGE
from shixian.programmes.anhui.nsf_sanctions import (
    FAILED_MEASURES,
    FAILED_OUTCOMES,
    PROJECT_ENDED,
    open_to_measures,
)
from shixian.programmes.anhui.nsf_term import GRANTED
from shixian.programmes.anhui.nsf_terms import (
    CHANGE,
    CONCLUSION,
    DISTINGUISHED,
    EXCELLENT,
    HOST,
    IS_JOINT,
    KEY,
    PI,
    PROGRESS,
    PROVINCE,
    TYPE,
    YOUTH,
)
from shixian.rules.conditions import Children, Condition, OutcomeOf, fact, mark
from shixian.rules.facts import choice_fact, date_fact, period_fact, text_fact, texts_fact, yes_no_fact
from shixian.rules.kinds import office_clock, party_clock, term
from shixian.rules.lifecycle import (
    Act,
    Automatic,
    Document,
    LeftToMeasures,
    Opens,
    Outcome,
    Spawn,
    Stage,
)
from shixian.rules.timing import months, set_by_act, yearly

# ---- 第三十条至第三十三条
MORE_THAN_ONE_CHECK = TYPE.is_one_of(DISTINGUISHED, EXCELLENT, KEY)

EXECUTION = open_to_measures(
    Stage(
        key="execution",
        title="项目实施",
        clause="第三十条",
        kind="期间",
        by=PI,
        after=("task_book_check",),
        clocks=(
            term(
                "第三十条",
                yearly(12, 31, anchor="task_book_check.done", reading="project_year"),
                Spawn(Opens(lifecycle=PROGRESS, label="progress", clause="第三十条")),
                key="progress",
                title="年度终了，启动年度进展报告",
            ),
            party_clock(
                "第四十二条",
                set_by_act("correction_period").after("execution.order_correction"),
                LeftToMeasures("逾期不改正的，由省科技厅视情节另作终止、撤销等处理并说明理由"),
                key="correction",
                title="限期改正",
                met_by=("report_correction",),
                reading="correction_silent",
            ),
        ),
        acts=(
            Act(
                verb="file_route_change",
                title="批准备案研究方案和技术路线调整",
                by=(HOST,),
                clause="第三十二条",
                documents=(Document("route_change", "调整备案手续", "第三十二条"),),
                inputs=("goals_kept",),
                conditions=(Condition("goals_kept", "不降低主要研究目标", fact("goals_kept"), "第三十二条"),),
                anew=True,
            ),
            Act(
                verb="propose_change",
                title="提出变更",
                by=(HOST,),
                clause="第三十三条第一款",
                inputs=("change_kind",),
                optional=("new_pi", "new_participants", "new_host"),
                conditions=(
                    Condition(
                        "pi_may_change",
                        "杰青项目、优青项目和青年项目不得变更项目负责人",
                        ~TYPE.is_one_of(DISTINGUISHED, EXCELLENT, YOUTH) | fact("change_kind").differs("pi"),
                        "第三十三条第一款",
                    ),
                ),
                opens=Opens(
                    lifecycle=CHANGE,
                    label="change",
                    clause="第三十三条第一款",
                    facts={
                        "change_kind": fact("change_kind"),
                        "project_type": fact("project_type"),
                        "current_pi": fact("applicant"),
                        "new_pi": fact("new_pi"),
                        "new_participants": fact("new_participants"),
                        "new_host": fact("new_host"),
                    },
                ),
            ),
            REGISTER_CHANGE,
            Act(
                verb="propose_termination",
                title="提出终止项目实施的申请",
                by=(HOST,),
                clause="第三十三条第二款",
                inputs=("pi_ground",),
                anew=True,
            ),
            Act(
                verb="check_once",
                title="过程检查（杰青、优青、重点项目）",
                by=(PROVINCE,),
                clause="第三十一条",
                conditions=(Condition("checked_types", "仅杰青、优青和重点项目", MORE_THAN_ONE_CHECK, "第三十一条"),),
                discretion=True,  # 一般不开展
                at_most=1,
            ),
            Act(
                verb="check_exceptionally",
                title="过程检查（其他项目）",
                by=(PROVINCE,),
                clause="第三十一条",
                conditions=(
                    Condition(
                        "other_types", "杰青、优青和重点项目的过程检查不超过一次", ~MORE_THAN_ONE_CHECK, "第三十一条"
                    ),
                ),
                discretion=True,  # 一般不开展
            ),
            Act(
                verb="order_correction",
                title="责令限期改正",
                by=(PROVINCE,),
                clause="第四十二条",
                inputs=("misconduct", "correction_period"),
                anew=True,
                discretion=True,
            ),
            Act(
                verb="report_correction",
                title="报告改正情况",
                by=(PI, HOST),
                clause="第四十二条",
            ),
        ),
        automatic=Automatic(ready=~OutcomeOf("organise").is_none, outcome="ended", clause="第三十五条"),
        outcomes=(Outcome(key="ended", title="实施期结束", clause="第三十五条", ends_branch=True),),
    ),
    CHANGE_REGISTERED,
)

# ---- 第三十五条
ORGANISE = open_to_measures(
    Stage(
        key="organise",
        title="组织结题",
        clause="第三十五条",
        kind="组织",
        by=PROVINCE,
        after=("extended_term",),
        clocks=(
            office_clock(
                "第三十五条",
                months(3).after("funding_end"),
                title="组织结题",
                only_if=~GRANTED & ~IS_JOINT,
                reading="organised_when",
            ),
            office_clock(
                "第三十五条",
                months(3).after("extended_to"),
                key="extended",
                title="组织结题（已延期）",
                only_if=GRANTED & ~IS_JOINT,
                reading="three_months_extended",
            ),
        ),
        acts=(
            Act(
                verb="organise",
                title="组织结题",
                by=(PROVINCE,),
                clause="第三十五条",
                outcome="organised",
                inputs=("materials_due",),
                conditions=(
                    CHANGE_REGISTERED,
                    Condition(
                        "no_disagreement",
                        "两单位协商不一致的，应终止，不组织结题",
                        Children(CHANGE, outcome="disagreed").equals(0),
                        "第三十三条第三款",
                    ),
                    Condition(
                        "due_after", "结题材料提交期限在组织结题之后", fact("materials_due") > mark("act"), "第三十五条"
                    ),
                ),
                opens=Opens(
                    lifecycle=CONCLUSION,
                    label="conclusion",
                    clause="第三十五条",
                    facts={
                        "materials_due": fact("materials_due"),
                        "project_type": fact("project_type"),
                        "applicant": fact("applicant"),
                        "participants": fact("participants"),
                    },
                ),
            ),
            REGISTER_CHANGE,  # of a change approved when the term had already run out
        ),
        outcomes=(Outcome(key="organised", title="已组织结题", clause="第三十五条"),),
    ),
    CHANGE_REGISTERED,
)

CONCLUDED = open_to_measures(
    Stage(
        key="conclusion",
        title="结题",
        clause="第三十七条",
        kind="关口",
        by=PROVINCE,
        after=("organise",),
        acts=FAILED_MEASURES,
        automatic=Automatic(ready=Children(CONCLUSION, outcome="passed") >= 1, outcome="passed", clause="第三十七条"),
        outcomes=(
            Outcome(key="passed", title="结题", clause="第三十七条", ends_branch=True, consequences=(PROJECT_ENDED,)),
            *FAILED_OUTCOMES,
        ),
    )
)

EXECUTION_FACTS = (
    yes_no_fact("goals_kept", "主要研究目标是否不降低", clause="第三十二条", answered_by="host"),
    choice_fact("change_kind", "变更事项", clause="第三十三条第一款", choices=CHANGE_KINDS, answered_by="host"),
    text_fact("new_pi", "拟任项目负责人", clause="第三十三条第一款", answered_by="host"),
    texts_fact("new_participants", "变更后的参与人", clause="第三十三条第一款", answered_by="host"),
    text_fact("new_host", "拟变更的依托单位", clause="第三十三条第三款", answered_by="host"),
    period_fact("correction_period", "改正期限", clause="第四十二条", answered_by="province"),
    date_fact("materials_due", "结题材料提交期限", clause="第三十五条", answered_by="province"),
)

EXECUTION_STAGES = (
    EXECUTION,
    ORGANISE,
    CONCLUDED,
)
