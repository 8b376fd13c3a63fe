"""Names: what may be asked of a fact with several texts, in the order in which they were given."""

from __future__ import annotations

from dataclasses import dataclass

from shixian.rules.expressions import Environment, Expression
from shixian.rules.facts import Value


@dataclass(frozen=True, slots=True)
class First(Expression):
    """The first so many entries of a fact with several texts (前三完成人); of fewer, all of them."""

    of: Expression
    count: int

    def evaluate(self, env: Environment) -> Value:
        value = self.of.evaluate(env)
        return value[: self.count] if isinstance(value, tuple) else value

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.of.describe(env)}的前{self.count}名"
