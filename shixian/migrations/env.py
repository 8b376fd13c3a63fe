"""Alembic's environment: the connection comes from the caller, so that there is one way to open a database.

Another program may also run it with `alembic -x url=sqlite:///cases.db`; SQLite gets batch mode, for it cannot alter a
column in place. Batch mode makes a table anew and drops its triggers: a revision that uses it on an append-only table
must create them again.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy.types import TypeDecorator

from models import METADATA


def plain_type(kind: str, item: Any, _: Any) -> Any:
    """A revision names database types only: it must mean the same when the models have moved on."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if kind == "type" and type(item).__name__ == "AutoString":
        return "sa.String()"
    return False


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=plain_type,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = sa.create_engine(context.get_x_argument(as_dictionary=True)["url"])
    with engine.begin() as own:
        run(own)
