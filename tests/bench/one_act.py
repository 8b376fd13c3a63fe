"""One act on a case (permission, decision, events, deadlines) against a bare transaction that writes the same rows."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from shixian.casework.cases import record_act
from shixian.casework.lawbooks import default_books
from shixian.casework.staff.people import Person, Role
from shixian.rules.decide import Acted
from shixian.rules.periods import parse_instant
from tests.bench.population import KEY

OFFICER = Person("bench", "经办", frozenset({Role.OFFICER}))
ROUNDS = 11
TABLES = ("event", "deadline", "document", "list_item", "effect_claim")


def compare(path: Path, engine: Engine, times: int) -> tuple[float, float]:
    """Seconds of a filing by casework and of a bare transaction of the same rows, done alternately: those of the round
    whose ratio is the median, of ROUNDS rounds. Other work on the machine comes and goes, and spoils a round."""
    filing = default_books().lifecycle(KEY).stage("filing")
    documents = tuple(
        {"document": d.key, "name": f"{d.title}.pdf", "sha256": "0" * 64, "size": "1024"}
        for d in filing.acts[0].documents
    )
    acted = Acted("filing", "submit", "undertaker", parse_instant("2021-04-20T10:00"), {}, documents)
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("pragma synchronous=full")
    bare.execute("pragma foreign_keys=on")
    pairs = bare.execute(
        "select a.ref, b.ref from case_file a join case_file b on b.ref = replace(a.ref, 'N-00-', 'N-01-') "
        "where a.ref like 'N-00-%' order by a.id limit ?",
        (times + 20,),
    ).fetchall()
    spent: list[float] = []
    floor: list[float] = []
    for number, (ours, twin) in enumerate(pairs):
        began = time.perf_counter()
        decided = record_act(engine, ours, acted, person=OFFICER, now=acted.at)
        middle = time.perf_counter()
        assert decided.refusal is None, decided.refusal
        rows, case = _written(bare, ours)
        start = time.perf_counter()
        _write(bare, twin, rows, case)
        end = time.perf_counter()
        if number >= 20:  # the first few warm caches on both sides
            spent.append(middle - began)
            floor.append(end - start)
    bare.close()
    each = len(spent) // ROUNDS
    rounds = [(sum(spent[n * each : (n + 1) * each]), sum(floor[n * each : (n + 1) * each])) for n in range(ROUNDS)]
    ours, theirs = sorted(rounds, key=lambda one: one[0] / one[1])[ROUNDS // 2]
    return ours / each, theirs / each


def _written(bare: sqlite3.Connection, ref: str) -> tuple[dict[str, tuple[list[str], list[Any]]], tuple[Any, ...]]:
    """The rows that the act left behind (those of the opening are left out)."""
    (case_id,) = bare.execute("select id from case_file where ref = ?", (ref,)).fetchone()
    rows = {}
    for table in TABLES:
        columns = [row[1] for row in bare.execute(f"pragma table_info({table})") if row[1] not in ("id", "case_id")]
        where = {"event": "seq > 3", "deadline": "set_seq > 3"}.get(table, "1 = 1")
        found = bare.execute(
            f"select {', '.join(columns)} from {table} where case_id = ? and {where}", (case_id,)
        ).fetchall()
        rows[table] = (columns, found)
    names = "status, stage, reason, clause, facts, progress, shape, number, head, next_day, next_stage"
    return rows, bare.execute(f"select {names} from case_file where id = ?", (case_id,)).fetchone()


def _write(
    bare: sqlite3.Connection, ref: str, rows: dict[str, tuple[list[str], list[Any]]], case: tuple[Any, ...]
) -> None:
    bare.execute("begin immediate")
    found = bare.execute("select * from case_file where ref = ?", (ref,)).fetchone()
    case_id = found[0]
    for table, (columns, lines) in rows.items():
        if lines:
            marks = ", ".join("?" * (len(columns) + 1))
            bare.executemany(
                f"insert into {table} (case_id, {', '.join(columns)}) values ({marks})",
                [(case_id, *line) for line in lines],
            )
    bare.execute(
        "update deadline set status = 'met' where case_id = ? and stage = 'filing' and clock = 'limit'", (case_id,)
    )
    bare.execute(
        "update case_file set status = ?, stage = ?, reason = ?, clause = ?, facts = ?, progress = ?, shape = ?, "
        "number = ?, "
        "head = ?, next_day = ?, next_stage = ? where id = ?",
        (*case, case_id),
    )
    bare.execute("commit")
