"""Many payments from few cases: the laboratory's law with a hundred instalments, released and ready to be paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine

from shixian.casework.lawbooks import LawBooks
from shixian.casework.money import appropriations, batches
from shixian.rules.conditions import fact
from shixian.rules.lifecycle import Decides, Owes
from tests.casework.office import Office
from tests.faults import world
from tests.lifecycles import BOOKS, GRANT, LIFECYCLES

INSTALMENTS = 100


def books() -> LawBooks:
    """The law in which an award owes a hundred instalments."""
    owes = tuple(
        Owes(payee=fact("unit_name"), debtor="市财政局", clause="第六条", sequence=number)
        for number in range(1, INSTALMENTS + 1)
    )

    def many(decides: Decides | None) -> Decides | None:
        return None if decides is None or decides.key != "grant" else replace(decides, owes=owes)

    stages = tuple(
        replace(stage, acts=tuple(replace(act, decides=many(act.decides)) for act in stage.acts))
        if stage.key == "award"
        else stage
        for stage in GRANT.stages
    )
    grant = replace(GRANT, stages=stages)
    return LawBooks({**LIFECYCLES, grant.key: grant}, BOOKS.calendar)


def released(engine: Engine, payments: int, now: datetime = world.NOW) -> str:
    """A batch of so many payments, released and not yet sent: its reference."""
    law = books()
    office = Office(engine, law)
    office.call()
    before = len(office.refs())
    for number in range(before, before + -(-payments // INSTALMENTS)):
        world.award(office, number, "100元")
    appropriations.grant(engine, world.PROGRAMME, world.YEAR, 10**10, because="预算批复", person=world.MAKER, now=now)
    made = batches.propose(engine, world.LIFECYCLE, world.DAY, person=world.MAKER, now=now, books=law)
    for checker in (world.CHECKER, world.OTHER_CHECKER)[: made.row["approvals"]]:
        batches.approve(engine, made.ref, person=checker, now=now)
    batches.authorize_release(engine, made.ref, person=world.RELEASER, now=now, books=law)
    return made.ref
