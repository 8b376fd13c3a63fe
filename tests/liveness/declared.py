"""What a lifecycle declares, as a flat list of things that can be reached: stages, lapses, guards both ways, limits...

Not listed: the office's standing acts (they belong to every stage) and a second publication of one notice (the engine's
own rule, tested there).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shixian.rules.history import withdrawn
from shixian.rules.lifecycle import (
    Act,
    Bars,
    Clock,
    Consequence,
    Integrity,
    Lapse,
    Lifecycle,
    OneOf,
    Opens,
    Regulation,
    SetsBarEnd,
    Spawn,
    Stage,
    Withdraws,
)


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One thing declared. `key` tells it from others of its kind in the lifecycle; `clause` is for the reader."""

    lifecycle: str
    kind: str
    key: str
    clause: str

    @property
    def name(self) -> str:
        return f"{self.kind} {self.key}"


Pair = tuple[str, str, str]


def items(lifecycle: Lifecycle) -> list[Item]:
    """Everything declared, in the order of the declaration, each once."""
    found = {(kind, key): clause for kind, key, clause in _pairs(lifecycle)}
    return [Item(lifecycle.key, kind, key, clause) for (kind, key), clause in found.items()]


def _pairs(lifecycle: Lifecycle) -> Iterator[Pair]:
    for version in versions(lifecycle):
        yield "version", version.number, version.force_clause
    if lifecycle.legal_event != "parent":
        yield "opening refused", "not_in_force", lifecycle.regulation.force_clause
    for condition in lifecycle.opening:
        yield "condition held", f"opening.{condition.key}", condition.clause
        yield "condition refused", f"opening.{condition.key}", condition.clause
    for limit in lifecycle.opening_limits:
        yield "limit claimed", limit.key, limit.clause
        yield "limit refused", limit.key, limit.clause
    for stage in lifecycle.stages:
        yield from _stage(stage)
    for formula in lifecycle.formulas:
        yield "formula", formula.name, formula.clause


def versions(lifecycle: Lifecycle) -> tuple[Regulation, ...]:
    return lifecycle.versions or (lifecycle.regulation,)


def _stage(stage: Stage) -> Iterator[Pair]:
    yield "stage", stage.key, stage.clause
    if stage.only_if is not None:
        yield "guard held", stage.key, stage.clause
        yield "guard skipped", stage.key, stage.clause
    if stage.suspends_case:
        yield "suspension", stage.key, stage.clause
    if stage.window is not None:
        yield "window", stage.key, stage.window.clause
        if stage.window.objections is not None:
            clause = stage.window.objection_clause or stage.window.clause
            yield "objection", stage.key, clause
            yield "objection refused late", stage.key, clause
    if stage.automatic is not None:
        yield "gate passed", stage.key, stage.automatic.clause
        if stage.automatic.otherwise is None:
            yield "gate waited", stage.key, stage.automatic.clause
    for outcome in stage.outcomes:
        clause = outcome.clause or stage.clause
        yield "outcome", f"{stage.key}:{outcome.key}", clause
        if outcome.carries_over:
            yield "carried over", stage.key, clause
        consequences = (*outcome.consequences, *(outcome.closes.consequences if outcome.closes else ()))
        yield from _consequences(consequences)
    for clock in stage.clocks:
        yield from _clock(stage, clock)
    for act in stage.acts:
        yield from _act(stage, act)


def _clock(stage: Stage, clock: Clock) -> Iterator[Pair]:
    key = f"{stage.key}.{clock.key}"
    yield "deadline", key, clock.clause
    yield "lapse", key, clock.clause
    if clock.only_if is not None:
        yield "guard held", key, clock.clause
        yield "guard skipped", key, clock.clause
    if clock.extension is not None:
        yield "extension", key, clock.extension.clause
        yield "extension refused", key, clock.extension.clause
    branches: list[Lapse] = []
    if isinstance(clock.lapse, OneOf):
        branches = [*(what for _, what in clock.lapse.cases), clock.lapse.otherwise]
    for number in range(1, len(branches) + 1):
        yield "lapse branch", f"{key}/{number}", clock.clause
    for what in branches or [clock.lapse]:
        if isinstance(what, Spawn):
            yield from _opens(what.opens)
        yield from _consequences(getattr(what, "consequences", ()))


def _act(stage: Stage, act: Act) -> Iterator[Pair]:
    key = f"{stage.key}.{act.verb}"
    yield "act", key, act.clause
    if act.at_most is not None and act.verb != "publish":
        yield "repetition refused", key, act.clause
    if act.window:
        yield "window refused", key, act.clause
    if act.suspends is not None:
        yield "suspension", f"{stage.key}/{act.suspends}", act.clause
    if act.resumes is not None:
        yield "resumption", f"{stage.key}/{act.resumes}", act.clause
    for condition in act.conditions:
        yield "condition held", f"{key}.{condition.key}", condition.clause
        yield "condition refused", f"{key}.{condition.key}", condition.clause
    for name in act.unbarred:
        yield "barred refused", f"{key}.{name}", act.clause
    for document in act.documents:
        yield "document refused", f"{key}.{document.key}", document.clause
        if document.only_if is not None:
            yield "guard held", f"{key}.{document.key}", document.clause
            yield "guard skipped", f"{key}.{document.key}", document.clause
    for limit in act.limits:
        yield "limit claimed", limit.key, limit.clause
        yield "limit refused", limit.key, limit.clause
    if act.decides is not None:
        yield "decision", act.decides.key, act.decides.clause
        if act.decides.ceiling is not None:
            yield "ceiling refused", act.decides.key, act.decides.clause
        for quota in act.decides.draws:
            yield "quota drawn", quota.key, quota.clause
            yield "quota refused", quota.key, quota.clause
        for owes in act.decides.owes:
            yield "obligation", f"{act.decides.key}/{owes.direction}{owes.sequence}", owes.clause
    if act.opens is not None:
        yield from _opens(act.opens)
    yield from _consequences(act.consequences)


def _opens(opens: Opens) -> Iterator[Pair]:
    yield "child", f"{opens.label}:{opens.lifecycle}", opens.clause


def _consequences(consequences: tuple[Consequence, ...]) -> Iterator[Pair]:
    for what in consequences:
        if isinstance(what, Integrity):
            yield "integrity record", what.ground, what.clause
        elif isinstance(what, Bars):
            for lifecycle in what.lifecycles:
                yield "bar", f"{lifecycle}: {what.text}", what.clause
            yield "bar applied", what.text, what.clause
        elif isinstance(what, SetsBarEnd):
            yield "bar end", what.text, what.clause
        elif isinstance(what, Withdraws):
            yield "history", withdrawn(what.key), what.clause
        else:
            yield "history", what.key, what.clause
