"""Bank accounts of payees. A change is a new row; the newest of a payee holds, and counts only once verified."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, instant, legal_day, row_id


class PayeeAccount(Record, table=True):
    """`fingerprint` is the SHA-256 of payee, holder, number and bank: what a batch freezes."""

    __tablename__ = "payee_account"
    __table_args__ = (
        Index("ix_payee_account_payee", "payee", "id"),
        CheckConstraint("verified_by IS NULL OR verified_by <> entered_by", name="two_people"),
    )

    id: int | None = row_id()
    payee: str = Field(description="the payee as obligations name it")
    holder: str = Field(description="户名")
    number: str = Field(description="账号")
    bank: str = Field(description="联行号, 12 digits")
    bank_name: str = Field(description="开户行")
    fingerprint: str = content_hash()
    entered_by: str
    entered_at: datetime = instant()
    verified_by: str | None = Field(default=None)
    verified_on: date | None = legal_day(nullable=True)


payee_account = table_of(PayeeAccount)
