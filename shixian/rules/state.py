"""The state of a case, and the transitions that change it.

A case is the fold of its transitions: `apply` is the only function that changes state, used alike by the
decision, the simulation, the database and the verifier. Transitions carry only text, numbers and lists, so
that they can be stored, hashed and read back; days are ISO text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from shixian.rules.facts import FactSet, Value

if TYPE_CHECKING:
    from shixian.rules.register import Bar


@dataclass(frozen=True, slots=True)
class Transition:
    """One change: its `kind` (see `_APPLY`), the legal day it counts from, and its data."""

    kind: str
    legal_day: date
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that was not accepted: which rule (`clause`), why, what to do, and for 未知 facts what is asked."""

    code: str
    because: str
    clause: str
    remedy: str = ""
    asks: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    bar: Bar | None = None  # what refused it, when another case did

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "because": self.because,
            "clause": self.clause,
            "remedy": self.remedy,
            "asks": list(self.asks),
            "compared": list(self.compared),
            **({"barred_by": self.bar.source} if self.bar is not None else {}),
        }


WAITING, OPEN, DONE, SKIPPED, DEAD = "waiting", "open", "done", "skipped", "dead"


@dataclass(slots=True)
class StageState:
    status: str = WAITING
    opened: str | None = None
    done: str | None = None
    outcome: str | None = None
    acts: dict[str, list[Any]] = field(default_factory=dict)  # verb -> [times, last legal day]
    late_allowed: bool = False


@dataclass(slots=True)
class DeadlineState:
    """`status`: running, asking (an anchor is 未知), met, lapsed, held (provisional and past), void."""

    stage: str
    clock: str
    status: str
    last_day: str | None = None
    provisional: bool = False
    anchor_day: str | None = None
    round: int = 1
    extensions: int = 0


@dataclass(slots=True)
class Progress:
    """Where a case stands. What came about in the same way has the same text; the text's hash is the `shape`."""

    status: str = "open"
    reason: str | None = None
    clause: str | None = None
    closed_on: str | None = None
    closed_at: str | None = None  # stage
    text: str | None = None  # how the case ended, in the law's word
    stages: dict[str, StageState] = field(default_factory=dict)
    deadlines: dict[str, DeadlineState] = field(default_factory=dict)
    windows: dict[str, list[str]] = field(default_factory=dict)  # stage -> [first day, last day]
    suspensions: list[list[str | None]] = field(default_factory=list)  # [stage, ground, clause, first, last]
    children: dict[str, list[Any]] = field(default_factory=dict)  # ref -> [lifecycle, status, outcome, day]
    lists: dict[str, list[str]] = field(default_factory=dict)  # key -> [list, stage, clause, text]
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    obligations: int = 0

    def stage(self, key: str) -> StageState:
        return self.stages.get(key) or StageState()

    def touch(self, key: str) -> StageState:
        return self.stages.setdefault(key, StageState())

    def open_stages(self) -> list[str]:
        return [key for key, state in self.stages.items() if state.status == OPEN]

    def to_text(self) -> str:
        data = {
            "status": self.status,
            "reason": self.reason,
            "clause": self.clause,
            "closed_on": self.closed_on,
            "closed_at": self.closed_at,
            "text": self.text,
            "stages": {
                k: [s.status, s.opened, s.done, s.outcome, s.acts, s.late_allowed] for k, s in self.stages.items()
            },
            "deadlines": {
                k: [d.stage, d.clock, d.status, d.last_day, d.provisional, d.anchor_day, d.round, d.extensions]
                for k, d in self.deadlines.items()
            },
            "windows": self.windows,
            "suspensions": self.suspensions,
            "children": self.children,
            "lists": self.lists,
            "decisions": self.decisions,
            "obligations": self.obligations,
        }
        slim = {key: value for key, value in data.items() if value not in (None, {}, [], 0)}
        # Not sorted by key: the order in which things happened decides which of several open stages comes first, so a
        # case read back from its text must decide exactly as one that never left memory.
        return json.dumps(slim, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Progress:
        data = json.loads(text)
        stages = {key: StageState(*values) for key, values in data.pop("stages", {}).items()}
        deadlines = {key: DeadlineState(*values) for key, values in data.pop("deadlines", {}).items()}
        return cls(stages=stages, deadlines=deadlines, **data)

    def copy(self) -> Progress:
        """Shares nothing that can change. Written out: a general deep copy takes half the time of every decision."""
        return replace(
            self,
            stages={
                key: replace(state, acts={verb: list(times) for verb, times in state.acts.items()})
                for key, state in self.stages.items()
            },
            deadlines={key: replace(deadline) for key, deadline in self.deadlines.items()},
            windows={key: list(days) for key, days in self.windows.items()},
            suspensions=[list(interval) for interval in self.suspensions],
            children={key: list(child) for key, child in self.children.items()},
            lists={key: list(item) for key, item in self.lists.items()},
            decisions={key: dict(decision) for key, decision in self.decisions.items()},
        )

    @property
    def shape(self) -> str:
        return shape_of(self.to_text())


def shape_of(progress_text: str) -> str:
    """The content hash of a progress text; cases of one shape stand at exactly the same place."""
    return sha256(progress_text.encode()).hexdigest()


@dataclass(slots=True)
class Case:
    """A case as the pure core sees it. `facts` are typed values; `number` counts its transitions so far."""

    ref: str
    lifecycle: str
    encoding: str
    regulation: str
    cycle: int
    opened: date
    facts: dict[str, Value] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    parent: str | None = None
    number: int = 0

    def copy(self) -> Case:
        return Case(
            self.ref,
            self.lifecycle,
            self.encoding,
            self.regulation,
            self.cycle,
            self.opened,
            dict(self.facts),
            self.progress.copy(),
            self.parent,
            self.number,
        )

    @property
    def where(self) -> str:
        """The stage shown for the case: the open one (the first of several), or where it was closed."""
        opened = self.progress.open_stages()
        return opened[0] if opened else (self.progress.closed_at or "")


def apply(case: Case, transition: Transition, facts: FactSet) -> None:
    """Fold one transition into the case (in place). An unknown kind is an error: nothing is skipped silently."""
    _APPLY[transition.kind](case, transition, facts)
    case.number += 1


def _opened(case: Case, t: Transition, facts: FactSet) -> None:
    case.opened = t.legal_day
    case.cycle = t.data["cycle"]
    case.regulation = t.data["regulation"]
    case.encoding = t.data["encoding"]
    for name, value in t.data["facts"].items():
        case.facts[name] = facts[name].parse(value)


def _fact(case: Case, t: Transition, facts: FactSet) -> None:
    case.facts[t.data["name"]] = facts[t.data["name"]].parse(t.data["value"])


def _act(case: Case, t: Transition, _: FactSet) -> None:
    acts = case.progress.touch(t.data["stage"]).acts
    times = acts.get(t.data["verb"], [0])[0]
    acts[t.data["verb"]] = [times + 1, t.legal_day.isoformat()]


def _stage_opened(case: Case, t: Transition, _: FactSet) -> None:
    state = case.progress.touch(t.data["stage"])
    state.status, state.opened = OPEN, t.legal_day.isoformat()
    case.progress.status = "suspended" if t.data.get("suspends") else case.progress.status


def _stage_finished(case: Case, t: Transition, _: FactSet) -> None:
    state = case.progress.touch(t.data["stage"])
    state.status, state.done, state.outcome = DONE, t.legal_day.isoformat(), t.data["outcome"]
    if t.data.get("suspends"):
        case.progress.status = "open"
    for deadline in case.progress.deadlines.values():
        if deadline.stage == t.data["stage"] and deadline.status in ("running", "asking", "held"):
            deadline.status = "met"
    _drop_lists(case, t.data["stage"])


def _stage_passed_over(status: str) -> Callable[[Case, Transition, FactSet], None]:
    def passed_over(case: Case, t: Transition, _: FactSet) -> None:
        state = case.progress.touch(t.data["stage"])
        state.status, state.done = status, t.legal_day.isoformat()

    return passed_over


def _deadline_set(case: Case, t: Transition, _: FactSet) -> None:
    key = f"{t.data['stage']}.{t.data['clock']}"
    before = case.progress.deadlines.get(key)
    case.progress.deadlines[key] = DeadlineState(
        stage=t.data["stage"],
        clock=t.data["clock"],
        status="running" if t.data.get("last_day") else "asking",
        last_day=t.data.get("last_day"),
        provisional=bool(t.data.get("provisional")),
        anchor_day=t.data.get("anchor_day"),
        round=t.data["round"],
        extensions=(before.extensions if before else 0) + (1 if t.data.get("extended") else 0),
    )
    _keep_window_with_deadline(case, t.data)


def _keep_window_with_deadline(case: Case, data: Mapping[str, Any]) -> None:
    """A window ends with its clock: when the clock is set again, its last day moves too."""
    if data["clock"] == "window" and data["stage"] in case.progress.windows and data.get("last_day"):
        case.progress.windows[data["stage"]][1] = data["last_day"]


def _deadline_status(status: str) -> Callable[[Case, Transition, FactSet], None]:
    def change(case: Case, t: Transition, _: FactSet) -> None:
        case.progress.deadlines[f"{t.data['stage']}.{t.data['clock']}"].status = status

    return change


def _window(case: Case, t: Transition, _: FactSet) -> None:
    case.progress.windows[t.data["stage"]] = [t.legal_day.isoformat(), t.data["last_day"]]


def _suspended(case: Case, t: Transition, _: FactSet) -> None:
    d = t.data
    case.progress.suspensions.append([d["stage"], d["ground"], d["clause"], t.legal_day.isoformat(), None])


def _resumed(case: Case, t: Transition, _: FactSet) -> None:
    for interval in case.progress.suspensions:
        if interval[0] == t.data["stage"] and interval[1] == t.data["ground"] and interval[4] is None:
            interval[4] = t.data["last_day"]


def _listed(case: Case, t: Transition, _: FactSet) -> None:
    d = t.data
    case.progress.lists[d["key"]] = [d["list"], d["stage"], d["clause"], d["text"]]


def _unlisted(case: Case, t: Transition, _: FactSet) -> None:
    case.progress.lists.pop(t.data["key"], None)


def _drop_lists(case: Case, stage: str) -> None:
    """What is listed for a stage or for one of its clocks (`stage.clock`, whose anchor is asked for)."""
    for key in [key for key, item in case.progress.lists.items() if item[1].partition(".")[0] == stage]:
        del case.progress.lists[key]


def _decided(case: Case, t: Transition, _: FactSet) -> None:
    case.progress.decisions[t.data["key"]] = {
        name: t.data[name] for name in ("clause", "outcome", "grade", "fen") if t.data.get(name) is not None
    } | {"day": t.legal_day.isoformat()}


def _obligation(case: Case, t: Transition, _: FactSet) -> None:
    case.progress.obligations += 1


def _child_opened(case: Case, t: Transition, _: FactSet) -> None:
    case.progress.children[t.data["ref"]] = [t.data["lifecycle"], "open", None, t.legal_day.isoformat()]


def _child_closed(case: Case, t: Transition, _: FactSet) -> None:
    case.progress.children[t.data["ref"]] = [
        t.data["lifecycle"],
        "closed",
        t.data["outcome"],
        t.legal_day.isoformat(),
    ]


def _carried(case: Case, t: Transition, _: FactSet) -> None:
    case.cycle = t.data["cycle"]


def _late_allowed(case: Case, t: Transition, _: FactSet) -> None:
    case.progress.touch(t.data["stage"]).late_allowed = True
    _drop_lists(case, t.data["stage"])


def _closed(case: Case, t: Transition, _: FactSet) -> None:
    progress = case.progress
    progress.status, progress.reason, progress.clause = "closed", t.data["reason"], t.data["clause"]
    progress.closed_on, progress.closed_at = t.legal_day.isoformat(), t.data["stage"]
    progress.text = t.data["text"]
    for state in progress.stages.values():
        if state.status == OPEN:
            state.status, state.done = DEAD, t.legal_day.isoformat()
    for deadline in progress.deadlines.values():
        if deadline.status in ("running", "asking", "held"):
            deadline.status = "void"
    progress.lists.clear()


def _pinned(case: Case, t: Transition, _: FactSet) -> None:
    case.encoding = t.data["to"]


def _nothing(case: Case, t: Transition, _: FactSet) -> None:
    """Recorded for the reader; the state does not depend on it."""


_APPLY: Mapping[str, Callable[[Case, Transition, FactSet], None]] = {
    "case_opened": _opened,
    "fact_recorded": _fact,
    "act_recorded": _act,
    "refused": _nothing,
    "document_recorded": _nothing,
    "stage_opened": _stage_opened,
    "stage_finished": _stage_finished,
    "stage_skipped": _stage_passed_over(SKIPPED),
    "stage_closed_off": _stage_passed_over(DEAD),
    "deadline_set": _deadline_set,
    "deadline_met": _deadline_status("met"),
    "deadline_lapsed": _deadline_status("lapsed"),
    "deadline_held": _deadline_status("held"),
    "deadline_void": _deadline_status("void"),
    "window_opened": _window,
    "suspended": _suspended,
    "resumed": _resumed,
    "listed": _listed,
    "unlisted": _unlisted,
    "decided": _decided,
    "obligation_created": _obligation,
    "limit_claimed": _nothing,
    "quota_drawn": _nothing,
    "child_opened": _child_opened,
    "child_closed": _child_closed,
    "integrity_recorded": _nothing,
    "barred": _nothing,
    "bar_end_set": _nothing,
    "bar_applied": _nothing,
    "remembered": _nothing,
    "carried_over": _carried,
    "late_allowed": _late_allowed,
    "identity_viewed": _nothing,
    "identity_erased": _nothing,
    "encoding_changed": _pinned,
    "case_closed": _closed,
}

KINDS = tuple(_APPLY)
