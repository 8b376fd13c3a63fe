"""The law books a piece of casework goes by: the declared lifecycles and the working-day calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from shixian.programmes import catalogue
from shixian.rules.calendar import Calendar, default_calendar
from shixian.rules.errors import NotFound
from shixian.rules.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True)
class LawBooks:
    lifecycles: Mapping[str, Lifecycle]
    calendar: Calendar

    def lifecycle(self, key: str) -> Lifecycle:
        """The declaration; NotFound names those there are."""
        found = self.lifecycles.get(key)
        if found is None:
            raise NotFound(f"没有 {key} 这一程序", remedy="可用的有：" + "、".join(sorted(self.lifecycles)))
        return found


@cache
def default_books() -> LawBooks:
    """All programmes of this release, and the calendar shipped with it."""
    return LawBooks(catalogue(), default_calendar())
