"""Moving cases of one shape in sets: the transitions of one decision, written for all of them by a few statements.

Only for transitions that a clock alone causes (`SET_KINDS`) and that are the same for every case of the set (see
`docs/decisions/0003`). The rows are those that `store.SqlStore` would write case by case, hashes included; a test
compares them. Everything happens in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from models import case_file, deadline, effect_claim, event, instant_text, list_item
from shixian.casework.chain import FIELDS, SEPARATOR, SYSTEM, VERSION, canonical_json
from shixian.casework.database import sha256_hex
from shixian.rules.proceedings import next_due
from shixian.rules.state import Case, Progress, Transition, shape_of

SET_KINDS = frozenset(
    {
        "deadline_set",
        "deadline_lapsed",
        "deadline_held",
        "deadline_met",
        "deadline_void",
        "stage_opened",
        "stage_finished",
        "stage_skipped",
        "stage_closed_off",
        "listed",
        "unlisted",
        "case_closed",
        "carried_over",
    }
)

# Looking at these does not tell two cases of one set apart: the set has one cycle, one call, one progress.
SHARED_LOOKS = ("call:", "cycle")

assert FIELDS[0] == "version" and FIELDS[1:3] == ("case", "seq") and FIELDS[-1] == "previous"

# One chunk: the cases, and what their events chain to. A temporary table without any index, on purpose: SQLite then
# reads it from end to end and looks the other tables up by theirs, instead of reading a million cases.
_moving = Table(
    "moving",
    MetaData(),
    Column("id", BigInteger()),
    Column("ref", Text()),
    Column("number", Integer()),
    Column("head", Text()),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class ShapeSet:
    """Cases that stand at exactly the same place and are due."""

    shape: str
    encoding: str
    regulation: str
    cycle: int
    example: str  # the reference of one of them
    count: int


def moves_in_sets(looked: frozenset[str], transitions: Sequence[Transition]) -> bool:
    """Whether one case's decision holds for all cases of its shape."""
    alike = all(look.startswith(SHARED_LOOKS) for look in looked)
    return alike and all(transition.kind in SET_KINDS for transition in transitions)


def same_shape(lifecycle: str, of: ShapeSet, as_of: date) -> ColumnElement[bool]:
    """The cases of a set that are still due and may move without looking at a family."""
    return and_(
        case_file.c.lifecycle == lifecycle,
        case_file.c.next_day < as_of,
        case_file.c.shape == of.shape,
        case_file.c.encoding == of.encoding,
        case_file.c.regulation == of.regulation,
        case_file.c.cycle == of.cycle,
        case_file.c.family == false(),
        case_file.c.set_aside.is_(None),
    )


def take(connection: Connection, where: ColumnElement[bool], size: int) -> str | None:
    """Take up to `size` cases of a set into the chunk and name one of them; None when there are none left.

    On PostgreSQL rows that another run holds are left to it.
    """
    _moving.create(connection, checkfirst=True)
    connection.execute(delete(_moving))
    columns = (case_file.c.id, case_file.c.ref, case_file.c.number, case_file.c.head)
    chosen = select(*columns).where(where).limit(size)
    if connection.dialect.name == "postgresql":
        chosen = chosen.order_by(case_file.c.id).with_for_update(skip_locked=True)
    connection.execute(insert(_moving).from_select(["id", "ref", "number", "head"], chosen))
    return connection.execute(select(_moving.c.ref).limit(1)).scalar()


def taken(connection: Connection) -> int:
    """How many cases the chunk holds."""
    return int(connection.execute(select(func.count()).select_from(_moving)).scalar_one())


def write(
    connection: Connection,
    before: Case,
    after: Case,
    transitions: Sequence[Transition],
    recorded_at: datetime,
) -> None:
    """Write the transitions for every case of the chunk. `before` and `after` are one of them, as example."""
    for position, transition in enumerate(transitions, 1):
        _events(connection, after, transition, position, recorded_at)
        if transition.kind == "deadline_lapsed":
            _claim(connection, transition, position)
        elif transition.kind == "deadline_set":
            _new_deadline(connection, before, transition, position)
    _deadline_statuses(connection, before.progress, after.progress)
    _lists(connection, before.progress, after.progress, transitions)
    _cases(connection, after, len(transitions))


def _events(connection: Connection, after: Case, transition: Transition, position: int, recorded_at: datetime) -> None:
    """Insert the position-th event of every case, chained to the one before and hashed by the database."""
    data = canonical_json(dict(transition.data))
    stage, clause = str(transition.data.get("stage") or ""), str(transition.data.get("clause") or "")
    middle = (
        transition.kind,
        transition.legal_day.isoformat(),
        instant_text(recorded_at),
        SYSTEM,
        SYSTEM,
        clause,
        stage,
        after.regulation,
        after.encoding,
        data,
    )
    if any(character < " " for part in middle for character in part):
        raise ValueError("a control character cannot be hashed")
    seq = _moving.c.number + position
    source = select(_moving.c.id)
    previous: ColumnElement[str] = _moving.c.head
    if position > 1:
        source = source.join(event, and_(event.c.case_id == _moving.c.id, event.c.seq == seq - 1))
        previous = event.c.hash
    text = (
        literal(f"{VERSION}{SEPARATOR}", Text())
        + _moving.c.ref
        + literal(SEPARATOR, Text())
        + cast(seq, String)
        + literal(SEPARATOR + SEPARATOR.join(middle) + SEPARATOR, Text())
        + previous
    )
    constants = {
        "version": VERSION,
        "kind": transition.kind,
        "legal_day": transition.legal_day,
        "recorded_at": recorded_at,
        "actor": SYSTEM,
        "person": SYSTEM,
        "clause": clause,
        "stage": stage,
        "regulation": after.regulation,
        "encoding": after.encoding,
        "data": data,
    }
    columns = {name: literal(value, event.c[name].type) for name, value in constants.items()}
    rows = source.with_only_columns(
        _moving.c.id, seq, *columns.values(), previous, sha256_hex(text), maintain_column_froms=True
    )
    connection.execute(insert(event).from_select(["case_id", "seq", *columns, "previous", "hash"], rows))


def _claim(connection: Connection, transition: Transition, position: int) -> None:
    """Claim the effect: a unique row, so that it can happen only once."""
    data = transition.data
    rows = select(
        _moving.c.id,
        literal(data["stage"]),
        literal(data["clock"]),
        literal(data["round"]),
        literal(data["effect"]),
        _moving.c.number + position,
    )
    connection.execute(insert(effect_claim).from_select(["case_id", "stage", "clock", "round", "effect", "seq"], rows))


def _new_deadline(connection: Connection, before: Case, transition: Transition, position: int) -> None:
    data = transition.data
    known = before.progress.deadlines.get(f"{data['stage']}.{data['clock']}")
    last_day = date.fromisoformat(data["last_day"]) if data.get("last_day") else None
    values = {
        "title": data["title"],
        "last_day": last_day,
        "provisional": bool(data.get("provisional")),
        "status": "running" if last_day else "asking",
        "effect": data["effect"],
        "binds": data["binds"],
        "clause": data["clause"],
    }
    if known is not None and known.round == data["round"]:
        this = and_(
            deadline.c.case_id.in_(select(_moving.c.id)),
            deadline.c.stage == data["stage"],
            deadline.c.clock == data["clock"],
            deadline.c.round == data["round"],
        )
        seq = select(_moving.c.number + position).where(_moving.c.id == deadline.c.case_id).scalar_subquery()
        connection.execute(update(deadline).where(this).values(**values, set_seq=seq))
        return
    fixed = {"stage": data["stage"], "clock": data["clock"], "round": data["round"], **values}
    columns = {name: literal(value, deadline.c[name].type) for name, value in fixed.items()}
    rows = select(_moving.c.id, *columns.values(), _moving.c.number + position)
    connection.execute(insert(deadline).from_select(["case_id", *columns, "set_seq"], rows))


def _deadline_statuses(connection: Connection, before: Progress, after: Progress) -> None:
    for key, state in after.deadlines.items():
        old = before.deadlines.get(key)
        if old is not None and old.round == state.round and old.status == state.status:
            continue
        connection.execute(
            update(deadline)
            .where(
                deadline.c.case_id.in_(select(_moving.c.id)),
                deadline.c.stage == state.stage,
                deadline.c.clock == state.clock,
                deadline.c.round == state.round,
            )
            .values(status=state.status)
        )


def _lists(connection: Connection, before: Progress, after: Progress, transitions: Sequence[Transition]) -> None:
    gone = [key for key, item in before.lists.items() if after.lists.get(key) != item]
    if gone:
        here = list_item.c.case_id.in_(select(_moving.c.id))
        connection.execute(delete(list_item).where(here, list_item.c.key.in_(gone)))
    since = {t.data["key"]: t.legal_day for t in transitions if t.kind == "listed"}
    for key, (name, stage, clause, text) in after.lists.items():
        if before.lists.get(key) == after.lists[key]:
            continue
        fixed = {"key": key, "list": name, "stage": stage, "clause": clause, "text": text, "since": since[key]}
        columns = {column: literal(value, list_item.c[column].type) for column, value in fixed.items()}
        rows = select(_moving.c.id, *columns.values())
        connection.execute(insert(list_item).from_select(["case_id", *columns], rows))


def _cases(connection: Connection, after: Case, count: int) -> None:
    """The case rows last: they still hold the number and head that the events were chained to."""
    text = after.progress.to_text()
    due = next_due(after)
    head = (
        select(event.c.hash)
        .where(event.c.case_id == case_file.c.id, event.c.seq == case_file.c.number + bindparam("moved"))
        .scalar_subquery()
    )
    connection.execute(
        update(case_file)
        .where(case_file.c.id.in_(select(_moving.c.id)))
        .values(
            status=after.progress.status,
            stage=after.where,
            reason=after.progress.reason,
            clause=after.progress.clause,
            cycle=after.cycle,
            progress=text,
            shape=shape_of(text),
            number=case_file.c.number + bindparam("moved"),
            head=head,
            next_day=date.fromisoformat(due[0]) if due else None,
            next_stage=due[1] if due else None,
        ),
        {"moved": count},
    )
