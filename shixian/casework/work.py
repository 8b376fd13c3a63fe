"""One piece of casework: a store over one transaction, tried again when somebody else was first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine

from shixian.casework.chain import SYSTEM
from shixian.casework.database import Result, in_turn, reading
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.store import SqlStore

ATTEMPTS = 3


def attempt(
    engine: Engine,
    work: Callable[[SqlStore], Result],
    *,
    books: LawBooks | None = None,
    now: datetime,
    person: str = SYSTEM,
    actor: str = SYSTEM,
    origin: str = "",
    family: str | None = None,
) -> Result:
    """Do the work in one transaction. On Conflict all of it is done afresh, at most three times; then it is raised.

    `family` names a case whose family is taken first, so that two people who act on it act one after the other.
    """

    def with_store(connection: Connection) -> Result:
        store = SqlStore(
            connection, books or default_books(), recorded_at=now, person=person, actor=actor, origin=origin
        )
        if family is not None:
            store.lock(family)
        return work(store)

    return in_turn(engine, with_store, tries=ATTEMPTS)


@contextmanager
def looking(engine: Engine, *, books: LawBooks | None = None, now: datetime) -> Iterator[SqlStore]:
    """A store to read with; what it would write is not for keeping, and `now` goes nowhere."""
    with reading(engine) as connection:
        yield SqlStore(connection, books or default_books(), recorded_at=now)
