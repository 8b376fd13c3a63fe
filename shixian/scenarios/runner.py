"""Running a scenario: a store in memory, the openings and acts in the order of their instants, then the last day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shixian.rules import proceedings
from shixian.rules.calendar import Calendar, default_calendar
from shixian.rules.decide import Acted
from shixian.rules.environment import Law
from shixian.rules.errors import NotFound, ShixianError
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import legal_day, parse_day
from shixian.rules.register import Bar, MemoryRegister
from shixian.rules.state import Case, Refusal, Transition
from shixian.scenarios.reader import ActStep, CaseStep, CohortStep, Scenario


@dataclass(slots=True)
class World:
    """A store in memory: cases, and every transition of each in order. Fulfils `proceedings.Store`."""

    law: Law
    register: MemoryRegister
    events: dict[str, list[Transition]] = field(default_factory=dict)
    refused: dict[str, tuple[str, date, Refusal]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def load(self, ref: str) -> Case:
        case = self.register.cases.get(ref)
        if case is None:
            raise NotFound(f"没有 {ref} 这一案件")
        return case

    def create(self, lifecycle: Lifecycle, case: Case, transitions: tuple[Transition, ...]) -> None:
        self.events[case.ref] = []
        self.save(lifecycle, case, transitions)

    def save(self, lifecycle: Lifecycle, case: Case, transitions: tuple[Transition, ...]) -> None:
        self.register.cases[case.ref] = case
        self.events[case.ref].extend(transitions)
        for transition in transitions:
            self._keep(case, transition)

    def refused_opening(self, lifecycle: Lifecycle, ref: str, day: date, refusal: Refusal) -> None:
        self.refused[ref] = (lifecycle.key, day, refusal)

    def _keep(self, case: Case, transition: Transition) -> None:
        data = transition.data
        if transition.kind == "remembered":
            self.register.history[(data["key"], data["subject"], data["cycle"])].append(data["value"])
            self.register.dated.append((data["key"], data["subject"], transition.legal_day, data["value"]))
        elif transition.kind == "limit_claimed":
            self.register.claimed[(data["limit"], data["scope"])].append(case.ref)
        elif transition.kind == "quota_drawn":
            self.register.draws[data["quota"], data["scope"]] = data["before"] + data["fen"]
        elif transition.kind == "barred":
            last = date.fromisoformat(data["last_day"]) if data.get("last_day") else None
            self.register.barred.append(
                Bar(
                    data["subject"],
                    data["lifecycle"],
                    transition.legal_day,
                    last,
                    data["clause"],
                    data["text"],
                    case.ref,
                )
            )
        elif transition.kind == "bar_end_set":
            which = (data["subject"], data["lifecycle"], data["bar_clause"], date.fromisoformat(data["first_day"]))
            self.register.end_bar(case.ref, *which, last_day=date.fromisoformat(data["last_day"]))


def new_world(scenario: Scenario, lifecycles: Mapping[str, Lifecycle], calendar: Calendar | None = None) -> World:
    calendar = calendar or default_calendar()
    if scenario.calendar_as_of is not None:
        calendar = calendar.as_published_at(scenario.calendar_as_of)
    register = MemoryRegister()
    for line in scenario.history:
        register.history[(line["key"], line["subject"], int(line["cycle"]))].append(line["value"])
    for line in scenario.bars:
        last = parse_day(line["last_day"]) if line.get("last_day") else None
        register.barred.append(
            Bar(
                line["subject"],
                line["lifecycle"],
                parse_day(line["first_day"]),
                last,
                line["clause"],
                line["text"],
                "既往",
            )
        )
    return World(Law(calendar, register, lifecycles, scenario.calls), register)


def run(scenario: Scenario, lifecycles: Mapping[str, Lifecycle], calendar: Calendar | None = None) -> World:
    """The world on the scenario's `as_of`."""
    world = new_world(scenario, lifecycles, calendar)
    for step in scenario.steps():
        if isinstance(step, CaseStep):
            _open(world, lifecycles[step.programme], step)
        elif isinstance(step, CohortStep):
            _rank(world, lifecycles[step.programme], step)
        else:
            _act(world, step)
    for ref in [ref for ref, case in world.register.cases.items() if case.parent is None]:
        proceedings.tick(world, ref, scenario.as_of)
    return world


def _open(world: World, lifecycle: Lifecycle, step: CaseStep) -> None:
    try:
        facts = lifecycle.facts.parse(step.facts)
    except ShixianError as error:
        refusal = Refusal("bad_input", error.message, error.clause or lifecycle.regulation.number, error.remedy or "")
        world.refused_opening(lifecycle, step.ref, step.opened, refusal)
        return
    proceedings.start(world, lifecycle, ref=step.ref, day=step.opened, cycle=step.cycle, facts=facts)


def _rank(world: World, lifecycle: Lifecycle, step: CohortStep) -> None:
    """All cases of the cycle, as they stand; a refusal that concerns no case is an error of the file."""
    refs = [
        ref
        for ref, case in world.register.cases.items()
        if case.lifecycle == lifecycle.key and case.cycle == step.cycle
    ]
    found = proceedings.rank_cohort(world, lifecycle, step.stage, refs, day=legal_day(step.at), by=step.by)
    if isinstance(found, Refusal) and found.code == "cohort_empty":
        world.errors.append(f"{step.at.isoformat()} {lifecycle.key} {step.cycle} {step.stage}：{found.because}")


def _act(world: World, step: ActStep) -> None:
    root = step.ref.partition("/")[0]
    if step.ref not in world.register.cases and root in world.register.cases:
        # A clock of the case (a yearly duty) may have opened the child in the meantime.
        proceedings.tick(world, root, legal_day(step.at))
    if step.ref in world.refused or step.ref not in world.register.cases:
        world.errors.append(f"{step.at.isoformat()} {step.ref} {step.stage}.{step.verb}：没有这一案件")
        return
    acted = Acted(step.stage, step.verb, step.by, step.at, step.given, step.documents, step.reason)
    proceedings.act(world, step.ref, acted)
