"""Disbursement batches: proposed and frozen, edited into new ones, approved, cancelled, released to be paid.

Maker, last editor, every checker and the releaser of one batch are different people, whatever roles they hold. What is
approved is a content hash; it is computed again from the rows, with each payee's newest account, before each step, so
that whatever changed in between voids the approval. Each function is one transaction with its note in `batch:REF`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from models import BatchStatus, batch_approval, batch_line, case_file, obligation
from shixian.casework.database import in_turn
from shixian.casework.journal import Note
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.money.appropriations import closed, give_back, require_line, take_turn
from shixian.casework.money.batch_content import SECOND_CHECKER_ABOVE, Limit, require_unchanged
from shixian.casework.money.batch_making import freeze, nothing_payable, sort_out, waiting_rows
from shixian.casework.money.batch_steps import (
    DIFFERENT_PEOPLE,
    checkers,
    different,
    in_status,
    locked,
    refusals_recorded,
    same_person,
    set_status,
    status_word,
)
from shixian.casework.money.batch_views import BatchView, batches, show, view_of
from shixian.casework.staff.people import Permission, Person, require
from shixian.rules.errors import BatchError
from shixian.rules.periods import legal_day

# -- making ------------------------------------------------------------------------------------------------------------


def propose(
    engine: Engine,
    key: str,
    as_of: date,
    *,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
    second_checker_above: Limit = SECOND_CHECKER_ABOVE,
) -> BatchView:
    """Freeze everything of a lifecycle that can be paid as of a day; what cannot is in the view's refusals.

    Paid from the appropriation of the day's year. BatchError, naming every refusal, when nothing can be paid.
    """
    require(person, Permission.MAKE_BATCH)
    known = books or default_books()
    programme = known.lifecycle(key).regulation.key
    if as_of > legal_day(now):
        raise BatchError(f"{as_of} 尚未到来，不能按该日编制批次", clause="批次编制", remedy="按今日或以前的日期编制")

    def work(connection: Connection) -> BatchView:
        take_turn(connection, programme)
        line = require_line(connection, programme, as_of.year)
        if line.closed_on is not None:
            raise closed(line)
        waiting = waiting_rows(connection, key)
        if not waiting:
            raise BatchError(f"{key} 没有待付的义务，不编制批次", clause="批次编制", remedy="决定作出后再编制")
        chosen, refused = sort_out(connection, waiting, as_of, legal_day(now), known, line.left)
        if not chosen:
            raise nothing_payable(key, refused)
        header = {"lifecycle": key, "programme": programme, "year": as_of.year, "as_of": as_of, "replaces": None}
        header |= {"maker": person.key, "editor": person.key}
        return freeze(connection, header, chosen, refused, now=now, limit=second_checker_above)

    return in_turn(engine, work)


def revise(
    engine: Engine,
    ref: str,
    *,
    drop: Sequence[int],
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
    second_checker_above: Limit = SECOND_CHECKER_ABOVE,
) -> BatchView:
    """A new batch without the lines numbered in `drop`, every other line checked again; the old one is cancelled.

    Its approvals go with it. The person becomes the last editor, so it is not the maker. Without `drop` only when the
    content has changed since (another account), so that the rest can be checked and frozen anew.
    """
    require(person, Permission.MAKE_BATCH)
    known = books or default_books()

    def work(connection: Connection) -> BatchView:
        row = locked(connection, ref, programme_turn=True)
        in_status(row, "修改", BatchStatus.PROPOSED, BatchStatus.APPROVED)
        if person.key == row["maker"]:
            raise same_person(person, row, "编制", "修改")
        kept, gone = _kept(connection, row, drop)
        if not gone and _unchanged(connection, row):
            raise BatchError(f"批次 {ref} 没有改动", clause="批次冻结", remedy="写明要去掉的笔号：--drop 3")
        _let_go(connection, row)
        line = require_line(connection, row["programme"], row["year"])
        if line.closed_on is not None:
            raise closed(line)
        chosen, refused = sort_out(connection, kept, row["as_of"], legal_day(now), known, line.left)
        if not chosen:
            raise nothing_payable(row["lifecycle"], refused)
        header = {name: row[name] for name in ("lifecycle", "programme", "year", "as_of", "maker")}
        header |= {"editor": person.key, "replaces": row["id"]}
        made = freeze(connection, header, chosen, refused, now=now, limit=second_checker_above)
        data = {"reason": f"改编为 {made.ref}", "replaced_by": made.ref, "dropped": sorted(gone)}
        set_status(connection, row, BatchStatus.CANCELLED, Note("cancelled", legal_day(now), data), person, now)
        return view_of(connection, made.ref)

    return in_turn(engine, work)


def cancel(engine: Engine, ref: str, *, reason: str, person: Person, now: datetime) -> BatchView:
    """Give up a batch that was not released: its lines and what it held of the appropriation are free again."""
    if not person.may(Permission.CHECK_BATCH):
        require(person, Permission.MAKE_BATCH)
    if not reason.strip():
        raise BatchError("撤销批次须写明理由", clause="批次撤销", remedy="加 --reason 理由")

    def work(connection: Connection) -> BatchView:
        row = locked(connection, ref)
        in_status(row, "撤销", BatchStatus.PROPOSED, BatchStatus.APPROVED)
        _let_go(connection, row)
        note = Note("cancelled", legal_day(now), {"reason": reason})
        set_status(connection, row, BatchStatus.CANCELLED, note, person, now)
        return view_of(connection, ref)

    return in_turn(engine, work)


def _kept(connection: Connection, row: RowMapping, drop: Sequence[int]) -> tuple[list[RowMapping], set[int]]:
    """The obligations of the lines that stay, and the numbers of those that go. BatchError for a number not there."""
    joined = select(obligation, case_file.c.ref.label("case_ref"), batch_line.c.number.label("number"))
    joined = joined.join(case_file, case_file.c.id == obligation.c.case_id)
    joined = joined.join(batch_line, batch_line.c.obligation_id == obligation.c.id)
    query = joined.where(batch_line.c.batch_id == row["id"]).order_by(batch_line.c.number)
    lines = list(connection.execute(query).mappings())
    gone = set(drop)
    unknown = gone - {line["number"] for line in lines}
    if unknown:
        numbers = "、".join(str(one) for one in sorted(unknown))
        raise BatchError(f"批次 {row['ref']} 没有第 {numbers} 笔", remedy=f"共 {len(lines)} 笔，见 shixian batch show")
    kept = [line for line in lines if line["number"] not in gone]
    if not kept:
        raise BatchError(
            f"批次 {row['ref']} 去掉后没有一笔", clause="批次编制", remedy="改为撤销：shixian batch cancel"
        )
    return kept, gone


def _let_go(connection: Connection, row: RowMapping) -> None:
    """Free the lines, and what the batch held of the appropriation."""
    ended = (batch_line.c.batch_id == row["id"]) & batch_line.c.alive
    connection.execute(update(batch_line).where(ended).values(alive=False))
    give_back(connection, row["programme"], row["year"], row["fen"])


def _unchanged(connection: Connection, row: RowMapping) -> bool:
    try:
        require_unchanged(connection, row)
    except BatchError:
        return False
    return True


# -- checking and releasing --------------------------------------------------------------------------------------------


def approve(engine: Engine, ref: str, *, content: str | None = None, person: Person, now: datetime) -> BatchView:
    """A checker approves exactly this content. `content`, when given, is the hash that the checker has seen.

    A refusal is recorded in the batch's journal, as is that of a release.
    """

    def work(connection: Connection) -> BatchView:
        row = locked(connection, ref)
        before = checkers(connection, row["id"])
        in_status(row, "复核", BatchStatus.PROPOSED)
        different(person, row, before, "复核")
        if content is not None and content != row["content"]:
            raise BatchError(
                f"所复核的内容 {content[:12]} 不是批次 {ref} 现在的内容 {row['content'][:12]}",
                clause="批次冻结",
                remedy=f"重新查看后复核（shixian batch show {ref}）",
            )
        require_unchanged(connection, row)
        approval = {"batch_id": row["id"], "number": len(before) + 1, "person": person.key, "content": row["content"]}
        connection.execute(insert(batch_approval), approval | {"recorded_at": now})
        enough = len(before) + 1 >= row["approvals"]
        data = {"number": len(before) + 1, "of": row["approvals"], "content": row["content"]}
        status = BatchStatus.APPROVED if enough else BatchStatus.PROPOSED
        set_status(connection, row, status, Note("approved", legal_day(now), data), person, now)
        return view_of(connection, ref)

    with refusals_recorded(engine, ref, "approve", person, now):
        require(person, Permission.CHECK_BATCH)
        return in_turn(engine, work)


def authorize_release(
    engine: Engine,
    ref: str,
    *,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
    second_checker_above: Limit | None = None,
) -> BatchView:
    """Let an approved batch go: see `batch_release`."""
    from shixian.casework.money.batch_release import release

    def work(connection: Connection) -> BatchView:
        return release(connection, ref, person, now, books or default_books(), second_checker_above)

    with refusals_recorded(engine, ref, "release", person, now):
        require(person, Permission.RELEASE_BATCH)
        return in_turn(engine, work)


__all__ = [
    "DIFFERENT_PEOPLE",
    "BatchView",
    "approve",
    "authorize_release",
    "batches",
    "cancel",
    "propose",
    "revise",
    "show",
    "status_word",
]
