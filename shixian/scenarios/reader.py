"""Reading a scenario file. Every scalar is text (YAML would turn numbers, `no` and times into other things) and is
typed by the facts' schema; what is not understood is refused with its place in the file.

Beside `cases`, a file may say when all cases of a cycle are ranked (see `rules.cohort`), by default of its programme:

    cohorts:
      - {at: 2021-06-01T10:00, stage: bottom_rank, cycle: 2021, by: province_st}   # programme: KEY for another one

At one instant, cases are opened first, then come acts, then rankings. A ranking that is refused is a refusal
(`do: rank`) of each case that stands in its way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from shixian.rules.errors import FactsError, ScenarioError, ShixianError
from shixian.rules.facts import Value
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import legal_day, parse_day, parse_instant


@dataclass(frozen=True, slots=True)
class ActStep:
    """One line of `acts`: on which case (or its child), what, by whom, when."""

    ref: str
    at: datetime
    stage: str
    verb: str
    by: str
    given: Mapping[str, object]
    documents: tuple[Mapping[str, object], ...]
    reason: str
    order: int


@dataclass(frozen=True, slots=True)
class CohortStep:
    """One line of `cohorts`: all cases of a programme and cycle are ranked at a stage, when, by whom."""

    at: datetime
    programme: str
    stage: str
    cycle: int
    by: str
    order: int


@dataclass(frozen=True, slots=True)
class CaseStep:
    ref: str
    programme: str
    opened: date
    cycle: int
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Scenario:
    path: str
    programme: str
    calls: Mapping[str, Mapping[int, Mapping[str, Value]]]
    cases: tuple[CaseStep, ...]
    acts: tuple[ActStep, ...]
    as_of: date
    expect: Mapping[str, Mapping[str, Any]]
    history: tuple[Mapping[str, str], ...] = ()
    bars: tuple[Mapping[str, str], ...] = ()
    calendar_as_of: date | None = None
    title: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    cohorts: tuple[CohortStep, ...] = ()

    def steps(self) -> list[CaseStep | ActStep | CohortStep]:
        """All that happens, in the order of its instants; of one instant openings, acts, rankings, each as written."""
        steps: list[tuple[str, int, int, CaseStep | ActStep | CohortStep]] = [
            (case.opened.isoformat(), 0, number, case) for number, case in enumerate(self.cases)
        ]
        steps += [(act.at.isoformat(), 1, act.order, act) for act in self.acts]
        steps += [(cohort.at.isoformat(), 2, cohort.order, cohort) for cohort in self.cohorts]
        return [step for *_, step in sorted(steps, key=lambda item: item[:3])]


_TOP = {
    *("title", "programme", "parameters", "cases", "cohorts", "as_of", "expect", "history", "bars", "calendar_as_of"),
    "note",
}
_CASE = {"programme", "opened", "cycle", "facts", "acts"}
_ACT = {"at", "stage", "do", "by", "with", "reason", "child", "source"}
_COHORT = {"at", "programme", "stage", "cycle", "by", "source"}


_BASE: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the same in C, eight times faster, where it is there
_DEEPEST = 50  # levels of lists and mappings; a scenario has five


class _Loader(_BASE):
    """Text only, and a repeated key is an error rather than the last one winning."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ScenarioError(f"第{key.start_mark.line + 1}行：名称应为文字，不能是列表或映射")
            if key.value in seen:
                raise ScenarioError(f"第{key.start_mark.line + 1}行：{key.value} 重复")
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _require_shallow(text: str, path: str) -> None:
    """Refuse what is nested too deeply, before it is composed: that is done by recursion, in C without a limit."""
    depth = 0
    for event in yaml.parse(text, Loader=_BASE):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ScenarioError(f"{path} 的嵌套过深")


def read(path: Path, lifecycles: Mapping[str, Lifecycle]) -> Scenario:
    """The scenario of a file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ScenarioError(f"没有 {path} 这一文件") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path} 不是 UTF-8 编码", remedy="另存为 UTF-8") from error
    return read_text(text, lifecycles, str(path))


def read_text(text: str, lifecycles: Mapping[str, Lifecycle], path: str = "scenario") -> Scenario:
    """The scenario of a text; ScenarioError says what could not be understood."""
    try:
        _require_shallow(text, path)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a BaseLoader: text only
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path} 不是合法的 YAML：{error}") from error
    return read_data(data, lifecycles, path)


def read_data(data: Any, lifecycles: Mapping[str, Lifecycle], path: str = "scenario") -> Scenario:
    """The scenario of a file's content, as text in dictionaries and lists."""
    try:
        return _scenario(_mapping(data, path), lifecycles, path)
    except ScenarioError:
        raise
    except ShixianError as error:
        raise ScenarioError(f"{path}：{error.message}", clause=error.clause, remedy=error.remedy) from error


def _scenario(data: Mapping[str, Any], lifecycles: Mapping[str, Lifecycle], path: str) -> Scenario:
    _only(data, _TOP, path)
    for name in ("programme", "cases", "as_of"):
        if name not in data:
            raise ScenarioError(f"{path}：缺少 {name}")
    programme = str(data["programme"])
    lifecycle = _lifecycle(lifecycles, programme, path)
    cases: list[CaseStep] = []
    acts: list[ActStep] = []
    for ref, item in _mapping(data["cases"], "cases").items():
        where = f"{path}，案件 {ref}"
        item = _mapping(item, where)
        _only(item, _CASE, where)
        own = str(item.get("programme", programme))
        _lifecycle(lifecycles, own, where)
        if "opened" not in item:
            raise ScenarioError(f"{where}：缺少 opened（立案日）")
        opened = parse_day(str(item["opened"]))
        cycle = _year(item.get("cycle", opened.year), where)
        cases.append(CaseStep(str(ref), own, opened, cycle, _mapping(item.get("facts") or {}, where)))
        for line in item.get("acts") or []:
            acts.append(_act(str(ref), _mapping(line, where), where, len(acts)))
    expect = {str(k): _mapping(v, f"expect {k}") for k, v in _mapping(data.get("expect") or {}, "expect").items()}
    for ref, wanted in expect.items():
        if not str(wanted.get("source", "")).strip():
            raise ScenarioError(f"{path}：对 {ref} 的期望没有写明 source（依据条文手算的步骤）")
    scenario = Scenario(
        path=path,
        programme=programme,
        calls=_calls(_mapping(data.get("parameters") or {}, "parameters"), lifecycle, lifecycles),
        cases=tuple(cases),
        acts=tuple(sorted(acts, key=lambda step: (step.at, step.order))),
        as_of=parse_day(str(data["as_of"])),
        expect=expect,
        history=_lines(data.get("history") or [], "history", ("key", "subject", "cycle", "value")),
        bars=_lines(data.get("bars") or [], "bars", ("subject", "lifecycle", "first_day", "clause", "text")),
        calendar_as_of=parse_day(str(data["calendar_as_of"])) if data.get("calendar_as_of") else None,
        title=str(data.get("title", "")),
        cohorts=_cohorts(data.get("cohorts") or [], programme, lifecycles, path),
    )
    happening: list[ActStep | CohortStep] = [*scenario.acts, *scenario.cohorts]
    for step in happening:
        if legal_day(step.at) > scenario.as_of:
            text = f"{path}：as_of 为 {scenario.as_of}，{step.at.isoformat()} {step.stage} 尚未发生"
            raise ScenarioError(text, remedy="推后 as_of 或删去该项")
    return scenario


def _cohorts(lines: Any, programme: str, lifecycles: Mapping[str, Lifecycle], path: str) -> tuple[CohortStep, ...]:
    if not isinstance(lines, list):
        raise ScenarioError(f"{path}：cohorts 应为列表")
    found = []
    for number, line in enumerate(lines):
        where = f"{path}，cohorts 第{number + 1}项"
        line = _mapping(line, where)
        _only(line, _COHORT, where)
        for name in ("at", "stage", "cycle", "by"):
            if name not in line:
                raise ScenarioError(f"{where}：缺少 {name}")
        key, stage = str(line.get("programme", programme)), str(line["stage"])
        stages = [one.key for one in _lifecycle(lifecycles, key, where).stages if one.cohort is not None]
        if stage not in stages:
            remedy = f"可用的有：{'、'.join(stages) or '无'}"
            raise ScenarioError(f"{where}：{key} 没有统一排序的环节 {stage}", remedy=remedy)
        at, cycle = parse_instant(str(line["at"])), _year(line["cycle"], where)
        found.append(CohortStep(at, key, stage, cycle, str(line["by"]), number))
    return tuple(found)


def _act(case: str, line: Mapping[str, Any], where: str, order: int) -> ActStep:
    _only(line, _ACT, where)
    for name in ("at", "stage", "do", "by"):
        if name not in line:
            raise ScenarioError(f"{where}：一项行为缺少 {name}")
    given = dict(_mapping(line.get("with") or {}, where))
    documents = given.pop("documents", [])
    if not isinstance(documents, list):
        raise ScenarioError(f"{where}：documents 应为列表")
    ref = f"{case}/{line['child']}" if line.get("child") else case
    return ActStep(
        ref=ref,
        at=parse_instant(str(line["at"])),
        stage=str(line["stage"]),
        verb=str(line["do"]),
        by=str(line["by"]),
        given=given,
        documents=tuple(dict(d) if isinstance(d, Mapping) else {"document": str(d)} for d in documents),
        reason=str(line.get("reason", "")),
        order=order,
    )


def _calls(
    given: Mapping[str, Any], lifecycle: Lifecycle, lifecycles: Mapping[str, Lifecycle]
) -> dict[str, dict[int, dict[str, Value]]]:
    """Parameters: `name: value` for every cycle, `2021: {name: value}` for one; children's declared names too."""
    calls: dict[str, dict[int, dict[str, Value]]] = {}
    for name, value in given.items():
        if isinstance(value, Mapping):
            if not str(name).isdigit():
                raise ScenarioError(f"parameters：{name} 应为年度")
            for inner, text in value.items():
                _call(calls, int(name), str(inner), text, lifecycle, lifecycles)
        else:
            _call(calls, 0, str(name), value, lifecycle, lifecycles)
    return calls


def _call(
    calls: dict[str, dict[int, dict[str, Value]]],
    cycle: int,
    name: str,
    text: object,
    lifecycle: Lifecycle,
    lifecycles: Mapping[str, Lifecycle],
) -> None:
    own = [lifecycle, *(other for other in lifecycles.values() if other.key != lifecycle.key)]
    owners = [item for item in own if any(p.field.name == name for p in item.parameters)]
    if not owners:
        names = "、".join(p.field.name for p in lifecycle.parameters) or "无"
        raise ScenarioError(f"parameters：没有名为 {name} 的参数", remedy=f"可用的有：{names}")
    for owner in owners:
        declared = next(p.field for p in owner.parameters if p.field.name == name)
        try:
            value = declared.parse(text)
        except FactsError as error:
            raise ScenarioError(f"parameters：{error.message}", remedy=error.remedy) from error
        calls.setdefault(owner.key, {}).setdefault(cycle, {})[name] = value


def _year(text: object, where: str) -> int:
    if not (str(text).isascii() and str(text).isdigit() and len(str(text)) == 4):
        raise ScenarioError(f"{where}：cycle 应为年度（四位数字），不是“{text}”")
    return int(str(text))


def _lines(data: Any, name: str, needed: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    """The lines of `history` or `bars`, each with all that it must say."""
    if not isinstance(data, list):
        raise ScenarioError(f"{name} 应为列表")
    lines = tuple(_mapping(item, name) for item in data)
    for line in lines:
        missing = [key for key in needed if not str(line.get(key, "")).strip()]
        if missing:
            raise ScenarioError(f"{name} 的一项缺少 {'、'.join(missing)}")
        if name == "history":
            _year(line["cycle"], name)
    return lines


def _lifecycle(lifecycles: Mapping[str, Lifecycle], key: str, where: str) -> Lifecycle:
    if key not in lifecycles:
        raise ScenarioError(f"{where}：没有 {key} 这一程序", remedy="可用的有：" + "、".join(sorted(lifecycles)))
    return lifecycles[key]


def _mapping(data: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ScenarioError(f"{where}：应为“名称: 值”的形式")
    return data


def _only(data: Mapping[str, Any], allowed: set[str], where: str) -> None:
    strange = sorted(set(map(str, data)) - allowed)
    if strange:
        raise ScenarioError(f"{where}：不认识 {'、'.join(strange)}", remedy=f"可用：{'、'.join(sorted(allowed))}")
