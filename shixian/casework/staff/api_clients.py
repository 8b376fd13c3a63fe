"""Clients of the REST API: each acts as one account of its own, by a token that is shown once and kept as a hash.

A client's account is no person's: one that has a password cannot be given to a machine, so that an event always tells
whether a person or a client did something, and nobody borrows a colleague's permissions by making a client.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from models import api_client, credential
from shixian.casework.chain import SYSTEM
from shixian.casework.database import reading, transaction
from shixian.casework.journal import Note, write
from shixian.casework.staff.people import Permission, Person, find_person, require
from shixian.rules.errors import CaseworkError, NotFound
from shixian.rules.periods import legal_day

JOURNAL = "api-clients"
PREFIX = "sx_"


@dataclass(frozen=True, slots=True)
class Client:
    """A client that has shown its token, and the account that it acts as."""

    name: str
    person: Person


def make_client(engine: Engine, name: str, account: str, *, by: Person, now: datetime) -> str:
    """The token of a new client, never to be seen again. Refused for a name in use and for a person's account."""
    require(by, Permission.MANAGE_PEOPLE)
    name = name.strip()
    if not 0 < len(name) <= 100 or not name.isprintable():
        raise CaseworkError("客户端名称须为 1 至 100 个可见字符")
    if account in (SYSTEM, by.key):
        raise CaseworkError(f"客户端不能使用账号 {account}", remedy="先为客户端建立专门的账号")
    find_person(engine, account)
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction(engine) as connection:
        if connection.scalar(select(credential.c.id).where(credential.c.person == account)) is not None:
            raise CaseworkError(
                f"{account} 是人员账号（设有密码），不能交给客户端", remedy="为客户端建立专门的账号，不设密码"
            )
        if connection.scalar(select(api_client.c.id).where(api_client.c.name == name)) is not None:
            raise CaseworkError(f"客户端名称“{name}”已被使用", remedy="换一个名称")
        row = {"name": name, "person": account, "token": _hash(token), "active": True}
        connection.execute(insert(api_client), row | {"made_by": by.key, "made_at": now})
        _note(connection, "client_made", {"client": name, "account": account}, by, now)
    return token


def close_client(engine: Engine, name: str, *, by: Person, now: datetime) -> None:
    """The client's token is no longer accepted."""
    require(by, Permission.MANAGE_PEOPLE)
    with transaction(engine) as connection:
        statement = update(api_client).where(api_client.c.name == name, api_client.c.active).values(active=False)
        if connection.execute(statement).rowcount == 0:
            raise NotFound(f"没有在用的客户端“{name}”")
        _note(connection, "client_closed", {"client": name}, by, now)


def find_client(engine: Engine, token: str) -> Client | None:
    """Whose token it is; None for one that is unknown, of a closed client, or of a closed account."""
    if not token.startswith(PREFIX):
        return None
    with reading(engine) as connection:
        columns = api_client.c
        which = (columns.token == _hash(token)) & columns.active
        row = connection.execute(select(columns.name, columns.person).where(which)).one_or_none()
    if row is None:
        return None
    try:
        return Client(row.name, find_person(engine, row.person))
    except NotFound:
        return None


def clients(engine: Engine) -> list[RowMapping]:
    """All clients, without their tokens."""
    names = ("name", "person", "active", "made_by", "made_at")
    with reading(engine) as connection:
        query = select(*(api_client.c[name] for name in names)).order_by(api_client.c.name)
        return list(connection.execute(query).mappings())


def _note(connection: Connection, kind: str, data: dict[str, str], by: Person, now: datetime) -> None:
    write(connection, JOURNAL, [Note(kind, legal_day(now), data)], recorded_at=now, person=by.key)


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
