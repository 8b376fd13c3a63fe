"""A small office with money to pay: awarded cases, verified accounts, an approved batch; and what the bank's book says.

Everything is made by the casework functions. A world is one database; the template is made once and copied.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from models import AttemptStatus, BatchStatus, attempt, batch, batch_line, batch_refusal, obligation
from shixian.casework.database import reading
from shixian.casework.money import appropriations, batches, payees
from shixian.casework.staff.people import Person, Role
from shixian.casework.verify import verify
from shixian.rules.errors import BatchError
from tests.casework.office import FACTS, HEAD, Office, at, day
from tests.lifecycles import BOOKS, UNIT_A

MAKER = Person("cai", "蔡制单", frozenset({Role.FINANCE_MAKER}))
EDITOR = Person("dou", "窦改单", frozenset({Role.FINANCE_MAKER}))
CHECKER = Person("fan", "范复核", frozenset({Role.FINANCE_CHECKER}))
OTHER_CHECKER = Person("gao", "高复核", frozenset({Role.FINANCE_CHECKER}))
RELEASER = Person("hua", "华放行", frozenset({Role.FINANCE_CHECKER}))

DAY, NOW = day("2021-03-01"), at("2021-03-01T09:00")
LIFECYCLE, PROGRAMME, YEAR = "lab-grant", "lab", 2021
BANK = "102290000001"


def fill(engine: Engine, cases: int, *, granted: str = "30万元") -> None:
    """Cases that were awarded their two instalments each, payees with verified accounts, and money to pay them."""
    office = Office(engine)
    office.call()
    for number in range(cases):
        award(office, number, granted)
    appropriations.grant(engine, PROGRAMME, YEAR, 10**13, because="预算批复〔2021〕1号", person=MAKER, now=NOW)


def award(office: Office, number: int, granted: str = "30万元") -> str:
    """One case, awarded; its payee has a verified account."""
    name = f"实验室{number:04d}"
    ref = office.open(facts={**FACTS, "unit_code": UNIT_A, "unit_name": name, "field": f"领域{number}"}).ref
    for stage, verb, by, when, given, person in (
        ("filing", "submit", "unit", "2021-01-05T09:00", {}, None),
        ("publicity", "publish", "office", "2021-01-06T09:00", {}, None),
        ("award", "approve", "office", "2021-01-20T09:00", {"granted": granted}, HEAD),
    ):
        kwargs = {} if person is None else {"person": person}
        decided = office.act(ref, stage, verb, by, when, given, **kwargs)  # type: ignore[arg-type]
        assert decided.refusal is None, decided.refusal
    account(office.engine, name, f"9558{number:011d}")
    return ref


def account(engine: Engine, payee: str, number: str) -> None:
    """A payee's account, entered by one person and verified by another."""
    made = payees.enter_account(
        engine, payee, holder=payee, number=number, bank=BANK, bank_name="工商银行", person=MAKER, now=NOW
    )
    payees.verify_account(engine, made.id, person=CHECKER, now=NOW)


def approved_batch(engine: Engine, *, now: datetime = NOW, as_of: date = DAY) -> str:
    """A batch of everything that can be paid, approved: its reference."""
    made = batches.propose(engine, LIFECYCLE, as_of, person=MAKER, now=now, books=BOOKS)
    for checker in (CHECKER, OTHER_CHECKER)[: made.row["approvals"]]:
        batches.approve(engine, made.ref, content=made.row["content"], person=checker, now=now)
    return made.ref


# -- what the bank did -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Booked:
    """One payment in the bank's book."""

    key: str
    fen: int
    outcome: str
    returned: date | None


def book_of(file: Path) -> list[Booked]:
    """Everything the simulated bank ever took, read from its file."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT key, fen, outcome, returned FROM payment ORDER BY number").fetchall()
    return [Booked(key, fen, outcome, date.fromisoformat(back) if back else None) for key, fen, outcome, back in rows]


@dataclass(slots=True)
class Verdict:
    """What an audit of one world found. `doubled` and `lost` name the obligations; `open` are visibly not settled."""

    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    paid: int = 0

    @property
    def clean(self) -> bool:
        return not (self.doubled or self.lost or self.problems)

    @property
    def settled(self) -> bool:
        return self.clean and not self.open


def audit(engine: Engine, book: list[Booked], *, today: date, owed_keys: Mapping[str, int] | None = None) -> Verdict:
    """Compare the bank's book with ours. `today`: what comes back later has not come back yet. `owed_keys` names the
    obligation of keys that this database has forgotten (it was restored)."""
    found = Verdict()
    with reading(engine) as connection:
        owed = {row.id: row for row in connection.execute(select(obligation))}
        attempts = connection.execute(select(attempt).order_by(attempt.c.id)).all()
        lines = connection.execute(
            select(batch_line, batch.c.status.label("batch_status"), batch.c.ref)
            .join(batch, batch.c.id == batch_line.c.batch_id)
            .where(batch.c.status.not_in([BatchStatus.PROPOSED, BatchStatus.CANCELLED]))
        ).all()
        refused = {(row.batch_id, row.obligation_id) for row in connection.execute(select(batch_refusal))}
    obligation_of = {**(owed_keys or {}), **{row.key: row.obligation_id for row in attempts}}

    # Doubled: what the bank paid for an obligation, less what has come back, is more than it owes.
    net: dict[int, int] = dict.fromkeys(owed, 0)
    for one in book:
        if one.key not in obligation_of:
            found.problems.append(f"the bank has {one.key}, which is no attempt of ours")
            continue
        came_back = one.returned is not None and one.returned <= today
        if one.outcome != "rejected" and not came_back:
            net[obligation_of[one.key]] += one.fen
    found.paid = sum(net.values())
    for number, fen in net.items():
        if fen > owed[number].fen:
            found.doubled.append(f"obligation {number}: {fen} paid of {owed[number].fen}")

    # Lost: approved, and neither paid nor to be seen anywhere; or paid in our eyes alone.
    taken = {one.key for one in book if one.outcome != "rejected"}
    by_line: dict[tuple[int, int], list[AttemptStatus]] = {}
    for row in attempts:
        by_line.setdefault((row.batch_id, row.obligation_id), []).append(row.status)
        if row.status in (AttemptStatus.PAID, AttemptStatus.RETURNED) and row.key not in taken:
            found.lost.append(f"attempt {row.key} is {row.status.value} here, and the bank never paid it")
        if row.status in (AttemptStatus.REJECTED, AttemptStatus.STOPPED, AttemptStatus.PLANNED) and row.key in taken:
            found.lost.append(f"attempt {row.key} is {row.status.value} here, and the bank took it")
        if row.status not in (
            AttemptStatus.PAID,
            AttemptStatus.REJECTED,
            AttemptStatus.RETURNED,
            AttemptStatus.STOPPED,
        ):
            found.open.append(f"{row.key} {row.status.value}{' parked' if row.parked else ''}")
    for line in lines:
        where = (line.batch_id, line.obligation_id)
        if line.batch_status is BatchStatus.APPROVED:
            found.open.append(f"batch {line.ref} is approved, not released")
        elif where not in by_line and where not in refused:
            found.lost.append(f"obligation {line.obligation_id} of the released batch {line.ref} has no attempt")

    report = verify(engine)
    found.problems.extend(report.problems)
    return found


# -- what an office does afterwards ------------------------------------------------------------------------------------


def refs_to_go_on(engine: Engine) -> list[str]:
    """Batches that were approved, or whose release stopped half-way."""
    going = batch.c.status.in_([BatchStatus.APPROVED, BatchStatus.RELEASED])
    with reading(engine) as connection:
        return list(connection.scalars(select(batch.c.ref).where(going).order_by(batch.c.id)))


def another_batch(engine: Engine, now: datetime, as_of: date) -> str | None:
    """A new batch of what came back or was refused, approved; None when nothing is to be paid."""
    try:
        return approved_batch(engine, now=now, as_of=as_of)
    except BatchError:
        return None
