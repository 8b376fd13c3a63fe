"""Plain words: what the rules say of a case in keys (a fact's, a stage's, an outcome's), said in the regulation's
names.

The engine narrates by keys where a person at the command line may need them. On a page nobody does: `Plain` puts the
label, title or chosen reading in a key's place. A word it does not know stays as it is; so does what people wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shixian.rules.facts import FactType
from shixian.rules.lifecycle import FormulaCall, Lifecycle
from shixian.rules.register import EVERY
from shixian.rules.standing import STANDING_TITLES
from shixian.rules.state import Refusal
from shixian.rules.wording import Wording

# A key stands alone: not part of a path, an address, a hash or an English phrase.
_TOKEN = re.compile(
    r"(?<![\w./@:#-])(?<![A-Za-z0-9] )(?:call:)?([a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*)(?![\w/@#-])(?! [A-Za-z])"
)
_TYPED = re.compile(rf"（[a-z0-9_]+，(?:{'|'.join(one.value for one in FactType)})，")
_AFTER_LABEL = re.compile(r"（[a-z][a-z0-9_]*）")
_READING = re.compile(r"〔读法 ([^〕]+)〕")
_INNER_READING = re.compile(r"（读法 [a-z0-9_]+）")
_FACT = re.compile(r"(?<![\w])fact:(?=[a-z])")
_TWICE = re.compile(r"([^\s，。；、：（）“”]{2,})（\1）")
_MARKS = {"opened": "立案日", "act": "办理日", "act_year": "办理年度"}
_ENDED = {
    "completed": "办结", "lapsed": "逾期", "waived": "放弃", "refused": "未予立案", "terminated": "终止",
    "discretion": "经办机关决定终结", "expired": "期满", "not_awarded": "未获授奖", "withdrawn": "撤回",
}  # fmt: skip
# What people wrote or what is typed by its field: no key is looked for in it.
_AS_SAID = frozenset({"fact_recorded", "act_recorded", "late_allowed"})


@dataclass(slots=True)
class Plain:
    """The words of one lifecycle. `lifecycles` lend the titles of those that it opens or bars."""

    lifecycle: Lifecycle
    lifecycles: Mapping[str, Lifecycle] = field(default_factory=dict)
    _words: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._words = {}
        for key, word in _words_of(self.lifecycle, self.lifecycles):
            self._words.setdefault(key, word)

    def __call__(self, text: str) -> str:
        """The sentence with words for keys."""
        if text.startswith("需查明："):
            text = text.replace(",", "、")
        text = _AFTER_LABEL.sub("", _TYPED.sub("（", _FACT.sub("", text)))
        text = _READING.sub(lambda found: f"〔读法：{self.readings(found[1])}〕", text)
        return self._said(text)

    def _said(self, text: str) -> str:
        text = _TOKEN.sub(lambda found: self._words.get(found[1], found[0]), _INNER_READING.sub("", text))
        return _TWICE.sub(r"\1", text)

    def readings(self, keys: str) -> str:
        """The readings of these keys (joined by 、) as what was chosen."""
        chosen = {one.key: one.chosen for one in self.lifecycle.readings}
        return "、".join(self._said(chosen.get(key, key)) for key in keys.split("、"))

    def tree(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """An explanation (JSON) in words, inputs included."""
        made = {**node, "text": self(str(node.get("text", "")))}
        for name in ("value", "origin"):
            if node.get(name):
                made[name] = self(str(node[name]))
        if node.get("reading"):
            made["reading"] = self.readings(str(node["reading"]))
        if node.get("inputs"):
            made["inputs"] = [self.tree(one) for one in node["inputs"]]
        return made

    def refusal(self, one: Refusal) -> Refusal:
        compared = tuple(map(self, one.compared))
        return replace(one, because=self(one.because), remedy=self(one.remedy), compared=compared)

    def decision(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """A decision of `case_page.read_all` with its working and trees in words."""
        made = dict(one)
        if one.get("working") and not isinstance(one["working"], str):
            made["working"] = [self(str(line)) for line in one["working"]]
        if one.get("grade"):
            made["grade"] = self(str(one["grade"]))
        for name in ("tree", "ceiling"):
            if one.get(name):
                made[name] = {**one[name], "explanation": self.tree(one[name]["explanation"])}
        return made

    def event(self, kind: str, data: Mapping[str, Any], said: str) -> str:
        """An event that `said` tells with keys."""
        if kind in _AS_SAID:
            return said
        tell = _TOLD.get(kind)
        words = tell(self, data) if tell is not None else None
        if words is None:
            return self(said)
        clause = data.get("clause")
        return f"{words}（{clause}）" if clause else words

    def programme(self, key: str) -> str:
        if key == EVERY:
            return "各类申报"
        found = self.lifecycles.get(key)
        return f"“{found.title}”" if found is not None else key


def _words_of(lifecycle: Lifecycle, lifecycles: Mapping[str, Lifecycle]) -> Iterator[tuple[str, str]]:
    wording = Wording(lifecycle, lifecycles)
    yield from _MARKS.items()
    yield "cycle", lifecycle.cycle_title
    for parameter in lifecycle.parameters:
        yield parameter.field.name, wording.parameter(parameter.field.name)
    for one in lifecycle.facts.fields:
        yield one.name, one.label
        yield from one.choices
    for stage in lifecycle.stages:
        yield stage.key, f"“{stage.title}”"
        for what in ("opened", "done", "window_end"):
            yield f"{stage.key}.{what}", wording.anchor(f"{stage.key}.{what}")
        for act in stage.acts:
            yield f"{stage.key}.{act.verb}", f"“{stage.title}·{act.title}”"
            yield from ((one.key, one.title) for one in act.documents)
            yield from ((one.key, f"“{one.text}”") for one in act.limits)
            if act.decides is not None:
                yield act.decides.key, act.decides.title
        for clock in stage.clocks:
            title = clock.title or stage.title
            yield f"{stage.key}.{clock.key}.last_day", f"“{title}”末日"
            yield f"{stage.key}.{clock.key}", f"“{stage.title}”{'' if title == stage.title else title}"
        yield from ((one.key, one.title) for one in stage.outcomes)
        for act in stage.acts:
            for call in (act.decides.amount, act.decides.ceiling) if act.decides is not None else ():
                if isinstance(call, FormulaCall):
                    yield from ((one.name, one.label) for one in call.formula.inputs)
    yield from ((one.key, f"“{one.question}”") for one in lifecycle.readings)
    yield from STANDING_TITLES.items()
    above = lifecycles.get(lifecycle.child_of or "")
    if above is not None and above is not lifecycle:
        yield from _words_of(above, {})
    yield from ((key, f"“{one.title}”") for key, one in lifecycles.items())


def _child_ended(plain: Plain, data: Mapping[str, Any]) -> str | None:
    outcome, child = str(data["outcome"]), plain.lifecycles.get(str(data.get("lifecycle", "")))
    stages = child.stages if child is not None else ()
    titles = {one.key: one.title for stage in stages for one in stage.outcomes}
    closes = {one.closes.reason: one.closes.text for stage in stages for one in stage.outcomes if one.closes}
    word = titles.get(outcome) or closes.get(outcome) or _ENDED.get(outcome)
    return f"所引起的案件 {data['ref']} 办结：{word}" if word else None


def _remembered(plain: Plain, data: Mapping[str, Any]) -> str:
    value = plain._words.get(str(data["value"]), str(data["value"]))
    return f"留存记录，供以后年度查核：{data['subject']}，{value}"


_TOLD: Mapping[str, Callable[[Plain, Mapping[str, Any]], str | None]] = {
    "child_opened": lambda plain, e: f"引起程序{plain.programme(e['lifecycle'])}，案件 {e['ref']}",
    "child_closed": _child_ended,
    "remembered": _remembered,
    "barred": lambda plain, e: (
        f"{e['subject']} 在 {e['last_day'] or '另行决定'} 前不得申报{plain.programme(e['lifecycle'])}：{e['text']}"
    ),
    "bar_end_set": lambda plain, e: (
        f"{e['subject']} 在{plain.programme(e['lifecycle'])}的限制由 {e['before'] or '无终期'} 改至 {e['last_day']}：{e['text']}"
    ),
    "bar_applied": lambda plain, e: f"据此不准 {e['subject']} 办理{plain.programme(e['lifecycle'])}案件 {e['ref']}",
}
