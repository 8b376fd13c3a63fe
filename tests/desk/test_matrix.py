"""Who may open what: every route of the desk with every role and with nobody, against this table, written by hand.

A route without a row fails, and so does a row without a route. Roles are named here as people, never by permissions:
the table is what the office decided, and the permissions in the code must come to the same.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from shixian.casework.database import transaction
from shixian.casework.staff.api_clients import make_client
from shixian.casework.staff.people import Permission, Role, put_person
from shixian.desk.access import accesses
from shixian.desk.app import create_app
from shixian.desk.config import DeskConfig
from shixian.desk.sessions import COOKIE, open_session
from tests.desk.office import NOW, OVERDUE, PEOPLE

ROLES = tuple(PEOPLE)
EVERYBODY = "everybody, signed in or not"
SIGNED_IN = frozenset(ROLES)
READERS = frozenset(
    {Role.OFFICER, Role.SECTION_HEAD, Role.FINANCE_MAKER, Role.FINANCE_CHECKER, Role.AUDITOR, Role.OPERATOR}
)
OFFICE = frozenset({Role.OFFICER, Role.SECTION_HEAD})
ACTING = OFFICE | {Role.APPLICANT}
OPENING = frozenset({Role.OFFICER, Role.APPLICANT})
OBJECTING = frozenset({Role.OFFICER, Role.APPLICANT, Role.PUBLIC})
HEAD = frozenset({Role.SECTION_HEAD})
OPERATOR = frozenset({Role.OPERATOR})
SECURITY = frozenset({Role.SECURITY_ADMIN})
SYSTEM = frozenset({Role.SYSTEM_ADMIN})
AUDIT_ADMIN = frozenset({Role.AUDIT_ADMIN})
VERIFIERS = frozenset({Role.AUDITOR, Role.OPERATOR, Role.AUDIT_ADMIN})
MAKER = frozenset({Role.FINANCE_MAKER})
CHECKER = frozenset({Role.FINANCE_CHECKER})
FINANCE = MAKER | CHECKER

TABLE: dict[str, frozenset[Role] | str] = {
    # signing in, and the first page
    "GET /": EVERYBODY,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "GET /sign-in/oidc": EVERYBODY,
    "GET /sign-in/oidc/callback": EVERYBODY,
    "POST /sign-out": EVERYBODY,
    "POST /language": EVERYBODY,
    # an applicant's own cases
    "GET /mine": frozenset({Role.APPLICANT}),
    # lists
    "GET /worklist": READERS,
    "GET /worklist/overdue": READERS,
    "GET /worklist/done": READERS,
    "GET /worklist/opened": READERS,
    "POST /worklist/assign": OFFICE,
    "GET /worklist/export.xlsx": READERS,
    "GET /worklist/export.csv": READERS,
    # cycles
    "GET /cycles": READERS,
    "GET /cycles/{key}/{year}": READERS,
    "POST /cycles/{key}/{year}/runs": OPERATOR,
    "GET /cycles/{key}/{year}/runs/{run}": READERS,
    # settings and administration
    "GET /settings": SIGNED_IN,
    "POST /settings/password": SIGNED_IN,
    "POST /settings/sessions/end": SIGNED_IN,
    "POST /settings/delegations": READERS,
    "POST /settings/delegations/{number}/end": READERS,
    "GET /settings/calls": READERS,
    "POST /settings/calls": HEAD,
    "GET /settings/calendars": SIGNED_IN,
    "GET /settings/people": SECURITY,
    "GET /settings/people/new": SECURITY,
    "GET /settings/people/{key}": SECURITY,
    "POST /settings/people": SECURITY,
    "POST /settings/people/{key}/close": SECURITY,
    "POST /settings/people/{key}/reopen": SECURITY,
    "POST /settings/people/{key}/password": SECURITY,
    "GET /settings/outages": READERS,
    "POST /settings/outages": HEAD,
    "GET /settings/clients": SECURITY,
    "POST /settings/clients": SECURITY,
    "POST /settings/clients/close": SECURITY,
    "GET /settings/system": SYSTEM,
    "GET /settings/log": AUDIT_ADMIN,
    # cases
    "GET /cases/{ref:path}": READERS,
    "GET /cases/{ref:path}/act/{stage}/{verb}": ACTING,
    "POST /cases/{ref:path}/act/{stage}/{verb}": ACTING,
    "GET /open": OPENING,
    "GET /open/{key}": OPENING,
    "POST /open/{key}": OPENING,
    "GET /bulk": OFFICE,
    "POST /bulk": OFFICE,
    "GET /cases/{ref:path}/documents/{digest}": READERS,
    "GET /cases/{ref:path}/print/decision/{key}": READERS,
    "GET /cases/{ref:path}/print/notice/{stage}": READERS,
    "GET /cases/{ref:path}/identity": OFFICE,
    "POST /cases/{ref:path}/identity": OFFICE,
    "POST /cases/{ref:path}/progress-code": OFFICE,
    # the public
    "GET /notices": EVERYBODY,
    "GET /notices/list/{key}/{cycle}/{stage}": EVERYBODY,
    "GET /notices/{ref:path}/{stage}": EVERYBODY,
    "GET /objections/{ref:path}/{stage}": EVERYBODY,
    "POST /objections/{ref:path}/{stage}": EVERYBODY,
    "GET /objection-papers/{ref:path}/{digest}": OFFICE,
    "POST /objection-papers/{ref:path}/{digest}": OFFICE,
    "GET /progress": EVERYBODY,
    "POST /progress": EVERYBODY,
    "GET /regulations": EVERYBODY,
    "GET /regulations/{key}": EVERYBODY,
    "GET /regulations/{key}/clauses/{clause:path}": EVERYBODY,
    # money
    "GET /finance": READERS,
    "GET /finance/propose": READERS,
    "POST /finance/propose": MAKER,
    "GET /finance/batches": READERS,
    "GET /finance/batches/{ref}": READERS,
    "GET /finance/batches/{ref}/progress": READERS,
    "POST /finance/batches/{ref}/approve": CHECKER,
    "POST /finance/batches/{ref}/revise": MAKER,
    "POST /finance/batches/{ref}/cancel": FINANCE,
    "POST /finance/batches/{ref}/release": FINANCE,
    "POST /finance/batches/{ref}/inquire": FINANCE,
    "GET /finance/inquiries": READERS,
    "POST /finance/inquiries/{key}": CHECKER,
    "GET /finance/reconciliation": READERS,
    "POST /finance/reconciliation": FINANCE,
    "POST /finance/reconciliation/file": FINANCE,
    "POST /finance/reconciliation/lines/{line}": CHECKER,
    "GET /finance/recoveries": READERS,
    "POST /finance/recoveries/{number}": MAKER,
    "GET /finance/accounts": READERS,
    "POST /finance/accounts": MAKER,
    "POST /finance/accounts/{number}/verify": CHECKER,
    "GET /finance/appropriations": READERS,
    "POST /finance/appropriations": MAKER,
    "POST /finance/appropriations/close": MAKER,
    "GET /finance/ledger": READERS,
    "GET /finance/ledger/export.xlsx": READERS,
    "GET /finance/ledger/export.csv": READERS,
    # audit
    "GET /audit": VERIFIERS,
    "GET /audit/journals": VERIFIERS,
    "GET /audit/verify": VERIFIERS,
    "POST /audit/verify": VERIFIERS,
    "GET /audit/recompute": VERIFIERS,
    "POST /audit/recompute": VERIFIERS,
    "GET /audit/discretion": VERIFIERS,
    "GET /audit/readings": VERIFIERS,
    "GET /audit/anchors": VERIFIERS,
    "GET /audit/looks": AUDIT_ADMIN,
    "GET /audit/sign-ins": AUDIT_ADMIN,
    # the interface for programs
    "GET /api/v1/openapi.json": EVERYBODY,
    "GET /api/v1/notices": EVERYBODY,
    "GET /api/v1/notices/{ref:path}/{stage}": EVERYBODY,
    "GET /api/v1/lifecycles": READERS,
    "GET /api/v1/lifecycles/{key}": READERS,
    "GET /api/v1/cases": READERS,
    "GET /api/v1/cases/{ref:path}": READERS,
    "GET /api/v1/cases/{ref:path}/events": READERS,
    "GET /api/v1/cases/{ref:path}/deadlines": READERS,
    "GET /api/v1/cases/{ref:path}/decisions": READERS,
    "GET /api/v1/cases/{ref:path}/obligations": READERS,
    "POST /api/v1/cases": OPENING,
    "POST /api/v1/cases/{ref:path}/acts": ACTING,
    "POST /api/v1/cases/{ref:path}/objections": OBJECTING,
    "POST /api/v1/calls": HEAD,
    "GET /api/v1/batches": READERS,
    "GET /api/v1/proposals": READERS,
    "GET /api/v1/batches/{ref}": READERS,
    "POST /api/v1/batches": MAKER,
    "POST /api/v1/batches/{ref}/approve": CHECKER,
    "POST /api/v1/batches/{ref}/release": FINANCE,
    "POST /api/v1/batches/{ref}/cancel": FINANCE,
}

# What stands for the parts of an address; those not named are "x".
PARTS = {
    "ref": OVERDUE,
    "key": "sh-award",
    "year": "2021",
    "cycle": "2021",
    "number": "1",
    "line": "1",
    "run": "6f9b2a52-7a63-4a39-9a0f-0c8f0f8ad001",
    "stage": "filing",
    "clause": "第八条",
}
REFUSED = ("无权打开本页", "无权使用本接口")


def routes(desk: DeskConfig) -> dict[str, object]:
    return {
        f"{method} {route.path}": access
        for route, access in accesses(create_app(desk))
        for method in route.methods or ()
    }


def program_of(desk: DeskConfig, role: Role) -> str:
    """The token of a client of the role: programs have accounts of their own, without a password."""
    account = replace(PEOPLE[role], key=f"{role}-program")
    with transaction(desk.engine) as connection:
        put_person(connection, account)
    return make_client(desk.engine, account.key, account.key, by=PEOPLE[Role.SECURITY_ADMIN], now=NOW)


def test_every_route_has_its_row_and_every_row_its_route(desk: DeskConfig) -> None:
    assert sorted(routes(desk)) == sorted(TABLE)


def test_the_code_allows_what_the_table_allows(desk: DeskConfig) -> None:
    wrong = []
    for route, access in accesses(create_app(desk)):
        for method in route.methods or ():
            row = TABLE.get(f"{method} {route.path}", frozenset())
            for role in (None, *ROLES):
                have = None if role is None else frozenset(one for one in Permission if PEOPLE[role].may(one))
                expected = row == EVERYBODY or role in row
                if access.allows(have) != expected:
                    wrong.append(f"{method} {route.path} {role}: {'refused' if expected else 'allowed'}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_route_lets_in_whom_the_table_lets_in(desk: DeskConfig, name: str) -> None:
    method, path = name.split(" ")
    address = re.sub(r"{(\w+)(?::path)?}", lambda part: PARTS.get(part[1], "x"), path)
    app, row = create_app(desk), TABLE[name]
    for role in (None, *ROLES):
        with TestClient(app, base_url="http://desk.test", follow_redirects=False) as browser:
            headers = {}
            if role is not None and path.startswith("/api/"):
                headers["authorization"] = f"Bearer {program_of(desk, role)}"
            elif role is not None:
                browser.cookies.set(COOKIE, open_session(desk.engine, PEOPLE[role].key, address="test", now=NOW))
            answer = browser.request(method, address, headers=headers, data={} if method == "POST" else None)
        asked_in = answer.headers.get("location", "").startswith("/sign-in") and path != "/sign-out"
        let_in = answer.status_code != 401 and not asked_in and not any(word in answer.text for word in REFUSED)
        if path == "/sign-in" and method == "POST":
            let_in = True  # 401 is its own answer to a wrong password
        assert let_in == (row == EVERYBODY or role in row), f"{name} {role}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500 or (answer.status_code == 503 and path.endswith("/runs"))
        if not let_in:
            expected = 401 if path.startswith("/api/") else 303
            assert answer.status_code == (expected if role is None else 403)
