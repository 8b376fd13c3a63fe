"""What an act decides: an amount under its ceiling, a grade, and the obligations that follow.

The amount's whole tree is stored with the decision; a later stage reads it and never computes it again.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from shixian.rules.amounts import Amount, given
from shixian.rules.clockwork import resolve
from shixian.rules.conditions import Expression, Fact, words
from shixian.rules.drawing import draw, exhausted, overdrawn
from shixian.rules.errors import FormulaError, MoneyError
from shixian.rules.facts import NONE, UNKNOWN
from shixian.rules.lifecycle import Act, Decides, FormulaCall, Owes
from shixian.rules.money import Money
from shixian.rules.moves import Moves
from shixian.rules.periods import Computation
from shixian.rules.state import Refusal


def money_refusal(moves: Moves, act: Act) -> Refusal | None:
    """Whether the decision's amount can be computed and stays under its ceiling and within its quotas."""
    decides = act.decides
    if decides is None or decides.amount is None:
        return None
    refusal = exhausted(moves, decides)
    if refusal is not None:
        return refusal
    try:
        amount, asks = amount_of(moves, decides, decides.amount)
        ceiling, more = amount_of(moves, decides, decides.ceiling) if decides.ceiling else (None, ())
    except (MoneyError, FormulaError) as error:
        return Refusal("bad_amount", error.message, error.clause or decides.clause, error.remedy or "")
    if asks or more:
        return Refusal("unknown", f"“{decides.title}”的金额尚不能计算", decides.clause, "查明所列事实", (*asks, *more))
    if amount is not None and ceiling is not None and amount.money > ceiling.money:
        compared = f"{amount.money.zh} ＞ {ceiling.money.zh}"
        return Refusal(
            "over_ceiling", f"“{decides.title}”超过上限", decides.clause, "调整至上限以内", (), (compared, *ceiling.working)
        )
    if amount is None:
        return None
    return overdrawn(moves, decides, amount.money) or _nobody(moves, decides, amount.money)


def _nobody(moves: Moves, decides: Decides, amount: Money) -> Refusal | None:
    """Money is owed to somebody: a decision whose payee is 未知 or 无 is refused, and obliges to nothing."""
    for owes in decides.owes if not amount.is_zero else ():
        if not isinstance(owes.payee.evaluate(moves.env), str):
            asks = tuple(node.name for node in owes.payee.walk() if isinstance(node, Fact))
            return Refusal("unknown", f"“{decides.title}”的收款人尚未查明", owes.clause, "查明收款人后再作决定", asks)
    return None


def amount_of(
    moves: Moves, decides: Decides, source: FormulaCall | Expression
) -> tuple[Amount | None, tuple[str, ...]]:
    """The amount, or the names of the facts it asks for."""
    if isinstance(source, Expression):
        value = source.evaluate(moves.env)
        if value in (UNKNOWN, NONE):
            return None, (decides.key,)
        if not isinstance(value, Money):
            raise MoneyError(f"{decides.title}须为金额", clause=decides.clause)
        return given(decides.key, decides.title, value, origin=f"fact:{source.describe()}"), ()
    values: dict[str, Any] = {}
    asks: list[str] = []
    for name, expression in source.inputs.items():
        value = expression.evaluate(moves.env)
        if value is UNKNOWN or value is NONE:
            asks.extend(node.name for node in expression.walk() if hasattr(node, "name"))
        else:
            values[name] = value
    if asks:
        return None, tuple(asks)
    return source.formula.compute(values), ()


def record_decision(moves: Moves, act: Act, day: date) -> None:
    """Record the decision with its tree, then one obligation for each instalment; zero owes nothing and says so."""
    decides = act.decides
    assert decides is not None
    amount = amount_of(moves, decides, decides.amount)[0] if decides.amount is not None else None
    ceiling = amount_of(moves, decides, decides.ceiling)[0] if decides.ceiling is not None else None
    data: dict[str, Any] = {"key": decides.key, "title": decides.title, "clause": decides.clause}
    data["outcome"] = act.outcome
    if decides.grade is not None:
        grade = decides.grade.evaluate(moves.env)
        data["grade"] = words(grade)
        if isinstance(grade, Fraction):  # a score is worked out; a grade in words is stated
            data["working"] = [f"{decides.grade.describe(moves.env)} ＝ {words(grade)}（{decides.clause}）"]
            data["readings"] = [act.reading] if act.reading else []
    if amount is not None:
        data["fen"] = amount.money.fen
        data["amount"] = amount.yuan_text
        data["tree"] = amount.to_json()
    if ceiling is not None:
        data["ceiling"] = ceiling.to_json()
    moves.emit("decided", day, **data)
    if amount is None or amount.money.fen == 0:
        return
    draw(moves, decides, amount.money, day)
    for owes in decides.owes:
        _owe(moves, decides, owes, amount, day)


def _owe(moves: Moves, decides: Decides, owes: Owes, amount: Amount, day: date) -> None:
    payee = owes.payee.evaluate(moves.env)
    due = resolve(owes.due, moves.env, clause=owes.clause) if owes.due is not None else None
    extra: dict[str, Any] = {}
    if isinstance(due, Computation):
        extra = {"due": due.last_day.isoformat(), "due_working": due.working}
    if owes.elsewhere:
        extra["elsewhere"] = True
    moves.emit(
        "obligation_created",
        day,
        decision=decides.key,
        payee=words(payee),
        debtor=owes.debtor,
        direction=owes.direction,
        sequence=owes.sequence,
        fen=amount.money.fen,
        amount=amount.yuan_text,
        clause=owes.clause,
        **extra,
    )
