"""Statements, written by the official schema's classes: every booked entry is a line, and half a statement is none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.treasury.iso20022 import camt053
from shixian.treasury.iso20022.reading import MalformedFile
from shixian.treasury.port import Statement, StatementLine
from tests.treasury.bank_files import ACCOUNT, Detail, Entry, statement
from tests.treasury.samples import amounts, names

DAY = date(2021, 3, 1)


def read(*entries: Entry, **told: Any) -> Statement:
    (found,) = camt053.read(statement(*entries, **told), "对账单.xml", account=ACCOUNT)
    return found


def lines(*entries: Entry, **told: Any) -> list[tuple[str, str, int, str]]:
    return [(line.reference, line.key, line.fen, line.direction) for line in read(*entries, **told).lines]


def test_a_payment_out_with_all_that_is_said_of_it() -> None:
    detail = Detail("k1", 1_050, "上海市甲研究所", "6222020000000000017", "沪科 2021-0001 第八条")
    found = read(Entry(1_050, [detail], reference="R1"), opening=10_000, closing=8_950, counted=1)
    assert (found.source, found.reference, found.day) == (f"camt.053:{ACCOUNT}", "STMT-2021-060", DAY)
    assert found.lines == (
        StatementLine("R1", "k1", 1_050, "out", DAY, "上海市甲研究所", "6222020000000000017", "沪科 2021-0001 第八条"),
    )


def test_a_statement_of_no_entries_is_one() -> None:
    assert read(opening=100, closing=100, counted=0).lines == ()


@pytest.mark.parametrize(
    "entry",
    [
        Entry(100, [Detail("k1", returned="AC04")], "CRDT", reference="R1"),
        Entry(100, [Detail("k1")], "CRDT", reference="R1", reversal=True),
        Entry(100, [Detail("k1")], "CRDT", reference="R1", family="RRTN"),
    ],
)
def test_money_that_comes_back_is_returned_and_not_the_payment(entry: Entry) -> None:
    # Though the bank repeats the payment's own reference, it is another line.
    assert lines(Entry(100, [Detail("k1")], reference="R1"), entry) == [
        ("R1", "k1", 100, "out"),
        ("R1:returned", "k1", 100, "returned"),
    ]


def test_why_it_came_back_is_told() -> None:
    found = read(Entry(100, [Detail("k1", text="退回", returned="AC04")], "CRDT"))
    assert found.lines[0].text == "退回 退汇：AC04"


def test_other_money_in_is_in_and_unmatched_lines_have_no_key() -> None:
    entries = (
        Entry(100, [Detail("NOTPROVIDED", name="乙公司")], "CRDT", reference="R1"),
        Entry(200, [], "DBIT", reference="R2"),
        Entry(300, [Detail(None)], "DBIT", reference="R3", reversal=False),
    )
    assert lines(*entries) == [("R1:in", "", 100, "in"), ("R2", "", 200, "out"), ("R3", "", 300, "out")]
    assert read(*entries).lines[0].counterparty == "乙公司"


def test_payments_booked_together_are_lines_of_their_own() -> None:
    several = Entry(600, [Detail("k1", 100), Detail("k2", 200, reference="T2"), Detail("k3", 300)], reference="R1")
    assert lines(several) == [("R1/1", "k1", 100, "out"), ("T2", "k2", 200, "out"), ("R1/3", "k3", 300, "out")]


def test_what_was_booked_together_has_to_add_up() -> None:
    for details, told in (
        ([Detail("k1", 100), Detail("k2", 199)], "相差 301 分"),
        ([Detail("k1", 100), Detail("k2")], "没有金额"),
        ([Detail("k1", 599)], "相差 1 分"),
        ([Detail("k1", 600, currency="USD")], "币种"),
        ([Detail("k1", 700), Detail("k2", 100)], "相差 200 分"),
    ):
        with pytest.raises(MalformedFile, match=told):
            read(Entry(600, details))
    with pytest.raises(MalformedFile, match="没有明细"):
        read(Entry(600, together=2))
    assert lines(Entry(600, [Detail("k1", 700), Detail("k2", 100, mark="CRDT")], reference="R")) == [
        ("R/1", "k1", 700, "out"),
        ("R/2:in", "k2", 100, "in"),
    ]


def test_references_are_unique_and_the_same_when_read_again() -> None:
    entries = [
        Entry(1),
        Entry(2, number="7"),
        Entry(3, reference="R"),
        Entry(4, reference="R"),
        Entry(5, reference="S"),
    ]
    expected = ["STMT-2021-060/1", "STMT-2021-060/7", "R#1", "R#2", "S"]
    assert [reference for reference, *_ in lines(*entries)] == expected
    assert lines(*entries) == lines(*entries)


def test_what_is_not_booked_is_not_a_line() -> None:
    entries = [Entry(100, status="PDNG"), Entry(200, reference="R"), Entry(300, status="INFO")]
    assert lines(*entries, opening=1_000, closing=800, counted=3) == [("R", "", 200, "out")]
    with pytest.raises(MalformedFile, match="'DONE' 不识别"):
        read(Entry(100, status="DONE"))


def test_balances_and_counts_have_to_agree() -> None:
    out, back = Entry(300), Entry(100, mark="CRDT")
    assert len(read(out, back, opening=50, closing=-150).lines) == 2
    with pytest.raises(MalformedFile, match="相差 1 分"):
        read(out, back, opening=50, closing=-149)
    with pytest.raises(MalformedFile, match="写明 3 笔，实有 2 笔"):
        read(out, back, counted=3)


@pytest.mark.parametrize(
    ("told", "entries", "why"),
    [
        ({"page": ("1", False)}, [], "只是对账单的一页"),
        ({"page": ("2", True)}, [], "只是对账单的一页"),
        ({"account": "999"}, [], "不是本单位账户"),
        ({"times": 0}, [], "没有对账单"),
        ({}, [Entry(100, currency="USD")], "币种为 'USD'"),
        ({}, [Entry(0)], "金额为零"),
    ],
)
def test_what_is_not_our_whole_statement_is_refused(told: dict[str, Any], entries: list[Entry], why: str) -> None:
    with pytest.raises(MalformedFile, match=why):
        read(*entries, **told)
    assert read(page=("1", True)).lines == ()


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("DBIT", "DEBIT", "借贷标志"),
        ("2021-03-01</Dt></BookgDt>", "2021-02-29</Dt></BookgDt>", "不是日期"),
        ("<BookgDt><Dt>2021-03-01</Dt></BookgDt>", "", "缺少 BookgDt"),
        ("<Ccy>CNY</Ccy>", "<Ccy>HKD</Ccy>", "账户币种"),
        ("<RvslInd>false</RvslInd>", "<RvslInd>maybe</RvslInd>", "true 或 false"),
        ("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Prtry>X</Prtry></Sts>", "入账状态"),
        (f"<Id>{ACCOUNT}</Id>", "<Id/>", "没有账号"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(before: str, after: str, why: str) -> None:
    good = statement(Entry(100, reference="R0"), Entry(200, mark="CRDT", reversal=False), Entry(300)).decode()
    assert before in good
    at = good.rindex(before)
    with pytest.raises(MalformedFile) as error:
        camt053.read((good[:at] + after + good[at + len(before) :]).encode(), "对账单.xml")
    assert why in str(error.value) and "/Stmt[1]/" in str(error.value)


def test_the_day_is_as_the_bank_states_it() -> None:
    good = statement(Entry(100)).decode()
    for booked, day in (
        ("<DtTm>2021-03-04T23:30:00+00:00</DtTm>", date(2021, 3, 4)),
        ("<DtTm>2021-03-04T00:30:00.5+08:00</DtTm>", date(2021, 3, 4)),
        ("<Dt>2021-03-05+08:00</Dt>", date(2021, 3, 5)),
    ):
        (found,) = camt053.read(good.replace("<Dt>2021-03-01</Dt>", booked).encode())
        assert found.lines[0].booked == found.day == day


def test_an_iban_is_an_account_too() -> None:
    good = statement(Entry(100, [Detail("k1", account="123")])).decode()
    (found,) = camt053.read(good.replace("<Othr><Id>123</Id></Othr>", "<IBAN>DE02120300000000202051</IBAN>").encode())
    assert found.lines[0].account == "DE02120300000000202051"


@given(st.lists(st.tuples(st.uuids(), amounts, names, st.sampled_from(["DBIT", "CRDT"])), max_size=5))
def test_every_entry_is_a_line_whatever_is_in_it(items: list[tuple[Any, int, str, str]]) -> None:
    entries = [Entry(fen, [Detail(key.hex, fen, name)], mark) for key, fen, name, mark in items]
    total = sum(entry.fen if entry.mark == "CRDT" else -entry.fen for entry in entries)
    found = read(*entries, opening=0, closing=total, counted=len(entries)).lines
    assert [(line.key, line.fen, line.counterparty) for line in found] == [
        (key.hex, fen, name) for key, fen, name, _ in items
    ]
    assert [line.direction == "out" for line in found] == [mark == "DBIT" for *_, mark in items]
