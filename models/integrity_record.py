"""Integrity records (科技信用/科研诚信信息) about parties, as a clause orders them written."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from models.base import Record, table_of
from models.columns import legal_day, refers_to, row_id


class IntegrityRecord(Record, table=True):
    __tablename__ = "integrity_record"

    id: int | None = row_id()
    subject: str = Field(index=True)
    ground: str
    serious: bool
    clause: str
    legal_day: date = legal_day()
    case_id: int = refers_to("case_file.id")
    seq: int


integrity_record = table_of(IntegrityRecord)
