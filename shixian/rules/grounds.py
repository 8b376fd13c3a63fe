"""Grounds: the facts on which history, integrity records and bars already rest.

A consequence is written once, from the facts of its day, and reaches into other cases. Correcting such a fact by a mere
answer would leave it standing on something else (a bar on the wrong party, a query term without its sanction): it is
changed by the procedure that the text has for it, or not at all.
"""

from __future__ import annotations

from shixian.rules.expressions import Expression, Fact
from shixian.rules.lifecycle import Consequence, Outcome, Stage
from shixian.rules.moves import Moves
from shixian.rules.state import DONE


def rests_on(moves: Moves, name: str) -> Stage | None:
    """The finished stage whose outcome drew a consequence from that fact; None while nothing rests on it."""
    for stage in moves.lifecycle.stages:
        state = moves.case.progress.stage(stage.key)
        if state.status == DONE and state.outcome and name in _grounds(stage, stage.outcome(state.outcome)):
            return stage
    return None


def _grounds(stage: Stage, outcome: Outcome) -> set[str]:
    consequences = (*outcome.consequences, *(outcome.closes.consequences if outcome.closes else ()))
    if not consequences:
        return set()
    guard = _facts_of(stage.only_if) if stage.only_if is not None else set()
    return guard.union(*(_of(what) for what in consequences))


def _of(what: Consequence) -> set[str]:
    parts = (getattr(what, part, None) for part in ("only_if", "value"))
    named = {str(one) for part in ("subject", "until") if (one := getattr(what, part, None))}
    return named.union(*(_facts_of(part) for part in parts if isinstance(part, Expression)))


def _facts_of(expression: Expression) -> set[str]:
    return {node.name for node in expression.walk() if isinstance(node, Fact)}
