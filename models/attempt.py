"""Attempts to pay an obligation. At most one lives at a time; a key is stored before the call and never used again.

The key is derived from the database's lineage, the obligation's identity and the attempt's ordinal, so that a restored
backup comes to the same one (docs/decisions/0008).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, fen, instant, legal_day, one_of, refers_to, row_id
from models.columns import text as long_text


class AttemptStatus(StrEnum):
    """planned: released, nothing sent. intended: durable, about to be sent. sent: the gateway took it, not settled.
    unknown: to be inquired. stopped: held back before it was sent. returned 退汇: paid, and sent back by the bank."""

    PLANNED = "planned"
    INTENDED = "intended"
    SENT = "sent"
    PAID = "paid"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    RETURNED = "returned"
    STOPPED = "stopped"


class Attempt(Record, table=True):
    """`alive` while it is planned, intended, sent, unknown or paid: then no other attempt of the obligation can be."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index(
            "uq_attempt_alive",
            "obligation_id",
            unique=True,
            sqlite_where=text("alive"),
            postgresql_where=text("alive"),
        ),
        Index("ix_attempt_batch", "batch_id", "status"),
        Index("ix_attempt_status", "status"),
        CheckConstraint("fen > 0", name="fen_above_zero"),
        CheckConstraint(
            "alive = (status IN ('planned', 'intended', 'sent', 'unknown', 'paid'))", name="alive_while_it_may_pay"
        ),
    )

    id: int | None = row_id()
    key: str = Field(unique=True, description="the idempotency key: 32 hex digits, derived (payment_keys), not drawn")
    obligation_id: int = refers_to("obligation.id")
    batch_id: int = refers_to("batch.id")
    account_id: int = refers_to("payee_account.id")
    fen: int = fen()
    content: str = content_hash()
    status: AttemptStatus = one_of(AttemptStatus, "attempt_status")
    alive: bool
    reference: str = Field(default="", description="the bank's reference")
    reason: str = long_text()
    paid_on: date | None = legal_day(nullable=True)
    intended_at: datetime | None = instant(nullable=True)
    settled_at: datetime | None = instant(nullable=True)
    inquiries: int = Field(default=0, description="how often the treasury was asked what became of it")
    parked: bool = Field(default=False, description="waits for a person: nothing is tried automatically")


attempt = table_of(Attempt)
