"""What the desk's tests share: a filled database, a desk over it with a clock to set, and signed-in browsers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from shixian.casework.staff.people import Role
from shixian.desk.config import DeskConfig
from tests.desk.money_office import MoneyDesk
from tests.desk.office import Clock, client_for, fill, open_copy, quick_hashes
from tests.disbursing.bank import SECRET, Bank, running_bank

ClientOf = Callable[[Role | str | None], TestClient]


@pytest.fixture(scope="session")
def desk_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample cases as they stand at `office.NOW`; copied, never written."""
    path = tmp_path_factory.mktemp("desk") / "desk.db"
    shutil.copy(sqlite_template, path)
    engine = open_copy(path)
    fill(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def desk_engine(desk_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the filled database."""
    path = tmp_path / "desk.db"
    shutil.copy(desk_template, path)
    engine = open_copy(path)
    yield engine
    engine.dispose()


@pytest.fixture
def desk_clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(desk_engine: Engine, desk_clock: Clock) -> DeskConfig:
    """The desk's configuration; its clock stands at `office.NOW` until `desk_clock.at(...)` sets it."""
    return DeskConfig(desk_engine, now=desk_clock)


@pytest.fixture
def client_of(desk: DeskConfig) -> Iterator[ClientOf]:
    """`client_of(Role.OFFICER)`, `client_of("officer")` or `client_of(None)`: a browser signed in so, or not at all."""
    made: list[TestClient] = []

    def client(who: Role | str | None = None) -> TestClient:
        made.append(client_for(desk, who))
        return made[-1]

    with quick_hashes():
        yield client
    for one in made:
        one.close()


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[MoneyDesk]:
    path = tmp_path / "money.db"
    shutil.copy(sqlite_template, path)
    engine = open_copy(path)
    made = MoneyDesk(engine, Clock())
    yield made
    made.close()
    engine.dispose()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with running_bank(tmp_path_factory.mktemp("desk-bank") / "bank.db") as found:
        yield found


@pytest.fixture
def paying(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The desk's own environment names the simulated treasury."""
    bank.faults()
    monkeypatch.setenv("SHIXIAN_TREASURY_URL", bank.url)
    monkeypatch.setenv("SHIXIAN_TREASURY_KEY", SECRET)
    monkeypatch.setenv("SHIXIAN_TREASURY_IDEMPOTENT", "true")
    return bank
