"""Faults of the simulated bank: what can go wrong between us and a bank, each to be switched on by name.

Which payments are hit is drawn from the seed and the number of the request since the faults were set, not from a
generator's state: the same seed gives the same pattern, whatever the keys are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from shixian.treasury.port import TreasuryError

# Of these, one befalls a payment that is hit; with several switched on, which one is drawn too.
REPLIES = ("timeout_after_accepting", "error_after_accepting", "lost_reply", "duplicate_reply", "garbage")


@dataclass(frozen=True, slots=True)
class Faults:
    """What is switched on. `probability` (0 to 1) holds for those in `REPLIES`, `refuse` and `return_after_days`."""

    slow: int = 0
    """Milliseconds before every answer, after the payment is taken."""
    timeout_after_accepting: bool = False
    """The payment is taken, and nothing is ever said."""
    error_after_accepting: bool = False
    """The payment is taken, and the answer is 500."""
    lost_reply: bool = False
    """The payment is taken, and the connection cut."""
    duplicate_reply: bool = False
    """The answer is sent twice: the second stands before the answer to the next request."""
    garbage: bool = False
    """The payment is taken, and the answer is not one."""
    refuse: bool = False
    """The payment is refused, with a reason; the refusal is remembered."""
    return_after_days: int = 0
    """The payment is booked, and comes back (退汇) so many calendar days later. 0: it does not."""
    no_idempotency: bool = False
    """Keys mean nothing: the same key sent twice pays twice. For every payment."""
    settle_after_queries: int = 0
    """Payments are only accepted, and settled by the n-th query or by the statement of their day. 0: at once."""
    no_queries: bool = False
    """Queries are answered with 503."""
    probability: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for item in fields(self):
            value, expected = getattr(self, item.name), type(item.default)
            if item.name == "probability" and isinstance(value, int) and not isinstance(value, bool):
                continue
            if type(value) is not expected:
                raise TreasuryError(f"故障 {item.name} 应为 {expected.__name__}，不能用 {value!r}")
        if min(self.slow, self.return_after_days, self.settle_after_queries) < 0:
            raise TreasuryError("故障的毫秒数、日数、次数不能为负")
        if not 0 <= self.probability <= 1:
            raise TreasuryError(f"概率应在 0 与 1 之间：{self.probability}")

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Faults:
        """From JSON; TreasuryError names a fault that does not exist."""
        if unknown := sorted(set(data) - set(cls.names())):
            raise TreasuryError(f"没有这样的故障：{'、'.join(unknown)}", remedy=f"可用：{'、'.join(cls.names())}")
        return cls(**data)

    @classmethod
    def parse(cls, texts: Iterable[str], *, probability: float = 1.0, seed: int = 0) -> Faults:
        """From words as on the command line: `lost_reply`, `slow=50`."""
        data: dict[str, Any] = {}
        for text in texts:
            name, equals, value = text.partition("=")
            name = name.replace("-", "_")
            if equals and not value.isdecimal():
                raise TreasuryError(f"故障 {name} 的值应为整数：{value!r}")
            data[name] = int(value) if equals else True
        return cls.of({**data, "probability": probability, "seed": seed})

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(item.name for item in fields(cls))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def hits(self, what: str, number: int) -> bool:
        """Whether the fault `what` befalls the payment request with this number."""
        return bool(getattr(self, what)) and self._draw(what, number) < self.probability

    def reply(self, number: int) -> str | None:
        """What becomes of the reply to the payment request with this number; None: it arrives."""
        on = [name for name in REPLIES if getattr(self, name)]
        if not on or self._draw("reply", number) >= self.probability:
            return None
        return on[int(self._draw("which", number) * len(on))]

    def _draw(self, what: str, number: int) -> float:
        digest = sha256(f"{self.seed}/{what}/{number}".encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48
