"""江苏省科技创新券试点方案, 苏科机发〔2020〕206号, in force from 2020-07-28: register, claim and use a voucher.

二（三）至二（五）, in order: an enterprise registers once, claims part of the year's 100,000 yuan, and each of its orders
offsets 25% of the price at payment, while the year, its claims and the year's budget last. A case is one claim; each
order is a case of its own that the claim opens, and opens the redemption when the service is done. Beside this file:
`voucher_terms` (who, which regulation, quotas and formulas), `voucher_redemption` (二（六）至二（八）), `voucher_award`
(二（九）) and `voucher_readings` (what the text leaves open).
"""

from __future__ import annotations

from datetime import date

from shixian.programmes.jiangsu.voucher_award import AWARD_LIFECYCLE
from shixian.programmes.jiangsu.voucher_readings import OFFSET_READINGS, ORDER_READINGS, USE_READINGS
from shixian.programmes.jiangsu.voucher_redemption import OBJECTION_LIFECYCLE, REDEMPTION_LIFECYCLE
from shixian.programmes.jiangsu.voucher_terms import (
    BUDGET,
    CLAIMED,
    ENTERPRISE,
    LINKED_AREA,
    ORDER,
    PROVIDER,
    REDEMPTION,
    REGULATION,
    USE,
    USED,
    offset,
)
from shixian.rules.conditions import Condition, Remembered, fact, lift, mark
from shixian.rules.facts import (
    FactSet,
    Field,
    choice_fact,
    integer_fact,
    money_fact,
    text_fact,
    unit_code_fact,
    yes_no_fact,
)
from shixian.rules.family import DecidedAmount
from shixian.rules.kinds import submission, term
from shixian.rules.lifecycle import (
    Act,
    CallParameter,
    Clock,
    Closed,
    Decides,
    Document,
    FormulaCall,
    Goes,
    Lifecycle,
    Limit,
    Opens,
    Outcome,
    Remember,
    Stage,
)
from shixian.rules.quota import Left, Used
from shixian.rules.timing import yearly

UNIT_CODE: Field = unit_code_fact("unit_code", "企业统一社会信用代码", clause="二（四）", required=True, intake=True)
UNIT_NAME: Field = text_fact("unit_name", "企业名称", clause="二（三）", intake=True)

# -- 二（三） 企业注册: once for all years (reading registered_once) ---------------------------------------------------------

REGISTERED = "js-voucher-registered"
BEFORE_THE_SCHEME = date(2020, 7, 27)
NOT_REGISTERED = Remembered(REGISTERED, "unit_code", after=lift(BEFORE_THE_SCHEME)).equals(0)

QUALIFICATION = ("unit_name", "in_province", "library_number", "library_year", "area_linked")
LIBRARY_NUMBER = Condition(
    "library_number", "已取得科技型中小企业入库登记编号", ~fact("library_number").is_none, "引言"
)
LIBRARY_YEAR = Condition(
    "library_year", "入库登记编号为办理当年的", fact("library_year").equals(mark("act_year")), "引言", "library_yearly"
)


def with_the_year(lapse: Closed | Goes) -> Clock:
    """二（四）: what is not claimed or not used when the year ends has lapsed."""
    year_end = yearly(12, 31, anchor="opened", reading="calendar_year")
    return term("二（四）", year_end, lapse, title="额度当年有效")


def lapsed(text: str) -> Closed:
    return Closed(text, reason="expired", clause="二（四）")


REGISTRATION = submission(
    "registration",
    "企业注册",
    clause="二（三）",
    by=ENTERPRISE,
    only_if=NOT_REGISTERED,
    documents=(
        Document("proofs", "相关证明材料", "二（三）"),
        Document("credit_undertaking", "信用承诺", "三（三）"),
    ),
    optional=QUALIFICATION,
)

REGISTRATION_REVIEW = Stage(
    key="registration_review",
    title="注册审核",
    clause="二（三）",
    kind="审查",
    by=LINKED_AREA,
    after=("registration",),
    only_if=NOT_REGISTERED,
    acts=(
        Act(
            verb="pass",
            title="审核通过",
            by=(LINKED_AREA,),
            clause="二（三）",
            outcome="passed",
            optional=QUALIFICATION,
            conditions=(
                Condition("area_linked", "企业所在地区为联动地区", fact("area_linked"), "二（三）", "linked_only"),
                Condition("in_province", "为本省科技型中小企业", fact("in_province"), "引言"),
                LIBRARY_NUMBER,
                LIBRARY_YEAR,
            ),
            reading="registered_once",
        ),
        Act(
            verb="fail",
            title="审核不通过",
            by=(LINKED_AREA,),
            clause="二（三）",
            outcome="failed",
            discretion=True,
        ),
    ),
    outcomes=(
        Outcome(
            key="passed",
            title="注册通过",
            consequences=(
                Remember(key=REGISTERED, subject="unit_code", value=fact("library_number"), clause="二（三）"),
            ),
        ),
        Outcome(key="failed", title="审核不通过", closes=Closed("注册审核不通过", reason="refused", clause="二（三）")),
    ),
)

# -- 二（四） 省创新券申领 ---------------------------------------------------------------------------------------------------

CLAIM = Stage(
    key="claim",
    title="省创新券申领",
    clause="二（四）",
    kind="报送",
    by=ENTERPRISE,
    after=("registration_review",),
    clocks=(with_the_year(lapsed("当年未领取，额度失效")),),
    acts=(
        Act(
            verb="submit",
            title="领取省创新券",
            by=(ENTERPRISE,),
            clause="二（四）",
            outcome="submitted",
            inputs=("claim_amount",),
            optional=("library_number", "library_year"),
            conditions=(LIBRARY_NUMBER, LIBRARY_YEAR),
            decides=Decides(
                key="claim",
                title="领取的省创新券额度",
                clause="二（四）",
                amount=fact("claim_amount"),
                draws=(CLAIMED,),
            ),
        ),
    ),
    outcomes=(Outcome(key="submitted", title="已领取省创新券"),),
)

# -- 二（五） 省创新券使用: while it stands here the enterprise holds its voucher ------------------------------------------------

USE_PERIOD = Stage(
    key="use",
    title="省创新券使用",
    clause="二（五）",
    kind="期间",
    by=ENTERPRISE,
    after=("claim",),
    clocks=(with_the_year(Goes("expired")),),
    acts=(
        Act(
            verb="order",
            title="下单",
            by=(ENTERPRISE,),
            clause="二（五）",
            inputs=("order_number", "provider"),
            opens=Opens(
                lifecycle=ORDER,
                label="order",
                clause="二（五）",
                facts={
                    "unit_code": fact("unit_code"),
                    "unit_name": fact("unit_name"),
                    "order_number": fact("order_number"),
                    "provider": fact("provider"),
                },
            ),
        ),
    ),
    outcomes=(Outcome(key="expired", title="年终", clause="二（四）", closes=lapsed("年终，未使用的额度失效")),),
)

USE_LIFECYCLE = Lifecycle(
    key=USE,
    title="省创新券注册、申领和使用",
    regulation=REGULATION,
    actors=(ENTERPRISE, LINKED_AREA),
    facts=FactSet(
        (
            UNIT_CODE,
            UNIT_NAME,
            yes_no_fact("in_province", "是否本省科技型中小企业", clause="引言", intake=True),
            text_fact("library_number", "科技型中小企业入库登记编号", clause="引言", intake=True),
            integer_fact("library_year", "入库登记编号的年度", clause="引言", intake=True),
            yes_no_fact("area_linked", "所在地区是否为联动地区", clause="二（三）", intake=True),
            money_fact("claim_amount", "领取的额度", clause="二（四）"),
            text_fact("order_number", "订单号", clause="二（五）"),
            text_fact("provider", "服务机构名称", clause="二（五）"),
        )
    ),
    opening=(
        Condition(
            "this_year",
            "以立案当年的额度立案",
            mark("act_year").equals(mark("cycle")),
            "二（四）",
            "calendar_year",
        ),
    ),
    formulas=(offset,),
    readings=(*USE_READINGS, *OFFSET_READINGS),
    stages=(REGISTRATION, REGISTRATION_REVIEW, CLAIM, USE_PERIOD),
)

# -- 二（五） one order: contract, payment, service ---------------------------------------------------------------------

SERVICES = {"instrument": "大型科学仪器共享", "testing": "检验检测", "other": "其他科技服务"}

CONFIRM_CONTRACT = Stage(
    key="confirm_contract",
    title="在线确认服务合同",
    clause="二（五）",
    kind="报送",
    by=ENTERPRISE,
    clocks=(with_the_year(lapsed("当年未支付，额度失效")),),
    acts=(
        Act(
            verb="confirm",
            title="确认服务合同",
            by=(ENTERPRISE,),
            clause="二（五）",
            outcome="confirmed",
            documents=(Document("service_contract", "服务合同", "二（五）"),),
            optional=("provider_listed", "service_kind"),
            conditions=(
                Condition("provider_listed", "服务机构已入库", fact("provider_listed"), "二（一）"),
                Condition(
                    "pilot_service",
                    "属于试点的科技服务",
                    fact("service_kind").is_one_of("instrument", "testing"),
                    "一（三）",
                    "pilot_services",
                ),
            ),
        ),
    ),
    outcomes=(Outcome(key="confirmed", title="已确认服务合同"),),
)

OFFSET = Stage(
    key="offset",
    title="抵扣支付",
    clause="二（五）",
    kind="支付",
    by=ENTERPRISE,
    after=("confirm_contract",),
    clocks=(with_the_year(lapsed("当年未支付，额度失效")),),
    acts=(
        Act(
            verb="pay",
            title="支付订单并抵扣",
            by=(ENTERPRISE,),
            clause="二（五）",
            outcome="paid",
            inputs=("order_amount",),
            limits=(
                Limit(
                    key="js-voucher-one-offset",
                    clause="二（五）",
                    scope=(fact("order_number"),),
                    at_most=1,
                    text="一笔订单只抵扣一次",
                    per_cycle=False,
                ),
            ),
            decides=Decides(
                key="offset",
                title="省创新券抵扣额",
                clause="二（五）",
                amount=FormulaCall(
                    formula=offset,
                    inputs={
                        "order_amount": fact("order_amount"),
                        "claimed": Used(CLAIMED),
                        "used": Used(USED),
                        "budget_left": Left(BUDGET),
                    },
                ),
                draws=(USED, BUDGET),
            ),
            reading="fixed_rate",
        ),
    ),
    outcomes=(Outcome(key="paid", title="已抵扣支付"),),
)

SERVICE = Stage(
    key="service",
    title="完成服务",
    clause="二（六）",
    kind="期间",
    by=PROVIDER,
    after=("offset",),
    acts=(
        Act(
            verb="open_redemption",
            title="完成服务，转入兑付",
            by=(PROVIDER,),
            clause="二（六）",
            outcome="completed",
            opens=Opens(
                lifecycle=REDEMPTION,
                label="redemption",
                clause="二（六）",
                facts={
                    "order_number": fact("order_number"),
                    "provider": fact("provider"),
                    "unit_name": fact("unit_name"),
                    "offset_amount": DecidedAmount("offset"),
                },
            ),
            reading="no_latest_request",
        ),
    ),
    outcomes=(Outcome(key="completed", title="已完成服务", ends_branch=True),),
)

ORDER_LIFECYCLE = Lifecycle(
    key=ORDER,
    title="省创新券订单",
    regulation=REGULATION,
    legal_event="parent",
    child_of=USE,
    actors=(ENTERPRISE, PROVIDER),
    facts=FactSet(
        (
            UNIT_CODE,
            UNIT_NAME,
            text_fact("order_number", "订单号", clause="二（五）", required=True, intake=True),
            text_fact("provider", "服务机构名称", clause="二（五）", required=True, intake=True),
            yes_no_fact("provider_listed", "服务机构是否已入库", clause="二（一）", intake=True),
            choice_fact("service_kind", "服务类别", clause="一（三）", choices=SERVICES, intake=True),
            money_fact("order_amount", "实际服务金额", clause="二（五）"),
        )
    ),
    parameters=(
        CallParameter(
            field=money_fact("voucher_budget", "本年度省创新券预算资金总额", clause="二（五）"),
            why="二（五）以本年度预算资金总额为限，没有写明数额",
        ),
    ),
    formulas=(offset,),
    readings=(*ORDER_READINGS, *OFFSET_READINGS),
    stages=(CONFIRM_CONTRACT, OFFSET, SERVICE),
)

LIFECYCLES = (USE_LIFECYCLE, ORDER_LIFECYCLE, REDEMPTION_LIFECYCLE, OBJECTION_LIFECYCLE, AWARD_LIFECYCLE)
