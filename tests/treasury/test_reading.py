"""Files that are not what they should be: refused whole, with what and where; and nothing outside is ever read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.treasury.iso20022 import camt053, pain002, reading
from shixian.treasury.iso20022.reading import MalformedFile
from tests.treasury.bank_files import Detail, Entry, Status, statement, status_report

REPORT = status_report(Status("k1", "ACSC", 100))
STATEMENT = statement(Entry(100, [Detail("k1", name="上海市甲研究所")], reference="R1"))


def refusal(data: bytes) -> str:
    with pytest.raises(MalformedFile) as error:
        pain002.read(data, "状态.xml")
    assert "状态.xml" in str(error.value)
    return str(error.value)


def test_what_is_not_xml_is_refused() -> None:
    for data in (
        b"",
        b"hello",
        b"<a>",
        REPORT[:-20],
        REPORT + b"<x/>",
        b"\x00" * 10,
        REPORT.replace(b"ACSC", b"\xff\xfe"),
    ):
        assert "不是完整的 XML" in refusal(data)
    assert "第 1 行" in refusal(b"<a><b></a>")


def test_another_message_or_version_is_named() -> None:
    assert "却是 camt.053.001.08" in refusal(STATEMENT)
    assert "却是 pain.002.001.03" in refusal(REPORT.replace(b"pain.002.001.10", b"pain.002.001.03"))
    assert "无命名空间" in refusal(b"<Document><a/></Document>")
    assert "0 个" in refusal(b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"/>')


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE Document [<!ENTITY who "ACSC">]>',
        '<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE Document [<!ENTITY who SYSTEM "FILE">]>',
        '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        "<!DOCTYPE Document>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(declared: str, encoding: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("ACSC")
    body = REPORT.decode().split("?>", 1)[1]
    head = f'<?xml version="1.0" encoding="{encoding}"?>' + declared.replace("FILE", secret.as_uri())
    assert "声明" in refusal((head + body).encode(encoding))


def test_an_entity_in_the_text_is_not_resolved() -> None:
    assert "不是完整的 XML" in refusal(REPORT.replace(b"ACSC", b"&who;"))


def test_a_file_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", len(REPORT))
    assert pain002.read(REPORT).payments
    assert "上限" in refusal(REPORT + b" ")


def test_comments_and_instructions_inside_say_nothing() -> None:
    read = pain002.read(REPORT.replace(b"ACSC", b"AC<!-- RJCT --><?x RJCT?>SC"))
    assert read == pain002.read(REPORT)


@given(st.integers(0, len(STATEMENT) - 1), st.binary(min_size=0, max_size=4))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(place: int, noise: bytes) -> None:
    damaged = STATEMENT[:place] + noise + STATEMENT[place + len(noise) + 1 :]
    try:
        statements = camt053.read(damaged, "对账单.xml")
    except MalformedFile as error:
        assert "对账单.xml" in str(error)
    else:
        assert all(line.fen > 0 for each in statements for line in each.lines)


def test_the_place_counts_like_the_file() -> None:
    data = status_report(Status("k0", "ACSC", 50), Status("k1", "ACSC", 101)).replace(b">1.01<", b">x<")
    assert "/TxInfAndSts[2]/OrgnlTxRef[1]/Amt[1]/InstdAmt[1]" in refusal(data)
