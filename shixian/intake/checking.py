"""Types every cell of every row by the lifecycle's facts, and tells every problem: row, column, value, reason, clause.

Pure: the same file and day give the same results. What only the register can refuse (a bar, a limit, a regulation not
in force) is refused at opening, in `importing`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

from shixian.intake.columns import CYCLE, EXTERNAL, OPENED, Column, expected, matched
from shixian.intake.sheet import Cell, Fault, Number, Row, Sheet, letters, shown
from shixian.rules.errors import ShixianError
from shixian.rules.facts import UNKNOWN, FactType, Missing, Value, to_stored
from shixian.rules.lifecycle import Lifecycle

_BARE = re.compile(r"[0-9０-９][0-9０-９,，.．]*")
_TEXTUAL = (FactType.TEXT, FactType.TEXTS, FactType.CHOICE, FactType.UNIT_CODE, FactType.PERIOD)
EARLIEST_CYCLE, LATEST_CYCLE = 1990, 2100


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a row is refused. `column` is letters and header; `clause` the fact's or the rule's."""

    column: str
    value: str
    reason: str
    clause: str = ""

    def zh(self, row: int) -> str:
        """第N行 列X 值Y 原因（条款）."""
        where = f" 列{self.column}" if self.column else ""
        value = f" 值“{self.value}”" if self.value else ""
        return f"第{row}行{where}{value} {self.reason}" + (f"（{self.clause}）" if self.clause else "")

    def to_json(self) -> dict[str, str]:
        return {"column": self.column, "value": self.value, "reason": self.reason, "clause": self.clause}


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row, typed. `identity` tells two rows apart for ever; `content` whether one of them has changed."""

    row: int
    problems: tuple[Problem, ...] = ()
    facts: Mapping[str, Value] = field(default_factory=dict)
    external: str = ""
    opened: date | None = None
    cycle: int | None = None
    identity: str = ""
    content: str = ""

    @property
    def accepted(self) -> bool:
        return not self.problems


def check_rows(lifecycle: Lifecycle, sheet: Sheet, day: date) -> list[RowResult]:
    """Every row with its values or all its problems, `day` being the day of opening where a row names none.

    IntakeError when the header does not fit the lifecycle.
    """
    columns = matched(lifecycle, sheet.header)
    results = [_check(lifecycle, columns, row, day) for row in sheet.rows]
    return _without_doubles(results, columns)


def _check(lifecycle: Lifecycle, columns: tuple[Column | None, ...], row: Row, day: date) -> RowResult:
    facts: dict[str, Value] = {}
    problems: list[Problem] = []
    for index, cell in enumerate(row.cells):
        column = columns[index] if index < len(columns) else None
        if column is None:
            if isinstance(cell, Fault):
                problems.append(Problem(letters(index), shown(cell), cell.reason))
            continue
        try:
            value = typed(column, cell)
            _require(column, value, day)
        except _Refused as refused:
            value_shown = "（不予显示）" if column.field.sealed else shown(cell)
            where = f"{letters(index)} {column.header}"
            problems.append(Problem(where, value_shown, str(refused), column.field.clause))
        else:
            if value is not UNKNOWN:
                facts[column.field.name] = value
    external, opened, cycle = (facts.pop(name, None) for name in (EXTERNAL, OPENED, CYCLE))
    result = RowResult(
        row.number,
        tuple(problems),
        facts,
        external if isinstance(external, str) else "",
        opened if isinstance(opened, date) else None,
        cycle if isinstance(cycle, int) else None,
    )
    content = _hash(result.external, str(result.opened), str(result.cycle), _stored(facts))
    identity = _hash(lifecycle.key, "编号", result.external) if result.external else _hash(lifecycle.key, "内容", content)
    return replace(result, identity=identity, content=content)


class _Refused(Exception):
    """A cell that is not taken; the text says why."""


def typed(column: Column, cell: Cell) -> Value:
    """The value of a cell under a column; raises with the reason when there is none."""
    field = column.field
    if isinstance(cell, Fault):
        raise _Refused(cell.reason)
    if isinstance(cell, date) and field.type is not FactType.DATE:
        raise _Refused("单元格是日期，本列不是；请设为文本格式后重填")
    if isinstance(cell, bool) and field.type is not FactType.YES_NO:
        raise _Refused("单元格是 TRUE/FALSE，本列不是是否项")
    if isinstance(cell, Number):
        cell = _number_text(column, cell)
    elif isinstance(cell, str) and field.type is FactType.MONEY:
        cell = _money_text(column, cell)
    try:
        return field.parse(cell)
    except ShixianError as error:
        # A sealed fact (an objector's identity) is printed nowhere, so neither is a message that quotes it.
        said = error.message.removeprefix(field.label).removeprefix("：").removeprefix(f"“{cell}”")
        reason = "不符合类型要求" if field.sealed else said
        raise _Refused(f"{reason}，{error.remedy}" if error.remedy else reason) from error


def _number_text(column: Column, number: Number) -> str:
    kind = column.field.type
    if kind is FactType.DATE:
        raise _Refused("单元格是数字，不是日期；写作 2021-03-01，或把单元格设为日期格式")
    if kind in _TEXTUAL:
        digits = len(re.sub(r"\D", "", number.text))
        if kind is FactType.UNIT_CODE or digits > 15 or number.shown == "科学计数":
            raise _Refused("单元格是数字，Excel 只保留15位有效数字；请把单元格设为文本格式后重新填写全部字符")
        if number.shown or number.unit:
            raise _Refused(f"单元格的数字格式（{number.shown or number.unit}）使显示与所存不同；请设为文本格式后重填")
        return number.text
    percent = number.shown.rstrip().endswith("%")
    if number.shown and not (percent and kind is FactType.NUMBER):
        raise _Refused(f"单元格的数字格式（{number.shown}）使显示与所存不同；请设为常规格式，核对数值后重填")
    if kind is not FactType.MONEY:
        if number.unit:
            raise _Refused("单元格是金额格式，本列不是金额")
        return number.text
    if number.unit and column.unit and number.unit != column.unit:
        raise _Refused(f"单元格格式以{number.unit}为单位，表头为（{column.unit}），不一致")
    return _with_unit(column, number.text, number.unit or column.unit)


def _money_text(column: Column, text: str) -> str:
    if text[:1] in ("¥", "￥") and column.unit not in ("", "元") and _BARE.fullmatch(text[1:].strip()):
        raise _Refused(f"以¥书写，表头为（{column.unit}），不一致；写明元或万元")
    return _with_unit(column, text, column.unit) if _BARE.fullmatch(text) else text


def _with_unit(column: Column, text: str, unit: str) -> str:
    if not unit:
        raise _Refused(f"金额没有写单位；写作 {text}元 或 {text}万元，或在表头写明{column.field.label}（元）、（万元）")
    return f"{text}{unit}"


def _require(column: Column, value: Value, day: date) -> None:
    field = column.field
    if field.required and not field.holds(value):
        raise _Refused(f"必填，{expected(field)}")
    if not column.fixed or value is UNKNOWN:
        return
    if isinstance(value, Missing):
        raise _Refused("不填即可，不写“无”")
    if field.name == OPENED and isinstance(value, date) and value > day:
        raise _Refused(f"立案日晚于导入之日 {day}")
    if field.name == CYCLE and isinstance(value, int) and not EARLIEST_CYCLE <= value <= LATEST_CYCLE:
        raise _Refused("年度应为四位年份，如 2021")
    if field.name == EXTERNAL and len(str(value)) > 100:
        raise _Refused("申报编号不超过100个字符")


def _without_doubles(results: list[RowResult], columns: tuple[Column | None, ...]) -> list[RowResult]:
    """Of rows with the same identity in one file, all but the first are refused: nobody can say which is meant."""
    first: dict[str, RowResult] = {}
    where = next(
        (f"{letters(i)} {c.header}" for i, c in enumerate(columns) if c is not None and c.field.name == EXTERNAL), ""
    )
    checked = []
    for result in results:
        if not result.external and not result.accepted:
            checked.append(result)  # what cannot be read cannot be called the same
            continue
        earlier = first.setdefault(result.identity, result)
        if earlier is not result:
            if result.external:
                problem = Problem(where, shown(result.external), f"申报编号与第{earlier.row}行相同")
            else:
                problem = Problem("", "", f"与第{earlier.row}行完全相同；确为两项的，填写申报编号以区分")
            result = replace(result, problems=(*result.problems, problem))
        checked.append(result)
    return checked


def _stored(facts: Mapping[str, Value]) -> dict[str, Any]:
    return {name: to_stored(value) for name, value in facts.items()}


def _hash(*parts: Any) -> str:
    return sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
