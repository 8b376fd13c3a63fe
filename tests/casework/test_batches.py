"""Batches: what is frozen, what is refused and why, amounts and years, and that no obligation stands in two of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select, update

from models import Account, BatchStatus, appropriation, batch, batch_line, journal_event, obligation
from shixian.casework.cases import file_objection
from shixian.casework.database import reading, transaction
from shixian.casework.money import appropriations, batch_making, batches, money_views
from shixian.casework.money.batch_content import Frozen, content_of
from shixian.casework.verify import verify
from shixian.rules.errors import BatchError, Conflict, MoneyError, NotFound, NotPermitted
from tests.casework.office import AUDITOR, HEAD, OFFICER, at, day
from tests.casework.test_concurrency import together
from tests.casework.treasury_office import AWARDED, CHECKER, EDITOR, MAKER, SECOND, FinanceOffice
from tests.lifecycles import BOOKS, UNIT_A


@pytest.fixture
def finance(database: Engine) -> FinanceOffice:
    return FinanceOffice(database)


def committed(finance: FinanceOffice, year: int = 2021) -> int:
    with reading(finance.engine) as connection:
        return appropriations.require_line(connection, "lab", year).committed


def codes(view: Any) -> dict[str, str]:
    return {one["payee"]: one["code"] for one in view.refusals}


# -- proposing ---------------------------------------------------------------------------------------------------------


def test_a_batch_freezes_what_can_be_paid_with_its_totals(finance: FinanceOffice) -> None:
    refs = finance.ready("甲实验室", "乙实验室")
    view = finance.propose()
    assert (view.ref, view.status, view.count, view.fen) == ("B-2021-0001", BatchStatus.PROPOSED, 4, 4 * AWARDED)
    assert [line["case_ref"] for line in view.lines] == [refs[0], refs[0], refs[1], refs[1]]
    assert [line["sequence"] for line in view.lines] == [1, 2, 1, 2]
    assert (view.row["maker"], view.row["editor"], view.row["year"]) == (MAKER.key, MAKER.key, 2021)
    # 4 x 30 万元 is more than one million yuan, so two check.
    assert view.row["approvals"] == 2 and committed(finance) == 4 * AWARDED
    fingerprints = sum(int(line["fingerprint"], 16) for line in view.lines) % 2**256
    assert view.row["accounts"] == f"{fingerprints:064x}"
    assert all("1001234509012345678" not in str(line) and line["account"] == "****5678" for line in view.lines)
    assert verify(finance.engine).problems == () and verify(finance.engine).counts["batches"] == 1


def test_nothing_waits_when_everything_stands_in_a_batch(finance: FinanceOffice) -> None:
    finance.ready()
    finance.propose()
    with pytest.raises(BatchError, match="没有待付的义务"):
        finance.propose()


def test_the_refused_are_listed_with_clause_and_the_others_go_on(finance: FinanceOffice) -> None:
    finance.ready("甲实验室")
    finance.award("乙实验室")
    finance.award("丙实验室")
    finance.account("丙实验室", verified=False)
    view = finance.propose()
    assert view.count == 2 and codes(view) == {"乙实验室": "no_account", "丙实验室": "account_unverified"}
    assert all(one["clause"] and one["because"] and one["remedy"] and one["at"] == "proposed" for one in view.refusals)
    with reading(finance.engine) as connection:  # a second case's account does not stop the first
        assert connection.scalar(select(func.count()).select_from(batch_line)) == 2


def test_a_batch_of_nothing_is_never_made_and_says_why_for_each(finance: FinanceOffice) -> None:
    ref = finance.award()
    finance.grant()
    with pytest.raises(BatchError) as refused:
        finance.propose()
    assert str(refused.value).count(ref) == 2 and "没有账户" in str(refused.value)
    with reading(finance.engine) as connection:
        assert connection.execute(select(batch)).all() == [] and committed(finance) == 0


def test_an_objection_freezes_only_its_own_case(finance: FinanceOffice) -> None:
    """C3: the objection was filed within the window and is not decided; the other case's lines are paid."""
    finance.ready("甲实验室")
    held = finance.office.open(facts={"unit_code": UNIT_A, "unit_name": "乙实验室", "field": "声学"}).ref
    finance.office.act(held, "filing", "submit", "unit", "2021-01-05T09:00")
    finance.office.act(held, "publicity", "publish", "office", "2021-01-06T09:00")
    when = {"at": at("2021-01-08T09:00"), "now": at("2021-01-08T09:00"), "person": OFFICER, "books": BOOKS}
    said = {"objector_name": "王某某", "grounds": "数据不实"}
    filed = file_objection(finance.engine, held, "publicity", said, **when)  # type: ignore[arg-type]
    assert filed.ref == f"{held}/objection1"
    given = {"granted": "30万元"}
    assert (
        finance.office.act(held, "award", "approve", "office", "2021-01-20T09:00", given, person=HEAD).refusal is None
    )
    finance.account("乙实验室")
    view = finance.propose()
    assert {line["payee"] for line in view.lines} == {"甲实验室"} and codes(view) == {"乙实验室": "objection_open"}
    assert {one["clause"] for one in view.refusals} == {"第四条"} and filed.ref in view.refusals[0]["because"]
    finance.office.act(filed.ref, "handling", "pass", "office", "2021-02-02T09:00")
    later = finance.propose("2021-02-03")
    assert {line["payee"] for line in later.lines} == {"乙实验室"} and later.refusals == ()


def test_a_payee_renamed_is_refused(finance: FinanceOffice) -> None:
    finance.ready("甲实验室", "乙实验室")
    finance.account("甲实验室", holder="甲实验室有限公司")
    view = finance.propose()
    assert codes(view) == {"甲实验室": "payee_renamed"} and "甲实验室有限公司" in view.refusals[0]["because"]


def test_a_revoked_award_is_not_paid_and_the_party_is_barred_elsewhere(finance: FinanceOffice) -> None:
    first = finance.ready("甲实验室", "乙实验室")[0]
    other = finance.office.open(facts={"unit_code": UNIT_A, "unit_name": "甲实验室", "field": "热学"}).ref
    for stage, verb, by, when, more, person in (
        ("filing", "submit", "unit", "2021-01-05T09:00", {}, OFFICER),
        ("publicity", "publish", "office", "2021-01-06T09:00", {}, OFFICER),
        ("award", "approve", "office", "2021-01-20T09:00", {"granted": "10万元"}, HEAD),
    ):
        assert finance.office.act(other, stage, verb, by, when, more, person=person).refusal is None
    given = {"recovered": "1元"}
    finance.office.act(first, "report", "revoke", "office", "2021-01-25T09:00", given, person=HEAD, reason="材料虚假")
    view = finance.propose()
    refused = {one["case_ref"]: one["code"] for one in view.refusals}
    assert refused == {first: "not_in_force", other: "barred"}
    assert {one["clause"] for one in view.refusals} == {"第八条"}
    assert {line["payee"] for line in view.lines} == {"乙实验室"}
    # The bar runs to 1 February 2023 less a week: 25 January 2021 and two years.
    finance.grant(year=2023, when="2023-01-27T09:00")
    assert {line["case_ref"] for line in finance.propose("2023-01-27").lines} == {other}


@pytest.mark.parametrize(("column", "value"), [("due", day("2021-02-02")), ("replaces", None)])
def test_not_due_and_replaced(finance: FinanceOffice, column: str, value: Any) -> None:
    finance.ready("甲实验室")
    with transaction(finance.engine) as connection:
        first, second = connection.scalars(select(obligation.c.id).order_by(obligation.c.id))
        change = {column: first if column == "replaces" else value}
        connection.execute(update(obligation).where(obligation.c.id == second).values(change))
    view = finance.propose()
    expected = {"due": (second, "not_due"), "replaces": (first, "replaced")}[column]
    assert [(one["obligation_id"], one["code"]) for one in view.refusals] == [expected] and view.count == 1
    if column == "due":
        assert finance.propose("2021-02-02").lines[0]["obligation_id"] == second


def test_a_notice_that_runs_keeps_its_case_back(finance: FinanceOffice) -> None:
    ref = finance.ready("甲实验室", "乙实验室")[0]
    with transaction(finance.engine) as connection:
        from models import case_file

        own = case_file.c.ref == ref
        text = connection.scalar(select(case_file.c.progress).where(own))
        moved = str(text).replace('["2021-01-06","2021-01-13"]', '["2021-01-06","2021-02-01"]')
        assert moved != text
        connection.execute(update(case_file).where(own).values(progress=moved))
    assert codes(finance.propose()) == {"甲实验室": "notice_open"}
    assert {line["payee"] for line in finance.propose("2021-02-02").lines} == {"甲实验室"}


# -- the appropriation -------------------------------------------------------------------------------------------------


def test_lines_beyond_the_appropriation_wait_and_none_is_split(finance: FinanceOffice) -> None:
    finance.award("甲实验室")
    finance.account("甲实验室")
    finance.grant(2 * AWARDED - 1)
    view = finance.propose()
    assert view.count == 1 and [one["code"] for one in view.refusals] == ["over_appropriation"]
    assert [one["clause"] for one in view.refusals] == ["拨款限额"] and committed(finance) == AWARDED
    finance.grant(1)
    assert finance.propose().count == 1 and committed(finance) == 2 * AWARDED


def test_without_an_appropriation_or_in_a_closed_year_nothing_is_made(finance: FinanceOffice) -> None:
    finance.award()
    finance.account()
    with pytest.raises(NotFound, match="没有 2021 年度的拨款"):
        finance.propose()
    finance.grant()
    with transaction(finance.engine) as connection:
        connection.execute(update(appropriation).values(closed_on=day("2022-01-05")))
    with pytest.raises(BatchError, match="已于 2022-01-05 结账"):
        finance.propose()


def test_a_day_to_come_is_refused(finance: FinanceOffice) -> None:
    finance.ready()
    with pytest.raises(BatchError, match="尚未到来"):
        finance.propose("2021-02-02", when="2021-02-01T09:00")


def test_an_obligation_of_another_year_moves_its_reservation_by_two_postings(finance: FinanceOffice) -> None:
    finance.ready()
    finance.grant(year=2022, when="2022-01-04T09:00")
    view = finance.propose("2022-02-01")
    assert (view.ref, view.row["year"], view.count) == ("B-2022-0001", 2022, 2)
    held = appropriations.balances_at(finance.engine, day("2022-02-01"))
    assert held["lab", 2021][Account.RESERVED] == 0 and held["lab", 2022][Account.RESERVED] == 2 * AWARDED
    assert held["lab", 2021][Account.APPROPRIATION] == 1_000_000_000
    assert appropriations.balances_at(finance.engine, day("2022-01-31"))["lab", 2021][Account.RESERVED] == 2 * AWARDED
    assert committed(finance, 2021) == 0 and committed(finance, 2022) == 2 * AWARDED
    assert verify(finance.engine).problems == ()


# -- editing, cancelling -----------------------------------------------------------------------------------------------


def test_an_edit_is_a_new_batch_and_voids_what_was_approved(finance: FinanceOffice) -> None:
    finance.ready("甲实验室", "乙实验室")
    old = finance.approve(finance.propose().ref)
    new = finance.revise(old.ref, 4)
    assert (new.ref, new.replaces, new.count, new.fen) == ("B-2021-0002", old.ref, 3, 3 * AWARDED)
    assert (new.row["maker"], new.row["editor"], new.approvals, new.status) == (
        MAKER.key,
        EDITOR.key,
        (),
        BatchStatus.PROPOSED,
    )
    gone = batches.show(finance.engine, old.ref)
    assert (
        gone.status is BatchStatus.CANCELLED
        and gone.replaced_by == new.ref
        and not any(line["alive"] for line in gone.lines)
    )
    assert committed(finance) == 3 * AWARDED and new.content != old.content
    with pytest.raises(BatchError, match="已撤销"):
        finance.approve(old.ref, person=SECOND)
    assert finance.propose().count == 1  # the dropped line
    assert verify(finance.engine).problems == ()


def test_what_cannot_be_edited(finance: FinanceOffice) -> None:
    finance.ready()
    view = finance.propose()
    for drop, why in (((), "没有改动"), ((1, 2), "没有一笔"), ((3,), "没有第 3 笔"), ((0,), "没有第 0 笔")):
        with pytest.raises(BatchError, match=why):
            finance.revise(view.ref, *drop)
    with pytest.raises(NotFound, match="B-2021-0009"):
        finance.revise("B-2021-0009", 1)
    assert batches.show(finance.engine, view.ref).status is BatchStatus.PROPOSED and committed(finance) == 2 * AWARDED


def test_a_cancelled_batch_frees_everything(finance: FinanceOffice) -> None:
    finance.ready()
    view = finance.approved()
    with pytest.raises(BatchError, match="理由"):
        finance.cancel(view.ref, reason=" ")
    cancelled = finance.cancel(view.ref)
    assert cancelled.status is BatchStatus.CANCELLED and committed(finance) == 0
    assert finance.propose().count == 2
    for step in (finance.cancel, finance.approve, finance.release):
        with pytest.raises(BatchError, match="已撤销"):
            step(view.ref)
    assert verify(finance.engine).problems == ()


def test_who_may_not_make_or_read_only(finance: FinanceOffice) -> None:
    finance.ready()
    for person in (CHECKER, HEAD, OFFICER, AUDITOR):
        with pytest.raises(NotPermitted, match="编制拨付批次"):
            finance.propose(person=person)
    view = finance.propose()
    for person in (EDITOR, HEAD, OFFICER, AUDITOR):
        with pytest.raises(NotPermitted, match="复核拨付批次"):
            finance.approve(view.ref, person=person)


# -- two at once -------------------------------------------------------------------------------------------------------


def test_two_proposals_at_once_never_hold_the_same_obligation(finance: FinanceOffice) -> None:
    finance.ready("甲实验室", "乙实验室")
    third = replace(MAKER, key="zhu")
    done = together(*[lambda who=who: finance.propose(person=who) for who in (MAKER, EDITOR, third)])
    made = [one for one in done if not isinstance(one, Exception)]
    assert len(made) == 1 and made[0].count == 4
    assert all(isinstance(one, BatchError) for one in done if one is not made[0]), done
    with reading(finance.engine) as connection:
        alive = list(connection.scalars(select(batch_line.c.obligation_id).where(batch_line.c.alive)))
    assert sorted(alive) == sorted(set(alive)) and len(alive) == 4
    assert committed(finance) == 4 * AWARDED and verify(finance.engine).problems == ()


def test_the_database_itself_refuses_an_obligation_in_two_live_batches(finance: FinanceOffice) -> None:
    finance.ready()
    view = finance.propose()
    with reading(finance.engine) as connection:
        row = dict(connection.execute(select(batch_line).limit(1)).mappings().one())
        other = dict(connection.execute(select(batch)).mappings().one())
    row.pop("id")
    other.pop("id")
    with pytest.raises(Conflict, match="另一批次"), transaction(finance.engine) as connection:
        made = connection.execute(insert(batch).returning(batch.c.id), other | {"ref": "B-2021-0002"}).scalar_one()
        batch_making.insert_lines(connection, [row | {"batch_id": made}])
    assert len(batches.show(finance.engine, view.ref).lines) == 2


def test_an_edit_and_an_approval_at_once(finance: FinanceOffice) -> None:
    finance.ready()
    view = finance.propose()
    done = together(
        lambda: finance.revise(view.ref, 1), lambda: finance.approve(view.ref), lambda: finance.cancel(view.ref)
    )
    now = batches.show(finance.engine, view.ref)
    assert now.status is BatchStatus.CANCELLED and sum(not isinstance(one, Exception) for one in done) >= 1
    assert all(isinstance(one, BatchError) for one in done if isinstance(one, Exception)), done
    assert committed(finance) == (AWARDED if now.replaced_by else 0) and verify(finance.engine).problems == ()


# -- reading -----------------------------------------------------------------------------------------------------------


def test_a_case_shows_its_money_with_clauses(finance: FinanceOffice) -> None:
    ref = finance.ready()[0]
    view = finance.propose()
    money = money_views.case_money(finance.engine, ref)
    assert [(one.row["clause"], one.row["fen"], one.outstanding) for one in money.obligations] == [
        ("第六条", AWARDED, AWARDED)
    ] * 2
    assert [one.batches[0]["ref"] for one in money.obligations] == [view.ref] * 2
    assert [one.reserved for one in money.obligations] == [{2021: AWARDED}] * 2
    assert money_views.case_money(finance.engine, ref, day=day("2021-01-19")).obligations == ()
    with pytest.raises(NotFound):
        money_views.case_money(finance.engine, "LAB-G-2021-0099")


def test_what_waits_can_be_looked_at_without_a_batch(finance: FinanceOffice) -> None:
    finance.ready()
    finance.award("乙实验室")
    found = money_views.waiting(finance.engine, "lab-grant", day("2021-02-01"), books=BOOKS)
    assert [one.refusal.code if one.refusal else None for one in found] == [None, None, "no_account", "no_account"]
    with reading(finance.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(batch)) == 0


def test_the_batch_journal_names_every_step(finance: FinanceOffice) -> None:
    finance.ready()
    view = finance.approved()
    finance.cancel(view.ref)
    with reading(finance.engine) as connection:
        own = journal_event.c.journal == f"batch:{view.ref}"
        rows = connection.execute(select(journal_event.c.kind, journal_event.c.person).where(own)).all()
    assert [tuple(row) for row in rows] == [("proposed", "ma"), ("approved", "fu"), ("cancelled", "ma")]


# -- the content, as arithmetic ----------------------------------------------------------------------------------------

HEADER = {"ref": "B-2021-0001", "lifecycle": "lab-grant", "programme": "lab", "year": 2021, "as_of": day("2021-02-01")}
LINES = st.lists(
    st.builds(
        Frozen,
        number=st.integers(1, 99),
        obligation_id=st.integers(1, 10**6),
        payee=st.text(min_size=1, max_size=8),
        fen=st.integers(1, 10**12),
        account_id=st.integers(1, 10**6),
        fingerprint=st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
    ),
    min_size=1,
    max_size=6,
)


@given(lines=LINES, data=st.data())
def test_totals_add_up_and_any_change_is_another_content(lines: list[Frozen], data: st.DataObject) -> None:
    totals = content_of(HEADER, lines)
    assert (totals.count, totals.fen) == (len(lines), sum(line.fen for line in lines))
    assert int(totals.accounts, 16) == sum(int(line.fingerprint, 16) for line in lines) % 2**256
    which = data.draw(st.integers(0, len(lines) - 1))
    name = data.draw(st.sampled_from(["number", "obligation_id", "payee", "fen", "account_id", "fingerprint"]))
    old = getattr(lines[which], name)
    new = f"{old}x" if name == "payee" else f"{int(old, 16) ^ 1:064x}" if name == "fingerprint" else old + 1
    changed = [*lines[:which], replace(lines[which], **{name: new}), *lines[which + 1 :]]
    assert content_of(HEADER, changed).content != totals.content
    assert content_of({**HEADER, "ref": "B-2021-0002"}, lines).content != totals.content
    assert content_of(HEADER, lines[:-1]).content != totals.content


@pytest.mark.parametrize("fen", [0, -1, 10**15 + 1, 1.5, True, None, "100"])
def test_amounts_that_are_none(finance: FinanceOffice, fen: Any) -> None:
    with pytest.raises(MoneyError):
        finance.grant(fen)
    with pytest.raises(MoneyError), transaction(finance.engine) as connection:
        appropriations.take(connection, "lab", 2021, fen)
    with pytest.raises(MoneyError), transaction(finance.engine) as connection:
        appropriations.give_back(connection, "lab", 2021, fen)
