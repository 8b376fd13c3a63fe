"""Journals: append-only, hash-chained records of what changes no single case (batches, appropriations, accounts).

As with the events of a case, no fork commits: (journal, seq) and (journal, previous) are unique.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, instant, legal_day, row_id, text


class JournalEvent(Record, table=True):
    """One entry. The canonical form that `hash` covers is in `shixian.casework.journal`."""

    __tablename__ = "journal_event"
    __table_args__ = (UniqueConstraint("journal", "seq"), UniqueConstraint("journal", "previous"))

    id: int | None = row_id()
    journal: str = Field(description="such as batch:B-2021-0001")
    seq: int
    version: int = Field(description="of the canonical form")
    kind: str
    legal_day: date = legal_day()
    recorded_at: datetime = instant()
    person: str
    data: str = text()
    previous: str = content_hash()
    hash: str = content_hash()


journal_event = table_of(JournalEvent)
