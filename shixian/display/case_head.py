"""What stands at the head of a case page and beside its timeline: time left, facts in words, new events, people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shixian.casework.publicity.sealing import HIDDEN
from shixian.display.plain import Plain
from shixian.rules.calendar import Calendar
from shixian.rules.errors import FactsError
from shixian.rules.facts import Field
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.narrate import DEADLINE_STATUS, stage_title
from shixian.rules.periods import days_between, working_days_between

SOON = 5  # working days from which a deadline is near
FAR = 400  # days beyond which working days are not counted: the calendar is not announced so far ahead


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """A deadline in words. `tone` is past, soon, fine or "" (no longer running)."""

    stage: str
    stage_title: str
    title: str
    last_day: date | None
    status: str
    left: str
    tone: str
    effect: str
    clause: str
    provisional: bool
    working: tuple[str, ...]
    readings: tuple[str, ...]
    running: bool


@dataclass(frozen=True, slots=True)
class FactLine:
    name: str
    label: str
    shown: str
    clause: str
    origin: str
    legal_day: str
    sealed: bool


def time_left(today: date, last_day: date, calendar: Calendar) -> tuple[str, str]:
    """The legal time left in words, and its tone (past, soon, fine)."""
    days = days_between(today, last_day)
    if days < 0:
        return f"已过 {-days} 日，待处理", "past"
    if days == 0:
        return "今日届满（24时止）", "soon"
    if days > FAR:
        return f"余 {days} 日", "fine"
    working = working_days_between(today, last_day, calendar)
    return f"余 {working} 个工作日（{days} 日）", "soon" if working <= SOON else "fine"


def deadline_lines(
    lifecycle: Lifecycle, deadlines: list[dict[str, Any]], today: date, calendar: Calendar, plain: Plain
) -> list[DeadlineLine]:
    """The deadlines of `case_page.read_all`, running ones first, by their last day."""
    readings = {reading.key: reading for reading in lifecycle.readings}
    found = []
    for item in deadlines:
        last = date.fromisoformat(item["last_day"]) if item["last_day"] else None
        running = item["status"] == "running"
        left, tone = time_left(today, last, calendar) if running and last is not None else ("", "")
        found.append(
            DeadlineLine(
                stage=item["stage"],
                stage_title=stage_title(lifecycle, item["stage"]),
                title=item["title"],
                last_day=last,
                status=DEADLINE_STATUS.get(item["status"], item["status"]),
                left=left,
                tone=tone,
                effect=item["effect"],
                clause=item["clause"],
                provisional=bool(item["provisional"]),
                working=tuple(map(plain, item["working"])),
                readings=tuple(
                    f"读法：{readings[key].question}——{plain.readings(key)}" if key in readings else key
                    for key in item.get("readings", ())
                ),
                running=running,
            )
        )
    far = date.max
    return sorted(found, key=lambda one: (not one.running, one.last_day or far))


def fact_lines(lifecycle: Lifecycle, data: Mapping[str, Any]) -> list[FactLine]:
    """The facts of `case_page.read_all` with their labels and origins."""
    found = []
    for name, stored in data["facts"].items():
        origin = data["fact_origins"].get(name, {})
        field = next((one for one in lifecycle.facts.fields if one.name == name), None)
        found.append(
            FactLine(
                name,
                field.label if field else name,
                shown(field, stored),
                field.clause if field else "",
                origin.get("origin", ""),
                origin.get("legal_day", ""),
                bool(field and field.sealed) or stored == HIDDEN,
            )
        )
    return found


def shown(field: Field | None, stored: Any) -> str:
    """A stored value as a person reads it; a sealed one only says that it is."""
    if field is None or field.sealed or stored == HIDDEN:
        return "；".join(map(str, stored)) if isinstance(stored, list | tuple) else str(stored)
    try:
        value = field.parse(stored)
        if isinstance(value, date):
            return f"{value.year}年{value.month}月{value.day}日"
        return field.format(value)
    except FactsError:
        return str(stored)
