"""What a public notice showed on each day of its window, with its hash; and when the public page could not be read."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, instant, legal_day, refers_to, row_id, text


class NoticeSnapshot(Record, table=True):
    """The notice of one stage of a case, as the public read it. Append-only; the first of a day holds."""

    __tablename__ = "notice_snapshot"
    __table_args__ = (UniqueConstraint("case_id", "stage", "day"),)

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    stage: str
    day: date = legal_day()
    content: str = text()
    sha256: str = content_hash()
    recorded_at: datetime = instant()


class Outage(Record, table=True):
    """A time in which the notices could not be read: every window that was open is extended by it. Append-only."""

    __tablename__ = "outage"

    id: int | None = row_id()
    began_at: datetime = instant()
    ended_at: datetime = instant()
    because: str
    found_by: str = Field(description="a person, or the system where snapshots are missing")
    recorded_at: datetime = instant()


notice_snapshot = table_of(NoticeSnapshot)
outage = table_of(Outage)
