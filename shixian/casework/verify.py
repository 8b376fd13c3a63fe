"""Verification: the record proves itself, or says exactly where it does not. It fails on nothing to verify.

Every case is read once, in flat memory: its events are hashed again, its state is folded again from them, and every row
that others rely on (deadlines, lists, decisions, obligations, claims, ledger) is compared with what the events say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, func, select

from models import (
    bar,
    case_file,
    deadline,
    decision,
    effect_claim,
    event,
    history,
    ledger_entry,
    limit_claim,
    list_item,
    obligation,
    quota_draw,
    sealed_value,
    sealing_key,
)
from shixian.casework.anchors import anchor_problems
from shixian.casework.chain import canonical_json, digest, genesis
from shixian.casework.database import reading
from shixian.casework.journal import journal_problems
from shixian.casework.money.ledger import balances, unbalanced
from shixian.casework.money.verify_money import COUNTED, money_problems
from shixian.casework.publicity.sealing import TOKEN
from shixian.casework.verify_rows import case_problems, deadline_problems, declared_parties, obligation_problems
from shixian.rules import proceedings
from shixian.rules.errors import CaseworkError, RecordError
from shixian.rules.facts import FactSet, Field
from shixian.rules.state import Case, Progress, Transition, apply, shape_of

_TOGETHER = 200  # cases read at a time
_LIVE = ("running", "asking", "held")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """How many of everything were looked at, and every problem, each with its case."""

    counts: Mapping[str, int]
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.problems

    def lines(self) -> list[str]:
        counted = "，".join(f"{_COUNTED.get(name, name)} {number}" for name, number in self.counts.items())
        return [f"核验：{counted}", *self.problems, "记录完整" if self.holds else f"发现 {len(self.problems)} 处问题"]


@dataclass(slots=True)
class _Findings:
    """A report while it is being made."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


_COUNTED = {
    "cases": "案件",
    "events": "事件",
    "deadlines": "期限",
    "decisions": "决定",
    "obligations": "义务",
    "postings": "记账",
    **COUNTED,
}


def verify(engine: Engine, *, refs: Iterable[str] | None = None) -> Report:
    """Verify everything, or the cases of `refs` only (then without ledger and anchors)."""
    report = _Findings()
    with reading(engine) as connection:
        for rows in _chunks(connection, None if refs is None else list(refs)):
            _verify_chunk(connection, rows, report)
        if refs is None:
            _verify_whole(connection, report)
    if report.counts["events"] == 0:
        report.problems.append("没有任何事件：没有可核验的记录，不能视为通过")
    return Report(dict(report.counts), tuple(report.problems))


def require_record(report: Report) -> Report:
    """The report, or RecordError with its first problems."""
    if not report.holds:
        raise RecordError("；".join(report.problems[:5]), remedy="停止办理，保全数据库，从备份比对")
    return report


def _chunks(connection: Connection, refs: list[str] | None) -> Iterator[list[Row]]:
    last = 0
    while True:
        query = select(case_file).where(case_file.c.id > last).order_by(case_file.c.id).limit(_TOGETHER)
        if refs is not None:
            query = query.where(case_file.c.ref.in_(refs))
        rows = list(connection.execute(query).mappings())
        if not rows:
            return
        last = rows[-1]["id"]
        yield cast(list[Row], rows)


def _verify_chunk(connection: Connection, rows: list[Row], report: _Findings) -> None:
    first, last = rows[0]["id"], rows[-1]["id"]
    tables = (event, deadline, list_item, decision, obligation, effect_claim, limit_claim, quota_draw, bar, history)
    found = {table.name: _by_case(connection, table, first, last) for table in tables}
    sealed = _sealed(connection, [row["ref"] for row in rows])
    declared, wrong = declared_parties(connection, {row["encoding"] for row in rows})
    report.problems.extend(one for one in wrong if one not in report.problems)
    for row in rows:
        own = {name: by_case.get(row["id"], []) for name, by_case in found.items()}
        report.counts["cases"] += 1
        for name, counted in (("events", "event"), ("deadlines", "deadline"), ("decisions", "decision")):
            report.counts[name] += len(own[counted])
        report.counts["obligations"] += len(own["obligation"])
        report.problems.extend(f"{row['ref']}：{problem}" for problem in _case_problems(row, own, declared))
        report.problems.extend(f"{row['ref']}：{problem}" for problem in _seal_problems(row, own["event"], sealed))


def _by_case(connection: Connection, table: Table, first: int, last: int) -> dict[int, list[Row]]:
    key = table.c.case_id
    order = (key, table.c.seq if "seq" in table.c else table.c.id)
    found: dict[int, list[Row]] = {}
    for row in connection.execute(select(table).where(key >= first, key <= last).order_by(*order)).mappings():
        found.setdefault(row["case_id"], []).append(cast(Row, row))
    return found


def _case_problems(
    row: Row, own: Mapping[str, list[Row]], declared: Mapping[str, tuple[str, str, str]]
) -> Iterator[str]:
    events = own["event"]
    if not events:
        yield "没有事件"
        return
    broken = list(_chain_problems(row, events))
    yield from broken
    try:
        case = fold(row, events)
    except (KeyError, ValueError, TypeError, AttributeError, CaseworkError) as error:
        yield f"事件不能重演：{type(error).__name__} {error}"
        return
    yield from _state_problems(row, case)
    yield from case_problems(row, case, events, declared)
    yield from _deadline_problems(case, own["deadline"])
    yield from _row_problems(case, events, own)


def _chain_problems(row: Row, events: list[Row]) -> Iterator[str]:
    previous = genesis(row["ref"])
    for expected, one in enumerate(events, 1):
        where = f"第 {one['seq']} 个事件"
        if one["seq"] != expected:
            yield f"{where}前有缺漏（应为第 {expected} 个）"
            return
        if not one["hash"] or not one["previous"]:
            yield f"{where}没有哈希"
            return
        if one["previous"] != previous:
            yield f"{where}不接续前一事件"
        names = (
            "seq",
            "kind",
            "legal_day",
            "recorded_at",
            "actor",
            "person",
            "clause",
            "stage",
            "regulation",
            "encoding",
        )
        try:
            computed = digest(
                case=row["ref"],
                **{name: one[name] for name in names},
                data=one["data"],
                previous=one["previous"],
                version=one["version"],
            )
        except (CaseworkError, TypeError, AttributeError) as error:
            yield f"{where}不合规范形式：{error}"
            return
        if computed != one["hash"]:
            yield f"{where}的内容与哈希不符"
        previous = one["hash"]
    if row["head"] != previous:
        yield "案件行的末端哈希与事件链不符"
    if row["number"] != len(events):
        yield f"案件行记有 {row['number']} 个事件，实有 {len(events)} 个"


class _Stored(Field):
    """A field that leaves stored text as it is: folding needs no declaration, and works for every encoding."""

    def parse(self, text: object) -> Any:
        return text


class _StoredFacts(FactSet):
    def __getitem__(self, name: str) -> Field:
        return _AS_STORED


_AS_STORED = _Stored("", "", cast(Any, ""), "")


def fold(row: Row, events: Iterable[Row]) -> Case:
    """The case that follows from its events alone; facts as stored texts."""
    facts = _StoredFacts()
    case = Case(row["ref"], row["lifecycle"], "", "", 0, row["opened"], progress=Progress(), parent=row["parent_ref"])
    for one in events:
        apply(case, Transition(one["kind"], one["legal_day"], json.loads(one["data"])), facts)
    return case


def _state_problems(row: Row, case: Case) -> Iterator[str]:
    text = case.progress.to_text()
    expected: dict[str, Any] = {
        "progress": text,
        "shape": shape_of(text),
        "facts": canonical_json(case.facts),
        "status": case.progress.status,
        "stage": case.where,
        "reason": case.progress.reason,
        "clause": case.progress.clause,
        "cycle": case.cycle,
        "opened": case.opened,
        "regulation": case.regulation,
        "encoding": case.encoding,
        "family": case.parent is not None or bool(case.progress.children),
    }
    for name, value in expected.items():
        if row[name] != value:
            yield f"案件行的 {name} 与事件重演的结果不符"
    due = proceedings.next_due(case)
    if (row["next_day"].isoformat() if row["next_day"] else None, row["next_stage"]) != (due or (None, None)):
        yield f"案件行的 next_day、next_stage 应为 {due}"


def _deadline_problems(case: Case, rows: list[Row]) -> Iterator[str]:
    by_round = {(row["stage"], row["clock"], row["round"]): row for row in rows}
    for key, state in case.progress.deadlines.items():
        row = by_round.pop((state.stage, state.clock, state.round), None)
        if row is None:
            yield f"期限 {key} 第{state.round}次没有记录行"
            continue
        last_day = row["last_day"].isoformat() if row["last_day"] else None
        if (last_day, row["status"], row["provisional"]) != (state.last_day, state.status, state.provisional):
            yield f"期限 {key} 的记录行（{last_day}，{row['status']}）与事件（{state.last_day}，{state.status}）不符"
    for (stage, clock, number), row in by_round.items():
        state_now = case.progress.deadlines.get(f"{stage}.{clock}")
        if state_now is None or number > state_now.round or row["status"] in _LIVE:
            yield f"期限 {stage}.{clock} 第{number}次的记录行没有事件依据"


def _row_problems(case: Case, events: list[Row], own: Mapping[str, list[Row]]) -> Iterator[str]:
    said: dict[str, dict[int, Mapping[str, Any]]] = {}
    for one in events:
        said.setdefault(one["kind"], {})[one["seq"]] = json.loads(one["data"])
    yield from _same(
        "决定",
        "decided",
        ("key", "clause", "outcome", "grade", "fen", "tree"),
        said,
        own["decision"],
        json_names=("tree",),
    )
    named = ("decision", "payee", "debtor", "direction", "sequence", "fen", "clause")
    yield from _same("义务", "obligation_created", named, said, own["obligation"])
    yield from obligation_problems(said, own["obligation"], own["decision"])
    yield from deadline_problems(case, own["deadline"], said)
    yield from _same("届满", "deadline_lapsed", ("stage", "clock", "round", "effect"), said, own["effect_claim"])
    yield from _same("名额", "limit_claimed", ("scope",), said, own["limit_claim"])
    drawn = ("quota", "scope", "before", "fen", "at_most")
    yield from _same("额度", "quota_drawn", drawn, said, own["quota_draw"])
    yield from _same("限制", "barred", ("subject", "lifecycle", "clause", "text"), said, own["bar"])
    yield from _ends(said, own["bar"])
    yield from _same("历史", "remembered", ("key", "subject", "cycle", "value", "clause"), said, own["history"])
    listed = {row["key"]: [row["list"], row["stage"], row["clause"], row["text"]] for row in own["list_item"]}
    if listed != case.progress.lists:
        yield f"待办清单（{'、'.join(listed) or '空'}）与事件（{'、'.join(case.progress.lists) or '空'}）不符"


def _same(
    what: str,
    kind: str,
    names: tuple[str, ...],
    said: Mapping[str, Mapping[int, Mapping[str, Any]]],
    rows: list[Row],
    json_names: tuple[str, ...] = (),
) -> Iterator[str]:
    """Each row has its event, each event its row, and they say the same."""
    events = dict(said.get(kind, {}))
    for row in rows:
        data = events.pop(row["seq"], None)
        if data is None:
            yield f"{what}的记录行（事件 {row['seq']}）没有事件依据"
            continue
        for name in names:
            value = data.get(name)
            if name in json_names and value is not None:
                value = canonical_json(value)
            if row[name] != value:
                yield f"{what}的记录行（事件 {row['seq']}）的 {name} 与事件不符"
    for seq in events:
        yield f"{what}（事件 {seq}）没有记录行"


def _ends(said: Mapping[str, Mapping[int, Mapping[str, Any]]], bars: list[Row]) -> Iterator[str]:
    """The last day of each bar is that of the event that set it last."""
    for row in bars:
        ends = {
            seq: data
            for seq, data in said.get("bar_end_set", {}).items()
            if (data["subject"], data["lifecycle"], data["bar_clause"], data["first_day"])
            == (row["subject"], row["lifecycle"], row["clause"], row["first_day"].isoformat())
        }
        latest = max(ends, default=None)
        data = said.get("barred", {}).get(row["seq"], {}) if latest is None else ends[latest]
        last_day = row["last_day"].isoformat() if row["last_day"] else None
        if (last_day, row["end_seq"]) != (data.get("last_day"), latest):
            yield f"限制的记录行（事件 {row['seq']}）的终期 {last_day} 与事件不符"


def _sealed(connection: Connection, refs: list[str]) -> tuple[set[str], set[str]]:
    """The tokens that have a ciphertext, and the references of cases whose key is there."""
    tokens = set(connection.scalars(select(sealed_value.c.token).where(sealed_value.c.case_ref.in_(refs))))
    keyed = select(case_file.c.ref).join(sealing_key, sealing_key.c.case_id == case_file.c.id)
    return tokens, set(connection.scalars(keyed.where(case_file.c.ref.in_(refs))))


def _seal_problems(row: Row, events: list[Row], sealed: tuple[set[str], set[str]]) -> Iterator[str]:
    tokens, keyed = sealed
    used = [value for value in json.loads(row["facts"]).values() if isinstance(value, str) and value.startswith(TOKEN)]
    if not used:
        return
    yield from (f"封存值 {token} 没有密文" for token in used if token not in tokens)
    erased = any(one["kind"] == "identity_erased" for one in events)
    if row["ref"] not in keyed and not erased:
        yield "封存密钥不见了，而没有销毁的事件"
    if row["ref"] in keyed and erased:
        yield "有销毁封存密钥的事件，而密钥还在"


def _verify_whole(connection: Connection, report: _Findings) -> None:
    """What concerns no single case: events without one, the ledger, the anchors."""
    orphans = select(event.c.case_id).where(event.c.case_id.not_in(select(case_file.c.id))).distinct()
    report.problems.extend(f"事件属于不存在的案件 {number}" for number in connection.scalars(orphans))
    report.problems.extend(f"记账 {key} 借贷不平" for key in unbalanced(connection))
    if sum(balances(connection).values()) != 0:
        report.problems.append("总账借贷不平")
    report.counts["postings"] = connection.scalar(select(func.count(ledger_entry.c.posting.distinct()))) or 0
    reserved = (
        select(obligation.c.id, obligation.c.fen, ledger_entry.c.debit, event.c.data)
        .outerjoin(event, (event.c.case_id == obligation.c.case_id) & (event.c.seq == obligation.c.seq))
        .outerjoin(
            ledger_entry,
            (ledger_entry.c.obligation_id == obligation.c.id)
            & (ledger_entry.c.account == "reserved")
            & ledger_entry.c.posting.like("reserve:%"),
        )
        .where(obligation.c.direction == "付", obligation.c.fen.is_distinct_from(ledger_entry.c.debit))
        .order_by(obligation.c.id)
    )
    for number, fen, debit, told in connection.execute(reserved):
        if debit is None and told is not None and json.loads(told).get("elsewhere"):
            continue  # paid from the debtor's own money: nothing of ours is reserved for it
        report.problems.append(f"义务 {number} 应预留 {fen} 分，账上为 {debit}")
    report.problems.extend(_gaps(connection))
    report.problems.extend(money_problems(connection, report.counts))
    report.problems.extend(journal_problems(connection))
    report.problems.extend(anchor_problems(connection))


def _gaps(connection: Connection) -> Iterator[str]:
    """Draws that do not begin where another of the same quota and scope ended."""
    this, last = quota_draw.c, quota_draw.alias("last").c
    ended = (last.quota == this.quota) & (last.scope == this.scope) & (last.before + last.fen == this.before)
    torn = select(this.quota, this.scope, this.before).where(this.before > 0, ~select(last.id).where(ended).exists())
    for quota, scope, before in connection.execute(torn.order_by(this.id)):
        yield f"额度 {quota}（{scope}）自 {before} 分起的一笔不接续前一笔"
