"""How often an address may ask: for the public doors (objections, progress), counted in the database.

Kept among the tries to sign in, under a name that no account can have, so that every process of the desk counts alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, insert, select

from models import sign_in_try
from shixian.casework.database import reading, transaction
from shixian.rules.errors import CaseworkError
from shixian.rules.periods import minutes_before


class TooOften(CaseworkError):
    """The address has to wait. Answered with 429."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most so many tries an address within the minutes; `only_failed`: those that went well do not count."""

    door: str
    most: int
    minutes: int
    only_failed: bool = False

    def check(self, engine: Engine, address: str, *, now: datetime) -> None:
        """TooOften when the address has used up its tries."""
        columns = sign_in_try.c
        which = (columns.account == self._account) & (columns.address == self._key(address))
        recent = which & (columns.tried_at > minutes_before(now, self.minutes))
        if self.only_failed:
            recent &= ~columns.succeeded
        with reading(engine) as connection:
            count = connection.scalar(select(func.count()).where(recent)) or 0
        if count >= self.most:
            raise TooOften(
                "同一地址在短时间内提交过多", remedy=f"{self.minutes} 分钟后再试；急需办理的，请到受理窗口提交"
            )

    def note(self, engine: Engine, address: str, *, now: datetime, succeeded: bool) -> None:
        """Count one try."""
        row = {"account": self._account, "address": self._key(address), "tried_at": now, "succeeded": succeeded}
        with transaction(engine) as connection:
            connection.execute(insert(sign_in_try), row)

    @property
    def _account(self) -> str:
        return f" {self.door}"  # sign-in strips names: none begins with a space

    def _key(self, address: str) -> str:
        return f"{self.door}:{address}"[:200]
