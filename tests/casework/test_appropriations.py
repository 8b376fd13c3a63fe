"""Appropriations: granted with their ground, never overdrawn by any order of takes, shown as they stood on any day."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, update

from models import Account, appropriation
from shixian.casework.database import reading, transaction
from shixian.casework.money import appropriations
from shixian.casework.verify import verify
from shixian.rules.errors import BatchError, CaseworkError, NotFound, NotPermitted
from tests.casework.office import HEAD, at, day
from tests.casework.test_concurrency import together
from tests.casework.treasury_office import AWARDED, CHECKER, MAKER, FinanceOffice


@pytest.fixture
def finance(database: Engine) -> FinanceOffice:
    return FinanceOffice(database)


def test_grants_add_up_and_are_posted(finance: FinanceOffice) -> None:
    finance.award()
    finance.grant(100_00)
    finance.grant(50_00, when="2021-03-01T09:00")
    (line,) = appropriations.appropriations(finance.engine)
    assert (line.programme, line.year, line.fen, line.committed, line.left) == ("lab", 2021, 150_00, 0, 150_00)
    before = appropriations.balances_at(finance.engine, day("2021-02-28"))["lab", 2021]
    after = appropriations.balances_at(finance.engine, day("2021-03-01"), programme="lab", year=2021)["lab", 2021]
    # The award of 20 January reserved 60 万元, whatever had been granted.
    assert (before[Account.BUDGET], before[Account.APPROPRIATION]) == (-100_00, 100_00 - 2 * AWARDED)
    assert after[Account.BUDGET] == -150_00 and sum(after.values()) == 0
    assert verify(finance.engine).problems == ()


def test_who_may_grant_and_on_what_ground(finance: FinanceOffice) -> None:
    for person in (CHECKER, HEAD):
        with pytest.raises(NotPermitted):
            appropriations.grant(
                finance.engine, "lab", 2021, 1, because="文号", person=person, now=at("2021-01-04T09:00")
            )
    for programme, year, because in (("lab", 2021, " "), ("", 2021, "文号"), ("lab", 21, "文号")):
        with pytest.raises(CaseworkError):
            appropriations.grant(
                finance.engine, programme, year, 1, because=because, person=MAKER, now=at("2021-01-04T09:00")
            )
    with reading(finance.engine) as connection, pytest.raises(NotFound, match="没有 2021 年度的拨款"):
        appropriations.require_line(connection, "lab", 2021)


def test_a_closed_line_gives_nothing_and_takes_back(finance: FinanceOffice) -> None:
    finance.grant(100)
    with transaction(finance.engine) as connection:
        appropriations.take(connection, "lab", 2021, 60)
        connection.execute(update(appropriation).values(closed_on=day("2022-01-05")))
    with pytest.raises(BatchError, match="结账"), transaction(finance.engine) as connection:
        appropriations.take(connection, "lab", 2021, 1)
    with pytest.raises(BatchError, match="结账"):
        finance.grant(1)
    with transaction(finance.engine) as connection:
        appropriations.give_back(connection, "lab", 2021, 60)
    assert appropriations.appropriations(finance.engine)[0].committed == 0
    with pytest.raises(BatchError, match="不能释放"), transaction(finance.engine) as connection:
        appropriations.give_back(connection, "lab", 2021, 1)


def test_many_take_at_once_and_never_more_than_there_is(finance: FinanceOffice) -> None:
    finance.grant(100)

    def take() -> None:
        with transaction(finance.engine) as connection:
            appropriations.take(connection, "lab", 2021, 40)

    done = together(*[take] * 5)
    assert [one for one in done if one is None] == [None, None]
    assert all(isinstance(one, BatchError) for one in done if one is not None), done
    assert appropriations.appropriations(finance.engine)[0].committed == 80


MOVES = st.lists(st.tuples(st.sampled_from(["take", "give_back"]), st.integers(1, 120)), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(moves=MOVES)
def test_committed_follows_every_order_of_moves(finance: FinanceOffice, moves: list[tuple[str, int]]) -> None:
    with finance.engine.connect().execution_options(writes=True) as connection:
        transactional = connection.begin()
        appropriations.add(connection, "model", 2021, 100, recorded_at=at("2021-01-04T09:00"))
        held = 0
        for name, fen in moves:
            fits = held + fen <= 100 if name == "take" else fen <= held
            with contextlib.nullcontext() if fits else pytest.raises(BatchError):
                getattr(appropriations, name)(connection, "model", 2021, fen)
            held += (fen if name == "take" else -fen) if fits else 0
            assert appropriations.require_line(connection, "model", 2021).committed == held
        transactional.rollback()
