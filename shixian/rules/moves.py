"""Moves: the building blocks of a decision. Each emits transitions and folds them into a working copy at once.

Here the graph is walked: stages open when their predecessors are settled, guards skip them, automatic gates
pass them, clocks are armed, and a case that nothing holds open any more is completed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from shixian.rules.bars import impose, set_end
from shixian.rules.clockwork import Asking, compute, extended, recur
from shixian.rules.conditions import Expression, truth, unknown_facts
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.facts import UNKNOWN, to_stored
from shixian.rules.history import withdrawn
from shixian.rules.lifecycle import (
    Clock,
    Closed,
    Consequence,
    Integrity,
    Lifecycle,
    Opens,
    Remember,
    SetsBarEnd,
    Spawn,
    Stage,
    Withdraws,
    edge,
)
from shixian.rules.periods import Computation, Period
from shixian.rules.state import DONE, OPEN, SKIPPED, WAITING, Case, Transition, apply


class Moves:
    """A working copy of one case and the transitions made so far."""

    def __init__(self, lifecycle: Lifecycle, case: Case, law: Law) -> None:
        self.lifecycle = lifecycle
        self.case = case.copy()
        self.law = law
        self.transitions: list[Transition] = []
        self.env = CaseEnvironment(lifecycle, self.case, law)
        self._unwanted: list[tuple[Stage, Clock]] = []  # clocks whose guard was found not to hold

    def emit(self, kind: str, day: date, **data: Any) -> None:
        transition = Transition(kind, day, data)
        apply(self.case, transition, self.lifecycle.facts)
        self.transitions.append(transition)

    @property
    def closed(self) -> bool:
        return self.case.progress.status == "closed"

    # -- the graph ---------------------------------------------------------------------------------------------

    def advance(self, day: date) -> None:
        """Open, skip, close off and automatically pass stages until nothing moves; then complete, if all is done."""
        moved = True
        while moved and not self.closed:
            moved = False
            for stage in self.lifecycle.stages:
                state = self.case.progress.stage(stage.key)
                if state.status == WAITING:
                    moved = self._try_to_open(stage, day) or moved
                elif state.status == OPEN and stage.automatic is not None:
                    moved = self._try_to_pass(stage, day) or moved
                if self.closed:
                    return
        self._stand_down(day)
        if not self.closed and not self._unsettled():
            self._complete(day)

    def _unsettled(self) -> bool:
        return any(self.case.progress.stage(stage.key).status in (WAITING, OPEN) for stage in self.lifecycle.stages)

    def _complete(self, day: date) -> None:
        # Of stages that end on one day, the one declared last is the end: a declaration follows the graph.
        states = [(stage, self.case.progress.stage(stage.key)) for stage in self.lifecycle.stages]
        done = [(state.done or "", place, stage) for place, (stage, state) in enumerate(states) if state.status == DONE]
        stage = max(done)[2]
        outcome = stage.outcome(self.case.progress.stage(stage.key).outcome or "")
        self.emit(
            "case_closed",
            day,
            reason="completed",
            text=outcome.title,
            clause=outcome.clause or stage.clause,
            stage=stage.key,
            outcome=outcome.key,
        )

    def _incoming(self, stage: Stage) -> str:
        """wait, live or dead: whether the ways into a stage are settled, and whether one of them leads here."""
        live = not stage.after
        for text in stage.after:
            key, outcomes = edge(text)
            state = self.case.progress.stage(key)
            if state.status in (WAITING, OPEN):
                return "wait"
            if state.status == SKIPPED and not outcomes:
                live = True
            elif state.status == DONE:
                proceeds = not self.lifecycle.stage(key).outcome(state.outcome or "").ends_branch
                live = live or (state.outcome in outcomes if outcomes else proceeds)
        return "live" if live else "dead"

    def _try_to_open(self, stage: Stage, day: date) -> bool:
        incoming = self._incoming(stage)
        if incoming == "wait":
            return False
        if incoming == "dead":
            self.emit("stage_closed_off", day, stage=stage.key)
            return True
        if stage.only_if is not None:
            wanted = truth(stage.only_if.evaluate(self.env))
            if wanted is UNKNOWN:
                return self.ask(stage, stage.only_if, stage.clause, day)
            if not wanted:
                self._answered(stage.key, day)
                self.emit("stage_skipped", day, stage=stage.key, clause=stage.clause)
                return True
        self._answered(stage.key, day)
        extra = {"suspends": True} if stage.suspends_case else {}
        self.emit("stage_opened", day, stage=stage.key, clause=stage.clause, **extra)
        for clock in stage.clocks:
            self.arm(stage, clock, day)
        return True

    def _try_to_pass(self, stage: Stage, day: date) -> bool:
        assert stage.automatic is not None
        ready = truth(stage.automatic.ready.evaluate(self.env))
        if ready is UNKNOWN:
            return self.ask(stage, stage.automatic.ready, stage.automatic.clause, day)
        outcome = stage.automatic.outcome if ready else stage.automatic.otherwise
        if outcome is None:
            self._answered(stage.key, day)
            return False
        self.finish(stage, outcome, day)
        return True

    def ask(self, stage: Stage, expression: Expression, clause: str, day: date) -> bool:
        """Put the unknown facts on the list of questions (once); True when something new was listed."""
        names = ",".join(unknown_facts(expression, self.env))
        return self._ask(stage.key, names, clause, day)

    def _ask(self, stage: str, names: str, clause: str, day: date) -> bool:
        key, text = f"ask:{stage}", f"需查明：{names}"
        if self.case.progress.lists.get(key, [None] * 4)[3] == text:
            return False
        self.emit("listed", day, key=key, list="ask", stage=stage, clause=clause, text=text)
        # Nothing else can move on an unanswered question, so this never makes `advance` loop.
        return False

    def _answered(self, stage: str, day: date) -> None:
        if f"ask:{stage}" in self.case.progress.lists:
            self.emit("unlisted", day, key=f"ask:{stage}")

    def finish(self, stage: Stage, outcome_key: str, day: date, *, outcome_text: str = "") -> None:
        """End a stage with an outcome, with all that the outcome brings."""
        outcome = stage.outcome(outcome_key)
        extra = {"suspends": True} if stage.suspends_case else {}
        self.emit(
            "stage_finished",
            day,
            stage=stage.key,
            outcome=outcome.key,
            title=outcome.title,
            clause=outcome.clause or stage.clause,
            **extra,
        )
        for consequence in outcome.consequences:
            self.consequence(consequence, day)
        if outcome.carries_over:
            self.emit("carried_over", day, cycle=self.case.cycle + 1, clause=outcome.clause or stage.clause)
        if outcome.closes is not None:
            self.close(outcome.closes, stage, day, outcome=outcome.key, clause=outcome.clause)

    def close(self, closed: Closed, stage: Stage, day: date, *, outcome: str = "", clause: str | None = None) -> None:
        for consequence in closed.consequences:
            self.consequence(consequence, day)
        self.emit(
            "case_closed",
            day,
            reason=closed.reason,
            text=closed.text,
            clause=closed.clause or clause or stage.clause,
            stage=stage.key,
            outcome=outcome or closed.reason,
        )

    # -- clocks ------------------------------------------------------------------------------------------------

    def arm(self, stage: Stage, clock: Clock, day: date, *, new_round: bool = False) -> None:
        """Set, or set again, the deadline of a clock from what is recorded; nothing when it would not change."""
        if clock.only_if is not None:
            wanted = truth(clock.only_if.evaluate(self.env))
            if wanted is UNKNOWN:
                self._set_asking(stage, clock, tuple(unknown_facts(clock.only_if, self.env)), day)
                return
            if not wanted:
                self._unwanted.append((stage, clock))
                return
        key = f"{stage.key}.{clock.key}"
        before = self.case.progress.deadlines.get(key)
        found = compute(stage, clock, self.env)
        if isinstance(clock.lapse, Spawn) and before is not None and before.last_day and before.round > 1:
            # A yearly duty past its first year keeps the year it is in; its anchor only says where it began.
            found = recur(stage, clock, self.env, date.fromisoformat(before.last_day), years_on=0)
        if found is None:
            return
        if isinstance(found, Asking):
            self._set_asking(stage, clock, found.names, day)
            return
        if before is not None and before.extensions and not new_round:
            found = self._with_extensions(clock, found)
        if before is not None and not new_round:
            if before.status in ("met", "lapsed"):
                return
            same = before.last_day == found.last_day.isoformat() and before.provisional == found.provisional
            if same and before.status != "void":
                return
        self._answered(f"{stage.key}.{clock.key}", day)
        self.set_deadline(stage, clock, found, day, round_number=self._round(key, new_round))

    def _stand_down(self, day: date) -> None:
        """A clock that would move the case and no longer applies (a fact was corrected) does not run on, unless its
        stage has just ended: then it was met."""
        unwanted, self._unwanted = self._unwanted, []
        for stage, clock in unwanted:
            key = f"{stage.key}.{clock.key}"
            before = self.case.progress.deadlines.get(key)
            if clock.effect.moves and before is not None and before.status in ("running", "asking"):
                self._answered(key, day)
                self.emit("deadline_void", day, stage=stage.key, clock=clock.key, clause=clock.clause)

    def _with_extensions(self, clock: Clock, found: Computation) -> Computation:
        """The deadline with all that was added to it (the fact holds the sum of the extensions)."""
        assert clock.extension is not None
        added = self.env.fact(clock.extension.length)
        return extended(clock, found.last_day, added, self.env) if isinstance(added, Period) else found

    def _round(self, key: str, new_round: bool) -> int:
        before = self.case.progress.deadlines.get(key)
        if before is None:
            return 1
        return before.round + 1 if new_round else before.round

    def set_deadline(
        self, stage: Stage, clock: Clock, found: Computation, day: date, *, round_number: int, extended: bool = False
    ) -> None:
        extra: dict[str, Any] = {"extended": True} if extended else {}
        readings = list(found.explanation.readings)
        if readings:
            extra["readings"] = readings
        self.emit(
            "deadline_set",
            day,
            stage=stage.key,
            clock=clock.key,
            title=clock.title or stage.title,
            last_day=found.last_day.isoformat(),
            provisional=found.provisional,
            clause=clock.clause,
            binds=clock.binds.value,
            effect=clock.effect.value,
            round=round_number,
            working=found.working,
            **extra,
        )

    def arm_next_year(self, stage: Stage, clock: Clock, day: date) -> None:
        """Run a yearly clock again: its fixed day in the year after `day`."""
        found = recur(stage, clock, self.env, day, years_on=1)
        self.set_deadline(stage, clock, found, day, round_number=self._round(f"{stage.key}.{clock.key}", True))

    def _set_asking(self, stage: Stage, clock: Clock, names: tuple[str, ...], day: date) -> None:
        key = f"{stage.key}.{clock.key}"
        before = self.case.progress.deadlines.get(key)
        if before is None or before.status in ("running", "void"):
            self.emit(
                "deadline_set",
                day,
                stage=stage.key,
                clock=clock.key,
                title=clock.title or stage.title,
                last_day=None,
                clause=clock.clause,
                binds=clock.binds.value,
                effect=clock.effect.value,
                round=self._round(key, False),
                working=[f"起算日或期限未知，需查明：{'、'.join(names)}"],
            )
        self._ask(key, ",".join(names), clock.clause, day)

    def rearm(self, day: date) -> None:
        """Set again every clock of the open stages whose anchor, length or suspensions may have changed."""
        for key in self.case.progress.open_stages():
            stage = self.lifecycle.stage(key)
            for clock in stage.clocks:
                self.arm(stage, clock, day)

    # -- consequences ------------------------------------------------------------------------------------------

    def consequence(self, what: Consequence, day: date) -> None:
        """Effects beyond this case: an integrity record, a bar, a line of history."""
        guard = getattr(what, "only_if", None)
        if guard is not None and truth(guard.evaluate(self.env)) is not True:
            return
        if isinstance(what, Remember):
            value = self.env_text(what.value)
            for subject in self.subjects(what.subject):
                self.emit(
                    "remembered",
                    day,
                    key=what.key,
                    subject=subject,
                    cycle=self.case.cycle,
                    value=value,
                    clause=what.clause,
                )
        elif isinstance(what, Integrity):
            for subject in self.subjects(what.subject):
                self.emit(
                    "integrity_recorded",
                    day,
                    subject=subject,
                    ground=what.ground,
                    serious=what.serious,
                    clause=what.clause,
                )
        elif isinstance(what, Withdraws):
            cycle = int(self.env_text(what.cycle))
            for subject in self.subjects(what.subject):
                named = {"key": withdrawn(what.key), "subject": subject, "cycle": cycle, "value": what.value}
                self.emit("remembered", day, **named, clause=what.clause)
        elif isinstance(what, SetsBarEnd):
            set_end(self, what, day)
        else:
            impose(self, what, day)

    def subjects(self, name: str) -> tuple[str, ...]:
        value = self.env.fact(name)
        if isinstance(value, tuple):
            return value
        return () if not isinstance(value, str) else (value,)

    def env_text(self, expression: Expression) -> str:
        value = expression.evaluate(self.env)
        return str(to_stored(value))

    def open_child(self, opens: Opens, day: date) -> str:
        """Record that a child case is opened; the store opens it in the same transaction. Gives its reference."""
        prefix = f"{self.case.ref}/{opens.label}"
        number = 1 + sum(1 for ref in self.case.progress.children if ref.startswith(prefix))
        ref = f"{prefix}{number}"
        facts = {name: to_stored(expression.evaluate(self.env)) for name, expression in opens.facts.items()}
        self.emit("child_opened", day, ref=ref, lifecycle=opens.lifecycle, facts=facts, clause=opens.clause)
        return ref
