"""Yearly calls: what the text leaves to them, set for a cycle; open cases then have their deadlines projected again."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, and_, insert, select, true

from models import call, case_file
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.staff.people import Permission, Person, require, require_scope
from shixian.casework.store import SqlStore
from shixian.casework.work import attempt
from shixian.rules import proceedings
from shixian.rules.canonical import encoding
from shixian.rules.errors import NotFound
from shixian.rules.facts import to_stored
from shixian.rules.periods import legal_day

_TOGETHER = 200


def set_call(
    engine: Engine,
    key: str,
    cycle: int,
    name: str,
    text: str,
    *,
    because: str = "",
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> int:
    """Set parameter `name` of a lifecycle for a cycle (0: every cycle that sets nothing of its own), as text.

    `because` names the notice. Gives how many open cases had a deadline projected again. FactsError when the text is
    not of the declared type, NotFound when nothing of that name is left to the call.
    """
    require(person, Permission.SET_CALL)
    lifecycle = (books or default_books()).lifecycle(key)
    require_scope(person, lifecycle)
    declared = next((one.field for one in lifecycle.parameters if one.field.name == name), None)
    if declared is None:
        names = "、".join(one.field.name for one in lifecycle.parameters) or "无"
        raise NotFound(f"{key} 没有名为 {name} 的年度参数", remedy=f"可用的有：{names}")
    stored = to_stored(declared.parse(text))
    value = stored if isinstance(stored, str) else "；".join(stored)
    row = {"lifecycle": key, "cycle": cycle, "name": name, "value": value, "because": because}
    with transaction(engine) as connection:
        connection.execute(insert(call), row | {"person": person.key, "recorded_at": now})
    why = because or f"{declared.label}定为{value}"
    own = case_file.c.cycle == cycle if cycle else None
    return recalculate_open(engine, key, legal_day(now), why, only=own, now=now, person=person, books=books)


def recalculate_open(
    engine: Engine,
    key: str,
    day: date,
    because: str,
    *,
    only: ColumnElement[bool] | None = None,
    now: datetime,
    person: Person,
    books: LawBooks | None = None,
) -> int:
    """Project the deadlines of a lifecycle's open cases again (a call was set, a calendar year was loaded).

    Goes through the cases in chunks, a transaction each. Doing it again, also after a crash, changes only what is left.
    """
    current = encoding((books or default_books()).lifecycle(key))
    all_open = and_(case_file.c.lifecycle == key, case_file.c.encoding == current, case_file.c.status != "closed")
    moved = 0
    last = 0
    while True:
        which = and_(all_open, case_file.c.id > last, only if only is not None else true())
        with reading(engine) as connection:
            query = select(case_file.c.id, case_file.c.ref).where(which).order_by(case_file.c.id).limit(_TOGETHER)
            rows = connection.execute(query).all()
        if not rows:
            return moved
        last = rows[-1].id
        refs = [row.ref for row in rows]

        def work(store: SqlStore, refs: list[str] = refs) -> int:
            for ref in refs:
                store.lock(ref)
            return sum(_again(store, ref, day, because) for ref in refs)

        moved += attempt(engine, work, books=books, now=now, person=person.key)


def _again(store: SqlStore, ref: str, day: date, because: str) -> bool:
    """What ran out before the day ran out under what was set until then; only then is the rest projected again."""
    proceedings.tick(store, ref, day)
    return bool(proceedings.recalculate(store, ref, day, because).transitions)
