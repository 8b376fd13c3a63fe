"""Timings: from which day a clock runs and how far, as a regulation says it.

`months(2).after("national_approval")`, `days(60).before("project_end")`, `yearly(9, 30)`,
`set_by_call("closing_date")`: data, resolved to a legal day by `shixian.rules.clockwork`.
"""

from __future__ import annotations

from dataclasses import dataclass

from shixian.rules.periods import Period, Roll, Unit


@dataclass(frozen=True, slots=True)
class SetByCall:
    """A length or a day that the text leaves to the yearly call; a parameter of that name must be declared."""

    parameter: str

    def after(self, anchor: str) -> After:
        return After(self, anchor)


@dataclass(frozen=True, slots=True)
class SetByAct:
    """A length or a day that an officer sets when acting; it is kept as the fact of that name."""

    fact: str

    def after(self, anchor: str) -> After:
        return After(self, anchor)


@dataclass(frozen=True, slots=True)
class After:
    """The last day of a period that runs from an anchor (a date fact, or a mark such as `filing.done`)."""

    period: Period | SetByCall | SetByAct
    anchor: str
    roll: Roll = Roll.NEXT_WORKING_DAY


@dataclass(frozen=True, slots=True)
class Before:
    """The latest day on which at least the period still lies before the anchor."""

    period: Period
    anchor: str
    roll: Roll = Roll.NONE


@dataclass(frozen=True, slots=True)
class Yearly:
    """A fixed day that a text names. Which year: that of the anchor; the first such day on or after it when `next`.

    The anchor `cycle` is the year of the case's cycle, whenever the case was opened.

    The law of periods does not move a fixed day by itself, so the roll is a *reading* and must be named.
    """

    month: int
    day: int
    anchor: str
    reading: str
    roll: Roll = Roll.NONE
    next_after_anchor: bool = False


@dataclass(frozen=True, slots=True)
class YearsFromNewYear:
    """Whole calendar years, counted from 1 January of the year after the anchor; the last is 31 December."""

    years: int
    anchor: str
    reading: str
    roll: Roll = Roll.NONE


@dataclass(frozen=True, slots=True)
class QuarterEnd:
    """The last day of the calendar quarter in which the anchor lies; a fixed day, so its roll is a *reading*."""

    anchor: str
    reading: str
    roll: Roll = Roll.NONE


@dataclass(frozen=True, slots=True)
class OnDay:
    """The day that a call or an act sets (a parameter or a fact holding a date)."""

    day: SetByCall | SetByAct
    roll: Roll = Roll.NONE


@dataclass(frozen=True, slots=True)
class LaterOf:
    """A term that `clause` prolongs to another day where that is later (a query term to the end of a sanction).

    While the other day is 无 or 未知 nothing prolongs the term; as soon as it is recorded, it is computed again.
    """

    term: After | OnDay | Yearly
    other: OnDay
    clause: str

    @property
    def anchor(self) -> str:
        """What the term runs from; a term that is a day has none."""
        return "" if isinstance(self.term, OnDay) else self.term.anchor


Timing = After | Before | Yearly | YearsFromNewYear | QuarterEnd | OnDay | LaterOf


@dataclass(frozen=True, slots=True)
class Span(Period):
    """A period that can say from which day it runs."""

    def after(self, anchor: str) -> After:
        return After(Period(self.amount, self.unit), anchor)

    def before(self, anchor: str) -> Before:
        return Before(Period(self.amount, self.unit), anchor)


def days(amount: int) -> Span:
    return Span(amount, Unit.DAYS)


def working_days(amount: int) -> Span:
    return Span(amount, Unit.WORKING_DAYS)


def months(amount: int) -> Span:
    return Span(amount, Unit.MONTHS)


def years(amount: int) -> Span:
    return Span(amount, Unit.YEARS)


def set_by_call(parameter: str) -> SetByCall:
    return SetByCall(parameter)


def set_by_act(fact: str) -> SetByAct:
    return SetByAct(fact)


def later_of(term: After | OnDay | Yearly, other: OnDay, *, clause: str) -> LaterOf:
    return LaterOf(term, other, clause)


def yearly(month: int, day: int, *, anchor: str, reading: str, roll: Roll = Roll.NONE) -> Yearly:
    return Yearly(month, day, anchor, reading, roll)


def on_day(day: SetByCall | SetByAct, *, roll: Roll = Roll.NONE) -> OnDay:
    return OnDay(day, roll)
