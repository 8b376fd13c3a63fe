"""沪科合〔2020〕15号 国家科技重大专项资金配套管理办法实施细则, article by article.

One case is one project's (or sub-project's) local matching funds in one undertaking unit: filing, checks, the review
group's budget approval, the execution with its draw-downs and adjustments, the audit and the balance. 第六条 (yearly
forecast), 第十二条, 第十三条, 第二十四条 and 第二十五条 repeat and are cases of their own.
"""

from __future__ import annotations

from shixian.programmes.shanghai.matching_funds_adjustment import ADJUSTMENT_LIFECYCLE
from shixian.programmes.shanghai.matching_funds_closing import CLOSING_STAGES
from shixian.programmes.shanghai.matching_funds_drawdown import DRAWDOWN_LIFECYCLE
from shixian.programmes.shanghai.matching_funds_duties import (
    FORECAST_LIFECYCLE,
    INFORMATION_LIFECYCLE,
    INSPECTION_LIFECYCLE,
)
from shixian.programmes.shanghai.matching_funds_facts import FACTS
from shixian.programmes.shanghai.matching_funds_filing import FILING, FORMAL_CHECK
from shixian.programmes.shanghai.matching_funds_money import (
    indirect_cost_ceiling,
    labour_ceiling,
    matching_budget_ceiling,
    unspent_balance,
)
from shixian.programmes.shanghai.matching_funds_readings import chosen
from shixian.programmes.shanghai.matching_funds_standing import DUTIES, INDIRECT_ANEW, RECEIPTS, with_acts
from shixian.programmes.shanghai.matching_funds_terms import (
    ADJUSTMENT,
    ASSESSOR,
    FINANCE_BUREAU,
    INSPECTION,
    MATCHING_FUNDS,
    RECHECKER,
    REGULATION,
    RESPONSIBLE_DEPT,
    REVIEW_GROUP,
    UNDERTAKER,
)
from shixian.rules.conditions import Condition, fact, mark
from shixian.rules.family import DecidedAmount
from shixian.rules.kinds import office_clock, submission, term
from shixian.rules.lifecycle import (
    Act,
    Binds,
    Closed,
    Decides,
    Document,
    FormulaCall,
    Lifecycle,
    Opens,
    Outcome,
    Spawn,
    Stage,
)
from shixian.rules.timing import Yearly, yearly

# ---- 第九条第二款、第三款 预算评估、修改和确认
BUDGET_ASSESSMENT = submission(
    "budget_assessment",
    "预算评估",
    clause="第九条第二款",
    by=ASSESSOR,
    after=("formal_check",),
    documents=(Document("assessment_report", "加盖公章的预算评估报告", "第九条第二款"),),
    inputs=("assessed_budget",),
)

BUDGET_REVISION = Stage(
    key="budget_revision_and_confirmation",
    title="修改预算与审核确认",
    clause="第九条第三款",
    kind="审查",
    by=UNDERTAKER,
    after=("budget_assessment",),
    acts=(
        Act(verb="notify", title="通知修改预算", by=(RESPONSIBLE_DEPT,), clause="第九条第三款"),
        Act(
            verb="revise",
            title="报送修改后的预算",
            by=(UNDERTAKER,),
            clause="第九条第三款",
            inputs=("revised_budget",),
            anew=True,
        ),
        Act(
            verb="confirm",
            title="审核确认预算",
            by=(RESPONSIBLE_DEPT,),
            clause="第九条第三款",
            outcome="confirmed",
            conditions=(
                Condition(
                    "revised",
                    "承担单位已按评估报告报送修改后的预算",
                    ~mark("budget_revision_and_confirmation.revise").is_none,
                    "第九条第三款",
                ),
            ),
        ),
    ),
    outcomes=(Outcome(key="confirmed", title="审核确认", clause="第九条第三款"),),
)

# ---- 第十条 预算复核
BUDGET_RECHECK = Stage(
    key="budget_recheck",
    title="预算复核",
    clause="第十条",
    kind="审查",
    by=RECHECKER,
    after=("budget_revision_and_confirmation",),
    acts=(
        Act(
            verb="issue_opinion",
            title="出具预算复核意见",
            by=(RECHECKER,),
            clause="第十条",
            documents=(Document("recheck_opinion", "预算复核意见", "第十条"),),
        ),
        Act(
            verb="adjust",
            title="按复核意见调整预算",
            by=(UNDERTAKER,),
            clause="第十条",
            inputs=("revised_budget",),
            anew=True,
        ),
        Act(
            verb="report",
            title="报送修改后的预算书和评估报告",
            by=(RESPONSIBLE_DEPT,),
            clause="第十条",
            outcome="rechecked",
            documents=(
                Document("revised_budget_book", "修改后的预算书", "第十条"),
                Document("assessment_report", "预算评估报告", "第十条"),
            ),
            conditions=(
                Condition("opinion", "已有预算复核意见", ~mark("budget_recheck.issue_opinion").is_none, "第十条"),
            ),
        ),
    ),
    outcomes=(Outcome(key="rechecked", title="复核完成", clause="第十条"),),
)

# ---- 第十一条 预算审核 (第四条: how the amount is found)
REVIEW_MEETING = Stage(
    key="review_meeting",
    title="预算审核",
    clause="第十一条",
    kind="会议",
    by=REVIEW_GROUP,
    after=("budget_recheck",),
    clocks=(
        # A recheck that ends after 30 September comes before the meeting of the next year.
        office_clock(
            "第十一条",
            Yearly(9, 30, "budget_recheck.done", "september-30", next_after_anchor=True),
            title="提请召开审核会",
            met_by=("request",),
            reading="recheck-after-september",
        ),
    ),
    acts=(
        Act(
            verb="request",
            title="提请召开审核会",
            by=(RESPONSIBLE_DEPT,),
            clause="第十一条",
            documents=(
                Document("application_materials", "承担单位提交的各项申请材料", "第十一条第一项"),
                Document("assessment_report", "地方配套资金预算评估报告", "第十一条第二项"),
                Document("recheck_opinion", "预算复核意见", "第十一条第三项"),
                Document("matching_proposal", "地方配套资金建议方案", "第十一条第四项"),
            ),
        ),
        Act(
            verb="approve",
            title="下达预算批复",
            by=(REVIEW_GROUP,),
            clause="第十一条",
            outcome="approved",
            head=True,
            documents=(Document("minutes", "市审核小组会议纪要", "第十一条"),),
            inputs=("approved_budget", "central_budget_in_shanghai"),
            optional=("payment_mode",),
            conditions=(
                Condition(
                    "requested", "市责任部门已提请召开审核会", ~mark("review_meeting.request").is_none, "第十一条"
                ),
            ),
            decides=Decides(
                key="matching_budget",
                title="地方配套资金批复预算",
                clause="第十一条",
                amount=fact("approved_budget"),
                ceiling=FormulaCall(
                    formula=matching_budget_ceiling,
                    inputs={"filed_budget": fact("matching_budget"), "confirmed_budget": fact("revised_budget")},
                ),
            ),
        ),
        Act(
            verb="reject",
            title="审核不同意",
            by=(REVIEW_GROUP,),
            clause="第十一条",
            outcome="rejected",
            discretion=True,
            head=True,
            reading="meeting-not-approved",
        ),
    ),
    outcomes=(
        Outcome(key="approved", title="下达预算批复", clause="第十一条"),
        Outcome(
            key="rejected",
            title="审核不同意",
            clause="第十一条",
            closes=Closed("市审核小组不同意配套", reason="refused"),
        ),
    ),
)

# ---- 第五条 开支范围: the indirect cost is set once the total grant is known
INDIRECT_COST = Stage(
    key="indirect_cost",
    title="间接费用核定",
    clause="第五条",
    kind="决定",
    by=REVIEW_GROUP,
    after=("review_meeting:approved",),
    acts=(
        Act(
            verb="approve",
            title="核定间接费用",
            by=(REVIEW_GROUP,),
            clause="第五条",
            outcome="approved",
            head=True,
            inputs=("indirect_cost",),
            decides=Decides(
                key="indirect_cost",
                title="间接费用",
                clause="第五条",
                amount=fact("indirect_cost"),
                ceiling=FormulaCall(
                    formula=indirect_cost_ceiling, inputs={"local_grant": DecidedAmount("matching_budget")}
                ),
            ),
            reading="indirect-set-by",
        ),
    ),
    outcomes=(Outcome(key="approved", title="间接费用已核定", clause="第五条"),),
)

# ---- 第十二条至第十五条 预算执行: draw-downs, adjustments, yearly inspections, until the national evaluation concludes
EXECUTION = Stage(
    key="execution",
    title="预算执行",
    clause="第十三条",
    kind="期间",
    by=UNDERTAKER,
    after=("indirect_cost:approved",),
    clocks=(
        term(
            "第二十四条",
            yearly(12, 31, anchor="execution.opened", reading="annual-inspection"),
            Spawn(Opens(lifecycle=INSPECTION, label="inspection", clause="第二十四条")),
            key="inspection",
            title="年度检查",
            binds=Binds.OFFICE,
        ),
    ),
    acts=(
        Act(
            verb="open_adjustment",
            title="提出预算调整",
            by=(UNDERTAKER, RESPONSIBLE_DEPT),
            clause="第十三条",
            opens=Opens(lifecycle=ADJUSTMENT, label="adjustment", clause="第十三条"),
        ),
        Act(
            verb="conclude",
            title="登记国家综合绩效评价结论",
            by=(UNDERTAKER, RESPONSIBLE_DEPT),
            clause="第十四条第一款",
            outcome="concluded",
            inputs=("conclusion_issued", "conclusion_received"),
            conditions=(
                Condition(
                    "issued_then_received",
                    "结论下达在前，收到在后",
                    fact("conclusion_issued") <= fact("conclusion_received"),
                    "第十五条",
                ),
                Condition("received", "结论已经收到", fact("conclusion_received") <= mark("act"), "第十四条第一款"),
            ),
        ),
    ),
    outcomes=(Outcome(key="concluded", title="国家综合绩效评价已有结论", clause="第十四条第一款"),),
)

LIFECYCLE = Lifecycle(
    key=MATCHING_FUNDS,
    title="国家科技重大专项资金配套",
    regulation=REGULATION,
    actors=(UNDERTAKER, RESPONSIBLE_DEPT, REVIEW_GROUP, ASSESSOR, RECHECKER, FINANCE_BUREAU),
    facts=FACTS,
    stages=(
        FILING,
        with_acts(FORMAL_CHECK, *RECEIPTS, *DUTIES),
        with_acts(BUDGET_ASSESSMENT, *RECEIPTS, *DUTIES),
        with_acts(BUDGET_REVISION, *RECEIPTS, *DUTIES),
        with_acts(BUDGET_RECHECK, *RECEIPTS, *DUTIES),
        with_acts(REVIEW_MEETING, *RECEIPTS, *DUTIES),
        with_acts(INDIRECT_COST, *RECEIPTS, *DUTIES),
        with_acts(EXECUTION, *INDIRECT_ANEW, *RECEIPTS, *DUTIES),
        *(with_acts(stage, *RECEIPTS, *DUTIES) for stage in CLOSING_STAGES),
    ),
    readings=chosen(
        "in-force-day",
        "version-day",
        "approval-obtained",
        "appeal-materials",
        "formal-check-correction",
        "formal-check-failed",
        "matching-amount-ceiling",
        "september-30",
        "recheck-after-september",
        "meeting-not-approved",
        "ceiling-rounding",
        "indirect-set-by",
        "indirect-after-adjustment",
        "receipt-before-approval",
        "return-before-check",
        "two-years",
        "annual-inspection",
        "credit-weight",
    ),
    formulas=(indirect_cost_ceiling, labour_ceiling, matching_budget_ceiling, unspent_balance),
)

LIFECYCLES = (
    LIFECYCLE,
    DRAWDOWN_LIFECYCLE,
    ADJUSTMENT_LIFECYCLE,
    INSPECTION_LIFECYCLE,
    INFORMATION_LIFECYCLE,
    FORECAST_LIFECYCLE,
)
