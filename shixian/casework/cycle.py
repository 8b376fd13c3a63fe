"""The cycle run: every case of a lifecycle whose clock has run out is moved, stage by stage, in chunks.

One transaction a chunk. Cases of one shape move in sets (`bulk`), the others one by one, families together. A case
that cannot be moved is set aside on an officer's list with the reason, and all others go on. Running twice for one
day, or two runs at once, moves nothing twice: effects are claimed by unique rows in the same transaction.
`shixian tick` and the Prefect flow call the same functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, false, func, insert, or_, select, true, update
from sqlalchemy.sql.elements import ColumnElement

from models import case_file, cycle_run, deadline, list_item
from shixian.casework import bulk
from shixian.casework.chain import canonical_json
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.store import SqlStore
from shixian.rules import proceedings
from shixian.rules.decide import Tick, decide
from shixian.rules.errors import Conflict, ShixianError
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import last_working_day_ahead
from shixian.rules.state import Transition
from shixian.rules.validation import order

CHUNK = 5_000  # cases moved in one transaction, in sets
SINGLES = 200  # cases moved one by one in one transaction


@dataclass(slots=True)
class StageMoves:
    """What happened in one stage: cases due, moved, set aside with the reason, and each effect with its clause."""

    stage: str
    title: str
    due: int = 0
    moved: int = 0
    dry_run: bool = False
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, transitions: tuple[Transition, ...] | list[Transition], times: int = 1) -> None:
        for transition in transitions:
            if transition.kind == "deadline_lapsed":
                self.effects[(transition.data["effect"], transition.data["clause"])] += times

    def sentence(self) -> str:
        word = "（试运行）" if self.dry_run else ""
        lapsed = "、".join(f"{effect}{count}件（{clause}）" for (effect, clause), count in sorted(self.effects.items()))
        return f"{self.title}：届满{self.due}件，处理{self.moved}件，搁置{len(self.set_aside)}件{word}。{lapsed}"

    def to_json(self) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "due": self.due,
            "moved": self.moved,
            "set_aside": [list(item) for item in self.set_aside],
            "lapsed": [[effect, clause, count] for (effect, clause), count in sorted(self.effects.items())],
        }


@dataclass(frozen=True, slots=True)
class Run:
    """What all chunks of one run have in common."""

    engine: Engine
    books: LawBooks
    lifecycle: Lifecycle
    as_of: date
    recorded_at: datetime
    cycle: int | None = None
    dry_run: bool = False
    chunk: int = CHUNK

    def store(self, connection: Connection) -> SqlStore:
        return SqlStore(connection, self.books, recorded_at=self.recorded_at)

    def due(self, stage: str | None = None) -> ColumnElement[bool]:
        conditions = [
            case_file.c.lifecycle == self.lifecycle.key,
            case_file.c.next_day < self.as_of,
            case_file.c.set_aside.is_(None),
        ]
        if stage is not None:
            conditions.append(case_file.c.next_stage == stage)
        if self.cycle is not None:
            conditions.append(case_file.c.cycle == self.cycle)
        return and_(*conditions)


def run_cycle(
    engine: Engine,
    key: str,
    as_of: date,
    *,
    recorded_at: datetime,
    cycle: int | None = None,
    dry_run: bool = False,
    books: LawBooks | None = None,
    chunk: int = CHUNK,
) -> list[StageMoves]:
    """Bring all cases of a lifecycle up to `as_of` (clocks that ended before that day), stage by stage."""
    run = _run(engine, key, as_of, recorded_at, cycle, dry_run, books, chunk)
    number = None if dry_run else begin_run(engine, key, as_of, recorded_at)
    moves = [_move(run, stage) for stage in order(run.lifecycle)]
    if number is not None:
        finish_run(engine, number, [one.to_json() for one in moves], recorded_at)
    return moves


def move_stage(
    engine: Engine,
    key: str,
    stage: str,
    as_of: date,
    *,
    recorded_at: datetime,
    cycle: int | None = None,
    dry_run: bool = False,
    books: LawBooks | None = None,
    chunk: int = CHUNK,
) -> StageMoves:
    """Move every case whose earliest clock that ran out stands in this stage."""
    return _move(_run(engine, key, as_of, recorded_at, cycle, dry_run, books, chunk), stage)


def _run(
    engine: Engine,
    key: str,
    as_of: date,
    recorded_at: datetime,
    cycle: int | None,
    dry_run: bool,
    books: LawBooks | None,
    chunk: int,
) -> Run:
    books = books or default_books()
    return Run(engine, books, books.lifecycle(key), as_of, recorded_at, cycle, dry_run, chunk)


def _move(run: Run, stage: str) -> StageMoves:
    moves = StageMoves(stage, run.lifecycle.stage(stage).title, dry_run=run.dry_run)
    with reading(run.engine) as connection:
        moves.due = connection.execute(select(func.count()).where(run.due(stage))).scalar_one()
    if moves.due == 0:
        return moves
    _move_shapes(run, _shapes(run, stage), moves)
    # What is left is moved case by case: families, and shapes whose decision looked at facts.
    _move_singles(run, stage, moves)
    return moves


def _shapes(run: Run, stage: str) -> Iterator[bulk.ShapeSet]:
    """The shapes that are due, a page at a time: there may be as many as there are days."""
    columns = (case_file.c.shape, case_file.c.encoding, case_file.c.regulation, case_file.c.cycle)
    last: tuple[Any, ...] | None = None
    while True:
        query = (
            select(*columns, func.min(case_file.c.ref), func.count())
            .where(run.due(stage), case_file.c.family == false())
            .group_by(*columns)
            .order_by(*columns)
            .limit(500)
        )
        if last is not None:
            query = query.where(case_file.c.shape > last[0])
        with reading(run.engine) as connection:
            page = connection.execute(query).all()
        for row in page:
            yield bulk.ShapeSet(*row)
        if len(page) < 500:
            return
        # The last shape of a full page may go on in the next one: it is asked for again, and has then moved.
        last = tuple(page[-2]) if page[-2][0] != page[-1][0] else tuple(page[-1])


def _move_shapes(run: Run, shapes: Iterator[bulk.ShapeSet], moves: StageMoves) -> None:
    """Decide one case of each shape; if that holds for all, write it for all. About a chunk of cases a transaction."""
    shape = next(shapes, None)
    while shape is not None:
        with transaction(run.engine) as connection:
            room = run.chunk
            while shape is not None and room > 0:
                taken = _one_set(run, connection, shape, room, moves)
                if taken < room:
                    shape = next(shapes, None)
                room -= taken
            if run.dry_run:
                connection.rollback()


def _one_set(run: Run, connection: Connection, shape: bulk.ShapeSet, room: int, moves: StageMoves) -> int:
    """Move up to `room` cases of a shape; gives how many."""
    example = bulk.take(connection, bulk.same_shape(run.lifecycle.key, shape, run.as_of), room)
    if example is None:
        return 0
    store = run.store(connection)
    try:
        before = store.load(example)
        decided = decide(proceedings.lifecycle_of(store, before), before, Tick(run.as_of), store.law)
    except ShixianError:
        return 0  # left to be moved, or set aside, one by one
    if not decided.transitions or not bulk.moves_in_sets(decided.looked, decided.transitions):
        return 0
    taken = shape.count if run.dry_run else bulk.taken(connection)
    if not run.dry_run:
        bulk.write(connection, before, decided.case, decided.transitions, run.recorded_at)
    moves.count(decided.transitions, taken)
    moves.moved += taken
    return 0 if run.dry_run else taken


def _move_singles(run: Run, stage: str, moves: StageMoves) -> None:
    after = ""
    while True:
        query = select(case_file.c.ref).where(run.due(stage), case_file.c.ref > after)
        if run.dry_run:
            query = query.where(or_(case_file.c.family == true(), case_file.c.shape.in_(_looking(run, stage))))
        with reading(run.engine) as connection:
            refs = list(connection.execute(query.order_by(case_file.c.ref).limit(SINGLES)).scalars())
        if not refs:
            return
        after = refs[-1]
        with transaction(run.engine) as connection:
            for ref in refs:
                _move_one(run, connection, ref, moves)
            if run.dry_run:
                connection.rollback()


def _looking(run: Run, stage: str) -> list[str]:
    """For a dry run, which wrote nothing: the shapes that could not be decided as a set."""
    result = []
    for shape in _shapes(run, stage):
        with reading(run.engine) as connection:
            store = run.store(connection)
            try:
                case = store.load(shape.example)
                decided = decide(proceedings.lifecycle_of(store, case), case, Tick(run.as_of), store.law)
            except ShixianError:
                result.append(shape.shape)
                continue
            if not bulk.moves_in_sets(decided.looked, decided.transitions):
                result.append(shape.shape)
    return result


def _move_one(run: Run, connection: Connection, ref: str, moves: StageMoves) -> None:
    """Move one case, or its family, inside a savepoint: its failure is its own."""
    store = run.store(connection)
    savepoint = connection.begin_nested()
    try:
        moved = proceedings.tick(store, ref, run.as_of)
        savepoint.commit()
    except Conflict:
        savepoint.rollback()  # somebody else is moving it; the next run will look again
        return
    except ShixianError as error:
        savepoint.rollback()
        _set_aside(connection, run, ref, str(error), moves)
        return
    except Exception as error:  # noqa: BLE001 - one broken case must not keep a hundred thousand from moving
        savepoint.rollback()
        _set_aside(connection, run, ref, f"{type(error).__name__}：{error}", moves)
        return
    if moved:
        moves.moved += 1
        moves.count(store.recorded)


def _set_aside(connection: Connection, run: Run, ref: str, reason: str, moves: StageMoves) -> None:
    moves.set_aside.append((ref, reason))
    if run.dry_run:
        return
    connection.execute(update(case_file).where(case_file.c.ref == ref).values(set_aside=reason[:2000]))


def put_back(engine: Engine, ref: str) -> None:
    """An officer has dealt with the reason: the next run looks at the case again."""
    with transaction(engine) as connection:
        connection.execute(update(case_file).where(case_file.c.ref == ref).values(set_aside=None))


# -- runs and reports ----------------------------------------------------------------------------------------------


def begin_run(engine: Engine, key: str, as_of: date, at: datetime) -> int:
    """Note that a run began; one without an end was cut off."""
    with transaction(engine) as connection:
        made = connection.execute(insert(cycle_run).values(lifecycle=key, as_of=as_of, started=at))
        return int(made.inserted_primary_key[0])  # type: ignore[index]


def finish_run(engine: Engine, number: int, counts: list[dict[str, Any]], at: datetime) -> None:
    with transaction(engine) as connection:
        connection.execute(
            update(cycle_run).where(cycle_run.c.id == number).values(finished=at, counts=canonical_json(counts))
        )


def due_by_stage(engine: Engine, key: str, as_of: date, *, cycle: int | None = None) -> dict[str, int]:
    """How many cases have a clock that ended before `as_of`, by the stage it stands in."""
    conditions = [case_file.c.lifecycle == key, case_file.c.next_day < as_of, case_file.c.set_aside.is_(None)]
    if cycle is not None:
        conditions.append(case_file.c.cycle == cycle)
    query = select(case_file.c.next_stage, func.count()).where(*conditions).group_by(case_file.c.next_stage)
    with reading(engine) as connection:
        return {stage: count for stage, count in connection.execute(query)}


def due_ahead(engine: Engine, key: str, as_of: date, working_days: int, limit: int = 200) -> list[dict[str, Any]]:
    """Deadlines that end within so many working days from `as_of`, the least time first."""
    last = last_working_day_ahead(as_of, working_days, default_books().calendar)
    query = (
        select(case_file.c.ref, deadline.c.title, deadline.c.last_day, deadline.c.clause, deadline.c.effect)
        .join(deadline, deadline.c.case_id == case_file.c.id)
        .where(case_file.c.lifecycle == key, deadline.c.status == "running")
        .where(deadline.c.last_day >= as_of, deadline.c.last_day <= last)
        .order_by(deadline.c.last_day, case_file.c.ref)
        .limit(limit)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return [
        {
            "案件": row.ref,
            "期限": row.title,
            "末日": row.last_day.isoformat(),
            "条款": row.clause,
            "效力": getattr(row.effect, "value", row.effect),
        }
        for row in rows
    ]


def waiting_for_people(engine: Engine, key: str, limit: int = 1000) -> list[dict[str, str]]:
    """What only a person can move: silent lapses, questions, supervision, provisional days, cases set aside."""
    items = (
        select(case_file.c.ref, list_item.c.list, list_item.c.text, list_item.c.clause)
        .join(list_item, list_item.c.case_id == case_file.c.id)
        .where(case_file.c.lifecycle == key)
        .order_by(list_item.c.since, case_file.c.ref)
        .limit(limit)
    )
    aside = (
        select(case_file.c.ref, case_file.c.set_aside)
        .where(case_file.c.lifecycle == key, case_file.c.set_aside.is_not(None))
        .order_by(case_file.c.ref)
        .limit(limit)
    )
    with reading(engine) as connection:
        found = [dict(row._mapping) for row in connection.execute(items)]
        found += [
            {"ref": row.ref, "list": "broken", "text": row.set_aside, "clause": ""} for row in connection.execute(aside)
        ]
    return found
