"""The simulated bank as an HTTP server, on this machine only.

    POST /payments           one payment, signed, with its key
    GET  /payments/{key}     what became of it
    GET  /statements/{day}   what was booked on a day
    POST /faults             what goes wrong from now on             GET /faults  what is switched on
    GET  /totals             what was really paid, for tests

The first three want the signature of `wire.py`; its timestamp is signed, not compared with a clock: the bank has none,
and a request repeated under its key does no harm. The others are the exercise leader's and want none.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import BackgroundTasks, FastAPI, Request, Response

from shixian.rules.errors import ShixianError
from shixian.treasury import wire
from shixian.treasury.port import Outcome, TreasuryError
from shixian.treasury.simulator.bank import Bank, Conflict, Order
from shixian.treasury.simulator.faults import Faults
from shixian.treasury.simulator.teller import Teller

HOST = "127.0.0.1"
Application = Callable[[Any, Any, Any], Awaitable[None]]
"""ASGI: scope, receive, send."""
LONGEST_BODY = 64 * 1024
_LONGEST_SILENCE = 600.0  # seconds: then even a fault lets go


def create_app(file: Path | str, secret: bytes, faults: Faults | None = None) -> Application:
    """The server's application over one book (an SQLite file, made when absent), with the shared signing key."""
    return _WithConnection(_Server(file, secret, faults or Faults()).app)


def listen(port: int = 0) -> socket.socket:
    """A listening socket on this machine; port 0 picks a free one. TreasuryError when the port is taken."""
    try:
        listening = socket.create_server((HOST, port), backlog=512)
        # asyncio would, but does not know this socket for TCP. Without it every answer waits 40 ms for an ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise TreasuryError(f"端口 {port} 不能使用：{error.strerror}", remedy="换一个端口，或写 0 自动选择") from error


def server(app: Application) -> uvicorn.Server:
    """A uvicorn for the application; run it on the socket of `listen`."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=120,
            timeout_graceful_shutdown=1,
            ws="none",
        )
    )


class _WithConnection:
    """Gives the application the connection itself, so that it can cut it, or say a thing twice."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["shixian.connection"] = getattr(getattr(receive, "__self__", None), "transport", None)
        await self._app(scope, receive, send)


class _Server:
    def __init__(self, file: Path | str, secret: bytes, faults: Faults) -> None:
        self._secret = secret
        self._bank = Bank(file)
        self._teller = Teller(self._bank)
        self._faults = faults
        self._received = 0
        self.app = FastAPI(title="模拟国库", lifespan=self._lifespan, openapi_url=None)
        # Bare routes: nothing here needs FastAPI's reading of parameters, and the payments have to be quick.
        for path, method, handler in (
            ("/payments", "POST", self._signed(self._pay)),
            ("/payments/{key}", "GET", self._signed(self._query)),
            ("/statements/{day}", "GET", self._signed(self._statement)),
            ("/faults", "POST", self._set_faults),
            ("/faults", "GET", self._show_faults),
            ("/totals", "GET", self._totals),
        ):
            self.app.add_route(path, handler, methods=[method])

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        yield
        await self._teller.close()

    def _signed(self, handler: Callable[[Request, bytes], Awaitable[Response]]) -> Callable[[Request], Any]:
        async def checked(request: Request) -> Response:
            body = await _body(request)
            if body is None:
                return _refuse(413, "too long")
            timestamp = request.headers.get(wire.TIMESTAMP_HEADER, "")
            given = request.headers.get(wire.SIGNATURE_HEADER, "")
            path = request.scope["raw_path"].decode("latin-1")
            if not timestamp or not wire.is_signed(self._secret, request.method, path, timestamp, body, given):
                return _refuse(401, "wrong signature")
            answer = await handler(request, body)
            if self._faults.slow:
                await asyncio.sleep(self._faults.slow / 1000)
            return answer

        return checked

    async def _pay(self, request: Request, body: bytes) -> Response:
        try:
            payment = wire.read_order(body)
        except (ValueError, ShixianError) as error:
            return _refuse(400, f"not a payment: {error}")
        if request.headers.get(wire.KEY_HEADER) != payment.key:
            return _refuse(400, "the key of the header is not that of the body")
        faults, number = self._faults, self._received
        self._received += 1
        booked = await self._teller.take(
            Order(
                payment,
                idempotent=not faults.no_idempotency,
                settled=not faults.settle_after_queries,
                refused="收款账户状态异常（模拟）" if faults.hits("refuse", number) else "",
                return_after_days=faults.return_after_days if faults.hits("return_after_days", number) else 0,
            )
        )
        if isinstance(booked, Conflict):
            return _refuse(409, f"key known with another {', '.join(booked.differs)}")
        answer = wire.answer_bytes(booked, payment.key, payment.fen)
        status = 422 if booked.outcome is Outcome.REJECTED else 200
        return await _reply(request, faults.reply(number), status, answer)

    async def _query(self, request: Request, _: bytes) -> Response:
        if self._faults.no_queries:
            return _refuse(503, "no queries now")
        key, settle_after = request.path_params["key"], self._faults.settle_after_queries
        answer, fen = await self._teller.ask(lambda: self._bank.query(key, settle_after))
        status = 404 if answer.outcome is Outcome.NOT_FOUND else 200
        return _json(status, wire.answer_bytes(answer, key, fen))

    async def _statement(self, request: Request, _: bytes) -> Response:
        try:
            day = date.fromisoformat(request.path_params["day"])
        except ValueError:
            return _refuse(400, "not a day")
        return _json(200, wire.statement_bytes(await self._teller.ask(lambda: self._bank.statement(day))))

    async def _set_faults(self, request: Request) -> Response:
        try:
            data = json.loads(await request.body())
            self._faults = Faults.of(data if isinstance(data, dict) else {"": data})
        except (ValueError, ShixianError) as error:
            return _refuse(400, str(error))
        self._received = 0
        return await self._show_faults(request)

    async def _show_faults(self, _: Request) -> Response:
        return _json(200, json.dumps(self._faults.as_json()).encode())

    async def _totals(self, _: Request) -> Response:
        return _json(200, json.dumps(await self._teller.ask(self._bank.totals), ensure_ascii=False).encode())


async def _reply(request: Request, fault: str | None, status: int, answer: bytes) -> Response:
    """The reply, or what a fault makes of it. The payment is booked by now."""
    connection: asyncio.Transport | None = request.scope["shixian.connection"]
    if fault == "error_after_accepting":
        return _refuse(500, "internal error")
    if fault == "garbage":
        return Response(answer[: len(answer) // 2], 200, media_type="application/json")
    if fault in ("lost_reply", "timeout_after_accepting") and connection is not None:
        if fault == "timeout_after_accepting":
            await _silence(request)
        connection.abort()
        await asyncio.sleep(0)  # the server sees the cut, and says nothing into it
    if fault == "duplicate_reply" and connection is not None:
        head = f"HTTP/1.1 {status} OK\r\ncontent-length: {len(answer)}\r\ncontent-type: application/json\r\n\r\n"
        afterwards = BackgroundTasks()
        afterwards.add_task(_say, connection, head.encode() + answer)
        return _json(status, answer, afterwards)
    return _json(status, answer)


async def _say(connection: asyncio.Transport, data: bytes) -> None:
    if not connection.is_closing():
        connection.write(data)


async def _silence(request: Request) -> None:
    """Say nothing until the other side hangs up."""
    try:
        async with asyncio.timeout(_LONGEST_SILENCE):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is longer than any payment."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    return body


def _json(status: int, body: bytes, then: BackgroundTasks | None = None) -> Response:
    return Response(body, status, media_type="application/json", background=then)


def _refuse(status: int, why: str) -> Response:
    return _json(status, json.dumps({"error": why}, ensure_ascii=False).encode())
