"""Two releases of one batch at once, a double click, a replayed request, a clerk who is quick: paid once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select

from models import Account, attempt, ledger_entry
from shixian.casework.database import open_database, reading
from shixian.casework.money import batches
from shixian.casework.money.attempts import Told, claim_next, settle
from shixian.casework.money.ledger import balances
from shixian.rules.errors import NotPermitted, ShixianError
from shixian.treasury import wire
from shixian.treasury.http import HttpConfig, HttpTreasury
from tests.database import MakeDatabase
from tests.faults import ways, world
from tests.faults.fake_treasury import FakeTreasury
from tests.faults.processes import SECRET, Bank, answered, bank, ended, forked
from tests.lifecycles import BOOKS

SUM = 30_000_000


def at_the_bank(at: Bank) -> HttpTreasury:
    return HttpTreasury(HttpConfig(at.url, SECRET, connections=2), lambda: world.NOW)


def approved(make_database: MakeDatabase) -> tuple[str, str]:
    """The address of a database with an approved batch of six payments, and the batch; nobody has it open."""
    engine = make_database()
    world.fill(engine, 3)
    ref = world.approved_batch(engine)
    engine.dispose()
    return engine.url.render_as_string(hide_password=False), ref


def audited(url: str, at: Bank) -> world.Verdict:
    engine = open_database(url)
    try:
        return world.audit(engine, world.book_of(at.book), today=world.DAY)
    finally:
        engine.dispose()


def releasing(url: str, ref: str, at: Bank, **options: Any) -> Callable[[], None]:
    def work() -> None:
        engine = open_database(url)
        try:
            ways.release(engine, ref, at_the_bank(at), **options)
        except ShixianError as refused:  # the other one has it: an answer, with what to do
            assert refused.remedy
        finally:
            engine.dispose()

    return work


@pytest.mark.slow
@pytest.mark.parametrize("alone", [True, False])
def test_three_releases_at_once(make_database: MakeDatabase, tmp_path: Path, alone: bool) -> None:
    """With the courtesy of one at a time, and without it: rows keep them apart, not locks."""
    url, ref = approved(make_database)
    with bank(tmp_path / "bank.db") as at:
        children = [forked(releasing(url, ref, at, alone=alone)) for _ in range(3)]
        assert [ended(child) for child in children] == [0, 0, 0]
        answered(releasing(url, ref, at))  # whatever one asked about while another was sending it
        verdict = audited(url, at)
        keys = [one.key for one in world.book_of(at.book)]
    assert verdict.settled and verdict.paid == 6 * SUM and len(keys) == len(set(keys)) == 6, verdict


def test_a_double_click(database: Engine) -> None:
    world.fill(database, 2)
    treasury = FakeTreasury()
    ref = world.approved_batch(database)
    first = ways.release(database, ref, treasury)
    second = ways.release(database, ref, treasury)
    assert first.complete and second.complete and second.claimed == 0 and len(treasury.sent) == 4
    with pytest.raises(NotPermitted, match="处理办法"):
        ways.release(database, ref, treasury, person=world.OTHER_CHECKER)
    # Every other button, pressed once more.
    with pytest.raises(ShixianError):
        batches.approve(database, ref, person=world.RELEASER, now=world.NOW)
    with pytest.raises(ShixianError):
        batches.cancel(database, ref, reason="误点", person=world.MAKER, now=world.NOW)
    with pytest.raises(ShixianError):
        batches.propose(database, world.LIFECYCLE, world.DAY, person=world.MAKER, now=world.NOW, books=BOOKS)
    assert world.audit(database, treasury.booked(), today=world.DAY).settled


def test_an_outcome_told_twice_and_a_doubt_told_late_change_nothing(database: Engine) -> None:
    world.fill(database, 1)
    ref = world.approved_batch(database)
    batches.authorize_release(database, ref, person=world.RELEASER, now=world.NOW, books=BOOKS)
    when: dict[str, Any] = {"now": world.NOW, "person": world.RELEASER}
    claims = claim_next(database, ref, 10, books=BOOKS, **when)
    assert len(claims) == 2 and claim_next(database, ref, 10, books=BOOKS, **when) == []
    key = claims[0].key
    for outcome in ("paid", "paid", "unknown", "accepted", "not_found", "not_sent", "paid"):
        settle(database, [(key, Told(outcome, "R1"))], legal_day=world.DAY, **when)
    with reading(database) as connection:
        assert connection.scalar(select(attempt.c.status).where(attempt.c.key == key)) == "paid"
        posted = select(ledger_entry.c.id).where(ledger_entry.c.account == Account.PAID)
        assert len(connection.execute(posted).all()) == 1 and balances(connection)[Account.PAID] == claims[0].fen
    other = settle(database, [(key, Told("paid", "R1", fen=claims[0].fen + 1))], legal_day=world.DAY, **when)
    assert other.alarms and "同一编号" in other.alarms[0]  # another amount under one key: an error, not a replay
    with reading(database) as connection:
        row = connection.execute(select(attempt).where(attempt.c.key == key)).one()
        assert (row.status, row.fen, row.parked) == ("paid", claims[0].fen, True)
        assert balances(connection)[Account.PAID] == claims[0].fen


@pytest.mark.slow
def test_a_request_replayed_on_the_wire(sqlite_template: Path, tmp_path: Path) -> None:
    """The very bytes of each payment, sent again by somebody on the way: the bank honours the key."""
    file = tmp_path / "cases.db"
    file.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{file}"
    recorded = tmp_path / "recorded"

    def record() -> str:
        engine = open_database(url)
        world.fill(engine, 2)
        ref = world.approved_batch(engine)
        send, requests = httpx.AsyncClient.send, []

        async def sending(client: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
            if request.method == "POST":
                requests.append((dict(request.headers), request.content))
            return await send(client, request, **options)

        httpx.AsyncClient.send = sending  # type: ignore[method-assign, assignment]
        ways.release(engine, ref, at_the_bank(at))
        engine.dispose()
        recorded.write_text(repr(requests))
        return ref

    with bank(tmp_path / "bank.db") as at:
        answered(record)
        import ast

        for headers, content in ast.literal_eval(recorded.read_text()):
            again = httpx.post(f"{at.url}/payments", content=content, headers=headers, trust_env=False)
            assert again.status_code == 200 and again.json()["outcome"] == "paid"
            changed = content.replace(b"30000000", b"90000000")
            assert changed != content
            forged = httpx.post(f"{at.url}/payments", content=changed, headers=headers, trust_env=False)
            assert forged.status_code == 401  # the signature covers the amount
            signed = wire.signature(SECRET, "POST", "/payments", headers[wire.TIMESTAMP_HEADER], changed)
            named = headers | {wire.SIGNATURE_HEADER: signed}
            other = httpx.post(f"{at.url}/payments", content=changed, headers=named, trust_env=False)
            assert other.status_code == 409  # our own mistake: the same key with another amount
        verdict = audited(url, at)
    assert verdict.settled and verdict.paid == 4 * SUM, verdict


@pytest.mark.slow
def test_two_makers_at_once_make_one_batch(make_database: MakeDatabase) -> None:
    engine = make_database()
    world.fill(engine, 3)
    engine.dispose()
    url = engine.url.render_as_string(hide_password=False)

    def propose() -> None:
        own = open_database(url)
        try:
            batches.propose(own, world.LIFECYCLE, world.DAY, person=world.MAKER, now=world.NOW, books=BOOKS)
        except ShixianError as refused:
            assert refused.remedy
        own.dispose()

    children = [forked(propose) for _ in range(3)]
    assert [ended(child) for child in children] == [0, 0, 0]
    with reading(engine) as connection:
        from models import batch, batch_line

        lines = list(connection.scalars(select(batch_line.c.obligation_id).where(batch_line.c.alive)))
        assert len(lines) == len(set(lines)) == 6
        assert len(connection.execute(select(batch)).all()) == 1
