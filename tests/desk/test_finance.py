"""Money at the desk: who may do what with a batch, what is refused and why; no page shows an account number."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import AttemptStatus, BatchStatus, attempt, batch_approval
from shixian.casework.database import reading, transaction
from shixian.casework.money import batches
from shixian.casework.money.appropriations import appropriations
from shixian.casework.money.batch_steps import DIFFERENT_PEOPLE
from shixian.casework.money.payees import accounts
from shixian.casework.staff.people import Person, Role
from shixian.casework.verify import verify
from shixian.desk import prefect
from shixian.display.finance import quiet
from tests.casework.treasury_office import AWARDED, CHECKER, EDITOR, MAKER, RELEASER, SECOND
from tests.desk.money_office import (
    ALL_ROLES,
    AUDITOR,
    NUMBER,
    PEOPLE,
    MoneyDesk,
    disabled,
    statuses,
    unknown_payment,
    words,
)
from tests.disbursing.bank import Bank
from tests.treasury.bank_files import ACCOUNT

PAGES = (
    "/finance",
    "/finance/propose?programme=lab-grant&as_of=2021-02-01",
    "/finance/batches",
    "/finance/inquiries",
    "/finance/reconciliation",
    "/finance/recoveries",
    "/finance/accounts",
    "/finance/appropriations",
    "/finance/ledger",
)


# -- the whole way -----------------------------------------------------------------------------------------------------


def test_proposed_checked_by_others_released_by_a_third_and_reconciled(house: MoneyDesk, paying: Bank) -> None:
    refs = house.finance.ready("甲实验室", "乙实验室")
    house.finance.award("丙实验室")  # no account: refused, the others go on
    before = words(house.get(MAKER, "/finance/propose?programme=lab-grant&as_of=2021-02-01"))
    assert "将列入 4 笔" in before and "不列入 2 笔" in before
    assert "收款人“丙实验室”没有账户" in before and "收款账户须经二人录入、核实" in before

    ref = house.propose()
    shown = house.get(MAKER, f"/finance/batches/{ref}")
    assert "收款人“丙实验室”没有账户" in shown and all(f'href="/cases/{one}"' in shown for one in refs)
    assert shown.count("****5678") == 4 and "1,200,000.00元" in shown
    assert "金额构成" in shown  # each amount opens its tree

    beside = disabled(shown)["复核"]
    assert "“马经办”没有“复核拨付批次”的权限" in beside and "傅复核" in beside and "马经办、" not in beside
    own = house.approve(ALL_ROLES, ref)
    assert own.status_code == 303  # of a batch in which it had no hand; two are needed above one million yuan
    assert house.approve(CHECKER, ref).status_code == 303
    assert batches.show(house.engine, ref).status is BatchStatus.APPROVED

    for person in (MAKER, CHECKER, ALL_ROLES):
        refused = house.post(person, f"/finance/batches/{ref}/release")
        assert refused.status_code == 403 and DIFFERENT_PEOPLE in refused.text
        assert "邓复核" in disabled(house.get(person, f"/finance/batches/{ref}"))["放行"]
    assert statuses(house) == []

    released = house.post(RELEASER, f"/finance/batches/{ref}/release")
    assert released.status_code == 303
    job = house.job(f"pay:{ref}")
    assert job.state == "done" and job.lines[-1] == "全部办结", job.lines
    assert statuses(house) == [AttemptStatus.PAID] * 4
    shown = house.get(RELEASER, f"/finance/batches/{ref}")
    assert "已办结" in shown and "邓复核" in shown and "已付 4" in words(shown)

    compared = house.post(RELEASER, "/finance/reconciliation", {"day": "2021-02-01"})
    assert compared.status_code == 303 and house.job("reconcile:2021-02-01").lines[-1] == "相符"
    assert "相符 4" in words(house.get(AUDITOR, "/finance/reconciliation?day=2021-02-01"))
    balances = words(house.get(AUDITOR, "/finance/ledger?programme=lab&year=2021"))
    assert "1,200,000.00元" in balances and verify(house.engine).problems == ()
    earlier = words(house.get(AUDITOR, "/finance/ledger?programme=lab&year=2021&last=2021-01-31"))
    assert "2021年1月31日 终了的余额" in earlier
    files = [house.browser(AUDITOR).get(f"/finance/ledger/export.{kind}?programme=lab") for kind in ("csv", "xlsx")]
    assert [one.status_code for one in files] == [200, 200] and "已付".encode() in files[0].content


def test_the_same_release_pressed_again_pays_nothing_twice(house: MoneyDesk, paying: Bank) -> None:
    house.finance.ready()
    ref = house.propose()
    house.approve(CHECKER, ref)
    for _ in range(3):
        assert house.post(RELEASER, f"/finance/batches/{ref}/release").status_code == 303
        house.job(f"pay:{ref}")
    with reading(house.engine) as connection:
        keys = list(connection.scalars(select(attempt.c.key)))
    paid = paying.totals()["keys"]
    assert len(keys) == 2 and [paid[key]["times"] for key in keys] == [1, 1]


def test_without_a_treasury_nothing_is_released(house: MoneyDesk) -> None:
    house.finance.ready()
    ref = house.propose()
    house.approve(CHECKER, ref)
    assert "SHIXIAN_TREASURY_URL" in disabled(house.get(RELEASER, f"/finance/batches/{ref}"))["放行"]
    refused = house.post(RELEASER, f"/finance/batches/{ref}/release")
    assert refused.status_code == 422 and batches.show(house.engine, ref).status is BatchStatus.APPROVED


def test_with_prefect_the_deployment_is_started_with_batch_and_person(
    house: MoneyDesk, monkeypatch: pytest.MonkeyPatch, paying: Bank
) -> None:
    house.finance.ready()
    ref = house.propose()
    house.approve(CHECKER, ref)
    asked: list[tuple[str, str, object]] = []

    def ask(address: str | None, method: str, path: str, body: object = None) -> dict[str, object]:
        asked.append((method, path, body))
        return {"id": "d-1"}

    monkeypatch.setattr(prefect, "_ask", ask)
    house.app.state.config = house.config = type(house.config)(  # type: ignore[attr-defined]
        house.engine, books=house.config.books, now=house.clock, prefect_url="http://127.0.0.1:4200/api"
    )
    assert house.post(RELEASER, f"/finance/batches/{ref}/release").status_code == 303
    assert asked[0][:2] == ("GET", "/deployments/name/disburse-batch/disburse-batch")
    body = asked[1][2]
    assert isinstance(body, dict) and body["parameters"] == {"batch": ref, "person": RELEASER.key}
    assert statuses(house) == [AttemptStatus.PLANNED] * 2  # authorised here, paid there
    assert "http://127.0.0.1:4200/runs/flow-run/d-1" in house.get(RELEASER, f"/finance/batches/{ref}")


# -- separation of duties, and what is frozen --------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["make", "edit", "check"])
@pytest.mark.parametrize("then", ["check", "release"])
def test_one_person_with_every_role_in_every_order_is_refused_on_one_batch(  # E6
    house: MoneyDesk, paying: Bank, first: str, then: str
) -> None:
    house.finance.ready()
    ref = house.propose(ALL_ROLES if first == "make" else MAKER)
    if first == "edit":
        ref = batches.show(house.engine, ref).ref
        edited = house.post(ALL_ROLES, f"/finance/batches/{ref}/revise", {"drop": "2"})
        assert edited.status_code == 303
        ref = re.sub(r".*/batches/([^?]+).*", r"\1", edited.headers["location"])
    if first == "check":
        assert house.approve(ALL_ROLES, ref).status_code == 303
    if then == "release" and first != "check":
        assert house.approve(CHECKER, ref).status_code == 303
    title = {"check": "复核", "release": "放行"}[then]
    page = house.get(ALL_ROLES, f"/finance/batches/{ref}")
    refused = (
        house.approve(ALL_ROLES, ref) if then == "check" else house.post(ALL_ROLES, f"/finance/batches/{ref}/release")
    )
    if (first, then) == ("check", "check"):  # it is approved by then: refused for its status, and as a second check
        assert refused.status_code == 422 and title in disabled(page)
    else:
        assert refused.status_code == 403 and DIFFERENT_PEOPLE in refused.text
        assert DIFFERENT_PEOPLE in disabled(page)[title]
    assert statuses(house) == []


def test_on_different_batches_one_person_may_do_each(house: MoneyDesk, paying: Bank) -> None:
    house.finance.ready("甲实验室")
    first = house.propose(ALL_ROLES)
    house.finance.award("乙实验室")
    house.finance.account("乙实验室")
    second = house.propose(MAKER)
    assert house.approve(ALL_ROLES, second).status_code == 303
    assert house.approve(CHECKER, first).status_code == 303
    assert house.post(RELEASER, f"/finance/batches/{first}/release").status_code == 303
    house.job(f"pay:{first}")


def test_an_account_changed_after_approval_voids_it(house: MoneyDesk, paying: Bank) -> None:  # E7
    house.finance.ready("甲实验室", "乙实验室")
    ref = house.propose()
    for person in (CHECKER, SECOND):
        assert house.approve(person, ref).status_code == 303
    given = {"payee": "甲实验室", "number": "1009999900001111", "bank": "102290000018", "bank_name": "工商银行"}
    assert house.post(MAKER, "/finance/accounts", given).status_code == 303
    number = accounts(house.engine, payee="甲实验室")[0].id
    assert house.post(CHECKER, f"/finance/accounts/{number}/verify").status_code == 303
    refused = house.post(RELEASER, f"/finance/batches/{ref}/release")
    assert refused.status_code == 422 and "原有复核作废" in refused.text and "第1笔（甲实验室）" in refused.text
    assert "批次冻结" in refused.text and statuses(house) == []
    revised = house.post(EDITOR, f"/finance/batches/{ref}/revise")
    assert revised.status_code == 303
    made = batches.show(house.engine, re.sub(r".*/batches/([^?]+).*", r"\1", revised.headers["location"]))
    assert made.approvals == () and made.replaces == ref and made.count == 4
    assert batches.show(house.engine, ref).status is BatchStatus.CANCELLED


def test_the_checker_approves_what_he_saw(house: MoneyDesk) -> None:
    house.finance.ready()
    ref = house.propose()
    for content in ("", "0" * 64):
        refused = house.post(CHECKER, f"/finance/batches/{ref}/approve", {"content": content})
        assert refused.status_code == 422 and "批次冻结" in refused.text
    with reading(house.engine) as connection:
        assert connection.execute(select(batch_approval)).all() == []


def test_cancelled_with_a_reason_and_the_money_is_free_again(house: MoneyDesk) -> None:
    house.finance.ready()
    ref = house.propose()
    assert house.post(MAKER, f"/finance/batches/{ref}/cancel").status_code == 422
    assert house.post(MAKER, f"/finance/batches/{ref}/cancel", {"reason": "编错"}).status_code == 303
    assert appropriations(house.engine)[0].committed == 0
    beside = disabled(house.get(CHECKER, f"/finance/batches/{ref}"))
    assert set(beside) == {"复核", "放行", "查询结果", "修改", "撤销"} and all(
        "批次已撤销" in one for one in beside.values()
    )


def test_nothing_payable_is_said_with_every_reason(house: MoneyDesk) -> None:
    house.finance.award()
    house.finance.grant()
    refused = house.post(MAKER, "/finance/propose", {"programme": "lab-grant", "as_of": "2021-02-01"})
    assert refused.status_code == 422
    said = words(refused.text)
    assert said.count("收款人“甲实验室”没有账户") == 2 and "不编制批次" in said and "编制批次" in disabled(refused.text)


# -- what every page keeps to ------------------------------------------------------------------------------------------


def everything(house: MoneyDesk, paying: Bank) -> list[str]:
    """A house with a batch in every state, something unknown, and an account not verified; the addresses to look at."""
    ref = unknown_payment(house, paying)
    house.finance.award("乙实验室")
    house.finance.account("乙实验室")
    second = house.propose()
    house.finance.award("丙实验室")
    house.finance.account("丙实验室", verified=False)
    return [*PAGES, f"/finance/batches/{ref}", f"/finance/batches/{second}"]


def test_every_disabled_control_says_why_and_who(house: MoneyDesk, paying: Bank) -> None:
    seen = 0
    for path in everything(house, paying):
        for person in (MAKER, CHECKER, RELEASER, AUDITOR, ALL_ROLES):
            for title, beside in disabled(house.get(person, path)).items():
                seen += 1
                assert "可办理：" in beside and len(beside) > 12, (path, person.name, title, beside)
                assert "尚无" not in beside, (path, title, beside)
    assert seen > 40


def test_no_page_shows_a_whole_account_number(house: MoneyDesk, paying: Bank) -> None:
    paths = everything(house, paying)
    for path in [*paths, "/finance/ledger/export.csv", "/audit", "/audit/journals", "/audit/discretion?month=2021-02"]:
        for person in (MAKER, CHECKER, AUDITOR):
            found = house.browser(person).get(path)
            assert NUMBER not in found.text and ACCOUNT not in found.text, path
    assert NUMBER[-4:] in house.get(MAKER, "/finance/accounts")


def test_an_auditor_reads_everything_and_changes_nothing(house: MoneyDesk, paying: Bank) -> None:
    from shixian.desk.access import accesses

    paths = everything(house, paying)
    for path in paths:
        assert house.browser(AUDITOR).get(path).status_code == 200
    refused = 0
    for route, _ in accesses(house.app):  # type: ignore[arg-type]
        if route.path.startswith("/finance") and "POST" in route.methods:
            path = re.sub(r"{\w+}", "1", route.path)
            assert house.post(AUDITOR, path).status_code == 403, path
            refused += 1
    assert refused == 15


def test_scope_holds_for_money_too(house: MoneyDesk) -> None:
    from shixian.casework.staff.people import put_person

    house.finance.ready()
    ref = house.propose()
    outside = Person("outside", "外专项", MAKER.roles | CHECKER.roles, programmes=frozenset({"other"}))
    with transaction(house.engine) as connection:
        put_person(connection, outside)
    assert house.browser(outside).get(f"/finance/batches/{ref}").status_code == 403
    for path, data in (
        (f"/finance/batches/{ref}/cancel", {"reason": "x"}),
        (f"/finance/batches/{ref}/approve", {"content": batches.show(house.engine, ref).content}),
        ("/finance/propose", {"programme": "lab-grant", "as_of": "2021-02-01"}),
        ("/finance/appropriations", {"programme": "lab", "year": "2021", "amount": "1元", "because": "x"}),
    ):
        assert house.post(outside, path, data).status_code == 403, path
    assert ref not in house.get(outside, "/finance/batches") and "lab" not in words(
        house.get(outside, "/finance/ledger")
    )
    payee = batches.show(house.engine, ref).lines[0]["payee"]
    assert payee in house.get(MAKER, "/finance/accounts") and payee not in house.get(outside, "/finance/accounts")
    entered = house.finance.account(payee, "1001234509012345999", verified=False)
    assert house.post(outside, f"/finance/accounts/{entered}/verify").status_code == 404
    auditor = Person("outside-auditor", "外审计", frozenset({Role.AUDITOR}), programmes=frozenset({"other"}))
    inside = Person("inside-auditor", "内审计", frozenset({Role.AUDITOR}))
    with transaction(house.engine) as connection:
        put_person(connection, auditor)
        put_person(connection, inside)
    assert ref in house.get(inside, "/audit/journals") and ref not in house.get(auditor, "/audit/journals")
    assert payee in house.get(inside, "/audit/journals") and payee not in house.get(auditor, "/audit/journals")


@pytest.mark.parametrize(
    "path",
    [
        "/finance/batches/nothing",
        "/finance/batches?status=odd&year=abc",
        "/finance/propose?programme=odd",
        "/finance/propose?programme=lab-grant&as_of=2021-02-30",
        "/finance/ledger?page=0&year=99999&first=x",
        "/finance/ledger?programme=odd",
        "/finance/reconciliation?day=odd",
        "/finance/accounts?q=%27%22<b>",
    ],
)
def test_odd_addresses_are_answered(house: MoneyDesk, path: str) -> None:
    assert house.browser(MAKER).get(path).status_code in (200, 404, 422)


def test_numbers_that_could_be_accounts_are_hidden() -> None:
    assert quiet("户名 6222021234567890123 转") == "户名 ****0123 转"
    assert quiet("6222 0212 3456 7890") == "****7890"
    assert quiet("SH-MF-2021-9001 2021-03-01 20210301") == "SH-MF-2021-9001 2021-03-01 20210301"
    assert quiet(None) == ""


def test_the_people_of_this_house_are_different() -> None:
    assert len({one.key for one in PEOPLE}) == len(PEOPLE) and AWARDED > 0
