"""What is looked for every night: open cases without the deadline they must have, and overrun ones nobody minds.

Invariant 7: an open case in a stage with a clock that can be computed has a deadline row. Invariant 2: no case is past
its deadline and still open without a lapse, a suspension, or an entry on a person's list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select

from models import case_file, deadline
from shixian.casework.lawbooks import LawBooks
from shixian.casework.store import SqlStore, case_of
from shixian.casework.work import looking
from shixian.rules.canonical import encoding
from shixian.rules.clockwork import compute
from shixian.rules.conditions import truth
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.facts import UNKNOWN
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.state import Case

_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: no_deadline, no_row, not_settled, nobody_minds, other_encoding, set_aside."""

    ref: str
    kind: str
    text: str


def look(engine: Engine, as_of: date, *, now: datetime, books: LawBooks | None = None) -> list[Finding]:
    """Every open case that breaks invariant 2 or 7 on the morning of `as_of`, after the day's cycle runs."""
    found: list[Finding] = []
    with looking(engine, books=books, now=now) as store:
        last = 0
        while (
            rows := store.connection.execute(
                select(case_file)
                .where(case_file.c.id > last, case_file.c.status != "closed")
                .order_by(case_file.c.id)
                .limit(_TOGETHER)
            )
            .mappings()
            .all()
        ):
            last = rows[-1]["id"]
            stored = _rows(store, [row["id"] for row in rows])
            for row in rows:
                if row["set_aside"]:
                    found.append(Finding(row["ref"], "set_aside", row["set_aside"]))
                case = case_of(row, store.books.lifecycles)
                found.extend(_case(store, case, stored.get(row["id"], {}), as_of))
    return found


def _rows(store: SqlStore, ids: list[int]) -> dict[int, dict[tuple[str, str, int], str]]:
    columns = deadline.c
    rows = store.connection.execute(
        select(columns.case_id, columns.stage, columns.clock, columns.round, columns.status).where(
            columns.case_id.in_(ids)
        )
    )
    found: dict[int, dict[tuple[str, str, int], str]] = {}
    for case_id, stage, clock, number, status in rows:
        found.setdefault(case_id, {})[(stage, clock, number)] = status
    return found


def _case(store: SqlStore, case: Case, rows: dict[tuple[str, str, int], str], as_of: date) -> Iterator[Finding]:
    lifecycle = store.books.lifecycles.get(case.lifecycle)
    if lifecycle is None or encoding(lifecycle) != case.encoding:
        yield Finding(
            case.ref, "other_encoding", f"案件按编码 {case.encoding[:12]} 办理，当前程序中没有该编码，须作勘误"
        )
        return
    for key in clocks_without_deadline(lifecycle, case, store.law):
        yield Finding(case.ref, "no_deadline", f"{key} 应有期限而没有")
    for key, state in case.progress.deadlines.items():
        if rows.get((state.stage, state.clock, state.round)) != state.status:
            yield Finding(case.ref, "no_row", f"{key} 第{state.round}次的期限没有相符的记录行")
    for key in overrun(lifecycle, case, as_of):
        kind = "not_settled" if case.progress.deadlines[key].status == "running" else "nobody_minds"
        yield Finding(
            case.ref, kind, f"{key} 期限 {case.progress.deadlines[key].last_day} 已过，没有处理，也不在任何人的清单上"
        )


def clocks_without_deadline(lifecycle: Lifecycle, case: Case, law: Law) -> list[str]:
    """The clocks of open stages that can be computed, or that ask for a fact, and have no deadline."""
    if case.progress.status == "closed":
        return []
    env = CaseEnvironment(lifecycle, case, law)
    missing = []
    for key in case.progress.open_stages():
        stage = lifecycle.stage(key)
        for clock in stage.clocks:
            if f"{key}.{clock.key}" in case.progress.deadlines:
                continue
            wanted = True if clock.only_if is None else truth(clock.only_if.evaluate(env))
            if wanted is UNKNOWN or (wanted and compute(stage, clock, env) is not None):
                missing.append(f"{key}.{clock.key}")
    return missing


def overrun(lifecycle: Lifecycle, case: Case, as_of: date) -> list[str]:
    """The clocks past their last day that were neither settled, nor suspended, nor listed for a person."""
    progress, text = case.progress, as_of.isoformat()
    paused = {item[0] for item in progress.suspensions if item[4] is None}
    listed = {item[1] for item in progress.lists.values()}
    found = []
    for key, state in progress.deadlines.items():
        if state.last_day is None or state.last_day >= text or paused & {state.stage, "*"}:
            continue
        if state.status == "running":
            found.append(key)
        elif state.status in ("lapsed", "held") and progress.stage(state.stage).status == "open":
            clock = next(c for c in lifecycle.stage(state.stage).clocks if c.key == state.clock)
            minded = state.stage in listed or progress.stage(state.stage).late_allowed or not clock.effect.moves
            if not minded:
                found.append(key)
    return found
