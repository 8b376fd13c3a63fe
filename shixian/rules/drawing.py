"""Drawing from money quotas (`rules.quota`): whether anything is left, whether it is enough, and the draw itself.

A draw says where it begins (`before`): what had been drawn when the decision was made. Two decisions that began at the
same place cannot both be kept, so a decision never rests on a remainder that somebody else has used meanwhile.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from shixian.rules.conditions import unknown_facts
from shixian.rules.facts import UNKNOWN
from shixian.rules.lifecycle import Decides
from shixian.rules.money import Money
from shixian.rules.quota import Left, Quota, Used
from shixian.rules.state import Refusal

if TYPE_CHECKING:
    from shixian.rules.moves import Moves


def exhausted(moves: Moves, decides: Decides) -> Refusal | None:
    """The first quota of which nothing is left, or of which it is not known what is."""
    for quota in decides.draws:
        left = Left(quota).evaluate(moves.env)
        if left is UNKNOWN:
            asks = tuple(unknown_facts(Left(quota), moves.env))
            return Refusal("unknown", f"“{quota.text}”的余额尚不能计算", quota.clause, "查明所列事实", asks)
        assert isinstance(left, Money)
        if left.is_zero:
            return Refusal("quota", f"{quota.text}，已无余额", quota.clause, _REMEDY, (), _compared(moves, quota))
    return None


def overdrawn(moves: Moves, decides: Decides, amount: Money) -> Refusal | None:
    """The first quota of which less is left than the decision would draw."""
    for quota in decides.draws:
        left = Left(quota).evaluate(moves.env)
        assert isinstance(left, Money)  # else it was refused above
        if amount > left:
            text = f"{quota.text}，余额{left.zh}，不足{amount.zh}"
            return Refusal("quota", text, quota.clause, _REMEDY, (), _compared(moves, quota))
    return None


def draw(moves: Moves, decides: Decides, amount: Money, day: date) -> None:
    """Record what the decision draws from each of its quotas; nothing draws nothing."""
    for quota in decides.draws if not amount.is_zero else ():
        whole, before = quota.at_most.evaluate(moves.env), Used(quota).evaluate(moves.env)
        scope = quota.place(moves.env)
        assert isinstance(whole, Money) and isinstance(before, Money) and scope is not None
        extra = {"reading": quota.reading} if quota.reading else {}
        moves.emit(
            "quota_drawn",
            day,
            quota=quota.key,
            scope=scope,
            before=before.fen,
            fen=amount.fen,
            at_most=whole.fen,
            amount=amount.yuan_text,
            text=quota.text,
            clause=quota.clause,
            **extra,
        )
        moves.env.draws[quota.key, scope] = before.fen + amount.fen


_REMEDY = "减至余额以内，或待下一年度办理"


def _compared(moves: Moves, quota: Quota) -> tuple[str, ...]:
    line = f"已用{Used(quota).describe(moves.env)}，总额 {quota.at_most.describe(moves.env)}（{quota.clause}）"
    return (f"{line}〔读法 {quota.reading}〕" if quota.reading else line,)
