"""How the desk writes days, instants, money and labels: Chinese first, English as a switch."""

from __future__ import annotations

import re
from datetime import date, datetime

from shixian.clock import SHANGHAI
from shixian.desk.english import LABELS
from shixian.desk.phrases import phrase
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
    """A label, or a sentence that the desk makes, in the language; Chinese where there is no English for it."""
    if language != "en":
        return text
    return _ENGLISH.get(text) or phrase(text) or text


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


_SKIPPED = frozenset({"code", "textarea", "script", "style"})
_PIECE = re.compile(r"(<[^>]*>)")
_TAG = re.compile(r"<(/?)([a-z0-9]+)")
_AURAL = re.compile(r'( (?:title|aria-label|alt)=")([^"]*)(")')
_ISO = re.compile(
    r"(?<![\w/-])(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?(?![\w-])"
)
_COMMAND = re.compile(r"（shixian [^（）]*）")


def plain_page(html: str, language: str = "zh") -> str:
    """What is read on a page, whoever wrote the sentence: dates as 2021年3月1日, and no command of the command line.
    In English, what holds no other Chinese has its days, sums and stops in English too.

    Only text and spoken attributes; what stands in code, in a form's field or in an address is left as it is.
    """
    inside = ""
    pieces = _PIECE.split(html)
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            if not inside and ("-" in piece or "（" in piece):
                piece = pieces[place] = _plain_text(piece)
            if not inside and language == "en":
                pieces[place] = _in_english(piece)
            continue
        tag = _TAG.match(piece)
        if tag is not None and tag[2] in _SKIPPED:
            inside = "" if tag[1] else tag[2]
        if _ISO.search(piece):
            pieces[place] = _AURAL.sub(lambda found: f"{found[1]}{_plain_text(found[2])}{found[3]}", piece)
    return "".join(pieces)


def _plain_text(text: str) -> str:
    def day(found: re.Match[str]) -> str:
        words = f"{int(found[1])}年{int(found[2])}月{int(found[3])}日"
        return f"{words} {found[4]}" if found[4] else words

    return _ISO.sub(day, _COMMAND.sub("", text))


_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_SUM = re.compile(r"([\d,]+\.\d{2})元(?:（[\d,]+万元）)?")
_HAN = re.compile("[\u4e00-\u9fff]")
_STOPS = str.maketrans({"，": ", ", "、": ", ", "。": ". ", "：": ": ", "；": "; ", "（": " (", "）": ")", "　": " "})
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


def _in_english(text: str) -> str:
    def day(found: re.Match[str]) -> str:
        month = int(found[2])
        return f"{int(found[3])} {_MONTHS[month - 1]} {found[1]}" if 1 <= month <= 12 else found[0]

    said = _SUM.sub(r"CNY \1", _DAY.sub(day, text))
    return text if _HAN.search(said) else said.translate(_STOPS)


def money_zh(fen: int | None) -> str:
    """1,234.50元, and 万元 beside it when it is a round sum of them; nothing for no amount."""
    if fen is None:
        return ""
    yuan = f"{fen // 100:,}.{fen % 100:02d}元"
    return f"{yuan}（{fen // 1_000_000:,}万元）" if fen and fen % 1_000_000 == 0 else yuan


def money(value: Money | int | None) -> str:
    return money_zh(value.fen if isinstance(value, Money) else value)
