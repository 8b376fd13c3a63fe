"""What the yearly calls set: for each thing that a text leaves to them, what holds in a year, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from models import call
from shixian.casework.database import reading
from shixian.rules.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of calls: newest first in a history."""

    cycle: int
    value: str
    because: str
    person: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Parameter:
    """`holds` is what the cycle goes by (its own, else that of cycle 0); None: nobody has set it, and clocks ask."""

    name: str
    label: str
    type: str
    clause: str
    why: str
    holds: Setting | None
    history: tuple[Setting, ...]


def parameters(engine: Engine, lifecycle: Lifecycle, cycle: int) -> list[Parameter]:
    """Every parameter of a lifecycle, as it stands for a cycle."""
    columns = call.c
    query = select(call).where(columns.lifecycle == lifecycle.key, columns.cycle.in_((0, cycle)))
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(columns.id.desc())).all()
    found: dict[str, list[Setting]] = {}
    for row in rows:
        made = Setting(row.cycle, row.value, row.because, row.person, row.recorded_at)
        found.setdefault(row.name, []).append(made)
    made_list = []
    for one in lifecycle.parameters:
        history = found.get(one.field.name, [])
        own = [setting for setting in history if setting.cycle == cycle]
        general = [setting for setting in history if setting.cycle == 0]
        holds = (own or general or [None])[0]  # type: ignore[list-item]
        field = one.field
        made_list.append(
            Parameter(field.name, field.label, str(field.type.value), field.clause, one.why, holds, tuple(history))
        )
    return made_list
