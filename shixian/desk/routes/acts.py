"""Acts on a case, and the opening of one, by forms made from the typed facts that the declaration asks for.

A form carries how many events the case had when it was made: sent twice, or over somebody else's act, it does nothing
and says so. What the law refuses is recorded, and told with its clause and what to do.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from shixian.casework.cases import open_case, record_act, require_own
from shixian.casework.encodings import store_encodings
from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.people import Permission, in_scope, opens_from_outside, require_opening
from shixian.casework.views import read_case
from shixian.desk.access import Access
from shixian.desk.errors import status_of
from shixian.desk.pages import page
from shixian.desk.posted import Posted, documents_of, with_files
from shixian.desk.viewer import Viewer
from shixian.display.act_form import ActForm, form_of, opening_form, questions, texts, typed
from shixian.display.case_page import reading_lifecycle, told
from shixian.display.plain import Plain
from shixian.display.possible import possible_now
from shixian.display.settled import settling
from shixian.display.unblock import Button, buttons, holders
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError, Conflict, PeriodError
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.months import in_shanghai
from shixian.rules.periods import parse_day, parse_instant

router = APIRouter()
ACTORS = Access((Permission.PARTY_ACT, Permission.OFFICE_ACT, Permission.HEAD_ACT))
Actor = Annotated[Viewer, Depends(ACTORS)]
OPENERS = Access((Permission.OPEN_CASE,))
Opener = Annotated[Viewer, Depends(OPENERS)]


@router.get("/cases/{ref:path}/act/{stage}/{verb}")
def show_form(request: Request, viewer: Actor, ref: str, stage: str, verb: str) -> Response:
    form, button, number = _form(viewer, ref, stage, verb, tuple(request.query_params.getlist("fact")))
    local = in_shanghai(viewer.config.now())
    form = replace(form, day=local.date().isoformat(), time=f"{local:%H:%M}")
    return _page(request, viewer, ref, form, button, number)


@router.post("/cases/{ref:path}/act/{stage}/{verb}")
def record(request: Request, viewer: Actor, given: Posted, ref: str, stage: str, verb: str) -> Response:
    asked = tuple(name.removeprefix("fact.") for name in given.texts if name.startswith("fact."))
    form, button, number = _form(viewer, ref, stage, verb, asked)
    books, now = viewer.config.books, viewer.config.now()
    lifecycle = books.lifecycle(read_case(viewer.engine, ref).row["lifecycle"])
    form = with_files(viewer, typed(form, given.texts, lifecycle, books.lifecycles), given)
    at, form = _instant(viewer, form, now)
    if form.faulty:
        return _page(request, viewer, ref, form, button, number, status=422)
    seen = given.texts.get("seen", "")
    if not seen.isdigit() or len(seen) > 9:
        return _page(request, viewer, ref, form, button, number, status=422, error=_stale(ref))
    acted = Acted(form.stage, form.verb, form.chosen_by, at, texts(form), documents_of(form), form.reason)
    try:
        store_encodings(viewer.engine, now=now)
        decided = record_act(viewer.engine, ref, acted, person=viewer.someone, now=now, books=books, seen=int(seen))
    except CaseworkError as error:
        _, button, number = _form(viewer, ref, stage, verb, asked)
        return _page(request, viewer, ref, form, button, number, status=status_of(error), error=error)
    if decided.refusal is not None:
        _, button, number = _form(viewer, ref, stage, verb, asked)
        return _page(request, viewer, ref, form, button, number, status=422, refusal=decided.refusal)
    return _done(request, viewer, ref, int(seen))


@router.get("/open")
def what_to_open(request: Request, viewer: Opener) -> Response:
    books = viewer.config.books
    found: dict[str, list[Lifecycle]] = {}
    for lifecycle in books.lifecycles.values():
        if (
            lifecycle.child_of is None
            and in_scope(viewer.someone, lifecycle)
            and (not viewer.someone.outside or opens_from_outside(lifecycle))
        ):
            found.setdefault(lifecycle.regulation.title, []).append(lifecycle)
    return page(request, "open_list.html", found=list(found.items()))


@router.get("/open/{key}")
def opening(request: Request, viewer: Opener, key: str) -> Response:
    lifecycle = viewer.config.books.lifecycle(key)
    require_opening(viewer.someone, lifecycle)
    form = replace(opening_form(lifecycle), day=viewer.config.today().isoformat())
    return _opening_page(request, lifecycle, form, secrets.token_urlsafe(16))


@router.post("/open/{key}")
def open_one(request: Request, viewer: Opener, given: Posted, key: str) -> Response:
    """The same form opens one case, however often it is sent."""
    books, now = viewer.config.books, viewer.config.now()
    lifecycle = books.lifecycle(key)
    form = typed(opening_form(lifecycle), {**given.texts, "by": ""}, lifecycle, books.lifecycles)
    token = given.texts.get("token", "")[:60] or secrets.token_urlsafe(16)
    try:
        day = viewer.config.today() if viewer.someone.outside or not form.day else parse_day(form.day)
    except PeriodError as error:
        form = replace(form, wrong=(*form.wrong, error.message))
        day = viewer.config.today()
    if form.faulty:
        return _opening_page(request, lifecycle, form, token, status=422)
    try:
        store_encodings(viewer.engine, now=now)
        opened = open_case(
            viewer.engine,
            key,
            texts(form),
            day=day,
            origin=f"网上立案（{viewer.someone.name}）",
            imported_key=f"desk:{viewer.someone.key}:{token}",
            person=viewer.someone,
            now=now,
            books=books,
        )
    except CaseworkError as error:
        return _opening_page(request, lifecycle, form, token, status=status_of(error), error=error)
    if opened.refusal is not None:
        return _opening_page(request, lifecycle, form, token, status=422, refusal=opened.refusal)
    return _done(request, viewer, opened.ref, 0)


# -- the parts ---------------------------------------------------------------------------------------------------------


def _form(
    viewer: Viewer, ref: str, stage: str, verb: str, asked: tuple[str, ...]
) -> tuple[ActForm, Button | None, int]:
    """The empty form, whether the act may be done now by this person, and how many events the case has."""
    config, now = viewer.config, viewer.config.now()
    with settling(viewer.engine, config.books, now=now) as store:
        number = store.load(ref).number  # as stored: what the form says it has seen
        require_own(store, ref, viewer.someone)
        blocked, found = possible_now(store, ref, now)
        case = store.load(ref)
        lifecycle = config.books.lifecycle(case.lifecycle)
        form = form_of(lifecycle, case, store.law, stage, verb, asked=[*asked, *questions(case, stage)])
        own = [one for one in found if one.stage == stage and one.verb == verb]
        who = holders(one.person for one in accounts(viewer.engine) if one.active)
        offered = buttons(lifecycle, case, store.law, own, viewer=viewer.someone, who=who, at=now)
        if not offered:
            clause = case.progress.clause or form.clause
            where = lifecycle.stage(stage).title
            why = blocked or f"环节“{where}”现在没有这一行为可办（尚未开始、已经结束或没有待办的事由）"
            by = form.by[0].title if form.by else "经办机关"
            then = f"由{by}在该环节进行时办理（{who(Permission.OFFICE_ACT)}）"
            unblocks = f"认为有误的，由{who(Permission.ERRATUM)}勘误" if blocked else then
            offered = [Button(stage, where, verb, form.title, "", clause, because=why, who=unblocks)]
        return form, offered[0], number


def _instant(viewer: Viewer, form: ActForm, now: datetime) -> tuple[datetime, ActForm]:
    """When it was done: as typed; for people from outside, and where nothing was typed, now."""
    if viewer.someone.outside or not form.day:
        return now, form
    try:
        return parse_instant(f"{form.day}T{form.time or '00:00'}"), form
    except PeriodError as error:
        return now, replace(form, wrong=(*form.wrong, f"办理时间：{error.message}"))


def _stale(ref: str) -> Conflict:
    return Conflict(f"{ref} 改动了，请重看", remedy="案件现在的状态见案件页；所填内容已保留，核对后可再提交")


def _page(
    request: Request,
    viewer: Viewer,
    ref: str,
    form: ActForm,
    button: Button | None,
    number: int,
    *,
    status: int = 200,
    error: Any = None,
    refusal: Any = None,
) -> Response:
    view = read_case(viewer.engine, ref)
    lifecycle = viewer.config.books.lifecycle(view.row["lifecycle"])
    plain = Plain(lifecycle, viewer.config.books.lifecycles)
    return page(
        request,
        "act.html",
        status=status,
        ref=ref,
        party=view.party,
        lifecycle=lifecycle,
        form=form,
        button=button,
        seen=number,
        error=_stale(ref) if isinstance(error, Conflict) else error,
        refusal=plain.refusal(refusal) if refusal is not None else None,
        url=f"/cases/{quote(ref)}",
        limit=viewer.config.upload_limit // 1024 // 1024,
    )


def _opening_page(
    request: Request,
    lifecycle: Lifecycle,
    form: ActForm,
    token: str,
    *,
    status: int = 200,
    error: Any = None,
    refusal: Any = None,
) -> Response:
    return page(
        request, "open.html", status=status, lifecycle=lifecycle, form=form, token=token, error=error,
        refusal=Plain(lifecycle, {}).refusal(refusal) if refusal is not None else None,
    )  # fmt: skip


def _done(request: Request, viewer: Viewer, ref: str, before: int) -> Response:
    """The case page with what is new; for people from outside, who may not open it, just that."""
    if viewer.may(Permission.READ_CASES):
        return RedirectResponse(f"/cases/{quote(ref)}?done={before}", 303)
    view = read_case(viewer.engine, ref)
    lifecycle = reading_lifecycle(viewer.config.books.lifecycle(view.row["lifecycle"]), view.facts)
    plain = Plain(lifecycle, viewer.config.books.lifecycles)
    news = [plain.event(one.kind, one.data, told(lifecycle, one)) for one in view.events if one.seq > before]
    return page(request, "act_done.html", ref=ref, lifecycle=lifecycle, news=news)
