"""The cycle run against hand-written set-based SQL that writes the same rows, hashes included, on the same database."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from sqlalchemy import Engine, select

from models import case_file, instant_text
from shixian.casework import cycle
from shixian.casework.chain import SEPARATOR, canonical_json
from shixian.casework.database import reading
from shixian.casework.lawbooks import default_books
from shixian.casework.store import SqlStore
from shixian.rules.decide import Tick, decide
from shixian.rules.state import shape_of
from tests.bench.population import AS_OF, KEY, NOW


def checkpoint(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def ours(engine: Engine, of_cycle: int) -> tuple[float, int]:
    """Seconds and cases of the real cycle run over one cycle's cases."""
    checkpoint(engine)
    began = time.perf_counter()
    moves = cycle.run_cycle(engine, KEY, AS_OF, recorded_at=NOW, cycle=of_cycle)
    return time.perf_counter() - began, sum(stage.moved for stage in moves)


def plan(engine: Engine, of_cycle: int) -> list[dict[str, object]]:
    """What the hand-written SQL is told for each shape: the two events and the new progress."""
    books = default_books()
    lifecycle = books.lifecycle(KEY)
    columns = (case_file.c.shape, case_file.c.ref)
    rows = []
    with reading(engine) as connection:
        due = (
            select(*columns)
            .where(case_file.c.lifecycle == KEY, case_file.c.cycle == of_cycle)
            .where(case_file.c.next_day < AS_OF)
        )
        store = SqlStore(connection, books, recorded_at=NOW)
        for shape, ref in connection.execute(due.group_by(case_file.c.shape)):
            case = store.load(ref)
            decided = decide(lifecycle, case, Tick(AS_OF), store.law)
            first, second = decided.transitions
            assert (first.kind, second.kind) == ("deadline_lapsed", "case_closed")
            text = decided.case.progress.to_text()
            rows.append(
                {
                    "shape": shape,
                    "day": first.legal_day.isoformat(),
                    "lapsed": canonical_json(dict(first.data)),
                    "closed": canonical_json(dict(second.data)),
                    "clause": first.data["clause"],
                    "progress": text,
                    "new_shape": shape_of(text),
                    "reason": decided.case.progress.reason,
                    "regulation": case.regulation,
                    "encoding": case.encoding,
                }
            )
    return rows


EVENT = """
insert into event (case_id, seq, version, kind, legal_day, recorded_at, actor, person, clause, stage, regulation,
                   encoding, data, previous, hash)
select m.id, m.number + {n}, 1, '{kind}', p.day, :at, 'system', 'system', p.clause, 'filing', p.regulation, p.encoding,
       p.{data}, {previous},
       shixian_sha256('1' || :s || m.ref || :s || (m.number + {n}) || :s || '{kind}' || :s || p.day || :s ||
       :at || :s ||
       'system' || :s || 'system' || :s || p.clause || :s || 'filing' || :s || p.regulation || :s || p.encoding || :s ||
       p.{data} || :s || {previous})
from moving m join plan p on p.shape = m.shape {join}
"""


def by_hand(path: Path, engine: Engine, of_cycle: int, plans: list[dict[str, object]]) -> tuple[float, int]:
    """Seconds and cases of the hand-written SQL: one transaction, each statement once, full durability."""
    from hashlib import sha256

    checkpoint(engine)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.execute("pragma foreign_keys=on")
    database.create_function("shixian_sha256", 1, lambda t: sha256(t.encode()).hexdigest(), deterministic=True)
    names = list(plans[0])
    began = time.perf_counter()
    database.execute("begin immediate")
    database.execute(f"create temp table plan ({', '.join(names)}, primary key (shape))")
    database.executemany(f"insert into plan values ({', '.join(':' + name for name in names)})", plans)
    database.execute(
        "create temp table moving as select id, ref, number, head, shape from case_file "
        "where lifecycle = ? and next_day < ? and cycle = ? and set_aside is null and family = 0",
        (KEY, AS_OF.isoformat(), of_cycle),
    )
    database.execute("create index temp.moving_id on moving (id)")
    bound = {"at": instant_text(NOW), "s": SEPARATOR}
    database.execute(EVENT.format(n=1, kind="deadline_lapsed", data="lapsed", previous="m.head", join=""), bound)
    database.execute(
        EVENT.format(
            n=2,
            kind="case_closed",
            data="closed",
            previous="e.hash",
            join="join event e on e.case_id = m.id and e.seq = m.number + 1",
        ),
        bound,
    )
    database.execute(
        "insert into effect_claim (case_id, stage, clock, round, effect, seq) "
        "select id, 'filing', 'limit', 1, '失权', number + 1 from moving"
    )
    database.execute(
        "update deadline set status = 'lapsed' where stage = 'filing' and clock = 'limit' and round = 1 "
        "and case_id in (select id from moving)"
    )
    done = database.execute(
        "update case_file set status = 'closed', stage = 'filing', reason = p.reason, clause = p.clause, "
        "progress = p.progress, shape = p.new_shape, number = case_file.number + 2, next_day = null, "
        "next_stage = null, "
        "head = (select hash from event e where e.case_id = case_file.id and e.seq = case_file.number + 2) "
        "from moving m join plan p on p.shape = m.shape where m.id = case_file.id"
    ).rowcount
    database.execute("commit")
    seconds = time.perf_counter() - began
    database.close()
    return seconds, done
