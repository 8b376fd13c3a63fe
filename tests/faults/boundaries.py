"""Counts every point at which a process can die between two effects, and dies at the one it is told: by SIGKILL.

A boundary stands before and after every statement, every commit and every HTTP request. There is no clean-up, no
`finally`, no flush: as when the power goes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, event


@dataclass(frozen=True, slots=True)
class Death:
    """Where a process dies, counted from 1: at a boundary; or at an effect (a commit, an HTTP request), of which there
    are fewer and which matter more; 0 and 0: not at all. Or after so many seconds, wherever it is then."""

    boundary: int = 0
    effect: int = 0
    after: float | None = None


class Boundaries:
    """Installed in the process that is to die. `count` and `effects`: how many it has passed."""

    def __init__(self, death: Death, sent: Path) -> None:
        self.death = death
        self.count = self.effects = 0
        self._sent = os.open(sent, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def reached(self, *_: Any) -> None:
        self.count += 1
        if self.count == self.death.boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    def effect(self) -> None:
        self.effects += 1
        if self.effects == self.death.effect:
            os.kill(os.getpid(), signal.SIGKILL)
        self.reached()

    def install(self, engine: Engine) -> None:
        """On the statements and commits of this engine, and on every HTTP request of this process."""
        for name in ("before_cursor_execute", "after_cursor_execute"):
            event.listen(engine, name, self.reached)
        commit = engine.dialect.do_commit

        def do_commit(connection: Any) -> None:
            self.effect()
            commit(connection)
            self.effect()

        engine.dialect.do_commit = do_commit  # type: ignore[method-assign]
        send: Callable[..., Any] = httpx.AsyncClient.send

        async def sending(client: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
            self.effect()
            if request.method == "POST":
                os.write(self._sent, f"{request.headers.get('idempotency-key')}\n".encode())
            response = await send(client, request, **options)
            self.effect()
            return response

        httpx.AsyncClient.send = sending  # type: ignore[method-assign]


def resent(sent: Path) -> int:
    """How many times a payment was sent that had been sent before, under the same key."""
    keys = sent.read_text().split() if sent.exists() else []
    return len(keys) - len(set(keys))
