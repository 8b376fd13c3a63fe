"""第十九条: the five grounds on which a carrier loses its status, and what follows from each.

Every ground bars a new application for two years; grounds (1) to (4) are also entered in the research-credit record,
ground (5), two years of grade D, is not.
"""

from __future__ import annotations

from typing import NamedTuple

from shixian.programmes.shanghai.incubator_terms import RECOGNITION, STCSM
from shixian.rules.conditions import Condition
from shixian.rules.lifecycle import Act, Bars, Closed, Consequence, Integrity, Outcome
from shixian.rules.timing import years

NO_NEW_APPLICATION = Bars(
    clause="第十九条",
    subject="unit_code",
    lifecycles=(RECOGNITION,),
    length=years(2),
    text="被取消资格，2年内不得再次申报",
    reading="two_year_bar",
)


class Ground(NamedTuple):
    """One item of 第十九条第一款; `recorded` says whether 第二款 enters it in the research-credit record."""

    key: str
    clause: str
    title: str
    recorded: bool


FRAUD = Ground("fraud", "第十九条第（一）项", "申请材料存在严重弄虚作假行为", recorded=True)
MALPRACTICE = Ground("malpractice", "第十九条第（二）项", "评审过程中营私舞弊、有违公平公正", recorded=True)
ACCIDENT = Ground("accident", "第十九条第（三）项", "重大安全、质量事故，严重环境违法或严重失信", recorded=True)
TORCH_ABSENT = Ground("torch_absent_twice", "第十九条第（四）项", "连续2年不参加火炬统计调查", recorded=True)
TWICE_D = Ground("d_twice", "第十九条第（五）项", "连续2年年度考核评价为D等", recorded=False)

MISCONDUCT = (FRAUD, MALPRACTICE, ACCIDENT)
GROUNDS = (*MISCONDUCT, TORCH_ABSENT, TWICE_D)


def disqualification(ground: Ground, *conditions: Condition) -> Act:
    """The act that takes the status away; the first three grounds need a finding, so a reason is stated."""
    return Act(
        verb=f"disqualify_{ground.key}",
        title=f"取消资格（{ground.title}）",
        by=(STCSM,),
        clause=ground.clause,
        outcome=ground.key,
        conditions=conditions,
        discretion=ground in MISCONDUCT,
        head=True,
        reading="exit_actor",
    )


def loss_of_status(ground: Ground) -> Outcome:
    consequences: tuple[Consequence, ...] = (NO_NEW_APPLICATION,)
    if ground.recorded:
        record = Integrity(clause="第十九条第二款", subject="unit_code", ground=ground.title)
        consequences = (NO_NEW_APPLICATION, record)
    return Outcome(
        key=ground.key,
        title="取消资格",
        clause=ground.clause,
        closes=Closed("取消资格，2年内不得再次申报", reason="terminated", consequences=consequences),
    )
