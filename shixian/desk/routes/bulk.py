"""One act on many cases: choose cases on a list, fill in one form, see what would happen to each, then do it.

What is done must be what was tried: the form is done only if nothing in it has changed since its trial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from shixian.casework.bulk_acts import DONE, MOST, WOULD, do_acts, try_acts
from shixian.casework.encodings import store_encodings
from shixian.casework.staff.people import Permission, require_scope
from shixian.casework.work import looking
from shixian.desk.access import Access
from shixian.desk.pages import page
from shixian.desk.posted import Posted, PostedForm, documents_of, with_files
from shixian.desk.viewer import Viewer
from shixian.display.act_form import ActForm, form_of, texts, typed
from shixian.display.choice import choose as choose_from
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError, NotFound, PeriodError
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.months import in_shanghai
from shixian.rules.periods import parse_instant

router = APIRouter()
OFFICERS = Access((Permission.OFFICE_ACT, Permission.HEAD_ACT))
Officer = Annotated[Viewer, Depends(OFFICERS)]
WORDS = {
    "would": "可以办理",
    "done": "已办理",
    "before": "先前已办理",
    "refused": "不予办理",
    "changed": "改动了，请重看",
    "wrong": "不能办理",
}


@router.get("/bulk")
def choose(request: Request, viewer: Officer) -> Response:
    return _chosen(request, viewer, request.query_params.getlist("ref"))


@router.post("/bulk")
def step(request: Request, viewer: Officer, given: Posted) -> Response:
    """Choosing, filling in, trying and doing: each step posts what the ones before it settled."""
    refs = [
        ref.strip() for text in given.lists.get("ref", ()) for ref in text.replace("\n", " ").split() if ref.strip()
    ]
    refs = list(dict.fromkeys(refs))
    if not given.texts.get("act"):
        return _chosen(request, viewer, refs)
    key, _, rest = given.texts["act"].partition("|")
    stage, _, verb = rest.partition("|")
    books, now = viewer.config.books, viewer.config.now()
    lifecycle = books.lifecycle(key)
    require_scope(viewer.someone, lifecycle)
    form = _form(viewer, lifecycle, stage, verb)
    what = given.texts.get("step", "")
    context: dict[str, Any] = {"refs": refs, "act": given.texts["act"], "lifecycle": lifecycle, "words": WORDS}
    if what not in ("try", "do"):
        local = in_shanghai(now)
        form = replace(form, day=local.date().isoformat(), time=f"{local:%H:%M}")
        return page(request, "bulk_form.html", form=form, items=None, error=None, **context)
    form = with_files(viewer, typed(form, given.texts, lifecycle, books.lifecycles), given)
    try:
        at = parse_instant(f"{form.day}T{form.time or '00:00'}") if form.day else now
    except PeriodError as error:
        at, form = now, replace(form, wrong=(*form.wrong, error.message))
    if at > now:
        form = replace(form, wrong=(*form.wrong, "办理时间晚于现在"))
    if form.faulty:
        return page(request, "bulk_form.html", status=422, form=form, items=None, error=None, **context)
    acted = Acted(form.stage, form.verb, form.chosen_by, at, texts(form), documents_of(form), form.reason)
    mark = _mark(acted, given.texts["act"])
    store_encodings(viewer.engine, now=now)
    try:
        if what == "do" and given.texts.get("mark") == mark:
            return _do(request, viewer, given, refs, acted, context, now)
        items = try_acts(viewer.engine, refs, acted, person=viewer.someone, books=books)
    except CaseworkError as error:
        return page(request, "bulk_form.html", status=422, form=form, items=None, error=error, **context)
    changed = what == "do"
    return page(
        request,
        "bulk_form.html",
        form=form,
        items=items,
        possible=sum(1 for item in items if item.status == WOULD),
        mark=mark,
        changed=changed,
        error=None,
        **context,
    )


def _do(
    request: Request,
    viewer: Viewer,
    given: PostedForm,
    refs: Sequence[str],
    acted: Acted,
    context: dict[str, Any],
    now: datetime,
) -> Response:
    """Do it to the cases still chosen, as they stood at the trial. Sent again, it does what is left undone."""
    chosen = {ref: given.texts.get(f"seen.{ref}", "") for ref in refs}
    counted = {ref: int(seen) for ref, seen in chosen.items() if seen.isascii() and seen.isdigit() and len(seen) < 10}
    items = do_acts(viewer.engine, counted, acted, person=viewer.someone, now=now, books=viewer.config.books)
    done = sum(1 for item in items if item.status == DONE)
    return page(request, "bulk_done.html", items=items, done=done, **context)


def _form(viewer: Viewer, lifecycle: Lifecycle, stage: str, verb: str) -> ActForm:
    if all(verb != act.verb for one in lifecycle.stages if one.key == stage for act in one.acts):
        raise NotFound(f"{lifecycle.title}没有“{stage} {verb}”这一行为", remedy="从可以一并办理的行为中选一项")
    with looking(viewer.engine, books=viewer.config.books, now=viewer.config.now()) as store:
        return form_of(lifecycle, None, store.law, stage, verb)


def _mark(acted: Acted, act: str) -> str:
    """What a trial was of: the act with everything that was filled in."""
    parts = (act, acted.by, acted.at.isoformat(), sorted(acted.given.items()), acted.reason)
    documents = [sorted(one.items()) for one in acted.documents]
    return sha256(repr((parts, documents)).encode()).hexdigest()


def _chosen(request: Request, viewer: Viewer, refs: Sequence[str]) -> Response:
    """The cases chosen, and the acts that the stages they stand in allow today."""
    wanted, config = list(dict.fromkeys(refs))[:MOST], viewer.config
    cases, acts = choose_from(viewer.engine, wanted, viewer.someone, now=config.now(), books=config.books)
    missing = [ref for ref in wanted if ref not in {one.ref for one in cases}]
    return page(request, "bulk_choose.html", cases=cases, missing=missing, acts=acts, most=MOST)
