"""The survey: what scenarios reach, what runs reach, and what nobody does. Zero is red."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from shixian.rules.errors import ShixianError
from shixian.rules.lifecycle import Lifecycle
from shixian.scenarios import read, run
from tests.liveness.declared import Item, items
from tests.liveness.reached import Trace

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCENARIOS = ROOT / "tests/scenarios"
EXCUSED = HERE / "unreached.yaml"


def scenario_trace(folder: Path, lifecycles: Mapping[str, Lifecycle]) -> Trace:
    """What the scenario files below a folder reach through `simulate`. A file that cannot be run reaches nothing."""
    trace = Trace()
    for path in sorted(folder.rglob("*.yaml")):
        data = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
        if isinstance(data, dict) and "formulas" in data:
            _formulas(trace, data, lifecycles)
        if not isinstance(data, dict) or "cases" not in data:
            continue
        try:
            world = run(read(path, lifecycles), lifecycles)
        except ShixianError:
            continue  # tests/scenarios tells what is wrong with it
        for ref, case in world.register.cases.items():
            trace.add(lifecycles[case.lifecycle], world.events[ref])
        for key, _, refusal in world.refused.values():
            trace.add_refused_opening(lifecycles[key], refusal.to_json())
    return trace


def _formulas(trace: Trace, data: Mapping[str, object], lifecycles: Mapping[str, Lifecycle]) -> None:
    lines, key = data["formulas"], str(data.get("programme"))
    for line in lines if isinstance(lines, list) and key in lifecycles else []:
        trace.merge(Trace({key: Counter([f"formula {line['formula']}"])}))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing declared, and how often scenarios and runs reach it."""

    item: Item
    scenarios: int
    runs: int


def survey(lifecycles: Mapping[str, Lifecycle], scenarios: Trace, runs: Trace) -> list[Line]:
    return [
        Line(item, scenarios.of(key, item.name), runs.of(key, item.name))
        for key, lifecycle in lifecycles.items()
        for item in items(lifecycle)
    ]


def unreached(lifecycles: Mapping[str, Lifecycle], trace: Trace) -> list[Item]:
    """What is declared and never happened in the trace."""
    return [line.item for line in survey(lifecycles, trace, Trace()) if line.scenarios == 0]


def run_faults(lifecycles: Mapping[str, Lifecycle], trace: Trace, excused: Path = EXCUSED) -> list[str]:
    """What no run reached and no reason excuses; excuses that are not needed are faults too.

    For the tests of the demo and of the flows: `assert not run_faults(catalogue(), from_database(url))`.
    """
    reasons = _excuses(excused)
    missing = {(item.lifecycle, item.name): item for item in unreached(lifecycles, trace)}
    faults = [f"{item.lifecycle}: {item.name} ({item.clause})" for key, item in missing.items() if key not in reasons]
    faults += [
        f"unreached.yaml is stale: {key}: {name} is reached or not declared"
        for key, name in reasons
        if key in lifecycles and (key, name) not in missing
    ]
    return faults


def _excuses(path: Path) -> dict[tuple[str, str], str]:
    """{lifecycle: {name: reason}} as a flat dictionary; a reason is required."""
    found = {}
    for key, names in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
        for name, reason in names.items():
            if not str(reason or "").strip():
                raise ValueError(f"{path.name}: {key}: {name} gives no reason")
            found[key, name] = str(reason)
    return found


def markdown(lines: list[Line]) -> str:
    """out/liveness.md: a table a lifecycle, zero in bold."""
    text = ["# Declared is alive", "", "How often scenarios (through `simulate`) and runs (flows, desk) reach it.", ""]
    for key in dict.fromkeys(line.item.lifecycle for line in lines):
        own = [line for line in lines if line.item.lifecycle == key]
        zero = sum(1 for line in own if line.scenarios == 0)
        text += [f"## {key}", "", f"{len(own)} declared, {zero} reached by no scenario.", ""]
        text += ["| declared | clause | scenarios | runs |", "|---|---|---|---|"]
        text += [f"| {e.item.name} | {e.item.clause} | {_count(e.scenarios)} | {_count(e.runs)} |" for e in own]
        text.append("")
    return "\n".join(text)


def _count(number: int) -> str:
    return str(number) if number else "**0**"
