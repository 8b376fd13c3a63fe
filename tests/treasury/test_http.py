"""The HTTP connector against a bank with every fault, and against gateways that are worse than the simulated one.

What is held everywhere: UNKNOWN whenever a payment may have been taken; TreasuryError only when it was not; and no
answer is ever taken for another payment's.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shixian.treasury import wire
from shixian.treasury.http import HttpConfig, HttpTreasury, KeyReused
from shixian.treasury.port import Answer, Outcome, Payment, Treasury, TreasuryError
from shixian.treasury.simulator.faults import REPLIES
from tests.treasury.running import RunningBank
from tests.treasury.samples import DAY, SECRET, now, payment


def through(reply: Callable[[httpx.Request], httpx.Response]) -> HttpTreasury:
    """A connector to a gateway that answers so."""
    config = HttpConfig("http://127.0.0.1:1", SECRET, connections=1)
    return HttpTreasury(config, now, lambda: httpx.MockTransport(reply))


def said(status: int, body: bytes, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, content=body, headers=headers)


def answer(one: Payment, outcome: str = "paid", **changed: Any) -> bytes:
    import json

    good = {"key": one.key, "fen": one.fen, "outcome": outcome, "reference": "R", "reason": "", "at": None}
    return json.dumps({**good, **changed}).encode()


def test_it_is_the_port(bank: RunningBank) -> None:
    treasury: Treasury = bank.connector(connections=3, idempotent=False, name="财政专户")
    assert (treasury.name, treasury.idempotent, treasury.connections) == ("财政专户", False, 3)


@pytest.mark.parametrize(
    "fault", [name for name in REPLIES if name not in ("duplicate_reply", "timeout_after_accepting")]
)
def test_a_lost_answer_is_unknown_and_the_query_knows(bank: RunningBank, fault: str) -> None:
    async def drill() -> None:
        async with bank.connector() as treasury:
            one = payment()
            bank.faults(**{fault: True})
            lost = await treasury.pay(one)
            assert lost.outcome is Outcome.UNKNOWN and lost.reason
            assert (await treasury.query(one.key)).outcome is Outcome.PAID
            bank.faults()
            assert (await treasury.pay(payment())).outcome is Outcome.PAID, "the connector goes on"
            assert bank.times(one.key) == 1

    asyncio.run(drill())


def test_a_bank_that_never_answers_is_unknown(bank: RunningBank) -> None:
    async def drill() -> None:
        one = payment()
        bank.faults(timeout_after_accepting=True)
        async with bank.connector(answer_seconds=2.0) as treasury:
            lost = await treasury.pay(one)
            assert lost.outcome is Outcome.UNKNOWN and "超时" in lost.reason
        async with bank.connector() as treasury:
            assert (await treasury.query(one.key)).outcome is Outcome.PAID

    asyncio.run(drill())


def test_a_slow_bank_is_waited_for(bank: RunningBank) -> None:
    async def drill() -> None:
        bank.faults(slow=300)
        async with bank.connector() as treasury:
            assert (await treasury.pay(payment())).outcome is Outcome.PAID
        async with bank.connector(answer_seconds=0.05) as treasury:
            assert (await treasury.pay(payment())).outcome is Outcome.UNKNOWN

    asyncio.run(drill())


def test_a_reply_said_twice_is_never_taken_for_the_next_payment(bank: RunningBank) -> None:
    async def drill() -> None:
        payments = [payment(fen) for fen in range(1, 61)]
        bank.faults(duplicate_reply=True)
        async with bank.connector() as treasury:
            answers = [await treasury.pay(one) for one in payments]
            bank.faults()
            for one, given in zip(payments, answers, strict=True):
                truth = await treasury.query(one.key)
                assert truth.outcome is Outcome.PAID
                assert given == truth or given.outcome is Outcome.UNKNOWN
            assert any(given.outcome is Outcome.PAID for given in answers)

    asyncio.run(drill())


def test_a_question_that_gets_an_earlier_answer_is_put_once_more_over_a_new_connection() -> None:
    """An earlier answer said a second time: a payment stays unknown for it, for it may not be sent twice; a question
    may. Over a new connection whatever is said counts."""
    opened: list[str] = []

    def open_one() -> httpx.MockTransport:
        number = len(opened)
        opened.append("")

        def reply(request: httpx.Request) -> httpx.Response:
            opened[number] += request.method[0]
            spoilt = number == 0 and len(opened[0]) > 1
            return httpx.Response(200, content=answer(OTHER if spoilt else ONE))

        return httpx.MockTransport(reply)

    async def drill(send: str) -> list[Outcome]:
        opened.clear()
        async with HttpTreasury(HttpConfig("http://127.0.0.1:1", SECRET, connections=1), now, open_one) as treasury:
            first = await treasury.pay(ONE)
            return [first.outcome, (await (treasury.query(ONE.key) if send == "G" else treasury.pay(ONE))).outcome]

    assert asyncio.run(drill("G")) == [Outcome.PAID, Outcome.PAID] and opened == ["PG", "G"]
    assert asyncio.run(drill("P")) == [Outcome.PAID, Outcome.UNKNOWN] and opened == ["PP"]


def test_every_fault_at_once_and_nothing_is_paid_twice_or_misreported(bank: RunningBank) -> None:
    """As the release does it: what is unknown is asked, what is not found is sent again under its key."""
    faults = dict.fromkeys((*REPLIES, "refuse"), True)

    async def settle(treasury: HttpTreasury, one: Payment) -> Answer:
        given = await treasury.pay(one)
        while given.outcome in (Outcome.UNKNOWN, Outcome.NOT_FOUND):
            given = await treasury.query(one.key)
            if given.outcome is Outcome.NOT_FOUND:
                given = await treasury.pay(one)
        return given

    async def drill() -> None:
        bank.faults(**faults, probability=0.4, seed=11)
        payments = [payment(fen) for fen in range(1, 81)]
        async with bank.connector(connections=4, answer_seconds=1.0) as treasury:
            answers = await asyncio.gather(*(settle(treasury, one) for one in payments))
        keys = bank.totals()["keys"]
        assert {given.outcome for given in answers} == {Outcome.PAID, Outcome.REJECTED}
        for one, given in zip(payments, answers, strict=True):
            expected = {"times": 1, "paid": one.fen, "returned": 0} if given.outcome is Outcome.PAID else None
            assert keys.get(one.key) == expected

    asyncio.run(drill())


def test_nothing_was_sent_when_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: the port is nobody else's, and refuses

        async def drill() -> None:
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            async with HttpTreasury(HttpConfig(url, SECRET), now) as treasury:
                with pytest.raises(TreasuryError, match="未发出"):
                    await treasury.pay(payment())
                assert (await treasury.query("k")).outcome is Outcome.UNKNOWN
                with pytest.raises(TreasuryError, match="未发出"):
                    await treasury.statement(DAY)

        asyncio.run(drill())


def test_a_wrong_signing_key_sends_nothing_that_is_taken(bank: RunningBank) -> None:
    async def drill() -> None:
        one = payment()
        async with bank.connector(secret=b"another") as treasury:
            for call in (treasury.pay(one), treasury.query(one.key), treasury.statement(DAY)):
                with pytest.raises(TreasuryError, match="签名"):
                    await call
        assert bank.times(one.key) == 0

    asyncio.run(drill())


def test_a_key_used_for_another_amount_is_our_error(bank: RunningBank) -> None:
    async def drill() -> None:
        one = payment(100)
        async with bank.connector() as treasury:
            await treasury.pay(one)
            with pytest.raises(KeyReused, match=one.key):
                await treasury.pay(payment(101, key=one.key))
        assert bank.totals()["keys"][one.key]["paid"] == 100

    asyncio.run(drill())


def test_not_found_is_the_banks_own_word(bank: RunningBank) -> None:
    async def ask(treasury: HttpTreasury) -> Outcome:
        async with treasury:
            return (await treasury.query("k1")).outcome

    assert asyncio.run(ask(bank.connector())) is Outcome.NOT_FOUND
    bank.faults(no_queries=True)
    assert asyncio.run(ask(bank.connector())) is Outcome.UNKNOWN
    # The gateway's wrong path, a proxy's page, another key's answer, a 404 that says paid, a 200 that says nothing.
    assert asyncio.run(ask(bank.connector(base_url=f"{bank.url}/v2"))) is Outcome.UNKNOWN
    one = payment(key="k1")
    for reply in (
        said(404, b"<html>not found</html>"),
        said(404, b'{"detail":"Not Found"}'),
        said(404, answer(one, "not_found", key="k2")),
        said(404, answer(one, "paid")),
        said(200, answer(one, "not_found")),
        said(200, b""),
    ):
        assert asyncio.run(ask(through(reply))) is Outcome.UNKNOWN
    assert asyncio.run(ask(through(said(404, answer(one, "not_found"))))) is Outcome.NOT_FOUND


ONE = payment(100)
OTHER = payment(100)


@pytest.mark.parametrize(
    "reply",
    [
        said(200, b""),
        said(200, b"<html>"),
        said(200, b"\xff\xfe"),
        said(200, b"[" * 60_000),
        said(200, b"null"),
        said(200, answer(ONE) + b" " * 70_000),
        said(200, answer(ONE, "not_found")),
        said(200, answer(ONE, "unknown")),
        said(200, answer(ONE, "settled")),
        said(200, answer(ONE, key="another")),
        said(200, answer(ONE, fen=101)),
        said(200, answer(ONE, fen="100")),
        said(200, answer(ONE, currency="USD")),
        said(200, answer(ONE, reference=None)),
        said(200, answer(ONE, at=1)),
        said(200, b"x", **{"content-encoding": "gzip"}),
        said(302, answer(ONE), location="http://127.0.0.1:1/elsewhere"),
        said(400, b'{"error":"malformed"}'),
        said(403, b""),
        said(404, b'{"detail":"Not Found"}'),
        said(422, answer(ONE, "paid")),
        said(429, b"slow down"),
        said(500, answer(ONE)),
        said(502, b""),
        said(503, answer(ONE, "rejected")),
    ],
)
def test_what_is_no_clear_answer_is_unknown(reply: Callable[[httpx.Request], httpx.Response]) -> None:
    async def drill() -> Answer:
        async with through(reply) as treasury:
            return await treasury.pay(ONE)

    given = asyncio.run(drill())
    assert given.outcome is Outcome.UNKNOWN and given.reason


@pytest.mark.parametrize(
    "error", [httpx.ReadError, httpx.WriteError, httpx.ReadTimeout, httpx.RemoteProtocolError, OSError, RuntimeError]
)
def test_what_breaks_after_sending_is_unknown(error: type[Exception]) -> None:
    def breaks(_: httpx.Request) -> httpx.Response:
        raise error("broken")

    async def drill() -> tuple[Answer, Answer]:
        async with through(breaks) as treasury:
            return await treasury.pay(ONE), await treasury.query(ONE.key)

    assert {given.outcome for given in asyncio.run(drill())} == {Outcome.UNKNOWN}


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_what_breaks_before_sending_is_certain(error: type[Exception]) -> None:
    def breaks(_: httpx.Request) -> httpx.Response:
        raise error("refused")

    async def drill() -> None:
        async with through(breaks) as treasury:
            with pytest.raises(TreasuryError, match="未发出"):
                await treasury.pay(ONE)

    asyncio.run(drill())


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, "paid"), (202, "accepted"), (200, "rejected"), (400, "rejected"), (422, "rejected")]
)
def test_what_is_a_clear_answer(status: int, outcome: str) -> None:
    async def drill() -> Answer:
        async with through(said(status, answer(ONE, outcome, reason="户名不符"))) as treasury:
            return await treasury.pay(ONE)

    assert asyncio.run(drill()) == Answer(Outcome(outcome), "R", "户名不符")


def test_a_connection_with_a_doubtful_answer_is_not_used_again() -> None:
    opened: list[httpx.MockTransport] = []

    def open_one() -> httpx.MockTransport:
        opened.append(
            httpx.MockTransport(lambda request: httpx.Response(500 if len(opened) == 1 else 200, content=answer(ONE)))
        )
        return opened[-1]

    async def drill() -> list[Outcome]:
        async with HttpTreasury(HttpConfig("http://127.0.0.1:1", SECRET, connections=1), now, open_one) as treasury:
            return [(await treasury.pay(ONE)).outcome for _ in range(3)]

    assert asyncio.run(drill()) == [Outcome.UNKNOWN, Outcome.PAID, Outcome.PAID]
    assert len(opened) == 2, "a new one after the doubt, and that one kept"


def test_a_cancelled_call_gives_its_place_back(bank: RunningBank) -> None:
    async def drill() -> None:
        bank.faults(timeout_after_accepting=True)
        async with bank.connector() as treasury:
            one = payment()
            call = asyncio.ensure_future(treasury.pay(one))
            while not bank.times(one.key):
                await asyncio.sleep(0.01)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            bank.faults()
            assert (await treasury.pay(payment())).outcome is Outcome.PAID

    asyncio.run(drill())


def test_half_a_statement_is_an_error() -> None:
    async def drill(reply: Callable[[httpx.Request], httpx.Response]) -> None:
        async with through(reply) as treasury:
            with pytest.raises(TreasuryError, match="对账单"):
                await treasury.statement(DAY)

    for status, body in ((200, b"{"), (500, b""), (200, b'{"lines":[]}'), (404, b"")):
        asyncio.run(drill(said(status, body)))


def test_the_signing_key_is_shown_nowhere(bank: RunningBank, caplog: pytest.LogCaptureFixture) -> None:
    secret = "a-very-secret-signing-key"
    caplog.set_level(logging.DEBUG)

    async def drill() -> str:
        async with bank.connector(secret=secret.encode()) as treasury:
            try:
                await treasury.pay(payment())
            except TreasuryError as error:
                return repr(treasury) + str(error) + "".join(traceback.format_exception(error))
        raise AssertionError("the bank took a wrong signature")

    told = asyncio.run(drill())
    assert "HttpTreasury" in told and caplog.text
    assert secret not in told + caplog.text


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"base_url": "ftp://127.0.0.1"}, "地址有误"),
        ({"base_url": "127.0.0.1:80"}, "地址有误"),
        ({"base_url": "https://user:password@bank.example"}, "口令"),
        ({"base_url": "https://bank.example?key=1"}, "参数"),
        ({"base_url": "http://bank.example"}, "明文"),
        ({"secret": b""}, "密钥"),
        ({"connections": 0}, "连接数"),
    ],
)
def test_a_wrong_configuration_is_refused(config: dict[str, Any], told: str) -> None:
    with pytest.raises(TreasuryError, match=told) as error:
        HttpConfig(**{"base_url": "http://127.0.0.1:1", "secret": SECRET} | config)
    assert "password" not in str(error.value)


def test_the_path_of_the_address_is_signed_too() -> None:
    seen: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=answer(ONE))

    async def drill() -> None:
        config = HttpConfig("https://bank.example/v1/", SECRET)
        async with HttpTreasury(config, now, lambda: httpx.MockTransport(keep)) as treasury:
            await treasury.pay(ONE)

    asyncio.run(drill())
    request = seen[0]
    assert request.url.path == "/v1/payments" and request.headers[wire.KEY_HEADER] == ONE.key
    signature, timestamp = request.headers[wire.SIGNATURE_HEADER], request.headers[wire.TIMESTAMP_HEADER]
    assert wire.is_signed(SECRET, "POST", "/v1/payments", timestamp, request.content, signature)
