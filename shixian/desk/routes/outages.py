"""公示中断: when the notices could not be read, which windows that lengthened, and which it could not.

Recorded by whoever approves (审批): one record lengthens a term of the law for everybody and holds up payments, so it
is neither a clerk's act nor the system administrator's, who works on no case (三员分立). Everybody who reads cases
sees the list: an officer must know why a window did not end.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shixian.casework.publicity.outages import LONGEST_REASON, outages, record_outage, windows_of
from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.people import Permission, in_scope
from shixian.desk.access import READERS, Access
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.rules.errors import ShixianError
from shixian.rules.periods import parse_instant
from shixian.rules.standing import OUTAGE_READING

router = APIRouter()
HEADS = Access((Permission.HEAD_ACT,))
Reader = Annotated[Viewer, Depends(READERS)]
Head = Annotated[Viewer, Depends(HEADS)]

add_words(
    {
        "公示中断": "Outages of notices", "登记公示中断": "Record an outage", "中断开始": "Began", "中断结束": "Ended",
        "原因": "Because", "已顺延": "Extended", "未顺延": "Not extended", "已登记的中断": "Outages recorded",
        "原末日": "Last day before", "现末日": "Last day now", "登记": "Record",
    }
)  # fmt: skip


@router.get("/settings/outages")
def listed(request: Request, viewer: Reader, done: str = "") -> Response:
    return _page(request, viewer, done=done)


@router.post("/settings/outages")
def record(
    request: Request,
    viewer: Head,
    began: Annotated[str, Form()] = "",
    ended: Annotated[str, Form()] = "",
    because: Annotated[str, Form()] = "",
) -> Response:
    """Record one and extend what was open; what was typed is shown again when it cannot be."""
    config = viewer.config
    typed = {"began": began[:30], "ended": ended[:30], "because": because[:LONGEST_REASON]}
    try:
        times = parse_instant(began), parse_instant(ended)
        done = record_outage(viewer.engine, *times, because, viewer.someone, config.now(), books=config.books)
    except ShixianError as error:
        return _page(request, viewer, typed=typed, refused=error)
    return RedirectResponse(f"/settings/outages?done={done.number}", 303)


def _page(
    request: Request,
    viewer: Viewer,
    *,
    done: str = "",
    typed: dict[str, str] | None = None,
    refused: ShixianError | None = None,
) -> Response:
    engine, books = viewer.engine, viewer.config.books
    people = [one.person for one in accounts(engine) if one.active]
    seen = {key for key, lifecycle in books.lifecycles.items() if in_scope(viewer.someone, lifecycle)}
    windows = {number: [one for one in all_ if one.lifecycle in seen] for number, all_ in windows_of(engine).items()}
    return page(
        request,
        "outages.html",
        status=422 if refused is not None else 200,
        found=outages(engine),
        windows=windows,
        names={one.key: one.name for one in people},
        heads=[one.name for one in people if one.may(Permission.HEAD_ACT)],
        typed=typed or {"began": "", "ended": "", "because": ""},
        refused=refused,
        done=int(done) if done.isascii() and done.isdigit() and len(done) < 10 else 0,
        reading=OUTAGE_READING,
        longest=LONGEST_REASON,
    )
