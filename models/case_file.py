"""The case row: the record of where one application, nomination or institution stands in its lifecycle."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, legal_day, one_of, row_id, text


class CaseStatus(StrEnum):
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


NOT_CLOSED, ASIDE = sql("status <> 'closed'"), sql("set_aside IS NOT NULL")


class CaseFile(Record, table=True):
    """One case. `progress` is the fold of its events as canonical text, `shape` that text's hash, `number` how many
    events there are, `head` the last one's hash. `next_day` is the earliest last day of a clock that runs."""

    __tablename__ = "case_file"
    __table_args__ = (
        Index("ix_case_file_due", "lifecycle", "next_day", "next_stage"),
        Index("ix_case_file_shape", "shape", "lifecycle", "next_day"),
        Index("ix_case_file_worklist", "status", "lifecycle", "stage", "next_day"),
        Index("ix_case_file_cycle", "lifecycle", "cycle", "status"),
        Index("ix_case_file_party", "party"),
        Index("ix_case_file_parent_ref", "parent_ref"),
        Index("ix_case_file_encoding", "encoding", "status"),
        Index("ix_case_file_open", "next_day", "ref", sqlite_where=NOT_CLOSED, postgresql_where=NOT_CLOSED),
        Index("ix_case_file_set_aside", "id", sqlite_where=ASIDE, postgresql_where=ASIDE),
    )

    id: int | None = row_id()
    ref: str = Field(unique=True)
    lifecycle: str
    encoding: str = content_hash()
    regulation: str
    cycle: int
    opened: date = legal_day()
    parent_ref: str | None = Field(default=None)
    status: CaseStatus = one_of(CaseStatus, "status")
    stage: str = Field(default="", description="the stage shown: the first open one, or where the case was closed")
    reason: str | None = None
    clause: str | None = None
    facts: str = text()
    progress: str = text()
    shape: str = content_hash()
    number: int
    head: str = content_hash()
    next_day: date | None = legal_day(nullable=True)
    next_stage: str | None = Field(default=None, description="the stage in which that clock stands")
    family: bool = Field(default=False, description="has a parent or children: moved with them, never in sets")
    party: str = Field(default="")
    party_name: str = Field(default="")
    set_aside: str | None = Field(default=None, description="why a cycle run left the case for a person")
    imported_key: str | None = Field(default=None, unique=True, description="the intake row it came from")


case_file = table_of(CaseFile)
