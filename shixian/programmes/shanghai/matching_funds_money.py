"""沪科合〔2020〕15号: its arithmetic. Ceilings of 第五条, of the approved budget, and of each draw-down."""

from __future__ import annotations

from shixian.programmes.shanghai.matching_funds_terms import ADJUSTMENT
from shixian.rules.amounts import Amount, marginal, minimum_of, rate_of, subtract
from shixian.rules.computed import Computed
from shixian.rules.conditions import Choose
from shixian.rules.family import DecidedAmount, DecidedByChildren
from shixian.rules.formulas import formula
from shixian.rules.lifecycle import FormulaCall
from shixian.rules.money import Money as Yuan
from shixian.rules.money import Rounding

INDIRECT_TIERS = (
    (1_000_000, "8%"),
    (5_000_000, "5%"),
    (10_000_000, "2%"),
    (None, "1%"),
)


@formula("间接费用上限", clause="第五条", local_grant="地方配套资金资助总额")
def indirect_cost_ceiling(local_grant: Yuan) -> Amount:
    """第五条第二项: indirect cost is at most this, each part of the total local grant at the rate of its own tier."""
    return marginal(
        local_grant,
        INDIRECT_TIERS,
        clause="第五条",
        rounding=Rounding.DOWN,
        reading="ceiling-rounding",
        label="分段超额累退",
    )


# 第十三条第一项: the total in force is the latest that the review group has approved; asked of the main case.
_LATEST_TOTAL = DecidedByChildren(ADJUSTMENT, "total_budget", latest=True)
TOTAL_IN_FORCE = Choose(_LATEST_TOTAL.is_none, DecidedAmount("matching_budget"), _LATEST_TOTAL)
INDIRECT_CEILING = FormulaCall(formula=indirect_cost_ceiling, inputs={"local_grant": TOTAL_IN_FORCE})
INDIRECT_WITHIN_CEILING = DecidedAmount("indirect_cost") <= Computed(INDIRECT_CEILING)


@formula("劳务费上限", clause="第五条", central_paid_in_shanghai="实际国家拨付经费（留沪中央财政资金）")
def labour_ceiling(central_paid_in_shanghai: Yuan) -> Amount:
    """第五条第一项: labour cost is at most a tenth of what the State has paid and is kept in Shanghai."""
    return rate_of(central_paid_in_shanghai, "10%", clause="第五条", rounding=Rounding.DOWN, reading="ceiling-rounding")


@formula("预算批复上限", clause="第十一条", filed_budget="备案的配套预算", confirmed_budget="复核后的配套预算")
def matching_budget_ceiling(filed_budget: Yuan, confirmed_budget: Yuan) -> Amount:
    """第四条、第十一条: no more is approved than was filed, and than the budget laid before the meeting."""
    return minimum_of(filed_budget, confirmed_budget, clause="第十一条", reading="matching-amount-ceiling")


@formula(
    "本次拨付上限",
    clause="第十二条",
    requested="本次申请金额",
    approved_budget="现行批复预算",
    drawn="已核拨金额",
)
def drawdown_ceiling(requested: Yuan, approved_budget: Yuan, drawn: Yuan) -> Amount:
    """第十二条、第十三条: at most what is applied for, and what the approved budget still holds."""
    left = subtract(approved_budget, drawn, clause="第十三条", label="批复预算余额")
    return minimum_of(requested, left, clause="第十二条", reading="drawdown-ceiling")


@formula("留用结余未使用额", clause="第十五条", retained="留用结余", spent="2年内已使用")
def unspent_balance(retained: Yuan, spent: Yuan) -> Amount:
    """第十五条第二款: what of the retained balance is unspent after the two years goes back whole."""
    return subtract(retained, spent, clause="第十五条", label="未使用完的部分")
