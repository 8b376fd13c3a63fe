"""沪科合〔2020〕15号, 第十二条 分期核拨: one case for each receipt of central money, opened by the main case.

The month runs from the receipt voucher even before the budget is approved; the payment cannot be made before. What
has been drawn, over all cases of one project, never exceeds the approved budget in force.
"""

from __future__ import annotations

from shixian.programmes.shanghai.matching_funds_money import TOTAL_IN_FORCE, drawdown_ceiling
from shixian.programmes.shanghai.matching_funds_readings import chosen
from shixian.programmes.shanghai.matching_funds_terms import (
    DRAWDOWN,
    FINANCE_BUREAU,
    MATCHING_FUNDS,
    RECHECKER,
    REGULATION,
    RESPONSIBLE_DEPT,
    UNDERTAKER,
)
from shixian.rules.conditions import Condition, OfParent, OutcomeOf, fact, mark
from shixian.rules.facts import FactSet, date_fact, money_fact
from shixian.rules.family import ChildrenWhere, DecidedByChildren
from shixian.rules.kinds import party_clock
from shixian.rules.lifecycle import (
    Act,
    Closed,
    Decides,
    Document,
    FormulaCall,
    Lifecycle,
    Outcome,
    Owes,
    Stage,
)
from shixian.rules.timing import months

# What the children ask of the main case that opened them.
BUDGET_APPROVED = OfParent(OutcomeOf("review_meeting")).equals("approved")
BUDGET_IN_FORCE = OfParent(TOTAL_IN_FORCE)
DRAWN = OfParent(DecidedByChildren(DRAWDOWN, "drawdown"))
EARLIER_APPLICATIONS = OfParent(ChildrenWhere(DRAWDOWN, OutcomeOf("drawdown_application").equals("submitted")))


DRAWDOWN_APPLICATION = Stage(
    key="drawdown_application",
    title="分期核拨申请",
    clause="第十二条第一款",
    kind="报送",
    by=UNDERTAKER,
    clocks=(
        # The text names no consequence (compare 第八条): nobody loses anything until a person has decided.
        party_clock(
            "第十二条第一款", months(1).after("receipt_date"), title="分期核拨申请", reading="receipt-before-approval"
        ),
    ),
    acts=(
        Act(
            verb="submit",
            title="申请拨付",
            by=(UNDERTAKER,),
            clause="第十二条第一款",
            outcome="submitted",
            inputs=("requested_amount",),
            documents=(
                Document("application_form", "国家科技重大专项上海市地方配套资金申请表（附件1）", "第十二条第一款"),
                Document("receipt_voucher", "中央财政资金到款凭证", "第十二条第一款"),
                Document(
                    "progress_form",
                    "国家科技重大专项项目（课题）进展情况表（附件2）",
                    "第十二条第一款",
                    only_if=EARLIER_APPLICATIONS > 0,
                ),
            ),
            reading="first-application",
        ),
    ),
    outcomes=(Outcome(key="submitted", title="已申请", clause="第十二条第一款"),),
)

DRAWDOWN_REVIEW_AND_PAYMENT = Stage(
    key="drawdown_review_and_payment",
    title="审核拨付",
    clause="第十二条第二款",
    kind="决定",
    by=RESPONSIBLE_DEPT,
    after=("drawdown_application",),
    acts=(
        Act(
            verb="send_for_recheck",
            title="审核并提交复核",
            by=(RESPONSIBLE_DEPT,),
            clause="第十二条第二款",
            documents=(
                Document("application_history", "地方配套资金历次申请情况表（附件3）", "第十二条第二款"),
                Document("budget_approval", "市审核小组预算批复", "第十二条第二款"),
            ),
            conditions=(Condition("budget_approved", "预算批复已经下达", BUDGET_APPROVED, "第十二条第二款"),),
            reading="post-subsidy",
        ),
        Act(
            verb="issue_opinion",
            title="出具资金申请复核意见",
            by=(RECHECKER,),
            clause="第十二条第二款",
            documents=(Document("recheck_opinion", "资金申请复核意见", "第十二条第二款"),),
            conditions=(
                Condition(
                    "sent",
                    "市责任部门已将材料提交复核",
                    ~mark("drawdown_review_and_payment.send_for_recheck").is_none,
                    "第十二条第二款",
                ),
            ),
        ),
        Act(
            verb="request_payment",
            title="向市财政局提交用款申请",
            by=(RESPONSIBLE_DEPT,),
            clause="第十二条第二款",
            documents=(Document("payment_request", "用款申请", "第十二条第二款"),),
            conditions=(
                Condition(
                    "rechecked",
                    "已有资金申请复核意见",
                    ~mark("drawdown_review_and_payment.issue_opinion").is_none,
                    "第十二条第二款",
                ),
            ),
        ),
        Act(
            verb="approve_payment",
            title="核准拨付",
            by=(FINANCE_BUREAU,),
            clause="第十二条第二款",
            outcome="paid",
            inputs=("drawdown_amount",),
            head=True,
            conditions=(
                Condition(
                    "requested",
                    "市责任部门已提交用款申请",
                    ~mark("drawdown_review_and_payment.request_payment").is_none,
                    "第十二条第二款",
                ),
                Condition(
                    "payee_known",
                    "收款的承担单位名称已经查明",
                    OfParent(fact("unit_name").is_known),
                    "第十二条第一款",
                ),
            ),
            decides=Decides(
                key="drawdown",
                title="本次拨付金额",
                clause="第十二条第二款",
                amount=fact("drawdown_amount"),
                ceiling=FormulaCall(
                    formula=drawdown_ceiling,
                    inputs={
                        "requested": fact("requested_amount"),
                        "approved_budget": BUDGET_IN_FORCE,
                        "drawn": DRAWN,
                    },
                ),
                owes=(Owes(payee=OfParent(fact("unit_name")), debtor="市财政局", clause="第十二条第二款"),),
            ),
        ),
        Act(
            verb="refuse",
            title="不予拨付",
            by=(RESPONSIBLE_DEPT,),
            clause="第十二条第二款",
            outcome="refused",
            discretion=True,
            head=True,
            reading="drawdown-refused",
        ),
    ),
    outcomes=(
        Outcome(
            key="paid",
            title="核准拨付",
            clause="第十二条第二款",
            closes=Closed("国库集中支付拨付", reason="completed"),
        ),
        Outcome(key="refused", title="不予拨付", clause="第十二条第二款", closes=Closed("不予拨付", reason="refused")),
    ),
)

DRAWDOWN_LIFECYCLE = Lifecycle(
    key=DRAWDOWN,
    title="地方配套资金分期核拨",
    regulation=REGULATION,
    legal_event="parent",
    child_of=MATCHING_FUNDS,
    actors=(UNDERTAKER, RESPONSIBLE_DEPT, RECHECKER, FINANCE_BUREAU),
    facts=FactSet(
        (
            date_fact("receipt_date", "到款凭证日期", clause="第十二条第一款", required=True),
            money_fact("receipt_amount", "中央财政资金到款金额", clause="第十二条第一款"),
            money_fact("requested_amount", "本次申请金额", clause="第十二条第一款", answered_by="undertaker"),
            money_fact("drawdown_amount", "本次拨付金额", clause="第十二条第二款", answered_by="finance_bureau"),
        )
    ),
    stages=(DRAWDOWN_APPLICATION, DRAWDOWN_REVIEW_AND_PAYMENT),
    formulas=(drawdown_ceiling,),
    readings=chosen(
        "receipt-before-approval",
        "first-application",
        "drawdown-ceiling",
        "drawdown-refused",
        "post-subsidy",
    ),
)
