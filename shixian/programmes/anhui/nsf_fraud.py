"""皖科基奖〔2020〕16号, 第四十一条: plagiarism or other fraud in an application, found out before the project begins.

It costs the review and the project of this year; in grave cases the applicant may not apply for up to three years. The
acts stand in every stage between the filing and the approval.
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.anhui.nsf_terms import APPLICATION, PROVINCE, bar_within
from shixian.rules.conditions import Condition, Remembered, fact
from shixian.rules.lifecycle import Act, Bars, Closed, Integrity, Outcome, Remember, Stage
from shixian.rules.timing import years

FOUND_OUT = "ah-nsf.cancelled"
NO_APPLICATION = Bars(
    clause="第四十一条",
    subject="applicant",
    lifecycles=(APPLICATION,),
    length=years(3),
    until="barred_until",
    text="申请中科研失信，情节严重，三年以内不得申请省基金项目",
    reading="bar_length",
)
# "本年度项目评审和承担项目": also in another application of the year (of joint funds there may be several), whether as
# its applicant or as a participant in somebody else's.
REMEMBERED = Remember(key=FOUND_OUT, subject="applicant", value=fact("project_type"), clause="第四十一条")
RECORDED = Integrity(clause="第四十条", subject="applicant", ground="省自然科学基金申请中的科研失信行为")
RECORDED_GRAVE = replace(RECORDED, serious=True)
CANCELLED_TEXT = "取消本年度项目评审和承担项目的资格"

NOT_CANCELLED = (
    Condition(
        "applicant_not_cancelled",
        "申请人本年度未被取消参加评审和承担项目的资格",
        Remembered(FOUND_OUT, "applicant").equals(0),
        "第四十一条",
    ),
    Condition(
        "not_cancelled",
        "参与人本年度未被取消参加评审和承担项目的资格",
        Remembered(FOUND_OUT, "participants").equals(0),
        "第四十一条",
        "cancelled_participants",
    ),
)

_ACTS = (
    Act(
        verb="cancel",
        title="查实失信，取消本年度资格",
        by=(PROVINCE,),
        clause="第四十一条",
        outcome="cancelled",
        discretion=True,
        head=True,
        reading="credit_record",
    ),
    Act(
        verb="cancel_and_bar",
        title="查实失信且情节严重，取消资格并限制申请",
        by=(PROVINCE,),
        clause="第四十一条",
        outcome="cancelled_and_barred",
        optional=("barred_until",),
        conditions=(bar_within(years(3), "第四十一条", "bar_length"),),
        discretion=True,
        head=True,
        reading="credit_record",
    ),
)
_OUTCOMES = (
    Outcome(
        key="cancelled",
        title="取消本年度资格",
        clause="第四十一条",
        closes=Closed(CANCELLED_TEXT, reason="terminated", consequences=(REMEMBERED, RECORDED)),
    ),
    Outcome(
        key="cancelled_and_barred",
        title="取消本年度资格并限制申请",
        clause="第四十一条",
        closes=Closed(CANCELLED_TEXT, reason="terminated", consequences=(REMEMBERED, NO_APPLICATION, RECORDED_GRAVE)),
    ),
)


def open_to_fraud(stage: Stage) -> Stage:
    """The stage, with the acts by which a fraud that has come out ends the application."""
    return replace(stage, acts=(*stage.acts, *_ACTS), outcomes=(*stage.outcomes, *_OUTCOMES))
