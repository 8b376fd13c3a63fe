"""The workbook of a lifecycle: what stands in it, and that what is filled in comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from shixian.intake.checking import check_rows
from shixian.intake.columns import FIXED, columns_of
from shixian.intake.reader import read_rows
from shixian.intake.template import sample_of, write_template
from shixian.programmes import catalogue
from shixian.rules.errors import IntakeError
from shixian.rules.facts import NONE, FactSet, FactType, Field, text_fact, to_stored
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.money import Money
from shixian.rules.periods import Period
from shixian.rules.spans import Unit
from tests.intake.lifecycles import DAY, FACTS, LIFECYCLE


def written(tmp_path: Path, lifecycle: Lifecycle = LIFECYCLE) -> Any:
    write_template(lifecycle, tmp_path / "t.xlsx")
    return openpyxl.load_workbook(tmp_path / "t.xlsx")


def filled(path: Path, lifecycle: Lifecycle, rows: list[dict[str, str]]) -> Path:
    """The template with rows typed into the sheet 填报, by field name, as text."""
    write_template(lifecycle, path)
    book = openpyxl.load_workbook(path)
    sheet = book["填报"]
    for number, row in enumerate(rows, 2):
        for index, column in enumerate(columns_of(lifecycle), 1):
            if column.field.name in row:
                cell = sheet.cell(number, index)
                cell.value, cell.data_type = row[column.field.name], "s"
    book.save(path)
    return path


def test_the_headers_are_the_labels_of_the_intake_facts_in_order(tmp_path: Path) -> None:
    book = written(tmp_path)
    assert book.sheetnames == ["填报", "示例", "说明", "选项"]
    header = [cell.value for cell in book["填报"][1]]
    assert header[:3] == ["申报编号", "立案日", "年度"]
    assert header[3:] == [field.label for field in FACTS.fields if field.name != "panel_grade"]


def test_help_type_and_clause_stand_at_the_header_and_in_the_guide(tmp_path: Path) -> None:
    book = written(tmp_path)
    sheet = book["填报"]
    comment = next(cell.comment.text for cell in sheet[1] if cell.value == "立项批复日期")
    assert all(part in comment for part in ("必填", "日期", "第二条", "以批复文件落款为准"))
    guide = [[cell.value for cell in row] for row in book["说明"].iter_rows()]
    line = next(row for row in guide if row[2] == "approval")
    assert line == ["F", "立项批复日期", "approval", "日期（如 2021-03-01）", "必填", "第二条", "以批复文件落款为准", ""]
    assert next(row for row in guide if row[2] == "field")[7] == "生物医药、集成电路"
    assert {row[2] for row in guide} >= {column.field.name for column in columns_of(LIFECYCLE)}


def test_lists_frozen_header_text_cells_and_page(tmp_path: Path) -> None:
    book = written(tmp_path)
    sheet = book["填报"]
    lists = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert lists["K2"].type == "list" and lists["K2"].formula1 == "'选项'!$B$2:$B$3"
    assert [cell.value for cell in book["选项"]["B"]] == ["领域", "生物医药", "集成电路"]
    assert [cell.value for cell in book["选项"]["A"]] == ["是否联合申报", "是", "否"]
    assert lists["E2"].type == "textLength" and lists["E2"].formula1 == "18"
    assert sheet.freeze_panes == "A2" and sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    assert sheet.column_dimensions["F"].number_format == "@"


def test_the_same_lifecycle_gives_the_same_bytes(tmp_path: Path) -> None:
    write_template(LIFECYCLE, tmp_path / "a.xlsx")
    write_template(LIFECYCLE, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_text_from_the_declaration_is_never_a_formula_or_a_link(tmp_path: Path) -> None:
    hostile = text_fact("hostile", "=1+1", clause="=2+2", help="ftp://a", intake=True)
    lifecycle = replace(LIFECYCLE, facts=FactSet((*FACTS.fields, hostile)))
    for sheet in written(tmp_path, lifecycle):
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)


def test_an_empty_template_has_no_rows_and_the_sample_is_taken(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="没有数据"):
        read_rows(filled(tmp_path / "t.xlsx", LIFECYCLE, []))
    sample = {column.field.name: sample_of(column) for column in columns_of(LIFECYCLE)}
    (result,) = check_rows(LIFECYCLE, read_rows(filled(tmp_path / "t.xlsx", LIFECYCLE, [sample])), DAY)
    assert result.accepted and len(result.facts) == len(FACTS.fields) - 1


def test_labels_that_stand_twice_are_told_apart_by_name(tmp_path: Path) -> None:
    twin = text_fact("second_name", "单位名称", clause="第一条", intake=True)
    year = text_fact("year", "年度", clause="第一条", intake=True)
    lifecycle = replace(LIFECYCLE, facts=FactSet((*FACTS.fields, twin, year)))
    row = {"unit_name": "甲", "second_name": "乙", "unit_code": "91310000MA1FL0001R", "approval": "2021-02-01"}
    path = filled(tmp_path / "t.xlsx", lifecycle, [row | {"year": "丙", "case.cycle": "2020"}])
    assert {"单位名称（unit_name）", "单位名称（second_name）", "年度（year）", "年度"} <= set(read_rows(path).header)
    (result,) = check_rows(lifecycle, read_rows(path), DAY)
    assert result.accepted and result.cycle == 2020
    assert (result.facts["unit_name"], result.facts["second_name"], result.facts["year"]) == ("甲", "乙", "丙")


@pytest.mark.parametrize("name", ["t.csv", "nowhere/t.xlsx"])
def test_where_it_cannot_be_written_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(IntakeError):
        write_template(LIFECYCLE, tmp_path / name)


VISIBLE = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"))
WORDS = st.text(VISIBLE, min_size=1, max_size=12).filter(lambda text: text not in ("无", "未知") and "_x" not in text)
BASES = st.integers(0, 9_999).map(lambda number: f"91310000MA1F{number:05d}")
VALUES: dict[FactType, st.SearchStrategy[Any]] = {
    FactType.DATE: st.dates(date(1990, 1, 1), date(2099, 12, 31)),
    FactType.MONEY: st.integers(0, 10**13).map(Money),
    FactType.INTEGER: st.integers(-(10**9), 10**9),
    FactType.NUMBER: st.fractions(0, 1000, max_denominator=1).map(lambda number: number / 8),
    FactType.YES_NO: st.booleans(),
    FactType.TEXT: WORDS,
    FactType.TEXTS: st.lists(WORDS.filter(lambda text: not set(text) & set("；;、")), min_size=1, max_size=4).map(tuple),
    FactType.UNIT_CODE: BASES.map(lambda base: base + uscc.calc_check_digit(base)),
    FactType.PERIOD: st.builds(Period, st.integers(1, 60), st.sampled_from(Unit)),
}


def values_of(field: Field) -> st.SearchStrategy[Any]:
    if field.type is FactType.CHOICE:
        return st.sampled_from([key for key, _ in field.choices])
    return VALUES[field.type]


@st.composite
def facts_of(draw: st.DrawFn, lifecycle: Lifecycle) -> dict[str, Any]:
    facts = {}
    for column in columns_of(lifecycle):
        field = column.field
        if not column.fixed and (field.required or draw(st.booleans())):
            facts[field.name] = draw(values_of(field) if field.required else values_of(field) | st.just(NONE))
    return facts


def as_typed(field: Field, value: Any) -> str:
    """How a person would type the value: as shown, or as stored."""
    return field.format(value) if field.type is not FactType.TEXTS or value is NONE else "；".join(to_stored(value))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(facts_of(LIFECYCLE), min_size=1, max_size=4))
def test_what_is_filled_in_comes_back(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    typed = [
        {name: as_typed(FACTS[name], value) for name, value in row.items()} | {"case.external_number": f"第{number}号"}
        for number, row in enumerate(rows)
    ]
    results = check_rows(LIFECYCLE, read_rows(filled(tmp_path / "t.xlsx", LIFECYCLE, typed)), DAY)
    assert [result.problems for result in results] == [()] * len(rows)
    assert [result.facts for result in results] == rows
    assert [result.external for result in results] == [row["case.external_number"] for row in typed]


@pytest.mark.parametrize("key", sorted(catalogue()) or [pytest.param("", marks=pytest.mark.skip("no programmes yet"))])
def test_every_programme_has_a_template_that_takes_its_own_sample(key: str, tmp_path: Path) -> None:
    lifecycle = catalogue()[key]
    columns = columns_of(lifecycle)
    assert len({column.header for column in columns}) == len(columns) > len(FIXED) - 1
    sample = {column.field.name: sample_of(column) for column in columns}
    (result,) = check_rows(lifecycle, read_rows(filled(tmp_path / "t.xlsx", lifecycle, [sample])), DAY)
    assert result.problems == ()
    assert result.facts.keys() == {column.field.name for column in columns if not column.fixed}
