"""What the audit pages show: events and journals searched, discretion used, readings, looks, anchors. Reading only.

Lists are paged by the number of the last row, the newest first, so that a page costs the same however long it is.
Without the right to read cases, what an entry says is left out: who, when, which case and which clause remain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, or_, select

from models import anchor, case_file, decision, erratum, event, journal_event, look, person
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money.scope import journal_visible
from shixian.casework.staff.people import Person, in_scope, scope_of
from shixian.casework.views import EventView
from shixian.display.case_page import told
from shixian.display.journals import JOURNAL_KINDS, journal_said
from shixian.display.plain import Plain
from shixian.rules.lifecycle import Lifecycle, Reading
from shixian.rules.narrate import stage_title
from shixian.rules.periods import legal_day

Row = Mapping[str, Any]
SIZE = 100

KINDS: Mapping[str, str] = {
    "case_opened": "立案", "case_closed": "终结", "act_recorded": "行为", "refused": "拒绝", "late_allowed": "准予逾期",
    "fact_recorded": "事实", "document_recorded": "材料", "deadline_set": "期限设定", "deadline_met": "期限履行",
    "deadline_lapsed": "期限届满", "deadline_held": "暂定期限", "deadline_void": "期限终止", "decided": "决定",
    "obligation_created": "义务", "stage_opened": "环节开始", "stage_finished": "环节结束", "stage_skipped": "环节跳过",
    "stage_closed_off": "环节不再到达", "window_opened": "公示", "suspended": "中止", "resumed": "恢复",
    "child_opened": "子案件立案", "child_closed": "子案件办结", "carried_over": "转入下一周期", "listed": "列入清单",
    "unlisted": "移出清单", "limit_claimed": "名额", "quota_drawn": "额度", "integrity_recorded": "信用记录",
    "barred": "限制", "bar_applied": "限制适用", "bar_end_set": "限制终期", "remembered": "记入历史",
    "encoding_changed": "勘误", "identity_viewed": "查看身份", "identity_erased": "销毁身份",
}  # fmt: skip

# What a person decided beyond the rule: kinds of events that always are, and of journals.
_DISCRETION = ("late_allowed", "encoding_changed", "identity_viewed", "identity_erased", "bar_end_set")
_BY_HAND = ("attempt_resolved", "line_resolved", "cancelled", "closed", "attempts_contradicted")


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for; empty says nothing. `before`: rows numbered below it."""

    case: str = ""
    kind: str = ""
    person: str = ""
    clause: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An entry: of a case (`case`) or of a journal. `said` is empty where the reader may not read cases."""

    id: int
    case: str
    title: str
    kind: str
    legal_day: date
    recorded_at: Any
    person: str
    clause: str
    stage: str
    said: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, and the number to go on before; None at the end."""

    rows: Sequence[Any]
    before: int | None


# -- events ------------------------------------------------------------------------------------------------------------


def search_events(engine: Engine, asked: Search, viewer: Person, books: LawBooks, *, reads: bool) -> Page:
    """Events of cases in the viewer's scope."""
    columns = event.c
    query = _events(viewer, books)
    if asked.case:
        query = query.where(case_file.c.ref == asked.case)
    if asked.kind:
        query = query.where(columns.kind == asked.kind)
    if asked.person:
        query = query.where(columns.person == asked.person)
    if asked.clause:
        query = query.where(columns.clause.startswith(asked.clause, autoescape=True))
    return _page(engine, _days(query, columns, asked), books, reads=reads)


def discretion(
    engine: Engine, first: date, until: date, viewer: Person, books: LawBooks, *, reads: bool
) -> list[Found]:
    """Every act with a reason, exception, erratum and manual resolution from a legal day until before another."""
    columns = event.c
    reasoned = (
        (columns.kind == "act_recorded") & columns.data.like('%"reason":"%') & ~columns.data.like('%"reason":""%')
    )
    query = _events(viewer, books).where(columns.legal_day >= first, columns.legal_day < until)
    ended = (columns.kind == "case_closed") & columns.data.like('%"reason":"discretion"%')
    query = query.where(or_(reasoned, columns.kind.in_(_DISCRETION), ended)).order_by(None).order_by(columns.id)
    scope = scope_of(viewer, books.lifecycles)
    with reading(engine) as connection:
        found = _all(connection.execute(query).mappings(), books, reads=reads)
        own, names = journal_event.c, _names(connection)
        by_hand = select(journal_event).where(own.kind.in_(_BY_HAND), own.legal_day >= first, own.legal_day < until)
        by_hand = by_hand.where(journal_visible(scope, books.lifecycles))
        found += [_entry(row, names, reads=reads) for row in connection.execute(by_hand.order_by(own.id)).mappings()]
        errata = select(erratum) if scope is None else select(erratum).where(erratum.c.lifecycle.in_(scope))
        found += [
            _erratum(row, books, reads=reads)
            for row in connection.execute(errata).mappings()
            if first <= legal_day(row["recorded_at"]) < until
        ]
    return sorted(found, key=lambda one: (one.legal_day, one.recorded_at))


def _events(viewer: Person, books: LawBooks) -> Select[Any]:
    query = select(event, case_file.c.ref.label("case_ref"), case_file.c.lifecycle)
    query = query.join(case_file, case_file.c.id == event.c.case_id).order_by(event.c.id.desc())
    scope = scope_of(viewer, books.lifecycles)
    return query if scope is None else query.where(case_file.c.lifecycle.in_(scope))


def _days(query: Select[Any], columns: Any, asked: Search) -> Select[Any]:
    if asked.first is not None:
        query = query.where(columns.legal_day >= asked.first)
    if asked.last is not None:
        query = query.where(columns.legal_day <= asked.last)
    return query if asked.before is None else query.where(columns.id < asked.before)


def _page(engine: Engine, query: Select[Any], books: LawBooks, *, reads: bool) -> Page:
    with reading(engine) as connection:
        rows = list(connection.execute(query.limit(SIZE + 1)).mappings())
    more = rows[SIZE - 1]["id"] if len(rows) > SIZE else None
    return Page(_all(rows[:SIZE], books, reads=reads), more)


def _all(rows: Iterable[Row | RowMapping], books: LawBooks, *, reads: bool) -> list[Found]:
    plain: dict[str, Plain] = {}
    return [_found(row, books, plain, reads=reads) for row in rows]


def _found(row: Row | RowMapping, books: LawBooks, plain: dict[str, Plain], *, reads: bool) -> Found:
    lifecycle: Lifecycle | None = books.lifecycles.get(row["lifecycle"])
    said, title, stage = "", row["lifecycle"], row["stage"]
    if lifecycle is not None:
        title = lifecycle.title
    data = json.loads(row["data"])
    stage = stage_title(lifecycle, row["stage"].partition(".")[0]) if lifecycle is not None and row["stage"] else stage
    if reads and lifecycle is not None:
        names = ("seq", "kind", "legal_day", "recorded_at", "actor", "person", "clause", "stage")
        more = ("regulation", "encoding", "hash")
        said = told(lifecycle, EventView(**{name: row[name] for name in (*names, *more)}, data=data))
        if lifecycle.key not in plain:
            plain[lifecycle.key] = Plain(lifecycle, books.lifecycles)
        said = plain[lifecycle.key].event(row["kind"], data, said)
        coded = row["kind"] == "case_closed"  # its reason is a code; the event says the law's word for it
        if isinstance(data.get("reason"), str) and data["reason"] and data["reason"] not in said and not coded:
            said = f"{said}；理由：{data['reason']}"
    words = KINDS.get(row["kind"], row["kind"])
    where = (row["legal_day"], row["recorded_at"], row["person"], row["clause"], stage, said)
    return Found(row["id"], row["case_ref"], title, words, *where)


# -- journals ----------------------------------------------------------------------------------------------------------


def search_journals(engine: Engine, asked: Search, viewer: Person, books: LawBooks, *, reads: bool) -> Page:
    """Entries of journals in the viewer's scope; `asked.case` is a journal's name or its beginning (`batch:`)."""
    columns = journal_event.c
    scope = scope_of(viewer, books.lifecycles)
    query = select(journal_event).where(journal_visible(scope, books.lifecycles)).order_by(columns.id.desc())
    if asked.case:
        query = query.where(columns.journal.startswith(asked.case, autoescape=True))
    if asked.kind:
        query = query.where(columns.kind == asked.kind)
    if asked.person:
        query = query.where(columns.person == asked.person)
    query = _days(query, columns, asked)
    with reading(engine) as connection:
        rows = list(connection.execute(query.limit(SIZE + 1)).mappings())
        names = _names(connection)
    more = rows[SIZE - 1]["id"] if len(rows) > SIZE else None
    return Page([_entry(row, names, reads=reads) for row in rows[:SIZE]], more)


def _names(connection: Connection) -> dict[str, str]:
    return {key: name for key, name in connection.execute(select(person.c.key, person.c.name))}


def _entry(row: Row | RowMapping, names: Mapping[str, str], *, reads: bool) -> Found:
    said = ""
    if reads:
        said = journal_said(json.loads(row["data"]), names)
    words = JOURNAL_KINDS.get(row["kind"], row["kind"])
    where = (row["legal_day"], row["recorded_at"], row["person"], "", "", said)
    return Found(row["id"], "", row["journal"], words, *where)


def _erratum(row: Row | RowMapping, books: LawBooks, *, reads: bool) -> Found:
    lifecycle = books.lifecycles.get(row["lifecycle"])
    said = (
        f"编码 {row['from_hash'][:12]} → {row['to_hash'][:12]}；移 {row['moved']} 件，留 {row['kept']} 件；理由：{row['because']}"
        if reads
        else ""
    )
    where = (legal_day(row["recorded_at"]), row["recorded_at"], row["person"], "", "", said)
    title = lifecycle.title if lifecycle is not None else row["lifecycle"]
    return Found(row["id"], "", title, "勘误", *where)


# -- readings ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading, the regulation it belongs to, and the lifecycles that rest on it."""

    law: str
    law_title: str
    reading: Reading
    lifecycles: tuple[str, ...]


def readings(viewer: Person, books: LawBooks) -> list[ReadingRow]:
    """Every reading of the loaded lifecycles in scope, by regulation; one that several lifecycles share stands once."""
    found: dict[tuple[str, str], tuple[Lifecycle, Reading, list[str]]] = {}
    for lifecycle in books.lifecycles.values():
        if in_scope(viewer, lifecycle):
            for one in lifecycle.readings:
                key = (lifecycle.regulation.key, one.key)
                found.setdefault(key, (lifecycle, one, []))[2].append(lifecycle.title)
    return [
        ReadingRow(law, lifecycle.regulation.title, one, tuple(titles))
        for (law, _), (lifecycle, one, titles) in sorted(found.items(), key=lambda item: item[0])
    ]


def touched(engine: Engine, law: str, key: str, books: LawBooks, *, at_most: int = 200) -> list[tuple[str, str]]:
    """Cases (and the decision's title) with an amount that rests on a reading."""
    lifecycles = [name for name, one in books.lifecycles.items() if one.regulation.key == law]
    mark = f'"reading":{json.dumps(key, ensure_ascii=False)}'
    columns = decision.c
    holds = or_(columns.tree.contains(mark, autoescape=True), columns.ceiling.contains(mark, autoescape=True))
    query = select(case_file.c.ref, columns.title).join(case_file, case_file.c.id == columns.case_id)
    query = query.where(case_file.c.lifecycle.in_(lifecycles), holds).order_by(columns.id).limit(at_most)
    with reading(engine) as connection:
        return [(row[0], row[1]) for row in connection.execute(query)]


# -- looks and anchors -------------------------------------------------------------------------------------------------

LOOKS: Mapping[str, str] = {
    "case": "案件", "document": "材料", "identity": "异议人身份", "account": "账号、账户", "export": "导出",
}  # fmt: skip


def looks(engine: Engine, *, person: str = "", subject: str = "", what: str = "", before: int | None = None) -> Page:
    """Who read personal data, the newest first."""
    columns = look.c
    query = select(look).order_by(columns.id.desc())
    for column, value in ((columns.person, person), (columns.subject, subject), (columns.what, what)):
        if value:
            query = query.where(column == value)
    if before is not None:
        query = query.where(columns.id < before)
    with reading(engine) as connection:
        rows = [dict(row) for row in connection.execute(query.limit(SIZE + 1)).mappings()]
    return Page(rows[:SIZE], rows[SIZE - 1]["id"] if len(rows) > SIZE else None)


def anchors(engine: Engine, *, at_most: int = 400) -> list[Row]:
    """The daily digests, the latest first."""
    with reading(engine) as connection:
        return [
            dict(row)
            for row in connection.execute(select(anchor).order_by(anchor.c.id.desc()).limit(at_most)).mappings()
        ]
