"""The books at the desk: accounts, recoveries, appropriations, inquiries and statements, each with who may do it."""

from __future__ import annotations

import re

from models import AttemptStatus
from shixian.casework.money.appropriations import appropriations
from shixian.casework.money.payees import accounts
from shixian.casework.money.recovery import recoveries
from tests.casework.office import HEAD
from tests.casework.treasury_office import CHECKER, MAKER, RELEASER, SECOND
from tests.desk.money_office import ALL_ROLES, NUMBER, MoneyDesk, disabled, statuses, unknown_payment, words
from tests.disbursing.bank import Bank
from tests.treasury.bank_files import Detail, Entry, statement


def test_an_account_is_verified_by_another_and_never_shown_whole(house: MoneyDesk) -> None:
    given = {"payee": "甲实验室", "number": NUMBER, "bank": "102290000018", "bank_name": "工商银行"}
    assert house.post(ALL_ROLES, "/finance/accounts", given).status_code == 303
    number = accounts(house.engine)[0].id
    assert "录入与核实分离" in disabled(house.get(ALL_ROLES, "/finance/accounts"))["核实"]
    assert house.post(ALL_ROLES, f"/finance/accounts/{number}/verify").status_code == 403
    assert house.post(CHECKER, f"/finance/accounts/{number}/verify").status_code == 303
    wrong = house.post(MAKER, "/finance/accounts", {**given, "number": NUMBER + "x"})
    assert wrong.status_code == 422 and NUMBER not in wrong.text


def test_money_comes_back_in_instalments_and_never_beyond(house: MoneyDesk) -> None:
    ref = house.finance.ready()[0]
    given = {"recovered": "10万元"}
    house.finance.office.act(ref, "report", "revoke", "office", "2021-01-25T09:00", given, person=HEAD, reason="虚假")
    owed = recoveries(house.engine)[0]
    one = {"amount": "4万元", "received": "2021-02-01", "reference": "回单-1"}
    path = f"/finance/recoveries/{owed.id}"
    assert house.post(MAKER, path, one).status_code == 303
    beyond = house.post(MAKER, path, {**one, "amount": "7万元", "reference": "回单-2"})
    assert beyond.status_code == 422 and "尚欠 60,000.00元" in beyond.text and owed.clause in beyond.text
    said = words(house.get(MAKER, "/finance/recoveries"))
    assert "尚欠 60,000.00元" in said and "回单-1" in said
    assert house.post(MAKER, "/finance/recoveries/999", one).status_code == 404


def test_granting_and_the_year_end(house: MoneyDesk) -> None:
    given = {"programme": "lab", "year": "2021", "amount": "500万元", "because": "预算〔2021〕9号"}
    assert house.post(MAKER, "/finance/appropriations", given).status_code == 303
    assert appropriations(house.engine)[0].fen == 500_000_000
    close = {"line": "lab:2021", "rule": "lapse", "because": "批复〔2022〕1号"}
    early = house.post(MAKER, "/finance/appropriations/close", close)
    assert early.status_code == 422 and "尚未终了" in early.text
    assert "第四十二条" in disabled(house.get(MAKER, "/finance/appropriations"))["结账"]
    for wrong in ({**close, "line": "lab"}, {**close, "rule": "keep"}, {**close, "line": "no:2021"}):
        assert house.post(MAKER, "/finance/appropriations/close", wrong).status_code in (404, 422)
    house.clock.at("2022-01-04T09:00")
    house.browsers.clear()
    assert "余额全部收回预算" in house.get(MAKER, "/finance/appropriations")
    assert house.post(MAKER, "/finance/appropriations/close", close).status_code == 303
    assert appropriations(house.engine)[0].closed_on is not None


def test_what_stays_unknown_is_resolved_by_another_on_the_banks_proof(house: MoneyDesk, paying: Bank) -> None:
    ref = unknown_payment(house, paying)
    assert AttemptStatus.UNKNOWN in statuses(house), house.job(f"pay:{ref}")
    page = house.get(SECOND, "/finance/inquiries")
    key = re.search(r"/finance/inquiries/([0-9a-f]{32})", page)
    assert key is not None and ref in page and "结果不明" in page
    assert "编制人、放行人不得认定" in disabled(house.get(RELEASER, "/finance/inquiries"))["认定"]
    given = {"outcome": "paid", "reason": "网银核实", "proof": "回单20210201-77"}
    path = f"/finance/inquiries/{key[1]}"
    assert house.post(RELEASER, path, given).status_code == 403
    assert house.post(SECOND, path, {**given, "proof": ""}).status_code == 422
    assert house.post(SECOND, path, {**given, "outcome": "forgotten"}).status_code == 422
    assert house.post(SECOND, path, given).status_code == 303
    assert AttemptStatus.PAID in statuses(house)
    paying.faults()
    asked = house.post(CHECKER, f"/finance/batches/{ref}/inquire")
    assert asked.status_code == 303 and house.job(f"pay:{ref}").state == "done"


def test_a_statement_file_is_read_and_its_odd_line_resolved(house: MoneyDesk) -> None:
    house.finance.ready()
    file = statement(Entry(500_000, [Detail(key="0" * 32, name="某人", text=f"转账 {NUMBER}")], reference="R-1"))
    sent = {"statement": ("day.xml", file, "application/xml")}
    done = house.browser(CHECKER).post("/finance/reconciliation/file", files=sent)
    assert done.status_code == 200, words(done.text)
    assert "银行已付而本库没有" in done.text and "警报" in done.text and NUMBER not in done.text
    assert "银行已付而本库没有" in house.get(MAKER, "/finance")
    line = re.search(r"/finance/reconciliation/lines/(\d+)", done.text)
    assert line is not None
    path = f"/finance/reconciliation/lines/{line[1]}"
    assert house.post(CHECKER, path).status_code == 422
    assert house.post(CHECKER, path, {"resolution": "他单位误入，已退"}).status_code == 303
    assert house.post(CHECKER, path, {"resolution": "再"}).status_code == 409
    broken = {"statement": ("day.xml", b"<Document", "application/xml")}
    assert house.browser(CHECKER).post("/finance/reconciliation/file", files=broken).status_code == 422
    assert house.browser(CHECKER).post("/finance/reconciliation/file", files={"x": ("", b"")}).status_code == 422
