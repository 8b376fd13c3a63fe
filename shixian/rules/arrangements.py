"""Reading calendar files: one year's days off and make-up days, each under the State Council notice it rests on.

A file that is malformed, names an impossible day, lets one notice contradict itself, or amends a notice that is
not there is refused whole (`CalendarError`), so that a typing error never becomes a wrong deadline. Duplicate
keys are refused too: YAML would silently keep the last. What the days mean is in `shixian.rules.calendar`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from shixian.rules.errors import CalendarError

YEAR_KEYS = {"year", "notices"}
NOTICE_KEYS = {"number", "title", "signed", "published", "confirmed", "amends", "note", "days"}
DAYS_KEYS = {"festival", "rest", "work"}
MEASURE_KEYS = {"number", "title", "published", "in_force_from", "days"}


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """The document a special day rests on. It counts from `published` (that day included)."""

    number: str
    title: str
    published: date

    @property
    def citation(self) -> str:
        return f"{self.number}《{self.title}》，{self.published} 公布"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One day a notice makes a day off (`working` false) or a make-up day (`working` true)."""

    day: date
    working: bool
    festival: str


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What one notice says of one year. `amends` names the yearly notice that it changes, if it is an amendment."""

    year: int
    notice: Notice
    amends: str | None
    days: tuple[SpecialDay, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """Holidays of fixed date ((month, day), festival), by the State Council's measure, from `in_force_from`."""

    notice: Notice
    in_force_from: date
    days: tuple[tuple[int, int, str], ...]


class _StrictLoader(yaml.SafeLoader):
    """Safe loading that refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {str(key) for key in keys if keys.count(key) > 1}
        if twice:
            raise CalendarError(f"同一层内键重复：{'、'.join(sorted(twice))}", remedy="删去重复的一项")
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The content of a file; CalendarError when it cannot be read as YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:  # ValueError: 2027-02-30
        raise CalendarError(f"日历文件无法读取：{path.name}（{error}）") from error
    except CalendarError as error:
        raise CalendarError(f"日历文件 {path.name}：{error.message}", remedy=error.remedy) from error


def parse_year(year: int, data: Any) -> tuple[Arrangement, ...]:
    """One year's data, as in its file, checked. The yearly notice comes first, its amendments after it."""
    where = f"{year} 年工作日日历"
    content = _mapping(data, where, YEAR_KEYS)
    if content.get("year") != year:
        raise CalendarError(f"{where}：文件内的年份是 {content.get('year')!r}", remedy="文件名与 year 应为同一年")
    notices = content.get("notices")
    if not isinstance(notices, list) or not notices:
        raise CalendarError(f"{where}：缺少 notices（该年放假安排所依据的通知）")
    found = sorted((_arrangement(year, item, where) for item in notices), key=lambda each: each.notice.published)
    yearly = [each for each in found if each.amends is None]
    if len(yearly) != 1:
        raise CalendarError(f"{where}：应恰有一份年度通知，现有 {len(yearly)} 份", remedy="调整性通知请写 amends")
    if found[0] is not yearly[0]:
        raise CalendarError(f"{where}：调整通知 {found[0].notice.number} 的公布日早于年度通知")
    numbers = [each.notice.number for each in found]
    for each in found:
        if numbers.count(each.notice.number) > 1:
            raise CalendarError(f"{where}：文号 {each.notice.number} 出现两次")
        if each.amends is not None and each.amends not in numbers:
            raise CalendarError(f"{where}：{each.notice.number} 所调整的 {each.amends} 不在本年文件中")
    return tuple(found)


def parse_measures(data: Any) -> tuple[Measure, ...]:
    """The measures on holidays of fixed date, checked, oldest first."""
    where = "法定节日（固定日期）"
    content = _mapping(data, where, {"measures"})
    found = []
    for item in content.get("measures") or ():
        entry = _mapping(item, where, MEASURE_KEYS)
        days = tuple(
            (*_month_day(each, where), str(festival))
            for festival, listed in _mapping(entry.get("days"), where, None).items()
            for each in listed
        )
        found.append(Measure(_notice(entry, where), _date(entry.get("in_force_from"), where), days))
    return tuple(sorted(found, key=lambda each: each.in_force_from))


def _arrangement(year: int, item: Any, where: str) -> Arrangement:
    entry = _mapping(item, where, NOTICE_KEYS)
    notice = _notice(entry, where)
    where = f"{where}，{notice.number}"
    listed = entry.get("days")
    if not isinstance(listed, list) or not listed:
        raise CalendarError(f"{where}：缺少 days")
    days: dict[date, SpecialDay] = {}
    for group in listed:
        row = _mapping(group, where, DAYS_KEYS)
        festival = _text(row, "festival", where)
        for key, working in (("rest", False), ("work", True)):
            for day in _dates(row.get(key) or (), where):
                if day in days:
                    raise CalendarError(f"{where}：{day} 写了两次", remedy="每一天只能放假或上班一次")
                if day.year != year and (day.year, day.month) != (year - 1, 12):
                    raise CalendarError(f"{where}：{day} 不在 {year} 年内，也不在上年 12 月")
                days[day] = SpecialDay(day, working, festival)
    amends = entry.get("amends")
    return Arrangement(year, notice, None if amends is None else str(amends), tuple(days[key] for key in sorted(days)))


def _notice(entry: Mapping[str, Any], where: str) -> Notice:
    return Notice(_text(entry, "number", where), _text(entry, "title", where), _date(entry.get("published"), where))


def _dates(listed: Any, where: str) -> Iterator[date]:
    """Days and ranges (`2021-02-11..2021-02-17`, both ends included)."""
    if not isinstance(listed, (list, tuple)):
        raise CalendarError(f"{where}：rest、work 应为日期列表，不是 {listed!r}")
    for item in listed:
        first, separator, last = item.partition("..") if isinstance(item, str) else (item, "", "")
        start = _date(first, where)
        end = _date(last, where) if separator else start
        if end < start or (end - start).days > 31:
            raise CalendarError(f"{where}：日期区间 {item!r} 不成立")
        for offset in range((end - start).days + 1):
            yield start + timedelta(days=offset)


def _date(value: Any, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise CalendarError(f"{where}：{value!r} 不是日期", remedy="按 2027-01-01 的格式写") from error


def _month_day(value: Any, where: str) -> tuple[int, int]:
    day = _date(f"2000-{value}", where)
    return day.month, day.day


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise CalendarError(f"{where}：缺少 {key}")
    return value.strip()


def _mapping(data: Any, where: str, allowed: set[str] | None) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise CalendarError(f"{where}：内容应为键值结构，不是 {type(data).__name__}")
    unknown = set(data) - allowed if allowed is not None else set()
    if unknown:
        raise CalendarError(f"{where}：不认识的键 {'、'.join(sorted(map(str, unknown)))}")
    return data
