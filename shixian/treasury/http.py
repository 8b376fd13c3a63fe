"""The HTTP connector: one payment a request, signed, to the simulator or a gateway like it.

It answers for the port's promise. TreasuryError: the request did not leave, or the gateway says that it took nothing
(401, 409). Anything else that is not a clear answer about this very payment is UNKNOWN, and the connection it came over
is thrown away, for the next reply on it may be another payment's.

Several clients of one connection each: one client with many connections is slower than one connection (measured).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeVar
from urllib.parse import quote, urlsplit

import httpx

from shixian.treasury import wire
from shixian.treasury.port import Answer, Outcome, Payment, Statement, TreasuryError

# Before a byte of the request has left. All else happens when it may have.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_LONGEST_ANSWER = 64 * 1024
_LONGEST_STATEMENT = 256 * 1024 * 1024
_LOCAL = {"127.0.0.1", "localhost", "::1"}

Result = TypeVar("Result")


class KeyReused(TreasuryError):
    """The gateway knows this key with another amount or payee. Nothing was paid now; what was paid then: ask."""


class Unreachable(TreasuryError):
    """No connection came about: nothing was sent."""


class _NoAnswer(Exception):
    """There is no telling what the gateway did; says why, for a person. `late`: it let the time run out."""

    def __init__(self, why: str, *, late: bool = False) -> None:
        super().__init__(why)
        self.late = late


@dataclass(frozen=True, slots=True)
class HttpConfig:
    """Where the gateway is and how long to wait. The signing key is in no repr, no log and no message."""

    base_url: str
    secret: bytes = field(repr=False)
    idempotent: bool = True
    """Whether the gateway honours keys. False: nothing is ever resent without a person."""
    connections: int = 4
    connect_seconds: float = 5.0
    answer_seconds: float = 30.0
    """For the whole of one call, from the first byte sent to the last one read."""
    statement_seconds: float = 300.0
    plain_http: bool = False
    """Allow http:// to another machine than this one."""
    name: str = "http"

    def __post_init__(self) -> None:
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise TreasuryError(
                f"国库网关地址有误：{self.base_url!r}", remedy="写作 https://主机 或 http://127.0.0.1:端口"
            )
        if address.username or address.password or address.query or address.fragment:
            raise TreasuryError("国库网关地址只能是主机、端口和路径，不得带口令或参数")
        if address.scheme == "http" and address.hostname not in _LOCAL and not self.plain_http:
            raise TreasuryError("支付信息不得以明文发往其他主机", remedy="改用 https，或明确设定允许明文")
        if not self.secret:
            raise TreasuryError("未设定国库签名密钥", remedy="在环境变量中设定密钥后重试")
        if self.connections < 1:
            raise TreasuryError(f"连接数至少为 1：{self.connections}")


class HttpTreasury:
    """The port, over HTTP. `now` gives the instant that is signed with each request. For one event loop."""

    def __init__(
        self,
        config: HttpConfig,
        now: Callable[[], datetime],
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ) -> None:
        self.name = config.name
        self.idempotent = config.idempotent
        self.connections = config.connections
        self._config = config
        self._now = now
        self._transport = transport
        self._root = config.base_url.rstrip("/")
        self._path = urlsplit(self._root).path
        self._payments = httpx.URL(f"{self._root}/payments")  # read once: each request would read it again
        self._trust: ssl.SSLContext | None = None
        # The one put back last is taken first: few payments keep few connections warm. None: to be opened.
        self._free: asyncio.LifoQueue[httpx.AsyncClient | None] = asyncio.LifoQueue()
        for _ in range(config.connections):
            self._free.put_nowait(None)

    def __repr__(self) -> str:
        return f"HttpTreasury({self._config!r})"

    async def __aenter__(self) -> HttpTreasury:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections that nobody is using."""
        for client in [self._free.get_nowait() for _ in range(self._free.qsize())]:
            self._free.put_nowait(None)
            if client is not None:
                await client.aclose()

    async def pay(self, payment: Payment) -> Answer:
        """Send one payment. See the port."""
        try:
            return await self._call(
                "POST",
                "/payments",
                lambda status, body: _paid(status, body, payment),
                body=wire.order_bytes(payment),
                headers={wire.KEY_HEADER: payment.key},
            )
        except _NoAnswer as error:
            return Answer(Outcome.UNKNOWN, reason=str(error))

    async def query(self, key: str) -> Answer:
        """Ask after one payment. UNKNOWN too when the gateway cannot be reached; TreasuryError: wrong signing key."""
        path = f"/payments/{quote(key, safe='')}"
        try:
            return await self._call("GET", path, lambda status, body: _found(status, body, key))
        except Unreachable as error:
            return Answer(Outcome.UNKNOWN, reason=error.message)
        except _NoAnswer as error:
            return Answer(Outcome.UNKNOWN, reason=str(error))

    async def statement(self, day: date) -> Statement:
        """The statement of a day. TreasuryError when it cannot be had whole."""
        try:
            return await self._call(
                "GET",
                f"/statements/{day}",
                lambda status, body: _booked(status, body, day),
                seconds=self._config.statement_seconds,
                longest=_LONGEST_STATEMENT,
            )
        except _NoAnswer as error:
            raise TreasuryError(f"取不到 {day} 的对账单：{error}", remedy="稍后重试") from error

    async def _call(
        self,
        method: Literal["GET", "POST"],
        path: str,
        read: Callable[[int, bytes], Result],
        *,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        seconds: float | None = None,
        longest: int = _LONGEST_ANSWER,
    ) -> Result:
        """One request over one connection. `read` makes the answer of status and body; its ValueError is no answer."""
        headers = {**(headers or {}), **self._signed(method, path, body)}
        url = self._payments if path == "/payments" else httpx.URL(self._root + path)
        request = httpx.Request(method, url, headers=headers, content=body)
        limits = seconds or self._config.answer_seconds, longest
        kept = await self._free.get()
        client, clear = kept or self._open(), False
        try:
            try:
                result = await _once(client, request, read, *limits)
            except _NoAnswer as error:
                if method == "POST" or kept is None or error.late:
                    raise
                # A question may be put twice. What came over the old connection may have been an earlier answer said
                # a second time; over a new one there can be none.
                await asyncio.shield(client.aclose())
                client = self._open()
                result = await _once(client, request, read, *limits)
            clear = True
            return result
        except TreasuryError:
            clear = True
            raise
        finally:
            # Whatever else may still come over this connection would be taken for the next payment's answer.
            self._free.put_nowait(client if clear else None)
            if not clear:
                await asyncio.shield(client.aclose())

    def _open(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30),
            timeout=httpx.Timeout(None, connect=self._config.connect_seconds),
            follow_redirects=False,
            trust_env=False,  # no proxy of the environment sees a payment
            verify=self._trusted(),
            transport=self._transport() if self._transport else None,
        )

    def _trusted(self) -> ssl.SSLContext:
        """The authorities that are trusted, read once for all connections (each time it takes 25 ms). Over plain HTTP
        none is needed, and none is trusted."""
        if self._trust is None:
            secure = self._root.startswith("https:")
            self._trust = (
                httpx.create_ssl_context(trust_env=False) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            )
        return self._trust

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        timestamp = self._now().isoformat()
        return {
            wire.TIMESTAMP_HEADER: timestamp,
            wire.SIGNATURE_HEADER: wire.signature(self._config.secret, method, self._path + path, timestamp, body),
            "content-type": "application/json",
            "accept-encoding": "identity",
        }


async def _once(
    client: httpx.AsyncClient,
    request: httpx.Request,
    read: Callable[[int, bytes], Result],
    seconds: float,
    longest: int,
) -> Result:
    """The request, once. _NoAnswer: it may have been taken, and there is no telling what was done."""
    try:
        async with asyncio.timeout(seconds):
            status, reply = await _exchange(client, request, longest)
        return read(status, reply)
    except (TreasuryError, _NoAnswer):
        raise
    except _NEVER_SENT as error:
        raise Unreachable(f"连不上国库网关，未发出：{type(error).__name__}", remedy="检查网络和地址后重试") from error
    except TimeoutError as error:
        raise _NoAnswer("超时未答复", late=True) from error
    except ValueError as error:
        raise _NoAnswer(f"答复不能读取：{error}") from error
    except Exception as error:  # whatever it is, the request may have left: it must not look like a refusal to send
        raise _NoAnswer(f"连接中断：{type(error).__name__}") from error


async def _exchange(client: httpx.AsyncClient, request: httpx.Request, longest: int) -> tuple[int, bytes]:
    """Status and whole body, of at most `longest` bytes."""
    response = await client.send(request, stream=True)
    try:
        reply = b""
        async for chunk in response.aiter_bytes():
            reply = reply + chunk if reply else chunk
            if len(reply) > longest:
                raise ValueError(f"超过 {longest} 字节")
        return response.status_code, reply
    finally:
        await response.aclose()


def _paid(status: int, body: bytes, payment: Payment) -> Answer:
    _refuse_ours(status)
    if status == 409:
        raise KeyReused(
            f"支付编号 {payment.key} 在国库已用于另一笔金额或收款人，本次未付",
            remedy="查询该编号的支付情况，交人工处理",
        )
    if not (200 <= status < 300 or 400 <= status < 500):
        raise _NoAnswer(f"HTTP {status}")
    answer = wire.read_answer(body, payment.key, payment.fen)
    if answer.outcome in (Outcome.NOT_FOUND, Outcome.UNKNOWN):
        raise ValueError(f"对付款答复 {answer.outcome}")
    if status >= 400 and answer.outcome is not Outcome.REJECTED:
        raise ValueError(f"HTTP {status} 却答复 {answer.outcome}")
    return answer


def _found(status: int, body: bytes, key: str) -> Answer:
    _refuse_ours(status)
    if status not in (200, 404):
        raise _NoAnswer(f"HTTP {status}")
    answer = wire.read_answer(body, key)
    # A 404 of a proxy, or of a wrong address, says nothing about a payment: the gateway must say so itself.
    if (status == 404) != (answer.outcome is Outcome.NOT_FOUND):
        raise ValueError(f"HTTP {status} 却答复 {answer.outcome}")
    return answer


def _booked(status: int, body: bytes, day: date) -> Statement:
    _refuse_ours(status)
    if status != 200:
        raise _NoAnswer(f"HTTP {status}")
    return wire.read_statement(body, day)


def _refuse_ours(status: int) -> None:
    if status == 401:
        raise TreasuryError("国库网关不接受签名，本次未受理", remedy="核对签名密钥与网关地址")
