"""皖科基奖〔2020〕16号, 第三十三条、第三十七条、第四十二条: how a running project is ended against its course, and the money.

Terminated (终止): the unspent balance of what was paid comes back. Revoked (撤销): all of it. The text offers its measures
"by gravity", not as a ladder, so each is an act with a reason.
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.anhui.nsf_terms import (
    APPLICATION,
    CHANGE,
    CONCLUSION,
    ENDED,
    PROVINCE,
    TAKING_PART,
    bar_within,
)
from shixian.rules.conditions import Children, Choose, Condition, Expression, fact, lift
from shixian.rules.facts import choice_fact, date_fact, money_fact
from shixian.rules.family import DecidedAmount
from shixian.rules.lifecycle import Act, Bars, Closed, Consequence, Decides, Integrity, Outcome, Owes, Remember, Stage
from shixian.rules.money import yuan
from shixian.rules.timing import years

PI_GROUNDS = {
    "left": "（一）不再是依托单位的科学技术人员",
    "unable": "（二）不能继续开展研究工作",
    "dishonest": "（三）存在严重违背科研诚信要求的行为",
}
MISCONDUCT = {
    "no_work": "（一）未开展实质性研究工作且未经批准备案",
    "no_reports": "（二）未按规定提交进展报告和结题报告",
    "fraud": "（三）抄袭、剽窃或弄虚作假等失信行为",
    "embezzled": "（四）侵占、挪用资助经费",
}

NOTHING = lift(yuan(0))
PAID = Choose(DecidedAmount("payment").is_none, NOTHING, DecidedAmount("payment"))
FUNDER = lift("省科技厅")  # 收回、追回: to whom it was paid by
PROJECT_ENDED = Remember(key=ENDED, subject="applicant", value=fact("project_type"), clause="第十四条第（三）项")

WITHIN_PAID = Condition(
    "within_paid", "结余不超过已拨付的资金", fact("unspent") <= PAID, "第四十二条第二款", "recovery"
)
DISAGREED = Condition(
    "hosts_disagree",
    "调入、调出的依托单位协商不一致",
    Children(CHANGE, outcome="disagreed") >= 1,
    "第三十三条第三款",
)
FAILED = Condition("failed", "结题结果为不通过（D）", Children(CONCLUSION, outcome="failed") >= 1, "第三十七条第三款")

NO_APPLICATION_NOR_PART = Bars(
    clause="第四十二条",
    subject="applicant",
    lifecycles=(APPLICATION, TAKING_PART),
    length=years(5),
    until="barred_until",
    text="撤销项目，五年以内不得申请或者参与省基金项目",
    reading="bar_length",
)


def _recovers(key: str, title: str, amount: Expression) -> Decides:
    return Decides(
        key=key,
        title=title,
        clause="第四十二条第二款",
        amount=amount,
        owes=(Owes(payee=FUNDER, debtor="依托单位", clause="第四十二条第二款", direction="追"),),
    )


UNSPENT = _recovers("unspent", "收回的结余资金", fact("unspent"))
ALL_PAID = _recovers("repaid", "追回的已拨付资金", PAID)


def _terminates(verb: str, title: str, clause: str, ground: str, *conditions: Condition) -> Act:
    return Act(
        verb=verb,
        title=title,
        by=(PROVINCE,),
        clause=clause,
        outcome=verb,
        inputs=(*((ground,) if ground else ()), "unspent"),
        conditions=(*conditions, WITHIN_PAID),
        decides=UNSPENT,
        discretion=True,
        head=True,
        reading="recovery",
    )


def _revokes(verb: str, title: str, clause: str, ground: str, *conditions: Condition) -> Act:
    return Act(
        verb=verb,
        title=title,
        by=(PROVINCE,),
        clause=clause,
        outcome=verb,
        inputs=(ground,) if ground else (),
        conditions=conditions,
        decides=ALL_PAID,
        discretion=True,
        head=True,
        reading="recovery",
    )


TERMINATE = _terminates("terminate", "终止项目实施（负责人情形）", "第三十三条第二款", "pi_ground")
TERMINATE_DISAGREED = _terminates(
    "terminate_disagreed", "终止项目实施（两单位协商不一致）", "第三十三条第三款", "", DISAGREED
)
TERMINATE_MISCONDUCT = _terminates("terminate_misconduct", "终止项目实施（违规）", "第四十二条", "misconduct")
REVOKE = _revokes("revoke", "撤销项目", "第四十二条", "misconduct")
REVOKE_AND_BAR = replace(
    _revokes(
        "revoke_and_bar",
        "撤销项目并限制申请",
        "第四十二条",
        "misconduct",
        bar_within(years(5), "第四十二条", "bar_length"),
    ),
    optional=("barred_until",),
    reading="bar_length",
)
TERMINATE_FAILED = _terminates("terminate_failed", "结题不通过，终止", "第三十七条第三款", "", FAILED)
REVOKE_FAILED = _revokes("revoke_failed", "结题不通过，撤销", "第三十七条第三款", "", FAILED)


def _ends(act: Act, text: str, *consequences: Consequence) -> Outcome:
    return Outcome(
        key=act.verb,
        title=text,
        clause=act.clause,
        closes=Closed(text, reason="terminated", consequences=(PROJECT_ENDED, *consequences)),
    )


# 第四十条: research misconduct is dealt with by the rules on grave breaches of trust, whatever this regulation adds.
RECORDED = Integrity(clause="第四十条", subject="applicant", ground="省基金项目实施中的违规行为")
RECORDED_GRAVE = replace(RECORDED, serious=True)

MEASURES = (TERMINATE, TERMINATE_DISAGREED, TERMINATE_MISCONDUCT, REVOKE, REVOKE_AND_BAR)
MEASURE_OUTCOMES = (
    _ends(TERMINATE, "终止项目实施"),
    _ends(TERMINATE_DISAGREED, "终止项目实施"),
    _ends(TERMINATE_MISCONDUCT, "终止项目实施", RECORDED),
    _ends(REVOKE, "撤销项目", RECORDED),
    _ends(REVOKE_AND_BAR, "撤销项目并限制申请", NO_APPLICATION_NOR_PART, RECORDED_GRAVE),
)
FAILED_MEASURES = (TERMINATE_FAILED, REVOKE_FAILED)
FAILED_OUTCOMES = (_ends(TERMINATE_FAILED, "结题不通过，终止"), _ends(REVOKE_FAILED, "结题不通过，撤销"))


def open_to_measures(stage: Stage, *conditions: Condition) -> Stage:
    """The stage, with the acts by which 省科技厅 ends a project early, under these conditions too."""
    measures = (replace(act, conditions=(*conditions, *act.conditions)) for act in MEASURES)
    return replace(stage, acts=(*stage.acts, *measures), outcomes=(*stage.outcomes, *MEASURE_OUTCOMES))


SANCTION_FACTS = (
    choice_fact("pi_ground", "项目负责人的情形", clause="第三十三条第二款", choices=PI_GROUNDS, answered_by="host"),
    choice_fact("misconduct", "违规行为", clause="第四十二条", choices=MISCONDUCT, answered_by="province"),
    money_fact("unspent", "已拨付资金的结余", clause="第四十二条第二款", answered_by="province"),
    date_fact("barred_until", "限制申请的截止日", clause="第四十一条", answered_by="province"),
)
