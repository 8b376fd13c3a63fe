"""What is told of payments, and what a turn of a release gives back: values, and the error of all of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from shixian.rules.errors import CaseworkError


class PaymentError(CaseworkError):
    """An attempt that may not be made, sent or settled as asked."""


class Answered(Protocol):
    """What a treasury said of one key (treasury.port.Answer); `outcome` is one of the words of `_NEXT`."""

    @property
    def outcome(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def at(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome in our own words. `park`: nothing more is tried automatically. `fen`: the amount told, when it was."""

    outcome: str
    reference: str = ""
    reason: str = ""
    at: str | None = None
    park: bool = False
    fen: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One payment to be made now: its intent is durable. `again`: under a key that may have been sent before."""

    key: str
    fen: int
    payee: str
    account: str = field(repr=False)
    bank: str
    remittance: str
    day: date
    again: bool = False


@dataclass(slots=True)
class Turn:
    """What one transaction did: the attempts claimed, how many went from which state to which, and the alarms."""

    claims: list[Claim] = field(default_factory=list)
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    alarms: list[str] = field(default_factory=list)
