"""Every column of every projected row is changed in turn, and the verifier must notice, or say why it cannot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, Engine, Enum, Integer, Table

from models import (
    attempt,
    batch,
    batch_approval,
    batch_line,
    batch_refusal,
    case_file,
    deadline,
    obligation,
    payee_account,
)
from models.columns import Fen, LegalDay, UtcDateTime
from shixian.casework import verify_rows
from shixian.casework.database import migrate, open_database
from shixian.casework.encodings import store_encodings
from shixian.casework.money import verify_columns
from shixian.casework.money.attempts import Told, claim_next, settle
from shixian.casework.verify import verify
from tests.casework.office import at, day
from tests.casework.treasury_office import RELEASER, FinanceOffice
from tests.lifecycles import LIFECYCLES

TABLES = (case_file, deadline, obligation, batch, batch_line, batch_approval, attempt, payee_account)
UNTOLD = {**verify_rows.UNTOLD, **verify_columns.UNTOLD}
COLUMNS = [(table, column) for table in TABLES for column in table.c if column.name not in UNTOLD[table.name]]


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, sqlite3.Connection]]:
    """A batch of two that is done, one paid and one refused by the bank; and a connection that nothing holds back."""
    path = Path(tmp_path_factory.mktemp("columns")) / "cases.db"
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    store_encodings(engine, LIFECYCLES)
    finance = FinanceOffice(engine)
    finance.ready()
    finance.release(finance.approved().ref)
    now = at("2021-02-01T12:00")
    claims = claim_next(engine, "B-2021-0001", 2, books=finance.books, now=now, person=RELEASER)
    told = [(claims[0].key, Told("paid", "BANK1")), (claims[1].key, Told("rejected", reason="户名不符"))]
    settle(engine, told, legal_day=day("2021-02-01"), now=now, person=RELEASER)
    assert verify(engine).problems == ()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA ignore_check_constraints = ON")
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    yield engine, raw
    raw.close()
    engine.dispose()


def another(column: Column[Any], value: Any) -> Any:
    """Another value that the column could hold."""
    kind = column.type
    if isinstance(kind, Enum):
        return next(one for one in kind.enums if one != value)
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, LegalDay | Date):
        return "2019-12-31"
    if isinstance(kind, UtcDateTime):
        return "2019-12-31T00:00:00.000000+00:00"
    if isinstance(kind, Fen | Integer):
        return (value or 0) + 7 if not column.foreign_keys else (value or 0) + 100
    return "{}" if isinstance(value, str) and value.startswith("{") else f"{value or ''}x"


def changed(paid: tuple[Engine, sqlite3.Connection], table: Table, column: Column[Any], row: int) -> tuple[str, ...]:
    """What the verifier says of the row with that column changed; then it is put back."""
    engine, raw = paid
    name = f'"{column.name}"'
    (value,) = raw.execute(f"SELECT {name} FROM {table.name} WHERE id = ?", (row,)).fetchone()
    raw.execute(f"UPDATE {table.name} SET {name} = ? WHERE id = ?", (another(column, value), row))
    try:
        return verify(engine).problems
    finally:
        raw.execute(f"UPDATE {table.name} SET {name} = ? WHERE id = ?", (value, row))


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{table.name}.{column.name}" for table, column in COLUMNS])
def test_a_changed_column_is_noticed(
    paid: tuple[Engine, sqlite3.Connection], table: Table, column: Column[Any]
) -> None:
    for (row,) in paid[1].execute(f"SELECT id FROM {table.name} ORDER BY id").fetchall()[:2]:
        assert changed(paid, table, column, row), f"{table.name}.{column.name} of row {row}"
    assert verify(paid[0]).problems == (), "it was put back"


def test_what_cannot_be_told_is_named_with_its_reason_and_there() -> None:
    for table in (*TABLES, batch_refusal):
        for name, why in UNTOLD[table.name].items():
            assert why and (name == "*" or name in table.c), f"{table.name}.{name}"


def test_an_encoding_that_is_not_what_it_hashes_to_is_noticed(paid: tuple[Engine, sqlite3.Connection]) -> None:
    engine, raw = paid
    raw.execute("UPDATE encoding SET text = text || ' '")
    problems = verify(engine).problems
    raw.execute("UPDATE encoding SET text = rtrim(text)")
    assert any("规范文本与其哈希不符" in one for one in problems) and verify(engine).problems == ()
