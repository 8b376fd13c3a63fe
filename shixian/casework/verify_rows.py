"""Whether every column of a case's rows is what its events say: the row itself, each round of each clock, what is owed.

`verify` folds the events; here each projected column is compared with what follows from them. What no event tells is
named in `UNTOLD`, with the reason: such a column decides nothing about the law or the money of a case.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from models import encoding
from shixian.casework.publicity.sealing import TOKEN
from shixian.rules.facts import NONE, UNKNOWN
from shixian.rules.state import Case

Row = Mapping[str, Any]
Said = Mapping[str, Mapping[int, Mapping[str, Any]]]
LIVE = ("running", "asking", "held")

UNTOLD = {
    "case_file": {
        "id": "行号；事件以它归属案件，改动即成无主事件",
        "set_aside": "周期办理时的技术搁置原因，由下一次办理重写，不影响案件状态",
        "imported_key": "导入行的去重键，不进入事件；改动只影响同一行能否再次导入",
    },
    "deadline": {"id": "行号，无人引用", "case_id": "按案件读取；改动即缺行、多行"},
    "obligation": {"id": "行号；记账、批次以它引用，改动即与总账不符"},
}


def declared_parties(
    connection: Connection, hashes: Iterable[str]
) -> tuple[dict[str, tuple[str, str, str]], list[str]]:
    """Of each stored encoding: its lifecycle, and the facts that say who the party is and how it is called. One that is
    not what it hashes to is told, and not relied on."""
    found: dict[str, tuple[str, str, str]] = {}
    wrong: list[str] = []
    stored = select(encoding.c.hash, encoding.c.lifecycle, encoding.c.text).where(encoding.c.hash.in_(hashes))
    for content, key, text in connection.execute(stored):
        if sha256(text.encode()).hexdigest() == content:
            lifecycle = json.loads(text)["lifecycle"]
            found[content] = (key, lifecycle.get("party", "unit_code"), lifecycle.get("party_name", "unit_name"))
        else:
            wrong.append(f"编码 {content[:12]} 的规范文本与其哈希不符")
    return found, wrong


def case_problems(
    row: Row, case: Case, events: Sequence[Row], declared: Mapping[str, tuple[str, str, str]]
) -> Iterator[str]:
    """Columns of the case row beside those that `verify` folds. `declared`: of each stored encoding, its lifecycle and
    the facts that name the party."""
    parent = row["ref"].rpartition("/")[0] or None
    if row["parent_ref"] != parent:
        yield f"案件行的 parent_ref 与案号不符（应为 {parent}）"
    if row["opened"] != events[0]["legal_day"]:
        yield "案件行的 opened 与事件重演的结果不符"
    known = declared.get(row["encoding"])
    if known is not None and known[0] != row["lifecycle"]:
        yield f"案件行的 lifecycle 与编码不符（编码属于 {known[0]}）"
    for place, column in enumerate(("party", "party_name"), 1):
        texts = {"", *(_plain(value) for value in case.facts.values())}
        if known is not None:
            texts = {_plain(case.facts.get(known[place], ""))}
        if row[column] not in texts:
            yield f"案件行的 {column} 与事件重演的结果不符"


def _plain(value: Any) -> str:
    """As the row has it: several names one after another, and nothing of what is sealed, 未知 or 无."""
    if isinstance(value, list | tuple):
        return "；".join(value)
    told = isinstance(value, str) and not value.startswith(TOKEN) and value not in (UNKNOWN.value, NONE.value)
    return str(value) if told else ""


def deadline_problems(case: Case, rows: Sequence[Row], said: Said) -> Iterator[str]:
    """Each row is a round that an event set, with the words of that event; an earlier round ended as told."""
    ended = _ended(said)
    for row in rows:
        key = row["stage"], row["clock"], row["round"]
        where = f"期限 {row['stage']}.{row['clock']} 第{row['round']}次的记录行"
        data = said.get("deadline_set", {}).get(row["set_seq"])
        if data is None or (data["stage"], data["clock"], data["round"]) != key:
            yield f"{where}的 set_seq 没有相应的事件"
            continue
        last_day = row["last_day"].isoformat() if row["last_day"] else None
        have = {"last_day": last_day, "provisional": row["provisional"]}
        have |= {name: row[name] for name in ("title", "effect", "binds", "clause")}
        for name, value in have.items():
            if value != (data.get(name) or (False if name == "provisional" else None)):
                yield f"{where}的 {name} 与事件不符"
        now = case.progress.deadlines.get(f"{row['stage']}.{row['clock']}")
        if now is not None and now.round != row["round"] and row["status"] != ended.get(key, "void"):
            yield f"{where}的 status 与事件不符"


def _ended(said: Said) -> dict[tuple[str, str, int], str]:
    """How each round ended, as far as an event says so; one that only another round followed is void."""
    happened = sorted(
        (seq, kind, data)
        for kind in ("deadline_set", "deadline_met", "deadline_lapsed", "deadline_held", "deadline_void")
        for seq, data in said.get(kind, {}).items()
    )
    current: dict[tuple[str, str], int] = {}
    found: dict[tuple[str, str, int], str] = {}
    for _, kind, data in happened:
        clock = data["stage"], data["clock"]
        if kind == "deadline_set":
            current[clock] = data["round"]
        elif clock in current:
            found[(*clock, current[clock])] = kind.removeprefix("deadline_")
    return {key: "void" if status in LIVE else status for key, status in found.items()}


def obligation_problems(said: Said, rows: Sequence[Row], decisions: Sequence[Row]) -> Iterator[str]:
    """Whom it is owed to, when, and on which decision it rests."""
    for row in rows:
        data = said.get("obligation_created", {}).get(row["seq"])
        if data is None:
            continue  # told already: a row without its event
        resting = [one["id"] for one in decisions if one["key"] == row["decision"] and one["seq"] <= row["seq"]]
        due = {name: row[name].isoformat() if row[name] else None for name in ("due", "original_due")}
        expected: dict[str, tuple[Any, Any]] = {
            "creditor": (row["creditor"], data.get("creditor") or data["payee"]),
            "due": (due["due"], data.get("due")),
            "original_due": (due["original_due"], data.get("due")),
            "decision_id": (row["decision_id"], resting[-1] if resting else None),
            "replaces": (row["replaces"], data.get("replaces")),
        }
        for name, (have, want) in expected.items():
            if have != want:
                yield f"义务的记录行（事件 {row['seq']}）的 {name} 与事件不符"
