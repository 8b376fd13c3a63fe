"""Acts: may this person do this here and now, and what does it do?

Every check that fails gives a refusal with its clause and what to do instead; the refusal is itself recorded.
The order is the one a registrar would use: is the case open, is the stage open, is it this person's act, is it
in time, is it complete, does it meet the conditions, is there room under the limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import product
from typing import Any

from shixian.rules.bars import act_bar, opening_bar
from shixian.rules.conditions import Condition, Result, truth, unknown_facts
from shixian.rules.decide import Acted, settle
from shixian.rules.errors import FactsError
from shixian.rules.facts import NONE, UNKNOWN, Value, to_stored
from shixian.rules.lifecycle import Act, Limit, Regulation, Stage
from shixian.rules.moves import Moves
from shixian.rules.outcomes import money_refusal, record_decision
from shixian.rules.periods import legal_day
from shixian.rules.standing import STANDING_ACTS, object_in_window
from shixian.rules.state import OPEN, WAITING, Refusal
from shixian.rules.timing import SetByCall


def perform(moves: Moves, acted: Acted) -> Refusal | None:
    """Do the act, or record why not."""
    day = legal_day(acted.at)
    settle(moves, day)
    refusal = _perform(moves, acted, day)
    if refusal is not None:
        moves.emit(
            "refused",
            day,
            stage=acted.stage,
            verb=acted.verb,
            by=acted.by,
            at=acted.at.isoformat(),
            person=acted.person,
            **refusal.to_json(),
        )
    return refusal


def _perform(moves: Moves, acted: Acted, day: date) -> Refusal | None:
    lifecycle, progress = moves.lifecycle, moves.case.progress
    stage = next((stage for stage in lifecycle.stages if acted.stage in (stage.key, stage.title)), None)
    if stage is None:
        keys = "、".join(f"{s.key} {s.title}" for s in lifecycle.stages)
        return Refusal("no_stage", f"没有“{acted.stage}”这一环节", lifecycle.regulation.number, f"可用环节：{keys}")
    if acted.verb == "object" and stage.window is not None:
        return object_in_window(moves, stage, acted, day)
    if moves.closed:
        return Refusal(
            "closed",
            f"案件已于{progress.closed_on}终结：{progress.text}",
            progress.clause or stage.clause,
            "已终结的案件不再受理；认为有误的，通过勘误或新案处理",
        )
    if acted.verb in STANDING_ACTS:
        return STANDING_ACTS[acted.verb](moves, stage, acted, day)
    act = next((act for act in stage.acts if acted.verb in (act.verb, act.title)), None)
    if act is None:
        verbs = "、".join(f"{a.verb} {a.title}" for a in stage.acts)
        return Refusal("no_act", f"环节“{stage.title}”没有“{acted.verb}”这一行为", stage.clause, f"可用行为：{verbs}")
    refusal = _standing(moves, stage, act, acted, day) or _order(moves, stage, act, day)
    if refusal is not None:
        return refusal
    given, refusal = _given(moves, act, acted)
    if refusal is not None:
        return refusal
    moves.env.given, moves.env.act_day = given, day
    try:
        refusal = (
            act_bar(moves, stage, act, day)
            or _documents(moves, act, acted)
            or _reason(act, acted)
            or check(moves, act.conditions)
            or limits(moves, act.limits)
            or money_refusal(moves, act)
            or _notice_length(moves, stage, act)
        )
        if refusal is not None:
            return refusal
        _do(moves, stage, act, acted, given, day)
    finally:
        moves.env.given, moves.env.act_day = {}, None
    return None


def _standing(moves: Moves, stage: Stage, act: Act, acted: Acted, day: date) -> Refusal | None:
    state = moves.case.progress.stage(stage.key)
    if state.status != OPEN:
        where = "、".join(moves.lifecycle.stage(key).title for key in moves.case.progress.open_stages()) or "无"
        word = "尚未开始" if state.status == WAITING else "已经结束"
        return Refusal("not_open", f"环节“{stage.title}”{word}", stage.clause, f"当前进行中的环节：{where}")
    who = moves.lifecycle.actor(acted.by)
    if who is None or who not in act.by:
        may = "、".join(actor.title for actor in act.by)
        name = who.title if who else acted.by
        return Refusal("wrong_actor", f"“{act.title}”不由{name or '（未写明）'}作出", act.clause, f"应由{may}作出")
    return None


def _order(moves: Moves, stage: Stage, act: Act, day: date) -> Refusal | None:
    """Too often, outside the window, or after a deadline whose consequence a person has yet to decide."""
    state = moves.case.progress.stage(stage.key)
    times = state.acts.get(act.verb, [0])[0]
    if act.at_most is not None and times >= act.at_most:
        return Refusal("too_often", f"“{act.title}”至多{act.at_most}次，已作出{times}次", act.clause)
    if act.window:
        window = moves.case.progress.windows.get(stage.key)
        if window is None or not window[0] <= day.isoformat() <= window[1]:
            return Refusal("out_of_window", f"不在“{stage.title}”的期间内", act.clause)
    if state.late_allowed:
        return None
    for clock in stage.clocks:
        deadline = moves.case.progress.deadlines.get(f"{stage.key}.{clock.key}")
        if deadline is None or deadline.status != "lapsed" or not clock.effect.moves:
            continue
        if clock.met_by and act.verb not in clock.met_by:
            continue
        if any(actor.side == clock.binds for actor in act.by):
            return Refusal(
                "late",
                f"期限已于{deadline.last_day}届满，条文未规定后果，须先由经办机关决定是否准予逾期办理",
                clock.clause,
                "由经办机关作出 allow_late（准予逾期）或 end_case（终结）并说明理由",
            )
    return None


def _given(moves: Moves, act: Act, acted: Acted) -> tuple[dict[str, Value], Refusal | None]:
    allowed = {*act.inputs, *act.optional}
    given: dict[str, Value] = {}
    for name, text in acted.given.items():
        if name not in allowed:
            names = "、".join(sorted(allowed)) or "无"
            return {}, Refusal("bad_input", f"“{act.title}”不填写 {name}", act.clause, f"可填写：{names}")
        try:
            given[name] = moves.lifecycle.facts[name].parse(text)
        except FactsError as error:
            return {}, Refusal("bad_input", error.message, error.clause or act.clause, error.remedy or "")
        if name in act.adds:
            given[name] = _joined(moves.env.fact(name), given[name])
    anew = act.anew or act.opens is not None  # a case of its own is told anew what it is about
    missing = [
        name
        for name in act.inputs
        if given.get(name, UNKNOWN) is UNKNOWN and (anew or not _known(moves, name))
    ]
    if missing:
        labels = "、".join(f"{moves.lifecycle.facts[name].label}（{name}）" for name in missing)
        return {}, Refusal("missing_input", f"“{act.title}”缺少：{labels}", act.clause, "补填后重新提交", tuple(missing))
    return given, None


def _joined(before: Value, more: Value) -> Value:
    """The names known before, and those added to them; 无 adds nothing, and takes nothing away."""
    if not isinstance(before, tuple) or more is UNKNOWN:
        return more
    return tuple(dict.fromkeys((*before, *more))) if isinstance(more, tuple) else before


def _known(moves: Moves, name: str) -> bool:
    return moves.env.fact(name) is not UNKNOWN


def _documents(moves: Moves, act: Act, acted: Acted) -> Refusal | None:
    brought = {str(item.get("document", "")) for item in acted.documents}
    missing = []
    for document in act.documents:
        if document.only_if is not None:
            wanted = truth(document.only_if.evaluate(moves.env))
            if wanted is UNKNOWN:
                asks = tuple(unknown_facts(document.only_if, moves.env))
                return Refusal("unknown", f"是否需要“{document.title}”尚不能判断", document.clause, _ask(moves, asks), asks)
            if not wanted:
                continue
        if document.key not in brought and document.title not in brought:
            missing.append(document)
    if missing:
        names = "、".join(f"{document.title}（{document.key}）" for document in missing)
        return Refusal("missing_document", f"缺少材料：{names}", missing[0].clause, "补齐后在期限内重新提交")
    known = {name for document in act.documents for name in (document.key, document.title)}
    strange = sorted(name for name in brought if name not in known)
    if strange:
        keys = "、".join(document.key for document in act.documents) or "无"
        return Refusal("bad_input", f"不认识的材料：{'、'.join(strange)}", act.clause, f"可交：{keys}")
    return None


def _reason(act: Act, acted: Acted) -> Refusal | None:
    if act.discretion and not acted.reason.strip():
        return Refusal("no_reason", f"“{act.title}”属裁量，须写明理由", act.clause, "写明理由后重新作出")
    return None


def _notice_length(moves: Moves, stage: Stage, act: Act) -> Refusal | None:
    """A notice is not published before its length is set: nobody could say when objections are late."""
    if act.verb != "publish" or stage.window is None or not isinstance(stage.window.length, SetByCall):
        return None
    name = stage.window.length.parameter
    if moves.env.parameter(name) is not UNKNOWN:
        return None
    return Refusal("unknown", "条文未规定公示期限，年度通知也尚未规定", stage.window.clause, _ask(moves, (name,)), (name,))


def _compared(result: Result) -> str:
    """A condition not met, with what was compared, its clause and the reading it rests on."""
    condition = result.condition
    line = f"{condition.text}：{result.compared}（{condition.clause}）"
    return f"{line}〔读法 {condition.reading}〕" if condition.reading else line


def check(moves: Moves, conditions: Iterable[Condition]) -> Refusal | None:
    """All conditions, each with its own result; the first not met gives the clause, all not met are told."""
    results = [condition.check(moves.env) for condition in conditions]
    failed = [result for result in results if result.holds is False]
    if failed:
        compared = tuple(_compared(result) for result in failed)
        text = "；".join(result.condition.text for result in failed)
        return Refusal("condition", f"不符合：{text}", failed[0].condition.clause, "符合条件后重新提出", (), compared)
    unknown = [result for result in results if result.holds is None]
    if unknown:
        asks = tuple(dict.fromkeys(name for result in unknown for name in result.asks))
        text = "；".join(result.condition.text for result in unknown)
        return Refusal("unknown", f"尚不能判断：{text}", unknown[0].condition.clause, _ask(moves, asks), asks)
    return None


def _ask(moves: Moves, names: tuple[str, ...]) -> str:
    """Which fact is asked, of which type, and who may answer."""
    parts = []
    for name in names:
        if name in moves.lifecycle.facts:
            field = moves.lifecycle.facts[name]
            who = moves.lifecycle.actor(field.answered_by or "")
            parts.append(f"{field.label}（{name}，{field.type.value}，{who.title if who else '经办人'}填报，{field.clause}）")
        else:
            parts.append(f"{name}（由年度通知规定）")
    return "需查明：" + "、".join(parts)


def scopes_of(moves: Moves, limit: Limit) -> tuple[str, ...]:
    """The scopes of a limit for this case as text: one for each name of a fact that holds several (all participants);
    none where the limit does not apply."""
    if limit.only_if is not None and truth(limit.only_if.evaluate(moves.env)) is not True:
        return ()
    values = [expression.evaluate(moves.env) for expression in limit.scope]
    if any(value in (NONE, UNKNOWN) for value in values):
        return ()
    several = [value if isinstance(value, tuple) else (str(to_stored(value)),) for value in values]
    cycle = [str(moves.case.cycle)] if limit.per_cycle else []
    return tuple(dict.fromkeys("|".join([*parts, *cycle]) for parts in product(*several)))


def limits(moves: Moves, declared: tuple[Limit, ...]) -> Refusal | None:
    for limit in declared:
        for scope in scopes_of(moves, limit):
            moves.env.looked.add("register")
            used, _ = moves.law.register.limit_used(limit.key, scope, moves.case.ref)
            if used >= limit.at_most:
                return Refusal("limit", f"{limit.text}，已有{used}项", limit.clause, "名额释放后或下一年度再办理")
    return None


def claim_limits(moves: Moves, declared: tuple[Limit, ...], day: date) -> None:
    claimed: set[tuple[str, str]] = set()  # a person named twice in one case (leader and participant) holds one slot
    for limit in declared:
        for scope in scopes_of(moves, limit):
            _, mine = moves.law.register.limit_used(limit.key, scope, moves.case.ref)
            if not mine and (limit.key, scope) not in claimed:
                claimed.add((limit.key, scope))
                held = {"limit": limit.key, "scope": scope, "at_most": limit.at_most}
                moves.emit("limit_claimed", day, **held, clause=limit.clause)


def opening_refusal(moves: Moves, day: date) -> tuple[Refusal | None, Regulation | None]:
    """Whether a case may be opened at all: a version in force, no bar, the opening conditions, the limits."""
    lifecycle = moves.lifecycle
    regulation, refusal = _governing(moves, day)
    if refusal is not None:
        return refusal, None
    for field in lifecycle.facts.fields:
        if field.required and not field.holds(moves.case.facts.get(field.name, UNKNOWN)):
            text = f"缺少{field.label}（{field.name}）"
            return Refusal("missing_input", text, field.clause, "补填后重新立案", (field.name,)), None
    barred = opening_bar(moves, day)
    if barred is not None:
        return barred, None
    moves.env.act_day = day
    return check(moves, lifecycle.opening) or limits(moves, lifecycle.opening_limits), regulation


def _governing(moves: Moves, day: date) -> tuple[Regulation | None, Refusal | None]:
    lifecycle = moves.lifecycle
    versions = lifecycle.versions or (lifecycle.regulation,)
    if lifecycle.legal_event == "parent" and moves.case.parent:
        parent = moves.law.register.case(moves.case.parent)
        pinned = [version for version in versions if parent is not None and version.number == parent.regulation]
        if pinned:
            return pinned[0], None
    event: Value = day if lifecycle.legal_event in ("opened", "parent") else moves.env.day(lifecycle.legal_event)
    if not isinstance(event, date):
        label = lifecycle.legal_event
        return None, Refusal("unknown", f"不能确定适用哪一版本：{label} 未知", versions[0].force_clause, "", (label,))
    governing = [version for version in versions if version.in_force(event)]
    if len(governing) == 1:
        return governing[0], None
    spans = "；".join(
        f"{version.number} 自{version.in_force_from}至{version.in_force_to or '未定终期'}" for version in versions
    )
    text = f"{event}没有施行中的版本（{spans}）" if not governing else f"{event}有{len(governing)}个版本同时施行，规则冲突（{spans}）"
    return None, Refusal("not_in_force", text, versions[-1].force_clause, "该日无可适用的规定，不予立案")


def _do(moves: Moves, stage: Stage, act: Act, acted: Acted, given: dict[str, Value], day: date) -> None:
    extra: dict[str, Any] = {"reason": acted.reason} if acted.reason else {}
    if act.reading:
        extra["reading"] = act.reading
    moves.emit(
        "act_recorded",
        day,
        stage=stage.key,
        verb=act.verb,
        title=act.title,
        by=acted.by,
        at=acted.at.isoformat(),
        person=acted.person,
        clause=act.clause,
        **extra,
    )
    for name, value in given.items():
        moves.emit("fact_recorded", day, name=name, value=to_stored(value), origin=f"{stage.key}.{act.verb}")
    for item in acted.documents:
        moves.emit("document_recorded", day, stage=stage.key, **{key: str(value) for key, value in item.items()})
    claim_limits(moves, act.limits, day)
    if act.decides is not None:
        record_decision(moves, act, day)
    if act.suspends:
        moves.emit("suspended", day, stage=stage.key, ground=act.suspends, clause=act.clause)
    if act.resumes:
        moves.emit("resumed", day, stage=stage.key, ground=act.resumes, last_day=day.isoformat(), clause=act.clause)
    for clock in stage.clocks:
        key = f"{stage.key}.{clock.key}"
        deadline = moves.case.progress.deadlines.get(key)
        if act.verb in clock.met_by and deadline is not None and deadline.status in ("running", "asking", "held"):
            moves.emit("deadline_met", day, stage=stage.key, clock=clock.key)
        if getattr(clock.timing, "anchor", None) == f"{stage.key}.{act.verb}":
            moves.arm(stage, clock, day, new_round=deadline is not None)
    if act.verb == "publish" and stage.window is not None:
        last = moves.case.progress.deadlines[f"{stage.key}.window"].last_day
        moves.emit("window_opened", day, stage=stage.key, last_day=last, clause=stage.window.clause)
    if act.opens is not None:
        moves.open_child(act.opens, day)
    for consequence in act.consequences:
        moves.consequence(consequence, day)
    if act.outcome is not None:
        moves.finish(stage, act.outcome, day)
    if not moves.closed:
        moves.rearm(day)
        moves.advance(day)
