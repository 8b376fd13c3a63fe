"""A stored case printed for a person: `shixian case`. What there is to say comes from `shixian.display`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shixian import clock
from shixian.casework.lawbooks import default_books
from shixian.casework.views import CaseView, EventView, read_case
from shixian.commands.output import print_section
from shixian.display.case_lines import deadline_lines, decision_lines, list_line, obligation_line, refusal_lines
from shixian.display.case_page import reading_lifecycle
from shixian.display.money_lines import money_lines
from shixian.rules.errors import FactsError
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.narrate import STATUS, stage_title

if TYPE_CHECKING:
    from sqlalchemy import Engine


def print_case(view: CaseView, data: Mapping[str, Any], *, today: date) -> None:
    """The whole case as text."""
    lifecycle = reading_lifecycle(default_books().lifecycle(data["programme"]), data["facts"])
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
    print_section("款项", money_lines(data["money"]) if "money" in data else [])
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
