"""办事进度: by case number and code. A wrong code and an unknown number get the same answer, and both are counted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from shixian.casework.publicity.progress import read_progress
from shixian.casework.views import read_case
from shixian.desk.access import PUBLIC
from shixian.desk.forms import PublicForm, read_form
from shixian.desk.pages import page
from shixian.desk.throttle import Throttle, TooOften
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words

router = APIRouter()
Anyone = Annotated[Viewer, Depends(PUBLIC)]
DOOR = Throttle("progress", most=10, minutes=15, only_failed=True)

add_words({"案号": "Case number", "查询": "Look up", "下一期限": "Next date", "需要您提供": "What is asked of you"})


@router.get("/progress")
def ask(request: Request, viewer: Anyone) -> Response:
    return page(request, "progress.html", found=None, message="", ref="")


@router.post("/progress")
def show(request: Request, viewer: Anyone, form: Annotated[PublicForm, Depends(read_form)]) -> Response:
    config, now = viewer.config, viewer.config.now()
    ref, code = form.text("ref").strip()[:100], form.text("code").strip()[:40]
    try:
        DOOR.check(config.engine, viewer.address, now=now)
    except TooOften as error:
        return page(request, "progress.html", status=429, found=None, message=str(error), ref=ref)
    found = read_progress(config.engine, ref, code, books=config.books)
    DOOR.note(config.engine, viewer.address, now=now, succeeded=found is not None)
    if found is None:
        message = "案号与查询码不相符。请核对回执；遗失查询码的，请向经办人查询。"
        return page(request, "progress.html", status=404, found=None, message=message, ref=ref)
    lifecycle = config.books.lifecycle(str(read_case(config.engine, found.ref).row["lifecycle"]))
    return page(request, "progress.html", found=found, lifecycle=lifecycle, message="", ref=ref)
