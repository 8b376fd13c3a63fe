"""Column types refuse what they may not hold and give back what was put in, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from models import METADATA, Fen, LegalDay, UtcDateTime, anchor, cycle_run, instant_text, person
from shixian.casework.database import reading, transaction

DIALECT = sqlite.dialect()


@pytest.mark.parametrize("bad", [1.0, True, Decimal(1), "1", -1])
def test_money_is_whole_fen(bad: Any) -> None:
    with pytest.raises(TypeError, match="整数分"):
        Fen().process_bind_param(bad, DIALECT)
    assert Fen().process_bind_param(10**15, DIALECT) == 10**15


@pytest.mark.parametrize("bad", [datetime(2021, 1, 1), date(2021, 1, 1), "2021-01-01"])
def test_an_instant_has_its_zone(bad: Any) -> None:
    with pytest.raises(TypeError, match="时区"):
        UtcDateTime().process_bind_param(bad, DIALECT)


@pytest.mark.parametrize("bad", [datetime(2021, 1, 1, tzinfo=UTC), "2021-01-01"])
def test_a_legal_day_is_no_instant(bad: Any) -> None:
    with pytest.raises(TypeError, match="日期"):
        LegalDay().process_bind_param(bad, DIALECT)


def test_instants_have_one_text_whose_order_is_the_order_in_time() -> None:
    shanghai = datetime(2021, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert instant_text(shanghai) == "2021-03-02T01:00:00.000000+00:00" == instant_text(shanghai.astimezone(UTC))
    later = datetime(2021, 3, 2, 1, 0, 0, 1, tzinfo=UTC)
    assert instant_text(shanghai) < instant_text(later) and len(instant_text(later)) == 32


def test_what_is_stored_comes_back(database: Engine) -> None:
    when = datetime(2021, 3, 2, 9, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))
    row = {"lifecycle": "x", "as_of": date(2021, 3, 2), "started": when, "finished": None, "counts": "{}"}
    with transaction(database) as connection:
        connection.execute(insert(cycle_run), row)
    with reading(database) as connection:
        found = connection.execute(select(cycle_run)).mappings().one()
        raw = connection.execute(text("SELECT started, CAST(as_of AS TEXT) FROM cycle_run")).one()
    assert {**found} == {**row, "id": 1} and found["started"].tzinfo is not None
    assert tuple(raw) == ("2021-03-02T01:00:00.123456+00:00", "2021-03-02")


def test_every_enumeration_is_held_by_a_check(database: Engine) -> None:
    checks = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.c
        if type(column.type).__name__ == "Enum"
    }
    assert {"case_file.status", "deadline.effect", "obligation.direction", "ledger_entry.account"} <= checks
    bad = (
        "INSERT INTO ledger_entry (programme, year, posting, account, debit, credit, legal_day, recorded_at, person, "
        "text) VALUES ('', 2021, 'x', '{account}', {debit}, {credit}, '2021-01-01', 'x', 'x', 'x')"
    )
    for values in (
        {"account": "pocket", "debit": 1, "credit": 0},
        {"account": "paid", "debit": 1, "credit": 1},
        {"account": "paid", "debit": 0, "credit": 0},
        {"account": "paid", "debit": -1, "credit": 0},
    ):
        with pytest.raises(DBAPIError, match="(?i)check"), transaction(database) as connection:
            connection.execute(text(bad.format(**values)))


def test_tables_are_named_by_what_they_hold() -> None:
    assert person.name == "person" and anchor.c.day.unique
    assert all(table.primary_key.name == f"pk_{name}" for name, table in METADATA.tables.items())
