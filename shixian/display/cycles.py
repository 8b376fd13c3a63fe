"""A programme's year: cases by stage, what lapsed, what falls due in the next 60 working days and on whose desk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Engine, case, func, select

from models import assignment, case_file, cycle_run, deadline
from models import person as person_table
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.parties import shown_party
from shixian.casework.staff.people import Person
from shixian.display.lists import OPEN, scoped
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.narrate import stage_title
from shixian.rules.periods import last_working_day_ahead
from shixian.rules.validation import order

AHEAD = 60  # working days
BANDS = (5, 20, AHEAD)
SHOWN = 200  # rows of a long list


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One line of the overview."""

    key: str
    title: str
    cycle: int
    open: int
    suspended: int
    closed: int
    past: int


@dataclass(frozen=True, slots=True)
class StageCount:
    """Cases that stand in a stage, and those that were closed in it."""

    key: str
    title: str
    clause: str
    open: int
    suspended: int
    closed: int


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A clock that ran out: of how many cases, and the latest of them."""

    stage: str
    title: str
    clause: str
    effect: str
    count: int
    latest: date | None


@dataclass(frozen=True, slots=True)
class Load:
    """What falls due with one officer: past, then within each of BANDS (working days), of this cycle; and of all."""

    officer: str
    name: str
    past: int
    due: tuple[int, ...]
    everywhere: int


@dataclass(frozen=True, slots=True)
class Due:
    ref: str
    party: str
    stage: str
    title: str
    clause: str
    effect: str
    last_day: date
    provisional: bool
    officer: str


@dataclass(frozen=True, slots=True)
class Ran:
    """A cycle run as the database knows it, whether or not Prefect is up."""

    as_of: date
    started: datetime
    finished: datetime | None
    moved: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class CyclePage:
    stages: tuple[StageCount, ...]
    lapsed: tuple[Lapsed, ...]
    loads: tuple[Load, ...]
    due: tuple[Due, ...]
    due_count: int
    until: date
    runs: tuple[Ran, ...]
    total: int


def overview(engine: Engine, person: Person, *, today: date, books: LawBooks) -> list[CycleRow]:
    """Every lifecycle and cycle that has cases within the account's scope; the newest cycle first."""
    columns = case_file.c
    query = (
        select(
            columns.lifecycle,
            columns.cycle,
            _many(columns.status == "open").label("open_count"),
            _many(columns.status == "suspended").label("suspended_count"),
            _many(columns.status == "closed").label("closed_count"),
            _many(columns.status.in_(OPEN) & (columns.next_day < today)).label("past_count"),
        )
        .where(*scoped(person, books))
        .group_by(columns.lifecycle, columns.cycle)
        .order_by(columns.cycle.desc(), columns.lifecycle)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    titles: dict[str, str] = {key: one.title for key, one in books.lifecycles.items()}
    return [CycleRow(row[0], str(titles.get(row[0], row[0])), row[1], row[2], row[3], row[4], row[5]) for row in rows]


def cycle_page(engine: Engine, lifecycle: Lifecycle, cycle: int, *, today: date, books: LawBooks) -> CyclePage:
    """Everything the page of one lifecycle's cycle shows; zeros for a year without cases."""
    columns = case_file.c
    own = (columns.lifecycle == lifecycle.key, columns.cycle == cycle)
    until = last_working_day_ahead(today, AHEAD, books.calendar)
    bands = [last_working_day_ahead(today, days, books.calendar) for days in BANDS]
    with reading(engine) as connection:
        counted = connection.execute(
            select(columns.stage, columns.status, func.count()).where(*own).group_by(columns.stage, columns.status)
        )
        stands: dict[tuple[str, str], int] = {(row[0], str(row[1].value)): row[2] for row in counted}
        due, due_count = _due(connection, lifecycle, own, today, until)
        return CyclePage(
            stages=_stages(lifecycle, stands),
            lapsed=_lapsed(connection, lifecycle, own),
            loads=_loads(connection, own, today, bands),
            due=due,
            due_count=due_count,
            until=until,
            runs=_runs(connection, lifecycle.key),
            total=sum(stands.values()),
        )


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _stages(lifecycle: Lifecycle, stands: Mapping[tuple[str, str], int]) -> tuple[StageCount, ...]:
    known = list(order(lifecycle))
    others = sorted({stage for stage, _ in stands} - set(known))  # of another encoding
    clauses = {stage.key: stage.clause for stage in lifecycle.stages}
    return tuple(
        StageCount(
            key,
            stage_title(lifecycle, key),
            clauses.get(key, ""),
            *(stands.get((key, status), 0) for status in ("open", "suspended", "closed")),
        )
        for key in (*known, *others)
    )


def _lapsed(connection: Connection, lifecycle: Lifecycle, own: tuple[ColumnElement[bool], ...]) -> tuple[Lapsed, ...]:
    clocks = deadline.c
    named = (clocks.stage, clocks.title, clocks.clause, clocks.effect)
    rows = connection.execute(
        select(*named, func.count().label("many"), func.max(clocks.last_day).label("latest"))
        .join(case_file, case_file.c.id == clocks.case_id)
        .where(*own, clocks.status == "lapsed")
        .group_by(*named)
        .order_by(func.count().desc())
    )
    return tuple(
        Lapsed(stage_title(lifecycle, row.stage), row.title, row.clause, str(row.effect.value), row.many, row.latest)
        for row in rows
    )


def _loads(
    connection: Connection, own: tuple[ColumnElement[bool], ...], today: date, bands: list[date]
) -> tuple[Load, ...]:
    clocks, owner = deadline.c, func.coalesce(assignment.c.person, "")
    joined = deadline.join(case_file, case_file.c.id == clocks.case_id).outerjoin(
        assignment, assignment.c.case_id == case_file.c.id
    )
    running = (clocks.status == "running", clocks.last_day <= bands[-1], case_file.c.status.in_(OPEN))
    within = [_many((clocks.last_day >= today) & (clocks.last_day <= band)) for band in bands]
    rows = connection.execute(
        select(owner, _many(clocks.last_day < today), *within).select_from(joined).where(*own, *running).group_by(owner)
    ).all()
    everywhere = {
        row[0]: row[1]
        for row in connection.execute(select(owner, func.count()).select_from(joined).where(*running).group_by(owner))
    }
    names: dict[str, str] = {
        row[0]: row[1] for row in connection.execute(select(person_table.c.key, person_table.c.name))
    }
    made = [
        Load(row[0], str(names.get(row[0], row[0])), row[1], tuple(row[2:]), everywhere.get(row[0], 0)) for row in rows
    ]
    return tuple(sorted(made, key=lambda load: (-load.past, -load.due[-1], load.officer)))


def _due(
    connection: Connection, lifecycle: Lifecycle, own: tuple[ColumnElement[bool], ...], today: date, until: date
) -> tuple[tuple[Due, ...], int]:
    clocks = deadline.c
    joined = deadline.join(case_file, case_file.c.id == clocks.case_id).outerjoin(
        assignment, assignment.c.case_id == case_file.c.id
    )
    which = (*own, clocks.status == "running", clocks.last_day.between(today, until), case_file.c.status.in_(OPEN))
    many = connection.scalar(select(func.count()).select_from(joined).where(*which)) or 0
    rows = connection.execute(
        select(deadline, case_file.c.ref, shown_party(), assignment.c.person.label("owner"))
        .select_from(joined)
        .where(*which)
        .order_by(clocks.last_day, case_file.c.ref, clocks.id)
        .limit(SHOWN)
    )
    found = tuple(
        Due(
            row.ref,
            row.party_name,
            stage_title(lifecycle, row.stage),
            row.title,
            row.clause,
            str(row.effect.value),
            row.last_day,
            row.provisional,
            row.owner or "",
        )
        for row in rows
    )
    return found, int(many)


def _runs(connection: Connection, key: str) -> tuple[Ran, ...]:
    query = select(cycle_run).where(cycle_run.c.lifecycle == key).order_by(cycle_run.c.id.desc()).limit(10)
    made = []
    for row in connection.execute(query):
        stages = json.loads(row.counts) if row.counts else []
        moved = sum(int(stage["moved"]) for stage in stages)
        made.append(Ran(row.as_of, row.started, row.finished, moved, sum(len(stage["set_aside"]) for stage in stages)))
    return tuple(made)
