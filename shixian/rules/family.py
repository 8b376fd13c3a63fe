"""Expressions over a case's family: what was decided here, and what the cases it opened have decided or reached.

A ceiling that several instalments share is `DecidedAmount("budget")` less `DecidedByChildren("drawdown", "payment")`,
asked of the parent (`OfParent`). Stored decisions are read, never computed again.
"""

from __future__ import annotations

from dataclasses import dataclass

from shixian.rules.expressions import Environment, Expression, truth, words
from shixian.rules.facts import NONE, Value
from shixian.rules.money import sum_money


@dataclass(frozen=True, slots=True)
class DecidedAmount(Expression):
    """The amount that this case has decided under a key; 无 while it has not."""

    key: str

    def evaluate(self, env: Environment) -> Value:
        found = env.decided(self.key)
        return NONE if found is None else found[1]

    def describe(self, env: Environment | None = None) -> str:
        return f"已决定的 {self.key}" if env is None else f"已决定的 {self.key}（{words(self.evaluate(env))}）"


@dataclass(frozen=True, slots=True)
class DecidedByChildren(Expression):
    """The sum of what the cases opened here in a lifecycle have decided under a key; with `latest`, the last of them.

    The latest is that of the last legal day; of one day's, that of the case opened last. 无 when there is none.
    """

    lifecycle: str
    key: str
    latest: bool = False

    def evaluate(self, env: Environment) -> Value:
        found = [
            (decided[0], number, decided[1])
            for number, child in enumerate(env.offspring(self.lifecycle))
            if (decided := child.decided(self.key)) is not None
        ]
        if self.latest:
            return max(found, key=lambda item: item[:2])[2] if found else NONE
        return sum_money(item[2] for item in found)

    def describe(self, env: Environment | None = None) -> str:
        text = f"{self.lifecycle} 各案{'最近决定' if self.latest else '合计决定'}的 {self.key}"
        return text if env is None else f"{text}（{words(self.evaluate(env))}）"


@dataclass(frozen=True, slots=True)
class LastChild(Expression):
    """What `of` comes to in the child opened last among those of a lifecycle that meet a test; 无 without any."""

    lifecycle: str
    where: Expression
    of: Expression

    def parts(self) -> tuple[Expression, ...]:
        return ()

    def evaluate(self, env: Environment) -> Value:
        found = [child for child in env.offspring(self.lifecycle) if truth(self.where.evaluate(child)) is True]
        return self.of.evaluate(found[-1]) if found else NONE

    def describe(self, env: Environment | None = None) -> str:
        text = f"最后一件 {self.lifecycle} 子案件（{self.where.describe()}）的 {self.of.describe()}"
        return text if env is None else f"{text}（{words(self.evaluate(env))}）"


@dataclass(frozen=True, slots=True)
class ChildrenWhere(Expression):
    """How many of the cases opened here in a lifecycle meet a test, each asked of the child itself."""

    lifecycle: str
    where: Expression

    def parts(self) -> tuple[Expression, ...]:
        return ()

    def evaluate(self, env: Environment) -> Value:
        return sum(1 for child in env.offspring(self.lifecycle) if truth(self.where.evaluate(child)) is True)

    def describe(self, env: Environment | None = None) -> str:
        text = f"{self.lifecycle} 子案件（{self.where.describe()}）"
        return text if env is None else f"{text}{words(self.evaluate(env))}件"
