"""Journals: the chained record of what changes no single case (batches, appropriations, accounts, people).

`write` is called in the transaction that changes the rows; two writers of one journal collide in a unique index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from models import instant_text, journal_event
from shixian.casework.chain import SEPARATOR, canonical_json, digest_of
from shixian.casework.database import races
from shixian.rules.errors import CaseworkError

VERSION = 1
FIELDS = ("version", "journal", "seq", "kind", "legal_day", "recorded_at", "person", "data", "previous")

# Built once: putting a statement together takes longer than running it, and every turn of a release writes here.
_OWN = journal_event.c.journal == bindparam("own")
_LAST = select(journal_event.c.seq, journal_event.c.hash).where(_OWN).order_by(journal_event.c.seq.desc()).limit(1)
_ENTRIES = select(journal_event).where(_OWN).order_by(journal_event.c.seq)


@dataclass(frozen=True, slots=True)
class Note:
    """One entry to be written: what happened, on which legal day, and its data (JSON without floats)."""

    kind: str
    legal_day: date
    data: Mapping[str, Any] = field(default_factory=dict)


def write(connection: Connection, journal: str, notes: Iterable[Note], *, recorded_at: datetime, person: str) -> None:
    """Append notes to a journal. Conflict when another wrote to it meanwhile."""
    found = connection.execute(_LAST, {"own": journal}).one_or_none()
    seq, head = (found.seq, found.hash) if found is not None else (0, beginning(journal))
    rows: list[dict[str, Any]] = []
    for note in notes:
        seq += 1
        row: dict[str, Any] = {
            "journal": journal,
            "seq": seq,
            "version": VERSION,
            "kind": note.kind,
            "legal_day": note.legal_day,
            "recorded_at": recorded_at,
            "person": person,
            "data": canonical_json(dict(note.data)),
            "previous": head,
        }
        head = digest(row)
        rows.append(row | {"hash": head})
    if rows:
        with races():
            connection.execute(insert(journal_event), rows)


def beginning(journal: str) -> str:
    """What the first entry of a journal follows."""
    return sha256(f"shixian-journal-1{SEPARATOR}{journal}".encode()).hexdigest()


def digest(row: Mapping[str, Any]) -> str:
    """The hash of an entry. CaseworkError when a part holds a control character and so could imitate a separator."""
    if row["version"] != VERSION:
        raise CaseworkError(f"不认识第 {row['version']} 版日志规范形式", remedy="使用能够识别该版本的程序核验")
    parts = [
        str(row["version"]),
        row["journal"],
        str(row["seq"]),
        row["kind"],
        row["legal_day"].isoformat(),
        instant_text(row["recorded_at"]),
        row["person"],
        row["data"],
        row["previous"],
    ]
    return digest_of(FIELDS, parts)


def entries(connection: Connection, journal: str) -> list[RowMapping]:
    """The entries of a journal, in order; `data` is JSON text."""
    return list(connection.execute(_ENTRIES, {"own": journal}).mappings())


def journal_problems(connection: Connection) -> Iterator[str]:
    """Every entry that does not follow from the one before, in flat memory."""
    columns = journal_event.c
    journal, expected, head = "", 1, ""
    ordered = select(journal_event).order_by(columns.journal, columns.seq).execution_options(yield_per=500)
    for row in connection.execute(ordered).mappings():
        if row["journal"] != journal:
            journal, expected, head = row["journal"], 1, beginning(row["journal"])
        where = f"日志 {journal} 第 {row['seq']} 条"
        if row["seq"] != expected:
            yield f"{where}前有缺漏（应为第 {expected} 条）"
        elif not row["hash"] or row["previous"] != head:
            yield f"{where}不接续前一条"
        else:
            try:
                if digest(dict(row)) != row["hash"]:
                    yield f"{where}的内容与哈希不符"
            except (CaseworkError, TypeError, AttributeError) as error:
                yield f"{where}不合规范形式：{error}"
        expected, head = row["seq"] + 1, row["hash"] or ""
