"""Reading money: what a case is owed and owes with every payment, what is outstanding, the ledger by line and by day.

Directions are never netted: what is to be paid and what is to come back stand side by side. Accounts are masked. A past
day shows what the ledger knew by its legal days then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Select, case, func, select

from models import (
    Account,
    AttemptStatus,
    Direction,
    attempt,
    batch,
    batch_line,
    batch_refusal,
    case_file,
    decision,
    ledger_entry,
    obligation,
    payee_account,
    receipt,
)
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.money.batch_making import waiting_rows
from shixian.casework.money.payable import check_all, reserved_years
from shixian.casework.money.payable_known import grouped
from shixian.casework.money.payees import mask
from shixian.rules.errors import NotFound
from shixian.rules.state import Refusal

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ObligationView:
    """One obligation with all that became of it. `settled`: paid less returned, or received; in fen."""

    row: Row
    settled: int
    reserved: Mapping[int, int]
    batches: tuple[Row, ...] = ()
    attempts: tuple[Row, ...] = ()
    receipts: tuple[Row, ...] = ()
    refusals: tuple[Row, ...] = ()
    replaced_by: int | None = None

    @property
    def outstanding(self) -> int:
        return 0 if self.replaced_by is not None else int(self.row["fen"]) - self.settled


@dataclass(frozen=True, slots=True)
class CaseMoney:
    """All obligations of a case, in the order in which they came about."""

    ref: str
    obligations: tuple[ObligationView, ...]

    def outstanding(self, direction: Direction) -> int:
        """What is still to be paid (付), or still to come back (追), in fen."""
        return sum(one.outstanding for one in self.obligations if one.row["direction"] == direction)


def case_money(engine: Engine, ref: str, *, day: date | None = None) -> CaseMoney:
    """The money of one case, as of the end of a legal day or now. NotFound when there is no such case."""
    with reading(engine) as connection:
        number = connection.scalar(select(case_file.c.id).where(case_file.c.ref == ref))
        if number is None:
            raise NotFound(f"没有 {ref} 这一案件", remedy="核对案号")
        owed = select(obligation, decision.c.title, decision.c.legal_day.label("decided_on")).join(
            decision, decision.c.id == obligation.c.decision_id
        )
        owed = owed.where(obligation.c.case_id == number).order_by(obligation.c.id)
        if day is not None:
            owed = owed.where(decision.c.legal_day <= day)
        return CaseMoney(ref, tuple(_whole(connection, connection.execute(owed).mappings().all(), day)))


def _whole(connection: Connection, rows: Iterable[Any], day: date | None) -> Iterable[ObligationView]:
    rows = list(rows)
    ids = [row["id"] for row in rows]
    settled = settled_sums(connection, ids, day)
    years = reserved_years(connection, ids)
    batches, attempts, receipts, refusals = (
        _by_obligation(connection, query, ids) for query in (_BATCHES, _ATTEMPTS, _RECEIPTS, _REFUSALS)
    )
    later = select(obligation.c.replaces, obligation.c.id).where(obligation.c.replaces.in_(ids))
    replaced = {old: new for old, new in connection.execute(later)}
    for row in rows:
        own = row["id"]
        yield ObligationView(
            row=dict(row),
            settled=settled.get(own, 0),
            reserved=years.get(own, {}),
            batches=batches.get(own, ()),
            attempts=tuple(_masked(one) for one in attempts.get(own, ())),
            receipts=tuple(one for one in receipts.get(own, ()) if day is None or one["received"] <= day),
            refusals=refusals.get(own, ()),
            replaced_by=replaced.get(own),
        )


def settled_sums(connection: Connection, ids: Iterable[int], day: date | None = None) -> dict[int, int]:
    """Paid less returned, or received, in fen, by obligation: from the ledger, never from counting attempts."""
    columns = ledger_entry.c
    standing = columns.debit - columns.credit  # of PAID a debit, of RETURNED and RECOVERED a credit
    settled = case(
        (columns.account.in_((Account.PAID, Account.RETURNED)), standing),
        (columns.account == Account.RECOVERED, -standing),
        else_=0,
    )
    found: dict[int, int] = {}
    for group in grouped(ids):
        query = select(columns.obligation_id, func.sum(settled)).where(columns.obligation_id.in_(group))
        if day is not None:
            query = query.where(columns.legal_day <= day)
        found |= {number: int(fen) for number, fen in connection.execute(query.group_by(columns.obligation_id))}
    return found


def _by_obligation(connection: Connection, query: Select[Any], ids: list[int]) -> dict[int, tuple[Row, ...]]:
    found: dict[int, list[Row]] = {}
    column = query.selected_columns["obligation_id"]
    for group in grouped(ids):
        for row in connection.execute(query.where(column.in_(group))).mappings():
            found.setdefault(row["obligation_id"], []).append(dict(row))
    return {number: tuple(rows) for number, rows in found.items()}


def _masked(row: Row) -> Row:
    return {**{name: value for name, value in row.items() if name != "number"}, "account": mask(row["number"])}


_BATCHES = (
    select(
        batch_line.c.obligation_id, batch_line.c.number, batch_line.c.alive, batch.c.ref, batch.c.status, batch.c.year
    )
    .join(batch, batch.c.id == batch_line.c.batch_id)
    .order_by(batch_line.c.id)
)
_ATTEMPTS = (
    select(
        attempt.c.obligation_id,
        attempt.c.key,
        attempt.c.fen,
        attempt.c.status,
        attempt.c.reference,
        attempt.c.reason,
        attempt.c.paid_on,
        attempt.c.settled_at,
        attempt.c.parked,
        batch.c.ref.label("batch"),
        payee_account.c.holder,
        payee_account.c.number,
        payee_account.c.bank_name,
    )
    .join(batch, batch.c.id == attempt.c.batch_id)
    .join(payee_account, payee_account.c.id == attempt.c.account_id)
    .order_by(attempt.c.id)
)
_RECEIPTS = select(receipt).order_by(receipt.c.obligation_id, receipt.c.before)
_REFUSALS = (
    select(
        batch_refusal.c.obligation_id,
        batch_refusal.c["at"],
        batch_refusal.c.code,
        batch_refusal.c.because,
        batch_refusal.c.clause,
        batch_refusal.c.remedy,
        batch.c.ref.label("batch"),
    )
    .join(batch, batch.c.id == batch_refusal.c.batch_id)
    .order_by(batch_refusal.c.id)
)


# -- what is outstanding -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Of one direction: how many obligations are not settled, what all came to, what is settled, what is left."""

    count: int = 0
    fen: int = 0
    settled: int = 0

    @property
    def outstanding(self) -> int:
        return self.fen - self.settled


def outstanding(
    engine: Engine,
    *,
    day: date | None = None,
    lifecycle: str | None = None,
    programme: str | None = None,
    books: LawBooks | None = None,
) -> dict[Direction, Outstanding]:
    """Per direction, never netted: as of the end of a legal day or now; of a lifecycle or a programme, or of all."""
    query = (
        select(obligation.c.id, obligation.c.direction, obligation.c.fen)
        .join(decision, decision.c.id == obligation.c.decision_id)
        .join(case_file, case_file.c.id == obligation.c.case_id)
        .where(obligation.c.id.not_in(select(obligation.c.replaces).where(obligation.c.replaces.is_not(None))))
    )
    if day is not None:
        query = query.where(decision.c.legal_day <= day)
    keys = _lifecycles(lifecycle, programme, books)
    if keys is not None:
        query = query.where(case_file.c.lifecycle.in_(keys))
    totals = dict.fromkeys(Direction, Outstanding())
    with reading(engine) as connection:
        for group in grouped(connection.execute(query.order_by(obligation.c.id)).all()):
            settled = settled_sums(connection, [row.id for row in group], day)
            for number, direction, fen in group:
                was, paid = totals[Direction(direction)], settled.get(number, 0)
                totals[Direction(direction)] = Outstanding(was.count + (paid < fen), was.fen + fen, was.settled + paid)
    return totals


def _lifecycles(lifecycle: str | None, programme: str | None, books: LawBooks | None) -> list[str] | None:
    if lifecycle is not None:
        return [lifecycle]
    if programme is None:
        return None
    return [key for key, one in (books or default_books()).lifecycles.items() if one.regulation.key == programme]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An obligation to pay that stands in no batch, and why it could not be paid; None: it could."""

    row: Row
    refusal: Refusal | None = field(default=None)


def waiting(engine: Engine, key: str, as_of: date, *, books: LawBooks | None = None) -> list[Waiting]:
    """What a batch proposed as of the day would look at, without making one; the appropriation is not asked."""
    with reading(engine) as connection:
        rows = waiting_rows(connection, key)
        found = check_all(connection, rows, as_of=as_of, books=books)
        return [Waiting(dict(row), found[row["id"]]) for row in rows]


# -- lists of payments, and the ledger ---------------------------------------------------------------------------------


def payments(
    engine: Engine,
    *,
    status: AttemptStatus | None = None,
    batch_ref: str | None = None,
    parked: bool | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[Row]:
    """Attempts with their case and clause, the newest first."""
    more = (case_file.c.ref.label("case_ref"), obligation.c.clause, obligation.c.payee, batch.c.programme, batch.c.year)
    query = _ATTEMPTS.add_columns(*more).join(obligation, obligation.c.id == attempt.c.obligation_id)
    query = query.join(case_file, case_file.c.id == obligation.c.case_id).order_by(None).order_by(attempt.c.id.desc())
    if status is not None:
        query = query.where(attempt.c.status == status)
    if batch_ref is not None:
        query = query.where(batch.c.ref == batch_ref)
    if parked is not None:
        query = query.where(attempt.c.parked == parked)
    with reading(engine) as connection:
        return [_masked(dict(row)) for row in connection.execute(query.limit(limit).offset(offset)).mappings()]


def ledger_lines(
    engine: Engine,
    *,
    programme: str | None = None,
    year: int | None = None,
    first: date | None = None,
    last: date | None = None,
    limit: int = 500,
    offset: int = 0,
) -> list[Row]:
    """Ledger entries with the case they concern, in the order of recording."""
    joined = (
        select(ledger_entry, case_file.c.ref.label("case_ref"))
        .outerjoin(obligation, obligation.c.id == ledger_entry.c.obligation_id)
        .outerjoin(case_file, case_file.c.id == obligation.c.case_id)
    )
    query = _between(joined, programme, year, first, last).order_by(ledger_entry.c.id).limit(limit).offset(offset)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def ledger_days(
    engine: Engine,
    *,
    programme: str | None = None,
    year: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> dict[tuple[str, int, date], dict[Account, int]]:
    """What each legal day moved: debits less credits by programme, budget year and day, then by account."""
    columns = ledger_entry.c
    keys = (columns.programme, columns.year, columns.legal_day, columns.account)
    query = _between(select(*keys, func.sum(columns.debit) - func.sum(columns.credit)), programme, year, first, last)
    found: dict[tuple[str, int, date], dict[Account, int]] = {}
    with reading(engine) as connection:
        for key, budget_year, day, account, fen in connection.execute(query.group_by(*keys).order_by(*keys)):
            found.setdefault((key, budget_year, day), {})[Account(account)] = int(fen)
    return found


def _between(
    query: Select[Any], programme: str | None, year: int | None, first: date | None, last: date | None
) -> Select[Any]:
    columns = ledger_entry.c
    if programme is not None:
        query = query.where(columns.programme == programme)
    if year is not None:
        query = query.where(columns.year == year)
    if first is not None:
        query = query.where(columns.legal_day >= first)
    return query if last is None else query.where(columns.legal_day <= last)
