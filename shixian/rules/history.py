"""Expressions over the history of earlier cycles: the newest result (连续两次评价结果), and what of a cycle still stands.

History is append-only: a grade that an appeal, a court or the office itself has set aside stays in it, and a second
line says that it was withdrawn (`lifecycle.Withdraws`). What still stands is the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from shixian.rules.expressions import Environment, Expression, Fact, words
from shixian.rules.facts import NONE, UNKNOWN, Value


def withdrawn(key: str) -> str:
    """The key under which history keeps that a line under `key` was withdrawn."""
    return f"{key}/withdrawn"


@dataclass(frozen=True, slots=True)
class LatestRemembered(Expression):
    """What history last holds under `key` for the subject named by a fact, in the newest cycle before this one.

    Where evaluations do not come every cycle, "the previous result" is this one, however far back. 无 without any.
    """

    key: str
    subject: str

    def evaluate(self, env: Environment) -> Value:
        subject = env.fact(self.subject)
        if subject is UNKNOWN:
            return UNKNOWN
        found = env.latest_remembered(self.key, str(subject)) if subject is not NONE else None
        return NONE if found is None else found

    def describe(self, env: Environment | None = None) -> str:
        text = f"此前最近一次“{self.key}”记录"
        return text if env is None else f"{text}（{words(self.evaluate(env))}）"


@dataclass(frozen=True, slots=True)
class Standing(Expression):
    """How many lines of one cycle history holds under `key` with `value`, less those withdrawn since.

    `cycle` is a number (the case's own cycle is `mark("cycle")`); 未知 while it, or the subject, is not known.
    """

    key: str
    subject: str
    cycle: Expression
    value: str

    def parts(self) -> tuple[Expression, ...]:
        return (Fact(self.subject), self.cycle)

    def evaluate(self, env: Environment) -> Value:
        found = self._counted(env)
        return UNKNOWN if found is None else found[0] - found[1]

    def _counted(self, env: Environment) -> tuple[int, int] | None:
        """How many were written, and how many of them withdrawn; None while that is not known."""
        subject, cycle, own = env.fact(self.subject), self.cycle.evaluate(env), env.mark("cycle")
        if subject is UNKNOWN or cycle is UNKNOWN:
            return None
        if not isinstance(subject, str) or not isinstance(cycle, int | Fraction) or not isinstance(own, int):
            return 0, 0
        back = own - int(cycle)
        written, gone = (env.remembered(key, subject, back) for key in (self.key, withdrawn(self.key)))
        return written.count(self.value), gone.count(self.value)

    def describe(self, env: Environment | None = None) -> str:
        text = f"{self.cycle.describe(env)}的“{self.key}”记录（{self.value}）"
        found = None if env is None else self._counted(env)
        return f"{text}未撤销的项数" if found is None else f"{text}{found[0]}项、已撤销{found[1]}项"


@dataclass(frozen=True, slots=True)
class StandingAfter(Expression):
    """How many lines history holds under `key` that were written after a day, in any cycle, less those withdrawn since.

    A withdrawal of such a line states the legal day of the line it withdraws as its value.
    """

    key: str
    subject: str
    after: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (Fact(self.subject), self.after)

    def evaluate(self, env: Environment) -> Value:
        subject, day = env.fact(self.subject), self.after.evaluate(env)
        if subject is UNKNOWN or day is UNKNOWN:
            return UNKNOWN
        if not isinstance(subject, str) or not isinstance(day, date):
            return 0
        gone = env.remembered_after(withdrawn(self.key), subject, day)
        return len(env.remembered_after(self.key, subject, day)) - sum(1 for of in gone if of > day.isoformat())

    def describe(self, env: Environment | None = None) -> str:
        text = f"{self.after.describe(env)}之后未撤销的“{self.key}”记录"
        return text if env is None else f"{text}{words(self.evaluate(env))}项"
