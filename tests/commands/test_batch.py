"""`batch`, `appropriation`, `account`, `recovery`, `year-end`, and the money in `case`: as finance people call them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from shixian.casework.database import open_database
from tests.casework.office import HEAD
from tests.casework.treasury_office import AWARDED, FinanceOffice
from tests.commands.stored import House, house

__all__ = ["house"]
NUMBER = "1001234509012345678"
BANK = ("--bank", "102290000018", "--bank-name", "工商银行上海分行")
PEOPLE = {"ma": "finance_maker", "mei": "finance_maker", "fu": "finance_checker", "gao": "finance_checker"}


@pytest.fixture
def finance(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Two awards, the people of the finance office, an appropriation and the first payee's account."""
    monkeypatch.delenv("SHIXIAN_SECOND_CHECKER_ABOVE", raising=False)
    engine = open_database(house.url)
    office = FinanceOffice(engine)
    office.award("甲实验室")
    office.award("乙实验室")
    engine.dispose()
    for key, role in PEOPLE.items():
        house.done("people", "add", key, role, "--name", key)
    house.done("appropriation", "grant", "lab-grant", "2021", "500万元", "--because", "文号", "--person", "ma")
    house.done("account", "enter", "甲实验室", "--number", NUMBER, *BANK, "--person", "ma")
    house.done("account", "verify", "1", "--person", "fu")
    yield house


def propose(finance: House, *more: str) -> dict[str, object]:
    told: dict[str, object] = finance.done("batch", "propose", "lab-grant", "--person", "ma", "--json", *more).data
    return told


def test_from_proposal_to_approval(finance: House) -> None:
    told = finance.done("batch", "propose", "lab-grant", "--as-of", "2021-02-01", "--person", "ma")
    assert "批次 B-2021-0001 已编制并冻结" in told.out and "600,000.00元（人民币陆拾万元整）" in told.out.replace(
        "（陆拾万元整）", "（人民币陆拾万元整）"
    )
    assert "未列入" in told.out and "乙实验室" in told.out and "没有账户" in told.out and NUMBER not in told.out
    shown = finance.done("batch", "show", "B-2021-0001", "--json").data
    assert (shown["count"], shown["fen"], shown["status"]) == (2, 2 * AWARDED, "proposed")
    assert [line["clause"] for line in shown["lines"]] == ["第六条"] * 2 and NUMBER not in json.dumps(shown)
    assert {one["code"] for one in shown["refusals"]} == {"no_account"}
    approved = finance.done("batch", "approve", "B-2021-0001", "--content", shown["content"], "--person", "fu")
    assert "已复核，可以放行" in approved.out
    status = finance.done("batch", "status", "B-2021-0001", "--json").data
    assert status["progress"] == {"waiting": {"count": 2, "fen": 2 * AWARDED}} and status["approvals_missing"] == 0
    assert "待放行：2 笔" in finance.done("batch", "status", "B-2021-0001").out
    listed = finance.done("batch", "list", "--status", "approved").out
    assert "B-2021-0001" in listed and "已复核" in listed
    assert finance.done("batch", "list", "--status", "done").out == "没有这样的批次\n"
    assert [one["ref"] for one in finance.done("batch", "list", "--json").data] == ["B-2021-0001"]


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        (("batch", "approve", "B-2021-0001", "--person", "ma"), "无权复核"),
        (("batch", "approve", "B-2021-0001"), "须写明由谁办理"),
        (("batch", "approve", "B-2021-0001", "--content", "0" * 64, "--person", "fu"), "不是批次"),
        (("batch", "revise", "B-2021-0001", "--drop", "1", "--person", "ma"), "不能由其修改"),
        (("batch", "revise", "B-2021-0001", "--drop", "9", "--person", "mei"), "没有第 9 笔"),
        (("batch", "cancel", "B-2021-0001", "--reason", " ", "--person", "ma"), "须写明理由"),
        (("batch", "show", "B-2021-0007"), "没有 B-2021-0007"),
        (("batch", "propose", "lab-grant", "--person", "ma"), "没有账户"),
        (("batch", "propose", "lab-grant", "--as-of", "2021-02-02", "--person", "ma"), "尚未到来"),
        (("batch", "propose", "nothing", "--person", "ma"), "nothing"),
        (("account", "verify", "9", "--person", "fu"), "没有账户 9"),
        (("account", "enter", "乙", "--number", "12", *BANK, "--person", "ma"), "数字"),
        (("appropriation", "grant", "nothing", "2021", "1元", "--because", "x", "--person", "ma"), "没有 nothing"),
        (("appropriation", "grant", "lab", "2021", "100", "--because", "x", "--person", "ma"), "未写单位"),
        (("appropriation", "grant", "lab", "2021", "0元", "--because", "x", "--person", "ma"), "大于零"),
        (("recovery", "receive", "1", "1元", "--reference", "R", "--person", "ma"), "应付的款项"),
        (("year-end", "lab", "2021", "--rule", "lapse", "--because", "x", "--person", "ma"), "尚未终了"),
    ],
)
def test_a_refusal_is_two_and_says_what_to_do(finance: House, tokens: tuple[str, ...], why: str) -> None:
    propose(finance)
    told = finance(*tokens)
    assert told.code == 2 and why in told.err and "处理办法：" in told.err and told.out == ""


def test_edit_and_cancel(finance: House) -> None:
    propose(finance)
    edited = finance.done("batch", "revise", "B-2021-0001", "--drop", "2", "--person", "mei")
    assert "批次 B-2021-0002 已由 B-2021-0001 改编" in edited.out and "编制 ma，修改 mei" in edited.out
    assert "已改编为 B-2021-0002" in finance.done("batch", "show", "B-2021-0001").out
    finance.done("batch", "cancel", "B-2021-0002", "--reason", "编错", "--person", "ma")
    lines = finance.done("appropriation", "list", "--json").data
    assert [(line["committed"], line["left"]) for line in lines] == [(0, 500_000_000)]
    assert "5,000,000.00元" in finance.done("appropriation", "list").out


def test_the_limit_is_that_of_the_settings(finance: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIXIAN_SECOND_CHECKER_ABOVE", "10万元")
    assert propose(finance)["approvals"] == 2
    told = finance.done("batch", "approve", "B-2021-0001", "--person", "fu")
    assert "还须 1 人复核" in told.out
    finance.done("batch", "cancel", "B-2021-0001", "--reason", "编错", "--person", "ma")
    monkeypatch.setenv("SHIXIAN_SECOND_CHECKER_ABOVE", "很多")
    refused = finance("batch", "propose", "lab-grant", "--person", "ma")
    assert refused.code == 2 and "金额界限不能读取" in refused.err and "SHIXIAN_SECOND_CHECKER_ABOVE" in refused.err


def test_accounts_show_no_number(finance: House) -> None:
    told = finance.done("account", "list")
    assert "****5678" in told.out and NUMBER not in told.out and "fu 2021-02-01" in told.out
    (one,) = finance.done("account", "list", "甲实验室", "--json").data
    assert one["account"] == "****5678" and NUMBER not in json.dumps(one)
    assert "没有这样的账户" in finance.done("account", "list", "丙实验室").out
    refused = finance("account", "verify", "1", "--person", "gao")
    assert refused.code == 2 and "已由 fu 核实" in refused.err


def test_a_case_shows_its_money(finance: House) -> None:
    propose(finance)
    told = finance.done("case", "LAB-G-2021-0001")
    assert "款项" in told.out and "（第六条）" in told.out and "批次 B-2021-0001 第1笔：待复核" in told.out
    data = finance.done("case", "LAB-G-2021-0001", "--json").data["money"]
    assert (data["to_pay"], data["to_recover"]) == (2 * AWARDED, 0)
    assert [one["batches"][0]["ref"] for one in data["obligations"]] == ["B-2021-0001"] * 2
    other = finance.done("case", "LAB-G-2021-0002").out
    assert "编制时未列入：收款人“乙实验室”没有账户" in other
    assert finance.done("case", "LAB-G-2021-0001", "--as-of", "2021-01-19", "--json").data["money"]["obligations"] == []


def test_recovery_in_parts(finance: House) -> None:
    assert finance.done("recovery", "list").out == "没有应追回的款项\n"
    engine = open_database(finance.url)
    given = {"recovered": "5元"}
    when = "2021-02-01T08:00"
    decided = FinanceOffice(engine).office.act(
        "LAB-G-2021-0001", "report", "revoke", "office", when, given, person=HEAD, reason="虚假"
    )
    engine.dispose()
    assert decided.refusal is None
    assert "尚欠 5.00元" in finance.done("recovery", "list").out
    for _ in range(2):  # the second time is the same entry
        finance.done("recovery", "receive", "5", "3元", "--reference", "R1", "--person", "ma")
    told = finance.done(
        "recovery", "receive", "5", "2元", "--reference", "R2", "--received", "2021-02-01", "--person", "ma"
    )
    assert "共收 5.00元，尚欠 0.00元" in told.out
    assert finance.done("recovery", "list", "--json").data == []
    (one,) = finance.done("recovery", "list", "lab-grant", "--all", "--json").data
    assert (one["received"], one["outstanding"], len(one["receipts"])) == (500, 0, 2)
    assert "追回到账 3.00元" in finance.done("case", "LAB-G-2021-0001").out
    assert finance("verify").code == 0


def test_the_end_of_a_year(finance: House) -> None:
    finance.at("2022-01-05T09:00")
    told = finance.done("year-end", "lab", "2021", "--rule", "carry-reserved", "--because", "文号", "--person", "ma")
    assert "读法 year-end-carry-reserved" in told.out and "转入 2022 年度的待付义务 4 笔，1,200,000.00元" in told.out
    assert "收回 3,800,000.00元，结转 1,200,000.00元" in told.out
    again = finance.done(
        "year-end", "lab", "2021", "--rule", "lapse", "--because", "文号", "--person", "ma", "--json"
    ).data
    assert again["again"] and (again["moved"], again["lapsed"], again["carried"]) == (0, 0, 0)
    assert finance("verify").code == 0
