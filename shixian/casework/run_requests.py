"""Who asked for which cycle run: noted before the run is started, since starting it is outside of our transaction."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Engine

from shixian.casework.database import transaction
from shixian.casework.journal import Note, write
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.staff.people import Permission, Person, require, require_scope
from shixian.rules.errors import CaseworkError
from shixian.rules.periods import legal_day

JOURNAL = "cycle-runs"


def request_run(
    engine: Engine,
    key: str,
    cycle: int | None,
    as_of: date,
    *,
    dry_run: bool,
    by: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> None:
    """Note the request. NotPermitted without the right to run cycles; CaseworkError for a day that is still to come:
    its clocks would be settled before they have run out."""
    require(by, Permission.RUN_CYCLE)
    require_scope(by, (books or default_books()).lifecycle(key))
    if as_of > legal_day(now) and not dry_run:
        raise CaseworkError(f"截止日 {as_of} 尚未到来", remedy="填写今日或以前的一日；试算以后的情形选择试运行")
    data = {"lifecycle": key, "cycle": cycle or 0, "as_of": as_of.isoformat(), "dry_run": dry_run}
    with transaction(engine) as connection:
        write(connection, JOURNAL, [Note("run_requested", legal_day(now), data)], recorded_at=now, person=by.key)
