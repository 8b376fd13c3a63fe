"""Ages: the day on which a regulation measures how old somebody is (申请当年1月1日未满45周岁)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shixian.rules.expressions import Environment, Expression
from shixian.rules.facts import Missing, Value
from shixian.rules.periods import yearly_day


@dataclass(frozen=True, slots=True)
class NewYearsDay(Expression):
    """1 January of a year: a number (`mark("cycle")`), or the year in which a day lies."""

    year: Expression

    def evaluate(self, env: Environment) -> Value:
        year = self.year.evaluate(env)
        if isinstance(year, Missing):
            return year
        if isinstance(year, date):
            return yearly_day(year.year, 1, 1)
        if not isinstance(year, int):
            raise TypeError(f"{self.year} is not a year")
        return yearly_day(year, 1, 1)

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.year.describe(env)}的1月1日"
