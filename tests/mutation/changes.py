"""What is changed and into what: the classes of mutation, the words of the declaration language, and one `Mutant`.

Titles, labels, help, notes, readings' texts and headings of clauses are never changed: nothing is computed from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shixian.rules import amounts, kinds, lifecycle, timing

MUST_DIE = ("number", "money", "rate", "unit", "date", "boundary")
"""Classes of which no mutant may survive: numbers and units decide what people lose and are paid."""

OTHERS = (
    "anchor",
    "lapse",
    "effect",
    "outcome",
    "edge",
    "guard",
    "condition",
    "document",
    "input",
    "limit",
    "bound",
    "flag",
    "actor",
    "clock",
    "consequence",
    "suspension",
    "child",
    "decision",
    "act",
    "formula",
    "arithmetic",
    "rounding",
    "roll",
    "reason",
    "version",
    "clause",
    "fact_clause",
)
CLASSES = (*MUST_DIE, *OTHERS)

NO_CLAUSE = "第九百条"
OTHER_TEXT = "变异"

# Names that a changed text may need and the module may not have imported.
INJECTED: dict[str, object] = {
    f"_mutant_{name}": getattr(home, name)
    for home, names in (
        (timing, ("days", "working_days", "months", "years")),
        (kinds, ("party_clock", "office_clock")),
        (lifecycle, ("SILENT", "Closed")),
        (amounts, ("capped", "at_least")),
    )
    for name in names
}

STAGES = {"submission", "examination", "meeting", "notice", "gate", "Stage"}
CLOCKS = {"party_clock": "office_clock", "office_clock": "party_clock", "reminder": "office_clock"}
PERIODS = {
    "days": ("working_days", "months"),
    "working_days": ("days",),
    "months": ("days", "years"),
    "years": ("months",),
}
UNITS = {name.upper(): tuple(other.upper() for other in others) for name, others in PERIODS.items()}
MEMBERS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "Unit": ("unit", UNITS),
    "Effect": (
        "effect",
        {
            "RIGHT_LOST": ("SUPERVISION",),
            "TERM_RUN": ("SUPERVISION",),
            "SUPERVISION": ("RIGHT_LOST",),
            "REMINDER": ("SUPERVISION",),
        },
    ),
    "Binds": ("effect", {"PARTY": ("OFFICE",), "OFFICE": ("PARTY",), "THIRD": ("PARTY",)}),
    "Rounding": (
        "rounding",
        {"DOWN": ("HALF_UP",), "UP": ("HALF_UP",), "HALF_UP": ("DOWN", "UP"), "HALF_EVEN": ("HALF_UP",)},
    ),
    "Roll": (
        "roll",
        {"NEXT_WORKING_DAY": ("NONE",), "NONE": ("NEXT_WORKING_DAY",), "PREVIOUS_WORKING_DAY": ("NONE",)},
    ),
}
COMPARISONS = {">=": ("boundary", ">"), ">": ("boundary", ">="), "<=": ("boundary", "<"), "<": ("boundary", "<=")} | {
    "==": ("condition", "!="),
    "!=": ("condition", "=="),
}
METHODS = {"equals": "differs", "differs": "equals"}
OPERATORS = {"&": ("condition", "|"), "|": ("condition", "&")} | {
    left: ("arithmetic", right) for left, right in (("+", "-"), ("-", "+"), ("*", "/"), ("/", "*"))
}
FORMULAS = {"capped": "at_least", "at_least": "capped"}

# Calls of which nothing is changed, and arguments that are only words for people or names in code.
SILENT_CALLS = {"Reading", "ClauseNote"}
NATURES = {"operative", "definition", "exhortation", "reference", "not_yet"}
SILENT_KEYWORDS = {
    *(
        "title",
        "label",
        "help",
        "note",
        "why",
        "text",
        "issued",
        "since",
        "choices",
        "issuers",
        "key",
        "name",
        "module",
    ),
    *("number", "cycle_title", "party_name", "party", "chosen_by", "passed", "approved", "head", "intake", "debtor"),
}
_TWO = {0, 1}
SILENT_POSITIONS = {
    **{name: _TWO for name in (*STAGES - {"Stage"}, "Condition", "Document", "Actor", "Reading", "Outcome")},
    "Closed": {0},
    "formula": {0},
}
CLAUSE_KEYWORDS = {"clause", "force_clause", "transition", "waiver", "objection_clause"}
CLAUSE = re.compile(r"(《[^》]{1,40}》)?第[零〇一二三四五六七八九十百0-9]{1,6}条[^，。；]{0,24}")

# Elements of these arguments are dropped one at a time; so are these calls wherever a tuple lists them.
ELEMENTS = {
    "after": "edge",
    "conditions": "condition",
    "fail_conditions": "condition",
    "opening": "condition",
    "documents": "document",
    "objection_documents": "document",
    "inputs": "input",
    "optional": "input",
    "unbarred": "condition",
    "objection_inputs": "input",
    "limits": "limit",
    "opening_limits": "limit",
    "scope": "limit",
    "draws": "limit",
    "consequences": "consequence",
    "lifecycles": "consequence",
    "owes": "decision",
    "clocks": "clock",
    "met_by": "clock",
    "overrides": "roll",
    "versions": "version",
    "group_by": "limit",
    "acts": "act",
    "extra_acts": "act",
    "by": "actor",
}
LISTED_CALLS = {
    "Condition": "condition",
    "Document": "document",
    "Limit": "limit",
    "Quota": "limit",
    "Integrity": "consequence",
    "Bars": "consequence",
    "SetsBarEnd": "consequence",
    "Remember": "consequence",
    "Withdraws": "consequence",
    "Owes": "decision",
    "party_clock": "clock",
    "office_clock": "clock",
    "term": "clock",
    "reminder": "clock",
    "Clock": "clock",
    "Act": "act",
    "Override": "roll",
}
# Arguments that are left out altogether, one at a time.
LEFT_OUT = {
    "only_if": "guard",
    "at_most": "bound",
    "up_to": "bound",
    "extension": "bound",
    "closes": "outcome",
    "suspends": "suspension",
    "resumes": "suspension",
    "opens": "child",
    "objections": "child",
    "decides": "decision",
    "ceiling": "decision",
    "due": "decision",
    "until": "consequence",
    "unbarred_from": "consequence",
    "legal_event": "version",
}
NEGATED = {"only_if", "ready"}
MONEY_CALLS = {"wan", "yuan", "fen", "Money"}


@dataclass(frozen=True, slots=True)
class Change:
    """Bytes `start` to `end` of a module's text become `text`; `before`, `after` and `within` say it to a reader."""

    kind: str
    start: int
    end: int
    text: str
    before: str
    after: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change in one module. `where` is the enclosing stage, formula or constant, `clause` the nearest clause.

    `nth` counts mutants that are otherwise told alike, so that `name` stays the same when lines move.
    """

    module: str
    path: str
    line: int
    change: Change
    where: str
    clause: str
    nth: int

    @property
    def kind(self) -> str:
        return self.change.kind

    @property
    def name(self) -> str:
        """A name without line numbers, for `equivalent.yaml`."""
        change = self.change
        within = f" in {change.within}" if change.within else ""
        return f"{self.where}: {change.before} → {change.after}{within}{f' #{self.nth}' if self.nth > 1 else ''}"

    def apply(self, source: str) -> str:
        data = source.encode()
        return (data[: self.change.start] + self.change.text.encode() + data[self.change.end :]).decode()


def short(text: str, width: int = 70) -> str:
    """A piece of source on one line."""
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= width else flat[: width - 1] + "…"
