"""Reads a bank's XML: safely, and so that whatever is wrong is named with its place.

No entities, no document types, nothing fetched, a limit on size. A file is read whole or refused whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from shixian.rules.money import MAXIMUM_FEN
from shixian.treasury.port import TreasuryError

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes. A statement of 20,000 lines has about 20 MB."""

CURRENCY = "CNY"
SPACE = "urn:iso:std:iso:20022:tech:xsd:"

_AMOUNT = re.compile(r"\+?(?=\.?[0-9])([0-9]{0,18})(?:\.([0-9]{0,5}))?")  # as xs:decimal: also "5." and ".5"
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


class MalformedFile(TreasuryError):
    """A file that is not what it should be; says what, and where in it."""


class Node:
    """An element and its place. The paths of `one`, `maybe`, `all` are names without namespace: "Refs/EndToEndId"."""

    __slots__ = ("_element", "_file", "_place", "_space")

    def __init__(self, element: etree._Element, file: str, space: str, place: str) -> None:
        self._element, self._file, self._space, self._place = element, file, space, place

    def wrong(self, what: str) -> MalformedFile:
        """The error to raise about this element."""
        return MalformedFile(
            f"{self._file}：{what}（{self._place}，第 {self._element.sourceline} 行）",
            remedy="请银行重新提供文件；本文件没有任何内容被采用",
        )

    def all(self, path: str) -> Iterator[Node]:
        """Every element at the path, in order."""
        first, _, rest = path.partition("/")
        for number, child in enumerate(self._element.iterchildren(f"{{{self._space}}}{first}"), 1):
            node = Node(child, self._file, self._space, f"{self._place}/{first}[{number}]")
            if rest:
                yield from node.all(rest)
            else:
                yield node

    def maybe(self, path: str) -> Node | None:
        """The element at the path, or None; two are an error, for which one would count?"""
        found = list(self.all(path))
        if len(found) > 1:
            raise self.wrong(f"{path} 出现 {len(found)} 次")
        return found[0] if found else None

    def one(self, path: str) -> Node:
        """The element at the path, which has to be there."""
        found = self.maybe(path)
        if found is None:
            raise self.wrong(f"缺少 {path}")
        return found

    @property
    def text(self) -> str:
        """The element's own text, without the white space around it. Elements inside are an error."""
        if len(self._element):
            raise self.wrong("应为文字，却含有下级元素")
        return (self._element.text or "").strip()

    def text_of(self, *paths: str) -> str:
        """The text at the first of the paths that is there and not empty, or ""."""
        for path in paths:
            node = self.maybe(path)
            if node is not None and node.text:
                return node.text
        return ""

    def fen(self) -> int:
        """The element as an amount in whole fen. Another currency, a third decimal, zero: an error."""
        fen = self.fen_or_zero()
        if not fen:
            raise self.wrong("金额为零")
        if fen > MAXIMUM_FEN:
            raise self.wrong("金额超出上限 10 万亿元")
        return fen

    def fen_or_zero(self) -> int:
        """The element as an amount that may be zero: a balance."""
        currency = self._element.get("Ccy")
        if currency != CURRENCY:
            raise self.wrong(f"币种为 {currency!r}，只收 {CURRENCY}")
        match = _AMOUNT.fullmatch(self.text)
        if match is None:
            raise self.wrong(f"不是金额：{self.text!r}")
        yuan, decimals = match.group(1), (match.group(2) or "").ljust(5, "0")
        if decimals[2:] != "000":
            raise self.wrong(f"金额不足一分：{self.text!r}")
        return int(yuan or 0) * 100 + int(decimals[:2])

    def day(self) -> date:
        """The element as a day: its Dt, its DtTm, or itself. No zone is converted: the bank says which day it is."""
        inner = self.maybe("Dt") or self.maybe("DtTm")
        text = inner.text if inner is not None else self.text
        match = _DAY.fullmatch(text) or _INSTANT.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            return date.fromisoformat(match.group(1))
        except ValueError:
            raise (inner or self).wrong(f"不是日期：{text!r}") from None

    def number(self) -> int:
        """The element as a count."""
        if not re.fullmatch(r"[0-9]{1,15}", self.text):
            raise self.wrong(f"不是笔数：{self.text!r}")
        return int(self.text)

    def flag(self) -> bool:
        """The element as true or false."""
        if self.text not in ("true", "false", "1", "0"):
            raise self.wrong(f"应为 true 或 false：{self.text!r}")
        return self.text in ("true", "1")


def document(data: bytes, message: str, file: str) -> Node:
    """The content of a `Document` of one message type ("camt.053.001.08"). MalformedFile for anything else."""
    tree = safe_tree(data, file)
    root = tree.getroot()
    name = etree.QName(root)
    if name.localname != "Document" or name.namespace != SPACE + message:
        found = (name.namespace or "").removeprefix(SPACE) or "（无命名空间）"
        raise MalformedFile(
            f"{file}：应为 {message} 报文，却是 {found} 的 {name.localname}", remedy="核对文件种类和版本"
        )
    children = list(root.iterchildren(tag=etree.Element))
    if len(children) != 1:
        raise MalformedFile(f"{file}：Document 内应有一个报文，却有 {len(children)} 个")
    inner = etree.QName(children[0]).localname
    return Node(children[0], file, SPACE + message, f"/Document/{inner}")


def safe_tree(data: bytes, file: str) -> etree._ElementTree:
    """Parse without following anything. MalformedFile: too large, not well-formed, or with a document type."""
    if len(data) > LARGEST_FILE:
        raise MalformedFile(f"{file}：{len(data)} 字节，超过 {LARGEST_FILE} 字节的上限", remedy="请银行分文件提供")
    # Before parsing, so that nothing declared there is even looked at; afterwards once more, for other encodings.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise MalformedFile(f"{file}：含有文档类型或实体声明，拒收")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        tree = etree.ElementTree(etree.fromstring(data, parser))
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"，第 {line} 行" if line else ""
        raise MalformedFile(f"{file}：不是完整的 XML：{error}{where}", remedy="请银行重新提供文件") from error
    if tree.docinfo.internalDTD is not None or tree.docinfo.externalDTD is not None:
        raise MalformedFile(f"{file}：含有文档类型声明，拒收")
    return tree
