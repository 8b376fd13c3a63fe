"""Writes pain.001.001.09, the order to pay: one message a batch, one block a day, one transaction a payment.

Domestic accounts have no IBAN and stand in Othr/Id; banks stand under their CNAPS code. Names are written as they are
and whole. The payment's key is its EndToEndId, which comes back in status and statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from shixian.treasury.iso20022.reading import CURRENCY, SPACE, document
from shixian.treasury.port import Payment, TreasuryError, check_text

MESSAGE = "pain.001.001.09"
CLEARING_SYSTEM = "CNAPS"

_SPACE = SPACE + MESSAGE
# Room for the number of the block behind it: Max35Text.
_REFERENCE = re.compile(r"[0-9A-Za-z-]{1,30}")


@dataclass(frozen=True, slots=True)
class Debtor:
    """Whose account is debited."""

    name: str
    account: str = field(repr=False)
    bank: str

    def __post_init__(self) -> None:
        check_text("付款人名称", self.name)
        if not re.fullmatch(r"[0-9A-Za-z-]{1,34}", self.account) or not re.fullmatch(r"[0-9]{12}", self.bank):
            raise TreasuryError("付款账号应为 1 至 34 位字母、数字或连字符，联行号应为 12 位数字")


def yuan_text(fen: int) -> str:
    """Whole fen as yuan with two decimals; no float comes near it."""
    return f"{fen // 100}.{fen % 100:02d}"


def write(reference: str, payments: Sequence[Payment], debtor: Debtor, created: datetime) -> bytes:
    """The message for a batch. `created` is written to the second. The same arguments give the same bytes.

    TreasuryError: no payments, one key twice, a reference that does not fit.
    """
    if not _REFERENCE.fullmatch(reference):
        raise TreasuryError(f"批次编号 {reference!r} 应为 1 至 30 位字母、数字或连字符")
    if not payments:
        raise TreasuryError(f"批次 {reference} 没有支付，不生成报文")
    keys = [payment.key for payment in payments]
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise TreasuryError(f"批次 {reference} 内支付编号 {twice} 出现两次")
    if created.tzinfo is None:
        raise TreasuryError("报文生成时间须带时区")
    root: etree._Element = etree.Element(f"{{{_SPACE}}}Document", nsmap={None: _SPACE})  # type: ignore[dict-item]
    message = _add(root, "CstmrCdtTrfInitn")
    head = _add(message, "GrpHdr")
    _add(head, "MsgId", reference)
    _add(head, "CreDtTm", created.isoformat(timespec="seconds"))
    _totals(head, payments)
    _add(head, "InitgPty/Nm", debtor.name)
    days = sorted({payment.day for payment in payments})
    for number, day in enumerate(days, 1):
        block = _add(message, "PmtInf")
        due = [payment for payment in payments if payment.day == day]
        _add(block, "PmtInfId", f"{reference}-{number}")
        _add(block, "PmtMtd", "TRF")
        _totals(block, due)
        _add(block, "ReqdExctnDt/Dt", f"{day}")
        _add(block, "Dbtr/Nm", debtor.name)
        account = _add(block, "DbtrAcct")
        _add(account, "Id/Othr/Id", debtor.account)
        _add(account, "Ccy", CURRENCY)
        _agent(block, "DbtrAgt", debtor.bank)
        for payment in due:
            _transaction(block, payment)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@dataclass(frozen=True, slots=True)
class Original:
    """What was in a message of ours: when it was made, the amount under each key, the keys of each block."""

    created: datetime
    amounts: dict[str, int]
    blocks: dict[str, tuple[str, ...]]


def read_original(data: bytes, file: str) -> Original:
    """A message of ours, read back from the outbox."""
    message = document(data, MESSAGE, file)
    amounts: dict[str, int] = {}
    blocks: dict[str, tuple[str, ...]] = {}
    for block in message.all("PmtInf"):
        own = {item.one("PmtId/EndToEndId").text: item.one("Amt/InstdAmt").fen() for item in block.all("CdtTrfTxInf")}
        blocks[block.one("PmtInfId").text] = tuple(own)
        amounts |= own
    made = message.one("GrpHdr/CreDtTm")
    try:
        return Original(datetime.fromisoformat(made.text), amounts, blocks)
    except ValueError:
        raise made.wrong(f"不是时间：{made.text!r}") from None


def _transaction(block: etree._Element, payment: Payment) -> None:
    item = _add(block, "CdtTrfTxInf")
    _add(item, "PmtId/EndToEndId", payment.key)
    _add(item, "Amt/InstdAmt", yuan_text(payment.fen)).set("Ccy", CURRENCY)
    _agent(item, "CdtrAgt", payment.bank)
    _add(item, "Cdtr/Nm", payment.payee)
    _add(item, "CdtrAcct/Id/Othr/Id", payment.account)
    if payment.remittance:
        _add(item, "RmtInf/Ustrd", payment.remittance)


def _totals(parent: etree._Element, payments: Sequence[Payment]) -> None:
    _add(parent, "NbOfTxs", f"{len(payments)}")
    _add(parent, "CtrlSum", yuan_text(sum(payment.fen for payment in payments)))


def _agent(parent: etree._Element, name: str, bank: str) -> None:
    member = _add(parent, f"{name}/FinInstnId/ClrSysMmbId")
    _add(member, "ClrSysId/Cd", CLEARING_SYSTEM)
    _add(member, "MmbId", bank)


def _add(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
    """New elements along the path; the last of them, with its text."""
    element = parent
    for name in path.split("/"):
        element = etree.SubElement(element, f"{{{_SPACE}}}{name}")
    element.text = text
    return element
