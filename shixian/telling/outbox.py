"""The outbox: claims waiting messages, sends them, records every try with its receipt, and gives up after so many.

A claim is one conditional update that counts the try and moves `not_before` behind the lease; of two deliverers only
one gets the row. Delivery is at least once: a message goes out twice only when a deliverer died, or hung longer than
LEASE_MINUTES, between sending and recording. The bound: no message is sent more than TRIES times.

A message that no set-up channel can carry is not tried: it waits, and `alarms` says so after a day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Engine, Row, insert, select, update

from models import MessageStatus, delivery
from models import outbox_message as outbox
from models import person as person_table
from shixian.casework.chain import SYSTEM
from shixian.casework.database import in_turn, reading, transaction
from shixian.casework.journal import Note, write
from shixian.casework.staff.people import Permission, Person, require
from shixian.rules.errors import CaseworkError, Conflict, NotFound
from shixian.rules.periods import legal_day, minutes_before
from shixian.telling import messages
from shixian.telling.heartbeat import GAVE_UP, JOURNAL, TRIED_AGAIN
from shixian.telling.recipients import FALLBACK

PAUSES = (5, 30, 120, 480, 1440)
"""Minutes until the next try, after the first, the second, ... failed one."""
TRIES = len(PAUSES) + 1
LEASE_MINUTES = 15
"""How long a claim holds. Longer than any channel may take for all of one message's addresses."""
SINGLE, BUNDLED = 5, 200
"""More than SINGLE waiting messages of a kind go to a recipient as one, of up to BUNDLED."""
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Sent:
    """One try by one channel. `receipt` is what the other side said; it holds no secret."""

    channel: str
    address: str
    succeeded: bool
    receipt: str


class Carrier(Protocol):
    """What sends; `shixian.telling.channels.Channels` is the real one."""

    def carries(self, addresses: Sequence[str]) -> bool:
        """Whether a channel for one of them is set up."""

    def send(self, addresses: Sequence[str], subject: str, body: str) -> list[Sent]:
        """Try the addresses in order until one succeeds; every try. Raises nothing for what the other side does."""

    def addresses(self, own: str) -> tuple[tuple[str, ...], bool]:
        """The addresses of a person, and whether they are the installation's fallback for want of his own."""


@dataclass(slots=True)
class Delivered:
    """What a delivery did, in messages."""

    delivered: int = 0
    failed_tries: int = 0
    gave_up: list[str] = field(default_factory=list)
    not_carried: int = 0

    def line(self) -> str:
        """One line for a person."""
        parts = [f"送达 {self.delivered}"]
        parts += [f"未成、稍后重试 {self.failed_tries}"] if self.failed_tries else []
        parts += [f"多次未成、不再重试 {len(self.gave_up)}"] if self.gave_up else []
        parts += [f"没有可用的渠道或地址、待发 {self.not_carried}"] if self.not_carried else []
        return "投递：" + "，".join(parts)


def deliver(engine: Engine, now: Callable[[], datetime], channels: Carrier, *, most: int = _MOST) -> Delivered:
    """Send what waits. `now` is asked for each claim, since sending takes time."""
    done = Delivered()
    _bury(engine, now(), done)
    with reading(engine) as connection:
        columns = outbox.c
        query = select(columns.id, columns.recipient, columns.kind).where(*_waiting(now())).order_by(columns.id)
        waiting = connection.execute(query.limit(most)).all()
        addresses = {
            row.key: row.address
            for row in connection.execute(
                select(person_table.c.key, person_table.c.address).where(person_table.c.active)
            )
        }
    for recipient, ids in _groups(waiting):
        where, fallback = channels.addresses("" if recipient == FALLBACK else addresses.get(recipient, ""))
        if not channels.carries(where):
            done.not_carried += len(ids)
            continue
        rows = _claim(engine, ids, now())
        if not rows:
            continue
        subject, body = _worded(rows, recipient if fallback and recipient != FALLBACK else "")
        _record(engine, rows, channels.send(where, subject, body), now(), done)
    return done


def _waiting(now: datetime) -> tuple[Any, ...]:
    columns = outbox.c
    return (columns.status == MessageStatus.WAITING, columns.not_before <= now, columns.tries < TRIES)


def _groups(waiting: Sequence[Any]) -> Iterator[tuple[str, list[int]]]:
    """Few messages singly, many of one kind to one recipient together."""
    by: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in waiting:
        by[(row.recipient, row.kind)].append(row.id)
    for (recipient, kind), ids in by.items():
        size = BUNDLED if len(ids) > SINGLE and kind != messages.ALARM else 1
        for start in range(0, len(ids), size):
            yield recipient, ids[start : start + size]


def _claim(engine: Engine, ids: list[int], now: datetime) -> list[Row[Any]]:
    """Those that are ours to send now; each counts as tried from this moment on."""
    statement = (
        update(outbox)
        .where(outbox.c.id.in_(ids), *_waiting(now))
        .values(tries=outbox.c.tries + 1, not_before=minutes_before(now, -LEASE_MINUTES))
        .returning(outbox)
    )
    try:
        with transaction(engine) as connection:
            return sorted(connection.execute(statement).all(), key=lambda row: int(row.id))
    except Conflict:
        return []  # another deliverer was first; what it leaves is there next time


def _worded(rows: list[Row[Any]], for_whom: str) -> tuple[str, str]:
    if len(rows) == 1:
        subject, body = rows[0].subject, rows[0].body
    else:
        subject, body = messages.bundle(rows[0].kind, [row.subject for row in rows])
    return (f"【请转 {for_whom}】{subject}" if for_whom else subject), body


def _record(engine: Engine, rows: list[Row[Any]], sent: list[Sent], now: datetime, done: Delivered) -> None:
    """Write the receipts and what becomes of the messages, in one transaction."""
    arrived = any(one.succeeded for one in sent)
    given_up = [row for row in rows if not arrived and row.tries >= TRIES]

    def work(connection: Any) -> None:
        tries = [
            {
                "message_id": row.id,
                "channel": one.channel,
                "address": one.address,
                "succeeded": one.succeeded,
                "receipt": one.receipt,
                "tried_at": now,
            }
            for row in rows
            for one in sent
        ]
        connection.execute(insert(delivery), tries)
        for row in rows:
            if arrived:
                # Even when another took it over meanwhile: it has arrived.
                connection.execute(update(outbox).where(outbox.c.id == row.id).values(status=MessageStatus.DELIVERED))
                continue
            again = (
                {"status": MessageStatus.FAILED}
                if row in given_up
                else {"not_before": minutes_before(now, -PAUSES[row.tries - 1])}
            )
            mine = (outbox.c.id == row.id, outbox.c.tries == row.tries, outbox.c.status == MessageStatus.WAITING)
            connection.execute(update(outbox).where(*mine).values(**again))
        _note(connection, GAVE_UP, [row.key for row in given_up], now)

    in_turn(engine, work)
    done.delivered += len(rows) if arrived else 0
    done.failed_tries += 0 if arrived else len(rows) - len(given_up)
    done.gave_up += [row.key for row in given_up]


def _bury(engine: Engine, now: datetime, done: Delivered) -> None:
    """Messages whose last try was claimed and never recorded: the deliverer died. They are not sent once more."""
    lost: list[str] = []

    def work(connection: Any) -> None:
        lost.clear()
        statement = (
            update(outbox)
            .where(outbox.c.status == MessageStatus.WAITING, outbox.c.tries >= TRIES, outbox.c.not_before <= now)
            .values(status=MessageStatus.FAILED)
            .returning(outbox.c.key)
        )
        lost.extend(connection.scalars(statement))
        _note(connection, GAVE_UP, lost, now)

    in_turn(engine, work)
    done.gave_up += lost


def try_again(engine: Engine, number: int, *, by: Person, now: datetime) -> None:
    """A person has mended the address or the server: a failed message waits anew, with all its tries."""
    if not by.may(Permission.RUN_CYCLE):
        require(by, Permission.MANAGE_SYSTEM)

    def work(connection: Any) -> None:
        key = connection.scalar(select(outbox.c.key).where(outbox.c.id == number))
        if key is None:
            raise NotFound(f"没有第 {number} 号消息", remedy="用 shixian outbox list 查看")
        values = {"status": MessageStatus.WAITING, "tries": 0, "not_before": now}
        mine = (outbox.c.id == number, outbox.c.status == MessageStatus.FAILED)
        if connection.execute(update(outbox).where(*mine).values(**values)).rowcount == 0:
            raise CaseworkError(f"第 {number} 号消息没有失败，不能重新投递", remedy="只有已放弃的消息可以重新投递")
        _note(connection, TRIED_AGAIN, [key], now, person=by.key)

    in_turn(engine, work)


def _note(connection: Any, kind: str, keys: list[str], now: datetime, *, person: str = SYSTEM) -> None:
    if keys:
        write(connection, JOURNAL, [Note(kind, legal_day(now), {"keys": keys})], recorded_at=now, person=person)


# -- reading -----------------------------------------------------------------------------------------------------------


def listed(engine: Engine, status: MessageStatus | None = None, *, limit: int = 200) -> list[Row[Any]]:
    """The newest messages first."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    with reading(engine) as connection:
        return list(connection.execute(query if status is None else query.where(outbox.c.status == status)))


def one_message(engine: Engine, number: int) -> tuple[Row[Any], list[Row[Any]]]:
    """A message with all its tries; NotFound when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(outbox).where(outbox.c.id == number)).one_or_none()
        if row is None:
            raise NotFound(f"没有第 {number} 号消息", remedy="用 shixian outbox list 查看")
        tries = select(delivery).where(delivery.c.message_id == number).order_by(delivery.c.id)
        return row, list(connection.execute(tries))
