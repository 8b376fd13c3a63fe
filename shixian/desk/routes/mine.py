"""我的申报: a unit's own cases, with what is asked of it and the acts that it may do now. Nothing of others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from shixian.casework.staff.people import Permission
from shixian.desk.access import Access
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer
from shixian.display.mine import my_cases

router = APIRouter()
UNITS = Access((Permission.READ_OWN,))


@router.get("/mine")
def mine(request: Request, viewer: Annotated[Viewer, Depends(UNITS)]) -> Response:
    asked = request.query_params.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    config = viewer.config
    given = {"now": config.now(), "today": config.today(), "books": config.books}
    found = my_cases(viewer.engine, viewer.someone, page=number, **given)  # type: ignore[arg-type]
    return page(request, "mine.html", found=found)
