"""How the desk writes days, instants, money and labels: Chinese first, English as a switch."""

from __future__ import annotations

from datetime import date, datetime

from shixian.clock import SHANGHAI
from shixian.desk.english import LABELS
from shixian.rules.money import Money

_ENGLISH: dict[str, str] = {
    **LABELS,
    "待办": "To do",
    "案件": "Case",
    "公示": "Public notices",
    "异议": "Objection",
    "办事进度": "Progress",
    "财务": "Finance",
    "审计": "Audit",
    "设置": "Settings",
    "周期": "Cycles",
    "法规": "Regulations",
    "登录": "Sign in",
    "退出": "Sign out",
    "首页": "Home",
}


def say(text: str, language: str) -> str:
    """A label in the language; Chinese where there is no English for it."""
    return _ENGLISH.get(text, text) if language == "en" else text


def add_words(words: dict[str, str]) -> None:
    """English for further labels: each part of the desk brings its own."""
    _ENGLISH.update(words)


def day_zh(day: date | str | None) -> str:
    """2021年3月1日; nothing for no day."""
    if not day:
        return ""
    if isinstance(day, str):
        day = date.fromisoformat(day)
    return f"{day.year}年{day.month}月{day.day}日"


def instant_zh(instant: datetime | str | None) -> str:
    """2021年3月1日 09:30, Beijing time."""
    if not instant:
        return ""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    local = instant.astimezone(SHANGHAI)
    return f"{day_zh(local.date())} {local:%H:%M}"


def money_zh(fen: int | None) -> str:
    """1,234.50元, and 万元 beside it when it is a round sum of them; nothing for no amount."""
    if fen is None:
        return ""
    yuan = f"{fen // 100:,}.{fen % 100:02d}元"
    return f"{yuan}（{fen // 1_000_000:,}万元）" if fen and fen % 1_000_000 == 0 else yuan


def money(value: Money | int | None) -> str:
    return money_zh(value.fen if isinstance(value, Money) else value)
