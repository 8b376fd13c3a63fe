"""Random acts on every lifecycle of the catalogue: whatever people do, the decision is total and the invariants hold.

Each story opens two cases with random facts (a value, 无, 未知, a wrong type), or follows a scenario of the lifecycle for
a while, and then does random acts on random days, most of them nearly right, some nonsense; every case is looked at
after every step. Seeds are fixed: a failure comes again.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shixian import programmes
from shixian.casework.nightly import clocks_without_deadline, overrun
from shixian.rules import proceedings
from shixian.rules.calendar import default_calendar
from shixian.rules.decide import Acted, decide
from shixian.rules.environment import Law
from shixian.rules.errors import FactsError, ScenarioError
from shixian.rules.facts import FactType, Field, Value
from shixian.rules.lifecycle import Lifecycle, Stage
from shixian.rules.register import MemoryRegister
from shixian.rules.standing import STANDING_TITLES
from shixian.rules.state import Case, Progress, Refusal, apply
from shixian.scenarios import Scenario, read, runner
from shixian.scenarios.reader import ActStep, CaseStep
from shixian.scenarios.runner import World

CATALOGUE = programmes.catalogue()
SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
SEEDS = range(12)
ACTS = 30
NONSENSE = ("", "no", "1e6", "2021-02-30", "09:30", "无", "未知", "-1", "123456789012345678901", "甲", "5万", "100%")
JUMPS = (0, 0, 0, 0, 1, 1, 1, 3, 7, 15, 40, 200)  # days between two acts

Calls = Mapping[str, Mapping[int, Mapping[str, Value]]]


@dataclass
class Story:
    """A world, the lifecycle whose cases are opened, and the steps done, so that they can be done again."""

    lifecycle: Lifecycle
    seed: int
    dice: random.Random = field(init=False)
    scenario: Scenario | None = field(init=False)
    world: World = field(init=False)
    steps: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.lifecycle.key}/{self.seed}")
        found = scenarios_of(self.lifecycle.key)
        self.scenario = self.dice.choice(found) if found and self.seed % 3 else None
        self.world = self.new_world()

    def new_world(self) -> World:
        return new_world(calls(self.seed)) if self.scenario is None else runner.new_world(self.scenario, CATALOGUE)


@cache
def scenarios_of(key: str) -> list[Scenario]:
    """The scenarios of a lifecycle: the longest, which go deepest."""
    found = []
    for path in sorted((SCENARIOS / key).glob("*.yaml")):
        if "cases:" in path.read_text("utf-8"):
            with suppress(ScenarioError):  # tests/scenarios reports a file that cannot be read
                found.append(read(path, CATALOGUE))
    return sorted(found, key=lambda scenario: -max(len(one) for one in _by_case(scenario)))[:8]


def _by_case(scenario: Scenario) -> list[list[ActStep]]:
    return [[act for act in scenario.acts if act.ref.partition("/")[0] == case.ref] for case in scenario.cases] or [[]]


def calls(seed: int) -> Calls:
    """What the yearly calls set: everything, or (every third story) nothing at all."""
    if seed % 3 == 2:
        return {}
    dice = random.Random(seed)
    return {
        lifecycle.key: {
            0: {p.field.name: p.field.parse(likely(p.field, dice, date(2021, 1, 1))) for p in lifecycle.parameters}
        }
        for lifecycle in CATALOGUE.values()
    }


def new_world(set_by_calls: Calls) -> World:
    register = MemoryRegister()
    return World(Law(default_calendar(), register, CATALOGUE, set_by_calls), register)


def likely(item: Field, dice: random.Random, day: date) -> object:
    """A text of the right type."""
    match item.type:
        case FactType.DATE:
            return (day + timedelta(days=dice.choice((-400, -40, -5, 0, 0, 5, 40, 400)))).isoformat()
        case FactType.MONEY:
            return dice.choice(("0元", "100元", "80万元", "500万元", "5000000.01元", "1亿元"))
        case FactType.INTEGER:
            return str(dice.choice((0, 1, 2, 3, 5, 10, 50, 1000)))
        case FactType.NUMBER:
            return dice.choice(("0", "20%", "59.5", "60", "85", "100", "1/3"))
        case FactType.YES_NO:
            return dice.choice(("是", "否"))
        case FactType.CHOICE:
            return dice.choice(item.choices)[dice.randrange(2)]
        case FactType.TEXTS:
            return dice.choice((["甲", "乙"], "甲；乙", "丙"))
        case FactType.UNIT_CODE:
            return "91310000607384646N"
        case FactType.PERIOD:
            return dice.choice(("5个工作日", "10日", "1个月", "7个工作日"))
        case _:
            return dice.choice(("甲", "乙", "no", "2021-01-01"))


def given(item: Field, dice: random.Random, day: date) -> object:
    """Mostly a text of the right type; sometimes 无, 未知 or nonsense."""
    return likely(item, dice, day) if dice.random() < 0.93 else dice.choice((*NONSENSE, True, ["甲"]))


def opening(story: Story, day: date) -> dict[str, Value]:
    """Facts to open a case with: mostly such as open one that is not over at once."""
    for _ in range(12 if story.dice.random() < 0.85 else 1):
        facts, world = opening_facts(story, day), new_world(story.world.law.calls)
        proceedings.start(world, story.lifecycle, ref="TRY", day=day, cycle=day.year, facts=facts)
        if any(case.progress.status != "closed" for case in world.register.cases.values()):
            break
    return facts


def fitting_act(story: Story, case: Case, day: date) -> Acted:
    """A random act; mostly one that would be accepted and would not end the case, so that stories go deep."""
    for _ in range(15 if story.dice.random() < 0.8 else 1):
        acted = random_act(story, case, day)
        tried = decide(CATALOGUE[case.lifecycle], case, acted, story.world.law)
        if tried.refusal is None and tried.case.progress.status != "closed":
            break
    return acted


def opening_facts(story: Story, day: date) -> dict[str, Value]:
    facts = {}
    chance = story.dice.choice((0.3, 0.8, 1.0))
    for item in story.lifecycle.facts.fields:
        if item.required or story.dice.random() < chance:
            try:
                facts[item.name] = item.parse(given(item, story.dice, day))
            except FactsError as error:
                assert error.message and error.clause
    return facts


def random_act(story: Story, case: Case, day: date) -> Acted:
    """An act that fits where the case stands, with something wrong about it now and then."""
    dice, lifecycle = story.dice, CATALOGUE[case.lifecycle]
    at = datetime.combine(day, time(dice.randrange(24), dice.choice((0, 59))))
    here = case.progress.open_stages()
    everywhere = [stage.key for stage in lifecycle.stages]
    stage = lifecycle.stage(dice.choice(here if here and dice.random() < 0.9 else everywhere))
    anyone = dice.choice(lifecycle.actors).key
    if not stage.acts or dice.random() < 0.25:
        return standing_act(story, case, stage, anyone, at)
    act = dice.choice(stage.acts)
    by = dice.choice(act.by).key if dice.random() < 0.92 else dice.choice((anyone, "", "nobody"))
    names = [*act.inputs, *(name for name in act.optional if dice.random() < 0.5)]
    if dice.random() < 0.05:
        names = [*names[1:], dice.choice((*(item.name for item in lifecycle.facts.fields), "no_such_fact"))]
    papers = [paper.key for paper in act.documents if dice.random() < 0.97]
    papers += ["no_such_paper"] if dice.random() < 0.03 else []
    return Acted(
        stage.key if dice.random() < 0.97 else "no_such_stage",
        act.verb if dice.random() < 0.97 else "no_such_act",
        by,
        at,
        {name: given(lifecycle.facts[name], dice, day) if name in lifecycle.facts else "1" for name in names},
        tuple({"document": key} for key in papers),
        "理由" if dice.random() < 0.9 else "",
    )


def standing_act(story: Story, case: Case, stage: Stage, anyone: str, at: datetime) -> Acted:
    dice, lifecycle, day = story.dice, CATALOGUE[case.lifecycle], at.date()
    verb = dice.choice((*STANDING_TITLES, "answer", "answer"))
    fields: list[Field] = []
    if verb == "object" and stage.window is not None and stage.window.objections is not None:
        child = CATALOGUE[stage.window.objections.lifecycle]
        fields = [child.facts[name] for name in stage.window.objection_inputs if dice.random() < 0.9]
    elif verb == "extend":
        fields = [lifecycle.facts[clock.extension.length] for clock in stage.clocks if clock.extension]
    elif lifecycle.facts.fields:
        asked = "".join(item[3] for item in case.progress.lists.values() if item[0] == "ask")
        unknown = [item for item in lifecycle.facts.fields if item.name in asked]
        fields = [dice.choice(unknown or lifecycle.facts.fields)]
    values = {item.name: given(item, dice, day) for item in fields}
    return Acted(stage.key, verb, anyone, at, values, (), dice.choice(("", "理由")))


def play(story: Story) -> World:
    """Play the story, looking at every case after every step; what was done is kept in `steps`."""
    day = date(2020, 12, 1) + timedelta(days=story.dice.randrange(200))
    if story.scenario is None:
        for number in range(2):
            _step(story, "open", (f"C{number}", day, opening(story, day)), day)
    else:
        day = follow(story, story.scenario)
    for _ in range(ACTS):
        cases = list(story.world.register.cases.values())
        if not cases:
            break
        unfinished = [case for case in cases if case.progress.status != "closed"]
        case = story.dice.choice(unfinished if unfinished and story.dice.random() < 0.95 else cases)
        day += timedelta(days=story.dice.choice(JUMPS))
        _step(story, "act", (case.ref, fitting_act(story, case, day)), day)
    day += timedelta(days=30)
    _step(story, "tick", day, day)
    return story.world


def follow(story: Story, scenario: Scenario) -> date:
    """The first steps of a scenario, now and then with one left out; the day they end on."""
    steps = scenario.steps()
    day = scenario.cases[0].opened
    for step in steps[: story.dice.randrange(1, len(steps) + 1)]:
        if isinstance(step, CaseStep):
            try:
                facts = CATALOGUE[step.programme].facts.parse(step.facts)
            except FactsError:
                continue
            day = step.opened
            _step(story, "open", (step.ref, day, facts, step.programme, step.cycle), day)
        elif isinstance(step, ActStep) and step.ref in story.world.register.cases and story.dice.random() < 0.97:
            day = step.at.date()
            acted = Acted(step.stage, step.verb, step.by, step.at, step.given, step.documents, step.reason)
            _step(story, "act", (step.ref, acted), day)
    return day


def _step(story: Story, kind: str, step: Any, day: date) -> None:
    story.steps.append((kind, step))
    do(story.world, story.lifecycle, kind, step)
    look(story.world, day)


def do(world: World, lifecycle: Lifecycle, kind: str, step: Any) -> None:
    """One step, on the morning of which every case is looked at, as the daily run does."""
    day = day_of(kind, step)
    everyone(world, day)
    if kind == "open":
        ref, _, facts, *other = step
        key, cycle = other or (lifecycle.key, day.year)
        refused(proceedings.start(world, CATALOGUE[key], ref=ref, day=day, cycle=cycle, facts=facts).refusal)
    elif kind == "act":
        refused(proceedings.act(world, *step).refusal)


def day_of(kind: str, step: Any) -> date:
    found: date = step if kind == "tick" else step[1] if kind == "open" else step[1].at.date()
    return found


def everyone(world: World, day: date) -> None:
    for ref in [ref for ref, case in world.register.cases.items() if case.parent is None]:
        proceedings.tick(world, ref, day)


def refused(refusal: Refusal | None) -> None:
    """A refusal says by which clause and why."""
    if refusal is not None:
        assert refusal.code and refusal.clause.strip() and refusal.because.strip(), refusal


def look(world: World, day: date) -> None:
    """Fold, text and invariants 2 and 7 of every case on the morning of `day`."""
    for ref, case in world.register.cases.items():
        lifecycle = CATALOGUE[case.lifecycle]
        folded = Case(ref, case.lifecycle, "", "", 0, day, parent=case.parent)
        for transition in world.events[ref]:
            apply(folded, transition, lifecycle.facts)
            assert transition.legal_day <= day, transition
            assert str(transition.data.get("clause", "none is named")).strip(), transition
        assert folded == case, "the state is the fold of the transitions"
        assert Progress.from_text(case.progress.to_text()) == case.progress
        if case.progress.status != "closed":
            assert not overrun(lifecycle, case, day), "invariant 2"
            assert not clocks_without_deadline(lifecycle, case, world.law), "invariant 7"
            assert case.progress.open_stages() or case.progress.lists, f"{ref} stands nowhere and nobody is told"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("key", list(CATALOGUE))
def test_whatever_people_do_the_invariants_hold(key: str, seed: int) -> None:
    story = Story(CATALOGUE[key], seed)
    world = play(story)
    again = story.new_world()
    dice = random.Random(seed)
    before: date | None = None
    for kind, step in story.steps:  # the same acts, with looks at every case on random days in between
        day = day_of(kind, step)
        while before is not None and before < day and dice.random() < 0.8:
            before = min(day, before + timedelta(days=dice.randrange(1, 30)))
            everyone(again, before)
        before = day
        do(again, story.lifecycle, kind, step)
    assert {ref: case.progress.to_text() for ref, case in again.register.cases.items()} == {
        ref: case.progress.to_text() for ref, case in world.register.cases.items()
    }, "invariant 1"
    assert again.events == world.events, "invariant 1: the record too"


def test_a_case_opened_after_its_deadline_does_not_stand_open() -> None:
    """Article 8: two months from 2020-12-31 end on 2021-03-01 (02-28 is a Sunday); opened in June, it lapses then."""
    lifecycle = CATALOGUE["sh-matching-funds"]
    world, day = new_world({}), date(2021, 6, 1)
    facts = lifecycle.facts.parse({"national_approval": "2020-12-31"})
    decided = proceedings.start(world, lifecycle, ref="A", day=day, cycle=2021, facts=facts)
    assert (decided.case.progress.status, decided.case.progress.reason) == ("closed", "lapsed")
    assert decided.case.progress.closed_on == "2021-03-01"
