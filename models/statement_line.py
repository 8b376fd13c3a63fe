"""Lines of bank and treasury statements, each known by its source's own reference, matched to an attempt or not."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import fen, instant, legal_day, refers_to, row_id


class StatementLine(Record, table=True):
    """`finding` says what reconciliation made of it: matched, returned, received, or a difference (its kind)."""

    __tablename__ = "statement_line"
    __table_args__ = (
        UniqueConstraint("source", "reference"),
        CheckConstraint("fen > 0", name="fen_above_zero"),
        Index("ix_statement_line_finding", "finding", "booked"),
        Index("ix_statement_line_attempt_id", "attempt_id"),
    )

    id: int | None = row_id()
    source: str
    statement: str = Field(description="the statement it stood in")
    reference: str = Field(description="the bank's entry reference")
    key: str = Field(default="", description="our attempt's key, as the bank gave it back")
    fen: int = fen()
    direction: str = Field(description="out, returned or in")
    booked: date = legal_day()
    counterparty: str = Field(default="")
    text: str = Field(default="")
    attempt_id: int | None = refers_to("attempt.id", nullable=True)
    finding: str
    resolved_by: str | None = Field(default=None)
    resolution: str = Field(default="")
    recorded_at: datetime = instant()


statement_line = table_of(StatementLine)
