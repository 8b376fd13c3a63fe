"""Checks a message against the bank's own schema, where one is given. The schemas are not ours to hand out."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lxml import etree

from shixian.treasury.iso20022.reading import MalformedFile, safe_tree
from shixian.treasury.port import TreasuryError


def check(data: bytes, message: str, folder: Path | None, file: str) -> None:
    """Compare with `FOLDER/MESSAGE.xsd`. MalformedFile: it differs, with the line. TreasuryError: no such schema."""
    if folder is None:
        return
    try:
        _schema(folder / f"{message}.xsd").assertValid(safe_tree(data, file))
    except etree.DocumentInvalid as error:
        raise MalformedFile(f"{file}：不符合 {message} 的架构：{error}") from error


@lru_cache(maxsize=8)
def _schema(path: Path) -> etree.XMLSchema:
    try:
        return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False)))
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise TreasuryError(f"架构文件 {path} 不能读取：{error}", remedy="核对架构文件夹，或不设定它") from error
