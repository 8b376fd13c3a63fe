"""Notation: days, periods and instants as people write them, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.rules.calendar import load_calendar
from shixian.rules.errors import PeriodError
from shixian.rules.months import add_months
from shixian.rules.periods import (
    Period,
    Unit,
    add_days,
    days,
    days_between,
    end_of,
    last_day_within,
    legal_day,
    months,
    parse_day,
    parse_instant,
    working_days,
    yearly_day,
    years,
)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2 months", months(2)),
        ("1 month", months(1)),
        ("2个月", months(2)),
        ("2 个月", months(2)),
        ("5 working days", working_days(5)),
        ("1 working day", working_days(1)),
        ("5 working_days", working_days(5)),
        ("5 Workdays", working_days(5)),
        ("5个工作日", working_days(5)),
        ("5工作日", working_days(5)),
        ("30 days", days(30)),
        ("30日", days(30)),
        ("30天", days(30)),
        ("15个自然日", days(15)),
        ("1年", years(1)),
        (" 3 years ", years(3)),
    ],
)
def test_periods_are_read(written: str, period: Period) -> None:
    assert Period.parse(written) == period
    assert Period.parse(str(period)) == Period.parse(period.zh) == period


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2",
        "months",
        "0 days",
        "-1 days",
        "1.5 months",
        "6月",
        "两个月",
        "2021年",
        "2 fortnights",
        "2 months 3 days",
    ],
)
def test_other_periods_are_refused(written: str) -> None:
    with pytest.raises(PeriodError):
        Period.parse(written)


@pytest.mark.parametrize("amount", [0, -1, True, 1.0, "2", 100_000])
def test_amounts_are_positive_whole_numbers(amount: object) -> None:
    with pytest.raises(PeriodError):
        Period(amount, Unit.DAYS)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["2021-03-01", "2021/3/1", "2021年3月1日", " 2021 年 3 月 1 日 ", "2021-3-1"])
def test_days_are_read(written: str) -> None:
    assert parse_day(written) == date(2021, 3, 1)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2021-02-29", "不存在"),
        ("2021年2月30日", "不存在"),
        ("2021-13-01", "不存在"),
        ("20210301", "无法识别"),
        ("2021-03", "无法识别"),
        ("2021-03/01", "无法识别"),
        ("1/3/2021", "无法识别"),
        ("", "无法识别"),
    ],
)
def test_other_days_are_refused(written: str, message: str) -> None:
    with pytest.raises(PeriodError, match=message):
        parse_day(written)


@given(st.dates())
def test_every_day_is_read_back(day: date) -> None:
    assert parse_day(day.isoformat()) == parse_day(f"{day.year:04}年{day.month}月{day.day}日") == day


def test_the_legal_day_is_that_of_shanghai() -> None:
    assert legal_day(datetime(2021, 3, 1, 23, 59)) == date(2021, 3, 1)
    assert legal_day(datetime(2021, 3, 1, 16, 0, tzinfo=UTC)) == date(2021, 3, 2)
    assert legal_day(datetime(2021, 3, 1, 15, 59, tzinfo=UTC)) == date(2021, 3, 1)
    end = end_of(date(2021, 3, 1))
    assert end == datetime(2021, 3, 1, 16, 0, tzinfo=UTC) and end.utcoffset() == timedelta(hours=8)
    assert legal_day(end) == date(2021, 3, 2) and legal_day(end - timedelta(microseconds=1)) == date(2021, 3, 1)


def test_instants_are_read() -> None:
    expected = datetime(2021, 3, 2, 9, tzinfo=timezone(timedelta(hours=8)))
    for written in ("2021-03-02T09:00", "2021-03-02 09:00:00", "2021-03-02T01:00Z", "2021-03-01T20:00:00-05:00"):
        assert parse_instant(written) == expected
        assert str(parse_instant(written).tzinfo) == "Asia/Shanghai"
    assert legal_day(parse_instant("2021-03-02")) == date(2021, 3, 2)
    for written in ("2021-03-02T24:00", "2021-02-29T09:00", "2021-3-2 9:00", "09:00", "", "2021-03-02T09"):
        with pytest.raises(PeriodError):
            parse_instant(written)


def test_days_fixed_for_every_year() -> None:
    assert yearly_day(2024, 2, 29) == date(2024, 2, 29)
    with pytest.raises(PeriodError, match="没有 2 月 29 日"):
        yearly_day(2023, 2, 29)


def test_ends_of_the_calendar_are_refused_in_words() -> None:
    calendar = load_calendar()
    with pytest.raises(PeriodError, match="范围"):
        add_days(date.max, 1)
    with pytest.raises(PeriodError, match="范围"):
        add_months(date.max, 1)
    with pytest.raises(PeriodError, match="范围"):
        end_of(date.max)
    with pytest.raises(PeriodError, match="范围"):
        last_day_within(working_days(5), date(9999, 12, 30), calendar)
    with pytest.raises(PeriodError, match="legal_day"):
        last_day_within(days(1), datetime(2021, 3, 1, 9), calendar)


def test_days_between_counts_the_last_and_not_the_first() -> None:
    assert days_between(date(2021, 5, 2), date(2021, 7, 1)) == 60
    assert days_between(date(2021, 7, 1), date(2021, 5, 2)) == -60
