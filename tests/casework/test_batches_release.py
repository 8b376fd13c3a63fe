"""Release: every check again at that moment, line by line; once, whoever asks again; and what an account must be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, update

from models import BatchStatus, appropriation
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money import appropriations, batches, money_views, payees
from shixian.casework.verify import verify
from shixian.rules.errors import BatchError, NotPermitted
from shixian.rules.lifecycle import Act, Opens
from tests.casework.office import HEAD, at, day
from tests.casework.test_concurrency import together
from tests.casework.treasury_office import AWARDED, BANK, MAKER, SECOND, FinanceOffice
from tests.lifecycles import BOOKS, GRANT, LIFECYCLES, OBJECTION, OFFICE, REPORT


@pytest.fixture
def finance(database: Engine) -> FinanceOffice:
    return FinanceOffice(database)


def committed(finance: FinanceOffice, year: int = 2021) -> int:
    with reading(finance.engine) as connection:
        return appropriations.require_line(connection, "lab", year).committed


def codes(view: Any) -> dict[str, str]:
    return {one["payee"]: one["code"] for one in view.refusals}


# -- an objection that comes between approval and release --------------------------------------------------------------

CHALLENGE = Act(
    verb="challenge",
    title="提出异议",
    by=(OFFICE,),
    clause="第四条",
    opens=Opens(lifecycle="lab-objection", label="objection", clause="第四条"),
)
CHALLENGED = replace(
    GRANT,
    stages=tuple(replace(REPORT, acts=(*REPORT.acts, CHALLENGE)) if s.key == "report" else s for s in GRANT.stages),
)
NAMELESS = replace(OBJECTION, opening=())
OPEN_TO_CHALLENGE = LawBooks({**LIFECYCLES, GRANT.key: CHALLENGED, OBJECTION.key: NAMELESS}, BOOKS.calendar)


def test_at_release_an_objection_stops_only_its_own_lines(database: Engine) -> None:
    """C3 again: approved, then one case is objected to; the rest is released, the stopped lines' money is free."""
    finance = FinanceOffice(database, OPEN_TO_CHALLENGE)
    refs = finance.ready("甲实验室", "乙实验室")
    view = finance.propose(second_checker_above=10**12)
    finance.approve(view.ref)
    decided = finance.office.act(refs[1], "report", "challenge", "office", "2021-02-01T10:30")
    assert decided.refusal is None, decided.refusal
    released = finance.release(view.ref)
    assert released.status is BatchStatus.RELEASED and released.row["releaser"] == "deng"
    assert {name: count for name, (count, _) in released.progress.items()} == {"planned": 2, "stopped": 2}
    assert {(one["case_ref"], one["at"], one["code"]) for one in released.refusals} == {
        (refs[1], "released", "objection_open")
    }
    assert committed(finance) == 2 * AWARDED and verify(database).problems == ()
    finance.office.act(f"{refs[1]}/objection1", "handling", "pass", "office", "2021-02-02T09:00")
    assert [line["case_ref"] for line in finance.propose("2021-02-03").lines] == [refs[1]] * 2


def test_when_every_line_is_stopped_the_batch_is_done_and_nothing_is_planned(finance: FinanceOffice) -> None:
    ref = finance.ready()[0]
    view = finance.approved()
    given = {"recovered": "1元"}
    finance.office.act(ref, "report", "revoke", "office", "2021-02-01T10:30", given, person=HEAD, reason="材料虚假")
    done = finance.release(view.ref)
    assert done.status is BatchStatus.DONE and done.progress == {"stopped": (2, 2 * AWARDED)}
    assert {one["code"] for one in done.refusals} == {"not_in_force"} and committed(finance) == 0
    assert verify(finance.engine).problems == ()


def test_released_again_by_the_same_person_changes_nothing(finance: FinanceOffice) -> None:
    finance.ready()
    view = finance.approved()
    first = finance.release(view.ref)
    again = finance.release(view.ref, when="2021-02-01T12:00")
    assert again == first and verify(finance.engine).problems == ()
    with pytest.raises(NotPermitted, match="放行"):
        finance.release(view.ref, person=SECOND)
    for step in (finance.cancel, finance.approve):
        with pytest.raises(BatchError, match="已放行"):
            step(view.ref, **({"person": SECOND} if step == finance.approve else {}))


def test_two_releases_at_once_plan_once(finance: FinanceOffice) -> None:
    finance.ready()
    view = finance.approved()
    done = together(
        lambda: finance.release(view.ref),
        lambda: finance.release(view.ref),
        lambda: finance.release(view.ref, person=SECOND),
    )
    assert sum(not isinstance(one, Exception) for one in done) in (1, 2), done
    assert batches.show(finance.engine, view.ref).progress == {"planned": (2, 2 * AWARDED)}
    assert verify(finance.engine).problems == ()


def test_a_closed_year_is_not_released(finance: FinanceOffice) -> None:
    finance.ready()
    view = finance.approved()
    with transaction(finance.engine) as connection:
        connection.execute(update(appropriation).values(closed_on=day("2021-02-01")))
    with pytest.raises(BatchError, match="结账"):
        finance.release(view.ref)


def test_account_numbers_and_banks_are_checked(finance: FinanceOffice) -> None:
    right = {"holder": "甲实验室", "number": "6222020200112230028", "bank": BANK, "bank_name": "工商银行"}
    wrong: tuple[tuple[dict[str, str], str], ...] = (
        ({"number": "12a45678"}, "数字"),
        ({"number": "1234"}, "数字"),
        ({"number": "6222020200112230029"}, "校验位"),
        ({"bank": "10229000001"}, "12 位"),
        ({"holder": " 甲实验室"}, "空格"),
        ({"holder": "甲\x1f实验室"}, "控制字符"),
        ({"bank_name": ""}, "为空"),
    )
    luhn = "622202020011223002"
    check = next(d for d in "0123456789" if payees._card_check(luhn + d))
    right["number"] = luhn + check
    when = {"person": MAKER, "now": at("2021-01-25T09:00")}
    for change, why in wrong:
        if "校验位" in why:
            change = {"number": luhn + str((int(check) + 1) % 10)}
        with pytest.raises(Exception, match=why) as refused:
            payees.enter_account(finance.engine, "甲实验室", **{**right, **change}, **when)  # type: ignore[arg-type]
        assert right["number"] not in str(refused.value)
    made = payees.enter_account(finance.engine, "甲实验室", **right, **when)  # type: ignore[arg-type]
    assert right["number"] not in repr(made)


def test_a_decision_of_a_later_day_is_not_paid_as_of_an_earlier_one(finance: FinanceOffice) -> None:
    """The decision of 20 January is there when the batch is made; as of the 19th it had not been taken."""
    ref = finance.ready("甲实验室")[0]
    with pytest.raises(BatchError) as refused:
        finance.propose("2021-01-19", when="2021-02-01T09:00")
    said = str(refused.value)
    assert said.count(f"{ref} 第") == 2 and said.count("作为依据的决定作于 2021-01-20，截至 2021-01-19 尚未作出") == 2
    found = money_views.waiting(finance.engine, "lab-grant", day("2021-01-19"), books=BOOKS)
    assert {(one.refusal.code, one.refusal.clause) for one in found if one.refusal} == {
        ("decision_later", found[0].row["clause"])
    }
    assert len(found) == 2 and finance.propose("2021-01-20", when="2021-02-01T09:00").count == 2
