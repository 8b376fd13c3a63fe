"""Proceedings: several cases that belong together (a case, the draw-downs and objections it opened) move as one.

Clocks of a family run out in one order of legal days, whichever case they stand in; a case that ends tells the
case that opened it; a child that may not be opened refuses the act that would have opened it. The store decides
where cases are kept: in memory (simulation) or in one database transaction (casework).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Protocol

from shixian.rules.barrier import not_to_be_ranked
from shixian.rules.canonical import encoding
from shixian.rules.cohort import Entry, Ranking, group_of, rank, score_of
from shixian.rules.decide import (
    Acted,
    ChildClosed,
    Decided,
    Happening,
    Ranked,
    Recalculated,
    Tick,
    decide,
    open_case,
)
from shixian.rules.environment import Law
from shixian.rules.errors import NotFound, VersionError
from shixian.rules.facts import Value, number_text
from shixian.rules.lifecycle import Lifecycle, Spawn
from shixian.rules.periods import add_days, legal_day
from shixian.rules.state import OPEN, Case, Refusal, Transition, apply


class Store(Protocol):
    """Where cases live while they move together."""

    @property
    def law(self) -> Law: ...

    def load(self, ref: str) -> Case: ...

    def create(self, lifecycle: Lifecycle, case: Case, transitions: tuple[Transition, ...]) -> None: ...

    def save(self, lifecycle: Lifecycle, case: Case, transitions: tuple[Transition, ...]) -> None: ...

    def refused_opening(self, lifecycle: Lifecycle, ref: str, day: date, refusal: Refusal) -> None: ...


def lifecycle_of(store: Store, case: Case) -> Lifecycle:
    """The declaration a case is pinned to; a case of another encoding is refused, never run under today's."""
    lifecycle = store.law.lifecycles.get(case.lifecycle)
    if lifecycle is None:
        raise NotFound(f"没有 {case.lifecycle} 这一程序")
    if case.encoding != encoding(lifecycle):
        raise VersionError(
            f"案件 {case.ref} 按编码 {case.encoding[:12]} 立案，当前编码为 {encoding(lifecycle)[:12]}",
            remedy="先作勘误（shixian erratum），写明由谁、为何、哪些未结案件改按新编码办理",
        )
    return lifecycle


def start(
    store: Store,
    lifecycle: Lifecycle,
    *,
    ref: str,
    day: date,
    cycle: int,
    facts: Mapping[str, Value],
    parent: str | None = None,
    origin: str = "",
) -> Decided:
    """Open a case (see `open_case`) and keep it; a refused opening is kept as a refusal."""
    decided = open_case(
        lifecycle,
        ref=ref,
        day=day,
        cycle=cycle,
        facts=facts,
        law=store.law,
        encoding=encoding(lifecycle),
        parent=parent,
        origin=origin,
    )
    if _source_moved(store, decided.refusal, day):
        return start(store, lifecycle, ref=ref, day=day, cycle=cycle, facts=facts, parent=parent, origin=origin)
    if decided.refusal is not None:
        store.refused_opening(lifecycle, ref, day, decided.refusal)
        _tell_source(store, lifecycle, ref, "open", day, decided.refusal)
        return decided
    store.create(lifecycle, decided.case, decided.transitions)
    return _caught_up(store, _follow(store, lifecycle, decided), day)


def act(store: Store, ref: str, acted: Acted) -> Decided:
    """Record an act: first all clocks of the family that ended before its day, then the act itself."""
    tick(store, ref, legal_day(acted.at))
    case = store.load(ref)
    lifecycle = lifecycle_of(store, case)
    decided = decide(lifecycle, case, acted, store.law)
    if _source_moved(store, decided.refusal, legal_day(acted.at)):
        return act(store, ref, acted)
    refusal = _refused_child(store, decided)
    if refusal is not None:
        day = legal_day(acted.at)
        data = {"stage": acted.stage, "verb": acted.verb, "by": acted.by, "at": acted.at.isoformat()}
        refused = Transition("refused", day, {**data, "person": acted.person, **refusal.to_json()})
        after = case.copy()
        apply(after, refused, lifecycle.facts)
        decided = Decided((refused,), after, refusal)
    kept = _keep(store, lifecycle, case, decided)
    if kept.refusal is not None:
        _tell_source(store, lifecycle, ref, f"{acted.stage}.{acted.verb}", legal_day(acted.at), kept.refusal)
    return _caught_up(store, kept, legal_day(acted.at))


def _caught_up(store: Store, decided: Decided, day: date) -> Decided:
    """A fact just learnt may set a deadline that has long passed: it lapses now, not when somebody next looks."""
    due = next_day(decided.case)
    if due is None or due >= day.isoformat():
        return decided
    tick(store, decided.case.ref, day)
    return replace(decided, case=store.load(decided.case.ref))


def _source_moved(store: Store, refusal: Refusal | None, day: date) -> bool:
    """Whether the case whose bar refuses had clocks to settle first: one of them may have ended the bar."""
    source = store.law.register.case(refusal.bar.source) if refusal is not None and refusal.bar is not None else None
    return source is not None and tick(store, source.ref, day) > 0


def _tell_source(store: Store, lifecycle: Lifecycle, ref: str, act: str, day: date, refusal: Refusal) -> None:
    """The case whose bar refused something elsewhere records it, in the same transaction: each names the other."""
    bar = refusal.bar
    source = store.law.register.case(bar.source) if bar is not None else None
    if bar is None or source is None:
        return  # a bar taken over from before this system has no case
    data = {"ref": ref, "lifecycle": lifecycle.key, "act": act, "subject": bar.subject, "clause": bar.clause}
    last_day = bar.last_day.isoformat() if bar.last_day else None
    applied = Transition("bar_applied", day, {**data, "last_day": last_day, "text": bar.text})
    own = store.law.lifecycles[source.lifecycle]
    after = source.copy()
    apply(after, applied, own.facts)
    store.save(own, after, (applied,))


def tick(store: Store, ref: str, day: date) -> int:
    """Settle every clock of the family that ended before `day`, in the order of legal days. Gives how many moved."""
    case = store.load(ref)
    if case.parent is None and not case.progress.children and not _spawns(lifecycle_of(store, case)):
        before = case.number
        _step(store, case, day)
        return store.load(ref).number - before
    moved = 0
    while True:
        members = family(store, store.load(ref))  # as they stand now: the last step has moved one of them
        due = sorted((last, len(member.ref), member.ref) for member in members if (last := next_day(member)))
        if not due or due[0][0] >= day.isoformat():
            return moved
        member = store.load(due[0][2])
        before = member.number
        _step(store, member, add_days(date.fromisoformat(due[0][0]), 1))
        if store.load(member.ref).number == before:
            return moved
        moved += 1


def _spawns(lifecycle: Lifecycle) -> bool:
    """Whether a clock of it opens cases, whose own clocks may run out before its next one does."""
    return any(isinstance(clock.lapse, Spawn) for stage in lifecycle.stages for clock in stage.clocks)


def next_due(case: Case) -> tuple[str, str] | None:
    """The earliest last day of a clock of the case that runs and is not paused, and the stage it belongs to."""
    paused = {item[0] for item in case.progress.suspensions if item[4] is None}
    return min(
        (
            (deadline.last_day, deadline.stage)
            for deadline in case.progress.deadlines.values()
            if deadline.status == "running" and deadline.last_day and not paused & {deadline.stage, "*"}
        ),
        default=None,
    )


def next_day(case: Case) -> str | None:
    """The day of `next_due`."""
    due = next_due(case)
    return due[0] if due else None


def rank_cohort(
    store: Store, lifecycle: Lifecycle, stage_key: str, refs: Iterable[str], *, day: date, by: str, person: str = ""
) -> Ranking | Refusal:
    """Rank all cases of one cycle at a cohort stage, in whatever order they are given; or refuse, and rank nobody.

    It is refused to another than the stage's actor; while any case is still on its way there; while any has no score;
    and once the ranking was made (a case that comes after it is not ranked by itself). Each case that stands in the way
    has the refusal on its record.
    """
    stage = lifecycle.stage(stage_key)
    cohort = stage.cohort
    clause = cohort.clause or stage.clause if cohort is not None else stage.clause
    if cohort is None:
        return Refusal("no_cohort", f"“{stage.title}”不是统一排序的环节", clause, "排序只在统一排序的环节进行")
    refs = sorted(set(refs))
    for ref in refs:
        tick(store, ref, day)
    cases = [store.load(ref) for ref in refs]
    refusal, concerned = not_to_be_ranked(lifecycle, stage, cohort, cases, by, store.law)
    if refusal is not None:
        said = {"stage": stage.key, "verb": "rank", "by": by, "at": day.isoformat(), "person": person}
        for case in concerned:
            refused = Transition("refused", day, {**said, **refusal.to_json()})
            after = case.copy()
            apply(after, refused, lifecycle.facts)
            store.save(lifecycle, after, (refused,))
        return refusal
    here = [case for case in cases if case.progress.stage(stage.key).status == OPEN]
    entries = []
    for case in here:
        score = score_of(lifecycle, cohort, case)
        assert score is not None  # else it was refused above
        entries.append(Entry(case.ref, score, group_of(lifecycle, cohort, case)))
    ranking = rank(cohort, entries)
    for case in here:
        place, working = ranking.places[case.ref], ranking.working(case.ref)
        happening = Ranked(
            stage.key,
            cohort.inside if case.ref in ranking.inside else cohort.outside,
            day,
            by,
            person,
            tuple(working.lines()),
            number_text(place.score),
            (place.number, place.of),
            working.readings,
        )
        _keep(store, lifecycle, case, decide(lifecycle_of(store, case), case, happening, store.law))
    return ranking


def recalculate(store: Store, ref: str, day: date, because: str) -> Decided:
    """Project the deadlines of a case again, after the calendar or a call changed."""
    case = store.load(ref)
    lifecycle = lifecycle_of(store, case)
    return _keep(store, lifecycle, case, decide(lifecycle, case, Recalculated(day, because), store.law))


def family(store: Store, case: Case) -> list[Case]:
    """The case, the one that opened it, and all they opened that are open or may have open ones below, eldest first."""
    root = case
    while root.parent is not None:
        root = store.load(root.parent)
    members, queue = [], [root]
    while queue:
        member = queue.pop(0)
        members.append(member)
        for ref, child in member.progress.children.items():
            if child[1] == "open" or opens_cases(store.law.lifecycles[child[0]]):
                found = store.law.register.case(ref)  # None: the law did not allow it to be opened
                queue += [found] if found is not None else []
    return members


def opens_cases(lifecycle: Lifecycle) -> bool:
    """Whether cases of the lifecycle may open others: these may outlive them, and their clocks go on running."""
    return any(
        (stage.window is not None and stage.window.objections is not None)
        or any(act.opens is not None for act in stage.acts)
        or any(isinstance(clock.lapse, Spawn) for clock in stage.clocks)
        for stage in lifecycle.stages
    )


def _step(store: Store, case: Case, day: date) -> None:
    lifecycle = lifecycle_of(store, case)
    _keep(store, lifecycle, case, decide(lifecycle, case, Tick(day), store.law))


def _keep(store: Store, lifecycle: Lifecycle, before: Case, decided: Decided) -> Decided:
    if decided.transitions:
        store.save(lifecycle, decided.case, decided.transitions)
    return _follow(store, lifecycle, decided)


def _follow(store: Store, lifecycle: Lifecycle, decided: Decided) -> Decided:
    """Open the children that the transitions opened, and tell the parent when the case has ended."""
    for transition in decided.transitions:
        if transition.kind == "child_opened":
            _open_child(store, decided.case, transition)
        elif transition.kind == "case_closed" and decided.case.parent is not None:
            happening: Happening = ChildClosed(
                decided.case.ref, lifecycle.key, transition.data["outcome"], transition.legal_day
            )
            parent = store.load(decided.case.parent)
            above = lifecycle_of(store, parent)
            _keep(store, above, parent, decide(above, parent, happening, store.law))
    return replace(decided, case=store.load(decided.case.ref))


def _child_facts(store: Store, transition: Transition) -> tuple[Lifecycle, dict[str, Value]]:
    child = store.law.lifecycles[transition.data["lifecycle"]]
    return child, child.facts.parse(transition.data["facts"])


def _open_child(store: Store, parent: Case, transition: Transition) -> None:
    child, facts = _child_facts(store, transition)
    decided = start(
        store,
        child,
        ref=transition.data["ref"],
        day=transition.legal_day,
        cycle=_cycle(child, parent, transition),
        facts=facts,
        parent=parent.ref,
        origin=f"由 {parent.ref} 引起",
    )
    if decided.refusal is None:
        return
    # A clock opened it and the law does not allow it: nobody's act to refuse, so a person is told.
    parent = store.load(parent.ref)
    above = lifecycle_of(store, parent)
    day, ref = transition.legal_day, transition.data["ref"]
    told = (
        Transition("child_closed", day, {"ref": ref, "lifecycle": child.key, "outcome": "refused"}),
        Transition(
            "listed",
            day,
            {
                "key": f"broken:{ref}",
                "list": "broken",
                "stage": "",
                "clause": decided.refusal.clause,
                "text": decided.refusal.because,
            },
        ),
    )
    after = parent.copy()
    for one in told:
        apply(after, one, above.facts)
    store.save(above, after, told)


def _cycle(child: Lifecycle, parent: Case, transition: Transition) -> int:
    return transition.legal_day.year if child.child_of is None else parent.cycle


def _refused_child(store: Store, decided: Decided) -> Refusal | None:
    """Whether a child that the act would open may not be opened: then the act itself is refused."""
    for transition in decided.transitions:
        if transition.kind == "child_opened":
            child, facts = _child_facts(store, transition)
            probe = open_case(
                child,
                ref=transition.data["ref"],
                day=transition.legal_day,
                cycle=_cycle(child, decided.case, transition),
                facts=facts,
                law=store.law,
                encoding=encoding(child),
                parent=decided.case.ref,
            )
            if probe.refusal is not None:
                return probe.refusal
    return None
