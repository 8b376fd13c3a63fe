"""The double-entry ledger: every posting debits and credits the same sum, and no line is ever changed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import fen, instant, legal_day, one_of, refers_to, row_id


class Account(StrEnum):
    """预算 budget (where money comes from and lapses to), 拨款, 待付, 已付, 追回, 退汇, 结转."""

    BUDGET = "budget"
    APPROPRIATION = "appropriation"
    RESERVED = "reserved"
    PAID = "paid"
    RECOVERED = "recovered"
    RETURNED = "returned"
    CARRIED = "carried"


class LedgerEntry(Record, table=True):
    """One line of a posting: a debit or a credit of an account, in fen."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("posting", "account"),
        Index("ix_ledger_entry_line", "programme", "year", "account"),
        CheckConstraint("debit >= 0 AND credit >= 0 AND (debit > 0) <> (credit > 0)", name="one_side"),
    )

    id: int | None = row_id()
    programme: str = Field(default="", description="the regulation's key")
    year: int = Field(default=0, description="the budget year")
    posting: str = Field(description="what lines belong together, such as reserve:SH-MF-2021-0001#12")
    account: Account = one_of(Account, "account")
    debit: int = fen()
    credit: int = fen()
    obligation_id: int | None = refers_to("obligation.id", nullable=True, index=True)
    legal_day: date = legal_day()
    recorded_at: datetime = instant()
    person: str
    text: str


ledger_entry = table_of(LedgerEntry)
