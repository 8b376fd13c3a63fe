"""What of a run is on its way: claims that wait for a connection, and answers that wait to be recorded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from shixian.casework.money.told import Claim, Told

_FLUSH_SECONDS = 1.0  # answers wait no longer than this to be recorded, however slow the others are


@dataclass(slots=True)
class Window:
    """`outstanding`: claimed, and not yet taken out as answered. At most as many are sent without being recorded."""

    queue: asyncio.Queue[Claim] = field(default_factory=asyncio.Queue)
    answers: deque[tuple[str, Told]] = field(default_factory=deque)
    outstanding: int = 0
    _enough: int = 1
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def on_the_way(self) -> int:
        """Claimed and not yet answered."""
        return self.outstanding - len(self.answers)

    def put(self, claims: Sequence[Claim]) -> None:
        """Claims to be sent."""
        self.outstanding += len(claims)
        for claim in claims:
            self.queue.put_nowait(claim)

    def answered(self, key: str, told: Told) -> None:
        """What became of one; wakes whoever waits for enough of them, and no sooner."""
        self.answers.append((key, told))
        if len(self.answers) >= self._enough:
            self._woken.set()

    def take(self) -> list[tuple[str, Told]]:
        """All answers there are, to be recorded."""
        taken = [self.answers.popleft() for _ in range(len(self.answers))]
        self.outstanding -= len(taken)
        return taken

    async def wait(self, enough: int) -> None:
        """Until so many are answered; or, when any is, for a second at most."""
        self._enough = enough
        while len(self.answers) < enough:
            self._woken.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _FLUSH_SECONDS)
            if self.answers:
                return
