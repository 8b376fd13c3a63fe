"""Sign in, sign out, and the switch of language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shixian.desk.access import PUBLIC
from shixian.desk.pages import page
from shixian.desk.sessions import COOKIE, SignInRefused, sign_in, sign_out
from shixian.desk.viewer import LANGUAGE_COOKIE, Viewer

router = APIRouter()
Anyone = Annotated[Viewer, Depends(PUBLIC)]


@router.get("/sign-in")
def form(request: Request, viewer: Anyone, next: str = "/") -> Response:
    return page(request, "signin.html", next=own_path(next), refused=None, account="")


@router.post("/sign-in")
def enter(
    request: Request,
    viewer: Anyone,
    account: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    config = viewer.config
    try:
        token = sign_in(config.engine, account, password, address=viewer.address, now=config.now())
    except SignInRefused as error:
        return page(request, "signin.html", status=401, next=own_path(next), refused=error, account=account)
    response = RedirectResponse(own_path(next), 303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=config.secure, path="/")
    return response


@router.post("/sign-out")
def leave(request: Request, viewer: Anyone) -> Response:
    token = request.cookies.get(COOKIE, "")
    if token:
        sign_out(viewer.engine, token, now=viewer.config.now())
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.post("/language")
def switch(
    request: Request,
    viewer: Anyone,
    language: Annotated[str, Form()] = "zh",
    next: Annotated[str, Form()] = "/",
) -> Response:
    response = RedirectResponse(own_path(next), 303)
    chosen = "en" if language == "en" else "zh"
    response.set_cookie(LANGUAGE_COOKIE, chosen, samesite="lax", secure=viewer.config.secure, path="/")
    return response


def own_path(path: str) -> str:
    """A path of this desk, else the first page: nobody is led elsewhere."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if plain and path.isprintable() and len(path) < 2000 else "/"
