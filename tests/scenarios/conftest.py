"""What the scenario tests share: the lifecycles of the catalogue, loaded once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shixian.programmes import catalogue
from shixian.rules.lifecycle import Lifecycle


@pytest.fixture(scope="session")
def lifecycles() -> Mapping[str, Lifecycle]:
    return catalogue()
