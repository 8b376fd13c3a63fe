"""Release: an approved batch is authorised once more, what an earlier run left is asked, and the rest is paid.

Killed at any point and run again, it goes on: what was planned is paid, what may have been sent is inquired first. Two
at once do no harm. Sent but not recorded are at most `attempts.GROUP` payments a run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from models import AttemptStatus
from shixian import clock
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money import batches, restored, unsettled
from shixian.casework.money.alone import only_one
from shixian.casework.money.attempts import TO_INQUIRE
from shixian.casework.money.batch_steps import refusals_recorded
from shixian.casework.money.channels import require_channel
from shixian.casework.money.unsettled import Counts
from shixian.casework.staff.people import Person
from shixian.disbursing.run import DOUBTS, Run, Tell
from shixian.rules.money import Money
from shixian.settings import settings
from shixian.treasury.port import Treasury

NO_ANSWER = f"国库连续 {DOUBTS} 次没有明确答复，暂停发送"

_PASSES = 5  # a reply that came twice spoils the next answer too


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, and how the batch stands. `halted`: why it stopped early, with what is left to do; or empty."""

    counts: Counts
    claimed: int
    resent: int
    asked: int
    answered: int
    alarms: tuple[str, ...]
    halted: str

    @property
    def complete(self) -> bool:
        """Whether every attempt is settled."""
        return self.counts.open == 0

    def lines(self) -> list[str]:
        """For a person."""
        said = f"本次付出 {self.claimed} 笔，查询 {self.asked} 笔（有答复 {self.answered} 笔），同一编号重发 {self.resent} 笔"
        lines = [f"批次 {self.counts.ref} {self.counts.line()}", said]
        if self.halted:
            lines.append(f"已暂停：{self.halted}")
        if not self.complete:
            left = self.counts.numbers.get("planned", 0) - self.counts.parked > 0
            again = f"shixian batch release {self.counts.ref} 继续；" if left or self.halted else ""
            lines.append(f"尚未办结：{again}结果不明的用 shixian batch inquire {self.counts.ref} 查询，不会自动重付")
        return lines + [f"警报：{alarm}" for alarm in self.alarms]

    def to_json(self) -> dict[str, Any]:
        """Counts and words; no account, no name."""
        return {
            "batch": self.counts.ref,
            "status": self.counts.status,
            "attempts": self.counts.numbers,
            "fen": self.counts.fen,
            "parked": self.counts.parked,
            "claimed": self.claimed,
            "resent": self.resent,
            "asked": self.asked,
            "answered": self.answered,
            "complete": self.complete,
            "halted": self.halted,
            "alarms": list(self.alarms),
        }


async def release(
    engine: Engine,
    ref: str,
    *,
    person: Person,
    treasury: Treasury,
    now: Callable[[], datetime] = clock.now,
    progress: Tell | None = None,
    books: LawBooks | None = None,
    second_checker_above: Any = None,
    alone: bool = True,
) -> Report:
    """Release a batch, or go on with a release that stopped. `alone`: refuse (Conflict) while another one runs.

    Raises what `batches.authorize_release` raises; once released, trouble with the treasury is in the report.
    """
    with only_one(engine, ref) if alone else nullcontext():
        limit = second_checker_above
        await asyncio.to_thread(authorize, engine, ref, person=person, now=now(), books=books, limit=limit)
        run = await start(engine, ref, person=person, treasury=treasury, now=now, progress=progress, books=books)
        await settle_leftovers(run)
        await pay_planned(run)
        return await report_of(run)


def authorize(
    engine: Engine, ref: str, *, person: Person, now: datetime, books: LawBooks | None = None, limit: Any = None
) -> None:
    """The last look of casework: enough approvals, other people, every line checked again. Done twice: nothing new.

    Refused while a database restored from a backup has not been reconciled up to today.
    """
    with refusals_recorded(engine, ref, "release", person, now), reading(engine) as connection:
        restored.require_reconciled(connection)
    batches.authorize_release(engine, ref, person=person, now=now, books=books, second_checker_above=limit)


def limit_of_settings() -> int:
    """Above how many fen a batch needs a second checker. Raises what kept it from being read; casework then refuses."""
    return Money.parse(settings().second_checker_above).fen


async def start(
    engine: Engine,
    ref: str,
    *,
    person: Person,
    treasury: Treasury,
    now: Callable[[], datetime] = clock.now,
    progress: Tell | None = None,
    books: LawBooks | None = None,
) -> Run:
    """A run over a batch, which knows how it stands. PaymentError when the batch leaves by file."""
    await asyncio.to_thread(_require_gateway, engine, ref)
    run = Run(engine, ref, treasury, person, now, progress, books)
    counted = await asyncio.to_thread(unsettled.counts, engine, ref)
    run.numbers.update(counted.numbers)
    await run.report()
    return run


def _require_gateway(engine: Engine, ref: str) -> None:
    """A gateway knows nothing of what left by file: what it does not find may have been paid all the same."""
    with reading(engine) as connection:
        require_channel(connection, ref, file=False)


async def settle_leftovers(run: Run) -> None:
    """Ask about everything an earlier run may have sent, before anything new is sent."""
    await run.ask(TO_INQUIRE, send_again=True)
    if run.doubts >= DOUBTS:
        run.halted = run.halted or NO_ANSWER


async def pay_planned(run: Run, at_most: int | None = None) -> int:
    """Pay what is planned, and ask about what stayed unknown; how many were sent.

    When the treasury stops answering clearly, no more is sent until it has said what became of the last ones.
    """
    sent = 0
    while not run.halted:
        before, run.doubts = sent, 0
        sent += await run.pay(None if at_most is None else at_most - sent)
        in_doubt, run.doubts = run.doubts >= DOUBTS, 0
        if run.halted:
            break
        definite = await _ask_unknown(run)
        if in_doubt and not definite:
            run.halted = NO_ANSWER
        if not in_doubt or sent == before or (at_most is not None and sent >= at_most):
            break
    return sent


async def _ask_unknown(run: Run) -> int:
    """Ask about what is unknown, again as long as that helps; how many definite answers came."""
    answered = 0
    for _ in range(_PASSES):
        definite = await run.ask((AttemptStatus.UNKNOWN,), send_again=True)
        answered += definite
        if not definite or not run.numbers["unknown"]:
            break
    return answered


async def report_of(run: Run) -> Report:
    """How the batch stands after the run."""
    counted = await asyncio.to_thread(unsettled.counts, run.engine, run.ref)
    run.numbers.clear()
    run.numbers.update(counted.numbers)
    await run.report()
    return Report(counted, run.claimed, run.resent, run.asked, run.answered, tuple(run.alarms), run.halted)
