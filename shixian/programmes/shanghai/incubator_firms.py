"""第八条、第九条: is this firm an in-incubation firm (在孵企业), and has it graduated (毕业企业)?

The figures of 第五条 and 第七条 count in-incubation firms, so the test of one firm is a small lifecycle of its own.
"""

from __future__ import annotations

from shixian.programmes.shanghai.incubator_readings import GRADUATE_READINGS, TENANT_READINGS
from shixian.programmes.shanghai.incubator_terms import (
    DISTRICT,
    GRADUATE,
    INCUBATOR,
    PARK,
    REGULATION,
    TENANT,
    kind_fact,
)
from shixian.rules.conditions import AnyOf, Condition, Expression, Later, fact, mark
from shixian.rules.facts import FactSet, choice_fact, date_fact, money_fact, text_fact, unit_code_fact, yes_no_fact
from shixian.rules.lifecycle import Act, Closed, Lifecycle, Outcome, Stage
from shixian.rules.money import wan
from shixian.rules.timing import months

FIRM = (
    text_fact("unit_name", "企业名称", clause="第八条", intake=True),
    unit_code_fact("unit_code", "企业统一社会信用代码", clause="第八条", intake=True),
)

LONG_FIELD = fact("technology_field").is_one_of("biomedicine", "modern_agriculture", "integrated_circuits")


def within(limit: int) -> Expression:
    """Incubated no longer than so many months, counted from entry to the day of the test."""
    return mark("act") <= Later(fact("entered_on"), months(limit))


IN_INCUBATION = (
    Condition("business", "主要从事新技术、新产品的研发、生产和服务", fact("new_technology"), "第八条第（一）项"),
    Condition("tech_sme", "满足科技型中小企业相关要求", fact("tech_sme"), "第八条第（一）项"),
    Condition("registered", "注册地在载体场地内", fact("registered_on_site"), "第八条第（二）项"),
    Condition("works", "主要研发、办公场所在载体场地内", fact("works_on_site"), "第八条第（二）项"),
    Condition(
        "age",
        "入驻时成立时间不超过24个月（大学科技园不限）",
        fact("carrier").equals(PARK) | (fact("entered_on") <= Later(fact("founded_on"), months(24))),
        "第八条第（二）项",
    ),
    Condition(
        "term",
        "孵化时限原则上不超过48个月；生物医药、现代农业、集成电路不超过60个月",
        within(48) | (LONG_FIELD & within(60)) | (~LONG_FIELD & fact("term_excepted")),
        "第八条第（三）项",
        "long_fields",
    ),
)

TENANT_LIFECYCLE = Lifecycle(
    key=TENANT,
    title="在孵企业认定",
    regulation=REGULATION,
    is_application=False,  # the district examines; nobody applies
    actors=(DISTRICT,),
    facts=FactSet(
        (
            kind_fact(INCUBATOR, PARK),
            *FIRM,
            yes_no_fact("new_technology", "是否主要从事新技术、新产品", clause="第八条第（一）项", intake=True),
            yes_no_fact("tech_sme", "是否满足科技型中小企业要求", clause="第八条第（一）项", intake=True),
            yes_no_fact("registered_on_site", "注册地是否在载体场地内", clause="第八条第（二）项", intake=True),
            yes_no_fact("works_on_site", "主要研发、办公是否在载体场地内", clause="第八条第（二）项", intake=True),
            date_fact("founded_on", "企业成立日", clause="第八条第（二）项", intake=True),
            date_fact("entered_on", "入驻日", clause="第八条第（二）项", intake=True),
            choice_fact(
                "technology_field",
                "技术领域",
                clause="第八条第（三）项",
                intake=True,
                choices={
                    "biomedicine": "生物医药",
                    "modern_agriculture": "现代农业",
                    "integrated_circuits": "集成电路",
                    "other": "其他",
                },
            ),
            yes_no_fact("term_excepted", "孵化时限是否准予例外", clause="第八条第（三）项", answered_by="district_st"),
        )
    ),
    readings=TENANT_READINGS,
    stages=(
        Stage(
            key="tenant_check",
            title="在孵企业核定",
            clause="第八条",
            kind="审查",
            by=DISTRICT,
            acts=(
                Act(
                    verb="confirm",
                    title="核定为在孵企业",
                    by=(DISTRICT,),
                    clause="第八条",
                    outcome="in_incubation",
                    conditions=IN_INCUBATION,
                    reading="firm_tested_by",
                ),
                Act(
                    verb="except_term",
                    title="决定孵化时限是否准予例外",
                    by=(DISTRICT,),
                    clause="第八条第（三）项",
                    inputs=("term_excepted",),
                    discretion=True,
                ),
                Act(
                    verb="reject",
                    title="不予核定",
                    by=(DISTRICT,),
                    clause="第八条",
                    outcome="not_in_incubation",
                    discretion=True,
                ),
            ),
            outcomes=(
                Outcome(key="in_incubation", title="在孵企业", clause="第八条", ends_branch=True),
                Outcome(
                    key="not_in_incubation",
                    title="不是在孵企业",
                    clause="第八条",
                    closes=Closed("不符合在孵企业条件", reason="refused"),
                ),
            ),
        ),
    ),
)

ANY_OF_FOUR = Condition(
    "any_of_four",
    "高新技术企业，或投资累计超过500万元，或连续2年营业收入累计超过1000万元，或被兼并、收购、挂牌、上市",
    AnyOf(
        (
            fact("national_hi_tech"),
            fact("venture_capital") > wan(500),
            fact("earlier_year_revenue") + fact("later_year_revenue") > wan(1000),
            fact("merged_or_listed"),
        )
    ),
    "第九条",
    "two_years_revenue",
)

GRADUATE_LIFECYCLE = Lifecycle(
    key=GRADUATE,
    title="毕业企业认定",
    regulation=REGULATION,
    is_application=False,  # the district examines; nobody applies
    actors=(DISTRICT,),
    facts=FactSet(
        (
            *FIRM,
            yes_no_fact("national_hi_tech", "是否经国家备案通过的高新技术企业", clause="第九条第（一）项", intake=True),
            money_fact("venture_capital", "累计获得的天使投资或风险投资", clause="第九条第（二）项", intake=True),
            money_fact("earlier_year_revenue", "连续2年中前一年的营业收入", clause="第九条第（三）项", intake=True),
            money_fact("later_year_revenue", "连续2年中后一年的营业收入", clause="第九条第（三）项", intake=True),
            yes_no_fact("merged_or_listed", "是否被兼并、收购或挂牌、上市", clause="第九条第（四）项", intake=True),
        )
    ),
    readings=GRADUATE_READINGS,
    stages=(
        Stage(
            key="graduate_check",
            title="毕业企业核定",
            clause="第九条",
            kind="审查",
            by=DISTRICT,
            acts=(
                Act(
                    verb="confirm",
                    title="核定为毕业企业",
                    by=(DISTRICT,),
                    clause="第九条",
                    outcome="graduated",
                    conditions=(ANY_OF_FOUR,),
                    reading="firm_tested_by",
                ),
                Act(
                    verb="reject",
                    title="不予核定",
                    by=(DISTRICT,),
                    clause="第九条",
                    outcome="not_graduated",
                    discretion=True,
                ),
            ),
            outcomes=(
                Outcome(key="graduated", title="毕业企业", clause="第九条", ends_branch=True),
                Outcome(
                    key="not_graduated",
                    title="不是毕业企业",
                    clause="第九条",
                    closes=Closed("不符合毕业企业条件", reason="refused"),
                ),
            ),
        ),
    ),
)
