"""The worklist: cases with the deadline that ends first and what waits for a person, least legal time first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, or_, select

from models import case_file, deadline, list_item
from shixian.casework.database import reading
from shixian.casework.lawbooks import default_books
from shixian.casework.parties import shown_party
from shixian.rules.narrate import LISTS, STATUS, stage_title
from shixian.rules.periods import days_between


def rows(
    engine: Engine, *, key: str | None, status: str | None, listed: str | None, today: date
) -> list[dict[str, Any]]:
    """The cases as JSON values. `status` None: those not closed; `listed` "broken" has the cases set aside as well."""
    which = _which(key, status, listed)
    columns = case_file.c
    query = (
        select(
            columns.ref,
            columns.lifecycle,
            columns.cycle,
            shown_party(),
            columns.status,
            columns.stage,
            columns.next_day,
            columns.set_aside,
        )
        .where(which)
        .order_by(columns.next_day.is_(None), columns.next_day, columns.ref)
    )
    first = (
        select(columns.ref, deadline.c.title, deadline.c.clause, deadline.c.effect, deadline.c.provisional)
        .join(deadline, deadline.c.case_id == columns.id)
        .where(which, deadline.c.status == "running", deadline.c.stage == columns.next_stage)
        .where(deadline.c.last_day == columns.next_day)
        .order_by(deadline.c.id.desc())
    )
    items = (
        select(columns.ref, list_item.c.list, list_item.c.text, list_item.c.clause)
        .join(list_item, list_item.c.case_id == columns.id)
        .where(which)
        .order_by(list_item.c.since, list_item.c.id)
    )
    with reading(engine) as connection:
        found = connection.execute(query).all()
        clocks = {row.ref: row for row in connection.execute(first)}
        waiting: dict[str, list[dict[str, str]]] = {}
        for row in connection.execute(items):
            waiting.setdefault(row.ref, []).append({"list": row.list, "text": row.text, "clause": row.clause})
    return [_row(dict(row._mapping), clocks.get(row.ref), waiting.get(row.ref, []), today) for row in found]


def _which(key: str | None, status: str | None, listed: str | None) -> ColumnElement[bool]:
    columns = case_file.c
    conditions: list[ColumnElement[bool]] = [columns.id > 0]
    if key is not None:
        conditions.append(columns.lifecycle == key)
    if status is None:
        conditions.append(columns.status != "closed")
    elif status != "all":
        conditions.append(columns.status == status)
    if listed is not None:
        on_it = columns.id.in_(select(list_item.c.case_id).where(list_item.c.list == listed))
        conditions.append(or_(on_it, columns.set_aside.is_not(None)) if listed == "broken" else on_it)
    return and_(*conditions)


def _row(row: Mapping[str, Any], clock: Any, waiting: list[dict[str, str]], today: date) -> dict[str, Any]:
    lifecycle = default_books().lifecycles.get(row["lifecycle"])
    aside = [{"list": "broken", "text": row["set_aside"], "clause": ""}] if row["set_aside"] else []
    last = row["next_day"]
    return {
        "ref": row["ref"],
        "lifecycle": row["lifecycle"],
        "title": lifecycle.title if lifecycle else row["lifecycle"],
        "cycle": row["cycle"],
        "party": row["party_name"],
        "status": str(row["status"]),
        "stage": row["stage"],
        "stage_title": stage_title(lifecycle, row["stage"]) if lifecycle else row["stage"],
        "next_day": last.isoformat() if last else None,
        "days_left": days_between(today, last) if last else None,
        "deadline": clock.title if clock else None,
        "clause": clock.clause if clock else None,
        "effect": str(clock.effect) if clock else None,
        "provisional": bool(clock.provisional) if clock else False,
        "lists": [*waiting, *aside],
    }


def shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A row in the words of the office."""
    lists = "；".join(f"[{LISTS.get(item['list'], item['list'])}] {item['text']}" for item in row["lists"])
    status = STATUS.get(row["status"], row["status"])
    return (row["ref"], row["title"], row["party"], status, row["stage_title"], _time_left(row), lists)


def _time_left(row: Mapping[str, Any]) -> str:
    if row["next_day"] is None:
        return ""
    left = row["days_left"]
    how = f"余{left}日" if left > 0 else "今日届满" if left == 0 else f"已过{-left}日，待处理"
    doubt = "，暂定" if row["provisional"] else ""
    what = f"{row['deadline']} {row['effect']} {row['clause']}，" if row["deadline"] else ""
    return f"{row['next_day']}（{what}{how}{doubt}）"
