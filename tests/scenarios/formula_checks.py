"""Reading and checking `formulas.yaml`: amounts worked out by hand from the text, against the programme's formulas.

    programme: sh-matching-funds
    formulas:
      - {formula: indirect_cost_ceiling, with: {local_grant: 100万元}, amount: 80000.00元, clause: 第五条, source: ...}
      - {formula: indirect_cost_ceiling, with: {}, refused: 缺少, clause: 第五条, source: ...}

`amount` or `refused` (words of the refusal) is expected; `readings` lists the readings the amount rests on, `steps`
the clauses of its steps from the result down.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shixian.rules.errors import ScenarioError, ShixianError
from shixian.rules.formulas import Formula
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.money import Money

_KEYS = {"formula", "with", "amount", "refused", "clause", "readings", "steps", "source"}
_TOP = {"title", "programme", "formulas", "note"}


def formula_differences(path: Path, lifecycles: Mapping[str, Lifecycle]) -> list[str]:
    """One line for each check not met. ScenarioError for a file that checks nothing, or not from the text."""
    return data_differences(yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader), path, lifecycles)


def data_differences(data: Any, path: Path, lifecycles: Mapping[str, Lifecycle]) -> list[str]:
    """The same for a file's content, already read as text in dictionaries and lists."""
    if not isinstance(data, dict) or set(data) - _TOP or not data.get("formulas") or "programme" not in data:
        raise ScenarioError(f"{path}：应有 programme 和 formulas，且只用 {'、'.join(sorted(_TOP))}")
    differences: list[str] = []
    for number, line in enumerate(data["formulas"], 1):
        where = f"{path.name} 第{number}项 {line.get('formula')}"
        strange = sorted(set(line) - _KEYS)
        if strange or not str(line.get("source", "")).strip():
            raise ScenarioError(f"{where}：{'不认识 ' + '、'.join(strange) if strange else '没有写明 source'}")
        if ("amount" in line) == ("refused" in line) or "clause" not in line:
            raise ScenarioError(f"{where}：须写 clause，以及 amount 或 refused 之一")
        found = _formula(str(line["formula"]), str(data["programme"]), lifecycles, where)
        differences += [f"{where}：{text}" for text in _check(found, line)]
    return differences


def _formula(name: str, programme: str, lifecycles: Mapping[str, Lifecycle], where: str) -> Formula:
    """The formula of the programme, or of another lifecycle of the same regulation."""
    if programme not in lifecycles:
        raise ScenarioError(f"{where}：没有 {programme} 这一程序")
    own = lifecycles[programme]
    same = [other for other in lifecycles.values() if other.regulation.key == own.regulation.key]
    for lifecycle in (own, *same):
        found = lifecycle.formula(name)
        if found is not None:
            return found
    raise ScenarioError(f"{where}：没有名为 {name} 的公式")


def _check(found: Formula, line: Mapping[str, Any]) -> list[str]:
    given = dict(line.get("with") or {})
    try:
        result = found.compute(given)
    except ShixianError as error:
        if "refused" not in line:
            return [f"应为 {line['amount']}，却被拒绝：{error.message}"]
        lines = [] if line["refused"] in error.message else [f"拒绝应含“{line['refused']}”，实为 {error.message}"]
        return lines + ([] if error.clause == line["clause"] else [f"条款应为 {line['clause']}，实为 {error.clause}"])
    if "refused" in line:
        return [f"应被拒绝（{line['refused']}），实得 {result.yuan_text}元"]
    lines = []
    if Money.parse(line["amount"]) != result.money:
        lines.append(f"应为 {line['amount']}，实为 {result.yuan_text}元")
    if result.explanation.clause != line["clause"]:
        lines.append(f"条款应为 {line['clause']}，实为 {result.explanation.clause}")
    if "readings" in line and list(line["readings"]) != list(result.readings):
        lines.append(f"读法应为 {line['readings']}，实为 {list(result.readings)}")
    steps = [node.clause for _, node in result.explanation.walk() if node.clause]
    if "steps" in line and list(line["steps"]) != steps:
        lines.append(f"各步条款应为 {line['steps']}，实为 {steps}")
    return lines
