"""Errors as pages (and, below /api, as problem details of RFC 9457): what is wrong, the clause, and what to do."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from shixian.casework.idempotency import KeyUsed
from shixian.desk.pages import page
from shixian.desk.sessions import SignInRefused
from shixian.desk.throttle import TooOften
from shixian.desk.viewer import SignInNeeded
from shixian.rules.errors import Conflict, NotFound, NotPermitted, ShixianError

JSON_PROBLEM = "application/problem+json"
TITLES = {
    400: "请求有误",
    401: "需要登录",
    403: "无权办理",
    404: "没有这一页",
    405: "不支持的方法",
    409: "已被他人改动",
}
TITLES |= {413: "文件过大", 422: "不予办理", 429: "过于频繁", 500: "系统出错", 503: "暂不可用"}


def status_of(error: ShixianError) -> int:
    """The HTTP status of an error of ours."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, NotPermitted):
        return 403
    if isinstance(error, Conflict | KeyUsed):
        return 409
    if isinstance(error, TooOften):
        return 429
    if isinstance(error, SignInRefused):
        return 401
    return 422


def answer(
    request: Request, status: int, message: str, *, clause: str = "", remedy: str = "", code: str = ""
) -> Response:
    """The error in the form that the caller reads."""
    title = TITLES.get(status, TITLES[500])
    message, clause, remedy = (text.encode("utf-8", "replace").decode() for text in (message, clause, remedy))
    if request.url.path.startswith("/api/"):
        body = {"type": "about:blank", "title": title, "status": status, "detail": message}
        body |= {name: value for name, value in (("clause", clause), ("remedy", remedy), ("code", code)) if value}
        return JSONResponse(body, status, media_type=JSON_PROBLEM)
    return page(request, "error.html", status=status, title=title, message=message, clause=clause, remedy=remedy)


def install(app: FastAPI) -> None:
    """Every error of the house has an answer; what nobody foresaw is a 500 without its insides."""

    @app.exception_handler(ShixianError)
    def ours(request: Request, error: ShixianError) -> Response:
        return answer(request, status_of(error), error.message, clause=error.clause or "", remedy=error.remedy or "")

    @app.exception_handler(SignInNeeded)
    def sign_in_needed(request: Request, error: SignInNeeded) -> Response:
        if request.url.path.startswith("/api/"):
            refused = answer(request, 401, "需要访问令牌", remedy="在 Authorization 头中写 Bearer 令牌")
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(back, safe='')}", 303)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        wrong = "；".join(f"{'.'.join(str(part) for part in one['loc'])}：{one['msg']}" for one in error.errors()[:5])
        return answer(request, 422, f"所填内容不能读取：{wrong}", remedy="更正后重新提交")

    @app.exception_handler(HTTPException)
    def plain(request: Request, error: HTTPException) -> Response:
        refused = answer(request, error.status_code, str(error.detail))
        refused.headers.update(error.headers or {})
        return refused

    @app.exception_handler(DataError)
    @app.exception_handler(OverflowError)
    @app.exception_handler(UnicodeError)
    def not_to_be_kept(request: Request, error: Exception) -> Response:
        """What no database keeps and no encoding carries: a number too large, a NUL, half a character."""
        return answer(request, 422, "所填内容含有不能保存的字符或数字", remedy="更正后重新提交")
