"""What all tables share: one metadata with named constraints (migrations need the names), and the base class."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Record(SQLModel, registry=registry(metadata=METADATA)):
    """A row of one of our tables. Casework writes them by `Table`, in sets; never through the unit of work."""


def table_of(model: Any) -> Table:
    """The table of a model, for SQLAlchemy Core."""
    return cast(Table, model.__table__)
