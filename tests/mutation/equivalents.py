"""Mutants that mean the same as the text: an explicit list, each with its reason, and none that is stale.

- module: shixian/programmes/shanghai/award.py
  mutant: "filing: days(5) → working_days(…)"      # as the report names it
  class: unit
  reason: ...
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.mutation.changes import Mutant
from tests.mutation.session import SURVIVED, Fate

FILE = Path(__file__).with_name("equivalent.yaml")


@dataclass(slots=True)
class Equivalents:
    entries: dict[tuple[str, str, str], str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path = FILE) -> Equivalents:
        entries = {}
        for item in yaml.safe_load(path.read_text("utf-8")) or []:
            if not str(item.get("reason", "")).strip():
                raise ValueError(f"{path.name}: {item} gives no reason")
            entries[item["module"], item["class"], item["mutant"]] = item["reason"]
        return cls(entries)

    def holds(self, mutant: Mutant) -> bool:
        return _key(mutant) in self.entries

    def split(self, fates: Iterable[Fate]) -> tuple[list[Fate], list[Fate]]:
        """The fates that count, and those of listed mutants that did survive."""
        counted: list[Fate] = []
        excused: list[Fate] = []
        for fate in fates:
            (excused if fate.what == SURVIVED and self.holds(fate.mutant) else counted).append(fate)
        return counted, excused

    def stale(self, path: str, mutants: Iterable[Mutant], fates: Iterable[Fate]) -> list[str]:
        """Entries of a module that name no mutant, or one that did not survive."""
        there = {_key(mutant) for mutant in mutants}
        noticed = {_key(fate.mutant) for fate in fates if fate.what != SURVIVED}
        return [
            f"equivalent.yaml is stale: {key[0]} {key[2]} ({'is noticed' if key in noticed else 'no such mutant'})"
            for key in self.entries
            if key[0] == path and (key not in there or key in noticed)
        ]


def _key(mutant: Mutant) -> tuple[str, str, str]:
    return mutant.path, mutant.kind, mutant.name
