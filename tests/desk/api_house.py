"""Clients of the API for tests: machine accounts by role, their tokens, and a browser-less way to call."""

from __future__ import annotations

import itertools
from typing import Any

from starlette.testclient import TestClient

from shixian.casework.database import transaction
from shixian.casework.staff.api_clients import make_client
from shixian.casework.staff.people import Person, Role, put_person
from shixian.desk.config import DeskConfig
from tests.desk.office import NOW, PEOPLE, client_for

_keys = itertools.count(1)


def token_for(config: DeskConfig, *roles: Role, name: str = "", **scope: Any) -> str:
    """The token of a new client whose own account has these roles."""
    name = name or "-".join(("machine", *roles))
    with transaction(config.engine) as connection:
        put_person(connection, Person(name, f"接口（{name}）", frozenset(roles), **scope))
    return make_client(config.engine, name, name, by=PEOPLE[Role.SECURITY_ADMIN], now=NOW)


def caller(config: DeskConfig, *roles: Role, name: str = "", **scope: Any) -> TestClient:
    """A client that sends its token, and a new idempotency key unless it is given one."""
    client = client_for(config, None)
    if roles:
        client.headers["Authorization"] = f"Bearer {token_for(config, *roles, name=name, **scope)}"
    return client


def post(client: TestClient, path: str, body: Any = None, *, key: str | None = None, **options: Any) -> Any:
    headers = {"Idempotency-Key": key or f"test-{next(_keys)}", **options.pop("headers", {})}
    return client.post(f"/api/v1{path}", json=body, headers=headers, **options)


def get(client: TestClient, path: str, **params: Any) -> Any:
    return client.get(f"/api/v1{path}", params=params)
