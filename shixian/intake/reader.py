"""Reads a filled-in file: an .xlsx workbook or a CSV text, as it stands, within limits.

What the file as a whole cannot be (another type, encrypted, damaged, too large, without a header) raises IntakeError;
what a single cell cannot be is left in its place as a `Fault`, so that the row is refused and the others are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from shixian.intake.delimited import read_delimited
from shixian.intake.sheet import MAXIMUM_BYTES, MAXIMUM_COLUMNS, MAXIMUM_ROWS, Cell, Fault, Row, Sheet, letters
from shixian.intake.workbook import read_workbook
from shixian.rules.errors import IntakeError

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_rows(path: Path | str) -> Sheet:
    """The header and the rows of a file. IntakeError when the file cannot be taken as a whole."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAXIMUM_BYTES:
            raise IntakeError(
                f"文件 {path.name} 有 {size / 1024 / 1024:.1f} MB，超过 {MAXIMUM_BYTES // 1024 // 1024} MB 的上限",
                remedy="分成几个文件，或删去文件中的图片和多余的工作表",
            )
        content = path.read_bytes()
    except OSError as error:
        raise IntakeError(f"文件 {path} 无法打开：{error.strerror}", remedy="核对文件名和读取权限") from error
    header, rows = _table(_rows_of(path, content))
    return Sheet(header, rows, sha256(content).hexdigest(), path.name)


def _rows_of(path: Path, content: bytes) -> Iterable[Row]:
    suffix = path.suffix.lower()
    if not content:
        raise IntakeError(f"文件 {path.name} 是空的", remedy="用 shixian template 生成模板，填写后再导入")
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise IntakeError(f"文件 {path.name} 有打开密码，不能读取", remedy="在 Excel 中取消密码，另存后再导入")
        raise IntakeError(f"文件 {path.name} 是旧版 Excel（.xls）格式，不能读取", remedy="另存为 .xlsx 再导入")
    if suffix == ".xlsx":
        if not content.startswith(ZIP):
            raise IntakeError(f"文件 {path.name} 不是 .xlsx 工作簿", remedy="在 Excel 中打开，另存为“Excel 工作簿（.xlsx）”")
        return read_workbook(path)
    if suffix == ".csv":
        if content.startswith(ZIP):
            raise IntakeError(f"文件 {path.name} 其实是工作簿或压缩包，不是 CSV", remedy="把扩展名改为 .xlsx，或另存为 CSV")
        return read_delimited(path.name, content)
    raise IntakeError(f"不能读取 {suffix or '没有扩展名的'} 文件：{path.name}", remedy="只接受 .xlsx 和 .csv")


def _table(rows: Iterable[Row]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The header of row 1 and the rows below that hold anything; a cell right of the header is a fault."""
    header: tuple[str, ...] = ()
    kept: list[Row] = []
    for row in rows:
        if not header:
            header = _header(row)
            continue
        cells = tuple(_clean(cell) for cell in row.cells)
        if all(cell is None for cell in cells):
            continue
        if len(kept) == MAXIMUM_ROWS:
            raise IntakeError(f"超过 {MAXIMUM_ROWS} 行的上限", remedy="分成几个文件导入")
        kept.append(replace(row, cells=_fitted(cells, header)))
    if not header:
        raise IntakeError("第1行没有表头", remedy="用 shixian template 生成模板，表头须在第1行")
    if not kept:
        raise IntakeError("表头以下没有数据", remedy="每项一行，从第2行起填写")
    return header, tuple(kept)


def _header(row: Row) -> tuple[str, ...]:
    cells = [_clean(cell) for cell in row.cells]
    while cells and cells[-1] is None:
        cells.pop()
    if row.number != 1 or not cells:
        raise IntakeError("第1行没有表头", remedy="用 shixian template 生成模板，表头须在第1行")
    if len(cells) > MAXIMUM_COLUMNS:
        raise IntakeError(f"表头有 {len(cells)} 列，超过 {MAXIMUM_COLUMNS} 列的上限", remedy="使用 shixian template 的模板")
    for index, cell in enumerate(cells):
        if cell is not None and not isinstance(cell, str):
            why = cell.reason if isinstance(cell, Fault) else "不是文字"
            raise IntakeError(f"表头 {letters(index)}1 {why}", remedy="表头须与模板一致")
    return tuple(str(cell or "") for cell in cells)


def _fitted(cells: tuple[Cell, ...], header: tuple[str, ...]) -> tuple[Cell, ...]:
    fitted = [*cells[: len(header)], *([None] * (len(header) - len(cells)))]
    for index, name in enumerate(header):
        if not name and fitted[index] is not None and not isinstance(fitted[index], Fault):
            fitted[index] = Fault("该列没有表头", str(cells[index]))
    for index, cell in enumerate(cells[len(header) :], len(header)):
        if cell is not None:
            # One is told; it stands in a place of its own after the last column.
            return (*fitted, cell if isinstance(cell, Fault) else Fault(f"{letters(index)} 列没有表头", str(cell)))
    return tuple(fitted)


def _clean(cell: Cell) -> Cell:
    """Text without outer blanks; text with characters nobody can see is a fault."""
    if not isinstance(cell, str):
        return cell
    text = re.sub(r"\r\n?", "\n", cell).strip()
    for character in text:
        if character.isascii() and character.isprintable() or character in "\n\t":
            continue
        if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Cs"):
            return Fault(f"含有乱码或不可见的字符（U+{ord(character):04X}）", ascii(text)[1:-1])
    return text or None
