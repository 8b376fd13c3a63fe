"""What becomes of an attempt when an outcome is told: its state, its posting, its line, its entry in the journal.

Under the lock of the batch's row, in the caller's transaction. What a state may become is the table `_NEXT`, and
nothing else: telling an outcome twice changes nothing, and a later doubt never undoes what the bank once said
with certainty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, RowMapping, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from models import Account, AttemptStatus, BatchStatus, attempt, batch, batch_line, case_file, obligation
from shixian.casework import journal
from shixian.casework.money import batch_making, ledger
from shixian.casework.money.appropriations import give_back, held_by_batches, require_line, take
from shixian.casework.money.payable import reserved_years
from shixian.casework.money.payable_known import grouped
from shixian.casework.money.told import Answered, Claim, PaymentError, Told, Turn
from shixian.rules.errors import BatchError, Conflict, NotFound
from shixian.rules.periods import legal_day as day_of

_S = AttemptStatus
OPEN = (_S.PLANNED, _S.INTENDED, _S.SENT, _S.UNKNOWN)
"""Not settled: the batch is not done while one of its attempts is here."""
TO_INQUIRE = (_S.INTENDED, _S.SENT, _S.UNKNOWN)
_ALIVE = (*OPEN, _S.PAID)
TOGETHER = 500  # rows in one statement
_LONGEST_REASON = 500

# What an outcome makes of an attempt. What is not here changes nothing (a second PAID), or is an alarm (`_CONTRARY`).
_NEXT: dict[str, dict[AttemptStatus, AttemptStatus]] = {
    "paid": dict.fromkeys((*OPEN, _S.REJECTED, _S.STOPPED), _S.PAID),
    "rejected": dict.fromkeys(OPEN, _S.REJECTED),
    "accepted": dict.fromkeys((_S.PLANNED, _S.INTENDED, _S.UNKNOWN), _S.SENT),
    "unknown": dict.fromkeys((_S.PLANNED, _S.INTENDED), _S.UNKNOWN),
    "not_found": dict.fromkeys((_S.INTENDED, _S.SENT), _S.UNKNOWN),
    "not_sent": {_S.INTENDED: _S.PLANNED},
    "stopped": {_S.PLANNED: _S.STOPPED},
}
_CONTRARY = {("paid", _S.REJECTED), ("paid", _S.STOPPED), ("rejected", _S.PAID)}


# Built once: a turn of a release puts a score of statements, and putting one together takes longer than running it.
_COMMON = ("status", "alive", "reason", "paid_on", "settled_at", "inquiries", "parked")
_READ = select(
    *(attempt.c[name] for name in ("id", "key", "obligation_id", "fen", "reference", "intended_at", *_COMMON))
).where(attempt.c.batch_id == bindparam("own"), attempt.c.key.in_(bindparam("keys", expanding=True)))
_REFER = update(attempt).where(attempt.c.id == bindparam("own")).values(reference=bindparam("said"))
_CHANGE = (
    update(attempt)
    .where(attempt.c.id.in_(bindparam("ids", expanding=True)))
    .values({name: bindparam(f"new_{name}", type_=attempt.c[name].type) for name in _COMMON})
)
_STILL_OPEN = select(attempt.c.id).where(attempt.c.batch_id == bindparam("own"), attempt.c.status.in_(OPEN)).limit(1)
_HELD = select(batch).where(batch.c.ref == bindparam("own")).with_for_update()


# -- settled -----------------------------------------------------------------------------------------------------------


def settle_in(
    connection: Connection,
    held: RowMapping,
    outcomes: Sequence[tuple[str, Answered]],
    done: Turn,
    *,
    legal_day: date,
    now: datetime,
    person: str,
    asked: bool = False,
) -> None:
    """Record outcomes of one batch, whose row is held, in the caller's transaction."""
    keys = [key for key, _ in outcomes]
    found = connection.execute(_READ, {"own": held["id"], "keys": keys})
    names = tuple(found.keys())
    rows = {row.key: dict(zip(names, row, strict=True)) for row in found}
    told: dict[str, list[dict[str, Any]]] = {}
    changed: dict[str, dict[str, Any]] = {}
    for key, answer in outcomes:
        row = rows.get(key)
        if row is None:
            raise NotFound(f"批次 {held['ref']} 没有编号 {key} 的支付")
        before = dict(row)
        kind = _apply(connection, row, answer, done, legal_day, now, asked)
        if row != before:
            changed[key] = row
        if kind or asked:
            entry = {"key": key, "obligation": row["obligation_id"], "fen": row["fen"]}
            entry |= {name: row[name] for name in ("reference", "reason") if row[name]}
            entry |= {"status": row["status"].value} if kind in ("parked", "contradicted", "paid_after_all") else {}
            told.setdefault(kind or "inquired", []).append(entry)
    if changed:
        _write(connection, list(changed.values()))
    moved = {kind: [rows[one["key"]] for one in entries] for kind, entries in told.items()}
    _post_paid(connection, held, moved.get("paid", []), now, person)
    free_lines(connection, held, moved.get("rejected", []) + moved.get("stopped", []))
    _notice_contrary(connection, held, moved.get("paid_after_all", []), done, now, person)
    for row in moved.get("contradicted", []):
        if row["status"] is not _S.PAID:
            _hold_the_others(connection, row, legal_day, now, person)
    notes = [journal.Note(f"attempts_{kind}", legal_day, {"attempts": told[kind]}) for kind in told]
    write_notes(connection, held, notes, now, person)
    if changed:
        _close_when_done(connection, held, legal_day, now, person)


def _write(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """The changed rows: one statement for all that came to the same, which most did, and the bank's reference of each.

    The references first, under the old status, so that each index is touched once."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        alike.setdefault(tuple(row[name] for name in _COMMON), []).append(row["id"])
    try:
        connection.execute(_REFER, [{"own": row["id"], "said": row["reference"]} for row in rows])
        for values, ids in alike.items():
            said = {f"new_{name}": value for name, value in zip(_COMMON, values, strict=True)}
            connection.execute(_CHANGE, {"ids": ids, **said})
    except IntegrityError as error:  # another attempt came to life meanwhile: look again
        raise Conflict("同一义务的另一笔支付刚刚放行", remedy="重新读取后再试") from error


def _apply(
    connection: Connection,
    row: dict[str, Any],
    answer: Answered,
    done: Turn,
    legal_day: date,
    now: datetime,
    asked: bool,
) -> str:
    """Change the row as the answer says; gives the kind of the journal entry, or "" when nothing happened."""
    outcome, was = str(answer.outcome), row["status"]
    row["inquiries"] += asked
    park = bool(getattr(answer, "park", False))
    if getattr(answer, "fen", None) not in (None, row["fen"]):
        return _another_amount(row, answer, done)
    if (outcome, was) in _CONTRARY:
        done.alarms.append(f"支付 {row['key']} 先前为“{was.value}”，国库现答复“{outcome}”，前后不一致，须人工核实")
        kind = "contradicted"
        if outcome == "paid" and not _another_lives(connection, row):  # the bank's word blocks a second payment
            _become(row, _S.PAID, answer, legal_day, now)
            done.moved[(was.value, "paid")] += 1
            kind = "paid_after_all"
        row["parked"] = True
        return kind
    to = _NEXT.get(outcome, {}).get(was)
    if outcome == "not_sent" and (row["inquiries"] or park):
        to = _S.UNKNOWN if was is _S.INTENDED and row["inquiries"] else to
    if to is not None:
        _become(row, to, answer, legal_day, now)
        done.moved[(was.value, to.value)] += 1
    if park and row["status"] in OPEN and not row["parked"]:
        row["parked"], row["reason"] = True, _short(answer.reason)
        return "parked"
    return "" if to is None else "not_sent" if to is _S.PLANNED else to.value


def _another_amount(row: dict[str, Any], answer: Answered, done: Turn) -> str:
    """One key never has two amounts: whatever was said of the other one settles nothing here. A person looks."""
    why = f"应付 {row['fen']} 分，国库在同一编号下为 {getattr(answer, 'fen', None)} 分（{answer.outcome}）"
    done.alarms.append(f"支付 {row['key']} {why}，须人工核实")
    was = row["status"]
    if was in (_S.INTENDED, _S.SENT):
        row["status"] = _S.UNKNOWN
        done.moved[(was.value, "unknown")] += 1
    row["parked"], row["reason"] = True, why
    return "parked"


def _become(row: dict[str, Any], to: AttemptStatus, answer: Answered, legal_day: date, now: datetime) -> None:
    row["status"], row["alive"] = to, to in _ALIVE
    row["reason"] = _short(answer.reason)
    row["reference"] = answer.reference or row["reference"]
    if to not in OPEN:
        row["settled_at"] = now
        row["parked"] = False
    if to is _S.PAID:
        row["paid_on"] = _booked_day(answer.at, row, legal_day)


def _booked_day(at: str | None, row: dict[str, Any], legal_day: date) -> date:
    """The bank's own day, when it says one between the intent and now; else the day on which we were told."""
    try:
        said = date.fromisoformat((at or "")[:10])
    except ValueError:
        return legal_day
    first = day_of(row["intended_at"]) if row["intended_at"] else legal_day
    return said if first <= said <= legal_day else legal_day


def _post_paid(
    connection: Connection, held: RowMapping, rows: Sequence[Mapping[str, Any]], now: datetime, person: str
) -> None:
    if rows:
        ids, text = [row["id"] for row in rows], f"批次 {held['ref']} 已付"
        line = {"programme": held["programme"], "year": held["year"]}
        ledger.post_paid(connection, ids, **line, text=text, recorded_at=now, person=person)


def return_in(
    connection: Connection,
    held: RowMapping,
    row: Mapping[str, Any],
    *,
    reference: str,
    reason: str,
    legal_day: date,
    now: datetime,
    person: str,
) -> None:
    """退汇: a paid attempt came back whole. A reversal is posted; the obligation may stand in a new batch again."""
    if row["status"] is not AttemptStatus.PAID:
        raise PaymentError(f"支付 {row['key']} 为“{row['status'].value}”，不是已付，不能退汇")
    back = {"status": AttemptStatus.RETURNED, "alive": False, "parked": False}
    back |= {"reason": _short(reason), "settled_at": now}
    connection.execute(update(attempt).where(attempt.c.id == row["id"]).values(**back))
    moves = {Account.RESERVED: row["fen"], Account.RETURNED: -row["fen"]}
    text, line = f"批次 {held['ref']} 退汇", (row["obligation_id"], held["programme"], held["year"])
    posting = ledger.Posting(f"returned:{row['key']}", moves, legal_day, text, *line)
    ledger.post(connection, [posting], recorded_at=now, person=person)
    _free_returned(connection, held, row)
    data = {"key": row["key"], "obligation": row["obligation_id"], "fen": row["fen"], "reference": reference}
    note = journal.Note("attempt_returned", legal_day, data | {"reason": _short(reason)})
    write_notes(connection, held, [note], now, person)


def _free_returned(connection: Connection, held: RowMapping, row: Mapping[str, Any]) -> None:
    """Its line and its part of the appropriation. One that was paid after all had given both up before; its part is
    given back only where it could be drawn on again then."""
    mine = (batch_line.c.batch_id == held["id"], batch_line.c.obligation_id == row["obligation_id"])
    if connection.scalar(select(batch_line.c.alive).where(*mine)):
        free_lines(connection, held, [row])
        return
    line = require_line(connection, held["programme"], held["year"])
    if line.committed >= held_by_batches(connection, held["programme"], held["year"]) + row["fen"]:
        give_back(connection, held["programme"], held["year"], row["fen"])


def _another_lives(connection: Connection, row: Mapping[str, Any]) -> bool:
    other = select(attempt.c.id).where(
        attempt.c.obligation_id == row["obligation_id"], attempt.c.alive, attempt.c.id != row["id"]
    )
    return connection.scalar(other.limit(1)) is not None


def _hold_the_others(
    connection: Connection, row: Mapping[str, Any], legal_day: date, now: datetime, person: str
) -> None:
    """The bank says that it paid an attempt that had ended, and another of the obligation lives: that one must stay."""
    alive = (attempt.c.obligation_id == row["obligation_id"], attempt.c.id != row["id"], attempt.c.status.in_(OPEN))
    others = select(attempt.c.key, attempt.c.batch_id).where(*alive)
    for key, batch_id in connection.execute(others).all():
        other = held_where(connection, batch.c.id == batch_id)
        told = Told("", reason=f"先前的支付 {row['key']} 银行现称已付，不得再付", park=True)
        settle_in(connection, other, [(key, told)], Turn(), legal_day=legal_day, now=now, person=person)


def _notice_contrary(
    connection: Connection,
    held: RowMapping,
    rows: Sequence[Mapping[str, Any]],
    done: Turn,
    now: datetime,
    person: str,
) -> None:
    """The bank paid what it had refused: the ledger says so, and the appropriation is drawn on again if it can be.

    The reservation may stand in another year by now (a new batch, a year's end): it comes back first.
    """
    years = reserved_years(connection, [row["obligation_id"] for row in rows])
    for row in rows:
        away = {year: fen for year, fen in years.get(row["obligation_id"], {}).items() if year != held["year"]}
        if away:
            owed = select(obligation, case_file.c.ref.label("case_ref"))
            owed = owed.join(case_file, case_file.c.id == obligation.c.case_id)
            named = connection.execute(owed.where(obligation.c.id == row["obligation_id"])).mappings().one()
            header = {"programme": held["programme"], "as_of": row["paid_on"]}
            back = batch_making.moved(named, away, held["year"], f"paid:{row['key']}", header)
            ledger.post(connection, back, recorded_at=now, person=person)
    _post_paid(connection, held, rows, now, person)
    total = sum(row["fen"] for row in rows)
    try:
        if total:
            take(connection, held["programme"], held["year"], total)
    except BatchError as error:
        done.alarms.append(f"批次 {held['ref']}：银行已付 {total} 分，{error}")


def free_lines(connection: Connection, held: RowMapping, rows: Sequence[Mapping[str, Any]]) -> None:
    """Lines whose money did not go, or came back: their obligations may stand in a new batch, their sum is free."""
    if not rows:
        return
    ended = batch_line.c.obligation_id.in_([row["obligation_id"] for row in rows])
    connection.execute(
        update(batch_line).where(batch_line.c.batch_id == held["id"], ended, batch_line.c.alive).values(alive=False)
    )
    give_back(connection, held["programme"], held["year"], sum(row["fen"] for row in rows))


def _close_when_done(connection: Connection, held: RowMapping, legal_day: date, now: datetime, person: str) -> None:
    """A released batch none of whose attempts is open is done."""
    if held["status"] is not BatchStatus.RELEASED or connection.scalar(_STILL_OPEN, {"own": held["id"]}) is not None:
        return
    released = (batch.c.id == held["id"], batch.c.status == BatchStatus.RELEASED)
    if connection.execute(update(batch).where(*released).values(status=BatchStatus.DONE, settled_at=now)).rowcount != 1:
        return
    write_notes(connection, held, [journal.Note("batch_done", legal_day, {})], now, person)


# -- what all of them need ---------------------------------------------------------------------------------------------


def held_batch(connection: Connection, ref: str) -> RowMapping:
    """The batch's row, held until the transaction ends: whoever changes its attempts does so one after the other."""
    return _held(connection.execute(_HELD, {"own": ref}))


def held_where(connection: Connection, which: Any) -> RowMapping:
    return _held(connection.execute(select(batch).where(which).with_for_update()))


def _held(found: CursorResult[Any]) -> RowMapping:
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("没有这一批次", remedy="用 shixian batch list 查看已有的批次")
    return row


def refs_of(engine: Engine, keys: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    query = select(attempt.c.key, batch.c.ref).join(batch, batch.c.id == attempt.c.batch_id)
    with engine.connect() as connection:
        for group in grouped(keys, TOGETHER):
            some = query.where(attempt.c.key.in_(group))
            found.update({row.key: row.ref for row in connection.execute(some)})
    return found


def write_notes(
    connection: Connection, held: RowMapping, notes: Sequence[journal.Note], recorded_at: datetime, person: str
) -> None:
    if notes:
        journal.write(connection, f"batch:{held['ref']}", notes, recorded_at=recorded_at, person=person)


def _short(text: str) -> str:
    return text[:_LONGEST_REASON]


__all__ = [
    "OPEN",
    "TOGETHER",
    "TO_INQUIRE",
    "Answered",
    "Claim",
    "PaymentError",
    "Told",
    "Turn",
    "free_lines",
    "held_batch",
    "held_where",
    "refs_of",
    "return_in",
    "settle_in",
    "write_notes",
]
