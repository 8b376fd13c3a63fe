"""A database restored from a backup has forgotten what it paid since. This is what keeps it from paying it again.

A restoration is an entry in a journal of its own. From then on, for money:
- attempts that were on their way in the backup are *unknown*: to be inquired, never sent;
- nothing is released until the statements of every day from the backup to the restoration are reconciled;
- an attempt for an obligation that the backup knew, or of a budget year up to the restoration's, is born unknown: the
  treasury is asked for it, and for the obligation's next keys, before anything is sent.
The keys are the same as before (`payment_keys`), so that the treasury knows them again. Why: docs/decisions/0008.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, func, literal, select, update

from models import AttemptStatus, attempt, batch, obligation, statement_line
from shixian.casework import journal
from shixian.casework.money.payment_keys import AHEAD, next_keys
from shixian.rules.errors import CaseworkError
from shixian.rules.periods import add_days

JOURNAL = "restoration"
RESTORED, RECONCILED = "restored", "statement_reconciled"
REASON = "本库由备份恢复：备份以后是否已付不明，须先向国库查询"
_ON_THEIR_WAY = (AttemptStatus.PLANNED, AttemptStatus.INTENDED, AttemptStatus.SENT)


class NotReconciled(CaseworkError):
    """The database was restored, and what was paid since the backup has not been looked for yet."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """`first` and `last` are the legal days of the backup and of the restoration; `recorded_at` is when that was.
    `obligations` is the highest number of an obligation in the backup."""

    first: date
    last: date
    recorded_at: datetime
    obligations: int

    def days(self) -> list[date]:
        """Every day whose payments may be forgotten."""
        found, one = [], self.first
        while one <= self.last:
            found.append(one)
            one = add_days(one, 1)
        return found


def record(
    connection: Connection, *, first: date, last: date, now: datetime, person: str, backup: str
) -> tuple[Restoration, int]:
    """Write down that this is a restored database, and put what was on its way to inquiry: so many attempts."""
    upto = connection.scalar(select(func.max(obligation.c.id))) or 0
    moving = attempt.c.status.in_(_ON_THEIR_WAY)
    rows = connection.execute(
        select(batch.c.ref, attempt.c.key).join(batch, batch.c.id == attempt.c.batch_id).where(moving)
    ).all()
    instant = func.coalesce(attempt.c.intended_at, literal(now, attempt.c.intended_at.type))
    values = {"status": AttemptStatus.UNKNOWN, "reason": REASON, "intended_at": instant}
    connection.execute(update(attempt).where(moving).values(values))
    by_batch: dict[str, list[str]] = {}
    for ref, key in rows:
        by_batch.setdefault(ref, []).append(key)
    for ref, keys in sorted(by_batch.items()):
        note = journal.Note(RESTORED, last, {"unknown": sorted(keys)})
        journal.write(connection, f"batch:{ref}", [note], recorded_at=now, person=person)
    data = {"first": first.isoformat(), "last": last.isoformat(), "obligations": upto, "unknown": len(rows)}
    note = journal.Note(RESTORED, last, data | {"backup": backup})
    journal.write(connection, JOURNAL, [note], recorded_at=now, person=person)
    return Restoration(first, last, now, upto), len(rows)


def restorations(connection: Connection) -> list[Restoration]:
    """Every restoration this database remembers, oldest first."""
    return [_read(row) for row in journal.entries(connection, JOURNAL) if row["kind"] == RESTORED]


def _read(row: RowMapping) -> Restoration:
    data = json.loads(row["data"])
    first, last = date.fromisoformat(data["first"]), date.fromisoformat(data["last"])
    return Restoration(first, last, row["recorded_at"], data["obligations"])


# -- the hold ----------------------------------------------------------------------------------------------------------


def note_reconciled(connection: Connection, day: date, *, source: str, now: datetime, person: str) -> None:
    """The statement of a day was reconciled: called by reconciliation. Written only where it lifts something."""
    if day in held_days(connection):
        note = journal.Note(RECONCILED, day, {"source": source})
        journal.write(connection, JOURNAL, [note], recorded_at=now, person=person)


def held_days(connection: Connection) -> list[date]:
    """The days whose statements must be reconciled before anything may be released; none if never restored."""
    wanted: set[date] = set()
    for row in journal.entries(connection, JOURNAL):  # in order: only what was reconciled after a restoration counts
        if row["kind"] == RESTORED:
            wanted.update(_read(row).days())
        elif row["kind"] == RECONCILED:
            wanted.discard(row["legal_day"])
    return sorted(wanted)


def require_reconciled(connection: Connection) -> None:
    """Raise NotReconciled while something restored is not reconciled. Asked before any payment is planned or sent."""
    if days := held_days(connection):
        named = "、".join(day.isoformat() for day in days[:5]) + ("等" if len(days) > 5 else "")
        raise NotReconciled(
            f"本库由备份恢复，备份以后已付的款项尚未查明：{named}共 {len(days)} 日未对账，一律不得放行",
            remedy="逐日运行 shixian reconcile 日期，全部对账后再放行",
        )


# -- what is asked before it is sent -----------------------------------------------------------------------------------


def asked_first(connection: Connection, obligations: Sequence[int], year: int) -> set[int]:
    """Of these obligations, those that may have been paid without this database remembering."""
    found: set[int] = set()
    for one in restorations(connection):
        found.update(number for number in obligations if number <= one.obligations or year <= one.last.year)
    return found


def keys_ahead(connection: Connection, key: str) -> list[str]:
    """The keys that the obligation's further attempts would have, when this attempt's own is unknown to the treasury:
    one of them may have been paid before the restoration. Empty in a database never restored."""
    row = connection.execute(
        select(attempt.c.obligation_id, batch.c.year)
        .join(batch, batch.c.id == attempt.c.batch_id)
        .where(attempt.c.key == key)
    ).one_or_none()
    if row is None or not asked_first(connection, [row.obligation_id], row.year):
        return []
    return next_keys(connection, [row.obligation_id], count=AHEAD)[row.obligation_id]


def booked_unknown(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Of these keys, those that a statement says were paid, though we have no attempt of them."""
    known = select(attempt.c.key).where(attempt.c.key == statement_line.c.key)
    return list(
        connection.scalars(
            select(statement_line.c.key)
            .where(statement_line.c.key.in_(keys), statement_line.c.direction == "out", ~known.exists())
            .distinct()
        )
    )
