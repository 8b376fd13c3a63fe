"""Attempts that nobody can call settled: how many, which to inquire, which wait for a person, and what a person says.

Silence is never "paid", and never "not paid": an attempt the treasury says nothing of stays unknown and on the list. A
person who resolves one gives the bank's proof; it is not the releaser of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, Engine, RowMapping, func, select, update

from models import AttemptStatus, attempt, batch, case_file, obligation
from shixian.casework import journal
from shixian.casework.database import in_turn, reading
from shixian.casework.money.alone import only_one
from shixian.casework.money.settling import (
    OPEN,
    TO_INQUIRE,
    PaymentError,
    Told,
    Turn,
    held_batch,
    refs_of,
    settle_in,
    write_notes,
)
from shixian.casework.staff.people import Permission, Person, require
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted

Resolution = Literal["paid", "rejected", "stopped", "again"]
"""again: it may be tried again by the next release (only what was certainly never sent)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a batch is. `fen` by state; `parked` wait for a person."""

    ref: str
    status: str
    numbers: dict[str, int]
    fen: dict[str, int]
    parked: int

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    @property
    def open(self) -> int:
        """Not settled."""
        return sum(self.numbers.get(status.value, 0) for status in OPEN)

    def line(self) -> str:
        """One line for a person."""
        parts = [f"{LABELS[status]} {self.numbers[status]}" for status in LABELS if self.numbers.get(status)]
        waits = f"（其中 {self.parked} 笔待人工）" if self.parked else ""
        return f"共 {self.total} 笔：" + ("，".join(parts) or "无") + waits


LABELS = {
    "planned": "待付",
    "intended": "发送中",
    "sent": "已受理未结",
    "paid": "已付",
    "rejected": "银行拒付",
    "unknown": "结果不明",
    "returned": "退汇",
    "stopped": "停付",
}


def counts(engine: Engine, ref: str) -> Counts:
    """How far a batch is, now."""
    with reading(engine) as connection:
        held = connection.execute(select(batch.c.id, batch.c.status).where(batch.c.ref == ref)).one_or_none()
        if held is None:
            raise NotFound(f"没有批次 {ref}", remedy="用 shixian batch list 查看已有的批次")
        own = attempt.c.batch_id == held.id
        summed = select(attempt.c.status, func.count(), func.sum(attempt.c.fen)).where(own).group_by(attempt.c.status)
        rows = connection.execute(summed).all()
        waiting = (own, attempt.c.parked, attempt.c.status.in_(OPEN))
        parked = connection.scalar(select(func.count()).select_from(attempt).where(*waiting)) or 0
    numbers = {status.value: int(number) for status, number, _ in rows}
    return Counts(ref, held.status.value, numbers, {status.value: int(fen) for status, _, fen in rows}, parked)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An attempt to ask the treasury about, or for a person to look at. It names a case and no account."""

    id: int
    key: str
    batch: str
    case: str
    clause: str
    fen: int
    status: str
    reason: str
    inquiries: int
    parked: bool


def unsettled(
    engine: Engine,
    ref: str | None = None,
    *,
    statuses: Sequence[AttemptStatus] = TO_INQUIRE,
    parked: bool | None = None,
    after: int = 0,
    at_most: int = 500,
) -> list[Unsettled]:
    """Attempts of a batch (of all) in these states, by id from `after` on: read page by page, memory stays flat."""
    query = (
        select(
            attempt.c.id,
            attempt.c.key,
            batch.c.ref.label("batch"),
            case_file.c.ref.label("case"),
            obligation.c.clause,
            attempt.c.fen,
            attempt.c.status,
            attempt.c.reason,
            attempt.c.inquiries,
            attempt.c.parked,
        )
        .join(batch, batch.c.id == attempt.c.batch_id)
        .join(obligation, obligation.c.id == attempt.c.obligation_id)
        .join(case_file, case_file.c.id == obligation.c.case_id)
        .where(attempt.c.status.in_(statuses), attempt.c.id > after)
        .order_by(attempt.c.id)
        .limit(at_most)
    )
    if ref is not None:
        query = query.where(batch.c.ref == ref)
    if parked is not None:
        query = query.where(attempt.c.parked.is_(parked))
    with reading(engine) as connection:
        return [_unsettled(row) for row in connection.execute(query).mappings()]


def _unsettled(row: RowMapping) -> Unsettled:
    return Unsettled(**{**row, "status": row["status"].value})


def waiting_for_people(engine: Engine, ref: str | None = None, *, at_most: int = 500) -> list[Unsettled]:
    """The inquiry list: what is unknown, and what is parked."""
    unknown = unsettled(engine, ref, statuses=(AttemptStatus.UNKNOWN,), at_most=at_most)
    not_here = (AttemptStatus.UNKNOWN, AttemptStatus.RETURNED)
    rest = tuple(status for status in AttemptStatus if status not in not_here)
    return unknown + unsettled(engine, ref, statuses=rest, parked=True, at_most=at_most)


def park(
    engine: Engine, ref: str, keys: Sequence[str], *, reason: str, legal_day: date, now: datetime, person: Person
) -> None:
    """Take attempts of a batch out of everything automatic: they wait for a person."""

    def work(connection: Connection) -> None:
        outcomes = [(key, Told("", reason=reason, park=True)) for key in keys]
        held = held_batch(connection, ref)
        settle_in(connection, held, outcomes, Turn(), legal_day=legal_day, now=now, person=person.key)

    in_turn(engine, work)


def resolve_by_hand(
    engine: Engine,
    key: str,
    outcome: Resolution,
    *,
    reason: str,
    proof: str,
    legal_day: date,
    now: datetime,
    person: Person,
) -> str:
    """A person says what became of an attempt, on the bank's proof; gives its new state.

    CHECK_BATCH, and not the one who released the batch. `stopped` and `again` only for what was certainly never sent.
    Conflict for `rejected` while a release of the batch runs: one that stands still before its call may make it yet.
    """
    require(person, Permission.CHECK_BATCH)
    if not reason.strip() or not proof.strip():
        raise CaseworkError("人工认定须写明理由和银行凭证", remedy="写明回单号或银行答复的文号")

    ref = refs_of(engine, [key]).get(key)
    if ref is None:
        raise NotFound(f"没有编号 {key} 的支付")

    def work(connection: Connection) -> str:
        held = held_batch(connection, ref)
        row = connection.execute(select(attempt).where(attempt.c.key == key)).mappings().one()
        if person.key in (held["releaser"], held["maker"], held["editor"]):
            raise NotPermitted("批次的编制人、放行人不得认定其支付结果", remedy="由另一名财务复核人员认定")
        _require_resolvable(row, outcome)
        if row["status"] not in OPEN and outcome == row["status"].value:  # it stays what it was: no longer in doubt
            connection.execute(update(attempt).where(attempt.c.id == row["id"]).values(parked=False))
        elif outcome == "again":
            connection.execute(update(attempt).where(attempt.c.id == row["id"]).values(parked=False, reason=""))
        else:
            told = Told(outcome, reference=proof if outcome == "paid" else "", reason=reason)
            settle_in(connection, held, [(key, told)], Turn(), legal_day=legal_day, now=now, person=person.key)
            if row["status"] not in OPEN:
                _require_paid(connection, row)
        data = {"key": key, "outcome": outcome, "reason": reason, "proof": proof, "before": row["status"].value}
        write_notes(connection, held, [journal.Note("attempt_resolved", legal_day, data)], now, person.key)
        return str(connection.scalar(select(attempt.c.status).where(attempt.c.id == row["id"])))

    with only_one(engine, ref) if outcome == "rejected" else nullcontext():
        return in_turn(engine, work)


def _require_paid(connection: Connection, row: RowMapping) -> None:
    """An attempt found to have been paid after all. PaymentError while another of the obligation may still pay."""
    own = attempt.c.id == row["id"]
    if connection.scalar(select(attempt.c.status).where(own)) is not AttemptStatus.PAID:
        raise PaymentError("该笔义务另有进行中的支付", remedy="先认定另一笔的结果，再认定这一笔")
    connection.execute(update(attempt).where(own).values(parked=False))


def _require_resolvable(row: RowMapping, outcome: Resolution) -> None:
    status: AttemptStatus = row["status"]
    ended = (AttemptStatus.PAID, AttemptStatus.REJECTED, AttemptStatus.STOPPED)
    if status in ended and row["parked"] and outcome in ("paid", status.value):
        return  # two outcomes were told: a person says which it is; what was paid never becomes unpaid
    if status not in OPEN:
        raise PaymentError(f"支付已有结果（{LABELS[status.value]}），不得改写", remedy="更正须凭对账单或另行追回")
    if outcome in ("stopped", "again") and status is not AttemptStatus.PLANNED:
        raise PaymentError(
            f"支付可能已经发出（{LABELS[status.value]}），不得停付或重发", remedy="凭银行凭证认定已付或未付"
        )
    if outcome == "again" and not row["parked"]:
        raise PaymentError("支付没有搁置，无须恢复")
