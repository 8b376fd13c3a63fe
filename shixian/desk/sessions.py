"""Sign-in: argon2 passwords, a throttle, and sessions that live in the database, so that they can be ended.

The cookie is a random token; only its hash is stored. A session ends after 30 minutes without a page, after 12 hours
in any case, and when the account is closed.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache
from hashlib import sha256

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import credential, desk_session, sign_in_try
from models import person as person_table
from shixian.casework.chain import SYSTEM
from shixian.casework.database import reading, transaction
from shixian.casework.staff.accounts import noted
from shixian.casework.staff.people import Permission, Person, find_person, require
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from shixian.rules.periods import minutes_before

COOKIE = "shixian_session"
IDLE_MINUTES, LONGEST_MINUTES = 30, 12 * 60
TRIES, TRY_MINUTES = 5, 15
SHORTEST, LONGEST = 10, 200


class SignInRefused(CaseworkError):
    """Wrong account or password (it is not said which), or too many tries."""


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    """The hash checked for accounts that do not exist, so that they take as long as those that do."""
    return _hasher().hash(secrets.token_hex(16))


def set_password(engine: Engine, key: str, password: str, *, now: datetime, by: str = SYSTEM) -> None:
    """Set the password of an account and end its sessions; the journal of accounts says who (`by`) did.

    CaseworkError for one that is too short, longer than anybody types, or the account's own name.
    """
    if len(password) < SHORTEST or len(password) > LONGEST:
        raise CaseworkError(f"密码须为 {SHORTEST} 至 {LONGEST} 个字符", remedy="换一个密码")
    if password == key:
        raise CaseworkError("密码不能与账号相同", remedy="换一个密码")
    find_person(engine, key)
    row = {"password": _hasher().hash(password), "set_at": now}
    with transaction(engine) as connection:
        make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        statement = make(credential).values(person=key, **row)
        connection.execute(statement.on_conflict_do_update(index_elements=["person"], set_=row))
        _end(connection, desk_session.c.person == key, now)
        noted(connection, "password_set", {"key": key}, by=by, now=now)


def has_password(engine: Engine, key: str) -> bool:
    """Whether the account has ever been given a password."""
    with reading(engine) as connection:
        return connection.scalar(select(credential.c.id).where(credential.c.person == key)) is not None


def change_password(engine: Engine, key: str, old: str, new: str, *, address: str, now: datetime) -> None:
    """One's own password, by the old one; a wrong old one counts as a wrong try to sign in. Ends every session."""
    check_password(engine, key, old, address=address, now=now)
    if old == new:
        raise CaseworkError("新密码与原密码相同", remedy="换一个新密码")
    set_password(engine, key, new, now=now, by=key)


def reset_password(engine: Engine, key: str, password: str, *, by: Person, now: datetime) -> None:
    """Another's password, by the security administrator."""
    require(by, Permission.MANAGE_PEOPLE)
    if by.key == key:
        raise NotPermitted("不能在此重设自己的密码", remedy="在“设置”中凭原密码修改，或由另一名安全管理员重设")
    set_password(engine, key, password, now=now, by=by.key)


def sign_in(engine: Engine, account: str, password: str, *, address: str, now: datetime) -> str:
    """The token of a new session. SignInRefused when it is wrong, or after five wrong tries in a quarter of an hour."""
    check_password(engine, account, password, address=address, now=now)
    return open_session(engine, account.strip()[:100], address=address, now=now)


def check_password(engine: Engine, account: str, password: str, *, address: str, now: datetime) -> None:
    """SignInRefused unless it is the account's password; the try is noted either way."""
    account = account.strip()[:100]
    since = minutes_before(now, TRY_MINUTES)
    with reading(engine) as connection:
        columns = sign_in_try.c
        recent = (columns.tried_at > since) & ~columns.succeeded
        wrong = connection.scalar(select(func.count()).where(recent, columns.account == account))
        stored = connection.scalar(
            select(credential.c.password)
            .join(person_table, person_table.c.key == credential.c.person)
            .where(credential.c.person == account, person_table.c.active)
        )
    if (wrong or 0) >= TRIES:
        _tried(engine, account, address, now, succeeded=False)
        raise SignInRefused("登录尝试过多", remedy=f"{TRY_MINUTES} 分钟后再试，或请安全管理员重设密码")
    right = _hasher().verify(password, stored or _nobody()) and stored is not None
    _tried(engine, account, address, now, succeeded=right)
    if not right:
        raise SignInRefused("账号或密码不对", remedy="核对后再试；忘记密码请安全管理员重设")


def note_try(engine: Engine, account: str, address: str, now: datetime, *, succeeded: bool) -> None:
    """A try to sign in that was decided elsewhere (by the identity provider), for the log."""
    _tried(engine, account[:100], address, now, succeeded=succeeded)


def open_session(engine: Engine, key: str, *, address: str, now: datetime) -> str:
    """A session for an account that has proved who it is; gives its token."""
    token = secrets.token_urlsafe(32)
    with transaction(engine) as connection:
        row = {"token": _hash(token), "person": key, "began_at": now, "seen_at": now, "address": address}
        connection.execute(insert(desk_session), row)
    return token


def person_of_session(engine: Engine, token: str, *, now: datetime) -> Person | None:
    """Whose session it is, if it still lives; it then lives on. Written at most once a minute."""
    columns = desk_session.c
    with reading(engine) as connection:
        row = connection.execute(select(desk_session).where(columns.token == _hash(token))).one_or_none()
    if row is None or row.ended_at is not None:
        return None
    if row.seen_at < minutes_before(now, IDLE_MINUTES) or row.began_at < minutes_before(now, LONGEST_MINUTES):
        return None
    try:
        person = find_person(engine, row.person)
    except NotFound:
        return None
    if row.seen_at < minutes_before(now, 1):
        with transaction(engine) as connection:
            connection.execute(update(desk_session).where(columns.id == row.id).values(seen_at=now))
    return person


def sign_out(engine: Engine, token: str, *, now: datetime) -> None:
    with transaction(engine) as connection:
        _end(connection, desk_session.c.token == _hash(token), now)


def end_sessions(engine: Engine, key: str, *, now: datetime) -> None:
    """End every session of an account."""
    with transaction(engine) as connection:
        _end(connection, desk_session.c.person == key, now)


def sessions_of(engine: Engine, key: str, *, now: datetime) -> list[tuple[datetime, datetime, str]]:
    """The living sessions of an account: begun at, last seen at, from which address; the latest first."""
    columns = desk_session.c
    lives = (columns.ended_at.is_(None), columns.seen_at >= minutes_before(now, IDLE_MINUTES))
    query = select(columns.began_at, columns.seen_at, columns.address).where(columns.person == key, *lives)
    with reading(engine) as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(columns.id.desc()))]


def tries(engine: Engine, *, page: int = 1, size: int = 100) -> list[tuple[datetime, str, str, bool]]:
    """Tries to sign in, the latest first: when, which account, from where, whether it succeeded."""
    columns = sign_in_try.c
    query = select(columns.tried_at, columns.account, columns.address, columns.succeeded).order_by(columns.id.desc())
    with reading(engine) as connection:
        rows = connection.execute(query.limit(size).offset((max(page, 1) - 1) * size))
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def _end(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    connection.execute(update(desk_session).where(which, desk_session.c.ended_at.is_(None)).values(ended_at=now))


def _tried(engine: Engine, account: str, address: str, now: datetime, *, succeeded: bool) -> None:
    with transaction(engine) as connection:
        row = {"account": account, "address": address, "tried_at": now, "succeeded": succeeded}
        connection.execute(insert(sign_in_try), row)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
