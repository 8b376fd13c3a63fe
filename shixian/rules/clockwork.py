"""Clockwork: the one place where a declared clock becomes a legal day, with its working.

`compute` is a function of anchor, clock, suspensions and calendar, and of nothing else: no deadline is ever
an edited date. It answers a `Computation`, or what it must ask (`Asking`), or None while the anchor has not
happened (or there is none).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from shixian.rules.environment import CaseEnvironment
from shixian.rules.errors import PeriodError
from shixian.rules.explain import Explanation
from shixian.rules.facts import NONE, UNKNOWN, Value
from shixian.rules.general import last_day_rule
from shixian.rules.lifecycle import Clock, Stage
from shixian.rules.periods import (
    Computation,
    Period,
    Roll,
    Suspension,
    days_between,
    fixed_day,
    last_day_within,
    latest_day_before,
    yearly_day,
)
from shixian.rules.timing import (
    After,
    Before,
    LaterOf,
    OnDay,
    QuarterEnd,
    SetByAct,
    SetByCall,
    Timing,
    Yearly,
    YearsFromNewYear,
)

_QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))


@dataclass(frozen=True, slots=True)
class Asking:
    """A clock cannot be computed yet: these facts (or `call:NAME` parameters) are 未知."""

    names: tuple[str, ...]


def compute(stage: Stage, clock: Clock, env: CaseEnvironment) -> Computation | Asking | None:
    """The last day of a clock for this case, from what is recorded so far."""
    suspensions = _suspensions(env, stage.key)
    if suspensions is None:
        return None
    found = resolve(clock.timing, env, clause=clock.clause, suspensions=suspensions, stage=stage, clock=clock)
    return _read_as(clock, found) if isinstance(found, Computation) else found


def recur(stage: Stage, clock: Clock, env: CaseEnvironment, last_day: date, years_on: int) -> Computation:
    """The day of a yearly duty `years_on` years after the one whose last day is given (0: that one again).

    The year is that of the named day, which a roll may have moved across New Year.
    """
    timing = clock.timing
    if not isinstance(timing, Yearly):
        raise TypeError(f"{stage.key}.{clock.key} recurs but names no day of the year")
    named = (
        yearly_day(year, timing.month, timing.day) for year in (last_day.year - 1, last_day.year, last_day.year + 1)
    )
    year = min(named, key=lambda day: abs(days_between(day, last_day))).year
    day = yearly_day(year + years_on, timing.month, timing.day)
    found = fixed_day(day, env.law.calendar, roll=timing.roll, clause=clock.clause, reading=timing.reading)
    return _read_as(clock, found)


def _read_as(clock: Clock, found: Computation) -> Computation:
    if not clock.reading:
        return found
    return replace(found, explanation=replace(found.explanation, reading=clock.reading))


def resolve(
    timing: Timing,
    env: CaseEnvironment,
    *,
    clause: str,
    suspensions: tuple[Suspension, ...] = (),
    stage: Stage | None = None,
    clock: Clock | None = None,
) -> Computation | Asking | None:
    if isinstance(timing, LaterOf):
        term = resolve(timing.term, env, clause=clause, suspensions=suspensions, stage=stage, clock=clock)
        other = resolve(timing.other, env, clause=timing.clause)
        return _later(timing, term, other) if isinstance(term, Computation) else term
    if isinstance(timing, OnDay):
        day = _set(timing.day, env)
        return _fixed(day, _name(timing.day), timing.roll, env, clause, None)
    anchor = env.day(timing.anchor)
    if anchor is UNKNOWN:
        return Asking((timing.anchor,))
    if anchor is NONE:
        return None
    if isinstance(timing, Yearly) and isinstance(anchor, int):
        anchor = yearly_day(anchor, 1, 1)  # the cycle: a year, whose first day stands for it
    if not isinstance(anchor, date):
        raise PeriodError(f"{timing.anchor} 不是日期", clause=clause)
    label = _label(timing.anchor, env)
    calendar = env.law.calendar
    if isinstance(timing, Yearly):
        day = yearly_day(anchor.year, timing.month, timing.day)
        if timing.next_after_anchor and day < anchor:
            day = yearly_day(anchor.year + 1, timing.month, timing.day)
        return fixed_day(day, calendar, roll=timing.roll, clause=clause, reading=timing.reading)
    if isinstance(timing, QuarterEnd):
        day = yearly_day(anchor.year, *_QUARTER_ENDS[(anchor.month - 1) // 3])
        return fixed_day(day, calendar, roll=timing.roll, clause=clause, reading=timing.reading)
    if isinstance(timing, YearsFromNewYear):
        day = yearly_day(anchor.year + timing.years, 12, 31)
        return fixed_day(day, calendar, roll=timing.roll, clause=clause, reading=timing.reading)
    if isinstance(timing, Before):
        return latest_day_before(timing.period, anchor, calendar, roll=timing.roll, clause=clause, event_name=label)
    return _after(timing, anchor, label, env, clause, suspensions, stage, clock)


def _later(timing: LaterOf, term: Computation, other: Computation | Asking | None) -> Computation:
    if not isinstance(other, Computation):
        return term
    later = other if other.last_day > term.last_day else term
    text = f"{other.last_day}{'晚于' if later is other else '不晚于'}{term.last_day}，以{later.last_day}为最后一日"
    inputs = (replace(term.explanation, name="term"), replace(other.explanation, name="other"))
    explanation = Explanation("later_of", text, later.last_day.isoformat(), clause=timing.clause, inputs=inputs)
    return Computation(later.last_day, later.provisional, explanation)


def _after(
    timing: After,
    anchor: date,
    label: str,
    env: CaseEnvironment,
    clause: str,
    suspensions: tuple[Suspension, ...],
    stage: Stage | None,
    clock: Clock | None,
) -> Computation | Asking | None:
    period = timing.period if isinstance(timing.period, Period) else _set(timing.period, env)
    if period is UNKNOWN:
        return Asking((_name(timing.period),))
    if period is NONE:
        return None
    if not isinstance(period, Period):
        raise PeriodError("期限须写明数量和单位，如 5个工作日", clause=clause)
    roll, special = timing.roll, None
    if stage is not None and clock is not None:
        roll, special = last_day_rule(env.lifecycle, stage, clock, timing.roll)
    found = last_day_within(
        period, anchor, env.law.calendar, suspensions=suspensions, roll=roll, clause=clause, anchor_name=label
    )
    if special is None:
        return found
    explanation = replace(found.explanation, inputs=(*found.explanation.inputs, special))
    return replace(found, explanation=explanation)


def extended(clock: Clock, last_day: date, length: Period, env: CaseEnvironment) -> Computation:
    """A granted extension: counted from the day on which the deadline would have ended."""
    assert clock.extension is not None
    return last_day_within(
        length, last_day, env.law.calendar, clause=clock.extension.clause, anchor_name="原期限届满日"
    )


def whole(clock: Clock, period: Period, env: CaseEnvironment) -> Computation:
    """The last day of a whole period from the clock's own anchor: the bound of all its extensions together."""
    assert clock.extension is not None and isinstance(clock.timing, After)
    found = resolve(replace(clock.timing, period=period), env, clause=clock.extension.clause)
    assert isinstance(found, Computation)  # the clock runs, so its anchor is a day
    return found


def _fixed(
    day: Value, name: str, roll: Roll, env: CaseEnvironment, clause: str, reading: str | None
) -> Computation | Asking | None:
    if day is UNKNOWN:
        return Asking((name,))
    if day is NONE:
        return None
    if not isinstance(day, date):
        raise PeriodError(f"{name} 不是日期", clause=clause)
    found = fixed_day(day, env.law.calendar, roll=roll, clause=clause, reading=reading)
    source = Explanation("set_by", f"该日由{_source(name, env)}确定", origin=name)
    return replace(found, explanation=replace(found.explanation, inputs=(source, *found.explanation.inputs)))


def _source(name: str, env: CaseEnvironment) -> str:
    if name.startswith("call:"):
        key = name.removeprefix("call:")
        declared = next((p for p in env.lifecycle.parameters if p.field.name == key), None)
        return f"本{env.lifecycle.cycle_title}通知（{declared.field.label if declared else key}）"
    return _label(name, env)


def _set(source: SetByCall | SetByAct | Period, env: CaseEnvironment) -> Value:
    if isinstance(source, SetByCall):
        return env.parameter(source.parameter)
    if isinstance(source, SetByAct):
        return env.fact(source.fact)
    return source


def _name(source: SetByCall | SetByAct | Period) -> str:
    if isinstance(source, SetByCall):
        return f"call:{source.parameter}"
    return source.fact if isinstance(source, SetByAct) else ""


def _label(anchor: str, env: CaseEnvironment) -> str:
    """An anchor in words: the fact's label, or the stage's title and what happened there."""
    anchor = anchor.removeprefix("parent.")
    if anchor in env.lifecycle.facts:
        return env.lifecycle.facts[anchor].label
    if anchor == "opened":
        return "立案日"
    key, _, what = anchor.partition(".")
    stage = next((stage for stage in env.lifecycle.stages if stage.key == key), None)
    if stage is None:
        return anchor
    verbs = {act.verb: act.title for act in stage.acts}
    words = {"opened": "开始日", "done": "完成日", "window_end": "公示期届满日", "publish": "公布日"} | verbs
    return f"“{stage.title}”{words.get(what, what)}"


def _suspensions(env: CaseEnvironment, stage: str) -> tuple[Suspension, ...] | None:
    """The suspension ledger of a stage; None while one is still running (the clock stands still)."""
    result = []
    for where, ground, clause, first, last in env.case.progress.suspensions:
        if where not in (stage, "*"):
            continue
        if last is None:
            return None
        assert first is not None
        if last >= first:
            result.append(Suspension(date.fromisoformat(first), date.fromisoformat(last), ground or "", clause or ""))
    return tuple(result)
