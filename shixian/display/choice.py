"""Cases chosen to be acted on together: where each stands today, and which acts how many of them would accept.

Clocks that have ended are settled for the look, as an act settles them: what is offered is what will be accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from models import case_file
from shixian.casework.lawbooks import LawBooks
from shixian.casework.parties import shown_party
from shixian.casework.staff.people import Person, in_scope
from shixian.display.plain import Plain
from shixian.display.possible import possible_now
from shixian.display.settled import settling
from shixian.rules.lifecycle import Act, Lifecycle, Stage
from shixian.rules.state import Refusal


@dataclass(frozen=True, slots=True)
class ChosenCase:
    ref: str
    party: str
    title: str
    stages: tuple[str, ...]
    blocked: str = ""  # why nothing at all may be done


@dataclass(slots=True)
class ChosenAct:
    """`here`: how many of the cases stand at its stage; `may`: to how many of these it may be done now; `refusal`: why
    not to the first of the others, `refused`."""

    lifecycle: Lifecycle
    stage: Stage
    act: Act
    here: int = 0
    may: int = 0
    refused: str = ""
    refusal: Refusal | None = None

    @property
    def key(self) -> str:
        return f"{self.lifecycle.key}|{self.stage.key}|{self.act.verb}"


def choose(
    engine: Engine, refs: Sequence[str], person: Person, *, now: datetime, books: LawBooks
) -> tuple[list[ChosenCase], list[ChosenAct]]:
    """The cases of these references in the person's scope, by reference; and their acts, the most possible first."""
    cases: list[ChosenCase] = []
    acts: dict[str, ChosenAct] = {}
    with settling(engine, books, now=now) as store:
        columns = case_file.c
        rows = store.connection.execute(
            select(columns.ref, shown_party()).where(columns.ref.in_(refs)).order_by(columns.ref)
        ).all()
        for ref, party in rows:
            lifecycle = books.lifecycles.get(store.load(ref).lifecycle)
            if lifecycle is None or not in_scope(person, lifecycle):
                continue
            blocked, found = possible_now(store, ref, now)
            asked = {(one.stage, one.verb): one.refusal for one in found}
            progress = store.load(ref).progress
            open_stages = progress.open_stages() if progress.status != "closed" and not blocked else []
            stages = [stage for stage in lifecycle.stages if stage.key in open_stages]
            where = tuple(stage.title for stage in stages)
            cases.append(ChosenCase(ref, party, lifecycle.title, where, Plain(lifecycle, {})(blocked)))
            for one in (ChosenAct(lifecycle, stage, act) for stage in stages for act in stage.acts):
                counted = acts.setdefault(one.key, one)
                counted.here += 1
                refusal = asked.get((one.stage.key, one.act.verb))
                counted.may += refusal is None
                if refusal is not None and counted.refusal is None:
                    counted.refused, counted.refusal = ref, Plain(lifecycle, books.lifecycles).refusal(refusal)
    return cases, sorted(acts.values(), key=lambda one: (-one.may, -one.here))
