"""What a decision on one case may ask about others, answered from the rows of the same transaction.

`SqlRegister` fulfils `rules.register.Register`; `StoredCalls` is what the yearly calls set. Both look only when asked,
and each thing once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import Connection, func, or_, select, text
from sqlalchemy.sql.elements import ColumnElement

from models import bar, call, case_file, history, limit_claim, quota_draw
from shixian.rules.facts import Value
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.register import EVERY, Bar
from shixian.rules.state import Case


class StoredCalls(Mapping[str, Mapping[int, Mapping[str, Value]]]):
    """Yearly parameters by lifecycle and cycle (0: every cycle), typed by their declarations; the newest row holds."""

    def __init__(self, connection: Connection, lifecycles: Mapping[str, Lifecycle]) -> None:
        self._connection = connection
        self._lifecycles = lifecycles
        self._known: dict[str, dict[int, dict[str, Value]]] = {}

    def __getitem__(self, key: str) -> Mapping[int, Mapping[str, Value]]:
        if key not in self._lifecycles:
            raise KeyError(key)
        if key not in self._known:
            self._known[key] = self._read(self._lifecycles[key])
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lifecycles)

    def __len__(self) -> int:
        return len(self._lifecycles)

    def _read(self, lifecycle: Lifecycle) -> dict[int, dict[str, Value]]:
        fields = {parameter.field.name: parameter.field for parameter in lifecycle.parameters}
        found: dict[int, dict[str, Value]] = {}
        if not fields:
            return found
        rows = self._connection.execute(
            select(call.c.cycle, call.c.name, call.c.value).where(call.c.lifecycle == lifecycle.key).order_by(call.c.id)
        )
        for cycle, name, value in rows:
            if name in fields:
                found.setdefault(cycle, {})[name] = fields[name].parse(value)
        return found


class SqlRegister:
    """History, bars and limits as rows. `case` is the store's own, so that a family is read once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def remembered(self, key: str, subject: str, cycle: int) -> tuple[str, ...]:
        columns = history.c
        found = self.connection.scalars(
            select(columns.value)
            .where(columns.key == key, columns.subject == subject, columns.cycle == cycle)
            .order_by(columns.id)
        )
        return tuple(found)

    def remembered_after(self, key: str, subject: str, day: date) -> tuple[str, ...]:
        columns = history.c
        later = (columns.key == key, columns.subject == subject, columns.legal_day > day)
        return tuple(self.connection.scalars(select(columns.value).where(*later).order_by(columns.id)))

    def latest_remembered(self, key: str, subject: str, before: int) -> str | None:
        columns = history.c
        earlier = (columns.key == key, columns.subject == subject, columns.cycle < before)
        newest_first = (columns.cycle.desc(), columns.id.desc())
        latest = select(columns.value).where(*earlier).order_by(*newest_first).limit(1)
        found: str | None = self.connection.scalar(latest)
        return found

    def bars(self, subject: str, lifecycle: str, day: date) -> tuple[Bar, ...]:
        columns = bar.c
        return self._bars(
            columns.lifecycle.in_((lifecycle, EVERY)),
            columns.subject == subject,
            columns.first_day <= day,
            or_(columns.last_day.is_(None), columns.last_day >= day),
        )

    def imposed(self, source: str, subject: str) -> tuple[Bar, ...]:
        return self._bars(bar.c.source == source, bar.c.subject == subject, bar.c.case_id.is_not(None))

    def _bars(self, *which: ColumnElement[bool]) -> tuple[Bar, ...]:
        rows = self.connection.execute(select(bar).where(*which).order_by(bar.c.id))
        return tuple(
            Bar(row.subject, row.lifecycle, row.first_day, row.last_day, row.clause, row.text, row.source)
            for row in rows
        )

    def limit_used(self, limit: str, scope: str, case: str) -> tuple[int, bool]:
        holders = list(
            self.connection.scalars(
                select(case_file.c.ref)
                .join(limit_claim, limit_claim.c.case_id == case_file.c.id)
                .where(limit_claim.c.limit_key == limit, limit_claim.c.scope == scope)
            )
        )
        return sum(1 for holder in holders if holder != case), case in holders

    def drawn(self, quota: str, scope: str) -> int:
        """Where the last draw ended. A writer takes the quota's turn first (on SQLite it has every turn)."""
        if self.connection.dialect.name == "postgresql" and self.connection.get_execution_options().get("writes"):
            turn = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
            self.connection.execute(turn, {"name": f"quota:{quota}:{scope}"})
        columns = quota_draw.c
        last = select(func.max(columns.before + columns.fen)).where(columns.quota == quota, columns.scope == scope)
        return int(self.connection.scalar(last) or 0)

    def case(self, ref: str) -> Case | None:
        raise NotImplementedError("the store answers this, from the cases it has loaded")
