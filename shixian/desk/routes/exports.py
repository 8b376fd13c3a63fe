"""The lists of the worklist as files: exactly what the filter on screen finds, every page of it. Noted as a look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from shixian.casework.staff.looks import record_look
from shixian.desk.access import READERS
from shixian.desk.routes.worklist import filter_of, first_tab, query_of
from shixian.desk.sheets import CSV, XLSX, Cell, comma_separated, excel
from shixian.desk.viewer import Viewer
from shixian.desk.words import instant_zh
from shixian.display.lists import EVERYTHING, Done, Line, recorded, worklist

router = APIRouter()
Reader = Annotated[Viewer, Depends(READERS)]
VIEWS = {"": "待办", "overdue": "超期", "done": "已办", "opened": "我发起"}
OPEN_CASES = (
    "案号", "程序", "年度", "主体", "状态", "环节", "最近期限", "余日", "期限名称", "效力", "条款", "暂定", "待人处理", "经办",
)  # fmt: skip
RECORDED = ("法定日", "记录时刻", "案号", "程序", "主体", "办理", "条款", "状态")


@router.get("/worklist/export.xlsx")
def as_excel(request: Request, viewer: Reader) -> Response:
    title, headings, rows, note = _table(request, viewer)
    return _file(excel(title, headings, rows, note=note), XLSX, f"{title}.xlsx")


@router.get("/worklist/export.csv")
def as_csv(request: Request, viewer: Reader) -> Response:
    title, headings, rows, _ = _table(request, viewer)
    return _file(comma_separated(headings, rows), CSV, f"{title}.csv")


def _table(request: Request, viewer: Viewer) -> tuple[str, Sequence[str], list[tuple[Cell, ...]], str]:
    config, person = viewer.config, viewer.someone
    view = request.query_params.get("view", "")
    view = view if view in VIEWS else ""
    asked = filter_of(request.query_params, tab=first_tab(viewer), overdue=view == "overdue")
    headings: Sequence[str]
    rows: list[tuple[Cell, ...]]
    if view in ("done", "opened"):
        kind = "act_recorded" if view == "done" else "case_opened"
        found, _, _ = recorded(viewer.engine, person, kind, page=1, books=config.books, size=EVERYTHING)
        headings, rows = RECORDED, [_recorded(one) for one in found]
    else:
        whole = worklist(viewer.engine, person, asked, today=config.today(), books=config.books, size=EVERYTHING)
        headings, rows = OPEN_CASES, [_open(line) for line in whole.lines]
    what = f"{VIEWS[view]} {query_of(asked, page=1)}"
    record_look(viewer.engine, person, "export", what, now=config.now(), address=viewer.address)
    note = f"{what}；{len(rows)} 行；{person.name}（{person.key}）导出于 {instant_zh(config.now())}"
    return VIEWS[view], headings, rows, note


def _open(line: Line) -> tuple[Cell, ...]:
    waits = [f"[{title}] {text}{f'（{clause}）' if clause else ''}" for title, text, clause in line.lists]
    waits += [f"[搁置] {line.set_aside}"] if line.set_aside else []
    doubt = "是" if line.provisional else ""
    clock = (line.next_day, line.days_left, line.deadline, line.effect, line.clause, doubt)
    where = (line.ref, line.title, line.cycle, line.party, line.status, line.stage)
    return (*where, *clock, "；".join(waits), line.officer_name)


def _recorded(one: Done) -> tuple[Cell, ...]:
    return (one.legal_day, one.recorded_at, one.ref, one.title, one.party, one.what, one.clause, one.status)


def _file(content: bytes, media_type: str, name: str) -> Response:
    disposition = f"attachment; filename=\"export\"; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
