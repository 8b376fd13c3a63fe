"""Ways in which public money could leave twice, or wrongly, that a reviewer looked for: each was or might be a hole.

Between release and sending, between batches that know nothing of each other, between two budget years, and between two
people at once. On both databases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from models import Account, BatchStatus, attempt, ledger_entry
from shixian.casework import journal
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money import appropriations, batches, settling, year_end
from shixian.casework.money.attempts import Told, claim_next, send_again, settle
from shixian.casework.money.payable import reserved_years
from shixian.casework.money.statements import Taken, take_lines, to_repair
from shixian.casework.money.unsettled import resolve_by_hand, waiting_for_people
from shixian.casework.money.year_end import Rule
from shixian.casework.staff.people import Person, Role
from shixian.casework.verify import verify
from shixian.rules.errors import BatchError
from tests.casework.office import HEAD, at, day
from tests.casework.test_batches_release import OPEN_TO_CHALLENGE
from tests.casework.treasury_office import AWARDED, CHECKER, MAKER, RELEASER, FinanceOffice

NOW, DAY = at("2021-02-01T12:00"), day("2021-02-01")
LATER = Person("shi", "时复核", frozenset({Role.FINANCE_CHECKER}))


@dataclass(frozen=True)
class Line:
    """A line as a bank books it."""

    reference: str
    key: str
    fen: int = AWARDED
    direction: str = "out"
    booked: date = DAY
    counterparty: str = ""
    text: str = ""


class Paying(FinanceOffice):
    """Awards of two units, whose payments the tests send by hand."""

    def __init__(self, engine: Engine, books: LawBooks = OPEN_TO_CHALLENGE) -> None:
        super().__init__(engine, books)

    def released(self, when: str = "2021-02-01") -> str:
        ref = self.propose(when, second_checker_above=10**12).ref
        self.approve(ref, when=f"{when}T10:00")
        self.release(ref, when=f"{when}T11:00")
        return ref

    def claim(self, ref: str, when: str = "2021-02-01T12:00", at_most: int = 64) -> list[Any]:
        return claim_next(self.engine, ref, at_most, now=at(when), person=RELEASER, books=self.books)

    def again(self, ref: str, keys: Sequence[str]) -> settling.Turn:
        words: dict[str, Any] = {"legal_day": DAY, "now": NOW, "person": RELEASER, "books": self.books}
        return send_again(self.engine, ref, keys, **words)

    def settle(self, key: str, outcome: str, when: str = "2021-02-01", **told: Any) -> settling.Turn:
        asked = bool(told.pop("asked", False))
        given: dict[str, Any] = {"legal_day": day(when), "now": at(f"{when}T13:00"), "person": RELEASER}
        return settle(self.engine, [(key, Told(outcome, **told))], asked=asked, **given)

    def take(self, *lines: Line, when: str = "2021-02-01", source: str = "bank") -> Taken:
        given: dict[str, Any] = {"legal_day": day(when), "now": at(f"{when}T18:00"), "person": CHECKER}
        return take_lines(self.engine, source, "S", lines, **given)

    def resolve(self, key: str, outcome: Any, when: str = "2021-02-01") -> str:
        given: dict[str, Any] = {"legal_day": day(when), "now": at(f"{when}T19:00"), "person": LATER}
        return resolve_by_hand(self.engine, key, outcome, reason="网银核实", proof="回单9", **given)

    def rows(self) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(attempt).order_by(attempt.c.id)).all())

    def statuses(self) -> list[str]:
        return [row.status.value for row in self.rows()]

    def committed(self, year: int = 2021) -> int:
        with reading(self.engine) as connection:
            return appropriations.require_line(connection, "lab", year).committed

    def kinds(self, name: str) -> list[str]:
        with reading(self.engine) as connection:
            return [row["kind"] for row in journal.entries(connection, name)]

    def reserved(self, obligation: int = 1) -> dict[int, int]:
        with reading(self.engine) as connection:
            return reserved_years(connection, [obligation]).get(obligation, {})

    def sound(self) -> None:
        assert verify(self.engine).problems == ()


@pytest.fixture
def paying(database: Engine) -> Paying:
    return Paying(database)


# -- what happens between release and sending ------------------------------------------------------------------------


def test_an_objection_after_release_keeps_back_what_was_not_sent(paying: Paying) -> None:
    """Released while the treasury was down; the objection came before anything was sent. Its two lines do not go."""
    refs = paying.ready("甲实验室", "乙实验室")
    ref = paying.released()
    decided = paying.office.act(refs[1], "report", "challenge", "office", "2021-02-01T11:30")
    assert decided.refusal is None, decided.refusal
    assert [claim.payee for claim in paying.claim(ref)] == ["甲实验室"] * 2
    assert paying.statuses() == ["intended"] * 2 + ["stopped"] * 2 and paying.committed() == 2 * AWARDED
    view = batches.show(paying.engine, ref)
    assert {(one["case_ref"], one["code"]) for one in view.refusals} == {(refs[1], "objection_open")}
    assert [line["alive"] for line in view.lines] == [True, True, False, False]
    paying.sound()
    paying.office.act(f"{refs[1]}/objection1", "handling", "pass", "office", "2021-02-02T09:00")
    assert [line["case_ref"] for line in paying.propose("2021-02-03").lines] == [refs[1]] * 2


def test_when_all_that_is_left_is_kept_back_the_rest_still_goes(paying: Paying) -> None:
    """A whole group that may not go does not end the run: the next group is looked at in the same claim."""
    refs = paying.ready("甲实验室", "乙实验室")
    ref = paying.released()
    paying.office.act(refs[0], "report", "challenge", "office", "2021-02-01T11:30")
    assert [claim.payee for claim in paying.claim(ref, at_most=2)] == ["乙实验室"] * 2
    paying.sound()


@pytest.mark.parametrize("verified", [True, False])
def test_an_account_changed_after_release_is_paid_at_neither(paying: Paying, verified: bool) -> None:
    paying.ready("甲实验室", "乙实验室")
    ref = paying.released()
    paying.account("甲实验室", "2002345098765432109", verified=verified)
    assert [claim.payee for claim in paying.claim(ref)] == ["乙实验室"] * 2
    assert paying.statuses() == ["stopped"] * 2 + ["intended"] * 2
    codes = {one["code"] for one in batches.show(paying.engine, ref).refusals}
    assert codes == {"account_replaced" if verified else "account_unverified"}
    paying.sound()


def test_a_decision_taken_back_after_release_is_not_paid(paying: Paying) -> None:
    refs = paying.ready()
    ref = paying.released()
    given = {"recovered": "1元"}
    paying.office.act(refs[0], "report", "revoke", "office", "2021-02-01T11:30", given, person=HEAD, reason="虚假")
    assert paying.claim(ref) == [] and paying.statuses() == ["stopped"] * 2 and paying.committed() == 0
    assert batches.show(paying.engine, ref).status is BatchStatus.DONE
    paying.sound()


def test_what_may_not_be_paid_now_is_not_sent_again_either(paying: Paying) -> None:
    """It may have been sent: so it is not stopped (a new attempt could double it), only not sent, until it may be."""
    refs = paying.ready()
    ref = paying.released()
    key = paying.claim(ref, at_most=1)[0].key
    paying.settle(key, "not_found", asked=True)
    paying.office.act(refs[0], "report", "challenge", "office", "2021-02-01T11:30")
    turn = paying.again(ref, [key])
    assert turn.claims == []
    row = paying.rows()[0]
    assert (row.status.value, row.parked, row.alive) == ("unknown", False, True)
    assert len(turn.alarms) == 1 and key in turn.alarms[0] and "异议" in turn.alarms[0]
    paying.office.act(f"{refs[0]}/objection1", "handling", "pass", "office", "2021-02-01T11:40")
    assert [claim.key for claim in paying.again(ref, [key]).claims] == [key]
    paying.sound()


# -- the bank pays what it had refused -------------------------------------------------------------------------------


def refused_then_released_again(paying: Paying) -> tuple[str, str, str]:
    """The first payment was refused; its obligation waits, planned, in a second batch. Both keys, and that batch."""
    paying.ready()
    first = paying.released()
    keys = [claim.key for claim in paying.claim(first)]
    paying.settle(keys[0], "rejected", reason="户名不符")
    paying.settle(keys[1], "paid")
    second = paying.released("2021-02-02")
    other = next(row for row in paying.rows() if row.status.value == "planned")
    return keys[0], other.key, second


def test_the_second_attempt_is_not_sent_when_the_first_was_paid_after_all(paying: Paying) -> None:
    key, other, second = refused_then_released_again(paying)
    taken = paying.take(Line("R1", key), when="2021-02-02")
    assert taken.alarms and paying.claim(second, "2021-02-02T12:00") == []
    assert {(one.key, one.status) for one in waiting_for_people(paying.engine)} == {
        (key, "rejected"),
        (other, "planned"),
    }
    paying.sound()


def test_nor_a_third_when_the_second_has_ended(paying: Paying) -> None:
    """The second is stopped by a person. Nothing lives now, but the bank has paid: only a person can say so."""
    key, other, _ = refused_then_released_again(paying)
    paying.take(Line("R1", key), when="2021-02-02")
    assert paying.resolve(other, "stopped", "2021-02-02") == "stopped"
    with pytest.raises(BatchError, match="contradicted|先前已拒付"):
        paying.propose("2021-02-03")
    assert paying.resolve(key, "paid", "2021-02-03") == "paid"
    with pytest.raises(BatchError, match="没有待付"):
        paying.propose("2021-02-03")
    balances = appropriations.balances_at(paying.engine, day("2021-02-04"))["lab", 2021]
    assert (balances[Account.PAID], balances[Account.RESERVED]) == (2 * AWARDED, 0)
    assert paying.committed() == 2 * AWARDED
    paying.sound()


def test_a_person_may_also_find_that_it_was_never_paid(paying: Paying) -> None:
    key, other, _ = refused_then_released_again(paying)
    paying.settle(key, "paid", "2021-02-02")
    paying.resolve(other, "stopped", "2021-02-02")
    assert paying.resolve(key, "rejected", "2021-02-03") == "rejected"
    assert [line["obligation_id"] for line in paying.propose("2021-02-03").lines] == [1]
    paying.sound()


def test_two_that_would_live_at_once_are_told_apart_by_the_database(
    paying: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release on its way, not yet to be seen: the unique index speaks, and the outcome is told once more."""
    key, other, _ = refused_then_released_again(paying)
    look, looks = settling._another_lives, iter((False, True, True))
    monkeypatch.setattr(settling, "_another_lives", lambda *given: next(looks, look(*given)))
    turn = paying.settle(key, "paid", "2021-02-02")
    assert "前后不一致" in turn.alarms[0] and [row.status.value for row in paying.rows() if row.key == other]
    assert paying.rows()[0].status.value == "rejected"
    paying.sound()


def test_refused_and_returned_in_whatever_order_the_statement_tells_it(paying: Paying) -> None:
    """A bank that refuses often books the payment out and back. Read back first, it still came back."""
    paying.ready()
    ref = paying.released()
    keys = [claim.key for claim in paying.claim(ref)]
    for key in keys:
        paying.settle(key, "rejected")
    paying.take(Line("B0", keys[0], direction="returned"), Line("A0", keys[0]))
    paying.take(Line("A1", keys[1]), Line("B1", keys[1], direction="returned"))
    assert paying.statuses() == ["returned"] * 2 and paying.committed() == 0
    assert paying.kinds(f"batch:{ref}").count("batch_done") == 1
    assert len(paying.propose("2021-02-03").lines) == 2
    paying.sound()


# -- statements ------------------------------------------------------------------------------------------------------


def test_another_amount_on_the_statement_waits_for_a_person(paying: Paying) -> None:
    """The bank booked something under our key: it must neither be sent again nor be paid anew."""
    paying.ready()
    ref = paying.released()
    keys = [claim.key for claim in paying.claim(ref)]
    paying.settle(keys[0], "not_found", asked=True)
    paying.settle(keys[1], "rejected")
    taken = paying.take(Line("R0", keys[0], fen=5), Line("R1", keys[1], fen=5))
    assert {one.value: number for one, number in taken.findings.items()} == {"amount_differs": 2}
    assert [row.parked for row in paying.rows()] == [True, True]
    assert paying.again(ref, [keys[0]]).claims == []
    with pytest.raises(BatchError, match="先前已拒付"):
        paying.propose("2021-02-03")
    paying.sound()


def test_a_part_that_came_back_changes_nothing_and_is_on_the_list(paying: Paying) -> None:
    paying.ready()
    ref = paying.released()
    keys = [claim.key for claim in paying.claim(ref)]
    for key in keys:
        paying.settle(key, "paid")
    paying.take(Line("R0", keys[0]), Line("R1", keys[0], fen=AWARDED // 2, direction="returned"))
    assert paying.statuses() == ["paid"] * 2
    assert [(row["finding"], row["fen"]) for row in to_repair(paying.engine)] == [("amount_differs", AWARDED // 2)]
    with pytest.raises(BatchError, match="没有待付"):
        paying.propose("2021-02-03")
    paying.sound()


def test_a_line_that_says_another_thing_is_kept_for_a_person(paying: Paying) -> None:
    paying.ready()
    ref = paying.released()
    keys = [claim.key for claim in paying.claim(ref)]
    paying.take(Line("R0", keys[0]))
    for _ in range(2):
        taken = paying.take(Line("R0", keys[1]))
    assert taken.alarms and paying.statuses() == ["paid", "intended"]
    assert [(row["finding"], row["key"], row["fen"]) for row in to_repair(paying.engine)] == [
        ("changed", keys[1], AWARDED)
    ]
    paying.sound()


# -- two budget years ------------------------------------------------------------------------------------------------


def test_paid_after_all_when_its_reservation_stands_in_the_next_year(paying: Paying) -> None:
    """Refused in 2021, proposed again in 2022 (which moves the reservation), then paid as of 2021 after all."""
    paying.ready()
    first = paying.released()
    keys = [claim.key for claim in paying.claim(first)]
    paying.settle(keys[0], "rejected")
    paying.settle(keys[1], "paid")
    paying.grant(year=2022, when="2022-01-04T09:00")
    second = paying.propose("2022-01-05").ref
    assert paying.reserved() == {2022: AWARDED}
    paying.settle(keys[0], "paid", "2022-01-05")
    assert paying.reserved() == {} and paying.statuses() == ["paid", "paid"]
    found = appropriations.balances_at(paying.engine, day("2022-01-06"))
    assert found["lab", 2021][Account.PAID] == 2 * AWARDED
    assert [found["lab", year][Account.RESERVED] for year in (2021, 2022)] == [0, 0]
    paying.approve(second, when="2022-01-05T10:00")
    assert paying.release(second, when="2022-01-05T11:00").progress == {"stopped": (1, AWARDED)}
    assert (paying.committed(2021), paying.committed(2022)) == (2 * AWARDED, 0)
    paying.sound()


def test_released_on_the_last_day_and_paid_on_the_first(paying: Paying) -> None:
    paying.ready()
    ref = paying.released("2021-12-31")
    keys = [claim.key for claim in paying.claim(ref, "2021-12-31T23:59")]
    for key in keys:
        paying.settle(key, "paid", "2022-01-01", at="2022-01-01")
    with reading(paying.engine) as connection:
        posted = connection.execute(
            select(ledger_entry.c.year, ledger_entry.c.legal_day).where(ledger_entry.c.account == Account.PAID)
        ).all()
    assert set(posted) == {(2021, day("2022-01-01"))} and paying.committed() == 2 * AWARDED
    paying.sound()


def close(paying: Paying, when: str, rule: Rule = Rule.CARRY_RESERVED, year: int = 2021) -> year_end.Closing:
    given: dict[str, Any] = {"rule": rule, "because": "沪财〔2022〕1号", "person": MAKER, "now": at(f"{when}T09:00")}
    return year_end.close_year(paying.engine, "lab", year, books=paying.books, **given)


@pytest.mark.parametrize("rule", list(Rule))
def test_closing_again_after_a_payment_came_back(paying: Paying, rule: Rule) -> None:
    """Paid in December, closed in January, returned by the bank afterwards: the second closing moves it to 2022."""
    paying.ready()
    ref = paying.released("2021-12-30")
    keys = [claim.key for claim in paying.claim(ref, "2021-12-30T12:00")]
    for key in keys:
        paying.settle(key, "paid", "2021-12-30", at="2021-12-30")
    assert close(paying, "2022-01-05", rule).moved == 0
    paying.take(Line("B1", keys[0], direction="returned", booked=day("2022-01-06")), when="2022-01-06")
    assert paying.statuses() == ["returned", "paid"] and paying.reserved() == {2021: AWARDED}
    again = close(paying, "2022-01-07", rule)
    assert again.again and (again.obligations, again.moved) == (1, AWARDED)
    assert (again.carried, again.lapsed) == ((0, AWARDED) if rule is Rule.LAPSE else (AWARDED, 0))
    assert paying.reserved() == {2022: AWARDED} and paying.committed() == AWARDED
    once_more = close(paying, "2022-01-08", rule)
    assert (once_more.moved, once_more.lapsed, once_more.carried) == (0, 0, 0)
    paying.grant(year=2022, when="2022-01-09T09:00")
    second = paying.released("2022-01-10")
    for claim in paying.claim(second, "2022-01-10T12:00"):
        paying.settle(claim.key, "paid", "2022-01-10")
    assert paying.statuses() == ["returned", "paid", "paid"] and paying.committed(2022) == AWARDED
    paying.sound()


def test_paid_after_all_in_a_closed_year_and_back_again_stops_no_statement(paying: Paying) -> None:
    """The bank pays what it refused when the year is closed: an alarm. What then comes back can still be read."""
    paying.ready()
    ref = paying.released("2021-12-30")
    keys = [claim.key for claim in paying.claim(ref, "2021-12-30T12:00")]
    for key in keys:
        paying.settle(key, "rejected", "2021-12-30")
    close(paying, "2022-01-05")
    taken = paying.take(Line("A0", keys[0], booked=day("2022-01-06")), when="2022-01-06")
    assert any("结账" in alarm for alarm in taken.alarms)
    assert verify(paying.engine).problems  # money went that no appropriation held: that is to be seen
    paying.take(Line("B0", keys[0], direction="returned", booked=day("2022-01-07")), when="2022-01-07")
    assert paying.statuses() == ["returned", "rejected"] and paying.committed() == 0
    paying.sound()
