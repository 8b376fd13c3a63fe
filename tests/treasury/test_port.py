"""What can be sent at all: fields that do not fit are refused, none is cut or mended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.rules.errors import ShixianError
from shixian.rules.money import MAXIMUM_FEN
from shixian.treasury import wire
from shixian.treasury.port import Answer, Outcome, Payment, Statement, StatementLine, TreasuryError
from tests.treasury.samples import DAY, SECRET, payment, payments


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("fen", 0, "大于零"),
        ("fen", -1, "大于零"),
        ("fen", MAXIMUM_FEN + 1, "10 万亿"),
        ("fen", 100.0, "整数分"),
        ("fen", True, "整数分"),
        ("fen", "100", "整数分"),
        ("key", "", "支付编号"),
        ("key", "a" * 36, "支付编号"),
        ("key", "a/../b", "支付编号"),
        ("key", "abc\n", "支付编号"),
        ("account", "", "收款账号"),
        ("account", "６２２２", "收款账号"),
        ("account", "1" * 35, "收款账号"),
        ("bank", "10229000291", "联行号"),
        ("bank", "１０２２９０００２９１６", "联行号"),
        ("payee", "", "不能为空"),
        ("payee", "　 ", "不能为空"),
        ("payee", "研" * 141, "140"),
        ("payee", "甲\x00所", "U+0000"),
        ("payee", "甲\ud800所", "U+D800"),
        ("remittance", "第八条\n第九条", "U+000A"),
        ("remittance", "条" * 141, "140"),
    ],
)
def test_what_cannot_be_sent_is_refused(field: str, value: Any, told: str) -> None:
    good: dict[str, Any] = {name: getattr(payment(), name) for name in Payment.__slots__}
    with pytest.raises(TreasuryError) as error:
        Payment(**{**good, field: value})
    assert told in str(error.value)


def test_the_limits_themselves_are_sent() -> None:
    assert payment(MAXIMUM_FEN, payee="研" * 140, remittance="", key="a" * 35).fen == MAXIMUM_FEN


def test_a_treasury_error_is_one_of_ours() -> None:
    assert issubclass(TreasuryError, ShixianError)


def test_an_account_is_not_in_the_repr() -> None:
    one = payment(account="6222020000000000017")
    line = StatementLine("r", one.key, 1, "out", DAY, "甲", "6222020000000000017", "")
    assert "6222020000000000017" not in repr(one) + repr(line)


@given(payments)
def test_a_payment_arrives_as_it_was_sent(sent: Payment) -> None:
    assert wire.read_order(wire.order_bytes(sent)) == sent


@given(payments, st.sampled_from([Outcome.PAID, Outcome.ACCEPTED, Outcome.REJECTED]), st.text(), st.text())
def test_an_answer_arrives_as_it_was_given(sent: Payment, outcome: Outcome, reference: str, reason: str) -> None:
    # JSON text of lone surrogates is no UTF-8; a bank of ours never sends it.
    answer = Answer(outcome, *(text.encode("utf-8", "replace").decode() for text in (reference, reason)))
    read = wire.read_answer(wire.answer_bytes(answer, sent.key, sent.fen), sent.key, sent.fen)
    assert read == answer and read.fen == sent.fen
    with pytest.raises(ValueError, match="不是这笔"):
        wire.read_answer(wire.answer_bytes(answer, "another", sent.fen), sent.key)
    with pytest.raises(ValueError, match="金额"):
        wire.read_answer(wire.answer_bytes(answer, sent.key, sent.fen - 1 or 2), sent.key, sent.fen)


@given(payments, st.binary(min_size=1, max_size=3), st.integers(0))
def test_a_signature_holds_for_one_request_only(sent: Payment, noise: bytes, place: int) -> None:
    body = wire.order_bytes(sent)
    given_one = wire.signature(SECRET, "POST", "/payments", "t", body)
    assert wire.is_signed(SECRET, "POST", "/payments", "t", body, given_one)
    at = place % (len(body) + 1)
    assert not wire.is_signed(SECRET, "POST", "/payments", "t", body[:at] + noise + body[at:], given_one)
    for other in (("GET", "/payments", "t"), ("POST", "/payment", "t"), ("POST", "/payments", "u")):
        assert not wire.is_signed(SECRET, *other, body, given_one)
    assert not wire.is_signed(b"other", "POST", "/payments", "t", body, given_one)


def statement(*lines: StatementLine) -> Statement:
    return Statement("simulator", "ST", DAY, lines)


def test_a_statement_arrives_whole_or_not_at_all() -> None:
    lines = [StatementLine(f"r{n}", "k", 100 + n, "out", DAY, "甲", "1", "") for n in range(3)]
    sent = wire.statement_bytes(statement(*lines))
    assert wire.read_statement(sent, DAY) == statement(*lines)
    for before, after, told in (
        (b'"count":3', b'"count":4', "笔数"),
        (b'"sum":303', b'"sum":304', "笔数或合计"),
        (b'"fen":101', b'"fen":0', "fen"),
        (b'"fen":101', b'"fen":101.0', "fen"),
        (b'"CNY"', b'"USD"', "币种"),
        (b'"r1"', b'"r2"', "两次"),
        (b'"direction":"out"', b'"direction":"up"', "direction"),
    ):
        assert before in sent
        with pytest.raises(ValueError, match=told):
            wire.read_statement(sent.replace(before, after), DAY)
    with pytest.raises(ValueError, match="不是"):
        wire.read_statement(sent, date(2021, 3, 2))
