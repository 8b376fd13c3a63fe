"""The barrier before a cohort stage: whether all cases of a cycle may be ranked now, and else which stand in the way.

`rules.cohort` ranks; `rules.proceedings` asks here first, and keeps the answer on the record of those cases."""

from __future__ import annotations

from shixian.rules.cohort import score_of, score_title
from shixian.rules.conditions import truth
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.lifecycle import Cohort, Lifecycle, Stage
from shixian.rules.state import DONE, OPEN, WAITING, Case, Refusal


def not_to_be_ranked(
    lifecycle: Lifecycle, stage: Stage, cohort: Cohort, cases: list[Case], by: str, law: Law
) -> tuple[Refusal | None, list[Case]]:
    """Why the cases may not be ranked now, and the cases that stand in the way."""
    clause = cohort.clause or stage.clause
    states = {case.ref: case.progress.stage(stage.key) for case in cases}
    here = [case for case in cases if states[case.ref].status == OPEN]
    if lifecycle.actor(by) != stage.by:
        name = who.title if (who := lifecycle.actor(by)) else by or "（未写明）"
        return Refusal("wrong_actor", f"“{stage.title}”不由{name}作出", clause, f"应由{stage.by.title}作出"), here
    coming = [case for case in cases if states[case.ref].status == WAITING]
    waiting = [case for case in coming if _may_come(lifecycle, stage, case, law)]
    if waiting:
        text = f"尚有 {len(waiting)} 件未到“{stage.title}”，全部到齐后方可排序：{_named(waiting)}"
        return Refusal("cohort_waits", text, clause, "先办结这些案件的前置环节"), waiting
    ranked = sorted({state.done for state in states.values() if state.status == DONE and state.done})
    if ranked:
        text = f"“{stage.title}”已于 {ranked[-1]} 排序"
        text += f"，此后到达的 {len(here)} 件不能单独排序：{_named(here)}" if here else "，不再排序"
        return Refusal("cohort_ranked", text, clause, "原排序有误的，依勘误办理"), here
    if not here:
        return Refusal("cohort_empty", f"没有案件在“{stage.title}”", clause, "核对年度和环节"), []
    unscored = [case for case in here if score_of(lifecycle, cohort, case) is None]
    if unscored:
        text = f"尚有 {len(unscored)} 件没有{score_title(lifecycle, cohort)}：{_named(unscored)}"
        asks = (cohort.score,) if cohort.score in lifecycle.facts else ()
        return Refusal("unknown", text, clause, "补录后再排序", asks), unscored
    return None, []


def _may_come(lifecycle: Lifecycle, stage: Stage, case: Case, law: Law) -> bool:
    """Whether a case that has not reached the stage may still do so: not when it has ended, or the guard is not met."""
    if case.progress.status == "closed":
        return False
    if stage.only_if is None:
        return True
    return truth(stage.only_if.evaluate(CaseEnvironment(lifecycle, case, law))) is not False


def _named(cases: list[Case]) -> str:
    return "、".join(case.ref for case in cases[:10]) + ("等" if len(cases) > 10 else "")
