"""沪科合〔2020〕15号, 第十四条 审计核查 and 第十五条 结余资金: what follows the national evaluation's conclusion.

Two anchors: the report (第十四条) and the return (第十五条第一款) run from the RECEIPT of the conclusion; the two years of
the retained balance (第十五条第二款) from 1 January of the year after its ISSUE.
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.shanghai.matching_funds_money import INDIRECT_WITHIN_CEILING, labour_ceiling, unspent_balance
from shixian.programmes.shanghai.matching_funds_standing import INDIRECT_ANEW, with_acts
from shixian.programmes.shanghai.matching_funds_terms import RESPONSIBLE_DEPT, REVIEW_GROUP, UNDERTAKER
from shixian.rules.conditions import Condition, fact, lift, mark
from shixian.rules.family import DecidedAmount
from shixian.rules.kinds import Correction, examination, office_clock, party_clock, submission, term
from shixian.rules.lifecycle import (
    Act,
    Automatic,
    Decides,
    Document,
    FormulaCall,
    Goes,
    Outcome,
    Owes,
    Stage,
)
from shixian.rules.money import yuan
from shixian.rules.periods import Roll
from shixian.rules.timing import YearsFromNewYear, months

NOTHING = yuan(0)
ORIGINAL_CHANNEL = lift("市财政局")  # 按原渠道返还: the way it came, from the city's treasury (第十二条)

# ---- 第十四条第一款
RESULT_AND_AUDIT_REPORT = submission(
    "result_and_audit_report",
    "综合绩效评价结果和审计报告报送",
    clause="第十四条第一款",
    by=UNDERTAKER,
    after=("execution:concluded",),
    documents=(
        Document("evaluation_result", "综合绩效评价结果", "第十四条第一款"),
        Document("audit_report", "地方配套资金财务审计报告", "第十四条第一款"),
    ),
    within=months(1).after("conclusion_received"),
)

# ---- 第十四条第二款
LABOUR_CONFIRMED = Condition(
    "labour_confirmed",
    "劳务费支出已经核查确认",
    ~mark("financial_check.confirm_labour").is_none,
    "第十四条第二款",
)
RECTIFIED = Condition(
    "rectified",
    "要求整改的，已提交整改落实情况的书面报告",
    mark("financial_check.request_correction").is_none
    | (mark("financial_check.correct") >= mark("financial_check.request_correction")),
    "第十四条第二款",
)
CONFIRM_LABOUR = Act(
    verb="confirm_labour",
    title="核查确认劳务费支出",
    by=(RESPONSIBLE_DEPT,),
    clause="第五条",
    inputs=("labour_spent", "central_paid_in_shanghai"),
    decides=Decides(
        key="labour_cost",
        title="劳务费支出",
        clause="第五条",
        amount=fact("labour_spent"),
        ceiling=FormulaCall(
            formula=labour_ceiling, inputs={"central_paid_in_shanghai": fact("central_paid_in_shanghai")}
        ),
    ),
)
TO_RETURN = Decides(
    key="balance_to_return",
    title="应上交的结余资金",
    clause="第十五条第一款",
    amount=fact("balance_to_return"),
    owes=(
        Owes(
            payee=ORIGINAL_CHANNEL,
            debtor="承担单位",
            clause="第十五条第一款",
            direction="追",
            due=months(1).after("conclusion_received"),
        ),
    ),
)
_CHECK = examination(
    "financial_check",
    "财务核查",
    clause="第十四条第二款",
    by=RESPONSIBLE_DEPT,
    after=("result_and_audit_report",),
    inputs=("indirect_spent", "balance_to_return", "balance_retained"),
    conditions=(
        RECTIFIED,
        LABOUR_CONFIRMED,
        Condition(
            "indirect_within",
            "间接费用支出不超过核定数",
            fact("indirect_spent") <= DecidedAmount("indirect_cost"),
            "第五条",
        ),
        Condition(
            "indirect_after_adjustment",
            "核定的间接费用不超过现行总预算的分段比例上限；总预算调减的，须先重新核定",
            INDIRECT_WITHIN_CEILING,
            "第五条",
            "indirect-after-adjustment",
        ),
    ),
    correction=Correction(
        clause="第十四条第二款",
        by=UNDERTAKER,
        period="rectification_period",
        documents=(Document("rectification_report", "整改落实情况书面报告", "第十四条第二款"),),
    ),
    extra_acts=(CONFIRM_LABOUR,),
)
_DECIDING = replace(
    _CHECK,
    acts=tuple(replace(act, decides=TO_RETURN, head=True) if act.verb == "pass" else act for act in _CHECK.acts),
)
FINANCIAL_CHECK = with_acts(_DECIDING, *INDIRECT_ANEW)

# ---- 第十四条第三款
CHECK_REPORT = Stage(
    key="check_report",
    title="审计核查报告备案",
    clause="第十四条第三款",
    kind="报送",
    by=RESPONSIBLE_DEPT,
    after=("financial_check",),
    clocks=(office_clock("第十四条第三款", months(3).after("financial_check.done"), title="审计核查报告备案"),),
    acts=(
        Act(
            verb="submit",
            title="报市审核小组备案",
            by=(RESPONSIBLE_DEPT,),
            clause="第十四条第三款",
            outcome="filed",
            documents=(Document("check_report", "地方配套资金审计核查等情况报告", "第十四条第三款"),),
        ),
        Act(verb="spot_check", title="抽查", by=(REVIEW_GROUP,), clause="第十四条第三款", discretion=True),
    ),
    outcomes=(Outcome(key="filed", title="已备案", clause="第十四条第三款", ends_branch=True),),
)

# ---- 第十五条第一款: open from the conclusion on, for that is when the month begins
RETURN_BALANCE = Stage(
    key="return_balance",
    title="上交结余",
    clause="第十五条第一款",
    kind="返还",
    by=UNDERTAKER,
    after=("execution:concluded",),
    clocks=(
        party_clock(
            "第十五条第一款",
            months(1).after("conclusion_received"),
            title="上交结余资金",
            met_by=("return",),
            reading="return-before-check",
        ),
    ),
    acts=(
        Act(
            verb="return",
            title="按原渠道返还并报市责任部门",
            by=(UNDERTAKER,),
            clause="第十五条第一款",
            documents=(Document("return_voucher", "返还凭证", "第十五条第一款"),),
            conditions=(
                Condition(
                    "determined",
                    "应上交的结余资金已经核查确定",
                    ~DecidedAmount("balance_to_return").is_none,
                    "第十五条第一款",
                ),
            ),
            at_most=1,
        ),
        Act(
            verb="file",
            title="报市审核小组备案",
            by=(RESPONSIBLE_DEPT,),
            clause="第十五条第一款",
            outcome="returned",
            conditions=(
                Condition("returned", "承担单位已经返还", ~mark("return_balance.return").is_none, "第十五条第一款"),
            ),
        ),
    ),
    outcomes=(
        Outcome(key="returned", title="已上交并备案", clause="第十五条第一款", ends_branch=True),
        Outcome(key="nothing_to_return", title="无需上交", clause="第十五条第一款", ends_branch=True),
    ),
    automatic=Automatic(
        ready=DecidedAmount("balance_to_return").equals(NOTHING),
        outcome="nothing_to_return",
        clause="第十五条第一款",
    ),
)

# ---- 第十五条第二款
USE_RETAINED_BALANCE = Stage(
    key="use_retained_balance",
    title="留用结余",
    clause="第十五条第二款",
    kind="期间",
    by=UNDERTAKER,
    after=("financial_check",),
    only_if=fact("balance_retained") > NOTHING,
    clocks=(
        term(
            "第十五条第二款",
            YearsFromNewYear(2, "conclusion_issued", "two-years", roll=Roll.NEXT_WORKING_DAY),
            Goes("term_run"),
            title="留用结余使用期",
        ),
    ),
    acts=(
        Act(
            verb="report_spending",
            title="报告留用结余使用情况",
            by=(UNDERTAKER,),
            clause="第十五条第二款",
            inputs=("retained_spent", "direct_research_spending", "paid_to_salaried"),
            anew=True,
            conditions=(
                Condition(
                    "direct",
                    "用于科研活动的直接支出",
                    fact("direct_research_spending").equals(True),
                    "第十五条第二款",
                ),
                Condition(
                    "no_salaried",
                    "不用于有工资性收入人员的劳务费",
                    fact("paid_to_salaried").equals(False),
                    "第十五条第二款",
                ),
                Condition(
                    "within_balance",
                    "累计使用不超过留用结余",
                    fact("retained_spent") <= fact("balance_retained"),
                    "第十五条第二款",
                ),
            ),
        ),
        Act(
            verb="finish",
            title="确认留用结余使用完毕",
            by=(RESPONSIBLE_DEPT,),
            clause="第十五条第二款",
            outcome="spent",
            conditions=(
                Condition(
                    "all_spent",
                    "留用结余已全部使用",
                    fact("retained_spent").equals(fact("balance_retained")),
                    "第十五条第二款",
                ),
            ),
        ),
    ),
    outcomes=(
        Outcome(key="spent", title="使用完毕", clause="第十五条第二款", ends_branch=True),
        Outcome(key="term_run", title="2年届满", clause="第十五条第二款"),
    ),
)
RETURN_UNSPENT = Stage(
    key="return_unspent",
    title="返还未使用完的留用结余",
    clause="第十五条第二款",
    kind="返还",
    by=UNDERTAKER,
    after=("use_retained_balance:term_run",),
    only_if=fact("retained_spent") < fact("balance_retained"),
    acts=(
        Act(
            verb="determine",
            title="确定应返还的余额",
            by=(RESPONSIBLE_DEPT,),
            clause="第十五条第二款",
            at_most=1,
            decides=Decides(
                key="unspent_balance",
                title="2年后未使用完的留用结余",
                clause="第十五条第二款",
                amount=FormulaCall(
                    formula=unspent_balance,
                    inputs={"retained": fact("balance_retained"), "spent": fact("retained_spent")},
                ),
                # No day is named for this return.
                owes=(
                    Owes(payee=ORIGINAL_CHANNEL, debtor="承担单位", clause="第十五条第二款", direction="追", due=None),
                ),
            ),
        ),
        Act(
            verb="return",
            title="按原渠道返还",
            by=(UNDERTAKER,),
            clause="第十五条第二款",
            outcome="returned",
            documents=(Document("return_voucher", "返还凭证", "第十五条第二款"),),
            conditions=(
                Condition(
                    "determined", "应返还的余额已经确定", ~mark("return_unspent.determine").is_none, "第十五条第二款"
                ),
            ),
        ),
    ),
    outcomes=(Outcome(key="returned", title="已返还", clause="第十五条第二款", ends_branch=True),),
)

CLOSING_STAGES = (
    RESULT_AND_AUDIT_REPORT,
    FINANCIAL_CHECK,
    CHECK_REPORT,
    RETURN_BALANCE,
    USE_RETAINED_BALANCE,
    RETURN_UNSPENT,
)
