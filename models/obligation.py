"""Obligations: one instalment that a decision owes to a payee. (case, decision, payee, sequence) is unique for ever."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import fen, legal_day, one_of, refers_to, row_id


class Direction(StrEnum):
    """付: money goes out to the payee. 追: money is to come back. Never netted."""

    PAY = "付"
    RECOVER = "追"


class Obligation(Record, table=True):
    """`due` may move (a bank day, a new plan); `original_due` never does. `replaces` names the obligation before it."""

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("case_id", "decision", "payee", "sequence"),
        CheckConstraint("fen > 0", name="fen_above_zero"),
    )

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    decision_id: int = refers_to("decision.id", index=True)
    decision: str = Field(description="the decision's key")
    seq: int
    payee: str
    debtor: str
    creditor: str
    direction: Direction = one_of(Direction, "direction")
    sequence: int
    fen: int = fen()
    clause: str
    due: date | None = legal_day(nullable=True, index=True)
    original_due: date | None = legal_day(nullable=True)
    replaces: int | None = refers_to("obligation.id", nullable=True)


obligation = table_of(Obligation)
