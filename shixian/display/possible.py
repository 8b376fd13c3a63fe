"""What may be done to a case now, and what may not, with the clause: each act of its open stages is tried on a copy.

The decision itself is asked (`rules.decide`), so that what is shown here is what an attempt would meet. An act that
only lacks what is brought with it (an input, a document, a reason) may be done, and the answer says what to bring.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shixian.rules import proceedings
from shixian.rules.acts import check, limits
from shixian.rules.canonical import encoding
from shixian.rules.conditions import Condition, Expression, Fact, truth
from shixian.rules.decide import Acted, Tick, decide
from shixian.rules.environment import Law
from shixian.rules.errors import VersionError
from shixian.rules.expressions import Remembered
from shixian.rules.facts import UNKNOWN
from shixian.rules.lifecycle import Act, Actor, Binds, Lifecycle, Limit, Stage
from shixian.rules.moves import Moves
from shixian.rules.narrate import asked
from shixian.rules.periods import legal_day
from shixian.rules.standing import STANDING_TITLES
from shixian.rules.state import Case, Refusal

_ANY_REASON = "（拟办）"


@dataclass(frozen=True, slots=True)
class Possible:
    """One act of one open stage: who may do it, what must be brought, and why it is refused now, if it is."""

    stage: str
    stage_title: str
    verb: str
    title: str
    by: tuple[str, ...]
    by_titles: tuple[str, ...]
    clause: str
    needs: tuple[str, ...] = ()
    refusal: Refusal | None = None

    def line(self) -> str:
        what = f"{self.stage_title}·{self.title}〔{self.stage} {self.verb}〕"
        if self.refusal is not None:
            return f"{what}：{self.refusal.because}（{self.refusal.clause}）"
        needs = f"；需{'、'.join(self.needs)}" if self.needs else ""
        return f"{what}：{'、'.join(self.by_titles)}{needs}（{self.clause}）"

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "stage": self.stage,
            "do": self.verb,
            "title": self.title,
            "by": list(self.by),
            "clause": self.clause,
            "needs": list(self.needs),
            "text": self.line(),
        }
        return data if self.refusal is None else data | {"refusal": self.refusal.to_json()}


def possible_now(store: proceedings.Store, ref: str, at: datetime) -> tuple[str, list[Possible]]:
    """`possibilities` of a stored case as an act at that instant would find it: with every clock of its family settled
    that ended before the day, and those of a case whose bar would refuse, as `proceedings.act` does. The store keeps
    what is settled to itself (`display.settled`)."""
    day = legal_day(at)
    case = store.load(ref)
    lifecycle = store.law.lifecycles[case.lifecycle]
    if case.encoding == encoding(lifecycle):
        try:
            proceedings.tick(store, ref, day)
        except VersionError as error:  # of another case of the family: an act would meet the same
            return f"{error.message}；{error.remedy}", []
    while True:
        why, found = possibilities(lifecycle, store.load(ref), store.law, at)
        sources = {one.refusal.bar.source for one in found if one.refusal is not None and one.refusal.bar is not None}
        if not sum(_settled(store, source, day) for source in sorted(sources)):
            return why, found


def _settled(store: proceedings.Store, ref: str, day: date) -> int:
    """How many clocks of the case with the bar had ended; none of a bar that has no case here."""
    if store.law.register.case(ref) is None:
        return 0
    try:
        return proceedings.tick(store, ref, day)
    except VersionError:
        return 0


def possibilities(lifecycle: Lifecycle, case: Case, law: Law, at: datetime) -> tuple[str, list[Possible]]:
    """Why nothing at all may be done (or ""), and every act of the stages open at an instant: clocks that ended before
    its day have run out, whether or not a run has recorded it yet."""
    if case.encoding != encoding(lifecycle):
        why = f"按编码 {case.encoding[:12]} 立案，当前编码为 {encoding(lifecycle)[:12]}，先作勘误（shixian erratum）"
        return why, []
    settled = decide(lifecycle, case, Tick(legal_day(at)), law).case
    progress = settled.progress
    if progress.status == "closed":
        return f"案件已于 {progress.closed_on} 终结：{progress.text}（{progress.clause}）", []
    desk = _Desk(lifecycle, settled, law, at)
    stages = [lifecycle.stage(key) for key in progress.open_stages()]
    found = [desk.declared(stage, act) for stage in stages for act in stage.acts]
    found += [one for stage in stages for one in desk.standing(stage)]
    found += [_ranking(lifecycle, stage, settled) for stage in stages if stage.cohort is not None]
    return "", [*found, *desk.answers(stages)]


def actors_of(lifecycle: Lifecycle, stage: Stage, verb: str) -> tuple[Actor, ...]:
    """Who may do an act: as declared, or as the standing acts have it."""
    act = next((act for act in stage.acts if act.verb == verb), None)
    if act is not None:
        return act.by
    if verb == "extend":
        return tuple(dict.fromkeys(clock.extension.by for clock in stage.clocks if clock.extension is not None))
    if verb == "object":
        return (stage.window.objector,) if stage.window is not None and stage.window.objector is not None else ()
    if verb == "answer":
        return lifecycle.actors
    return tuple(actor for actor in lifecycle.actors if actor.side is Binds.OFFICE)


@dataclass(frozen=True, slots=True)
class _Desk:
    """One case at one instant, to try acts on."""

    lifecycle: Lifecycle
    case: Case
    law: Law
    at: datetime

    def declared(self, stage: Stage, act: Act) -> Possible:
        documents = tuple({"document": document.key} for document in act.documents)
        refusal = self._tried(stage, act.verb, act.by[0], documents)
        missing = list(refusal.asks) if refusal is not None and refusal.code == "missing_input" else []
        doubts: list[str] = []
        if refusal is None or refusal.code in ("missing_input", "condition", "limit", "quota", "unknown"):
            # The act may bring facts that change what a condition or limit comes to: then it is no refusal yet.
            asks, doubts, certain = self._facts_of(act)
            # One fact that the act brings may settle a condition whatever the others are (this or that).
            brings = {*act.inputs, *act.optional}
            rest = refusal is not None and refusal.code == "unknown" and not {*refusal.asks} & brings
            refusal = certain or (refusal if rest else None)
            missing += [name for name in asks if name not in missing]
        needs = [*(_named(self.lifecycle, name) for name in missing), *self._documents(act), *doubts]
        if act.discretion:
            needs.append("理由")
        return _made(stage, act.verb, act.title, act.by, act.clause, tuple(needs), refusal)

    def standing(self, stage: Stage) -> Iterator[Possible]:
        """What may be done in any stage, where there is occasion: a window, an extension, a silent lapse. An outage is
        recorded for all open windows at once (`casework.outages`), not here for one."""
        decides = any(item[0] == "decide" and item[1] == stage.key for item in self.case.progress.lists.values())
        window = stage.window if stage.key in self.case.progress.windows else None
        extension = next((clock.extension for clock in stage.clocks if clock.extension is not None), None)
        occasions: dict[str, tuple[str, tuple[str, ...]]] = {}
        if extension is not None:
            occasions["extend"] = (extension.clause, (_named(self.lifecycle, extension.length), "理由"))
        if decides:
            occasions |= {"allow_late": (stage.clause, ("理由",)), "end_case": (stage.clause, ("理由",))}
        if window is not None and window.objections is not None:
            child = self.law.lifecycles[window.objections.lifecycle]
            needs = [_named(child, name) for name in window.objection_inputs]
            needs += [f"{document.title}（{document.key}）" for document in window.objection_documents]
            occasions["object"] = (window.objection_clause or window.clause, tuple(needs))
        for verb, (clause, wanted) in occasions.items():
            by = actors_of(self.lifecycle, stage, verb)
            refusal = self._tried(stage, verb, by[0]) if by else None
            if refusal is not None and refusal.code == "missing_input":
                refusal = None
            if by:
                yield _made(stage, verb, STANDING_TITLES[verb], by, clause, wanted, refusal)

    def answers(self, stages: Sequence[Stage]) -> Iterator[Possible]:
        """The questions listed, by stage (also of one that waits to be opened); else that facts may be given."""
        asks: dict[str, list[str]] = {}
        for name, where, _, text in self.case.progress.lists.values():
            if name == "ask":
                names = text.removeprefix("需查明：").split(",")
                own = asks.setdefault(where.partition(".")[0], [])  # of a stage, or of its clock
                own += [_named(self.lifecycle, name) for name in names]
        if not asks and stages:
            asks[stages[0].key] = ["未知的事实，或须更正的事实及理由"]
        for key, texts in asks.items():
            stage = self.lifecycle.stage(key)
            by = actors_of(self.lifecycle, stage, "answer")
            yield _made(stage, "answer", STANDING_TITLES["answer"], by, stage.clause, tuple(texts), None)

    def _tried(self, stage: Stage, verb: str, by: Actor, documents: tuple[dict[str, str], ...] = ()) -> Refusal | None:
        acted = Acted(stage.key, verb, by.key, self.at, {}, documents, _ANY_REASON)
        return decide(self.lifecycle, self.case, acted, self.law).refusal

    def _moves(self) -> Moves:
        moves = Moves(self.lifecycle, self.case, self.law)
        moves.env.act_day = legal_day(self.at)
        return moves

    def _facts_of(self, act: Act) -> tuple[list[str], list[str], Refusal | None]:
        """What the conditions ask for, what is against the act unless it brings other facts, and what is anyway."""
        moves, brings = self._moves(), {*act.inputs, *act.optional}
        asks: list[str] = []
        doubts: list[str] = []
        certain: list[Condition] = []
        for condition in act.conditions:
            result = condition.check(moves.env)
            if result.holds is True:
                continue
            if not (_reads(condition.test) | {*result.asks}) & brings:
                certain.append(condition)
            elif result.holds is None:
                asks += result.asks
            else:
                doubts.append(f"与现有事实不同的事实，现不符合“{condition.text}”（{condition.clause}）")
        fixed = tuple(one for one in act.limits if not _limit_reads(one) & brings)
        full = limits(moves, tuple(one for one in act.limits if one not in fixed))
        if full is not None:
            doubts.append(f"与现有事实不同的事实，{full.because}（{full.clause}）")
        return asks, doubts, check(moves, certain) or limits(moves, fixed)

    def _documents(self, act: Act) -> Iterator[str]:
        moves = self._moves()
        for document in act.documents:
            wanted = True if document.only_if is None else truth(document.only_if.evaluate(moves.env))
            if wanted is UNKNOWN:
                yield f"{document.title}（{document.key}，视情形）"
            elif wanted:
                yield f"{document.title}（{document.key}）"


def _reads(expression: Expression) -> set[str]:
    """The facts an expression looks at, also those that say whose history it asks for."""
    nodes = list(expression.walk())
    named = {node.name for node in nodes if isinstance(node, Fact)}
    return named | {node.subject for node in nodes if isinstance(node, Remembered)}


def _limit_reads(limit: Limit) -> set[str]:
    parts = [*limit.scope, *([limit.only_if] if limit.only_if is not None else [])]
    return set[str]().union(*map(_reads, parts))


def _named(lifecycle: Lifecycle, name: str) -> str:
    words = asked(lifecycle, name)
    return words if name.startswith("call:") else f"{words}（{name}）"


def _ranking(lifecycle: Lifecycle, stage: Stage, case: Case) -> Possible:
    """A cohort stage is passed with all cases of the cycle at once, by a command of its own."""
    clause = stage.cohort.clause if stage.cohort is not None else stage.clause
    how = f"与本{lifecycle.cycle_title}全部案件一并（shixian rank {lifecycle.key} {stage.key} --cycle {case.cycle}）"
    return _made(stage, "rank", "统一排序", (stage.by,), clause, (how,), None)


def _made(
    stage: Stage,
    verb: str,
    title: str,
    by: tuple[Actor, ...],
    clause: str,
    needs: tuple[str, ...],
    refusal: Refusal | None,
) -> Possible:
    keys, titles = tuple(actor.key for actor in by), tuple(actor.title for actor in by)
    return Possible(stage.key, stage.title, verb, title, keys, titles, clause, needs, refusal)
