"""Does any scenario notice? The files of a folder, read once, and run against one catalogue after another.

Two kinds of file: scenarios (`cases`, `expect`) and checks of formulas (`formulas.yaml`).
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

from shixian.rules.errors import ShixianError
from shixian.rules.lifecycle import Lifecycle
from shixian.scenarios import World, differences, report, run
from shixian.scenarios.reader import read_data
from tests.mutation.reach import EVERYWHERE, REFUSALS
from tests.scenarios.formula_checks import data_differences

CPU_SECONDS = 60
"""Of processor time, not of the clock: a mutant that makes the engine run for ever is stopped and counts as noticed."""

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Stuck(Exception):
    """A mutant ran out of its processor time."""


@dataclass(slots=True)
class Play:
    """One file: its content as text, the lifecycles and places (see `reach`) it comes to, its faults unchanged."""

    path: Path
    data: Mapping[str, Any]
    lifecycles: set[str] = field(default_factory=set)
    reached: set[tuple[str, str]] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    rehearsed: bool = False

    def programmes(self) -> set[str]:
        """The lifecycles that the file itself names."""
        cases = self.data.get("cases") or {}
        own = {
            str(case.get("programme")) for case in cases.values() if isinstance(case, Mapping) and "programme" in case
        }
        return {str(self.data.get("programme", "")), *own}

    def perform(self, lifecycles: Mapping[str, Lifecycle]) -> list[str]:
        """What differs from the expectations. Raises what the engine raises."""
        if "formulas" in self.data:
            return data_differences(self.data, self.path, lifecycles)
        scenario = read_data(self.data, lifecycles, str(self.path))
        return differences(scenario.expect, report(run(scenario, lifecycles)))

    def rehearse(self, lifecycles: Mapping[str, Lifecycle]) -> None:
        """Run unchanged (once), to learn what the file reaches and whether it holds at all."""
        if self.rehearsed:
            return
        self.rehearsed = True
        key = str(self.data.get("programme", ""))
        self.lifecycles = {key}
        try:
            if "formulas" in self.data:
                self.faults = data_differences(self.data, self.path, lifecycles)
                names = {EVERYWHERE, *(f"{line['formula']}()" for line in self.data["formulas"])}
                # A formula may belong to any lifecycle of the same regulation.
                own = lifecycles[key].regulation.key
                self.lifecycles = {other for other in lifecycles if lifecycles[other].regulation.key == own}
                self.reached = {(other, name) for other in self.lifecycles for name in names}
                return
            scenario = read_data(self.data, lifecycles, str(self.path))
            world = run(scenario, lifecycles)
            self.faults = differences(scenario.expect, report(world))
        except ShixianError as error:
            self.faults = [str(error)]
            return
        self._learn(world)
        if not scenario.expect:
            self.faults = ["expects nothing"]

    def _learn(self, world: World) -> None:
        """Every lifecycle with a case, every stage an event names (even by its title), whether acts were refused."""
        cases = {ref: case.lifecycle for ref, case in world.register.cases.items()}
        self.lifecycles |= {*cases.values(), *(key for key, _, _ in world.refused.values())}
        self.reached = {(key, EVERYWHERE) for key in self.lifecycles}
        self.reached |= {(key, REFUSALS) for key, _, _ in world.refused.values()}
        for ref, events in world.events.items():
            titles = {stage.title: stage.key for stage in world.law.lifecycles[cases[ref]].stages}
            for event in events:
                stage = str(event.data.get("stage", ""))
                self.reached.add((cases[ref], titles.get(stage, stage)))
                if event.kind in ("refused", "listed"):
                    self.reached.add((cases[ref], REFUSALS))

    def can_see(self, places: set[tuple[str, str]]) -> bool:
        return bool(self.reached & places)


def read_plays(folder: Path) -> list[Play]:
    """Every file below a folder, read but not yet rehearsed."""
    found = [(path, yaml.load(path.read_text("utf-8"), Loader=_LOADER)) for path in sorted(folder.rglob("*.yaml"))]
    return [
        Play(path, data) for path, data in found if isinstance(data, dict) and ("cases" in data or "formulas" in data)
    ]


class Jury:
    """The plays that may notice a change, those that noticed the neighbours first."""

    def __init__(self, plays: list[Play]) -> None:
        self.plays = [play for play in plays if not play.faults]

    def noticed_by(self, lifecycles: Mapping[str, Lifecycle], places: set[tuple[str, str]]) -> str | None:
        """The name of the first file that notices, or None when none does. `places` is how far the change reaches."""
        for play in [play for play in self.plays if play.can_see(places)]:
            if _notices(play, lifecycles):
                self.plays.remove(play)
                self.plays.insert(0, play)
                return play.path.name
        return None


def _notices(play: Play, lifecycles: Mapping[str, Lifecycle]) -> bool:
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        return bool(play.perform(lifecycles))
    except Exception:  # whatever the engine raises, the change did not go unnoticed
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stuck
