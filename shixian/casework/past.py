"""What was before this system: earlier cycles' results and bars still running, taken over with their source."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, insert

from models import bar, history
from shixian.casework.database import transaction
from shixian.casework.staff.people import Permission, Person, require


def take_over_history(
    engine: Engine, key: str, subject: str, cycle: int, value: str, *, source: str, clause: str = "", person: Person
) -> None:
    """A line of history (a grade, a winner) of a cycle before this system; `source` names the document it is from."""
    require(person, Permission.TAKE_OVER)
    row = {"key": key, "subject": subject, "cycle": cycle, "value": value, "clause": clause, "source": source}
    with transaction(engine) as connection:
        connection.execute(insert(history), row)


def take_over_bar(
    engine: Engine,
    subject: str,
    lifecycle: str,
    first_day: date,
    last_day: date | None,
    *,
    clause: str,
    text: str,
    source: str,
    person: Person,
) -> None:
    """A bar that was imposed before this system and may still run."""
    require(person, Permission.TAKE_OVER)
    row = {"subject": subject, "lifecycle": lifecycle, "first_day": first_day, "last_day": last_day}
    with transaction(engine) as connection:
        connection.execute(insert(bar), row | {"clause": clause, "text": text, "source": source})
