"""Looks: who read personal data, kept for ever; and what each person has seen of a case, so that news stands out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import case_file, case_look, look
from shixian.casework.database import transaction
from shixian.casework.staff.people import Person

KINDS = ("case", "document", "identity", "account", "export")


def record_look(engine: Engine, person: Person, what: str, subject: str, *, now: datetime, address: str = "") -> None:
    """Note that somebody read personal data: `what` is one of KINDS, `subject` the case, the payee, the filter."""
    if what not in KINDS:
        raise ValueError(f"a look at {what!r} is none of {KINDS}")
    row = {"person": person.key, "looked_at": now, "what": what, "subject": subject[:500], "address": address}
    with transaction(engine) as connection:
        connection.execute(insert(look), row)


def saw_case(engine: Engine, person: Person, ref: str, *, now: datetime, address: str = "") -> None:
    """Somebody opened a case's page: noted as a look, and how many events he has now seen of it."""
    with transaction(engine) as connection:
        row = connection.execute(select(case_file.c.id, case_file.c.number).where(case_file.c.ref == ref)).one_or_none()
        if row is None:
            return
        seen = {"person": person.key, "looked_at": now, "what": "case", "subject": ref, "address": address}
        connection.execute(insert(look), seen)
        make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        values = {"number": row.number, "looked_at": now}
        statement = make(case_look).values(case_id=row.id, person=person.key, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["case_id", "person"], set_=values))
