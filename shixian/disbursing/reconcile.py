"""Reconciliation: a day's statement against attempts and ledger, line by line; what differs is listed by kind.

The statement comes from the treasury, or from a camt.053 file. Reading it twice changes nothing. What a statement does
not show is listed and stays what it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from shixian import clock
from shixian.casework.money import statements
from shixian.casework.money.payable_known import grouped
from shixian.casework.money.statements import TOGETHER, Finding, Missing, Taken
from shixian.casework.staff.people import THE_SYSTEM, Permission, Person, require
from shixian.rules.errors import CaseworkError
from shixian.treasury.port import Statement, Treasury, TreasuryError

_MOST_ALARMS = 500


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a statement showed. `known`: lines read before. `absent`: paid with us, in no statement so far."""

    day: date
    source: str
    reference: str
    lines: int
    taken: Taken
    absent: int
    missing: tuple[Missing, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing is left for a person."""
        left = [finding for finding in statements.FOR_PEOPLE if self.taken.findings[finding]]
        return not left and not self.taken.alarms and not self.absent

    def to_lines(self) -> list[str]:
        """For a person."""
        found = "，".join(f"{finding.label} {number}" for finding, number in sorted(self.taken.findings.items()))
        said = [f"{self.day} 对账（{self.source} {self.reference}）：{self.lines} 行，先前已读 {self.taken.known} 行"]
        said += [f"新读：{found}"] if found else []
        said += [f"警报：{alarm}" for alarm in self.taken.alarms]
        if self.absent:
            said.append(f"本库已付而对账单未见 {self.absent} 笔，状态不变：")
            said += [f"  {one.paid_on} {one.batch} {one.case} {one.fen} 分 {one.key}" for one in self.missing]
        return [*said, "相符" if self.agrees else "有差异，须由人处理：shixian reconcile --repair"]

    def to_json(self) -> dict[str, Any]:
        """Counts, keys and case references; no account, no name."""
        return {
            "day": self.day.isoformat(),
            "source": self.source,
            "statement": self.reference,
            "lines": self.lines,
            "known": self.taken.known,
            "findings": {finding.value: number for finding, number in sorted(self.taken.findings.items())},
            "alarms": list(self.taken.alarms),
            "absent": self.absent,
            "missing": [
                {"key": one.key, "batch": one.batch, "case": one.case, "fen": one.fen, "paid_on": f"{one.paid_on}"}
                for one in self.missing
            ],
            "agrees": self.agrees,
        }


async def reconcile(
    engine: Engine,
    day: date,
    *,
    treasury: Treasury,
    person: Person = THE_SYSTEM,
    now: Callable[[], datetime] = clock.now,
) -> Reconciled:
    """Take the treasury's statement of a day in. TreasuryError when it cannot be had whole: then nothing was taken."""
    statement = await treasury.statement(day)
    return await asyncio.to_thread(take_statement, engine, statement, person=person, now=now)


def reconcile_file(
    engine: Engine,
    file: Path,
    *,
    day: date | None = None,
    person: Person = THE_SYSTEM,
    now: Callable[[], datetime] = clock.now,
) -> list[Reconciled]:
    """Take the statements of a camt.053 file in. MalformedFile, or another day than `day`: nothing was taken."""
    from shixian.treasury.iso20022 import camt053

    try:
        data = file.read_bytes()
    except OSError as error:
        raise TreasuryError(f"文件 {file} 不能读取：{error.strerror}") from error
    found = camt053.read(data, file.name)
    wrong = [statement.day for statement in found if day is not None and statement.day != day]
    if wrong:
        raise CaseworkError(f"{file.name} 是 {wrong[0]} 的对账单，不是 {day} 的", remedy="核对日期和文件")
    return [take_statement(engine, statement, person=person, now=now) for statement in found]


def take_statement(engine: Engine, statement: Statement, *, person: Person, now: Callable[[], datetime]) -> Reconciled:
    """Take a statement in, a group of lines a transaction; then say what is missing."""
    if person.key != THE_SYSTEM.key and not person.may(Permission.CHECK_BATCH):
        require(person, Permission.RELEASE_BATCH)
    taken = Taken()
    for some in grouped(statement.lines, TOGETHER):
        words: dict[str, Any] = {"legal_day": statement.day, "now": now(), "person": person}
        taken.add(statements.take_lines(engine, statement.source, statement.reference, some, **words))
        del taken.alarms[_MOST_ALARMS:]
    while (again := statements.look_again(engine, legal_day=statement.day, now=now(), person=person)).findings:
        taken.add(again)
    statements.day_reconciled(engine, statement.day, statement.source, now=now(), person=person)
    absent, missing = statements.missing(engine, statement.day)
    return Reconciled(
        statement.day, statement.source, statement.reference, len(statement.lines), taken, absent, tuple(missing)
    )


__all__ = ["Finding", "Reconciled", "reconcile", "reconcile_file", "take_statement"]
