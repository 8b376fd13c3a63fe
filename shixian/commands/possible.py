"""What may be done to a case now, and what may not, with the clause: every act of its open stages is tried on a copy.

The decision itself is asked (`rules.decide`), so that what is shown here is what an attempt would meet. An act that only
lacks what is brought with it (an input, a document, a reason) may be done, and the answer says what to bring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shixian.rules.acts import limits
from shixian.rules.canonical import encoding
from shixian.rules.conditions import truth
from shixian.rules.decide import Acted, Tick, decide
from shixian.rules.environment import Law
from shixian.rules.facts import UNKNOWN
from shixian.rules.lifecycle import Act, Actor, Binds, Lifecycle, Stage
from shixian.rules.moves import Moves
from shixian.rules.narrate import act_title, asked
from shixian.rules.periods import legal_day
from shixian.rules.standing import STANDING_ACTS
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
        }
        return data if self.refusal is None else data | {"refusal": self.refusal.to_json()}


def possibilities(lifecycle: Lifecycle, case: Case, law: Law, at: datetime) -> list[Possible]:
    """Every act of the stages open at an instant, after the clocks that ended before its day. None for a closed case,
    and none for one pinned to another encoding: neither may be acted on."""
    if case.encoding != encoding(lifecycle):
        return []
    settled = decide(lifecycle, case, Tick(legal_day(at)), law).case
    if settled.progress.status == "closed":
        return []
    found: list[Possible] = []
    for key in settled.progress.open_stages():
        stage = lifecycle.stage(key)
        found.extend(_declared(lifecycle, settled, law, stage, act, at) for act in stage.acts)
        found.extend(_standing(lifecycle, settled, law, stage, at))
    return found


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


def _declared(lifecycle: Lifecycle, case: Case, law: Law, stage: Stage, act: Act, at: datetime) -> Possible:
    documents = tuple({"document": document.key} for document in act.documents)
    refusal = _tried(lifecycle, case, law, stage, act.verb, act.by[0], at, documents)
    missing: tuple[str, ...] = ()
    if refusal is not None and refusal.code == "missing_input":
        missing = refusal.asks
        refusal = _whatever_is_given(lifecycle, case, law, act, at)
    needs = [*(asked(lifecycle, name) for name in missing), *_documents(lifecycle, case, law, act)]
    if act.discretion:
        needs.append("理由")
    return _made(stage, act.verb, act.title, act.by, act.clause, tuple(needs), refusal)


def _tried(
    lifecycle: Lifecycle,
    case: Case,
    law: Law,
    stage: Stage,
    verb: str,
    by: Actor,
    at: datetime,
    documents: tuple[dict[str, str], ...] = (),
) -> Refusal | None:
    return decide(lifecycle, case, Acted(stage.key, verb, by.key, at, {}, documents, _ANY_REASON), law).refusal


def _whatever_is_given(lifecycle: Lifecycle, case: Case, law: Law, act: Act, at: datetime) -> Refusal | None:
    """Why the act would be refused whatever its inputs say: a condition that what is known already fails, or a limit."""
    moves = Moves(lifecycle, case, law)
    moves.env.act_day = legal_day(at)
    for condition in act.conditions:
        result = condition.check(moves.env)
        if result.holds is False:
            compared = f"{condition.text}：{result.compared}（{condition.clause}）"
            text = f"不符合：{condition.text}"
            return Refusal("condition", text, condition.clause, "符合条件后重新提出", (), (compared,))
    return limits(moves, act.limits)


def _documents(lifecycle: Lifecycle, case: Case, law: Law, act: Act) -> Iterator[str]:
    moves = Moves(lifecycle, case, law)
    for document in act.documents:
        wanted = True if document.only_if is None else truth(document.only_if.evaluate(moves.env))
        if wanted is UNKNOWN:
            yield f"{document.title}（{document.key}，视情形）"
        elif wanted:
            yield f"{document.title}（{document.key}）"


def _standing(lifecycle: Lifecycle, case: Case, law: Law, stage: Stage, at: datetime) -> Iterator[Possible]:
    """The acts of every stage, where there is occasion for them: a question, a window, an extension, a silent lapse."""
    lists = [item for item in case.progress.lists.values() if item[1] == stage.key]
    asks = tuple(item[3] for item in lists if item[0] == "ask")
    decides = any(item[0] == "decide" for item in lists)
    window = stage.window if stage.key in case.progress.windows else None
    extendable = next((clock.extension for clock in stage.clocks if clock.extension is not None), None)
    occasions = {
        "answer": (stage.clause, asks) if asks else None,
        "extend": (extendable.clause, (asked(lifecycle, extendable.length), "理由")) if extendable else None,
        "allow_late": (stage.clause, ("理由",)) if decides else None,
        "end_case": (stage.clause, ("理由",)) if decides else None,
        "object": (window.objection_clause or window.clause, _objecting(lifecycle, law, stage))
        if window is not None and window.objections is not None
        else None,
    }
    assert set(STANDING_ACTS) <= set(occasions), "a standing act that nobody is told of"
    for verb, occasion in occasions.items():
        by = actors_of(lifecycle, stage, verb)
        if occasion is None or not by:
            continue
        refusal = _tried(lifecycle, case, law, stage, verb, by[0], at)
        if refusal is not None and refusal.code == "missing_input":
            refusal = None
        yield _made(stage, verb, act_title(lifecycle, stage.key, verb), by, occasion[0], occasion[1], refusal)


def _objecting(lifecycle: Lifecycle, law: Law, stage: Stage) -> tuple[str, ...]:
    window = stage.window
    if window is None or window.objections is None:
        return ()
    child = law.lifecycles[window.objections.lifecycle]
    documents = (f"{document.title}（{document.key}）" for document in window.objection_documents)
    return (*(f"{asked(child, name)}（{name}）" for name in window.objection_inputs), *documents)


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
