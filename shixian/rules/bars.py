"""Bars across lifecycles: who may not apply, nominate or be nominated, until when, and what ends a bar early.

A bar is imposed by one case (`Bars`), looked for by the openings and acts of others, and ended or prolonged by the case
that imposed it (`SetsBarEnd`). A bar on every lifecycle (`*`) closes applications only: a draw-down of a running
project, a yearly review, an objection or a repair is none. So the proceedings that may end a bar never stand under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from shixian.rules.facts import NONE
from shixian.rules.lifecycle import Act, Bars, Binds, Lifecycle, SetsBarEnd, Stage, edge
from shixian.rules.periods import Roll, add_days, last_day_within
from shixian.rules.register import EVERY, Bar
from shixian.rules.state import Refusal

if TYPE_CHECKING:
    from shixian.rules.moves import Moves


def is_application(lifecycle: Lifecycle) -> bool:
    """Whether its cases are applications or nominations: what is declared, else whatever no other case opens."""
    return lifecycle.child_of is None if lifecycle.is_application is None else lifecycle.is_application


def opening_bar(moves: Moves, day: date) -> Refusal | None:
    """The bar that keeps the case's party from opening it."""
    return _barred(moves, (moves.lifecycle.party,), day, named=False, every=is_application(moves.lifecycle))


def act_bar(moves: Moves, stage: Stage, act: Act, day: date) -> Refusal | None:
    """The bar that keeps the case's party from applying by this act, or somebody named in it from being named."""
    applies = is_application(moves.lifecycle) and act.outcome is not None and makes_application(moves, stage, act)
    own = _barred(moves, (moves.lifecycle.party,), day) if applies else None
    return own or _barred(moves, act.unbarred, day, lifecycle_key=act.unbarred_from)


def makes_application(moves: Moves, stage: Stage, act: Act) -> bool:
    """The first act with a result that is the party's own: handing in what the case is about. Giving up is none."""
    return _applies(stage, act) and not any(
        _applies(before, other) for before in _before(moves.lifecycle, stage) for other in before.acts
    )


def _applies(stage: Stage, act: Act) -> bool:
    by_party = any(actor.side is Binds.PARTY for actor in act.by)
    return by_party and act.outcome is not None and stage.outcome(act.outcome).closes is None


def _before(lifecycle: Lifecycle, stage: Stage) -> Iterator[Stage]:
    for text in stage.after:
        earlier = lifecycle.stage(edge(text)[0])
        yield earlier
        yield from _before(lifecycle, earlier)


def _barred(
    moves: Moves,
    names: tuple[str, ...],
    day: date,
    *,
    named: bool = True,
    every: bool = True,
    lifecycle_key: str | None = None,
) -> Refusal | None:
    """The first bar in force on anybody these facts name. `named`: the refusal says who, for they may be several;
    `every`: whether a bar on every application counts here."""
    lifecycle = moves.lifecycle
    for name in dict.fromkeys(name for name in names if name in lifecycle.facts):
        moves.env.looked.add("register")
        for subject in moves.subjects(name):
            for bar in moves.law.register.bars(subject, lifecycle_key or lifecycle.key, day):
                if bar.lifecycle == EVERY and not every:
                    continue
                until = f"至{bar.last_day}" if bar.last_day else "（无终期）"
                who = f"{lifecycle.facts[name].label}“{subject}”：" if named else ""
                return Refusal(
                    "barred",
                    f"{who}{bar.text}，限制{until}",
                    bar.clause,
                    f"期满后再申报（来源 {bar.source}）",
                    bar=bar,
                )
    return None


def impose(moves: Moves, bars: Bars, day: date) -> None:
    """Bar the party from `day` on: to the day that a fact states, else for the length."""
    stated = moves.env.fact(bars.until) if bars.until is not None else NONE
    last: date | None
    if bars.until is not None and isinstance(stated, date):
        last, working = stated, [f"截止日由“{moves.lifecycle.facts[bars.until].label}”确定：{stated}（{bars.clause}）"]
    elif bars.length is None:
        last, working = None, [f"没有终期，至另行解除为止（{bars.clause}）"]
    else:
        # A sanction is not lengthened by a rest day: the roll protects who must act, not who is barred.
        found = last_day_within(
            bars.length, day, moves.law.calendar, clause=bars.clause, anchor_name="决定日", roll=Roll.NONE
        )
        last, working = found.last_day, found.working
    for subject in moves.subjects(bars.subject):
        for lifecycle in bars.lifecycles:
            moves.emit(
                "barred",
                day,
                subject=subject,
                lifecycle=lifecycle,
                last_day=last.isoformat() if last else None,
                clause=bars.clause,
                text=bars.text,
                working=working,
            )


def set_end(moves: Moves, end: SetsBarEnd, day: date) -> None:
    """Give every bar of this case on the party another end. One that has run out is not revived: it begins anew."""
    last = moves.env.fact(end.until) if end.until is not None else day if end.through else add_days(day, -1)
    if not isinstance(last, date):
        return
    moves.env.looked.add("register")
    for subject in moves.subjects(end.subject):
        latest = {(bar.lifecycle, bar.clause): bar for bar in _imposed(moves, subject)}
        for bar in latest.values():
            if end.only is not None and bar.clause != end.only:
                continue
            run_out = bar.last_day is not None and bar.last_day < day
            if run_out and last >= day and end.until is not None:
                _again(moves, bar, end, last, day)
            elif not run_out and bar.last_day != last:
                moves.emit(
                    "bar_end_set",
                    day,
                    subject=subject,
                    lifecycle=bar.lifecycle,
                    bar_clause=bar.clause,
                    first_day=bar.first_day.isoformat(),
                    before=bar.last_day.isoformat() if bar.last_day else None,
                    last_day=last.isoformat(),
                    clause=end.clause,
                    text=end.text,
                )


def _imposed(moves: Moves, subject: str) -> list[Bar]:
    """Every bar of this case on the party: as the register has them, and as this very decision has made and ended them
    (clocks of several days may be settled at once, and the register hears of it afterwards)."""
    bars = list(moves.law.register.imposed(moves.case.ref, subject))
    for transition in moves.transitions:
        data = transition.data
        if data.get("subject") != subject or transition.kind not in ("barred", "bar_end_set"):
            continue
        last = date.fromisoformat(data["last_day"]) if data["last_day"] else None
        if transition.kind == "barred":
            day = transition.legal_day
            bars.append(Bar(subject, data["lifecycle"], day, last, data["clause"], data["text"], moves.case.ref))
            continue
        which = (data["lifecycle"], data["bar_clause"], date.fromisoformat(data["first_day"]))
        bars = [
            replace(bar, last_day=last) if (bar.lifecycle, bar.clause, bar.first_day) == which else bar for bar in bars
        ]
    return bars


def _again(moves: Moves, bar: Bar, end: SetsBarEnd, last: date, day: date) -> None:
    moves.emit(
        "barred",
        day,
        subject=bar.subject,
        lifecycle=bar.lifecycle,
        last_day=last.isoformat(),
        clause=bar.clause,
        text=bar.text,
        working=[f"原限制已于{bar.last_day}期满，{end.text}（{end.clause}），自{day}起另行限制至{last}"],
    )
