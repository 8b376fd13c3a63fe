"""Statements against attempts and ledger: every kind of finding, twice the same, nothing inferred from silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from models import Account, batch_line, statement_line
from shixian.casework.database import reading
from shixian.casework.money import batches, ledger
from shixian.casework.money.attempts import claim_next
from shixian.casework.money.statements import Finding, resolve_line, to_repair
from shixian.disbursing.reconcile import Reconciled, reconcile_file, take_statement
from shixian.rules.errors import CaseworkError, Conflict, NotPermitted
from shixian.treasury.port import Statement, StatementLine, TreasuryError
from tests.casework.office import AUDITOR
from tests.disbursing.bank import NOW, Payments
from tests.faults.world import CHECKER, DAY, OTHER_CHECKER, RELEASER, approved_batch
from tests.lifecycles import BOOKS


def findings(found: Reconciled) -> dict[str, int]:
    return {finding.value: number for finding, number in found.taken.findings.items()}


def own(payments: Payments, number: int = 0, **other: object) -> StatementLine:
    """A line as the bank would book the attempt of this number."""
    row = payments.attempts()[number]
    line = StatementLine(f"X{number}", row.key, row.fen, "out", DAY, "某实验室", "622***1", "附言")
    return replace(line, **other)


def take(payments: Payments, *lines: StatementLine, source: str = "bank") -> Reconciled:
    return take_statement(payments.engine, Statement(source, "S-1", DAY, tuple(lines)), person=CHECKER, now=lambda: NOW)


def mine(payments: Payments, found: Reconciled) -> Sequence[str]:
    keys = {row.key for row in payments.attempts()}
    with reading(payments.engine) as connection:
        rows = connection.execute(select(statement_line).order_by(statement_line.c.id)).all()
    assert found.lines == len(rows)
    return [row.finding for row in rows if row.key in keys]


def test_a_statement_of_the_bank_matches_and_twice_changes_nothing(payments: Payments) -> None:
    payments.release()
    found = payments.reconcile()
    assert mine(payments, found) == ["matched"] * 6 and found.absent == 0
    again = payments.reconcile()
    assert (again.taken.known, findings(again)) == (found.lines, {})
    payments.sound()


def test_what_the_bank_paid_and_we_were_not_told_is_paid(payments: Payments) -> None:
    payments.bank.faults(lost_reply=True, no_queries=True)
    payments.release()
    assert payments.statuses() == ["unknown"] * 6
    payments.reconcile()
    assert payments.statuses() == ["paid"] * 6 and payments.times() == [1] * 6
    payments.release()
    assert payments.times() == [1] * 6
    payments.sound()


def test_a_return_is_reversed_and_a_new_attempt_pays(payments: Payments) -> None:
    payments.bank.faults(return_after_days=3)
    payments.release()
    payments.bank.faults()
    payments.reconcile()
    assert payments.statuses() == ["paid"] * 6
    later = payments.reconcile(days=3)
    assert mine_of(later) == {"returned": 6}
    assert payments.statuses() == ["returned"] * 6
    with reading(payments.engine) as connection:
        balances = ledger.balances(connection)
        assert connection.scalars(select(batch_line.c.alive)).all() == [False] * 6
    assert balances[Account.PAID] == -balances[Account.RETURNED] == 6 * 30_000_000
    assert balances[Account.RESERVED] == 6 * 30_000_000
    payments.reconcile(days=3)
    second = approved_batch(payments.engine)
    payments.release(second)
    assert payments.statuses() == ["returned"] * 6 + ["paid"] * 6 and payments.times() == [1] * 12
    payments.reconcile()
    payments.sound()


def mine_of(found: Reconciled) -> dict[str, int]:
    return {name: number for name, number in findings(found).items() if name != "unknown_to_us"}


def test_paid_by_the_bank_but_unknown_to_us_is_an_alarm(payments: Payments) -> None:
    payments.release()
    found = take(payments, own(payments, key="f" * 32, reference="Y1"))
    assert findings(found) == {"unknown_to_us": 1} and "银行已付而本库没有" in found.taken.alarms[0]
    assert not found.agrees


def test_another_amount_is_an_alarm_and_changes_nothing(payments: Payments) -> None:
    payments.bank.faults(lost_reply=True, no_queries=True)
    payments.release()
    found = take(payments, own(payments, fen=1))
    assert findings(found) == {"amount_differs": 1} and len(found.taken.alarms) == 1
    assert payments.statuses() == ["unknown"] * 6


def test_paid_twice_at_the_bank_is_an_alarm(payments: Payments) -> None:
    payments.release()
    found = take(payments, own(payments), own(payments, reference="X0-again"))
    assert findings(found) == {"matched": 1, "duplicate": 1} and "重复支付" in found.taken.alarms[0]
    payments.sound()


def test_the_same_entry_from_another_source_is_no_duplicate(payments: Payments) -> None:
    payments.release()
    take(payments, own(payments))
    assert findings(take(payments, own(payments), source="file")) == {"repeated": 1}


def test_a_line_that_changed_is_an_alarm_and_not_taken_again(payments: Payments) -> None:
    payments.release()
    take(payments, own(payments))
    found = take(payments, own(payments, fen=5))
    assert findings(found) == {} and "前后不一致" in found.taken.alarms[0]


def test_a_line_without_a_key_goes_to_the_repair_list_until_a_person_settles_it(payments: Payments) -> None:
    payments.release()
    found = take(payments, own(payments, key="", reference="Z"), own(payments, key="", reference="I", direction="in"))
    assert findings(found) == {"unmatched": 1, "received": 1}
    rows = to_repair(payments.engine)
    assert [Finding(row["finding"]) for row in rows] == [Finding.UNMATCHED, Finding.RECEIVED]
    given = {"resolution": "利息", "legal_day": DAY, "now": NOW}
    with pytest.raises(NotPermitted):
        resolve_line(payments.engine, rows[0]["id"], person=AUDITOR, **given)  # type: ignore[arg-type]
    resolve_line(payments.engine, rows[0]["id"], person=CHECKER, **given)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        resolve_line(payments.engine, rows[0]["id"], person=OTHER_CHECKER, **given)  # type: ignore[arg-type]
    assert len(to_repair(payments.engine)) == 1
    payments.sound()


def test_missing_on_the_statement_is_listed_and_stays_paid(payments: Payments) -> None:
    payments.release()
    found = take(payments, own(payments))
    assert found.absent == 5 and len(found.missing) == 5 and payments.statuses() == ["paid"] * 6
    assert {one.batch for one in found.missing} == {payments.ref}


def test_paid_though_it_had_been_refused_is_an_alarm_and_blocks_a_second_payment(payments: Payments) -> None:
    payments.bank.faults(refuse=True)
    payments.release()
    found = take(payments, own(payments))
    assert findings(found) == {"contrary": 1} and found.taken.alarms
    assert payments.statuses() == ["paid"] + ["rejected"] * 5
    with reading(payments.engine) as connection:
        assert ledger.balances(connection)[Account.PAID] == 30_000_000


def test_returned_before_we_knew_it_was_paid(payments: Payments) -> None:
    payments.bank.faults(lost_reply=True, no_queries=True)
    payments.release()
    found = take(payments, own(payments, direction="returned", reference="R"), own(payments))
    assert findings(found) == {"returned": 1, "matched": 1} and payments.statuses()[0] == "returned"
    assert Counter(payments.statuses()) == {"returned": 1, "unknown": 5}


def test_only_finance_reconciles(payments: Payments) -> None:
    with pytest.raises(NotPermitted):
        take_statement(payments.engine, Statement("b", "s", DAY, ()), person=AUDITOR, now=lambda: NOW)


def test_claimed_and_never_sent_is_not_paid_by_silence(payments: Payments) -> None:
    batches.authorize_release(payments.engine, payments.ref, person=RELEASER, now=NOW, books=BOOKS)
    claim_next(payments.engine, payments.ref, 6, now=NOW, person=RELEASER, books=BOOKS)
    found = take(payments)
    assert payments.statuses() == ["intended"] * 6 and found.absent == 0


def test_a_malformed_file_takes_nothing(payments: Payments, tmp_path: Path) -> None:
    file = tmp_path / "camt.xml"
    file.write_text("<Document><BkToCstmrStmt>", encoding="utf-8")
    with pytest.raises((TreasuryError, CaseworkError)):
        reconcile_file(payments.engine, file, person=CHECKER, now=lambda: NOW)
    with pytest.raises(TreasuryError, match="不能读取"):
        reconcile_file(payments.engine, tmp_path / "none.xml", person=CHECKER, now=lambda: NOW)
    with reading(payments.engine) as connection:
        assert connection.execute(select(statement_line)).all() == []
