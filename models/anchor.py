"""Anchors: one digest a day over all events since the one before, to be kept where this database's owner cannot write."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import LegalDay, RowId, content_hash, instant, row_id


class Anchor(Record, table=True):
    """`digest` covers `previous`, the heads' count and the hash of every event up to `last_event` (see casework.verify)."""

    __tablename__ = "anchor"

    id: int | None = row_id()
    day: date = Field(default=None, sa_column=Column(LegalDay(), nullable=False, unique=True))
    last_event: int = Field(default=None, sa_column=Column(RowId, nullable=False))
    events: int
    heads: int
    previous: str = content_hash()
    digest: str = content_hash()
    recorded_at: datetime = instant()


anchor = table_of(Anchor)
