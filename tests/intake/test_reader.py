"""What a file may be, how its cells are read, and how each thing that cannot be read is told."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from shixian.intake import sheet as limits
from shixian.intake import workbook
from shixian.intake.reader import read_rows
from shixian.intake.sheet import Fault, Number, letters
from shixian.intake.template import write_template
from shixian.rules.errors import IntakeError
from tests.intake.lifecycles import LIFECYCLE, ROW, checked, told, write_csv, write_xlsx


def cells(path: Path) -> list[tuple[Any, ...]]:
    return [row.cells for row in read_rows(path).rows]


def one(tmp_path: Path, value: Any, number_format: str | None = None) -> Any:
    """How one value in one cell of a workbook is read."""

    def put(book: Any, page: Any) -> None:
        page.write(1, 0, value, book.add_format({"num_format": number_format}) if number_format else None)

    ((cell,),) = cells(write_xlsx(tmp_path / "one.xlsx", {"甲": "x"}, change=put))
    return cell


def faults(path: Path) -> list[str]:
    found = ((row.number, index, cell) for row in read_rows(path).rows for index, cell in enumerate(row.cells))
    return [f"{letters(index)}{number} {cell.reason}" for number, index, cell in found if isinstance(cell, Fault)]


# -- CSV -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_encodings_and_delimiters_of_csv(tmp_path: Path, encoding: str, delimiter: str) -> None:
    (result,) = checked(write_csv(tmp_path / "a.csv", ROW | {"配套预算": "500万元"}, encoding=encoding, delimiter=delimiter))
    assert result.accepted and result.row == 2
    assert result.facts["unit_name"] == "甲公司" and str(result.facts["budget"]) == "5,000,000.00元"


def test_a_rare_character_needs_gb18030(tmp_path: Path) -> None:
    (result,) = checked(write_csv(tmp_path / "a.csv", ROW | {"单位名称": "𠮷㙍公司"}, encoding="gb18030"))
    assert result.facts["unit_name"] == "𠮷㙍公司"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(IntakeError, match="UTF-16"):
        read_rows(write_csv(tmp_path / "a.csv", ROW, encoding=encoding))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("单位名称".encode() + b"\xff\xff\n1")
    with pytest.raises(IntakeError, match="既不是 UTF-8 也不是 GBK"):
        read_rows(tmp_path / "a.csv")


def csv(tmp_path: Path, text: str) -> Path:
    (tmp_path / "a.csv").write_text(text, "utf-8", newline="")
    return tmp_path / "a.csv"


def test_quotes_newlines_blank_lines_and_row_numbers(tmp_path: Path) -> None:
    sheet = read_rows(csv(tmp_path, '甲,乙\r\n"a,b","c""d\ne"\r\n\r\n , \r\n1,2'))
    assert [(row.number, row.cells) for row in sheet.rows] == [(2, ("a,b", 'c"d\ne')), (5, ("1", "2"))]


def test_a_row_of_another_length_is_told(tmp_path: Path) -> None:
    path = csv(tmp_path, "甲,乙\n1,2\n1,000,2\n3\n4,5\n")
    assert faults(path) == [
        "A3 本行有 3 项，表头有 2 项；含分隔符的内容须加双引号",
        "A4 本行有 1 项，表头有 2 项；含分隔符的内容须加双引号",
    ]


def test_broken_quotes_and_unclear_delimiters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="第3行不是完整的 CSV"):
        read_rows(csv(tmp_path, '甲,乙\n1,2\n"a,b\n'))
    with pytest.raises(IntakeError, match="不能确定"):
        read_rows(csv(tmp_path, "甲,乙;丙\n1,2;3\n"))
    assert read_rows(csv(tmp_path, '"甲;乙;丙",丁\n1,2\n')).header == ("甲;乙;丙", "丁")


def test_a_formula_in_csv_is_text_and_nothing_else(tmp_path: Path) -> None:
    assert cells(csv(tmp_path, '甲,乙\n=1+1,"=HYPERLINK(""x"")"\n')) == [("=1+1", '=HYPERLINK("x")')]


@pytest.mark.parametrize("bad", ["a\u200bb", "\u202eabc", "a\ufffdb", "a\x07b"])
def test_what_nobody_can_see_is_refused(tmp_path: Path, bad: str) -> None:
    assert "不可见" in told(csv(tmp_path, f"单位名称,统一社会信用代码,立项批复日期\n{bad},x,y\n"))


# -- xlsx: cells -----------------------------------------------------------------------------------------------


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    assert one(tmp_path, " 甲\u3000") == "甲"
    assert one(tmp_path, True) is True
    assert one(tmp_path, 3) == one(tmp_path, 3.0) == Number("3")
    assert one(tmp_path, 0.1 + 0.2) == Number("0.3"), "the digits Excel shows, not those of binary"
    assert one(tmp_path, 12345678.9) == Number("12345678.9")
    assert one(tmp_path, 1e-7) == Number("0.0000001")
    assert one(tmp_path, -2.50) == Number("-2.5")
    assert one(tmp_path, date(2021, 2, 1), "yyyy-mm-dd") == date(2021, 2, 1)
    assert one(tmp_path, date(2021, 2, 1), 'yyyy"年"m"月"d"日"') == date(2021, 2, 1)
    assert one(tmp_path, "=1+1") == "=1+1", "a text cell that looks like a formula"


@pytest.mark.parametrize(
    ("number_format", "unit", "same"),
    [
        ("0", "", True),
        ("0.00", "", True),
        ("#,##0.00", "", True),
        ("#,##0.00_ ;[Red]-#,##0.00", "", True),
        ("¥#,##0.00", "元", True),
        ('[$¥-804]#,##0.00', "元", True),
        ('#,##0.00"元"', "元", True),
        ('0.00"万元"', "万元", True),
        ("0!.0,万元", "", False),
        ("#,##0,", "", False),
        ("000000", "", False),
        ("0.0%", "", False),
        ("0.00E+00", "", False),
        ('[$$-409]#,##0.00', "", False),
    ],
)
def test_a_number_format_that_shows_another_number_is_kept_in_mind(
    tmp_path: Path, number_format: str, unit: str, same: bool
) -> None:
    assert one(tmp_path, 5000000, number_format) == Number("5000000", unit, "" if same else number_format)


@pytest.mark.parametrize(
    ("value", "number_format", "reason"),
    [
        (datetime(2021, 2, 1, 9, 30), "yyyy-mm-dd hh:mm", "日期中带有时刻"),
        (time(9, 30), "hh:mm", "时刻"),
        (36.5, "[h]:mm", "时刻或时长"),
        (60, "yyyy-mm-dd", "日期过早"),
        (9_999_999, "yyyy-mm-dd", "错误值"),
        (1e19, None, "数值过大"),
    ],
)
def test_cells_that_are_no_value(tmp_path: Path, value: Any, number_format: str | None, reason: str) -> None:
    cell = one(tmp_path, value, number_format)
    assert isinstance(cell, Fault) and reason in cell.reason


def test_a_formula_is_refused_and_its_cell_named(tmp_path: Path) -> None:
    def put(book: Any, page: Any) -> None:
        page.write_formula("B2", "=A2&1", None, "91310000MA1FL0001R")
        page.write_array_formula("C3:C3", "{=SUM(1,2)}", None, 3)

    path = write_xlsx(tmp_path / "a.xlsx", ROW, ROW | {"单位名称": "乙"}, change=put)
    assert [line.split(" ")[0] for line in faults(path)] == ["B2", "C3"]
    assert "第2行 列B 统一社会信用代码 值“=A2&1” 是公式" in told(path) and "（第一条）" in told(path)


def test_error_values_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["甲"])
    book.active.append(["x"])
    book.active["A2"].value, book.active["A2"].data_type = "#REF!", "e"
    book.save(tmp_path / "a.xlsx")
    assert cells(tmp_path / "a.xlsx") == [(Fault("是错误值", "#REF!"),)]


def test_merged_cells_are_told_for_each_row_they_touch(tmp_path: Path) -> None:
    rows = [{"甲": f"a{number}", "乙": "b"} for number in range(4)]
    path = write_xlsx(tmp_path / "a.xlsx", *rows, change=lambda book, page: page.merge_range("A3:A4", "并"))
    assert faults(path) == ["A3 合并单元格（A3:A4）", "A4 合并单元格（A3:A4）"]
    path = write_xlsx(tmp_path / "b.xlsx", *rows, change=lambda book, page: page.merge_range("A1:B1", "甲"))
    with pytest.raises(IntakeError, match="表头中有合并单元格（A1:B1）"):
        read_rows(path)


def test_a_merged_range_on_another_sheet_does_not_matter(tmp_path: Path) -> None:
    def put(book: Any, page: Any) -> None:
        book.add_worksheet("说明").merge_range("A1:B3", "说明")

    assert faults(write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}, change=put)) == []


def test_hidden_rows_and_columns_are_read(tmp_path: Path) -> None:
    def hide(book: Any, page: Any) -> None:
        page.set_row(2, None, None, {"hidden": True})
        page.set_column(1, 1, None, None, {"hidden": True})

    sheet = read_rows(write_xlsx(tmp_path / "a.xlsx", *[{"甲": f"a{n}", "乙": "b"} for n in range(3)], change=hide))
    assert [(row.number, row.cells, row.hidden) for row in sheet.rows] == [
        (2, ("a0", "b"), False),
        (3, ("a1", "b"), True),
        (4, ("a2", "b"), False),
    ]


def test_blank_rows_keep_the_numbers_of_those_below(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}, {"甲": None}, {"甲": "  "}, {"甲": "d"})
    assert [row.number for row in read_rows(path).rows] == [2, 5]


def test_a_cell_right_of_the_header_is_told(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}, change=lambda book, page: page.write("D2", "走失"))
    assert "D 列没有表头" in faults(path)[0]
    path = write_xlsx(tmp_path / "b.xlsx", {"甲": "a", "": "走失", "乙": "b"})
    assert faults(path) == ["B2 该列没有表头"]


# -- xlsx: files -----------------------------------------------------------------------------------------------


def rewritten(path: Path, part: str, old: str, new: str) -> Path:
    """The same workbook with one part's text changed, as another program might have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = parts[part].decode().replace(old, new)
    assert changed != parts[part].decode(), "nothing was changed"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, changed.encode() if name == part else content)
    return path


SHEET_PART = "xl/worksheets/sheet1.xml"


def test_a_wrong_dimension_cuts_nothing_off(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", *[{"甲": f"a{n}", "乙": "b"} for n in range(3)])
    rewritten(path, SHEET_PART, 'ref="A1:B4"', 'ref="A1"')
    assert cells(path) == [("a0", "b"), ("a1", "b"), ("a2", "b")]


def test_a_row_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", *[{"甲": f"a{n}"} for n in range(3)])
    rewritten(path, SHEET_PART, '<row r="4"', '<row r="3"')
    with pytest.raises(IntakeError, match="第3行出现两次"):
        read_rows(path)


@pytest.mark.parametrize("part", [SHEET_PART, "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_entities_are_refused(tmp_path: Path, part: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}, change=lambda book, page: book.add_worksheet("说明"))
    rewritten(path, part, 'standalone="yes"?>', 'standalone="yes"?><!DOCTYPE x [<!ENTITY a "aaaa">]>')
    with pytest.raises(IntakeError, match="文档类型声明"):
        read_rows(path)


def test_what_unpacks_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"甲": "a"})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"0" * 2_000_000)
    monkeypatch.setattr(workbook, "MAXIMUM_UNPACKED", 1_000_000)
    with pytest.raises(IntakeError, match="解压后过大"):
        read_rows(path)


def test_the_limits_of_size_and_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (limits.MAXIMUM_ROWS, limits.MAXIMUM_BYTES) == (50_000, 20 * 1024 * 1024)
    monkeypatch.setattr("shixian.intake.reader.MAXIMUM_ROWS", 3)
    assert len(read_rows(write_xlsx(tmp_path / "a.xlsx", *[{"甲": f"a{n}"} for n in range(3)])).rows) == 3
    with pytest.raises(IntakeError, match="超过 3 行"):
        read_rows(write_xlsx(tmp_path / "a.xlsx", *[{"甲": f"a{n}"} for n in range(4)]))
    (tmp_path / "big.csv").write_bytes(b"a\n" * (10 * 1024 * 1024) + b"b")
    with pytest.raises(IntakeError, match="超过 20 MB"):
        read_rows(tmp_path / "big.csv")


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", OLE + b"0" * 600, "旧版 Excel"),
        ("a.xlsx", OLE + b"0" * 600, "旧版 Excel"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "有打开密码"),
        ("a.xlsx", "单位名称\n甲".encode(), "不是 .xlsx 工作簿"),
        ("a.xlsx", b"PK\x03\x04" + b"0" * 100, "已损坏"),
        ("a.csv", b"PK\x03\x04" + b"0" * 100, "其实是工作簿"),
        ("a.csv", b"", "是空的"),
        ("a.pdf", b"%PDF-1.7", "不能读取 .pdf 文件"),
        ("a", b"x", "没有扩展名"),
        ("a.xlsm", b"PK\x03\x04", "不能读取 .xlsm 文件"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(IntakeError, match=said):
        read_rows(tmp_path / name)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="无法打开"):
        read_rows(tmp_path / "none.csv")


def test_a_zip_without_a_workbook_and_a_cut_off_workbook_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(IntakeError, match="不是 .xlsx 工作簿"):
        read_rows(tmp_path / "a.xlsx")
    whole = write_xlsx(tmp_path / "b.xlsx", {"甲": "a"}).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IntakeError, match="已损坏"):
        read_rows(tmp_path / "b.xlsx")


@pytest.mark.parametrize("cut", ["<sheetData>", "</row>"])
def test_damaged_xml_is_refused(tmp_path: Path, cut: str) -> None:
    path = rewritten(write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}), SHEET_PART, cut, "")
    with pytest.raises(IntakeError, match="已损坏"):
        read_rows(path)


def test_which_sheet_is_read(tmp_path: Path) -> None:
    def more(book: Any, page: Any) -> None:
        book.add_worksheet("附页").write(0, 0, "乙")

    assert read_rows(write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}, sheet="Sheet1")).header == ("甲",)
    assert read_rows(write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}, change=more)).header == ("甲",)
    with pytest.raises(IntakeError, match="没有名为“填报”的工作表") as caught:
        read_rows(write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}, sheet="Sheet1", change=more))
    assert "Sheet1、附页" in str(caught.value)


# -- headers ---------------------------------------------------------------------------------------------------


def header_error(path: Path) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        checked(path)
    return caught.value


def test_headers_by_label_by_name_with_star_blanks_and_unit(tmp_path: Path) -> None:
    row = {" 单位 名称*": "甲", "unit_code": "91310000MA1FL0001R", "立项批复日期＊": "2021年2月1日", "配套预算 (万元)": "12.5"}
    (result,) = checked(write_csv(tmp_path / "a.csv", row))
    assert result.accepted and str(result.facts["budget"]) == "125,000.00元"


def test_unknown_missing_and_double_headers_are_told_with_the_expected_ones(tmp_path: Path) -> None:
    error = header_error(csv(tmp_path, "单位名称,unit_name,统一社会信用代码,颜色,参与人数（万元）\n1,2,3,4,5\n"))
    assert error.message == "不认识的表头“颜色”；不认识的表头“参与人数（万元）”；表头“单位名称”出现 2 次；缺少表头“立项批复日期”"
    assert error.remedy and "申报编号、立案日、年度、单位名称" in error.remedy and "shixian template intake-test" in error.remedy


def test_a_fact_that_only_an_act_sets_cannot_be_imported(tmp_path: Path) -> None:
    assert "不认识的表头“专家评分”" in header_error(write_csv(tmp_path / "a.csv", ROW | {"专家评分": "9"})).message


def test_no_header_is_said(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="第1行没有表头"):
        read_rows(csv(tmp_path, "\n\n1,2\n"))
    with pytest.raises(IntakeError, match="表头 B1"):
        read_rows(write_xlsx(tmp_path / "a.xlsx", {"甲": "a"}, change=lambda book, page: page.write_formula("B1", "=1")))
    write_template(LIFECYCLE, tmp_path / "t.xlsx")
    with pytest.raises(IntakeError, match="没有数据"):
        read_rows(tmp_path / "t.xlsx")
