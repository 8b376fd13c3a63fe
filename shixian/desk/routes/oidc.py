"""统一身份登录: sign-in through the office's identity provider. Where none is set there are no such pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from shixian import clock
from shixian.casework.staff.accounts import account_of_subject
from shixian.desk.access import PUBLIC
from shixian.desk.oidc import BROWSER_COOKIE, MINUTES, Provider, ProviderDown
from shixian.desk.pages import page
from shixian.desk.routes.signin import own_path
from shixian.desk.sessions import COOKIE, SignInRefused, note_try, open_session
from shixian.desk.viewer import Viewer
from shixian.rules.errors import NotFound

router = APIRouter()
Anyone = Annotated[Viewer, Depends(PUBLIC)]
PATH = "/sign-in/oidc"


@router.get(PATH)
def leave(request: Request, viewer: Anyone, next: str = "/") -> Response:
    """To the provider."""
    provider, config = _provider(viewer), viewer.config
    scheme = "https" if config.secure else request.url.scheme
    back = f"{scheme}://{request.headers.get('host', '')}{PATH}/callback"
    try:
        address, browser = provider.begin(redirect_uri=back, next=own_path(next), now=config.now())
    except ProviderDown as error:
        return page(request, "signin.html", status=503, next=own_path(next), refused=error, account="")
    response = RedirectResponse(address, 303)
    # Lax, not strict: the provider leads the browser back from another site.
    response.set_cookie(
        BROWSER_COOKIE, browser, max_age=MINUTES * 60, httponly=True, samesite="lax", secure=config.secure, path=PATH
    )
    return response


@router.get(f"{PATH}/callback")
def come_back(request: Request, viewer: Anyone) -> Response:
    """From the provider: whom it vouches for is signed in, if an open account has that subject."""
    provider, config = _provider(viewer), viewer.config
    now = config.now()
    try:
        subject, onward = provider.finish(
            request.query_params,
            request.cookies.get(BROWSER_COOKIE, ""),
            now=now,
            instant=clock.now() if config.practice else now,
        )
        person = account_of_subject(viewer.engine, subject)
        known = person.key if person is not None else f"oidc:{subject}"
        note_try(viewer.engine, known, viewer.address, now, succeeded=person is not None)
        if person is None:
            raise SignInRefused("没有与该身份对应的账号，或账号已停用", remedy="请安全管理员在账号中登记身份标识")
    except (SignInRefused, ProviderDown) as error:
        status = 503 if isinstance(error, ProviderDown) else 401
        response: Response = page(request, "signin.html", status=status, next="/", refused=error, account="")
    else:
        token = open_session(viewer.engine, person.key, address=viewer.address, now=now)
        # A page that leads on, no redirect: after one from another site the browser would hold back the strict cookie.
        response = page(request, "signed_in.html", person=person, onward=onward)
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=config.secure, path="/")
    response.delete_cookie(BROWSER_COOKIE, path=PATH)
    return response


def _provider(viewer: Viewer) -> Provider:
    if viewer.config.oidc is None:
        raise NotFound("本系统没有设置统一身份登录", remedy="用账号和密码登录")
    return viewer.config.oidc
