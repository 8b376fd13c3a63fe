"""Who looks after a case: one officer at a time, given by a section head or taken by an officer; each change noted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update

from models import assignment, case_file
from shixian.casework.database import transaction
from shixian.casework.journal import Note, write
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.staff.people import Permission, Person, find_person, in_scope, require_scope
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from shixian.rules.periods import legal_day

MOST = 200  # cases given in one transaction


def journal_of(ref: str) -> str:
    return f"case:{ref}"


def assign(
    engine: Engine,
    refs: Sequence[str],
    to: str | None,
    *,
    by: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> int:
    """Give the cases to an officer (None: to nobody); how many changed hands. All of them, or none.

    A section head gives any case to anybody who may work on it; an officer takes what nobody has, and returns his own.
    """
    head, officer = by.may(Permission.HEAD_ACT), by.may(Permission.OFFICE_ACT)
    if not head and not officer:
        raise NotPermitted(f"“{by.name}”无权分派案件", remedy="应由审批或经办办理")
    if len(refs) > MOST:
        raise CaseworkError(f"一次最多分派 {MOST} 件", remedy="分几次办理")
    laws = books or default_books()
    taker = None if to is None else find_person(engine, to)
    if taker is not None and not taker.may(Permission.OFFICE_ACT):
        raise NotPermitted(f"“{taker.name}”不是办理案件的账号", remedy="分派给经办或审批")
    with transaction(engine) as connection:
        columns = (case_file.c.id, case_file.c.ref, case_file.c.lifecycle, case_file.c.status, assignment.c.person)
        query = select(*columns).outerjoin(assignment, assignment.c.case_id == case_file.c.id)
        rows = {row.ref: row for row in connection.execute(query.where(case_file.c.ref.in_(refs)))}
        changed = 0
        for ref in dict.fromkeys(refs):
            row = rows.get(ref)
            if row is None:
                raise NotFound(f"没有 {ref} 这一案件", remedy="核对案号")
            lifecycle = laws.lifecycle(row.lifecycle)
            require_scope(by, lifecycle)
            if taker is not None and not in_scope(taker, lifecycle):
                raise NotPermitted(f"{ref} 不在“{taker.name}”的办理范围内", remedy="分派给范围内的人员")
            if row.person == to:
                continue
            if not head and not (row.person is None and to == by.key) and not (row.person == by.key and to is None):
                raise NotPermitted(
                    f"{ref} 由他人办理，或拟交他人办理",
                    remedy="经办领取无人办理的案件、退回自己的案件；改派由审批办理",
                )
            values = {"person": to, "assigned_by": by.key, "assigned_at": now}
            if to is None:
                connection.execute(delete(assignment).where(assignment.c.case_id == row.id))
            elif row.person is None:
                connection.execute(insert(assignment), values | {"case_id": row.id})
            else:
                connection.execute(update(assignment).where(assignment.c.case_id == row.id).values(**values))
            note = Note("assigned", legal_day(now), {"from": row.person or "", "to": to or ""})
            write(connection, journal_of(ref), [note], recorded_at=now, person=by.key)
            changed += 1
    return changed
