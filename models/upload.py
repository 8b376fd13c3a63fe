"""Files as they were handed in, by the hash of their content: an act names them, and they are the same for ever."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, instant, row_id


class Upload(Record, table=True):
    """`media_type` is what the browser said: it is never served as such, only as a download."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_sha256", "sha256", unique=True),)

    id: int | None = row_id()
    sha256: str = content_hash()
    size: int = Field(description="bytes")
    name: str
    media_type: str
    content: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    person: str
    uploaded_at: datetime = instant()


upload = table_of(Upload)
