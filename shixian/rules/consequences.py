"""What follows: from a clock that ran out (`Lapse`), and from an act or an end for other cases (`Consequence`).

Part of the declaration; a programme module finds all of it in `lifecycle`. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shixian.rules.expressions import Expression
from shixian.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Closed:
    """The case ends here. `reason` is a code (lapsed, waived, refused, terminated), `text` the law's word for it."""

    text: str
    reason: str = "lapsed"
    clause: str | None = None
    consequences: tuple[Consequence, ...] = ()


@dataclass(frozen=True, slots=True)
class Goes:
    """The stage ends with this outcome."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Spawn:
    """A duty recurs: open the child case, and run the clock again for the next year."""

    opens: Opens


@dataclass(frozen=True, slots=True)
class Silent:
    """The text names no consequence: the case lands on an officer's list, and a person decides and says why."""

    note: str = "条文未规定逾期后果，由经办人决定并说明理由"


SILENT = Silent()


@dataclass(frozen=True, slots=True)
class LeftToMeasures(Silent):
    """The text names measures but not which of them an overrun brings: a person takes one, or allows more time.

    Nothing else ends the case (`end_case` is refused): an end outside the measures would leave out what they carry,
    such as the money to be recovered, a bar, or the history that later cases ask for.
    """


@dataclass(frozen=True, slots=True)
class OneOf:
    """Which consequence depends on facts. At most one guard may hold; two that hold are a conflict for a person."""

    cases: tuple[tuple[Expression, Closed | Goes | Silent], ...]
    otherwise: Closed | Goes | Silent = SILENT


Lapse = Closed | Goes | Spawn | Silent | OneOf


def lapses(lapse: Lapse) -> Iterator[Closed | Goes | Spawn | Silent]:
    """The consequences a lapse can have: itself, or each of its cases."""
    if isinstance(lapse, OneOf):
        yield from (what for _, what in lapse.cases)
        yield lapse.otherwise
    else:
        yield lapse


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """Writes an integrity record (科研信用记录) about the party."""

    clause: str
    subject: str
    ground: str
    serious: bool = False
    only_if: Expression | None = None
    reading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars the party from these lifecycles (`*`: from every application) from the day of the consequence on.

    It ends on the day that the fact `until` states; without one, with the length. A length of None (永久, or until
    another decision) has no end: only `SetsBarEnd` ends such a bar.
    """

    clause: str
    subject: str
    lifecycles: tuple[str, ...]
    length: Period | None
    text: str
    until: str | None = None
    reading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetsBarEnd:
    """Gives the bars that this case has imposed on the party another end: the day that the fact `until` states (a
    sanction made longer or shorter), or, without it, the day before, so that they bar nothing from now on; `through`:
    the day itself, for a term that runs out with its last day bars to 24:00. `only`: just the bars imposed under that
    clause."""

    clause: str
    subject: str
    text: str
    until: str | None = None
    only: str | None = None
    through: bool = False
    reading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Writes history that later cycles ask for (a grade, a winner, a candidate without award)."""

    key: str
    subject: str
    value: Expression
    clause: str
    only_if: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraws:
    """Withdraws one line of history under `key` with `value`, of the cycle named: it stays, and a line beside it says
    that it no longer counts (see `history.Standing`)."""

    key: str
    subject: str
    cycle: Expression
    value: str
    clause: str
    only_if: Expression | None = None
    reading: str | None = None


Consequence = Integrity | Bars | SetsBarEnd | Remember | Withdraws


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """Opens a case of another lifecycle as this one's child; `facts` maps the child's facts to expressions here."""

    lifecycle: str
    label: str
    clause: str
    facts: Mapping[str, Expression] = field(default_factory=dict)
    at_most: int | None = None
