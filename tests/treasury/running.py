"""A simulated bank that runs in a thread of the test, on a real port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from shixian.treasury.http import HttpConfig, HttpTreasury
from shixian.treasury.simulator.server import create_app, listen, server
from tests.treasury.samples import SECRET, now


class RunningBank:
    """Its address, its controls and what it really paid."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.control = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def faults(self, **faults: Any) -> None:
        """Switch these on, and all others off."""
        self.control.post("/faults", json=faults).raise_for_status()

    def totals(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.control.get("/totals").raise_for_status().json()
        return answer

    def times(self, key: str) -> int:
        """How often the bank paid a key."""
        entry = self.totals()["keys"].get(key)
        return entry["times"] if entry else 0

    def connector(self, **config: Any) -> HttpTreasury:
        return HttpTreasury(HttpConfig(**{"base_url": self.url, "secret": SECRET, "connections": 1} | config), now)


@contextmanager
def running_bank(file: Path) -> Iterator[RunningBank]:
    """A bank over this book, stopped at the end."""
    listening = listen()
    serving = server(create_app(file, SECRET))
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    bank = RunningBank(f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        yield bank
    finally:
        bank.control.close()
        serving.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the bank did not stop"
