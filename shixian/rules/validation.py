"""Validation at load: a declaration with a hole in it does not load, and the error names module and stage.

Checked: the graph (acyclic, every stage reachable, every way out leads somewhere), a clause on everything that
binds, every clock's anchor, length and lapse, every name used in a guard, and that special law matches something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from shixian.rules.cohort import ENDS, ROUNDINGS, TIES, places, scoring_act
from shixian.rules.conditions import Children, Expression, Fact, Mark, OfParent, OutcomeOf, Parameter, Remembered
from shixian.rules.errors import DeclarationError, MoneyError
from shixian.rules.family import ChildrenWhere, DecidedByChildren, LastChild
from shixian.rules.general import RULES, applies
from shixian.rules.history import LatestRemembered
from shixian.rules.lifecycle import (
    Act,
    Clock,
    Closed,
    Cohort,
    Effect,
    Goes,
    Lifecycle,
    OneOf,
    Opens,
    Spawn,
    Stage,
    Window,
    edge,
    lapses,
)
from shixian.rules.quota import Quota
from shixian.rules.timing import (
    After,
    Before,
    LaterOf,
    OnDay,
    QuarterEnd,
    SetByAct,
    SetByCall,
    Yearly,
    YearsFromNewYear,
)

OF_CHILDREN = Children | DecidedByChildren | ChildrenWhere | LastChild


def validate(lifecycle: Lifecycle, siblings: frozenset[str] = frozenset()) -> None:
    """Raise the first `DeclarationError`. `siblings` are the keys of all lifecycles, for what this one opens."""
    _Check(lifecycle, siblings).run()


def order(lifecycle: Lifecycle) -> list[str]:
    """Stage keys in the order of the graph."""
    graph = {stage.key: [edge(text)[0] for text in stage.after] for stage in lifecycle.stages}
    return list(TopologicalSorter(graph).static_order())


class _Check:
    def __init__(self, lifecycle: Lifecycle, siblings: frozenset[str]) -> None:
        self.lifecycle = lifecycle
        self.siblings = siblings or frozenset({lifecycle.key})
        self.module = lifecycle.module or lifecycle.key
        self.keys = [stage.key for stage in lifecycle.stages]
        self.parameters = {parameter.field.name for parameter in lifecycle.parameters}
        self.readings = {reading.key for reading in lifecycle.readings}

    def fail(self, message: str, stage: str | None = None, remedy: str | None = None) -> DeclarationError:
        return DeclarationError(message, module=self.module, stage=stage, remedy=remedy)

    def run(self) -> None:
        self._names()
        for stage in self.lifecycle.stages:
            self._edges(stage)
        self._graph()
        for stage in self.lifecycle.stages:
            self._stage(stage)
        self._overrides()
        for reading in self.lifecycle.readings:
            if not (reading.clause and reading.question and reading.chosen and reading.because):
                raise self.fail(f"读法 {reading.key} 须写明条款、问题、所选和理由")
        self._expressions(None, (condition.test for condition in self.lifecycle.opening))
        for condition in self.lifecycle.opening:
            self._clause(condition.clause, None, f"立案条件 {condition.key}")
            self._reading(condition.reading, None, f"立案条件 {condition.key}")

    def _names(self) -> None:
        for key in self.keys:
            if self.keys.count(key) > 1:
                raise self.fail(f"环节 {key} 重复", key)
        names = [field.name for field in self.lifecycle.facts.fields]
        for name in names:
            if names.count(name) > 1:
                raise self.fail(f"事实 {name} 重复")
            self._clause(self.lifecycle.facts[name].clause, None, f"事实 {name}")
        if not self.lifecycle.stages:
            raise self.fail("没有任何环节")

    def _clause(self, clause: str | None, stage: str | None, what: str) -> None:
        if not clause or not clause.strip():
            raise self.fail(f"{what}没有写明条款", stage, "每个环节、期限、窗口、条件和公式都须写明条款")

    def _reading(self, reading: str | None, stage: str | None, what: str) -> None:
        if reading is not None and reading not in self.readings:
            raise self.fail(f"{what} 的读法 {reading} 未声明", stage)

    def _edges(self, stage: Stage) -> None:
        for text in stage.after:
            key, outcomes = edge(text)
            if key not in self.keys:
                raise self.fail(f"前置环节 {key} 不存在", stage.key)
            known = {outcome.key for outcome in self.lifecycle.stage(key).outcomes}
            for outcome in outcomes:
                if outcome not in known:
                    raise self.fail(f"前置环节 {key} 没有结果 {outcome}", stage.key)

    def _graph(self) -> None:
        try:
            order(self.lifecycle)
        except CycleError as error:
            raise self.fail(f"环节成环：{' → '.join(error.args[1])}", error.args[1][0]) from error
        if not any(not stage.after for stage in self.lifecycle.stages):
            raise self.fail("没有起始环节")
        followed = [edge(text) for stage in self.lifecycle.stages for text in stage.after]
        for stage in self.lifecycle.stages:
            if not stage.outcomes:
                raise self.fail("没有任何结果（出路）", stage.key)
            for outcome in stage.outcomes:
                leads = any(key == stage.key and (not named or outcome.key in named) for key, named in followed)
                if outcome.closes is None and not outcome.ends_branch and not leads:
                    raise self.fail(f"结果 {outcome.key} 没有去向", stage.key, "写明后续环节、ends_branch 或 closes")
                named_by = any(key == stage.key and outcome.key in named for key, named in followed)
                if leads and outcome.closes is not None and named_by:
                    raise self.fail(f"结果 {outcome.key} 已终结案件，不能再有后续环节", stage.key)
            self._reachable(stage)

    def _reachable(self, stage: Stage) -> None:
        """Every outcome must be produced by an act, a lapse or a gate; and some way into the stage must exist."""
        produced = {act.outcome for act in stage.acts if act.outcome}
        for clock in stage.clocks:
            produced |= {what.outcome for what in lapses(clock.lapse) if isinstance(what, Goes)}
        if stage.automatic is not None:
            produced |= {stage.automatic.outcome, stage.automatic.otherwise or stage.automatic.outcome}
        if stage.cohort is not None:
            produced |= {stage.cohort.inside, stage.cohort.outside}
        known = {outcome.key for outcome in stage.outcomes}
        for key in sorted(known - produced):
            raise self.fail(f"结果 {key} 没有任何行为、期限或关口能够产生", stage.key)
        for key in sorted({act.outcome for act in stage.acts if act.outcome} - known):
            raise self.fail(f"行为的结果 {key} 未声明", stage.key)
        live = not stage.after
        for text in stage.after:
            key, outcomes = edge(text)
            before = self.lifecycle.stage(key)
            live = live or any(
                outcome.closes is None and (outcome.key in outcomes if outcomes else not outcome.ends_branch)
                for outcome in before.outcomes
            )
        if not live:
            raise self.fail("环节不可到达：所有前置结果都不通向这里", stage.key)

    def _stage(self, stage: Stage) -> None:
        self._clause(stage.clause, stage.key, "环节")
        if stage.by not in self.lifecycle.actors:
            raise self.fail(f"主体 {stage.by.key} 未在本程序声明", stage.key)
        if stage.only_if is not None:
            self._expressions(stage.key, [stage.only_if])
        if stage.automatic is not None:
            self._clause(stage.automatic.clause, stage.key, "关口")
            self._expressions(stage.key, [stage.automatic.ready])
        if stage.cohort is not None:
            self._cohort(stage, stage.cohort)
        for act in stage.acts:
            self._act(stage, act)
        clocks = [clock.key for clock in stage.clocks]
        for clock in stage.clocks:
            if clocks.count(clock.key) > 1:
                raise self.fail(f"期限 {clock.key} 重复", stage.key)
            self._clock(stage, clock)
        if stage.window is not None:
            self._clause(stage.window.clause, stage.key, "公示窗口")
            if stage.window.objections is not None:
                self._opens(stage.key, stage.window.objections)
            self._published(stage, stage.window)
        for outcome in stage.outcomes:
            if outcome.closes is not None:
                self._clause(outcome.closes.clause or outcome.clause or stage.clause, stage.key, f"结果 {outcome.key}")

    def _published(self, stage: Stage, window: Window) -> None:
        """What a notice shows is declared, has its clause, and is nothing that is sealed."""
        for item in window.shows:
            self._clause(item.clause, stage.key, f"公示事项 {item.what}")
            if item.stage is not None:
                if item.stage not in self.keys:
                    raise self.fail(f"公示事项 {item.what} 的环节不存在", stage.key)
            elif item.what not in self.lifecycle.facts:
                raise self.fail(f"公示事项 {item.what} 未声明", stage.key)
            elif self.lifecycle.facts[item.what].sealed:
                raise self.fail(f"公示事项 {item.what} 是封存的事实，不得公示", stage.key)
        for withheld in window.withholds:
            self._clause(withheld.clause, stage.key, f"不公示事项“{withheld.what}”")
            if not withheld.because.strip():
                raise self.fail(f"不公示“{withheld.what}”须写明理由", stage.key)

    def _act(self, stage: Stage, act: Act) -> None:
        self._clause(act.clause, stage.key, f"行为 {act.verb}")
        if not act.by:
            raise self.fail(f"行为 {act.verb} 没有主体", stage.key)
        for actor in act.by:
            if actor not in self.lifecycle.actors:
                raise self.fail(f"主体 {actor.key} 未在本程序声明", stage.key)
        for name in (*act.inputs, *act.optional, *act.unbarred):
            if name not in self.lifecycle.facts:
                raise self.fail(f"行为 {act.verb} 的事实 {name} 未声明", stage.key)
        for name in act.adds:
            if name not in (*act.inputs, *act.optional):
                raise self.fail(f"行为 {act.verb} 不填写 {name}，无从增补", stage.key)
        for document in act.documents:
            self._clause(document.clause, stage.key, f"材料 {document.key}")
        self._reading(act.reading, stage.key, f"行为 {act.verb}")
        for condition in act.conditions:
            self._clause(condition.clause, stage.key, f"条件 {condition.key}")
            self._reading(condition.reading, stage.key, f"条件 {condition.key}")
            self._expressions(stage.key, [condition.test])
        for limit in act.limits:
            self._clause(limit.clause, stage.key, f"限额 {limit.key}")
            self._expressions(stage.key, limit.scope)
        draws = act.decides.draws if act.decides is not None else ()
        for quota in draws:
            self._quota(stage.key, quota, [other.key for other in draws])
        if act.opens is not None:
            self._opens(stage.key, act.opens)

    def _quota(self, stage: str, quota: Quota, drawn: list[str]) -> None:
        self._clause(quota.clause, stage, f"额度 {quota.key}")
        self._reading(quota.reading, stage, f"额度 {quota.key}")
        self._expressions(stage, (*quota.scope, quota.at_most))
        if drawn.count(quota.key) > 1:
            raise self.fail(f"一项决定两次使用额度 {quota.key}", stage)

    def _cohort(self, stage: Stage, cohort: Cohort) -> None:
        self._clause(cohort.clause, stage.key, "同批排序")
        for word, known in ((cohort.rounding, ROUNDINGS), (cohort.ties, TIES), (cohort.end, ENDS)):
            if word not in known:
                raise self.fail(f"同批排序不认识 {word}", stage.key, "可用：" + "、".join(known))
        try:
            places(cohort.share, 1, cohort.rounding)
        except MoneyError as error:
            raise self.fail(f"同批排序的比例 {cohort.share} 不能读取", stage.key, "写作 10%") from error
        act = scoring_act(self.lifecycle, cohort)
        if act is None and cohort.score not in self.lifecycle.facts:
            raise self.fail(f"同批排序的得分 {cohort.score} 既不是事实，也不是评分的决定", stage.key)
        if act is not None and (act.decides is None or act.decides.grade is None):
            raise self.fail(f"同批排序的得分 {cohort.score} 所依据的决定没有得分", stage.key)
        for name in cohort.group_by:
            if name not in self.lifecycle.facts:
                raise self.fail(f"同批排序的分组事实 {name} 未声明", stage.key)
        for reading in cohort.readings:
            self._reading(reading, stage.key, "同批排序")

    def _opens(self, stage: str, opens: Opens) -> None:
        if opens.lifecycle not in self.siblings:
            raise self.fail(f"所引起的程序 {opens.lifecycle} 不存在", stage)
        self._expressions(stage, opens.facts.values())

    def _clock(self, stage: Stage, clock: Clock) -> None:
        self._clause(clock.clause, stage.key, f"期限 {clock.key}")
        self._timing(stage, clock)
        self._reading(clock.reading, stage.key, f"期限 {clock.key}")
        outcomes = {outcome.key for outcome in stage.outcomes}
        for what in lapses(clock.lapse):
            if isinstance(what, Goes) and what.outcome not in outcomes:
                raise self.fail(f"期限 {clock.key} 的逾期结果 {what.outcome} 无人承接", stage.key)
            if isinstance(what, Closed):
                self._clause(what.clause or clock.clause, stage.key, "逾期后果")
            if isinstance(what, Spawn):
                self._opens(stage.key, what.opens)
                if not isinstance(clock.timing, Yearly):
                    raise self.fail(f"重复的期限 {clock.key} 须是每年的固定日期", stage.key)
        if isinstance(clock.lapse, OneOf):
            self._expressions(stage.key, [guard for guard, _ in clock.lapse.cases])
        handled = any(isinstance(what, Goes | Closed | Spawn) for what in lapses(clock.lapse))
        if clock.effect is Effect.TERM_RUN and not handled:
            raise self.fail(f"期限 {clock.key} 期满后无人承接", stage.key, "写明期满后的结果")
        if not clock.effect.moves and isinstance(clock.lapse, Closed | Goes | Spawn):
            raise self.fail(f"{clock.effect.value}期限 {clock.key} 不能终结或推进案件", stage.key)
        verbs = {act.verb for act in stage.acts}
        for verb in clock.met_by:
            if verb not in verbs:
                raise self.fail(f"期限 {clock.key} 的履行行为 {verb} 未声明", stage.key)

    def _timing(self, stage: Stage, clock: Clock) -> None:
        timing = clock.timing
        if isinstance(timing, LaterOf):
            self._clause(timing.clause, stage.key, f"期限 {clock.key} 的延至")
            self._timing(stage, replace(clock, timing=timing.other))
            timing = timing.term
        source = timing.day if isinstance(timing, OnDay) else getattr(timing, "period", None)
        if isinstance(source, SetByCall) and source.parameter not in self.parameters:
            raise self.fail(f"期限 {clock.key} 的年度通知参数 {source.parameter} 未声明", stage.key)
        if isinstance(source, SetByAct) and source.fact not in self.lifecycle.facts:
            raise self.fail(f"期限 {clock.key} 的事实 {source.fact} 未声明", stage.key)
        if isinstance(timing, Yearly | YearsFromNewYear | QuarterEnd) and timing.reading not in self.readings:
            raise self.fail(f"期限 {clock.key} 是固定日期，读法 {timing.reading} 未声明", stage.key)
        if isinstance(timing, Yearly) and timing.anchor == "cycle":
            return  # the year of the cycle itself
        if isinstance(timing, After | Before | Yearly | YearsFromNewYear | QuarterEnd):
            self._anchor(timing.anchor, stage.key, clock.key)

    def _anchor(self, anchor: str, stage: str, clock: str) -> None:
        if anchor == "opened" or anchor in self.lifecycle.facts or anchor.startswith("parent."):
            return
        key, _, what = anchor.partition(".")
        if key in self.keys:
            other = self.lifecycle.stage(key)
            verbs = {act.verb for act in other.acts}
            if what in ("opened", "done") or what in verbs or (what == "window_end" and other.window is not None):
                return
        raise self.fail(f"期限 {clock} 的起算点 {anchor} 不存在", stage)

    def _expressions(self, stage: str | None, expressions: object) -> None:
        for expression in expressions:  # type: ignore[attr-defined]
            for node in _nodes(expression):
                self._node(stage, node)

    def _node(self, stage: str | None, node: Expression) -> None:
        name = node.name if isinstance(node, Fact) else None
        if isinstance(node, Remembered | LatestRemembered):
            name = node.subject
        if name is not None and name not in self.lifecycle.facts:
            raise self.fail(f"条件用到的事实 {name} 未声明", stage)
        if isinstance(node, Parameter) and node.name not in self.parameters:
            raise self.fail(f"条件用到的年度通知参数 {node.name} 未声明", stage)
        if isinstance(node, OutcomeOf) and node.stage not in self.keys:
            raise self.fail(f"条件用到的环节 {node.stage} 不存在", stage)
        if isinstance(node, OF_CHILDREN) and node.lifecycle not in self.siblings:
            raise self.fail(f"条件用到的程序 {node.lifecycle} 不存在", stage)
        if isinstance(node, Mark) and "." in node.name and not self._mark(node.name):
            raise self.fail(f"条件用到的时点 {node.name} 不存在", stage)

    def _mark(self, name: str) -> bool:
        key, _, what = name.partition(".")
        if key not in self.keys:
            return False
        clocks = [clock.key for clock in self.lifecycle.stage(key).clocks]
        return not what.endswith(".last_day") or what.removesuffix(".last_day") in clocks

    def _overrides(self) -> None:
        seen = set()
        for override in self.lifecycle.overrides:
            self._clause(override.clause, override.stage, "特别规定")
            place = (override.rule, override.stage, override.clock)
            if place in seen:
                raise self.fail(f"两项特别规定针对同一期限 {override.clock}，规则冲突", override.stage)
            seen.add(place)
            stage = next((s for s in self.lifecycle.stages if s.key == override.stage), None)
            clock = next((c for c in stage.clocks if c.key == override.clock), None) if stage else None
            if override.rule not in RULES or clock is None or not applies(override.rule, clock):
                raise self.fail(f"特别规定（{override.rule}）没有可替代的一般规定", override.stage)


def _nodes(expression: Expression) -> Iterator[Expression]:
    for node in expression.walk():
        if not isinstance(node, OfParent):
            yield node
