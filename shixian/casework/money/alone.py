"""Held while a batch is being paid: a second release is refused with a sentence, instead of doing the work once more.

Two releases at once are kept apart by rows, not by this. But a release that stands still between an intent and its call
may send it yet, when it goes on: nobody says by hand that a payment was not made while this is held. The operating
system or the database server lets go of it when the process dies, so that no killed run keeps a batch from going on.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, text

from shixian.rules.errors import Conflict


@contextmanager
def only_one(engine: Engine, ref: str) -> Iterator[None]:
    """Held while the batch is being paid, or settled as not paid. Conflict when another is at it."""
    if engine.dialect.name == "postgresql":
        with _advisory(engine, ref):
            yield
    elif engine.url.database in (None, "", ":memory:"):
        yield
    else:
        with _file(Path(str(engine.url.database)), ref):
            yield


@contextmanager
def _advisory(engine: Engine, ref: str) -> Iterator[None]:
    name = {"name": f"release:{ref}"}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), name)
        if not taken:
            raise _busy(ref)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), name)


@contextmanager
def _file(database: Path, ref: str) -> Iterator[None]:
    path = database.with_name(f".{database.name}.{sha256(ref.encode()).hexdigest()[:16]}.release")
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(ref) from None
        if not path.exists() or path.stat().st_ino != os.fstat(file.fileno()).st_ino:
            raise _busy(ref)  # the one before us ended just now, and took the file with it
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _busy(ref: str) -> Conflict:
    return Conflict(f"批次 {ref} 正在放行", remedy=f"查看进度：shixian batch status {ref}；结束后再试")
