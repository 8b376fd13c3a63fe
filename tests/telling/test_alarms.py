"""Alarms, each raised by its own cause and silent without it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from models import MessageStatus, case_file
from models import attempt as attempt_table
from models import statement_line as statement_table
from shixian.casework.anchors import anchor_heads
from shixian.casework.cycle import begin_run, finish_run, run_cycle
from shixian.casework.database import transaction
from shixian.casework.lawbooks import LawBooks
from shixian.casework.publicity.notices import take_snapshots
from shixian.rules.calendar import PACKAGED, Calendar
from shixian.rules.periods import parse_day
from shixian.telling.alarms import KINDS, LOOKS, Alarm, alarms
from tests.casework.office import Office
from tests.lifecycles import BOOKS
from tests.telling.house import at, put_message, say_on, staff


def found(database: Engine, kind: str, when: str, books: LawBooks = BOOKS) -> list[Alarm]:
    instant = at(when)
    return [one for one in alarms(database, instant.date(), instant, books=books) if one.kind == kind]


def test_an_empty_house_raises_none(database: Engine) -> None:
    assert alarms(database, parse_day("2021-03-01"), at("2021-03-01T10:00"), books=BOOKS) == []
    assert len(LOOKS) < len(KINDS) == len(set(KINDS))


def test_a_run_that_did_not_happen(database: Engine) -> None:
    Office(database).open()  # its last day is 4 March
    assert not found(database, "run_missing", "2021-03-04T23:59")
    assert not found(database, "run_missing", "2021-03-05T00:59"), "within the hour of grace"
    (one,) = found(database, "run_missing", "2021-03-05T01:00")
    assert "lab-grant" in one.text and "1 件" in one.text and one.since == parse_day("2021-03-05")
    assert "shixian tick" in one.remedy
    # A run of today that left the case due (somebody held it) is no missing run; one of yesterday is.
    number = begin_run(database, "lab-grant", parse_day("2021-03-05"), at("2021-03-05T00:10"))
    assert found(database, "run_missing", "2021-03-05T01:00"), "begun is not done"
    finish_run(database, number, [], at("2021-03-05T00:11"))
    assert not found(database, "run_missing", "2021-03-05T01:00")
    assert found(database, "run_missing", "2021-03-06T01:00")


def test_after_the_run_nothing_is_due_and_no_run_is_missed(database: Engine) -> None:
    Office(database).open()
    run_cycle(database, "lab-grant", parse_day("2021-03-05"), recorded_at=at("2021-03-05T00:10"), books=BOOKS)
    assert not found(database, "run_missing", "2021-05-01T12:00")


def test_a_run_that_failed_or_was_cut_off(database: Engine) -> None:
    number = begin_run(database, "lab-grant", parse_day("2021-03-05"), at("2021-03-05T00:10"))
    assert not found(database, "run_failed", "2021-03-05T02:09")
    (one,) = found(database, "run_failed", "2021-03-05T02:10")
    assert "实验室资助" in one.text and one.since == parse_day("2021-03-05")
    finish_run(database, number, [], at("2021-03-05T03:00"))
    assert not found(database, "run_failed", "2021-03-05T12:00")
    begin_run(database, "lab-grant", parse_day("2021-03-06"), at("2021-03-06T00:10"))
    done = begin_run(database, "lab-grant", parse_day("2021-03-06"), at("2021-03-06T08:00"))
    finish_run(database, done, [], at("2021-03-06T08:01"))
    assert not found(database, "run_failed", "2021-03-06T12:00"), "run again, and done"


@pytest.mark.parametrize(
    ("day", "known", "missing"),
    [
        ("2020-11-30", (2020,), []),
        ("2020-12-01", (2020,), ["2021"]),
        ("2020-12-01", (2020, 2021), []),
        ("2021-02-01", (2020,), ["2021"]),
        ("2021-12-31", (2020,), ["2021", "2022"]),
    ],
)
def test_the_next_years_calendar_from_1_december(
    database: Engine, day: str, known: tuple[int, ...], missing: list[str]
) -> None:
    from shixian.rules.arrangements import parse_year, read_yaml

    calendar = Calendar(one for year in known for one in parse_year(year, read_yaml(PACKAGED / f"{year}.yaml")))
    raised = found(database, "calendar_missing", f"{day}T10:00", LawBooks(BOOKS.lifecycles, calendar))
    assert [one.about for one in raised] == missing


def test_cases_set_aside(database: Engine) -> None:
    ref = Office(database).open().ref
    assert not found(database, "set_aside", "2021-03-05T10:00")
    with transaction(database) as connection:
        connection.execute(update(case_file).values(set_aside="除以零"))
    (one,) = found(database, "set_aside", "2021-03-05T10:00")
    assert ref in one.text and "put-back" in one.remedy and one.since == parse_day("2021-03-04")
    assert not found(database, "run_missing", "2021-03-05T10:00"), "it is listed once"


def paid(database: Engine, status: str, **more: Any) -> None:
    """An attempt in a state, with the rows it rests on, written past casework: only its state matters here."""
    from models import METADATA

    Office(database).awarded()
    tables = METADATA.tables
    with transaction(database) as connection:
        owed = connection.execute(select(tables["obligation"]).limit(1)).one()
        account = {
            "payee": owed.payee, "number": "6217", "bank": "102290000018", "bank_name": "工行", "holder": "甲",
            "fingerprint": "0" * 64, "entered_by": "ma", "entered_at": at("2021-01-21T09:00"), "verified_by": "fu",
            "verified_on": parse_day("2021-01-21"),
        }  # fmt: skip
        columns = tables["payee_account"].c
        account_id = connection.execute(insert(tables["payee_account"]).returning(columns.id), account).scalar_one()
        batch = {
            "ref": "B-2021-0001", "lifecycle": "lab-grant", "programme": "lab", "year": 2021,
            "as_of": parse_day("2021-01-22"), "status": "released", "count": 1, "fen": owed.fen, "accounts": "0",
            "content": "0" * 64, "approvals": 1, "maker": "ma", "editor": "ma", "proposed_at": at("2021-01-22T09:00"),
        }  # fmt: skip
        columns = tables["batch"].c
        batch_id = connection.execute(insert(tables["batch"]).returning(columns.id), batch).scalar_one()
        row = {
            "key": "k", "obligation_id": owed.id, "batch_id": batch_id, "account_id": account_id, "fen": owed.fen,
            "content": "0" * 64, "status": status, "alive": True, "reference": "", "reason": "", "inquiries": 0,
            "parked": False, "intended_at": at("2021-01-22T10:00"),
        }  # fmt: skip
        connection.execute(insert(attempt_table), row | more)


def test_payments_that_nobody_knows_the_end_of(database: Engine) -> None:
    paid(database, "unknown")
    (one,) = found(database, "payments_unsettled", "2021-01-23T10:00")
    assert "B-2021-0001" in one.text and one.since == parse_day("2021-01-22") and "切勿重付" in one.remedy
    with transaction(database) as connection:
        connection.execute(update(attempt_table).values(status="sent"))
    assert not found(database, "payments_unsettled", "2021-01-23T10:00")
    with transaction(database) as connection:
        connection.execute(update(attempt_table).values(parked=True))
    assert found(database, "payments_unsettled", "2021-01-23T10:00")
    with transaction(database) as connection:
        connection.execute(update(attempt_table).values(status="paid"))
    assert not found(database, "payments_unsettled", "2021-01-23T10:00"), "parked once, settled now"


def test_a_pay_day_without_reconciliation(database: Engine) -> None:
    paid(database, "paid", paid_on=parse_day("2021-01-22"))
    assert not found(database, "not_reconciled", "2021-01-22T23:00")
    assert not found(database, "not_reconciled", "2021-01-23T07:29"), "its statement comes in the morning"
    (one,) = found(database, "not_reconciled", "2021-01-23T07:30")
    assert "2021-01-22" in one.text and "没有对账" in one.text and one.since == parse_day("2021-01-23")
    line = {
        "source": "bank", "statement": "s", "reference": "other", "key": "", "fen": 1, "direction": "out",
        "booked": parse_day("2021-01-22"), "counterparty": "", "text": "", "finding": "matched", "resolution": "",
        "recorded_at": at("2021-01-23T06:30"),
    }  # fmt: skip
    with transaction(database) as connection:
        connection.execute(insert(statement_table), line)
    (one,) = found(database, "not_reconciled", "2021-01-23T07:30")
    assert "对账单未见" in one.text
    with transaction(database) as connection:
        number = connection.scalar(select(attempt_table.c.id))
        connection.execute(insert(statement_table), line | {"reference": "ours", "attempt_id": number})
    assert not found(database, "not_reconciled", "2021-01-23T07:30")


def test_messages_that_failed(database: Engine) -> None:
    number = put_message(database, "a", tries=3)
    assert not found(database, "messages_failed", "2021-03-01T10:00")
    put_message(database, "b", status=MessageStatus.FAILED)
    (one,) = found(database, "messages_failed", "2021-03-02T10:00")
    assert "1 条" in one.text and one.since == parse_day("2021-03-01")
    put_message(database, "c", status=MessageStatus.FAILED, kind="alarm")
    (more,) = found(database, "messages_failed", "2021-03-02T10:00")
    assert "2 条" in more.text and more.key == one.key, "an alarm that failed is no new cause for another"
    assert number


def test_messages_that_nothing_carries(database: Engine) -> None:
    put_message(database, "a", made="2021-03-01T08:30")
    assert not found(database, "messages_waiting", "2021-03-02T08:29")
    assert found(database, "messages_waiting", "2021-03-02T08:30")


def test_a_day_on_which_nobody_was_told(database: Engine) -> None:
    staff(database)
    assert not found(database, "not_told", "2021-02-19T10:00"), "no case, nothing to tell"
    Office(database).open()
    assert "从未" in found(database, "not_told", "2021-02-19T09:30")[0].text
    say_on(database, "2021-02-19")
    assert not found(database, "not_told", "2021-02-19T23:00") and not found(database, "not_told", "2021-02-20T09:29")
    (one,) = found(database, "not_told", "2021-02-22T09:30")
    assert "今日" in one.text and one.since == parse_day("2021-02-20")


def test_events_without_an_anchor(database: Engine) -> None:
    office = Office(database)
    office.open()  # recorded on 4 January
    assert not found(database, "anchor_missing", "2021-01-04T20:00")
    (one,) = found(database, "anchor_missing", "2021-01-05T00:10")
    assert "从未锚定" in one.text and one.since == parse_day("2021-01-04")
    anchor_heads(database, parse_day("2021-01-04"), now=at("2021-01-04T23:00"))
    assert not found(database, "anchor_missing", "2021-02-01T10:00"), "nothing has happened since"
    office.open("2021-01-10", {"unit_code": "12310000425006790X", "unit_name": "乙", "field": "声学"})
    (one,) = found(database, "anchor_missing", "2021-01-11T10:00")
    assert one.since == parse_day("2021-01-05")
    anchor_heads(database, parse_day("2021-01-10"), now=at("2021-01-11T00:10"))
    assert not found(database, "anchor_missing", "2021-01-11T10:00")


def test_notice_days_without_a_snapshot(database: Engine) -> None:
    ref = Office(database).published()  # shown from 6 January, the day of publication, to the 13th
    assert not found(database, "snapshot_missing", "2021-01-06T10:00")
    take_snapshots(database, parse_day("2021-01-06"), now=at("2021-01-06T10:00"), books=BOOKS)
    assert not found(database, "snapshot_missing", "2021-01-07T10:00")
    (one,) = found(database, "snapshot_missing", "2021-01-08T10:00")
    assert ref in one.text and one.since == parse_day("2021-01-07")


def test_every_alarm_says_what_to_do_and_has_a_stable_cause(database: Engine) -> None:
    Office(database).published()
    put_message(database, "a", status=MessageStatus.FAILED)
    raised = alarms(database, parse_day("2021-04-01"), at("2021-04-01T10:00"), books=BOOKS)
    assert {one.kind for one in raised} <= set(KINDS) and len(raised) >= 4
    assert all(len(one.remedy) > 10 and one.since <= parse_day("2021-04-01") for one in raised)
    again = alarms(database, parse_day("2021-04-01"), at("2021-04-01T18:00"), books=BOOKS)
    assert [one.key for one in again] == [one.key for one in raised] and len({one.key for one in raised}) == len(raised)
