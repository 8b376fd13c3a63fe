"""Tables as files: Excel and CSV in which text is never a formula, whatever an applicant wrote.

Excel cells are written as strings. A CSV has no types, so text that a spreadsheet would run gets an apostrophe before
it, and the file begins with a byte order mark, by which Excel reads it as UTF-8.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO

import xlsxwriter

from shixian.clock import SHANGHAI

Cell = str | int | date | datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ROWS = 1_048_575  # of a sheet, below the heading


def excel(title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, note: str) -> bytes:
    """A workbook; `note` says what was filtered and when. More rows than one sheet holds go to further ones."""
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    book.set_properties({"title": title, "comments": note})
    every = [list(row) for row in rows]
    for start in range(0, max(len(every), 1), _ROWS):
        sheet = book.add_worksheet(title[:25] if start == 0 else f"{title[:25]} {start // _ROWS + 1}")
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
            sheet.set_column(column, column, 18)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(every[start : start + _ROWS], 1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, column, cell.astimezone(SHANGHAI).replace(tzinfo=None), instant)
                elif isinstance(cell, date):
                    sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day)
                elif isinstance(cell, int):
                    sheet.write_number(line, column, cell)
                elif cell:
                    sheet.write_string(line, column, cell[:32_767])
    book.close()
    return target.getvalue()


def comma_separated(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    target = StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _plain(cell: Cell) -> str | int:
    if cell is None or isinstance(cell, int):
        return "" if cell is None else cell
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    # Spaces before the sign do not keep a spreadsheet from running it.
    return f"'{cell}" if cell.startswith(_RUNS) or cell.lstrip().startswith(_RUNS) else cell
