"""Hypothesis against the whole of money: propose, edit, approve, cancel, release, fail, inquire, return, recover,
restore; in any order, by anybody, at a treasury that fails in any way. After each step the invariants hold.

The treasury is in memory and keeps its own book; the truth is read from it, not from what we were told.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine, event, func, select

from models import Account, AttemptStatus, attempt, batch, batch_approval, obligation
from shixian.casework.database import open_database, reading
from shixian.casework.money import batches, payees, recovery
from shixian.casework.money.ledger import balances, unbalanced
from shixian.casework.money.payment_keys import next_keys
from shixian.casework.money.restored import held_days
from shixian.casework.staff.people import Person, Role
from shixian.operating.backup import back_up
from shixian.operating.restore import restore
from shixian.rules.errors import ShixianError
from shixian.rules.periods import add_days, minutes_before
from shixian.treasury.port import Outcome
from tests.casework.office import HEAD, Office
from tests.database import _in_a_hurry
from tests.faults import ways, world
from tests.faults.fake_treasury import FakeTreasury, Mishap
from tests.lifecycles import BOOKS

# Everybody may do everything, so that only the rules of the batch itself keep them apart.
EVERY = frozenset({Role.FINANCE_MAKER, Role.FINANCE_CHECKER})
PEOPLE = [Person(key, name, EVERY) for key, name in zip("abcde", "甲乙丙丁戊", strict=True)]
CASES = 2
MISHAPS = st.lists(st.sampled_from(list(Mishap)), max_size=6)
_template: list[Path] = []


def template() -> Path:
    """A database with awarded cases and money, made once."""
    if not _template:
        from shixian.casework.database import migrate

        file = Path(tempfile.mkdtemp(prefix="shixian-machine-")) / "template.db"
        engine = open_database(f"sqlite:///{file}")
        migrate(engine)
        world.fill(engine, CASES, granted="1万元")
        engine.dispose()
        _template.append(file)
    return _template[0]


class Money(RuleBasedStateMachine):
    """The money of two awarded cases: four obligations."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="shixian-machine-"))
        self.file = self.folder / "cases.db"
        shutil.copy(template(), self.file)
        self.engine = self._open()
        self.day, self.minutes = world.DAY, 0
        self.treasury = FakeTreasury()
        self.keys: dict[str, int] = {}
        self.backup: Path | None = None
        self.renamed = 0

    def _open(self) -> Engine:
        engine = open_database(f"sqlite:///{self.file}")
        event.listen(engine, "connect", _in_a_hurry)
        return engine

    def teardown(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder)

    # -- what rules need -----------------------------------------------------------------------------------------------

    @property
    def now(self) -> Any:
        self.minutes += 1
        return minutes_before(ways.noon(self.day), -self.minutes)

    def refs(self, *statuses: str) -> list[str]:
        with reading(self.engine) as connection:
            query = select(batch.c.ref).order_by(batch.c.id)
            return list(connection.scalars(query.where(batch.c.status.in_(statuses)) if statuses else query))

    def may_refuse(self, work: Callable[[], object]) -> bool:
        """Do it; a refusal is an answer, and must name what to do. Any other error fails the test."""
        try:
            work()
        except ShixianError as refused:
            assert refused.remedy, f"a refusal without a remedy: {refused}"
            return False
        return True

    @initialize(idempotent=st.booleans())
    def choose(self, idempotent: bool) -> None:
        self.treasury.idempotent = idempotent

    # -- the batch -----------------------------------------------------------------------------------------------------

    @rule(person=st.sampled_from(PEOPLE))
    def propose(self, person: Person) -> None:
        at = {"person": person, "now": self.now, "books": BOOKS}
        self.may_refuse(lambda: batches.propose(self.engine, world.LIFECYCLE, self.day, **at))  # type: ignore[arg-type]

    @rule(mishaps=MISHAPS)
    def a_whole_batch(self, mishaps: list[Mishap]) -> None:
        """The way it should go, up to the treasury: chance alone would seldom find four different people in order."""
        at = {"person": PEOPLE[0], "now": self.now, "books": BOOKS}
        self.may_refuse(lambda: batches.propose(self.engine, world.LIFECYCLE, self.day, **at))  # type: ignore[arg-type]
        for ref in self.refs("proposed"):
            self.may_refuse(partial(batches.approve, self.engine, ref, person=PEOPLE[3], now=self.now))
        self.treasury.mishaps = mishaps
        for ref in self.refs("approved", "released"):
            self.may_refuse(partial(ways.release, self.engine, ref, self.treasury, person=PEOPLE[4], now=self.now))

    @precondition(lambda self: self.refs("proposed", "approved"))
    @rule(data=st.data(), person=st.sampled_from(PEOPLE), drop=st.lists(st.integers(1, 4), max_size=2, unique=True))
    def edit(self, data: st.DataObject, person: Person, drop: list[int]) -> None:
        ref = data.draw(st.sampled_from(self.refs("proposed", "approved")))
        at = {"person": person, "now": self.now, "books": BOOKS}
        self.may_refuse(lambda: batches.revise(self.engine, ref, drop=drop, **at))  # type: ignore[arg-type]

    @precondition(lambda self: self.refs("proposed"))
    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def approve(self, data: st.DataObject, person: Person) -> None:
        ref = data.draw(st.sampled_from(self.refs("proposed")))
        self.may_refuse(lambda: batches.approve(self.engine, ref, person=person, now=self.now))

    @precondition(lambda self: self.refs())
    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def cancel(self, data: st.DataObject, person: Person) -> None:
        ref = data.draw(st.sampled_from(self.refs()))
        self.may_refuse(lambda: batches.cancel(self.engine, ref, reason="改期", person=person, now=self.now))

    # -- the money -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.refs("approved", "released", "done"))
    @rule(
        data=st.data(),
        person=st.sampled_from(PEOPLE),
        mishaps=MISHAPS,
        silent=st.booleans(),
    )
    def release(self, data: st.DataObject, person: Person, mishaps: list[Mishap], silent: bool) -> None:
        ref = data.draw(st.sampled_from(self.refs("approved", "released", "done")))
        self.treasury.mishaps, self.treasury.silent = mishaps, silent
        self.may_refuse(lambda: ways.release(self.engine, ref, self.treasury, person=person, now=self.now))
        self.treasury.silent = False

    @rule(silent=st.booleans())
    def inquire(self, silent: bool) -> None:
        self.treasury.mishaps, self.treasury.silent = [], silent
        self.may_refuse(lambda: ways.inquire(self.engine, self.treasury, now=self.now))
        self.treasury.silent = False

    @rule(back=st.integers(0, 3))
    def reconcile(self, back: int) -> None:
        day = add_days(self.day, -back)
        self.may_refuse(lambda: ways.reconcile(self.engine, self.treasury, day, now=self.now))

    @precondition(lambda self: [one for one in self.treasury.book if one.outcome is Outcome.PAID and not one.returned])
    @rule(data=st.data())
    def send_back(self, data: st.DataObject) -> None:
        paid = [one for one in self.treasury.book if one.outcome is Outcome.PAID and not one.returned]
        self.treasury.send_back(data.draw(st.sampled_from(paid)), self.day)

    @rule()
    def next_day(self) -> None:
        self.day, self.minutes = add_days(self.day, 1), 0

    @rule(number=st.integers(0, CASES - 1))
    def change_the_account(self, number: int) -> None:
        """Another account of a payee: whatever was approved for the old one must not go to either."""
        self.renamed += 1
        payee, person = f"实验室{number:04d}", PEOPLE[0]
        made = payees.enter_account(
            self.engine,
            payee,
            holder=payee,
            number=f"9559{self.renamed:011d}",
            bank=world.BANK,
            bank_name="建设银行",
            person=person,
            now=self.now,
        )
        payees.verify_account(self.engine, made.id, person=PEOPLE[1], now=self.now)

    @precondition(lambda self: len(self.treasury.book) > 3)
    @rule(number=st.integers(1, CASES), fen=st.integers(1, 2_000_000))
    def recover(self, number: int, fen: int) -> None:
        """A revocation, once, and what comes back of it, never more than is outstanding."""
        office = Office(self.engine)
        ref = office.refs()[number - 1]
        if office.status(ref)[0] == "open":
            when = self.now.isoformat()
            given = {"recovered": "1万元"}
            office.act(ref, "report", "revoke", "office", when, given, person=HEAD, reason="材料虚假", now=when)
            return
        for one in recovery.recoveries(self.engine, open_only=True):
            reference = f"IN{self.minutes}-{self.day}"
            at = {"received": self.day, "reference": reference, "person": PEOPLE[0], "now": self.now, "books": BOOKS}
            self.may_refuse(partial(recovery.receive, self.engine, one.id, fen, **at))

    # -- the disaster --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.backup is None and self.refs())
    @rule()
    def back_up(self) -> None:
        self.backup, _ = back_up(self.engine, self.folder / "backup.zip", now=self.now)

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        assert self.backup is not None
        self.engine.dispose()
        at = {"today": self.day, "now": self.now, "person": "ops"}
        done = restore(self.backup, f"sqlite:///{self.file}", replace=True, **at)  # type: ignore[arg-type]
        Path(done.aside).unlink()
        with reading(self.engine) as connection:
            assert held_days(connection)

    # -- what always holds ---------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_paid_twice_and_nothing_is_lost(self) -> None:
        with reading(self.engine) as connection:
            numbers = list(connection.scalars(select(obligation.c.id).where(obligation.c.direction == "付")))
            for number, keys in next_keys(connection, numbers, count=4).items():
                self.keys.update(dict.fromkeys(keys, number))
            self.keys.update({row.key: row.obligation_id for row in connection.execute(select(attempt))})
        verdict = world.audit(self.engine, self.treasury.booked(), today=self.day, owed_keys=self.keys)
        assert verdict.clean, verdict

    @invariant()
    def the_ledger_balances(self) -> None:
        with reading(self.engine) as connection:
            found = balances(connection)
            assert sum(found.values()) == 0 and unbalanced(connection) == []
            paid = select(func.coalesce(func.sum(attempt.c.fen), 0)).where(
                attempt.c.status.in_([AttemptStatus.PAID, AttemptStatus.RETURNED])
            )
            assert found[Account.PAID] == connection.scalar(paid)
            assert found[Account.APPROPRIATION] >= 0 or found[Account.RESERVED] >= 0

    @invariant()
    def at_most_one_attempt_lives_and_no_key_is_used_twice(self) -> None:
        with reading(self.engine) as connection:
            alive = select(attempt.c.obligation_id).where(attempt.c.alive)
            living = list(connection.scalars(alive))
            keys = list(connection.scalars(select(attempt.c.key)))
        assert len(living) == len(set(living)) and len(keys) == len(set(keys))

    @invariant()
    def they_are_different_people(self) -> None:
        with reading(self.engine) as connection:
            for row in connection.execute(select(batch)):
                own = select(batch_approval.c.person).where(batch_approval.c.batch_id == row.id)
                checked = list(connection.scalars(own))
                makers = {row.maker, row.editor}
                assert len(checked) == len(set(checked)) and not makers & set(checked)
                if row.releaser is not None:
                    assert row.releaser not in makers | set(checked) and len(checked) >= row.approvals


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
