"""异议: the public form of a notice, its receipt; and the sealed papers, for the handler of the objection alone."""

from __future__ import annotations

import json
import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from shixian.casework.idempotency import KeyUsed, Reply, Slot, begin, finish, release
from shixian.casework.publicity.notices import Notice, read_notice
from shixian.casework.publicity.progress import progress_code
from shixian.casework.publicity.public_objections import (
    ObjectionInvalid,
    Paper,
    Receipt,
    checked,
    file_public_objection,
    form_of,
    read_paper,
)
from shixian.casework.staff.people import Permission
from shixian.casework.store import SqlStore
from shixian.desk.access import PUBLIC, Access
from shixian.desk.forms import PublicForm, read_form
from shixian.desk.pages import page
from shixian.desk.throttle import Throttle, TooOften
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.rules.errors import NotFound, ShixianError
from shixian.rules.state import Refusal

router = APIRouter()
Anyone = Annotated[Viewer, Depends(PUBLIC)]
HANDLERS = Access((Permission.LOOK_AT_IDENTITY,))
Handler = Annotated[Viewer, Depends(HANDLERS)]
Form = Annotated[PublicForm, Depends(read_form)]
DOOR = Throttle("objection", most=10, minutes=60)
CLIENT = "public-form"  # whose idempotency keys the form's own numbers are
EVIDENCE = "evidence"
FIELDS = ("kind", "name", "number", "contact", "grounds")

add_words(
    {
        "异议人": "Who objects",
        "事实和理由": "Facts and grounds",
        "证据材料": "Evidence",
        "提交异议": "File the objection",
        "查询码": "Query code",
        "异议案号": "Number of the objection",
    }
)


@router.get("/objections/{ref:path}/{stage}")
def blank(request: Request, viewer: Anyone, ref: str, stage: str) -> Response:
    return _form(request, viewer, read_notice(viewer.engine, ref, stage, books=viewer.config.books))


@router.post("/objections/{ref:path}/{stage}")
def file(request: Request, viewer: Anyone, form: Form, ref: str, stage: str) -> Response:
    """File it: a receipt, or the form again with what was wrong, or why the law does not take it."""
    config, now = viewer.config, viewer.config.now()
    notice = read_notice(config.engine, ref, stage, books=config.books)
    asked = form_of(notice.lifecycle, notice.stage, config.books)
    try:
        DOOR.check(config.engine, viewer.address, now=now)
    except TooOften as error:
        return _form(request, viewer, notice, form, error=error, status=429)
    DOOR.note(config.engine, viewer.address, now=now, succeeded=True)
    clause = asked.clause if asked is not None else notice.window.clause
    slot: Slot | Reply | None = None
    try:
        objector = checked(*(form.text(name) for name in FIELDS[:4]), clause=clause)
        papers = _papers(form, viewer, clause, tuple(one.key for one in asked.papers) if asked else ())
        answers = {one.name: form.text(f"answer_{one.name}") for one in asked.questions} if asked else {}
        said = [
            ref,
            stage,
            *(form.text(name) for name in FIELDS),
            answers,
            [(one.document, one.name) for one in papers],
        ]
        slot = begin(config.engine, CLIENT, _token(form), json.dumps(said, ensure_ascii=False), now=now)
        if isinstance(slot, Reply):
            return _answered(request, viewer, notice, form, slot)
        mine = slot

        def also(store: SqlStore, receipt: Receipt) -> None:
            finish(store.connection, mine, _reply(store, receipt))

        receipt = file_public_objection(
            config.engine,
            ref,
            stage,
            objector,
            grounds=form.text("grounds"),
            answers=answers,
            papers=papers,
            now=now,
            books=config.books,
            also=also,
        )
    except KeyUsed as error:
        return _form(request, viewer, notice, form, error=error, status=409)
    except ShixianError as error:
        if isinstance(slot, Slot):
            release(config.engine, slot)
        return _form(request, viewer, notice, form, error=error, status=404 if isinstance(error, NotFound) else 422)
    if receipt.refusal is not None:
        return _form(request, viewer, notice, form, refusal=receipt.refusal, status=422)
    assert receipt.ref is not None
    return _receipt(request, viewer, notice, receipt.ref)


def _token(form: PublicForm) -> str:
    """The form's own number: the same form sent twice is one objection."""
    token = form.text("token")
    return token if token.isascii() and token.isalnum() and 16 <= len(token) <= 64 else secrets.token_hex(16)


def _reply(store: SqlStore, receipt: Receipt) -> Reply:
    if receipt.refusal is None:
        return Reply(201, json.dumps({"ref": receipt.ref}))
    told = {
        "code": receipt.refusal.code,
        "because": store.sealer.scrub(receipt.refusal.because),
        "clause": receipt.refusal.clause,
        "remedy": receipt.refusal.remedy,
    }
    return Reply(422, json.dumps(told, ensure_ascii=False))


def _answered(request: Request, viewer: Viewer, notice: Notice, form: PublicForm, reply: Reply) -> Response:
    body = json.loads(reply.body)
    if reply.status == 201:
        return _receipt(request, viewer, notice, body["ref"])
    return _form(request, viewer, notice, form, refusal=Refusal(**body), status=reply.status)


def _receipt(request: Request, viewer: Viewer, notice: Notice, ref: str) -> Response:
    code = progress_code(viewer.engine, ref)
    return page(request, "objection_receipt.html", status=201, notice=notice, ref=ref, code=code)


def _form(
    request: Request,
    viewer: Viewer,
    notice: Notice,
    form: PublicForm | None = None,
    *,
    error: ShixianError | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> Response:
    """The form, with what was typed; `error` names the field that is wrong, `refusal` is the law's and was recorded."""
    config = viewer.config
    asked = form_of(notice.lifecycle, notice.stage, config.books)
    typed = {name: form.text(name) if form else "" for name in FIELDS}
    if asked is not None:
        typed |= {f"answer_{one.name}": form.text(f"answer_{one.name}") if form else "" for one in asked.questions}
    return page(
        request,
        "objection.html",
        status=status,
        notice=notice,
        form=asked,
        typed=typed,
        token=secrets.token_hex(16),
        error=error,
        wrong=error.field if isinstance(error, ObjectionInvalid) else "",
        refusal=refusal,
        open_now=notice.open_on(config.today()),
        megabytes=config.upload_limit // 1024 // 1024,
    )


def _papers(form: PublicForm, viewer: Viewer, clause: str, declared: tuple[str, ...]) -> list[Paper]:
    found = []
    limit = viewer.config.upload_limit
    for key in declared or (EVIDENCE,):
        for one in form.files(f"paper_{key}"):
            content = one.file.read(limit + 1)
            if len(content) > limit:
                size = f"{limit // 1024 // 1024} MB"
                raise ObjectionInvalid("papers", f"每份材料至多 {size}", clause=clause, remedy="压缩或拆分后重新提交")
            if not content:
                raise ObjectionInvalid("papers", "有一份材料是空文件", clause=clause, remedy="核对文件后重新选择")
            found.append(Paper(key, (one.filename or "")[-200:], content))
    return found


@router.get("/objection-papers/{ref:path}/{digest}")
def ask_reason(request: Request, viewer: Handler, ref: str, digest: str) -> Response:
    """The handler says why before a sealed paper is opened."""
    return page(request, "objection_paper.html", ref=ref, digest=digest, error=None)


@router.post("/objection-papers/{ref:path}/{digest}")
def open_paper(request: Request, viewer: Handler, form: Form, ref: str, digest: str) -> Response:
    config = viewer.config
    given = {"reason": form.text("reason"), "person": viewer.someone, "now": config.now(), "books": config.books}
    paper = read_paper(config.engine, ref, digest, **given)  # type: ignore[arg-type]
    name = quote(paper.name or "材料", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(paper.content, media_type="application/octet-stream", headers=headers)
