"""`make bench`: each line is a ratio of two things measured side by side in this run, on SQLite with full durability.

SHIXIAN_BENCH_CASES sets how many open cases there are (default 1,000,000, a tenth of them due).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from shixian.casework import cycle
from shixian.casework.database import migrate, open_database, reading
from shixian.casework.encodings import store_encodings
from tests.bench import cycle_run, one_act, payments
from tests.bench.population import AS_OF, KEY, NOW, populate

BEFORE, OURS, AFTER, SMALL, LARGE = 2016, 2017, 2018, 2019, 2020  # cycles, used only to tell the groups apart


def main() -> int:
    total = int(os.environ.get("SHIXIAN_BENCH_CASES", "1000000"))
    due = total // 10
    with tempfile.TemporaryDirectory(prefix="shixian-bench-") as folder:
        path = Path(folder) / "bench.db"
        engine = open_database(f"sqlite:///{path}")
        migrate(engine)
        store_encodings(engine, now=NOW)
        say(f"making {total:,} open cases, {due:,} due for the run measured ...")
        began = time.perf_counter()
        groups = {BEFORE: due // 2, OURS: due, AFTER: due // 2, SMALL: due // 10, LARGE: due // 2}
        populate(engine, groups, total - sum(groups.values()))
        with reading(engine) as connection:
            cases, events = (
                connection.execute(text(f"select count(*) from {t}")).scalar() for t in ("case_file", "event")
            )
        say(
            f"{cases:,} cases with {events:,} events in {time.perf_counter() - began:.0f} s, "
            f"{path.stat().st_size >> 20:,} MiB"
        )

        plans = {group: cycle_run.plan(engine, group) for group in (BEFORE, AFTER)}
        first, moved_first = cycle_run.by_hand(path, engine, BEFORE, plans[BEFORE])
        spent, moved = cycle_run.ours(engine, OURS)
        last, moved_last = cycle_run.by_hand(path, engine, AFTER, plans[AFTER])
        assert moved == moved_first + moved_last, (moved, moved_first, moved_last)
        say(f"moved {moved:,} cases in {spent:.1f} s; by hand {moved_first + moved_last:,} in {first + last:.1f} s")
        line("cycle_run", spent / (first + last), limit=3)

        acts, bare = one_act.compare(path, engine, 550)
        say(f"an act {acts * 1000:.2f} ms, a bare transaction of the same rows {bare * 1000:.2f} ms (median round)")
        line("one_act", acts / bare, limit=3)

        small, large = (memory(path, group) for group in (SMALL, LARGE))
        say(
            f"peak memory of a run over {due // 10:,} cases {small >> 10:,} MiB, "
            f"over {due // 2:,} cases {large >> 10:,} MiB"
        )
        line("memory_flat", large / small, limit=1.2)
        engine.dispose()
    payments.main()
    return 0


def memory(path: Path, group: int) -> int:
    """Peak resident KiB of a process that runs the cycle over one group."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--memory", str(path), str(group)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1])


def only_memory(path: str, group: str) -> int:
    engine = open_database(f"sqlite:///{path}")
    moves = cycle.run_cycle(engine, KEY, AS_OF, recorded_at=NOW, cycle=int(group))
    assert sum(stage.moved for stage in moves) > 0
    print(payments.peak())
    return 0


def say(words: str) -> None:
    print(f"# {words}", flush=True)


def line(name: str, ratio: float, *, limit: float) -> None:
    print(f"bench {name} ratio={ratio:.2f} limit={limit:g}", flush=True)


if __name__ == "__main__":
    if "--memory" in sys.argv:
        raise SystemExit(only_memory(*sys.argv[-2:]))
    raise SystemExit(main())
