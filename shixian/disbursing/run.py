"""One run over one batch: how its payments are sent, and how what became of them is asked.

Two loops, both in flat memory. `pay` keeps a window of claims going over the treasury's connections; whenever half of
the window has been answered, one transaction records those outcomes and claims as many again. `ask` inquires attempts
page by page. Database work happens in a thread while the calls go on.

At most `attempts.GROUP` payments of a run are sent without being recorded, at any moment.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from models import AttemptStatus
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money import attempts, restored, unsettled
from shixian.casework.money.attempts import GROUP, Claim, Told, Turn
from shixian.casework.money.unsettled import Unsettled
from shixian.casework.staff.people import Person
from shixian.disbursing.window import Window
from shixian.rules.periods import legal_day
from shixian.treasury.http import KeyReused
from shixian.treasury.port import Answer, Outcome, Payment, Treasury, TreasuryError

DOUBTS = 32
"""After so many answers in a row that say nothing, no more is sent or asked: the treasury is not there."""
_MOST_ALARMS = 200
_SETTLED = {"paid", "rejected", "returned", "stopped"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: attempts by state, as the database has them."""

    ref: str
    numbers: dict[str, int]
    resent: int = 0
    asked: int = 0

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    @property
    def settled(self) -> int:
        return sum(number for status, number in self.numbers.items() if status in _SETTLED)


Tell = Callable[[Progress], Awaitable[None] | None]


@dataclass
class Run:
    """What one process does about one batch. `halted` says why it stopped early, or is empty."""

    engine: Engine
    ref: str
    treasury: Treasury
    person: Person
    now: Callable[[], datetime]
    tell: Tell | None = None
    books: LawBooks | None = None
    numbers: Counter[str] = field(default_factory=Counter)
    claimed: int = 0
    resent: int = 0
    asked: int = 0
    answered: int = 0
    alarms: list[str] = field(default_factory=list)
    halted: str = ""
    doubts: int = 0

    # -- paying ----------------------------------------------------------------------------------------------------

    async def pay(self, at_most: int | None = None, *, first: Sequence[Claim] = ()) -> int:
        """Pay what is planned, `at_most` so many; or only the claims `first`. How many were sent off."""
        window = Window()
        window.put(first)
        sent, more = len(first), not first
        workers = [asyncio.create_task(self._worker(window)) for _ in range(self.treasury.connections)]
        try:
            while True:
                room = GROUP - window.on_the_way
                room = room if at_most is None else min(room, at_most - sent)
                if not more or self.halted or self.doubts >= DOUBTS:
                    room = 0
                group = window.take()
                if group or room > 0:
                    turn = await self._turn(group, max(room, 0))
                    window.put(turn.claims)
                    sent += len(turn.claims)
                    self.claimed += len(turn.claims)
                    more = more and (room <= 0 or bool(turn.claims))
                if window.outstanding:
                    await window.wait(min(GROUP // 2, window.outstanding))
                elif room <= 0 or not more:
                    return sent
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _worker(self, window: Window) -> None:
        """Pay what is in the queue, one after another."""
        while True:
            claim = await window.queue.get()
            told = await self._pay(claim)
            if told.outcome != "not_sent":
                self.doubts = self.doubts + 1 if told.outcome == "unknown" and not told.park else 0
            window.answered(claim.key, told)

    async def _pay(self, claim: Claim) -> Told:
        """One call. What cannot have been sent is `not_sent`; whatever is not a clear answer is unknown."""
        try:
            payment = Payment(claim.key, claim.fen, claim.payee, claim.account, claim.bank, claim.remittance, claim.day)
        except TreasuryError as error:
            self._alarm(f"支付 {claim.key} 不能发出：{error}")
            return Told("not_sent", reason=str(error), park=True)
        if self.halted or self.doubts >= DOUBTS:
            return Told("not_sent", reason=self.halted or "国库没有明确答复，暂停发送")
        try:
            if not self.treasury.idempotent:  # it cannot tell a second sending from a second payment: so ask before
                known = await self.treasury.query(claim.key)
                if known.outcome is Outcome.UNKNOWN:
                    self.halted = f"国库不识别重复编号，又不答复查询，不得付款：{known.reason}"
                    return Told("not_sent", reason=self.halted)
                if known.outcome is not Outcome.NOT_FOUND:
                    return told(known)
            return told(await self.treasury.pay(payment))
        except KeyReused as error:
            self._alarm(str(error))
            return Told("unknown", reason=str(error), park=True)
        except TreasuryError as error:
            self.halted = self.halted or str(error)
            return Told("not_sent", reason=str(error))
        except Exception as error:  # whatever else happened, it may have been sent
            return Told("unknown", reason=f"{type(error).__name__}")

    # -- asking ----------------------------------------------------------------------------------------------------

    async def ask(self, statuses: Sequence[AttemptStatus], *, send_again: bool) -> int:
        """Inquire every attempt in these states, once; how many got a definite answer.

        What the treasury never took is sent again under its own key when it honours keys and `send_again` says so;
        otherwise it is parked for a person. No answer: it stays unknown, and on the list.
        """
        after, definite = 0, 0
        while not self.halted and self.doubts < DOUBTS:
            page = await self._in_thread(
                unsettled.unsettled, self.engine, self.ref, statuses=statuses, after=after, at_most=GROUP
            )
            if not page:
                break
            after = page[-1].id
            answers = await self._ask_page(page, send_again)
            self.asked += len(answers)
            definite += sum(one.outcome in ("paid", "rejected", "accepted", "not_found") for _, one in answers)
            await self._turn(answers, 0, asked=True)
            lost = [key for key, one in answers if one.outcome == "not_found" and not one.park]
            if lost and send_again and not self.halted:
                words: dict[str, Any] = {**self._when(), "person": self.person, "books": self.books}
                turn: Turn = await self._in_thread(attempts.send_again, self.engine, self.ref, lost, **words)
                for alarm in turn.alarms:
                    self._alarm(alarm)
                self.resent += len(turn.claims)
                if turn.claims:
                    self.numbers.update({"unknown": -len(turn.claims), "intended": len(turn.claims)})
                    await self.pay(first=turn.claims)
        self.answered += definite
        return definite

    async def _ask_page(self, page: Sequence[Unsettled], send_again: bool) -> list[tuple[str, Told]]:
        waiting = deque(page)
        answers: list[tuple[str, Told]] = []

        async def worker() -> None:
            while waiting and not self.halted and self.doubts < DOUBTS:
                one = waiting.popleft()
                said = await self._ask(one, send_again)
                if said is not None:
                    self.doubts = self.doubts + 1 if said.outcome == "unknown" else 0
                    answers.append((one.key, said))

        await asyncio.gather(*(worker() for _ in range(self.treasury.connections)))
        return answers

    async def _ask(self, one: Unsettled, send_again: bool) -> Told | None:
        try:
            answer = await self.treasury.query(one.key)
            if answer.outcome is Outcome.NOT_FOUND:
                return await self._not_found(one, send_again)
            if one.parked and answer.fen is None:  # it may be parked because the key was known with another amount
                return Told("", reason=f"{one.reason}；国库现答复“{answer.outcome.value}”，未报金额", park=True)
            return told(answer)
        except TreasuryError as error:
            self.halted = self.halted or str(error)
            return None
        except Exception as error:
            return Told("unknown", reason=type(error).__name__)

    async def _not_found(self, one: Unsettled, send_again: bool) -> Told:
        """The treasury says that it never took this key. Whether it may be sent again, or is a person's to decide."""
        if one.parked:
            return Told("not_found", reason=one.reason, park=True)
        if one.status == "sent":
            return Told("not_found", reason="国库先前已受理，现称没有这笔支付", park=True)
        if not self.treasury.idempotent and one.reason != restored.REASON:  # which this database has never sent
            return Told("not_found", reason="国库称没有这笔支付；国库不识别重复编号，不得自动重发", park=True)
        if elsewhere := await self._paid_under_another_key(one.key):
            return elsewhere
        return Told("not_found", reason="国库称没有这笔支付" + ("，以同一编号重发" if send_again else ""))

    async def _paid_under_another_key(self, key: str) -> Told | None:
        """In a database restored from a backup: what keeps this key back because of a later attempt, now forgotten.

        One that the treasury took is a person's to decide; one about which it says nothing is asked again later.
        """
        ahead, booked = await self._in_thread(self._ahead, key)
        if booked:
            return Told("not_found", reason=f"备份以后的支付 {booked[0]} 已在对账单上，不得再付", park=True)
        for other in ahead:
            answer = await self.treasury.query(other)
            if answer.outcome is Outcome.UNKNOWN:
                return Told("unknown", reason=f"备份以后的支付 {other} 国库没有明确答复，查明以前不付")
            if answer.outcome is not Outcome.NOT_FOUND:
                reason = f"备份以后的支付 {other} 国库答复“{answer.outcome.value}”，不得再付"
                return Told("not_found", reason=reason, park=True)
        return None

    def _ahead(self, key: str) -> tuple[list[str], list[str]]:
        with reading(self.engine) as connection:
            ahead = restored.keys_ahead(connection, key)
            return ahead, restored.booked_unknown(connection, ahead) if ahead else []

    # -- what both need ----------------------------------------------------------------------------------------------

    async def _turn(self, outcomes: Sequence[tuple[str, Told]], at_most: int, *, asked: bool = False) -> Turn:
        words: dict[str, Any] = {**self._when(), "person": self.person, "books": self.books}
        turn: Turn = await self._in_thread(
            attempts.turn, self.engine, self.ref, outcomes, at_most, asked=asked, **words
        )
        for (was, became), number in turn.moved.items():
            self.numbers[was] -= number
            self.numbers[became] += number
        for alarm in turn.alarms:
            self._alarm(alarm)
        await self.report()
        return turn

    async def report(self) -> None:
        """Tell whoever looks on."""
        if self.tell is not None:
            numbers = {status: number for status, number in self.numbers.items() if number}
            said = self.tell(Progress(self.ref, numbers, self.resent, self.asked))
            if inspect.isawaitable(said):
                await said

    def _when(self) -> dict[str, Any]:
        now = self.now()
        return {"legal_day": legal_day(now), "now": now}

    def _alarm(self, text: str) -> None:
        if len(self.alarms) < _MOST_ALARMS and text not in self.alarms:
            self.alarms.append(text)

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return await asyncio.to_thread(work, *arguments, **options)


def told(answer: Answer) -> Told:
    """A treasury's answer in casework's words."""
    return Told(answer.outcome.value, answer.reference, answer.reason, answer.at, fen=answer.fen)
