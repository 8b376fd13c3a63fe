"""Clients of the REST API: each acts as one account, by a token of which only the hash is kept; and their replies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import content_hash, instant, row_id, text


class ApiClient(Record, table=True):
    __tablename__ = "api_client"

    id: int | None = row_id()
    name: str = Field(unique=True)
    person: str = Field(description="the account that it acts as")
    token: str = content_hash()
    active: bool = Field(default=True)
    made_by: str
    made_at: datetime = instant()


class IdempotentReply(Record, table=True):
    """The answer to a write, by the client's key: the same request gets it again, another request is refused."""

    __tablename__ = "idempotent_reply"
    __table_args__ = (UniqueConstraint("client", "key"),)

    id: int | None = row_id()
    client: str
    key: str
    request: str = content_hash()
    status: int = Field(description="HTTP status; 0 while the first request is still at work")
    body: str = text()
    recorded_at: datetime = instant()


api_client = table_of(ApiClient)
idempotent_reply = table_of(IdempotentReply)
