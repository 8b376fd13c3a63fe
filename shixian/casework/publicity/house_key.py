"""The house's own key: what progress codes and the digests of requests are derived from. Kept with the sealing keys.

It stands under the number 0, which is no case's. It is made when it is first needed and is as secret as the keys that
seal identities; destroying it makes every progress code given out so far void, and nothing else.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.fernet import Fernet
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import sealing_key

NO_CASE = 0


def house_key(connection: Connection, *, now: datetime) -> bytes:
    """The key; made in this write transaction if there is none yet."""
    found = find_key(connection)
    if found is None:
        make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        row = {"case_id": NO_CASE, "key": Fernet.generate_key().decode(), "recorded_at": now}
        connection.execute(make(sealing_key).on_conflict_do_nothing(index_elements=["case_id"]), row)
        found = find_key(connection)
        assert found is not None
    return found


def find_key(connection: Connection) -> bytes | None:
    """The key, if there is one."""
    key = connection.scalar(select(sealing_key.c.key).where(sealing_key.c.case_id == NO_CASE))
    return None if key is None else key.encode()
