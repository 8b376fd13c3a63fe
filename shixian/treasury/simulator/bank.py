"""The simulated bank's memory: one SQLite file. What it has answered is on the disk before the answer leaves.

Synchronous, for one thread at a time. A day is the payment's own day: the bank has no clock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shixian.rules.periods import add_days
from shixian.treasury.port import Answer, Outcome, Payment, Statement, StatementLine

SOURCE = "simulator"

_TABLE = """
CREATE TABLE IF NOT EXISTS payment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    fen INTEGER NOT NULL CHECK (fen > 0),
    payee TEXT NOT NULL,
    account TEXT NOT NULL,
    bank TEXT NOT NULL,
    remittance TEXT NOT NULL,
    day TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'paid', 'rejected')),
    reason TEXT NOT NULL,
    returned TEXT,
    queries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS payment_key ON payment (key);
CREATE INDEX IF NOT EXISTS payment_day ON payment (day);
CREATE INDEX IF NOT EXISTS payment_returned ON payment (returned);
"""
# What must be the same when a key comes a second time.
_CONTENT = ("fen", "payee", "account", "bank")


@dataclass(frozen=True, slots=True)
class Order:
    """A payment as it arrived, with what the faults make of it."""

    payment: Payment
    idempotent: bool = True
    settled: bool = True
    refused: str = ""
    return_after_days: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """The key is known with another content; nothing was booked."""

    differs: tuple[str, ...]


class Bank:
    """Books payments, and remembers every one of them."""

    def __init__(self, file: Path | str) -> None:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=30)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLE)

    def close(self) -> None:
        self._connection.close()

    def take(self, orders: Sequence[Order]) -> list[Answer | Conflict]:
        """Book several orders in one commit, in their order; durable when this returns."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            answers = [self._take(order) for order in orders]
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        return answers

    def query(self, key: str, settle_after: int = 0) -> tuple[Answer, int | None]:
        """What became of a key, and its amount. An accepted payment settles at its `settle_after`-th query."""
        row = self._find(key)
        if row is None:
            return Answer(Outcome.NOT_FOUND), None
        if row["outcome"] == "accepted":
            self._connection.execute(
                "UPDATE payment SET queries = queries + 1, outcome = CASE WHEN queries + 1 >= ? THEN 'paid'"
                " ELSE outcome END WHERE number = ?",
                (settle_after, row["number"]),
            )
            row = self._find(key)
            assert row is not None
        return _answer(row), row["fen"]

    def statement(self, day: date) -> Statement:
        """What was booked on a day. Reading it settles what was accepted up to then."""
        text = f"{day}"
        self._connection.execute("UPDATE payment SET outcome = 'paid' WHERE outcome = 'accepted' AND day <= ?", (text,))
        out = self._connection.execute(
            "SELECT * FROM payment WHERE day = ? AND outcome = 'paid' ORDER BY number", (text,)
        )
        lines = [_line(row, day, "out") for row in out]
        back = self._connection.execute(
            "SELECT * FROM payment WHERE returned = ? AND outcome = 'paid' ORDER BY number", (text,)
        )
        lines += [_line(row, day, "returned") for row in back]
        return Statement(SOURCE, f"ST-{text}", day, tuple(lines))

    def totals(self) -> dict[str, Any]:
        """What was really paid, and what of it goes back some day, in fen: per key, per account, in all."""
        keys: dict[str, dict[str, int]] = {}
        accounts: dict[str, dict[str, int]] = {}
        paid = returned = 0
        for row in self._connection.execute("SELECT * FROM payment WHERE outcome <> 'rejected' ORDER BY number"):
            back = row["fen"] if row["returned"] else 0
            for group, name in ((keys, row["key"]), (accounts, row["account"])):
                entry = group.setdefault(name, {"times": 0, "paid": 0, "returned": 0})
                entry["times"] += 1
                entry["paid"] += row["fen"]
                entry["returned"] += back
            paid, returned = paid + row["fen"], returned + back
        return {"keys": keys, "accounts": accounts, "paid": paid, "returned": returned}

    def _find(self, key: str) -> sqlite3.Row | None:
        # Of a key booked twice, the first that was not refused speaks.
        found: sqlite3.Row | None = self._connection.execute(
            "SELECT * FROM payment WHERE key = ? ORDER BY outcome = 'rejected', number LIMIT 1", (key,)
        ).fetchone()
        return found

    def _take(self, order: Order) -> Answer | Conflict:
        payment = order.payment
        known = self._find(payment.key) if order.idempotent else None
        if known is not None:
            differs = tuple(name for name in _CONTENT if known[name] != getattr(payment, name))
            return Conflict(differs) if differs else _answer(known)
        outcome = "rejected" if order.refused else "paid" if order.settled else "accepted"
        returned = f"{add_days(payment.day, order.return_after_days)}" if order.return_after_days else None
        cursor = self._connection.execute(
            "INSERT INTO payment (key, fen, payee, account, bank, remittance, day, outcome, reason, returned)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(payment.key, payment.fen, payment.payee, payment.account, payment.bank, payment.remittance),
                *(f"{payment.day}", outcome, order.refused, None if order.refused else returned),
            ),
        )
        assert cursor.lastrowid is not None
        return Answer(Outcome(outcome), _reference(cursor.lastrowid), order.refused, f"{payment.day}")


def _reference(number: int) -> str:
    return f"SIM{number:010d}"


def _answer(row: sqlite3.Row) -> Answer:
    return Answer(Outcome(row["outcome"]), _reference(row["number"]), row["reason"], row["day"])


def _line(row: sqlite3.Row, day: date, direction: str) -> StatementLine:
    back = direction == "returned"
    return StatementLine(
        reference=_reference(row["number"]) + ("R" if back else ""),
        key=row["key"],
        fen=row["fen"],
        direction="returned" if back else "out",
        booked=day,
        counterparty=row["payee"],
        account=row["account"],
        text="退汇：账号户名不符" if back else row["remittance"],
    )
