"""Money quotas across cases: so much a year for one enterprise, one legal person, or everybody together.

A `Quota` is drawn from in parts, by decisions of any case (`Decides.draws`), first come first served. Each draw is a
row that begins where the one before it ended (see `models.quota_draw`), so that the quota holds under concurrency
without adding up in Python. A quota of each cycle starts anew with the next one: what was not drawn has lapsed.

    CLAIMED = Quota(key="claimed", clause="二（四）", scope=(fact("unit_code"),), at_most=lift(wan(10)), text="...")
    ... FormulaCall(formula=offset, inputs={"claimed": Used(CLAIMED), "budget_left": Left(BUDGET), ...})
"""

from __future__ import annotations

from dataclasses import dataclass

from shixian.rules.expressions import Environment, Expression, Mark, words
from shixian.rules.facts import UNKNOWN, Missing, Value, to_stored
from shixian.rules.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most so much money for one scope (nothing: for everybody together) and, unless told otherwise, cycle.

    `at_most` may be a sum in the text, what the yearly call sets, or what was drawn from another quota.
    """

    key: str
    clause: str
    at_most: Expression
    text: str
    scope: tuple[Expression, ...] = ()
    per_cycle: bool = True
    reading: str | None = None

    def place(self, env: Environment) -> str | None:
        """The scope and cycle of the case at hand as text; None while they are not known."""
        parts = [*self.scope, *((Mark("cycle"),) if self.per_cycle else ())]
        values = [part.evaluate(env) for part in parts]
        if any(isinstance(value, Missing) for value in values):
            return None
        return "|".join(str(to_stored(value)) for value in values)


@dataclass(frozen=True, slots=True)
class Used(Expression):
    """What has been drawn so far from a quota, by all cases, in the scope of the case at hand."""

    quota: Quota

    def parts(self) -> tuple[Expression, ...]:
        return self.quota.scope

    def evaluate(self, env: Environment) -> Value:
        place = self.quota.place(env)
        return UNKNOWN if place is None else Money(env.drawn(self.quota.key, place))

    def describe(self, env: Environment | None = None) -> str:
        text = f"“{self.quota.text}”已用额"
        return text if env is None else f"{text}（{words(self.evaluate(env))}）"


@dataclass(frozen=True, slots=True)
class Left(Expression):
    """What is left of a quota; never less than nothing, also where it was lowered after it had been drawn from."""

    quota: Quota

    def parts(self) -> tuple[Expression, ...]:
        return (*self.quota.scope, self.quota.at_most)

    def evaluate(self, env: Environment) -> Value:
        whole, drawn = self.quota.at_most.evaluate(env), Used(self.quota).evaluate(env)
        if not isinstance(whole, Money) or not isinstance(drawn, Money):
            return UNKNOWN
        return whole.minus_floor_zero(drawn)

    def describe(self, env: Environment | None = None) -> str:
        text = f"“{self.quota.text}”余额"
        return text if env is None else f"{text}（{words(self.evaluate(env))}）"
