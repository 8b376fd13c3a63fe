"""Writing: cases opened, acts, objections, calls: the functions that the desk calls, under the client's account."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response

from shixian.casework.calls import set_call
from shixian.casework.cases import open_case, record_act
from shixian.casework.publicity.house_key import house_key
from shixian.casework.publicity.progress import code_of
from shixian.casework.publicity.public_objections import Paper, Receipt, checked, file_public_objection, form_of
from shixian.casework.staff.people import Permission, require_scope
from shixian.casework.store import SqlStore
from shixian.casework.views import read_case
from shixian.desk.api.access import ACTS, CALLS, OBJECTS, OPENS, client_of, router
from shixian.desk.api.once import Kept, once
from shixian.desk.api.problems import WRITING, refusal_problem
from shixian.desk.api.shapes import ActShape, CallShape, IdempotencyKey, ObjectionShape, Opening, facts_of
from shixian.desk.viewer import Viewer
from shixian.rules.decide import Acted, Decided
from shixian.rules.errors import CaseworkError, NotFound
from shixian.rules.periods import legal_day

CaseNumber = Annotated[str, Path(max_length=200)]


@router.post("/cases", status_code=201, responses=WRITING, tags=["cases"])
def post_case(
    request: Request, viewer: Annotated[Viewer, Depends(OPENS)], body: Opening, key: IdempotencyKey
) -> Response:
    """Open a case. Refused openings (regulation not in force, a bar, a limit) come back with their clause."""
    config = viewer.config

    def work(kept: Kept) -> tuple[int, Any]:
        now = config.now()
        opened = open_case(
            config.engine,
            body.lifecycle,
            facts_of(body.facts),
            day=body.day or legal_day(now),
            cycle=body.cycle,
            origin=body.origin,
            imported_key=f"api:{client_of(request).name}:{key}",
            person=viewer.someone,
            now=now,
            books=config.books,
        )
        if opened.refusal is not None:
            return 422, refusal_problem(opened.refusal)
        return 201, {"ref": opened.ref}

    return once(request, viewer, key, body, work)


@router.post("/cases/{ref:path}/acts", responses=WRITING, tags=["cases"])
def post_act(
    request: Request,
    viewer: Annotated[Viewer, Depends(ACTS)],
    ref: CaseNumber,
    body: ActShape,
    key: IdempotencyKey,
) -> Response:
    """Record an act. A refusal by the law is recorded too, and comes back with clause, remedy and what is asked."""
    now = viewer.config.now()
    documents = tuple(one.model_dump() for one in body.documents)
    acted = Acted(body.stage, body.verb, body.by, _at(body.at, now), facts_of(body.given), documents, body.reason)
    if body.verb == "object":
        raise CaseworkError("异议不由本接口提出", remedy="用 POST /cases/{ref}/objections，异议人身份在该处封存")
    return once(request, viewer, key, body, lambda kept: _act(viewer, ref, acted, now, kept))


def _act(viewer: Viewer, ref: str, acted: Acted, now: datetime, kept: Kept) -> tuple[int, Any]:
    told: list[tuple[int, Any]] = []

    def also(store: SqlStore, decided: Decided) -> None:
        refusal = decided.refusal
        told.append(
            (422, refusal_problem(refusal, store.sealer.scrub)) if refusal else (200, _done(store, ref, decided))
        )
        kept.keep(store.connection, *told[-1])

    books = viewer.config.books
    record_act(viewer.engine, ref, acted, person=viewer.someone, now=now, books=books, also=also)
    return told[-1]


def _done(store: SqlStore, ref: str, decided: Decided) -> dict[str, Any]:
    case = store.load(ref)
    said = ("stage", "clock", "title", "last_day", "outcome", "clause")
    return {
        "ref": ref,
        "status": case.progress.status,
        "stage": case.where,
        "number": case.number,
        "transitions": [
            {
                "kind": one.kind,
                "legal_day": one.legal_day.isoformat(),
                **{name: one.data[name] for name in said if isinstance(one.data.get(name), str)},
            }
            for one in decided.transitions
        ],
    }


def _at(at: datetime | None, now: datetime) -> datetime:
    return at.astimezone(now.tzinfo) if at is not None else now


@router.post("/cases/{ref:path}/objections", status_code=201, responses=WRITING, tags=["cases"])
def post_objection(
    request: Request,
    viewer: Annotated[Viewer, Depends(OBJECTS)],
    ref: CaseNumber,
    body: ObjectionShape,
    key: IdempotencyKey,
) -> Response:
    """File an objection in the window of a notice; out of it, it is refused with the clause. Gives its own case number
    and the code to follow it by. An office's client may say when a letter was received; a public one may not."""
    config, now = viewer.config, viewer.config.now()
    person = viewer.someone
    lifecycle = config.books.lifecycle(read_case(config.engine, ref).row["lifecycle"])
    require_scope(person, lifecycle)
    office = not person.outside and person.may(Permission.OBJECT)
    if body.at is not None and not office:
        raise CaseworkError("网上提交以提交时刻为准，不能另写时间", remedy="书面提交的，由经办人记录收件时间")
    stage = next((one for one in lifecycle.stages if one.key == body.stage and one.window is not None), None)
    if stage is None:
        raise NotFound("没有这一公示，或者尚未发布", remedy="从公示列表中选择")
    form = form_of(lifecycle, stage, config.books)
    clause = form.clause if form is not None else stage.clause
    objector = checked(body.kind, body.name, body.number, body.contact, clause=clause)
    papers = [(one.document, one.name, one.decoded()) for one in body.papers]
    if any(content is None for _, _, content in papers):
        raise CaseworkError("材料的内容不是 base64", remedy="以 base64 编码后重新提交")

    def work(kept: Kept) -> tuple[int, Any]:
        told: list[tuple[int, Any]] = []

        def also(store: SqlStore, receipt: Receipt) -> None:
            if receipt.refusal is not None:
                told.append((422, refusal_problem(receipt.refusal, store.sealer.scrub)))
            else:
                code = code_of(house_key(store.connection, now=now), receipt.ref or "")
                told.append((201, {"ref": receipt.ref, "code": code}))
            kept.keep(store.connection, *told[-1])

        file_public_objection(
            config.engine,
            ref,
            body.stage,
            objector,
            grounds=body.grounds,
            answers=body.answers,
            papers=[Paper(document, name, content or b"") for document, name, content in papers],
            now=now,
            person=person if office else None,
            at=_at(body.at, now),
            books=config.books,
            also=also,
        )
        return told[-1]

    return once(request, viewer, key, body, work)


@router.post("/calls", responses=WRITING, tags=["law"])
def post_call(
    request: Request, viewer: Annotated[Viewer, Depends(CALLS)], body: CallShape, key: IdempotencyKey
) -> Response:
    """Set a parameter of a yearly call; open cases have their deadlines projected again. Twice is harmless."""
    config = viewer.config
    require_scope(viewer.someone, config.books.lifecycle(body.lifecycle))

    def work(kept: Kept) -> tuple[int, Any]:
        moved = set_call(
            config.engine,
            body.lifecycle,
            body.cycle,
            body.name,
            body.value,
            because=body.because,
            person=viewer.someone,
            now=config.now(),
            books=config.books,
        )
        return 200, {"projected_again": moved}

    return once(request, viewer, key, body, work)
