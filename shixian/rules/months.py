"""Months, years and instants: the one module that knows pendulum and the time zone of Shanghai.

Months are added to the anchor at once, never one after another: 31 January and two months is 31 March, while
going by way of 28 February would lose three days (Civil Code article 202: the corresponding day, else month end).
Everything that leaves here is a standard `date` or aware `datetime`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pendulum

from shixian.rules.errors import PeriodError

SHANGHAI = ZoneInfo("Asia/Shanghai")

_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)


def add_months(day: date, count: int) -> date:
    """The corresponding day `count` months later (earlier when negative), else that month's last day."""
    try:
        moved = pendulum.Date(day.year, day.month, day.day).add(months=count)
    except (ValueError, OverflowError) as error:
        raise PeriodError(f"自 {day} 起 {count} 个月超出公历可表示的范围") from error
    return date(moved.year, moved.month, moved.day)


def legal_day(instant: datetime) -> date:
    """The day in Shanghai on which an instant falls; a naive instant is Shanghai time."""
    return in_shanghai(instant).date()


def in_shanghai(instant: datetime) -> datetime:
    """The same instant, aware, in Asia/Shanghai; a naive one is taken to be Shanghai time."""
    return instant.replace(tzinfo=SHANGHAI) if instant.tzinfo is None else instant.astimezone(SHANGHAI)


def end_of(day: date) -> datetime:
    """24:00 of `day` in Shanghai, which is the next midnight. What happens before it is in time (article 203)."""
    try:
        return datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)
    except OverflowError as error:
        raise PeriodError(f"{day} 的 24:00 超出公历可表示的范围") from error


def parse_instant(text: str) -> datetime:
    """`2021-03-02T09:00[:30][+08:00|Z]`, aware in Shanghai. Without offset: Shanghai time; a bare day: its 00:00."""
    cleaned = text.strip()
    if not _INSTANT.fullmatch(cleaned):
        raise PeriodError(f"无法识别的时刻：{text!r}", remedy="按 2021-03-02T09:00 的格式写")
    try:
        return in_shanghai(datetime.fromisoformat(cleaned))
    except (ValueError, OverflowError) as error:
        raise PeriodError(f"不存在的时刻：{text!r}（{error}）", remedy="24:00 请写作次日 00:00") from error


def minutes_before(instant: datetime, minutes: int) -> datetime:
    """The instant so many minutes earlier (later, when negative): for sessions and retries, never for the law."""
    if instant.tzinfo is None:
        raise PeriodError(f"时刻须带时区，不能是 {instant!r}")
    return datetime.fromtimestamp(instant.timestamp() - minutes * 60, instant.tzinfo)
