"""Money that came back for a recovery 追回: receipts against an obligation of direction 追, never beyond it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import fen, instant, legal_day, refers_to, row_id


class Receipt(Record, table=True):
    """`before` is what had been received when this came: two that begin at one place collide."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("obligation_id", "before"),
        CheckConstraint("fen > 0 AND before >= 0", name="above_zero"),
    )

    id: int | None = row_id()
    obligation_id: int = refers_to("obligation.id")
    before: int = fen()
    fen: int = fen()
    received: date = legal_day()
    reference: str = Field(unique=True, description="the bank's reference of the receipt")
    person: str
    recorded_at: datetime = instant()


receipt = table_of(Receipt)
