"""An obligation that stands for another is not paid beside it; money that came back is not in the books twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from models import obligation
from shixian.casework.database import reading, transaction
from shixian.casework.money import ledger, recovery
from shixian.casework.money.payable import check_all
from shixian.casework.money.statements import to_repair
from shixian.rules.errors import MoneyError
from tests.casework.office import HEAD, at, day
from tests.casework.test_money_holes import DAY, NOW, Line, Paying
from tests.casework.treasury_office import AWARDED, MAKER


@pytest.fixture
def paying(database: Engine) -> Paying:
    return Paying(database)


def _replaced(paying: Paying, number: int, sequence: int) -> int:
    """An obligation in the stead of `number`, of the same sum, reserved as one that a decision makes."""
    with transaction(paying.engine) as connection:
        row = dict(connection.execute(select(obligation).where(obligation.c.id == number)).mappings().one())
        row |= {"sequence": sequence, "replaces": number}
        row.pop("id")
        made = int(connection.execute(insert(obligation).returning(obligation.c.id), row).scalar_one())
        posting = ledger.reserve(f"replaced:{made}", row["fen"], DAY, "变更", made, "lab")
        ledger.post(connection, [posting], recorded_at=NOW, person="li")
    return made


def test_what_replaces_an_obligation_is_not_paid_beside_it(paying: Paying) -> None:
    """The first may have been paid, or may still be: until that is known nothing is paid in its stead; a chain of
    replacements is followed to its beginning."""
    paying.ready()
    ref = paying.released()
    claim = paying.claim(ref, at_most=1)[0]
    first = next(row.obligation_id for row in paying.rows() if row.key == claim.key)
    second = _replaced(paying, first, 11)
    third = _replaced(paying, second, 12)
    paying.settle(claim.key, "unknown")

    def refused() -> dict[int, str]:
        with reading(paying.engine) as connection:
            rows = connection.execute(select(obligation).where(obligation.c.id.in_([first, second, third])))
            found = check_all(connection, rows.mappings().all(), as_of=DAY, books=paying.books)
        return {number: one.code for number, one in found.items() if one is not None}

    assert refused() == {first: "replaced", second: "replaced", third: "replaced_one_paid"}
    paying.settle(claim.key, "paid")
    assert refused()[third] == "replaced_one_paid"
    paying.take(Line("OUT", claim.key), Line("BACK", claim.key, direction="returned"))
    assert refused() == {first: "replaced", second: "replaced"}, "it came back: now what stands for it may be paid"


def test_what_was_replaced_after_its_release_is_not_sent(paying: Paying) -> None:
    paying.ready()
    ref = paying.released()
    first = paying.rows()[0].obligation_id
    _replaced(paying, first, 11)
    sent = {claim.key for claim in paying.claim(ref)}
    assert [row.obligation_id == first for row in paying.rows() if row.key not in sent] == [True]
    assert paying.statuses() == ["stopped", "intended"]


def _revoked(paying: Paying) -> tuple[str, int]:
    """A payment made, the award revoked, its sum to come back: the payment's key, and the obligation to pay back."""
    case = paying.ready()[0]
    claims = paying.claim(paying.released())
    for claim in claims:
        paying.settle(claim.key, "paid")
    given = {"recovered": "30万元"}
    when = "2021-02-02T09:00"
    decided = paying.office.act(case, "report", "revoke", "office", when, given, person=HEAD, reason="虚假")
    assert decided.refusal is None
    with reading(paying.engine) as connection:
        owed = connection.scalar(select(obligation.c.id).where(obligation.c.direction == "追"))
    return claims[0].key, int(owed or 0)


def _receive(paying: Paying, owed: int, reference: str) -> None:
    words: dict[str, Any] = {"person": MAKER, "now": at("2021-02-03T09:00"), "books": paying.books}
    recovery.receive(paying.engine, owed, AWARDED, received=day("2021-02-03"), reference=reference, **words)


def test_money_that_the_bank_sent_back_is_not_entered_as_recovered_too(paying: Paying) -> None:
    key, owed = _revoked(paying)
    paying.take(Line("BACK", key, direction="returned", booked=day("2021-02-03")), when="2021-02-03")
    with pytest.raises(MoneyError, match="退汇"):
        _receive(paying, owed, "BACK")
    _receive(paying, owed, "ANOTHER")
    paying.sound()


def test_nor_the_other_way_round(paying: Paying) -> None:
    key, owed = _revoked(paying)
    _receive(paying, owed, "BACK")
    taken = paying.take(Line("BACK", key, direction="returned", booked=day("2021-02-03")), when="2021-02-03")
    assert any("追回" in alarm for alarm in taken.alarms) and paying.statuses() == ["paid", "paid"]
    assert [row["reference"] for row in to_repair(paying.engine)] == ["BACK"]
    paying.sound()
