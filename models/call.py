"""What yearly calls (申报通知) set and the text leaves open. A correction is a new row; the newest holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import instant, row_id, text


class Call(Record, table=True):
    """`cycle` 0 holds for every cycle that sets nothing of its own. `value` is the text as the fact's type reads it."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_lookup", "lifecycle", "cycle", "name"),)

    id: int | None = row_id()
    lifecycle: str
    cycle: int
    name: str
    value: str = text()
    because: str = Field(default="", description="the notice that sets it")
    person: str
    recorded_at: datetime = instant()


call = table_of(Call)
