"""The office of the browser's tests: the desk's sample office, and three redemptions of Jiangsu innovation vouchers.

The vouchers are the regulation here in which a public notice, an objection and a payment meet (苏科机发〔2020〕206号
二（七）、二（八）): of one list published together, what nobody objects to is paid.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from shixian.casework.cases import open_case, record_act
from shixian.casework.database import transaction
from shixian.casework.money.appropriations import grant
from shixian.casework.money.payees import enter_account, verify_account
from shixian.casework.staff.people import Person, Role, put_person
from shixian.desk.sessions import set_password
from shixian.rules.decide import Acted
from shixian.rules.money import Money
from shixian.rules.periods import parse_day, parse_instant
from tests.desk.office import NOW, PASSWORD, PEOPLE, fill, quick_hashes

REDEMPTION = "js-voucher-redemption"
# Of three redemptions the second one meets an objection.
REDEMPTIONS = ("JS-VR-2021-9001", "JS-VR-2021-9002", "JS-VR-2021-9003")
UNDISTURBED, OBJECTED = (REDEMPTIONS[0], REDEMPTIONS[2]), REDEMPTIONS[1]
PROVIDERS = ("（样例）江苏检测院", "（样例）江苏仪器中心", "（样例）苏南声学实验室")
FIRMS = ("（样例）南京微光仪器有限公司", "（样例）苏州静波声学有限公司", "（样例）无锡细流传感有限公司")
SUMS = ("1.5万元", "8000元", "2.4万元")
RECEIVED = "2021-06-09T10:00"

# Further people: who checks, and who lets go, must be others than who made.
HEAD = Person("head", "审批（样例二）", frozenset({Role.OFFICER, Role.SECTION_HEAD}))
SECOND_MAKER = Person("maker2", "财务经办（样例二）", frozenset({Role.FINANCE_MAKER}))
SECOND_CHECKER = Person("checker2", "财务复核（样例二）", frozenset({Role.FINANCE_CHECKER}))
FURTHER = (HEAD, SECOND_MAKER, SECOND_CHECKER)
MAKER, CHECKER = PEOPLE[Role.FINANCE_MAKER], PEOPLE[Role.FINANCE_CHECKER]


def furnish(engine: Engine) -> None:
    """The desk's office of `NOW`, the further people, and the redemptions, each requested by its provider."""
    fill(engine)
    with transaction(engine) as connection:
        for person in FURTHER:
            put_person(connection, person)
    with quick_hashes():
        for person in FURTHER:
            set_password(engine, person.key, PASSWORD, now=NOW)
    officer = PEOPLE[Role.OFFICER]
    for number, ref in enumerate(REDEMPTIONS):
        at = parse_instant(RECEIVED)
        facts = {
            "order_number": f"样例D{900 + number}",
            "provider": PROVIDERS[number],
            "unit_name": FIRMS[number],
            "offset_amount": SUMS[number],
        }
        given: dict[str, Any] = {
            "day": parse_day("2021-06-09"),
            "cycle": 2021,
            "ref": ref,
            "person": officer,
            "now": at,
        }
        opened = open_case(engine, REDEMPTION, facts, **given)
        assert opened.refusal is None, opened.refusal
        papers = ("service_contract", "invoice", "bank_statement")
        _act(engine, ref, "request", "submit", "provider", RECEIVED, {"service_completed_on": "2021-06-08"}, papers)


def publish_list(engine: Engine) -> None:
    """The quarter over, the three are approved and published on 2 July; the window's last day is 9 July."""
    for ref in REDEMPTIONS:
        _act(engine, ref, "review", "pass", "center", "2021-07-01T10:00", person=HEAD)
        _act(engine, ref, "publicity", "publish", "center", "2021-07-02T09:00", person=HEAD)


def award(engine: Engine, *refs: str, at: str = "2021-07-12T09:30") -> None:
    """Decide to pay these: two obligations each, one now and one in three months."""
    for ref in refs:
        _act(engine, ref, "pay_provider", "pay", "center", at, person=HEAD)


def fund(engine: Engine, at: str = "2021-07-12T08:30") -> None:
    """An appropriation, and an account of every payee, entered by one and verified by another."""
    now = parse_instant(at)
    budget: dict[str, Any] = {"because": "样例预算批复", "person": MAKER, "now": now}
    grant(engine, "js-innovation-voucher", 2021, Money.parse("300万元").fen, **budget)
    for number, payee in enumerate((*PROVIDERS, *FIRMS)):
        account = {"number": f"3100{number:013d}", "bank": "102290000005", "bank_name": "样例银行营业部"}
        made = enter_account(engine, payee, holder=payee, **account, person=MAKER, now=now)
        verify_account(engine, made.id, person=CHECKER, now=now)


def _act(
    engine: Engine,
    ref: str,
    stage: str,
    verb: str,
    by: str,
    at: str,
    given: dict[str, Any] | None = None,
    documents: tuple[str, ...] = (),
    *,
    person: Person = PEOPLE[Role.OFFICER],
) -> None:
    instant = parse_instant(at)
    kept = tuple({"document": key, "name": f"{key}.pdf", "sha256": ""} for key in documents)
    decided = record_act(engine, ref, Acted(stage, verb, by, instant, given or {}, kept), person=person, now=instant)
    assert decided.refusal is None, f"{ref} {stage} {verb}: {decided.refusal}"
