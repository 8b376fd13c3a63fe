"""Wording: how one lifecycle's guards, clocks and consequences read in Chinese, in the names its regulation uses.

A `Wording` knows the lifecycle (labels of facts, titles of stages and outcomes) and, where given, the others (titles
of what it opens). It says what is declared, for no case in particular; what a case's values make of it, an expression's
own `describe` says. A node or timing it does not know is an error, so that nothing is printed half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shixian.rules.ages import NewYearsDay
from shixian.rules.computed import Computed
from shixian.rules.experts import Commitment, Drawn, Shared
from shixian.rules.expressions import (
    AllOf,
    AnyOf,
    Arithmetic,
    Children,
    Choose,
    Compare,
    Constant,
    Expression,
    Fact,
    Known,
    Later,
    Mark,
    Not,
    OfParent,
    OutcomeOf,
    Parameter,
    Remembered,
    Size,
    words,
)
from shixian.rules.facts import NONE, Field
from shixian.rules.family import ChildrenWhere, DecidedAmount, DecidedByChildren, LastChild
from shixian.rules.history import LatestRemembered, Standing, StandingAfter
from shixian.rules.lifecycle import (
    Bars,
    Binds,
    Clock,
    Closed,
    Consequence,
    Effect,
    Extension,
    Goes,
    Integrity,
    Lapse,
    Lifecycle,
    OneOf,
    Remember,
    SetsBarEnd,
    Silent,
    Spawn,
    Stage,
    Withdraws,
)
from shixian.rules.names import First
from shixian.rules.periods import Period, Roll
from shixian.rules.points import AtMost
from shixian.rules.quota import Left, Quota, Used
from shixian.rules.timing import (
    After,
    Before,
    LaterOf,
    OnDay,
    QuarterEnd,
    SetByAct,
    SetByCall,
    Timing,
    Yearly,
    YearsFromNewYear,
)

SIDES = {Binds.PARTY: "当事人", Binds.OFFICE: "办理机关", Binds.THIRD: "第三人"}
_EVENTS = {"opened": "开始", "done": "办结", "window_end": "公示期届满"}
_ROLLS = {
    Roll.NEXT_WORKING_DAY: "逢休息日顺延",
    Roll.PREVIOUS_WORKING_DAY: "逢休息日提前",
    Roll.NONE: "逢休息日不顺延",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one lifecycle. `lifecycles` by key, where at hand, lend the titles of children and parent."""

    lifecycle: Lifecycle
    lifecycles: Mapping[str, Lifecycle] = field(default_factory=dict)

    def fact(self, name: str) -> str:
        """A fact by its label."""
        found = self._field(name)
        return found.label if found else name

    def parameter(self, name: str) -> str:
        """A value of the yearly call by its label."""
        label = next((p.field.label for p in self.lifecycle.parameters if p.field.name == name), name)
        return f"{self.lifecycle.cycle_title}通知规定的{label}"

    def stage(self, key: str) -> str:
        found = self._stage(key)
        return f"“{found.title}”" if found else f"“{key}”"

    def outcome(self, stage: str, key: str) -> str:
        found = self._stage(stage)
        return next((outcome.title for outcome in found.outcomes if outcome.key == key), key) if found else key

    def programme(self, key: str) -> str:
        found = self.lifecycles.get(key)
        return f"“{found.title}”" if found else f"“{key}”"

    def decision(self, key: str) -> str:
        """An amount that an act decides, by its title."""
        acts = (act for stage in self.lifecycle.stages for act in stage.acts)
        return next((act.decides.title for act in acts if act.decides is not None and act.decides.key == key), key)

    def quota(self, quota: Quota) -> str:
        """A money quota by what it says, whose it is and how long it lasts."""
        scope = "、".join(self.expression(part) for part in quota.scope)
        cycle = f"每{self.lifecycle.cycle_title}" if quota.per_cycle else "累计"
        return f"“{quota.text}”（{f'按{scope}，' if scope else ''}{cycle}至多{self.expression(quota.at_most)}）"

    def anchor(self, anchor: str) -> str:
        """The day a clock runs from: a fact, the opening of the case, or what happened in a stage."""
        if anchor.startswith("parent."):
            above = self._parent()
            rest = anchor.removeprefix("parent.")
            return f"原案件{above.anchor(rest) if above else rest}"
        if self._field(anchor) is not None:
            return self.fact(anchor)
        if anchor in ("opened", "act"):
            return {"opened": "立案日", "act": "办理日"}[anchor]
        if anchor == "cycle":
            return f"本{self.lifecycle.cycle_title}"
        key, _, what = anchor.partition(".")
        found = self._stage(key)
        if found is None:
            return anchor
        act = next((act.title for act in found.acts if act.verb == what), None)
        return f"“{found.title}”{_EVENTS.get(what) or f'中{act or what}'}之日"

    def expression(self, node: Expression) -> str:
        """A guard, condition or value in words."""
        match node:
            case Constant(value):
                return words(value)
            case Fact(name):
                return self.fact(name)
            case Parameter(name):
                return self.parameter(name)
            case Mark(name):
                return {"cycle": self.lifecycle.cycle_title, "act_year": "办理年份"}.get(name) or self.anchor(name)
            case OutcomeOf(stage):
                return f"{self.stage(stage)}的结果"
            case Remembered(key, subject, value=value, after=Expression() as after):
                kind = f"（{value}）" if value else ""
                return f"{self.fact(subject)}在{self.expression(after)}以后的“{key}”记录数{kind}"
            case Remembered(key, subject, cycles_back, value):
                when = (
                    f"本{self.lifecycle.cycle_title}"
                    if not cycles_back
                    else f"{cycles_back}个{self.lifecycle.cycle_title}前"
                )
                return f"{self.fact(subject)}{when}的“{key}”记录数" + (f"（{value}）" if value else "")
            case LatestRemembered(key, subject):
                return f"{self.fact(subject)}此前最近一次“{key}”记录"
            case Standing(key, subject, cycle, value):
                return f"{self.fact(subject)}在{self.expression(cycle)}的“{key}”记录中未撤销的项数（{value}）"
            case StandingAfter(key, subject, after):
                return f"{self.fact(subject)}在{self.expression(after)}以后未撤销的“{key}”记录数"
            case AtMost(of, most):
                return f"{self.expression(of)}（至多计{self.expression(most)}）"
            case Children(lifecycle, status, outcome):
                which = {"open": "未结的", "closed": "已结的", None: ""}.get(status, f"{status} ")
                return f"{which}{self.programme(lifecycle)}件数" + (f"（结果 {outcome}）" if outcome else "")
            case OfParent(of):
                above = self._parent()
                return f"原案件的{(above or self).expression(of)}"
            case Later(day, period, back):
                return f"{self.expression(day)}之{'前' if back else '后'}{period_words(period)}"
            case Compare(operator, left, right):
                return self._compare(operator, left, right)
            case Arithmetic(operator, left, right):
                first = self._bracketed(left, operator in ("×", "÷"))
                return f"{first} {operator} {self._bracketed(right, operator in ('×', '÷', '－'))}"
            case First(of, count):
                return f"{self.expression(of)}的前{count}名"
            case Size(of):
                return f"{self.expression(of)}的项数"
            case Known(of):
                return f"{self.expression(of)}已查明"
            case Not(Compare("＝", left, right)):
                return self._compare("≠", left, right)
            case Not(of):
                return f"并非（{self.expression(of)}）"
            case AllOf(of):
                return self._all(of)
            case AnyOf(of):
                return self._any(of)
            case Choose(test, then, otherwise):
                return f"{self.expression(then)}（{self.expression(test)}时；否则为{self.expression(otherwise)}）"
            case DecidedAmount(key):
                return f"已决定的{self.decision(key)}"
            case DecidedByChildren(lifecycle, key, latest):
                below = self._of(lifecycle)
                return f"{self.programme(lifecycle)}{'最近一次' if latest else '累计'}决定的{(below or self).decision(key)}"
            case Computed(call):
                inputs = "、".join(self.expression(value) for value in call.inputs.values())
                return f"{call.formula.title}（按{inputs}）"
            case Used(quota):
                return f"{self.quota(quota)}的已用额"
            case Left(quota):
                return f"{self.quota(quota)}的余额"
            case ChildrenWhere(lifecycle, where):
                return f"符合“{(self._of(lifecycle) or self).expression(where)}”的{self.programme(lifecycle)}件数"
            case LastChild(lifecycle, where, of):
                below = self._of(lifecycle) or self
                return f"最后一件“{below.expression(where)}”的{self.programme(lifecycle)}的{below.expression(of)}"
            case NewYearsDay(year):
                return f"{self.expression(year)}的1月1日"
            case Shared(left, right):
                return f"{self.expression(left)}与{self.expression(right)}的共同项数"
            case Commitment(seed):
                return f"{self.expression(seed)}的摘要"
            case Drawn(pool, conflicts, count, _):
                why = "、".join(f"{conflict.text}（{conflict.clause}）" for conflict in conflicts)
                return f"从{self.expression(pool)}中抽取的{self.expression(count)}名（{why}除外）"
        raise TypeError(f"no words for {type(node).__name__}")

    def timing(self, timing: Timing) -> str:
        """How long, and from when: "2个月，自立项批复日期起"."""
        match timing:
            case After(period, anchor, roll):
                usual = roll is Roll.NEXT_WORKING_DAY
                return f"{self._length(period)}，自{self.anchor(anchor)}起" + ("" if usual else f"，{_ROLLS[roll]}")
            case Before(period, anchor, roll):
                usual = roll is Roll.NONE
                return f"{self.anchor(anchor)}之前至少{self._length(period)}" + ("" if usual else f"，{_ROLLS[roll]}")
            case Yearly():
                year = "当日或之后的首个" if timing.next_after_anchor else "当年"
                day = f"{timing.month}月{timing.day}日，{_ROLLS[timing.roll]}"
                return f"{self.anchor(timing.anchor)}{year}{day}"
            case YearsFromNewYear():
                return f"{self.anchor(timing.anchor)}次年1月1日起{timing.years}年，至12月31日，{_ROLLS[timing.roll]}"
            case QuarterEnd():
                return f"{self.anchor(timing.anchor)}所在季度的最后一日，{_ROLLS[timing.roll]}"
            case OnDay(day, roll):
                return f"{self._length(day)}之日" + ("" if roll is Roll.NONE else f"，{_ROLLS[roll]}")
            case LaterOf(term, other, clause):
                return f"{self.timing(term)}；{self.timing(other)}更晚的，延至该日（{clause}）"
        raise TypeError(f"no words for {type(timing).__name__}")

    def lapse(self, stage: Stage, lapse: Lapse) -> str:
        """What the text says happens when a deadline passes."""
        match lapse:
            case Closed():
                return f"{lapse.text}（{lapse.clause}）" if lapse.clause else lapse.text
            case Goes(outcome):
                return f"转入“{self.outcome(stage.key, outcome)}”"
            case Spawn(opens):
                return f"启动{self.programme(opens.lifecycle)}，并另计下一年的期限"
            case Silent(note):
                return note
            case OneOf(cases, otherwise):
                told = [f"{self.expression(guard)}的，{self.lapse(stage, what)}" for guard, what in cases]
                return "；".join([*told, f"其他情形，{self.lapse(stage, otherwise)}"])
        raise TypeError(f"no words for {type(lapse).__name__}")

    def clock(self, stage: Stage, clock: Clock) -> str:
        """A deadline whole, without title and clause: length, anchor, what follows, extension, reading."""
        parts = [f"{self.timing(clock.timing)}；{self._effect(stage, clock)}"]
        if clock.only_if is not None:
            parts.append(f"仅限{self.expression(clock.only_if)}")
        if clock.extension is not None:
            parts.append(self._extension(clock.extension))
        reading = clock.reading or getattr(clock.timing, "reading", None)
        return "；".join(parts) + (f"〔读法 {reading}〕" if reading else "")

    def consequence(self, what: Consequence) -> str:
        match what:
            case Integrity():
                only = f"，仅限{self.expression(what.only_if)}" if what.only_if is not None else ""
                return f"记入科研信用记录{'（严重）' if what.serious else ''}：{what.ground}{only}（{what.clause}）"
            case Bars():
                until = f"{self.fact(what.until)}，未定的为" if what.until is not None else ""
                return f"{what.text}，期限{until}{period_words(what.length) if what.length else '至另行解除'}（{what.clause}）"
            case SetsBarEnd():
                ended = "于当日24时解除" if what.through else "当日起解除"
                until = f"改至{self.fact(what.until)}" if what.until is not None else ended
                return f"{what.text}：对{self.fact(what.subject)}的限制{until}（{what.clause}）"
            case Remember():
                only = f"，仅限{self.expression(what.only_if)}" if what.only_if is not None else ""
                value = self.expression(what.value)
                return f"留存“{what.key}”记录：{self.fact(what.subject)}，{value}{only}（{what.clause}）"
            case Withdraws():
                of = f"{self.fact(what.subject)}在{self.expression(what.cycle)}的“{what.key}”记录（{what.value}）"
                only = f"，仅限{self.expression(what.only_if)}" if what.only_if is not None else ""
                return f"撤销{of}，原记录保留{only}（{what.clause}）"
        raise TypeError(f"no words for {type(what).__name__}")

    def _effect(self, stage: Stage, clock: Clock) -> str:
        if clock.effect is Effect.SUPERVISION:
            return f"约束{SIDES[clock.binds]}，逾期：列入督办，不使任何权利丧失"
        if clock.effect is Effect.REMINDER:
            return "届时提示，不产生法律后果"
        word = "期满" if clock.effect is Effect.TERM_RUN else "逾期"
        return f"{word}：{self.lapse(stage, clock.lapse)}"

    def _extension(self, extension: Extension) -> str:
        bounds = [f"，至多{period_words(extension.up_to)}"] if extension.up_to else []
        bounds += [f"，累计不超过{period_words(extension.in_all)}"] if extension.in_all else []
        most = "".join(bounds) or "，最长期限条文未规定"
        times = f"{extension.at_most}次" if extension.at_most is not None else ""
        return f"届满前可由{extension.by.title}延长{times}{most}（{extension.clause}）"

    def _length(self, source: Period | SetByCall | SetByAct) -> str:
        if isinstance(source, SetByCall):
            return self.parameter(source.parameter)
        if isinstance(source, SetByAct):
            return f"办理时确定的{self.fact(source.fact)}"
        return period_words(source)

    def _compare(self, operator: str, left: Expression, right: Expression) -> str:
        if isinstance(right, Constant):
            if right.value is NONE and operator in ("＝", "≠"):
                return f"{self.expression(left)}{'为无' if operator == '＝' else '不为无'}"
            if isinstance(right.value, bool) and operator in ("＝", "≠"):
                return f"{self.expression(left)}为{'是' if right.value is (operator == '＝') else '否'}"
            if isinstance(right.value, str) and operator in ("＝", "≠"):
                return f"{self.expression(left)}{'为' if operator == '＝' else '不为'}{self._value(left, right)}"
            return f"{self.expression(left)} {operator} {self._value(left, right)}"
        return f"{self.expression(left)} {operator} {self.expression(right)}"

    def _any(self, parts: tuple[Expression, ...]) -> str:
        """Alternatives; several values of one fact are listed once: "类别为甲、乙之一"."""
        equal = [part for part in parts if isinstance(part, Compare) and part.operator == "＝"]
        values = [part.right for part in equal if isinstance(part.right, Constant)]
        if len(values) == len(parts) > 1 and len({repr(part.left) for part in equal}) == 1:
            left = equal[0].left
            return f"{self.expression(left)}为{'、'.join(self._value(left, value) for value in values)}之一"
        given = [part.of for part in parts if isinstance(part, Not)]
        rest = tuple(part for part in parts if not isinstance(part, Not))
        if given and rest:  # not A, or B: where A holds, B must
            return f"{self._all(tuple(given))}的，{self._any(rest)}"
        told = (f"（{self.expression(p)}）" if isinstance(p, AllOf) else self.expression(p) for p in parts)
        return "，或".join(told)

    def _all(self, parts: tuple[Expression, ...]) -> str:
        """All of several; that a value is known goes without saying where another part compares it."""
        others = [part for part in parts if not isinstance(part, Known)]
        named = {repr(node) for part in others for node in part.walk()}
        kept = [part for part in parts if not (isinstance(part, Known) and repr(part.of) in named)]
        return "，且".join(f"（{self.expression(p)}）" if isinstance(p, AnyOf) else self.expression(p) for p in kept)

    def _value(self, left: Expression, constant: Constant) -> str:
        """A constant as the left side names it: a choice by its label, a stage's outcome by its title."""
        if isinstance(left, OfParent):
            above = self._parent()
            return (above or self)._value(left.of, constant)
        if isinstance(left, OutcomeOf):
            return f"“{self.outcome(left.stage, str(constant.value))}”"
        declared: Field | None = self._field(left.name) if isinstance(left, Fact) else None
        if isinstance(left, Parameter):
            declared = next((p.field for p in self.lifecycle.parameters if p.field.name == left.name), None)
        return declared.format(constant.value) if declared else words(constant.value)

    def _bracketed(self, node: Expression, binds_closer: bool) -> str:
        text = self.expression(node)
        return f"（{text}）" if binds_closer and isinstance(node, Arithmetic) else text

    def _field(self, name: str) -> Field | None:
        return next((item for item in self.lifecycle.facts.fields if item.name == name), None)

    def _stage(self, key: str) -> Stage | None:
        return next((item for item in self.lifecycle.stages if item.key == key), None)

    def _of(self, lifecycle: str) -> Wording | None:
        """The words of another lifecycle, where it is at hand."""
        found = self.lifecycles.get(lifecycle)
        return Wording(found, self.lifecycles) if found else None

    def _parent(self) -> Wording | None:
        return self._of(self.lifecycle.child_of or "")


def owed(debtor: str, direction: str, payee: str) -> str:
    """Who pays whom: 付 (the debtor pays), 追 (the payee claims it from the debtor)."""
    return f"{debtor}付{payee}" if direction == "付" else f"{payee}向{debtor}{direction}"


def period_words(period: Period) -> str:
    """A period as a text writes it: "2个月"."""
    return period.zh.replace(" ", "")
