"""The document a lifecycle rests on: its dates and clauses, what its yearly calls set, how its open points are read.

Part of the declaration; a programme module finds all of it in `lifecycle`. Nothing here computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shixian.rules.facts import Field
from shixian.rules.periods import Roll


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A choice made where the text is silent or open: what was chosen, why, and what else could be read."""

    key: str
    clause: str
    question: str
    chosen: str
    because: str
    otherwise: str = ""
    chosen_by: str = "时限项目组"
    since: date = date(2026, 11, 23)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallParameter:
    """What the yearly call sets and the text does not."""

    field: Field
    why: str


@dataclass(frozen=True, slots=True)
class ClauseNote:
    """One article for the clause index: its heading in our words, and why nothing rests on it, if so."""

    clause: str
    heading: str
    nature: str = "operative"  # operative, definition, exhortation, reference, not_yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A special rule that takes the place of a general one (see `rules.general`), by clause."""

    rule: str
    stage: str
    clause: str
    value: Roll
    clock: str = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """One dated document, in force from-to. `successor` replaced it; `transition` is the clause that says for whom."""

    key: str
    title: str
    number: str
    issuers: tuple[str, ...]
    issued: date
    in_force_from: date
    in_force_to: date | None
    clauses: tuple[ClauseNote, ...]
    force_clause: str
    successor: str | None = None
    transition: str | None = None

    def in_force(self, day: date) -> bool:
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)
