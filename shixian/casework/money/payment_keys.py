"""The keys of attempts: the same obligation and the same ordinal give the same key, in every copy of this database.

A key must be there before the call and is never used for another attempt. A random one would do for that; but a
database restored from yesterday's backup would then release today's batch once more under *new* keys, and no treasury
could know them again. So a key is a digest of what a restored copy still knows: which database this is (the hash of its
very first event), the obligation's identity, unique for ever, and how many attempts the obligation has had before.
The amount and the account are not in it: the same key with another amount must be an error at the treasury, not a new
payment. See docs/decisions/0008-restored-backups.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection, func, select

from models import attempt, case_file, event, obligation
from shixian.casework.chain import SEPARATOR

AHEAD = 8
"""How many further ordinals are looked at where attempts may have been lost: none of them may have reached anyone."""


def attempt_key(lineage: str, case: str, decision: str, payee: str, sequence: int, ordinal: int) -> str:
    """32 hexadecimal digits. `ordinal` counts the obligation's attempts from 1."""
    parts = ("shixian-attempt-1", lineage, case, decision, payee, str(sequence), str(ordinal))
    return sha256(SEPARATOR.join(parts).encode()).hexdigest()[:32]


def lineage(connection: Connection) -> str:
    """Which database this is: the hash of its first event, which every backup of it that owes anything holds."""
    return connection.scalar(select(event.c.hash).order_by(event.c.id).limit(1)) or ""


def next_keys(connection: Connection, obligations: Sequence[int], *, count: int = 1) -> dict[int, list[str]]:
    """For each obligation the key of its next attempt, and of the ones after it: `count` of them."""
    had = (
        select(attempt.c.obligation_id, func.count().label("had"))
        .where(attempt.c.obligation_id.in_(obligations))
        .group_by(attempt.c.obligation_id)
        .subquery()
    )
    columns = obligation.c
    query = (
        select(columns.id, case_file.c.ref, columns.decision, columns.payee, columns.sequence, had.c.had)
        .join(case_file, case_file.c.id == columns.case_id)
        .outerjoin(had, had.c.obligation_id == columns.id)
        .where(columns.id.in_(obligations))
    )
    own = lineage(connection)
    return {
        row.id: [
            attempt_key(own, row.ref, row.decision, row.payee, row.sequence, (row.had or 0) + number)
            for number in range(1, count + 1)
        ]
        for row in connection.execute(query)
    }
