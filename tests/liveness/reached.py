"""What the events of cases reach: the same list as `declared`, read back from what was recorded.

`note(...)` is for tests of casework and flows: it adds to out/reached.json. `from_database` reads any database of ours,
such as the demo's.
"""

from __future__ import annotations

import fcntl
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from shixian.rules.lifecycle import Lifecycle
from tests.liveness.witness import Witness

TRACE = Path(__file__).resolve().parent.parent.parent / "out/reached.json"


class Event(Protocol):
    """A `Transition`, or anything that tells the same."""

    @property
    def kind(self) -> str: ...

    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event read back from a database."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Trace:
    """How often each thing was reached, by lifecycle and name (`stage filing`, `lapse filing.limit`)."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, lifecycle: Lifecycle, events: Sequence[Event]) -> None:
        """The events of one case, in their order."""
        self.counts.setdefault(lifecycle.key, Counter()).update(Witness(lifecycle).names(events))

    def add_refused_opening(self, lifecycle: Lifecycle, refusal: Mapping[str, Any]) -> None:
        self.add(lifecycle, [Recorded("refused", {"verb": "open", **refusal})])

    def merge(self, other: Trace) -> None:
        for key, counter in other.counts.items():
            self.counts.setdefault(key, Counter()).update(counter)

    def of(self, lifecycle: str, name: str) -> int:
        return self.counts.get(lifecycle, Counter())[name]

    def to_text(self) -> str:
        return json.dumps(self.counts, ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Trace:
        return cls({key: Counter(value) for key, value in json.loads(text or "{}").items()})


def note(events: Iterable[Event], lifecycle: Lifecycle | None = None, trace: Path = TRACE) -> None:
    """Add the events of one case to the trace file. The lifecycle may be left out where the case's opening is there.

    Safe to call from several processes at once.
    """
    listed = list(events)
    if lifecycle is None:
        from shixian.programmes import catalogue

        opened = [event for event in listed if event.kind == "case_opened"]
        if not opened:
            raise ValueError("events without the case's opening: name their lifecycle")
        lifecycle = catalogue()[opened[0].data["lifecycle"]]
    found = Trace()
    found.add(lifecycle, listed)
    _add_to(trace, found)


def note_database(url: str, lifecycles: Mapping[str, Lifecycle], trace: Path = TRACE) -> None:
    """Add everything a database has recorded to the trace file."""
    _add_to(trace, from_database(url, lifecycles))


def _add_to(path: Path, found: Trace) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        before = Trace.from_text(file.read())
        before.merge(found)
        file.truncate(0)
        file.write(before.to_text())


def from_database(url: str, lifecycles: Mapping[str, Lifecycle]) -> Trace:
    """What the cases of a database reached: by acts at the desk, by cycle runs, by anything that records events."""
    from sqlalchemy import select

    from models import case_file, event, refused_opening
    from shixian.casework.database import open_database

    trace, cases = Trace(), dict[int, tuple[str, list[Event]]]()
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            joined = select(event.c.case_id, case_file.c.lifecycle, event.c.kind, event.c.data)
            joined = joined.join(case_file, case_file.c.id == event.c.case_id).order_by(event.c.case_id, event.c.seq)
            for case, key, kind, data in connection.execute(joined):
                cases.setdefault(case, (key, []))[1].append(Recorded(kind, json.loads(data)))
            columns = (refused_opening.c.lifecycle, refused_opening.c.code, refused_opening.c.clause)
            refused = connection.execute(select(*columns, refused_opening.c.because, refused_opening.c.compared)).all()
    finally:
        engine.dispose()
    for key, events in cases.values():
        if key in lifecycles:
            trace.add(lifecycles[key], events)
    for key, code, clause, because, compared in refused:
        if key in lifecycles:
            told = {"code": code, "clause": clause, "because": because, "compared": json.loads(compared or "[]")}
            trace.add_refused_opening(lifecycles[key], told)
    return trace
