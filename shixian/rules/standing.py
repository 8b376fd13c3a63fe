"""Standing acts: what may be done in any stage, whatever the programme declares.

Answering a question (`answer`), extending a deadline (`extend`), deciding where the text is silent about an
overrun (`allow_late`, `end_case`), suspending a notice window for the days on which nobody could read the notice
(`outage`), and objecting while a notice window is open (`object`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from shixian.rules.clockwork import extended, whole
from shixian.rules.conditions import lift
from shixian.rules.decide import Acted
from shixian.rules.errors import FactsError, PeriodError
from shixian.rules.facts import UNKNOWN, same, to_stored
from shixian.rules.grounds import rests_on
from shixian.rules.lifecycle import Act, Binds, Closed, LeftToMeasures, Opens, Stage, lapses
from shixian.rules.moves import Moves
from shixian.rules.periods import Period, days_between, parse_day
from shixian.rules.state import Refusal


def _record(moves: Moves, stage: Stage, acted: Acted, day: date, title: str, clause: str) -> None:
    moves.emit(
        "act_recorded",
        day,
        stage=stage.key,
        verb=acted.verb,
        title=title,
        by=acted.by,
        at=acted.at.isoformat(),
        person=acted.person,
        clause=clause,
        reason=acted.reason,
    )


def _office(moves: Moves, stage: Stage, acted: Acted, title: str) -> Refusal | None:
    who = moves.lifecycle.actor(acted.by)
    if who is None or who.side is not Binds.OFFICE:
        return Refusal("wrong_actor", f"“{title}”只能由经办机关作出", stage.clause)
    if not acted.reason.strip():
        return Refusal("no_reason", f"“{title}”须写明理由", stage.clause, "写明理由后重新作出")
    return None


def _answer(moves: Moves, stage: Stage, acted: Acted, day: date) -> Refusal | None:
    """Give facts that are still 未知. A known fact is corrected only by the office, with a reason."""
    who = moves.lifecycle.actor(acted.by)
    if who is None:
        return Refusal("wrong_actor", f"没有“{acted.by}”这一主体", stage.clause)
    values = {}
    for name, text in acted.given.items():
        try:
            field = moves.lifecycle.facts[name]
            values[name] = field.parse(text)
        except FactsError as error:
            return Refusal("bad_input", error.message, error.clause or stage.clause, error.remedy or "")
        known = moves.env.fact(name) is not UNKNOWN
        if not known and (act := _states(moves, name)) is not None:
            text = f"{field.label}由“{act.title}”写明"
            return Refusal("by_act", text, act.clause, f"作出“{act.title}”（{act.verb}）并说明理由")
        if known and (who.side is not Binds.OFFICE or not acted.reason.strip()):
            return Refusal("known", f"{field.label}已经查明", field.clause, "更正须由经办机关作出并说明理由")
        grounds = rests_on(moves, name) if known and not same(values[name], moves.env.fact(name)) else None
        if grounds is not None:
            text = f"已据{field.label}作出“{grounds.title}”，不能以查明事实更正"
            return Refusal("settled", text, grounds.clause, "按条文规定的程序变更或者撤销该后果")
        owner = moves.lifecycle.actor(field.answered_by or "")
        if owner not in (None, who) and (who.side is not Binds.OFFICE or owner.side is Binds.OFFICE):
            return Refusal("wrong_actor", f"{field.label}不由{who.title}填报", field.clause)
    if not values:
        return Refusal("missing_input", "没有填写任何事实", stage.clause)
    _record(moves, stage, acted, day, "查明事实", stage.clause)
    for name, value in values.items():
        moves.emit("fact_recorded", day, name=name, value=to_stored(value), origin=f"{stage.key}.answer")
    moves.rearm(day)
    moves.advance(day)
    return None


def _states(moves: Moves, name: str) -> Act | None:
    """The act of discretion that states the fact, with its reason, in a stage that is open: an answer is no way
    round it. Not where the case itself waits for the answer."""
    questions = (item[3].split("：")[-1] for item in moves.case.progress.lists.values() if item[0] == "ask")
    if any(name in question.split(",") for question in questions):
        return None
    stages = (moves.lifecycle.stage(key) for key in moves.case.progress.open_stages())
    return next((act for stage in stages for act in stage.acts if act.discretion and name in act.inputs), None)


def _extend(moves: Moves, stage: Stage, acted: Acted, day: date) -> Refusal | None:
    """Extend the stage's extendable deadline: once (or as often as declared), bounded, before it has passed."""
    clock = next((clock for clock in stage.clocks if clock.extension is not None), None)
    if clock is None or clock.extension is None:
        return Refusal("no_extension", f"“{stage.title}”的期限条文未规定可以延长", stage.clause)
    extension = clock.extension
    who = moves.lifecycle.actor(acted.by)
    if who != extension.by:
        return Refusal("wrong_actor", f"延长须由{extension.by.title}作出", extension.clause)
    if not acted.reason.strip():
        return Refusal("no_reason", "延长须写明理由", extension.clause)
    deadline = moves.case.progress.deadlines.get(f"{stage.key}.{clock.key}")
    if deadline is None or deadline.last_day is None or deadline.status != "running":
        return Refusal("expired", "期限已经届满或尚未起算，不能延长", extension.clause)
    if extension.at_most is not None and deadline.extensions >= extension.at_most:
        return Refusal("too_often", f"至多延长{extension.at_most}次", extension.clause)
    try:
        length = moves.lifecycle.facts[extension.length].parse(acted.given.get(extension.length))
    except FactsError as error:
        return Refusal("bad_input", error.message, extension.clause, error.remedy or "")
    if not isinstance(length, Period):
        return Refusal("missing_input", f"须写明延长的期限（{extension.length}）", extension.clause)
    last = date.fromisoformat(deadline.last_day)
    found = extended(clock, last, length, moves.env)
    if extension.up_to is not None:
        most = extended(clock, last, extension.up_to, moves.env)
        if days_between(last, found.last_day) > days_between(last, most.last_day):
            return Refusal("too_long", f"延长不得超过{extension.up_to.zh}", extension.clause)
    if extension.in_all is not None and found.last_day > whole(clock, extension.in_all, moves.env).last_day:
        return Refusal("too_long", f"连同延长，累计不得超过{extension.in_all.zh}", extension.clause)
    added = length
    before = moves.env.fact(extension.length)
    if deadline.extensions and isinstance(before, Period):
        if before.unit is not length.unit:
            return Refusal("bad_input", f"再次延长应与前次使用同一单位（已延长{before.zh}）", extension.clause)
        added = Period(before.amount + length.amount, length.unit)
    _record(moves, stage, acted, day, "延长期限", extension.clause)
    moves.emit("fact_recorded", day, name=extension.length, value=to_stored(added), origin=f"{stage.key}.extend")
    moves.set_deadline(stage, clock, found, day, round_number=deadline.round, extended=True)
    return None


def _undecided(moves: Moves, stage: Stage) -> Refusal | None:
    if not any(item[0] == "decide" and item[1] == stage.key for item in moves.case.progress.lists.values()):
        return Refusal("nothing_to_decide", f"“{stage.title}”没有待决定的逾期事项", stage.clause)
    return None


def _by_measure(moves: Moves, stage: Stage) -> Refusal | None:
    """Where the text names measures of its own, the case ends by one of them."""
    undecided = {item[2] for item in moves.case.progress.lists.values() if item[:2] == ["decide", stage.key]}
    for clock in stage.clocks:
        if clock.clause in undecided and any(isinstance(what, LeftToMeasures) for what in lapses(clock.lapse)):
            text = f"“{stage.title}”不能以“因逾期终结”结束：条文规定了处理措施"
            return Refusal("by_measure", text, clock.clause, "作出条文规定的处理措施，或者准予逾期办理（allow_late）")
    return None


def _allow_late(moves: Moves, stage: Stage, acted: Acted, day: date) -> Refusal | None:
    refusal = _office(moves, stage, acted, "准予逾期办理") or _undecided(moves, stage)
    if refusal is None:
        _record(moves, stage, acted, day, "准予逾期办理", stage.clause)
        moves.emit("late_allowed", day, stage=stage.key)
    return refusal


def _end_case(moves: Moves, stage: Stage, acted: Acted, day: date) -> Refusal | None:
    refusal = _office(moves, stage, acted, "因逾期终结") or _undecided(moves, stage) or _by_measure(moves, stage)
    if refusal is None:
        _record(moves, stage, acted, day, "因逾期终结", stage.clause)
        clause = next(i[2] for i in moves.case.progress.lists.values() if i[0] == "decide" and i[1] == stage.key)
        moves.close(Closed("经办机关决定终结", reason="discretion"), stage, day, clause=clause)
    return refusal


OUTAGE_GROUND = "公示中断"
OUTAGE_READING = "条文规定公示期而未规定中断：公众不能查阅的日不是公示的日，中断触及的每一日不计入公示期"


def _outage(moves: Moves, stage: Stage, acted: Acted, day: date) -> Refusal | None:
    """Days on which the notice could not be read do not count: an interval in the suspension ledger, like any other."""
    if stage.window is None:
        return Refusal("no_window", f"“{stage.title}”不是公示环节", stage.clause)
    clause = stage.window.clause
    who = moves.lifecycle.actor(acted.by)
    if who is None or who.side is not Binds.OFFICE:
        return Refusal("wrong_actor", "公示中断只能由经办机关记录", clause)
    if not acted.reason.strip():
        return Refusal("no_reason", "记录公示中断须写明原因", clause, "写明原因后重新记录")
    window = moves.case.progress.windows.get(stage.key)
    deadline = moves.case.progress.deadlines.get(f"{stage.key}.window")
    if window is None or deadline is None or deadline.status != "running":
        return Refusal(
            "out_of_window", f"“{stage.title}”不在公示期内，不能顺延", clause, "期满后发现中断的，由经办机关另行决定"
        )
    try:
        first, last = (parse_day(str(acted.given.get(name, ""))) for name in ("first_day", "last_day"))
    except PeriodError as error:
        return Refusal("bad_input", error.message, clause, error.remedy or "")
    if last < first or last > day or last.isoformat() < window[0] or first.isoformat() > window[1]:
        return Refusal(
            "bad_input", f"{first}至{last}不是公示期内已经过去的日", clause, f"公示期为{window[0]}至{window[1]}"
        )
    _record(moves, stage, acted, day, STANDING_TITLES["outage"], clause)
    moves.emit("suspended", first, stage=stage.key, ground=OUTAGE_GROUND, clause=clause, reading=OUTAGE_READING)
    last_day = last.isoformat()
    moves.emit("resumed", day, stage=stage.key, ground=OUTAGE_GROUND, last_day=last_day, clause=clause)
    moves.rearm(day)
    return None


StandingAct = Callable[[Moves, Stage, Acted, date], Refusal | None]

STANDING_ACTS: Mapping[str, StandingAct] = {
    "answer": _answer,
    "extend": _extend,
    "allow_late": _allow_late,
    "end_case": _end_case,
    "outage": _outage,
}

STANDING_TITLES = {
    "answer": "查明事实",
    "extend": "延长期限",
    "allow_late": "准予逾期办理",
    "end_case": "因逾期终结",
    "outage": "记录公示中断",
    "object": "提出异议",
}


def object_in_window(moves: Moves, stage: Stage, acted: Acted, day: date) -> Refusal | None:
    """Open an objection as a case of its own, while the notice window is open (it closes at 24:00 of its last day)."""
    assert stage.window is not None
    clause = stage.window.objection_clause or stage.window.clause
    if stage.window.objections is None:
        return Refusal("no_objection", f"“{stage.title}”条文未设异议程序", clause)
    window = moves.case.progress.windows.get(stage.key)
    if window is None:
        return Refusal("out_of_window", "公示尚未开始，公示期自实际公布起算", clause, "公示发布后在公示期内提出")
    if not window[0] <= day.isoformat() <= window[1]:
        return Refusal("late", f"公示期为{window[0]}至{window[1]}，逾期不予受理", clause, "可依法通过监督举报途径反映")
    if moves.closed:
        return Refusal("closed", "案件已终结", clause)
    who = stage.window.objector  # None: whoever objects
    if who is not None and acted.by not in (who.key, who.title):
        return Refusal("wrong_actor", f"异议不由{acted.by or '（未写明）'}提出", clause, f"应由{who.title}提出")
    known = set(stage.window.objection_inputs)
    strange = sorted(set(acted.given) - known)
    if strange:
        return Refusal("bad_input", f"异议不填写：{'、'.join(strange)}", clause, f"可填写：{'、'.join(sorted(known))}")
    opens = stage.window.objections
    facts = {name: lift(str(text) if not isinstance(text, bool) else text) for name, text in acted.given.items()}
    declared = {name: paper.key for paper in stage.window.objection_documents for name in (paper.key, paper.title)}
    for item in acted.documents:
        name = str(item.get("document", ""))
        if declared and name not in declared:
            papers = "、".join(f"{paper.title}（{paper.key}）" for paper in stage.window.objection_documents)
            return Refusal("bad_input", f"不认识的材料：{name}", clause, f"可交：{papers}")
        facts[f"has_{declared.get(name, name)}"] = lift(True)
    try:
        filed = {name: node.evaluate(moves.env) for name, node in facts.items()}
        moves.law.lifecycles[opens.lifecycle].facts.parse(filed)
    except FactsError as error:
        return Refusal("bad_input", error.message, error.clause or clause, error.remedy or "")
    child = Opens(lifecycle=opens.lifecycle, label=opens.label, clause=opens.clause, facts={**opens.facts, **facts})
    _record(moves, stage, acted, day, "提出异议", clause)
    moves.open_child(child, day)
    moves.rearm(day)  # a clock may run only while an objection is open
    return None
