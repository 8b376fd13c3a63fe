"""Child processes that end with us: started in a group of their own, stopped by their id, never by name."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shixian.rules.errors import ShixianError


class OperatingError(ShixianError):
    """A child process did not start, or stopped by itself; the message names its log."""


@dataclass(slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self, patience: float = 10.0) -> None:
        """Ask the whole group to end, wait, then end it."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if not self.running:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        # A worker's flow runs are its children: whatever is left of the group goes too.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


def start(name: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, logs: Path) -> Child:
    """Start a program of our own virtual environment, its output in a log file."""
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, process, log)


def answers(address: str, timeout: float = 2.0) -> bool:
    """Whether an address on this machine answers with success."""
    try:
        with urllib.request.urlopen(address, timeout=timeout) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def wait_for(child: Child, address: str, seconds: float) -> None:
    """Wait until the child answers; an error names its log when it ended or took too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answers(address):
            return
        if not child.running:
            raise OperatingError(f"{child.name} 启动失败", remedy=f"查看 {child.log}\n{tail(child.log)}")
        time.sleep(0.3)
    raise OperatingError(f"{child.name} 在 {seconds:.0f} 秒内没有就绪", remedy=f"查看 {child.log}")


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if log.exists() else ""
