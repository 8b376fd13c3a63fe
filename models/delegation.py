"""Who looks after a case, and who stands in for whom during leave: dated, so that no account is ever shared."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index

from models.base import Record, table_of
from models.columns import instant, legal_day, refers_to, row_id


class Assignment(Record, table=True):
    """The officer whose list a case is on. A case without a row waits for nobody."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_case_id", "case_id", unique=True), Index("ix_assignment_person", "person"))

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    person: str
    assigned_by: str
    assigned_at: datetime = instant()


class Delegation(Record, table=True):
    """From the first to the last day, `deputy` sees and does the work of `absent`, under his own name."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("absent <> deputy AND last_day >= first_day", name="of_two_people"),
        Index("ix_delegation_deputy", "deputy", "last_day"),
    )

    id: int | None = row_id()
    absent: str
    deputy: str
    first_day: date = legal_day()
    last_day: date = legal_day()
    reason: str
    made_by: str
    made_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


assignment = table_of(Assignment)
delegation = table_of(Delegation)
