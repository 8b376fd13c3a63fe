"""The office's lists, for the desk: 待办 by whose list it is on, 超期, 已办 and 我发起, each filtered, counted and paged.

Set-based: a page costs the same few queries whether fifty cases are open or ten thousand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import aliased

from models import assignment, case_file, case_look, deadline, event, list_item
from models import person as person_table
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.parties import party_contains, shown_party
from shixian.casework.staff.delegations import stands_in_for
from shixian.casework.staff.people import Person, province_of, scope_of
from shixian.rules.errors import ShixianError
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.narrate import LISTS, STATUS, act_title, asked, stage_title
from shixian.rules.periods import days_between, last_working_day_ahead

OPEN = ("open", "suspended")
NOT_CLOSED = text("case_file.status <> 'closed'")  # word for word as the partial index has it, or it is not used
TABS: Mapping[str, str] = {"mine": "我的", "section": "本科室", "nobody": "无人办理", "all": "全部"}
SEEN: Mapping[str, str] = {"unseen": "无人看过", "news": "看过之后有新情况", "missing": "已看，尚缺材料或决定"}
PROVINCES: Mapping[str, str] = {"shanghai": "上海", "jiangsu": "江苏", "zhejiang": "浙江", "anhui": "安徽"}
SIZE, EVERYTHING = 50, 1_000_000  # cases on a page; in an export, all that the filter finds
_TOGETHER = 5_000  # cases looked up in one query: databases bound the number of its parameters


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for, as the address of the page says it. `within`: amber is this many working days ahead."""

    tab: str = "mine"
    overdue: bool = False
    province: str = ""
    programme: str = ""
    stage: str = ""
    listed: str = ""
    seen: str = ""
    text: str = ""
    within: int = 5
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One case of a list. `urgency`: past, soon, fine, or "" without a last day; `looked`: "" , unseen or news."""

    ref: str
    lifecycle: str
    title: str
    cycle: int
    party: str
    status: str
    stage: str
    next_day: date | None
    days_left: int | None
    urgency: str
    deadline: str
    clause: str
    effect: str
    provisional: bool
    officer: str
    officer_name: str
    looked: str
    lists: tuple[tuple[str, str, str], ...]  # (list's title, text, clause)
    set_aside: str

    @property
    def left(self) -> str:
        """The time left in words."""
        if self.days_left is None:
            return "条文未定期限，或待查明"
        words = (
            f"余{self.days_left}日"
            if self.days_left > 0
            else "今日届满"
            if self.days_left == 0
            else f"已过{-self.days_left}日"
        )
        return words + ("（暂定）" if self.provisional else "")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list with its true counts. `tabs` counts every tab under the same filters."""

    lines: tuple[Line, ...]
    total: int
    tabs: Mapping[str, int]
    past: int
    soon: int
    amber_until: date
    absent: tuple[str, ...]
    pages: int
    page: int


@dataclass(frozen=True, slots=True)
class _Asked:
    person: Person
    filter: Filter
    today: date
    until: date
    books: LawBooks
    mine: tuple[str, ...]

    def tab(self, name: str) -> ColumnElement[bool]:
        given, number = assignment.c, case_file.c.id
        if name == "mine":
            return number.in_(select(given.case_id).where(given.person.in_(self.mine)))
        if name == "section":
            same = select(person_table.c.key).where(person_table.c.section == self.person.section)
            return number.in_(select(given.case_id).where(given.person.in_(same)))
        return number.not_in(select(given.case_id)) if name == "nobody" else true()

    def where(self) -> ColumnElement[bool]:
        columns, asked = case_file.c, self.filter
        conditions: list[ColumnElement[bool]] = [*scoped(self.person, self.books), true()]
        if asked.programme:
            conditions.append(columns.lifecycle == asked.programme)
        if asked.province:
            known = self.books.lifecycles.values()
            conditions.append(columns.lifecycle.in_([one.key for one in known if province_of(one) == asked.province]))
        if asked.stage:
            conditions.append(columns.stage == asked.stage)
        if asked.listed == "broken":
            conditions.append(or_(_SET_ASIDE, _on(asked.listed)))
        elif asked.listed:
            conditions.append(_on(asked.listed))
        if asked.text:
            words = asked.text.strip()
            named = or_(party_contains(words), columns.party == words)
            conditions.append(or_(columns.ref.contains(words, autoescape=True), named))
        if asked.overdue:
            conditions.append(overdue(self.today))
        looked = exists().where(case_look.c.case_id == columns.id)
        fresh = exists().where(case_look.c.case_id == columns.id, case_look.c.number >= columns.number)
        if asked.seen == "unseen":
            conditions.append(~looked)
        elif asked.seen == "news":
            conditions.append(looked & ~fresh)
        elif asked.seen == "missing":
            conditions.append(looked & _on("ask", "decide"))
        return and_(*conditions)


def scoped(person: Person, books: LawBooks) -> list[ColumnElement[bool]]:
    """What keeps a list inside an account's scope; nothing for one that may work everywhere."""
    keys = scope_of(person, books.lifecycles)
    return [] if keys is None else [case_file.c.lifecycle.in_(sorted(keys))]


def overdue(today: date) -> ColumnElement[bool]:
    """Past a last day that no run has settled yet, on the supervision list, or set aside by a run."""
    columns = case_file.c
    return or_(columns.next_day < today, _on("supervision"), _SET_ASIDE)


# From an index of their own, which is nearly empty: the rows of the cases are wide.
_ASIDE = aliased(case_file)
_SET_ASIDE = case_file.c.id.in_(select(_ASIDE.c.id).where(_ASIDE.c.set_aside.is_not(None)))


def _on(*lists: str) -> ColumnElement[bool]:
    return case_file.c.id.in_(select(list_item.c.case_id).where(list_item.c.list.in_(lists)))


def worklist(
    engine: Engine, person: Person, wanted: Filter, *, today: date, books: LawBooks, size: int = SIZE
) -> Found:
    """The open cases of a tab, least legal time first; at most `size` of them, with the counts of all."""
    absent = stands_in_for(engine, person.key, today)
    until = last_working_day_ahead(today, wanted.within, books.calendar)
    ask = _Asked(person, wanted, today, until, books, (person.key, *absent))
    columns = case_file.c

    with reading(engine) as connection:
        section = set(connection.scalars(select(person_table.c.key).where(person_table.c.section == person.section)))
        # Counted once, by whose list it is on: every tab is a sum of these.
        by_owner = (
            select(
                assignment.c.person,
                func.count().label("every"),
                func.count(columns.next_day).label("dated"),
                _many(columns.next_day < today).label("past"),
                _many(columns.next_day.between(today, until)).label("soon"),
            )
            .select_from(case_file.outerjoin(assignment, assignment.c.case_id == columns.id))
            .where(columns.status.in_(OPEN), ask.where())
            .group_by(assignment.c.person)
        )
        counted = connection.execute(by_owner).all()
        owners = {
            "mine": {row.person for row in counted} & set(ask.mine),
            "section": {row.person for row in counted} & section,
            "nobody": {None},
            "all": {row.person for row in counted},
        }
        inside = [row for row in counted if row.person in owners[wanted.tab]]
        total = sum(row.every for row in inside)
        pages = max(1, -(-total // size))
        number = min(max(wanted.page, 1), pages)
        # Those with a last day come first, in the order of an index; the others follow.
        chosen = (
            select(columns.id)
            .where(NOT_CLOSED, ask.where(), ask.tab(wanted.tab))
            .order_by(columns.next_day, columns.ref)
        )
        dated, start = sum(row.dated for row in inside), (number - 1) * size
        first = chosen.where(columns.next_day.is_not(None)).limit(size).offset(start)
        ids = list(connection.scalars(first)) if start < dated else []
        if len(ids) < size:
            rest = chosen.where(columns.next_day.is_(None)).limit(size - len(ids)).offset(max(0, start - dated))
            ids += connection.scalars(rest)
        parts = [
            _lines(connection, ids[at : at + _TOGETHER], today, until, books) for at in range(0, len(ids), _TOGETHER)
        ]
    return Found(
        lines=tuple(line for part in parts for line in part),
        total=total,
        tabs={name: sum(row.every for row in counted if row.person in owners[name]) for name in TABS},
        past=sum(row.past for row in inside),
        soon=sum(row.soon for row in inside),
        amber_until=until,
        absent=absent,
        pages=pages,
        page=number,
    )


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _lines(connection: Connection, ids: Sequence[int], today: date, until: date, books: LawBooks) -> tuple[Line, ...]:
    """The cases of those ids, in that order, with the clock, the list items and the looks of each."""
    columns, clocks = case_file.c, deadline.c
    found = {row.id: row for row in connection.execute(_BY_ID.where(columns.id.in_(ids)))}
    owned = select(assignment.c.case_id, assignment.c.person).where(assignment.c.case_id.in_(ids))
    owners: dict[int, str] = {row.case_id: row.person for row in connection.execute(owned)}
    first = {}
    for one in connection.execute(_CLOCKS.where(clocks.case_id.in_(ids)).order_by(clocks.id.desc())):
        if one.status == "running" and one.last_day == found[one.case_id].next_day:
            first[one.case_id] = one
    items: dict[int, list[tuple[str, str, str]]] = {}
    listed = select(list_item).where(list_item.c.case_id.in_(ids)).order_by(list_item.c.since, list_item.c.id)
    for item in connection.execute(listed):
        items.setdefault(item.case_id, []).append((item.list, item.text, item.clause))
    seen = select(case_look.c.case_id, func.max(case_look.c.number)).where(case_look.c.case_id.in_(ids))
    looks: dict[int, int] = {row[0]: row[1] for row in connection.execute(seen.group_by(case_look.c.case_id))}
    people = {key: name for key, name in connection.execute(select(person_table.c.key, person_table.c.name))}
    made = []
    for number in ids:
        row, clock, owner = found[number], first.get(number), owners.get(number, "")
        lifecycle = books.lifecycles.get(row.lifecycle)
        day = row.next_day
        urgency = "" if day is None else "past" if day < today else "soon" if day <= until else "fine"
        looked = "unseen" if number not in looks else "news" if looks[number] < row.number else ""
        made.append(
            Line(
                ref=row.ref,
                lifecycle=row.lifecycle,
                title=lifecycle.title if lifecycle else row.lifecycle,
                cycle=row.cycle,
                party=row.party_name,
                status=STATUS.get(str(row.status.value), str(row.status.value)),
                stage=stage_title(lifecycle, row.stage) if lifecycle else row.stage,
                next_day=day,
                days_left=None if day is None else days_between(today, day),
                urgency=urgency,
                deadline=clock.title if clock else "",
                clause=clock.clause if clock else "",
                effect=str(clock.effect.value) if clock else "",
                provisional=bool(clock.provisional) if clock else False,
                officer=owner,
                officer_name=people.get(owner, owner),
                looked=looked,
                lists=tuple(
                    (LISTS.get(name, name), _in_words(lifecycle, name, text), clause)
                    for name, text, clause in items.get(number, ())
                ),
                set_aside=row.set_aside or "",
            )
        )
    return tuple(made)


def _in_words(lifecycle: Lifecycle | None, listed: str, text: str) -> str:
    """A question names its facts by their keys; people read their labels."""
    head, colon, names = text.partition("：")
    if listed != "ask" or lifecycle is None or not colon:
        return text
    return f"{head}：{'、'.join(_label(lifecycle, name) for name in names.split(','))}"


def _label(lifecycle: Lifecycle, name: str) -> str:
    try:
        return asked(lifecycle, name)
    except (ShixianError, KeyError):  # of another encoding
        return name


_BY_ID = select(
    case_file.c.id, case_file.c.ref, case_file.c.lifecycle, case_file.c.cycle, shown_party(),
    case_file.c.status, case_file.c.stage, case_file.c.next_day, case_file.c.set_aside, case_file.c.number,
)  # fmt: skip
# Filtered by what runs only when read: asked for that, SQLite would walk through every running clock there is.
_CLOCKS = select(
    deadline.c.case_id, deadline.c.status, deadline.c.last_day, deadline.c.title, deadline.c.clause, deadline.c.effect,
    deadline.c.provisional,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """One act that somebody recorded, or one case that he opened."""

    ref: str
    title: str
    party: str
    what: str
    clause: str
    legal_day: date
    recorded_at: datetime
    status: str


def recorded(
    engine: Engine, person: Person, kind: str, *, page: int, books: LawBooks, size: int = SIZE
) -> tuple[list[Done], int, int]:
    """已办 (`kind` act_recorded) or 我发起 (case_opened) of a person, the latest first; with the count and the page.

    Cases that have left the account's scope are no longer listed.
    """
    told, case_row = aliased(event), case_file
    which = (told.c.person == person.key, told.c.kind == kind, *scoped(person, books))
    with reading(engine) as connection:
        joined = select(func.count()).select_from(told).join(case_row, case_row.c.id == told.c.case_id)
        total = int(connection.scalar(joined.where(*which)) or 0)
        number = min(max(page, 1), max(1, -(-total // size)))
        query = (
            select(told, case_row.c.ref, case_row.c.lifecycle, shown_party(), case_row.c.status.label("state"))
            .join(case_row, case_row.c.id == told.c.case_id)
            .where(*which)
            .order_by(told.c.id.desc())
            .limit(size)
            .offset((number - 1) * size)
        )
        rows = connection.execute(query).all()
    made = []
    for row in rows:
        lifecycle = books.lifecycles.get(row.lifecycle)
        verb = str(json.loads(row.data).get("verb", ""))
        what = "立案"
        if kind == "act_recorded":
            what = f"{stage_title(lifecycle, row.stage)}·{act_title(lifecycle, row.stage, verb)}" if lifecycle else verb
        status = STATUS.get(str(row.state.value), str(row.state.value))
        title = lifecycle.title if lifecycle else row.lifecycle
        made.append(Done(row.ref, title, row.party_name, what, row.clause, row.legal_day, row.recorded_at, status))
    return made, total, number
