"""History that later cycles ask for: grades, winners, candidates without award, by key, subject and cycle."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index

from models.base import Record, table_of
from models.columns import legal_day, refers_to, row_id


class History(Record, table=True):
    """Without `case_id` it was taken over from before this system; `source` says whence."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_lookup", "key", "subject", "cycle"),)

    id: int | None = row_id()
    key: str
    subject: str
    cycle: int
    value: str
    clause: str
    legal_day: date | None = legal_day(nullable=True)
    source: str
    case_id: int | None = refers_to("case_file.id", nullable=True)
    seq: int | None = None


history = table_of(History)
