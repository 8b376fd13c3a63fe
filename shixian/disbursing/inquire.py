"""Inquiry: ask the treasury what became of everything sent or unknown. It asks; it sends nothing.

Where the treasury says nothing, the attempt stays unknown and on the list. Where it never took a payment, the next
release sends it again under its own key, if the treasury honours keys; else it waits for a person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from shixian import clock
from shixian.casework.money.attempts import TO_INQUIRE
from shixian.casework.staff.people import Permission, Person, require
from shixian.disbursing.release import NO_ANSWER, Report, report_of, start
from shixian.disbursing.run import DOUBTS, Tell
from shixian.treasury.port import Treasury


async def inquire(
    engine: Engine,
    ref: str,
    *,
    person: Person,
    treasury: Treasury,
    now: Callable[[], datetime] = clock.now,
    progress: Tell | None = None,
) -> Report:
    """Ask about every intended, sent and unknown attempt of a batch, once each. RELEASE_BATCH or CHECK_BATCH."""
    if not person.may(Permission.CHECK_BATCH):
        require(person, Permission.RELEASE_BATCH)
    run = await start(engine, ref, person=person, treasury=treasury, now=now, progress=progress)
    await run.ask(TO_INQUIRE, send_again=False)
    if run.doubts >= DOUBTS:
        run.halted = run.halted or NO_ANSWER
    return await report_of(run)
