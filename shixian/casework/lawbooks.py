"""The law books a piece of casework goes by: the declared lifecycles and the working-day calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from shixian.programmes import catalogue
from shixian.rules.calendar import Calendar, default_calendar
from shixian.rules.errors import NotFound
from shixian.rules.lifecycle import Lifecycle


@dataclass(frozen=True)
class LawBooks:
    """Never changed once made: what is derived from the declarations is worked out once."""

    lifecycles: Mapping[str, Lifecycle]
    calendar: Calendar

    @cached_property
    def notice_objections(self) -> frozenset[str]:
        """The lifecycles that somebody else opens against a notice."""
        return frozenset[str]().union(*(one.objected_by for one in self.lifecycles.values()))

    @cached_property
    def objections(self) -> frozenset[str]:
        """Those, and all that are called objections: a party's own against its record."""
        return self.notice_objections | {key for key in self.lifecycles if "objection" in key}

    @cached_property
    def sealed(self) -> Mapping[str, frozenset[str]]:
        """By lifecycle, the facts that hold an identity and are stored encrypted."""
        return {
            key: frozenset(field.name for field in one.facts.fields if field.sealed)
            for key, one in self.lifecycles.items()
        }

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
