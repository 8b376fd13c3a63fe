"""A regulation, clause by clause: what in the programmes rests on each, what the text leaves open, what was decided.

What is declared is public. Which cases were decided under a clause is for those who may read cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache

from sqlalchemy import Engine, select

from models import call, case_file, decision
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.parties import shown_party
from shixian.casework.staff.people import province_of
from shixian.rules import describe
from shixian.rules.clauses import Address, ClauseIndex, Entry, Use, addresses, cited_in, index, uses
from shixian.rules.errors import FactsError, NotFound
from shixian.rules.lifecycle import Lifecycle, Reading, Regulation
from shixian.rules.silences import Silence, reading_uses, silences
from shixian.scenarios.citations import CITED, EXPECTED, scenario_uses

PROVINCES: Mapping[str, str] = {"shanghai": "上海", "jiangsu": "江苏", "zhejiang": "浙江", "anhui": "安徽"}
TESTS = (EXPECTED, CITED)
MOST = 200  # cases listed under a clause


@dataclass(frozen=True, slots=True)
class Line:
    """A regulation in the list of all."""

    regulation: Regulation
    province: str
    lifecycles: tuple[Lifecycle, ...]
    in_force: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that a yearly call set."""

    label: str
    lifecycle: str
    cycle: int
    shown: str
    because: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FormulaLine:
    name: str
    title: str
    clause: str
    inputs: tuple[str, ...]
    steps: tuple[str, ...]
    lifecycle: str


@dataclass(frozen=True, slots=True)
class Decided:
    ref: str
    party: str
    title: str
    clause: str
    legal_day: date | None
    fen: int | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class ClausePage:
    """Everything about the places that a citation names."""

    cited: str
    entries: tuple[Entry, ...]
    uses: tuple[Use, ...]
    tests: tuple[Use, ...]
    stages: tuple[tuple[Lifecycle, describe.StageText], ...]
    formulas: tuple[FormulaLine, ...]
    parameters: tuple[tuple[str, str, str], ...]  # label, why, lifecycle
    readings: tuple[tuple[Reading, tuple[str, ...]], ...]
    silences: tuple[Silence, ...]
    discretion: tuple[tuple[str, str, str], ...]  # stage, act, clause
    other_law: bool = False
    settings: tuple[Setting, ...] = field(default=())
    decided: tuple[Decided, ...] = field(default=())


def lines(books: LawBooks, today: date) -> list[Line]:
    """All regulations, by province, in the order of the programmes."""
    found: dict[str, list[Lifecycle]] = {}
    for lifecycle in books.lifecycles.values():
        found.setdefault(lifecycle.regulation.key, []).append(lifecycle)
    made = [
        Line(
            own[0].regulation,
            PROVINCES.get(province_of(own[0]), "其他"),
            tuple(own),
            own[0].regulation.in_force(today),
        )
        for own in found.values()
    ]
    order = [*PROVINCES.values(), "其他"]
    return sorted(made, key=lambda line: order.index(line.province))


def find(books: LawBooks, key: str) -> tuple[Regulation, tuple[Lifecycle, ...]]:
    """The regulation of a key (or a lifecycle's), and the lifecycles that rest on it. NotFound names those known."""
    named = books.lifecycles.get(key)
    wanted = named.regulation.key if named is not None else key
    own = tuple(one for one in books.lifecycles.values() if one.regulation.key == wanted)
    if not own:
        have = "、".join(sorted({one.regulation.key for one in books.lifecycles.values()}))
        raise NotFound(f"没有 {key} 这一规定", remedy=f"可用的有：{have}")
    return own[0].regulation, own


def indexed(own: tuple[Lifecycle, ...]) -> ClauseIndex:
    """What rests on each article of the lifecycles' regulation, tests among it. Kept: neither changes while we run."""
    return _indexed(tuple(one.key for one in own), _Held(own))


@dataclass(frozen=True, slots=True)
class _Held:
    """Lifecycles as a key that is compared by what they are, not by all they contain."""

    lifecycles: tuple[Lifecycle, ...]

    def __hash__(self) -> int:
        return hash(tuple(one.key for one in self.lifecycles))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Held) or len(self.lifecycles) != len(other.lifecycles):
            return False
        return all(mine is theirs for mine, theirs in zip(self.lifecycles, other.lifecycles, strict=True))


@cache
def _indexed(keys: tuple[str, ...], held: _Held) -> ClauseIndex:
    regulation = held.lifecycles[0].regulation
    found = [use for lifecycle in held.lifecycles for use in uses(lifecycle)]
    return index(regulation, [*found, *scenario_uses(None, frozenset(keys), regulation.title)])


@dataclass(frozen=True, slots=True)
class _Told:
    """What the lifecycles of a regulation say, in words: the same for every clause, so it is said once."""

    stages: tuple[tuple[Lifecycle, describe.StageText], ...]
    formulas: tuple[FormulaLine, ...]
    readings: tuple[tuple[Reading, tuple[str, ...]], ...]
    silences: tuple[Silence, ...]


@cache
def _told(held: _Held, all_of: _Held) -> _Told:
    own, others = held.lifecycles, {one.key: one for one in all_of.lifecycles}
    return _Told(
        stages=tuple((one, stage) for one in own for stage in describe.stages(one, others)),
        formulas=tuple(line for one in own for line in _formulas(one)),
        readings=tuple(item for one in own for item in reading_uses(one)),
        silences=tuple(item for one in own for item in silences(one, others)),
    )


def told(books: LawBooks, own: tuple[Lifecycle, ...]) -> _Told:
    """The stages, formulas, readings and silences of a regulation's lifecycles."""
    return _told(_Held(own), _Held(tuple(books.lifecycles.values())))


def clause_page(books: LawBooks, own: tuple[Lifecycle, ...], cited: str) -> ClausePage:
    """What rests on a place, as cases cite it (第九条第一款, 第四十三条至第四十八条). NotFound for what nothing knows."""
    regulation = own[0].regulation
    places = addresses(cited, regulation.title)
    whole = indexed(own)
    entries = tuple(one for one in whole.entries if _touch(_addresses(one.note.clause, ""), places))
    every = [use for entry in whole.entries for use in entry.uses] + [*whole.other_law, *whole.astray]
    resting = [
        use
        for use in dict.fromkeys(every)
        if use.clause == cited or _touch(_addresses(use.clause, regulation.title), places)
    ]
    if not entries and not resting:
        raise NotFound(f"{regulation.title}没有列明“{cited}”", remedy="从条款索引中选一条")

    def near(clause: str | None) -> bool:
        return bool(clause) and (clause == cited or _touch(_addresses(clause or "", regulation.title), places))

    said = told(books, own)
    return ClausePage(
        cited=cited,
        entries=entries,
        uses=tuple(use for use in resting if use.kind not in TESTS),
        tests=tuple(use for use in resting if use.kind in TESTS),
        stages=tuple((one, stage) for one, stage in said.stages if near(stage.clause)),
        formulas=tuple(line for line in said.formulas if any(map(near, (line.clause, *line.steps)))),
        parameters=tuple(
            (parameter.field.label, parameter.why, one.title)
            for one in own
            for parameter in one.parameters
            if near(parameter.field.clause)
        ),
        readings=tuple((reading, used) for reading, used in said.readings if near(reading.clause)),
        silences=tuple(one for one in said.silences if near(one.clause)),
        discretion=tuple(
            (stage.title, act.title, act.clause)
            for one in own
            for stage in one.stages
            for act in stage.acts
            if act.discretion and near(act.clause)
        ),
        other_law=not places,
    )


def _formulas(lifecycle: Lifecycle) -> list[FormulaLine]:
    return [
        FormulaLine(
            formula.name,
            formula.title,
            formula.clause,
            tuple(item.expected for item in formula.inputs),
            cited_in(formula.function, "clause"),
            lifecycle.key,
        )
        for formula in describe.formulas(lifecycle)
    ]


@lru_cache(maxsize=20000)
def _addresses(text: str, title: str) -> tuple[Address, ...]:
    return addresses(text, title)


def _touch(left: Iterable[Address], right: Iterable[Address]) -> bool:
    places = tuple(right)
    return any(one.touches(other) for one in left for other in places)


def settings(engine: Engine, own: tuple[Lifecycle, ...], cited: str | None = None) -> tuple[Setting, ...]:
    """What yearly calls set, the newest of each cycle last; with `cited`, for the parameters of that place."""
    title = own[0].regulation.title
    places = addresses(cited, title) if cited else ()
    fields = {
        (one.key, parameter.field.name): parameter.field
        for one in own
        for parameter in one.parameters
        if cited is None or _touch(_addresses(parameter.field.clause, title), places)
    }
    columns = call.c
    query = select(call).where(columns.lifecycle.in_([one.key for one in own]))
    query = query.order_by(columns.lifecycle, columns.name, columns.cycle, columns.id)
    found = []
    with reading(engine) as connection:
        for row in connection.execute(query):
            known = fields.get((row.lifecycle, row.name))
            if known is None:
                continue
            try:
                shown = known.format(known.parse(row.value))
            except FactsError:
                shown = row.value
            found.append(Setting(known.label, row.lifecycle, row.cycle, shown, row.because, row.recorded_at))
    return tuple(found)


def decided(engine: Engine, own: tuple[Lifecycle, ...], cited: str) -> tuple[Decided, ...]:
    """Cases decided, or closed, under a place, the newest first."""
    title = own[0].regulation.title
    places = addresses(cited, title)
    keys = [one.key for one in own]
    columns = case_file.c
    made = (
        select(
            columns.ref,
            shown_party(),
            decision.c.title,
            decision.c.clause,
            decision.c.legal_day,
            decision.c.fen,
            decision.c.grade,
        )
        .join(decision, decision.c.case_id == columns.id)
        .where(columns.lifecycle.in_(keys))
        .order_by(decision.c.id.desc())
    )
    closed = (
        select(columns.ref, shown_party(), columns.clause)
        .where(columns.lifecycle.in_(keys), columns.clause.is_not(None))
        .order_by(columns.id.desc())
    )
    with reading(engine) as connection:
        found = [Decided(*row) for row in connection.execute(made)]
        found += [
            Decided(row.ref, row.party_name, "终结", row.clause, None, None, None) for row in connection.execute(closed)
        ]
    return tuple(one for one in found if _touch(_addresses(one.clause, title), places))[:MOST]
