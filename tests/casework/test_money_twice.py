"""Two people at once, the same asked twice, refusals in the journal: on both databases."""

from __future__ import annotations

import json
from functools import partial

import pytest
from sqlalchemy import select

from models import BatchStatus, attempt, batch_line, payee_account
from shixian.casework import journal
from shixian.casework.database import reading
from shixian.casework.money import appropriations, batches, payees
from shixian.casework.staff.people import Person, Role
from shixian.casework.verify import verify
from shixian.rules.errors import BatchError, CaseworkError, Conflict, MoneyError, NotPermitted
from tests.casework.office import at
from tests.casework.test_concurrency import together
from tests.casework.test_money_holes import LATER, Paying, paying
from tests.casework.treasury_office import CHECKER, MAKER, RELEASER, SECOND

__all__ = ["paying"]


# -- two people at once, and once more -------------------------------------------------------------------------------


def test_an_account_is_verified_by_one_person(paying: Paying) -> None:
    number = paying.account(verified=False)
    when = {"now": at("2021-01-25T10:00")}
    people = (CHECKER, SECOND, RELEASER, LATER)
    done = together(*(partial(payees.verify_account, paying.engine, number, person=who, **when) for who in people))
    assert sum(not isinstance(one, Exception) for one in done) == 1, done
    assert all(isinstance(one, CaseworkError | Conflict) for one in done if isinstance(one, Exception)), done
    assert paying.kinds("payee:甲实验室").count("account_verified") == 1


def test_the_same_grant_twice_is_refused(paying: Paying) -> None:
    """A grant whose answer was lost is asked for again: the document has been entered, and says so."""
    paying.grant(5_000)
    with pytest.raises(MoneyError, match="已登记"):
        paying.grant(5_000)
    paying.grant(6_000)
    (line,) = appropriations.appropriations(paying.engine)
    assert line.fen == 11_000


def test_every_writing_function_asked_again_changes_nothing(paying: Paying) -> None:
    paying.ready()
    ref = paying.released()
    key = paying.claim(ref)[0].key
    paying.settle(key, "paid")
    before = verify(paying.engine).counts
    paying.settle(key, "paid")
    paying.release(ref)
    for step in (paying.propose, lambda: paying.approve(ref, person=SECOND), lambda: paying.cancel(ref)):
        with pytest.raises(BatchError):
            step()
    after = verify(paying.engine)
    assert {**after.counts, "journals": 0} == {**before, "journals": 0} and after.problems == ()


# -- the refusal is recorded -----------------------------------------------------------------------------------------


def test_refused_approvals_and_releases_stand_in_the_journal(paying: Paying) -> None:
    paying.ready()
    ref = paying.propose(second_checker_above=10**12).ref
    stranger = Person("x", "某甲", frozenset({Role.AUDITOR}))
    for step in (
        lambda: paying.approve(ref, person=Person(MAKER.key, MAKER.name, CHECKER.roles)),
        lambda: paying.approve(ref, content="0" * 64),
        lambda: paying.approve(ref, person=stranger),
        lambda: paying.release(ref),
        lambda: paying.release(ref, person=stranger),
    ):
        with pytest.raises((BatchError, NotPermitted)):
            step()
    with reading(paying.engine) as connection:
        noted = [row for row in journal.entries(connection, f"batch:{ref}") if row["kind"] == "refused"]
    told = [(row["person"], json.loads(row["data"])["step"]) for row in noted]
    assert told == [("ma", "approve"), ("fu", "approve"), ("x", "approve"), ("deng", "release"), ("x", "release")]
    assert "编制" in json.loads(noted[0]["data"])["because"] and json.loads(noted[0]["data"])["clause"]
    assert batches.show(paying.engine, ref).status is BatchStatus.PROPOSED
    paying.sound()
    with pytest.raises(CaseworkError):
        paying.approve("B-2021-9999")
    with reading(paying.engine) as connection:
        assert journal.entries(connection, "batch:B-2021-9999") == []


def test_lines_and_attempts_agree_about_what_lives(paying: Paying) -> None:
    """A live attempt has its live line, except one that the bank paid after its line was given up."""
    paying.ready("甲实验室", "乙实验室")
    ref = paying.released()
    keys = [claim.key for claim in paying.claim(ref)]
    for key, outcome in zip(keys, ("paid", "rejected", "unknown", "accepted"), strict=True):
        paying.settle(key, outcome)
    with reading(paying.engine) as connection:
        both = select(batch_line.c.alive, attempt.c.alive).join(
            attempt, attempt.c.obligation_id == batch_line.c.obligation_id
        )
        assert all(line == tried for line, tried in connection.execute(both))
        assert connection.scalar(select(payee_account.c.id).limit(1))
    paying.sound()
