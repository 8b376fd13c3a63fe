"""二（八）: one redemption, two payers. The appropriation pays the provider, and never the linked area's share."""

from __future__ import annotations

from sqlalchemy import Engine

from models import Account
from shixian.casework.database import reading
from shixian.casework.money.appropriations import grant
from shixian.casework.money.batches import propose
from shixian.casework.money.ledger import balances
from shixian.casework.money.money_views import waiting
from shixian.casework.money.payees import enter_account, verify_account
from shixian.casework.verify import verify
from shixian.rules.periods import parse_day
from tests.casework.office import at
from tests.casework.test_quota import BOOKS, act, opened
from tests.casework.treasury_office import BANK, CHECKER, MAKER

KEY = "js-voucher-redemption"
STEPS = (
    ("request", "submit", "provider", "2021-03-10T09:00"),
    ("review", "pass", "center", "2021-04-01T09:00"),
    ("publicity", "publish", "center", "2021-04-02T09:00"),
    ("pay_provider", "pay", "center", "2021-04-13T09:00"),
)
PAPERS = {"service_completed_on": "2021-03-09", "documents": ["service_contract", "invoice", "bank_statement"]}


def test_a_linked_areas_own_share_stands_in_no_batch(database: Engine) -> None:
    facts = {"order_number": "D1", "provider": "某检测院", "unit_name": "甲公司", "offset_amount": "25000.00元"}
    ref = opened(database, KEY, facts, "2021-03-10")
    for stage, verb, by, when in STEPS:
        done = act(database, ref, stage, verb, by, when, dict(PAPERS) if verb == "submit" else {})
        assert done.refusal is None, done.refusal
    for number, payee in enumerate(("某检测院", "甲公司")):
        made = enter_account(
            database,
            payee,
            holder=payee,
            number=f"100123450901234567{number}",
            bank=BANK,
            bank_name="工商银行",
            person=MAKER,
            now=at("2021-04-14T09:00"),
        )
        verify_account(database, made.id, person=CHECKER, now=at("2021-04-14T10:00"))
    budget = {"because": "预算", "person": MAKER, "now": at("2021-01-04T09:00")}
    grant(database, "js-innovation-voucher", 2021, 100_000_00, **budget)
    for day in ("2021-04-20", "2021-07-13", "2021-07-14"):  # before the area's last day, on it, and after it
        found = {
            one.row["payee"]: one.refusal and (one.refusal.code, one.refusal.clause)
            for one in waiting(database, KEY, parse_day(day), books=BOOKS)
        }
        assert found == {"某检测院": None, "甲公司": ("paid_elsewhere", "二（八）")}, day
    with reading(database) as connection:
        assert balances(connection)[Account.RESERVED] == 25_000_00, "the area's share is not the province's to reserve"
    assert verify(database).problems == ()
    view = propose(database, KEY, as_of=parse_day("2021-07-14"), person=MAKER, now=at("2021-07-14T09:00"), books=BOOKS)
    assert [(line["payee"], line["fen"]) for line in view.lines] == [("某检测院", 25_000_00)]
    assert [one["code"] for one in view.refusals] == ["paid_elsewhere"]
