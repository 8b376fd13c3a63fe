"""Outages 公示中断: a time in which the public notices could not be read. Every window then open is extended by it.

The days lost are intervals in each case's suspension ledger (the standing act `outage`), so that a window's last day
stays a function of publication, length and intervals. A window that had ended before the outage was recorded cannot be
reopened: it is given back by name, with the reason, for a person to decide. What became of every window is kept in the
journal `outages`, in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from models import case_file, deadline, outage
from shixian.casework.database import reading
from shixian.casework.journal import Note, entries, write
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Permission, Person, in_scope, require
from shixian.casework.store import SqlStore
from shixian.casework.work import attempt
from shixian.rules import proceedings
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError
from shixian.rules.lifecycle import Binds, Lifecycle, Stage
from shixian.rules.periods import legal_day, parse_day
from shixian.rules.state import Refusal

JOURNAL = "outages"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Extended:
    """One window: its last day before and after; or why it could not be extended."""

    ref: str
    lifecycle: str
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

    Each legal day that the outage touched is lost whole (the reading of `rules.standing.OUTAGE_READING`). Recorded by
    whoever approves (审批): one record lengthens a term of the law for everybody, and holds up what is to be paid.
    """
    require(person, Permission.OFFICE_ACT)
    require(person, Permission.HEAD_ACT)
    because = because.strip()
    if not 0 < len(because) <= LONGEST_REASON or not because.isprintable():
        raise CaseworkError(
            f"须写明中断的原因，至多 {LONGEST_REASON} 字，不换行", remedy="写明原因和依据，如“机房断电，见值班记录”"
        )
    if not began < ended <= now:
        raise CaseworkError("中断的起止时间不对：应先开始、后结束，且已经结束", remedy="核对起止时间")
    first, last = legal_day(began), legal_day(ended)

    def work(store: SqlStore) -> Recorded:
        row = {"began_at": began, "ended_at": ended, "because": because, "found_by": person.key}
        statement = insert(outage).returning(outage.c.id)
        number = int(store.connection.execute(statement, row | {"recorded_at": now}).scalar_one())
        done: list[Extended] = []
        for ref, key in _touched(store.connection, first, last):
            lifecycle = store.books.lifecycles.get(key)
            if lifecycle is None:
                continue
            store.lock(ref)
            done += _extend(store, lifecycle, ref, (first, last), because, person, now)
        _note(store.connection, number, (first, last), done, person, now)
        return Recorded(number, first, last, tuple(done))

    return attempt(engine, work, books=books, now=now, person=person.key)


def outages(engine: Engine, *, limit: int = 50) -> list[RowMapping]:
    """The outages recorded, the latest first."""
    with reading(engine) as connection:
        return list(connection.execute(select(outage).order_by(outage.c.id.desc()).limit(limit)).mappings())


def windows_of(engine: Engine) -> dict[int, list[Extended]]:
    """What became of the windows, by the number of the outage."""
    found: dict[int, list[Extended]] = {}
    with reading(engine) as connection:
        for entry in entries(connection, JOURNAL):
            data = json.loads(entry["data"])
            found[data["outage"]] = [_read(one) for one in data["windows"]]
    return found


def _note(
    connection: Connection,
    number: int,
    lost: tuple[date, date],
    windows: Sequence[Extended],
    person: Person,
    now: datetime,
) -> None:
    told = [
        {
            "ref": one.ref,
            "lifecycle": one.lifecycle,
            "stage": one.stage,
            "title": one.title,
            "before": one.before.isoformat(),
            "after": one.after.isoformat(),
            "refused": one.refusal.to_json() if one.refusal is not None else None,
        }
        for one in windows
    ]
    data = {"outage": number, "first_day": lost[0].isoformat(), "last_day": lost[1].isoformat(), "windows": told}
    note = Note("outage_recorded", legal_day(now), data)
    write(connection, JOURNAL, [note], recorded_at=now, person=person.key)


def _read(told: dict[str, object]) -> Extended:
    days = parse_day(str(told["before"])), parse_day(str(told["after"]))
    refused = told["refused"]
    refusal = None
    if isinstance(refused, dict):
        code, because, clause, remedy = (str(refused[name]) for name in ("code", "because", "clause", "remedy"))
        refusal = Refusal(code, because, clause, remedy)
    ref, lifecycle, stage, title = (str(told[name]) for name in ("ref", "lifecycle", "stage", "title"))
    return Extended(ref, lifecycle, stage, title, *days, refusal)


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
        if not in_scope(person, lifecycle):
            found.append(Extended(ref, lifecycle.key, stage.key, stage.title, ends, ends, _not_his(person, stage)))
            continue
        given = {"first_day": first.isoformat(), "last_day": last.isoformat()}
        acted = Acted(stage.key, "outage", _office(lifecycle, stage), now, given, (), because, person.key)
        decided = proceedings.act(store, ref, acted)
        after = date.fromisoformat(store.load(ref).progress.windows[stage.key][1])
        found.append(Extended(ref, lifecycle.key, stage.key, stage.title, ends, after, decided.refusal))
    return found


def _not_his(person: Person, stage: Stage) -> Refusal:
    assert stage.window is not None
    return Refusal(
        "out_of_scope",
        f"不在“{person.name}”的办理范围内，没有顺延",
        stage.window.clause,
        "由范围内的审批人在公示期满前另行登记同一中断",
    )


def _office(lifecycle: Lifecycle, stage: Stage) -> str:
    """The office that answers for the notice: the stage's own, else the lifecycle's first."""
    if stage.by.side is Binds.OFFICE:
        return stage.by.key
    return next((actor.key for actor in lifecycle.actors if actor.side is Binds.OFFICE), stage.by.key)
