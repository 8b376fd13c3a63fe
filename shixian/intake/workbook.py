"""Reads an .xlsx workbook: openpyxl for the cells, one more look at the sheet for what openpyxl passes over.

The second look (merged cells, hidden rows, rows out of order) streams the sheet through expat, which also refuses
any part with a document type: a workbook has none, and entities are how a small file becomes a large one.
Formulas are found by asking for them (`data_only=False`); their stored results are nobody's statement.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import openpyxl
from openpyxl.utils.cell import range_boundaries

from shixian.intake.sheet import MAXIMUM_COLUMNS, Cell, Fault, Number, Row
from shixian.rules.errors import IntakeError

SHEET = "填报"
MAXIMUM_UNPACKED = 400 * 1024 * 1024
MAXIMUM_PARTS = 2_000
MAXIMUM_MERGED = 1_000
FIRST_RELIABLE_DAY = date(1900, 3, 1)  # Excel counts 1900-02-29, a day that never was

_PLAIN = re.compile(r"(?:General|G/通用格式|@|#*0|#,##0)(?:\.[0#?]+)?", re.IGNORECASE)


def read_workbook(path: Path) -> Iterator[Row]:
    """The rows of the sheet 填报 (or of the only sheet), header included, hidden ones too."""
    _guard(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions and styles, which intake does not use
            with closing(openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)) as book:
                sheet = _sheet(book)
                layout = _layout(path, sheet._worksheet_path)
                sheet.reset_dimensions()  # the file's own statement of its size is often wrong, and cuts rows off
                yield from _rows(sheet, layout)
    except IntakeError:
        raise
    except Exception as error:  # openpyxl raises whatever the damage makes it raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> IntakeError:
    return IntakeError(
        f"工作簿 {path.name} 已损坏，不能读取（{type(error).__name__}）", remedy="在 Excel 中打开并另存为 .xlsx 再导入"
    )


def _guard(path: Path) -> None:
    """Refuse what is no workbook, or unpacks to more than any workbook of this kind needs."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAXIMUM_PARTS or sum(part.file_size for part in parts) > MAXIMUM_UNPACKED:
                raise IntakeError(f"工作簿 {path.name} 解压后过大，不予读取", remedy="使用 shixian template 的模板重新填写")
            if any(part.flag_bits & 1 for part in parts):
                raise IntakeError(f"工作簿 {path.name} 有密码，不能读取", remedy="取消密码，另存后再导入")
            if "[Content_Types].xml" not in archive.namelist():
                raise IntakeError(f"文件 {path.name} 不是 .xlsx 工作簿", remedy="在 Excel 中另存为 .xlsx")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as stream, suppress(_Begun):
                        _parse(stream, _begun)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, expat.ExpatError, OSError, EOFError) as error:
        raise _damaged(path, error) from error


class _Begun(Exception):
    """The first element has come; a document type can only stand before it."""


def _begun(name: str, attributes: dict[str, str]) -> None:
    raise _Begun


def _parse(stream: IO[bytes], start: Callable[[str, dict[str, str]], None]) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")

    def doctype(*_: object) -> None:
        raise IntakeError("工作簿中含有文档类型声明，不予读取", remedy="在 Excel 中打开并另存为 .xlsx 再导入")

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.ParseFile(stream)


@dataclass(slots=True)
class Layout:
    """What the second look found: merged ranges, hidden rows, and whether the rows stand in order."""

    merged: list[str] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    last: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            number = int(attributes.get("r", self.last + 1))
            if number <= self.last:
                raise IntakeError(f"工作表中第{number}行出现两次或次序颠倒", remedy="在 Excel 中打开并另存为 .xlsx 再导入")
            self.last = number
            if attributes.get("hidden") in ("1", "true"):
                self.hidden.add(number)
        elif tag == "mergeCell":
            self.merged.append(attributes["ref"])


def _layout(path: Path, part: str) -> Layout:
    found = Layout()
    with zipfile.ZipFile(path) as archive, archive.open(part.lstrip("/")) as stream:
        _parse(stream, found.start)
    return found


def _sheet(book: Any) -> Any:
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")]
    named = [sheet for sheet in sheets if sheet.title.strip() == SHEET]
    if len(named) == 1:
        return named[0]
    if len(sheets) == 1:
        return sheets[0]
    raise IntakeError(
        f"工作簿中没有名为“{SHEET}”的工作表", remedy=f"现有：{'、'.join(book.sheetnames)}；把要导入的一张改名为“{SHEET}”"
    )


def _rows(sheet: Any, layout: Layout) -> Iterator[Row]:
    merged = [(reference, range_boundaries(reference)) for reference in layout.merged]
    if any(top == 1 for _, (_, top, _, _) in merged):
        raise IntakeError(f"表头中有合并单元格（{merged[0][0]}）", remedy="取消合并；表头须与模板一致，一列一个")
    if len(merged) > MAXIMUM_MERGED:
        raise IntakeError(f"工作表中有 {len(merged)} 处合并单元格", remedy="取消全部合并后再导入")
    for number, raw in enumerate(sheet.rows, 1):
        cells: list[Cell] = [_cell(each) for each in raw]
        while cells and cells[-1] is None:
            cells.pop()
        if len(cells) > MAXIMUM_COLUMNS * 2:
            raise IntakeError(f"第{number}行有 {len(cells)} 列", remedy="使用 shixian template 的模板")
        if cells:
            _mark_merged(cells, number, merged)
            yield Row(number, tuple(cells), number in layout.hidden)


def _mark_merged(cells: list[Cell], number: int, merged: list[tuple[str, Any]]) -> None:
    for reference, (left, top, _, bottom) in merged:
        if top <= number <= bottom:
            cells.extend([None] * (left - len(cells)))
            held = cells[left - 1]
            cells[left - 1] = Fault(f"合并单元格（{reference}）", str(held) if isinstance(held, str) else "")


def _cell(cell: Any) -> Cell:
    kind, value = cell.data_type, cell.value
    if kind == "f":
        text = value if isinstance(value, str) else getattr(value, "text", None) or "="
        return Fault("是公式，不接受公式（请选择性粘贴为数值）", text)
    if value is None:
        return None
    if kind == "e":
        return Fault("是错误值", str(value))
    if isinstance(value, bool | str):
        return value
    if isinstance(value, datetime):
        if value.time() != time():
            return Fault("日期中带有时刻，只填日期", str(value))
        value = value.date()
    if isinstance(value, date):
        return value if value >= FIRST_RELIABLE_DAY else Fault("日期过早，Excel 所记的 1900年3月1日以前的日期不可靠", str(value))
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "General")
    return Fault("是时刻或时长，不是本表所填的内容", str(value))


def _number(value: int | float, number_format: str) -> Cell:
    """The number as Excel itself keeps it, to 15 digits: 0.1+0.2 is stored as 0.30000000000000004 and is 0.3."""
    if value != value or value in (float("inf"), float("-inf")) or abs(value) >= 1e18:
        return Fault("数值过大", str(value))
    if isinstance(value, int) and abs(value) >= 10**15:
        return Number(str(value), shown="科学计数")
    exact = Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)
    text = f"{exact.normalize() + 0:f}"
    unit, shown = _shown(number_format)
    return Number("0" if text == "-0" else text, unit, shown)


def _shown(number_format: str) -> tuple[str, str]:
    """What a number format adds to the number: a unit, or a picture that is not the stored number."""
    section = re.sub(r"_.|\*.|\[(?!\$)[^\]]*\]", "", number_format.split(";")[0])
    section = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r"\1", section)
    bare = re.sub(r'["\\\s]', "", section)
    unit = "元" if bare[:1] in ("¥", "￥") else ""
    bare = bare.lstrip("¥￥")
    for written in ("万元", "元"):
        if bare.endswith(written):
            unit, bare = written, bare[: -len(written)]
            break
    return (unit, "") if _PLAIN.fullmatch(bare) else ("", number_format)
