"""Attempts to pay: planned at release, claimed in groups before the call, and settled in groups after it (`settling`).

Every change of an attempt is made under the lock of its batch's row, in one transaction with its ledger postings and
its entry in the batch's journal. A claim is a durable intent; it is made before the call, and never by two releasers.

At most `GROUP` attempts of one releaser are between a durable intent and a durable outcome: that many, and no more, may
have been sent without being recorded when it is killed. They are inquired, never sent blindly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Integer, RowMapping, Select, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from models import AttemptStatus, BatchStatus, attempt, batch, case_file, obligation, payee_account
from shixian.casework import journal
from shixian.casework.chain import canonical_json
from shixian.casework.database import in_turn
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money import restored
from shixian.casework.money.batch_making import Refused, refuse
from shixian.casework.money.channels import require_channel
from shixian.casework.money.last_look import kept_back
from shixian.casework.money.payable_known import grouped
from shixian.casework.money.payment_keys import next_keys
from shixian.casework.money.settling import (
    OPEN,
    TO_INQUIRE,
    TOGETHER,
    Answered,
    Claim,
    PaymentError,
    Told,
    Turn,
    held_batch,
    held_where,
    refs_of,
    settle_in,
    write_notes,
)
from shixian.casework.staff.people import Person
from shixian.rules.errors import Conflict, NotFound
from shixian.rules.periods import legal_day as day_of

GROUP = 256
"""How many attempts of one releaser may at most have been sent without being recorded."""

_S = AttemptStatus


# -- planned -----------------------------------------------------------------------------------------------------------


def plan(
    connection: Connection,
    batch_id: int,
    lines: Sequence[Mapping[str, Any] | RowMapping],
    *,
    recorded_at: datetime,
    person: str,
) -> None:
    """One planned attempt for each line (obligation_id, account_id, fen), its key stored before any call.

    PaymentError when an obligation has an attempt that lives. In a database restored from a backup an attempt is born
    unknown instead, to be inquired first (`restored`).
    """
    held = held_where(connection, batch.c.id == batch_id)
    restored.require_reconciled(connection)
    day, born_unknown = day_of(recorded_at), 0
    for some in grouped(lines, TOGETHER):
        obligations = [line["obligation_id"] for line in some]
        keys = next_keys(connection, obligations)
        asked = restored.asked_first(connection, obligations, held["year"])
        born_unknown += len(asked)
        rows = [_new(batch_id, line, keys[line["obligation_id"]][0], asked, recorded_at) for line in some]
        try:
            connection.execute(insert(attempt), rows)
        except IntegrityError as error:
            raise PaymentError(
                f"批次 {held['ref']} 中有义务已有进行中或已付的支付，不得重复支付",
                remedy="查询该义务的支付情况：shixian case 案号；已付的从批次中剔除",
            ) from error
        for row in connection.execute(_sendable().where(attempt.c.key.in_([row["key"] for row in rows]))).mappings():
            connection.execute(update(attempt).where(attempt.c.id == row["id"]).values(content=content_of_attempt(row)))
    data = {"count": len(lines), "fen": sum(line["fen"] for line in lines), "unknown": born_unknown}
    write_notes(connection, held, [journal.Note("attempts_planned", day, data)], recorded_at, person)


def _new(
    batch_id: int, line: Mapping[str, Any] | RowMapping, key: str, asked: set[int], recorded_at: datetime
) -> dict[str, Any]:
    unknown = line["obligation_id"] in asked
    return {
        "key": key,
        "obligation_id": line["obligation_id"],
        "batch_id": batch_id,
        "account_id": line["account_id"],
        "fen": line["fen"],
        "content": "",
        "status": _S.UNKNOWN if unknown else _S.PLANNED,
        "alive": True,
        "reference": "",
        "reason": restored.REASON if unknown else "",
        "intended_at": recorded_at if unknown else None,
        "inquiries": 0,
        "parked": False,
    }


def _sendable() -> Select[Any]:
    """Attempts with all that is sent."""
    return (
        select(
            attempt.c.id,
            attempt.c.key,
            attempt.c.obligation_id,
            attempt.c.account_id,
            attempt.c.fen,
            attempt.c.content,
            attempt.c.status,
            attempt.c.intended_at,
            payee_account.c.holder,
            payee_account.c.number,
            payee_account.c.bank,
            case_file.c.ref,
            obligation.c.clause,
        )
        .join(payee_account, payee_account.c.id == attempt.c.account_id)
        .join(obligation, obligation.c.id == attempt.c.obligation_id)
        .join(case_file, case_file.c.id == obligation.c.case_id)
    )


# Built once: each turn of a release puts them, and putting one together takes longer than running it.
_NEXT_PLANNED = (
    _sendable()
    .where(attempt.c.batch_id == bindparam("own"), attempt.c.status == _S.PLANNED, attempt.c.parked.is_(False))
    .order_by(attempt.c.id)
    .limit(bindparam("at_most", type_=Integer()))
)
_INTEND = (
    update(attempt)
    .where(attempt.c.id.in_(bindparam("ids", expanding=True)), attempt.c.status == _S.PLANNED)
    .values(
        status=_S.INTENDED,
        intended_at=func.coalesce(attempt.c.intended_at, bindparam("now", type_=attempt.c.intended_at.type)),
    )
)


def content_of_attempt(row: RowMapping) -> str:
    """The hash of what is sent under a key: it must be the same each time."""
    sent = {name: row[name] for name in ("key", "obligation_id", "fen", "holder", "number", "bank", "ref", "clause")}
    return sha256(canonical_json(sent).encode()).hexdigest()


# -- claimed -----------------------------------------------------------------------------------------------------------


def claim_next(
    engine: Engine,
    batch_ref: str,
    at_most: int,
    *,
    now: datetime,
    person: Person,
    books: LawBooks | None = None,
    file: bool = False,
) -> list[Claim]:
    """Make the next planned attempts of a released batch intended, durably, and give them to be sent."""
    words: dict[str, Any] = {"legal_day": day_of(now), "now": now, "person": person, "books": books, "file": file}
    return turn(engine, batch_ref, (), at_most, **words).claims


def settle(
    engine: Engine,
    outcomes: Sequence[tuple[str, Answered]],
    *,
    legal_day: date,
    now: datetime,
    person: Person,
    asked: bool = False,
) -> Turn:
    """Record outcomes by key, of whatever batches. `asked`: they are answers to inquiries, which are counted."""
    done = Turn()
    by_ref: dict[str, list[tuple[str, Answered]]] = {}
    refs = refs_of(engine, [key for key, _ in outcomes])
    for key, answer in outcomes:
        if key not in refs:
            raise NotFound(f"没有编号 {key} 的支付")
        by_ref.setdefault(refs[key], []).append((key, answer))
    for ref, own in sorted(by_ref.items()):
        one = turn(engine, ref, own, 0, legal_day=legal_day, now=now, person=person, asked=asked)
        done.moved.update(one.moved)
        done.alarms.extend(one.alarms)
    return done


def turn(
    engine: Engine,
    ref: str,
    outcomes: Sequence[tuple[str, Answered]],
    at_most: int,
    *,
    legal_day: date,
    now: datetime,
    person: Person,
    asked: bool = False,
    books: LawBooks | None = None,
    file: bool = False,
) -> Turn:
    """In one transaction: record the outcomes of one group, and claim the next. All of it, or nothing.

    `file`: what is claimed leaves by file, not over the gateway (`channels`).
    """

    def work(connection: Connection) -> Turn:
        done = Turn()
        held = held_batch(connection, ref)
        if outcomes:
            settle_in(connection, held, outcomes, done, legal_day=legal_day, now=now, person=person.key, asked=asked)
        if at_most > 0:
            require_channel(connection, ref, file=file)
            done.claims = _claim(connection, held, at_most, done, legal_day, now, person.key, books)
        return done

    return in_turn(engine, work)


def _claim(
    connection: Connection,
    held: RowMapping,
    at_most: int,
    done: Turn,
    legal_day: date,
    now: datetime,
    person: str,
    books: LawBooks | None,
) -> list[Claim]:
    restored.require_reconciled(connection)
    if held["status"] is not BatchStatus.RELEASED:
        if held["status"] is BatchStatus.DONE:
            return []
        raise PaymentError(
            f"批次 {held['ref']} 未放行，不得付款", remedy="先经复核并放行：shixian batch release 批次号"
        )
    whole: list[RowMapping] = []
    while not whole:  # a group none of which may go is stopped or parked, and the next one looked at
        rows = connection.execute(_NEXT_PLANNED, {"own": held["id"], "at_most": at_most}).mappings().all()
        if not rows:
            return []
        whole = _whole(connection, held, rows, done, legal_day, now, person)
        whole = _still_payable(connection, held, whole, done, legal_day, now, person, books)
    changed = connection.execute(_INTEND, {"ids": [row["id"] for row in whole], "now": now})
    if changed.rowcount != len(whole):
        raise Conflict("其他人同时领取了同一批支付", remedy="重新运行放行")
    done.moved[("planned", "intended")] += len(whole)
    note = journal.Note("attempts_intended", legal_day, {"keys": [row["key"] for row in whole]})
    write_notes(connection, held, [note], now, person)
    return [_claimed(row, now) for row in whole]


def _whole(
    connection: Connection,
    held: RowMapping,
    rows: Sequence[RowMapping],
    done: Turn,
    legal_day: date,
    now: datetime,
    person: str,
) -> list[RowMapping]:
    """The rows that say what they said when they were planned; any other is parked, with an alarm."""
    whole: list[RowMapping] = []
    for row in rows:
        if content_of_attempt(row) == row["content"]:
            whole.append(row)
        else:
            done.alarms.append(f"支付 {row['key']}（{row['ref']}）的内容与放行时不符，未发出，已交人工处理")
            told = Told("unknown" if row["status"] != _S.PLANNED else "", reason="内容与放行时不符", park=True)
            settle_in(connection, held, [(row["key"], told)], done, legal_day=legal_day, now=now, person=person)
    return whole


def _still_payable(
    connection: Connection,
    held: RowMapping,
    rows: list[RowMapping],
    done: Turn,
    legal_day: date,
    now: datetime,
    person: str,
    books: LawBooks | None,
) -> list[RowMapping]:
    """The rows that may be paid at this moment; any other was never sent, so it is stopped as at release."""
    refused = kept_back(connection, held, rows, books, legal_day)
    stopped = [row for row in rows if row["obligation_id"] in refused]
    if stopped:
        refuse(connection, held["id"], "released", [Refused(*refused[row["obligation_id"]]) for row in stopped])
        told = [
            (row["key"], Told("stopped", reason=f"{refusal.because}（{refusal.clause}）"))
            for row in stopped
            for _, refusal in [refused[row["obligation_id"]]]
        ]
        settle_in(connection, held, told, done, legal_day=legal_day, now=now, person=person)
    return [row for row in rows if row["obligation_id"] not in refused]


def _claimed(row: RowMapping, now: datetime, *, again: bool = False) -> Claim:
    return Claim(
        key=row["key"],
        fen=row["fen"],
        payee=row["holder"],
        account=row["number"],
        bank=row["bank"],
        remittance=f"{row['ref']} {row['clause']}",
        day=day_of(row["intended_at"] or now),  # the day of the first intent: a key is sent with one content for ever
        again=again,
    )


def send_again(
    engine: Engine,
    ref: str,
    keys: Sequence[str],
    *,
    legal_day: date,
    now: datetime,
    person: Person,
    books: LawBooks | None = None,
    file: bool = False,
) -> Turn:
    """A new durable intent for attempts that the treasury does not know, under their own keys. Only for a treasury that
    honours keys; the caller has asked it first. Parked ones, and those somebody settled meanwhile, are left out.

    What may not be paid at this moment stays unknown and is not sent, with an alarm: it may have been sent before, so
    it cannot be stopped; it can be sent when nothing stands against it any more.
    """

    def work(connection: Connection) -> Turn:
        done = Turn()
        held = held_batch(connection, ref)
        restored.require_reconciled(connection)
        require_channel(connection, ref, file=file)
        waiting = (attempt.c.status.in_((_S.INTENDED, _S.UNKNOWN)), attempt.c.parked.is_(False))
        query = _sendable().where(attempt.c.batch_id == held["id"], attempt.c.key.in_(keys), *waiting)
        rows = connection.execute(query.order_by(attempt.c.id)).mappings().all()
        whole = _whole(connection, held, rows, done, legal_day, now, person.key)
        refused = kept_back(connection, held, whole, books, legal_day)
        waits = {row["key"]: refused[row["obligation_id"]][1] for row in whole if row["obligation_id"] in refused}
        done.alarms += [
            f"支付 {key} 现不得付款，未重发：{one.because}（{one.clause}）{one.remedy}" for key, one in waits.items()
        ]
        if waits:
            data = {"attempts": [{"key": key, "because": one.because} for key, one in waits.items()]}
            write_notes(connection, held, [journal.Note("resending_held_back", legal_day, data)], now, person.key)
        whole = [row for row in whole if row["key"] not in waits]
        if not whole:
            return done
        ids = [row["id"] for row in whole]
        connection.execute(update(attempt).where(attempt.c.id.in_(ids)).values(status=_S.INTENDED))
        note = journal.Note("attempts_sent_again", legal_day, {"keys": [row["key"] for row in whole]})
        write_notes(connection, held, [note], now, person.key)
        done.claims = [_claimed(row, now, again=True) for row in whole]
        return done

    return in_turn(engine, work)


__all__ = [
    "GROUP",
    "OPEN",
    "TO_INQUIRE",
    "Answered",
    "Claim",
    "PaymentError",
    "Told",
    "Turn",
    "claim_next",
    "plan",
    "send_again",
    "settle",
    "turn",
]
