"""Opens a case for each row of a checked file, in one transaction: all of them or none, unless asked otherwise.

The same file twice adds nothing: a row's identity (its 申报编号, or all it says) is unique in `case_file`. What the
engine refuses to open (a version not in force, a bar, a condition, a limit) refuses the row, with its clause.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, and_, select

from models import case_file, event, refused_opening
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.nightly import clocks_without_deadline
from shixian.casework.references import next_reference
from shixian.casework.staff.people import THE_SYSTEM, Permission, Person, require
from shixian.casework.store import SqlStore
from shixian.casework.work import attempt
from shixian.intake.checking import Problem, RowResult, check_rows
from shixian.intake.columns import standing_alone
from shixian.intake.reader import read_rows
from shixian.intake.sheet import Sheet
from shixian.rules import proceedings
from shixian.rules.errors import IntakeError, NotPermitted, RecordError
from shixian.rules.facts import to_stored
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import legal_day
from shixian.rules.state import Refusal

CHUNK = 200  # rows that share one store: enough to look up in sets, few enough to hold in memory


class Status(StrEnum):
    OPENED = "opened"
    PRESENT = "present"
    WITHHELD = "withheld"
    REFUSED = "refused"

    @property
    def zh(self) -> str:
        return {"opened": "已立案", "present": "早已导入", "withheld": "合格，未导入", "refused": "拒收"}[self.value]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: its case, or every reason why not."""

    row: int
    status: Status
    ref: str = ""
    problems: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        problems = [problem.to_json() for problem in self.problems]
        return {"row": self.row, "status": self.status.value, "ref": self.ref, "problems": problems}


@dataclass(frozen=True, slots=True)
class Report:
    """Every row of the file, in order. `written`: the transaction was kept."""

    lifecycle: str
    source: str
    digest: str
    written: bool
    rows: tuple[Outcome, ...] = field(default=())

    def count(self, status: Status) -> int:
        return sum(1 for row in self.rows if row.status is status)

    @property
    def refused(self) -> bool:
        return self.count(Status.REFUSED) > 0

    def to_json(self) -> dict[str, Any]:
        return {
            "lifecycle": self.lifecycle,
            "source": self.source,
            "digest": self.digest,
            "written": self.written,
            "counts": {status.value: self.count(status) for status in Status},
            "rows": [row.to_json() for row in self.rows],
        }


class _Undo(Exception):
    """Leaves the transaction without keeping it; carries what would have happened."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self.outcomes = outcomes


def import_file(
    engine: Engine,
    key: str,
    path: Path | str,
    *,
    day: date,
    person: Person = THE_SYSTEM,
    now: datetime,
    dry_run: bool = False,
    all_or_nothing: bool = True,
    books: LawBooks | None = None,
) -> Report:
    """Read, check and import a file; `day` is the day of opening where a row names none.

    With `all_or_nothing` (the default) one refused row keeps all others out. Raises IntakeError when the file as a
    whole cannot be taken, NotPermitted when the person may not.
    """
    require(person, Permission.OPEN_CASE)
    if person.outside:
        raise NotPermitted(f"“{person.name}”不能批量导入", remedy="申报单位逐项申报；批量导入由经办人办理")
    if day > legal_day(now):
        raise IntakeError(f"立案日 {day} 晚于导入之时", remedy="到该日再导入")
    books = books or default_books()
    lifecycle = standing_alone(books.lifecycle(key))
    sheet = read_rows(path)
    results = check_rows(lifecycle, sheet, day)

    def work(store: SqlStore) -> list[Outcome]:
        outcomes = open_all(store, lifecycle, sheet, results, day)
        if dry_run or (all_or_nothing and any(outcome.status is Status.REFUSED for outcome in outcomes)):
            raise _Undo(outcomes)
        return outcomes

    try:
        outcomes = attempt(engine, work, books=books, now=now, person=person.key, actor=person.key)
    except _Undo as undone:
        return Report(key, sheet.source, sheet.digest, False, tuple(_withheld(row) for row in undone.outcomes))
    return Report(key, sheet.source, sheet.digest, True, tuple(outcomes))


def _withheld(outcome: Outcome) -> Outcome:
    return Outcome(outcome.row, Status.WITHHELD) if outcome.status is Status.OPENED else outcome


def open_all(
    store: SqlStore, lifecycle: Lifecycle, sheet: Sheet, results: Sequence[RowResult], day: date
) -> list[Outcome]:
    """Open a case for every accepted row over the store's connection; the caller keeps the transaction or drops it."""
    outcomes: list[Outcome] = []
    for chunk in _chunks(results):
        outcomes.extend(_Opening(store, lifecycle, sheet, chunk, day).outcomes())
    return outcomes


def _chunks(results: Sequence[RowResult]) -> Iterator[list[RowResult]]:
    rest = iter(results)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


class _ImportStore(SqlStore):
    """Keeps a refused opening once: the same row of the same file, refused again for the same reason, is no news."""

    before: Mapping[str, tuple[str, str]] = {}  # origin -> (reference, reason) of an earlier refusal

    def refused_opening(self, lifecycle: Lifecycle, ref: str, day: date, refusal: Refusal) -> None:
        if self.before.get(self.origin) != (ref, refusal.because):
            super().refused_opening(lifecycle, ref, day, refusal)


class _Opening:
    """The rows of one chunk, with what the database already knows of them."""

    def __init__(
        self, store: SqlStore, lifecycle: Lifecycle, sheet: Sheet, chunk: Sequence[RowResult], day: date
    ) -> None:
        self.lifecycle, self.chunk, self.day = lifecycle, chunk, day
        self.store = _ImportStore(
            store.connection, store.books, recorded_at=store.recorded_at, person=store.person, actor=store.actor
        )
        self.origins = {result.row: f"导入 {sheet.source}（{sheet.digest[:16]}）第{result.row}行" for result in chunk}
        self.known = self._known()
        self.store.before = self._refused_before()

    def outcomes(self) -> list[Outcome]:
        return [self._row(result) for result in self.chunk]

    def _row(self, result: RowResult) -> Outcome:
        if not result.accepted:
            return Outcome(result.row, Status.REFUSED, problems=result.problems)
        if result.identity in self.known:
            ref, opened, data = self.known[result.identity]
            changed = _changes(self.lifecycle, result, opened, data)
            if not changed:
                return Outcome(result.row, Status.PRESENT, ref)
            reason = f"该编号已导入为 {ref}，本次内容不同：{'、'.join(changed)}；已立案的在案件中更正，不重复导入"
            return Outcome(result.row, Status.REFUSED, problems=(Problem("申报编号", result.external, reason),))
        return self._open(result)

    def _open(self, result: RowResult) -> Outcome:
        store, lifecycle = self.store, self.lifecycle
        day = result.opened or self.day
        cycle = day.year if result.cycle is None else result.cycle
        store.origin = self.origins[result.row]
        # A row refused before keeps the reference it was refused under: trying again uses up no number.
        earlier = store.before.get(store.origin)
        ref = earlier[0] if earlier is not None else next_reference(store.connection, lifecycle.key, cycle)
        store.imported[ref] = result.identity
        store.sealer.conceal({name: to_stored(value) for name, value in result.facts.items()})
        decided = proceedings.start(
            store, lifecycle, ref=ref, day=day, cycle=cycle, facts=result.facts, origin=store.origin
        )
        if decided.refusal is not None:
            refusal = decided.refusal
            reason = f"{refusal.because}，{refusal.remedy}" if refusal.remedy else refusal.because
            return Outcome(result.row, Status.REFUSED, problems=(Problem("", "", reason, refusal.clause),))
        missing = clocks_without_deadline(lifecycle, decided.case, store.law)
        if missing:
            raise RecordError(f"{ref}：{'、'.join(missing)} 没有期限", remedy="这是程序缺陷，本次导入未保存；请报告")
        return Outcome(result.row, Status.OPENED, ref)

    def _known(self) -> dict[str, tuple[str, date, dict[str, Any]]]:
        """The cases that rows of this chunk were imported as: reference, day of opening, what was said at opening."""
        keys = [result.identity for result in self.chunk if result.accepted]
        rows = self.store.connection.execute(
            select(case_file.c.imported_key, case_file.c.ref, event.c.legal_day, event.c.data)
            .join(event, and_(event.c.case_id == case_file.c.id, event.c.seq == 1))
            .where(case_file.c.imported_key.in_(keys))
        )
        return {row.imported_key: (row.ref, row.legal_day, json.loads(row.data)) for row in rows}

    def _refused_before(self) -> dict[str, tuple[str, str]]:
        columns = refused_opening.c
        taken = select(case_file.c.ref).where(case_file.c.ref == columns.ref).exists()
        rows = self.store.connection.execute(
            select(columns.origin, columns.ref, columns.because)
            .where(columns.lifecycle == self.lifecycle.key, columns.origin.in_(self.origins.values()), ~taken)
            .order_by(columns.id)
        )
        return {row.origin: (row.ref, row.because) for row in rows}


def _changes(lifecycle: Lifecycle, result: RowResult, opened: date, data: Mapping[str, Any]) -> list[str]:
    """The columns in which a row with a known 申报编号 differs from what its case was opened with.

    Sealed facts are left out: what was opened with them is encrypted. A day or year the row does not give is no change.
    """
    before: Mapping[str, Any] = data["facts"]
    now = {name: to_stored(value) for name, value in result.facts.items()}
    names = [f for f in lifecycle.facts.fields if not f.sealed and before.get(f.name) != now.get(f.name)]
    changed = [declared.label for declared in names]
    if result.opened is not None and result.opened != opened:
        changed.append("立案日")
    if result.cycle is not None and result.cycle != data["cycle"]:
        changed.append("年度")
    return changed
