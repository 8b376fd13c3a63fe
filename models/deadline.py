"""Deadlines as rows, one for each round of each clock, and the claims that let every effect happen only once."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint

from models.base import Record, table_of
from models.columns import legal_day, one_of, refers_to, row_id
from shixian.rules.lifecycle import Binds, Effect


class DeadlineStatus(StrEnum):
    """As in `rules.state.DeadlineState`: asking has no day yet (a fact is 未知), held is provisional and past."""

    RUNNING = "running"
    ASKING = "asking"
    MET = "met"
    LAPSED = "lapsed"
    HELD = "held"
    VOID = "void"


class Deadline(Record, table=True):
    """A last day. How it was found is in the event `set_seq` of the case (`deadline_set`, its working)."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("case_id", "stage", "clock", "round"),
        Index("ix_deadline_status_last_day", "status", "last_day"),
    )

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    stage: str
    clock: str
    round: int
    title: str
    last_day: date | None = legal_day(nullable=True)
    provisional: bool
    status: DeadlineStatus = one_of(DeadlineStatus, "status")
    effect: Effect = one_of(Effect, "effect")
    binds: Binds = one_of(Binds, "binds")
    clause: str
    set_seq: int


class EffectClaim(Record, table=True):
    """What makes "twice changes nothing" a constraint: inserted in the transaction of the `deadline_lapsed` event."""

    __tablename__ = "effect_claim"
    __table_args__ = (UniqueConstraint("case_id", "stage", "clock", "round", "effect"),)

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    stage: str
    clock: str
    round: int
    effect: Effect = one_of(Effect, "effect")
    seq: int


deadline = table_of(Deadline)
effect_claim = table_of(EffectClaim)
