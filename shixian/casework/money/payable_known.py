"""What the checks of `payable` need to know of a group of obligations, read beforehand with one set of questions.

Of cases and those above them, of decisions, replacements, attempts, accounts, bars and records. Nothing here judges.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, RowMapping, Select, bindparam, select

from models import AttemptStatus, attempt, bar, case_file, decision, integrity_record, obligation
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money.payees import PayeeAccount, accounts_of
from shixian.casework.publicity.sealing import is_token
from shixian.rules.state import Progress

TOGETHER = 200  # obligations looked at with one set of questions
Row = Mapping[str, Any] | RowMapping
Item = TypeVar("Item")


def grouped(items: Iterable[Item], at_most: int = TOGETHER) -> Iterator[list[Item]]:
    """The items in groups: what one statement may name, or one transaction take."""
    rest = iter(items)
    while group := list(islice(rest, at_most)):
        yield group


@dataclass(slots=True)
class Member:
    """A case row and its progress, read once."""

    ref: str
    lifecycle: str
    status: str
    reason: str | None
    clause: str | None
    progress: Progress
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Known:
    """What the checks of one group of obligations need, read from the database beforehand."""

    cases: dict[int, Member] = field(default_factory=dict)
    by_ref: dict[str, Member] = field(default_factory=dict)
    paths: dict[int, list[Member]] = field(default_factory=dict)  # a case, and those above it
    subjects: dict[tuple[int, str], list[str]] = field(default_factory=dict)  # case and payee -> who stands behind it
    newest: dict[tuple[int, str], int] = field(default_factory=dict)  # case and decision -> the last of them
    decided: dict[int, date] = field(default_factory=dict)  # decision -> its legal day
    replaced: dict[int, int] = field(default_factory=dict)
    before: dict[int, tuple[int, str, str]] = field(default_factory=dict)  # paid, or about to be, in its stead
    contradicted: dict[int, str] = field(default_factory=dict)  # obligation -> key of an attempt with two outcomes
    accounts: Mapping[str, PayeeAccount] = field(default_factory=dict)
    bars: dict[str, list[RowMapping]] = field(default_factory=dict)
    records: dict[str, list[RowMapping]] = field(default_factory=dict)
    barring: set[int] = field(default_factory=set)  # cases that imposed a bar


def read_known(connection: Connection, rows: Sequence[Row], books: LawBooks, last: date) -> Known:
    known = Known()
    case_ids = {row["case_id"] for row in rows}
    for one in _members(connection, _MEMBERS_BY_ID, case_ids):
        known.cases[one[0]] = known.by_ref[one[1].ref] = one[1]
    above = {ref for case in known.cases.values() for ref in _ancestors(case.ref)} - set(known.by_ref)
    if above:
        known.by_ref |= {member.ref: member for _, member in _members(connection, _MEMBERS_BY_REF, above)}
    # Every decision of the cases, in their order: the last of each key is the newest.
    for case_id, key, number, day in connection.execute(_DECISIONS, {"ids": list(case_ids)}):
        known.newest[case_id, key] = number
        known.decided[number] = day
    ids = [row["id"] for row in rows]
    known.replaced = {replaced: number for replaced, number in connection.execute(_REPLACED, {"ids": ids})}
    known.before = _paid_before(connection, rows)
    known.contradicted = {number: key for number, key in connection.execute(_CONTRADICTED, {"ids": ids})}
    known.accounts = accounts_of(connection, [row["payee"] for row in rows])
    for number, case in known.cases.items():
        known.paths[number] = [case, *(known.by_ref[ref] for ref in _ancestors(case.ref) if ref in known.by_ref)]
    for row in rows:
        whose = row["case_id"], row["payee"]
        if whose not in known.subjects:
            known.subjects[whose] = _subjects(row["payee"], known.paths[row["case_id"]], books)
    _read_integrity(connection, known, {one for subjects in known.subjects.values() for one in subjects}, last)
    return known


# Built once: they are put for each group of payments, and putting one together takes longer than running it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_DECISIONS = (
    select(decision.c.case_id, decision.c.key, decision.c.id, decision.c.legal_day)
    .where(decision.c.case_id.in_(_IDS))
    .order_by(decision.c.case_id, decision.c.seq)
)
_REPLACED = select(obligation.c.replaces, obligation.c.id).where(obligation.c.replaces.in_(_IDS))
_REPLACES = select(obligation.c.id, obligation.c.replaces).where(
    obligation.c.id.in_(_IDS), obligation.c.replaces.is_not(None)
)
_ALIVE = select(attempt.c.obligation_id, attempt.c.key, attempt.c.status).where(
    attempt.c.alive, attempt.c.obligation_id.in_(_IDS)
)
_CONTRADICTED = select(attempt.c.obligation_id, attempt.c.key).where(
    attempt.c.status.in_((AttemptStatus.REJECTED, AttemptStatus.STOPPED)),
    attempt.c.parked,
    attempt.c.obligation_id.in_(_IDS),
)
_SUBJECTS: BindParameter[Any] = bindparam("subjects", expanding=True)
_LAST = bindparam("last", type_=bar.c.first_day.type)
_BARS = select(bar).where(bar.c.subject.in_(_SUBJECTS), bar.c.first_day <= _LAST).order_by(bar.c.id)
_SERIOUS = (
    select(integrity_record)
    .where(integrity_record.c.subject.in_(_SUBJECTS), integrity_record.c.serious, integrity_record.c.legal_day <= _LAST)
    .order_by(integrity_record.c.id)
)
_MEMBER = (
    *(case_file.c.id, case_file.c.ref, case_file.c.lifecycle, case_file.c.status, case_file.c.reason),
    *(case_file.c.clause, case_file.c.progress, case_file.c.facts),
)
_MEMBERS_BY_ID = select(*_MEMBER).where(case_file.c.id.in_(_IDS))
_MEMBERS_BY_REF = select(*_MEMBER).where(case_file.c.ref.in_(_IDS))


def _paid_before(connection: Connection, rows: Sequence[Row]) -> dict[int, tuple[int, str, str]]:
    """For each obligation that replaces others, an attempt of one of those that has paid or may still pay: what is owed
    in its stead would be paid beside it."""
    stands_for = {row["id"]: row["replaces"] for row in rows if row["replaces"] is not None}
    found: dict[int, tuple[int, str, str]] = {}
    while stands_for:
        earlier = list(set(stands_for.values()))
        alive = {one.obligation_id: one for one in connection.execute(_ALIVE, {"ids": earlier})}
        for number, other in stands_for.items():
            if other in alive:
                found.setdefault(number, (other, alive[other].key, alive[other].status))
        before = {number: other for number, other in connection.execute(_REPLACES, {"ids": earlier})}
        stands_for = {number: before[other] for number, other in stands_for.items() if other in before}
    return found


def _read_integrity(connection: Connection, known: Known, subjects: set[str], last: date) -> None:
    for group in grouped(sorted(subjects)):
        asked = {"subjects": group, "last": last}
        for row in connection.execute(_BARS, asked).mappings():
            known.bars.setdefault(row["subject"], []).append(row)
        for row in connection.execute(_SERIOUS, asked).mappings():
            known.records.setdefault(row["subject"], []).append(row)
    cases = {row["case_id"] for rows in known.records.values() for row in rows}
    if cases:
        known.barring = set(connection.scalars(select(bar.c.case_id).where(bar.c.case_id.in_(cases)).distinct()))


def _members(connection: Connection, query: Select[Any], wanted: Iterable[Any]) -> Iterator[tuple[int, Member]]:
    for row in connection.execute(query, {"ids": list(wanted)}):
        progress, facts = Progress.from_text(row.progress), json.loads(row.facts)
        yield row.id, Member(row.ref, row.lifecycle, str(row.status), row.reason, row.clause, progress, facts)


def _ancestors(ref: str) -> list[str]:
    """`A/drawdown1/objection1` -> `A/drawdown1`, `A`: the cases that a case belongs to, nearest first."""
    parts = ref.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def _subjects(payee: str, path: list[Member], books: LawBooks) -> list[str]:
    """The codes of who stands behind the payee: the case's parties, and the code beside the payee's name."""
    found: dict[str, None] = {}
    for member in path:
        lifecycle = books.lifecycle(member.lifecycle)
        for name in (lifecycle.party, *_codes_of(member.facts, payee)):
            value = member.facts.get(name)
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str) and one and not is_token(one):
                    found[one] = None
    return list(found)


def _codes_of(facts: Mapping[str, Any], payee: str) -> Iterator[str]:
    for name, value in facts.items():
        if value == payee:
            yield f"{name.removesuffix('_name')}_code"
