"""The end of a budget year: what is left lapses or is carried by a stated rule; what is owed is not lost."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, select

from models import Account, journal_event
from shixian.casework.database import reading
from shixian.casework.money import appropriations, year_end
from shixian.casework.money.year_end import Closing, Rule
from shixian.casework.verify import verify
from shixian.rules.errors import BatchError, CaseworkError, NotFound, NotPermitted
from tests.casework.office import HEAD, at, day
from tests.casework.treasury_office import AWARDED, MAKER, FinanceOffice
from tests.lifecycles import BOOKS

GRANTED = 100_000_000  # one million yuan: 400,000 more than the award of twice 300,000 needs
OWED = 2 * AWARDED


@pytest.fixture
def finance(database: Engine) -> FinanceOffice:
    office = FinanceOffice(database)
    office.award()
    office.account()
    office.grant(GRANTED)
    return office


def close(
    finance: FinanceOffice,
    rule: Rule = Rule.LAPSE,
    when: str = "2022-01-05",
    year: int = 2021,
    because: str = "沪财〔2022〕1号",
) -> Closing:
    now = at(f"{when}T09:00")
    return year_end.close_year(
        finance.engine, "lab", year, rule=rule, because=because, person=MAKER, now=now, books=BOOKS
    )


def held(finance: FinanceOffice, year: int, when: str = "2022-12-31") -> dict[Account, int]:
    return {k: v for k, v in appropriations.balances_at(finance.engine, day(when)).get(("lab", year), {}).items() if v}


@pytest.mark.parametrize(
    ("rule", "lapsed", "carried"),
    [(Rule.LAPSE, GRANTED, 0), (Rule.CARRY, 0, GRANTED), (Rule.CARRY_RESERVED, GRANTED - OWED, OWED)],
)
def test_each_rule(finance: FinanceOffice, rule: Rule, lapsed: int, carried: int) -> None:
    made = close(finance, rule)
    assert (made.obligations, made.moved, made.lapsed, made.carried) == (2, OWED, lapsed, carried)
    # In 2021 nothing is left on the line and nothing is reserved; what was carried stands in 结转.
    assert held(finance, 2021) == {
        k: v for k, v in {Account.BUDGET: lapsed - GRANTED, Account.CARRIED: carried}.items() if v
    }
    expected = {Account.RESERVED: OWED, Account.APPROPRIATION: carried - OWED, Account.CARRIED: -carried}
    assert held(finance, 2022) == {k: v for k, v in expected.items() if v}
    lines = {line.year: line for line in appropriations.appropriations(finance.engine)}
    assert lines[2021].closed_on == day("2022-01-05") and lines[2021].left == 0
    assert (lines[2022].fen if carried else 2022 not in lines) == (carried or True)
    assert verify(finance.engine).problems == ()
    with reading(finance.engine) as connection:
        own = journal_event.c.journal == "appropriation:lab:2021"
        last = connection.execute(select(journal_event).where(own).order_by(journal_event.c.seq.desc())).mappings()
        data = json.loads(next(iter(last))["data"])
    assert data["reading"] == f"year-end-{rule.value}" and "第四十二条" in data["clause"] and data["because"]


def test_what_moved_is_paid_from_the_new_year(finance: FinanceOffice) -> None:
    close(finance, Rule.CARRY_RESERVED)
    with pytest.raises(BatchError, match="2021 预算年度已于 2022-01-05 结账"):
        finance.propose("2021-12-31", when="2022-01-06T09:00")
    view = finance.propose("2022-01-06")
    assert (view.count, view.fen, view.row["year"]) == (2, OWED, 2022) and verify(finance.engine).problems == ()


def test_not_before_the_year_is_over_nor_without_ground(finance: FinanceOffice) -> None:
    with pytest.raises(BatchError, match="尚未终了"):
        close(finance, when="2021-12-31")
    with pytest.raises(CaseworkError, match="依据"):
        close(finance, because=" ")
    with pytest.raises(NotFound, match="没有 2020 年度"):
        close(finance, year=2020)
    with pytest.raises(NotPermitted):
        year_end.close_year(
            finance.engine, "lab", 2021, rule=Rule.LAPSE, because="x", person=HEAD, now=at("2022-01-05T09:00")
        )
    assert appropriations.appropriations(finance.engine)[0].closed_on is None


def test_not_while_a_batch_of_the_year_is_open(finance: FinanceOffice) -> None:
    view = finance.propose()
    with pytest.raises(BatchError, match=view.ref):
        close(finance)
    finance.approve(view.ref)
    with pytest.raises(BatchError, match=view.ref):
        close(finance)
    finance.release(view.ref)
    with pytest.raises(BatchError, match=view.ref):
        close(finance)
    assert appropriations.appropriations(finance.engine)[0].closed_on is None


def test_closing_again_changes_nothing(finance: FinanceOffice) -> None:
    close(finance)
    before = held(finance, 2021), held(finance, 2022)
    again = close(finance, Rule.CARRY, when="2022-02-01")
    assert again.again and (again.moved, again.lapsed, again.carried) == (0, 0, 0)
    assert (held(finance, 2021), held(finance, 2022)) == before
    assert appropriations.appropriations(finance.engine)[0].closed_on == day("2022-01-05")
    assert verify(finance.engine).problems == ()


def test_what_was_carried_and_not_spent_is_not_carried_again(finance: FinanceOffice) -> None:
    """第四十二条: 60 万元 came from 2021; 10 万元 was granted for 2022; nothing was spent. Only the 10 may go on."""
    close(finance, Rule.CARRY_RESERVED)
    finance.grant(10_000_000, year=2022, when="2022-03-01T09:00")
    made = close(finance, Rule.CARRY, when="2023-01-05", year=2022)
    assert (made.moved, made.lapsed, made.carried) == (OWED, OWED, 10_000_000)
    assert held(finance, 2023, "2023-12-31")[Account.RESERVED] == OWED
    with pytest.raises(BatchError, match="结账"):
        finance.propose("2022-12-31", when="2023-01-06T09:00")
    with pytest.raises(BatchError, match="余额 100,000.00元"):
        finance.propose("2023-01-06")
    finance.grant(OWED, year=2023, when="2023-01-06T10:00")
    assert finance.propose("2023-01-07").count == 2 and verify(finance.engine).problems == ()
