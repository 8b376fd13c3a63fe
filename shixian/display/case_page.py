"""One stored case as values: where it stands, facts with their origin, events, deadlines, what may be done now.

The dictionary is the one that `shixian simulate --json` gives for a case, with what only a record has (who recorded
what, and when). A past day is the prefix of its events, folded by the same function as always.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.publicity.sealing import HIDDEN, is_token
from shixian.casework.verify import fold
from shixian.casework.views import CaseView, EventView
from shixian.display.possible import Possible, possible_now
from shixian.display.settled import settling
from shixian.rules.errors import FactsError, NotFound
from shixian.rules.facts import FactSet, FactType, Field
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.narrate import act_title, event_text, stage_title
from shixian.rules.state import Case
from shixian.scenarios.report import case_report

if TYPE_CHECKING:
    from sqlalchemy import Engine

_RUN_OUT = ("deadline_lapsed", "deadline_held")


def case_of_day(view: CaseView, day: date | None, known: datetime | None = None) -> tuple[Case, Sequence[EventView]]:
    """The case and its events at the end of the legal day, as recorded by the instant `known`; None: all there is.

    NotFound before its opening. A clock that ends on a day has not run out on it, so its event of that legal day is the
    first that comes after.
    """
    recorded = view.events if known is None else [one for one in view.events if one.recorded_at <= known]
    events = recorded if day is None else _known_by(recorded, day)
    if not events:
        when = f"{day} " if day is not None else ""
        when += f"（截至 {known.isoformat(timespec='minutes')} 的记录）" if known is not None else ""
        raise NotFound(f"{view.ref} 在 {when.strip()} 尚未立案", remedy=f"立案日为 {view.row['opened']}")
    rows = [{"kind": one.kind, "legal_day": one.legal_day, "data": json.dumps(dict(one.data))} for one in events]
    case = fold(view.row, rows)
    stored: dict[str, Any] = dict(case.facts)
    case.facts = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return case, events


def _known_by(events: Sequence[EventView], day: date) -> Sequence[EventView]:
    for number, one in enumerate(events):
        if one.legal_day > day or (one.legal_day == day and one.kind in _RUN_OUT):
            return events[:number]
    return events


def read_all(
    engine: Engine, view: CaseView, day: date | None, *, now: datetime, known: datetime | None = None
) -> dict[str, Any]:
    """Everything there is to say of a case, as JSON values; of a past day or state of the record, with either given."""
    books = default_books()
    case, events = case_of_day(view, day, known)
    lifecycle = reading_lifecycle(books.lifecycle(case.lifecycle), case.facts)
    report = case_report(lifecycle, case, [one.transition for one in events])
    for name, value in report["facts"].items():
        report["facts"][name] = HIDDEN if is_token(value) else value
    report["events"] = [
        {
            "clause": one.clause,
            **said,
            "seq": one.seq,
            "said": told(lifecycle, one),
            "recorded_at": one.recorded_at.isoformat(),
            "recorded_by": one.person,
            "actor": one.actor,
            "hash": one.hash,
        }
        for said, one in zip(report["events"], events, strict=True)
    ]
    shown = {one.seq for one in events}
    data: dict[str, Any] = {
        "ref": view.ref,
        "title": lifecycle.title,
        "as_of": None if day is None else day.isoformat(),
        **({"known": known.isoformat()} if known is not None else {}),
        **report,
        "fact_origins": _origins(lifecycle, events),
        "documents": [_document(row) for row in view.documents if row["seq"] in shown],
    }
    if day is None and known is None:
        blocked, found = _possible(engine, books, view.ref, now)
        data["set_aside"] = view.row["set_aside"]
        data["blocked"] = blocked or None
        data["may"] = [one.to_json() for one in found if one.refusal is None]
        data["may_not"] = [one.to_json() for one in found if one.refusal is not None]
    return data


def sealed_papers(events: Iterable[EventView]) -> frozenset[str]:
    """The hashes of papers that are kept encrypted: their events say so. They open for the handler alone."""
    recorded = (one.data for one in events if one.kind == "document_recorded")
    return frozenset(str(data["sha256"]) for data in recorded if data.get("sealed") and data.get("sha256"))


def reading_lifecycle(lifecycle: Lifecycle, facts: Mapping[str, Any]) -> Lifecycle:
    """The declaration to read with: a fact that it no longer has (another encoding's) is text by its own name."""
    gone = tuple(Field(name, name, FactType.TEXT, "") for name in facts if name not in lifecycle.facts)
    return replace(lifecycle, facts=FactSet((*lifecycle.facts.fields, *gone))) if gone else lifecycle


def told(lifecycle: Lifecycle, one: EventView) -> str:
    """An event in words. Of one that another encoding recorded and this one cannot read: its kind and clause."""
    try:
        text = event_text(lifecycle, {"kind": one.kind, "legal_day": one.legal_day.isoformat(), **one.data})
    except (FactsError, KeyError):
        text = f"{one.kind}（按编码 {one.encoding[:12]} 记录）"
    return text if not one.clause or one.clause in text else f"{text}（{one.clause}）"


def _origins(lifecycle: Lifecycle, events: Sequence[EventView]) -> dict[str, dict[str, str]]:
    """Where each fact comes from: the opening (and what it came from), or the act that gave it; the latest holds."""
    found: dict[str, dict[str, str]] = {}
    for one in events:
        if one.kind == "case_opened":
            origin = "立案" + (f"，{one.data['origin']}" if one.data.get("origin") else "")
            names = list(one.data["facts"])
        elif one.kind == "fact_recorded":
            stage, _, verb = str(one.data.get("origin", "")).partition(".")
            origin = f"{stage_title(lifecycle, stage)}·{act_title(lifecycle, stage, verb)}" if verb else stage
            names = [one.data["name"]]
        else:
            continue
        found.update({name: {"origin": origin, "legal_day": one.legal_day.isoformat()} for name in names})
    return found


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: row[name] for name in ("stage", "document", "name", "sha256", "size")}
    return {**named, "legal_day": row["legal_day"].isoformat()}


def _possible(engine: Engine, books: LawBooks, ref: str, now: datetime) -> tuple[str, list[Possible]]:
    with settling(engine, books, now=now) as store:
        return possible_now(store, ref, now)
