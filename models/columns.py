"""Column types: money in fen, aware instants, legal days, enumerations by value. Each refuses what it may not hold.

An instant is stored as ISO text in UTC with microseconds on every database, so that the stored text is the text that
the event chain hashes. A legal day is a date; its ISO text is what is hashed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Dialect, Enum, ForeignKey, Integer, String, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

RowId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only in a plain INTEGER


class Fen(TypeDecorator[int]):
    """An amount of money in fen: a whole number, never negative (direction is a column of its own)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if type(value) is not int or value < 0:
            raise TypeError(f"金额须为不小于零的整数分，不能是 {value!r}")
        return value


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as text: 2021-03-02T01:00:00.000000+00:00. Text order is the order in time."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


def instant_text(value: Any) -> str:
    """The stored and hashed text of an instant; a naive one is refused, for nobody knows when it was."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"时刻须带时区，不能是 {value!r}")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


class LegalDay(TypeDecorator[date]):
    """A legal day in Asia/Shanghai. An instant is refused: which day it falls on is for `rules.periods` to say."""

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> date | None:
        if value is not None and type(value) is not date:
            raise TypeError(f"须为日期，不能是 {value!r}")
        return value


def value_enum(kind: type[StrEnum], name: str) -> Enum:
    """An enumeration stored by its values, held by a CHECK on both databases."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        name=name,
        length=20,
    )


# -- fields of the models, so that a table reads as a list of names and kinds ----------------------------------------


def row_id() -> Any:
    return Field(default=None, sa_column=Column(RowId, primary_key=True, autoincrement=True))


def refers_to(column: str, *, nullable: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(RowId, ForeignKey(column), nullable=nullable, index=index))


def fen(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Fen(), nullable=nullable))


def instant(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=nullable))


def legal_day(*, nullable: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(LegalDay(), nullable=nullable, index=index))


def text(*, nullable: bool = False) -> Any:
    """Text of any length; JSON is kept as its canonical text, so that what is hashed is what is stored."""
    return Field(default=None, sa_column=Column(Text(), nullable=nullable))


def content_hash(*, nullable: bool = False) -> Any:
    """SHA-256 in hexadecimal."""
    return Field(default=None, sa_column=Column(String(64), nullable=nullable))


def one_of(kind: type[StrEnum], name: str, *, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(value_enum(kind, name), nullable=nullable))
