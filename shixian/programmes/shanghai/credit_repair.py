"""沪科规〔2020〕9号, 第二十二条、第二十三条: credit repair, a case of its own that may be applied for again after a refusal.

It stands under no bar: the bar that the information brought about closes applications for funds and awards, not the
way out of it.
"""

from __future__ import annotations

from shixian.programmes.shanghai.credit_readings import REPAIR_READINGS
from shixian.programmes.shanghai.credit_terms import (
    CREDIT,
    FROM_CITY,
    HANDED_IN,
    IS_GENERAL,
    IS_SERIOUS,
    ON_PLATFORM,
    PARTY_NAMES,
    PLATFORM,
    PROVIDER,
    REGULATION,
    REPAIR,
    STCSM,
    SUBJECT,
    class_fact,
    only_if,
    party_facts,
    provider_fact,
)
from shixian.rules.conditions import Condition, Expression, Later, Mark, OfParent, StandingAfter, fact
from shixian.rules.facts import FactSet, choice_fact, yes_no_fact
from shixian.rules.kinds import office_clock, submission
from shixian.rules.lifecycle import Act, Actor, Closed, Document, Lifecycle, Outcome, Stage
from shixian.rules.timing import working_days, years

HANDED_IN_ON = OfParent(ON_PLATFORM)
ADDRESSEES = {"provider": "信息提供单位", "platform": "市科技信用信息平台"}

# 第二十二条: all four together.
REPAIR_CONDITIONS = (
    Condition("corrected", "失信行为已纠正", fact("corrected"), "第二十二条第（一）项"),
    Condition("duties_done", "相关法定责任和义务履行完毕", fact("duties_done"), "第二十二条第（一）项"),
    Condition("effect_gone", "社会不良影响基本消除", fact("effect_gone"), "第二十二条第（一）项"),
    Condition(
        "full_year",
        "一般失信行为信息汇交须已满1年",
        only_if(IS_GENERAL, Mark("act") >= Later(HANDED_IN_ON, years(1))),
        "第二十二条第（二）项",
        "full_years",
    ),
    Condition(
        "full_three_years",
        "严重失信行为信息汇交须已满3年",
        only_if(IS_SERIOUS, Mark("act") >= Later(HANDED_IN_ON, years(3))),
        "第二十二条第（二）项",
        "full_years",
    ),
    *(
        Condition(
            f"no_new_{name}",
            "自失信信息汇交之日起至申请期间，未汇交新的失信信息",
            only_if(fact(name).is_known, StandingAfter(HANDED_IN, name, HANDED_IN_ON).equals(0)),
            "第二十二条第（三）项",
            "new_record",
        )
        for name in PARTY_NAMES
    ),
)

REPAIR_APPLY = submission(
    "repair_apply",
    "申请信用修复",
    clause="第二十二条",
    by=SUBJECT,
    inputs=("addressed_to", "corrected", "duties_done", "effect_gone"),
    documents=(Document("good_faith_promise", "在市科技信用信息平台作出的守信承诺", "第二十二条第（四）项"),),
    conditions=REPAIR_CONDITIONS,
)

FORWARD = Stage(
    key="forward",
    title="转交申请材料",
    clause="第二十三条第二款第（二）项",
    kind="转交",
    by=PLATFORM,
    after=("repair_apply",),
    only_if=fact("addressed_to").equals("platform") & ~FROM_CITY,
    acts=(
        Act(
            verb="forward",
            title="转交信息提供单位",
            by=(PLATFORM,),
            clause="第二十三条第二款第（二）项",
            outcome="forwarded",
        ),
    ),
    outcomes=(Outcome(key="forwarded", title="已转交", clause="第二十三条第二款第（二）项"),),
)


def deciding(key: str, title: str, by: Actor, guard: Expression) -> Stage:
    """Acceptance, and the decision in the 5 working days that follow it."""
    accepted = Condition("accepted", "应先受理", ~Mark(f"{key}.accept").is_none, "第二十三条")
    return Stage(
        key=key,
        title=title,
        clause="第二十三条",
        kind="决定",
        by=by,
        after=("forward",),
        only_if=guard,
        clocks=(
            office_clock(
                "第二十三条", working_days(5).after(f"{key}.accept"), title="决定是否同意修复", reading="acceptance"
            ),
        ),
        acts=(
            Act(verb="accept", title="受理", by=(by,), clause="第二十三条", at_most=1, reading="who_decides"),
            Act(
                verb="approve",
                title="同意修复",
                by=(by,),
                clause="第二十三条",
                outcome="repaired",
                conditions=(accepted,),
                head=True,
            ),
            Act(
                verb="refuse",
                title="不同意修复",
                by=(by,),
                clause="第二十三条",
                outcome="refused",
                conditions=(accepted,),
                discretion=True,
                head=True,
            ),
        ),
        outcomes=(
            Outcome(key="repaired", title="同意修复", closes=Closed("同意信用修复", reason="completed")),
            Outcome(key="refused", title="不同意修复", closes=Closed("不同意信用修复", reason="refused")),
        ),
    )


REPAIR_LIFECYCLE = Lifecycle(
    key=REPAIR,
    title="科技信用修复",
    regulation=REGULATION,
    child_of=CREDIT,
    legal_event="parent",
    actors=(SUBJECT, PLATFORM, PROVIDER, STCSM),
    facts=FactSet(
        (
            class_fact(intake=False),
            provider_fact(intake=False),
            *party_facts(),
            choice_fact("addressed_to", "向谁申请", clause="第二十二条", choices=ADDRESSEES),
            yes_no_fact("corrected", "失信行为已纠正", clause="第二十二条第（一）项"),
            yes_no_fact("duties_done", "相关法定责任和义务履行完毕", clause="第二十二条第（一）项"),
            yes_no_fact("effect_gone", "社会不良影响基本消除", clause="第二十二条第（一）项"),
        )
    ),
    readings=REPAIR_READINGS,
    stages=(
        REPAIR_APPLY,
        FORWARD,
        deciding("repair_decide", "信息提供单位答复修复申请", PROVIDER, ~FROM_CITY),
        deciding("repair_decide_city", "市科委答复修复申请", STCSM, FROM_CITY),
    ),
)
