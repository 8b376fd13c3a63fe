"""The ways money moves, as the commands and the flow call them, at an hour the test chooses."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time

from sqlalchemy import Engine, select

from models import BatchStatus, batch
from shixian.casework.database import reading
from shixian.casework.staff.people import THE_SYSTEM, Person
from shixian.clock import SHANGHAI
from shixian.disbursing.inquire import inquire as inquire_batch
from shixian.disbursing.reconcile import Reconciled
from shixian.disbursing.reconcile import reconcile as reconcile_day
from shixian.disbursing.release import Report
from shixian.disbursing.release import release as release_batch
from shixian.treasury.port import Treasury
from tests.faults import world
from tests.lifecycles import BOOKS


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI)


def release(
    engine: Engine,
    ref: str,
    treasury: Treasury,
    *,
    person: Person = world.RELEASER,
    now: datetime = world.NOW,
    alone: bool = True,
) -> Report:
    """Release a batch, or go on with it."""

    async def work() -> Report:
        try:
            return await release_batch(
                engine, ref, person=person, treasury=treasury, now=lambda: now, books=BOOKS, alone=alone
            )
        finally:
            await treasury.aclose()

    return asyncio.run(work())


def inquire(engine: Engine, treasury: Treasury, *, now: datetime = world.NOW) -> list[Report]:
    """Ask about everything that is not settled, batch by batch."""
    with reading(engine) as connection:
        refs = list(connection.scalars(select(batch.c.ref).where(batch.c.status == BatchStatus.RELEASED)))

    async def work() -> list[Report]:
        try:
            return [
                await inquire_batch(engine, ref, person=world.CHECKER, treasury=treasury, now=lambda: now)
                for ref in refs
            ]
        finally:
            await treasury.aclose()

    return asyncio.run(work())


def reconcile(engine: Engine, treasury: Treasury, day: date, *, now: datetime = world.NOW) -> Reconciled:
    """Take the statement of a day in."""

    async def work() -> Reconciled:
        try:
            return await reconcile_day(engine, day, treasury=treasury, person=THE_SYSTEM, now=lambda: now)
        finally:
            await treasury.aclose()

    return asyncio.run(work())
