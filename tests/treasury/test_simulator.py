"""The simulated bank: what it asks of a request, what it remembers, and that its faults strike as told."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from shixian.treasury import wire
from shixian.treasury.http import HttpConfig, HttpTreasury
from shixian.treasury.port import Answer, Outcome, Payment, TreasuryError
from shixian.treasury.simulator.faults import REPLIES, Faults
from tests.treasury.running import RunningBank, running_bank
from tests.treasury.samples import DAY, SECRET, now, payment

TIMESTAMP = "2021-03-01T09:30:00+00:00"


def post(bank: RunningBank, body: bytes, **changed: str) -> httpx.Response:
    """A payment as the connector sends it, with some headers changed."""
    headers = {
        wire.KEY_HEADER: wire.read_order(body).key if body.startswith(b'{"key"') else "x",
        wire.TIMESTAMP_HEADER: TIMESTAMP,
        wire.SIGNATURE_HEADER: wire.signature(SECRET, "POST", "/payments", TIMESTAMP, body),
    }
    return bank.control.post("/payments", content=body, headers=headers | changed)


def pay(bank: RunningBank, *payments: Payment, **config: Any) -> list[Answer]:
    async def all_of_them() -> list[Answer]:
        async with bank.connector(**config) as treasury:
            return [await treasury.pay(one) for one in payments]

    return asyncio.run(all_of_them())


def test_the_same_key_is_paid_once_and_answered_alike(bank: RunningBank) -> None:
    one = payment()
    first, second = pay(bank, one, one)
    assert first == second and first.outcome is Outcome.PAID and first.reference
    assert bank.times(one.key) == 1


@pytest.mark.parametrize(
    "changed", [{"fen": 2}, {"payee": "上海市乙研究所"}, {"account": "6222020000000000025"}, {"bank": "102290002924"}]
)
def test_the_same_key_with_another_content_is_a_conflict(bank: RunningBank, changed: dict[str, Any]) -> None:
    one = payment(1)
    body = wire.order_bytes(one)
    assert post(bank, body).status_code == 200
    values = {name: getattr(one, name) for name in Payment.__slots__}
    answer = post(bank, wire.order_bytes(Payment(**values | changed)))
    assert answer.status_code == 409 and next(iter(changed)) in answer.json()["error"]
    assert bank.totals()["keys"][one.key] == {"times": 1, "paid": 1, "returned": 0}


def test_a_request_with_a_wrong_signature_is_refused_and_books_nothing(bank: RunningBank) -> None:
    one = payment(100)
    body = wire.order_bytes(one)
    signed = wire.signature(SECRET, "POST", "/payments", TIMESTAMP, body)
    for sent, headers in (
        (body, {wire.SIGNATURE_HEADER: ""}),
        (body, {wire.SIGNATURE_HEADER: wire.signature(b"other", "POST", "/payments", TIMESTAMP, body)}),
        (body, {wire.SIGNATURE_HEADER: wire.signature(SECRET, "GET", "/payments", TIMESTAMP, body)}),
        (body.replace(b'"fen":100', b'"fen":900'), {wire.SIGNATURE_HEADER: signed}),
        (body, {wire.TIMESTAMP_HEADER: "2021-03-02T09:30:00+00:00"}),
        (body, {wire.TIMESTAMP_HEADER: ""}),
    ):
        assert post(bank, sent, **headers).status_code == 401, headers
    assert bank.times(one.key) == 0
    for path in (f"/payments/{one.key}", f"/statements/{DAY}"):
        assert bank.control.get(path).status_code == 401


def test_what_is_not_a_payment_is_refused(bank: RunningBank) -> None:
    body = wire.order_bytes(payment(100))
    before = bank.totals()
    for wrong in (
        b"",
        b"[]",
        b"\xff",
        body[:-1],
        body.replace(b'"fen":100', b'"fen":0'),
        body.replace(b'"fen":100', b'"fen":-100'),
        body.replace(b'"fen":100', b'"fen":1.5'),
        body.replace(b'"fen":100', b'"fen":"100"'),
        body.replace(b"CNY", b"USD"),
        body.replace(b"2021-03-01", b"2021-02-30"),
    ):
        assert wrong != body
        signed = wire.signature(SECRET, "POST", "/payments", "t", wrong)
        headers = {wire.SIGNATURE_HEADER: signed, wire.TIMESTAMP_HEADER: "t", wire.KEY_HEADER: "k"}
        assert bank.control.post("/payments", content=wrong, headers=headers).status_code == 400, wrong
    assert post(bank, body, **{wire.KEY_HEADER: "another"}).status_code == 400
    assert post(bank, b"{" + b" " * 70_000 + b"}").status_code == 413
    assert bank.totals() == before


def test_faults_that_do_not_exist_are_refused(bank: RunningBank) -> None:
    for wrong in ({"lost": True}, {"slow": True}, {"slow": -1}, {"refuse": 1}, {"probability": 2}, [], None):
        assert bank.control.post("/faults", json=wrong).status_code == 400, wrong
    assert bank.control.get("/faults").json() == Faults().as_json()


def test_without_idempotency_a_key_sent_twice_is_paid_twice(bank: RunningBank) -> None:
    bank.faults(no_idempotency=True)
    one = payment(100)
    first, second = pay(bank, one, one)
    assert first.reference != second.reference
    assert bank.totals()["keys"][one.key] == {"times": 2, "paid": 200, "returned": 0}


def test_a_refusal_has_its_reason_and_is_remembered(bank: RunningBank) -> None:
    bank.faults(refuse=True)
    one = payment()
    (refused,) = pay(bank, one)
    assert refused.outcome is Outcome.REJECTED and "异常" in refused.reason
    bank.faults()
    assert pay(bank, one) == [refused], "a refused key is never paid later"
    assert bank.times(one.key) == 0


def test_a_payment_that_comes_back_is_in_the_statement_of_its_day(tmp_path: Path) -> None:
    async def statements(treasury: HttpTreasury) -> list[list[tuple[str, str, int, date]]]:
        days = [DAY, date(2021, 3, 2), date(2021, 3, 3), date(2021, 3, 4)]
        found = [await treasury.statement(day) for day in days]
        return [[(line.key, line.direction, line.fen, line.booked) for line in each.lines] for each in found]

    async def drill(bank: RunningBank) -> None:
        async with bank.connector() as treasury:
            stays, back = payment(100), payment(200)
            await treasury.pay(stays)
            bank.faults(return_after_days=2)
            assert (await treasury.pay(back)).outcome is Outcome.PAID
            out = [(stays.key, "out", 100, DAY), (back.key, "out", 200, DAY)]
            assert await statements(treasury) == [out, [], [(back.key, "returned", 200, date(2021, 3, 3))], []]
            totals = bank.totals()
            assert (totals["paid"], totals["returned"]) == (300, 200)
            first = await treasury.statement(DAY)
            assert first.lines[0].counterparty == stays.payee and first.lines[0].text == stays.remittance

    with running_bank(tmp_path / "bank.db") as bank:
        asyncio.run(drill(bank))


def test_a_payment_only_accepted_settles_by_the_query_or_by_the_statement(bank: RunningBank) -> None:
    async def drill() -> None:
        async with bank.connector() as treasury:
            bank.faults(settle_after_queries=2)
            one, two = payment(), payment(day=date(2022, 1, 4))
            assert (await treasury.pay(one)).outcome is Outcome.ACCEPTED
            assert [(await treasury.query(one.key)).outcome for _ in range(3)] == ["accepted", "paid", "paid"]
            assert (await treasury.pay(two)).outcome is Outcome.ACCEPTED
            assert [line.key for line in (await treasury.statement(two.day)).lines] == [two.key]
            assert (await treasury.query(two.key)).outcome is Outcome.PAID

    asyncio.run(drill())


def test_many_at_once_are_each_paid_once(bank: RunningBank) -> None:
    payments = [payment(fen) for fen in range(1, 101)]

    async def drill() -> list[Answer]:
        async with bank.connector(connections=8) as treasury:
            # Every payment twice, at once.
            return await asyncio.gather(*(treasury.pay(one) for one in payments for _ in range(2)))

    answers = asyncio.run(drill())
    assert {answer.outcome for answer in answers} == {Outcome.PAID}
    assert len({answer.reference for answer in answers}) == 100
    keys = bank.totals()["keys"]
    assert [keys[one.key] for one in payments] == [{"times": 1, "paid": n, "returned": 0} for n in range(1, 101)]


def test_the_same_seed_strikes_the_same_requests() -> None:
    def pattern(seed: int) -> list[str | None]:
        faults = Faults(**dict.fromkeys(REPLIES, True), probability=0.5, seed=seed)
        return [faults.reply(number) for number in range(200)]

    assert pattern(1) == pattern(1) != pattern(2)
    assert set(pattern(1)) == {None, *REPLIES}
    assert 60 < sum(fault is not None for fault in pattern(1)) < 140
    assert not any(Faults(refuse=True, probability=0.0).hits("refuse", number) for number in range(100))
    assert all(Faults(refuse=True).hits("refuse", number) for number in range(100))


def test_the_pattern_begins_anew_when_faults_are_set(bank: RunningBank) -> None:
    def outcomes() -> list[Outcome]:
        bank.faults(refuse=True, probability=0.5, seed=3)
        return [answer.outcome for answer in pay(bank, *(payment() for _ in range(20)))]

    assert outcomes() == outcomes() and set(outcomes()) == {Outcome.PAID, Outcome.REJECTED}


def test_faults_are_read_as_written_on_the_command_line() -> None:
    read = Faults.parse(["lost-reply", "slow=50"], probability=0.25, seed=7)
    assert read == Faults(lost_reply=True, slow=50, probability=0.25, seed=7)
    for wrong in ("sleepy", "slow", "slow=-1", "slow=1.5", "refuse=1"):
        with pytest.raises(TreasuryError):
            Faults.parse([wrong])


def test_it_remembers_after_a_restart(tmp_path: Path) -> None:
    one = payment()
    with running_bank(tmp_path / "bank.db") as bank:
        (first,) = pay(bank, one)
    with running_bank(tmp_path / "bank.db") as bank:
        assert pay(bank, one) == [first]
        assert bank.times(one.key) == 1


@contextmanager
def command(root: Path, *words: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`shixian treasury-simulator` as a child, and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "shixian.cli", "treasury-simulator", "--port", "0", *words],
        cwd=root,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:[0-9]+", line)
        assert found, line + process.stderr.read()
        yield process, found.group()
    finally:
        process.kill()
        process.communicate(timeout=30)


def test_the_command_runs_the_bank_with_its_faults_and_outlives_a_kill(root: Path, tmp_path: Path) -> None:
    file, one = tmp_path / "new" / "bank.db", payment()
    words = ("--file", str(file))

    async def talk(url: str, secret: bytes) -> Answer:
        async with HttpTreasury(HttpConfig(url, secret), now) as treasury:
            return await treasury.pay(one)

    with command(root, *words, "--fault", "return-after-days=1", "--fault", "slow=1") as (process, url):
        secret = file.with_name("bank.db.secret")
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        first = asyncio.run(talk(url, secret.read_bytes()))
        assert first.outcome is Outcome.PAID
        told = httpx.get(f"{url}/faults", trust_env=False, timeout=30).json()
        assert told == Faults(return_after_days=1, slow=1).as_json()
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    with command(root, *words, SHIXIAN_TREASURY_KEY="of the environment") as (_, url):
        assert asyncio.run(talk(url, b"of the environment")) == first
        with pytest.raises(TreasuryError, match="签名"):
            asyncio.run(talk(url, secret.read_bytes()))


def test_the_command_refuses_what_it_cannot_do(root: Path, tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        ask = [sys.executable, "-m", "shixian.cli", "treasury-simulator", "--file", str(tmp_path / "bank.db"), *words]
        return subprocess.run(ask, cwd=root, capture_output=True, text=True, timeout=60)

    wrong = run("--port", "0", "--fault", "sleepy")
    assert wrong.returncode == 2 and "没有这样的故障" in wrong.stderr and "lost_reply" in wrong.stderr
    with running_bank(tmp_path / "other.db") as bank:
        taken = run("--port", bank.url.rsplit(":", 1)[1])
    assert taken.returncode == 2 and "不能使用" in taken.stderr
