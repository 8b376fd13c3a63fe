"""The declaration: a programme lifecycle as a directed acyclic graph of legal stages, as data.

A programme module builds one `Lifecycle` beside its regulation. From this one value come validation at load,
the Prefect flow, the chart, the intake workbook, the scenario vocabulary, the clause index and the content
hash that pins every case. Nothing here computes; `validation`, `canonical` and `decide` do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from shixian.rules.conditions import Condition, Expression
from shixian.rules.consequences import (
    SILENT,
    Bars,
    Closed,
    Consequence,
    Goes,
    Integrity,
    Lapse,
    LeftToMeasures,
    OneOf,
    Opens,
    Remember,
    SetsBarEnd,
    Silent,
    Spawn,
    Withdraws,
    lapses,
)
from shixian.rules.facts import FactSet
from shixian.rules.formulas import Formula
from shixian.rules.periods import Period
from shixian.rules.publication import Shown, Withheld
from shixian.rules.quota import Quota
from shixian.rules.regulation import CallParameter, ClauseNote, Override, Reading, Regulation
from shixian.rules.timing import SetByCall, Timing

__all__ = [
    "Bars",
    "CallParameter",
    "ClauseNote",
    "Closed",
    "Consequence",
    "Goes",
    "Integrity",
    "Lapse",
    "LeftToMeasures",
    "OneOf",
    "Opens",
    "Override",
    "Reading",
    "Regulation",
    "Remember",
    "SILENT",
    "SetsBarEnd",
    "Silent",
    "Spawn",
    "Withdraws",
    "lapses",
]


class Binds(StrEnum):
    """Whom a clock binds. An office's own overrun never costs a party its right."""

    PARTY = "party"
    OFFICE = "office"
    THIRD = "third"


class Effect(StrEnum):
    """What a clock does when it runs out. Only the first two move a case."""

    RIGHT_LOST = "失权"
    TERM_RUN = "期满"
    SUPERVISION = "督办"
    REMINDER = "提示"

    @property
    def moves(self) -> bool:
        return self in (Effect.RIGHT_LOST, Effect.TERM_RUN)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the regulation names them. `side` says whom the clocks of their stages bind."""

    key: str
    title: str
    side: Binds


@dataclass(frozen=True, slots=True)
class Document:
    key: str
    title: str
    clause: str
    only_if: Expression | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """A bounded, reasoned extension, possible only before the deadline has passed.

    `up_to` bounds each extension; `in_all` the whole period from its anchor, the time before any extension included
    (累计不得超过); `at_most` how often (None: as often as the whole allows). The fact `length` holds all that was added.
    """

    clause: str
    by: Actor
    at_most: int | None = 1
    up_to: Period | None = None
    in_all: Period | None = None
    length: str = "extension_period"  # the fact that holds the extension asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A deadline of a stage. `met_by` names the acts that meet it; by default, the stage's end does."""

    clause: str
    timing: Timing
    binds: Binds
    effect: Effect
    lapse: Lapse = SILENT
    key: str = "limit"
    title: str = ""
    met_by: tuple[str, ...] = ()
    only_if: Expression | None = None
    extension: Extension | None = None
    reading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many across cases, for one scope (a person, a category, an enterprise) and cycle; held by rows."""

    key: str
    clause: str
    scope: tuple[Expression, ...]
    at_most: int
    text: str
    only_if: Expression | None = None
    per_cycle: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaCall:
    formula: Formula
    inputs: Mapping[str, Expression]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owes:
    """What a decision obliges to: one instalment to a payee. `due` says when; None: the text is silent. `elsewhere`:
    the debtor pays from money of its own, so that no batch pays it from the programme's appropriation."""

    payee: Expression
    debtor: str
    clause: str
    direction: str = "付"
    due: Timing | None = None
    sequence: int = 1
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decides:
    """The act is a decision: an amount (stated by the decider or computed), at most the ceiling, or a grade.

    `draws`: the quotas that the amount is drawn from; where nothing, or less, is left of one, the act is refused.
    """

    key: str
    title: str
    clause: str
    amount: FormulaCall | Expression | None = None
    ceiling: FormulaCall | None = None
    grade: Expression | None = None
    owes: tuple[Owes, ...] = ()
    draws: tuple[Quota, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person may do in a stage. Without an `outcome` the stage stays open.

    `inputs` are facts the act must give, `optional` facts it may give. `conditions` not met refuse the act with
    their clause; on 未知 they block and ask. `discretion` needs a reason. `at_most` bounds repetition. `anew`: what an
    earlier act stated does not do, each such act (each report, each record) states its inputs again. `adds`: facts of
    several names to which the act adds what it states (experts who withdraw), so that no earlier name is lost.
    `unbarred`: facts naming others than the case's party who may not be under a bar either (who is nominated, who
    nominates, an expert); `unbarred_from`: what they may not be barred from, where that is not this lifecycle (taking
    part, not applying).
    """

    verb: str
    title: str
    by: tuple[Actor, ...]
    clause: str
    outcome: str | None = None
    documents: tuple[Document, ...] = ()
    inputs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    discretion: bool = False
    at_most: int | None = None
    limits: tuple[Limit, ...] = ()
    unbarred: tuple[str, ...] = ()
    unbarred_from: str | None = None
    decides: Decides | None = None
    opens: Opens | None = None
    consequences: tuple[Consequence, ...] = ()
    suspends: str | None = None  # ground of a suspension of this stage's clocks that starts with the act
    resumes: str | None = None  # ground of the suspension that ends with it
    anew: bool = False
    adds: tuple[str, ...] = ()
    window: bool = False  # only while the stage's window is open
    head: bool = False  # a section head's act (审批), not the case officer's
    reading: str | None = None  # the choice it rests on, where the text does not provide for the act in so many words


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A way out of a stage. It goes on to the stages that name it, or ends the branch, or closes the case."""

    key: str
    title: str
    clause: str | None = None
    closes: Closed | None = None
    ends_branch: bool = False
    consequences: tuple[Consequence, ...] = ()
    carries_over: bool = False  # the case moves to the next cycle, at this stage's successors


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A public-notice window. It opens on actual publication (the act `publish`), never on a decision.

    `shows`: the items that the notice publishes; none: the reading of `rules.publication`. `withholds`: what else a
    reader may look for, and why it is not there.
    """

    length: Period | SetByCall
    clause: str
    objections: Opens | None = None
    objection_documents: tuple[Document, ...] = ()
    objection_inputs: tuple[str, ...] = ()
    objection_clause: str | None = None
    objector: Actor | None = None
    shows: tuple[Shown, ...] = ()
    withholds: tuple[Withheld, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """Checked without a person, each time something changes: `ready` holds -> `outcome`; otherwise it waits."""

    ready: Expression
    outcome: str
    clause: str
    otherwise: str | None = None  # the outcome when `ready` is false; None: wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A barrier over all cases of the cycle: none passes before all are ranked (quota, rounding and ties stated).

    The `share` of each group from one `end` of its ranking (top: the highest scores; bottom: the lowest) ends `inside`,
    the rest `outside`. `score` is a fact, or the key of a decision whose grade is a number. Each choice that the text
    leaves open names its reading.
    """

    share: str
    rounding: str
    ties: str
    score: str
    group_by: tuple[str, ...] = ()
    inside: str = "selected"
    outside: str = "not_selected"
    clause: str = ""
    end: str = "top"
    rounding_reading: str | None = None
    ties_reading: str | None = None
    group_reading: str | None = None

    @property
    def readings(self) -> tuple[str, ...]:
        return tuple(key for key in (self.rounding_reading, self.ties_reading, self.group_reading) if key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One node. `after` names predecessors as "stage" or "stage:outcome|outcome"; a stage opens when all of them are
    settled and at least one leads here. `only_if` false skips it. `kind` is the word shown (受理, 公示, 会议...)."""

    key: str
    title: str
    clause: str
    kind: str
    by: Actor
    after: tuple[str, ...] = ()
    only_if: Expression | None = None
    clocks: tuple[Clock, ...] = ()
    acts: tuple[Act, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    window: Window | None = None
    automatic: Automatic | None = None
    cohort: Cohort | None = None
    suspends_case: bool = False
    note: str = ""

    def outcome(self, key: str) -> Outcome:
        return next(outcome for outcome in self.outcomes if outcome.key == key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The whole declaration. `legal_event` is the fact or mark whose day decides which regulation version governs.

    `is_application`: whether a bar on every application closes it; None: it does unless another case opens this one.
    """

    key: str
    title: str
    regulation: Regulation
    stages: tuple[Stage, ...]
    facts: FactSet
    actors: tuple[Actor, ...]
    parameters: tuple[CallParameter, ...] = ()
    readings: tuple[Reading, ...] = ()
    formulas: tuple[Formula, ...] = ()
    overrides: tuple[Override, ...] = ()
    opening: tuple[Condition, ...] = ()
    opening_limits: tuple[Limit, ...] = ()
    legal_event: str = "opened"
    party: str = "unit_code"  # the fact that identifies the party (bars, history, limits)
    party_name: str = "unit_name"
    child_of: str | None = None
    is_application: bool | None = None
    cycle_title: str = "年度"
    module: str = ""
    versions: tuple[Regulation, ...] = ()

    def stage(self, key: str) -> Stage:
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise KeyError(key)

    def formula(self, name: str) -> Formula | None:
        return next((formula for formula in self.formulas if formula.name == name), None)

    def actor(self, key: str) -> Actor | None:
        return next((actor for actor in self.actors if key in (actor.key, actor.title)), None)

    @property
    def objected_by(self) -> frozenset[str]:
        """The lifecycles that its notices open while their window runs."""
        windows = (stage.window for stage in self.stages if stage.window is not None)
        return frozenset(window.objections.lifecycle for window in windows if window.objections is not None)


@cache
def edge(text: str) -> tuple[str, tuple[str, ...]]:
    """Split "stage:outcome|outcome" into the stage and its outcomes (none named: every proceeding one)."""
    stage, _, outcomes = text.partition(":")
    return stage, tuple(part for part in outcomes.split("|") if part)


