"""The register: what a decision on one case may ask about others (history, bars, limits, its parent).

The decision stays pure: it reads a register and never writes one. Simulation answers from memory, casework
from rows of the same transaction; limits and bars hold in the database by unique rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from shixian.rules.state import Case


@dataclass(frozen=True, slots=True)
class Bar:
    """A party is barred from a lifecycle through `last_day` (None: without end), under `clause`, because of `source`."""

    subject: str
    lifecycle: str
    first_day: date
    last_day: date | None
    clause: str
    text: str
    source: str


class Register(Protocol):
    def remembered(self, key: str, subject: str, cycle: int) -> tuple[str, ...]: ...

    def bars(self, subject: str, lifecycle: str, day: date) -> tuple[Bar, ...]: ...

    def limit_used(self, limit: str, scope: str, case: str) -> tuple[int, bool]:
        """How many slots other cases hold, and whether this case holds one already."""
        ...

    def case(self, ref: str) -> Case | None: ...


@dataclass(slots=True)
class MemoryRegister:
    """A register in memory, for simulation and tests."""

    history: dict[tuple[str, str, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    barred: list[Bar] = field(default_factory=list)
    claimed: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    cases: dict[str, Case] = field(default_factory=dict)

    def remembered(self, key: str, subject: str, cycle: int) -> tuple[str, ...]:
        return tuple(self.history.get((key, subject, cycle), ()))

    def bars(self, subject: str, lifecycle: str, day: date) -> tuple[Bar, ...]:
        return tuple(
            bar
            for bar in self.barred
            if bar.subject == subject
            and bar.lifecycle in (lifecycle, "*")
            and bar.first_day <= day
            and (bar.last_day is None or day <= bar.last_day)
        )

    def limit_used(self, limit: str, scope: str, case: str) -> tuple[int, bool]:
        holders = self.claimed.get((limit, scope), [])
        return len([holder for holder in holders if holder != case]), case in holders

    def case(self, ref: str) -> Case | None:
        return self.cases.get(ref)
