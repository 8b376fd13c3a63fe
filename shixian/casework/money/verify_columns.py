"""Whether every column of batches, approvals, attempts and accounts is what the journals say, entry after entry.

`verify_money` and `verify_attempts` look at what adds up; here each remaining column is told again from the chained
journals, or computed again from what they fix. What no journal tells is named in `UNTOLD`, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from models import (
    Account,
    AttemptStatus,
    attempt,
    batch,
    batch_approval,
    batch_line,
    case_file,
    journal_event,
    ledger_entry,
    obligation,
    payee_account,
)
from shixian.casework.money import restored
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


@dataclass(slots=True)
class _Story:
    """What a batch's journal says of one attempt."""

    reference: str = ""
    reason: str | None = None
    intended_at: datetime | None = None
    settled_at: datetime | None = None
    parked: bool = False
    after_all: bool = False  # paid when its line had been given up


@dataclass(slots=True)
class _Journal:
    first: dict[str, RowMapping] = field(default_factory=dict)  # the first entry of each kind
    last: dict[str, RowMapping] = field(default_factory=dict)
    approvals: list[RowMapping] = field(default_factory=list)
    attempts: dict[str, _Story] = field(default_factory=dict)
    replaced_by: str = ""


_SETTLES = ("attempts_paid", "attempts_rejected", "attempts_stopped", "attempts_paid_after_all")
_PARKS = ("attempts_parked", "attempts_contradicted", "attempts_paid_after_all")


def _told(connection: Connection, ref: str) -> _Journal:
    found = _Journal()
    own = select(journal_event).where(journal_event.c.journal == f"batch:{ref}").order_by(journal_event.c.seq)
    for row in connection.execute(own).mappings():
        kind, at, data = row["kind"], row["recorded_at"], json.loads(row["data"])
        found.first.setdefault(kind, row)
        found.last[kind] = row
        if kind == "approved":
            found.approvals.append(row)
        elif kind == "cancelled":
            found.replaced_by = data.get("replaced_by", "")
        for key in data.get("keys", data.get("unknown", ()) if kind == restored.RESTORED else ()):
            story = found.attempts.setdefault(key, _Story())
            story.intended_at = story.intended_at or at
            if kind == restored.RESTORED:
                story.reason = restored.REASON
        entries = data.get("attempts", ()) if kind.startswith("attempts_") else ()
        for one in entries:
            _entry(found.attempts.setdefault(one["key"], _Story()), kind, one, at)
        if kind in ("attempt_returned", "attempt_resolved"):
            story = found.attempts.setdefault(data["key"], _Story())
            story.parked = False
            if kind == "attempt_returned":
                story.reason, story.settled_at = data["reason"], at
            elif data["outcome"] == "again":
                story.reason = ""
    return found


def _entry(story: _Story, kind: str, one: Mapping[str, Any], at: datetime) -> None:
    story.reference = one.get("reference", "")
    story.reason = one.get("reason", "")
    if kind in _SETTLES:
        story.settled_at, story.parked = at, False
        story.after_all = kind == "attempts_paid_after_all"
    if kind in _PARKS:
        story.parked = True


def column_problems(connection: Connection) -> Iterator[str]:
    """Every column that says something else than its journal."""
    rows = connection.execute(select(batch).order_by(batch.c.id)).mappings().all()
    journals = {row["ref"]: _told(connection, row["ref"]) for row in rows}
    came_from = {said.replaced_by: ref for ref, said in journals.items() if said.replaced_by}
    ids = {row["ref"]: row["id"] for row in rows}
    for row in rows:
        said = journals[row["ref"]]
        yield from _batch(row, said, ids.get(came_from.get(row["ref"], "")))
        yield from _approvals(connection, row, said)
        yield from _attempts(connection, row, said)
    yield from _keys(connection)
    yield from _accounts(connection)


def _batch(row: RowMapping, said: _Journal, replaces: int | None) -> Iterator[str]:
    if "proposed" not in said.first:
        return  # told already
    data = json.loads(said.first["proposed"]["data"])
    names = ("lifecycle", "programme", "year", "count", "fen", "accounts", "content", "approvals", "maker", "editor")
    expected: dict[str, Any] = {name: data[name] for name in names}
    moments = {"proposed_at": "proposed", "released_at": "released", "settled_at": "batch_done"}
    expected |= {name: said.last[kind]["recorded_at"] if kind in said.last else None for name, kind in moments.items()}
    expected["replaces"] = replaces
    for name, value in expected.items():
        if row[name] != value:
            yield f"批次 {row['ref']} 的 {name} 与日志不符"
    if row["as_of"].isoformat() != data["as_of"]:
        yield f"批次 {row['ref']} 的 as_of 与日志不符"


def _approvals(connection: Connection, row: RowMapping, said: _Journal) -> Iterator[str]:
    own = select(batch_approval).where(batch_approval.c.batch_id == row["id"]).order_by(batch_approval.c.number)
    have = [
        (one["number"], one["person"], one["content"], one["recorded_at"]) for one in connection.execute(own).mappings()
    ]
    told = []
    for one in said.approvals:
        data = json.loads(one["data"])
        told.append((data["number"], one["person"], data["content"], one["recorded_at"]))
    if have != told:
        yield f"批次 {row['ref']} 的复核（次序、复核人、内容、时刻）与日志不符"


def _attempts(connection: Connection, row: RowMapping, said: _Journal) -> Iterator[str]:
    planned = said.first.get("attempts_planned")
    born_unknown = planned is not None and json.loads(planned["data"])["unknown"] > 0
    posted = {
        posting: day
        for posting, day in connection.execute(
            select(ledger_entry.c.posting, ledger_entry.c.legal_day)
            .join(attempt, ledger_entry.c.posting == "paid:" + attempt.c.key)
            .where(attempt.c.batch_id == row["id"], ledger_entry.c.account == Account.PAID)
        )
    }
    for one in connection.execute(_WHOLE.where(attempt.c.batch_id == row["id"]).order_by(attempt.c.id)).mappings():
        story = said.attempts.get(one["key"], _Story())
        starts = {story.intended_at}
        reasons = {story.reason or ""}
        if born_unknown and planned is not None and (story.reason is None or one["intended_at"] != story.intended_at):
            starts.add(planned["recorded_at"])  # which of them were born unknown the journal does not say
            reasons |= {restored.REASON} if story.reason is None else set()
        checks: dict[str, bool] = {
            "reference": one["reference"] == story.reference,
            "reason": one["reason"] in reasons,
            "intended_at": one["intended_at"] in starts,
            "settled_at": one["settled_at"] == story.settled_at,
            "parked": one["parked"] == story.parked,
            "paid_on": one["paid_on"] == posted.get(f"paid:{one['key']}"),
            "content": one["content"] == content_hash(one),
            "alive": one["alive"] == (one["status"] in _ALIVE),
            "line": one["line_alive"] == (one["alive"] and not story.after_all),
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


def content_hash(row: RowMapping) -> str:
    from shixian.casework.money.attempts import content_of_attempt

    return content_of_attempt(row)


def _keys(connection: Connection) -> Iterator[str]:
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


def _accounts(connection: Connection) -> Iterator[str]:
    """When an account was entered and verified, and the name of its bank where the journal has it."""
    told: dict[tuple[str, int], tuple[RowMapping, Mapping[str, Any]]] = {}
    entries = select(journal_event).where(journal_event.c.journal.like("payee:%"))
    for row in connection.execute(entries).mappings():
        data = json.loads(row["data"])
        told[row["kind"], data["account"]] = row, data
    for one in connection.execute(select(payee_account).order_by(payee_account.c.id)).mappings():
        where = f"账户 {one['id']}（{one['payee']}）的"
        entered, verified = told.get(("account_entered", one["id"])), told.get(("account_verified", one["id"]))
        if entered is not None:
            if one["entered_at"] != entered[0]["recorded_at"]:
                yield f"{where} entered_at 与日志不符"
            if one["bank_name"] != entered[1].get("bank_name", one["bank_name"]):
                yield f"{where} bank_name 与日志不符"
        if one["verified_on"] != (None if verified is None else verified[0]["legal_day"]):
            yield f"{where} verified_on 与日志不符"
