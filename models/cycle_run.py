"""Cycle runs: which legal day a lifecycle was brought up to, when, and how many cases moved. For catching up."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index

from models.base import Record, table_of
from models.columns import instant, legal_day, row_id, text


class CycleRun(Record, table=True):
    """`counts` is canonical JSON. A run that was cut off has no `finished`."""

    __tablename__ = "cycle_run"
    __table_args__ = (Index("ix_cycle_run_lifecycle_as_of", "lifecycle", "as_of"),)

    id: int | None = row_id()
    lifecycle: str
    as_of: date = legal_day()
    started: datetime = instant()
    finished: datetime | None = instant(nullable=True)
    counts: str | None = text(nullable=True)


cycle_run = table_of(CycleRun)
