"""What guards every page: a strict content security policy, and writes only from our own pages.

A browser says where a request comes from (Sec-Fetch-Site, Origin); a write from elsewhere is refused before any route
runs. Clients that are no browsers send neither, and carry a token instead of a cookie.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import unquote, urlsplit

from fastapi import Request, Response
from starlette.responses import JSONResponse, PlainTextResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SAFE = {"GET", "HEAD", "OPTIONS"}


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse writes from other sites; add the headers to every answer. Signed-in pages are never stored."""
    if request.method not in SAFE and not own_site(request):
        response = _refused(request, 403, "拒绝：请求不是从本站页面发出的。请从本站页面重新提交。")
    elif "\x00" in request.url.path or "%00" in request.url.query or "\x00" in unquote(request.url.path):
        response = _refused(request, 400, "地址含有不能识别的字符。")
    else:
        response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.url.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refused(request: Request, status: int, text: str) -> Response:
    """A refusal before any route has run: plain words, or for programs a problem (RFC 9457)."""
    if request.url.path.startswith("/api/"):
        body = {"type": "about:blank", "title": "请求有误", "status": status, "detail": text}
        return JSONResponse(body, status, media_type="application/problem+json")
    return PlainTextResponse(text, status)


def own_site(request: Request) -> bool:
    """Whether a write comes from one of our own pages, or from a client that is no browser."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc == request.headers.get("host", "")
