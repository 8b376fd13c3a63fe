"""What every step of a batch has in common: the row held, a status that allows it, other people, the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select, update

from models import BatchStatus, batch, batch_approval
from shixian.casework.database import in_turn
from shixian.casework.journal import Note, write
from shixian.casework.money.appropriations import take_turn
from shixian.casework.money.batch_views import no_batch
from shixian.casework.staff.people import Person
from shixian.rules.errors import BatchError, Conflict, NotFound, NotPermitted, ShixianError
from shixian.rules.periods import legal_day

DIFFERENT_PEOPLE = "不相容职务分离：编制、修改、复核、放行须为不同的人"


def locked(connection: Connection, ref: str, *, programme_turn: bool = False) -> RowMapping:
    """The batch row, held until the end of the transaction; its programme's turn before it where asked for."""
    if programme_turn:
        programme = connection.scalar(select(batch.c.programme).where(batch.c.ref == ref))
        if programme is not None:
            take_turn(connection, programme)
    row = connection.execute(select(batch).where(batch.c.ref == ref).with_for_update()).mappings().one_or_none()
    if row is None:
        raise no_batch(ref)
    return row


@contextmanager
def refusals_recorded(engine: Engine, ref: str, step: str, person: Person, now: datetime) -> Iterator[None]:
    """A refusal of what is done inside stands in the batch's journal, in a transaction of its own; then it raises."""
    try:
        yield
    except (Conflict, NotFound):
        raise
    except ShixianError as error:
        data = {"step": step, "because": error.message, "clause": error.clause or "", "error": type(error).__name__}

        def work(connection: Connection) -> None:
            if connection.scalar(select(batch.c.id).where(batch.c.ref == ref)) is not None:
                note = Note("refused", legal_day(now), data)
                write(connection, f"batch:{ref}", [note], recorded_at=now, person=person.key)

        in_turn(engine, work)
        raise


_STATUS = {
    BatchStatus.PROPOSED: "待复核",
    BatchStatus.APPROVED: "已复核",
    BatchStatus.RELEASED: "已放行",
    BatchStatus.DONE: "已办结",
    BatchStatus.CANCELLED: "已撤销",
}


def status_word(status: BatchStatus) -> str:
    """A status in the words of the office."""
    return _STATUS[BatchStatus(status)]


def in_status(row: RowMapping, what: str, *allowed: BatchStatus) -> None:
    if row["status"] not in allowed:
        wanted = "或".join(_STATUS[one] for one in allowed)
        raise BatchError(
            f"批次 {row['ref']} {status_word(row['status'])}，不能{what}",
            clause="批次状态",
            remedy=f"只有{wanted}的批次可以{what}",
        )


def different(person: Person, row: RowMapping, checked: Sequence[str], what: str) -> None:
    """NotPermitted when the person has made, last edited or checked this batch."""
    did = {row["maker"]: "编制", row["editor"]: "修改" if row["editor"] != row["maker"] else "编制"}
    did |= dict.fromkeys(checked, "复核")
    if person.key in did:
        raise same_person(person, row, did[person.key], what)


def same_person(person: Person, row: RowMapping, did: str, what: str) -> NotPermitted:
    return NotPermitted(
        f"批次 {row['ref']} 由“{person.name}”{did}，不能由其{what}", clause=DIFFERENT_PEOPLE, remedy="由另一人办理"
    )


def set_status(
    connection: Connection,
    row: RowMapping,
    status: BatchStatus,
    note: Note,
    person: Person,
    now: datetime,
    **columns: Any,
) -> None:
    """Set once from the status that was read, with the note in the same transaction; Conflict when it has moved."""
    as_read = (batch.c.id == row["id"]) & (batch.c.status == row["status"])
    if connection.execute(update(batch).where(as_read).values(status=status, **columns)).rowcount != 1:
        raise Conflict(f"批次 {row['ref']} 已被其他人改动", remedy="重新读取后再试")
    write(connection, f"batch:{row['ref']}", [note], recorded_at=now, person=person.key)


def checkers(connection: Connection, batch_id: int) -> list[str]:
    """Who has checked it so far, in order."""
    columns = batch_approval.c
    query = select(columns.person).where(columns.batch_id == batch_id).order_by(columns.number)
    return list(connection.scalars(query))
