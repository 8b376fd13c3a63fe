"""Reading one case whole: where it stands, every event with its clause, deadlines, lists, decisions, obligations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from models import case_file, deadline, decision, document, event, integrity_record, list_item, obligation
from shixian.casework.database import reading
from shixian.casework.parties import shown_party
from shixian.casework.publicity.sealing import HIDDEN, is_token
from shixian.rules.errors import NotFound
from shixian.rules.state import Progress, Transition

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventView:
    """One event as recorded; `data` holds what the transition said, with sealed values as tokens."""

    seq: int
    kind: str
    legal_day: date
    recorded_at: datetime
    actor: str
    person: str
    clause: str
    stage: str
    regulation: str
    encoding: str
    data: Mapping[str, Any]
    hash: str

    @property
    def transition(self) -> Transition:
        return Transition(self.kind, self.legal_day, self.data)


@dataclass(frozen=True, slots=True)
class CaseView:
    """`row` is the case row; `facts` are stored texts, a sealed one shown as such; lists of rows are in their order.

    `party`: the name of whose case it is, as `parties.shown_party` has it.
    """

    ref: str
    row: Row
    party: str
    facts: Mapping[str, Any]
    progress: Progress
    events: tuple[EventView, ...]
    deadlines: tuple[Row, ...]
    lists: tuple[Row, ...]
    decisions: tuple[Row, ...]
    obligations: tuple[Row, ...]
    documents: tuple[Row, ...]
    integrity_records: tuple[Row, ...]
    children: tuple[Row, ...]


def read_case(engine: Engine, ref: str) -> CaseView:
    """The case by its reference; NotFound when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(case_file).where(case_file.c.ref == ref)).mappings().one_or_none()
        if row is None:
            raise NotFound(f"没有 {ref} 这一案件", remedy="核对案号")
        number = row["id"]
        facts = json.loads(row["facts"])
        return CaseView(
            ref=ref,
            row=dict(row),
            party=str(connection.scalar(select(shown_party()).where(case_file.c.id == number))),
            facts={name: HIDDEN if is_token(value) else value for name, value in facts.items()},
            progress=Progress.from_text(row["progress"]),
            events=tuple(events_of(connection, number)),
            deadlines=_rows(connection, deadline, number),
            lists=_rows(connection, list_item, number),
            decisions=_rows(connection, decision, number),
            obligations=_rows(connection, obligation, number),
            documents=_rows(connection, document, number),
            integrity_records=_rows(connection, integrity_record, number),
            children=_children(connection, ref),
        )


def events_of(connection: Connection, case_id: int) -> list[EventView]:
    rows = connection.execute(select(event).where(event.c.case_id == case_id).order_by(event.c.seq))
    return [
        EventView(
            seq=row.seq,
            kind=row.kind,
            legal_day=row.legal_day,
            recorded_at=row.recorded_at,
            actor=row.actor,
            person=row.person,
            clause=row.clause,
            stage=row.stage,
            regulation=row.regulation,
            encoding=row.encoding,
            data=json.loads(row.data),
            hash=row.hash,
        )
        for row in rows
    ]


def _rows(connection: Connection, table: Table, case_id: int) -> tuple[Row, ...]:
    found = connection.execute(select(table).where(table.c.case_id == case_id).order_by(table.c.id))
    return tuple(dict(row) for row in found.mappings())


def _children(connection: Connection, ref: str) -> tuple[Row, ...]:
    columns = (case_file.c.ref, case_file.c.lifecycle, case_file.c.status, case_file.c.stage, case_file.c.reason)
    found = connection.execute(select(*columns).where(case_file.c.parent_ref == ref).order_by(case_file.c.id))
    return tuple(dict(row) for row in found.mappings())
