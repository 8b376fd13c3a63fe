"""Sealed values (an objector's identity): ciphertext under a key of the case. Erasing is destroying the key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import RowId, instant, row_id, text


class SealingKey(Record, table=True):
    __tablename__ = "sealing_key"

    case_id: int = Field(default=None, sa_column=Column(RowId, primary_key=True, autoincrement=False))
    key: str
    recorded_at: datetime = instant()


class SealedValue(Record, table=True):
    """`token` stands in the case's facts and events where the value would."""

    __tablename__ = "sealed_value"

    id: int | None = row_id()
    token: str = Field(unique=True)
    case_ref: str = Field(index=True)
    name: str
    cipher: str = text()


sealing_key = table_of(SealingKey)
sealed_value = table_of(SealedValue)
