"""The outbox: messages to people, written with what causes them, delivered afterwards, each try with its receipt."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import instant, one_of, refers_to, row_id, text


class MessageStatus(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class OutboxMessage(Record, table=True):
    """`key` names its cause, so that nothing is said twice: remind:REF:STAGE.CLOCK:ROUND:10."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_status", "status", "not_before"),)

    id: int | None = row_id()
    key: str = Field(unique=True)
    kind: str = Field(description="reminder, supervision, decision, alarm")
    recipient: str = Field(description="an account's key, or the payee or unit the case names")
    case_ref: str = Field(default="")
    clause: str = Field(default="")
    subject: str
    body: str = text()
    not_before: datetime = instant()
    made_at: datetime = instant()
    status: MessageStatus = one_of(MessageStatus, "message_status")
    tries: int = Field(default=0)


class Delivery(Record, table=True):
    """One try to deliver a message, by one channel. Append-only."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_message_id", "message_id"),)

    id: int | None = row_id()
    message_id: int = refers_to("outbox_message.id")
    channel: str
    address: str
    succeeded: bool
    receipt: str = text()
    tried_at: datetime = instant()


outbox_message = table_of(OutboxMessage)
delivery = table_of(Delivery)
