"""Reads CSV text: UTF-8 (with or without a byte order mark) or GB18030/GBK; comma, semicolon or tab.

The encoding is found by strict decoding, UTF-8 first: text in GBK is, but for rare short words, not valid UTF-8.
A field is text and nothing else: `=1+1` is five characters.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from shixian.intake.sheet import Cell, Fault, Row
from shixian.rules.errors import IntakeError

UTF_16_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
DELIMITERS = ",;\t"


def read_delimited(name: str, content: bytes) -> Iterator[Row]:
    """The rows of a CSV file, header included; a row with more or fewer fields than the header holds a fault."""
    text = _decoded(name, content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    width = 0
    number = 0
    try:
        for number, fields in enumerate(reader, 1):
            if number == 1:
                width = len(fields)
            cells: tuple[Cell, ...] = tuple(fields)
            if len(fields) != width and any(field.strip() for field in fields):
                why = f"本行有 {len(fields)} 项，表头有 {width} 项；含分隔符的内容须加双引号"
                cells = (Fault(why, fields[0]), *cells[1:width])
            yield Row(number, cells)
    except csv.Error as error:
        raise IntakeError(
            f"文件 {name} 第{number + 1}行不是完整的 CSV（{error}）", remedy="检查双引号是否成对；单元格内的双引号须写成两个"
        ) from error


def _decoded(name: str, content: bytes) -> str:
    if content.startswith(UTF_16_32) or b"\x00" in content:
        raise IntakeError(f"文件 {name} 是 UTF-16 编码或不是文字文件", remedy="另存为“CSV UTF-8（逗号分隔）”或 GBK 编码的 CSV")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise IntakeError(f"文件 {name} 既不是 UTF-8 也不是 GBK/GB18030 编码", remedy="另存为“CSV UTF-8（逗号分隔）”")


def _delimiter(text: str) -> str:
    """The delimiter of the first line, quoted parts left aside; two that are equally frequent are refused."""
    line = re.sub(r'"(?:[^"]|"")*"', "", text).split("\n", 1)[0]
    counts = sorted(((line.count(mark), mark) for mark in DELIMITERS), reverse=True)
    if counts[0][0] and counts[0][0] == counts[1][0]:
        raise IntakeError("不能确定 CSV 以何分隔：表头中几种分隔符一样多", remedy="统一用逗号分隔，含逗号的表头加双引号")
    return counts[0][1] if counts[0][0] else ","
