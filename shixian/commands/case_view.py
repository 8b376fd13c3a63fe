"""One stored case as a person reads it: where it stands, facts with their origin, events, deadlines, money, what may be
done now.

The dictionary is the one that `shixian simulate --json` gives for a case, with what only a record has (who recorded
what, and when). A past day is the prefix of its events, folded by the same function as always.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shixian import clock
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.sealing import HIDDEN, is_token
from shixian.casework.verify import fold
from shixian.casework.views import CaseView, EventView, read_case
from shixian.commands.case_lines import deadline_lines, decision_lines, list_line, obligation_line, refusal_lines
from shixian.commands.output import print_section
from shixian.commands.possible import Possible, possibilities
from shixian.rules.errors import FactsError, NotFound
from shixian.rules.facts import FactSet, FactType, Field
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.narrate import STATUS, act_title, event_text, stage_title
from shixian.rules.state import Case
from shixian.scenarios.report import case_report

if TYPE_CHECKING:
    from sqlalchemy import Engine

_RUN_OUT = ("deadline_lapsed", "deadline_held")


def case_of_day(view: CaseView, day: date | None) -> tuple[Case, Sequence[EventView]]:
    """The case and its events at the end of the legal day; None: at the end of the record. NotFound before its opening.

    A clock that ends on a day has not run out on it, so its event of that legal day is the first that comes after.
    """
    events = view.events if day is None else _known_by(view.events, day)
    if not events:
        raise NotFound(f"{view.ref} 在 {day} 尚未立案", remedy=f"立案日为 {view.row['opened']}")
    rows = [{"kind": one.kind, "legal_day": one.legal_day, "data": json.dumps(dict(one.data))} for one in events]
    case = fold(view.row, rows)
    stored: dict[str, Any] = dict(case.facts)
    case.facts = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return case, events


def _known_by(events: Sequence[EventView], day: date) -> Sequence[EventView]:
    for number, one in enumerate(events):
        if one.legal_day > day or (one.legal_day == day and one.kind in _RUN_OUT):
            return events[:number]
    return events


def read_all(engine: Engine, view: CaseView, day: date | None, *, now: datetime) -> dict[str, Any]:
    """Everything there is to say of a case, as JSON values."""
    books = default_books()
    case, events = case_of_day(view, day)
    lifecycle = _reading(books.lifecycle(case.lifecycle), case.facts)
    report = case_report(lifecycle, case, [one.transition for one in events])
    for name, value in report["facts"].items():
        report["facts"][name] = HIDDEN if is_token(value) else value
    report["events"] = [
        {
            "clause": one.clause,
            **said,
            "seq": one.seq,
            "said": told(lifecycle, one),
            "recorded_at": one.recorded_at.isoformat(),
            "recorded_by": one.person,
            "actor": one.actor,
            "hash": one.hash,
        }
        for said, one in zip(report["events"], events, strict=True)
    ]
    known = {one.seq for one in events}
    data: dict[str, Any] = {
        "ref": view.ref,
        "title": lifecycle.title,
        "as_of": None if day is None else day.isoformat(),
        **report,
        "fact_origins": _origins(lifecycle, events),
        "documents": [_document(row) for row in view.documents if row["seq"] in known],
    }
    if day is None:
        blocked, found = _possible(engine, books, view.ref, now)
        data["set_aside"] = view.row["set_aside"]
        data["blocked"] = blocked or None
        data["may"] = [one.to_json() for one in found if one.refusal is None]
        data["may_not"] = [one.to_json() for one in found if one.refusal is not None]
    return data


def _reading(lifecycle: Lifecycle, facts: Mapping[str, Any]) -> Lifecycle:
    """The declaration to read with: a fact that it no longer has (another encoding's) is text by its own name."""
    gone = tuple(Field(name, name, FactType.TEXT, "") for name in facts if name not in lifecycle.facts)
    return replace(lifecycle, facts=FactSet((*lifecycle.facts.fields, *gone))) if gone else lifecycle


def told(lifecycle: Lifecycle, one: EventView) -> str:
    """An event in words. Of one that another encoding recorded and this one cannot read: its kind and clause."""
    try:
        text = event_text(lifecycle, {"kind": one.kind, "legal_day": one.legal_day.isoformat(), **one.data})
    except (FactsError, KeyError):
        text = f"{one.kind}（按编码 {one.encoding[:12]} 记录）"
    return text if not one.clause or one.clause in text else f"{text}（{one.clause}）"


def _origins(lifecycle: Lifecycle, events: Sequence[EventView]) -> dict[str, dict[str, str]]:
    """Where each fact comes from: the opening (and what it came from), or the act that gave it; the latest holds."""
    found: dict[str, dict[str, str]] = {}
    for one in events:
        if one.kind == "case_opened":
            origin = "立案" + (f"，{one.data['origin']}" if one.data.get("origin") else "")
            names = list(one.data["facts"])
        elif one.kind == "fact_recorded":
            stage, _, verb = str(one.data.get("origin", "")).partition(".")
            origin = f"{stage_title(lifecycle, stage)}·{act_title(lifecycle, stage, verb)}" if verb else stage
            names = [one.data["name"]]
        else:
            continue
        found.update({name: {"origin": origin, "legal_day": one.legal_day.isoformat()} for name in names})
    return found


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: row[name] for name in ("stage", "document", "name", "sha256", "size")}
    return {**named, "legal_day": row["legal_day"].isoformat()}


def _possible(engine: Engine, books: LawBooks, ref: str, now: datetime) -> tuple[str, list[Possible]]:
    from shixian.casework.work import looking

    with looking(engine, books=books, now=now) as store:
        case = store.load(ref)
        return possibilities(books.lifecycle(case.lifecycle), case, store.law, now)


# -- printing ----------------------------------------------------------------------------------------------------------


def print_case(view: CaseView, data: Mapping[str, Any], *, today: date) -> None:
    """The whole case as text."""
    lifecycle = _reading(default_books().lifecycle(data["programme"]), data["facts"])
    print(headline(lifecycle, data) + (f"　截至 {data['as_of']}" if data["as_of"] else ""))
    if data["status"] == "closed":
        print(f"  {data['closed_on']} 终结（{data['clause']}，{data['reason']}）")
    regulation = f"适用 {data['regulation']}，编码 {data['encoding'][:12]}"
    print(f"  {data['opened']} 立案，{data['cycle']} {lifecycle.cycle_title}，{regulation}")
    if data["parent"]:
        print(f"  由 {data['parent']} 引起")
    print_section("事实", [_fact_line(lifecycle, data, name, value) for name, value in data["facts"].items()])
    print_section("期限", [line for item in data["deadlines"] for line in deadline_lines(lifecycle, item)])
    windows = data["windows"].items()
    print_section(
        "公示", [f"{stage_title(lifecycle, k)}：{days['first_day']} 至 {days['last_day']} 24时" for k, days in windows]
    )
    print_section("决定", [line for item in data["decisions"] for line in decision_lines(item)])
    print_section("应付与应收", [obligation_line(item) for item in data["obligations"]])
    print_section("材料", [_document_line(lifecycle, item) for item in data["documents"]])
    print_section("退回", [line for item in data["refusals"] for line in refusal_lines(lifecycle, item)])
    print_section("待人处理", [list_line(item) for item in data["lists"]])
    print_section("所引起的案件", [_child_line(ref, child) for ref, child in data["children"].items()])
    print_section("经过", [_event_line(one) for one in data["events"]])
    if "may" in data:
        _print_possible(view, data, today)


def headline(lifecycle: Lifecycle, data: Mapping[str, Any]) -> str:
    """The case, its lifecycle, and where it stands."""
    stages = "、".join(stage_title(lifecycle, key) for key in data["stages"]) or stage_title(lifecycle, data["stage"])
    where = f"　环节：{stages}" if stages else ""
    return f"{data['ref']}　{lifecycle.title}（{lifecycle.key}）　{STATUS[data['status']]}{where}"


def live_deadlines(lifecycle: Lifecycle, view: CaseView) -> list[dict[str, Any]]:
    """The deadlines that still run or wait for an answer, the least time first."""
    order = sorted(view.deadlines, key=lambda row: (row["last_day"] is None, row["last_day"], row["id"]))
    names = ("stage", "clock", "title", "clause", "provisional")
    return [
        {
            **{name: row[name] for name in names},
            "last_day": row["last_day"].isoformat() if row["last_day"] else None,
            "status": str(row["status"]),
            "effect": str(row["effect"]),
        }
        for row in order
        if row["status"] in ("running", "asking", "held")
    ]


def deadline_line(lifecycle: Lifecycle, item: Mapping[str, Any]) -> str:
    """A deadline without its working."""
    return deadline_lines(lifecycle, {**item, "working": ()})[0]


def news(engine: Engine, before: int, ref: str) -> tuple[CaseView, list[EventView]]:
    """The case as it is now, and the events after the first `before` of them."""
    view = read_case(engine, ref)
    return view, list(view.events[before:])


def _fact_line(lifecycle: Lifecycle, data: Mapping[str, Any], name: str, value: Any) -> str:
    field = lifecycle.facts[name]
    try:
        shown = str(value) if field.sealed else field.format(field.parse(value))
    except FactsError:
        shown = str(value)
    came = data["fact_origins"].get(name)
    origin = f"〔{came['legal_day']} {came['origin']}〕" if came else ""
    clause = f"（{field.clause}）" if field.clause else ""
    return f"{field.label}（{name}）：{shown}{clause}{origin}"


def _document_line(lifecycle: Lifecycle, item: Mapping[str, Any]) -> str:
    documents = [d for stage in lifecycle.stages for act in stage.acts for d in act.documents]
    title = next((d.title for d in documents if d.key == item["document"]), item["document"])
    size = f"，{item['size']} 字节" if item["size"] is not None else ""
    digest = f"，SHA-256 {item['sha256']}" if item["sha256"] else ""
    return f"{item['legal_day']}　{title}（{item['document']}）：{item['name'] or '未附文件'}{size}{digest}"


def _child_line(ref: str, child: Mapping[str, Any]) -> str:
    status = STATUS.get(child["status"], child["status"])
    return f"{ref}　{child['lifecycle']}　{status}" + (f"：{child['outcome']}" if child["outcome"] else "")


def _event_line(one: Mapping[str, Any]) -> str:
    recorded = datetime.fromisoformat(one["recorded_at"]).astimezone(clock.SHANGHAI)
    return f"{one['legal_day']}　{one['said']}〔{one['recorded_by']}，{recorded:%Y-%m-%d %H:%M:%S} 记录〕"


def _print_possible(view: CaseView, data: Mapping[str, Any], today: date) -> None:
    if data["set_aside"]:
        print_section("搁置", [f"{data['set_aside']} 处理后运行：shixian put-back {view.ref}"])
    due = view.row["next_day"]
    if due is not None and due < today:
        print_section("尚未处理", [f"有期限已于 {due} 届满。运行：shixian tick {data['programme']}"])
    print_section("现在可以办理", [item["text"] for item in data["may"]])
    blocked = [data["blocked"]] if data["blocked"] else []
    print_section("现在不能办理", blocked + [item["text"] for item in data["may_not"]])
