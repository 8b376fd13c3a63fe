"""Attempts: claimed once, settled once, contradictions told; a person's word needs proof. On both databases."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, select

from models import Account, BatchStatus, appropriation, attempt, batch, batch_line, ledger_entry
from shixian.casework import journal
from shixian.casework.database import reading, transaction
from shixian.casework.money import ledger
from shixian.casework.money.attempts import GROUP, Told, claim_next, plan, send_again, settle
from shixian.casework.money.settling import Turn, held_batch, return_in
from shixian.casework.money.unsettled import counts, resolve_by_hand, unsettled, waiting_for_people
from shixian.casework.verify import verify
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from tests.casework.office import OFFICER, at, day
from tests.casework.treasury_office import AWARDED, CHECKER, MAKER, RELEASER, SECOND, FinanceOffice
from tests.lifecycles import BOOKS

NOW, DAY = at("2021-02-01T12:00"), day("2021-02-01")
WHEN: dict[str, Any] = {"legal_day": DAY, "now": NOW, "person": RELEASER}


class Released:
    """A released batch of four payments of 30 万元."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.office = FinanceOffice(engine)
        self.office.ready("甲实验室", "乙实验室")
        view = self.office.approved()
        self.ref = view.ref
        if view.approvals_missing:
            self.office.approve(self.ref, person=SECOND)
        self.office.release(self.ref)

    def rows(self) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(attempt).order_by(attempt.c.id)).all())

    def statuses(self) -> list[str]:
        return [row.status.value for row in self.rows()]

    def claim(self, at_most: int = GROUP) -> list[str]:
        return [one.key for one in claim_next(self.engine, self.ref, at_most, now=NOW, person=RELEASER, books=BOOKS)]

    def settle(self, key: str, outcome: str, **options: Any) -> Turn:
        asked = options.pop("asked", False)
        return settle(self.engine, [(key, Told(outcome, **options))], asked=asked, **WHEN)

    def account(self, account: Account) -> int:
        with reading(self.engine) as connection:
            return ledger.balances(connection)[account]

    def committed(self) -> int:
        with reading(self.engine) as connection:
            return int(connection.execute(select(appropriation.c.committed)).scalar_one())

    def kinds(self) -> list[str]:
        with reading(self.engine) as connection:
            return [row["kind"] for row in journal.entries(connection, f"batch:{self.ref}")]

    def sound(self) -> None:
        assert verify(self.engine).problems == ()


@pytest.fixture
def released(database: Engine) -> Released:
    return Released(database)


def test_released_is_planned_with_keys_of_its_own(released: Released) -> None:
    rows = released.rows()
    assert released.statuses() == ["planned"] * 4 and len({row.key for row in rows}) == 4
    assert all(len(row.key) == 32 and row.alive and row.fen == AWARDED and len(row.content) == 64 for row in rows)
    assert "attempts_planned" in released.kinds()
    released.sound()


def test_an_obligation_is_not_planned_twice(released: Released) -> None:
    with reading(released.engine) as connection:
        lines = connection.execute(select(batch_line)).mappings().all()
        number = connection.execute(select(batch.c.id)).scalar_one()
    with pytest.raises(CaseworkError, match="不得重复支付"), transaction(released.engine) as connection:
        plan(connection, number, lines, recorded_at=NOW, person="x")
    assert len(released.rows()) == 4


def test_a_claim_is_durable_carries_everything_and_is_made_once(released: Released) -> None:
    (claim, *_) = claim_next(released.engine, released.ref, 3, now=NOW, person=RELEASER, books=BOOKS)
    assert (claim.fen, claim.payee, claim.account, claim.day) == (AWARDED, "甲实验室", "1001234509012345678", DAY)
    assert claim.remittance.startswith("T-LG-2021") or "第六条" in claim.remittance
    assert "1001234509012345678" not in repr(claim)
    assert released.statuses() == ["intended"] * 3 + ["planned"]
    assert len(released.claim()) == 1 and released.claim() == []
    assert released.kinds().count("attempts_intended") == 2


def test_nothing_is_claimed_of_a_batch_that_was_not_released(database: Engine) -> None:
    office = FinanceOffice(database)
    office.ready()
    ref = office.approved().ref
    with pytest.raises(CaseworkError, match="未放行"):
        claim_next(database, ref, 5, now=NOW, person=RELEASER)
    with pytest.raises(NotFound):
        claim_next(database, "B-2021-9999", 5, now=NOW, person=RELEASER)


def test_two_releasers_never_claim_the_same(released: Released) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(released.claim(1))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found)) == 4
    released.sound()


def test_paid_posts_once_whatever_is_told_after(released: Released) -> None:
    key = released.claim(1)[0]
    released.settle(key, "paid", reference="R1")
    row = released.rows()[0]
    for outcome in ("paid", "unknown", "accepted", "not_found", "not_sent", "nonsense"):
        turn = released.settle(key, outcome, reference="R2")
        assert not turn.moved and not turn.alarms
    assert released.rows()[0] == row and row.reference == "R1" and row.paid_on == DAY
    assert released.account(Account.PAID) == AWARDED and released.account(Account.RESERVED) == 3 * AWARDED
    with reading(released.engine) as connection:
        year = connection.scalars(select(ledger_entry.c.year).where(ledger_entry.c.posting == f"paid:{key}")).all()
    assert year == [2021, 2021]
    released.sound()


def test_the_banks_day_counts_when_it_can_be_so(released: Released) -> None:
    first, second, third = released.claim(3)
    later = {"legal_day": day("2021-02-03"), "now": at("2021-02-03T09:00"), "person": RELEASER}
    told = [(first, "2021-02-02T10:00"), (second, "2021-01-31"), (third, "soon")]
    settle(released.engine, [(key, Told("paid", at=said)) for key, said in told], **later)  # type: ignore[arg-type]
    assert [str(row.paid_on) for row in released.rows()[:3]] == ["2021-02-02", "2021-02-03", "2021-02-03"]


def test_another_amount_settles_nothing_and_is_an_alarm(released: Released) -> None:
    keys = released.claim(2)
    given = [(keys[0], Told("paid", fen=1)), (keys[1], Told("paid", fen=AWARDED))]
    turn = settle(released.engine, given, **WHEN)
    assert released.statuses()[:2] == ["unknown", "paid"] and released.rows()[0].parked
    assert len(turn.alarms) == 1 and keys[0] in turn.alarms[0]
    assert [one.key for one in waiting_for_people(released.engine)] == [keys[0]]
    assert released.account(Account.PAID) == AWARDED
    released.sound()


def test_refused_frees_line_and_appropriation_and_a_later_paid_is_an_alarm(released: Released) -> None:
    key = released.claim(1)[0]
    assert released.committed() == 4 * AWARDED
    released.settle(key, "rejected", reason="户名不符")
    assert released.statuses()[0] == "rejected" and released.committed() == 3 * AWARDED
    with reading(released.engine) as connection:
        assert (
            connection.scalars(select(batch_line.c.alive).order_by(batch_line.c.number)).all() == [False] + [True] * 3
        )
    turn = released.settle(key, "paid")
    assert "前后不一致" in turn.alarms[0]
    assert released.statuses()[0] == "paid" and released.rows()[0].parked  # so that it is not paid once more
    assert released.committed() == 4 * AWARDED and released.account(Account.PAID) == AWARDED
    turn = released.settle(key, "rejected")
    assert "前后不一致" in turn.alarms[0] and released.statuses()[0] == "paid"
    released.sound()


def test_not_sent_goes_back_unless_somebody_asked_meanwhile(released: Released) -> None:
    first, second = released.claim(2)
    released.settle(first, "not_sent", reason="连不上")
    released.settle(second, "unknown", asked=True)
    released.settle(second, "not_sent")
    assert released.statuses()[:2] == ["planned", "unknown"]
    assert "attempts_not_sent" in released.kinds() and "attempts_unknown" in released.kinds()
    again = send_again(released.engine, released.ref, [first, second], books=BOOKS, **WHEN).claims
    assert [(one.key, one.again) for one in again] == [(second, True)]  # the planned one is nobody's to resend
    released.settle(second, "not_sent")
    assert released.statuses()[1] == "unknown"
    released.sound()


def test_the_batch_is_done_when_the_last_is_settled(released: Released) -> None:
    keys = released.claim()
    for key in keys[:-1]:
        released.settle(key, "paid")
    released.settle(keys[-1], "accepted")
    assert (
        counts(released.engine, released.ref).status == "released" and counts(released.engine, released.ref).open == 1
    )
    released.settle(keys[-1], "rejected")
    found = counts(released.engine, released.ref)
    assert (found.status, found.open, found.numbers) == (BatchStatus.DONE.value, 0, {"paid": 3, "rejected": 1})
    assert released.kinds()[-1] == "batch_done" and released.claim() == []
    released.sound()


def test_an_inquiry_without_an_answer_is_counted_and_recorded(released: Released) -> None:
    (key,) = released.claim(1)
    for _ in range(3):
        released.settle(key, "unknown", asked=True, reason="超时")
    assert [(one.key, one.status, one.inquiries) for one in unsettled(released.engine)] == [(key, "unknown", 3)]
    assert released.kinds().count("attempts_inquired") == 2
    released.sound()


def test_a_return_reverses_once(released: Released) -> None:
    (key,) = released.claim(1)
    released.settle(key, "paid")
    given = {"reference": "R", "reason": "账号户名不符", "legal_day": DAY, "now": NOW, "person": "x"}
    for _ in range(2):
        with transaction(released.engine) as connection:
            held = held_batch(connection, released.ref)
            row = dict(connection.execute(select(attempt).where(attempt.c.key == key)).mappings().one())
            if row["status"] == "paid":
                return_in(connection, held, row, **given)  # type: ignore[arg-type]
            else:
                with pytest.raises(CaseworkError, match="不能退汇"):
                    return_in(connection, held, row, **given)  # type: ignore[arg-type]
    assert released.account(Account.RETURNED) == -AWARDED and released.account(Account.RESERVED) == 4 * AWARDED
    assert released.statuses()[0] == "returned" and released.committed() == 3 * AWARDED
    released.settle(key, "paid")  # a bank asked later still says paid
    assert released.statuses()[0] == "returned"
    released.sound()


@pytest.mark.parametrize("person", [MAKER, RELEASER, OFFICER])
def test_not_everybody_may_say_what_became_of_it(released: Released, person: Any) -> None:
    (key,) = released.claim(1)
    released.settle(key, "unknown")
    given = {"reason": "网银核实", "proof": "回单1", "legal_day": DAY, "now": NOW}
    with pytest.raises(NotPermitted):
        resolve_by_hand(released.engine, key, "paid", person=person, **given)  # type: ignore[arg-type]
    assert released.statuses()[0] == "unknown"


def test_a_person_resolves_with_proof(released: Released) -> None:
    keys = released.claim(2)
    for key in keys:
        released.settle(key, "unknown")
    given: dict[str, Any] = {"legal_day": DAY, "now": NOW, "person": SECOND}
    with pytest.raises(CaseworkError, match="凭证"):
        resolve_by_hand(released.engine, keys[0], "paid", reason="x", proof=" ", **given)
    for outcome in ("stopped", "again"):
        with pytest.raises(CaseworkError, match="可能已经发出"):
            resolve_by_hand(released.engine, keys[0], outcome, reason="x", proof="y", **given)  # type: ignore[arg-type]
    assert resolve_by_hand(released.engine, keys[0], "paid", reason="网银核实", proof="回单7", **given) == "paid"
    assert resolve_by_hand(released.engine, keys[1], "rejected", reason="银行未收", proof="函3", **given) == "rejected"
    with pytest.raises(CaseworkError, match="已有结果"):
        resolve_by_hand(released.engine, keys[0], "rejected", reason="x", proof="y", **given)
    planned = released.rows()[2].key
    assert resolve_by_hand(released.engine, planned, "stopped", reason="撤回", proof="签报1", **given) == "stopped"
    assert released.committed() == 2 * AWARDED and released.account(Account.PAID) == AWARDED
    with reading(released.engine) as connection:
        last = [
            row for row in journal.entries(connection, f"batch:{released.ref}") if row["kind"] == "attempt_resolved"
        ]
    assert json.loads(last[0]["data"])["proof"] == "回单7" and last[0]["person"] == SECOND.key
    assert released.rows()[0].reference == "回单7"
    released.sound()


def test_the_checker_of_the_batch_may_resolve(released: Released) -> None:
    (key,) = released.claim(1)
    given: dict[str, Any] = {"legal_day": DAY, "now": NOW, "person": CHECKER}
    assert resolve_by_hand(released.engine, key, "paid", reason="核实", proof="回单", **given) == "paid"
