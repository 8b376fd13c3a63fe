"""Statement lines against attempts and ledger: each line is taken once for ever, and says what was made of it.

A line is known by its source and the source's reference; reading a statement twice changes nothing. What the bank
booked is certain, so a line settles the attempt it names. Nothing is inferred from silence: a payment missing from
a statement is listed, and stays what it was; a line that names no attempt goes to the repair list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select, update

from models import AttemptStatus, attempt, batch, case_file, obligation, receipt, statement_line
from shixian.casework import journal
from shixian.casework.database import in_turn, reading
from shixian.casework.money import restored
from shixian.casework.money.scope import Scope, batch_visible, line_visible
from shixian.casework.money.settling import Told, Turn, held_batch, return_in, settle_in
from shixian.casework.staff.people import Permission, Person, require
from shixian.rules.errors import CaseworkError, Conflict, NotFound

TOGETHER = 200  # lines taken in one transaction


class Finding(StrEnum):
    """What reconciliation made of a line."""

    MATCHED = "matched"
    RETURNED = "returned"
    RECEIVED = "received"
    """Money that came in: for recovery to take up."""
    REPEATED = "repeated"
    """The same entry, read from another source."""
    UNMATCHED = "unmatched"
    """Names no attempt: the repair list."""
    UNKNOWN_TO_US = "unknown_to_us"
    AMOUNT_DIFFERS = "amount_differs"
    DUPLICATE = "duplicate"
    CONTRARY = "contrary"
    """Booked by the bank, though it had refused it, or we had stopped it."""
    ENTERED_AS_RECOVERY = "entered_as_recovery"
    """A payment that came back, though somebody entered the same money as recovered: it is not taken for both."""
    CHANGED = "changed"
    """The line says another thing than when it was first read."""

    @property
    def label(self) -> str:
        return _LABELS[self]


_F = Finding
_LABELS = {
    _F.MATCHED: "相符",
    _F.RETURNED: "退汇",
    _F.RECEIVED: "来款",
    _F.REPEATED: "同一流水另一来源",
    _F.UNMATCHED: "无编号，待修复",
    _F.UNKNOWN_TO_US: "银行已付而本库没有",
    _F.AMOUNT_DIFFERS: "金额不符",
    _F.DUPLICATE: "银行重复支付",
    _F.CONTRARY: "银行拒付或本库停付后又付",
    _F.ENTERED_AS_RECOVERY: "退汇已登记为追回到账",
    _F.CHANGED: "流水内容前后不一致",
}
ALARMS = (_F.UNKNOWN_TO_US, _F.AMOUNT_DIFFERS, _F.DUPLICATE, _F.CONTRARY, _F.ENTERED_AS_RECOVERY, _F.CHANGED)
"""For a person at once: public money may have gone twice, or where nobody sent it."""
FOR_PEOPLE = (*ALARMS, _F.UNMATCHED, _F.RECEIVED)


class Line(Protocol):
    """A booked entry (treasury.port.StatementLine)."""

    @property
    def reference(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def fen(self) -> int: ...
    @property
    def direction(self) -> str: ...
    @property
    def booked(self) -> date: ...
    @property
    def counterparty(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(slots=True)
class Taken:
    """What became of the lines of one transaction: by finding, those read before, and the alarms in words."""

    findings: Counter[Finding] = field(default_factory=Counter)
    known: int = 0
    alarms: list[str] = field(default_factory=list)

    def add(self, other: Taken) -> None:
        self.findings.update(other.findings)
        self.known += other.known
        self.alarms.extend(other.alarms)


def take_lines(
    engine: Engine,
    source: str,
    statement: str,
    lines: Sequence[Line],
    *,
    legal_day: date,
    now: datetime,
    person: Person,
) -> Taken:
    """Take at most TOGETHER lines of a statement in, in one transaction."""

    def work(connection: Connection) -> Taken:
        taken = Taken()
        keys = sorted({line.key for line in lines if line.key})
        refs = _batches_of(connection, keys)
        held = {ref: held_batch(connection, ref) for ref in sorted(set(refs.values()))}
        told: list[dict[str, Any]] = []
        for line in lines:
            row = _known(connection, source, line.reference)
            if row is not None:
                taken.known += 1
                if not _same(row, line):
                    _alarm(taken, Finding.CHANGED, source, line)
                    other = _Changed(line)
                    if _known(connection, source, other.reference) is None:
                        told.append({"reference": other.reference, "finding": Finding.CHANGED.value, "fen": line.fen})
                        kept = _row(source, statement, other, None, Finding.CHANGED, now)
                        connection.execute(insert(statement_line), kept)
                continue
            mine = _attempt(connection, line.key) if line.key in refs else None
            finding = _judge(connection, held.get(refs.get(line.key, "")), mine, line, taken, now, person.key)
            taken.findings[finding] += 1
            if finding in ALARMS:
                _alarm(taken, finding, source, line)
            if finding not in (Finding.MATCHED, Finding.RETURNED):
                told.append({"reference": line.reference, "finding": finding.value, "fen": line.fen})
            connection.execute(insert(statement_line), _row(source, statement, line, mine, finding, now))
        if taken.findings or told:
            numbers = {finding.value: number for finding, number in sorted(taken.findings.items())}
            data: dict[str, Any] = {"statement": statement, "findings": numbers, "lines": told}
            note = journal.Note("lines_taken", legal_day, data)
            journal.write(connection, f"statement:{source}", [note], recorded_at=now, person=person.key)
        return taken

    return in_turn(engine, work)


def look_again(engine: Engine, *, legal_day: date, now: datetime, person: Person) -> Taken:
    """Lines that named an attempt unknown to us, when it is known by now: a database restored from a backup reads
    statements before it has asked after what it forgot. At most TOGETHER, in one transaction."""

    def work(connection: Connection) -> Taken:
        taken = Taken()
        columns = statement_line.c
        waiting = (columns.finding == Finding.UNKNOWN_TO_US, columns.resolved_by.is_(None))
        known = select(statement_line).join(attempt, attempt.c.key == columns.key).where(*waiting)
        rows = connection.execute(known.order_by(columns.booked, columns.id).limit(TOGETHER)).all()
        refs = _batches_of(connection, sorted({row.key for row in rows}))
        held = {ref: held_batch(connection, ref) for ref in sorted(set(refs.values()))}
        by_source: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            mine = _attempt(connection, row.key)
            finding = _judge(connection, held[refs[row.key]], mine, row, taken, now, person.key)
            taken.findings[finding] += 1
            if finding in ALARMS:
                _alarm(taken, finding, row.source, row)
            values = {"finding": finding.value, "attempt_id": mine["id"] if mine is not None else None}
            connection.execute(update(statement_line).where(columns.id == row.id).values(values))
            told = {"reference": row.reference, "finding": finding.value, "fen": row.fen}
            by_source.setdefault(row.source, []).append(told)
        for source, lines in sorted(by_source.items()):
            note = journal.Note("lines_looked_at_again", legal_day, {"lines": lines})
            journal.write(connection, f"statement:{source}", [note], recorded_at=now, person=person.key)
        return taken

    return in_turn(engine, work)


def _judge(
    connection: Connection,
    held: RowMapping | None,
    mine: RowMapping | None,
    line: Line,
    taken: Taken,
    now: datetime,
    person: str,
) -> Finding:
    """What a new line is; where the bank's word settles an attempt, it is settled here."""
    if mine is None or held is None:
        if line.direction == "in":
            return Finding.RECEIVED
        return Finding.UNKNOWN_TO_US if line.key else Finding.UNMATCHED
    if line.fen != mine["fen"]:
        _in_doubt(connection, held, mine, line, now, person)
        return Finding.AMOUNT_DIFFERS
    before = _lines_of(connection, mine["id"], line.direction)
    if before:
        seen = any(one["reference"] == line.reference and one["booked"] == line.booked for one in before)
        return Finding.REPEATED if seen else Finding.DUPLICATE
    if line.direction == "in":
        return Finding.RECEIVED
    if line.direction == "returned" and _entered_as_recovery(connection, line.reference):
        return Finding.ENTERED_AS_RECOVERY
    contrary = mine["status"] in (AttemptStatus.REJECTED, AttemptStatus.STOPPED)
    if mine["status"] not in (AttemptStatus.PAID, AttemptStatus.RETURNED):
        told = Told("paid", reference=line.reference, reason="对账单", at=f"{line.booked}", fen=line.fen)
        done = Turn()
        settle_in(connection, held, [(line.key, told)], done, legal_day=line.booked, now=now, person=person)
        taken.alarms.extend(done.alarms)
    if line.direction == "returned":
        paid = _attempt(connection, line.key)
        if paid is None or paid["status"] is not AttemptStatus.PAID:
            return Finding.CONTRARY
        words: dict[str, Any] = {"reference": line.reference, "reason": line.text, "legal_day": line.booked}
        return_in(connection, held, dict(paid), **words, now=now, person=person)
        return Finding.CONTRARY if contrary else Finding.RETURNED
    return Finding.CONTRARY if contrary else Finding.MATCHED


def _entered_as_recovery(connection: Connection, reference: str) -> bool:
    return connection.scalar(select(receipt.c.id).where(receipt.c.reference == reference)) is not None


def _in_doubt(
    connection: Connection, held: RowMapping, mine: RowMapping, line: Line, now: datetime, person: str
) -> None:
    """The bank has another sum under our key: nothing is sent under it any more, and nothing paid in its stead."""
    if line.direction != "out":
        return
    told = Told("paid", reference=line.reference, fen=line.fen)
    settle_in(connection, held, [(mine["key"], told)], Turn(), legal_day=line.booked, now=now, person=person)


class _Changed:
    """A line under a reference that stood for another one: kept beside it, under a reference of its own."""

    def __init__(self, line: Line) -> None:
        self.key, self.fen, self.direction, self.booked = line.key, line.fen, line.direction, line.booked
        self.counterparty, self.text = line.counterparty, line.text
        said = f"{line.key} {line.fen} {line.direction} {line.booked}"
        self.reference = f"{line.reference}~{sha256(said.encode()).hexdigest()[:8]}"


def _alarm(taken: Taken, finding: Finding, source: str, line: Line) -> None:
    yuan = f"{line.fen // 100}.{line.fen % 100:02d}元"
    named = f"编号 {line.key}" if line.key else "无编号"
    taken.alarms.append(f"{finding.label}：{source} {line.booked} 流水 {line.reference}，{yuan}，{named}")


def _batches_of(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    query = select(attempt.c.key, batch.c.ref).join(batch, batch.c.id == attempt.c.batch_id)
    return {row.key: row.ref for row in connection.execute(query.where(attempt.c.key.in_(keys)))}


def _attempt(connection: Connection, key: str) -> RowMapping | None:
    return connection.execute(select(attempt).where(attempt.c.key == key)).mappings().one_or_none()


def _known(connection: Connection, source: str, reference: str) -> RowMapping | None:
    columns = statement_line.c
    query = select(statement_line).where(columns.source == source, columns.reference == reference)
    return connection.execute(query).mappings().one_or_none()


def _lines_of(connection: Connection, attempt_id: int, direction: str) -> Sequence[RowMapping]:
    columns = statement_line.c
    own = (columns.attempt_id == attempt_id, columns.direction == direction)
    counted = columns.finding.in_((Finding.MATCHED, Finding.RETURNED, Finding.CONTRARY, Finding.DUPLICATE))
    return connection.execute(select(statement_line).where(*own, counted)).mappings().all()


def _same(row: RowMapping, line: Line) -> bool:
    said = (row["key"], row["fen"], row["direction"], row["booked"])
    return said == (line.key, line.fen, line.direction, line.booked)


def _row(
    source: str, statement: str, line: Line, mine: RowMapping | None, finding: Finding, now: datetime
) -> dict[str, Any]:
    return {
        "source": source,
        "statement": statement,
        "reference": line.reference,
        "key": line.key,
        "fen": line.fen,
        "direction": line.direction,
        "booked": line.booked,
        "counterparty": line.counterparty,
        "text": line.text,
        "attempt_id": None if mine is None else mine["id"],
        "finding": finding.value,
        "resolution": "",
        "recorded_at": now,
    }


# -- the whole of a day ------------------------------------------------------------------------------------------------


def day_reconciled(engine: Engine, day: date, source: str, *, now: datetime, person: Person) -> None:
    """Every line of a day's statement was taken: lifts the hold of a database restored from a backup."""

    def work(connection: Connection) -> None:
        restored.note_reconciled(connection, day, source=source, now=now, person=person.key)

    in_turn(engine, work)


@dataclass(frozen=True, slots=True)
class Missing:
    """A payment that counts as paid with us, and stands in no statement read so far."""

    key: str
    batch: str
    case: str
    fen: int
    paid_on: date


def missing(engine: Engine, day: date, *, at_most: int = 200, scope: Scope = None) -> tuple[int, list[Missing]]:
    """Payments paid up to a day that no statement shows: how many, and the first of them. They stay what they are."""
    shown = select(statement_line.c.id).where(
        statement_line.c.attempt_id == attempt.c.id, statement_line.c.direction == "out"
    )
    paid = (attempt.c.status == AttemptStatus.PAID, attempt.c.paid_on <= day, ~shown.exists(), batch_visible(scope))
    query = (
        select(
            attempt.c.key, batch.c.ref.label("batch"), case_file.c.ref.label("case"), attempt.c.fen, attempt.c.paid_on
        )
        .join(batch, batch.c.id == attempt.c.batch_id)
        .join(obligation, obligation.c.id == attempt.c.obligation_id)
        .join(case_file, case_file.c.id == obligation.c.case_id)
        .where(*paid)
        .order_by(attempt.c.paid_on, attempt.c.id)
    )
    with reading(engine) as connection:
        counted = select(func.count()).select_from(attempt).join(batch, batch.c.id == attempt.c.batch_id)
        number = connection.scalar(counted.where(*paid)) or 0
        rows = connection.execute(query.limit(at_most)).mappings()
        return number, [Missing(**row) for row in rows]


def to_repair(engine: Engine, *, at_most: int = 500, scope: Scope = None) -> list[RowMapping]:
    """Lines that wait for a person: alarms, lines without a key, money that came in."""
    columns = statement_line.c
    open_ones = (columns.finding.in_(FOR_PEOPLE), columns.resolved_by.is_(None), line_visible(scope))
    with reading(engine) as connection:
        query = select(statement_line).where(*open_ones).order_by(columns.booked, columns.id).limit(at_most)
        return list(connection.execute(query).mappings())


def resolve_line(
    engine: Engine,
    line: int,
    *,
    resolution: str,
    legal_day: date,
    now: datetime,
    person: Person,
    scope: Scope = None,
) -> None:
    """A person says what a line was and what was done about it. It changes no attempt and no ledger."""
    require(person, Permission.CHECK_BATCH)
    if not resolution.strip():
        raise CaseworkError("须写明该流水是什么、如何处理")

    def work(connection: Connection) -> None:
        columns = statement_line.c
        wanted = select(statement_line).where(columns.id == line, line_visible(scope))
        row = connection.execute(wanted).mappings().one_or_none()
        if row is None or row["finding"] not in FOR_PEOPLE:
            raise NotFound(f"没有待处理的流水 {line}", remedy="用 shixian reconcile 查看待处理的流水")
        free = (columns.id == line, columns.resolved_by.is_(None))
        done = connection.execute(
            update(statement_line).where(*free).values(resolved_by=person.key, resolution=resolution)
        )
        if done.rowcount != 1:
            raise Conflict(f"流水 {line} 已由 {row['resolved_by']} 处理")
        data = {"reference": row["reference"], "finding": row["finding"], "resolution": resolution}
        note = journal.Note("line_resolved", legal_day, data)
        journal.write(connection, f"statement:{row['source']}", [note], recorded_at=now, person=person.key)

    in_turn(engine, work)
