"""Bars: a party may not open cases of a lifecycle through a day, under a clause, because of a case."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index

from models.base import Record, table_of
from models.columns import legal_day, refers_to, row_id, text


class BarRecord(Record, table=True):
    """`lifecycle` may be `*` (every application). Without `case_id` it is from before this system, by `source`."""

    __tablename__ = "bar"
    __table_args__ = (Index("ix_bar_subject", "subject", "lifecycle"),)

    id: int | None = row_id()
    subject: str
    lifecycle: str
    first_day: date = legal_day()
    last_day: date | None = legal_day(nullable=True)
    clause: str
    text: str = text()
    source: str
    case_id: int | None = refers_to("case_file.id", nullable=True)
    seq: int | None = None
    end_seq: int | None = None  # the event that gave it another end


bar = table_of(BarRecord)
