"""Looks: every read of personal data, kept for ever; and which state of a case an officer has last seen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import instant, refers_to, row_id


class Look(Record, table=True):
    """Who looked at what, when, from where. Append-only."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_subject", "subject"), Index("ix_look_person", "person", "looked_at"))

    id: int | None = row_id()
    person: str
    looked_at: datetime = instant()
    what: str = Field(description="case, document, identity, account, export")
    subject: str = Field(description="the case's reference, the payee, the filter")
    address: str = Field(default="")


class CaseLook(Record, table=True):
    """`number` is how many events the case had when the person last opened it: fewer than now means news."""

    __tablename__ = "case_look"
    __table_args__ = (UniqueConstraint("case_id", "person"),)

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    person: str
    number: int
    looked_at: datetime = instant()


look = table_of(Look)
case_look = table_of(CaseLook)
