"""苏科机发〔2020〕206号, 二（六）至二（八）: one order's voucher is redeemed, and the linked area pays its own share.

A case is one line of a quarter's list: what is objected to about it holds up this line and no other (reading
item_by_item). The order opens it with the amount that was offset; an officer can also open it directly.
"""

from __future__ import annotations

from shixian.programmes.jiangsu.voucher_readings import IN_FORCE, OBJECTION_READINGS, REDEMPTION_READINGS
from shixian.programmes.jiangsu.voucher_terms import (
    CENTER,
    LINKED_AREA,
    OBJECTION,
    OBJECTOR,
    PROVIDER,
    REDEMPTION,
    REGULATION,
    YEARLY_QUOTA,
)
from shixian.rules.conditions import Children, Condition, OfParent, fact, mark
from shixian.rules.facts import FactSet, date_fact, money_fact, text_fact, unit_code_fact
from shixian.rules.family import DecidedAmount
from shixian.rules.kinds import notice, office_clock, reminder, submission
from shixian.rules.lifecycle import Act, Closed, Decides, Document, Lifecycle, Limit, Opens, Outcome, Owes, Stage
from shixian.rules.publication import Shown, Withheld
from shixian.rules.timing import QuarterEnd, months, working_days

REQUEST = submission(
    "request",
    "提交兑付申请",
    clause="二（六）",
    by=PROVIDER,
    documents=(
        Document("service_contract", "服务合同", "二（六）"),
        Document("invoice", "交易发票", "二（六）"),
        Document("bank_statement", "银行流水", "二（六）"),
    ),
    inputs=("service_completed_on",),
    conditions=(Condition("completed", "已完成对企业的服务", fact("service_completed_on") <= mark("act"), "二（六）"),),
)

BENEFICIARY = Condition(
    "beneficiary", "兑付清单须列明受惠企业", fact("unit_name").is_known & ~fact("unit_name").is_none, "二（七）"
)
# What one order has offset is drawn from one enterprise's quota of one year, however the case came here.
WITHIN_QUOTA = Condition(
    "within_quota", "一笔订单的抵扣不超过企业每年的额度", fact("offset_amount") <= YEARLY_QUOTA, "二（四）"
)
OFFSET_OF_ORDER = OfParent(DecidedAmount("offset"))
AS_OFFSET = Condition(
    "as_offset",
    "兑付的是支付时抵扣的金额",
    OFFSET_OF_ORDER.is_none | fact("offset_amount").equals(OFFSET_OF_ORDER),
    "二（八）",
    "one_redemption",
)

REVIEW = Stage(
    key="review",
    title="核准",
    clause="二（七）",
    kind="审查",
    by=CENTER,
    after=("request",),
    clocks=(reminder("二（六）", QuarterEnd("request.done", reading="batch"), key="batch", title="本季度集中兑付"),),
    acts=(
        Act(
            verb="pass",
            title="核准，列入本季度兑付清单",
            by=(CENTER,),
            clause="二（七）",
            outcome="passed",
            optional=("unit_name",),
            conditions=(
                Condition(
                    "quarter_over",
                    "申请所在季度已结束，集中兑付",
                    mark("act") > mark("review.batch.last_day"),
                    "二（六）",
                    "batch",
                ),
                BENEFICIARY,
                WITHIN_QUOTA,
            ),
            reading="one_redemption",
        ),
        Act(
            verb="pass_early",
            title="核准，不待季度结束先行兑付",
            by=(CENTER,),
            clause="二（六）",
            outcome="passed",
            optional=("unit_name",),
            conditions=(BENEFICIARY, WITHIN_QUOTA),
            discretion=True,
            reading="out_of_batch",
        ),
        Act(verb="fail", title="不予核准", by=(CENTER,), clause="二（七）", outcome="failed", discretion=True),
    ),
    outcomes=(
        Outcome(key="passed", title="核准"),
        Outcome(key="failed", title="不予核准", closes=Closed("不予核准兑付", reason="refused", clause="二（七）")),
    ),
)

PUBLICITY = notice(
    "publicity",
    "公示兑付清单",
    clause="二（七）",
    by=CENTER,
    length=working_days(5),
    after=("review",),
    objections=Opens(lifecycle=OBJECTION, label="objection", clause="二（七）"),
    objector=OBJECTOR,
    objection_inputs=("objection_ground", "objector"),
    shows=(
        Shown("provider", "二（七）", reading="兑付清单应能辨认兑付给谁"),
        Shown("unit_name", "二（七）"),
        Shown("offset_amount", "二（七）", reading="清单列明兑付的金额"),
    ),
    withholds=(Withheld("服务合同、发票和付款凭证", "条文只要求公示兑付清单", "二（七）"),),
)

PAY_PROVIDER = Stage(
    key="pay_provider",
    title="资金拨付",
    clause="二（八）",
    kind="决定",
    by=CENTER,
    after=("publicity",),
    acts=(
        Act(
            verb="pay",
            title="拨付省创新券补助资金",
            by=(CENTER,),
            clause="二（八）",
            outcome="paid",
            conditions=(
                Condition(
                    "handled",
                    "对本笔的异议均已处理",
                    Children(OBJECTION, status="open").equals(0),
                    "二（八）",
                    "item_by_item",
                ),
                Condition(
                    "none_upheld",
                    "对本笔没有异议成立",
                    Children(OBJECTION, outcome="upheld").equals(0),
                    "二（八）",
                    "item_by_item",
                ),
                WITHIN_QUOTA,
                AS_OFFSET,
            ),
            limits=(
                Limit(
                    key="js-voucher-one-redemption",
                    clause="二（六）",
                    scope=(fact("order_number"),),
                    at_most=1,
                    text="一笔订单只兑付一次",
                    per_cycle=False,
                ),
            ),
            # One event, two payers and two payees: the province redeems, the linked area adds its own share.
            decides=Decides(
                key="redemption",
                title="兑付省创新券补助",
                clause="二（八）",
                amount=fact("offset_amount"),
                owes=(
                    Owes(payee=fact("provider"), debtor="省统筹中心", clause="二（八）"),
                    Owes(
                        payee=fact("unit_name"),
                        debtor="联动地区",
                        clause="二（八）",
                        due=months(3).after("pay_provider.pay"),
                        elsewhere=True,
                    ),
                ),
            ),
            head=True,
            reading="local_share",
        ),
        Act(
            verb="refuse",
            title="异议成立，不予拨付",
            by=(CENTER,),
            clause="二（八）",
            outcome="refused",
            conditions=(Condition("upheld", "有异议成立", Children(OBJECTION, outcome="upheld") >= 1, "二（八）"),),
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="paid", title="已拨付服务机构"),
        Outcome(
            key="refused", title="不予拨付", closes=Closed("公示有异议，不予拨付", reason="refused", clause="二（八）")
        ),
    ),
)

LOCAL_PAYMENT = Stage(
    key="local_payment",
    title="地方资助拨付企业",
    clause="二（八）",
    kind="拨付",
    by=LINKED_AREA,
    after=("pay_provider",),
    clocks=(
        office_clock("二（八）", months(3).after("pay_provider.done"), title="地方资助拨付", reading="three_months"),
    ),
    acts=(
        Act(
            verb="pay",
            title="拨付地方资助经费",
            by=(LINKED_AREA,),
            clause="二（八）",
            outcome="paid",
        ),
    ),
    outcomes=(Outcome(key="paid", title="已拨付企业", ends_branch=True),),
)

REDEMPTION_LIFECYCLE = Lifecycle(
    key=REDEMPTION,
    title="省创新券兑付",
    regulation=REGULATION,
    is_application=False,
    party="provider_code",
    party_name="provider",
    actors=(PROVIDER, CENTER, LINKED_AREA, OBJECTOR),
    facts=FactSet(
        (
            text_fact("order_number", "订单号", clause="二（六）", required=True, intake=True),
            text_fact("provider", "服务机构名称", clause="二（六）", required=True, intake=True),
            unit_code_fact("provider_code", "服务机构统一社会信用代码", clause="二（六）", intake=True),
            text_fact("unit_name", "受惠企业名称", clause="二（七）", intake=True),
            money_fact("offset_amount", "已抵扣的省创新券金额", clause="二（八）", required=True, intake=True),
            date_fact("service_completed_on", "完成服务的日期", clause="二（六）"),
        )
    ),
    readings=(IN_FORCE, *REDEMPTION_READINGS),
    stages=(REQUEST, REVIEW, PUBLICITY, PAY_PROVIDER, LOCAL_PAYMENT),
)

HANDLE = Stage(
    key="handle",
    title="处理异议",
    clause="二（七）",
    kind="异议",
    by=CENTER,
    acts=(
        Act(
            verb="uphold",
            title="异议成立",
            by=(CENTER,),
            clause="二（八）",
            outcome="upheld",
            discretion=True,
            reading="objection_route",
        ),
        Act(
            verb="dismiss",
            title="异议不成立",
            by=(CENTER,),
            clause="二（八）",
            outcome="dismissed",
            discretion=True,
            reading="objection_route",
        ),
    ),
    outcomes=(
        Outcome(key="upheld", title="异议成立", clause="二（八）", ends_branch=True),
        Outcome(key="dismissed", title="异议不成立", clause="二（八）", ends_branch=True),
    ),
)

OBJECTION_LIFECYCLE = Lifecycle(
    key=OBJECTION,
    title="对兑付清单的异议",
    regulation=REGULATION,
    legal_event="parent",
    child_of=REDEMPTION,
    actors=(CENTER, OBJECTOR),
    facts=FactSet(
        (
            text_fact("objection_ground", "异议内容", clause="二（七）", intake=True),
            text_fact("objector", "异议人", clause="二（七）", sealed=True),
        )
    ),
    readings=OBJECTION_READINGS,
    stages=(HANDLE,),
)
