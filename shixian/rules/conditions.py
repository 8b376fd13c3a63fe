"""Conditions: what a clause requires, with its words and its test; asked in three values, answered with reasons.

`fact`, `parameter`, `mark` and `share` are what a programme module writes; the nodes are in `rules.expressions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from shixian.rules.expressions import (
    AllOf,
    AnyOf,
    Arithmetic,
    Children,
    Choose,
    Compare,
    Constant,
    Environment,
    Expression,
    Fact,
    Known,
    Later,
    Mark,
    Not,
    OfParent,
    OutcomeOf,
    Parameter,
    Remembered,
    Size,
    lift,
    truth,
    words,
)
from shixian.rules.facts import UNKNOWN
from shixian.rules.history import LatestRemembered, Standing, StandingAfter

__all__ = [
    "AllOf",
    "AnyOf",
    "Arithmetic",
    "Children",
    "Choose",
    "Compare",
    "Condition",
    "Constant",
    "Environment",
    "Expression",
    "Fact",
    "Known",
    "Later",
    "Mark",
    "Not",
    "OfParent",
    "OutcomeOf",
    "Parameter",
    "Remembered",
    "Result",
    "Size",
    "Standing",
    "StandingAfter",
    "fact",
    "lift",
    "mark",
    "parameter",
    "share",
    "truth",
    "unknown_facts",
    "words",
]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a clause requires: `text` in words, `test` as an expression. `key` is its address in an explanation.

    `reading` names the choice it rests on, where the clause does not say it in so many words.
    """

    key: str
    text: str
    test: Expression
    clause: str
    reading: str | None = None

    def check(self, env: Environment) -> Result:
        value = truth(self.test.evaluate(env))
        asks = tuple(unknown_facts(self.test, env)) if value is UNKNOWN else ()
        return Result(self, None if value is UNKNOWN else bool(value), self.test.describe(env), asks)


@dataclass(frozen=True, slots=True)
class Result:
    """A condition met (True), not met (False) or not decidable yet (None, with the facts it asks for)."""

    condition: Condition
    holds: bool | None
    compared: str
    asks: tuple[str, ...] = ()


def unknown_facts(expression: Expression, env: Environment) -> Iterator[str]:
    """Names of the facts (or `call:NAME` for parameters) whose absence leaves the expression undecided."""
    seen = set()
    for node in expression.walk():
        if isinstance(node, Fact) and env.fact(node.name) is UNKNOWN:
            name = node.name
        elif isinstance(node, Remembered | LatestRemembered) and env.fact(node.subject) is UNKNOWN:
            name = node.subject
        elif isinstance(node, Parameter) and env.parameter(node.name) is UNKNOWN:
            name = f"call:{node.name}"
        else:
            continue
        if name not in seen:
            seen.add(name)
            yield name


def fact(name: str) -> Fact:
    return Fact(name)


def parameter(name: str) -> Parameter:
    return Parameter(name)


def mark(name: str) -> Mark:
    return Mark(name)


def share(text: str) -> Constant:
    """A ratio such as share("75%"), exactly."""
    return Constant(Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text))
