"""Comparing what happened with what the text says should: only what an expectation names is compared, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shixian.rules.errors import ScenarioError
from shixian.rules.money import Money

_PLAIN = ("status", "stage", "reason", "clause", "closed_on", "cycle", "regulation", "opened", "programme")
_BY_NAME = ("outcomes", "children", "facts", "deadlines", "windows")
_LISTS = ("refusals", "decisions", "obligations", "lists", "consequences", "events")
_KNOWN = {
    *_PLAIN,
    "source",
    "stages",
    "deadlines",
    "outcomes",
    "refusals",
    "decisions",
    "obligations",
    "lists",
    "windows",
    "children",
    "consequences",
    "facts",
    "events",
}


def differences(expect: Mapping[str, Mapping[str, Any]], found: Mapping[str, Any]) -> list[str]:
    """One line for each expectation not met; an expectation nobody can check is an error, never a pass."""
    result: list[str] = []
    for ref, wanted in expect.items():
        strange = sorted(set(wanted) - _KNOWN)
        if strange:
            raise ScenarioError(f"期望 {ref}：不认识 {'、'.join(strange)}", remedy=f"可用：{'、'.join(sorted(_KNOWN))}")
        _shaped(ref, wanted)
        if ref not in found:
            result.append(f"{ref}：没有这一案件，有 {'、'.join(found)}")
            continue
        result.extend(f"{ref}：{line}" for line in _case(wanted, found[ref]))
    if found.get("errors"):
        result.extend(found["errors"])
    return result


def _shaped(ref: str, wanted: Mapping[str, Any]) -> None:
    """What is compared by name is written by name, what is compared as a list is a list."""
    for name in _BY_NAME:
        if not isinstance(wanted.get(name) or {}, Mapping):
            raise ScenarioError(f"期望 {ref} 的 {name} 应为“名称: 值”的形式")
    for value in (wanted.get("windows") or {}).values():
        if not isinstance(value, Mapping):
            raise ScenarioError(f"期望 {ref} 的 windows 每项应为“名称: 值”的形式")
    for name in _LISTS:
        items = wanted.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
            raise ScenarioError(f"期望 {ref} 的 {name} 应为列表，每项为“名称: 值”的形式（没有则写 []）")
    if not isinstance(wanted.get("stages", []), list) or not all(isinstance(s, str) for s in wanted.get("stages", [])):
        raise ScenarioError(f"期望 {ref} 的 stages 应为列表")


def _case(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    lines = []
    for name in _PLAIN:
        if name in wanted and str(wanted[name]) != ("" if found.get(name) is None else str(found[name])):
            lines.append(f"{name} 应为 {wanted[name]}，实为 {found.get(name)}")
    if "stages" in wanted and sorted(wanted["stages"]) != sorted(found["stages"]):
        lines.append(f"stages 应为 {wanted['stages']}，实为 {found['stages']}")
    for name in ("outcomes", "children", "facts"):
        for key, value in (wanted.get(name) or {}).items():
            have = found[name].get(key)
            if isinstance(value, Mapping):
                lines.extend(f"{name} {key}：{line}" for line in _subset(value, have or {}))
            elif str(value) != str(have):
                lines.append(f"{name} {key} 应为 {value}，实为 {have}")
    lines += _deadlines(wanted.get("deadlines") or {}, found)
    lines += _windows(wanted.get("windows") or {}, found)
    for name in ("refusals", "decisions", "obligations", "lists", "consequences"):
        if name in wanted:
            lines += _list(name, wanted[name], found[name])
    if "events" in wanted:
        lines += _events(wanted["events"], found["events"])
    return lines


def _events(wanted: Any, found: list[Mapping[str, Any]]) -> list[str]:
    """Events are many: each expected one must be among those found, in that order; others may stand between."""
    if not isinstance(wanted, list):
        raise ScenarioError("期望的 events 应为列表")
    place, lines = 0, []
    for item in wanted:
        match = next((n for n in range(place, len(found)) if not _subset(item, found[n])), None)
        if match is None:
            lines.append(f"events 缺少 {dict(item)}，或次序不符")
        else:
            place = match + 1
    return lines


def _deadlines(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    have = {f"{line['stage']}.{line['clock']}": line for line in found["deadlines"]}
    lines = []
    for key, value in wanted.items():
        line = have.get(key if "." in key else f"{key}.limit")
        if line is None:
            lines.append(f"没有期限 {key}，有 {'、'.join(have) or '无'}")
        elif isinstance(value, Mapping):
            lines.extend(f"期限 {key}：{text}" for text in _subset(value, line))
        elif str(value) != str(line["last_day"]):
            lines.append(f"期限 {key} 应为 {value}，实为 {line['last_day']}")
    return lines


def _windows(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    return [
        f"窗口 {stage}：{line}"
        for stage, value in wanted.items()
        for line in _subset(value, found["windows"].get(stage) or {})
    ]


def _list(name: str, wanted: Any, found: list[Mapping[str, Any]]) -> list[str]:
    """A list is complete: as many as expected, and each expected one is matched by a different found one."""
    if not isinstance(wanted, list):
        raise ScenarioError(f"期望的 {name} 应为列表（没有则写 []）")
    rest = list(found)
    lines = []
    for item in wanted:
        match = next((line for line in rest if not _subset(item, line)), None)
        if match is None:
            lines.append(f"{name} 缺少 {dict(item)}，实有 {[_brief(line) for line in found]}")
        else:
            rest.remove(match)
    lines.extend(f"{name} 多出 {_brief(line)}" for line in rest)
    return lines


def _subset(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    lines = []
    for key, value in wanted.items():
        if key == "source":
            continue
        have = found.get(key)
        if key == "amount" and isinstance(value, str) and value.endswith("元"):
            value = Money.parse(value).yuan_text
        if isinstance(have, bool):
            value = {"true": True, "false": False}.get(str(value).lower(), value)
        if str(value) != ("" if have is None else str(have)):
            lines.append(f"{key} 应为 {value}，实为 {have}")
    return lines


def _brief(line: Mapping[str, Any]) -> dict[str, Any]:
    keep = (
        "kind",
        "stage",
        "do",
        "code",
        "clause",
        "key",
        "amount",
        "grade",
        "payee",
        "list",
        "because",
        "subject",
        "text",
    )
    return {key: line[key] for key in keep if line.get(key)}
