"""第二十八条、第二十九条: the objection of a research-integrity subject, and the review by 省科技厅 of what was decided on it.

15 days to object; 5 working days from acceptance to handle, at most 20 in all; the same again for the review.
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.zhejiang.integrity_readings import OBJECTION_READINGS
from shixian.programmes.zhejiang.integrity_terms import (
    HEAD,
    OBJECTION,
    PROVIDER,
    PROVINCE,
    RECEIVED,
    RECOGNISER,
    REGULATION,
    SUBJECT,
    subject_facts,
)
from shixian.rules.conditions import Condition, fact, mark
from shixian.rules.facts import FactSet, choice_fact, period_fact, text_fact, yes_no_fact
from shixian.rules.kinds import office_clock, party_clock, submission
from shixian.rules.lifecycle import SILENT, Act, Actor, Clock, Document, Extension, Lifecycle, Outcome, Stage
from shixian.rules.timing import days, working_days

FACTS = FactSet(
    (
        *subject_facts(),
        choice_fact(
            "about",
            "异议事项",
            clause="第二十八条",
            choices={
                "collection": "信息采（归）集",
                "disclosure": "信息披露",
                "listing": "严重失信名单认定",
                "other": "其他",
            },
            intake=True,
        ),
        replace(RECEIVED, intake=True),
        text_fact("objection_ground", "异议理由", clause="第二十八条"),
        yes_no_fact(
            "one_unit", "信息提供单位与认定单位为同一单位", clause="第二十八条", answered_by=PROVIDER.key, intake=True
        ),
        period_fact("handling_extension", "异议处理累计延长", clause="第二十九条"),
        period_fact("review_extension", "复核累计延长", clause="第二十九条"),
    )
)


def five_working_days(stage: str, title: str, extension: str) -> Clock:
    """第二十九条: 5 working days from acceptance; a complex matter longer, with the head's approval, 20 in all."""
    return office_clock(
        "第二十九条",
        working_days(5).after(f"{stage}.accept"),
        title=title,
        extension=Extension("第二十九条", by=HEAD, at_most=None, in_all=working_days(20), length=extension),
        reading="cumulative",
    )


def accepts(by: Actor, title: str) -> Act:
    return Act(verb="accept", title=title, by=(by,), clause="第二十九条", at_most=1, reading="acceptance")


def accepted(stage: str) -> Condition:
    return Condition(f"{stage}.accepted", "应先受理", ~mark(f"{stage}.accept").is_none, "第二十九条")


def checks(verb: str, by: Actor) -> Act:
    return Act(
        verb=verb,
        title=f"{by.title}核查",
        by=(by,),
        clause="第二十八条",
        conditions=(accepted("handle"),),
        at_most=1,
        reading="both_check",
    )


# 信息提供单位和认定单位应当按照程序进行核查并作出处理
CHECKED = (
    accepted("handle"),
    Condition(
        "checked_provider", "信息提供单位已核查", ~mark("handle.check_provider").is_none, "第二十八条", "both_check"
    ),
    Condition(
        "checked_recogniser",
        "认定单位已核查（同一单位的除外）",
        fact("one_unit").equals(True) | ~mark("handle.check_recogniser").is_none,
        "第二十八条",
        "both_check",
    ),
)

OBJECT = submission(
    "object",
    "异议申请",
    clause="第二十八条",
    by=SUBJECT,
    inputs=("about", "objection_ground"),
    documents=(Document("application", "异议申请", "第二十八条"), Document("evidence", "相关证明材料", "第二十八条")),
    clocks=(
        party_clock(
            "第二十八条", days(15).after("decision_received"), SILENT, title="提出异议", reading="late_objection"
        ),
    ),
)

HANDLE = Stage(
    key="handle",
    title="核查处理",
    clause="第二十八条",
    kind="核查",
    by=PROVIDER,
    after=("object",),
    clocks=(five_working_days("handle", "异议处理", "handling_extension"),),
    acts=(
        accepts(PROVIDER, "受理异议"),
        checks("check_provider", PROVIDER),
        checks("check_recogniser", RECOGNISER),
        Act(
            verb="uphold",
            title="异议不成立，维持原处理",
            by=(PROVIDER, RECOGNISER),
            clause="第二十八条",
            outcome="upheld",
            conditions=CHECKED,
            discretion=True,
        ),
        Act(
            verb="correct_in_part",
            title="异议部分成立，部分更正",
            by=(PROVIDER, RECOGNISER),
            clause="第二十八条",
            outcome="corrected_in_part",
            conditions=CHECKED,
            discretion=True,
            reading="dissatisfied",
        ),
        Act(
            verb="correct",
            title="异议成立，予以更正",
            by=(PROVIDER, RECOGNISER),
            clause="第二十八条",
            outcome="corrected",
            conditions=CHECKED,
            discretion=True,
        ),
    ),
    outcomes=(
        Outcome(key="upheld", title="维持原处理", clause="第二十八条"),
        Outcome(key="corrected_in_part", title="部分更正", clause="第二十八条"),
        Outcome(key="corrected", title="予以更正", clause="第二十八条", ends_branch=True),
    ),
)

REVIEW = Stage(
    key="review",
    title="申请复核",
    clause="第二十八条第二款",
    kind="复核",
    by=PROVINCE,
    after=("handle:upheld|corrected_in_part",),
    clocks=(five_working_days("review", "复核", "review_extension"),),
    acts=(
        Act(
            verb="apply",
            title="申请复核",
            by=(SUBJECT,),
            clause="第二十八条第二款",
            at_most=1,
            reading="review_period",
        ),
        Act(
            verb="forgo",
            title="声明不申请复核",
            by=(SUBJECT,),
            clause="第二十八条第二款",
            outcome="forgone",
            conditions=(Condition("not_applied", "尚未申请复核", mark("review.apply").is_none, "第二十八条第二款"),),
            reading="review_period",
        ),
        Act(
            verb="accept",
            title="受理复核申请",
            by=(PROVINCE,),
            clause="第二十九条",
            at_most=1,
            conditions=(Condition("applied", "应先申请复核", ~mark("review.apply").is_none, "第二十八条第二款"),),
            reading="acceptance",
        ),
        Act(
            verb="uphold",
            title="复核维持",
            by=(PROVINCE,),
            clause="第二十九条",
            outcome="upheld",
            conditions=(accepted("review"),),
            discretion=True,
            head=True,
        ),
        Act(
            verb="correct",
            title="复核更正",
            by=(PROVINCE,),
            clause="第二十九条",
            outcome="corrected",
            conditions=(accepted("review"),),
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="forgone", title="未申请复核，异议处理结果不变", clause="第二十八条第二款", ends_branch=True),
        Outcome(key="upheld", title="复核维持", clause="第二十九条", ends_branch=True),
        Outcome(key="corrected", title="复核更正", clause="第二十九条", ends_branch=True),
    ),
)

OBJECTION_LIFECYCLE = Lifecycle(
    key=OBJECTION,
    title="科研诚信信息异议与复核",
    regulation=REGULATION,
    actors=(SUBJECT, PROVIDER, RECOGNISER, HEAD, PROVINCE),
    facts=FACTS,
    readings=OBJECTION_READINGS,
    stages=(OBJECT, HANDLE, REVIEW),
    party="subject",
    party_name="subject_name",
    is_application=False,
)
