"""Slots of limits across cases. Two cases cannot take one slot, so a limit holds under concurrency without counting."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import refers_to, row_id


class LimitClaim(Record, table=True):
    __tablename__ = "limit_claim"
    __table_args__ = (
        UniqueConstraint("limit_key", "scope", "slot"),
        Index("ix_limit_claim_case_id", "case_id"),
    )

    id: int | None = row_id()
    limit_key: str
    scope: str
    slot: int = Field(description="0 up to the limit, less one")
    case_id: int = refers_to("case_file.id")
    seq: int


limit_claim = table_of(LimitClaim)
