"""An amount that a formula gives, as a value in a condition: whether an earlier decision fits a ceiling that has moved.

A decision's own ceiling is `Decides.ceiling`; this is for asking later, when an input of the formula has changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from shixian.rules.expressions import Environment, Expression
from shixian.rules.facts import NONE, UNKNOWN, Value
from shixian.rules.lifecycle import FormulaCall


@dataclass(frozen=True, slots=True)
class Computed(Expression):
    """What the formula gives for the present inputs; 未知 or 无 while one of them is."""

    call: FormulaCall

    def parts(self) -> tuple[Expression, ...]:
        return tuple(self.call.inputs.values())

    def evaluate(self, env: Environment) -> Value:
        values = {name: expression.evaluate(env) for name, expression in self.call.inputs.items()}
        if UNKNOWN in values.values():
            return UNKNOWN
        if NONE in values.values():
            return NONE
        return self.call.formula.compute(values).money

    def describe(self, env: Environment | None = None) -> str:
        inputs = "、".join(expression.describe(env) for expression in self.call.inputs.values())
        return f"{self.call.formula.title}（按{inputs}）"
