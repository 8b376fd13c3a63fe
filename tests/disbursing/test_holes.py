"""Where two ways of paying meet, and what a statement file may say, with a real bank process: a reviewer's search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from models import case_file, statement_line
from shixian.casework.database import reading, transaction
from shixian.casework.money import appropriations, attempts, batches
from shixian.casework.money.attempts import claim_next
from shixian.casework.money.settling import PaymentError
from shixian.casework.money.unsettled import waiting_for_people
from shixian.casework.staff.people import Role
from shixian.desk.config import DeskConfig
from shixian.disbursing.by_file import order, take_report
from shixian.disbursing.reconcile import Reconciled, reconcile_file
from shixian.disbursing.treasury import open_treasury
from shixian.rules.errors import CaseworkError
from shixian.rules.money import MAXIMUM_FEN
from shixian.treasury import wire
from shixian.treasury.files import FilesConfig, FileTreasury
from shixian.treasury.iso20022 import camt053
from shixian.treasury.iso20022.pain001 import Debtor
from shixian.treasury.iso20022.reading import MalformedFile
from shixian.treasury.port import Statement, StatementLine, TreasuryError
from tests.desk.api_house import caller, post
from tests.disbursing.bank import NOW, Payments
from tests.faults.world import BANK, CHECKER, DAY, LIFECYCLE, RELEASER, fill
from tests.lifecycles import BOOKS
from tests.treasury.bank_files import ACCOUNT, Detail, Entry, Status, statement, status_report


@pytest.fixture
def files(tmp_path: Path) -> FileTreasury:
    (tmp_path / "in").mkdir()
    return FileTreasury(
        FilesConfig(tmp_path / "out", tmp_path / "in", Debtor("样例财政局", ACCOUNT, BANK)), lambda: NOW
    )


def ordered(payments: Payments, files: FileTreasury) -> Path:
    return order(payments.engine, payments.ref, person=RELEASER, files=files, now=NOW, books=BOOKS).path


def killed(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


# -- over the gateway and by file ------------------------------------------------------------------------------------


def test_what_may_have_left_over_the_gateway_does_not_leave_by_file(payments: Payments, files: FileTreasury) -> None:
    """Killed after the intents: the gateway may have them. An order with the same payments would pay them again."""
    batches.authorize_release(payments.engine, payments.ref, person=RELEASER, now=NOW, books=BOOKS)
    claim_next(payments.engine, payments.ref, 3, now=NOW, person=RELEASER, books=BOOKS)
    with pytest.raises(PaymentError, match="不得改以文件支付"):
        ordered(payments, files)
    assert files.ordered(payments.ref) is None and payments.statuses() == ["intended"] * 3 + ["planned"] * 3
    assert payments.release().complete and payments.times() == [1] * 6
    payments.sound()


@pytest.mark.parametrize("settled", [False, True])
def test_what_left_by_file_is_neither_sent_nor_asked_over_the_gateway(
    payments: Payments, files: FileTreasury, monkeypatch: pytest.MonkeyPatch, settled: bool
) -> None:
    """The gateway would say that it never had these keys, and they would be sent once more."""
    if settled:
        ordered(payments, files)
    else:
        with monkeypatch.context() as patch:
            patch.setattr(attempts, "settle", killed)
            with pytest.raises(KeyboardInterrupt):
                ordered(payments, files)
    before = payments.statuses()
    for way in (payments.release, payments.inquire):
        with pytest.raises(PaymentError, match="以指令文件支付"):
            way()
    with pytest.raises(PaymentError, match="以指令文件支付"):
        claim_next(payments.engine, payments.ref, 3, now=NOW, person=RELEASER, books=BOOKS)
    assert payments.statuses() == before and payments.times() == [0] * 6
    ordered(payments, files)
    assert payments.statuses() == ["sent"] * 6


@pytest.mark.parametrize("settled", [False, True])
def test_an_order_the_bank_has_taken_away_is_not_written_again(
    payments: Payments, files: FileTreasury, monkeypatch: pytest.MonkeyPatch, settled: bool
) -> None:
    """The bank's software moves what it reads. Killed before anything was noted, file and money are gone."""
    if settled:
        ordered(payments, files)
    else:
        with monkeypatch.context() as patch:
            patch.setattr(attempts, "settle", killed)
            with pytest.raises(KeyboardInterrupt):
                ordered(payments, files)
    files.order_file(payments.ref).unlink()
    ordered(payments, files)
    assert not files.order_file(payments.ref).exists() and payments.statuses() == ["sent"] * 6
    assert files.ordered(payments.ref) == {row.key for row in payments.attempts()}


def test_a_line_objected_to_after_the_crash_does_not_keep_the_others_from_being_noted(
    payments: Payments, files: FileTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intents without a file; then one payee's account changes. The rest goes; that one waits, visibly."""
    with monkeypatch.context() as patch:
        patch.setattr(files, "submit", killed)
        with pytest.raises(KeyboardInterrupt):
            ordered(payments, files)
    with transaction(payments.engine) as connection:
        connection.execute(update(case_file).where(case_file.c.id == 2).values(status="suspended"))
    with pytest.raises(CaseworkError, match="不在指令文件.*现不得付款，未重发"):
        ordered(payments, files)
    assert sorted(payments.statuses()) == ["intended"] * 2 + ["sent"] * 4


def test_a_payment_that_cannot_be_written_keeps_nothing_else_back(
    payments: Payments, files: FileTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = attempts._claimed

    def too_long(row: Any, *given: Any, **named: Any) -> Any:
        claim = made(row, *given, **named)
        return replace(claim, remittance="附" * 141) if row["key"] == payments.attempts()[0].key else claim

    monkeypatch.setattr(attempts, "_claimed", too_long)
    with pytest.raises(TreasuryError, match="不得截断"):
        ordered(payments, files)
    assert payments.statuses() == ["planned"] * 6 and files.ordered(payments.ref) is None
    ordered(payments, files)
    assert payments.statuses() == ["planned"] + ["sent"] * 5
    assert [one.key for one in waiting_for_people(payments.engine)] == [payments.attempts()[0].key]


def test_a_report_says_nothing_of_what_left_over_the_gateway(payments: Payments, files: FileTreasury) -> None:
    payments.bank.faults(lost_reply=True, no_queries=True)
    payments.release()
    row = payments.attempts()[0]
    path = files._config.inbox / "report.xml"
    path.write_bytes(status_report(Status(row.key, "RJCT", row.fen), original="B-2021-0999"))
    done = take_report(payments.engine, path, person=RELEASER, files=files, now=NOW)
    assert done.recorded == 0 and len(done.unmatched) == 1 and payments.statuses() == ["unknown"] * 6


# -- statements in files ---------------------------------------------------------------------------------------------


def entries(payments: Payments) -> list[Entry]:
    """The first three payments, and an entry without a key: the account's interest."""
    rows = payments.attempts()[:3]
    paid = [Entry(row.fen, [Detail(row.key, name="某实验室")], reference=f"R{n}") for n, row in enumerate(rows)]
    return [*paid, Entry(77, [Detail("NOTPROVIDED")], "CRDT", reference="INT")]


def taken(payments: Payments, file: Path, data: bytes) -> list[Reconciled]:
    file.write_bytes(data)
    return reconcile_file(payments.engine, file, day=DAY, person=CHECKER, now=lambda: NOW)


def lines(payments: Payments) -> list[tuple[str, str]]:
    with reading(payments.engine) as connection:
        rows = connection.execute(select(statement_line).order_by(statement_line.c.id)).all()
    return [(row.reference, row.finding) for row in rows]


def test_a_camt_file_settles_matches_and_lists(payments: Payments, tmp_path: Path) -> None:
    """Nothing was told over the wire; the file of the day says what became of three of the six."""
    payments.bank.faults(lost_reply=True, no_queries=True)
    payments.release()
    (found,) = taken(payments, tmp_path / "camt.xml", statement(*entries(payments)))
    assert found.source == f"camt.053:{ACCOUNT}" and found.lines == 4 and not found.agrees
    assert lines(payments) == [("R0", "matched"), ("R1", "matched"), ("R2", "matched"), ("INT:in", "received")]
    assert payments.statuses() == ["paid"] * 3 + ["unknown"] * 3
    (again,) = taken(payments, tmp_path / "camt.xml", statement(*entries(payments)))
    assert again.taken.known == 4 and not again.taken.findings
    row = payments.attempts()[0]
    back = Entry(row.fen, [Detail(row.key, returned="AC04")], "CRDT", reference="R0")
    (later,) = taken(payments, tmp_path / "next.xml", statement(back, reference="STMT-2"))
    assert {finding.value: number for finding, number in later.taken.findings.items()} == {"returned": 1}
    assert payments.statuses()[0] == "returned"
    payments.sound()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data.replace(b'Ccy="CNY">300000', b'Ccy="USD">300000', 1), "币种"),
        (lambda data: data.replace(b"<Ccy>CNY</Ccy>", b"<Ccy>XTS</Ccy>").replace(b"ns0:", b"ns0:"), "币种"),
        (lambda data: data.replace(b"300000.00", b"300000.001", 1), "不足一分"),
        (lambda data: data.replace(b"300000.00", b"99999999999999999.00", 1), "上限"),
        (lambda data: data[: len(data) // 2], "不是完整的 XML"),
        (lambda data: data.replace(b"camt.053.001.08", b"camt.052.001.08"), "应为"),
        (lambda data: b"", "XML"),
    ],
)
def test_a_wrong_camt_file_takes_nothing(payments: Payments, tmp_path: Path, change: Any, why: str) -> None:
    payments.bank.faults(lost_reply=True, no_queries=True)
    payments.release()
    whole = statement(*entries(payments))
    data = change(whole.replace(b"300000.0<", b"300000.00<").replace(b">300000<", b">300000.00<"))
    assert data != whole
    with pytest.raises(MalformedFile, match=why):
        taken(payments, tmp_path / "camt.xml", data)
    assert lines(payments) == [] and payments.statuses() == ["unknown"] * 6
    payments.sound()


def test_of_another_day_nothing_is_taken(payments: Payments, tmp_path: Path) -> None:
    payments.release()
    with pytest.raises(CaseworkError, match="不是 2021-03-01 的"):
        taken(payments, tmp_path / "camt.xml", statement(Entry(1, [Detail("k")], reference="R", day="2021-02-28")))
    assert lines(payments) == []


def test_an_amount_no_database_can_hold_is_refused_where_it_is_read() -> None:
    for fen in (MAXIMUM_FEN + 1, 2**63, 10**30):
        line = StatementLine("R", "k", fen, "out", DAY, "", "", "")
        with pytest.raises(ValueError, match="fen"):
            wire.read_statement(wire.statement_bytes(Statement("bank", "S", DAY, (line,))), DAY)
    big = (
        statement(Entry(100, [Detail("k")], reference="R"))
        .replace(b">1.00<", b">1<")
        .replace(b">1<", b">" + b"9" * 18 + b"<")
    )
    with pytest.raises(MalformedFile, match="上限"):
        camt053.read(big)


# -- settings and other doors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "why"), [("", "未设定"), ("   ", "未设定"), (" k", "空格"), ("k\n", "空格")])
def test_a_signing_key_that_is_none_is_said_clearly(monkeypatch: pytest.MonkeyPatch, key: str, why: str) -> None:
    monkeypatch.setenv("SHIXIAN_TREASURY_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SHIXIAN_TREASURY_KEY", key)
    with pytest.raises(CaseworkError, match=why) as refused:
        open_treasury()
    assert "SHIXIAN_TREASURY_KEY" in str(refused.value) and refused.value.remedy


def test_an_address_that_is_none_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIXIAN_TREASURY_KEY", "k")
    for url in ("", "  "):
        monkeypatch.setenv("SHIXIAN_TREASURY_URL", url)
        with pytest.raises(CaseworkError, match="SHIXIAN_TREASURY_URL"):
            open_treasury()
    monkeypatch.setenv("SHIXIAN_TREASURY_URL", "ftp://bank")
    with pytest.raises(TreasuryError, match="地址有误"):
        open_treasury()


def test_the_api_asks_for_as_many_checkers_as_the_settings_do(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 1, granted="1万元")
    desk = DeskConfig(database, books=BOOKS, now=lambda: NOW)
    monkeypatch.setenv("SHIXIAN_SECOND_CHECKER_ABOVE", "100元")
    maker = caller(desk, Role.FINANCE_MAKER, name="api-maker")
    made = post(maker, "/batches", {"lifecycle": LIFECYCLE, "as_of": "2021-03-01"})
    assert made.status_code == 201 and made.json()["approvals"] == 2, made.text


def test_the_api_does_not_release_with_fewer_checkers_than_the_settings_ask_by_now(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 1, granted="1万元")
    desk = DeskConfig(database, books=BOOKS, now=lambda: NOW)
    maker = caller(desk, Role.FINANCE_MAKER, name="api-maker")
    body = post(maker, "/batches", {"lifecycle": LIFECYCLE, "as_of": "2021-03-01"}).json()
    checker = caller(desk, Role.FINANCE_CHECKER, name="api-checker")
    assert post(checker, f"/batches/{body['ref']}/approve", {"content": body["content"]}).status_code == 200
    monkeypatch.setenv("SHIXIAN_SECOND_CHECKER_ABOVE", "100元")
    other = caller(desk, Role.FINANCE_CHECKER, name="api-releaser")
    refused = post(other, f"/batches/{body['ref']}/release")
    assert refused.status_code == 422 and "须 2 人复核" in refused.text, refused.text
    assert appropriations.appropriations(database)[0].committed == body["fen"]
