"""What is to be said on a day, found in sets: reminders on a ladder, 督办, prompts, notices of decisions, alarms.

A rung is a number of working days before a last day: it is reached on the working day on which so many remain. What
was not said on its day (no run, or held back) is said by the next run, the nearest rung alone. Each message has the key
of its cause, unique in the outbox: running twice, or two runs at once, says nothing twice. Two messages about one case
to one recipient keep their least interval; a reminder that could not wait so long is not held back.

A run writes its messages and its entry in the journal `telling` in one transaction; the entry is its heartbeat.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, Engine, and_, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import MessageStatus, assignment, case_file, deadline, decision, event, list_item
from models import outbox_message as outbox
from shixian.casework.chain import SYSTEM
from shixian.casework.database import in_turn, reading
from shixian.casework.journal import Note, write
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.rules.calendar import Calendar
from shixian.rules.errors import CaseworkError
from shixian.rules.lifecycle import Effect
from shixian.rules.periods import (
    add_days,
    days_between,
    end_of,
    last_working_day_ahead,
    legal_day,
    minutes_before,
    working_days_between,
)
from shixian.telling import messages
from shixian.telling.alarms import Alarm
from shixian.telling.heartbeat import JOURNAL, TOLD, last_told
from shixian.telling.messages import DECISION, REMINDER, SUPERVISION, Message
from shixian.telling.recipients import People

FIRST_LOOK_DAYS = 7
"""How far back the first run of all looks for decisions. Later ones look back to the run before, and a day more."""
_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """The installation's choices: the rungs in working days, and the least days between two messages."""

    rungs: tuple[int, ...] = (10, 5, 1)
    interval_days: int = 2

    @classmethod
    def read(cls, ladder: str, interval_days: int) -> Plan:
        """From the settings: `10,5,1`."""
        rungs = tuple(sorted({int(part) for part in ladder.split(",")}))
        if not rungs or rungs[-1] > 250:
            raise CaseworkError(
                f"提醒阶梯 {ladder!r} 过长", remedy="SHIXIAN_REMINDER_LADDER 写作 10,5,1，最多 250 个工作日"
            )
        return cls(rungs, interval_days)


@dataclass(slots=True)
class Told:
    """What a run put into the outbox, by kind; `held` wait for their interval, `already` were said before."""

    day: date
    said: Counter[str] = field(default_factory=Counter)
    held: int = 0
    already: int = 0
    messages: list[Message] = field(default_factory=list)

    def line(self) -> str:
        """One line for a person."""
        parts = [f"{messages.LABELS[kind]} {self.said[kind]}" for kind in messages.LABELS if self.said[kind]]
        held = f"；间隔未到、暂缓 {self.held}" if self.held else ""
        return f"{self.day} 新消息：{'，'.join(parts) or '无'}{held}"


def say(
    engine: Engine,
    day: date,
    *,
    now: datetime,
    plan: Plan = Plan(),  # noqa: B008 - frozen
    alarms: Sequence[Alarm] = (),
    books: LawBooks | None = None,
    dry_run: bool = False,
) -> Told:
    """Put what is to be said on a day into the outbox. The same day again adds only what has come up since."""
    found = due(engine, day, now=now, plan=plan, alarms=alarms, books=books or default_books())

    def work(connection: Connection) -> Told:
        told = _choose(connection, found, day, plan)
        if not dry_run:
            _put(connection, told, now)
        return told

    return in_turn(engine, work)


def due(
    engine: Engine, day: date, *, now: datetime, plan: Plan, alarms: Sequence[Alarm], books: LawBooks
) -> list[Message]:
    """Every message whose cause holds on a day, said before or not; the most pressing first."""
    with reading(engine) as connection:
        people = People.on(connection, day)
        found = [
            *_decisions(connection, people, books, now),
            *_deadlines(connection, people, books, day, plan),
            *_listed(connection, people, books),
            *(messages.alarm(one.key, one.text, one.remedy, to) for one in alarms for to in people.operators()),
        ]
    return sorted(found, key=lambda one: (not one.at_once, one.last_day or day, one.key))


# -- causes ------------------------------------------------------------------------------------------------------------


def reach(day: date, rung: int, calendar: Calendar) -> date:
    """The latest last day of which no more than `rung` working days remain after `day`: rest days behind it count."""
    return add_days(last_working_day_ahead(day, rung + 1, calendar), -1)


def _deadlines(connection: Connection, people: People, books: LawBooks, day: date, plan: Plan) -> Iterator[Message]:
    reaches = [(rung, reach(day, rung, books.calendar)) for rung in sorted(plan.rungs)]
    columns = deadline.c
    query = (
        select(deadline, case_file.c.ref, case_file.c.lifecycle, case_file.c.party, assignment.c.person)
        .add_columns(case_file.c.progress)
        .join(case_file, case_file.c.id == columns.case_id)
        .outerjoin(assignment, assignment.c.case_id == columns.case_id)
        .where(columns.status == "running", columns.last_day >= day, columns.last_day <= reaches[-1][1])
        # A prompt is said on its day, from its list; the end of a notice window asks nobody to do anything.
        .where(columns.effect != Effect.REMINDER, columns.clock != "window", case_file.c.status == "open")
        .order_by(columns.last_day, columns.id)
    )
    for row in connection.execute(query):
        if _paused(row.progress, row.stage):
            continue
        lifecycle = books.lifecycles.get(row.lifecycle)
        rung = next(rung for rung, last in reaches if row.last_day <= last)
        left = working_days_between(day, row.last_day, books.calendar)
        for to in people.bound(row.binds, lifecycle, row.person, row.party):
            yield messages.reminder(row, lifecycle.title if lifecycle else row.lifecycle, to, rung=rung, left=left)


def _paused(progress: str, stage: str) -> bool:
    """Whether a suspension without an end covers the stage: its last day is not known then."""
    intervals = json.loads(progress).get("suspensions", ())
    return any(where in (stage, "*") and last is None for where, _, _, _, last in intervals)


def _listed(connection: Connection, people: People, books: LawBooks) -> Iterator[Message]:
    query = (
        select(list_item, case_file.c.ref, case_file.c.lifecycle, assignment.c.person)
        .join(case_file, case_file.c.id == list_item.c.case_id)
        .outerjoin(assignment, assignment.c.case_id == list_item.c.case_id)
        .where(list_item.c.list.in_(("supervision", "reminder")), case_file.c.status != "closed")
        .order_by(list_item.c.since, list_item.c.id)
    )
    for row in connection.execute(query):
        lifecycle = books.lifecycles.get(row.lifecycle)
        title = lifecycle.title if lifecycle else row.lifecycle
        if row.list == "supervision":
            yield from (messages.overrun(row, title, to) for to in people.heads(lifecycle, row.person))
        else:
            yield from (messages.prompt(row, title, to) for to in people.officers(lifecycle, row.person))


def _decisions(connection: Connection, people: People, books: LawBooks, now: datetime) -> Iterator[Message]:
    """Decisions and closings by when they were *recorded*: an effect caught up late is told late, and not lost."""
    since = _since(connection, now)
    more = (case_file.c.ref, case_file.c.lifecycle, case_file.c.party, assignment.c.person.label("officer"))
    decisions = (
        select(decision.c.seq, decision.c.title, decision.c.clause, decision.c.legal_day, *more)
        .join(event, and_(event.c.case_id == decision.c.case_id, event.c.seq == decision.c.seq))
        .join(case_file, case_file.c.id == decision.c.case_id)
        .outerjoin(assignment, assignment.c.case_id == decision.c.case_id)
        .where(event.c.recorded_at >= since)
        .order_by(decision.c.id)
    )
    closings = (
        select(event.c.seq, event.c.clause, event.c.legal_day, *more)
        .join(case_file, case_file.c.id == event.c.case_id)
        .outerjoin(assignment, assignment.c.case_id == event.c.case_id)
        .where(event.c.kind == "case_closed", event.c.recorded_at >= since)
        .order_by(event.c.id)
    )
    for query, words in ((decisions, messages.decided), (closings, messages.closed)):
        for row in connection.execute(query):
            lifecycle = books.lifecycles.get(row.lifecycle)
            title = lifecycle.title if lifecycle else row.lifecycle
            for to in people.applicants(lifecycle, row.officer, row.party):
                yield words(row, title, to)


def _since(connection: Connection, now: datetime) -> datetime:
    """A day before the last run: what was committed while it read is looked at again; its key keeps it single."""
    last = last_told(connection)
    return minutes_before(last or now, 24 * 60 if last else FIRST_LOOK_DAYS * 24 * 60)


# -- choosing and writing ----------------------------------------------------------------------------------------------


def _choose(connection: Connection, found: list[Message], day: date, plan: Plan) -> Told:
    told, known = Told(day), _known(connection, [one.key for one in found])
    last = _last_messages(connection, day, plan.interval_days)
    for one in found:
        if one.key in known:
            told.already += 1
            continue
        about = (one.case_ref, one.recipient)
        before = last.get(about) if one.case_ref else None
        if before is not None and not one.at_once and days_between(before, day) < plan.interval_days:
            free = add_days(before, plan.interval_days)
            if one.last_day is None or free < one.last_day:
                told.held += 1
                continue
        last[about] = day
        told.said[one.kind] += 1
        told.messages.append(one)
    return told


def _known(connection: Connection, keys: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(keys), _TOGETHER):
        some = keys[start : start + _TOGETHER]
        known |= set(connection.scalars(select(outbox.c.key).where(outbox.c.key.in_(some))))
    return known


def _last_messages(connection: Connection, day: date, interval_days: int) -> dict[tuple[str, str], date]:
    """By case and recipient, the day of the last message that may still hold another back."""
    columns = outbox.c
    query = (
        select(columns.case_ref, columns.recipient, func.max(columns.made_at).label("made_at"))
        .where(columns.made_at >= end_of(add_days(day, -interval_days - 1)))
        .where(columns.kind.in_((REMINDER, SUPERVISION, DECISION)))
        .group_by(columns.case_ref, columns.recipient)
    )
    return {(row.case_ref, row.recipient): legal_day(row.made_at) for row in connection.execute(query)}


def _put(connection: Connection, told: Told, now: datetime) -> None:
    """Write the messages and the run's entry. Conflict when another run was writing."""
    rows = [
        {
            "key": one.key,
            "kind": one.kind,
            "recipient": one.recipient,
            "case_ref": one.case_ref,
            "clause": one.clause,
            "subject": " ".join(one.subject.split()),
            "body": one.body,
            "not_before": now,
            "made_at": now,
            "status": MessageStatus.WAITING,
            "tries": 0,
        }
        for one in told.messages
    ]
    if rows:
        make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        connection.execute(make(outbox).on_conflict_do_nothing(index_elements=["key"]), rows)
    data = {"said": dict(told.said), "held": told.held}
    write(connection, JOURNAL, [Note(TOLD, told.day, data)], recorded_at=now, person=SYSTEM)
