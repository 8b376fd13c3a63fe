"""Idempotency keys: a write that a client sends twice is done once, and answered alike both times.

1. `begin` takes the key with a row of status 0, in a transaction of its own. Two requests with one key collide in the
   unique index: the second is told that the first is still at work (409).
2. The write and `finish` are one transaction: `finish` moves the row from 0 to the answer, only if it still is the
   row that this request took. So a stored answer means the write is there, and no stored answer means it is not.
3. A process that died between leaves status 0 and no write. After `STALE_MINUTES` the key may be taken over; if the
   first was only slow, its `finish` finds the row taken by another, and its transaction, write included, is undone.

Openings carry the key into `case_file.imported_key` (unique) as well, so that no case is ever opened twice.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, delete, insert, select, update

from models import idempotent_reply
from shixian.casework.database import transaction
from shixian.casework.publicity.house_key import house_key
from shixian.rules.errors import CaseworkError, Conflict
from shixian.rules.periods import minutes_before

STALE_MINUTES = 5
LONGEST_KEY = 200


class KeyUsed(CaseworkError):
    """The key stands for another request, or for one that is still at work. Repeating at once does not help."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was given: HTTP status and JSON text."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A key that this request has taken, at this instant; which tells it from a request that takes it over."""

    client: str
    key: str
    taken_at: datetime


def begin(engine: Engine, client: str, key: str, request: str, *, now: datetime) -> Slot | Reply:
    """Take the key for a request (its method, path and body as one text), or give the answer it had before."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise CaseworkError(f"Idempotency-Key 须为 1 至 {LONGEST_KEY} 个可见字符", remedy="用随机的 UUID")
    columns = idempotent_reply.c
    own = (columns.client == client) & (columns.key == key)
    with transaction(engine) as connection:
        # Keyed: the hash of a short request (a name and a number) must not be guessed from the table.
        digest = hmac.new(house_key(connection, now=now), request.encode(), sha256).hexdigest()
        row = connection.execute(select(idempotent_reply).where(own)).one_or_none()
        if row is None:
            values = {"client": client, "key": key, "request": digest, "status": 0, "body": "", "recorded_at": now}
            connection.execute(insert(idempotent_reply), values)
            return Slot(client, key, now)
        if not hmac.compare_digest(row.request, digest):
            raise KeyUsed("这个 Idempotency-Key 已用于另一个请求", remedy="新的请求用新的键")
        if row.status:
            return Reply(row.status, row.body)
        if row.recorded_at > minutes_before(now, STALE_MINUTES):
            raise KeyUsed("同一请求正在处理", remedy=f"稍后再查；处理中断的，{STALE_MINUTES} 分钟后可用同一键重试")
        taken = (columns.status == 0) & (columns.recorded_at == row.recorded_at)
        if connection.execute(update(idempotent_reply).where(own, taken).values(recorded_at=now)).rowcount != 1:
            raise Conflict("同一请求正在处理", remedy="稍后再查")
        return Slot(client, key, now)


def finish(connection: Connection, slot: Slot, reply: Reply) -> None:
    """Keep the answer, in the transaction of the write. KeyUsed, and so nothing written, if the key was taken over."""
    columns = idempotent_reply.c
    mine = (columns.client == slot.client) & (columns.key == slot.key) & (columns.status == 0)
    statement = update(idempotent_reply).where(mine, columns.recorded_at == slot.taken_at)
    if connection.execute(statement.values(status=reply.status, body=reply.body)).rowcount != 1:
        raise KeyUsed("同一请求已由另一进程处理", remedy="用同一键再查一次结果")


def answered(engine: Engine, slot: Slot) -> bool:
    """Whether the answer is already kept."""
    columns = idempotent_reply.c
    with transaction(engine) as connection:
        status = connection.scalar(select(columns.status).where(columns.client == slot.client, columns.key == slot.key))
    return bool(status)


def release(engine: Engine, slot: Slot) -> None:
    """Give the key back after a request that wrote nothing (it could not be read, or somebody else was first)."""
    columns = idempotent_reply.c
    mine = (columns.client == slot.client) & (columns.key == slot.key) & (columns.status == 0)
    with transaction(engine) as connection:
        connection.execute(delete(idempotent_reply).where(mine, columns.recorded_at == slot.taken_at))
