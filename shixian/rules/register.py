"""The register: what a decision on one case may ask about others (history, bars, limits, its parent).

The decision stays pure: it reads a register and never writes one. Simulation answers from memory, casework
from rows of the same transaction; limits and bars hold in the database by unique rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from shixian.rules.state import Case

EVERY = "*"  # the lifecycle of a bar that closes applications in every lifecycle


@dataclass(frozen=True, slots=True)
class Bar:
    """A party is barred from a lifecycle through `last_day` (None: no end), under `clause`, because of `source`."""

    subject: str
    lifecycle: str
    first_day: date
    last_day: date | None
    clause: str
    text: str
    source: str


class Register(Protocol):
    def remembered(self, key: str, subject: str, cycle: int) -> tuple[str, ...]: ...

    def remembered_after(self, key: str, subject: str, day: date) -> tuple[str, ...]:
        """What was written under the key about the subject on any later day, whatever the cycle."""
        ...

    def latest_remembered(self, key: str, subject: str, before: int) -> str | None:
        """What was written last in the newest cycle before `before`."""
        ...

    def bars(self, subject: str, lifecycle: str, day: date) -> tuple[Bar, ...]: ...

    def imposed(self, source: str, subject: str) -> tuple[Bar, ...]:
        """Every bar that a case has imposed on a party, in force or not, in the order of imposing."""
        ...

    def limit_used(self, limit: str, scope: str, case: str) -> tuple[int, bool]:
        """How many slots other cases hold, and whether this case holds one already."""
        ...

    def drawn(self, quota: str, scope: str) -> int:
        """How much, in fen, all cases together have drawn from a money quota in a scope."""
        ...

    def case(self, ref: str) -> Case | None: ...


@dataclass(slots=True)
class MemoryRegister:
    """A register in memory, for simulation and tests."""

    history: dict[tuple[str, str, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    dated: list[tuple[str, str, date, str]] = field(default_factory=list)  # key, subject, legal day, value
    barred: list[Bar] = field(default_factory=list)
    claimed: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    draws: dict[tuple[str, str], int] = field(default_factory=dict)  # quota and scope -> fen drawn so far
    cases: dict[str, Case] = field(default_factory=dict)

    def remembered(self, key: str, subject: str, cycle: int) -> tuple[str, ...]:
        return tuple(self.history.get((key, subject, cycle), ()))

    def remembered_after(self, key: str, subject: str, day: date) -> tuple[str, ...]:
        return tuple(line[3] for line in self.dated if line[:2] == (key, subject) and line[2] > day)

    def latest_remembered(self, key: str, subject: str, before: int) -> str | None:
        cycles = [c for k, s, c in self.history if (k, s) == (key, subject) and c < before and self.history[k, s, c]]
        return self.history[key, subject, max(cycles)][-1] if cycles else None

    def bars(self, subject: str, lifecycle: str, day: date) -> tuple[Bar, ...]:
        return tuple(
            bar
            for bar in self.barred
            if bar.subject == subject
            and bar.lifecycle in (lifecycle, EVERY)
            and bar.first_day <= day
            and (bar.last_day is None or day <= bar.last_day)
        )

    def imposed(self, source: str, subject: str) -> tuple[Bar, ...]:
        return tuple(bar for bar in self.barred if bar.source == source and bar.subject == subject)

    def end_bar(
        self, source: str, subject: str, lifecycle: str, clause: str, first_day: date, *, last_day: date
    ) -> None:
        """Another end for the bar that a case imposed on the party, under the clause, on that day."""
        which = (source, subject, lifecycle, clause, first_day)
        for place, bar in enumerate(self.barred):
            if (bar.source, bar.subject, bar.lifecycle, bar.clause, bar.first_day) == which:
                self.barred[place] = replace(bar, last_day=last_day)

    def limit_used(self, limit: str, scope: str, case: str) -> tuple[int, bool]:
        holders = self.claimed.get((limit, scope), [])
        return len([holder for holder in holders if holder != case]), case in holders

    def drawn(self, quota: str, scope: str) -> int:
        return self.draws.get((quota, scope), 0)

    def case(self, ref: str) -> Case | None:
        return self.cases.get(ref)
