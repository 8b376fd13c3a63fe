"""Why a case is not among those to be paid though others of its list are: an open objection holds up its decision.

Nothing is owed before the decision, so a batch neither holds nor refuses it; whoever proposes one is told here which
cases these are, with the clause. Found by trying the deciding act itself, as it stands today (`possible_now`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, true

from models import case_file
from shixian.casework.lawbooks import LawBooks
from shixian.casework.parties import shown_party
from shixian.display.possible import possible_now
from shixian.display.settled import settling
from shixian.rules.lifecycle import Lifecycle

MOST = 200  # cases looked at: each act is tried


@dataclass(frozen=True, slots=True)
class Held:
    """A case whose decision to pay the law refuses now. `objections` are the cases that hold it up."""

    case_ref: str
    party: str
    stage: str
    because: str
    clause: str
    remedy: str
    objections: tuple[str, ...]


def held_up(engine: Engine, lifecycle: Lifecycle, books: LawBooks, *, now: datetime) -> list[Held]:
    """The open cases of the lifecycle with an open objection whose deciding act is refused, by reference."""
    acts = ((stage, act) for stage in lifecycle.stages for act in stage.acts)
    paying = {(stage.key, act.verb) for stage, act in acts if act.decides is not None and act.decides.owes}
    kinds = lifecycle.objected_by
    if not paying or not kinds:
        return []
    found = []
    with settling(engine, books, now=now) as store:
        columns = case_file.c
        mine = (columns.lifecycle == lifecycle.key, columns.status == "open", columns.family == true())
        query = select(columns.ref, shown_party()).where(*mine).order_by(columns.ref).limit(MOST)
        for ref, party in store.connection.execute(query).all():
            children = store.load(ref).progress.children.items()
            open_ones = tuple(child for child, (kind, status, *_) in children if kind in kinds and status == "open")
            if not open_ones:
                continue
            for one in possible_now(store, ref, now)[1]:
                if one.refusal is not None and (one.stage, one.verb) in paying:
                    refusal = one.refusal
                    told = (one.stage_title, refusal.because, refusal.clause, refusal.remedy)
                    found.append(Held(ref, party, *told, open_ones))
    return found
