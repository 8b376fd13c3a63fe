"""Decisions, obligations and the ledger: stored once, unique for ever, balanced at every commit."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from models import Account, bar, history, integrity_record, ledger_entry, obligation
from shixian.casework.database import reading, transaction
from shixian.casework.money.ledger import Posting, balances, post, unbalanced
from shixian.casework.staff.people import THE_SYSTEM
from shixian.casework.store import SqlStore
from shixian.casework.verify import verify
from shixian.rules.errors import CaseworkError, MoneyError
from shixian.rules.state import Transition, apply
from tests.casework.office import FACTS, HEAD, Office, at, day
from tests.lifecycles import BOOKS, GRANT, UNIT_A, UNIT_B


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def test_an_award_stores_its_tree_and_reserves_each_instalment(office: Office) -> None:
    ref = office.awarded()
    view = office.view(ref)
    (decided,) = view.decisions
    assert (decided["key"], decided["fen"], decided["clause"]) == ("grant", 30_000_000, "第五条")
    assert '"300000.00' in decided["tree"]
    assert [(row["payee"], row["creditor"], row["direction"].value) for row in view.obligations] == [
        ("甲实验室", "甲实验室", "付")
    ] * 2
    with reading(office.engine) as connection:
        found = balances(connection)
        keys = list(connection.scalars(select(ledger_entry.c.posting).distinct().order_by(ledger_entry.c.posting)))
    assert found[Account.RESERVED] == 60_000_000 == -found[Account.APPROPRIATION] and sum(found.values()) == 0
    assert all(key.startswith(f"reserve:{ref}#") for key in keys) and len(keys) == 2


def test_zero_owes_nothing(office: Office) -> None:
    office.call()
    ref = office.published()
    office.act(ref, "award", "approve", "office", "2021-01-20T09:00", {"granted": "0元"}, person=HEAD)
    view = office.view(ref)
    assert view.decisions[0]["fen"] == 0 and view.obligations == ()
    with reading(office.engine) as connection:
        assert connection.execute(select(ledger_entry)).all() == []


def test_a_revocation_recovers_bars_remembers_and_is_recorded(office: Office) -> None:
    ref = office.awarded()
    given = {"recovered": "12.34元"}
    decided = office.act(ref, "report", "revoke", "office", "2021-02-01T09:00", given, person=HEAD, reason="材料虚假")
    assert decided.refusal is None and office.status(ref) == ("closed", "report", "revoked")
    recovery = office.view(ref).obligations[-1]
    assert (recovery["direction"].value, recovery["fen"], recovery["debtor"]) == ("追", 1234, "申报单位")
    with reading(office.engine) as connection:
        (record,) = connection.execute(select(integrity_record)).all()
        (barred,) = connection.execute(select(bar)).all()
        (past,) = connection.execute(select(history)).all()
        # What is to come back is not netted against what was reserved, and is in no account until it comes.
        assert balances(connection)[Account.RESERVED] == 60_000_000
    assert (record.subject, record.serious, record.clause) == (UNIT_A, True, "第八条")
    assert (barred.subject, barred.first_day, barred.source) == (UNIT_A, day("2021-02-01"), ref)
    assert barred.last_day == day("2023-02-01")  # two years from 1 February 2021: a Wednesday
    assert (past.key, past.cycle, past.value) == ("revoked", 2021, "甲实验室")
    assert verify(office.engine).problems == ()
    refused = office.open("2023-02-01").refusal
    assert refused is not None and (refused.code, refused.clause) == ("barred", "第八条")
    assert office.open("2023-02-02").refusal is None
    assert office.open("2022-01-04", facts={**FACTS, "unit_code": UNIT_B}).refusal is None


def test_an_obligation_exists_once_for_ever(office: Office) -> None:
    ref = office.awarded()
    again = next(e.transition for e in office.view(ref).events if e.kind == "obligation_created")
    with pytest.raises(CaseworkError, match="不得重复"), transaction(office.engine) as connection:
        store = SqlStore(connection, BOOKS, recorded_at=at("2021-02-01T09:00"))
        after = store.load(ref).copy()
        once_more = Transition(again.kind, day("2021-02-01"), again.data)
        apply(after, once_more, GRANT.facts)
        store.save(GRANT, after, (once_more,))
    with reading(office.engine) as connection:
        row = dict(connection.execute(select(obligation).limit(1)).mappings().one())
    row.pop("id")
    with pytest.raises(DBAPIError, match="(?i)unique"), transaction(office.engine) as connection:
        connection.execute(insert(obligation), row)
    assert verify(office.engine).problems == ()


@pytest.mark.parametrize("bad", ["fen = 0", "fen = -1", "direction = '扣'"])
def test_the_database_refuses_amounts_and_directions_that_are_none(office: Office, bad: str) -> None:
    office.awarded()
    with pytest.raises(DBAPIError), transaction(office.engine) as connection:
        connection.execute(text(f"UPDATE obligation SET {bad}"))


def test_a_posting_that_does_not_balance_is_not_written(office: Office) -> None:
    when: dict[str, Any] = {"recorded_at": at("2021-01-01T09:00"), "person": THE_SYSTEM.key}
    for moves in ({Account.PAID: 100, Account.RESERVED: -99}, {Account.PAID: 0}, {}):
        with pytest.raises(MoneyError, match="借贷不平"), transaction(office.engine) as connection:
            post(connection, [Posting("x", moves, day("2021-01-01"), "x")], **when)
    posting = Posting("pay:1", {Account.PAID: 100, Account.RESERVED: -100}, day("2021-01-01"), "付款")
    with transaction(office.engine) as connection:
        post(connection, [posting], **when)
    with pytest.raises(Exception, match="其他人|(?i:unique)"), transaction(office.engine) as connection:
        post(connection, [posting], **when)
    with reading(office.engine) as connection:
        assert unbalanced(connection) == [] and balances(connection)[Account.PAID] == 100


def test_a_yearly_duty_opens_a_case_and_runs_again(office: Office) -> None:
    ref = office.awarded()
    office.tick(ref, "2021-04-01")
    rows = [
        (row["round"], row["last_day"], row["status"]) for row in office.view(ref).deadlines if row["stage"] == "report"
    ]
    assert rows == [(1, day("2021-03-31"), "lapsed"), (2, day("2022-03-31"), "running")]
    assert [child["ref"] for child in office.view(ref).children] == [f"{ref}/report1"]
    # A missed year is caught up on its legal days: the report of 31 March 2022 fell due, the first report long lapsed.
    office.tick(ref, "2022-04-01")
    assert [child["ref"] for child in office.view(ref).children] == [f"{ref}/report1", f"{ref}/report2"]
    lapsed = [e.legal_day for e in office.view(ref).events if e.kind == "deadline_lapsed" and e.stage == "report"]
    assert lapsed == [day("2021-03-31"), day("2022-03-31")] and verify(office.engine).problems == ()
