"""What the finance pages show: what waits, batches, appropriations, statement lines, the ledger. Reading only.

Sums are fen. Free text from outside (a statement, a bank's reason) goes through `quiet`, which hides account numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Engine, exists, func, select

from models import (
    Account,
    AttemptStatus,
    BatchStatus,
    Direction,
    attempt,
    batch,
    batch_line,
    case_file,
    decision,
    obligation,
    statement_line,
)
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money.appropriations import Appropriation, appropriations, line_of
from shixian.casework.money.batch_making import Refused, sort_out, waiting_rows
from shixian.casework.money.recovery import Recovery, recoveries
from shixian.casework.money.scope import Scope, line_visible
from shixian.casework.money.statements import ALARMS, FOR_PEOPLE, Finding
from shixian.casework.money.unsettled import Unsettled, waiting_for_people
from shixian.casework.staff.people import Person, in_scope, scope_of
from shixian.rules.lifecycle import Lifecycle

Row = Mapping[str, Any]
ACCOUNTS: Mapping[Account, str] = {
    Account.BUDGET: "预算",
    Account.APPROPRIATION: "拨款余额",
    Account.RESERVED: "已决定待付",
    Account.PAID: "已付",
    Account.RETURNED: "退汇",
    Account.RECOVERED: "追回",
    Account.CARRIED: "结转",
}
_NUMBERS = re.compile(r"\d{9,}|\d{4}(?:[ -]\d{3,4}){3,}")


def quiet(text: object) -> str:
    """The text with every number that could be an account's shown by its last four digits."""
    return _NUMBERS.sub(lambda found: "****" + found[0][-4:], str(text or ""))


# -- the first page ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ProgrammeMoney:
    """One programme: what waits by lifecycle (key, title, count, fen), batches by status, its budget lines."""

    programme: str
    title: str
    waiting: list[tuple[str, str, int, int]] = field(default_factory=list)
    batches: dict[BatchStatus, tuple[int, int]] = field(default_factory=dict)
    lines: list[Appropriation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Overview:
    """`alarms` and `repair` are statement lines for people, `unsettled` payments nobody can call settled."""

    programmes: list[ProgrammeMoney]
    alarms: list[Row]
    repair: list[Row]
    unsettled: list[Unsettled]
    recoveries: list[Recovery]


def overview(engine: Engine, person: Person, books: LawBooks) -> Overview:
    """What finance has to look at, in the person's scope."""
    found: dict[str, ProgrammeMoney] = {}
    mine = {key: one for key, one in books.lifecycles.items() if in_scope(person, one)}

    def of(lifecycle: Lifecycle) -> ProgrammeMoney:
        law = lifecycle.regulation
        return found.setdefault(law.key, ProgrammeMoney(law.key, law.title))

    for key, count, fen in waiting_sums(engine):
        if key in mine:
            of(mine[key]).waiting.append((key, mine[key].title, count, fen))
    by_law = {one.regulation.key: one for one in mine.values()}
    with reading(engine) as connection:
        counted = select(batch.c.programme, batch.c.status, func.count(), func.sum(batch.c.fen))
        for programme, status, count, fen in connection.execute(counted.group_by(batch.c.programme, batch.c.status)):
            if programme in by_law:
                of(by_law[programme]).batches[BatchStatus(status)] = int(count), int(fen)
    for line in appropriations(engine):
        if line.programme in by_law:
            of(by_law[line.programme]).lines.append(line)
    waiting = repair_list(engine, scope_of(person, books.lifecycles))
    return Overview(
        programmes=sorted(found.values(), key=lambda one: one.programme),
        alarms=[row for row in waiting if row["finding"] in ALARMS],
        repair=[row for row in waiting if row["finding"] not in ALARMS],
        unsettled=unsettled_in_scope(engine, person, books),
        recoveries=recoveries_in_scope(engine, person, books, open_only=True),
    )


def waiting_sums(engine: Engine) -> list[tuple[str, int, int]]:
    """By lifecycle: how many obligations to pay stand in no batch and have no live attempt, and their sum."""
    owed, later = obligation.c, obligation.alias("later").c
    held = exists().where(batch_line.c.obligation_id == owed.id, batch_line.c.alive)
    tried = exists().where(attempt.c.obligation_id == owed.id, attempt.c.alive)
    replaced = exists().where(later.replaces == owed.id)
    query = (
        select(case_file.c.lifecycle, func.count(), func.sum(owed.fen))
        .join(case_file, case_file.c.id == owed.case_id)
        .where(owed.direction == Direction.PAY, ~held, ~tried, ~replaced)
        .group_by(case_file.c.lifecycle)
        .order_by(case_file.c.lifecycle)
    )
    with reading(engine) as connection:
        return [(key, int(count), int(fen)) for key, count, fen in connection.execute(query)]


def unsettled_in_scope(engine: Engine, person: Person, books: LawBooks) -> list[Unsettled]:
    """The inquiry list, of the person's programmes."""
    found = waiting_for_people(engine)
    scope = scope_of(person, books.lifecycles)
    if scope is None or not found:
        return found
    with reading(engine) as connection:
        own = select(batch.c.ref).where(batch.c.lifecycle.in_(scope), batch.c.ref.in_({one.batch for one in found}))
        refs = set(connection.scalars(own))
    return [one for one in found if one.batch in refs]


def recoveries_in_scope(engine: Engine, person: Person, books: LawBooks, *, open_only: bool = False) -> list[Recovery]:
    scope = scope_of(person, books.lifecycles)
    if scope is None:
        return recoveries(engine, open_only=open_only)
    return [one for key in sorted(scope) for one in recoveries(engine, lifecycle=key, open_only=open_only)]


# -- proposing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """What a batch of a lifecycle would hold as of a day, and what it would refuse; `line` None: no appropriation."""

    line: Appropriation | None
    chosen: list[Row]
    refused: list[Refused]

    @property
    def fen(self) -> int:
        return sum(row["fen"] for row in self.chosen)


def preview(engine: Engine, lifecycle: Lifecycle, as_of: date, today: date, books: LawBooks) -> Preview:
    """The same sorting as a proposal makes; nothing is written."""
    with reading(engine) as connection:
        line = line_of(connection, lifecycle.regulation.key, as_of.year)
        rows = waiting_rows(connection, lifecycle.key)
        chosen, refused = sort_out(connection, rows, as_of, today, books, line.left if line is not None else 0)
    return Preview(line, [dict(row) for row, _ in chosen], refused)


def payable_lifecycles(engine: Engine, person: Person, books: LawBooks) -> list[Lifecycle]:
    """Lifecycles in scope that owe money, or have ever had a batch."""
    with reading(engine) as connection:
        keys = set(connection.scalars(select(batch.c.lifecycle).distinct()))
    keys |= {key for key, _, _ in waiting_sums(engine)}
    return [one for key, one in books.lifecycles.items() if key in keys and in_scope(person, one)]


def programmes_of(person: Person, books: LawBooks) -> dict[str, str]:
    """Regulation key -> title, in scope, of those whose decisions owe money."""
    return {
        one.regulation.key: one.regulation.title
        for one in books.lifecycles.values()
        if in_scope(person, one)
        and any(act.decides is not None and act.decides.owes for stage in one.stages for act in stage.acts)
    }


def trees(engine: Engine, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """For each obligation the decision it rests on: title, day, clause, the amount's tree and the ceiling's."""
    columns = (decision.c.title, decision.c.legal_day, decision.c.clause, decision.c.tree, decision.c.ceiling)
    query = select(obligation.c.id, *columns).join(decision, decision.c.id == obligation.c.decision_id)
    found: dict[int, dict[str, Any]] = {}
    with reading(engine) as connection:
        for row in connection.execute(query.where(obligation.c.id.in_(ids))).mappings():
            told = {name: row[name] for name in ("title", "legal_day", "clause")}
            for name in ("tree", "ceiling"):
                told[name] = json.loads(row[name])["explanation"] if row[name] else None
            found[row["id"]] = told
    return found


# -- statements --------------------------------------------------------------------------------------------------------


def repair_list(engine: Engine, scope: Scope = None, *, at_most: int = 500) -> list[Row]:
    """Statement lines that wait for a person, with the case where one is known; texts are quiet."""
    open_ones = (statement_line.c.finding.in_(FOR_PEOPLE), statement_line.c.resolved_by.is_(None))
    return _lines(engine, *open_ones, line_visible(scope), at_most=at_most)


def lines_of_day(engine: Engine, day: date, scope: Scope = None, *, at_most: int = 500) -> list[Row]:
    return _lines(engine, statement_line.c.booked == day, line_visible(scope), at_most=at_most)


def findings_of_day(engine: Engine, day: date, scope: Scope = None) -> list[tuple[Finding, int, int]]:
    """By kind: how many lines of the day, and their sum."""
    columns = statement_line.c
    query = select(columns.finding, func.count(), func.sum(columns.fen))
    query = query.where(columns.booked == day, line_visible(scope))
    with reading(engine) as connection:
        rows = connection.execute(query.group_by(columns.finding).order_by(columns.finding)).all()
    return [(Finding(finding), int(count), int(fen)) for finding, count, fen in rows]


def statement_days(engine: Engine, scope: Scope = None, *, at_most: int = 30) -> list[tuple[date, int]]:
    """The days of which statements were read, the latest first, with the number of lines."""
    columns = statement_line.c
    query = select(columns.booked, func.count()).where(line_visible(scope))
    query = query.group_by(columns.booked).order_by(columns.booked.desc())
    with reading(engine) as connection:
        return [(day, int(count)) for day, count in connection.execute(query.limit(at_most))]


def _lines(engine: Engine, *where: Any, at_most: int) -> list[Row]:
    query = (
        select(statement_line, case_file.c.ref.label("case_ref"), batch.c.ref.label("batch_ref"))
        .outerjoin(attempt, attempt.c.id == statement_line.c.attempt_id)
        .outerjoin(batch, batch.c.id == attempt.c.batch_id)
        .outerjoin(obligation, obligation.c.id == attempt.c.obligation_id)
        .outerjoin(case_file, case_file.c.id == obligation.c.case_id)
        .where(*where)
        .order_by(statement_line.c.booked, statement_line.c.id)
        .limit(at_most)
    )
    with reading(engine) as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [
        {
            **row,
            "label": Finding(row["finding"]).label,
            **{name: quiet(row[name]) for name in ("counterparty", "text", "resolution")},
        }
        for row in rows
    ]


_DECIDED = re.compile(r" ([a-z][a-z0-9_]*)(?= 第\d+期)")


def posting_text(text: object, programme: str, books: LawBooks) -> str:
    """What a posting says, the key of its decision as the decision's title, without the programme's key, and quiet."""
    titles = {
        act.decides.key: act.decides.title
        for one in books.lifecycles.values()
        if one.regulation.key == programme
        for stage in one.stages
        for act in stage.acts
        if act.decides is not None
    }
    said = str(text or "").removeprefix(f"{programme} ")
    return quiet(_DECIDED.sub(lambda found: f" {titles.get(found[1], found[1])}", said))


# -- the ledger as a table ---------------------------------------------------------------------------------------------


def balance_rows(balances: Mapping[tuple[str, int], Mapping[Account, int]], keep: Collection[str]) -> list[Row]:
    """One row a programme and budget year; only those of `keep`."""
    return [
        {"programme": programme, "year": year, **{account.value: fen for account, fen in found.items()}}
        for (programme, year), found in balances.items()
        if programme in keep
    ]


def ledger_table(rows: Iterable[Row]) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
    """Ledger lines for a file, sums in fen as whole numbers."""
    headings = ("法定日", "记录时刻", "专项", "预算年度", "记账", "科目", "借（分）", "贷（分）", "摘要", "案号", "由")
    return headings, [
        (
            row["legal_day"],
            row["recorded_at"],
            row["programme"],
            row["year"],
            row["posting"],
            ACCOUNTS[Account(row["account"])],
            row["debit"],
            row["credit"],
            quiet(row["text"]),
            row["case_ref"],
            row["person"],
        )
        for row in rows
    ]


RESOLUTIONS: Mapping[str, str] = {
    "paid": "已付（银行已付出）",
    "rejected": "未付且不会再付（银行已拒）",
    "stopped": "停付（只限从未发出的）",
    "again": "可再试（只限从未发出的）",
}


def resolutions_for(one: Unsettled) -> list[str]:
    """What a person may say of an attempt: of one that was certainly never sent also that it stops or may be tried
    again; of one that had ended and was then contradicted, that it was paid after all or stays what it was."""
    status = AttemptStatus(one.status)
    if status in (AttemptStatus.PAID, AttemptStatus.REJECTED, AttemptStatus.STOPPED):
        return list(dict.fromkeys(("paid", status.value)))
    planned = status is AttemptStatus.PLANNED
    return ["paid", "rejected", *(["stopped", *(["again"] if one.parked else [])] if planned else [])]
