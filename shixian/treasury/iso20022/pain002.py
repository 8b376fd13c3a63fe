"""Reads pain.002.001.10, the status of an order: for each payment named in it, what the bank says, and nothing more.

A status of the whole message or block is kept apart: what it means for payments that are not named is not guessed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from shixian.treasury.iso20022.reading import Node, document
from shixian.treasury.port import Answer, Outcome

MESSAGE = "pain.002.001.10"

OUTCOMES = {
    "ACSC": Outcome.PAID,
    "ACCC": Outcome.PAID,
    "RJCT": Outcome.REJECTED,
    "ACSP": Outcome.ACCEPTED,
    "PDNG": Outcome.ACCEPTED,
    "ACCP": Outcome.ACCEPTED,
}
"""Every other status is UNKNOWN: a bank's word that we do not know is no ground for paying again."""

# Refused as a duplicate: then there is a first one, and it may well have been paid.
_DUPLICATE = re.compile(r"AM05|DU[0-9]{2}")


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """The answer about one payment; `key` is "" when the bank names none. `fen` when it repeats the amount."""

    key: str
    answer: Answer
    fen: int | None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """`original` is the message id of our order. `whole` is the answer about all of it, `blocks` about blocks by their
    id, where the bank gives one."""

    reference: str
    original: str
    whole: Answer | None
    blocks: dict[str, Answer]
    payments: tuple[PaymentStatus, ...]


def read(data: bytes, file: str = "pain.002") -> StatusReport:
    """The report in a file. MalformedFile says what is wrong and where; then nothing was read."""
    message = document(data, MESSAGE, file)
    group = message.one("OrgnlGrpInfAndSts")
    payments = [_payment(item) for item in message.all("OrgnlPmtInfAndSts/TxInfAndSts")]
    about = group.one("OrgnlMsgNmId")
    if not about.text.startswith("pain.001"):
        raise about.wrong(f"是对 {about.text!r} 的答复，不是对付款报文的")
    counted = group.maybe("OrgnlNbOfTxs")
    if counted is not None and counted.number() < len({item.key for item in payments if item.key}):
        raise counted.wrong(f"写明原报文 {counted.text} 笔，却列有 {len(payments)} 笔")
    return StatusReport(
        reference=message.one("GrpHdr/MsgId").text,
        original=group.one("OrgnlMsgId").text,
        whole=_answer(group, "GrpSts", "") if group.maybe("GrpSts") else None,
        blocks=_blocks(message),
        payments=tuple(payments),
    )


def _blocks(message: Node) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for block in message.all("OrgnlPmtInfAndSts"):
        if block.maybe("PmtInfSts") is None:
            continue
        name = block.one("OrgnlPmtInfId")
        answer = _answer(block, "PmtInfSts", "")
        if found.setdefault(name.text, answer).outcome is not answer.outcome:
            raise name.wrong(f"{name.text} 有两个不同的状态")
    return found


def _payment(item: Node) -> PaymentStatus:
    amount = item.maybe("OrgnlTxRef/Amt/InstdAmt")
    fen = None if amount is None else amount.fen()
    answer = replace(_answer(item, "TxSts", item.text_of("AcctSvcrRef")), fen=fen)
    return PaymentStatus(key_of(item.text_of("OrgnlEndToEndId")), answer, fen)


def _answer(item: Node, status: str, reference: str) -> Answer:
    code = item.text_of(status)
    reasons = [
        " ".join(filter(None, (reason.text_of("Rsn/Cd", "Rsn/Prtry"), *(part.text for part in reason.all("AddtlInf")))))
        for reason in item.all("StsRsnInf")
    ]
    outcome = OUTCOMES.get(code, Outcome.UNKNOWN)
    codes = [reason.text_of("Rsn/Cd", "Rsn/Prtry") for reason in item.all("StsRsnInf")]
    if outcome is Outcome.REJECTED and any(_DUPLICATE.match(told) for told in codes):
        outcome = Outcome.UNKNOWN
        reasons.append("银行以重复为由拒绝，先到的一笔可能已付")
    elif outcome is Outcome.UNKNOWN:
        reasons.insert(0, f"银行状态 {code}，不识别" if code else "银行未给出状态")
    return Answer(outcome, reference, "；".join(filter(None, reasons)), item.text_of("AccptncDtTm") or None)


def key_of(text: str) -> str:
    """Our key as the bank gave it back; "" when it gave none, or ISO's word for none."""
    return "" if text == "NOTPROVIDED" else text
