"""How a released batch leaves: over the gateway, or by file. Decided before its first intent, and for ever.

A gateway and a bank that reads files know nothing of each other: a payment that may have left one way and is sent the
other way is paid twice, whatever its key. So going by file is an entry in the batch's journal, written while none of
its payments is on its way, and asked again in every transaction that makes an intent.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, select

from models import AttemptStatus, attempt, journal_event
from shixian.casework import journal
from shixian.casework.database import in_turn
from shixian.casework.money.settling import PaymentError, held_batch, write_notes
from shixian.casework.staff.people import Person
from shixian.rules.periods import legal_day

BY_FILE = "leaves_by_file"
_CHOSEN = (
    select(journal_event.c.id)
    .where(journal_event.c.journal == bindparam("own"), journal_event.c.kind == BY_FILE)
    .limit(1)
)
_ON_ITS_WAY = (AttemptStatus.INTENDED, AttemptStatus.SENT, AttemptStatus.UNKNOWN)


def leaves_by_file(connection: Connection, ref: str) -> bool:
    """Whether the batch leaves by file."""
    return connection.scalar(_CHOSEN, {"own": f"batch:{ref}"}) is not None


def require_channel(connection: Connection, ref: str, *, file: bool) -> None:
    """PaymentError when the batch leaves the other way."""
    chosen = leaves_by_file(connection, ref)
    if chosen and not file:
        raise PaymentError(
            f"批次 {ref} 以指令文件支付，不得再由网关付款或查询",
            remedy=f"用 shixian batch order {ref} 继续；结果以银行状态报告和对账单登记",
        )
    if file and not chosen:
        raise PaymentError(f"批次 {ref} 由网关支付，不得写入指令文件", remedy=f"用 shixian batch release {ref} 继续")


def choose_file(engine: Engine, ref: str, *, now: datetime, person: Person) -> None:
    """From now on the batch leaves by file. PaymentError while a payment of it may be on its way over the gateway."""

    def work(connection: Connection) -> None:
        held = held_batch(connection, ref)
        if leaves_by_file(connection, ref):
            return
        moving = select(attempt.c.key).where(attempt.c.batch_id == held["id"], attempt.c.status.in_(_ON_ITS_WAY))
        key = connection.scalar(moving.limit(1))
        if key is not None:
            raise PaymentError(
                f"支付 {key} 可能已由网关发出，批次 {ref} 不得改以文件支付",
                remedy=f"先用 shixian batch inquire {ref} 查清，或由人工认定",
            )
        write_notes(connection, held, [journal.Note(BY_FILE, legal_day(now), {})], now, person.key)

    in_turn(engine, work)
