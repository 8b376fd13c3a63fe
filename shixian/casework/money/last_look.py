"""The last look before a payment leaves: what was released may have been objected to, barred, taken back or given
another account since, for a release can stop (the treasury is away) and go on days later.

Asked in the transaction that makes the intent durable, with the cases held, so that an objection filed at the same time
comes either before the look or after the intent. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, RowMapping, bindparam, select

from models import case_file, obligation
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money.payable import looked_at
from shixian.casework.money.payable_known import Row, grouped
from shixian.casework.money.payees import PayeeAccount
from shixian.rules.state import Refusal


def kept_back(
    connection: Connection, held: RowMapping, rows: Sequence[RowMapping], books: LawBooks | None, day: date
) -> dict[int, tuple[Row, Refusal]]:
    """Of attempts of a batch (obligation_id, account_id) those that may not be sent, by obligation, and why."""
    owed: list[RowMapping] = []
    for group in grouped(row["obligation_id"] for row in rows):
        owed.extend(connection.execute(_OWED, {"ids": group}).mappings())
    hold_cases(connection, [row["case_ref"] for row in owed])
    account_of = {row["obligation_id"]: row["account_id"] for row in rows}
    refused: dict[int, tuple[Row, Refusal]] = {}
    for row, refused_for, newest in looked_at(connection, owed, as_of=max(held["as_of"], day), books=books, today=day):
        refusal = refused_for or _another_account(row, account_of[row["id"]], newest)
        if refusal is not None:
            refused[row["id"]] = row, refusal
    return refused


_OWED = (  # built once: each turn of a release asks it
    select(obligation, case_file.c.ref.label("case_ref"))
    .join(case_file, case_file.c.id == obligation.c.case_id)
    .where(obligation.c.id.in_(bindparam("ids", expanding=True)))
)


def _another_account(row: Row, account_id: int, known: PayeeAccount | None) -> Refusal | None:
    if known is not None and known.id == account_id:
        return None
    because = f"放行后收款人“{row['payee']}”另录了账户，原账户不再使用"
    return Refusal("account_replaced", because, "收款账户须经二人录入、核实", "以新账户列入下一批次，重新复核")


def hold_cases(connection: Connection, refs: Sequence[str]) -> None:
    """Take the turn of every family concerned (PostgreSQL; on SQLite a writer has them all), in one order."""
    if connection.dialect.name != "postgresql":
        return
    for group in grouped(sorted({ref.partition("/")[0] for ref in refs})):
        held = select(case_file.c.id).where(case_file.c.ref.in_(group)).order_by(case_file.c.ref).with_for_update()
        connection.execute(held).all()
