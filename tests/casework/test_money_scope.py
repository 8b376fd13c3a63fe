"""Finance staff of one province see no accounts, lines or journals of another; what is nobody's yet is everybody's."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, text

from models import journal_event
from shixian.casework.database import reading, transaction
from shixian.casework.money import payees
from shixian.casework.money.attempts import Told, claim_next, settle
from shixian.casework.money.scope import journal_visible
from shixian.casework.money.statements import missing, resolve_line, take_lines, to_repair
from shixian.rules.errors import NotFound
from shixian.treasury.port import StatementLine
from tests.casework.office import at, day
from tests.casework.treasury_office import CHECKER, RELEASER, SECOND, FinanceOffice
from tests.lifecycles import LIFECYCLES

OURS, OTHERS = frozenset({"lab-grant"}), frozenset({"lab-review"})
NOW = at("2021-02-01T12:00")


@pytest.fixture
def finance(database: Engine) -> FinanceOffice:
    """Paid once, with a statement that shows it with another sum, and a line of something else."""
    office = FinanceOffice(database)
    office.ready()
    office.release(office.approved().ref)
    one, two = claim_next(database, "B-2021-0001", 2, books=office.books, now=NOW, person=RELEASER)
    settle(
        database,
        [(claim.key, Told("paid", f"BANK{claim.key[:4]}")) for claim in (one, two)],
        legal_day=day("2021-02-01"),
        now=NOW,
        person=RELEASER,
    )
    lines = [
        StatementLine("S1", one.key, one.fen + 1, "out", day("2021-02-01"), "甲实验室", "1001", ""),
        StatementLine("S2", "", 5, "in", day("2021-02-01"), "某人", "", ""),
    ]
    take_lines(database, "bank", "S", lines, legal_day=day("2021-02-01"), now=NOW, person=CHECKER)
    office.account("未欠款单位", verified=False)
    return office


def test_accounts_are_those_of_payees_whom_the_province_owes(finance: FinanceOffice) -> None:
    assert {one.payee for one in payees.accounts(finance.engine, scope=OURS)} == {"甲实验室", "未欠款单位"}
    assert {one.payee for one in payees.accounts(finance.engine, scope=OTHERS)} == {"未欠款单位"}
    assert payees.accounts(finance.engine, payee="甲实验室", scope=OTHERS) == []
    entered = finance.account("甲实验室", "1001234509012345999", verified=False)
    with pytest.raises(NotFound):
        payees.verify_account(finance.engine, entered, person=SECOND, now=NOW, scope=OTHERS)
    assert payees.verify_account(finance.engine, entered, person=SECOND, now=NOW, scope=OURS).verified


def test_statement_lines_are_those_of_the_provinces_payments_and_of_none(finance: FinanceOffice) -> None:
    both = {row["reference"]: row["id"] for row in to_repair(finance.engine)}
    assert set(both) == {"S1", "S2"}
    assert {row["reference"] for row in to_repair(finance.engine, scope=OURS)} == {"S1", "S2"}
    assert {row["reference"] for row in to_repair(finance.engine, scope=OTHERS)} == {"S2"}
    said = {"resolution": "已查", "legal_day": day("2021-02-02"), "now": NOW, "person": CHECKER}
    with pytest.raises(NotFound):
        resolve_line(finance.engine, both["S1"], scope=OTHERS, **said)  # type: ignore[arg-type]
    resolve_line(finance.engine, both["S1"], scope=OURS, **said)  # type: ignore[arg-type]
    assert missing(finance.engine, day("2021-02-01"), scope=OURS) == missing(finance.engine, day("2021-02-01"))
    assert missing(finance.engine, day("2021-02-01"), scope=OTHERS) == (0, [])


def test_journals_are_those_of_the_provinces_batches_budgets_and_payees(finance: FinanceOffice) -> None:
    def names(scope: frozenset[str] | None) -> set[str]:
        query = select(journal_event.c.journal).where(journal_visible(scope, LIFECYCLES)).distinct()
        with reading(finance.engine) as connection:
            return set(connection.scalars(query))

    everything = names(None)
    assert {"batch:B-2021-0001", "appropriation:lab:2021", "payee:甲实验室", "statement:bank"} <= everything
    assert names(OURS) == everything
    assert {one.partition(":")[0] for one in names(frozenset())} == {"payee", "statement"}
    assert names(frozenset()) & {"payee:甲实验室", "batch:B-2021-0001", "appropriation:lab:2021"} == set()
    with transaction(finance.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM journal_event"))
