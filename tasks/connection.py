"""The tasks' database: opened once a process, from the settings; never a flow parameter."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Engine

from shixian.casework.database import open_database
from shixian.settings import settings


@cache
def _open(url: str) -> Engine:
    return open_database(url)


def engine() -> Engine:
    """The engine of the configured database."""
    return _open(settings().database_url)
