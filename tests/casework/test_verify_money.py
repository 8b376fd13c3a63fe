"""Every figure about money that somebody alters behind our back is found and named."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from shixian.casework.database import transaction
from shixian.casework.money import batches, recovery
from shixian.casework.money.attempts import Told, claim_next, settle
from shixian.casework.money.statements import take_lines
from shixian.casework.verify import verify
from shixian.treasury.port import StatementLine
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
    # What a reviewer found to be unseen: a state, a person, an account, a year that no journal tells.
    ("UPDATE attempt SET account_id = 2 WHERE id = 1", "账户或金额与批次中复核的不同"),
    ("UPDATE attempt SET status = 'unknown' WHERE id = 1", "日志没有记载"),
    ("UPDATE attempt SET status = 'sent' WHERE id = 1", "日志末次记为 planned"),
    ("UPDATE batch SET status = 'approved', releaser = NULL WHERE id = 1", "日志有 released"),
    ("UPDATE batch SET maker = 'x' WHERE id = 1", "编制、修改、放行人与日志不符"),
    ("UPDATE batch SET releaser = 'x' WHERE id = 1", "编制、修改、放行人与日志不符"),
    ("UPDATE batch SET approvals = 1 WHERE id = 1", "人数与日志不符"),
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
    from shixian.casework.money.ledger import Posting, post

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


def _past_the_triggers(finance: FinanceOffice, *statements: str) -> tuple[str, ...]:
    """What a superuser does, who switches the triggers off."""
    with transaction(finance.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('batch_approval')"
            for name in connection.scalars(text(triggers)).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount >= 1
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = DEFAULT"))
    return verify(finance.engine).problems


def test_an_approval_by_another_is_found(finance: FinanceOffice) -> None:
    problems = _past_the_triggers(finance, "UPDATE batch_approval SET person = 'x' WHERE batch_id = 1 AND number = 1")
    assert any("复核人与日志不符" in one for one in problems), problems


def test_an_unknown_payment_set_to_refused_so_that_it_is_paid_once_more_is_found(database: Engine) -> None:
    """Everything made to agree but the journal: the line let go, the appropriation freed."""
    finance = FinanceOffice(database)
    finance.ready()
    finance.release(finance.approved().ref)
    when = {"now": at("2021-02-01T12:00"), "person": RELEASER}
    claims = claim_next(finance.engine, "B-2021-0001", 1, books=BOOKS, **when)  # type: ignore[arg-type]
    told = [(claims[0].key, Told("unknown"))]
    settle(finance.engine, told, legal_day=day("2021-02-01"), **when)  # type: ignore[arg-type]
    assert verify(finance.engine).problems == ()
    problems = _past_the_triggers(
        finance,
        f"UPDATE attempt SET status = 'rejected', alive = false WHERE key = '{claims[0].key}'",
        "UPDATE batch_line SET alive = false WHERE batch_id = 1 AND obligation_id ="
        f" (SELECT obligation_id FROM attempt WHERE key = '{claims[0].key}')",
        f"UPDATE appropriation SET committed = committed - {claims[0].fen}",
    )
    assert any("日志末次记为 unknown" in one for one in problems), problems


def test_an_attempt_or_a_statement_line_that_is_gone_is_found(finance: FinanceOffice) -> None:
    line = StatementLine("R9", "", 5, "out", day("2021-02-01"), "", "", "")
    given = {"legal_day": day("2021-02-01"), "now": at("2021-02-01T18:00"), "person": CHECKER}
    take_lines(finance.engine, "bank", "S", [line], **given)  # type: ignore[arg-type]
    assert verify(finance.engine).problems == ()
    with transaction(finance.engine) as connection:
        connection.execute(text("DELETE FROM statement_line"))
        connection.execute(text("UPDATE batch_line SET alive = false WHERE batch_id = 1"))
        connection.execute(text("UPDATE appropriation SET committed = committed - 60000000"))
        connection.execute(text("DELETE FROM attempt"))
    problems = verify(finance.engine).problems
    assert any("有支付 0 笔，日志记有 2 笔" in one for one in problems), problems
    assert any("对账来源 bank 有流水 0 行，日志记有 1 行" in one for one in problems), problems


def test_money_granted_that_no_journal_tells_is_found(finance: FinanceOffice) -> None:
    from models import Account
    from shixian.casework.money.ledger import Posting, post

    moves = {Account.APPROPRIATION: 100, Account.BUDGET: -100}
    posting = Posting("grant:lab:2021:99", moves, day("2021-03-01"), "x", None, "lab", 2021)
    with transaction(finance.engine) as connection:
        post(connection, [posting], recorded_at=at("2021-03-01T10:00"), person="x")
        connection.execute(text("UPDATE appropriation SET fen = fen + 100"))
    assert any("日志为" in one for one in verify(finance.engine).problems)


def test_a_payment_booked_in_another_year_is_found(finance: FinanceOffice) -> None:
    from models import Account
    from shixian.casework.money.ledger import Posting, post

    moves = {Account.RESERVED: 7, Account.APPROPRIATION: -7}
    back = {name: -fen for name, fen in moves.items()}
    both = [
        Posting("reyear:x:in", moves, day("2021-03-01"), "x", 1, "lab", 2023),
        Posting("reyear:x:out", back, day("2021-03-01"), "x", 1, "lab", 2022),
    ]
    with transaction(finance.engine) as connection:
        post(connection, both, recorded_at=at("2021-03-01T10:00"), person="x")
    assert any("在 2022 年度的预留为 -7 分" in one for one in verify(finance.engine).problems)
