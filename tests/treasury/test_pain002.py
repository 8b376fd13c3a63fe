"""The bank's status reports, written by the official schema's classes: each status means one thing, silence nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.treasury.iso20022 import pain002
from shixian.treasury.iso20022.reading import MalformedFile
from shixian.treasury.port import Answer, Outcome
from tests.treasury.bank_files import Status, status_report
from tests.treasury.samples import amounts, names


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("ACSC", Outcome.PAID),
        ("ACCC", Outcome.PAID),
        ("RJCT", Outcome.REJECTED),
        ("ACSP", Outcome.ACCEPTED),
        ("PDNG", Outcome.ACCEPTED),
        ("ACCP", Outcome.ACCEPTED),
        ("ACTC", Outcome.UNKNOWN),
        ("ACWC", Outcome.UNKNOWN),
        ("RCVD", Outcome.UNKNOWN),
        ("PART", Outcome.UNKNOWN),
        ("CANC", Outcome.UNKNOWN),
        ("acsc", Outcome.UNKNOWN),
        (None, Outcome.UNKNOWN),
    ],
)
def test_each_status_means_one_thing(code: str | None, outcome: Outcome) -> None:
    (item,) = pain002.read(status_report(Status("k1", code))).payments
    assert (item.key, item.answer.outcome, item.fen) == ("k1", outcome, None)
    assert bool(item.answer.reason) == (outcome is Outcome.UNKNOWN)


@pytest.mark.parametrize("reason", ["AM05", "DU01", "DU05"])
def test_refused_as_a_duplicate_is_no_refusal(reason: str) -> None:
    report = pain002.read(status_report(Status("k1", "RJCT", reason=reason), whole="RJCT", block="RJCT", reason=reason))
    told = [report.whole, *report.blocks.values(), report.payments[0].answer]
    assert [answer.outcome for answer in told if answer] == [Outcome.UNKNOWN] * 3
    assert "可能已付" in report.payments[0].answer.reason


def test_a_block_with_two_statuses_is_refused() -> None:
    data = status_report(block="RJCT").decode()
    block = data[data.index("<OrgnlPmtInfAndSts>") : data.index("</CstmrPmtStsRpt>")]
    assert pain002.read(data.replace(block, block * 2).encode()).blocks
    with pytest.raises(MalformedFile, match="两个不同的状态"):
        pain002.read(data.replace(block, block + block.replace("RJCT", "ACSP")).encode())


def test_a_report_is_read_with_reasons_references_and_times() -> None:
    data = status_report(
        Status("k1", "ACSC", 100, reference="REF-1", accepted="2021-03-01T10:00:00+08:00"),
        Status("k2", "RJCT", 2_050, reason="AC01", more="账号不存在"),
        Status(None, "RJCT", more="无编号"),
        Status("NOTPROVIDED", "ACSC"),
    )
    report = pain002.read(data)
    assert (report.reference, report.original, report.whole, report.blocks) == ("STATUS-1", "B-2021-0001", None, {})
    assert [(item.key, item.answer, item.fen) for item in report.payments] == [
        ("k1", Answer(Outcome.PAID, "REF-1", "", "2021-03-01T10:00:00+08:00"), 100),
        ("k2", Answer(Outcome.REJECTED, "", "AC01 账号不存在"), 2_050),
        ("", Answer(Outcome.REJECTED, "", "无编号"), None),
        ("", Answer(Outcome.PAID), None),
    ]


def test_the_status_of_the_whole_and_of_a_block_is_kept_apart() -> None:
    report = pain002.read(status_report(whole="RJCT", block="ACSP", reason="FF01"))
    assert report.whole == Answer(Outcome.REJECTED, "", "FF01")
    assert report.blocks == {"B-2021-0001-1": Answer(Outcome.ACCEPTED, "", "FF01")}
    assert report.payments == ()


@given(st.lists(st.tuples(st.uuids(), amounts, names.filter(lambda text: len(text) <= 105)), min_size=1, max_size=5))
def test_keys_amounts_and_reasons_arrive_whole(items: list[tuple[object, int, str]]) -> None:
    statuses = [Status(str(key).replace("-", ""), "RJCT", fen, more=reason) for key, fen, reason in items]
    read = pain002.read(status_report(*statuses)).payments
    assert [(item.key, item.fen, item.answer.reason) for item in read] == [(s.key, s.fen, s.more) for s in statuses]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("CNY", "USD", "币种为 'USD'"),
        ('Ccy="CNY"', "", "币种为 None"),
        (">1.01<", ">0.00<", "金额为零"),
        (">1.01<", ">1.005<", "不足一分"),
        (">1.01<", ">-1.00<", "不是金额"),
        (">1.01<", ">1,00<", "不是金额"),
        (">1.01<", "><", "不是金额"),
        (">1.01<", ">.<", "不是金额"),
        (">1.01<", ">1e2<", "不是金额"),
        (">1.01<", ">１.01<", "不是金额"),
        (">1.01<", "><b>1.01</b><", "下级元素"),
        ("<OrgnlMsgId>B-2021-0001</OrgnlMsgId>", "", "缺少 OrgnlMsgId"),
        ("pain.001.001.09", "pain.008.001.08", "不是对付款报文的"),
        ("<TxSts>ACSC</TxSts>", "<TxSts>ACSC</TxSts><TxSts>RJCT</TxSts>", "出现 2 次"),
        ("<OrgnlEndToEndId>k1</OrgnlEndToEndId>", "<OrgnlEndToEndId>k1</OrgnlEndToEndId>" * 2, "出现 2 次"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(before: str, after: str, told: str) -> None:
    good = status_report(Status("k0", "ACSC", 50), Status("k1", "ACSC", 101)).decode()
    assert before in good
    with pytest.raises(MalformedFile) as error:
        pain002.read(good.replace(before, after).encode(), "状态.xml")
    assert (
        told in str(error.value) and "状态.xml" in str(error.value) and "/Document/CstmrPmtStsRpt" in str(error.value)
    )


@pytest.mark.parametrize(
    ("text", "fen"), [("1", 100), ("1.", 100), (".5", 50), ("+1.5", 150), ("1.01000", 101), (" 007 ", 700)]
)
def test_an_amount_is_read_as_the_schema_allows_it(text: str, fen: int) -> None:
    good = status_report(Status("k1", "ACSC", 101)).decode()
    assert pain002.read(good.replace(">1.01<", f">{text}<").encode()).payments[0].fen == fen


def test_a_count_below_what_is_listed_is_refused() -> None:
    good = status_report(Status("k0", "ACSC"), Status("k1", "ACSC"))
    where = b"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
    assert pain002.read(good.replace(where, where + b"<OrgnlNbOfTxs>2</OrgnlNbOfTxs>"))
    for wrong in (b"1", b"-2", b"two"):
        with pytest.raises(MalformedFile):
            pain002.read(good.replace(where, where + b"<OrgnlNbOfTxs>" + wrong + b"</OrgnlNbOfTxs>"))
