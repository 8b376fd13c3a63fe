"""Disbursement batches 拨付批次: frozen when proposed. Their lines, what was refused, and who approved.

An obligation stands in at most one batch that is alive (partial unique index); approval is of a content hash.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, fen, instant, legal_day, one_of, refers_to, row_id
from models.columns import text as long_text


class BatchStatus(StrEnum):
    """done: every line is settled (paid, rejected, stopped or returned). cancelled: nothing was or will be sent."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RELEASED = "released"
    DONE = "done"
    CANCELLED = "cancelled"


class Batch(Record, table=True):
    """Control totals: `count`, `fen`, `accounts` (sum of the accounts' fingerprints). `approvals` is how many checkers
    the amount asks for. `replaces` names the batch that this one was edited from; `editor` made the last edit."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("releaser IS NULL OR (releaser <> maker AND releaser <> editor)", name="releaser_is_another"),
        CheckConstraint("count > 0 AND fen > 0 AND approvals > 0", name="above_zero"),
        Index("ix_batch_status", "status", "id"),
    )

    id: int | None = row_id()
    ref: str = Field(unique=True, description="such as B-2021-0001")
    lifecycle: str
    programme: str
    year: int = Field(description="the budget year it is paid from")
    as_of: date = legal_day()
    status: BatchStatus = one_of(BatchStatus, "status")
    count: int
    fen: int = fen()
    accounts: str = Field(description="the sum of the accounts' fingerprints modulo 2**256, in hexadecimal")
    content: str = content_hash()
    approvals: int
    replaces: int | None = refers_to("batch.id", nullable=True)
    maker: str
    editor: str
    proposed_at: datetime = instant()
    releaser: str | None = Field(default=None)
    released_at: datetime | None = instant(nullable=True)
    settled_at: datetime | None = instant(nullable=True)


class BatchLine(Record, table=True):
    """One payment to be made. `alive` ends when its batch is cancelled, or its attempt ended without money going."""

    __tablename__ = "batch_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "obligation_id"),
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("fen > 0", name="fen_above_zero"),
        Index(
            "uq_batch_line_alive",
            "obligation_id",
            unique=True,
            sqlite_where=text("alive"),
            postgresql_where=text("alive"),
        ),
    )

    id: int | None = row_id()
    batch_id: int = refers_to("batch.id")
    number: int = Field(description="from 1 within the batch")
    obligation_id: int = refers_to("obligation.id")
    account_id: int = refers_to("payee_account.id")
    payee: str
    fen: int = fen()
    fingerprint: str = content_hash()
    alive: bool


class BatchRefusal(Record, table=True):
    """A line that could not stand in the batch when it was proposed (`at` proposed), or was stopped at release."""

    __tablename__ = "batch_refusal"
    __table_args__ = (UniqueConstraint("batch_id", "obligation_id", "at"),)

    id: int | None = row_id()
    batch_id: int = refers_to("batch.id")
    obligation_id: int = refers_to("obligation.id")
    at: str = Field(description="proposed or released")
    code: str
    because: str = long_text()
    clause: str
    remedy: str = long_text()


class BatchApproval(Record, table=True):
    """A checker's approval of exactly this content. Set once: a person checks a batch once."""

    __tablename__ = "batch_approval"
    __table_args__ = (UniqueConstraint("batch_id", "person"), UniqueConstraint("batch_id", "number"))

    id: int | None = row_id()
    batch_id: int = refers_to("batch.id")
    number: int = Field(description="1 for the first checker, 2 for the second")
    person: str
    content: str = content_hash()
    recorded_at: datetime = instant()


batch = table_of(Batch)
batch_line = table_of(BatchLine)
batch_refusal = table_of(BatchRefusal)
batch_approval = table_of(BatchApproval)
