"""Encodings (编码修订): the canonical form of every lifecycle that ever ran a case, and the errata that moved cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, String
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, instant, row_id, text


class Encoding(Record, table=True):
    __tablename__ = "encoding"

    hash: str = Field(default=None, sa_column=Column(String(64), primary_key=True))
    lifecycle: str = Field(index=True)
    text: str = text()
    recorded_at: datetime | None = instant(nullable=True)


class Erratum(Record, table=True):
    """A 勘误: who changed the encoding, why, and how many open cases moved or stayed."""

    __tablename__ = "erratum"

    id: int | None = row_id()
    lifecycle: str
    from_hash: str = content_hash()
    to_hash: str = content_hash()
    person: str
    because: str = text()
    moved: int
    kept: int
    recorded_at: datetime = instant()


encoding = table_of(Encoding)
erratum = table_of(Erratum)
