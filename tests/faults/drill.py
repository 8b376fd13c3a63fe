"""One exercise: a batch is released by processes that are killed again and again, at a bank that fails; then it is made
good, and the bank's book is compared with ours.

A round is decided by its seed alone: the fault, how often it strikes, and the boundary at which each process dies.
"""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from shixian.casework.database import migrate, open_database
from shixian.disbursing import inquire, release, run
from shixian.operating.backup import back_up
from shixian.operating.restore import restore
from shixian.rules.periods import add_days
from shixian.treasury.http import HttpConfig, HttpTreasury
from shixian.treasury.port import Answer, Outcome
from shixian.treasury.simulator.faults import Faults
from tests.faults import ways, world
from tests.faults.boundaries import Boundaries, Death, resent
from tests.faults.processes import SECRET, Bank, answered, bank, ended, forked
from tests.faults.world import Verdict

CASES = 3  # of two instalments each
DAYS = 3  # statements read at the end: the day of payment and those on which money may come back
LAST = add_days(world.DAY, DAYS - 1)
BATCH = "B-2021-0001"
ANSWER_SECONDS = 0.4  # a bank that says nothing is waited for so long; the result does not depend on it
PATIENCE = 60.0  # a bank that is well again is waited for, however slow this machine is

# Every fault of the simulator, as it is switched on in a round that is about it.
FAULTS: dict[str, Faults] = {
    "none": Faults(),
    "slow": Faults(slow=5),
    "timeout_after_accepting": Faults(timeout_after_accepting=True),
    "error_after_accepting": Faults(error_after_accepting=True),
    "lost_reply": Faults(lost_reply=True),
    "duplicate_reply": Faults(duplicate_reply=True),
    "garbage": Faults(garbage=True),
    "refuse": Faults(refuse=True),
    "return_after_days": Faults(return_after_days=1),
    "no_idempotency": Faults(no_idempotency=True, lost_reply=True),
    "settle_after_queries": Faults(settle_after_queries=2),
    "no_queries": Faults(no_queries=True, lost_reply=True),
}


class Blind(HttpTreasury):
    """What must never be: a gateway that does not honour keys is taken for one that does, and is never asked."""

    async def query(self, key: str) -> Answer:
        """Says that nothing was ever sent."""
        return Answer(Outcome.NOT_FOUND)


@dataclass(slots=True)
class Round:
    """What one exercise came to."""

    seed: int
    fault: str
    kills: int
    resent: int
    verdict: Verdict
    restored: bool = False

    def line(self) -> str:
        """One line of the drill's log."""
        found = "clean" if self.verdict.clean else "WRONG"
        waiting = f" open={len(self.verdict.open)}" if self.verdict.open else ""
        then = " restored" if self.restored else ""
        return f"seed={self.seed} fault={self.fault} kills={self.kills}{then} resent={self.resent} {found}{waiting}"


def template(folder: Path) -> Path:
    """A database with an approved batch, to be copied for each round."""
    file = folder / "template.db"
    engine = open_database(f"sqlite:///{file}")
    migrate(engine)
    world.fill(engine, CASES)
    world.approved_batch(engine)
    engine.dispose()
    return file


@dataclass(frozen=True, slots=True)
class Exercise:
    """A database (by its address), a bank, and the batch to be released."""

    url: str
    bank: Bank
    ref: str
    sent: Path
    idempotent: bool = True
    blind: bool = False
    group: int = 64
    restored: bool = False
    answer_seconds: float = ANSWER_SECONDS

    def treasury(self) -> HttpTreasury:
        """The HTTP connector to the bank; not idempotent where keys mean nothing to it."""
        config = HttpConfig(
            self.bank.url,
            SECRET,
            idempotent=self.idempotent or self.blind,
            connections=2,
            answer_seconds=self.answer_seconds,
        )
        return (Blind if self.blind else HttpTreasury)(config, lambda: world.NOW)

    def releasing(self, death: Death, tell: Path | None = None) -> Callable[[], None]:
        """The work of a releasing process. `tell`: where one that lives writes what boundaries and effects it met."""

        def work() -> None:
            engine = open_database(self.url)
            boundaries = Boundaries(death, self.sent)
            boundaries.install(engine)
            self._set_group()
            ways.release(engine, self.ref, self.treasury())
            engine.dispose()
            if tell is not None:
                tell.write_text(f"{boundaries.count} {boundaries.effects}")

        return work

    def _set_group(self) -> None:
        """In this process, which does nothing else: groups so small that a small batch has several."""
        run.GROUP = self.group
        for module in (run, release, inquire):
            module.DOUBTS = max(self.group // 2, 3)  # type: ignore[attr-defined]

    def making_good(self) -> Callable[[], Verdict]:
        """What an office does afterwards: release again, inquire, reconcile; pay once more what came back or was
        refused. And what an auditor finds then."""

        def work() -> Verdict:
            engine = open_database(self.url)
            Boundaries(Death(), self.sent).install(engine)
            self._set_group()
            for number in range(DAYS):
                day = add_days(world.DAY, number)
                now = ways.noon(day)
                if self.restored:  # nothing moves before the statements are read
                    ways.reconcile(engine, self.treasury(), day, now=now)
                for ref in world.refs_to_go_on(engine):
                    ways.release(engine, ref, self.treasury(), now=now)
                    ways.inquire(engine, self.treasury(), now=now)
                ways.reconcile(engine, self.treasury(), day, now=now)
                if ref := world.another_batch(engine, now, day):
                    ways.release(engine, ref, self.treasury(), now=now)
            verdict = world.audit(engine, world.book_of(self.bank.book), today=LAST)
            engine.dispose()
            return verdict

        return work


def one_round(
    folder: Path,
    copied: Path,
    seed: int,
    *,
    fault: str = "",
    at_most: int = 4,
    first: Death | None = None,
    blind: bool = False,
) -> Round:
    """A round by its seed. `at_most`: so many kills; `first`: the first of them."""
    drawn = random.Random(seed)
    fault = fault or drawn.choice(list(FAULTS))
    faults = replace(FAULTS[fault], probability=drawn.choice([1.0, 0.5, 0.3]), seed=seed)
    folder.mkdir()
    database = folder / "cases.db"
    shutil.copy(copied, database)
    with bank(folder / "bank.db") as at:
        at.faults(faults)
        honours = not faults.no_idempotency
        url, group, restored = f"sqlite:///{database}", drawn.choice([4, 64]), drawn.random() < 0.2
        exercise = Exercise(url, at, BATCH, folder / "sent", honours, blind, group, restored)
        if restored:
            answered(lambda: _back_up(folder, url))
        killed = 0
        for number in range(min(drawn.randint(1, 4), at_most)):
            death = first if number == 0 and first is not None else _death(drawn)
            code = ended(forked(exercise.releasing(death)), kill_after=death.after)
            if code not in (0, -signal.SIGKILL):
                raise RuntimeError(f"a release failed by itself: seed {seed}, fault {fault}")
            killed += code == -signal.SIGKILL
            if code == 0:
                break
        well = drawn.random() < 0.7
        if well:
            at.faults(Faults(no_idempotency=faults.no_idempotency))
            exercise = replace(exercise, answer_seconds=PATIENCE)
        if restored:
            answered(lambda: _restore(folder, database))
        verdict = answered(exercise.making_good())
        if well and exercise.idempotent and verdict.open:
            verdict.lost.append(f"the bank is well, and still not settled: {verdict.open}")
        return Round(seed, fault, killed, resent(exercise.sent), verdict, restored)


def _back_up(folder: Path, url: str) -> None:
    engine = open_database(url)
    back_up(engine, folder / "backup.zip", now=world.NOW)
    engine.dispose()


def _restore(folder: Path, database: Path) -> None:
    """The disk is gone, and the backup is of before the batch was released."""
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    now = ways.noon(world.DAY)
    restore(folder / "backup.zip", f"sqlite:///{database}", replace=False, today=world.DAY, now=now, person="ops")


def _death(drawn: random.Random) -> Death:
    """Mostly at an effect; sometimes between two statements, sometimes wherever the process happens to be."""
    kind = drawn.random()
    if kind < 0.6:
        return Death(effect=drawn.randint(1, 45))
    return Death(boundary=drawn.randint(1, 190)) if kind < 0.8 else Death(after=drawn.uniform(0.0, 0.4))
