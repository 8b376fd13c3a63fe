"""Whether every column of batches, approvals, attempts and accounts is what the journals say, entry after entry.

`verify_money` and `verify_attempts` look at what adds up; here each remaining column is told again from the chained
journals, or computed again from what they fix. What no journal tells is named in `UNTOLD`, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from models import (
    Account,
    AttemptStatus,
    attempt,
    batch_approval,
    batch_line,
    case_file,
    ledger_entry,
    obligation,
    payee_account,
)
from shixian.casework.money import restored
from shixian.casework.money.attempts import content_of_attempt
from shixian.casework.money.batch_record import AttemptRecord, BatchRecord
from shixian.casework.money.payment_keys import attempt_key, lineage
from shixian.casework.money.settling import OPEN

UNTOLD = {
    "batch": {"id": "行号；各笔、支付以它归属批次，改动即数目不符"},
    "batch_line": {"id": "行号，无人引用"},
    "batch_refusal": {
        "*": "未列入、被暂缓的理由是给人看的说明，日志只记笔数和支付编号；每一步都重新核对，不据此付款",
    },
    "batch_approval": {"id": "行号，无人引用"},
    "attempt": {
        "id": "行号，无人引用；次序决定支付编号，改动次序即编号不符",
        "inquiries": "查询次数，只用于提示；每次查询的答复在日志中",
    },
    "payee_account": {"id": "行号；批次各笔以它引用，改动即与内容哈希不符"},
}


def batch_column_problems(
    connection: Connection, row: RowMapping, record: BatchRecord, replaces: int | None
) -> Iterator[str]:
    """Every column of a batch, its approvals and its attempts that says something else than the batch's journal.

    `replaces`: the batch it came from, by what the journals say.
    """
    yield from _batch(row, record, replaces)
    yield from _approvals(connection, row, record)
    yield from _attempts(connection, row, record)


def _batch(row: RowMapping, record: BatchRecord, replaces: int | None) -> Iterator[str]:
    data = record.first("proposed")
    if not data:
        return  # told already
    names = ("lifecycle", "programme", "year", "count", "fen", "accounts", "content")
    expected: dict[str, Any] = {name: data[name] for name in names}
    moments = {"proposed_at": "proposed", "released_at": "released", "settled_at": "batch_done"}
    expected |= {name: record.last_at(kind) for name, kind in moments.items()}
    expected |= {"replaces": replaces, "as_of": date.fromisoformat(data["as_of"])}
    yield from (f"批次 {row['ref']} 的 {name} 与日志不符" for name, value in expected.items() if row[name] != value)


def _approvals(connection: Connection, row: RowMapping, record: BatchRecord) -> Iterator[str]:
    columns = batch_approval.c
    own = select(columns.number, columns.person, columns.content, columns.recorded_at)
    have = connection.execute(own.where(columns.batch_id == row["id"]).order_by(columns.number)).all()
    told = [(one.data["number"], one.person, one.data["content"], one.recorded_at) for one in record.of("approved")]
    if [tuple(one) for one in have] != told:
        yield f"批次 {row['ref']} 的复核人与日志不符（次序、复核人、内容、时刻）"


def _attempts(connection: Connection, row: RowMapping, record: BatchRecord) -> Iterator[str]:
    planned = next(iter(record.of("attempts_planned")), None)
    born_unknown = planned is not None and planned.data["unknown"] > 0
    posted = {
        posting: day
        for posting, day in connection.execute(
            select(ledger_entry.c.posting, ledger_entry.c.legal_day)
            .join(attempt, ledger_entry.c.posting == "paid:" + attempt.c.key)
            .where(attempt.c.batch_id == row["id"], ledger_entry.c.account == Account.PAID)
        )
    }
    for one in connection.execute(_WHOLE.where(attempt.c.batch_id == row["id"]).order_by(attempt.c.id)).mappings():
        told = record.attempts.get(one["key"], AttemptRecord())
        starts = {told.intended_at}
        reasons = {told.reason or ""}
        if born_unknown and planned is not None and (told.reason is None or one["intended_at"] != told.intended_at):
            starts.add(planned.recorded_at)  # which of them were born unknown the journal does not say
            reasons |= {restored.REASON} if told.reason is None else set()
        checks: dict[str, bool] = {
            "reference": one["reference"] == told.reference,
            "reason": one["reason"] in reasons,
            "intended_at": one["intended_at"] in starts,
            "settled_at": one["settled_at"] == told.settled_at,
            "parked": one["parked"] == told.parked,
            "paid_on": one["paid_on"] == posted.get(f"paid:{one['key']}"),
            "content": one["content"] == content_of_attempt(one),
            "alive": one["alive"] == (one["status"] in _ALIVE),
            "line": one["line_alive"] == (one["alive"] and not told.after_all),
        }
        yield from (
            f"批次 {row['ref']} 的支付 {one['key']} 的 {name} 与日志不符" for name, ok in checks.items() if not ok
        )


_WHOLE = (
    select(attempt, payee_account.c.holder, payee_account.c.number, payee_account.c.bank, case_file.c.ref)
    .add_columns(obligation.c.clause, batch_line.c.alive.label("line_alive"))
    .join(payee_account, payee_account.c.id == attempt.c.account_id)
    .join(obligation, obligation.c.id == attempt.c.obligation_id)
    .join(case_file, case_file.c.id == obligation.c.case_id)
    .outerjoin(
        batch_line,
        (batch_line.c.batch_id == attempt.c.batch_id) & (batch_line.c.obligation_id == attempt.c.obligation_id),
    )
)
_ALIVE = (*OPEN, AttemptStatus.PAID)


def key_problems(connection: Connection) -> Iterator[str]:
    """A key is what it was derived from: the obligation, and how many attempts it had before."""
    own, before = lineage(connection), dict[int, int]()
    columns = (attempt.c.key, attempt.c.obligation_id, case_file.c.ref)
    query = (
        select(*columns, obligation.c.decision, obligation.c.payee, obligation.c.sequence)
        .join(obligation, obligation.c.id == attempt.c.obligation_id)
        .join(case_file, case_file.c.id == obligation.c.case_id)
        .order_by(attempt.c.id)
    )
    for key, number, ref, decided, payee, sequence in connection.execute(query):
        before[number] = before.get(number, 0) + 1
        if key != attempt_key(own, ref, decided, payee, sequence, before[number]):
            yield f"支付 {key} 的编号不是由其义务（{ref} 第{sequence}期）得出的"
