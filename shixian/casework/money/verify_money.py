"""Whether the money agrees with itself: obligations, attempts, batches, appropriations, receipts, ledger and journals.

Each check reads rows that others rely on and compares them with what they must follow from. Only what differs is kept
in memory. Called by `verify`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, case, exists, func, or_, select

from models import (
    Account,
    AttemptStatus,
    BatchStatus,
    appropriation,
    attempt,
    batch,
    batch_line,
    journal_event,
    ledger_entry,
    obligation,
    receipt,
)
from shixian.casework.money.verify_accounts import account_problems
from shixian.casework.money.verify_attempts import attempt_problems
from shixian.casework.money.verify_batches import batch_problems
from shixian.casework.money.verify_columns import key_problems

COUNTED = {"batches": "批次", "attempts": "支付", "receipts": "追回到账", "journals": "日志"}


def money_problems(connection: Connection, counts: Counter[str]) -> Iterator[str]:
    """Every disagreement, in words; how many of everything were looked at goes into `counts`."""
    for name, table in (("batches", batch), ("attempts", attempt), ("receipts", receipt), ("journals", journal_event)):
        number = connection.scalar(select(func.count()).select_from(table)) or 0
        if number:
            counts[name] = number
    yield from _overpaid(connection)
    yield from _ledger_of_attempts(connection)
    yield from _receipts(connection)
    yield from batch_problems(connection)
    yield from attempt_problems(connection)
    yield from key_problems(connection)
    yield from _lines(connection)
    yield from _committed(connection)
    yield from _granted(connection)
    yield from account_problems(connection)


def _overpaid(connection: Connection) -> Iterator[str]:
    """Paid less returned is never more than the obligation, nor less than nothing; likewise what is reserved."""
    columns = ledger_entry.c
    standing = columns.debit - columns.credit

    def total(*accounts: Account) -> Any:
        return func.sum(case((columns.account.in_(accounts), standing), else_=0))

    paid, reserved = total(Account.PAID, Account.RETURNED), total(Account.RESERVED)
    recovered = total(Account.RECOVERED)
    query = (
        select(obligation.c.id, obligation.c.fen, obligation.c.direction, paid, reserved, recovered)
        .join(ledger_entry, columns.obligation_id == obligation.c.id)
        .group_by(obligation.c.id, obligation.c.fen, obligation.c.direction)
        .having(
            or_(
                paid < 0,
                paid + reserved != case((obligation.c.direction == "付", obligation.c.fen), else_=0),
                paid > obligation.c.fen,
                reserved < 0,
                -recovered > obligation.c.fen,
            )
        )
        .order_by(obligation.c.id)
    )
    for number, fen, direction, net, kept, back in connection.execute(query):
        yield f"义务 {number}（{direction} {fen} 分）：账上已付净额 {net} 分，预留 {kept} 分，追回 {-back} 分，不相符"


def _ledger_of_attempts(connection: Connection) -> Iterator[str]:
    """Every paid or returned attempt has its posting of its sum; every such posting has its attempt."""
    columns = ledger_entry.c
    for account, prefix, statuses in (
        (Account.PAID, "paid:", (AttemptStatus.PAID, AttemptStatus.RETURNED)),
        (Account.RETURNED, "returned:", (AttemptStatus.RETURNED,)),
    ):
        posted = (columns.account == account) & (columns.posting == prefix + attempt.c.key)
        amount = columns.debit + columns.credit
        missing = (
            select(attempt.c.key, attempt.c.fen, amount)
            .outerjoin(ledger_entry, posted)
            .where(attempt.c.status.in_(statuses), attempt.c.fen.is_distinct_from(amount))
        )
        for key, fen, have in connection.execute(missing.order_by(attempt.c.id)):
            yield f"支付 {key} 应记账 {fen} 分（{account.value}），账上为 {have}"
        key_of = func.substr(columns.posting, len(prefix) + 1)
        own = columns.posting.like(f"{prefix}%") & exists().where(
            attempt.c.key == key_of, attempt.c.status.in_(statuses)
        )
        orphans = select(columns.posting).where(columns.account == account, ~own).order_by(columns.id)
        for posting in connection.scalars(orphans):
            yield f"记账 {posting} 没有相应的支付"
    sums = select(attempt.c.key).join(obligation, obligation.c.id == attempt.c.obligation_id)
    for key in connection.scalars(sums.where(attempt.c.fen != obligation.c.fen)):
        yield f"支付 {key} 的金额与义务不同"


def _receipts(connection: Connection) -> Iterator[str]:
    """Receipts follow one another without a gap, stand against a 追, and are in the ledger."""
    columns = ledger_entry.c
    posted = (
        (columns.account == Account.RECOVERED)
        & (columns.obligation_id == receipt.c.obligation_id)
        & columns.posting.like("recovered:%")
    )
    ledger = select(func.coalesce(func.sum(columns.credit), 0)).where(posted).correlate(receipt).scalar_subquery()
    stray = select(columns.posting).where(
        columns.account == Account.RECOVERED, ~exists().where(receipt.c.obligation_id == columns.obligation_id)
    )
    yield from (f"记账 {posting} 没有相应的到账登记" for posting in connection.scalars(stray.order_by(columns.id)))
    total = func.sum(receipt.c.fen)
    last = func.max(receipt.c.before + receipt.c.fen)
    query = (
        select(receipt.c.obligation_id, total, last, ledger, obligation.c.fen, obligation.c.direction)
        .join(obligation, obligation.c.id == receipt.c.obligation_id)
        .group_by(receipt.c.obligation_id, obligation.c.fen, obligation.c.direction)
    )
    for number, received, end, booked, fen, direction in connection.execute(query).all():
        own = journal_event.c.journal == f"recovery:{number}"
        told = [json.loads(data)["fen"] for data in connection.scalars(select(journal_event.c.data).where(own))]
        if sum(told) != received:
            yield f"义务 {number} 登记到账 {received} 分，日志为 {sum(told)} 分"
        if received != end or received > fen or booked != received or direction != "追":
            yield f"义务 {number}（{direction} {fen} 分）：登记到账 {received} 分，账上追回 {booked} 分，不相符"


def _lines(connection: Connection) -> Iterator[str]:
    """A live line is of the obligation's sum and payee; a cancelled batch has none; a released live line is tried."""
    columns = batch_line.c
    joined = select(batch.c.ref, columns.number).join(batch, batch.c.id == columns.batch_id)
    differs = joined.join(obligation, obligation.c.id == columns.obligation_id).where(
        or_(columns.fen != obligation.c.fen, columns.payee != obligation.c.payee)
    )
    yield from _named(connection, differs, "的金额或收款人与义务不同")
    yield from _named(
        connection, joined.where(columns.alive, batch.c.status == BatchStatus.CANCELLED), "已撤销而仍占用"
    )
    tried = exists().where(attempt.c.batch_id == columns.batch_id, attempt.c.obligation_id == columns.obligation_id)
    released = batch.c.status.in_((BatchStatus.RELEASED, BatchStatus.DONE))
    yield from _named(connection, joined.where(columns.alive, released, ~tried), "已放行而没有支付")
    alive = tried.where(attempt.c.alive)
    yield from _named(connection, joined.where(columns.alive, released, tried, ~alive), "的支付已终止而仍占用")


def _named(connection: Connection, query: Select[Any], what: str) -> Iterator[str]:
    for ref, number in connection.execute(query.order_by(batch.c.id, batch_line.c.number)):
        yield f"批次 {ref} 第{number}笔{what}"


def _committed(connection: Connection) -> Iterator[str]:
    """What a line has committed is what live lines of its batches hold, and what was paid although given up."""
    columns = batch_line.c
    paid = exists().where(
        attempt.c.batch_id == columns.batch_id,
        attempt.c.obligation_id == columns.obligation_id,
        attempt.c.status == AttemptStatus.PAID,
    )
    held = (
        select(batch.c.programme, batch.c.year, func.sum(columns.fen).label("fen"))
        .join(batch, batch.c.id == columns.batch_id)
        .where(or_(columns.alive, paid))
        .group_by(batch.c.programme, batch.c.year)
        .subquery()
    )
    own = appropriation.c
    same = and_(held.c.programme == own.programme, held.c.year == own.year)
    query = select(own.programme, own.year, own.committed, func.coalesce(held.c.fen, 0)).outerjoin(held, same)
    for programme, year, committed, fen in connection.execute(query.order_by(own.id)):
        if committed != fen:
            yield f"拨款 {programme} {year} 记为占用 {committed} 分，各批次占用 {fen} 分"
    known = exists().where(own.programme == batch.c.programme, own.year == batch.c.year)
    for ref in connection.scalars(select(batch.c.ref).where(~known).order_by(batch.c.id)):
        yield f"批次 {ref} 没有拨款"


def _granted(connection: Connection) -> Iterator[str]:
    """What a line says was granted is what the ledger says: grants and carried balances."""
    columns, own = ledger_entry.c, appropriation.c
    came = or_(columns.posting.like("grant:%"), columns.posting.like("carry:%:in"))
    booked = (
        select(func.coalesce(func.sum(columns.debit), 0))
        .where(columns.programme == own.programme, columns.year == own.year)
        .where(columns.account == Account.APPROPRIATION, came)
        .correlate(appropriation)
        .scalar_subquery()
    )
    for programme, year, fen, found in connection.execute(select(own.programme, own.year, own.fen, booked)):
        if fen != found:
            yield f"拨款 {programme} {year} 记为 {fen} 分，账上为 {found} 分"
