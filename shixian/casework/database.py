"""The database: one way to open it, to bring its tables up to date, and to make a transaction.

SQLite and PostgreSQL alike. A write transaction on SQLite takes the one writer's place at once (BEGIN IMMEDIATE), so
that it never fails half-way for having read first. Losing a race is a `Conflict`: read again and repeat.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import String

from shixian.rules.errors import CaseworkError, Conflict

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_WAIT_MILLISECONDS = 30_000
_PRAGMAS = (
    f"busy_timeout={_WAIT_MILLISECONDS}",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # or INSERT OR REPLACE would delete a row past its trigger
)
_ASKED_AGAIN = 50  # times a new file is asked to become WAL; each waits for whoever has it
TRIES = 5
Result = TypeVar("Result")
_MIGRATION_LOCK = 5_291_163  # any number, the same for all of us: two workers that start at once migrate in turn


def open_database(url: str) -> Engine:
    """The engine for `sqlite:///path`, `sqlite://` (memory) or `postgresql://...`; others are refused."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(url, in_memory=parsed.database in (None, "", ":memory:"))
    if backend == "postgresql":
        options = "-c datestyle=ISO,YMD -c timezone=UTC"  # a legal day cast to text must read as it is hashed
        return create_engine(parsed.set(drivername="postgresql+psycopg"), connect_args={"options": options})
    raise CaseworkError(f"不支持 {backend} 数据库", remedy="使用 sqlite:///文件 或 postgresql://主机/库名")


def _open_sqlite(url: str, *, in_memory: bool) -> Engine:
    own = {"connect_args": {"check_same_thread": False}, "poolclass": StaticPool} if in_memory else {}
    engine = create_engine(url, **own)

    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        _write_ahead(cursor)
        cursor.close()
        connection.create_function("shixian_sha256", 1, _sha256, deterministic=True)

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """WAL. While another is changing a new file to it, SQLite refuses this at once, without the wait it grants a
    transaction: so wait with one, and ask again."""
    for _ in range(_ASKED_AGAIN):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
        with suppress(sqlite3.OperationalError):
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("COMMIT")
    cursor.execute("PRAGMA journal_mode=WAL")


def _sha256(value: str | None) -> str | None:
    return None if value is None else sha256(value.encode()).hexdigest()


class sha256_hex(GenericFunction[str]):  # noqa: N801 - it is the name of an SQL function
    """SHA-256 of a text in hexadecimal, computed by the database: the same on both."""

    type = String(64)
    inherit_cache = True


@compiles(sha256_hex, "sqlite")
def _on_sqlite(element: sha256_hex, compiler: Any, **options: Any) -> str:
    return f"shixian_sha256({compiler.process(element.clauses, **options)})"


@compiles(sha256_hex, "postgresql")
def _on_postgresql(element: sha256_hex, compiler: Any, **options: Any) -> str:
    return f"encode(sha256(convert_to({compiler.process(element.clauses, **options)}, 'UTF8')), 'hex')"


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A write transaction: all of it, or nothing. Raises Conflict when somebody else was first."""
    with races(), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def in_turn(engine: Engine, work: Callable[[Connection], Result], *, tries: int = TRIES) -> Result:
    """Do the work in one write transaction. On Conflict all of it is done afresh, at most `tries` times; then it is
    raised."""
    for _ in range(tries - 1):
        try:
            with transaction(engine) as connection:
                return work(connection)
        except Conflict:
            continue
    with transaction(engine) as connection:
        return work(connection)


@contextmanager
def races() -> Iterator[None]:
    """Turns a lost race into Conflict; every other error stays what it is."""
    try:
        yield
    except DBAPIError as error:
        if lost_a_race(error):
            raise Conflict("其他人同时改动了同一案件或占用了同一名额", remedy="重新读取后再试") from error
        raise


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read transaction that sees one state of the database throughout."""
    isolation = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**isolation) as connection, connection.begin():
        yield connection


def lost_a_race(error: DBAPIError) -> bool:
    """Whether trying again can help: a unique row that another took first, a deadlock, a lock not given."""
    state = getattr(error.orig, "sqlstate", None)
    message = str(error.orig)
    if isinstance(error, IntegrityError):
        if "obligation" in message:
            return False  # an obligation exists once for ever: repeating would only ask for it again
        return state == "23505" or "UNIQUE constraint failed" in message
    return isinstance(error, OperationalError) and (
        state in ("40001", "40P01", "55P03") or "database is locked" in message
    )


def migrate(engine: Engine) -> None:
    """Bring the tables up to the newest revision. Doing it twice, or from two places at once, changes nothing."""
    with transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        command.upgrade(migration_config(connection), "head")


def migration_config(connection: Connection) -> Config:
    """Alembic's configuration for this connection, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
