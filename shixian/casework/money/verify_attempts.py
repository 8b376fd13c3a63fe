"""Whether attempts, statement lines and appropriations agree with the lines, postings and journals that made them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, func, or_, select

from models import Account, appropriation, attempt, batch, batch_line, journal_event, ledger_entry, statement_line


def attempt_problems(connection: Connection) -> Iterator[str]:
    """Rows that say something else than what they came from."""
    yield from _against_lines(connection)
    yield from _years(connection)
    yield from _statements(connection)
    yield from _grants(connection)


def _against_lines(connection: Connection) -> Iterator[str]:
    """An attempt goes to the account that was approved."""
    columns = batch_line.c
    same = (columns.batch_id == attempt.c.batch_id) & (columns.obligation_id == attempt.c.obligation_id)
    query = select(attempt.c.key).outerjoin(batch_line, same)
    differs = or_(columns.id.is_(None), columns.account_id != attempt.c.account_id, columns.fen != attempt.c.fen)
    for key in connection.scalars(query.where(differs).order_by(attempt.c.id)):
        yield f"支付 {key} 的账户或金额与批次中复核的不同"


def _years(connection: Connection) -> Iterator[str]:
    """Paid and returned stand in the batch's programme and year; nothing is reserved below zero in any year."""
    columns = ledger_entry.c
    for account, prefix in ((Account.PAID, "paid:"), (Account.RETURNED, "returned:")):
        posted = (columns.account == account) & (columns.posting == prefix + attempt.c.key)
        query = select(attempt.c.key).join(ledger_entry, posted).join(batch, batch.c.id == attempt.c.batch_id)
        elsewhere = or_(columns.programme != batch.c.programme, columns.year != batch.c.year)
        for key in connection.scalars(query.where(elsewhere).order_by(attempt.c.id)):
            yield f"支付 {key} 的记账不在批次的专项和年度"
    standing = func.sum(columns.debit) - func.sum(columns.credit)
    below = select(columns.obligation_id, columns.year, standing).where(columns.account == Account.RESERVED)
    grouped = below.group_by(columns.obligation_id, columns.programme, columns.year).having(standing < 0)
    for number, year, fen in connection.execute(grouped.order_by(columns.obligation_id)):
        yield f"义务 {number} 在 {year} 年度的预留为 {fen} 分"


def _statements(connection: Connection) -> Iterator[str]:
    """As many lines of each source and finding as its journal took in and looked at again."""
    columns, lines = journal_event.c, statement_line.c
    taken: Counter[str] = Counter()
    entries = select(columns.journal, columns.kind, columns.data).where(columns.journal.like("statement:%"))
    for name, kind, text in connection.execute(entries):
        if kind == "lines_taken":
            data = json.loads(text)
            taken[name.removeprefix("statement:")] += sum(data["findings"].values())
            changed = sum(one["finding"] == "changed" for one in data["lines"])
            taken[name.removeprefix("statement:")] += changed
    counted = select(lines.source, func.count()).group_by(lines.source)
    have = {source: int(number) for source, number in connection.execute(counted)}
    for source in sorted(have.keys() | taken.keys()):
        if have.get(source, 0) != taken[source]:
            yield f"对账来源 {source} 有流水 {have.get(source, 0)} 行，日志记有 {taken[source]} 行"


def _grants(connection: Connection) -> Iterator[str]:
    """What a line was granted, and what was carried into it, stands in its journal."""
    columns, own = journal_event.c, appropriation.c
    query = select(columns.data).where(columns.kind.in_(("granted", "carried_in")))
    for programme, year, fen in connection.execute(select(own.programme, own.year, own.fen).order_by(own.id)).all():
        texts = connection.scalars(query.where(columns.journal == f"appropriation:{programme}:{year}"))
        noted = sum(json.loads(text)["fen"] for text in texts)
        if noted != fen:
            yield f"拨款 {programme} {year} 记为 {fen} 分，日志为 {noted} 分"
