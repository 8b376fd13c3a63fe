"""Explanations: every computed date, amount and refusal is a tree of steps that a person can check.

A node says what was done (`text`), under which clause, and its result (`value`). Its `inputs` are the nodes
it was computed from; a leaf names its `origin` (a form field, a document, a calendar notice, an earlier
decision). A `reading` is a choice made where the text is silent: it taints everything above it, visibly.
Addresses (`amount/tier-2`) are stable, so that a test or a page can point at one step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Explanation:
    """One step. `name` is its address segment (ASCII, unique among its siblings)."""

    name: str
    text: str
    value: str = ""
    clause: str | None = None
    origin: str | None = None
    reading: str | None = None
    inputs: tuple[Explanation, ...] = field(default=())

    def __post_init__(self) -> None:
        names = [child.name for child in self.inputs]
        if len(names) != len(set(names)):
            raise ValueError(f"two steps of {self.name!r} share an address: {names}")

    @property
    def readings(self) -> tuple[str, ...]:
        """Keys of all readings that this result rests on, in order, each once."""
        found: dict[str, None] = {}
        for _, node in self.walk():
            if node.reading:
                found[node.reading] = None
        return tuple(found)

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Explanation]]:
        """Every node with its address, parents first."""
        address = f"{prefix}/{self.name}" if prefix else self.name
        yield address, self
        for child in self.inputs:
            yield from child.walk(address)

    def at(self, address: str) -> Explanation:
        """The node at an address; KeyError when there is none."""
        for found, node in self.walk():
            if found == address:
                return node
        raise KeyError(address)

    def lines(self) -> list[str]:
        """The working as text, inputs before the step that uses them, one line a step."""
        result: list[str] = []
        for child in self.inputs:
            result.extend(child.lines())
        line = self.text if not self.value or self.value in self.text else f"{self.text}：{self.value}"
        if self.clause and self.clause not in line:
            line = f"{line}（{self.clause}）"
        if self.reading:
            line = f"{line}〔读法 {self.reading}〕"
        result.append(line)
        return result

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"name": self.name, "text": self.text}
        for key in ("value", "clause", "origin", "reading"):
            if getattr(self, key):
                data[key] = getattr(self, key)
        if self.inputs:
            data["inputs"] = [child.to_json() for child in self.inputs]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Explanation:
        return cls(
            name=data["name"],
            text=data["text"],
            value=data.get("value", ""),
            clause=data.get("clause"),
            origin=data.get("origin"),
            reading=data.get("reading"),
            inputs=tuple(cls.from_json(child) for child in data.get("inputs", ())),
        )
