"""A small lifecycle with a fact of every type, and the rows and files that the intake tests make of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from shixian.intake.checking import RowResult, check_rows
from shixian.intake.reader import read_rows
from shixian.rules.conditions import Condition, fact
from shixian.rules.facts import (
    FactSet,
    choice_fact,
    date_fact,
    integer_fact,
    money_fact,
    number_fact,
    period_fact,
    text_fact,
    texts_fact,
    unit_code_fact,
    yes_no_fact,
)
from shixian.rules.kinds import submission
from shixian.rules.lifecycle import Actor, Binds, Closed, Lifecycle, Limit, Regulation
from shixian.rules.timing import months

DAY = date(2021, 3, 1)
CODE, OTHER_CODE = "91310000MA1FL0001R", "91310000MA1FL0002W"
PARTY = Actor("applicant", "申报单位", Binds.PARTY)
REGULATION = Regulation(
    key="test-rule",
    title="试验办法",
    number="试〔2020〕1号",
    issuers=("试验厅",),
    issued=date(2020, 6, 17),
    in_force_from=date(2020, 7, 18),
    in_force_to=date(2023, 6, 30),
    clauses=(),
    force_clause="第九条",
)
FACTS = FactSet(
    (
        text_fact("unit_name", "单位名称", clause="第一条", required=True),
        unit_code_fact("unit_code", "统一社会信用代码", clause="第一条", required=True),
        date_fact("approval", "立项批复日期", clause="第二条", required=True, help="以批复文件落款为准"),
        money_fact("budget", "配套预算", clause="第三条", intake=True),
        integer_fact("staff", "参与人数", clause="第三条", intake=True),
        number_fact("score", "自评得分", clause="第三条", intake=True),
        yes_no_fact("joint", "是否联合申报", clause="第四条", intake=True),
        choice_fact("field", "领域", clause="第四条", intake=True, choices={"bio": "生物医药", "chip": "集成电路"}),
        texts_fact("members", "成员", clause="第四条", intake=True),
        period_fact("duration", "实施期限", clause="第五条", intake=True),
        text_fact("contact", "联系人", clause="第五条", intake=True, sealed=True),
        integer_fact("panel_grade", "专家评分", clause="第六条"),
    )
)
LIFECYCLE = Lifecycle(
    key="intake-test",
    title="试验专项",
    regulation=REGULATION,
    actors=(PARTY,),
    facts=FACTS,
    stages=(
        submission(
            "filing",
            "备案",
            clause="第七条",
            by=PARTY,
            within=months(2).after("approval"),
            lapse=Closed("视为放弃"),
            ends_branch=True,
        ),
    ),
    opening=(Condition("own-unit", "主管部门不得申报", fact("unit_name").differs("主管部门"), "第八条"),),
    opening_limits=(
        Limit(key="per-unit", clause="第八条", scope=(fact("unit_code"),), at_most=2, text="每单位每年限报两项"),
    ),
)
ROW: dict[str, Any] = {"单位名称": "甲公司", "统一社会信用代码": CODE, "立项批复日期": "2021-02-01"}


def write_csv(path: Path, *rows: dict[str, str], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    header = list(dict.fromkeys(name for row in rows for name in row))
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    path.write_bytes("".join(delimiter.join(line) + "\r\n" for line in lines).encode(encoding))
    return path


def write_xlsx(path: Path, *rows: dict[str, Any], sheet: str = "填报", change: Any = None) -> Path:
    """A workbook as Excel would save it; `change(book, sheet)` may add what a test is about."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet)
    header = list(dict.fromkeys(name for row in rows for name in row))
    page.write_row(0, 0, header)
    for number, row in enumerate(rows, 1):
        for column, name in enumerate(header):
            value = row.get(name)
            if isinstance(value, date):
                page.write_datetime(number, column, value, book.add_format({"num_format": "yyyy-mm-dd"}))
            elif value is not None:
                page.write(number, column, value)
    if change is not None:
        change(book, page)
    book.close()
    return path


def checked(path: Path) -> list[RowResult]:
    return check_rows(LIFECYCLE, read_rows(path), DAY)


def told(path: Path) -> str:
    """All problems of a file, as printed."""
    return "\n".join(problem.zh(result.row) for result in checked(path) for problem in result.problems)
