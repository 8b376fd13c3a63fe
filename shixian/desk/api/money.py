"""Batches: read, proposed, approved, released and cancelled. Different people do these, and so do different clients.

A step done twice changes nothing: the batch's own status refuses it. Its answer is kept after the step; if the process
dies between, the step is there and the same key answers with what the batch then says.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response

from models import BatchStatus
from shixian.casework.money import batches as casework
from shixian.casework.money.batch_views import BatchView, batches, show
from shixian.casework.staff.looks import record_look
from shixian.casework.staff.people import require_scope, scope_of
from shixian.desk.api.access import CANCELS, CHECKS, MAKES, RELEASES, Reader, router
from shixian.desk.api.once import Kept, once
from shixian.desk.api.problems import READING, WRITING
from shixian.desk.api.reads import Page
from shixian.desk.api.shapes import ApprovalShape, BatchShape, CancelShape, IdempotencyKey, Limit
from shixian.desk.viewer import Viewer
from shixian.disbursing.release import authorize, limit_of_settings
from shixian.display.finance import preview
from shixian.display.held import held_up
from shixian.rules.periods import legal_day

BatchNumber = Annotated[str, Path(max_length=200)]
_ROW = (
    "ref", "lifecycle", "programme", "year", "as_of", "status", "count", "fen", "content", "maker", "editor",
    "approvals", "releaser", "released_at",
)  # fmt: skip
_LINE = ("sequence", "case_ref", "payee", "fen", "clause", "due", "account", "attempt_status", "alive")


@router.get("/batches", responses=READING, tags=["money"])
def list_batches(
    viewer: Reader,
    lifecycle: Annotated[str | None, Query(max_length=200)] = None,
    year: Annotated[int | None, Query(ge=0, le=9999)] = None,
    status: BatchStatus | None = None,
    limit: Limit = 50,
) -> Page:
    """Batches, the newest first."""
    found = batches(viewer.engine, lifecycle=lifecycle, year=year, status=status, limit=limit)
    scope = scope_of(viewer.someone, viewer.config.books.lifecycles)
    return Page(items=[_row(one) for one in found if scope is None or one["lifecycle"] in scope])


@router.get("/batches/{ref}", responses=READING, tags=["money"])
def one_batch(viewer: Reader, ref: BatchNumber) -> dict[str, Any]:
    """A batch with its lines, what was refused and why, and who approved it. Accounts are masked."""
    view = show(viewer.engine, ref)
    _scope(viewer, view)
    given = {"now": viewer.config.now(), "address": viewer.address}
    record_look(viewer.engine, viewer.someone, "account", ref, **given)  # type: ignore[arg-type]
    return _view(view)


@router.get("/proposals", responses=READING, tags=["money"])
def proposal(
    viewer: Reader,
    lifecycle: Annotated[str, Query(max_length=200)],
    as_of: date | None = None,
) -> dict[str, Any]:
    """What a batch of the lifecycle would hold as of a day, what it would refuse and why; and the cases whose decision
    an objection holds up, with the clause. Nothing is written."""
    config = viewer.config
    known = config.books.lifecycle(lifecycle)
    require_scope(viewer.someone, known)
    found = preview(viewer.engine, known, as_of or config.today(), config.today(), config.books)
    owed = ("case_ref", "payee", "sequence", "fen", "clause", "due")
    refused = [(one.row, one.refusal) for one in found.refused]
    told = ("because", "clause", "remedy")
    return {
        "lifecycle": lifecycle,
        "as_of": (as_of or config.today()).isoformat(),
        "fen": found.fen,
        "left": found.line.left if found.line is not None else None,
        "lines": [{name: _plain(row[name]) for name in owed} for row in found.chosen],
        "refusals": [
            {**{name: _plain(row[name]) for name in owed}, **{name: getattr(why, name) for name in told}}
            for row, why in refused
        ],
        "held": [asdict(one) for one in held_up(viewer.engine, known, config.books, now=config.now())],
    }


@router.post("/batches", status_code=201, responses=WRITING, tags=["money"])
def post_batch(
    request: Request, viewer: Annotated[Viewer, Depends(MAKES)], body: BatchShape, key: IdempotencyKey
) -> Response:
    """Freeze everything of a lifecycle that can be paid as of a day; what cannot is told with its clause."""
    config = viewer.config
    require_scope(viewer.someone, config.books.lifecycle(body.lifecycle))

    def work(kept: Kept) -> tuple[int, Any]:
        now = config.now()
        given = {"person": viewer.someone, "now": now, "books": config.books}
        given |= {"second_checker_above": limit_of_settings}
        as_of = body.as_of or legal_day(now)
        return 201, _view(casework.propose(config.engine, body.lifecycle, as_of, **given))  # type: ignore[arg-type]

    return once(request, viewer, key, body, work)


@router.post("/batches/{ref}/approve", responses=WRITING, tags=["money"])
def approve(
    request: Request,
    viewer: Annotated[Viewer, Depends(CHECKS)],
    ref: BatchNumber,
    body: ApprovalShape,
    key: IdempotencyKey,
) -> Response:
    """Approve what was read: the content hash must still be the batch's own."""
    _scope(viewer, show(viewer.engine, ref))

    def work(kept: Kept) -> tuple[int, Any]:
        now = viewer.config.now()
        return 200, _view(casework.approve(viewer.engine, ref, content=body.content, person=viewer.someone, now=now))

    return once(request, viewer, key, body, work)


@router.post("/batches/{ref}/release", responses=WRITING, tags=["money"])
def release(
    request: Request, viewer: Annotated[Viewer, Depends(RELEASES)], ref: BatchNumber, key: IdempotencyKey
) -> Response:
    """Let an approved batch go. Its payments are made by the disbursement flow."""
    _scope(viewer, show(viewer.engine, ref))

    def work(kept: Kept) -> tuple[int, Any]:
        given = {"person": viewer.someone, "now": viewer.config.now(), "books": viewer.config.books}
        authorize(viewer.engine, ref, **given, limit=limit_of_settings)  # type: ignore[arg-type]
        return 200, _view(show(viewer.engine, ref))

    return once(request, viewer, key, None, work)


@router.post("/batches/{ref}/cancel", responses=WRITING, tags=["money"])
def cancel(
    request: Request,
    viewer: Annotated[Viewer, Depends(CANCELS)],
    ref: BatchNumber,
    body: CancelShape,
    key: IdempotencyKey,
) -> Response:
    """Cancel a batch that was not released, with a reason."""
    _scope(viewer, show(viewer.engine, ref))

    def work(kept: Kept) -> tuple[int, Any]:
        now = viewer.config.now()
        return 200, _view(casework.cancel(viewer.engine, ref, reason=body.reason, person=viewer.someone, now=now))

    return once(request, viewer, key, body, work)


def _scope(viewer: Viewer, view: BatchView) -> None:
    lifecycle = viewer.config.books.lifecycles.get(view.row["lifecycle"])
    if lifecycle is not None:
        require_scope(viewer.someone, lifecycle)


def _row(row: Any) -> dict[str, Any]:
    return {name: _plain(row[name]) for name in _ROW if name in row}


def _view(view: BatchView) -> dict[str, Any]:
    lines = [{name: _plain(one[name]) for name in _LINE if name in one} for one in view.lines]
    refusals = [
        {name: _plain(one[name]) for name in ("case_ref", "payee", "because", "clause", "remedy") if name in one}
        for one in view.refusals
    ]
    return {
        **_row(view.row),
        "lines": lines,
        "refusals": refusals,
        "approved_by": [one["person"] for one in view.approvals],
        "approvals_missing": view.approvals_missing,
    }


def _plain(value: Any) -> Any:
    value = getattr(value, "value", value)
    return value if value is None or isinstance(value, str | int | bool) else value.isoformat()
