"""Encodings (编码修订) and errata (勘误): a case runs under the encoding it is pinned to, until an erratum moves it.

Every encoding that can open a case is stored by content hash before it does. An erratum says who changed it, why, and
which open cases move; the dry run and the write go through the same validator; closed cases never move.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, and_, insert, select

from models import case_file, encoding, erratum
from shixian.casework.cases import add
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.staff.people import Permission, Person, require, require_scope
from shixian.casework.store import SqlStore, case_of
from shixian.casework.work import attempt
from shixian.rules import canonical, proceedings
from shixian.rules.errors import CaseworkError, FactsError, NotFound, VersionError
from shixian.rules.facts import to_stored
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import legal_day
from shixian.rules.state import DONE, OPEN, Case

_TOGETHER = 200
_LIVE = ("running", "asking", "held")


def store_encodings(
    engine: Engine, lifecycles: Mapping[str, Lifecycle] | None = None, *, now: datetime | None = None
) -> list[str]:
    """Keep the canonical form of every lifecycle not yet known, at start; the keys of those that were new."""
    lifecycles = default_books().lifecycles if lifecycles is None else lifecycles
    with transaction(engine) as connection:
        known = set(connection.scalars(select(encoding.c.hash)))
        rows = [
            {
                "hash": canonical.encoding(lifecycle),
                "lifecycle": key,
                "text": canonical.encoding_text(lifecycle),
                "recorded_at": now,
            }
            for key, lifecycle in lifecycles.items()
            if canonical.encoding(lifecycle) not in known
        ]
        if rows:
            connection.execute(insert(encoding), rows)
    return [str(row["lifecycle"]) for row in rows]


def encoding_text(engine: Engine, content_hash: str) -> str:
    """The canonical form of a stored encoding; VersionError when it is not resolvable."""
    with reading(engine) as connection:
        found: str | None = connection.scalar(select(encoding.c.text).where(encoding.c.hash == content_hash))
    if found is None:
        raise VersionError(f"没有保存编码 {content_hash[:12]} 的规范文本", remedy="从备份恢复 encoding 表，或查明来源")
    return found


@dataclass(frozen=True, slots=True)
class ErratumReport:
    """`moves` are (or, in a dry run, would be) moved; `kept` were not named; `problems` say why a case cannot move."""

    from_hash: str
    to_hash: str
    moves: tuple[str, ...]
    kept: tuple[str, ...]
    problems: dict[str, list[str]] = field(default_factory=dict)


def pinned_elsewhere(engine: Engine, *, books: LawBooks | None = None) -> dict[tuple[str, str], int]:
    """How many open cases are pinned to an encoding other than the present one, by lifecycle and encoding."""
    books = books or default_books()
    current = {key: canonical.encoding(lifecycle) for key, lifecycle in books.lifecycles.items()}
    columns = case_file.c
    counted: dict[tuple[str, str], int] = {}
    with reading(engine) as connection:
        rows = connection.execute(select(columns.lifecycle, columns.encoding).where(columns.status != "closed"))
        for key, pinned in rows:
            if current.get(key) != pinned:
                counted[(key, pinned)] = counted.get((key, pinned), 0) + 1
    return counted


def make_erratum(
    engine: Engine,
    key: str,
    from_hash: str,
    *,
    who: Person,
    why: str,
    refs: Collection[str] | None = None,
    dry_run: bool = True,
    now: datetime,
    books: LawBooks | None = None,
) -> ErratumReport:
    """Move open cases from an encoding to the present one: all, or those of `refs`. Nothing moves if one cannot.

    Each moved case gets an `encoding_changed` event and has its deadlines projected again. CaseworkError when a case
    cannot move (the report says why in a dry run), NotFound when a named case is not open under that encoding,
    NotPermitted for whom the lifecycle is out of scope.
    """
    require(who, Permission.ERRATUM)
    books = books or default_books()
    lifecycle = books.lifecycle(key)
    require_scope(who, lifecycle)
    to_hash = canonical.encoding(lifecycle)
    if not why.strip():
        raise CaseworkError("勘误须写明理由", remedy="写明改了哪一条、为何")
    if from_hash == to_hash:
        raise CaseworkError(f"{from_hash[:12]} 就是当前编码，没有可勘误的")
    report = _report(engine, lifecycle, from_hash, to_hash, refs)
    if dry_run:
        return report
    if report.problems:
        lines = "；".join(f"{ref}：{'、'.join(lines)}" for ref, lines in report.problems.items())
        raise CaseworkError(
            f"勘误不能进行，下列案件无法改按新编码办理：{lines}", remedy="用 refs 只移动其余案件，或修正编码"
        )
    store_encodings(engine, books.lifecycles, now=now)
    moves = list(report.moves)
    for start in range(0, len(moves), _TOGETHER):
        part = moves[start : start + _TOGETHER]

        def work(store: SqlStore, part: list[str] = part) -> None:
            for ref in part:
                _move(store, lifecycle, ref, from_hash, to_hash, who, why, now)

        attempt(engine, work, books=books, now=now, person=who.key)
    row = {"lifecycle": key, "from_hash": from_hash, "to_hash": to_hash, "person": who.key, "because": why}
    with transaction(engine) as connection:
        counts = {"moved": len(report.moves), "kept": len(report.kept)}
        connection.execute(insert(erratum), row | counts | {"recorded_at": now})
    return report


def _report(
    engine: Engine, lifecycle: Lifecycle, from_hash: str, to_hash: str, refs: Collection[str] | None
) -> ErratumReport:
    columns = case_file.c
    which = and_(columns.lifecycle == lifecycle.key, columns.encoding == from_hash, columns.status != "closed")
    moves, kept, wrong = [], [], {}
    with reading(engine) as connection:
        for row in connection.execute(select(case_file).where(which).order_by(columns.id)).mappings():
            if refs is not None and row["ref"] not in refs:
                kept.append(row["ref"])
                continue
            found = problems(lifecycle, case_of(row, {lifecycle.key: lifecycle}))
            if found:
                wrong[row["ref"]] = found
            else:
                moves.append(row["ref"])
    missing = sorted(set(refs or ()) - set(moves) - set(wrong))
    if missing:
        raise NotFound(f"{'、'.join(missing)} 不是按编码 {from_hash[:12]} 办理的未结案件")
    return ErratumReport(from_hash, to_hash, tuple(moves), tuple(kept), wrong)


def problems(lifecycle: Lifecycle, case: Case) -> list[str]:
    """Why a case cannot run under this declaration: what it stands on must still be there."""
    found = []
    stages = {stage.key: stage for stage in lifecycle.stages}
    for key, state in case.progress.stages.items():
        stage = stages.get(key)
        if stage is None:
            if state.status in (OPEN, DONE):
                found.append(f"新编码没有环节 {key}")
        elif state.status == DONE and all(state.outcome != outcome.key for outcome in stage.outcomes):
            found.append(f"新编码的环节 {key} 没有结果 {state.outcome}")
    for deadline in case.progress.deadlines.values():
        stage = stages.get(deadline.stage)
        if deadline.status in _LIVE and (stage is None or all(clock.key != deadline.clock for clock in stage.clocks)):
            found.append(f"新编码没有期限 {deadline.stage}.{deadline.clock}")
    for name, value in case.facts.items():
        try:
            field = lifecycle.facts[name]
            if not field.sealed:
                field.parse(to_stored(value))
        except FactsError as error:
            found.append(error.message)
    return found


def _move(
    store: SqlStore,
    lifecycle: Lifecycle,
    ref: str,
    from_hash: str,
    to_hash: str,
    who: Person,
    why: str,
    now: datetime,
) -> None:
    store.lock(ref)
    case = store.load(ref)
    found = problems(lifecycle, case)
    if case.progress.status == "closed" or case.encoding != from_hash or found:
        raise CaseworkError(
            f"{ref} 在预演之后发生变化，不能移动：{'、'.join(found) or '已终结或编码已变'}", remedy="重新预演"
        )
    data = {"from": from_hash, "to": to_hash, "by": "office", "person": who.key, "why": why}
    add(store, lifecycle, case, "encoding_changed", now, data)
    proceedings.recalculate(store, ref, legal_day(now), why)
