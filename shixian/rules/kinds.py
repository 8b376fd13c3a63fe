"""The kinds of stage that regulations are made of, as constructors: 报送, 审查, 会议, 公示, 决定, 关口, 期间.

Each builds a `Stage` with the acts, clocks and outcomes that its kind always has, so that a programme module
says only what its regulation says. A stage of no common kind is written as a `Stage` directly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shixian.rules.conditions import Condition, Expression
from shixian.rules.lifecycle import (
    SILENT,
    Act,
    Actor,
    Automatic,
    Binds,
    Clock,
    Closed,
    Decides,
    Document,
    Effect,
    Goes,
    Lapse,
    Limit,
    Opens,
    Outcome,
    Stage,
    Window,
)
from shixian.rules.periods import Period
from shixian.rules.publication import Shown, Withheld
from shixian.rules.timing import After, SetByAct, SetByCall, Timing


def party_clock(clause: str, timing: Timing, lapse: Lapse = SILENT, **options: Any) -> Clock:
    """A deadline that costs the party its right when it passes (失权). `options` are fields of `Clock`."""
    return _clock(Effect.RIGHT_LOST, Binds.PARTY, clause, timing, {"lapse": lapse, **options})


def office_clock(clause: str, timing: Timing, **options: Any) -> Clock:
    """An office's own deadline (督办): past it the case stands on the supervision list, and nothing is void."""
    return _clock(Effect.SUPERVISION, Binds.OFFICE, clause, timing, options)


def term(clause: str, timing: Timing, lapse: Lapse, **options: Any) -> Clock:
    """A term that simply runs out (期满), and what then follows."""
    return _clock(Effect.TERM_RUN, Binds.PARTY, clause, timing, {"key": "term", "lapse": lapse, **options})


def reminder(clause: str, timing: Timing, **options: Any) -> Clock:
    """A reminder (提示) on a day; it moves nothing."""
    return _clock(Effect.REMINDER, Binds.OFFICE, clause, timing, {"key": "reminder", **options})


def _clock(effect: Effect, binds: Binds, clause: str, timing: Timing, options: dict[str, Any]) -> Clock:
    return Clock(clause=clause, timing=timing, effect=effect, **{"binds": binds, **options})


def submission(
    key: str,
    title: str,
    *,
    clause: str,
    by: Actor,
    after: Sequence[str] = (),
    only_if: Expression | None = None,
    documents: Sequence[Document] = (),
    inputs: Sequence[str] = (),
    optional: Sequence[str] = (),
    conditions: Sequence[Condition] = (),
    limits: Sequence[Limit] = (),
    within: Timing | None = None,
    lapse: Lapse = SILENT,
    clocks: Sequence[Clock] = (),
    waiver: str | None = None,
    extra_acts: Sequence[Act] = (),
    extra_outcomes: Sequence[Outcome] = (),
    ends_branch: bool = False,
    note: str = "",
) -> Stage:
    """报送: the party hands in documents and facts, usually by a deadline; with a `waiver` clause it may give up."""
    acts = [
        Act(
            verb="submit",
            title=f"提交{title}",
            by=(by,),
            clause=clause,
            outcome="submitted",
            documents=tuple(documents),
            inputs=tuple(inputs),
            optional=tuple(optional),
            conditions=tuple(conditions),
            limits=tuple(limits),
        )
    ]
    outcomes = [Outcome(key="submitted", title="已提交", clause=clause, ends_branch=ends_branch)]
    if waiver is not None:
        acts.append(Act(verb="waive", title="声明放弃", by=(by,), clause=waiver, outcome="waived"))
        outcomes.append(
            Outcome(key="waived", title="放弃", clause=waiver, closes=Closed("声明放弃", reason="waived", clause=waiver))
        )
    own = (party_clock(clause, within, lapse, title=title, binds=by.side),) if within is not None else ()
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="报送",
        by=by,
        after=tuple(after),
        only_if=only_if,
        clocks=(*own, *clocks),
        acts=(*acts, *extra_acts),
        outcomes=(*outcomes, *extra_outcomes),
        note=note,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """补正: the office sets a time in which the party corrects; what happens when it does not."""

    clause: str
    by: Actor
    period: str  # the fact that holds the period the office set
    lapse: Lapse = SILENT
    at_most: int | None = None
    documents: tuple[Document, ...] = ()


def examination(
    key: str,
    title: str,
    *,
    clause: str,
    by: Actor,
    after: Sequence[str] = (),
    only_if: Expression | None = None,
    conditions: Sequence[Condition] = (),
    inputs: Sequence[str] = (),
    optional: Sequence[str] = (),
    documents: Sequence[Document] = (),
    passed: str = "通过",
    failed: Closed | None = None,
    fail_conditions: Sequence[Condition] = (),
    correction: Correction | None = None,
    clocks: Sequence[Clock] = (),
    head: bool = False,
    ends_branch: bool = False,
    extra_acts: Sequence[Act] = (),
    extra_outcomes: Sequence[Outcome] = (),
    note: str = "",
) -> Stage:
    """审查: an office (or its expert body) passes, refuses with a reason, or has the party correct."""
    acts = [
        Act(
            verb="pass",
            title=f"{title}{passed}",
            by=(by,),
            clause=clause,
            outcome="passed",
            conditions=tuple(conditions),
            inputs=tuple(inputs),
            optional=tuple(optional),
            documents=tuple(documents),
            head=head,
        )
    ]
    outcomes = [Outcome(key="passed", title=passed, clause=clause, ends_branch=ends_branch)]
    own: tuple[Clock, ...] = ()
    if failed is not None:
        acts.append(
            Act(
                verb="fail",
                title=f"{title}不通过",
                by=(by,),
                clause=failed.clause or clause,
                outcome="failed",
                conditions=tuple(fail_conditions),
                discretion=True,
                head=head,
            )
        )
        outcomes.append(Outcome(key="failed", title=failed.text, clause=failed.clause or clause, closes=failed))
    if correction is not None:
        acts.append(
            Act(
                verb="request_correction",
                title="要求补正",
                by=(by,),
                clause=correction.clause,
                inputs=(correction.period,),
                anew=True,
                at_most=correction.at_most,
                discretion=True,
            )
        )
        acts.append(
            Act(
                verb="correct",
                title="提交补正",
                by=(correction.by,),
                clause=correction.clause,
                documents=correction.documents,
            )
        )
        own = (
            party_clock(
                correction.clause,
                After(SetByAct(correction.period), f"{key}.request_correction"),
                correction.lapse,
                key="correction",
                title="补正",
                met_by=("correct",),
                binds=correction.by.side,
            ),
        )
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="审查",
        by=by,
        after=tuple(after),
        only_if=only_if,
        clocks=(*own, *clocks),
        acts=(*acts, *extra_acts),
        outcomes=(*outcomes, *extra_outcomes),
        note=note,
    )


def meeting(
    key: str,
    title: str,
    *,
    clause: str,
    by: Actor,
    after: Sequence[str] = (),
    only_if: Expression | None = None,
    documents: Sequence[Document] = (),
    inputs: Sequence[str] = (),
    conditions: Sequence[Condition] = (),
    decides: Decides | None = None,
    approved: str = "审核通过",
    rejected: Closed | None = None,
    clocks: Sequence[Clock] = (),
    note: str = "",
) -> Stage:
    """会议: a body meets, with the papers it must have before it, and approves or rejects with a reason."""
    acts = [
        Act(
            verb="approve",
            title=f"{title}通过",
            by=(by,),
            clause=clause,
            outcome="approved",
            documents=tuple(documents),
            inputs=tuple(inputs),
            conditions=tuple(conditions),
            decides=decides,
            head=True,
        )
    ]
    outcomes = [Outcome(key="approved", title=approved, clause=clause)]
    if rejected is not None:
        acts.append(
            Act(
                verb="reject",
                title=f"{title}不通过",
                by=(by,),
                clause=rejected.clause or clause,
                outcome="rejected",
                discretion=True,
                head=True,
            )
        )
        outcomes.append(Outcome(key="rejected", title=rejected.text, clause=clause, closes=rejected))
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="会议",
        by=by,
        after=tuple(after),
        only_if=only_if,
        clocks=tuple(clocks),
        acts=tuple(acts),
        outcomes=tuple(outcomes),
        note=note,
    )


def notice(
    key: str,
    title: str,
    *,
    clause: str,
    by: Actor,
    length: Period | SetByCall,
    after: Sequence[str] = (),
    only_if: Expression | None = None,
    objections: Opens | None = None,
    objector: Actor | None = None,
    objection_clause: str | None = None,
    objection_inputs: Sequence[str] = (),
    clocks: Sequence[Clock] = (),
    reading: str | None = None,
    shows: Sequence[Shown] = (),
    withholds: Sequence[Withheld] = (),
    note: str = "",
) -> Stage:
    """公示: the window opens with the actual publication (`publish`) and ends at 24:00 of its last day."""
    window = Window(
        length=length,
        clause=clause,
        objections=objections,
        objection_clause=objection_clause,
        objector=objector,
        objection_inputs=tuple(objection_inputs),
        shows=tuple(shows),
        withholds=tuple(withholds),
    )
    own = Clock(
        clause=clause,
        timing=After(length, f"{key}.publish"),
        binds=Binds.THIRD,
        effect=Effect.TERM_RUN,
        lapse=Goes("ended"),
        key="window",
        title=f"{title}期",
        reading=reading,
    )
    publish = Act(verb="publish", title=f"发布{title}", by=(by,), clause=clause, at_most=1)
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="公示",
        by=by,
        after=tuple(after),
        only_if=only_if,
        clocks=(own, *clocks),
        acts=(publish,),
        outcomes=(Outcome(key="ended", title="公示期满", clause=clause),),
        window=window,
        note=note,
    )


def gate(
    key: str,
    title: str,
    *,
    clause: str,
    by: Actor,
    ready: Expression,
    after: Sequence[str] = (),
    only_if: Expression | None = None,
    passed: str = "通过",
    otherwise: Outcome | None = None,
    clocks: Sequence[Clock] = (),
    acts: Sequence[Act] = (),
    outcomes: Sequence[Outcome] = (),
    note: str = "",
) -> Stage:
    """关口: passes by itself as soon as its condition holds; no person is needed, and none can wave it through."""
    own = [Outcome(key="passed", title=passed, clause=clause)]
    if otherwise is not None:
        own.append(otherwise)
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="关口",
        by=by,
        after=tuple(after),
        only_if=only_if,
        clocks=tuple(clocks),
        acts=tuple(acts),
        outcomes=(*own, *outcomes),
        automatic=Automatic(
            ready=ready, outcome="passed", clause=clause, otherwise=otherwise.key if otherwise else None
        ),
        note=note,
    )
