"""Statements put together once for each database, and from then on given to its driver with their values alone.

An act on a case writes a dozen rows by five statements. SQLAlchemy works out names, conversions and text of each anew
for every row of every act, which takes longer than the database needs to write them. So the statements of which there
are most are compiled when they are first used; the values still pass through the column types, which refuse what a
column may not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, CursorResult, Insert, Table, Update, insert


@dataclass(frozen=True, slots=True)
class _Made:
    """The text for one database, and how each value in it is converted, in the order of the text."""

    text: str
    positional: bool
    converted: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def values(self, row: Mapping[str, Any]) -> Any:
        if self.positional:
            return tuple([row[name] if convert is None else convert(row[name]) for name, convert in self.converted])
        return {name: row[name] if convert is None else convert(row[name]) for name, convert in self.converted}


@dataclass(slots=True)
class Prepared:
    """An INSERT of these columns, or an UPDATE whose every value is a bound parameter."""

    statement: Insert | Update
    columns: tuple[str, ...] | None = None
    _made: dict[str, _Made] = field(default_factory=dict)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Once for each row; one row alone tells by `rowcount` whether it was there."""
        name = connection.dialect.name
        made = self._made.get(name) or self._made.setdefault(name, self._make(connection))
        given = [made.values(row) for row in rows]
        return connection.exec_driver_sql(made.text, given if len(given) > 1 else given[0])

    def _make(self, connection: Connection) -> _Made:
        dialect = connection.dialect
        compiled = self.statement.compile(dialect=dialect, column_keys=None if self.columns is None else self.columns)
        order = compiled.positiontup if compiled.positional else list(compiled.binds)
        types = {key: bound.type.dialect_impl(dialect) for key, bound in compiled.binds.items()}
        converted = tuple((key, types[key].bind_processor(dialect)) for key in order or ())
        return _Made(str(compiled), compiled.positional, converted)


_INSERTS: dict[tuple[str, tuple[str, ...]], Prepared] = {}


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns."""
    columns = tuple(rows[0])
    known = _INSERTS.get((table.name, columns))
    if known is None:
        known = _INSERTS[table.name, columns] = Prepared(insert(table), columns)
    known.run(connection, rows)
