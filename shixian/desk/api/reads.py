"""Reading: lifecycles, cases with their events, deadlines, decisions and obligations; and the public notices."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BaseModel
from sqlalchemy import select

from models import case_file
from shixian.casework.database import reading
from shixian.casework.parties import shown_party
from shixian.casework.publicity.notices import Notice, notices, proof, read_notice
from shixian.casework.staff.looks import record_look
from shixian.casework.staff.people import require_scope, scope_of
from shixian.casework.views import read_case
from shixian.desk.api.access import Public, Reader, router
from shixian.desk.api.problems import OPEN_READING, READING
from shixian.desk.api.shapes import After, Limit
from shixian.desk.viewer import Viewer
from shixian.display.case_page import read_all
from shixian.rules.canonical import encoding
from shixian.rules.facts import TYPE_TITLES
from shixian.rules.lifecycle import Lifecycle

CaseNumber = Annotated[str, Path(max_length=200, description="the case's number; an objection's is CASE/objection1")]
Name = Annotated[str, Path(max_length=200)]
Filter = Annotated[str | None, Query(max_length=200)]


class Page(BaseModel):
    """`next`: the cursor for the page that follows; none: this was the last."""

    items: list[dict[str, Any]]
    next: int | None = None


@router.get("/lifecycles", responses=READING, tags=["law"])
def all_lifecycles(viewer: Reader) -> Page:
    """Every lifecycle in the account's scope."""
    known = viewer.config.books.lifecycles
    scope = scope_of(viewer.someone, known)
    return Page(items=[_brief(one) for key, one in known.items() if scope is None or key in scope])


@router.get("/lifecycles/{key}", responses=READING, tags=["law"])
def one_lifecycle(viewer: Reader, key: Name) -> dict[str, Any]:
    """A lifecycle: its facts, and its stages with acts, clocks and clauses."""
    lifecycle = viewer.config.books.lifecycle(key)
    facts = [
        {
            "name": one.name,
            "label": one.label,
            "type": one.type.value,
            "form": TYPE_TITLES[one.type],
            "clause": one.clause,
            "required": one.required,
            "choices": dict(one.choices),
        }
        for one in lifecycle.facts.fields
    ]
    stages = [
        {
            "key": stage.key,
            "title": stage.title,
            "clause": stage.clause,
            "by": stage.by.key,
            "after": list(stage.after),
            "acts": [
                {
                    "verb": act.verb,
                    "title": act.title,
                    "clause": act.clause,
                    "by": [actor.key for actor in act.by],
                    "inputs": list(act.inputs),
                    "optional": list(act.optional),
                    "documents": [document.key for document in act.documents],
                    "reason": act.discretion,
                }
                for act in stage.acts
            ],
            "clocks": [
                {
                    "key": clock.key,
                    "title": clock.title,
                    "clause": clock.clause,
                    "binds": clock.binds.value,
                    "effect": clock.effect.value,
                }
                for clock in stage.clocks
            ],
            "notice": stage.window is not None,
        }
        for stage in lifecycle.stages
    ]
    return {**_brief(lifecycle), "facts": facts, "stages": stages}


def _brief(lifecycle: Lifecycle) -> dict[str, Any]:
    regulation = lifecycle.regulation
    return {
        "key": lifecycle.key,
        "title": lifecycle.title,
        "regulation": regulation.title,
        "number": regulation.number,
        "in_force_from": regulation.in_force_from.isoformat(),
        "in_force_to": regulation.in_force_to.isoformat() if regulation.in_force_to else None,
        "encoding": encoding(lifecycle),
        "child_of": lifecycle.child_of,
    }


@router.get("/cases", responses=READING, tags=["cases"])
def list_cases(
    request: Request,
    viewer: Reader,
    lifecycle: Filter = None,
    status: Annotated[str | None, Query(pattern="^(open|closed|suspended)$")] = None,
    stage: Filter = None,
    party: Filter = None,
    cycle: Annotated[int | None, Query(ge=0, le=9999)] = None,
    after: After = 0,
    limit: Limit = 50,
) -> Page:
    """Cases in the account's scope, in the order in which they were opened."""
    columns = case_file.c
    wanted = {"lifecycle": lifecycle, "status": status, "stage": stage, "party": party, "cycle": cycle}
    query = select(
        columns.id,
        columns.ref,
        columns.lifecycle,
        columns.cycle,
        columns.status,
        columns.stage,
        shown_party(),
        columns.opened,
        columns.next_day,
        columns.parent_ref,
    ).where(columns.id > after)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(columns[name] == value)
    scope = scope_of(viewer.someone, viewer.config.books.lifecycles)
    if scope is not None:
        query = query.where(columns.lifecycle.in_(sorted(scope)))
    with reading(viewer.engine) as connection:
        rows = connection.execute(query.order_by(columns.id).limit(limit + 1)).mappings().all()
    items = [{**row, "status": str(row["status"].value)} for row in rows[:limit]]
    record_look(viewer.engine, viewer.someone, "export", f"api {request.url.query}"[:400], **_when(viewer))
    return Page(items=items, next=items[-1]["id"] if len(rows) > limit else None)


def _when(viewer: Viewer) -> dict[str, Any]:
    return {"now": viewer.config.now(), "address": viewer.address}


def _case(viewer: Viewer, ref: str) -> dict[str, Any]:
    """Everything about a case, as `shixian case --json` has it; the look is recorded."""
    view = read_case(viewer.engine, ref)
    lifecycle = viewer.config.books.lifecycle(view.row["lifecycle"])
    require_scope(viewer.someone, lifecycle)
    record_look(viewer.engine, viewer.someone, "case", ref, **_when(viewer))
    return read_all(viewer.engine, view, None, now=viewer.config.now())


def _part(viewer: Viewer, ref: str, name: str, after: int, limit: int) -> Page:
    """One list of a case; the cursor is the place in it."""
    items = _case(viewer, ref).get(name, [])
    return Page(items=items[after : after + limit], next=after + limit if len(items) > after + limit else None)


@router.get("/cases/{ref:path}/events", responses=READING, tags=["cases"])
def case_events(viewer: Reader, ref: CaseNumber, after: After = 0, limit: Limit = 100) -> Page:
    """The chained events of a case, with their hashes."""
    return _part(viewer, ref, "events", after, limit)


@router.get("/cases/{ref:path}/deadlines", responses=READING, tags=["cases"])
def case_deadlines(viewer: Reader, ref: CaseNumber, after: After = 0, limit: Limit = 100) -> Page:
    """The deadlines of a case, each with its working."""
    return _part(viewer, ref, "deadlines", after, limit)


@router.get("/cases/{ref:path}/decisions", responses=READING, tags=["cases"])
def case_decisions(viewer: Reader, ref: CaseNumber, after: After = 0, limit: Limit = 100) -> Page:
    """The decisions of a case, each amount with its tree."""
    return _part(viewer, ref, "decisions", after, limit)


@router.get("/cases/{ref:path}/obligations", responses=READING, tags=["cases"])
def case_obligations(viewer: Reader, ref: CaseNumber, after: After = 0, limit: Limit = 100) -> Page:
    """What the decisions of a case owe, and to whom."""
    return _part(viewer, ref, "obligations", after, limit)


@router.get("/cases/{ref:path}", responses=READING, tags=["cases"])
def one_case(viewer: Reader, ref: CaseNumber) -> dict[str, Any]:
    """A case whole: facts with their origin, stages, deadlines, decisions, events, what may be done now."""
    return _case(viewer, ref)


@router.get("/notices", responses=OPEN_READING, tags=["public"])
def list_notices(
    viewer: Public,
    lifecycle: Filter = None,
    stage: Filter = None,
    cycle: Annotated[int | None, Query(ge=0, le=9999)] = None,
    open_now: Annotated[bool | None, Query(alias="open")] = None,
    after: After = 0,
    limit: Limit = 50,
) -> Page:
    """Public notices, as published. No token is needed."""
    config = viewer.config
    found = notices(
        config.engine,
        config.today(),
        open_now=open_now,
        key=lifecycle,
        cycle=cycle,
        stage=stage,
        after=after,
        limit=limit + 1,
        books=config.books,
    )
    shown = found[:limit]
    return Page(items=[_notice(one, viewer) for one in shown], next=shown[-1].number if len(found) > limit else None)


@router.get("/notices/{ref:path}/{stage}", responses=OPEN_READING, tags=["public"])
def one_notice(viewer: Public, ref: CaseNumber, stage: Name) -> dict[str, Any]:
    """One notice, with the hash of what was shown on each day of its window."""
    config = viewer.config
    notice = read_notice(config.engine, ref, stage, books=config.books)
    kept = [
        {
            "day": one.day.isoformat(),
            "state": one.state,
            "sha256": one.sha256 or None,
            "recorded_at": one.recorded_at.isoformat() if one.recorded_at else None,
        }
        for one in proof(config.engine, notice, config.today())
    ]
    return {**_notice(notice, viewer), "kept": kept}


def _notice(notice: Notice, viewer: Viewer) -> dict[str, Any]:
    window = notice.window
    return {
        "ref": notice.ref,
        "lifecycle": notice.lifecycle.key,
        "stage": notice.stage.key,
        "title": notice.stage.title,
        "clause": window.clause,
        "cycle": notice.cycle,
        "first_day": notice.first_day.isoformat(),
        "last_day": notice.last_day.isoformat(),
        "open": notice.open_on(viewer.config.today()),
        "items": [{"label": one.label, "value": one.value, "clause": one.clause} for one in notice.items],
        "withheld": [{"what": one.what, "because": one.because, "clause": one.clause} for one in notice.withheld],
        "objections": window.objections is not None,
        "objection_clause": (window.objection_clause or window.clause) if window.objections is not None else None,
    }
