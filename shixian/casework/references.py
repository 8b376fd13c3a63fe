"""References of cases: readable and unique, such as SH-MF-2021-0001 for the first case of sh-matching-funds in 2021."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import reference_number


def prefix_of(key: str) -> str:
    """`sh-matching-funds` -> `SH-MF`: the province, and the initials of the rest. Lifecycles may share a series."""
    province, *rest = key.split("-")
    initials = "".join(part[0] for part in rest if part)
    return "-".join(part.upper() for part in (province, initials) if part)


def next_reference(connection: Connection, key: str, cycle: int) -> str:
    """The next reference of a series; the number is taken with the transaction and returned if it fails."""
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    prefix = prefix_of(key)
    statement = (
        insert(reference_number)
        .values(prefix=prefix, cycle=cycle, last=1)
        .on_conflict_do_update(index_elements=["prefix", "cycle"], set_={"last": reference_number.c.last + 1})
        .returning(reference_number.c.last)
    )
    return f"{prefix}-{cycle}-{connection.execute(statement).scalar_one():04d}"
