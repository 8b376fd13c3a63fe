"""第二十五条: the punitive measures against who is on the list of serious breaches, told and published as 第十六条 says."""

from __future__ import annotations

from typing import Any

from shixian.programmes.zhejiang.integrity_terms import PROVINCE, PROVINCIAL_ACTIVITIES
from shixian.rules.conditions import Condition, OutcomeOf, fact, lift
from shixian.rules.lifecycle import Act, Bars, Decides, Document, Outcome, Owes, Stage

# 第十六条: who takes a measure tells its reasons, basis, remedies and the conditions of lifting it, and publishes them.
TOLD = (
    Document("measure_notice", "惩戒告知书（理由、依据、救济途径和解除条件）", "第十六条"),
    Document("publication", "向社会公布的记录", "第十六条"),
)


# 对列入严重失信名单的: not against who has left it, though the office has not yet said that it is done with measures.
ON_THE_LIST = Condition("on_the_list", "尚未移出严重失信名单", OutcomeOf("remove").differs("removed"), "第二十五条")


def measure(verb: str, title: str, item: str, **options: object) -> Act:
    """第二十五条: a measure that 可 be taken against who is on the list, by the gravity of the case."""
    clause = f"第二十五条第（{item}）项"
    fixed: dict[str, Any] = {
        "conditions": (ON_THE_LIST,),
        "documents": TOLD,
        "discretion": True,
        "head": True,
        **options,
    }
    return Act(verb=verb, title=title, by=(PROVINCE,), clause=clause, **fixed)


def recovers(key: str, title: str, item: str, payee: str) -> Decides:
    """第二十五条第（二）项、第（三）项: what is taken back; to where it came from."""
    clause = f"第二十五条第（{item}）项"
    return Decides(
        key=key,
        title=title,
        clause=clause,
        amount=fact(key),
        owes=(Owes(payee=lift(payee), debtor="列入名单的主体", clause=clause, direction="追"),),
    )


def disqualifies(verb: str, title: str, until: str | None) -> Act:
    return measure(
        verb,
        title,
        "四",
        inputs=(until,) if until else (),
        at_most=1,
        consequences=(
            Bars(
                clause="第二十五条第（四）项",
                subject="subject",
                lifecycles=PROVINCIAL_ACTIVITIES,
                length=None,
                text="取消申请、参与科技活动的资格",
                until=until,
            ),
        ),
    )


MEASURES = Stage(
    key="measures",
    title="惩戒措施",
    clause="第二十五条",
    kind="处理",
    by=PROVINCE,
    after=("decide:listed",),
    acts=(
        measure("admonish", "诫勉谈话、通报批评、暂停或限期整改", "一"),
        measure(
            "stop_projects",
            "终止或撤销项目并收回经费",
            "二",
            inputs=("recovered_funds",),
            decides=recovers("recovered_funds", "收回经费", "二", "原拨款渠道"),
            at_most=1,
        ),
        measure(
            "revoke_awards",
            "取消奖励、称号、资格并收回奖金",
            "三",
            inputs=("recovered_prize",),
            decides=recovers("recovered_prize", "收回奖金", "三", "奖金授予机关"),
            at_most=1,
        ),
        disqualifies("disqualify", "一定期限取消资格", "barred_until"),
        disqualifies("disqualify_forever", "永久取消资格", None),
        Act(
            verb="conclude",
            title="惩戒措施办理完毕",
            by=(PROVINCE,),
            clause="第二十五条",
            outcome="done",
            discretion=True,
        ),
    ),
    outcomes=(Outcome(key="done", title="惩戒措施办理完毕", clause="第二十五条", ends_branch=True),),
)
