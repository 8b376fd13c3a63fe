"""The store: cases, their events and everything that follows from them, over one connection and one transaction.

Fulfils `proceedings.Store` and `register.Register`. A save inserts the chained events, updates the case row if it still
stands where it was read (else Conflict), and writes the rows that follow. An act takes five to eight statements.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from models import case_file, event, refused_opening
from shixian.casework.chain import SYSTEM, Pin, canonical_json, genesis, link
from shixian.casework.database import races
from shixian.casework.lawbooks import LawBooks
from shixian.casework.prepared import Prepared, insert_rows
from shixian.casework.projection import Projection
from shixian.casework.publicity.sealing import Sealer, is_token
from shixian.casework.registry import SqlRegister, StoredCalls
from shixian.rules import proceedings
from shixian.rules.environment import Law
from shixian.rules.errors import Conflict, FactsError, NotFound, RecordError
from shixian.rules.facts import UNKNOWN, Value, to_stored
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.state import Case, Progress, Refusal, Transition, shape_of


@dataclass(slots=True)
class Kept:
    """A case row as this transaction last saw it."""

    id: int
    head: str
    case: Case


class SqlStore(SqlRegister):
    """`recorded_at` and `person` go into every event; `actor` is who opens cases here, until an act says who acts."""

    def __init__(
        self,
        connection: Connection,
        books: LawBooks,
        *,
        recorded_at: datetime,
        person: str = SYSTEM,
        actor: str = SYSTEM,
        origin: str = "",
    ) -> None:
        super().__init__(connection)
        self.books = books
        self.recorded_at = recorded_at
        self.person = person
        self.actor = actor
        self.origin = origin
        self.imported: dict[str, str] = {}  # case reference -> key of the intake row it comes from
        self.sealer = Sealer(books)
        self.saved: set[str] = set()
        self.recorded: list[Transition] = []  # everything this transaction has written, in order
        self._law = Law(books.calendar, self, books.lifecycles, StoredCalls(connection, books.lifecycles))
        self._kept: dict[str, Kept] = {}

    @property
    def law(self) -> Law:
        return self._law

    # -- reading -----------------------------------------------------------------------------------------------

    def load(self, ref: str) -> Case:
        return self.kept(ref).case

    def case(self, ref: str) -> Case | None:
        try:
            return self.load(ref)
        except NotFound:
            return None

    def kept(self, ref: str) -> Kept:
        if ref not in self._kept:
            row = self.connection.execute(_READ, {"b_ref": ref}).mappings().one_or_none()
            if row is None:
                raise NotFound(f"没有 {ref} 这一案件", remedy="核对案号")
            self._kept[ref] = Kept(row["id"], row["head"], case_of(row, self.books.lifecycles))
        return self._kept[ref]

    def lock(self, ref: str) -> None:
        """Take the family's turn (PostgreSQL; on SQLite a write transaction has it): who waits sees a fresh state."""
        if self.connection.dialect.name == "postgresql":
            root = ref.partition("/")[0]
            self.connection.execute(select(case_file.c.id).where(case_file.c.ref == root).with_for_update())

    # -- writing -----------------------------------------------------------------------------------------------

    def create(self, lifecycle: Lifecycle, case: Case, transitions: tuple[Transition, ...]) -> None:
        sealed = self.sealer.seal(lifecycle, case.ref, transitions)
        after = self.sealer.sealed_case(lifecycle, case)
        rows, head, self.actor = link(self._pin(after), 0, 0, genesis(case.ref), sealed, self.actor)
        values = row_of(lifecycle, after, head) | {
            "ref": case.ref,
            "lifecycle": case.lifecycle,
            "parent_ref": case.parent,
            "opened": after.opened,
            "imported_key": self.imported.get(case.ref),
        }
        self.sealer.adopt(case.ref)
        with races():
            found = self.connection.execute(insert(case_file).returning(case_file.c.id), values).scalar_one()
            self._write(Kept(int(found), head, after), Progress(), 1, rows, sealed)

    def save(self, lifecycle: Lifecycle, case: Case, transitions: tuple[Transition, ...]) -> None:
        kept = self.kept(case.ref)
        if case.number != kept.case.number + len(transitions):
            raise RecordError(f"{case.ref}：事件数 {case.number} 与 {kept.case.number} 加 {len(transitions)} 不符")
        sealed = self.sealer.seal(lifecycle, case.ref, transitions)
        after = self.sealer.sealed_case(lifecycle, case)
        number = kept.case.number
        rows, head, self.actor = link(self._pin(after), kept.id, number, kept.head, sealed, self.actor)
        as_read = {"b_id": kept.id, "b_number": number, "b_head": kept.head}
        changes = {f"v_{name}": value for name, value in row_of(lifecycle, after, head).items()}
        with races():
            changed = _MOVE.run(self.connection, [as_read | changes])
            if changed.rowcount != 1:
                raise Conflict(f"{case.ref} 已被其他人改动", remedy="重新读取后再试")
            self._write(Kept(kept.id, head, after), kept.case.progress, number + 1, rows, sealed)

    def _write(
        self,
        kept: Kept,
        before: Progress,
        first: int,
        rows: list[dict[str, Any]],
        transitions: tuple[Transition, ...],
    ) -> None:
        insert_rows(self.connection, event, [row | {"case_id": kept.id} for row in rows])
        self.sealer.write(self.connection, kept.id, kept.case.ref, self.recorded_at)
        person = rows[-1]["person"]
        programme = self.books.lifecycle(kept.case.lifecycle).regulation.key
        Projection(self.connection, kept.id, kept.case, before, first, self.recorded_at, person, programme).write(
            transitions
        )
        self._kept[kept.case.ref] = kept
        self.saved.add(kept.case.ref)
        self.recorded.extend(transitions)

    def refused_opening(self, lifecycle: Lifecycle, ref: str, day: date, refusal: Refusal) -> None:
        row = {
            "lifecycle": lifecycle.key,
            "ref": ref,
            "legal_day": day,
            "recorded_at": self.recorded_at,
            "person": self.person,
            "origin": self.origin,
            "code": refusal.code,
            "because": self.sealer.scrub(refusal.because),
            "clause": refusal.clause,
            "remedy": refusal.remedy,
            "asks": canonical_json(list(refusal.asks)),
            "compared": canonical_json(self.sealer.scrub(list(refusal.compared))),
            "source": refusal.bar.source if refusal.bar is not None else None,
        }
        self.connection.execute(insert(refused_opening), row)

    def _pin(self, case: Case) -> Pin:
        return Pin(case.ref, case.regulation, case.encoding, self.recorded_at, self.person)


_CHANGING = (
    "encoding", "regulation", "cycle", "status", "stage", "reason", "clause", "facts", "progress", "shape", "number",
    "head", "next_day", "next_stage", "family", "party", "party_name",
)  # fmt: skip

# Built once: putting statements of so many columns together took longer than running them.
_READ = select(case_file).where(case_file.c.ref == bindparam("b_ref"))
_MOVE = Prepared(
    update(case_file)
    .where(
        case_file.c.id == bindparam("b_id"),
        case_file.c.number == bindparam("b_number"),
        case_file.c.head == bindparam("b_head"),
    )
    .values({name: bindparam(f"v_{name}", type_=case_file.c[name].type) for name in _CHANGING})
)


def row_of(lifecycle: Lifecycle, case: Case, head: str) -> dict[str, Any]:
    """The columns of the case row that follow from the case."""
    progress = case.progress
    text = progress.to_text()
    due = proceedings.next_due(case)
    return {
        "encoding": case.encoding,
        "regulation": case.regulation,
        "cycle": case.cycle,
        "status": progress.status,
        "stage": case.where,
        "reason": progress.reason,
        "clause": progress.clause,
        "facts": canonical_json({name: to_stored(value) for name, value in case.facts.items()}),
        "progress": text,
        "shape": shape_of(text),
        "number": case.number,
        "head": head,
        "next_day": date.fromisoformat(due[0]) if due else None,
        "next_stage": due[1] if due else None,
        "family": case.parent is not None or bool(progress.children),
        "party": _plain(case.facts.get(lifecycle.party, UNKNOWN)),
        "party_name": _plain(case.facts.get(lifecycle.party_name, UNKNOWN)),
    }


def _plain(value: Value) -> str:
    if isinstance(value, tuple):
        return "；".join(value)
    return value if isinstance(value, str) and not is_token(value) else ""


def case_of(row: RowMapping, lifecycles: Mapping[str, Lifecycle]) -> Case:
    """The case of a row. A fact that today's declaration cannot read (another encoding's) stays text."""
    lifecycle = lifecycles.get(row["lifecycle"])
    return Case(
        ref=row["ref"],
        lifecycle=row["lifecycle"],
        encoding=row["encoding"],
        regulation=row["regulation"],
        cycle=row["cycle"],
        opened=row["opened"],
        facts={name: _fact(lifecycle, name, stored) for name, stored in json.loads(row["facts"]).items()},
        progress=Progress.from_text(row["progress"]),
        parent=row["parent_ref"],
        number=row["number"],
    )


def _fact(lifecycle: Lifecycle | None, name: str, stored: Any) -> Value:
    as_text: Value = tuple(stored) if isinstance(stored, list) else stored
    if lifecycle is None or is_token(stored):
        return as_text
    try:
        return lifecycle.facts[name].parse(stored)
    except FactsError:
        return as_text
