"""Whether attempts, batches and statement lines are what their journals say: states are told again, entry by entry.

An attempt set from unknown to rejected behind our back could be paid once more, and one set back to planned sent once
more: so the last thing that the chained journal says of each attempt must be the state it is in.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, func, or_, select

from models import (
    Account,
    AttemptStatus,
    BatchStatus,
    appropriation,
    attempt,
    batch,
    batch_approval,
    batch_line,
    journal_event,
    ledger_entry,
    statement_line,
)

_AFTER = {  # what an entry of this kind leaves its attempts in; one that is not here says it of each, or nothing
    "attempts_intended": "intended",
    "attempts_sent_again": "intended",
    "attempts_not_sent": "planned",
    "restored": "unknown",
    **{f"attempts_{status}": status for status in ("paid", "rejected", "sent", "unknown", "stopped")},
}


@dataclass(slots=True)
class Told:
    """What the journal of a batch says, entry after entry."""

    kinds: Counter[str] = field(default_factory=Counter)
    people: dict[str, list[str]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    proposed: Mapping[str, Any] = field(default_factory=dict)
    planned: int = 0
    born_unknown: int = 0


def told(connection: Connection, ref: str) -> Told:
    """The journal of a batch, told again."""
    found = Told()
    columns = journal_event.c
    own = select(columns.kind, columns.person, columns.data).where(columns.journal == f"batch:{ref}")
    for kind, person, text in connection.execute(own.order_by(columns.seq)):
        data = json.loads(text)
        found.kinds[kind] += 1
        found.people.setdefault(kind, []).append(person)
        if kind == "proposed":
            found.proposed = data
        elif kind == "attempts_planned":
            found.planned += data["count"]
            found.born_unknown += data["unknown"]
        elif kind == "attempt_returned":
            found.states[data["key"]] = "returned"
        for key in data.get("keys", data.get("unknown", ()) if kind == "restored" else ()):
            found.states[key] = _AFTER[kind]
        for one in data.get("attempts", ()):
            state = one.get("status") or _AFTER.get(kind)
            if state is not None:
                found.states[one["key"]] = state
    return found


def attempt_problems(connection: Connection) -> Iterator[str]:
    """Batches and attempts that are not what was recorded of them."""
    for row in connection.execute(select(batch).order_by(batch.c.id)).mappings().all():
        yield from _batch(connection, row, told(connection, row["ref"]))
    yield from _against_lines(connection)
    yield from _years(connection)
    yield from _statements(connection)
    yield from _grants(connection)


def _batch(connection: Connection, row: RowMapping, said: Told) -> Iterator[str]:
    where = f"批次 {row['ref']}"
    for kind, statuses in (
        ("released", (BatchStatus.RELEASED, BatchStatus.DONE)),
        ("cancelled", (BatchStatus.CANCELLED,)),
        ("batch_done", (BatchStatus.DONE,)),
    ):
        if said.kinds[kind] and row["status"] not in statuses:
            yield f"{where}的日志有 {kind}，批次却为 {row['status'].value}"
    own = select(batch_approval.c.person).where(batch_approval.c.batch_id == row["id"])
    people = list(connection.scalars(own.order_by(batch_approval.c.number)))
    if people != said.people.get("approved", []):
        yield f"{where}的复核人与日志不符"
    made = (said.proposed.get("maker"), said.proposed.get("editor"))
    released = said.people.get("released", [None])
    if (row["maker"], row["editor"], row["releaser"]) != (*made, *released):
        yield f"{where}的编制、修改、放行人与日志不符"
    if row["approvals"] != said.proposed.get("approvals"):
        yield f"{where}须复核的人数与日志不符"
    columns = attempt.c
    number = untold = 0
    for key, status in connection.execute(select(columns.key, columns.status).where(columns.batch_id == row["id"])):
        number += 1
        known = said.states.get(key)
        if known is None and status is AttemptStatus.UNKNOWN:
            untold += 1
        elif (known or "planned") != status.value:
            yield f"{where}的支付 {key} 为 {status.value}，日志末次记为 {known or 'planned'}"
    if number != said.planned:
        yield f"{where}有支付 {number} 笔，日志记有 {said.planned} 笔"
    if untold > said.born_unknown:
        yield f"{where}有 {untold} 笔支付结果不明，日志没有记载"


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
