"""Processes that die: the simulated bank and the releasing process, each forked from one that has everything loaded.

A fork of a process with one thread is clean, and takes milliseconds where a new interpreter takes a second. The caller
must have no thread and no open database when it forks.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from shixian.treasury.simulator.faults import Faults
from shixian.treasury.simulator.server import HOST, create_app, listen, server

SECRET = b"a secret of the drill alone"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Bank:
    """A running simulator: its address and its book."""

    url: str
    book: Path

    def faults(self, faults: Faults) -> None:
        """What goes wrong from now on."""
        httpx.post(f"{self.url}/faults", json=asdict(faults), trust_env=False).raise_for_status()


@contextmanager
def bank(book: Path) -> Iterator[Bank]:
    """A simulated bank in a process of its own, killed at the end."""
    listening = listen()
    port = listening.getsockname()[1]
    child = forked(lambda: server(create_app(book, SECRET)).run(sockets=[listening]))
    listening.close()
    try:
        yield Bank(f"http://{HOST}:{port}", book)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def forked(work: Callable[[], object]) -> int:
    """Run `work` in a child process; its number. It ends with 0, or with 1 and a traceback."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def answered(work: Callable[[], Result]) -> Result:
    """Run `work` in a child that lives; what it returned. RuntimeError when it failed."""
    reading, writing = os.pipe()

    def tell() -> None:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe)

    child = forked(tell)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    if ended(child) != 0:
        raise RuntimeError("a child failed; its traceback is above")
    result: Result = pickle.loads(said)  # noqa: S301 - our own child's
    return result


def ended(child: int, *, kill_after: float | None = None) -> int:
    """Wait for a child: 0, 1, or minus the signal that ended it. `kill_after`: kill -9 so many seconds from now."""
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)  # not waited for yet: if it has ended, it is there still, and this does nothing
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def race(works: Sequence[Callable[[], object]]) -> list[int]:
    """Run several children at once; how each ended."""
    return [ended(child) for child in [forked(work) for work in works]]
