"""The columns of a lifecycle's intake: its required and intake facts in order, and three fixed ones before them.

A header is recognised by label or by name. A money column may say its unit: 配套预算（万元）.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from shixian.rules.errors import IntakeError
from shixian.rules.facts import TYPE_TITLES, FactType, Field, date_fact, integer_fact, text_fact
from shixian.rules.lifecycle import Lifecycle

EXTERNAL, OPENED, CYCLE = "case.external_number", "case.opened", "case.cycle"
FIXED: tuple[Field, ...] = (
    text_fact(EXTERNAL, "申报编号", clause="", help="选填。申报系统或来文的编号，同一编号只导入一次；没有编号的按全行内容识别"),
    date_fact(OPENED, "立案日", clause="", help="选填。不填的以导入时指定的日期为准"),
    integer_fact(CYCLE, "年度", clause="", help="选填。四位年份；不填的为立案日所在年份"),
)
_UNIT = re.compile(r"\((元|千元|万元|百万元|千万元|亿元)\)$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field that types it and the header that stands above it."""

    field: Field
    header: str
    unit: str = ""  # of a money column, when the header in the file says it
    fixed: bool = False


def standing_alone(lifecycle: Lifecycle) -> Lifecycle:
    """The lifecycle, if its cases are applied for. One that another case opens (a draw-down) is not imported."""
    if lifecycle.child_of is not None:
        raise IntakeError(
            f"{lifecycle.title}（{lifecycle.key}）由 {lifecycle.child_of} 的案件引起，不能单独导入",
            remedy="在上级案件中办理相应行为，由此立案",
        )
    return lifecycle


def columns_of(lifecycle: Lifecycle) -> tuple[Column, ...]:
    """The columns of the workbook. Labels that stand twice get the fact's name behind them."""
    facts = [field for field in lifecycle.facts.fields if field.intake or field.required]
    labels = Counter(_plain(field.label) for field in (*FIXED, *facts))
    fixed = [Column(field, field.label, fixed=True) for field in FIXED]
    return (
        *fixed,
        *(Column(f, f.label if labels[_plain(f.label)] == 1 else f"{f.label}（{f.name}）") for f in facts),
    )


def matched(lifecycle: Lifecycle, header: tuple[str, ...]) -> tuple[Column | None, ...]:
    """The column under each header, None for an empty one. IntakeError for unknown, double or missing ones."""
    columns = columns_of(lifecycle)
    known = {_plain(column.field.name): column for column in columns} | {_plain(c.header): c for c in columns}
    found: list[Column | None] = []
    faults: list[str] = []
    for text in header:
        column = _find(known, text) if text else None
        if text and column is None:
            faults.append(f"不认识的表头“{text[:40]}”")
        found.append(column)
    counted = Counter(column.header for column in found if column)
    faults += [f"表头“{name}”出现 {count} 次" for name, count in counted.items() if count > 1]
    faults += [f"缺少表头“{c.header}”" for c in columns if c.field.required and not counted[c.header]]
    if faults:
        expected = "、".join(column.header for column in columns)
        raise IntakeError("；".join(faults), remedy=f"表头应为：{expected}（用 shixian template {lifecycle.key} 生成模板）")
    return tuple(found)


def expected(field: Field) -> str:
    """What a column takes, as its reader is told."""
    if field.type is FactType.CHOICE:
        return "应填：" + "、".join(label for _, label in field.choices)
    return f"应填{TYPE_TITLES[field.type]}"


def _find(known: dict[str, Column], text: str) -> Column | None:
    plain = _plain(text)
    if plain in known:
        column, unit = known[plain], _UNIT.search(plain)
        return _with_unit(column, unit[1]) if unit and column.field.type is FactType.MONEY else column
    unit = _UNIT.search(plain)
    column_before = known.get(plain[: unit.start()]) if unit else None
    if unit is None or column_before is None or column_before.field.type is not FactType.MONEY:
        return None
    return _with_unit(column_before, unit[1])


def _with_unit(column: Column, unit: str) -> Column:
    return Column(column.field, column.header, unit, column.fixed)


def _plain(text: str) -> str:
    """A header without blanks, the star of a required column and the difference of wide and narrow brackets."""
    return re.sub(r"\s|[*＊]$", "", text).translate(str.maketrans("（）", "()"))
