"""What a decision may look at: the case, its parent, the yearly call, the calendar and the register.

Every look is recorded in `looked`. A decision that looked at nothing but the case's progress gives the same
transitions for every case of the same shape: that is what lets a cycle run move them in sets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shixian.rules.calendar import Calendar
from shixian.rules.facts import NONE, UNKNOWN, Field, Value
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.money import Money
from shixian.rules.register import Register
from shixian.rules.state import OPEN, Case

# What yearly calls set: lifecycle key -> cycle (0: every cycle) -> parameter name -> value.
CallValues = Mapping[str, Mapping[int, Mapping[str, Value]]]


@dataclass(frozen=True, slots=True)
class Law:
    """Everything outside the case that a decision depends on."""

    calendar: Calendar
    register: Register
    lifecycles: Mapping[str, Lifecycle]
    calls: CallValues = field(default_factory=dict)


@dataclass(slots=True)
class CaseEnvironment:
    """The `Environment` of `rules.conditions` for one case. `given` are the facts that the act at hand brings."""

    lifecycle: Lifecycle
    case: Case
    law: Law
    given: Mapping[str, Value] = field(default_factory=dict)
    act_day: date | None = None
    looked: set[str] = field(default_factory=set)
    draws: dict[tuple[str, str], int] = field(default_factory=dict)  # quotas drawn from in this decision, after it

    def fact(self, name: str) -> Value:
        self.looked.add(f"fact:{name}")
        if name in self.given:
            return self.given[name]
        return self.case.facts.get(name, UNKNOWN)

    def field(self, name: str) -> Field | None:
        return next((field for field in self.lifecycle.facts.fields if field.name == name), None)

    def parameter(self, name: str) -> Value:
        self.looked.add(f"call:{name}")
        by_cycle = self.law.calls.get(self.lifecycle.key, {})
        for cycle in (self.case.cycle, 0):
            if name in by_cycle.get(cycle, {}):
                return by_cycle[cycle][name]
        return UNKNOWN

    def mark(self, name: str) -> Value:
        """A day that the case produced, or a deadline as last set (`STAGE.CLOCK.last_day`); NONE without one."""
        if name == "opened":
            self.looked.add("opened")
            return self.case.opened
        if name == "act":
            return self.act_day or NONE
        if name == "cycle":
            self.looked.add("cycle")
            return self.case.cycle
        if name == "act_year":
            return self.act_day.year if self.act_day else NONE
        stage, _, what = name.partition(".")
        state = self.case.progress.stage(stage)
        if what == "opened":
            text = state.opened
        elif what == "done":
            text = state.done if state.status == "done" else None
        elif what == "window_end":
            text = self.case.progress.windows.get(stage, [None, None])[1]
        elif what.endswith(".last_day"):
            deadline = self.case.progress.deadlines.get(name.removesuffix(".last_day"))
            text = deadline.last_day if deadline else None
        else:
            text = state.acts.get(what, [0, None])[1]
        return date.fromisoformat(text) if text else NONE

    def day(self, anchor: str) -> Value:
        """The day of an anchor: a date fact, a mark, or `parent.` followed by either."""
        if anchor.startswith("parent."):
            parent = self.parent()
            return NONE if parent is None else parent.day(anchor.removeprefix("parent."))
        return self.fact(anchor) if anchor in self.lifecycle.facts else self.mark(anchor)

    def outcome(self, stage: str) -> Value:
        state = self.case.progress.stage(stage)
        return state.outcome or (OPEN if state.status == OPEN else NONE)

    def remembered(self, key: str, subject: str, cycles_back: int) -> tuple[str, ...]:
        self.looked.add("register")
        return self.law.register.remembered(key, subject, self.case.cycle - cycles_back)

    def remembered_after(self, key: str, subject: str, day: date) -> tuple[str, ...]:
        self.looked.add("register")
        return self.law.register.remembered_after(key, subject, day)

    def latest_remembered(self, key: str, subject: str) -> str | None:
        self.looked.add("register")
        return self.law.register.latest_remembered(key, subject, self.case.cycle)

    def children(self, lifecycle: str, status: str | None, outcome: str | None) -> int:
        return sum(
            1
            for child in self.case.progress.children.values()
            if child[0] == lifecycle and status in (None, child[1]) and outcome in (None, child[2])
        )

    def parent(self) -> CaseEnvironment | None:
        self.looked.add("parent")
        case = self.law.register.case(self.case.parent) if self.case.parent else None
        if case is None:
            return None
        return CaseEnvironment(self.law.lifecycles[case.lifecycle], case, self.law, looked=self.looked)

    def decided(self, key: str) -> tuple[date, Money] | None:
        """The amount decided in this case under a key, with its legal day."""
        found = self.case.progress.decisions.get(key)
        if found is None or "fen" not in found:
            return None
        return date.fromisoformat(found["day"]), Money(found["fen"])

    def drawn(self, quota: str, scope: str) -> int:
        """How much has been drawn from a quota in a scope so far, in fen, this decision's own draws included."""
        self.looked.add("register")
        return self.draws.get((quota, scope)) or self.law.register.drawn(quota, scope)

    def offspring(self, lifecycle: str) -> tuple[CaseEnvironment, ...]:
        """The cases that this one has opened in a lifecycle, in the order of their opening."""
        self.looked.add("register")
        refs = sorted(
            (ref for ref, child in self.case.progress.children.items() if child[0] == lifecycle),
            key=lambda ref: (len(ref), ref),
        )
        cases = [case for ref in refs if (case := self.law.register.case(ref)) is not None]
        return tuple(
            CaseEnvironment(self.law.lifecycles[case.lifecycle], case, self.law, looked=self.looked) for case in cases
        )
