"""待办 and the lists beside it: whose cases, least legal time first; 超期, 已办, 我发起; and who takes which case."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import QueryParams

from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.assignments import assign
from shixian.casework.staff.people import Permission, in_scope
from shixian.desk.access import READERS, Access
from shixian.desk.pages import page
from shixian.desk.routes.signin import own_path
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.display.lists import PROVINCES, SEEN, SIZE, TABS, Filter, recorded, worklist
from shixian.rules.narrate import LISTS

router = APIRouter()
Reader = Annotated[Viewer, Depends(READERS)]
ASSIGNERS = Access((Permission.OFFICE_ACT, Permission.HEAD_ACT))
MOST_AHEAD = 250  # working days: a year

add_words(
    {
        "我的": "Mine", "本科室": "My section", "无人办理": "Waiting for nobody", "全部": "All",
        "超期": "Overdue", "已办": "Done by me", "我发起": "Opened by me",
        "无人看过": "Nobody has looked", "看过之后有新情况": "News since looked at",
        "已看，尚缺材料或决定": "Looked at, something missing", "筛选": "Filter", "地区": "Province", "专项": "Programme",
        "环节": "Stage", "清单": "List", "案号、主体": "Reference or party", "黄色提前（工作日）": "Amber, working days ahead",
        "案号": "Case", "主体": "Party", "最近期限": "Next last day", "待人处理": "Waits for", "经办": "Officer",
        "导出 Excel": "Export to Excel", "导出 CSV": "Export to CSV", "查看情况": "Looked at", "条款": "Clause",
        "领取": "Take", "退回": "Give back", "分派": "Assign", "分派给": "Assign to", "上一页": "Previous", "下一页": "Next",
    }
)  # fmt: skip


def filter_of(query: QueryParams, *, tab: str, overdue: bool = False) -> Filter:
    """The filter that an address names; what it does not know is left out, as if it were not there."""

    def number(name: str, default: int, most: int) -> int:
        text = query.get(name, "")
        return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 9 else default

    def word(name: str) -> str:
        return query.get(name, "").strip()[:100]

    return Filter(
        tab=word("tab") if word("tab") in TABS else tab,
        overdue=overdue,
        province=word("province") if word("province") in PROVINCES else "",
        programme=word("programme"),
        stage=word("stage"),
        listed=word("list") if word("list") in LISTS else "",
        seen=word("seen") if word("seen") in SEEN else "",
        text="".join(letter for letter in word("q") if letter.isprintable()),
        within=number("within", 5, MOST_AHEAD),
        page=max(number("page", 1, 1_000_000), 1),
    )


def query_of(asked: Filter, **changes: object) -> str:
    """The address of a filter: what is as by default is left out, the tab is always named."""
    asked = replace(asked, **changes)  # type: ignore[arg-type]
    plain = Filter()
    pairs = {
        "tab": asked.tab, "province": asked.province, "programme": asked.programme, "stage": asked.stage,
        "list": asked.listed, "seen": asked.seen, "q": asked.text,
        "within": "" if asked.within == plain.within else str(asked.within),
        "page": "" if asked.page <= 1 else str(asked.page),
    }  # fmt: skip
    return urlencode({name: value for name, value in pairs.items() if value})


def first_tab(viewer: Viewer) -> str:
    """Those who work on cases see their own first; who only reads sees all."""
    return "mine" if viewer.may(Permission.OFFICE_ACT) else "all"


@router.get("/worklist")
def todo(request: Request, viewer: Reader) -> Response:
    return _open_cases(request, viewer, overdue=False)


@router.get("/worklist/overdue")
def late(request: Request, viewer: Reader) -> Response:
    return _open_cases(request, viewer, overdue=True)


@router.get("/worklist/done")
def done(request: Request, viewer: Reader) -> Response:
    return _recorded(request, viewer, "act_recorded")


@router.get("/worklist/opened")
def opened(request: Request, viewer: Reader) -> Response:
    return _recorded(request, viewer, "case_opened")


@router.post("/worklist/assign")
def give(
    request: Request,
    viewer: Annotated[Viewer, Depends(ASSIGNERS)],
    ref: Annotated[list[str] | None, Form()] = None,
    to: Annotated[str, Form()] = "",
    do: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/worklist",
) -> Response:
    """`do`: take (for oneself), back (to nobody), give (to the account `to`)."""
    person = viewer.someone
    taker = {"take": person.key, "back": None}.get(do, to or None)
    config = viewer.config
    count = assign(viewer.engine, ref or [], taker, by=person, now=config.now(), books=config.books)
    address = own_path(back)
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}assigned={count}", 303)


def _open_cases(request: Request, viewer: Viewer, *, overdue: bool) -> Response:
    config = viewer.config
    default = "all" if overdue and not viewer.may(Permission.OFFICE_ACT) else first_tab(viewer)
    asked = filter_of(request.query_params, tab=default, overdue=overdue)
    found = worklist(viewer.engine, viewer.someone, asked, today=config.today(), books=config.books)
    lifecycles = sorted(config.books.lifecycles.values(), key=lambda one: one.key)
    programme = config.books.lifecycles.get(asked.programme)
    officers = []
    if viewer.may(Permission.HEAD_ACT):
        officers = [
            one.person for one in accounts(viewer.engine) if one.active and one.person.may(Permission.OFFICE_ACT)
        ]
    return page(
        request,
        "worklist.html",
        asked=asked,
        found=found,
        query=query_of,
        tabs=TABS,
        seen=SEEN,
        lists=LISTS,
        provinces=PROVINCES,
        lifecycles=[one for one in lifecycles if in_scope(viewer.someone, one)],
        stages=[] if programme is None else programme.stages,
        officers=officers,
        assigned=_count(request.query_params.get("assigned", "")),
        here="/worklist/overdue" if overdue else "/worklist",
    )


def _recorded(request: Request, viewer: Viewer, kind: str) -> Response:
    asked = filter_of(request.query_params, tab="all")
    rows, total, number = recorded(viewer.engine, viewer.someone, kind, page=asked.page, books=viewer.config.books)
    here = "/worklist/done" if kind == "act_recorded" else "/worklist/opened"
    pages = max(1, -(-total // SIZE))
    return page(request, "recorded.html", rows=rows, total=total, number=number, pages=pages, here=here)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
