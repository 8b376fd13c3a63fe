"""Expressions over the history of earlier cycles that do not say how many cycles back to look (连续两次评价结果)."""

from __future__ import annotations

from dataclasses import dataclass

from shixian.rules.expressions import Environment, Expression, words
from shixian.rules.facts import NONE, UNKNOWN, Value


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
