"""One simulated bank a test module; every test begins without faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.treasury.running import RunningBank, running_bank


@pytest.fixture(scope="module")
def _bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    with running_bank(Path(tmp_path_factory.mktemp("bank")) / "bank.db") as bank:
        yield bank


@pytest.fixture
def bank(_bank: RunningBank) -> RunningBank:
    _bank.faults()
    return _bank
