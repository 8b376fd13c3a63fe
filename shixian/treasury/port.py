"""The port: what the house asks of a treasury, and what it may be told.

A payment is sent under a key, the attempt's own id, stored before the call and never reused. The one thing a caller
must be able to rely on: `pay` raises only when it is certain that nothing was sent; whatever else goes wrong is the
answer UNKNOWN, to be inquired with `query`. Silence is never "paid", and never "not paid" either.

Amounts are whole fen; days are legal days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, Protocol

from shixian.rules.errors import ShixianError
from shixian.rules.money import MAXIMUM_FEN

LONGEST_NAME = 140
"""Characters of a payee's name, of the remittance text: ISO 20022's Max140Text. Longer is refused, never cut."""

_KEY = re.compile(r"[0-9A-Za-z-]{1,35}")
_ACCOUNT = re.compile(r"[0-9A-Za-z-]{1,34}")
_BANK = re.compile(r"[0-9]{12}")
# What XML 1.0 cannot carry, and what a bank's one-line field should not: control characters, lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class TreasuryError(ShixianError):
    """A call of ours that is wrong, or could not leave the house: it is certain that nothing was sent by it."""


class Outcome(StrEnum):
    """What the treasury says of one payment."""

    ACCEPTED = "accepted"
    """Taken, not yet settled."""
    PAID = "paid"
    REJECTED = "rejected"
    """Not paid, and never will be under this key."""
    UNKNOWN = "unknown"
    """Nobody can say: inquire, never resend blindly."""
    NOT_FOUND = "not_found"
    """The treasury says with certainty that it has not taken this key. An answer to `query` only.

    As of that moment: a request may still be on its way. So it allows sending the same key again where keys are
    honoured, and never a new key."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One credit transfer, as it is sent. TreasuryError when a field cannot be sent as it stands."""

    key: str
    """The attempt's id (uuid4 hex): the idempotency key. At most 35 characters, so that it fits an EndToEndId."""
    fen: int
    payee: str
    """The account's name, whole; Chinese intact."""
    account: str = field(repr=False)
    bank: str
    """The CNAPS code (联行号), 12 digits."""
    remittance: str
    """附言: the case's reference and the clause."""
    day: date

    def __post_init__(self) -> None:
        if isinstance(self.fen, bool) or not isinstance(self.fen, int):
            raise TreasuryError(f"支付 {self.key!r} 的金额须以整数分表示，不能用 {self.fen!r}")
        if not 0 < self.fen <= MAXIMUM_FEN:
            raise TreasuryError(f"支付 {self.key!r} 的金额须大于零且不超过 10 万亿元：{self.fen} 分")
        for title, value, shape, shown in (
            ("支付编号", self.key, _KEY, "1 至 35 位字母、数字或连字符"),
            ("收款账号", self.account, _ACCOUNT, "1 至 34 位字母、数字或连字符"),
            ("联行号", self.bank, _BANK, "12 位数字"),
        ):
            if not shape.fullmatch(value):
                raise TreasuryError(f"支付 {self.key!r} 的{title}有误：应为{shown}", remedy="核对收款账户后重新组批")
        for title, value in (("收款人名称", self.payee), ("附言", self.remittance)):
            check_text(title, value, required=title == "收款人名称")


def check_text(title: str, value: str, *, required: bool = True) -> None:
    """Refuse a text that cannot be sent whole: too long, unprintable, or empty where one is required."""
    if required and not value.strip():
        raise TreasuryError(f"{title}不能为空")
    if len(value) > LONGEST_NAME:
        raise TreasuryError(f"{title}超过 {LONGEST_NAME} 字（{len(value)} 字），不得截断", remedy="核对后改短")
    if found := _UNPRINTABLE.search(value):
        raise TreasuryError(f"{title}含有不能发送的字符 U+{ord(found.group()):04X}，第 {found.start() + 1} 字")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the treasury said of one key. `at` is its own time, as text, when it gives one; `fen` the amount it has
    under this key, when it says so: the caller must see that it is the one that was to be paid."""

    outcome: Outcome
    reference: str = ""
    reason: str = ""
    at: str | None = None
    fen: int | None = field(default=None, compare=False)


Direction = Literal["out", "returned", "in"]
"""out: left our account. returned: one of our payments came back (退汇). in: anything else that came in."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booked entry. `reference` is the bank's, unique per source; `key` is our attempt's, or "" when not given."""

    reference: str
    key: str
    fen: int
    direction: Direction
    booked: date
    counterparty: str
    account: str = field(repr=False)
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source booked on a day. `reference` is the statement's own."""

    source: str
    reference: str
    day: date
    lines: tuple[StatementLine, ...]


class Treasury(Protocol):
    """A way to pay one payment at a time and to ask what became of it.

    `idempotent` says whether sending one key twice pays once: only then may anything be resent without a person.
    `connections` is how many calls it is worth having in the air at once.
    """

    name: str
    idempotent: bool
    connections: int

    async def pay(self, payment: Payment) -> Answer:
        """Send it. Lost replies, timeouts, 5xx and garbage are UNKNOWN; TreasuryError: certainly nothing was sent."""
        ...

    async def query(self, key: str) -> Answer:
        """What became of a key. NOT_FOUND only when the treasury says so with certainty; no answer is UNKNOWN."""
        ...

    async def statement(self, day: date) -> Statement:
        """What was booked on a day. TreasuryError when it cannot be had; half a statement is never given."""
        ...

    async def aclose(self) -> None:
        """Let go of the connections."""
        ...
