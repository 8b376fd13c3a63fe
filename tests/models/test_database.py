"""Opening and migrating: both databases end where the models are, and open as durable as they must."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text

from models import METADATA
from shixian.casework.database import migrate, migration_config, open_database, reading, transaction
from shixian.rules.errors import CaseworkError


def test_the_migrations_end_where_the_models_are(database: Engine) -> None:
    with transaction(database) as connection:
        command.check(migration_config(connection))  # raises when autogenerate would still write something
    assert set(METADATA.tables) | {"alembic_version"} == set(inspect(database).get_table_names())


def test_migrating_twice_or_at_once_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    errors: list[BaseException] = []

    def once() -> None:
        engine = open_database(url)
        try:
            migrate(engine)
        except BaseException as error:
            errors.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=once) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    engine = open_database(url)
    migrate(engine)
    with reading(engine) as connection:
        assert list(connection.scalars(text("SELECT version_num FROM alembic_version"))) == ["0005"]
    engine.dispose()


@pytest.mark.postgres
def test_migrating_postgresql_at_once_changes_nothing(postgresql_server: str) -> None:
    admin = open_database(postgresql_server.format("postgres"))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE migrated_at_once"))
    engine = open_database(postgresql_server.format("migrated_at_once"))
    errors: list[BaseException] = []

    def once() -> None:
        try:
            migrate(engine)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=once) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and "event" in inspect(engine).get_table_names()
    engine.dispose()
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE migrated_at_once"))
    admin.dispose()


def test_sqlite_is_opened_durable(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with reading(engine) as connection:
        found = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        }
    engine.dispose()
    full, on = 2, 1
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": on,
        "busy_timeout": 30_000,
        "recursive_triggers": on,
    }


def test_a_failed_transaction_leaves_nothing(database: Engine) -> None:
    with pytest.raises(ZeroDivisionError), transaction(database) as connection:
        connection.execute(text("INSERT INTO reference_number (prefix, cycle, last) VALUES ('X', 2021, 1)"))
        raise ZeroDivisionError
    with reading(database) as connection:
        assert connection.scalar(text("SELECT count(*) FROM reference_number")) == 0


def test_a_writer_waits_for_its_turn_instead_of_failing(database: Engine) -> None:
    """Two that read first and write then, at once: SQLite would fail the second one without BEGIN IMMEDIATE."""
    count = "INSERT INTO reference_number (prefix, cycle, last) VALUES (:p, 2021, 1)"
    errors: list[BaseException] = []
    barrier = threading.Barrier(4)

    def write(number: int) -> None:
        barrier.wait()
        try:
            for turn in range(5):
                with transaction(database) as connection:
                    connection.scalar(text("SELECT count(*) FROM reference_number"))
                    connection.execute(text(count), {"p": f"{number}-{turn}"})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with reading(database) as connection:
        assert connection.scalar(text("SELECT count(*) FROM reference_number")) == 20


def test_other_databases_are_refused() -> None:
    with pytest.raises(CaseworkError, match="mysql"):
        open_database("mysql://x/y")


def test_memory_is_one_database_for_all_connections() -> None:
    engine = open_database("sqlite://")
    migrate(engine)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM event")) == 0
