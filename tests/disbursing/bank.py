"""The simulated bank as a process, and a finance office that pays through it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import Engine, select

from models import Account, AttemptStatus, attempt, ledger_entry, obligation
from shixian.casework.database import reading
from shixian.casework.money import ledger
from shixian.casework.staff.people import Person
from shixian.casework.verify import verify
from shixian.disbursing.inquire import inquire
from shixian.disbursing.reconcile import Reconciled, reconcile
from shixian.disbursing.release import Report, release
from shixian.operating.house import ROOT
from shixian.rules.periods import add_days
from shixian.treasury.http import HttpConfig, HttpTreasury
from tests.casework.office import FACTS, Office, at
from tests.faults.world import CHECKER, DAY, RELEASER, approved_batch, fill
from tests.lifecycles import BOOKS, UNIT_B

SECRET = "a key of the tests alone"
NOW = at("2021-03-01T10:00")


@dataclass
class Bank:
    """A simulator process: its address and its controls."""

    url: str
    process: subprocess.Popen[str]

    def faults(self, **faults: Any) -> None:
        """Switch these on, and all others off."""
        httpx.post(f"{self.url}/faults", json=faults, trust_env=False).raise_for_status()

    def totals(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/totals", trust_env=False, timeout=30).raise_for_status().json()
        return found


@contextmanager
def running_bank(file: Path, port: int = 0) -> Iterator[Bank]:
    """A simulator over this book, killed at the end."""
    command = [sys.executable, "-m", "shixian.cli", "treasury-simulator", "--port", str(port), "--file", str(file)]
    environment = {**os.environ, "SHIXIAN_TREASURY_KEY": SECRET}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "http://" in line, line
        yield Bank("http://" + line.split("http://")[1].split()[0], process)
    finally:
        process.kill()
        process.wait()


@dataclass
class Payments:
    """An approved batch of `cases` awards (two instalments each) and the ways to bring its money out."""

    engine: Engine
    bank: Bank
    ref: str

    @classmethod
    def prepared(cls, engine: Engine, bank: Bank, cases: int = 3) -> Payments:
        """Keys are made of the first event's hash: a first case of its own keeps one test's payments from another's."""
        odd = {**FACTS, "unit_code": UNIT_B, "unit_name": "别单位", "field": uuid4().hex}
        Office(engine).open(facts=odd)
        fill(engine, cases)
        return cls(engine, bank, approved_batch(engine))

    def connector(self, **config: Any) -> HttpTreasury:
        given = {"base_url": self.bank.url, "secret": SECRET.encode(), "connections": 3, "answer_seconds": 5.0}
        return HttpTreasury(HttpConfig(**given | config), lambda: NOW)

    def release(self, ref: str | None = None, *, person: Person = RELEASER, **options: Any) -> Report:
        alone = options.pop("alone", True)
        now = options.pop("now", NOW)
        progress = options.pop("progress", None)

        async def work() -> Report:
            async with self.connector(**options) as treasury:
                given: dict[str, Any] = {"person": person, "treasury": treasury, "books": BOOKS}
                return await release(
                    self.engine, ref or self.ref, now=lambda: now, alone=alone, progress=progress, **given
                )

        return asyncio.run(work())

    def inquire(self, *, now: datetime = NOW, **options: Any) -> Report:
        async def work() -> Report:
            async with self.connector(**options) as treasury:
                return await inquire(self.engine, self.ref, person=RELEASER, treasury=treasury, now=lambda: now)

        return asyncio.run(work())

    def reconcile(self, days: int = 0) -> Reconciled:
        """The statement of the day `days` after the release."""

        async def work() -> Reconciled:
            async with self.connector() as treasury:
                when: Callable[[], datetime] = lambda: NOW  # noqa: E731
                return await reconcile(self.engine, add_days(DAY, days), treasury=treasury, person=CHECKER, now=when)

        return asyncio.run(work())

    # -- what is so --------------------------------------------------------------------------------------------------

    def attempts(self) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(attempt).order_by(attempt.c.id)).all())

    def statuses(self) -> list[str]:
        return [row.status.value for row in self.attempts()]

    def times(self) -> list[int]:
        """How often the bank paid each of our attempts."""
        keys = self.bank.totals()["keys"]
        return [keys.get(row.key, {"times": 0})["times"] for row in self.attempts()]

    def references(self) -> list[str]:
        """The bank's own reference of each of our attempts, asked now over connections that nothing has spoilt."""

        async def work() -> list[str]:
            async with self.connector() as treasury:
                return [(await treasury.query(row.key)).reference for row in self.attempts()]

        return asyncio.run(work())

    def sound(self) -> None:
        """Nothing paid beyond what is owed; the ledger says what the attempts say; the record verifies."""
        keys = self.bank.totals()["keys"]
        with reading(self.engine) as connection:
            owed = {row.id: row.fen for row in connection.execute(select(obligation))}
            balances = ledger.balances(connection)
            posted = set(connection.scalars(select(ledger_entry.c.posting).where(ledger_entry.c.account == "paid")))
        rows = self.attempts()
        for number, fen in owed.items():
            own = [keys.get(row.key, {"paid": 0, "returned": 0}) for row in rows if row.obligation_id == number]
            assert sum(one["paid"] - one["returned"] for one in own) <= fen, f"obligation {number} was paid twice"
        done = [row for row in rows if row.status in (AttemptStatus.PAID, AttemptStatus.RETURNED)]
        assert posted == {f"paid:{row.key}" for row in done}
        assert balances[Account.PAID] == sum(row.fen for row in done)
        assert sum(balances.values()) == 0
        assert verify(self.engine).problems == ()
