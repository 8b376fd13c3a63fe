"""Recovery: receipts against what is to come back, in parts, never beyond it, never netted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from models import Account, Direction, obligation, receipt
from shixian.casework.database import reading
from shixian.casework.money import appropriations, money_views, recovery
from shixian.casework.money.recovery import Recovery
from shixian.casework.verify import verify
from shixian.rules.errors import CaseworkError, MoneyError, NotFound, NotPermitted
from tests.casework.office import HEAD, at, day
from tests.casework.test_concurrency import together
from tests.casework.treasury_office import AWARDED, CHECKER, MAKER, FinanceOffice
from tests.database import MakeDatabase
from tests.lifecycles import BOOKS

OWED = 1234


@pytest.fixture
def finance(database: Engine) -> FinanceOffice:
    return owing(database)


def owing(engine: Engine) -> FinanceOffice:
    """A grant revoked on 1 February 2021: 12.34元 is to come back, 600,000元 stay reserved."""
    office = FinanceOffice(engine)
    ref = office.award()
    given = {"recovered": "12.34元"}
    decided = office.office.act(
        ref, "report", "revoke", "office", "2021-02-01T09:00", given, person=HEAD, reason="虚假"
    )
    assert decided.refusal is None
    return office


def number(finance: FinanceOffice, direction: Direction = Direction.RECOVER) -> int:
    with reading(finance.engine) as connection:
        own = select(obligation.c.id).where(obligation.c.direction == direction).order_by(obligation.c.id)
        return int(connection.scalars(own).first() or 0)


def receive(finance: FinanceOffice, fen: Any, reference: str, when: str = "2021-03-01", **options: Any) -> Recovery:
    wanted: dict[str, Any] = {"person": MAKER, "now": at("2021-03-02T09:00"), "books": BOOKS, **options}
    which = wanted.pop("which", None) or number(finance)
    return recovery.receive(finance.engine, which, fen, received=day(when), reference=reference, **wanted)


def test_it_comes_back_in_parts_and_is_posted(finance: FinanceOffice) -> None:
    assert receive(finance, 1000, "R1", "2021-02-10").outstanding == 234
    done = receive(finance, 234, "R2", "2021-03-01")
    assert (done.received, done.outstanding, done.clause) == (OWED, 0, "第八条")
    assert [(row["before"], row["fen"]) for row in done.receipts] == [(0, 1000), (1000, 234)]
    for when, back in (("2021-02-09", 0), ("2021-02-10", 1000), ("2021-03-01", OWED)):
        held = appropriations.balances_at(finance.engine, day(when))["lab", 2021]
        assert (held[Account.RECOVERED], held[Account.BUDGET]) == (-back, back)
    assert recovery.recoveries(finance.engine, open_only=True) == []
    assert len(recovery.recoveries(finance.engine)) == 1 and verify(finance.engine).problems == ()


def test_never_beyond_and_never_for_what_is_to_be_paid(finance: FinanceOffice) -> None:
    receive(finance, 1000, "R1")
    with pytest.raises(MoneyError, match="尚欠 2.34元，不能登记 2.35元") as refused:
        receive(finance, 235, "R2")
    assert refused.value.clause == "第八条"
    with pytest.raises(MoneyError, match="应付的款项"):
        receive(finance, 1, "R2", which=number(finance, Direction.PAY))
    with pytest.raises(NotFound):
        receive(finance, 1, "R2", which=999)
    for fen in (0, -1, 1.0, True, "1"):
        with pytest.raises(MoneyError):
            receive(finance, fen, "R2")
    with pytest.raises(CaseworkError, match="流水号"):
        receive(finance, 1, " ")
    with pytest.raises(CaseworkError, match="晚于"):
        receive(finance, 1, "R2", "2021-03-03")
    with pytest.raises(NotPermitted):
        receive(finance, 1, "R2", person=CHECKER)
    assert receive(finance, 234, "R3").outstanding == 0 and verify(finance.engine).problems == ()


def test_the_same_entry_twice_changes_nothing_another_is_refused(finance: FinanceOffice) -> None:
    receive(finance, 1000, "R1")
    again = receive(finance, 1000, "R1")
    assert again.already and again.received == 1000 and len(again.receipts) == 1
    for fen, when in ((999, "2021-03-01"), (1000, "2021-02-28")):
        with pytest.raises(MoneyError, match="已登记"):
            receive(finance, fen, "R1", when)


def test_two_at_once_never_go_beyond(finance: FinanceOffice) -> None:
    done = together(
        *[lambda n=n: receive(finance, 700, f"R{n}") for n in range(3)], lambda: receive(finance, 700, "R0")
    )
    assert sum(isinstance(one, MoneyError) for one in done) in (2, 3), done
    with reading(finance.engine) as connection:
        rows = connection.execute(select(receipt.c.before, receipt.c.fen)).all()
    assert [tuple(row) for row in rows] == [(0, 700)] and verify(finance.engine).problems == ()


def test_the_directions_stand_side_by_side(finance: FinanceOffice) -> None:
    receive(finance, 1000, "R1")
    totals = money_views.outstanding(finance.engine)
    assert (totals[Direction.PAY].count, totals[Direction.PAY].outstanding) == (2, 2 * AWARDED)
    assert (totals[Direction.RECOVER].fen, totals[Direction.RECOVER].outstanding) == (OWED, 234)
    before = money_views.outstanding(finance.engine, day=day("2021-02-28"), programme="lab", books=BOOKS)
    assert before[Direction.RECOVER].outstanding == OWED
    assert money_views.outstanding(finance.engine, day=day("2021-01-31"))[Direction.RECOVER].count == 0
    assert money_views.outstanding(finance.engine, lifecycle="lab-report")[Direction.PAY].count == 0
    (case,) = {row["case_ref"] for row in money_views.ledger_lines(finance.engine)} - {None}
    money = money_views.case_money(finance.engine, case)
    assert (money.outstanding(Direction.PAY), money.outstanding(Direction.RECOVER)) == (2 * AWARDED, 234)
    days = money_views.ledger_days(finance.engine, programme="lab", first=day("2021-03-01"))
    assert days == {("lab", 2021, day("2021-03-01")): {Account.BUDGET: 1000, Account.RECOVERED: -1000}}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(parts=st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_any_parts_add_up_to_no_more_than_is_owed(make_database: MakeDatabase, parts: list[int]) -> None:
    finance = owing(make_database())
    got = 0
    for place, fen in enumerate(parts):
        if got + fen <= OWED:
            got += fen
            assert receive(finance, fen, f"R{place}").received == got
        else:
            with pytest.raises(MoneyError):
                receive(finance, fen, f"R{place}")
    assert recovery.recoveries(finance.engine)[0].outstanding == OWED - got
    assert verify(finance.engine).problems == ()
