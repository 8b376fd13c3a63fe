"""What the chained journal of a batch says, entry after entry: its steps, and what became of each of its attempts.

For the verifier: the rows of a batch must be what its journal tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models import journal_event
from shixian.casework.money import restored

_AFTER = {  # what an entry of this kind leaves its attempts in; one that is not here says it of each, or nothing
    "attempts_intended": "intended",
    "attempts_sent_again": "intended",
    "attempts_not_sent": "planned",
    restored.RESTORED: "unknown",
    **{f"attempts_{status}": status for status in ("paid", "rejected", "sent", "unknown", "stopped")},
}
_SETTLES = ("attempts_paid", "attempts_rejected", "attempts_stopped", "attempts_paid_after_all")
_PARKS = ("attempts_parked", "attempts_contradicted", "attempts_paid_after_all")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry: who wrote it, when, and its data."""

    person: str
    recorded_at: datetime
    data: Mapping[str, Any]


@dataclass(slots=True)
class AttemptRecord:
    """What is told of one attempt. `status` and `reason` are None while nothing said them."""

    status: str | None = None
    reference: str = ""
    reason: str | None = None
    intended_at: datetime | None = None
    settled_at: datetime | None = None
    parked: bool = False
    after_all: bool = False  # paid when its line had been given up


@dataclass(slots=True)
class BatchRecord:
    """The steps of a batch by kind, each kind in order; and its attempts by key."""

    steps: dict[str, list[Step]] = field(default_factory=dict)
    attempts: dict[str, AttemptRecord] = field(default_factory=dict)

    def of(self, kind: str) -> list[Step]:
        return self.steps.get(kind, [])

    def first(self, kind: str) -> Mapping[str, Any]:
        """The data of the first entry of a kind, or nothing."""
        return self.steps[kind][0].data if kind in self.steps else {}

    def last_at(self, kind: str) -> datetime | None:
        """When the last entry of a kind was written."""
        return self.steps[kind][-1].recorded_at if kind in self.steps else None

    def attempt(self, key: str) -> AttemptRecord:
        return self.attempts.setdefault(key, AttemptRecord())


def record_of(connection: Connection, ref: str) -> BatchRecord:
    """The journal of a batch, told again."""
    found = BatchRecord()
    columns = journal_event.c
    wanted = select(columns.kind, columns.person, columns.recorded_at, columns.data)
    own = wanted.where(columns.journal == f"batch:{ref}").order_by(columns.seq)
    for kind, person, at, text in connection.execute(own):
        step = Step(person, at, json.loads(text))
        found.steps.setdefault(kind, []).append(step)
        _tell(found, kind, step)
    return found


def _tell(found: BatchRecord, kind: str, step: Step) -> None:
    data, at = step.data, step.recorded_at
    for key in data.get("keys", data.get("unknown", ()) if kind == restored.RESTORED else ()):
        one = found.attempt(key)
        one.status = _AFTER[kind]
        one.intended_at = one.intended_at or at
        if kind == restored.RESTORED:
            one.reason = restored.REASON
    for entry in data.get("attempts", ()):
        one = found.attempt(entry["key"])
        one.status = entry.get("status") or _AFTER.get(kind) or one.status
        if kind.startswith("attempts_"):
            one.reference, one.reason = entry.get("reference", ""), entry.get("reason", "")
        if kind in _SETTLES:
            one.settled_at, one.parked = at, False
            one.after_all = kind == "attempts_paid_after_all"
        if kind in _PARKS:
            one.parked = True
    if kind == "attempt_returned":
        one = found.attempt(data["key"])
        one.status, one.reason, one.settled_at, one.parked = "returned", data["reason"], at, False
    elif kind == "attempt_resolved":
        one = found.attempt(data["key"])
        one.parked = False
        if data["outcome"] == "again":
            one.reason = ""
