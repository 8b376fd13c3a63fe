"""Accounts as the security administrator keeps them: saved, closed, opened again. Every change is a journal entry.

System, security and audit administration are apart (三员分立): an account that has one of them has nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from models import person as person_table
from shixian.casework.chain import SYSTEM
from shixian.casework.database import reading, transaction
from shixian.casework.journal import Note, write
from shixian.casework.staff.people import Permission, Person, Role, person_of, put_person, require
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from shixian.rules.periods import legal_day

JOURNAL = "accounts"
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is administered: also its address for messages, its subject at the identity provider."""

    person: Person
    address: str
    subject: str
    active: bool


def accounts(engine: Engine) -> list[Account]:
    """Every account, by key; the closed ones too."""
    with reading(engine) as connection:
        rows = connection.execute(select(person_table).order_by(person_table.c.key)).all()
    return [Account(person_of(row), row.address, row.subject, row.active) for row in rows]


def find_account(engine: Engine, key: str) -> Account:
    """The account, closed or not; NotFound when there is none."""
    found = next((account for account in accounts(engine) if account.person.key == key), None)
    if found is None:
        raise NotFound(f"没有 {key} 这一账号", remedy="核对账号名")
    return found


def account_of_subject(engine: Engine, subject: str) -> Person | None:
    """The open account that stands for a subject at the identity provider; None when there is none."""
    if not subject:
        return None
    with reading(engine) as connection:
        query = select(person_table).where(person_table.c.subject == subject, person_table.c.active)
        rows = connection.execute(query).all()
    return person_of(rows[0]) if len(rows) == 1 and rows[0].key != SYSTEM else None


def save_person(
    engine: Engine,
    person: Person,
    *,
    by: Person,
    now: datetime,
    address: str | None = None,
    subject: str | None = None,
) -> None:
    """Add an account, or change its name, roles, unit and scope; None leaves an address or subject as it is.

    NotPermitted for one's own account and for administration beside any other role.
    """
    require(by, Permission.MANAGE_PEOPLE)
    _not_own(by, person.key)
    _check(person)
    with transaction(engine) as connection:
        put_person(connection, person)
        more = {name: value for name, value in (("address", address), ("subject", subject)) if value is not None}
        if more:
            if more.get("subject"):
                _one_subject(connection, person.key, more["subject"])
            connection.execute(update(person_table).where(person_table.c.key == person.key).values(**more))
        # The address is where a person is reached: that it changed is recorded, not what it is.
        noted(connection, "account_saved", _described(person) | {"also": sorted(more)}, by=by.key, now=now)


def first_account(engine: Engine, person: Person, *, by: str, now: datetime) -> None:
    """Write an account while there is no security administrator: from the command line, at the machine itself."""
    with transaction(engine) as connection:
        put_person(connection, person)
        noted(connection, "account_saved", _described(person), by=by, now=now)


def close_account(engine: Engine, key: str, *, by: Person, now: datetime) -> None:
    """The account signs in no more and does nothing; what it did stays under its name."""
    _switch(engine, key, active=False, by=by, now=now)


def reopen_account(engine: Engine, key: str, *, by: Person, now: datetime) -> None:
    _switch(engine, key, active=True, by=by, now=now)


def noted(connection: Connection, kind: str, data: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """An entry of the journal of accounts, in the transaction that makes the change."""
    write(connection, JOURNAL, [Note(kind, legal_day(now), data)], recorded_at=now, person=by)


def _switch(engine: Engine, key: str, *, active: bool, by: Person, now: datetime) -> None:
    require(by, Permission.MANAGE_PEOPLE)
    _not_own(by, key)
    with transaction(engine) as connection:
        changed = connection.execute(update(person_table).where(person_table.c.key == key).values(active=active))
        if changed.rowcount == 0:
            raise NotFound(f"没有 {key} 这一账号", remedy="核对账号名")
        noted(connection, "account_reopened" if active else "account_closed", {"key": key}, by=by.key, now=now)


def _not_own(by: Person, key: str) -> None:
    if by.key == key:
        raise NotPermitted("不能改动自己的账号", remedy="由另一名安全管理员办理")


def _check(person: Person) -> None:
    if person.key == SYSTEM:
        raise CaseworkError(f"账号名 {SYSTEM} 为系统保留", remedy="换一个账号名")
    if not person.key.strip() or not person.key.isprintable() or len(person.key) > 60 or set(person.key) & set(" /,"):
        raise CaseworkError("账号名为空、过长，或含有空格、斜线、逗号", remedy="用字母、数字和连字符")
    if Role.SYSTEM in person.roles:
        raise NotPermitted("系统角色不授予账号", remedy="选择其他角色")
    if person.roles & ADMINISTRATORS and len(person.roles) > 1:
        raise NotPermitted(
            "系统管理员、安全管理员、审计管理员三员分立，也不兼任业务角色", remedy="为其另设账号，或只留一个角色"
        )


def _one_subject(connection: Connection, key: str, subject: str) -> None:
    columns = person_table.c
    other = connection.scalar(select(columns.key).where(columns.subject == subject, columns.key != key))
    if other is not None:
        raise CaseworkError(f"该统一身份已对应账号 {other}", remedy="核对身份标识；一个身份只对应一个账号")


def _described(person: Person) -> dict[str, Any]:
    return {
        "key": person.key,
        "name": person.name,
        "roles": sorted(role.value for role in person.roles),
        "party": person.party,
        "section": person.section,
        "provinces": sorted(person.provinces),
        "programmes": sorted(person.programmes),
    }
