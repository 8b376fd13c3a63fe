"""What is counted: days and their notation, periods with their unit, rolls, and intervals of suspension.

Counting itself is in `shixian.rules.periods`, which also re-exports these names; import them from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shixian.rules.calendar import Calendar
from shixian.rules.errors import PeriodError


class Unit(StrEnum):
    """Units of Civil Code article 200, and working days, which special rules use."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"

    @property
    def zh(self) -> str:
        return {"days": "日", "working_days": "个工作日", "months": "个月", "years": "年"}[self.value]


# Beyond these a number is a slip of the pen (2021年 is a year, not a period).
LARGEST = {Unit.DAYS: 36_600, Unit.WORKING_DAYS: 25_000, Unit.MONTHS: 1_200, Unit.YEARS: 100}

_UNITS = {
    Unit.DAYS: "days? calendar_days? 日 天 个自然日 自然日 个日历日 日历日",
    Unit.WORKING_DAYS: "working_days? work_?days? 个工作日 工作日",
    Unit.MONTHS: "months? 个月",
    Unit.YEARS: "years? 年",
}
_PERIOD = re.compile(r"(\d{1,6})[\s_]*(\D+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of legal time: `amount` > 0 of `unit`. PeriodError when it is not a sensible length."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", Unit(self.unit))
        if type(self.amount) is not int or self.amount <= 0:  # a bool is no number of days
            raise PeriodError(f"期限应为正整数：{self.amount!r}")
        if self.amount > LARGEST[self.unit]:
            raise PeriodError(f"期限过长：{self.zh}", remedy=f"最长 {LARGEST[self.unit]} {self.unit.zh}")

    @property
    def zh(self) -> str:
        return f"{self.amount} {self.unit.zh}"

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.value.replace('_', ' ')}"

    @classmethod
    def parse(cls, text: str) -> Period:
        """`2 months`, `5 working days`, `5个工作日`, `2个月`, `30日`, `30天`, `1年`. `6月` is refused: it names June."""
        match = _PERIOD.fullmatch(text.strip())
        if match:
            wanted = re.sub(r"[\s-]+", "_", match[2].strip().lower())
            for unit, forms in _UNITS.items():
                if any(re.fullmatch(form, wanted) for form in forms.split()):
                    return cls(int(match[1]), unit)
        raise PeriodError(
            f"无法识别的期限：{text!r}",
            remedy="写作 30 days、5 working days、2 months、1 years，或 30日、5个工作日、2个月、1年",
        )


def days(amount: int) -> Period:
    return Period(amount, Unit.DAYS)


def working_days(amount: int) -> Period:
    return Period(amount, Unit.WORKING_DAYS)


def months(amount: int) -> Period:
    return Period(amount, Unit.MONTHS)


def years(amount: int) -> Period:
    return Period(amount, Unit.YEARS)


class Roll(StrEnum):
    """What becomes of a last day that is a rest day."""

    NEXT_WORKING_DAY = "next_working_day"
    PREVIOUS_WORKING_DAY = "previous_working_day"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Suspension:
    """An interval that does not count, both ends included; `last` None: still running. `ground`: why, in Chinese."""

    first: date
    last: date | None
    ground: str
    clause: str

    def __post_init__(self) -> None:
        require_day(self.first)
        if self.last is not None:
            require_day(self.last)
            if self.last < self.first:
                raise PeriodError(f"中止期间的末日 {self.last} 早于首日 {self.first}", clause=self.clause)

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def is_suspended(day: date, suspensions: Iterable[Suspension]) -> bool:
    """Whether time stands still on `day`. While a suspension is open, ask this; its deadline cannot be computed."""
    return any(suspension.covers(day) for suspension in suspensions)


def require_day(day: object) -> date:
    """A plain date; an instant is refused, because its legal day depends on the time zone."""
    if not isinstance(day, date) or isinstance(day, datetime):
        raise PeriodError(f"这里要日期，不是 {day!r}", remedy="时刻先用 legal_day 换算为上海时间的日期")
    return day


def add_days(day: date, count: int) -> date:
    try:
        return day + timedelta(days=count)
    except OverflowError as error:
        raise PeriodError(f"自 {day} 起 {count} 日超出公历可表示的范围") from error


def days_between(first: date, last: date) -> int:
    """Calendar days from `first` (not counted) to `last` (counted); negative when `last` is earlier."""
    return (last - first).days


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """Working days after `first` up to and including `last`; with ends exchanged, negative, when it is earlier."""
    if last < first:
        return -working_days_between(last, first, calendar)
    return sum(calendar.is_working(first + timedelta(days=offset)) for offset in range(1, (last - first).days + 1))


def last_working_day_ahead(day: date, count: int, calendar: Calendar) -> date:
    """The count-th working day after `day`: how far "the next ten working days" reaches."""
    last = day
    for _ in range(count):
        last = calendar.next_working(add_days(last, 1))
    return last


def yearly_day(year: int, month: int, day: int) -> date:
    """The day a text fixes for every year (9 月 30 日). PeriodError when that year has no such day."""
    try:
        return date(year, month, day)
    except ValueError as error:
        raise PeriodError(f"{year} 年没有 {month} 月 {day} 日", remedy="改写为该年存在的日期") from error


_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日)", re.ASCII
)


def parse_day(text: str) -> date:
    """`2021-03-01`, `2021/3/1` or `2021年3月1日`. PeriodError for another form and for a day that does not exist."""
    match = _DAY.fullmatch(text.strip())
    if not match:
        raise PeriodError(f"无法识别的日期：{text!r}", remedy="写作 2021-03-01、2021/3/1 或 2021年3月1日")
    year, month, number = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, number)
    except ValueError as error:
        raise PeriodError(f"不存在的日期：{text!r}", remedy="核对月份和日数（平年 2 月没有 29 日）") from error
