"""Who may do what to one batch: never twice the same person, never less than enough, never another content."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import Engine, update

from models import BatchStatus, payee_account
from shixian.casework.database import reading, transaction
from shixian.casework.money import batches, payees
from shixian.casework.money.batch_content import content_of, lines_now
from shixian.casework.staff.people import Person
from shixian.casework.verify import verify
from shixian.rules.errors import BatchError, CaseworkError, NotPermitted
from tests.casework.office import at
from tests.casework.treasury_office import (
    AWARDED,
    CHECKER,
    EDITOR,
    EVERY_ROLE,
    MAKER,
    RELEASER,
    SECOND,
    FinanceOffice,
)

EVERYBODY = Person("wan", "万能", EVERY_ROLE)
STEPS = ("make", "edit", "check", "check again", "release")
USUAL = dict(zip(STEPS, (MAKER, EDITOR, CHECKER, SECOND, RELEASER), strict=True))


@pytest.fixture
def finance(database: Engine) -> FinanceOffice:
    office = FinanceOffice(database)
    office.ready("甲实验室", "乙实验室")
    return office


def run(finance: FinanceOffice, people: dict[str, Person]) -> str:
    """All five steps; the step that refused, or "" when the batch was released."""
    ref = finance.propose(person=people["make"], second_checker_above=0).ref

    def edit() -> str:
        made = batches.revise(
            finance.engine,
            ref,
            drop=(1,),
            person=people["edit"],
            now=at("2021-02-01T10:30"),
            books=finance.books,
            second_checker_above=0,
        )
        return made.ref

    try:
        step = "edit"
        ref = edit()
        step = "check"
        finance.approve(ref, person=people["check"])
        step = "check again"
        finance.approve(ref, person=people["check again"])
        step = "release"
        finance.release(ref, person=people["release"])
    except NotPermitted as error:
        assert error.clause == batches.DIFFERENT_PEOPLE and "另一人" in (error.remedy or "")
        return step
    return ""


@pytest.mark.parametrize(("first", "second"), list(combinations(STEPS, 2)))
def test_one_person_with_every_role_never_takes_two_steps(finance: FinanceOffice, first: str, second: str) -> None:
    """E6: in every order. Whoever took the first of two steps is refused the second, whatever roles they hold."""
    assert run(finance, USUAL | {first: EVERYBODY, second: EVERYBODY}) == second
    assert verify(finance.engine).problems == ()


def test_five_people_with_every_role_go_through(finance: FinanceOffice) -> None:
    everybody = {step: Person(f"p{number}", f"人{number}", EVERY_ROLE) for number, step in enumerate(STEPS)}
    assert run(finance, everybody) == "" and verify(finance.engine).problems == ()


def test_one_person_may_take_every_step_on_different_batches(finance: FinanceOffice) -> None:
    """E6, the twin: separation is of one batch, not of a person's roles."""

    def cancelled(ref: str) -> None:
        finance.cancel(ref)

    made = finance.propose(person=EVERYBODY)
    cancelled(made.ref)
    edited = finance.revise(finance.propose().ref, 1, person=EVERYBODY)
    cancelled(edited.ref)
    checked = finance.approve(finance.propose().ref, person=EVERYBODY)
    cancelled(checked.ref)
    ref = finance.propose().ref
    finance.approve(ref)
    finance.approve(ref, person=SECOND)
    assert finance.release(ref, person=EVERYBODY).status is BatchStatus.RELEASED


def test_a_checker_checks_once(finance: FinanceOffice) -> None:
    view = finance.propose(second_checker_above=0)
    assert finance.approve(view.ref).approvals_missing == 1
    with pytest.raises(NotPermitted, match="复核，不能由其复核"):
        finance.approve(view.ref)
    with pytest.raises(BatchError, match="待复核"):
        finance.release(view.ref)
    assert finance.approve(view.ref, person=SECOND).status is BatchStatus.APPROVED
    with pytest.raises(BatchError, match="已复核，不能复核"):
        finance.approve(view.ref, person=RELEASER)


# -- thresholds --------------------------------------------------------------------------------------------------------


def broken() -> int:
    raise OSError("设置文件不能读取")


@pytest.mark.parametrize("limit", [broken, lambda: None, lambda: "100", lambda: -1, lambda: True, lambda: 1.5])
def test_a_limit_that_cannot_be_looked_up_refuses(finance: FinanceOffice, limit: Callable[[], Any]) -> None:
    with pytest.raises(BatchError, match="金额界限不能读取"):
        finance.propose(second_checker_above=limit)
    ref = finance.propose(second_checker_above=10**12).ref
    finance.approve(ref)
    with pytest.raises(BatchError, match="金额界限不能读取"):
        finance.release(ref, second_checker_above=limit)
    assert batches.show(finance.engine, ref).status is BatchStatus.APPROVED


@pytest.mark.parametrize(("limit", "needed"), [(4 * AWARDED - 1, 2), (4 * AWARDED, 1), (4 * AWARDED + 1, 1), (0, 2)])
def test_above_the_limit_two_check(finance: FinanceOffice, limit: int, needed: int) -> None:
    assert finance.propose(second_checker_above=lambda: limit).row["approvals"] == needed


def test_a_limit_lowered_after_approval_asks_for_more_never_for_less(finance: FinanceOffice) -> None:
    ref = finance.propose(second_checker_above=10**12).ref
    finance.approve(ref)
    with pytest.raises(BatchError, match="须 2 人复核，现有 1 人"):
        finance.release(ref, second_checker_above=0)
    assert finance.release(ref, second_checker_above=10**12).status is BatchStatus.RELEASED


# -- the content -------------------------------------------------------------------------------------------------------


def content_now(finance: FinanceOffice, ref: str) -> str:
    view = batches.show(finance.engine, ref)
    with reading(finance.engine) as connection:
        return content_of(view.row, lines_now(connection, view.id)).content


def test_another_account_after_approval_voids_it(finance: FinanceOffice) -> None:
    """E7: one payee's account changes; the hash differs and the release is refused, though the account is verified."""
    view = finance.approve(finance.propose(second_checker_above=10**12).ref)
    assert view.status is BatchStatus.APPROVED and content_now(finance, view.ref) == view.content
    finance.account("乙实验室", "1001234509099999999")
    assert content_now(finance, view.ref) != view.content
    with pytest.raises(BatchError, match="第3笔（乙实验室）、第4笔（乙实验室），原有复核作废"):
        finance.release(view.ref)
    now = batches.show(finance.engine, view.ref)
    assert now.status is BatchStatus.APPROVED and now.progress == {"waiting": (4, 4 * AWARDED)}
    # Edited into a new batch with the new account, it is approved anew and goes.
    fresh = finance.revise(view.ref)
    assert fresh.count == 4 and fresh.content != view.content and fresh.approvals == ()
    for person in (CHECKER, SECOND):
        finance.approve(fresh.ref, person=person)
    assert finance.release(fresh.ref).progress == {"planned": (4, 4 * AWARDED)}
    assert verify(finance.engine).problems == ()


def test_a_payee_renamed_after_approval_is_refused(finance: FinanceOffice) -> None:
    view = finance.approve(finance.propose(second_checker_above=10**12).ref)
    finance.account("乙实验室", holder="乙研究院")
    with pytest.raises(BatchError, match="原有复核作废"):
        finance.release(view.ref)
    fresh = finance.revise(view.ref)
    assert {one["code"] for one in fresh.refusals} == {"payee_renamed"} and fresh.count == 2


def test_an_account_altered_behind_our_back_is_found(finance: FinanceOffice) -> None:
    view = finance.approve(finance.propose(second_checker_above=10**12).ref)
    with transaction(finance.engine) as connection:
        own = payee_account.c.payee == "甲实验室"
        connection.execute(update(payee_account).where(own).values(number="6000000000"))
    with pytest.raises(BatchError, match="原有复核作废"):
        finance.release(view.ref)
    assert any("指纹不符" in problem for problem in verify(finance.engine).problems)


def test_a_checker_approves_what_it_has_seen(finance: FinanceOffice) -> None:
    view = finance.propose()
    with pytest.raises(BatchError, match="不是批次"):
        finance.approve(view.ref, content="0" * 64)
    assert finance.approve(view.ref, content=view.content).approvals[0]["content"] == view.content


def test_an_account_that_changed_before_approval_cannot_be_approved(finance: FinanceOffice) -> None:
    view = finance.propose()
    finance.account("甲实验室", "1001234509099999999")
    with pytest.raises(BatchError, match="冻结时不同"):
        finance.approve(view.ref)


# -- accounts ----------------------------------------------------------------------------------------------------------


def test_an_account_takes_two_people_whatever_their_roles(finance: FinanceOffice) -> None:
    given = {"holder": "丙实验室", "number": "1001234509012345678", "bank": "102290000018", "bank_name": "工商银行"}
    made = payees.enter_account(finance.engine, "丙实验室", **given, person=EVERYBODY, now=at("2021-02-01T09:00"))
    with pytest.raises(NotPermitted, match="不能由其本人核实"):
        payees.verify_account(finance.engine, made.id, person=EVERYBODY, now=at("2021-02-01T09:10"))
    assert payees.verify_account(finance.engine, made.id, person=CHECKER, now=at("2021-02-01T09:20")).verified
    with pytest.raises(CaseworkError, match="已由 fu 核实"):
        payees.verify_account(finance.engine, made.id, person=SECOND, now=at("2021-02-01T09:30"))
    newer = payees.enter_account(finance.engine, "丙实验室", **given, person=MAKER, now=at("2021-02-01T10:00"))
    later = payees.enter_account(finance.engine, "丙实验室", **given, person=MAKER, now=at("2021-02-01T10:10"))
    with pytest.raises(CaseworkError, match="取代"):
        payees.verify_account(finance.engine, newer.id, person=CHECKER, now=at("2021-02-01T10:20"))
    with reading(finance.engine) as connection:
        found = payees.account_of(connection, "丙实验室")
    assert found is not None and found.id == later.id and not found.verified
