"""The treasury of the demonstration: the simulator as a child process, and how this process and its flows reach it."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path

from shixian.operating.children import Child, start, wait_for
from shixian.operating.house import ROOT


@dataclass(slots=True)
class PractiseBank:
    """A simulated treasury over a book in the demonstration's folder; its key is made anew and lies in no file."""

    folder: Path
    secret: bytes = field(default_factory=lambda: secrets.token_hex(32).encode(), repr=False)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Child:
        """Start it, wait until it answers, and tell the environment where it is."""
        self.port = self.port or _free_port()
        os.environ["SHIXIAN_TREASURY_URL"] = self.address
        os.environ["SHIXIAN_TREASURY_KEY"] = self.secret.decode()
        os.environ["SHIXIAN_TREASURY_IDEMPOTENT"] = "true"
        words = ["--port", str(self.port), "--file", str(self.folder / "treasury.db")]
        command = ["-m", "shixian.cli", "treasury-simulator", *words]
        environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        child = start("treasury-simulator", command, environment, self.folder, self.folder / "logs")
        wait_for(child, f"{self.address}/faults", 60)
        return child


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
