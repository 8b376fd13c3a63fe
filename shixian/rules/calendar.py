"""The working-day calendar of the People's Republic of China: is this day worked, and by which notice?

A day is worked unless it is a weekend day or a day off; a notice of the State Council's General Office makes days
off and make-up days (调休). Files: `shixian/data/calendar/YEAR.yaml`; an administrator adds a year by putting a file of
the same form into a directory named in SHIXIAN_CALENDAR_DIR. A later notice overrides an earlier one day by day,
and `as_published_at` answers as the law stood on a given day: the extension of Spring Festival 2020, published on
27 January 2020, does not count before.

A year without its notice is *provisional*: weekends and holidays of fixed date are assumed, nothing else. The last
days of a year may still be moved by the next year's notice (29 December 2018 was); they become provisional no sooner.
"""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from shixian.rules.arrangements import Arrangement, Measure, Notice, parse_measures, parse_year, read_yaml
from shixian.rules.errors import CalendarError

__all__ = ["PACKAGED", "Calendar", "LegalDay", "Notice", "default_calendar", "load_calendar"]

PACKAGED = Path(__file__).parent.parent / "data" / "calendar"
DIRECTORIES_VARIABLE = "SHIXIAN_CALENDAR_DIR"
WEEKDAYS = "一二三四五六日"
ONE_DAY = timedelta(days=1)

Kind = Literal["workday", "weekend", "holiday", "makeup"]


def weekday_name(day: date) -> str:
    """星期一 ... 星期日."""
    return f"星期{WEEKDAYS[day.weekday()]}"


@dataclass(frozen=True, slots=True)
class LegalDay:
    """One day as the law sees it. `notice` is None for an ordinary day; `provisional`: no notice covers it yet."""

    day: date
    working: bool
    kind: Kind
    reason: str
    notice: Notice | None
    provisional: bool

    @property
    def weekday(self) -> str:
        return weekday_name(self.day)

    @property
    def why(self) -> str:
        """One Chinese clause with its source: 春节放假（国办发明电〔2020〕27号）."""
        return self.reason if self.notice is None else f"{self.reason}（{self.notice.number}）"

    def __str__(self) -> str:
        return f"{self.day}（{self.weekday}）{self.why}"


class Calendar:
    """Immutable: loading a year or looking back in time gives another calendar. Equal `version`, equal answers."""

    __slots__ = ("_announced", "_arrangements", "_days", "_measures", "_publications", "_views", "version")

    def __init__(self, arrangements: Iterable[Arrangement], measures: Iterable[Measure] = ()) -> None:
        self._arrangements = tuple(sorted(arrangements, key=lambda each: (each.notice.published, each.year)))
        self._measures = tuple(sorted(measures, key=lambda each: each.in_force_from))
        self._announced = frozenset(each.year for each in self._arrangements if each.amends is None)
        sources = [each.notice for each in self._arrangements] + [each.notice for each in self._measures]
        self._publications: tuple[date, ...] = tuple(sorted(notice.published for notice in sources))
        self._views: dict[int, Calendar] = {}
        self._days: dict[date, LegalDay] = {}  # special days; ordinary ones are added as they are asked for
        for arrangement in self._arrangements:
            for special in arrangement.days:
                self._days[special.day] = _special_day(
                    special.day, special.working, special.festival, arrangement.notice
                )
        #: sha256 of everything that decides an answer; a stored deadline names it.
        self.version: str = hashlib.sha256(self._canonical().encode()).hexdigest()

    def __repr__(self) -> str:
        return f"Calendar({sorted(self._announced)}, version={self.version[:12]})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and other.version == self.version

    def __hash__(self) -> int:
        return hash(self.version)

    @property
    def years(self) -> tuple[int, ...]:
        """The announced years, in order."""
        return tuple(sorted(self._announced))

    def announced(self, year: int) -> bool:
        """Whether the yearly notice for `year` is loaded (and published, in an `as_published_at` view)."""
        return year in self._announced

    def notices(self, year: int) -> tuple[Notice, ...]:
        """The State Council notices that the year's days off and make-up days rest on, the yearly one first."""
        return tuple(each.notice for each in self._arrangements if each.year == year)

    def assumed_under(self, year: int) -> Notice | None:
        """The measure whose holidays of fixed date are assumed while the year's own notice is not loaded; else None."""
        if year in self._announced:
            return None
        governing = [each for each in self._measures if each.in_force_from.year <= year]
        return governing[-1].notice if governing else None

    def day(self, day: date) -> LegalDay:
        """What `day` is and why. Raises CalendarError for a datetime: its legal day depends on the time zone."""
        found = self._days.get(day)
        return found if found is not None else self._ordinary(day)

    def is_working(self, day: date) -> bool:
        return self.day(day).working

    def next_working(self, day: date) -> date:
        """The first working day on or after `day`."""
        return self._seek(day, ONE_DAY)

    def previous_working(self, day: date) -> date:
        """The last working day on or before `day`."""
        return self._seek(day, -ONE_DAY)

    def as_published_at(self, day: date) -> Calendar:
        """The calendar as it stood at the end of `day`: a notice published later does not count, nor does its year."""
        count = bisect_right(self._publications, day)
        if count == len(self._publications):
            return self
        if count not in self._views:
            self._views[count] = Calendar(
                (each for each in self._arrangements if each.notice.published <= day),
                (each for each in self._measures if each.notice.published <= day),
            )
        return self._views[count]

    def with_year(self, year: int, data: Mapping[str, Any]) -> Calendar:
        """This calendar with `year` added or replaced; `data` has the form of a year's file."""
        kept = [each for each in self._arrangements if each.year != year]
        return Calendar([*kept, *parse_year(year, data)], self._measures)

    def _seek(self, day: date, step: timedelta) -> date:
        try:
            while not self.day(day).working:
                day += step
        except OverflowError as error:
            raise CalendarError(f"自 {day} 起找不到工作日") from error
        return day

    def _ordinary(self, day: date) -> LegalDay:
        if isinstance(day, datetime):
            raise CalendarError("工作日日历只接受日期，不接受时刻", remedy="先用 legal_day 换算为上海时间的日期")
        provisional = day.year not in self._announced
        weekend = day.weekday() >= 5
        holiday = self._fixed_holiday(day) if provisional else None
        if holiday is not None:
            festival, notice = holiday
            found = LegalDay(day, False, "holiday", f"{festival}法定节日", notice, True)
        else:
            reason = "周末休息日" if weekend else "工作日"
            if provisional:
                reason += "，暂按平常周推定"
            found = LegalDay(day, not weekend, "weekend" if weekend else "workday", reason, None, provisional)
        self._days[day] = found
        return found

    def _fixed_holiday(self, day: date) -> tuple[str, Notice] | None:
        governing = [each for each in self._measures if each.in_force_from <= day]
        for month, number, festival in governing[-1].days if governing else ():
            if (day.month, day.day) == (month, number):
                return festival, governing[-1].notice
        return None

    def _canonical(self) -> str:
        def source(notice: Notice) -> list[str]:
            return [notice.number, notice.title, notice.published.isoformat()]

        content = {
            "arrangements": [
                [
                    each.year,
                    source(each.notice),
                    each.amends,
                    [[day.day.isoformat(), day.working, day.festival] for day in each.days],
                ]
                for each in self._arrangements
            ],
            "measures": [[source(each.notice), each.in_force_from.isoformat(), each.days] for each in self._measures],
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _special_day(day: date, working: bool, festival: str, notice: Notice) -> LegalDay:
    if working:
        return LegalDay(day, True, "makeup", f"{festival}调休上班", notice, False)
    return LegalDay(day, False, "holiday", f"{festival}放假", notice, False)


def load_calendar(directories: Sequence[Path | str] = (), *, packaged: bool = True) -> Calendar:
    """The packaged years, then each directory's: a later directory replaces a whole year of an earlier one.

    Files are named YEAR.yaml (or .yml, .json). Raises CalendarError for a directory that is not there, for two
    files of one year in one directory, and for any malformed file.
    """
    years: dict[int, tuple[Arrangement, ...]] = {}
    measures: tuple[Measure, ...] = ()
    for directory in [*([PACKAGED] if packaged else []), *map(Path, directories)]:
        if not directory.is_dir():
            raise CalendarError(f"日历目录不存在：{directory}")
        here: dict[int, tuple[Arrangement, ...]] = {}
        for path in sorted(directory.glob("[12][0-9][0-9][0-9].*")):
            if path.suffix not in {".yaml", ".yml", ".json"}:
                continue
            year = int(path.stem)
            if year in here:
                raise CalendarError(f"{directory} 中 {year} 年有两个文件", remedy="只留一个")
            here[year] = parse_year(year, read_yaml(path))
        years.update(here)
        if (directory / "statutory.yaml").is_file():
            measures = parse_measures(read_yaml(directory / "statutory.yaml"))
    return Calendar((each for listed in years.values() for each in listed), measures)


def default_calendar() -> Calendar:
    """The packaged calendar with the directories of SHIXIAN_CALENDAR_DIR over it (separated as in PATH).

    Read once for each value of that variable; after adding a file, restart, or load it with `load_calendar`.
    """
    return _default(os.environ.get(DIRECTORIES_VARIABLE, ""))


@lru_cache(maxsize=4)
def _default(directories: str) -> Calendar:
    return load_calendar([part for part in directories.split(os.pathsep) if part])
