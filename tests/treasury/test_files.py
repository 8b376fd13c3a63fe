"""The file connector: one file a batch, for ever; and what the bank's files say of it, no more and no less."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from shixian.rules.periods import add_days
from shixian.treasury.files import FilesConfig, FileTreasury
from shixian.treasury.iso20022.pain001 import Debtor
from shixian.treasury.iso20022.reading import MalformedFile
from shixian.treasury.port import Answer, Outcome, Payment, TreasuryError
from tests.treasury.bank_files import ACCOUNT, Detail, Entry, Status, statement, status_report
from tests.treasury.samples import now, payment

BATCH = "B-2021-0001"


@pytest.fixture
def config(tmp_path: Path) -> FilesConfig:
    (tmp_path / "in").mkdir()
    debtor = Debtor("上海市科学技术委员会", ACCOUNT, "105290036005")
    return FilesConfig(tmp_path / "out", tmp_path / "in", debtor)


@pytest.fixture
def treasury(config: FilesConfig) -> FileTreasury:
    return FileTreasury(config, now)


def outbox(config: FilesConfig) -> list[str]:
    return sorted(path.name for path in config.outbox.iterdir())


def received(config: FilesConfig, data: bytes, name: str = "from-bank.xml") -> Path:
    (config.inbox / name).write_bytes(data)
    return config.inbox / name


def test_a_batch_is_written_once(config: FilesConfig, treasury: FileTreasury) -> None:
    batch = [payment(100), payment(200)]
    path = treasury.submit(BATCH, batch)
    assert path == config.outbox / "pain001-B-2021-0001.xml" and outbox(config) == [path.name]
    written, stood = path.read_bytes(), path.stat()

    def later() -> datetime:
        return datetime.combine(add_days(now().date(), 1), now().timetz())

    # The next day, by another process: the same file, untouched.
    assert FileTreasury(config, later).submit(BATCH, batch) == path
    assert path.read_bytes() == written and path.stat().st_mtime_ns == stood.st_mtime_ns


def changed(batch: list[Payment]) -> Sequence[list[Payment]]:
    first, second = batch
    return (
        [first],
        [second, first],
        [first, payment(201, key=second.key)],
        [first, payment(200, key=second.key, payee="上海市乙研究所")],
        [first, payment(200, key=second.key, day=date(2021, 3, 2))],
        [first, payment(200)],
    )


def test_a_batch_with_other_content_is_refused(config: FilesConfig, treasury: FileTreasury) -> None:
    batch = [payment(100), payment(200)]
    written = treasury.submit(BATCH, batch).read_bytes()
    for other in changed(batch):
        with pytest.raises(TreasuryError, match="内容不同"):
            treasury.submit(BATCH, other)
    assert [(config.outbox / name).read_bytes() for name in outbox(config)] == [written]


def test_another_debtor_is_another_content(config: FilesConfig, treasury: FileTreasury, tmp_path: Path) -> None:
    batch = [payment(100)]
    treasury.submit(BATCH, batch)
    other = FilesConfig(config.outbox, config.inbox, Debtor("上海市教育委员会", ACCOUNT, "105290036005"))
    with pytest.raises(TreasuryError, match="内容不同"):
        FileTreasury(other, now).submit(BATCH, batch)


@pytest.mark.parametrize("broken", ["fsync", "link"])
def test_a_file_is_whole_or_not_there(
    broken: str, config: FilesConfig, treasury: FileTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, fails)
        with pytest.raises(OSError, match="disk full"):
            treasury.submit(BATCH, [payment()])
    assert outbox(config) == []


def test_two_who_write_at_once_leave_one_file(
    config: FilesConfig, treasury: FileTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs, link = [payment(100)], [payment(200)], os.link

    def someone_was_faster(source: Path, target: Path) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(os, "link", link)
            treasury.submit(BATCH, theirs)
        link(source, target)

    monkeypatch.setattr(os, "link", someone_was_faster)
    with pytest.raises(TreasuryError, match="内容不同"):
        treasury.submit(BATCH, mine)
    assert theirs[0].key in (config.outbox / outbox(config)[0]).read_text("utf-8") and len(outbox(config)) == 1


def test_a_reference_does_not_lead_out_of_the_folder(config: FilesConfig, treasury: FileTreasury) -> None:
    for reference in ("../B", "a/b", "", "."):
        with pytest.raises(TreasuryError, match="批次编号"):
            treasury.submit(reference, [payment()])
    report = received(config, status_report(Status("k1", "ACSC"), original="../../etc/x"))
    assert treasury.outcomes(report) == [("k1", Answer(Outcome.PAID))]


def test_outcomes_are_those_of_the_report(config: FilesConfig, treasury: FileTreasury) -> None:
    one, two, three = payment(100), payment(200), payment(300)
    treasury.submit(BATCH, [one, two, three])
    report = status_report(
        Status(one.key, "ACSC", 100, reference="R1"),
        Status(two.key, "RJCT", reason="AC01"),
        Status("f" * 32, "ACSC"),
        Status(None, "RJCT", more="无编号"),
    )
    # Nothing of the third, which the bank does not name.
    assert treasury.outcomes(received(config, report)) == [
        (one.key, Answer(Outcome.PAID, "R1", fen=100)),
        (two.key, Answer(Outcome.REJECTED, "", "AC01")),
        ("f" * 32, Answer(Outcome.PAID)),
        ("", Answer(Outcome.REJECTED, "", "无编号")),
    ]


def test_a_whole_order_refused_refuses_each_payment_in_it(config: FilesConfig, treasury: FileTreasury) -> None:
    batch = [payment(100), payment(200)]
    treasury.submit(BATCH, batch)
    refused = Answer(Outcome.REJECTED, "", "FF01")
    report = received(config, status_report(whole="RJCT", reason="FF01"))
    assert treasury.outcomes(report) == [(one.key, refused) for one in batch]
    with pytest.raises(TreasuryError, match="没有这个报文"):
        treasury.outcomes(received(config, status_report(whole="RJCT", original="B-2021-0002")))


def test_a_block_refused_refuses_the_payments_of_its_day(config: FilesConfig, treasury: FileTreasury) -> None:
    one, two = payment(100), payment(200, day=date(2021, 3, 2))
    treasury.submit(BATCH, [one, two])
    report = received(config, status_report(block="RJCT", block_id=f"{BATCH}-2", reason="DT01"))
    assert treasury.outcomes(report) == [(two.key, Answer(Outcome.REJECTED, "", "DT01"))]
    with pytest.raises(TreasuryError, match="没有这个部分"):
        treasury.outcomes(received(config, status_report(block="RJCT", block_id=f"{BATCH}-3")))


@pytest.mark.parametrize("status", ["ACSC", "ACSP", "ACTC", "PART"])
def test_no_other_status_of_the_whole_says_anything_of_its_payments(
    status: str, config: FilesConfig, treasury: FileTreasury
) -> None:
    treasury.submit(BATCH, [payment(100)])
    assert treasury.outcomes(received(config, status_report(whole=status))) == []
    assert treasury.outcomes(received(config, status_report(block=status))) == []


def test_a_bank_that_contradicts_itself_or_us_leaves_it_unknown(config: FilesConfig, treasury: FileTreasury) -> None:
    one = payment(100)
    treasury.submit(BATCH, [one])
    for report, told in (
        (status_report(Status(one.key, "ACSC"), Status(one.key, "RJCT")), "矛盾"),
        (status_report(Status(one.key, "RJCT"), Status(one.key, "ACSC"), Status(one.key, "ACSC")), "矛盾"),
        (status_report(Status(one.key, "ACSC"), whole="RJCT"), "矛盾"),
        (status_report(Status(one.key, "ACSC"), block="RJCT"), "矛盾"),
        (status_report(Status(one.key, "ACSC", 101)), "101 分"),
    ):
        ((key, answer),) = treasury.outcomes(received(config, report))
        assert (key, answer.outcome) == (one.key, Outcome.UNKNOWN) and told in answer.reason
    twice = received(config, status_report(Status(one.key, "ACSC"), Status(one.key, "ACSC")))
    assert treasury.outcomes(twice) == [(one.key, Answer(Outcome.PAID))]


def test_a_statement_is_of_our_account_and_one(config: FilesConfig, treasury: FileTreasury) -> None:
    one = payment(100)
    good = received(config, statement(Entry(100, [Detail(one.key)], reference="R1")), "b.xml")
    (line,) = treasury.statement(good).lines
    assert (line.key, line.fen, line.direction) == (one.key, 100, "out")
    with pytest.raises(MalformedFile, match="本单位"):
        treasury.statement(received(config, statement(account="999"), "a.xml"))
    two = received(config, statement(times=2), "c.xml")
    with pytest.raises(MalformedFile, match="2 份"):
        treasury.statement(two)
    assert len(treasury.statements(two)) == 2
    (config.inbox / "d.xml").mkdir()
    (config.inbox / "e.txt").write_text("")
    assert [path.name for path in treasury.received()] == ["a.xml", "b.xml", "c.xml"]


def test_a_file_that_cannot_be_read_is_an_error_and_says_nothing(config: FilesConfig, treasury: FileTreasury) -> None:
    with pytest.raises(TreasuryError, match="不能读取"):
        treasury.outcomes(config.inbox / "none.xml")
    with pytest.raises(MalformedFile, match=r"half\.xml"):
        treasury.outcomes(received(config, status_report(Status("k1", "ACSC"))[:-9], "half.xml"))
    with pytest.raises(MalformedFile, match=r"却是 camt\.053"):
        treasury.outcomes(received(config, statement()))


SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{space}"
  elementFormDefault="qualified">
<xs:element name="Document"><xs:complexType><xs:sequence>
  <xs:element name="{name}"><xs:complexType><xs:sequence><xs:any processContents="skip" maxOccurs="{most}"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""


def test_a_schema_that_the_bank_gave_is_held(config: FilesConfig, tmp_path: Path) -> None:
    space = "urn:iso:std:iso:20022:tech:xsd:"
    for message, name, most in (("pain.001.001.09", "CstmrCdtTrfInitn", 2), ("pain.002.001.10", "CstmrPmtStsRpt", 2)):
        schema = SCHEMA.format(space=space + message, name=name, most=most)
        (tmp_path / f"{message}.xsd").write_text(schema)
    strict = FileTreasury(FilesConfig(config.outbox, config.inbox, config.debtor, tmp_path), now)
    # This schema allows two parts: the head and the block of one day.
    with pytest.raises(MalformedFile, match=r"pain\.001\.001\.09 的架构"):
        strict.submit(BATCH, [payment(), payment(day=date(2021, 3, 2))])
    assert not config.outbox.exists()
    assert strict.submit(BATCH, [payment()]).exists()
    assert strict.outcomes(received(config, status_report(whole="ACSP"))) == []
    with pytest.raises(MalformedFile, match=r"pain\.002\.001\.10 的架构"):
        strict.outcomes(received(config, status_report(Status("k1", "ACSC"))))
    with pytest.raises(TreasuryError, match=r"camt\.053\.001\.08\.xsd 不能读取"):
        strict.statement(received(config, statement()))
