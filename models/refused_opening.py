"""Openings that were refused: there is no case to hold the event, so the refusal has a row of its own."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

from models.base import Record, table_of
from models.columns import instant, legal_day, row_id, text


class RefusedOpening(Record, table=True):
    """`asks` and `compared` are canonical JSON lists, as in `rules.state.Refusal`."""

    __tablename__ = "refused_opening"

    id: int | None = row_id()
    lifecycle: str = Field(index=True)
    ref: str
    legal_day: date = legal_day()
    recorded_at: datetime = instant()
    person: str
    origin: str
    code: str
    because: str = text()
    clause: str
    remedy: str = text()
    asks: str = text()
    compared: str = text()
    source: str | None = Field(default=None, description="the case whose bar refused it")


refused_opening = table_of(RefusedOpening)
