"""A releasing process that kills itself with SIGKILL at a named point: a fork of the one that tests.

Points: authorized (released, nothing claimed), intended (claims durable, nothing sent), accepted (the bank has
answered, nobody was told), recording (outcomes written, not committed), recorded (outcomes committed, the rest
still to go).
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

from shixian.casework.database import open_database
from shixian.casework.money import attempts, settling
from shixian.disbursing.release import release
from shixian.treasury.http import HttpConfig, HttpTreasury
from tests.disbursing.bank import NOW, SECRET
from tests.faults.world import RELEASER
from tests.lifecycles import BOOKS

POINTS = ("authorized", "intended", "accepted", "recording", "recorded")


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Die when the point is reached."""
    turn, pay, close = attempts.turn, HttpTreasury.pay, settling._close_when_done
    turns = 0

    def turning(*given: Any, **named: Any) -> Any:
        nonlocal turns
        if point == "authorized":
            die()
        made = turn(*given, **named)
        turns += 1
        if (point, turns) in (("intended", 1), ("recorded", 2)):
            die()
        return made

    async def paying(self: HttpTreasury, payment: Any) -> Any:
        answer = await pay(self, payment)
        if point == "accepted":
            die()
        return answer

    def closing(*given: Any, **named: Any) -> None:
        close(*given, **named)
        if point == "recording":
            die()

    attempts.turn = turning
    HttpTreasury.pay = paying  # type: ignore[method-assign]
    settling._close_when_done = closing


def dying(database: str, url: str, ref: str, point: str) -> None:
    """The whole work of the process."""
    arm(point)
    asyncio.run(main(database, url, ref))


def standing(database: str, url: str, ref: str) -> None:
    """A release over a gateway without keys that stops before its first call, having asked that it never was made; it
    goes on when it is woken."""
    pay, stopped = HttpTreasury.pay, False

    async def paying(self: HttpTreasury, payment: Any) -> Any:
        nonlocal stopped
        if not stopped:
            stopped = True
            os.kill(os.getpid(), signal.SIGSTOP)
        return await pay(self, payment)

    HttpTreasury.pay = paying  # type: ignore[method-assign]
    asyncio.run(main(database, url, ref, idempotent=False))


async def main(database: str, url: str, ref: str, *, idempotent: bool = True) -> None:
    engine = open_database(database)
    config = HttpConfig(url, SECRET.encode(), connections=2, idempotent=idempotent)
    async with HttpTreasury(config, lambda: NOW) as treasury:
        await release(engine, ref, person=RELEASER, treasury=treasury, now=lambda: NOW, books=BOOKS)

