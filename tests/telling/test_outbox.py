"""Delivery: one claim for one deliverer, receipts, growing pauses, an end to trying, and nothing tried in vain."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from sqlalchemy import Engine, select

from models import MessageStatus, delivery, journal_event
from shixian.casework.database import reading
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from shixian.rules.periods import minutes_before
from shixian.telling import outbox
from shixian.telling.outbox import LEASE_MINUTES, PAUSES, TRIES, deliver, listed, one_message, try_again
from tests.casework.office import AUDITOR, OFFICER
from tests.telling.house import OPERATOR, Remembering, at, messages_of, put_message, staff

NOW = at("2021-03-01T09:00")


def after(minutes: int, start: datetime = NOW) -> datetime:
    return minutes_before(start, -minutes)


def test_a_message_is_sent_once_and_its_receipt_kept(database: Engine) -> None:
    staff(database)
    number = put_message(database, "a")
    carrier = Remembering()
    assert deliver(database, lambda: NOW, carrier).delivered == 1
    assert deliver(database, lambda: after(10_000), carrier).delivered == 0
    assert carrier.sent == [(("wang@example.cn",), "主题 a", "正文")]
    row, (one,) = one_message(database, number)
    assert row.status is MessageStatus.DELIVERED and row.tries == 1
    assert (one.channel, one.address, one.succeeded, one.receipt) == ("mail", "wang@example.cn", True, "250 OK")


def test_what_is_not_due_yet_waits(database: Engine) -> None:
    staff(database)
    put_message(database, "a", not_before=after(30))
    carrier = Remembering()
    assert deliver(database, lambda: after(29), carrier).delivered == 0
    assert deliver(database, lambda: after(30), carrier).delivered == 1


def test_pauses_grow_and_after_the_last_try_it_is_given_up(database: Engine) -> None:
    staff(database)
    number = put_message(database, "a")
    carrier, when = Remembering(fails=True), NOW
    for pause in PAUSES:
        done = deliver(database, lambda: when, carrier)  # noqa: B023 - called at once
        assert done.failed_tries == 1 and not done.gave_up
        assert deliver(database, lambda: after(pause - 1, when), carrier).failed_tries == 0  # noqa: B023
        when = after(pause, when)
    assert deliver(database, lambda: when, carrier).gave_up == ["a"]
    assert deliver(database, lambda: after(99_999, when), carrier) == outbox.Delivered()
    row, tries = one_message(database, number)
    assert row.status is MessageStatus.FAILED and row.tries == TRIES == len(tries) == len(carrier.sent)
    with reading(database) as connection:
        assert connection.scalar(select(journal_event.c.kind)) == "gave_up"


def test_a_person_has_it_tried_again(database: Engine) -> None:
    staff(database)
    number = put_message(database, "a", status=MessageStatus.FAILED, tries=TRIES)
    with pytest.raises(NotPermitted):
        try_again(database, number, by=AUDITOR, now=NOW)
    with pytest.raises(NotFound):
        try_again(database, number + 1, by=OPERATOR, now=NOW)
    try_again(database, number, by=OPERATOR, now=NOW)
    with pytest.raises(CaseworkError, match="没有失败"):
        try_again(database, number, by=OPERATOR, now=NOW)
    assert deliver(database, lambda: NOW, Remembering()).delivered == 1


def test_a_second_deliverer_finds_nothing_while_the_first_sends(database: Engine) -> None:
    staff(database)
    put_message(database, "a")
    other = Remembering()

    class Meanwhile(Remembering):
        def send(self, addresses, subject, body):  # type: ignore[no-untyped-def]
            assert deliver(database, lambda: NOW, other).delivered == 0
            return super().send(addresses, subject, body)

    first = Meanwhile()
    assert deliver(database, lambda: NOW, first).delivered == 1
    assert len(first.sent) == 1 and not other.sent


def test_two_deliverers_who_saw_the_same_list_claim_each_message_once(database: Engine) -> None:
    ids = [put_message(database, f"m{number}") for number in range(20)]
    gate = threading.Barrier(2)
    won: list[int] = []

    def run() -> None:
        gate.wait()
        for number in ids:
            won.extend(row.id for row in outbox._claim(database, [number], NOW))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(won) == ids


def test_a_deliverer_that_died_is_followed_after_the_lease_and_counted(database: Engine) -> None:
    staff(database)
    number = put_message(database, "a")
    assert outbox._claim(database, [number], NOW)  # and then the power failed
    carrier = Remembering()
    assert deliver(database, lambda: after(LEASE_MINUTES - 1), carrier).delivered == 0
    assert deliver(database, lambda: after(LEASE_MINUTES), carrier).delivered == 1
    assert one_message(database, number)[0].tries == 2


def test_one_that_died_at_the_last_try_is_not_sent_once_more(database: Engine) -> None:
    staff(database)
    put_message(database, "a", tries=TRIES, not_before=after(LEASE_MINUTES))
    carrier = Remembering()
    assert deliver(database, lambda: NOW, carrier).gave_up == []
    assert deliver(database, lambda: after(LEASE_MINUTES), carrier).gave_up == ["a"]
    assert not carrier.sent and messages_of(database)[0].status is MessageStatus.FAILED


def test_many_to_one_person_go_as_one_with_a_receipt_each(database: Engine) -> None:
    staff(database)
    for number in range(7):
        put_message(database, f"r{number}")
    put_message(database, "d", kind="decision")
    carrier = Remembering()
    assert deliver(database, lambda: NOW, carrier).delivered == 8
    assert [subject for _, subject, _ in carrier.sent] == ["【时限】提醒 7 件", "主题 d"]
    assert all(f"主题 r{number}" in carrier.sent[0][2] for number in range(7))
    with reading(database) as connection:
        assert len(connection.execute(select(delivery)).all()) == 8


def test_without_a_channel_or_an_address_no_try_is_spent(database: Engine) -> None:
    put_message(database, "a", recipient="nobody")
    done = deliver(database, lambda: NOW, Remembering())
    assert done.not_carried == 1 and "待发 1" in done.line() and messages_of(database)[0].tries == 0
    staff(database, OFFICER)
    put_message(database, "b")
    assert deliver(database, lambda: NOW, Remembering(carried=False)).not_carried == 2
    assert {one.status for one in messages_of(database)} == {MessageStatus.WAITING}


def test_the_fallback_gets_what_has_no_address_and_is_told_for_whom(database: Engine) -> None:
    put_message(database, "a", recipient="nobody")
    put_message(database, "b", recipient="*")
    carrier = Remembering(fallback="ops@example.cn")
    assert deliver(database, lambda: NOW, carrier).delivered == 2
    assert [subject for _, subject, _ in carrier.sent] == ["【请转 nobody】主题 a", "主题 b"]


def test_the_list_is_by_status_the_newest_first(database: Engine) -> None:
    put_message(database, "a")
    put_message(database, "b", status=MessageStatus.FAILED)
    assert [row.key for row in listed(database)] == ["b", "a"]
    assert [row.key for row in listed(database, MessageStatus.FAILED)] == ["b"]
