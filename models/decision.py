"""Decisions with their amount trees, as stored. A later stage reads them and never computes them again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, UniqueConstraint

from models.base import Record, table_of
from models.columns import content_hash, fen, legal_day, refers_to, row_id, text


class Decision(Record, table=True):
    """What an act decided: an amount (`fen`, None when none was decided, 0 owes nothing), a grade, an outcome."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("case_id", "seq"), Index("ix_decision_case_id_key", "case_id", "key"))

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    seq: int
    key: str
    title: str
    clause: str
    outcome: str | None = None
    grade: str | None = None
    fen: int | None = fen(nullable=True)
    tree: str | None = text(nullable=True)
    ceiling: str | None = text(nullable=True)
    legal_day: date = legal_day()
    regulation: str
    encoding: str = content_hash()


decision = table_of(Decision)
