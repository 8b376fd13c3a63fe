"""Writes the workbook that an office fills in: a column for each typed fact, with help, lists and the clause.

Sheets: 填报 (to fill in), 示例 (one row filled in), 说明 (what each column is and takes), 选项 (the lists).
Everything written is text: no formula, no link, no number. The same lifecycle gives the same bytes.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from stdnum.cn import uscc
from xlsxwriter.utility import xl_col_to_name

from shixian.intake.columns import CYCLE, EXTERNAL, OPENED, Column, columns_of, expected
from shixian.intake.sheet import MAXIMUM_ROWS
from shixian.intake.workbook import SHEET
from shixian.rules.errors import IntakeError
from shixian.rules.facts import TYPE_TITLES, FactType
from shixian.rules.lifecycle import Lifecycle

SAMPLE_CODE = "91310000MA1FL0000"  # nobody's; its check digit is added
_SAMPLES = {
    FactType.DATE: "2021-03-01",
    FactType.MONEY: "500万元",
    FactType.INTEGER: "3",
    FactType.NUMBER: "62.5",
    FactType.YES_NO: "是",
    FactType.TEXT: "（示例）",
    FactType.TEXTS: "第一项；第二项",
    FactType.PERIOD: "5个工作日",
}
_FIXED_SAMPLES = {EXTERNAL: "2021-0001", OPENED: "2021-03-01", CYCLE: "2021"}
_WIDTHS = {FactType.TEXT: 26, FactType.TEXTS: 30, FactType.UNIT_CODE: 22, FactType.MONEY: 16}
_EXCEL_MESSAGE = 250  # Excel keeps at most 255 characters of a hint


def write_template(lifecycle: Lifecycle, path: Path | str) -> None:
    """Write the workbook of a lifecycle to `path` (.xlsx). IntakeError when it cannot be written there."""
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise IntakeError(f"模板须为 .xlsx 文件：{path.name}", remedy=f"改写为 {path.with_suffix('.xlsx').name}")
    columns = columns_of(lifecycle)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    # The bytes must not depend on the day of writing.
    created = datetime.combine(lifecycle.regulation.in_force_from, time())
    book.set_properties({"title": f"{lifecycle.title} 填报表", "comments": lifecycle.key, "created": created})
    styles = _styles(book)
    entry, sample, guide, lists = (book.add_worksheet(name) for name in (SHEET, "示例", "说明", "选项"))
    _headed(entry, lifecycle, columns, styles)
    _validations(entry, columns, _lists(lists, columns, styles))
    _headed(sample, lifecycle, columns, styles)
    for index, column in enumerate(columns):
        sample.write_string(1, index, sample_of(column), styles["text"])
    _guide(guide, lifecycle, columns, styles)
    try:
        book.close()
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as error:
        raise IntakeError(f"不能写入 {path}", remedy="核对文件夹是否存在、文件是否正被打开") from error


def sample_of(column: Column) -> str:
    """A value that the column takes, for the sheet 示例."""
    field = column.field
    if column.fixed:
        return _FIXED_SAMPLES[field.name]
    if field.type is FactType.CHOICE:
        return field.choices[0][1]
    if field.type is FactType.UNIT_CODE:
        return SAMPLE_CODE + uscc.calc_check_digit(SAMPLE_CODE)
    return _SAMPLES[field.type]


def _styles(book: Any) -> dict[str, Any]:
    common = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", "text_wrap": True}
    head = common | {"bold": True, "border": 1, "align": "center", "num_format": "@"}
    return {
        "text": book.add_format(common | {"num_format": "@"}),
        "wrapped": book.add_format(common | {"num_format": "@", "border": 1, "valign": "top"}),
        "required": book.add_format(head | {"bg_color": "#F8CBAD"}),
        "optional": book.add_format(head | {"bg_color": "#DDEBF7"}),
        "title": book.add_format(common | {"bold": True, "font_size": 14, "text_wrap": False}),
        "plain": book.add_format(common | {"text_wrap": False}),
    }


def _headed(sheet: Any, lifecycle: Lifecycle, columns: tuple[Column, ...], styles: dict[str, Any]) -> None:
    for index, column in enumerate(columns):
        # Text cells: a code keeps all its digits and a date stays as it was typed.
        sheet.set_column(index, index, max(_WIDTHS.get(column.field.type, 14), len(column.header) * 2), styles["text"])
        sheet.write_string(0, index, column.header, styles["required" if column.field.required else "optional"])
        sheet.write_comment(0, index, _hint(column), {"width": 260, "height": 130, "author": "时限"})
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 0)
    _page(sheet)
    sheet.repeat_rows(0)
    sheet.set_header(f"&C{_plain(lifecycle.title)}&R{_plain(lifecycle.regulation.number)}")


def _page(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _plain(text: str) -> str:
    return text.replace("&", "&&")[:100]


def _hint(column: Column) -> str:
    field = column.field
    parts = ["必填" if field.required else "选填", expected(field) if not field.choices else "从下拉列表中选一项"]
    parts += [f"依据：{field.clause}"] if field.clause else []
    parts += [field.help] if field.help else []
    return "\n".join(parts)


def _lists(sheet: Any, columns: tuple[Column, ...], styles: dict[str, Any]) -> dict[int, str]:
    """The allowed values, a column each; gives the range to refer to for each column of the form."""
    ranges: dict[int, str] = {}
    for index, column in enumerate(columns):
        values = _allowed(column)
        if not values:
            continue
        place = len(ranges)
        sheet.set_column(place, place, 24)
        for row, value in enumerate((column.header, *values)):
            sheet.write_string(row, place, value, styles["text" if row else "optional"])
        letter = xl_col_to_name(place)
        ranges[index] = f"='选项'!${letter}$2:${letter}${len(values) + 1}"
    if not ranges:
        sheet.write_string(0, 0, "本表没有列表项", styles["plain"])
    return ranges


def _allowed(column: Column) -> list[str]:
    if column.field.type is FactType.YES_NO:
        return ["是", "否"]
    return [label for _, label in column.field.choices]


def _validations(sheet: Any, columns: tuple[Column, ...], lists: dict[int, str]) -> None:
    for index, column in enumerate(columns):
        rule: dict[str, Any] = {"validate": "any"}
        if index in lists:
            rule = {"validate": "list", "source": lists[index]}
        elif column.field.type is FactType.UNIT_CODE:
            rule = {"validate": "length", "criteria": "==", "value": 18}
        # 未知 and 无 are answers too, so what is not in the list is questioned, not forbidden.
        rule |= {
            "input_title": column.header[:32],
            "input_message": _hint(column)[:_EXCEL_MESSAGE],
            "error_title": column.header[:32],
            "error_message": expected(column.field)[:_EXCEL_MESSAGE],
            "error_type": "warning",
        }
        sheet.data_validation(1, index, MAXIMUM_ROWS, index, rule)


_GUIDE = (("列", 6), ("表头", 26), ("名称", 24), ("类型", 28), ("必填", 7), ("依据", 16), ("填写说明", 44), ("可填的值", 44))
_NOTES = (
    "每项一行，从第2行起填写；表头不可改动、合并或增删。空白表示尚不知道，写“无”表示没有。",
    "金额须写明单位（如 500万元、12345.60元）；一列都用同一单位的，可在表头后写（元）或（万元），单元格只填数字。",
    "不接受公式、合并单元格和错误值；统一社会信用代码等长数字须为文本格式。",
    "同一文件再次导入不会重复立案；有申报编号的，同一编号只立一次。",
)


def _guide(sheet: Any, lifecycle: Lifecycle, columns: tuple[Column, ...], styles: dict[str, Any]) -> None:
    regulation = lifecycle.regulation
    sheet.write_string(0, 0, f"{lifecycle.title} 填报说明", styles["title"])
    sheet.write_string(1, 0, f"依据：{regulation.title}（{regulation.number}）", styles["plain"])
    for row, note in enumerate(_NOTES, 2):
        sheet.write_string(row, 0, note, styles["plain"])
    top = len(_NOTES) + 3
    for index, (name, width) in enumerate(_GUIDE):
        sheet.set_column(index, index, width)
        sheet.write_string(top, index, name, styles["optional"])
    for row, column in enumerate(columns, top + 1):
        field = column.field
        line = (
            xl_col_to_name(row - top - 1),
            column.header,
            field.name,
            TYPE_TITLES[field.type],
            "必填" if field.required else "选填",
            field.clause,
            field.help,
            "、".join(_allowed(column)),
        )
        for index, text in enumerate(line):
            sheet.write_string(row, index, text, styles["wrapped"])
    sheet.freeze_panes(top + 1, 0)
    _page(sheet)
