"""我的申报: what a unit may know of its own cases: the stage, the next last day with its clause, what is asked of it,
and the acts that it may do now.

Own are the cases whose party is the account's unit, with what was opened below them; where a lifecycle names no party,
those that the account itself opened (the rule by which casework lets it act). An objection is its objector's: it shows
here only while the unit has something to do in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, or_, select

from models import case_file, deadline, event
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Permission, Person, in_scope, may_do
from shixian.casework.store import case_of
from shixian.display.act_form import questions
from shixian.display.case_head import time_left
from shixian.display.possible import possible_now
from shixian.display.settled import settling
from shixian.display.unblock import Button, buttons, permissions
from shixian.rules.calendar import Calendar
from shixian.rules.errors import FactsError
from shixian.rules.lifecycle import Binds, Lifecycle
from shixian.rules.narrate import STATUS, asked, stage_title
from shixian.rules.state import Case

SIZE = 20  # cases on a page: each is asked what may be done in it
_JOINED = "；"  # between the parties of a case that has several, as the case row keeps them


@dataclass(frozen=True, slots=True)
class NextDay:
    """A last day that binds the unit, or ends a term of its case. `left` is the legal time left in words."""

    title: str
    last_day: date
    left: str
    tone: str
    clause: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """One case as its unit sees it. `asks`: the facts it is asked for, each with its clause; `ended`: how it closed."""

    ref: str
    lifecycle: str
    title: str
    cycle: int
    regulation: str
    party: str
    status: str
    stages: tuple[tuple[str, str], ...]
    next_days: tuple[NextDay, ...]
    asks: tuple[tuple[str, str], ...]
    may: tuple[Button, ...]
    may_not: tuple[Button, ...]
    ended: str
    below: tuple[Mine, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a unit's cases, the open ones first, by their next last day; with the count of all."""

    cases: tuple[Mine, ...]
    total: int
    number: int
    pages: int


def my_cases(
    engine: Engine, person: Person, *, page: int = 1, now: datetime, today: date, books: LawBooks, size: int = SIZE
) -> Page:
    """The cases of the account's own unit; none for an account that belongs to no unit and has opened nothing."""
    with reading(engine) as connection:
        own = _own(connection, person, books)
        pages = max(1, -(-len(own) // size))
        number = min(max(page, 1), pages)
        shown = own[(number - 1) * size : number * size]
        below = _below(connection, [row["ref"] for row in shown])
        every = [*shown, *below]
        clocks = _clocks(connection, [int(row["id"]) for row in every], today, books.calendar)
    told = {row["ref"]: _told(engine, row, person, now, books, clocks.get(row["id"], ())) for row in every}
    children: dict[str, list[Mine]] = {}
    for row in below:
        one = told[row["ref"]]
        if row["lifecycle"] not in books.notice_objections or one.may:
            children.setdefault(row["ref"].partition("/")[0], []).append(one)
    cases = tuple(replace(told[row["ref"]], below=tuple(children.get(row["ref"], ()))) for row in shown)
    return Page(cases, len(own), number, pages)


def _own(connection: Connection, person: Person, books: LawBooks) -> list[RowMapping]:
    """The root cases of the unit, as casework's own check has them: the open ones first, by their next last day."""
    columns = case_file.c
    nameless = [key for key, one in books.lifecycles.items() if one.party not in one.facts]
    opened = select(event.c.case_id).where(event.c.seq == 1, event.c.person == person.key)
    which: list[ColumnElement[bool]] = [columns.lifecycle.in_(nameless) & columns.id.in_(opened)]
    if person.party:
        which.append(columns.party.contains(person.party, autoescape=True))
    query = select(case_file).where(columns.parent_ref.is_(None), or_(*which)).order_by(columns.id.desc())
    found = []
    for row in connection.execute(query).mappings():
        lifecycle = books.lifecycles.get(row["lifecycle"])
        named = row["lifecycle"] not in nameless
        if lifecycle is None or not in_scope(person, lifecycle):
            continue
        if not named or person.party in row["party"].split(_JOINED):
            found.append(row)
    return sorted(found, key=lambda row: (row["status"].value == "closed", row["next_day"] or date.max))


def _below(connection: Connection, refs: Sequence[str]) -> list[RowMapping]:
    """What was opened below these cases, at any depth."""
    found: list[RowMapping] = []
    above = list(refs)
    while above:
        query = select(case_file).where(case_file.c.parent_ref.in_(above)).order_by(case_file.c.id)
        rows = connection.execute(query).mappings().all()
        found += rows
        above = [row["ref"] for row in rows]
    return found


def _clocks(
    connection: Connection, ids: Sequence[int], today: date, calendar: Calendar
) -> dict[int, tuple[NextDay, ...]]:
    """The running last days of each case that are not the office's own, the first one first."""
    columns = deadline.c
    query = select(deadline).where(
        columns.case_id.in_(ids),
        columns.status == "running",
        columns.last_day.is_not(None),
        columns.binds != Binds.OFFICE.value,
    )
    found: dict[int, tuple[NextDay, ...]] = {}
    for row in connection.execute(query.order_by(columns.last_day, columns.id)):
        left, tone = time_left(today, row.last_day, calendar)
        one = NextDay(row.title, row.last_day, left, tone, row.clause, row.provisional)
        found[row.case_id] = (*found.get(row.case_id, ()), one)
    return found


def _told(
    engine: Engine, row: RowMapping, person: Person, now: datetime, books: LawBooks, clocks: tuple[NextDay, ...]
) -> Mine:
    lifecycle = books.lifecycle(row["lifecycle"])
    case = case_of(row, books.lifecycles)
    progress = case.progress
    open_stages = progress.open_stages() if progress.status != "closed" else []
    titles = {stage.key: stage for stage in lifecycle.stages}
    offered = _offered(engine, case, person, now, books) if open_stages else []
    return Mine(
        ref=case.ref,
        lifecycle=lifecycle.key,
        title=lifecycle.title,
        cycle=case.cycle,
        regulation=lifecycle.regulation.key,
        party=row["party_name"],
        status=STATUS.get(progress.status, progress.status),
        stages=tuple((stage_title(lifecycle, key), titles[key].clause) for key in open_stages if key in titles),
        next_days=clocks if open_stages else (),
        asks=tuple(_asks(lifecycle, case)),
        may=tuple(one for one in offered if not one.blocked),
        may_not=tuple(one for one in offered if one.blocked),
        ended=f"{progress.text}（{progress.clause}）" if progress.closed_on else "",
    )


def _offered(engine: Engine, case: Case, person: Person, now: datetime, books: LawBooks) -> list[Button]:
    """The acts of the open stages that are a party's to do: those it may do now, and those that the law refuses."""
    lifecycle = books.lifecycle(case.lifecycle)
    with settling(engine, books, now=now) as store:
        _, found = possible_now(store, case.ref, now)
        case = store.load(case.ref)
        own = [
            one
            for one in found
            if one.verb not in ("object", "rank")
            and Permission.PARTY_ACT in permissions(lifecycle, one, now)
            and (one.verb != "answer" or questions(case, one.stage))
        ]
        return buttons(lifecycle, case, store.law, own, viewer=person, who=_roles, at=now)


def _roles(permission: Permission) -> str:
    """Who carries a permission, for people from outside: the roles, without the names of officers."""
    return "、".join(role.label for role in may_do(permission))


def _asks(lifecycle: Lifecycle, case: Case) -> list[tuple[str, str]]:
    """The facts that wait for an answer of somebody who is not the office."""
    found: dict[str, str] = {}
    fields: Mapping[str, object] = {one.name: one for one in lifecycle.facts.fields}
    for name, _, clause, text in case.progress.lists.values():
        for fact in text.removeprefix("需查明：").split(",") if name == "ask" else ():
            if fact not in fields:
                continue
            field = lifecycle.facts[fact]
            who = lifecycle.actor(field.answered_by) if field.answered_by else None
            if field.sealed or (who is not None and who.side is Binds.OFFICE):
                continue
            try:
                found[asked(lifecycle, fact)] = field.clause or clause
            except FactsError:
                continue
    return list(found.items())
