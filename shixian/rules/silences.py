"""Silences and readings: what the text leaves open, who or what fills it, and where each choice made for it bites.

A silence is a missing consequence (`SILENT`), a length or day that the call or an officer sets, or a payment without a
due day. A reading is a choice that the declaration itself makes, with its reason. Both are read from the declaration,
so that none can be used without being listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from shixian.rules.clauses import cited_in, name_of, walk
from shixian.rules.expressions import Parameter
from shixian.rules.formulas import Formula
from shixian.rules.lifecycle import (
    Act,
    Automatic,
    CallParameter,
    Clock,
    Cohort,
    Lifecycle,
    Outcome,
    Owes,
    Reading,
    Silent,
    Stage,
    Window,
    lapses,
)
from shixian.rules.timing import LaterOf, OnDay, SetByAct, SetByCall
from shixian.rules.wording import Wording

KINDS: Mapping[str, str] = {
    "lapse": "未规定逾期后果",
    "call": "由通知确定",
    "act": "由办理人确定",
    "due": "未规定支付期限",
}


@dataclass(frozen=True, slots=True)
class Silence:
    """A place where the text says nothing. `settled` says who or what fills it, `used` where it is felt."""

    kind: str  # a key of KINDS
    clause: str
    what: str
    settled: str
    used: tuple[str, ...]


def silences(lifecycle: Lifecycle, others: Mapping[str, Lifecycle] | None = None) -> list[Silence]:
    """Everything the text leaves to a call, an act or a person, in the order of the declaration; each once."""
    words = Wording(lifecycle, others or {})
    found: dict[Silence, None] = {}
    for stage, node in walk(lifecycle):
        if isinstance(node, CallParameter):
            found[_call(lifecycle, node)] = None
        elif isinstance(node, Clock) and stage is not None:
            for silence in _clock(words, stage, node):
                found[silence] = None
        elif isinstance(node, Owes) and node.due is None and stage is not None:
            place = (f"{stage.key}.{node.debtor}",)
            found[Silence("due", node.clause, f"{stage.title}：支付期限", "不推定到期日", place)] = None
    return list(found)


def reading_uses(lifecycle: Lifecycle) -> list[tuple[Reading, tuple[str, ...]]]:
    """Each reading with the places that rest on it: clocks, formulas, consequences."""
    return [(reading, _places(lifecycle, partial(_rests_on, reading.key))) for reading in lifecycle.readings]


def _call(lifecycle: Lifecycle, parameter: CallParameter) -> Silence:
    name, field = parameter.field.name, parameter.field

    def reads(node: Any) -> bool:
        return (isinstance(node, SetByCall) and node.parameter == name) or (
            isinstance(node, Parameter) and node.name == name
        )

    settled = f"由{lifecycle.cycle_title}通知确定：{parameter.why}"
    return Silence("call", field.clause, field.label, settled, _places(lifecycle, reads))


def _clock(words: Wording, stage: Stage, clock: Clock) -> Iterator[Silence]:
    place = (f"{stage.key}.{clock.key}",)
    title = f"{stage.title}：{clock.title}" if clock.title and clock.title != stage.title else stage.title
    if clock.effect.moves:
        for what in lapses(clock.lapse):
            if isinstance(what, Silent):
                yield Silence("lapse", clock.clause, f"{title}逾期的后果", what.note, place)
    timing = clock.timing.term if isinstance(clock.timing, LaterOf) else clock.timing
    source = timing.day if isinstance(timing, OnDay) else getattr(timing, "period", None)
    if isinstance(source, SetByAct):
        yield Silence("act", clock.clause, f"{title}：{words.fact(source.fact)}", "由办理人在办理时确定", place)


def _rests_on(key: str, node: Any) -> bool:
    if isinstance(node, Formula):
        return key in cited_in(node.function, "reading")
    if isinstance(node, Cohort):
        return key in node.readings
    return getattr(node, "reading", None) == key


def _places(lifecycle: Lifecycle, wanted: Callable[[Any], bool]) -> tuple[str, ...]:
    """Where the wanted nodes stand: `stage.clock`, `stage.verb`, a formula; each once."""
    found: dict[str, None] = {}
    where = ""
    for stage, node in walk(lifecycle):
        if stage is None:
            where = name_of(node)
        elif node is stage:
            where = stage.key
        elif isinstance(node, Clock | Outcome):
            where = f"{stage.key}.{node.key}"
        elif isinstance(node, Act):
            where = f"{stage.key}.{node.verb}"
        elif isinstance(node, Window | Automatic | Cohort):
            where = f"{stage.key}.{type(node).__name__.lower()}"
        if wanted(node):
            found[f"公式 {node.name}" if isinstance(node, Formula) else where] = None
    return tuple(found)
