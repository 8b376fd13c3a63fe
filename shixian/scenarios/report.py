"""What `shixian simulate` prints for every case: where it stands, and everything with its clause and working."""

from __future__ import annotations

from typing import Any

from shixian.rules.facts import NONE, UNKNOWN, to_stored
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.state import Case, Transition
from shixian.scenarios.runner import World

SEALED = "已封存"
CONSEQUENCES = ("quota_drawn", "barred", "bar_end_set", "integrity_recorded", "remembered")


def report(world: World) -> dict[str, Any]:
    """Every case by its reference, as JSON values. Money is text in yuan with two decimals, days are ISO text."""
    result: dict[str, Any] = {}
    for ref, case in world.register.cases.items():
        result[ref] = case_report(world.law.lifecycles[case.lifecycle], case, world.events[ref])
        result[ref]["events"] = [_without_sealed(world, case.lifecycle, event) for event in result[ref]["events"]]
    for ref, (key, day, refusal) in world.refused.items():
        line = {"at": day.isoformat(), "stage": "", "do": "open", **refusal.to_json()}
        result[ref] = {
            "programme": key,
            "status": "refused",
            "stage": "",
            "stages": [],
            "reason": refusal.code,
            "clause": refusal.clause,
            "deadlines": [],
            "decisions": [],
            "obligations": [],
            "refusals": [line],
            "lists": [],
            "events": [],
        }
    if world.errors:
        result["errors"] = list(world.errors)
    return result


def case_report(lifecycle: Lifecycle, case: Case, events: list[Transition]) -> dict[str, Any]:
    progress = case.progress
    return {
        "programme": case.lifecycle,
        "status": progress.status,
        "stage": case.where,
        "stages": progress.open_stages(),
        "reason": progress.reason,
        "clause": progress.clause,
        "closed_on": progress.closed_on,
        "cycle": case.cycle,
        "opened": case.opened.isoformat(),
        "regulation": case.regulation,
        "encoding": case.encoding,
        "parent": case.parent,
        "facts": {name: _shown(lifecycle, name, value) for name, value in case.facts.items()},
        "outcomes": {key: state.outcome or state.status for key, state in progress.stages.items()},
        "deadlines": _deadlines(case, events),
        "windows": {stage: {"first_day": days[0], "last_day": days[1]} for stage, days in progress.windows.items()},
        "decisions": [_data(t) for t in events if t.kind == "decided"],
        "obligations": [_data(t) for t in events if t.kind == "obligation_created"],
        "consequences": [_data(t) for t in events if t.kind in CONSEQUENCES],
        "refusals": [_refusal(t) for t in events if t.kind == "refused"],
        "lists": [
            {"list": item[0], "stage": item[1], "clause": item[2], "text": item[3]} for item in progress.lists.values()
        ],
        "children": {ref: {"lifecycle": c[0], "status": c[1], "outcome": c[2]} for ref, c in progress.children.items()},
        "events": [{"kind": t.kind, "legal_day": t.legal_day.isoformat(), **t.data} for t in events],
    }


def _shown(lifecycle: Lifecycle, name: str, value: Any) -> Any:
    return SEALED if lifecycle.facts[name].sealed else to_stored(value)


def _without_sealed(world: World, own: str, event: dict[str, Any]) -> dict[str, Any]:
    """An event without what is sealed (who objected), also where it tells of another case that was opened."""
    facts = world.law.lifecycles.get(event.get("lifecycle", own), world.law.lifecycles[own]).facts

    def shown(name: str, value: Any) -> Any:
        return SEALED if facts[name].sealed and value not in (NONE.value, UNKNOWN.value) else value

    if event["kind"] == "fact_recorded":
        return {**event, "value": shown(event["name"], event["value"])}
    if "facts" in event:
        return {**event, "facts": {name: shown(name, value) for name, value in event["facts"].items()}}
    return event


def _data(transition: Transition) -> dict[str, Any]:
    return {"kind": transition.kind, "legal_day": transition.legal_day.isoformat(), **transition.data}


def _refusal(transition: Transition) -> dict[str, Any]:
    data = dict(transition.data)
    return {"do": data.pop("verb", ""), **data, "legal_day": transition.legal_day.isoformat()}


def _deadlines(case: Case, events: list[Transition]) -> list[dict[str, Any]]:
    """Each deadline as last set, with its present status; the working is that of the same computation."""
    latest: dict[str, Transition] = {}
    for transition in events:
        if transition.kind == "deadline_set":
            latest[f"{transition.data['stage']}.{transition.data['clock']}"] = transition
    result = []
    for key, transition in latest.items():
        state = case.progress.deadlines[key]
        result.append(
            {
                "stage": state.stage,
                "clock": state.clock,
                "title": transition.data["title"],
                "date": state.last_day,
                "last_day": state.last_day,
                "provisional": state.provisional,
                "status": state.status,
                "effect": transition.data["effect"],
                "binds": transition.data["binds"],
                "clause": transition.data["clause"],
                "working": list(transition.data["working"]),
                "readings": list(transition.data.get("readings", ())),
            }
        )
    return result
