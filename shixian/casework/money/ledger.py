"""Posting to the double-entry ledger: 预算, 拨款, 待付, 已付, 追回, 退汇, 结转, by programme and budget year.

Money moves by a posting whose debits equal its credits; the key of a posting is unique, so it cannot be posted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, func, insert, literal, select

from models import Account, attempt, ledger_entry
from shixian.rules.errors import MoneyError


@dataclass(frozen=True, slots=True)
class Posting:
    """`moves`: fen by account, a debit positive and a credit negative; they add up to zero. `programme` is the key of
    the regulation, `year` the budget year."""

    key: str
    moves: Mapping[Account, int]
    legal_day: date
    text: str
    obligation_id: int | None = None
    programme: str = ""
    year: int = 0


def post(connection: Connection, postings: list[Posting], *, recorded_at: datetime, person: str) -> None:
    """Write the postings; MoneyError when one does not balance or moves nothing."""
    rows: list[dict[str, Any]] = []
    for posting in postings:
        if sum(posting.moves.values()) != 0 or not any(posting.moves.values()):
            raise MoneyError(f"记账 {posting.key} 借贷不平：{dict(posting.moves)}")
        rows.extend(
            {
                "programme": posting.programme,
                "year": posting.year or posting.legal_day.year,
                "posting": posting.key,
                "account": account,
                "debit": max(fen, 0),
                "credit": max(-fen, 0),
                "obligation_id": posting.obligation_id,
                "legal_day": posting.legal_day,
                "recorded_at": recorded_at,
                "person": person,
                "text": posting.text,
            }
            for account, fen in posting.moves.items()
            if fen
        )
    if rows:
        connection.execute(insert(ledger_entry), rows)


def post_paid(
    connection: Connection,
    attempts: Sequence[int],
    *,
    programme: str,
    year: int,
    text: str,
    recorded_at: datetime,
    person: str,
) -> None:
    """+PAID −RESERVED of attempts (their ids) that were just paid, each on its own day: written from their very rows,
    because payments are settled by the hundred. The keys are `paid:KEY`."""
    words = {"programme": programme, "year": year, "text": text, "recorded_at": recorded_at, "person": person}
    for statement in _OF_PAID:
        written = connection.execute(
            statement, {**{f"own_{name}": value for name, value in words.items()}, "ids": attempts}
        )
        if written.rowcount != len(attempts):
            raise MoneyError(f"记账 {written.rowcount} 笔，已付 {len(attempts)} 笔")


def _of_paid(account: Account, *, debit: Any, credit: Any) -> Insert:
    """One side of the postings of paid attempts. Built once: putting it together takes longer than running it."""
    columns = ledger_entry.c
    given = {name: bindparam(f"own_{name}", type_=columns[name].type) for name in _GIVEN}
    row = {
        **given,
        "posting": literal("paid:") + attempt.c.key,
        "account": literal(account, columns.account.type),
        "debit": debit,
        "credit": credit,
        "obligation_id": attempt.c.obligation_id,
        "legal_day": attempt.c.paid_on,
    }
    rows = select(*row.values()).where(attempt.c.id.in_(bindparam("ids", expanding=True))).order_by(attempt.c.id)
    # psycopg's driver would not tell how many rows an INSERT wrote unless asked.
    return insert(ledger_entry).from_select(list(row), rows).execution_options(preserve_rowcount=True)


_GIVEN = ("programme", "year", "text", "recorded_at", "person")
_OF_PAID = (
    _of_paid(Account.PAID, debit=attempt.c.fen, credit=literal(0)),
    _of_paid(Account.RESERVED, debit=literal(0), credit=attempt.c.fen),
)


def reserve(key: str, fen: int, day: date, text: str, obligation_id: int, programme: str = "") -> Posting:
    """A new obligation to pay: the sum leaves the appropriation and is reserved."""
    moves = {Account.RESERVED: fen, Account.APPROPRIATION: -fen}
    return Posting(f"reserve:{key}", moves, day, text, obligation_id, programme)


def balances(connection: Connection) -> dict[Account, int]:
    """Debits less credits of every account, in fen."""
    total = func.sum(ledger_entry.c.debit) - func.sum(ledger_entry.c.credit)
    rows = connection.execute(select(ledger_entry.c.account, total).group_by(ledger_entry.c.account))
    found = {account: int(fen) for account, fen in rows}
    return {account: found.get(account, 0) for account in Account}


def unbalanced(connection: Connection) -> list[str]:
    """The keys of postings whose debits and credits differ: there are none, unless somebody tampered."""
    columns = ledger_entry.c
    off = select(columns.posting).group_by(columns.posting).having(func.sum(columns.debit) != func.sum(columns.credit))
    return list(connection.scalars(off.order_by(columns.posting)))
