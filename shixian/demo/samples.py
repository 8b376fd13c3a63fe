"""The sample cases: scenario files, taken apart into workbooks by day of opening, acts by instant, and expectations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook

from shixian.intake.columns import CYCLE, EXTERNAL, OPENED, columns_of
from shixian.intake.template import write_template
from shixian.intake.workbook import SHEET
from shixian.rules.errors import ScenarioError
from shixian.rules.lifecycle import Lifecycle
from shixian.scenarios import Scenario, read
from shixian.scenarios.reader import ActStep, CaseStep, CohortStep

FOLDER = Path(__file__).with_name("samples")


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases of one lifecycle that are opened on one day: one workbook."""

    lifecycle: str
    opened: date
    cases: tuple[CaseStep, ...]

    @property
    def file_name(self) -> str:
        return f"{self.opened}_{self.lifecycle}.xlsx"


def samples(lifecycles: Mapping[str, Lifecycle], folder: Path = FOLDER) -> list[Scenario]:
    """All sample files; case names must be unique across them, since they identify the rows."""
    found = [read(path, lifecycles) for path in sorted(folder.glob("*.yaml"))]
    names = [case.ref for scenario in found for case in scenario.cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ScenarioError(f"样例案件名称重复：{'、'.join(twice)}")
    return found


def batches(scenarios: list[Scenario]) -> list[Batch]:
    """Workbooks in the order of their days."""
    groups: dict[tuple[date, str], list[CaseStep]] = {}
    for scenario in scenarios:
        for case in scenario.cases:
            groups.setdefault((case.opened, case.programme), []).append(case)
    return [Batch(key, day, tuple(cases)) for (day, key), cases in sorted(groups.items())]


def acts(scenarios: list[Scenario]) -> Iterator[ActStep | CohortStep]:
    """All acts and rankings in the order of their instants; of one instant, the acts first."""
    steps: list[tuple[datetime, int, int, int, ActStep | CohortStep]] = []
    for number, scenario in enumerate(scenarios):
        steps += [(step.at, 0, number, step.order, step) for step in scenario.acts]
        steps += [(step.at, 1, number, step.order, step) for step in scenario.cohorts]
    for *_, step in sorted(steps, key=lambda item: item[:4]):
        yield step


def write_workbook(lifecycle: Lifecycle, batch: Batch, folder: Path) -> Path:
    """The workbook that an officer would have filled in, by the lifecycle's own template."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / batch.file_name
    write_template(lifecycle, path)
    book = load_workbook(path)
    sheet = book[SHEET]
    columns = columns_of(lifecycle)
    for line, case in enumerate(batch.cases, 2):
        values = {**case.facts, OPENED: case.opened.isoformat(), CYCLE: str(case.cycle), EXTERNAL: case.ref}
        strange = sorted(set(values) - {column.field.name for column in columns})
        if strange:
            raise ScenarioError(f"样例 {case.ref}：{'、'.join(strange)} 不在填报表中", remedy="改由行为填写")
        for place, column in enumerate(columns, 1):
            value = values.get(column.field.name)
            if value is not None:
                text = "；".join(map(str, value)) if isinstance(value, list) else str(value)
                sheet.cell(line, place, text)
    book.save(path)
    return path
