"""Whether each batch is what its journal tells: its content, its people, its status, and the state of its attempts.

An attempt set from unknown to rejected behind our back could be paid once more, and one set back to planned sent once
more: so the last thing that the chained journal says of each attempt must be the state it is in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, RowMapping, select

from models import AttemptStatus, BatchStatus, attempt, batch, batch_approval, journal_event
from shixian.casework.money.batch_content import content_of, frozen_lines
from shixian.casework.money.batch_record import BatchRecord, record_of
from shixian.casework.money.verify_columns import batch_column_problems

_STEPS = {  # what each status of a batch must have in its journal
    BatchStatus.PROPOSED: ("proposed",),
    BatchStatus.APPROVED: ("proposed", "approved"),
    BatchStatus.RELEASED: ("proposed", "approved", "released"),
    BatchStatus.DONE: ("proposed", "approved", "released", "batch_done"),
    BatchStatus.CANCELLED: ("proposed", "cancelled"),
}
_LEADS_TO = {  # what the status of a batch may be once its journal has this
    "released": (BatchStatus.RELEASED, BatchStatus.DONE),
    "cancelled": (BatchStatus.CANCELLED,),
    "batch_done": (BatchStatus.DONE,),
}


def batch_problems(connection: Connection) -> Iterator[str]:
    """Batches, approvals and attempts that are not what was recorded of them."""
    rows = connection.execute(select(batch).order_by(batch.c.id)).mappings().all()
    replaces = _replaces(connection, {row["ref"]: row["id"] for row in rows})
    for row in rows:
        record = record_of(connection, row["ref"])
        yield from _content_and_people(connection, row)
        yield from _steps(row, record)
        yield from _states(connection, row, record)
        yield from batch_column_problems(connection, row, record, replaces.get(row["ref"]))


def _replaces(connection: Connection, ids: Mapping[str, int]) -> dict[str, int | None]:
    """The batch that each edited batch came from, as the journal of the earlier one says."""
    columns = journal_event.c
    query = select(columns.journal, columns.data).where(columns.kind == "cancelled", columns.journal.like("batch:%"))
    cancelled = ((name, json.loads(text)) for name, text in connection.execute(query))
    return {
        data["replaced_by"]: ids.get(name.removeprefix("batch:")) for name, data in cancelled if data.get("replaced_by")
    }


def _content_and_people(connection: Connection, row: RowMapping) -> Iterator[str]:
    """It hashes to what was approved, by enough people, all of them different."""
    where = f"批次 {row['ref']}"
    totals = content_of(row, frozen_lines(connection, row["id"]))
    have = tuple(row[name] for name in ("count", "fen", "accounts", "content"))
    if have != (totals.count, totals.fen, totals.accounts, totals.content):
        yield f"{where}的控制总数或内容哈希与各笔不符"
    approvals = connection.execute(
        select(batch_approval.c.person, batch_approval.c.content).where(batch_approval.c.batch_id == row["id"])
    ).all()
    people = [person for person, _ in approvals]
    yield from (f"{where}由 {one} 复核的是别的内容" for one, content in approvals if content != row["content"])
    did = [row["maker"], *people, *([row["releaser"]] if row["releaser"] else [])]
    did += [row["editor"]] if row["editor"] != row["maker"] else []
    if len(set(did)) != len(did):
        yield f"{where}的编制、修改、复核、放行有同一人"
    if row["releaser"] and len(people) < row["approvals"]:
        yield f"{where}须 {row['approvals']} 人复核，只有 {len(people)} 人而已放行"


def _steps(row: RowMapping, record: BatchRecord) -> Iterator[str]:
    """Its status follows from the steps, and they were these people's."""
    where, status = f"批次 {row['ref']}", BatchStatus(row["status"])
    for kind in _STEPS[status]:
        if not record.of(kind):
            yield f"{where}（{status.value}）的日志没有 {kind}"
    for kind, statuses in _LEADS_TO.items():
        if record.of(kind) and status not in statuses:
            yield f"{where}的日志有 {kind}，批次却为 {status.value}"
    proposed = record.first("proposed")
    releasers = [step.person for step in record.of("released")]
    said = [proposed.get("maker"), proposed.get("editor"), *(releasers or (None,))]
    if [row["maker"], row["editor"], row["releaser"]] != said:
        yield f"{where}的编制、修改、放行人与日志不符"
    if row["approvals"] != proposed.get("approvals"):
        yield f"{where}须复核的人数与日志不符"


def _states(connection: Connection, row: RowMapping, record: BatchRecord) -> Iterator[str]:
    """As many attempts as were planned, each in the state that was last told of it."""
    where = f"批次 {row['ref']}"
    number = untold = 0
    tried = select(attempt.c.key, attempt.c.status).where(attempt.c.batch_id == row["id"])
    for key, status in connection.execute(tried):
        number += 1
        known = record.attempts[key].status if key in record.attempts else None
        if known is None and status is AttemptStatus.UNKNOWN:
            untold += 1
        elif (known or "planned") != status.value:
            yield f"{where}的支付 {key} 为 {status.value}，日志末次记为 {known or 'planned'}"
    planned = record.of("attempts_planned")
    if number != sum(step.data["count"] for step in planned):
        yield f"{where}有支付 {number} 笔，日志记有 {sum(step.data['count'] for step in planned)} 笔"
    if untold > sum(step.data["unknown"] for step in planned):
        yield f"{where}有 {untold} 笔支付结果不明，日志没有记载"
