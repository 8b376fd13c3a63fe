"""The first page: for the public what is open to it, for the office its alarms and the way to its work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from shixian.desk.access import PUBLIC
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer

router = APIRouter()


@router.get("/")
def first(request: Request, viewer: Annotated[Viewer, Depends(PUBLIC)]) -> Response:
    return page(request, "home.html")
