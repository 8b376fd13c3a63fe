"""苏科机发〔2020〕206号, 二（九） 绩效奖励: at the end of the year, for excellent providers in the province.

A case is one provider and one year. The year's sum is the legal person's, over all its colleges and institutes that are
providers of their own: `AWARDED` is drawn from by each of their cases.
"""

from __future__ import annotations

from shixian.programmes.jiangsu.voucher_readings import AWARD_READINGS, IN_FORCE
from shixian.programmes.jiangsu.voucher_terms import (
    AWARD,
    AWARDED,
    CENTER,
    PROVIDER,
    REGULATION,
    award_ceiling,
)
from shixian.rules.conditions import Condition, fact
from shixian.rules.facts import FactSet, money_fact, text_fact, unit_code_fact, yes_no_fact
from shixian.rules.kinds import reminder
from shixian.rules.lifecycle import Act, Closed, Decides, FormulaCall, Lifecycle, Limit, Outcome, Owes, Stage
from shixian.rules.quota import Used
from shixian.rules.timing import yearly

AWARD_STAGE = Stage(
    key="award",
    title="绩效奖励",
    clause="二（九）",
    kind="决定",
    by=CENTER,
    clocks=(reminder("二（九）", yearly(12, 31, anchor="opened", reading="year_end"), title="年底绩效奖励"),),
    acts=(
        Act(
            verb="grant",
            title="给予绩效奖励",
            by=(CENTER,),
            clause="二（九）",
            outcome="awarded",
            inputs=("service_total", "award"),
            optional=("in_province", "excellent"),
            conditions=(
                Condition("in_province", "限于省内服务机构", fact("in_province"), "二（九）"),
                Condition("excellent", "限于优秀服务机构", fact("excellent"), "二（九）", "excellent"),
            ),
            discretion=True,
            decides=Decides(
                key="award",
                title="绩效奖励",
                clause="二（九）",
                amount=fact("award"),
                ceiling=FormulaCall(
                    formula=award_ceiling,
                    inputs={"service_total": fact("service_total"), "awarded": Used(AWARDED)},
                ),
                draws=(AWARDED,),
                owes=(Owes(payee=fact("unit_name"), debtor="省统筹中心", clause="二（九）"),),
            ),
            head=True,
            reading="one_award",
        ),
        Act(
            verb="decline",
            title="不予奖励",
            by=(CENTER,),
            clause="二（九）",
            outcome="none",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="awarded", title="已给予奖励", ends_branch=True),
        Outcome(key="none", title="不予奖励", closes=Closed("不予奖励", reason="refused", clause="二（九）")),
    ),
)

AWARD_LIFECYCLE = Lifecycle(
    key=AWARD,
    title="省创新券服务绩效奖励",
    regulation=REGULATION,
    is_application=False,
    actors=(CENTER, PROVIDER),
    facts=FactSet(
        (
            unit_code_fact("unit_code", "法人单位统一社会信用代码", clause="二（九）", required=True, intake=True),
            text_fact("unit_name", "法人单位名称", clause="二（九）", required=True, intake=True),
            text_fact("provider", "服务机构名称（如二级学院）", clause="二（九）", required=True, intake=True),
            yes_no_fact("in_province", "是否省内服务机构", clause="二（九）", intake=True),
            yes_no_fact("excellent", "是否优秀服务机构", clause="二（九）", answered_by="center"),
            money_fact("service_total", "年度累计涉及创新券服务实际总额", clause="二（九）", intake=True),
            money_fact("award", "奖励金额", clause="二（九）", answered_by="center"),
        )
    ),
    opening_limits=(
        Limit(
            key="js-voucher-one-award-a-year",
            clause="二（九）",
            scope=(fact("unit_code"), fact("provider")),
            at_most=1,
            text="每个服务机构每年奖励一次",
        ),
    ),
    formulas=(award_ceiling,),
    readings=(IN_FORCE, *AWARD_READINGS),
    stages=(AWARD_STAGE,),
)
