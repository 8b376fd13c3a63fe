"""Periods by the Civil Code: properties that must hold for every date. The cases by hand are in test_periods.py."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import chinese_calendar
from hypothesis import assume, given
from hypothesis import strategies as st

from shixian.rules.calendar import load_calendar
from shixian.rules.periods import (
    Period,
    Roll,
    Suspension,
    Unit,
    days,
    days_between,
    is_suspended,
    last_day_within,
    latest_day_before,
    months,
    working_days,
    working_days_between,
    years,
)

CALENDAR = load_calendar()
ONE = timedelta(days=1)

anchors = st.dates(date(2019, 1, 1), date(2025, 6, 30))
units = st.sampled_from(Unit)
LONGEST = {Unit.DAYS: 400, Unit.WORKING_DAYS: 120, Unit.MONTHS: 15, Unit.YEARS: 1}


@st.composite
def periods(draw: st.DrawFn) -> Period:
    unit = draw(units)
    return Period(draw(st.integers(1, LONGEST[unit])), unit)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Suspension]:
    """Up to four closed suspensions, overlapping or not."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        first = draw(anchors)
        found.append(Suspension(first, first + timedelta(days=draw(st.integers(0, 40))), "补正", "第十条"))
    return found


@given(anchors, anchors, periods())
def test_monotone_in_the_anchor(first: date, second: date, period: Period) -> None:
    early, late = sorted((first, second))
    assert last_day_within(period, early, CALENDAR).last_day <= last_day_within(period, late, CALENDAR).last_day


@given(anchors, periods())
def test_one_day_later_is_never_earlier(anchor: date, period: Period) -> None:
    found, later = (last_day_within(period, day, CALENDAR) for day in (anchor, anchor + ONE))
    assert found.last_day <= later.last_day


@given(anchors, units, st.integers(1, 12), ledgers())
def test_longer_is_never_earlier(anchor: date, unit: Unit, amount: int, ledger: list[Suspension]) -> None:
    amount = 1 if unit is Unit.YEARS else amount
    shorter, longer = (
        last_day_within(Period(number, unit), anchor, CALENDAR, suspensions=ledger).last_day
        for number in (amount, amount + 1)
    )
    assert anchor < shorter <= longer


@given(anchors, periods(), ledgers())
def test_never_a_rest_day_nor_a_suspended_day_after_the_roll(
    anchor: date, period: Period, ledger: list[Suspension]
) -> None:
    found = last_day_within(period, anchor, CALENDAR, suspensions=ledger)
    assert CALENDAR.is_working(found.last_day)
    assert not is_suspended(found.last_day, ledger)
    assert found.explanation.value == found.last_day.isoformat()
    assert any(f"{found.last_day} 24:00" in line for line in found.working)


@given(anchors, periods())
def test_the_roll_passes_only_rest_days(anchor: date, period: Period) -> None:
    natural = last_day_within(period, anchor, CALENDAR, roll=Roll.NONE).last_day
    rolled = last_day_within(period, anchor, CALENDAR).last_day
    passed = [natural + timedelta(days=offset) for offset in range((rolled - natural).days)]
    assert not any(chinese_calendar.is_workday(day) for day in passed if day.year <= 2026)


@given(anchors, st.integers(1, 30))
def test_months_keep_the_day_or_end_the_month(anchor: date, amount: int) -> None:
    natural = last_day_within(months(amount), anchor, CALENDAR, roll=Roll.NONE).last_day
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + amount, 12)
    assert natural == date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


@given(anchors, st.integers(1, 6))
def test_a_year_is_twelve_months(anchor: date, amount: int) -> None:
    by_years, by_months = (last_day_within(each, anchor, CALENDAR) for each in (years(amount), months(12 * amount)))
    assert by_years.last_day == by_months.last_day


@given(anchors, st.integers(1, 120))
def test_working_days_agree_with_another_library(anchor: date, amount: int) -> None:
    last = last_day_within(working_days(amount), anchor, CALENDAR).last_day
    counted = chinese_calendar.get_workdays(anchor + ONE, last)
    assert len(counted) == amount and counted[-1] == last
    assert working_days_between(anchor, last, CALENDAR) == amount == -working_days_between(last, anchor, CALENDAR)


@given(anchors, st.integers(1, 90), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]), ledgers())
def test_suspensions_by_counting_one_day_after_another(
    anchor: date, amount: int, unit: Unit, ledger: list[Suspension]
) -> None:
    found = last_day_within(Period(amount, unit), anchor, CALENDAR, suspensions=ledger, roll=Roll.NONE)
    day, counted = anchor, 0
    while counted < amount:
        day += ONE
        counted += not is_suspended(day, ledger) and (unit is Unit.DAYS or CALENDAR.is_working(day))
    assert found.last_day == day


@given(anchors, st.integers(1, 15), ledgers())
def test_months_are_extended_by_the_suspended_days_within(anchor: date, amount: int, ledger: list[Suspension]) -> None:
    natural = last_day_within(months(amount), anchor, CALENDAR, roll=Roll.NONE).last_day
    last = last_day_within(months(amount), anchor, CALENDAR, suspensions=ledger, roll=Roll.NONE).last_day
    run = [anchor + timedelta(days=offset) for offset in range(1, days_between(anchor, last) + 1)]
    assert days_between(natural, last) == sum(is_suspended(day, ledger) for day in run)
    assert not is_suspended(last, ledger)


@given(anchors, st.integers(1, 400))
def test_backward_days_are_the_inverse(event: date, amount: int) -> None:
    latest = latest_day_before(days(amount), event, CALENDAR).last_day
    assert days_between(latest, event) == amount
    assert last_day_within(days(amount), latest, CALENDAR, roll=Roll.NONE).last_day == event


@given(anchors, st.integers(1, 60))
def test_backward_working_days_are_the_inverse_on_working_days(event: date, amount: int) -> None:
    assume(event >= date(2019, 6, 1))
    event = CALENDAR.next_working(event)
    latest = latest_day_before(working_days(amount), event, CALENDAR)
    assert not latest.provisional and CALENDAR.is_working(latest.last_day)
    assert last_day_within(working_days(amount), latest.last_day, CALENDAR).last_day == event


@given(anchors, st.integers(1, 24))
def test_backward_months_keep_the_minimum_and_invert_where_the_day_exists(event: date, amount: int) -> None:
    latest = latest_day_before(months(amount), event, CALENDAR).last_day
    again = last_day_within(months(amount), latest, CALENDAR, roll=Roll.NONE).last_day
    assert again <= event
    assert (again == event) == (latest.day == event.day)
    if latest.day != event.day:  # a month's last day: one day later would leave less than the minimum
        assert last_day_within(months(amount), latest + ONE, CALENDAR, roll=Roll.NONE).last_day > event


@given(anchors, anchors, periods())
def test_backwards_is_monotone_and_its_roll_only_goes_back(first: date, second: date, period: Period) -> None:
    early, late = (
        latest_day_before(period, day, CALENDAR, roll=Roll.PREVIOUS_WORKING_DAY).last_day
        for day in sorted((first, second))
    )
    assert early <= late and CALENDAR.is_working(late)
    assert late <= latest_day_before(period, max(first, second), CALENDAR).last_day


@given(anchors, periods(), ledgers())
def test_the_explanation_survives_json(anchor: date, period: Period, ledger: list[Suspension]) -> None:
    explanation = last_day_within(period, anchor, CALENDAR, suspensions=ledger).explanation
    assert type(explanation).from_json(explanation.to_json()) == explanation
