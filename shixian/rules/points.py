"""Points: scores that an assessment adds up, with a bound on what may be counted (累计不超过……分)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from shixian.rules.expressions import Environment, Expression, Fact
from shixian.rules.facts import Missing, Value


@dataclass(frozen=True, slots=True)
class AtMost(Expression):
    """A number, of which no more than `most` counts."""

    of: Expression
    most: Expression

    def evaluate(self, env: Environment) -> Value:
        value, most = self.of.evaluate(env), self.most.evaluate(env)
        for one in (value, most):
            if isinstance(one, Missing):
                return one
        return min(value, most)  # type: ignore[type-var]

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.of.describe(env)}（至多计{self.most.describe(env)}）"


def sum_of(names: Sequence[str]) -> Expression:
    """The sum of the facts of these names."""
    return reduce(add, (Fact(name) for name in names))
