"""Terms of 江苏省科技创新券试点方案, 苏科机发〔2020〕206号: the regulation, who acts, and the money quotas with their formulas.

The lifecycles that rest on it are in `voucher` (register, claim, use), `voucher_redemption` and `voucher_award`.
The text numbers sections, not articles; 引言 is what stands before the first section.
"""

from __future__ import annotations

from datetime import date

from shixian.rules.amounts import Amount, capped, fixed, rate_of, subtract
from shixian.rules.conditions import fact, lift, parameter
from shixian.rules.formulas import formula
from shixian.rules.lifecycle import Actor, Binds, ClauseNote, Regulation
from shixian.rules.money import Money as Yuan
from shixian.rules.money import Rounding, wan
from shixian.rules.quota import Quota, Used

USE = "js-voucher-use"
ORDER = "js-voucher-order"
REDEMPTION = "js-voucher-redemption"
OBJECTION = "js-voucher-objection"
AWARD = "js-voucher-award"

ENTERPRISE = Actor("enterprise", "企业", Binds.PARTY)
PROVIDER = Actor("provider", "服务机构", Binds.PARTY)
LINKED_AREA = Actor("linked_area", "联动地区科技主管部门", Binds.OFFICE)
CENTER = Actor("center", "省统筹中心", Binds.OFFICE)
OBJECTOR = Actor("objector", "异议人", Binds.THIRD)

# No commencement and no end are stated (reading in_force).
REGULATION = Regulation(
    key="js-innovation-voucher",
    title="江苏省科技创新券试点方案",
    number="苏科机发〔2020〕206号",
    issuers=("江苏省科学技术厅", "江苏省财政厅"),
    issued=date(2020, 7, 28),
    in_force_from=date(2020, 7, 28),
    in_force_to=None,
    force_clause="印发通知",
    clauses=(
        ClauseNote("印发通知", "印发日期；未定施行日和终期"),
        ClauseNote("引言", "省创新券和企业的含义", "definition"),
        ClauseNote("一（一）", "工作思路", "exhortation"),
        ClauseNote("一（二）", "基本原则", "exhortation"),
        ClauseNote("一（三）", "试点的服务：大型科学仪器共享、检验检测"),
        ClauseNote("二（一）", "服务机构入库（入库的程序尚未编码，确认合同时查是否已入库）"),
        ClauseNote("二（二）", "联动地区承诺1:1资助", "not_yet"),
        ClauseNote("二（三）", "企业一次性注册，联动地区审核"),
        ClauseNote("二（四）", "每家企业每年额度10万元，当年有效，可分次使用"),
        ClauseNote("二（五）", "抵扣实际服务金额的25%，以年度预算为限，先用先得"),
        ClauseNote("二（六）", "完成服务后申请兑付，原则上按季度集中兑付"),
        ClauseNote("二（七）", "核准，公示兑付清单5个工作日"),
        ClauseNote("二（八）", "公示无异议后拨付；联动地区原则上3个月内拨付企业"),
        ClauseNote("二（九）", "年底绩效奖励，不超过5%，同一法人单位不超过50万元"),
        ClauseNote("三（一）", "省科技厅、省财政厅、省统筹中心和联动地区的分工", "reference"),
        ClauseNote("三（二）", "全流程线上管理；服务数据用于考核", "exhortation"),
        ClauseNote("三（三）", "信用承诺（骗取资金、三次及以上投诉、不履行承诺的处理尚未编码）"),
    ),
)

# -- 二（四）、二（五）: what one enterprise may claim and use in a year, and the year's money for all of them ------------

YEARLY_QUOTA = wan(10)

CLAIMED = Quota(
    key="js-voucher-claimed",
    clause="二（四）",
    scope=(fact("unit_code"),),
    at_most=lift(YEARLY_QUOTA),
    text="每家企业每年领取省创新券的额度不超过10万元",
    reading="claims_add_up",
)
USED = Quota(
    key="js-voucher-used",
    clause="二（四）",
    scope=(fact("unit_code"),),
    at_most=Used(CLAIMED),
    text="以当年领取的省创新券额度为限",
)
BUDGET = Quota(
    key="js-voucher-budget",
    clause="二（五）",
    at_most=parameter("voucher_budget"),
    text="省创新券使用以本年度预算资金总额为限，先用先得",
    reading="first_used",
)


@formula(
    "省创新券抵扣额",
    clause="二（五）",
    order_amount="实际服务金额",
    claimed="本年度已领取的额度",
    used="本年度已使用的额度",
    budget_left="本年度预算资金余额",
)
def offset(order_amount: Yuan, claimed: Yuan, used: Yuan, budget_left: Yuan) -> Amount:
    """二（四）、二（五）: 25% of the actual price, within what is left of the enterprise's quota and of the year's budget."""
    quarter = rate_of(
        order_amount,
        "25%",
        clause="二（五）",
        rounding=Rounding.DOWN,
        reading="offset_rounding",
        label="实际服务金额的25%",
    )
    quota = capped(claimed, YEARLY_QUOTA, clause="二（四）", name="quota", label="每年额度")
    left = subtract(quota, used, clause="二（四）", name="quota_left", label="额度余额")
    within_quota = capped(
        quarter, left, clause="二（四）", reading="partial_offset", name="within_quota", label="额度余额"
    )
    return capped(within_quota, budget_left, clause="二（五）", reading="partial_offset", label="预算资金余额")


# -- 二（九）: one sum a year for a legal person, whichever of its parts is awarded -------------------------------------

AWARD_CAP = wan(50)

AWARDED = Quota(
    key="js-voucher-awarded",
    clause="二（九）",
    scope=(fact("unit_code"),),
    at_most=lift(AWARD_CAP),
    text="同一法人单位年度累计奖励金额不超过50万元",
    reading="one_legal_person",
)


@formula(
    "绩效奖励上限",
    clause="二（九）",
    service_total="年度累计涉及创新券服务实际总额",
    awarded="同一法人单位本年度已奖励金额",
)
def award_ceiling(service_total: Yuan, awarded: Yuan) -> Amount:
    """二（九）: at most 5% of the year's voucher-related services, and what is left of the legal person's 500,000."""
    share = rate_of(
        service_total,
        "5%",
        clause="二（九）",
        rounding=Rounding.DOWN,
        reading="award_base",
        label="服务实际总额的5%",
    )
    cap = fixed(AWARD_CAP, clause="二（九）", label="同一法人单位年度上限")
    left = subtract(cap, awarded, clause="二（九）", reading="one_legal_person", name="cap_left", label="上限余额")
    return capped(share, left, clause="二（九）", label="上限余额")
