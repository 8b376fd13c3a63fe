"""Cases as an act of today would find them: what clocks have ended is settled for the look, and nothing is written.

An act first settles its family, and the case whose bar refuses it (`rules.proceedings.act`). A page that offers acts
has to look at the same state, whether or not a run has recorded it yet; `Settled` is a store whose writes stay here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine, select

from models import bar, case_file, limit_claim
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.store import Kept, SqlStore
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.register import EVERY, Bar, MemoryRegister
from shixian.rules.state import Case, Refusal, Transition

_Which = tuple[str, str, str, str, date]  # source, subject, lifecycle, clause, first day: one bar


class Settled(SqlStore):
    """Reads the database and, before it, what was settled in memory since. Fulfils `proceedings.Store`."""

    def __init__(self, connection: Connection, books: LawBooks, *, now: datetime) -> None:
        super().__init__(connection, books, recorded_at=now)
        self._since = MemoryRegister()
        self._ends: dict[_Which, date] = {}

    # -- what would be written -------------------------------------------------------------------------------------

    def create(self, lifecycle: Lifecycle, case: Case, transitions: tuple[Transition, ...]) -> None:
        self._remember(Kept(0, "", case), transitions)

    def save(self, lifecycle: Lifecycle, case: Case, transitions: tuple[Transition, ...]) -> None:
        kept = self.kept(case.ref)
        self._remember(Kept(kept.id, kept.head, case), transitions)

    def refused_opening(self, lifecycle: Lifecycle, ref: str, day: date, refusal: Refusal) -> None:
        """Of an opening that a clock would bring about: nobody's act."""

    def _remember(self, kept: Kept, transitions: tuple[Transition, ...]) -> None:
        self._kept[kept.case.ref] = kept
        since = self._since
        for one in transitions:
            data, ref = one.data, kept.case.ref
            if one.kind == "remembered":
                since.history[data["key"], data["subject"], data["cycle"]].append(data["value"])
                since.dated.append((data["key"], data["subject"], one.legal_day, data["value"]))
            elif one.kind == "limit_claimed":
                since.claimed[data["limit"], data["scope"]].append(ref)
            elif one.kind == "quota_drawn":
                since.draws[data["quota"], data["scope"]] = data["before"] + data["fen"]
            elif one.kind == "barred":
                last = date.fromisoformat(data["last_day"]) if data.get("last_day") else None
                named = (data["subject"], data["lifecycle"], one.legal_day, last, data["clause"], data["text"])
                since.barred.append(Bar(*named, ref))
            elif one.kind == "bar_end_set":
                first = date.fromisoformat(data["first_day"])
                which = (ref, data["subject"], data["lifecycle"], data["bar_clause"], first)
                self._ends[which] = date.fromisoformat(data["last_day"])

    # -- what would be read ----------------------------------------------------------------------------------------

    def remembered(self, key: str, subject: str, cycle: int) -> tuple[str, ...]:
        return (*super().remembered(key, subject, cycle), *self._since.remembered(key, subject, cycle))

    def remembered_after(self, key: str, subject: str, day: date) -> tuple[str, ...]:
        return (*super().remembered_after(key, subject, day), *self._since.remembered_after(key, subject, day))

    def latest_remembered(self, key: str, subject: str, before: int) -> str | None:
        """Of the newest cycle; of one and the same, what was settled here came last."""
        cycles = [cycle for name, who, cycle in self._since.history if (name, who) == (key, subject) and cycle < before]
        newer = range(max(cycles) + 1, before) if cycles else ()
        if cycles and not any(super(Settled, self).remembered(key, subject, cycle) for cycle in newer):
            return self._since.latest_remembered(key, subject, before)
        return super().latest_remembered(key, subject, before)

    def bars(self, subject: str, lifecycle: str, day: date) -> tuple[Bar, ...]:
        """Also one that the database has as ended and that a clock settled here prolongs."""
        columns = bar.c
        closes = (columns.subject == subject, columns.lifecycle.in_((lifecycle, EVERY)), columns.first_day <= day)
        found = self._as_ended(*self._bars(*closes), *self._since.barred)
        return tuple(
            one
            for one in found
            if one.subject == subject
            and one.lifecycle in (lifecycle, EVERY)
            and one.first_day <= day
            and (one.last_day is None or day <= one.last_day)
        )

    def imposed(self, source: str, subject: str) -> tuple[Bar, ...]:
        return self._as_ended(*super().imposed(source, subject), *self._since.imposed(source, subject))

    def limit_used(self, limit: str, scope: str, case: str) -> tuple[int, bool]:
        columns = limit_claim.c
        query = select(case_file.c.ref).join(limit_claim, columns.case_id == case_file.c.id)
        stored = self.connection.scalars(query.where(columns.limit_key == limit, columns.scope == scope))
        holders = [*stored, *self._since.claimed.get((limit, scope), ())]
        return sum(1 for holder in holders if holder != case), case in holders

    def drawn(self, quota: str, scope: str) -> int:
        return self._since.draws.get((quota, scope)) or super().drawn(quota, scope)

    def _as_ended(self, *bars: Bar) -> tuple[Bar, ...]:
        def ended(one: Bar) -> Bar:
            last = self._ends.get((one.source, one.subject, one.lifecycle, one.clause, one.first_day))
            return one if last is None else replace(one, last_day=last)

        return tuple(map(ended, bars))


@contextmanager
def settling(engine: Engine, books: LawBooks, *, now: datetime) -> Iterator[Settled]:
    """A store to look with, over one state of the database; nothing of it is kept."""
    with reading(engine) as connection:
        yield Settled(connection, books, now=now)
