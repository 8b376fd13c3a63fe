"""Every kind of refusal of a cell or a row: column, value, reason, clause; and what makes two rows the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from shixian.intake.checking import RowResult
from shixian.rules.facts import NONE
from shixian.rules.money import wan, yuan
from tests.intake.lifecycles import CODE, OTHER_CODE, ROW, checked, told, write_csv, write_xlsx


def row(tmp_path: Path, **more: Any) -> RowResult:
    """One row of a workbook, checked; None leaves a column empty."""
    (result,) = checked(write_xlsx(tmp_path / "row.xlsx", ROW | more))
    return result


def refusal(tmp_path: Path, **more: Any) -> str:
    """The only problem of a row, as printed."""
    (problem,) = row(tmp_path, **more).problems
    return problem.zh(2)


def test_a_good_row_is_typed(tmp_path: Path) -> None:
    more = {"立项批复日期": date(2021, 2, 1), "配套预算": "1,234.56元", "参与人数": 12.0, "自评得分": 62.5, "是否联合申报": False}
    result = row(tmp_path, **more, 领域="集成电路", 成员="甲；乙", 实施期限="2个月", 联系人="无", 申报编号=20210007)
    assert result.problems == () and result.row == 2
    assert result.facts["approval"] == date(2021, 2, 1) and result.facts["budget"] == yuan("1234.56")
    assert result.facts["staff"] == 12 and result.facts["score"] == Fraction(125, 2)
    assert result.facts["joint"] is False and result.facts["field"] == "chip" and result.facts["members"] == ("甲", "乙")
    assert str(result.facts["duration"]) == "2 months" and result.facts["contact"] is NONE
    assert result.external == "20210007"


def test_an_empty_cell_is_not_known_and_wu_is_none(tmp_path: Path) -> None:
    result = row(tmp_path, 配套预算=None, 参与人数="未知", 自评得分="无")
    assert result.accepted and "budget" not in result.facts and "staff" not in result.facts
    assert result.facts["score"] is NONE


@pytest.mark.parametrize("bad", ["2021-02-29", "2021-13-01", "2021-2", "20210201", "44228", "昨天", "2021.2.1"])
def test_dates_that_do_not_exist_or_cannot_be_read(tmp_path: Path, bad: str) -> None:
    message = refusal(tmp_path, 立项批复日期=bad)
    assert message.startswith(f"第2行 列C 立项批复日期 值“{bad}”") and message.endswith("（第二条）")
    assert ("不存在的日期" if bad in ("2021-02-29", "2021-13-01") else "无法识别的日期") in message


def test_a_number_in_a_date_column(tmp_path: Path) -> None:
    assert "单元格是数字，不是日期" in refusal(tmp_path, 立项批复日期=44228)


def test_unit_codes(tmp_path: Path) -> None:
    wrong = CODE[:-1] + ("A" if CODE[-1] != "A" else "B")
    assert refusal(tmp_path, 统一社会信用代码=wrong) == (
        f"第2行 列B 统一社会信用代码 值“{wrong}” 校验位不符，核对营业执照或法人证书上的统一社会信用代码（第一条）"
    )
    assert "应为18位" in refusal(tmp_path, 统一社会信用代码=CODE[:-1])
    assert "不允许的字符" in refusal(tmp_path, 统一社会信用代码=CODE.replace("M", "I"))
    assert "只保留15位有效数字" in refusal(tmp_path, 统一社会信用代码=913100001234567890)
    assert row(tmp_path, 统一社会信用代码=CODE.lower()).facts["unit_code"] == CODE


@pytest.mark.parametrize("bad", [5000000, 5000000.5, "5000000", "5,000,000"])
def test_money_without_a_unit(tmp_path: Path, bad: Any) -> None:
    message = refusal(tmp_path, 配套预算=bad)
    assert "金额没有写单位" in message and "万元" in message and message.endswith("（第三条）")


@pytest.mark.parametrize(
    ("header", "cell", "budget"),
    [
        ("配套预算（元）", 5000000, wan(500)),
        ("配套预算(万元)", 12.5, yuan(125000)),
        ("配套预算（万元）", "1,234.5", yuan(12345000)),
        ("配套预算（万元）", "300元", yuan(300)),
        ("配套预算（万元）", 0.1 + 0.2, yuan(3000)),
        ("配套预算", "￥100.00", yuan(100)),
    ],
)
def test_money_with_the_unit_of_its_header_or_its_own(tmp_path: Path, header: str, cell: Any, budget: Any) -> None:
    assert row(tmp_path, **{header: cell}).facts["budget"] == budget


@pytest.mark.parametrize(
    ("header", "bad", "reason"),
    [
        ("配套预算（元）", 0.001, "不能精确到分"),
        ("配套预算（万元）", -5, "不能为负"),
        ("配套预算（万元）", "￥500", "不一致"),
        ("配套预算", "五百万", "不是可识别的金额"),
        ("配套预算", "500万", "不是可识别的金额"),
    ],
)
def test_money_that_cannot_be_read(tmp_path: Path, header: str, bad: Any, reason: str) -> None:
    assert reason in refusal(tmp_path, **{header: bad})


@pytest.mark.parametrize(
    ("header", "number_format", "said"),
    [
        ("配套预算（万元）", "0!.0,万元", "使显示与所存不同"),
        ("配套预算（万元）", "¥#,##0.00", "不一致"),
        ("配套预算（元）", "0%", "使显示与所存不同"),
        ("申报编号", "000000", "使显示与所存不同"),
        ("参与人数", "¥0", "本列不是金额"),
        ("配套预算", "¥#,##0.00", None),
        ("自评得分", "0.0%", None),
    ],
)
def test_a_number_that_is_shown_as_another(tmp_path: Path, header: str, number_format: str, said: str | None) -> None:
    def put(book: Any, page: Any) -> None:
        page.write_number(1, len(ROW), 12, book.add_format({"num_format": number_format}))

    path = write_xlsx(tmp_path / "a.xlsx", ROW | {header: "x"}, change=put)
    assert (said is None and told(path) == "") or (said is not None and said in told(path))


@pytest.mark.parametrize(
    ("column", "bad", "reason"),
    [
        ("参与人数", 3.5, "整数"),
        ("参与人数", "三", "整数"),
        ("参与人数", True, "TRUE/FALSE"),
        ("自评得分", "优", "数值"),
        ("是否联合申报", "也许", "是 或 否"),
        ("领域", "农业", "应填：生物医药（bio）、集成电路（chip）"),
        ("实施期限", "6月", "无法识别的期限"),
        ("实施期限", 5, "无法识别的期限"),
        ("单位名称", date(2021, 3, 1), "单元格是日期"),
        ("单位名称", "长" * 2001, "不符合类型要求"),
        ("成员", 12345678901234567, "15位"),
    ],
)
def test_wrong_types(tmp_path: Path, column: str, bad: Any, reason: str) -> None:
    message = refusal(tmp_path, **{column: bad})
    assert reason in message and f" {column} 值“" in message


def test_all_problems_of_a_row_are_told(tmp_path: Path) -> None:
    result = row(tmp_path, 单位名称=None, 统一社会信用代码="X", 立项批复日期="2021-02-30", 配套预算=5)
    assert [problem.column for problem in result.problems] == ["A 单位名称", "B 统一社会信用代码", "C 立项批复日期", "D 配套预算"]
    assert [problem.clause for problem in result.problems] == ["第一条", "第一条", "第二条", "第三条"]
    assert result.problems[0].zh(2) == "第2行 列A 单位名称 必填，应填文字（第一条）"


@pytest.mark.parametrize("empty", [None, "", "  ", "未知"])
def test_a_required_fact_must_be_known(tmp_path: Path, empty: str | None) -> None:
    assert "必填" in refusal(tmp_path, 单位名称=empty)


def test_the_fixed_columns(tmp_path: Path) -> None:
    result = row(tmp_path, 立案日="2021-02-03", 年度="2020", 申报编号="A-1")
    assert (result.opened, result.cycle, result.external) == (date(2021, 2, 3), 2020, "A-1")
    assert row(tmp_path, 立案日="2021-03-01").accepted
    assert "立案日晚于导入之日 2021-03-01" in refusal(tmp_path, 立案日="2021-03-02")
    assert "四位年份" in refusal(tmp_path, 年度="21")
    assert "不写“无”" in refusal(tmp_path, 申报编号="无")
    assert "100个字符" in refusal(tmp_path, 申报编号="1" * 101)


def test_a_sealed_value_is_printed_nowhere(tmp_path: Path) -> None:
    message = refusal(tmp_path, 联系人="张三" * 1500)
    assert "张三" not in message and "（不予显示）" in message


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    for text in ("=1+1", "@SUM(A1)", "+86 21", "-1", "=cmd|'/c calc'!A0"):
        assert row(tmp_path, 单位名称=text).facts["unit_name"] == text


def test_two_rows_with_one_number_or_the_same_content(tmp_path: Path) -> None:
    good = ROW | {"申报编号": "A-1"}
    path = write_csv(tmp_path / "a.csv", good, good | {"单位名称": "乙"}, ROW | {"申报编号": ""}, ROW | {"申报编号": ""})
    assert told(path).splitlines() == [
        "第3行 列D 申报编号 值“A-1” 申报编号与第2行相同",
        "第5行 与第4行完全相同；确为两项的，填写申报编号以区分",
    ]


def test_rows_that_cannot_be_read_are_not_called_the_same(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROW | {"单位名称": ""}, ROW | {"单位名称": ""})
    assert "完全相同" not in told(path)


def test_what_identifies_a_row(tmp_path: Path) -> None:
    plain = row(tmp_path)
    assert row(tmp_path, 配套预算=None, 立案日=None).identity == plain.identity, "an empty column says nothing"
    assert row(tmp_path, 立项批复日期="2021年2月1日").identity == plain.identity, "the value counts, not its writing"
    others = [{"单位名称": "乙"}, {"立案日": "2021-02-03"}, {"年度": "2020"}, {"统一社会信用代码": OTHER_CODE}, {"参与人数": "无"}]
    assert len({plain.identity, *(row(tmp_path, **other).identity for other in others)}) == len(others) + 1
    first, second = row(tmp_path, 申报编号="A"), row(tmp_path, 申报编号="A", 单位名称="乙")
    assert first.identity == second.identity != plain.identity and first.content != second.content
    assert replace(first, content="", facts={}) != first


@pytest.mark.slow
def test_fifty_thousand_rows(tmp_path: Path) -> None:
    rows = [ROW | {"申报编号": str(number)} for number in range(50_000)]
    for path in (write_xlsx(tmp_path / "a.xlsx", *rows), write_csv(tmp_path / "a.csv", *rows, encoding="gbk")):
        results = checked(path)
        assert len(results) == 50_000 and all(result.accepted for result in results)
        assert results[-1].row == 50_001 and results[-1].external == "49999"
