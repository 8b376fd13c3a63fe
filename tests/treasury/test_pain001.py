"""Our order, read by another's eyes: pyiso20022's classes of the official schema say the same of it as we do."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pyiso20022.pain.pain_001_001_09 import Document

from shixian.rules.money import MAXIMUM_FEN
from shixian.treasury.iso20022 import pain001
from shixian.treasury.iso20022.pain001 import Debtor, yuan_text
from shixian.treasury.iso20022.reading import MalformedFile
from shixian.treasury.port import Payment, TreasuryError
from tests.treasury import oracle
from tests.treasury.samples import amounts, names, now, payment, payments

DEBTOR = Debtor("上海市科学技术委员会", "31001520313050000017", "105290036005")
batches = st.lists(payments, min_size=1, max_size=5, unique_by=lambda one: one.key)


def read(data: bytes) -> Document:
    document = oracle.parse(data, Document)
    assert oracle.faults(document) == []
    # Written again by the schema's own classes, in the schema's order: not one byte of content differs.
    again = oracle.serialise(document, "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09")
    assert etree.tostring(etree.fromstring(again), method="c14n") == etree.tostring(
        etree.fromstring(data), method="c14n"
    )
    return document


@given(batches)
def test_the_oracle_reads_what_we_meant(batch: list[Payment]) -> None:
    message = read(pain001.write("B-2021-0001", batch, DEBTOR, now())).cstmr_cdt_trf_initn
    assert message.grp_hdr.msg_id == "B-2021-0001"
    assert message.grp_hdr.nb_of_txs == str(len(batch))
    assert message.grp_hdr.ctrl_sum * 100 == sum(one.fen for one in batch)
    seen: dict[str, Payment] = {}
    for block in message.pmt_inf:
        of_block = [item.pmt_id.end_to_end_id for item in block.cdt_trf_tx_inf]
        assert int(block.nb_of_txs) == len(of_block)
        assert block.ctrl_sum * 100 == sum(one.fen for one in batch if one.key in of_block)
        assert block.dbtr.nm == DEBTOR.name and block.dbtr_acct.id.othr.id == DEBTOR.account
        assert block.dbtr_acct.ccy == "CNY" and block.pmt_mtd.value == "TRF"
        assert block.dbtr_agt.fin_instn_id.clr_sys_mmb_id.mmb_id == DEBTOR.bank
        for item in block.cdt_trf_tx_inf:
            assert item.amt.instd_amt.ccy == "CNY"
            assert item.cdtr_agt.fin_instn_id.clr_sys_mmb_id.clr_sys_id.cd == "CNAPS"
            assert item.cdtr_acct.id.iban is None
            seen[item.pmt_id.end_to_end_id] = Payment(
                key=item.pmt_id.end_to_end_id,
                fen=int(item.amt.instd_amt.value * 100),
                payee=item.cdtr.nm,
                account=item.cdtr_acct.id.othr.id,
                bank=item.cdtr_agt.fin_instn_id.clr_sys_mmb_id.mmb_id,
                remittance=item.rmt_inf.ustrd[0] if item.rmt_inf else "",
                day=block.reqd_exctn_dt.dt.to_date(),
            )
    assert seen == {one.key: one for one in batch}


@given(batches)
def test_we_read_our_own_order_back(batch: list[Payment]) -> None:
    original = pain001.read_original(pain001.write("B-1", batch, DEBTOR, now()), "order")
    assert original.created == now()
    assert original.amounts == {one.key: one.fen for one in batch}
    days: dict[date, list[str]] = defaultdict(list)
    for one in batch:
        days[one.day].append(one.key)
    assert original.blocks == {f"B-1-{n}": tuple(days[day]) for n, day in enumerate(sorted(days), 1)}


@given(amounts)
def test_an_amount_is_exact(fen: int) -> None:
    assert Decimal(yuan_text(fen)) * 100 == fen and len(yuan_text(fen).split(".")[1]) == 2


@pytest.mark.parametrize(
    ("fen", "text"),
    [(1, "0.01"), (10, "0.10"), (100, "1.00"), (123_456_789, "1234567.89"), (MAXIMUM_FEN, "10000000000000.00")],
)
def test_amounts_as_they_are_written(fen: int, text: str) -> None:
    assert yuan_text(fen) == text
    assert f'<InstdAmt Ccy="CNY">{text}</InstdAmt>'.encode() in pain001.write("B-1", [payment(fen)], DEBTOR, now())


@given(names)
def test_a_name_arrives_whole(name: str) -> None:
    message = read(pain001.write("B-1", [payment(payee=name)], DEBTOR, now())).cstmr_cdt_trf_initn
    assert message.pmt_inf[0].cdt_trf_tx_inf[0].cdtr.nm == name


def test_chinese_stands_in_the_file_as_itself() -> None:
    data = pain001.write("B-1", [payment(payee="龘𠮷（上海）研究院＆<甲>")], DEBTOR, now())
    assert "龘𠮷（上海）研究院＆&lt;甲&gt;".encode() in data and data.startswith(
        b"<?xml version='1.0' encoding='UTF-8'?>"
    )


def test_a_day_is_a_block_and_the_same_arguments_give_the_same_bytes() -> None:
    batch = [payment(3, day=date(2021, 3, 2)), payment(1), payment(5, day=date(2021, 3, 2))]
    data = pain001.write("B-1", batch, DEBTOR, now())
    assert data == pain001.write("B-1", batch, DEBTOR, now())
    blocks = read(data).cstmr_cdt_trf_initn.pmt_inf
    assert [
        (block.pmt_inf_id, str(block.reqd_exctn_dt.dt), block.nb_of_txs, str(block.ctrl_sum)) for block in blocks
    ] == [
        ("B-1-1", "2021-03-01", "1", "0.01"),
        ("B-1-2", "2021-03-02", "2", "0.08"),
    ]


def test_what_cannot_be_ordered_is_refused() -> None:
    one = payment()
    for reference in ("", "a" * 31, "../B-1", "批次", "B 1", "B-1\n"):
        with pytest.raises(TreasuryError, match="批次编号"):
            pain001.write(reference, [one], DEBTOR, now())
    with pytest.raises(TreasuryError, match="没有支付"):
        pain001.write("B-1", [], DEBTOR, now())
    with pytest.raises(TreasuryError, match=f"{one.key} 出现两次"):
        pain001.write("B-1", [one, payment(), one], DEBTOR, now())
    with pytest.raises(TreasuryError, match="时区"):
        pain001.write("B-1", [one], DEBTOR, datetime(2021, 3, 1))
    for name, account, bank in (
        ("", "1", "1" * 12),
        ("委" * 141, "1", "1" * 12),
        ("委", "", "1" * 12),
        ("委", "1", "1"),
    ):
        with pytest.raises(TreasuryError):
            Debtor(name, account, bank)
    assert DEBTOR.account not in repr(DEBTOR)


def test_the_longest_references_fit_the_schema() -> None:
    batch = [
        payment(key="k" * 35, account="1" * 34, day=date(2021, 3, 1)),
        payment(payee="研" * 140, remittance="条" * 140),
    ]
    read(pain001.write("B" * 30, batch, DEBTOR, now().replace(microsecond=999_999)))


def test_the_oracle_sees() -> None:
    """The oracle itself is no formality: a long name, an unknown element, a wrong order fail."""
    data = pain001.write("B-1", [payment()], DEBTOR, now())
    long = oracle.parse(data.replace("上海市甲研究所".encode(), "研".encode() * 141), Document)
    assert any("141 characters" in fault for fault in oracle.faults(long))
    with pytest.raises(Exception, match="Cdtr"):
        oracle.parse(data.replace(b"<Cdtr>", b"<Cdtr><Cdtr>x</Cdtr>"), Document)
    with pytest.raises(AssertionError):
        read(
            data.replace(b"<PmtMtd>TRF</PmtMtd>", b"").replace(b"</ReqdExctnDt>", b"</ReqdExctnDt><PmtMtd>TRF</PmtMtd>")
        )


def test_an_original_that_is_not_one_is_refused() -> None:
    data = pain001.write("B-1", [payment()], DEBTOR, now())
    with pytest.raises(MalformedFile, match="CreDtTm"):
        pain001.read_original(data.replace(b"2021-03-01T09:30:00+08:00", b"today"), "order")
