"""Anchors: one digest a day over every event so far, to be kept where the owner of this database cannot write.

Each anchor covers the one before and the hashes of the events since, so a chain cut short, or a case removed whole, is
seen even when everything else was made to agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, func, insert, select, text

from models import anchor, case_file, event
from shixian.casework.database import transaction
from shixian.rules.errors import Conflict, RecordError

_FIRST = sha256(b"shixian-anchors-1").hexdigest()
_TOGETHER = 10_000


@dataclass(frozen=True, slots=True)
class Anchored:
    """What was anchored: print it, and keep it elsewhere."""

    day: date
    events: int
    heads: int
    digest: str


def anchor_heads(engine: Engine, day: date, *, now: datetime) -> Anchored:
    """Anchor all events recorded so far under a day. A day is anchored once: again gives what it was."""
    with transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Row numbers are given before commit: wait for those who hold one, so that none is passed over.
            connection.execute(text("LOCK TABLE event IN SHARE MODE"))
        known = connection.execute(select(anchor).where(anchor.c.day == day)).one_or_none()
        if known is not None:
            return Anchored(known.day, known.events, known.heads, known.digest)
        before = connection.execute(select(anchor).order_by(anchor.c.id.desc()).limit(1)).one_or_none()
        if before is not None and before.day > day:
            raise Conflict(f"{before.day} 已经锚定，不能再补锚 {day}")
        previous, last = (_FIRST, 0) if before is None else (before.digest, before.last_event)
        digest, last, count = running_digest(connection, previous, last, None)
        heads = connection.scalar(select(func.count()).select_from(case_file)) or 0
        if heads == 0 or (before is None and count == 0):
            raise RecordError("没有任何事件，不能锚定", remedy="确认连接的是正确的数据库")
        events = count + (before.events if before is not None else 0)
        row = {"day": day, "last_event": last, "events": events, "heads": heads, "previous": previous}
        connection.execute(insert(anchor), row | {"digest": digest, "recorded_at": now})
        return Anchored(day, events, heads, digest)


def running_digest(connection: Connection, previous: str, after: int, upto: int | None) -> tuple[str, int, int]:
    """The digest over the events numbered above `after` (to `upto`), the last number, and how many there were."""
    running = sha256(previous.encode())
    last, count = after, 0
    while True:
        columns = event.c
        query = select(columns.id, columns.hash).where(columns.id > last).order_by(columns.id).limit(_TOGETHER)
        rows = connection.execute(query if upto is None else query.where(columns.id <= upto)).all()
        if not rows:
            return running.hexdigest(), last, count
        for number, value in rows:
            running.update((value or "").encode())
            last, count = number, count + 1


def anchor_problems(connection: Connection) -> Iterator[str]:
    """Every anchor that does not follow from the one before and the events that are there now."""
    previous, last, events = _FIRST, 0, 0
    for row in connection.execute(select(anchor).order_by(anchor.c.id)).all():
        digest, reached, count = running_digest(connection, row.previous, last, row.last_event)
        events += count
        if row.previous != previous:
            yield f"锚 {row.day} 不接续前一锚"
        if reached != row.last_event or row.events != events:
            yield f"锚 {row.day} 记有 {row.events} 个事件，现有 {events} 个"
        elif digest != row.digest:
            yield f"锚 {row.day} 的摘要与现有事件不符"
        previous, last = row.digest, row.last_event
