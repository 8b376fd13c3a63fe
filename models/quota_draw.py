"""Draws from money quotas across cases, one row each, in one chain a quota and scope.

A draw begins where the one before it ended. Two that begin at one place collide, and none ends beyond the quota as it
was then: so a quota holds under concurrency, and who commits first is served first.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import fen, refers_to, row_id


class QuotaDraw(Record, table=True):
    """From `before` to `before` + `fen`, of at most `at_most`."""

    __tablename__ = "quota_draw"
    __table_args__ = (
        UniqueConstraint("quota", "scope", "before"),
        CheckConstraint("before >= 0 AND fen > 0 AND before + fen <= at_most", name="within"),
        Index("ix_quota_draw_case_id", "case_id"),
    )

    id: int | None = row_id()
    quota: str
    scope: str = Field(description="whose quota, and of which cycle")
    before: int = fen()
    at_most: int = fen()
    fen: int = fen()
    case_id: int = refers_to("case_file.id")
    seq: int


quota_draw = table_of(QuotaDraw)
