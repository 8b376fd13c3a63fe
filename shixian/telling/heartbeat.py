"""The journal `telling`: one entry a run, which is how the house knows that people were told today."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from models import journal_event

JOURNAL = "telling"
TOLD, GAVE_UP, TRIED_AGAIN = "told", "gave_up", "tried_again"


def last_told(connection: Connection) -> datetime | None:
    """When the last run wrote its entry; None when there never was one."""
    columns = journal_event.c
    query = select(columns.recorded_at).where(columns.journal == JOURNAL, columns.kind == TOLD)
    return connection.scalar(query.order_by(columns.seq.desc()).limit(1))
