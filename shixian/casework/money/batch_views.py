"""Reading batches: one whole with its lines, refusals and approvals, or rows for a list. Accounts are masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select

from models import (
    BatchStatus,
    attempt,
    batch,
    batch_approval,
    batch_line,
    batch_refusal,
    case_file,
    obligation,
    payee_account,
)
from shixian.casework.database import reading
from shixian.casework.money.payees import mask
from shixian.rules.errors import NotFound

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BatchView:
    """`row` is the batch row. A line has its case, clause, masked account and, once released, its attempt's status."""

    ref: str
    row: Row
    lines: tuple[Row, ...]
    refusals: tuple[Row, ...]
    approvals: tuple[Row, ...]
    replaces: str | None = None
    replaced_by: str | None = None

    @property
    def id(self) -> int:
        return int(self.row["id"])

    @property
    def status(self) -> BatchStatus:
        return BatchStatus(self.row["status"])

    @property
    def fen(self) -> int:
        return int(self.row["fen"])

    @property
    def count(self) -> int:
        return int(self.row["count"])

    @property
    def content(self) -> str:
        return str(self.row["content"])

    @property
    def approvals_missing(self) -> int:
        return max(int(self.row["approvals"]) - len(self.approvals), 0)

    @property
    def progress(self) -> dict[str, tuple[int, int]]:
        """How many lines and how much in fen, by status of their attempts; `stopped` at release, `waiting` before."""
        found: dict[str, tuple[int, int]] = {}
        for line in self.lines:
            tried = line["attempt_status"]
            status = ("waiting" if line["alive"] else "stopped") if tried is None else tried.value
            count, fen = found.get(status, (0, 0))
            found[status] = count + 1, fen + line["fen"]
        return found


def show(engine: Engine, ref: str) -> BatchView:
    """The batch; NotFound when there is none."""
    with reading(engine) as connection:
        return view_of(connection, ref)


def view_of(connection: Connection, ref: str) -> BatchView:
    row = connection.execute(select(batch).where(batch.c.ref == ref)).mappings().one_or_none()
    if row is None:
        raise no_batch(ref)
    own = row["id"]
    earlier = connection.scalar(select(batch.c.ref).where(batch.c.id == row["replaces"])) if row["replaces"] else None
    later = connection.scalar(select(batch.c.ref).where(batch.c.replaces == own))
    approvals = select(batch_approval).where(batch_approval.c.batch_id == own).order_by(batch_approval.c.number)
    return BatchView(
        ref=ref,
        row=dict(row),
        lines=tuple(_line(one) for one in connection.execute(_LINES.where(batch_line.c.batch_id == own)).mappings()),
        refusals=tuple(map(dict, connection.execute(_REFUSALS.where(batch_refusal.c.batch_id == own)).mappings())),
        approvals=tuple(map(dict, connection.execute(approvals).mappings())),
        replaces=earlier,
        replaced_by=later,
    )


def no_batch(ref: str) -> NotFound:
    return NotFound(f"没有 {ref} 这一批次", remedy="已有的批次见 shixian batch list")


def batches(
    engine: Engine,
    *,
    lifecycle: str | None = None,
    programme: str | None = None,
    year: int | None = None,
    status: BatchStatus | None = None,
    limit: int = 200,
) -> list[Row]:
    """Batch rows, the newest first."""
    query = select(batch).order_by(batch.c.id.desc()).limit(limit)
    wanted = {"lifecycle": lifecycle, "programme": programme, "year": year, "status": status}
    for name, value in wanted.items():
        if value is not None:
            query = query.where(batch.c[name] == value)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _line(row: RowMapping) -> Row:
    shown = dict(row)
    shown["account"] = mask(shown.pop("account_number"))
    return shown


_LINES = (
    select(
        batch_line.c.id,
        batch_line.c.number,
        batch_line.c.obligation_id,
        batch_line.c.account_id,
        batch_line.c.payee,
        batch_line.c.fen,
        batch_line.c.fingerprint,
        batch_line.c.alive,
        case_file.c.ref.label("case_ref"),
        obligation.c.decision,
        obligation.c.sequence,
        obligation.c.clause,
        obligation.c.debtor,
        obligation.c.due,
        obligation.c.original_due,
        payee_account.c.holder,
        payee_account.c.number.label("account_number"),
        payee_account.c.bank,
        payee_account.c.bank_name,
        attempt.c.key.label("attempt"),
        attempt.c.status.label("attempt_status"),
        attempt.c.reference,
        attempt.c.reason,
        attempt.c.paid_on,
        attempt.c.parked,
    )
    .join(obligation, obligation.c.id == batch_line.c.obligation_id)
    .join(case_file, case_file.c.id == obligation.c.case_id)
    .join(payee_account, payee_account.c.id == batch_line.c.account_id)
    .outerjoin(
        attempt,
        (attempt.c.batch_id == batch_line.c.batch_id) & (attempt.c.obligation_id == batch_line.c.obligation_id),
    )
    .order_by(batch_line.c.number)
)

_REFUSALS = (
    select(
        batch_refusal.c.obligation_id,
        batch_refusal.c["at"],
        batch_refusal.c.code,
        batch_refusal.c.because,
        batch_refusal.c.clause,
        batch_refusal.c.remedy,
        case_file.c.ref.label("case_ref"),
        obligation.c.payee,
        obligation.c.fen,
        obligation.c.decision,
        obligation.c.sequence,
    )
    .join(obligation, obligation.c.id == batch_refusal.c.obligation_id)
    .join(case_file, case_file.c.id == obligation.c.case_id)
    .order_by(batch_refusal.c.id)
)
