"""How far a change reaches: which plays could see it at all. A play that cannot is not run, which is what makes
a thousand mutants a matter of minutes.

Two declarations with the same canonical form behave alike. Where only one stage differs (and not the ways into it),
a case that never came near the stage cannot tell; the clause of a fact shows only in refusals and questions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from shixian.rules.canonical import encoding_text
from shixian.rules.lifecycle import Lifecycle

EVERYWHERE, REFUSALS = "*", "refusals"
_WAYS_IN = ("key", "after", "only_if")

Form = Mapping[str, Any]


class Forms:
    """The canonical forms of the declarations as they are."""

    def __init__(self, lifecycles: Mapping[str, Lifecycle]) -> None:
        self.texts = {key: encoding_text(lifecycle) for key, lifecycle in lifecycles.items()}
        self.parsed: dict[str, Form] = {}
        self.mentioned = {key: {other for other in self.texts if f'"{other}"' in self.texts[key]} for key in self.texts}

    def together(self, keys: Iterable[str]) -> set[str]:
        """These lifecycles and all that they mention (open, count, bar), directly or not."""
        found, queue = set[str](), [key for key in keys if key in self.texts]
        while queue:
            key = queue.pop()
            if key not in found:
                found.add(key)
                queue += self.mentioned[key]
        return found

    def changed(self, keys: Iterable[str], lifecycles: Mapping[str, Lifecycle]) -> set[tuple[str, str]]:
        """Where these lifecycles differ now, as (lifecycle, stage, formula(), REFUSALS or EVERYWHERE)."""
        found: set[tuple[str, str]] = set()
        for key in keys:
            text = encoding_text(lifecycles[key])
            if text != self.texts[key]:
                if key not in self.parsed:
                    self.parsed[key] = json.loads(self.texts[key])["lifecycle"]
                found |= {(key, place) for place in _places(self.parsed[key], json.loads(text)["lifecycle"])}
        return found


def _places(before: Form, after: Form) -> set[str]:
    places: set[str] = set()
    for name in before:
        if before[name] == after[name]:
            continue
        if name == "stages" and _keys(before[name]) == _keys(after[name]):
            for old, new in zip(before[name], after[name], strict=True):
                if old != new:
                    moved = any(old[way] != new[way] for way in _WAYS_IN)
                    places.add(EVERYWHERE if moved else old["key"])
        elif name == "formulas" and len(before[name]) == len(after[name]):
            pairs = zip(before[name], after[name], strict=True)
            places |= {f"{old['formula']}()" for old, new in pairs if old != new}
        elif name == "facts" and _without_clauses(before[name]) == _without_clauses(after[name]):
            places.add(REFUSALS)
        else:
            places.add(EVERYWHERE)
    return places


def _keys(stages: list[Form]) -> list[str]:
    return [stage["key"] for stage in stages]


def _without_clauses(facts: Form) -> list[Form]:
    return [{name: value for name, value in field.items() if name != "clause"} for field in facts["fields"]]
