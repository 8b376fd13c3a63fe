"""Releases over a real bank process with each of its faults: one payment an obligation, and nothing guessed."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import DBAPIError

from models import BatchStatus, attempt, batch, batch_line, payee_account
from shixian.casework.database import reading, transaction
from shixian.casework.money import batches, unsettled
from shixian.casework.money.alone import only_one
from shixian.casework.money.attempts import GROUP, claim_next
from shixian.disbursing import run
from shixian.disbursing.run import DOUBTS, Progress
from shixian.rules.errors import Conflict, NotPermitted, ShixianError
from shixian.treasury.port import Payment
from tests.disbursing.bank import NOW, Bank, Payments
from tests.faults.world import CHECKER, DAY, MAKER, RELEASER, approved_batch
from tests.lifecycles import BOOKS


def batch_status(payments: Payments) -> BatchStatus:
    with reading(payments.engine) as connection:
        return BatchStatus(connection.execute(select(batch.c.status).where(batch.c.ref == payments.ref)).scalar_one())


def test_every_line_is_paid_once_and_the_batch_is_done(payments: Payments) -> None:
    seen: list[Progress] = []
    report = payments.release(progress=seen.append)
    assert report.complete and not report.halted and report.alarms == ()
    assert payments.statuses() == ["paid"] * 6 and payments.times() == [1] * 6
    assert batch_status(payments) is BatchStatus.DONE
    assert seen[0].settled == 0 and seen[-1].settled == seen[-1].total == 6
    payments.sound()


def test_released_again_nothing_is_sent(payments: Payments) -> None:
    payments.release()
    report = payments.release()
    assert (report.claimed, report.resent, report.asked) == (0, 0, 0) and payments.times() == [1] * 6
    payments.sound()


def test_only_the_releaser_and_nobody_else(payments: Payments) -> None:
    for person in (MAKER, CHECKER):
        with pytest.raises(NotPermitted):
            payments.release(person=person)
    assert payments.attempts() == []


@pytest.mark.parametrize("fault", ["error_after_accepting", "lost_reply", "duplicate_reply", "garbage"])
def test_unknown_later_known_is_one_payment(payments: Payments, fault: str) -> None:
    payments.bank.faults(**{fault: True})
    report = payments.release()
    assert report.complete and payments.statuses() == ["paid"] * 6 and payments.times() == [1] * 6
    assert [row.reference for row in payments.attempts()] == payments.references()
    if fault != "duplicate_reply":
        assert report.resent == 0 and all(row.inquiries >= 1 for row in payments.attempts())
    # A reply that comes twice spoils some of the next answers, or none: that is a matter of timing. A spoilt connection
    # is cut, and with it a request that the bank has not read yet: that one it does not know, and it is sent again.
    payments.sound()


def test_a_timeout_after_accepting_is_one_payment(payments: Payments) -> None:
    payments.bank.faults(timeout_after_accepting=True)
    report = payments.release(answer_seconds=0.5)
    assert report.complete and payments.times() == [1] * 6
    payments.sound()


def test_slow_is_not_unknown(payments: Payments) -> None:
    payments.bank.faults(slow=100)
    report = payments.release()
    assert report.complete and report.asked == 0 and payments.times() == [1] * 6


def test_answers_nothing_stays_unknown_and_is_listed_until_it_answers(payments: Payments) -> None:
    payments.bank.faults(lost_reply=True, no_queries=True)
    report = payments.release()
    assert payments.statuses() == ["unknown"] * 6 and not report.complete
    assert [one.status for one in unsettled.waiting_for_people(payments.engine, payments.ref)] == ["unknown"] * 6
    assert payments.times() == [1] * 6
    again = payments.release()  # still no answers: nothing is sent
    assert payments.statuses() == ["unknown"] * 6 and payments.times() == [1] * 6 and again.claimed == 0
    assert batch_status(payments) is BatchStatus.RELEASED
    payments.bank.faults()
    asked = payments.inquire()
    assert asked.complete and asked.answered == 6 and payments.times() == [1] * 6
    assert batch_status(payments) is BatchStatus.DONE and unsettled.waiting_for_people(payments.engine) == []
    payments.sound()


def test_refused_frees_the_line_for_a_new_batch(payments: Payments) -> None:
    payments.bank.faults(refuse=True)
    report = payments.release()
    assert report.complete and payments.statuses() == ["rejected"] * 6 and payments.times() == [0] * 6
    assert all("收款账户状态异常" in row.reason for row in payments.attempts())
    with reading(payments.engine) as connection:
        assert connection.scalars(select(batch_line.c.alive)).all() == [False] * 6
    payments.bank.faults()

    second = approved_batch(payments.engine)
    payments.release(second)
    assert payments.statuses() == ["rejected"] * 6 + ["paid"] * 6 and payments.times() == [0] * 6 + [1] * 6
    assert len({row.key for row in payments.attempts()}) == 12
    payments.sound()


def test_accepted_is_not_paid_until_the_bank_says_so(payments: Payments) -> None:
    payments.bank.faults(settle_after_queries=2)
    report = payments.release()
    assert payments.statuses() == ["sent"] * 6 and not report.complete
    payments.sound()
    payments.inquire()
    assert payments.statuses() == ["sent"] * 6
    assert payments.inquire().complete and payments.statuses() == ["paid"] * 6
    payments.sound()


def test_a_gateway_that_is_not_there_sends_everything_back_to_planned(payments: Payments) -> None:
    report = payments.release(base_url="http://127.0.0.1:1")
    assert "连不上" in report.halted and payments.statuses() == ["planned"] * 6
    assert any("继续" in line for line in report.lines())
    assert payments.release().complete and payments.times() == [1] * 6
    payments.sound()


def test_a_wrong_signing_key_pays_nothing(payments: Payments) -> None:
    report = payments.release(secret=b"another")
    assert "签名" in report.halted and set(payments.statuses()) == {"planned"} and payments.times() == [0] * 6


def test_a_gateway_without_keys_is_asked_first_and_never_sent_twice(payments: Payments) -> None:
    payments.bank.faults(no_idempotency=True, lost_reply=True)
    assert payments.release(idempotent=False).complete
    assert payments.times() == [1] * 6
    payments.sound()


def test_a_gateway_without_keys_that_denies_it_is_left_to_a_person(payments: Payments) -> None:

    batches.authorize_release(payments.engine, payments.ref, person=RELEASER, now=NOW, books=BOOKS)
    # And the process dies: before or after the call?
    claim_next(payments.engine, payments.ref, 2, now=NOW, person=RELEASER, books=BOOKS)
    payments.bank.faults(no_idempotency=True)
    report = payments.release(idempotent=False)
    assert payments.statuses() == ["unknown"] * 2 + ["paid"] * 4 and payments.times() == [0, 0, 1, 1, 1, 1]
    assert [row.parked for row in payments.attempts()] == [True] * 2 + [False] * 4
    assert report.counts.parked == 2 and not report.complete and report.resent == 0
    payments.release(idempotent=False)
    assert payments.times() == [0, 0, 1, 1, 1, 1]
    payments.sound()


def test_left_intended_is_asked_and_sent_again_under_its_own_key(payments: Payments) -> None:

    batches.authorize_release(payments.engine, payments.ref, person=RELEASER, now=NOW, books=BOOKS)
    keys = [claim.key for claim in claim_next(payments.engine, payments.ref, 4, now=NOW, person=RELEASER, books=BOOKS)]
    report = payments.release()
    assert report.resent == 4 and report.complete and payments.times() == [1] * 6
    assert [row.key for row in payments.attempts()][:4] == keys
    payments.sound()


def test_the_same_key_with_another_amount_is_for_a_person(payments: Payments) -> None:

    batches.authorize_release(payments.engine, payments.ref, person=RELEASER, now=NOW, books=BOOKS)
    key = payments.attempts()[0].key

    async def somebody_else() -> None:
        async with payments.connector() as treasury:
            await treasury.pay(Payment(key, 1, "别人", "1", "102290000001", "", DAY))

    asyncio.run(somebody_else())
    report = payments.release()
    row = payments.attempts()[0]
    assert row.status.value == "unknown" and row.parked and any(key in alarm for alarm in report.alarms)
    assert payments.statuses()[1:] == ["paid"] * 5


def test_two_releases_at_once_pay_once(payments: Payments) -> None:
    payments.bank.faults(slow=20, lost_reply=True, probability=0.3, seed=4)
    reports: list[Any] = []
    threads = [threading.Thread(target=lambda: reports.append(payments.release(alone=False))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 3
    assert payments.release().complete and payments.times() == [1] * 6
    payments.sound()


def test_a_second_release_is_told_that_one_is_running(payments: Payments) -> None:
    with only_one(payments.engine, payments.ref), pytest.raises(Conflict, match="正在放行"):
        payments.release()
    assert payments.attempts() == []
    assert payments.release().complete and payments.times() == [1] * 6


def test_sent_but_not_recorded_is_bounded(database: Engine, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "GROUP", 32)
    cases = 24
    payments = Payments.prepared(database, bank, cases=cases)
    most = 0

    def look(_: Progress) -> None:
        nonlocal most
        most = max(most, payments.statuses().count("intended"))

    bank.faults(slow=2)
    assert payments.release(progress=look, connections=8).complete
    assert 16 < most <= 32 <= GROUP
    assert payments.times() == [1] * 2 * cases
    payments.sound()


def test_a_silent_bank_is_not_sent_the_whole_batch(database: Engine, bank: Bank) -> None:
    cases = 24  # of two payments each: more than DOUBTS and what is on its way with them
    payments = Payments.prepared(database, bank, cases=cases)
    bank.faults(error_after_accepting=True, no_queries=True)
    report = payments.release()
    assert "没有明确答复" in report.halted
    assert 0 < payments.statuses().count("unknown") <= DOUBTS + 3 and "planned" in payments.statuses()
    bank.faults(error_after_accepting=True)
    assert payments.release().complete and payments.times() == [1] * 2 * cases
    payments.sound()


def test_an_account_changed_behind_our_back_is_not_paid(payments: Payments) -> None:

    batches.authorize_release(payments.engine, payments.ref, person=RELEASER, now=NOW, books=BOOKS)
    row = payments.attempts()[0]
    with transaction(payments.engine) as connection:
        connection.execute(update(payee_account).where(payee_account.c.id == row.account_id).values(number="666"))
    report = payments.release()
    assert payments.statuses() == ["planned"] * 2 + ["paid"] * 4 and report.counts.parked == 2
    assert len(report.alarms) == 2 and "不符" in report.alarms[0] and payments.times() == [0, 0, 1, 1, 1, 1]


def test_an_obligation_has_one_live_attempt(payments: Payments) -> None:

    payments.release()
    with reading(payments.engine) as connection:
        row = dict(connection.execute(select(attempt).limit(1)).mappings().one())
    row |= {"id": None, "key": "f" * 32}
    row.pop("id")
    with pytest.raises((DBAPIError, ShixianError)), transaction(payments.engine) as connection:
        connection.execute(insert(attempt), row)
