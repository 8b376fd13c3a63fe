"""Documents that acts brought: which, under what name, and the content hash by which the file is known again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, legal_day, refers_to, row_id


class Document(Record, table=True):
    __tablename__ = "document"

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id", index=True)
    seq: int
    stage: str
    document: str = Field(description="the key of the document in the declaration")
    name: str
    sha256: str | None = content_hash(nullable=True)
    size: int | None = Field(default=None, sa_column=Column(BigInteger()), description="bytes")
    legal_day: date = legal_day()


document = table_of(Document)
