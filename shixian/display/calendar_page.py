"""A year of the working-day calendar as people read it: days off and make-up days by festival, each with its notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shixian.rules.calendar import Calendar, LegalDay, Notice
from shixian.rules.periods import add_days


@dataclass(frozen=True, slots=True)
class Special:
    """Days in a row of one festival, all off or all worked, that rest on one notice. `assumed`: no notice covers them
    yet, they follow from a holiday of fixed date."""

    festival: str
    first: date
    last: date
    count: int
    working: bool
    weekdays: str
    notice: Notice
    assumed: bool


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """`notices`: the yearly one first, then what changed it. `measure`: what is assumed under while there is none."""

    year: int
    announced: bool
    notices: tuple[Notice, ...]
    measure: Notice | None
    specials: tuple[Special, ...]


def years_of(calendar: Calendar, *, until: int) -> list[CalendarYear]:
    """Every year from the first that is loaded to `until`, or to the last loaded if that is later; the latest first."""
    return [
        CalendarYear(
            year,
            calendar.announced(year),
            calendar.notices(year),
            calendar.assumed_under(year),
            tuple(_specials(calendar, year)),
        )
        for year in range(max(until, *calendar.years), min(calendar.years) - 1, -1)
    ]


def _specials(calendar: Calendar, year: int) -> Iterator[Special]:
    run: list[LegalDay] = []
    for day in _days(year):
        one = calendar.day(day)
        if run and not _together(run[-1], one):
            yield _special(run)
            run = []
        if one.notice is not None:
            run.append(one)
    if run:
        yield _special(run)


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day = add_days(day, 1)


def _together(one: LegalDay, other: LegalDay) -> bool:
    return (one.reason, one.kind, one.notice, one.provisional) == (
        other.reason,
        other.kind,
        other.notice,
        other.provisional,
    )


def _special(run: list[LegalDay]) -> Special:
    first, last = run[0], run[-1]
    assert first.notice is not None
    festival = first.reason.removesuffix("放假").removesuffix("调休上班").removesuffix("法定节日")
    weekdays = first.weekday if first.day == last.day else f"{first.weekday}至{last.weekday}"
    return Special(festival, first.day, last.day, len(run), first.working, weekdays, first.notice, first.provisional)
