"""接口客户端: programs that use the REST API, each with an account of its own and a token that is shown once.

By the security administrator, as accounts are: a token is a way to sign in, and who gives one gives permissions.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from models import credential
from shixian.casework.database import reading
from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.api_clients import clients, close_client, make_client
from shixian.casework.staff.people import Permission
from shixian.desk.access import Access
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.rules.errors import ShixianError

router = APIRouter()
SECURITY = Access((Permission.MANAGE_PEOPLE,))
Security = Annotated[Viewer, Depends(SECURITY)]

add_words(
    {
        "接口客户端": "API clients", "新增客户端": "New client", "客户端名称": "Name of the client", "令牌": "Token",
        "发给令牌": "Make the token", "停用客户端": "Deactivate",
    }
)  # fmt: skip


@router.get("/settings/clients")
def listed(request: Request, viewer: Security, done: str = "") -> Response:
    return _page(request, viewer, done=done == "closed")


@router.post("/settings/clients")
def make(
    request: Request, viewer: Security, name: Annotated[str, Form()] = "", account: Annotated[str, Form()] = ""
) -> Response:
    """Make one. Its token stands on this one answer and nowhere else: only its hash is kept."""
    try:
        token = make_client(viewer.engine, name, account, by=viewer.someone, now=viewer.config.now())
    except ShixianError as error:
        return _page(request, viewer, typed=(name[:100], account[:100]), refused=error)
    return _page(request, viewer, token=token, made=name.strip())


@router.post("/settings/clients/close")
def close(request: Request, viewer: Security, name: Annotated[str, Form()] = "") -> Response:
    close_client(viewer.engine, name, by=viewer.someone, now=viewer.config.now())
    return RedirectResponse("/settings/clients?done=closed", 303)


def _page(
    request: Request,
    viewer: Viewer,
    *,
    token: str = "",
    made: str = "",
    done: bool = False,
    typed: tuple[str, str] = ("", ""),
    refused: ShixianError | None = None,
) -> Response:
    with reading(viewer.engine) as connection:
        people = set(connection.scalars(select(credential.c.person)))
    known = {one.person.key: one for one in accounts(viewer.engine)}
    # Only an account without a password may be a program's; that of the viewer has one.
    free = [one.person for key, one in known.items() if one.active and key not in people]
    return page(
        request,
        "clients.html",
        status=422 if refused is not None else 200,
        found=clients(viewer.engine),
        known=known,
        free=free,
        token=token,
        made=made,
        done=done,
        typed=typed,
        refused=refused,
    )
