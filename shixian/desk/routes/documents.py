"""Files of a case as downloads, and decisions and notices as sheets of paper.

A file is never shown by us: it goes out as an attachment without a type, so that no browser runs what somebody sent in.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from shixian.casework.staff.looks import record_look
from shixian.casework.staff.people import require_scope
from shixian.casework.uploads import content_of
from shixian.casework.views import CaseView, read_case
from shixian.desk.access import READERS
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer
from shixian.display.case_page import case_of_day, read_all, reading_lifecycle, sealed_papers
from shixian.display.plain import Plain
from shixian.rules.errors import NotFound
from shixian.rules.lifecycle import Lifecycle

router = APIRouter()
Reader = Annotated[Viewer, Depends(READERS)]


@router.get("/cases/{ref:path}/documents/{digest}")
def download(viewer: Reader, ref: str, digest: str) -> Response:
    view, _ = _case(viewer, ref)
    if digest in sealed_papers(view.events):
        # What is stored is encrypted: it opens for the handler alone, who says why.
        return RedirectResponse(f"/objection-papers/{quote(ref)}/{digest}", 303)
    name, content = content_of(viewer.engine, ref, digest)
    record_look(
        viewer.engine,
        viewer.someone,
        "document",
        f"{ref} {name} {digest[:12]}",
        now=viewer.config.now(),
        address=viewer.address,
    )
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/cases/{ref:path}/print/decision/{key}")
def decision_sheet(request: Request, viewer: Reader, ref: str, key: str) -> Response:
    """One decision with its amount's tree and what it obliges to, on A4; the latest of that key."""
    view, lifecycle = _case(viewer, ref)
    data = read_all(viewer.engine, view, None, now=viewer.config.now())
    found = [one for one in data["decisions"] if one["key"] == key]
    if not found:
        raise NotFound(f"{ref} 没有“{key}”这一决定", remedy="从案件页的决定打开")
    event = next(one for one in reversed(data["events"]) if one["kind"] == "decided" and one["key"] == key)
    looked(viewer, ref)
    return page(
        request,
        "print_decision.html",
        view=view,
        lifecycle=lifecycle,
        data=data,
        one=Plain(lifecycle, viewer.config.books.lifecycles).decision(found[-1]),
        event=event,
        obligations=[one for one in data["obligations"] if one["decision"] == key],
        readings=[reading for reading in lifecycle.readings if _names(str(found[-1]), reading.key)],
    )


@router.get("/cases/{ref:path}/print/notice/{stage}")
def notice_sheet(request: Request, viewer: Reader, ref: str, stage: str) -> Response:
    """One public notice of the case on A4: what is published, its window, how to object and its clauses."""
    view, lifecycle = _case(viewer, ref)
    state, events = case_of_day(view, None)
    window = state.progress.windows.get(stage)
    declared = next((one for one in lifecycle.stages if one.key == stage), None)
    if window is None or declared is None or declared.window is None:
        raise NotFound(f"{ref} 没有“{stage}”的公示", remedy="公示自实际公布起才有期间")
    set_by = [one for one in events if one.kind == "deadline_set" and one.data.get("stage") == stage]
    looked(viewer, ref)
    return page(
        request,
        "print_notice.html",
        view=view,
        lifecycle=lifecycle,
        stage=declared,
        window=window,
        working=[str(line) for line in (set_by[-1].data.get("working") or [])] if set_by else [],
        objections=declared.window.objections is not None,
    )


def _case(viewer: Viewer, ref: str) -> tuple[CaseView, Lifecycle]:
    view = read_case(viewer.engine, ref)
    lifecycle = viewer.config.books.lifecycle(view.row["lifecycle"])
    require_scope(viewer.someone, lifecycle)
    return view, reading_lifecycle(lifecycle, view.facts)


def looked(viewer: Viewer, ref: str) -> None:
    """Note that a sheet with a case's data was made."""
    record_look(viewer.engine, viewer.someone, "case", ref, now=viewer.config.now(), address=viewer.address)


def _names(text: str, key: str) -> bool:
    """Whether a decision as stored names a reading."""
    return f"“{key}”" in text or f"'{key}'" in text
