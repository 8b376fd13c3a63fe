"""Anchors: a digest a day over all events since the last, to be kept where the owner of this database cannot write."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import LegalDay, RowId, content_hash, instant, row_id


class Anchor(Record, table=True):
    """`digest` covers the digest before and the hash of every event since, up to `last_event`."""

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
