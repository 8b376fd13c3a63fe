"""One house for this folder: Prefect's server, every deployment, a worker. Starting it takes half a minute."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from shixian.operating.house import House
from shixian.operating.prepare import prepare_database


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def api(house: House, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{house.api}/{path}", data, {"Content-Type": "application/json"})
    for attempt in range(10):
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code != 503 or attempt == 9:
                raise
            time.sleep(1)  # Prefect's own SQLite is busy; its client repeats in the same way
    return None


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    url = prepare_database(folder)
    made = House(folder=folder, database_url=url, port=free_port())
    made.open()
    yield made
    made.close()
    for child in made.children:
        assert not child.running


@pytest.fixture(scope="module")
def prefect_server(house: House) -> Iterator[None]:
    """Flows called in this process report to the house's server."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: house.api}):
        yield
