"""设置: one's own password, sessions and deputies; the yearly calls; the working-day calendars that are loaded."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shixian.casework.calls import set_call
from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.delegations import delegate, delegations, end_delegation
from shixian.casework.staff.people import Permission, in_scope, require_scope
from shixian.desk.access import READERS, SIGNED_IN, Access
from shixian.desk.pages import page
from shixian.desk.sessions import COOKIE, SignInRefused, change_password, end_sessions, open_session, sessions_of
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.display.calendar_page import years_of
from shixian.display.calls import parameters
from shixian.rules.errors import CaseworkError
from shixian.rules.facts import TYPE_TITLES
from shixian.rules.periods import parse_day

router = APIRouter()
SignedIn = Annotated[Viewer, Depends(SIGNED_IN)]
Reader = Annotated[Viewer, Depends(READERS)]
CALLERS = Access((Permission.SET_CALL,))

add_words(
    {
        "密码": "Password", "原密码": "Old password", "新密码": "New password", "再输一遍新密码": "New password again",
        "修改密码": "Change password", "会话": "Sessions", "代办": "Deputies during leave", "日历": "Calendars",
        "代办人": "Deputy", "起日": "First day", "止日": "Last day", "事由": "Reason",
    }
)  # fmt: skip


@router.get("/settings")
def own(request: Request, viewer: SignedIn, done: str = "") -> Response:
    person, config = viewer.someone, viewer.config
    works = viewer.may(Permission.READ_CASES)
    everybody = [one.person for one in accounts(viewer.engine) if one.active and not one.person.outside]
    return page(
        request,
        "settings.html",
        done=done,
        sessions=sessions_of(viewer.engine, person.key, now=config.now()),
        delegations=delegations(viewer.engine, None if viewer.may(Permission.HEAD_ACT) else person.key)
        if works
        else [],
        colleagues=[one for one in everybody if one.may(Permission.READ_CASES)] if works else [],
    )


@router.post("/settings/password")
def password(
    request: Request,
    viewer: SignedIn,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    person, config = viewer.someone, viewer.config
    if new != again:
        raise CaseworkError("两次输入的新密码不同", remedy="返回“设置”，重新输入")
    try:
        change_password(viewer.engine, person.key, old, new, address=viewer.address, now=config.now())
    except SignInRefused as error:
        raise CaseworkError(f"原密码未通过核对：{error.message}", remedy=error.remedy) from error
    return _stay(viewer, "password")


@router.post("/settings/sessions/end")
def end_others(request: Request, viewer: SignedIn) -> Response:
    """Every session of the account ends; this browser gets a new one."""
    end_sessions(viewer.engine, viewer.someone.key, now=viewer.config.now())
    return _stay(viewer, "sessions")


@router.post("/settings/delegations")
def stand_in(
    request: Request,
    viewer: Reader,
    deputy: Annotated[str, Form()] = "",
    absent: Annotated[str, Form()] = "",
    first_day: Annotated[str, Form()] = "",
    last_day: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    person = viewer.someone
    first, last = parse_day(first_day), parse_day(last_day)
    given = {"reason": reason[:200], "by": person, "now": viewer.config.now()}
    delegate(viewer.engine, absent or person.key, deputy, first, last, **given)  # type: ignore[arg-type]
    return RedirectResponse("/settings?done=delegated#deputies", 303)


@router.post("/settings/delegations/{number}/end")
def come_back(request: Request, viewer: Reader, number: int) -> Response:
    end_delegation(viewer.engine, number, by=viewer.someone, now=viewer.config.now())
    return RedirectResponse("/settings?done=ended#deputies", 303)


@router.get("/settings/calls")
def calls(request: Request, viewer: Reader, programme: str = "", year: str = "") -> Response:
    config = viewer.config
    known = [one for one in config.books.lifecycles.values() if one.parameters and in_scope(viewer.someone, one)]
    chosen = config.books.lifecycles.get(programme)
    if chosen is not None:
        require_scope(viewer.someone, chosen)
    cycle = int(year) if year.isascii() and year.isdigit() and len(year) <= 4 else config.today().year
    rows = [] if chosen is None else parameters(viewer.engine, chosen, cycle)
    titles = {kind.value: title for kind, title in TYPE_TITLES.items()}
    moved = request.query_params.get("moved", "")
    told: dict[str, Any] = {"known": known, "chosen": chosen, "cycle": cycle, "rows": rows, "types": titles}
    return page(request, "calls.html", **told, moved=moved if moved.isascii() and moved.isdigit() else "")


@router.post("/settings/calls")
def set_one(
    request: Request,
    viewer: Annotated[Viewer, Depends(CALLERS)],
    programme: Annotated[str, Form()],
    year: Annotated[int, Form(ge=0, le=9999)],
    name: Annotated[str, Form()],
    value: Annotated[str, Form()],
    because: Annotated[str, Form()] = "",
) -> Response:
    config = viewer.config
    if not because.strip():
        raise CaseworkError("须写明依据的通知", remedy="例如 2021年度申报通知（沪科〔2021〕1号）")
    given = {"because": because.strip()[:500], "person": viewer.someone, "now": config.now(), "books": config.books}
    moved = set_call(viewer.engine, programme, year, name, value.strip()[:2000], **given)  # type: ignore[arg-type]
    return RedirectResponse(f"/settings/calls?programme={programme}&year={year}&moved={moved}", 303)


@router.get("/settings/calendars")
def calendars(request: Request, viewer: SignedIn) -> Response:
    calendar, today = viewer.config.books.calendar, viewer.config.today()
    years = years_of(calendar, until=today.year + 1)
    given: dict[str, Any] = {"calendar": calendar, "this_year": today.year, "next_year": today.year + 1}
    return page(request, "calendars.html", years=years, **given)


def _stay(viewer: Viewer, done: str) -> Response:
    """Back to the settings with a fresh session: all the others have ended."""
    config = viewer.config
    token = open_session(viewer.engine, viewer.someone.key, address=viewer.address, now=config.now())
    response = RedirectResponse(f"/settings?done={done}", 303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=config.secure, path="/")
    return response
