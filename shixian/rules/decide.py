"""The decision: what an act, a day, a child's end or the opening of a case makes of it. Pure and total.

`decide` never raises on what people do: an act that may not be done comes back as a refusal with its clause.
Before anything else, every clock that has run out is settled in the order of legal days, so that the result
does not depend on when or how often the case was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shixian.rules.conditions import truth
from shixian.rules.environment import Law
from shixian.rules.facts import UNKNOWN, Value, to_stored
from shixian.rules.lifecycle import (
    Clock,
    Closed,
    Effect,
    Goes,
    Lapse,
    Lifecycle,
    OneOf,
    Silent,
    Spawn,
    Stage,
)
from shixian.rules.moves import Moves
from shixian.rules.state import OPEN, Case, DeadlineState, Progress, Refusal, Transition


@dataclass(frozen=True, slots=True)
class Tick:
    """The day has begun: every clock whose last day lies before it has run out."""

    day: date


@dataclass(frozen=True, slots=True)
class Acted:
    """What a person did: `at` is an instant (Shanghai), `given` facts as text, `documents` keys with name and hash."""

    stage: str
    verb: str
    by: str
    at: datetime
    given: Mapping[str, object] = field(default_factory=dict)
    documents: tuple[Mapping[str, object], ...] = ()
    reason: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class ChildClosed:
    """A case that this one opened has ended with an outcome."""

    ref: str
    lifecycle: str
    outcome: str
    day: date


@dataclass(frozen=True, slots=True)
class Recalculated:
    """The calendar or a call changed: deadlines are projected again, from `day` on."""

    day: date
    because: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """The cohort stage has been ranked over all cases of the cycle: this one's outcome, with place and working.

    `score` and `place` (number, and of how many) are as ranked; `readings` are those that the working rests on.
    """

    stage: str
    outcome: str
    day: date
    by: str
    person: str
    working: tuple[str, ...]
    score: str = ""
    place: tuple[int, int] = (0, 0)
    readings: tuple[str, ...] = ()


Happening = Tick | Acted | ChildClosed | Recalculated | Ranked


@dataclass(frozen=True, slots=True)
class Decided:
    """The transitions, the case after them, the refusal if it was an act refused, and what was looked at."""

    transitions: tuple[Transition, ...]
    case: Case
    refusal: Refusal | None = None
    looked: frozenset[str] = frozenset()


def decide(lifecycle: Lifecycle, case: Case, happening: Happening, law: Law) -> Decided:
    """What happens to the case. Same case, happening and law: same transitions."""
    moves = Moves(lifecycle, case, law)
    refusal: Refusal | None = None
    if isinstance(happening, Acted):
        from shixian.rules.acts import perform

        refusal = perform(moves, happening)
    elif isinstance(happening, Tick):
        settle(moves, happening.day)
    elif isinstance(happening, ChildClosed):
        settle(moves, happening.day)
        moves.emit(
            "child_closed",
            happening.day,
            ref=happening.ref,
            lifecycle=happening.lifecycle,
            outcome=happening.outcome,
        )
        if not moves.closed:
            moves.rearm(happening.day)
            moves.advance(happening.day)
    elif isinstance(happening, Ranked):
        settle(moves, happening.day)
        _ranked(moves, happening)
    elif not moves.closed:
        moves.rearm(happening.day)
        moves.advance(happening.day)
    return Decided(tuple(moves.transitions), moves.case, refusal, frozenset(moves.env.looked))


def open_case(
    lifecycle: Lifecycle,
    *,
    ref: str,
    day: date,
    cycle: int,
    facts: Mapping[str, Value],
    law: Law,
    encoding: str,
    parent: str | None = None,
    origin: str = "",
) -> Decided:
    """Open a case, or refuse with the clause: regulation not in force, party barred, opening condition, limit."""
    from shixian.rules.acts import claim_limits, opening_refusal

    case = Case(ref, lifecycle.key, encoding, "", cycle, day, parent=parent)
    blank = Case(ref, lifecycle.key, encoding, "", cycle, day, facts=dict(facts), progress=Progress(), parent=parent)
    probe = Moves(lifecycle, blank, law)
    refusal, regulation = opening_refusal(probe, day)
    if refusal is not None:
        return Decided((Transition("refused", day, {"verb": "open", **refusal.to_json()}),), case, refusal)
    assert regulation is not None
    moves = Moves(lifecycle, case, law)
    moves.emit(
        "case_opened",
        day,
        cycle=cycle,
        regulation=regulation.number,
        encoding=encoding,
        lifecycle=lifecycle.key,
        parent=parent,
        origin=origin,
        facts={name: to_stored(value) for name, value in facts.items()},
    )
    claim_limits(moves, lifecycle.opening_limits, day)
    moves.advance(day)
    return Decided(tuple(moves.transitions), moves.case, None, frozenset(moves.env.looked))


def _ranked(moves: Moves, ranked: Ranked) -> None:
    stage = moves.lifecycle.stage(ranked.stage)
    if moves.closed or moves.case.progress.stage(stage.key).status != OPEN:
        return
    moves.emit(
        "decided",
        ranked.day,
        key=f"{stage.key}.ranking",
        title=stage.title,
        clause=stage.cohort.clause if stage.cohort else stage.clause,
        outcome=ranked.outcome,
        by=ranked.by,
        person=ranked.person,
        score=ranked.score,
        place=ranked.place[0],
        of=ranked.place[1],
        working=list(ranked.working),
        readings=list(ranked.readings),
    )
    moves.finish(stage, ranked.outcome, ranked.day)
    moves.advance(ranked.day)


def settle(moves: Moves, day: date) -> None:
    """Run every clock that ended before `day`, earliest first, each effect dated by its own legal day."""
    if moves.closed:
        return
    if not moves.case.progress.stages:
        moves.advance(moves.case.opened)
    while not moves.closed:
        due = next_due(moves, day)
        if due is None:
            return
        stage, clock, deadline = due
        _run_out(moves, stage, clock, deadline)


def next_due(moves: Moves, day: date) -> tuple[Stage, Clock, DeadlineState] | None:
    """The running deadline that ended first before `day`; ties go by the order of the declaration."""
    text = day.isoformat()
    best: tuple[str, int, int] | None = None
    found: tuple[Stage, Clock, DeadlineState] | None = None
    for deadline in moves.case.progress.deadlines.values():
        if deadline.status != "running" or deadline.last_day is None or deadline.last_day >= text:
            continue
        if _paused(moves, deadline.stage):
            continue
        position, stage = next((i, s) for i, s in enumerate(moves.lifecycle.stages) if s.key == deadline.stage)
        place, clock = next((i, c) for i, c in enumerate(stage.clocks) if c.key == deadline.clock)
        rank = (deadline.last_day, position, place)
        if best is None or rank < best:
            best, found = rank, (stage, clock, deadline)
    return found


def _paused(moves: Moves, stage: str) -> bool:
    return any(item[0] in (stage, "*") and item[4] is None for item in moves.case.progress.suspensions)


def _run_out(moves: Moves, stage: Stage, clock: Clock, deadline: DeadlineState) -> None:
    assert deadline.last_day is not None
    day = date.fromisoformat(deadline.last_day)
    if deadline.provisional and not moves.law.calendar.announced(day.year):
        # A provisional deadline never lapses a case: a person waits for the year's notice.
        moves.emit("deadline_held", day, stage=stage.key, clock=clock.key)
        _list(moves, "provisional", stage, clock, day, f"{day.year}年放假安排尚未公布，期限为暂定，不自动处理")
        return
    if deadline.provisional:
        moves.arm(stage, clock, day)
        current = moves.case.progress.deadlines[f"{stage.key}.{clock.key}"]
        if current.provisional or current.last_day != deadline.last_day:
            return
    moves.emit(
        "deadline_lapsed",
        day,
        stage=stage.key,
        clock=clock.key,
        round=deadline.round,
        effect=clock.effect.value,
        clause=clock.clause,
    )
    if clock.effect is Effect.SUPERVISION:
        _list(moves, "supervision", stage, clock, day, f"{clock.title or stage.title}已逾期（期限 {day.isoformat()}）")
    elif clock.effect is Effect.REMINDER:
        _list(moves, "reminder", stage, clock, day, f"{clock.title or stage.title}（{day.isoformat()}）")
    else:
        _lapse(moves, stage, clock, clock.lapse, day)
        moves.advance(day)


def _lapse(moves: Moves, stage: Stage, clock: Clock, lapse: Lapse, day: date) -> None:
    if isinstance(lapse, Closed):
        moves.close(lapse, stage, day, clause=clock.clause)
    elif isinstance(lapse, Goes):
        moves.finish(stage, lapse.outcome, day)
    elif isinstance(lapse, Spawn):
        moves.open_child(lapse.opens, day)
        moves.arm_next_year(stage, clock, day)
    elif isinstance(lapse, Silent):
        _list(moves, "decide", stage, clock, day, lapse.note)
    else:
        _one_of(moves, stage, clock, lapse, day)


def _one_of(moves: Moves, stage: Stage, clock: Clock, lapse: OneOf, day: date) -> None:
    values = [(truth(guard.evaluate(moves.env)), what) for guard, what in lapse.cases]
    holding = [what for value, what in values if value is True]
    if any(value is UNKNOWN for value, _ in values):
        _list(moves, "decide", stage, clock, day, "逾期后果取决于未查明的事实，由经办人查明后决定")
    elif len(holding) > 1:
        _list(moves, "decide", stage, clock, day, "两项例外同时成立，规则冲突，由经办人决定")
    else:
        _lapse(moves, stage, clock, holding[0] if holding else lapse.otherwise, day)


def _list(moves: Moves, name: str, stage: Stage, clock: Clock, day: date, text: str) -> None:
    key = f"{name}:{stage.key}.{clock.key}"
    moves.emit("listed", day, key=key, list=name, stage=stage.key, clause=clock.clause, text=text)
