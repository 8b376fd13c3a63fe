"""Money quotas in the database: who commits first is served first, nothing is drawn twice, and the record proves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from models import case_file, quota_draw
from shixian.casework.calls import set_call
from shixian.casework.cases import open_case, record_act
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Person, Role
from shixian.casework.store import SqlStore
from shixian.casework.verify import verify
from shixian.programmes import load
from shixian.programmes.jiangsu import voucher
from shixian.rules.calendar import default_calendar
from shixian.rules.decide import Acted, Decided
from shixian.rules.errors import Conflict
from shixian.rules.periods import parse_day
from tests.casework.office import HEAD, OFFICER, at
from tests.casework.test_concurrency import together

BOOKS = LawBooks(load([voucher]), default_calendar())
UNITS = ("91320100MA1AAAA01R", "91320100MA1BBBB024", "91320500MA1CCCC033", "91320200MA1DDDD04X", "91320300MA1EEEE05D")
LISTED = {"provider_listed": "是", "service_kind": "testing"}
BOTH = Person("both", "经办并审批", frozenset({Role.OFFICER, Role.SECTION_HEAD}))
SCHOOL = {"unit_code": "12320000466007000N", "unit_name": "某大学", "in_province": "是", "excellent": "是"}


def opened(engine: Engine, key: str, facts: Mapping[str, object], day: str = "2021-03-01") -> str:
    now = at(f"{day}T08:00")
    return open_case(engine, key, facts, day=parse_day(day), person=OFFICER, now=now, books=BOOKS).ref


def act(engine: Engine, ref: str, stage: str, verb: str, by: str, when: str, given: dict[str, Any]) -> Decided:
    papers = tuple({"document": key} for key in given.pop("documents", ()))
    acted = Acted(stage, verb, by, at(when), given, papers, "服务效益好")
    return record_act(engine, ref, acted, person=BOTH, now=at(when), books=BOOKS)


def ordered(engine: Engine, code: str) -> str:
    """The order of an enterprise that has claimed 100,000 yuan, ready to be paid."""
    facts = {"unit_code": code, "in_province": "是", "library_number": "1", "library_year": "2021", "area_linked": "是"}
    ref = opened(engine, "js-voucher-use", facts)
    steps: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
        (ref, "registration", "submit", "enterprise", {"documents": ["proofs", "credit_undertaking"]}),
        (ref, "registration_review", "pass", "linked_area", {}),
        (ref, "claim", "submit", "enterprise", {"claim_amount": "10万元"}),
        (ref, "use", "order", "enterprise", {"order_number": f"D-{code}", "provider": "某检测院"}),
        (f"{ref}/order1", "confirm_contract", "confirm", "enterprise", {**LISTED, "documents": ["service_contract"]}),
    )
    for number, (case, stage, verb, by, given) in enumerate(steps):
        done = act(engine, case, stage, verb, by, f"2021-03-0{2 + number}T09:00", given)
        assert done.refusal is None, done.refusal
    return f"{ref}/order1"


def budget(engine: Engine, amount: str) -> None:
    now = at("2021-01-04T09:00")
    set_call(engine, "js-voucher-order", 2021, "voucher_budget", amount, person=HEAD, now=now, books=BOOKS)


def pay(engine: Engine, order: str, price: str) -> Decided:
    return act(engine, order, "offset", "pay", "enterprise", "2021-04-01T09:00", {"order_amount": price})


def draws(engine: Engine, quota: str) -> list[tuple[int, int, int]]:
    columns = quota_draw.c
    with reading(engine) as connection:
        rows = connection.execute(
            select(columns.before, columns.fen, columns.at_most).where(columns.quota == quota).order_by(columns.before)
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


def test_five_pay_at_once_and_the_budget_serves_who_comes_first(database: Engine) -> None:
    """90,000 yuan for five orders of 20,000 each: four whole, one in part; then nothing is left for a sixth."""
    budget(database, "9万元")
    orders = [ordered(database, code) for code in UNITS]
    done = together(*[lambda order=order: pay(database, order, "8万元") for order in orders])
    assert [decided.refusal for decided in done] == [None] * 5
    assert draws(database, "js-voucher-budget") == [
        (start * 2_000_000, 2_000_000 if start < 4 else 1_000_000, 9_000_000) for start in range(5)
    ]
    facts = {"unit_code": UNITS[0], "order_number": "D6", "provider": "某检测院"}
    late = opened(database, "js-voucher-order", facts | LISTED)
    papers = {"documents": ["service_contract"]}
    act(database, late, "confirm_contract", "confirm", "enterprise", "2021-04-02T09:00", papers)
    refused = pay(database, late, "8万元").refusal
    assert refused is not None and (refused.code, refused.clause) == ("quota", "二（五）")
    assert verify(database).problems == ()


def test_two_claims_at_once_never_exceed_the_yearly_quota(database: Engine) -> None:
    facts = {"unit_code": UNITS[0], "library_number": "1", "library_year": "2021", "in_province": "是"}
    first = opened(database, "js-voucher-use", {**facts, "area_linked": "是"})
    papers = {"documents": ["proofs", "credit_undertaking"]}
    act(database, first, "registration", "submit", "enterprise", "2021-03-02T09:00", papers)
    act(database, first, "registration_review", "pass", "linked_area", "2021-03-02T10:00", {})
    second = opened(database, "js-voucher-use", facts, "2021-03-03")

    def claim(ref: str) -> Decided:
        return act(database, ref, "claim", "submit", "enterprise", "2021-03-03T09:00", {"claim_amount": "6万元"})

    codes = [d.refusal.code if d.refusal else None for d in together(lambda: claim(first), lambda: claim(second))]
    assert sorted(codes, key=str) == [None, "quota"]
    assert draws(database, "js-voucher-claimed") == [(0, 6_000_000, 10_000_000)]
    assert verify(database).problems == ()


def test_two_colleges_awarded_at_once_share_their_legal_persons_cap(database: Engine) -> None:
    refs = [opened(database, "js-voucher-award", {**SCHOOL, "provider": name}, "2021-12-20") for name in ("甲", "乙")]

    def grant(ref: str) -> Decided:
        given = {"service_total": "800万元", "award": "40万元"}
        return act(database, ref, "award", "grant", "center", "2021-12-31T09:00", given)

    codes = [d.refusal.code if d.refusal else None for d in together(*[lambda ref=ref: grant(ref) for ref in refs])]
    assert sorted(codes, key=str) == [None, "over_ceiling"]
    assert draws(database, "js-voucher-awarded") == [(0, 40_000_000, 50_000_000)]
    assert verify(database).problems == ()


def test_a_decision_on_a_remainder_that_is_gone_is_a_conflict(database: Engine) -> None:
    """Past every lock: what the decision saw as used is where its draw begins, and only one draw may begin there."""
    budget(database, "9万元")
    order = ordered(database, UNITS[0])
    row = {"quota": "js-voucher-budget", "scope": "2021", "before": 0, "fen": 1, "at_most": 9_000_000, "seq": 1}
    with pytest.raises(Conflict), transaction(database) as connection:
        store = SqlStore(connection, BOOKS, recorded_at=at("2021-04-01T09:00"))
        number = connection.scalar(select(case_file.c.id).where(case_file.c.ref == order))
        real = store.drawn
        blind = lambda quota, scope: 0 if quota == row["quota"] else real(quota, scope)  # noqa: E731
        store.drawn = blind  # type: ignore[method-assign]
        connection.execute(insert(quota_draw), row | {"case_id": number})
        from shixian.rules import proceedings

        given = {"order_amount": "8万元"}
        proceedings.act(store, order, Acted("offset", "pay", "enterprise", at("2021-04-01T09:00"), given))
    assert draws(database, "js-voucher-budget") == []


@pytest.mark.parametrize(("before", "fen"), [(0, 0), (0, 9_000_001), (8_999_999, 2)])
def test_no_row_draws_nothing_or_too_much(database: Engine, before: int, fen: int) -> None:
    ref = opened(database, "js-voucher-award", {**SCHOOL, "provider": "甲"}, "2021-12-20")
    row = {"quota": "q", "scope": "2021", "before": before, "fen": fen, "at_most": 9_000_000, "seq": 1}
    with pytest.raises(DBAPIError, match="within"), transaction(database) as connection:
        number = connection.scalar(select(case_file.c.id).where(case_file.c.ref == ref))
        connection.execute(insert(quota_draw), row | {"case_id": number})


def test_draws_are_never_changed_and_a_gap_is_found(database: Engine) -> None:
    budget(database, "9万元")
    pay(database, ordered(database, UNITS[0]), "8万元")
    with pytest.raises(DBAPIError, match="只可追加"), transaction(database) as connection:
        connection.execute(text("DELETE FROM quota_draw"))
    with transaction(database) as connection:
        number = connection.scalar(select(quota_draw.c.case_id).limit(1))
        row = {"quota": "js-voucher-budget", "scope": "2021", "before": 3_000_000, "fen": 1, "at_most": 9_000_000}
        connection.execute(insert(quota_draw), row | {"case_id": number, "seq": 99})
    problems = verify(database).problems
    assert any("自 3000000 分起的一笔不接续前一笔" in problem for problem in problems)
    assert any("额度的记录行（事件 99）没有事件依据" in problem for problem in problems)


@pytest.mark.parametrize("writes", [True, False])
def test_on_postgresql_who_may_draw_takes_the_quotas_turn_and_who_only_looks_does_not(
    database: Engine, writes: bool
) -> None:
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
    with (transaction if writes else reading)(database) as connection:
        assert SqlStore(connection, BOOKS, recorded_at=at("2021-04-01T09:00")).drawn("quota", "2021") == 0
        if connection.dialect.name == "postgresql":
            assert connection.scalar(held) == (1 if writes else 0)
