"""Events: append-only, hash-chained per case. No fork commits: (case, seq) and (case, previous) are unique."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, instant, legal_day, refers_to, row_id, text


class Event(Record, table=True):
    """One transition as recorded. The canonical form that `hash` covers is in `shixian.casework.chain`."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        UniqueConstraint("case_id", "previous"),
        Index("ix_event_person", "person", "kind"),
    )

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    seq: int
    version: int = Field(description="of the canonical form")
    kind: str
    legal_day: date = legal_day()
    recorded_at: datetime = instant()
    actor: str
    person: str
    clause: str
    stage: str
    regulation: str
    encoding: str = content_hash()
    data: str = text()
    previous: str = content_hash()
    hash: str = content_hash()


event = table_of(Event)
