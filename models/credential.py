"""How people sign in: passwords as argon2 hashes, sessions kept here so that they can be ended, and each try."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, instant, row_id, text


class Credential(Record, table=True):
    """A local password. An account without one signs in through OpenID Connect, or not at all."""

    __tablename__ = "credential"

    id: int | None = row_id()
    person: str = Field(unique=True, description="the account's key")
    password: str = text()
    set_at: datetime = instant()


class DeskSession(Record, table=True):
    """A signed-in browser: only the SHA-256 of its cookie is kept. Ended ones stay for the log."""

    __tablename__ = "desk_session"
    __table_args__ = (Index("ix_desk_session_token", "token", unique=True), Index("ix_desk_session_person", "person"))

    id: int | None = row_id()
    token: str = content_hash()
    person: str
    began_at: datetime = instant()
    seen_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    address: str = Field(default="")


class SignInTry(Record, table=True):
    """One try to sign in: what the throttle counts, and the log of failures."""

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("ix_sign_in_try_account", "account", "tried_at"),)

    id: int | None = row_id()
    account: str
    address: str
    tried_at: datetime = instant()
    succeeded: bool


credential = table_of(Credential)
desk_session = table_of(DeskSession)
sign_in_try = table_of(SignInTry)
