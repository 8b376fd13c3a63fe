"""Reads camt.053.001.08, the statement: every booked entry becomes a line, matched to a key or not.

Whole or not at all: the count and the balances that the bank states have to agree with the entries read, and a page of
a statement is refused, for silence is not "not booked". Entries not yet booked (PDNG, INFO, FUTR) move no money and
are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain

from shixian.treasury.iso20022.pain002 import key_of
from shixian.treasury.iso20022.reading import Node, document
from shixian.treasury.port import Direction, Statement, StatementLine

MESSAGE = "camt.053.001.08"

_NOT_BOOKED = {"PDNG", "INFO", "FUTR"}
_RETURN_FAMILY = "RRTN"  # the sub-family of a returned credit transfer


def read(data: bytes, file: str = "camt.053", *, account: str | None = None) -> tuple[Statement, ...]:
    """The statements in a file. MalformedFile: also another currency, another account than `account`, a page of one."""
    message = document(data, MESSAGE, file)
    _whole(message.maybe("GrpHdr/MsgPgntn"))
    statements = tuple(_statement(item, account) for item in message.all("Stmt"))
    if not statements:
        raise message.wrong("没有对账单")
    return statements


def _statement(item: Node, account: str | None) -> Statement:
    _whole(item.maybe("StmtPgntn"))
    number = item.one("Acct/Id").text_of("Othr/Id", "IBAN")
    if not number:
        raise item.one("Acct/Id").wrong("没有账号")
    if account is not None and number != account:
        raise item.one("Acct").wrong("不是本单位账户的对账单")
    if (currency := item.text_of("Acct/Ccy")) not in ("", "CNY"):
        raise item.one("Acct/Ccy").wrong(f"账户币种为 {currency!r}，只收 CNY")
    reference = item.one("Id").text
    entries = [entry for entry in item.all("Ntry") if not _left(entry)]
    _check_totals(item, entries)
    lines = list(chain.from_iterable(_lines(entry, reference, place) for place, entry in enumerate(entries, 1)))
    day = _day(item, lines)
    return Statement(f"camt.053:{number}", reference, day, tuple(_distinct(lines)))


def _whole(pages: Node | None) -> None:
    if pages is not None and not (pages.one("PgNb").text == "1" and pages.one("LastPgInd").flag()):
        raise pages.wrong("只是对账单的一页，请提供完整的对账单")


def _left(entry: Node) -> bool:
    code = entry.one("Sts").text_of("Cd")
    if code != "BOOK" and code not in _NOT_BOOKED:
        raise entry.one("Sts").wrong(f"入账状态 {code!r} 不识别")
    return code != "BOOK"


def _signed(item: Node) -> int:
    """Plus for money in, minus for money out."""
    return item.one("Amt").fen() * _sign(item.one("CdtDbtInd"))


def _sign(node: Node) -> int:
    if node.text not in ("CRDT", "DBIT"):
        raise node.wrong(f"借贷标志 {node.text!r} 不识别")
    return 1 if node.text == "CRDT" else -1


def _check_totals(item: Node, entries: list[Node]) -> None:
    """What the bank states of the whole has to agree with its parts."""
    total = sum(_signed(entry) for entry in entries)
    stated = item.maybe("TxsSummry/TtlNtries/NbOfNtries")
    listed = len(list(item.all("Ntry")))
    if stated is not None and stated.number() not in (len(entries), listed):
        raise stated.wrong(f"写明 {stated.text} 笔，实有 {listed} 笔")
    balances: dict[str, int] = {}
    for balance in item.all("Bal"):
        code = balance.text_of("Tp/CdOrPrtry/Cd")
        if code in ("OPBD", "PRCD", "CLBD"):
            if code in balances:
                raise balance.wrong(f"余额 {code} 出现两次")
            balances[code] = balance.one("Amt").fen_or_zero() * _sign(balance.one("CdtDbtInd"))
    opening = balances.get("OPBD", balances.get("PRCD"))
    if opening is not None and "CLBD" in balances and opening + total != balances["CLBD"]:
        raise item.wrong(f"期初余额加减发生额与期末余额相差 {abs(opening + total - balances['CLBD'])} 分")


def _lines(entry: Node, statement: str, place: int) -> Iterator[StatementLine]:
    """One line an entry, or one a transaction when the bank booked several together."""
    own = entry.text_of("AcctSvcrRef") or f"{statement}/{entry.text_of('NtryRef') or place}"
    booked = entry.one("BookgDt").day()
    signed = _signed(entry)
    details = list(entry.all("NtryDtls/TxDtls"))
    if not details:
        for batch in entry.all("NtryDtls/Btch/NbOfTxs"):
            if batch.number() > 1:
                raise batch.wrong(f"合并入账 {batch.text} 笔，却没有明细")
        yield _line(entry, None, signed, own, booked)
        return
    parts = [_part(entry, detail, signed, alone=len(details) == 1) for detail in details]
    if sum(parts) != signed:
        raise entry.wrong(f"明细合计与入账金额相差 {abs(sum(parts) - signed)} 分")
    for number, (detail, part) in enumerate(zip(details, parts, strict=True), 1):
        reference = detail.text_of("Refs/AcctSvcrRef") or (own if len(details) == 1 else f"{own}/{number}")
        yield _line(entry, detail, part, reference, booked)


def _part(entry: Node, detail: Node, signed: int, *, alone: bool) -> int:
    amount = detail.maybe("Amt") or detail.maybe("AmtDtls/TxAmt/Amt")
    if amount is None:
        if not alone:
            raise detail.wrong("合并入账的一笔明细没有金额")
        return signed
    mark = detail.maybe("CdtDbtInd") or entry.one("CdtDbtInd")
    return amount.fen() * _sign(mark)


def _line(entry: Node, detail: Node | None, signed: int, reference: str, booked: date) -> StatementLine:
    direction = _direction(entry, detail, signed)
    parties = ("Cdtr", "Dbtr") if direction != "in" else ("Dbtr", "Cdtr")
    text = key = name = account = ""
    if detail is not None:
        key = key_of(detail.text_of("Refs/EndToEndId"))
        name = detail.text_of(*(f"RltdPties/{party}/Pty/Nm" for party in parties))
        account = detail.text_of(
            *(f"RltdPties/{party}Acct/Id/{kind}" for party in parties for kind in ("Othr/Id", "IBAN"))
        )
        text = _text(detail)
    return StatementLine(
        # A bank may repeat the payment's reference on its return, days later: the two must not be taken for one.
        reference=reference if direction == "out" else f"{reference}:{direction}",
        key=key,
        fen=abs(signed),
        direction=direction,
        booked=booked,
        counterparty=name,
        account=account,
        text=text or entry.text_of("AddtlNtryInf"),
    )


def _direction(entry: Node, detail: Node | None, signed: int) -> Direction:
    if signed < 0:
        return "out"
    reversal = entry.maybe("RvslInd")
    families = [entry.text_of("BkTxCd/Domn/Fmly/SubFmlyCd")]
    if detail is not None:
        families.append(detail.text_of("BkTxCd/Domn/Fmly/SubFmlyCd"))
    back = (
        (reversal is not None and reversal.flag())
        or (detail is not None and detail.maybe("RtrInf") is not None)
        or _RETURN_FAMILY in families
    )
    return "returned" if back else "in"


def _text(detail: Node) -> str:
    """Remittance text, and why it came back when it did."""
    told = [node.text for node in detail.all("RmtInf/Ustrd")]
    back = [detail.text_of("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"), *(node.text for node in detail.all("RtrInf/AddtlInf"))]
    reasons = " ".join(filter(None, back))
    return " ".join(filter(None, [*told, f"退汇：{reasons}" if reasons else ""]))


def _day(item: Node, lines: list[StatementLine]) -> date:
    for balance in item.all("Bal"):
        if balance.text_of("Tp/CdOrPrtry/Cd") == "CLBD":
            return balance.one("Dt").day()
    if (to := item.maybe("FrToDt/ToDtTm")) is not None:
        return to.day()
    if lines:
        return max(line.booked for line in lines)
    return item.one("CreDtTm").day()


def _distinct(lines: list[StatementLine]) -> Iterator[StatementLine]:
    """References told apart by their number where the bank uses one for several lines of the statement."""
    used = Counter(line.reference for line in lines)
    seen: Counter[str] = Counter()
    for line in lines:
        if used[line.reference] == 1:
            yield line
            continue
        seen[line.reference] += 1
        yield StatementLine(
            f"{line.reference}#{seen[line.reference]}",
            *(line.key, line.fen, line.direction, line.booked, line.counterparty, line.account, line.text),
        )
