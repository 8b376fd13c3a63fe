"""皖科基奖〔2020〕16号, 第三十五条至第三十七条: the conclusion of a project, graded A to D. 省科技厅 opens it when it organises
the conclusion; a project that fails is then revoked or terminated in its own case."""

from __future__ import annotations

from shixian.programmes.anhui.nsf_readings import CONCLUSION_READINGS
from shixian.programmes.anhui.nsf_review import CONFLICT_FACTS, OWN_CONFLICTS, not_struck_off, withdraws
from shixian.programmes.anhui.nsf_terms import (
    APPLICATION,
    CONCLUSION,
    CONFLICTED,
    EXPERTS,
    HOST,
    KIN,
    PI,
    PROJECT_TYPE,
    PROVINCE,
    REGULATION,
)
from shixian.rules.conditions import Condition, OutcomeOf, fact, mark
from shixian.rules.experts import conflict_free
from shixian.rules.facts import FactSet, choice_fact, date_fact, period_fact, text_fact, texts_fact, yes_no_fact
from shixian.rules.kinds import party_clock
from shixian.rules.lifecycle import SILENT, Act, Closed, Decides, Document, Goes, Lifecycle, Outcome, Stage
from shixian.rules.timing import on_day, set_by_act

GRADES = {"A": "优秀（A）", "B": "合格（B）", "C": "通过（C）", "D": "不通过（D）"}
OPINIONS = {"qualified": "合格", "unqualified": "不合格"}

SUBMIT = Stage(
    key="submit",
    title="结题材料",
    clause="第三十五条第二款",
    kind="报送",
    by=PI,
    clocks=(
        party_clock(
            "第三十五条第二款",
            on_day(set_by_act("materials_due")),
            SILENT,
            title="提交结题材料",
            reading="materials_due",
        ),
    ),
    acts=(
        Act(
            verb="prepare",
            title="撰写结题报告、编制经费决算、提交科技报告",
            by=(PI,),
            clause="第三十五条第二款",
            documents=(
                Document("conclusion_report", "结题报告", "第三十五条第二款"),
                Document("final_account", "经费决算", "第三十五条第二款"),
                Document("technical_report", "科技报告", "第三十五条第二款"),
            ),
        ),
        Act(
            verb="submit",
            title="审核后统一提交省科技厅",
            by=(HOST,),
            clause="第三十五条第二款",
            outcome="submitted",
            conditions=(
                Condition("prepared", "负责人已提交结题材料", ~mark("submit.prepare").is_none, "第三十五条第二款"),
            ),
        ),
    ),
    outcomes=(Outcome(key="submitted", title="已提交", clause="第三十五条第二款"),),
)

# ---- 第三十七条第三款第（一）至（三）项: what is defective is corrected in a time set, or the grade is D
MATERIAL_CHECK = Stage(
    key="material_check",
    title="结题材料审查",
    clause="第三十七条第三款",
    kind="审查",
    by=PROVINCE,
    after=("submit",),
    clocks=(
        party_clock(
            "第三十七条第三款",
            set_by_act("correction_period").after("material_check.request_correction"),
            Goes("uncorrected"),
            key="correction",
            title="改正结题材料",
            met_by=("correct",),
            reading="cure_period",
        ),
    ),
    acts=(
        Act(
            verb="pass",
            title="材料符合要求",
            by=(PROVINCE,),
            clause="第三十七条第三款",
            outcome="in_order",
            conditions=(
                Condition(
                    "corrected",
                    "要求改正的，已经改正",
                    mark("material_check.request_correction").is_none
                    | (mark("material_check.correct") >= mark("material_check.request_correction")),
                    "第三十七条第三款",
                ),
            ),
        ),
        Act(
            verb="request_correction",
            title="要求限期改正",
            by=(PROVINCE,),
            clause="第三十七条第三款",
            inputs=("defect", "correction_period"),
            anew=True,
            discretion=True,
        ),
        Act(verb="correct", title="提交改正材料", by=(PI, HOST), clause="第三十七条第三款"),
    ),
    outcomes=(
        Outcome(key="in_order", title="材料符合要求", clause="第三十七条第三款"),
        Outcome(key="uncorrected", title="逾期不改正", clause="第三十七条第三款"),
    ),
)

# ---- 第三十六条
REVIEWERS_FREE = (
    *conflict_free(fact("conclusion_experts"), OWN_CONFLICTS),
    not_struck_off("conclusion_experts"),
)
REVIEW = Stage(
    key="review",
    title="结题审查",
    clause="第三十六条",
    kind="评审",
    by=EXPERTS,
    after=("material_check:in_order",),
    acts=(
        Act(
            verb="assign_experts",
            title="确定结题评审专家",
            by=(PROVINCE,),
            clause="第三十六条",
            inputs=("conclusion_experts", "review_form", "kin_experts", "conflicted_experts"),
            conditions=REVIEWERS_FREE,
            anew=True,
            adds=CONFLICT_FACTS,
        ),
        withdraws(),
        Act(
            verb="record_opinion",
            title="提出评价意见",
            by=(EXPERTS,),
            clause="第三十六条第二款",
            outcome="opinion",
            documents=(Document("expert_opinion", "评价意见", "第三十六条第二款"),),
            inputs=("expert_opinion",),
            conditions=REVIEWERS_FREE,
        ),
    ),
    outcomes=(Outcome(key="opinion", title="已提出意见", clause="第三十六条第二款"),),
)

# ---- 第三十七条
UNCORRECTED = OutcomeOf("material_check").equals("uncorrected")
DILIGENT = fact("results_missed") & fact("diligence_proven")
FAILS = UNCORRECTED | (fact("expert_opinion").equals("unqualified") & ~DILIGENT)
RESULT_NOTICE = Document("result_notice", "通知依托单位和项目负责人的书面通知", "第三十七条第一款")
GRADE = Stage(
    key="grade",
    title="结题结果",
    clause="第三十七条",
    kind="决定",
    by=PROVINCE,
    after=("review", "material_check:uncorrected"),
    acts=(
        Act(
            verb="grade",
            title="作出优秀、合格或者通过的结题结果",
            by=(PROVINCE,),
            clause="第三十七条第一款",
            outcome="passed",
            documents=(RESULT_NOTICE,),
            inputs=("grade", "results_missed"),
            optional=("diligence_proven",),
            conditions=(
                Condition("a_to_c", "结果为A、B或C", fact("grade").is_one_of("A", "B", "C"), "第三十七条第一款"),
                Condition("not_failing", "应作出不通过（D）", ~FAILS, "第三十七条第三款", "fail_uncorrected"),
                Condition(
                    "diligent_c",
                    "未取得预期成果、证明已勤勉尽责的，作出通过（C）",
                    ~DILIGENT | fact("grade").equals("C"),
                    "第三十七条第二款",
                    "missed_results",
                ),
            ),
            decides=Decides(key="grade", title="结题结果", clause="第三十七条第一款", grade=fact("grade")),
            head=True,
        ),
        Act(
            verb="grade_d",
            title="作出不通过（D）的结题结果",
            by=(PROVINCE,),
            clause="第三十七条第三款",
            outcome="failed",
            documents=(RESULT_NOTICE,),
            optional=("results_missed", "diligence_proven"),
            conditions=(
                Condition("fails", "专家意见不合格，或者材料逾期不改正", FAILS, "第三十七条第三款", "fail_uncorrected"),
            ),
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="passed", title="结题", clause="第三十七条第一款", ends_branch=True),
        Outcome(
            key="failed",
            title="不通过（D）",
            clause="第三十七条第三款",
            closes=Closed("不通过（D），给予撤销或终止处理", reason="refused"),
        ),
    ),
)

CONCLUSION_LIFECYCLE = Lifecycle(
    key=CONCLUSION,
    title="项目结题",
    regulation=REGULATION,
    child_of=APPLICATION,
    legal_event="parent",
    party="applicant",
    actors=(PI, HOST, EXPERTS, PROVINCE),
    facts=FactSet(
        (
            text_fact("applicant", "项目负责人", clause="第三十五条第二款"),
            texts_fact("participants", "参与人", clause="第二十七条"),
            PROJECT_TYPE,
            date_fact("materials_due", "结题材料提交期限", clause="第三十五条", answered_by="province", required=True),
            choice_fact(
                "defect",
                "材料的问题",
                clause="第三十七条第三款",
                choices={
                    "report": "（一）结题报告材料不齐全或者手续不完备",
                    "account": "（二）经费决算手续不全或者不符合填报要求",
                    "other": "（三）其他不符合要求的情况",
                },
                answered_by="province",
            ),
            period_fact("correction_period", "改正期限", clause="第三十七条第三款", answered_by="province"),
            texts_fact("conclusion_experts", "结题评审专家", clause="第三十六条", answered_by="province"),
            choice_fact(
                "review_form",
                "审查方式",
                clause="第三十六条",
                choices={"correspondence": "通讯评审", "meeting": "会议评审"},
                answered_by="province",
            ),
            KIN,
            CONFLICTED,
            choice_fact(
                "expert_opinion", "专家评审意见", clause="第三十七条第三款", choices=OPINIONS, answered_by="experts"
            ),
            choice_fact("grade", "结题结果", clause="第三十七条第一款", choices=GRADES, answered_by="province"),
            yes_no_fact(
                "results_missed", "是否未取得预期研究成果或失败", clause="第三十七条第二款", answered_by="province"
            ),
            yes_no_fact(
                "diligence_proven", "档案或原始记录是否证明勤勉尽责", clause="第三十七条第二款", answered_by="province"
            ),
        )
    ),
    readings=CONCLUSION_READINGS,
    stages=(SUBMIT, MATERIAL_CHECK, REVIEW, GRADE),
)
