"""The flow `notices` as a real Prefect run: what it keeps, what it says of days that were not kept; twice is once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

import shixian.programmes
from models import notice_snapshot
from shixian.casework import lawbooks
from shixian.casework.database import open_database, reading
from tests.casework.office import Office, at
from tests.lifecycles import LIFECYCLES

pytestmark = pytest.mark.prefect


@pytest.fixture
def office(
    prefect_server: None, tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """A notice published on 6 January 2021, in the database that the settings name; the law is the laboratory's."""
    file = tmp_path / "shixian.db"
    file.write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("SHIXIAN_DATABASE_URL", f"sqlite:///{file}")
    for module in (shixian.programmes, lawbooks):
        monkeypatch.setattr(module, "catalogue", lambda: LIFECYCLES)
    lawbooks.default_books.cache_clear()
    engine: Engine = open_database(f"sqlite:///{file}")
    made = Office(engine)
    made.published()
    yield made
    engine.dispose()
    monkeypatch.undo()
    lawbooks.default_books.cache_clear()


def ran(monkeypatch: pytest.MonkeyPatch, when: str) -> Any:
    from flows.notices import notices

    monkeypatch.setattr("tasks.notices.now", lambda: at(when))
    return asyncio.run(notices())


def test_a_run_keeps_the_day_and_names_the_days_before(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ran(monkeypatch, "2021-01-06T23:40") == {"kept": 1, "missing": []}
    assert ran(monkeypatch, "2021-01-06T23:41") == {"kept": 0, "missing": []}
    later = ran(monkeypatch, "2021-01-08T07:40")
    assert later["kept"] == 1 and len(later["missing"]) == 1, "7 January is gone"
    with reading(office.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(notice_snapshot)) == 2
