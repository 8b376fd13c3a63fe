"""第二十四条、第二十五条: the seven grounds on which a centre loses its title, and what follows from each.

Grounds (1) to (3) arise from an evaluation, in `erc`. Grounds (4) to (7) may be found at any time: during an evaluation
they end it, between two evaluations the title is taken away in a case of its own (`REVOCATION_LIFECYCLE`).
"""

from __future__ import annotations

from typing import NamedTuple

from shixian.programmes.zhejiang.erc_readings import REVOCATION_READINGS
from shixian.programmes.zhejiang.erc_terms import (
    CENTRE_NAME,
    NDRC,
    REGULATION,
    REVOCATION,
    REVOKED,
    UNIT_CODE,
    UNIT_NAME,
)
from shixian.rules.conditions import Choose, Condition, Remembered, fact, lift
from shixian.rules.facts import FactSet, date_fact
from shixian.rules.history import LatestRemembered
from shixian.rules.lifecycle import Act, Closed, Consequence, Integrity, Lifecycle, Outcome, Remember, Stage


class Ground(NamedTuple):
    """One item of 第二十五条 (the third has two, either of which suffices)."""

    key: str
    clause: str
    title: str


FAILED_AGAIN = Ground("failed_again", "第二十五条第（一）项", "运行评价不合格，一年整改期满后评价仍不合格")
TWICE_BASIC = Ground("twice_basic", "第二十五条第（二）项", "连续两次评价结果均为基本合格")
NOT_SUBMITTED = Ground("not_submitted", "第二十五条第（三）项", "未经省发展改革委同意，逾期不报送评价材料")
UNCOOPERATIVE = Ground("uncooperative", "第二十五条第（三）项", "未经省发展改革委同意，不配合评价")
FALSE_MATERIAL = Ground("false_material", "第二十五条第（四）项", "提供虚假材料和数据")
ACCIDENT = Ground("accident", "第二十五条第（五）项", "主要由于技术原因发生重大质量、安全事故")
PUNISHED = Ground("punished", "第二十五条第（六）项", "因严重违法失信行为被依法列为联合惩戒对象名单")
TERMINATED = Ground("terminated", "第二十五条第（七）项", "省工程中心被依法终止")

AT_ANY_TIME = (FALSE_MATERIAL, ACCIDENT, PUNISHED, TERMINATED)
GROUNDS = (FAILED_AGAIN, TWICE_BASIC, NOT_SUBMITTED, UNCOOPERATIVE, *AT_ANY_TIME)

FALSE_MATERIAL_RECORD = Integrity(
    clause="第二十四条",
    subject="unit_code",
    ground="提供虚假材料和数据，计入实施主体单位信用记录，纳入全国信用信息共享平台",
)


def revocation(ground: Ground, *conditions: Condition, reading: str | None = None, finding: bool = False) -> Act:
    """The act that takes the title away (将撤销: no discretion). Where it is itself the finding, it states a reason."""
    return Act(
        verb=f"revoke_{ground.key}",
        title=f"撤销称号（{ground.title}）",
        by=(NDRC,),
        clause=ground.clause,
        outcome=ground.key,
        conditions=conditions,
        discretion=finding,
        head=True,
        reading=reading,
    )


def loss_of_title(ground: Ground) -> Outcome:
    """What a ground brings: the title is gone, and for false material the unit's credit record says so."""
    consequences: tuple[Consequence, ...] = (
        Remember(key=REVOKED, subject="centre", value=lift(ground.key), clause=ground.clause),
    )
    if ground is FALSE_MATERIAL:
        consequences = (*consequences, FALSE_MATERIAL_RECORD)
    return Outcome(
        key=ground.key,
        title="撤销称号",
        clause=ground.clause,
        closes=Closed("撤销浙江省工程研究中心称号", reason="terminated", consequences=consequences),
    )


# With a day of recognition, only a later revocation counts; without one, any revocation so far.
TITLE_HELD = Condition(
    "title_held",
    "称号未被撤销",
    Choose(
        fact("recognised_on").is_known,
        Remembered(REVOKED, "centre", after=fact("recognised_on")).equals(0),
        Remembered(REVOKED, "centre").equals(0) & LatestRemembered(REVOKED, "centre").is_none,
    ),
    "第十七条",
    "title_needed",
)
RECOGNISED_ON = date_fact("recognised_on", "发文认定日", clause="第十六条", intake=True)

REVOCATION_LIFECYCLE = Lifecycle(
    key=REVOCATION,
    title="省工程研究中心称号撤销（评价之外）",
    regulation=REGULATION,
    actors=(NDRC,),
    facts=FactSet((CENTRE_NAME, UNIT_CODE, UNIT_NAME, RECOGNISED_ON)),
    readings=REVOCATION_READINGS,
    is_application=False,
    opening=(TITLE_HELD,),
    stages=(
        Stage(
            key="revoke",
            title="撤销称号",
            clause="第二十五条",
            kind="决定",
            by=NDRC,
            acts=(
                *(revocation(ground, reading="any_time", finding=True) for ground in AT_ANY_TIME),
                Act(
                    verb="keep",
                    title="查明不存在撤销情形",
                    by=(NDRC,),
                    clause="第二十五条",
                    outcome="kept",
                    discretion=True,
                    head=True,
                ),
            ),
            outcomes=(
                *(loss_of_title(ground) for ground in AT_ANY_TIME),
                Outcome(key="kept", title="保留称号", clause="第二十五条", ends_branch=True),
            ),
        ),
    ),
)
