"""Appropriations 拨款: the budget line of a programme and year. What batches have taken of it never exceeds it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import fen, instant, legal_day, row_id


class Appropriation(Record, table=True):
    """`fen` is what was granted so far (grants and carried balances), `committed` what frozen batches hold or paid."""

    __tablename__ = "appropriation"
    __table_args__ = (
        UniqueConstraint("programme", "year"),
        CheckConstraint("committed >= 0 AND committed <= fen", name="within"),
    )

    id: int | None = row_id()
    programme: str = Field(description="the regulation's key, such as sh-matching-funds")
    year: int
    committed: int = fen()
    fen: int = fen()
    closed_on: date | None = legal_day(nullable=True)
    recorded_at: datetime = instant()


appropriation = table_of(Appropriation)
