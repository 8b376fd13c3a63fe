"""Every figure about money that somebody alters behind our back is found and named."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from shixian.casework import batches, recovery
from shixian.casework.database import transaction
from shixian.casework.verify import verify
from tests.casework.office import HEAD, at, day
from tests.casework.treasury_office import CHECKER, MAKER, RELEASER, SECOND, FinanceOffice
from tests.lifecycles import BOOKS

# What is altered (as only a superuser or a stranger could), and a word of the problem that must be reported.
TAMPERED = (
    ("UPDATE batch SET fen = fen + 1 WHERE id = 1", "控制总数"),
    ("UPDATE batch SET content = 'x' WHERE id = 1", "内容哈希"),
    ("UPDATE batch SET approvals = 3 WHERE id = 1", "须 3 人复核"),
    ("UPDATE batch SET maker = 'fu' WHERE id = 1", "有同一人"),
    ("UPDATE batch SET status = 'done' WHERE id = 1", "日志没有 batch_done"),
    ("UPDATE batch SET status = 'released', releaser = 'x' WHERE id = 2", "日志没有 released"),
    ("UPDATE batch_line SET fen = fen + 1 WHERE id = 1", "控制总数"),
    ("UPDATE batch_line SET alive = false WHERE id = 1", "占用"),
    ("UPDATE batch_line SET payee = '他人' WHERE id = 1", "收款人与义务不同"),
    ("UPDATE appropriation SET committed = committed - 1", "记为占用"),
    ("UPDATE appropriation SET fen = fen + 1", "账上为"),
    ("UPDATE attempt SET status = 'paid' WHERE id = 1", "应记账"),
    ("UPDATE attempt SET fen = fen + 1 WHERE id = 1", "金额与义务不同"),
    ("UPDATE attempt SET status = 'rejected', alive = false WHERE id = 1", "已终止而仍占用"),
    ("UPDATE payee_account SET number = '999999' WHERE id = 1", "指纹不符"),
    ("UPDATE payee_account SET verified_by = 'gao' WHERE id = 1", "核实与日志不符"),
    ("UPDATE obligation SET fen = fen - 1 WHERE id = 1", "不相符"),
)


@pytest.fixture
def finance(database: Engine) -> FinanceOffice:
    """A released batch, a proposed one, an account, a receipt: all in order."""
    office = FinanceOffice(database)
    first = office.ready("甲实验室")[0]
    ref = office.propose(second_checker_above=0).ref
    office.approve(ref)
    office.approve(ref, person=SECOND)
    office.release(ref, person=RELEASER)
    office.award("乙实验室")
    office.account("乙实验室")
    office.propose()
    given = {"recovered": "5元"}
    office.office.act(first, "report", "revoke", "office", "2021-02-02T09:00", given, person=HEAD, reason="虚假")
    recovery.receive(
        database,
        5,
        300,
        received=day("2021-03-01"),
        reference="R1",
        person=MAKER,
        now=at("2021-03-01T09:00"),
        books=BOOKS,
    )
    assert verify(database).problems == ()
    counts = verify(database).counts
    assert (counts["batches"], counts["attempts"], counts["receipts"]) == (2, 2, 1) and counts["journals"] > 8
    return office


@pytest.mark.parametrize(("statement", "told"), TAMPERED, ids=[what for what, _ in TAMPERED])
def test_what_was_altered_is_found(finance: FinanceOffice, statement: str, told: str) -> None:
    with transaction(finance.engine) as connection:
        assert connection.execute(text(statement)).rowcount == 1
    problems = verify(finance.engine).problems
    assert any(told in problem for problem in problems), problems


def test_money_posted_that_no_payment_made_is_found(finance: FinanceOffice) -> None:
    from models import Account
    from shixian.casework.ledger import Posting, post

    moves = {Account.PAID: 100, Account.RESERVED: -100}
    again = [
        Posting("paid:nobody", moves, day("2021-03-01"), "x", 3, "lab", 2021),
        Posting("recovered:2:0", {Account.BUDGET: 1, Account.RECOVERED: -1}, day("2021-03-01"), "x", 2, "lab", 2021),
    ]
    with transaction(finance.engine) as connection:
        post(connection, again, recorded_at=at("2021-03-01T10:00"), person="x")
    problems = " ".join(verify(finance.engine).problems)
    assert "paid:nobody 没有相应的支付" in problems and "recovered:2:0 没有相应的到账登记" in problems


def test_the_counts_stand_in_the_report(finance: FinanceOffice) -> None:
    first = verify(finance.engine).lines()[0]
    assert "批次 2" in first and "支付 2" in first and "追回到账 1" in first
    assert batches.show(finance.engine, "B-2021-0001").row["releaser"] == RELEASER.key != CHECKER.key
