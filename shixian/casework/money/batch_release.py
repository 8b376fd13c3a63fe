"""The release of an approved batch: every check again, at this moment, and a planned attempt for each line that passes.

A line that fails is stopped (its refusal is kept, its part of the appropriation is free); the others go on. The cases
are held while they are looked at, so that an objection filed at the same time comes either before the look or after the
release. Released again by the same person: nothing changes, so that a release that was interrupted can go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from models import BatchStatus, attempt, batch_approval, batch_line, case_file, obligation
from shixian.casework.journal import Note
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money.appropriations import closed, give_back, require_line
from shixian.casework.money.batch_content import Limit, checkers_needed, require_unchanged
from shixian.casework.money.batch_making import Refused, not_reserved, refuse
from shixian.casework.money.batch_steps import (
    DIFFERENT_PEOPLE,
    checkers,
    different,
    in_status,
    locked,
    set_status,
    status_word,
)
from shixian.casework.money.batch_views import BatchView, view_of
from shixian.casework.money.last_look import hold_cases
from shixian.casework.money.payable import check_all, reserved_years
from shixian.casework.money.payable_known import grouped
from shixian.casework.staff.people import Person
from shixian.rules.errors import BatchError, NotPermitted
from shixian.rules.periods import legal_day
from shixian.rules.state import Refusal


def release(
    connection: Connection, ref: str, person: Person, now: datetime, books: LawBooks, limit: Limit | None
) -> BatchView:
    """Release the batch. `limit`: the threshold as it is now; it can ask for more checkers, never for fewer."""
    row = locked(connection, ref)
    if row["status"] in (BatchStatus.RELEASED, BatchStatus.DONE):
        return _once_more(connection, row, person)
    checked = checkers(connection, row["id"])
    in_status(row, "放行", BatchStatus.APPROVED)
    different(person, row, checked, "放行")
    require_unchanged(connection, row)
    _approved(connection, row, limit)
    line = require_line(connection, row["programme"], row["year"])
    if line.closed_on is not None:
        raise closed(line)
    going, stopped = _looked_at_again(connection, row, now, books)
    _stop(connection, row, stopped)
    day = legal_day(now)
    data = {"count": len(going), "fen": sum(one["fen"] for one in going), "stopped": len(stopped)}
    note = Note("released", day, data | {"content": row["content"]})
    released = {"releaser": person.key, "released_at": now}
    set_status(connection, row, BatchStatus.RELEASED, note, person, now, **released)
    if going:
        from shixian.casework.money import attempts

        attempts.plan(connection, row["id"], going, recorded_at=now, person=person.key)
    else:
        again = locked(connection, ref)
        nothing = Note("batch_done", day, {"reason": "放行时各笔均被暂缓"})
        set_status(connection, again, BatchStatus.DONE, nothing, person, now, settled_at=now)
    return view_of(connection, ref)


def _once_more(connection: Connection, row: RowMapping, person: Person) -> BatchView:
    if row["releaser"] == person.key:
        return view_of(connection, row["ref"])
    raise NotPermitted(
        f"批次 {row['ref']} {status_word(row['status'])}，由 {row['releaser']} 放行，“{person.name}”不能再次放行",
        clause=DIFFERENT_PEOPLE,
        remedy="中断的放行由原放行人继续",
    )


def _approved(connection: Connection, row: RowMapping, limit: Limit | None) -> None:
    """Enough different checkers of exactly this content; BatchError otherwise."""
    needed = max(row["approvals"], checkers_needed(row["fen"], limit) if limit is not None else 0)
    columns = batch_approval.c
    exactly = (columns.batch_id == row["id"]) & (columns.content == row["content"])
    have = {one for one in connection.scalars(select(columns.person).where(exactly))} - {row["maker"], row["editor"]}
    if len(have) < needed:
        raise BatchError(
            f"批次 {row['ref']} 须 {needed} 人复核，现有 {len(have)} 人",
            clause="复核人数",
            remedy="由另一人复核；已复核完毕而界限后来降低的，撤销后重新编制",
        )


def _looked_at_again(
    connection: Connection, row: RowMapping, now: datetime, books: LawBooks
) -> tuple[list[RowMapping], list[Refused]]:
    columns = batch_line.c
    joined = (
        select(obligation, columns.number, columns.id.label("line_id"), columns.account_id, columns.fingerprint)
        .add_columns(case_file.c.ref.label("case_ref"))
        .join(obligation, obligation.c.id == columns.obligation_id)
        .join(case_file, case_file.c.id == obligation.c.case_id)
        .where(columns.batch_id == row["id"], columns.alive)
        .order_by(columns.number)
    )
    lines = list(connection.execute(joined).mappings())
    hold_cases(connection, [line["case_ref"] for line in lines])
    today = legal_day(now)
    found = check_all(connection, lines, as_of=max(row["as_of"], today), books=books, today=today)
    years = reserved_years(connection, (line["id"] for line in lines))
    tried = _tried(connection, lines)
    going: list[RowMapping] = []
    stopped: list[Refused] = []
    for line in lines:
        own = years.get(line["id"], {})
        refusal = found[line["id"]] or tried.get(line["id"]) or not_reserved(line, own)
        refusal = refusal or _elsewhere(line, own, row["year"])
        if refusal is None:
            going.append(line)
        else:
            stopped.append(Refused(line, refusal))
    return _as_lines(connection, row["id"], going), stopped


def _tried(connection: Connection, lines: Sequence[RowMapping]) -> dict[int, Refusal]:
    """Obligations with an attempt that may have paid or may still pay: never a second one beside it."""
    found: dict[int, Refusal] = {}
    for group in grouped(lines):
        by_id = {line["id"]: line for line in group}
        alive = select(attempt.c.obligation_id, attempt.c.key, attempt.c.status)
        for number, key, status in connection.execute(alive.where(attempt.c.obligation_id.in_(by_id), attempt.c.alive)):
            because = f"该笔义务已有支付 {key}（{status}）"
            found[number] = Refusal(
                "attempt_alive", because, by_id[number]["clause"], "查明该笔支付的结果，不得重复支付"
            )
    return found


def _elsewhere(line: RowMapping, years: dict[int, int], year: int) -> Refusal | None:
    if set(years) == {year}:
        return None
    because = f"该笔义务预留在 {'、'.join(map(str, years))} 年度，批次由 {year} 年度支付"
    return Refusal("other_year", because, line["clause"], "列入该年度的批次")


def _as_lines(connection: Connection, batch_id: int, going: Sequence[RowMapping]) -> list[RowMapping]:
    """The batch lines themselves, as `attempts.plan` takes them."""
    wanted = {line["line_id"] for line in going}
    query = select(batch_line).where(batch_line.c.batch_id == batch_id).order_by(batch_line.c.number)
    return [line for line in connection.execute(query).mappings() if line["id"] in wanted]


def _stop(connection: Connection, row: RowMapping, stopped: Sequence[Refused]) -> None:
    if not stopped:
        return
    refuse(connection, row["id"], "released", stopped)
    for group in grouped([one.row["line_id"] for one in stopped]):
        connection.execute(update(batch_line).where(batch_line.c.id.in_(group)).values(alive=False))
    give_back(connection, row["programme"], row["year"], sum(one.row["fen"] for one in stopped))
