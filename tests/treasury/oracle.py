"""pyiso20022 as a second opinion: classes made from the official schemas, which read ours and write for us to read."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer

Document = TypeVar("Document")

_STRICT = ParserConfig(
    fail_on_unknown_properties=True, fail_on_unknown_attributes=True, fail_on_converter_warnings=True
)


def parse(data: bytes, kind: type[Document]) -> Document:
    """The message as the schema's classes; anything that is not in the schema raises."""
    return XmlParser(config=_STRICT).from_bytes(data, kind)


def serialise(document: Any, space: str) -> bytes:
    """The message as XML, elements in the schema's order."""
    return XmlSerializer().render(document, ns_map={None: space}).encode()


def faults(value: Any, place: str = "") -> list[str]:
    """Where a parsed message breaks what the schema says of lengths, patterns, digits and occurrence."""
    found: list[str] = []
    for item in dataclasses.fields(value):
        here, told, content = (
            f"{place}/{item.metadata.get('name', item.name)}",
            item.metadata,
            getattr(value, item.name),
        )
        several = content if isinstance(content, list) else [] if content is None else [content]
        if told.get("required") and not several:
            found.append(f"{here}: missing")
        if len(several) < told.get("min_occurs", 0):
            found.append(f"{here}: too few")
        for one in several:
            found += (
                faults(one, here)
                if dataclasses.is_dataclass(one) and not hasattr(one, "year")
                else _plain(one, told, here)
            )
    return found


def _plain(one: Any, told: Any, here: str) -> list[str]:
    found = []
    if isinstance(one, str):
        if not told.get("min_length", 0) <= len(one) <= told.get("max_length", len(one)):
            found.append(f"{here}: {len(one)} characters")
        if "pattern" in told and not re.fullmatch(told["pattern"], one):
            found.append(f"{here}: {one!r}")
    elif isinstance(one, Decimal):
        digits = one.as_tuple()
        decimals = -int(digits.exponent)
        if len(digits.digits) > told.get("total_digits", 99) or decimals > told.get("fraction_digits", 99):
            found.append(f"{here}: {one}")
    else:
        assert isinstance(one, Enum | bool) or hasattr(one, "year"), f"{here}: {one!r}"
    return found
