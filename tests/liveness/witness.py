"""Reading one case's events: which declared things they show to have happened. Nothing is inferred from silence,
except that a guard was not met where its stage, clock or document would otherwise have shown itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shixian.rules.facts import Missing
from shixian.rules.lifecycle import Act, Clock, Closed, Goes, Lifecycle, Limit, OneOf, Silent, Stage

if TYPE_CHECKING:
    from tests.liveness.reached import Event

_ABSENT = {missing.value for missing in Missing}


class Witness:
    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle

    def names(self, events: Sequence[Event]) -> Iterator[str]:
        """A name (`kind key`, as in `declared`) each time a thing is reached."""
        for index, event in enumerate(events):
            reader = _READERS.get(event.kind)
            if reader is not None:
                yield from reader(self, event.data, events, index)
        for stage in self.lifecycle.stages:
            yield from self._silent_clocks(stage, events)

    def stage(self, name: object) -> Stage | None:
        return next((stage for stage in self.lifecycle.stages if name in (stage.key, stage.title)), None)

    def act(self, data: Mapping[str, Any]) -> tuple[Stage, Act] | None:
        stage = self.stage(data.get("stage"))
        verb = data.get("verb", data.get("do"))
        act = next((act for act in stage.acts if verb in (act.verb, act.title)), None) if stage else None
        return (stage, act) if stage is not None and act is not None else None

    # -- what moves ------------------------------------------------------------------------------------------------

    def _case_opened(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        yield f"version {data['regulation']}"
        yield from (f"condition held opening.{condition.key}" for condition in self.lifecycle.opening)

    def _stage_opened(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        stage = self.stage(data["stage"])
        yield f"stage {data['stage']}"
        if stage is not None and stage.only_if is not None:
            yield f"guard held {stage.key}"
        if data.get("suspends"):
            yield f"suspension {data['stage']}"

    def _stage_skipped(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        yield f"guard skipped {data['stage']}"

    def _stage_finished(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        stage = self.stage(data["stage"])
        yield f"outcome {data['stage']}:{data['outcome']}"
        if stage is None or stage.automatic is None or data["outcome"] != stage.automatic.outcome:
            return
        yield f"gate passed {stage.key}"
        # It waited when anything but its own clocks stands between its opening and its passing.
        between = []
        for event in reversed(events[:index]):
            if event.kind == "stage_opened" and event.data["stage"] == stage.key:
                break
            between.append(event.kind)
        if set(between) - {"deadline_set", "unlisted", "listed"}:
            yield f"gate waited {stage.key}"

    def _deadline_set(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        if not data.get("last_day"):
            return
        key = f"{data['stage']}.{data['clock']}"
        yield f"deadline {key}"
        if (clock := self._clock(data)) is not None and clock.only_if is not None:
            yield f"guard held {key}"
        if data.get("extended"):
            yield f"extension {key}"

    def _deadline_lapsed(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        key = f"{data['stage']}.{data['clock']}"
        yield f"lapse {key}"
        clock = self._clock(data)
        if clock is not None and isinstance(clock.lapse, OneOf):
            following = events[index + 1] if index + 1 < len(events) else None
            for number, what in enumerate([*(what for _, what in clock.lapse.cases), clock.lapse.otherwise], 1):
                if following is not None and _follows(what, following):
                    yield f"lapse branch {key}/{number}"

    def _act_recorded(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        if data["verb"] == "object":
            yield f"objection {data['stage']}"
        found = self.act(data)
        if found is None:
            return
        stage, act = found
        key = f"{stage.key}.{act.verb}"
        yield f"act {key}"
        yield from (f"condition held {key}.{condition.key}" for condition in act.conditions)
        brought = set()
        for event in events[index + 1 :]:
            if event.kind not in ("fact_recorded", "document_recorded"):
                break
            brought.add(event.data.get("document"))
        for document in act.documents:
            if document.only_if is not None:
                came = brought & {document.key, document.title}
                yield f"guard {'held' if came else 'skipped'} {key}.{document.key}"

    def _listed(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        """A gate that still waits for an answer has waited, even if the case ends there."""
        stage = self.stage(data.get("stage"))
        if data["list"] == "ask" and stage is not None and stage.automatic is not None:
            yield f"gate waited {stage.key}"

    # -- what was refused ------------------------------------------------------------------------------------------

    def _refused(self, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        code = data.get("code")
        if data.get("verb", data.get("do")) == "open":
            yield f"opening refused {code}"
            yield from self._conditions_refused(data, "opening", self.lifecycle.opening)
            yield from _limits_refused(data, self.lifecycle.opening_limits)
            return
        stage = self.stage(data.get("stage"))
        if stage is not None and data.get("verb") == "object" and code == "late":
            yield f"objection refused late {stage.key}"
        if stage is not None and data.get("verb") == "extend" and code in ("expired", "too_often", "too_long"):
            yield from (f"extension refused {stage.key}.{clock.key}" for clock in stage.clocks if clock.extension)
        found = self.act(data)
        if found is None:
            return
        stage, act = found
        key = f"{stage.key}.{act.verb}"
        yield from self._conditions_refused(data, key, act.conditions)
        yield from _limits_refused(data, act.limits)
        if code == "too_often":
            yield f"repetition refused {key}"
        elif code == "out_of_window":
            yield f"window refused {key}"
        elif code == "quota" and act.decides is not None:
            told = (quota for quota in act.decides.draws if str(data.get("because", "")).startswith(quota.text))
            yield from (f"quota refused {quota.key}" for quota in told if data.get("clause") == quota.clause)
        elif code == "over_ceiling" and act.decides is not None:
            yield f"ceiling refused {act.decides.key}"
        elif code == "barred":
            labels = {name: self.lifecycle.facts[name].label for name in act.unbarred}
            because = str(data.get("because", ""))
            yield from (
                f"barred refused {key}.{name}" for name, label in labels.items() if because.startswith(f"{label}“")
            )
        elif code == "missing_document":
            for document in act.documents:
                if f"（{document.key}）" in str(data.get("because", "")):
                    yield f"document refused {key}.{document.key}"
                    if document.only_if is not None:
                        yield f"guard held {key}.{document.key}"

    def _conditions_refused(self, data: Mapping[str, Any], key: str, conditions: Sequence[Any]) -> Iterator[str]:
        if data.get("code") == "condition":
            for condition in conditions:
                if any(_tells(line, condition.text, condition.clause) for line in data.get("compared", ())):
                    yield f"condition refused {key}.{condition.key}"

    # -- guards of clocks that never showed ------------------------------------------------------------------------

    def _silent_clocks(self, stage: Stage, events: Sequence[Event]) -> Iterator[str]:
        """A clock whose guard was not met: its stage opened, its anchor had happened, and no deadline was ever set."""
        opened = any(event.kind == "stage_opened" and event.data["stage"] == stage.key for event in events)
        for clock in stage.clocks if opened else ():
            if clock.only_if is None:
                continue
            sets = [e for e in events if e.kind == "deadline_set" and self._clock(e.data) is clock]
            if not sets and self._happened(str(getattr(clock.timing, "anchor", "") or "opened"), events):
                yield f"guard skipped {stage.key}.{clock.key}"

    def _happened(self, anchor: str, events: Sequence[Event]) -> bool:
        if anchor in ("opened", "cycle") or anchor.startswith("parent."):
            return True
        if anchor in self.lifecycle.facts:
            given = [e.data["facts"].get(anchor) for e in events if e.kind == "case_opened"]
            given += [e.data["value"] for e in events if e.kind == "fact_recorded" and e.data["name"] == anchor]
            return any(value is not None and value not in _ABSENT for value in given)
        stage, _, what = anchor.partition(".")
        kind = {"opened": "stage_opened", "done": "stage_finished", "window_end": "window_opened"}.get(
            what, "act_recorded"
        )
        return any(
            event.kind == kind
            and event.data["stage"] == stage
            and (kind != "act_recorded" or event.data["verb"] == what)
            for event in events
        )

    def _clock(self, data: Mapping[str, Any]) -> Clock | None:
        stage = self.stage(data["stage"])
        return next((clock for clock in stage.clocks if clock.key == data["clock"]), None) if stage else None


def _limits_refused(data: Mapping[str, Any], limits: Sequence[Limit]) -> Iterator[str]:
    if data.get("code") == "limit":
        for limit in limits:
            if str(data.get("because", "")).startswith(limit.text) and data.get("clause") == limit.clause:
                yield f"limit refused {limit.key}"


def _tells(line: str, text: str, clause: str) -> bool:
    """Whether a line of `compared` speaks of this condition."""
    return line.startswith(f"{text}：") and line.partition("〔读法 ")[0].endswith(f"（{clause}）")


def _follows(what: object, event: Event) -> bool:
    if isinstance(what, Closed):
        return (
            event.kind == "case_closed"
            and event.data["text"] == what.text
            or (bool(what.consequences) and event.kind in ("integrity_recorded", "barred", "remembered"))
        )
    if isinstance(what, Goes):
        return event.kind == "stage_finished" and event.data["outcome"] == what.outcome
    return isinstance(what, Silent) and event.kind == "listed" and event.data["text"] == what.note


def _simple(*templates: str) -> Callable[..., Iterator[str]]:
    def read(witness: Witness, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
        for template in templates:
            yield template.format_map(data)

    return read


def _formulas(witness: Witness, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
    yield f"decision {data['key']}"
    for tree in (data.get("tree"), data.get("ceiling")):
        if tree:
            yield f"formula {tree['explanation']['name']}"


def _child(witness: Witness, data: Mapping[str, Any], events: Sequence[Event], index: int) -> Iterator[str]:
    label = str(data["ref"]).rpartition("/")[2].rstrip("0123456789")
    yield f"child {label}:{data['lifecycle']}"


_READERS: Mapping[str, Callable[..., Iterator[str]]] = {
    "case_opened": Witness._case_opened,
    "stage_opened": Witness._stage_opened,
    "stage_skipped": Witness._stage_skipped,
    "stage_finished": Witness._stage_finished,
    "deadline_set": Witness._deadline_set,
    "deadline_lapsed": Witness._deadline_lapsed,
    "act_recorded": Witness._act_recorded,
    "listed": Witness._listed,
    "refused": Witness._refused,
    "window_opened": _simple("window {stage}"),
    "suspended": _simple("suspension {stage}/{ground}"),
    "resumed": _simple("resumption {stage}/{ground}"),
    "carried_over": lambda witness, data, events, index: _carried(events, index),
    "limit_claimed": _simple("limit claimed {limit}"),
    "quota_drawn": _simple("quota drawn {quota}"),
    "integrity_recorded": _simple("integrity record {ground}"),
    "barred": _simple("bar {lifecycle}: {text}", "bar end {text}"),  # one that had run out begins anew
    "bar_applied": _simple("bar applied {text}"),
    "bar_end_set": _simple("bar end {text}"),
    "remembered": _simple("history {key}"),
    "decided": _formulas,
    "obligation_created": _simple("obligation {decision}/{direction}{sequence}"),
    "child_opened": _child,
}


def _carried(events: Sequence[Event], index: int) -> Iterator[str]:
    finished = [event.data["stage"] for event in events[:index] if event.kind == "stage_finished"]
    if finished:
        yield f"carried over {finished[-1]}"
