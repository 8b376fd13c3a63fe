"""A treasury in memory that implements the port, and fails as it is told: for the state machine, where no time passes.

It keeps its own book, from which the truth is read. What it books and what it answers are two things.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shixian.treasury.port import Answer, Outcome, Payment, Statement, StatementLine, TreasuryError
from tests.faults.world import Booked


class Mishap(StrEnum):
    """What befalls one payment."""

    NONE = "none"
    ACCEPTED = "accepted"
    """Taken; settled by the statement of its day or by the next query."""
    LOST_REPLY = "lost_reply"
    """Booked, and nobody is told."""
    LOST_REQUEST = "lost_request"
    """Not booked, and nobody can tell."""
    REFUSED = "refused"
    REFUSED_UNHEARD = "refused_unheard"
    """Refused, and nobody is told."""
    UNREACHABLE = "unreachable"
    """It is certain that nothing was sent."""


@dataclass(slots=True)
class Entry:
    """One payment in its book."""

    number: int
    payment: Payment
    outcome: Outcome
    returned: date | None = None

    @property
    def reference(self) -> str:
        return f"F{self.number:06d}"


@dataclass
class FakeTreasury:
    """`idempotent`: whether keys are honoured. `mishaps`: what befalls the next payments, in turn."""

    idempotent: bool = True
    name: str = "fake"
    connections: int = 2
    mishaps: list[Mishap] = field(default_factory=list)
    silent: bool = False
    """Queries are not answered."""
    book: list[Entry] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def pay(self, payment: Payment) -> Answer:
        """See the port."""
        self.sent.append(payment.key)
        mishap = self.mishaps.pop(0) if self.mishaps else Mishap.NONE
        if mishap is Mishap.UNREACHABLE:
            raise TreasuryError("连不上国库网关，未发出")
        if mishap is Mishap.LOST_REQUEST:
            return Answer(Outcome.UNKNOWN, reason="超时未答复")
        known = self._find(payment.key) if self.idempotent else None
        if known is not None and (known.payment.fen, known.payment.account) != (payment.fen, payment.account):
            raise TreasuryError("支付编号已用于另一笔金额或收款人")
        if known is None:
            refused = mishap in (Mishap.REFUSED, Mishap.REFUSED_UNHEARD)
            outcome = Outcome.REJECTED if refused else Outcome.ACCEPTED if mishap is Mishap.ACCEPTED else Outcome.PAID
            known = Entry(len(self.book) + 1, payment, outcome)
            self.book.append(known)
        if mishap in (Mishap.LOST_REPLY, Mishap.REFUSED_UNHEARD):
            return Answer(Outcome.UNKNOWN, reason="连接中断")
        return self._answer(known)

    async def query(self, key: str) -> Answer:
        """See the port."""
        if self.silent:
            return Answer(Outcome.UNKNOWN, reason="不答复")
        known = self._find(key)
        if known is None:
            return Answer(Outcome.NOT_FOUND)
        answer = self._answer(known)
        if known.outcome is Outcome.ACCEPTED:
            known.outcome = Outcome.PAID
        return answer

    async def statement(self, day: date) -> Statement:
        """See the port."""
        return Statement(self.name, f"S-{day}", day, tuple(self._lines(day)))

    async def aclose(self) -> None:
        """Nothing to close."""

    # -- what a test does and reads --------------------------------------------------------------------------------

    def send_back(self, entry: Entry, day: date) -> None:
        """退汇: a payment comes back on a day."""
        assert entry.outcome is Outcome.PAID and entry.returned is None
        entry.returned = day

    def booked(self) -> list[Booked]:
        """The book, as `world.audit` reads it."""
        return [Booked(one.payment.key, one.payment.fen, one.outcome.value, one.returned) for one in self.book]

    def _find(self, key: str) -> Entry | None:
        found = [one for one in self.book if one.payment.key == key]
        return next((one for one in found if one.outcome is not Outcome.REJECTED), found[0] if found else None)

    def _answer(self, entry: Entry) -> Answer:
        reason = "账户状态异常" if entry.outcome is Outcome.REJECTED else ""
        return Answer(entry.outcome, entry.reference, reason, entry.payment.day.isoformat())

    def _lines(self, day: date) -> Iterable[StatementLine]:
        for one in self.book:
            if one.outcome is Outcome.ACCEPTED and one.payment.day <= day:
                one.outcome = Outcome.PAID
            paid = one.payment
            where = (paid.payee, paid.account)
            if one.outcome is Outcome.PAID and paid.day == day:
                yield StatementLine(one.reference, paid.key, paid.fen, "out", day, *where, paid.remittance)
            if one.returned == day:
                yield StatementLine(f"{one.reference}R", paid.key, paid.fen, "returned", day, *where, "退汇")
