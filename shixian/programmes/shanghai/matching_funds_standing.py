"""沪科合〔2020〕15号: acts that belong to no single stage, and are possible in several.

第五条: the indirect cost follows the total. 第十二条: central money may arrive at any time after the filing.
第二十五条: information is asked for throughout. 第二十六条: credit information is recorded whenever it comes up.
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.shanghai.matching_funds_money import INDIRECT_CEILING
from shixian.programmes.shanghai.matching_funds_terms import (
    DRAWDOWN,
    INFORMATION,
    RESPONSIBLE_DEPT,
    REVIEW_GROUP,
    UNDERTAKER,
)
from shixian.rules.conditions import Condition, fact, mark
from shixian.rules.lifecycle import Act, Decides, Integrity, Opens, Stage

# 第五条、第十三条第一项: the ceiling is a share of the total, so a total that was adjusted has another ceiling.
INDIRECT_ANEW = (
    Act(
        verb="reset_indirect",
        title="重新核定间接费用",
        by=(REVIEW_GROUP,),
        clause="第五条",
        inputs=("indirect_cost",),
        anew=True,
        head=True,
        decides=Decides(
            key="indirect_cost",
            title="间接费用",
            clause="第五条",
            amount=fact("indirect_cost"),
            ceiling=INDIRECT_CEILING,
        ),
        reading="indirect-after-adjustment",
    ),
)

RECEIPTS = (
    Act(
        verb="report_receipt",
        title="登记中央财政资金到款",
        by=(UNDERTAKER, RESPONSIBLE_DEPT),
        clause="第十二条第一款",
        inputs=("receipt_date", "receipt_amount"),
        conditions=(
            Condition("received", "中央财政资金已经到款", fact("receipt_date") <= mark("act"), "第十二条第一款"),
        ),
        opens=Opens(
            lifecycle=DRAWDOWN,
            label="drawdown",
            clause="第十二条第一款",
            facts={"receipt_date": fact("receipt_date"), "receipt_amount": fact("receipt_amount")},
        ),
        reading="receipt-before-approval",
    ),
)

DUTIES = (
    Act(
        verb="request_information",
        title="组织报送信息",
        by=(RESPONSIBLE_DEPT,),
        clause="第二十五条",
        inputs=("information_kind", "information_due"),
        opens=Opens(
            lifecycle=INFORMATION,
            label="information",
            clause="第二十五条",
            facts={"information_kind": fact("information_kind"), "information_due": fact("information_due")},
        ),
    ),
    Act(
        verb="record_credit",
        title="记录信用信息",
        by=(RESPONSIBLE_DEPT,),
        clause="第二十六条",
        inputs=("credit_subject", "credit_information"),
        anew=True,
        consequences=(
            Integrity(clause="第二十六条", subject="credit_subject", ground="地方配套资金使用和管理中的信用信息"),
        ),
        reading="credit-weight",
    ),
)


def with_acts(stage: Stage, *acts: Act) -> Stage:
    """The stage with further acts."""
    return replace(stage, acts=(*stage.acts, *acts))


def with_reading(stage: Stage, *, reading: str, clock: str = "", act: str = "") -> Stage:
    """The stage with a reading on one of its clocks or acts, by key or verb."""
    clocks = tuple(replace(item, reading=reading) if item.key == clock else item for item in stage.clocks)
    acts = tuple(replace(item, reading=reading) if item.verb == act else item for item in stage.acts)
    return replace(stage, clocks=clocks, acts=acts)
