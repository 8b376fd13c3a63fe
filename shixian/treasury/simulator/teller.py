"""Group commit: orders that arrive while the disk is busy are booked together in the next commit.

All work with the bank's file happens in one thread of its own, so that the event loop goes on reading requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from shixian.treasury.port import Answer
from shixian.treasury.simulator.bank import Bank, Conflict, Order

Result = TypeVar("Result")


class Teller:
    """Brings orders and questions to the bank, in the order in which they came."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._thread = ThreadPoolExecutor(1, "bank")
        self._waiting: list[tuple[Order, asyncio.Future[Answer | Conflict]]] = []
        self._booking: asyncio.Task[None] | None = None

    async def take(self, order: Order) -> Answer | Conflict:
        """Book one order; returns when it is durable."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer | Conflict] = loop.create_future()
        self._waiting.append((order, answer))
        if self._booking is None:
            self._booking = loop.create_task(self._book())
        return await answer

    async def ask(self, question: Callable[[], Result]) -> Result:
        """Put a question to the bank, in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, question)

    async def close(self) -> None:
        if self._booking is not None:
            await self._booking
        self._thread.shutdown()
        self._bank.close()

    async def _book(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                answers = await self.ask(partial(self._bank.take, [order for order, _ in group]))
            except Exception as error:
                for _, answer in group:
                    answer.set_exception(error)
                continue
            for (_, answer), value in zip(group, answers, strict=True):
                answer.set_result(value)
        self._booking = None
