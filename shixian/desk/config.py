"""What a desk is told when it is made: the database, the law books, the clock, and its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Engine

from shixian import clock
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.desk.oidc import Provider
from shixian.rules.periods import legal_day


@dataclass(frozen=True)
class DeskConfig:
    """`now` is the desk's one clock (tests and the demo hand in their own); `secure` sends cookies over HTTPS only."""

    engine: Engine
    books: LawBooks = field(default_factory=default_books)
    now: Callable[[], datetime] = clock.now
    secure: bool = False
    upload_limit: int = 20 * 1024 * 1024  # bytes
    practice: bool = False  # the clock is not the real one: every page says so
    oidc: Provider | None = None  # the identity provider, where one is set
    prefect_url: str | None = None  # Prefect's address for the links to run graphs and for starting cycle runs

    def today(self) -> date:
        return legal_day(self.now())
