"""One bank process a module; every test begins without faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.disbursing.bank import Bank, Payments, running_bank


@pytest.fixture(scope="session")
def _bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with running_bank(Path(tmp_path_factory.mktemp("bank")) / "bank.db") as bank:
        yield bank


@pytest.fixture
def bank(_bank: Bank) -> Bank:
    _bank.faults()
    return _bank


@pytest.fixture
def payments(database: Engine, bank: Bank) -> Payments:
    """An approved batch of six payments."""
    return Payments.prepared(database, bank)
