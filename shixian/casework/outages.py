"""Outages 公示中断: a time in which the public notices could not be read. Every window then open is extended by it.

The days lost are intervals in each case's suspension ledger (the standing act `outage`), so that a window's last day
stays a function of publication, length and intervals. A window that had ended before the outage was recorded cannot be
reopened: it is given back by name, with the reason, for a person to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from models import case_file, deadline, outage
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.people import Permission, Person, in_scope, require
from shixian.casework.store import SqlStore
from shixian.casework.work import attempt
from shixian.rules import proceedings
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError
from shixian.rules.lifecycle import Binds, Lifecycle, Stage
from shixian.rules.periods import legal_day
from shixian.rules.state import Refusal


@dataclass(frozen=True, slots=True)
class Extended:
    """One window: its last day before and after; or why it could not be extended."""

    ref: str
    stage: str
    title: str
    before: date
    after: date
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outage as recorded: the legal days lost, both included, and what became of every window they touched."""

    number: int
    first_day: date
    last_day: date
    windows: tuple[Extended, ...]


def record_outage(
    engine: Engine,
    began: datetime,
    ended: datetime,
    because: str,
    person: Person,
    now: datetime,
    *,
    books: LawBooks | None = None,
) -> Recorded:
    """Record that the notices could not be read from `began` to `ended`, and extend every open window, at once.

    Each legal day that the outage touched is lost whole (the reading of `rules.standing.OUTAGE_READING`).
    """
    require(person, Permission.OFFICE_ACT)
    if not because.strip() or not because.isprintable():
        raise CaseworkError("须写明中断的原因", remedy="写明原因，如“机房断电”")
    if not began < ended <= now:
        raise CaseworkError("中断的起止时间不对：应先开始、后结束，且已经结束", remedy="核对起止时间")
    first, last = legal_day(began), legal_day(ended)

    def work(store: SqlStore) -> Recorded:
        row = {"began_at": began, "ended_at": ended, "because": because.strip(), "found_by": person.key}
        statement = insert(outage).returning(outage.c.id)
        number = int(store.connection.execute(statement, row | {"recorded_at": now}).scalar_one())
        done = []
        for ref, key in _touched(store.connection, first, last):
            lifecycle = store.books.lifecycles.get(key)
            if lifecycle is not None and in_scope(person, lifecycle):
                store.lock(ref)
                done += _extend(store, lifecycle, ref, (first, last), because.strip(), person, now)
        return Recorded(number, first, last, tuple(done))

    return attempt(engine, work, books=books, now=now, person=person.key)


def outages(engine: Engine, *, limit: int = 50) -> list[RowMapping]:
    """The outages recorded, the latest first."""
    with reading(engine) as connection:
        return list(connection.execute(select(outage).order_by(outage.c.id.desc()).limit(limit)).mappings())


def _touched(connection: Connection, first: date, last: date) -> list[tuple[str, str]]:
    """The open cases whose window may have had one of the days, in one order: so two never wait crosswise."""
    query = (
        select(case_file.c.ref, case_file.c.lifecycle)
        .join(deadline, deadline.c.case_id == case_file.c.id)
        .where(deadline.c.clock == "window", deadline.c.last_day >= first, case_file.c.status != "closed")
        .distinct()
        .order_by(case_file.c.ref)
    )
    return [(row.ref, row.lifecycle) for row in connection.execute(query)]


def _extend(
    store: SqlStore,
    lifecycle: Lifecycle,
    ref: str,
    lost: tuple[date, date],
    because: str,
    person: Person,
    now: datetime,
) -> list[Extended]:
    found = []
    first, last = lost
    for stage in lifecycle.stages:
        window = store.load(ref).progress.windows.get(stage.key)
        if stage.window is None or window is None:
            continue
        began, ends = (date.fromisoformat(text) for text in window)
        if began > last or ends < first:
            continue
        given = {"first_day": first.isoformat(), "last_day": last.isoformat()}
        acted = Acted(stage.key, "outage", _office(lifecycle, stage), now, given, (), because, person.key)
        decided = proceedings.act(store, ref, acted)
        after = date.fromisoformat(store.load(ref).progress.windows[stage.key][1])
        found.append(Extended(ref, stage.key, stage.title, ends, after, decided.refusal))
    return found


def _office(lifecycle: Lifecycle, stage: Stage) -> str:
    """The office that answers for the notice: the stage's own, else the lifecycle's first."""
    if stage.by.side is Binds.OFFICE:
        return stage.by.key
    return next((actor.key for actor in lifecycle.actors if actor.side is Binds.OFFICE), stage.by.key)
