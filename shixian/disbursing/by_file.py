"""Paying by files: a released batch leaves as one pain.001 order, and the bank's pain.002 reports come back.

From its first intent on the batch leaves by file alone (`channels`). Every attempt of it is made intended, durably,
before the order is written; the file is written whole, once, and never again, also when the bank has taken it away (our
copy says so). So an order that is there holds all the intents, and one that is not there was never
sent: run again after a crash, it goes on from either. How many are "sent but not recorded" is bounded by the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from models import AttemptStatus
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money import attempts
from shixian.casework.money.alone import only_one
from shixian.casework.money.attempts import GROUP
from shixian.casework.money.channels import choose_file, leaves_by_file
from shixian.casework.money.payable_known import grouped
from shixian.casework.money.settling import Claim, Told, Turn, refs_of
from shixian.casework.money.unsettled import Unsettled, unsettled
from shixian.casework.staff.people import Permission, Person, require
from shixian.disbursing.release import authorize
from shixian.disbursing.run import told
from shixian.rules.errors import CaseworkError
from shixian.rules.periods import legal_day
from shixian.treasury.files import FileTreasury
from shixian.treasury.port import Payment, TreasuryError


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order's file, and what of the batch was held back or differs from what was approved, for a person."""

    path: Path
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """What a status report did: outcomes recorded; lines of it that are no payment of ours, for a person; alarms."""

    recorded: int
    unmatched: tuple[str, ...] = ()
    alarms: tuple[str, ...] = field(default=())


def order(
    engine: Engine,
    ref: str,
    *,
    person: Person,
    files: FileTreasury,
    now: datetime,
    books: LawBooks | None = None,
    limit: object = None,
) -> Ordered:
    """Release a batch and write its order. Again after a crash: the same file, and nothing twice.

    Raises what `batches.authorize_release` raises; CaseworkError when part of the batch is on its way in other ways.
    """
    with only_one(engine, ref):
        authorize(engine, ref, person=person, now=now, books=books, limit=limit)
        choose_file(engine, ref, now=now, person=person)
        left = list(_intended(engine, ref))
        ordered, alarms = files.ordered(ref), tuple[str, ...]()
        if ordered is None:
            claimed = _claims(engine, ref, [one.key for one in left], now, person, books)
            alarms = tuple(claimed.alarms)
            if not claimed.claims:
                why = "".join(f"；{alarm}" for alarm in alarms)
                raise CaseworkError(
                    f"批次 {ref} 没有待付的支付，不生成指令文件{why}", remedy="用 shixian batch status 查看"
                )
            path = files.submit(ref, _payments(engine, claimed.claims, now, person))
            ordered = frozenset(claim.key for claim in claimed.claims)
            left = list(_intended(engine, ref))
        else:
            path = files.order_file(ref)
        taken = [(one.key, Told("accepted", reason=path.name)) for one in left if one.key in ordered]
        for group in grouped(taken, GROUP):
            attempts.settle(engine, group, legal_day=legal_day(now), now=now, person=person)
        strangers = [one.key for one in left if one.key not in ordered]
        if strangers:
            why = "".join(f"；{alarm}" for alarm in alarms)
            raise CaseworkError(
                f"支付 {strangers[0]} 已记意图而不在指令文件 {path.name} 中{why}", remedy="由人工查明后认定"
            )
        return Ordered(path, alarms)


def take_report(engine: Engine, path: Path, *, person: Person, files: FileTreasury, now: datetime) -> Reported:
    """Record what a pain.002 file says of batches that left by file. MalformedFile: nothing was taken. Nothing is
    inferred for what it leaves out."""
    require(person, Permission.RELEASE_BATCH)
    answers = files.outcomes(path)
    known = _by_file(engine, refs_of(engine, [key for key, _ in answers if key]))
    ours = [(key, told(answer)) for key, answer in answers if key in known]
    strange = tuple(f"{key or '（无编号）'}：{answer.outcome.value}" for key, answer in answers if key not in known)
    alarms: list[str] = []
    for group in grouped(ours, GROUP):
        done = attempts.settle(engine, group, legal_day=legal_day(now), now=now, person=person, asked=True)
        alarms += done.alarms
    return Reported(len(ours), strange, tuple(alarms))


def _claims(
    engine: Engine, ref: str, before: Sequence[str], now: datetime, person: Person, books: LawBooks | None
) -> Turn:
    """Everything of the batch that may be paid, intended; what an earlier run had claimed under its own key."""
    done = Turn()
    words: dict[str, Any] = {"legal_day": legal_day(now), "now": now, "person": person, "books": books, "file": True}
    for group in grouped(before, GROUP):
        _add(done, attempts.send_again(engine, ref, group, **words))
    while _add(done, attempts.turn(engine, ref, (), GROUP, **words)):
        pass
    return done


def _add(done: Turn, more: Turn) -> bool:
    done.claims += more.claims
    done.alarms += more.alarms
    return bool(more.claims)


def _by_file(engine: Engine, refs: Mapping[str, str]) -> set[str]:
    """The keys whose batches left by file: of the others a file can say nothing."""
    with reading(engine) as connection:
        chosen = {ref for ref in set(refs.values()) if leaves_by_file(connection, ref)}
    return {key for key, ref in refs.items() if ref in chosen}


def _payments(engine: Engine, claims: Sequence[Claim], now: datetime, person: Person) -> list[Payment]:
    """What the order will hold. One that cannot be sent as it stands waits for a person, all others for the next run:
    there is no file yet, so it is certain that nothing left."""
    try:
        return [_payment(claim) for claim in sorted(claims, key=lambda one: one.key)]
    except TreasuryError:
        told = [(claim.key, _not_sent(claim)) for claim in claims]
        for group in grouped(told, GROUP):
            attempts.settle(engine, group, legal_day=legal_day(now), now=now, person=person)
        raise


def _not_sent(claim: Claim) -> Told:
    try:
        _payment(claim)
    except TreasuryError as error:
        return Told("not_sent", reason=str(error), park=True)
    return Told("not_sent")


def _intended(engine: Engine, ref: str) -> Iterator[Unsettled]:
    after = 0
    while page := unsettled(engine, ref, statuses=(AttemptStatus.INTENDED,), after=after):
        yield from page
        after = page[-1].id


def _payment(claim: Claim) -> Payment:
    return Payment(claim.key, claim.fen, claim.payee, claim.account, claim.bank, claim.remittance, claim.day)
