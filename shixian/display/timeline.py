"""The timeline of a case: acts, clocks, documents, notices, objections, decisions and money in one list.

Made of the events that `case_page.read_all` gives, in words, each with its clause, person, legal day and recorded
instant; what lies behind an entry (a deadline's working, an amount's tree, what a refusal compared) comes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shixian.casework.money.money_views import CaseMoney
from shixian.casework.staff.people import THE_SYSTEM
from shixian.display.plain import Plain
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.money import Money
from shixian.rules.narrate import stage_title
from shixian.rules.periods import legal_day

# What a reader may choose to see; the order is that of the filter.
GROUPS: Mapping[str, str] = {
    "act": "行为",
    "clock": "期限",
    "document": "材料",
    "notice": "公示",
    "objection": "异议与子案件",
    "decision": "决定",
    "money": "金额",
    "stage": "环节",
    "fact": "事实",
    "record": "记录",
}
_KINDS: Mapping[str, str] = {
    "act_recorded": "act",
    "refused": "act",
    "late_allowed": "act",
    "deadline_set": "clock",
    "deadline_met": "clock",
    "deadline_lapsed": "clock",
    "deadline_held": "clock",
    "deadline_void": "clock",
    "suspended": "clock",
    "resumed": "clock",
    "document_recorded": "document",
    "window_opened": "notice",
    "child_opened": "objection",
    "child_closed": "objection",
    "identity_viewed": "objection",
    "identity_erased": "objection",
    "decided": "decision",
    "case_closed": "decision",
    "integrity_recorded": "decision",
    "barred": "decision",
    "bar_end_set": "decision",
    "bar_applied": "decision",
    "obligation_created": "money",
    "quota_drawn": "money",
    "limit_claimed": "money",
    "fact_recorded": "fact",
    "case_opened": "stage",
    "stage_opened": "stage",
    "stage_finished": "stage",
    "stage_skipped": "stage",
    "stage_closed_off": "stage",
    "carried_over": "stage",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `working` are lines, `trees` titled explanations (JSON), both to be opened by the reader."""

    seq: int
    group: str
    kind: str
    said: str
    legal_day: str
    recorded_at: str
    person: str
    clause: str
    stage: str
    stage_title: str
    working: tuple[str, ...] = ()
    trees: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    link: str = ""

    @property
    def group_title(self) -> str:
        return GROUPS[self.group]

    @property
    def back_dated(self) -> bool:
        """Recorded on another day than the one it counts from."""
        return not self.recorded_at.startswith(self.legal_day)


def entries(
    lifecycle: Lifecycle,
    events: Iterable[Mapping[str, Any]],
    names: Mapping[str, str],
    lifecycles: Mapping[str, Lifecycle],
) -> list[Entry]:
    """The events of `read_all` as entries, in plain words; `names` are the names of accounts by key."""
    plain = Plain(lifecycle, lifecycles)
    return [_entry(lifecycle, event, names, plain) for event in events]


ATTEMPTS: Mapping[str, str] = {
    "planned": "已放行，待发送",
    "intended": "发送中",
    "sent": "已发送，待回执",
    "unknown": "结果未明，待查询",
    "stopped": "放行时扣下",
    "paid": "已支付",
    "rejected": "银行未受理",
    "returned": "退汇",
}


def payments(money: CaseMoney, *, until: tuple[date | None, datetime | None]) -> list[Entry]:
    """What became of the case's money outside its events: each attempt that is settled, and each receipt."""
    day, known = until
    found = []
    for one in money.obligations:
        of = f"第{one.row['sequence']}期"
        for attempt in one.attempts:
            at, on = attempt["settled_at"], attempt["paid_on"]
            if at is None or (known is not None and at > known):
                continue
            legal = on or legal_day(at)
            status = ATTEMPTS.get(str(attempt["status"]), str(attempt["status"]))
            why = f"：{attempt['reason']}" if attempt["reason"] else ""
            said = f"{of}{status}{why}，{attempt['holder']} {attempt['account']}，批次 {attempt['batch']}"
            found.append(_paid(one.row, attempt["fen"], said, legal, at))
        for receipt in one.receipts:
            at = receipt["recorded_at"]
            if known is None or at <= known:
                found.append(_paid(one.row, receipt["fen"], f"{of}收到退回款项", receipt["received"], at))
    return [entry for entry in found if day is None or entry.legal_day <= day.isoformat()]


def _paid(row: Mapping[str, Any], fen: int, said: str, legal: date, at: datetime) -> Entry:
    whole = f"{said}（{Money(fen).zh}）"
    return Entry(0, "money", "payment", whole, legal.isoformat(), at.isoformat(), "财务", row["clause"], "", "")


def chosen(
    found: Iterable[Entry], *, group: str = "", stage: str = "", person: str = "", text: str = ""
) -> list[Entry]:
    """The entries that a filter leaves; an empty part of it leaves all."""
    return [
        entry
        for entry in found
        if (not group or entry.group == group)
        and (not stage or entry.stage == stage)
        and (not person or entry.person == person)
        and (not text or text in entry.said or text in entry.clause)
    ]


def by_day(found: Iterable[Entry], *, newest_first: bool) -> list[tuple[date, list[Entry]]]:
    """The entries under their legal days."""
    days: dict[str, list[Entry]] = {}
    for entry in sorted(found, key=lambda one: (one.legal_day, one.seq), reverse=newest_first):
        days.setdefault(entry.legal_day, []).append(entry)
    return [(date.fromisoformat(day), group) for day, group in days.items()]


def _entry(lifecycle: Lifecycle, event: Mapping[str, Any], names: Mapping[str, str], plain: Plain) -> Entry:
    kind = str(event["kind"])
    group = _KINDS.get(kind, "record")
    if kind == "act_recorded" and event.get("verb") == "publish":
        group = "notice"
    elif kind == "act_recorded" and event.get("verb") == "object":
        group = "objection"
    stage = str(event.get("stage") or "").partition(".")[0]  # a question of a clock names its stage and the clock
    key = str(event["recorded_by"])
    return Entry(
        seq=int(event["seq"]),
        group=group,
        kind=kind,
        said=plain.event(kind, event, str(event["said"])),
        legal_day=str(event["legal_day"]),
        recorded_at=str(event["recorded_at"]),
        person=names.get(key) or (THE_SYSTEM.name if key == THE_SYSTEM.key else key),
        clause=str(event.get("clause") or ""),
        stage=stage,
        stage_title=stage_title(lifecycle, stage) if stage else "",
        working=tuple(map(plain, _working(kind, event))),
        trees=tuple((title, plain.tree(tree)) for title, tree in _trees(event)),
        link=f"/cases/{event['ref']}" if kind in ("child_opened", "child_closed", "bar_applied") else "",
    )


def _working(kind: str, event: Mapping[str, Any]) -> tuple[str, ...]:
    if kind == "refused":
        lines = [f"比较：{text}" for text in event.get("compared") or ()]
        return (*lines, *([f"处理办法：{event['remedy']}"] if event.get("remedy") else []))
    if kind == "obligation_created":
        return tuple(event.get("due_working") or ())
    found = event.get("working") or ()
    return tuple(str(line) for line in found) if not isinstance(found, str) else (found,)


def _trees(event: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    titles = (("金额", "tree"), ("上限", "ceiling"))
    return [(title, event[key]["explanation"]) for title, key in titles if event.get(key)]
