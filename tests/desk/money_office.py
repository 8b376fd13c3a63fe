"""A finance office at the desk for tests: awards that can be paid, its people signed in, and ways to read its pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from httpx import Response
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from models import AttemptStatus, attempt
from shixian.casework.database import reading, transaction
from shixian.casework.staff.people import Person, Role, put_person
from shixian.desk.config import DeskConfig
from shixian.desk.jobs import Job
from tests.casework import office as casework_office
from tests.casework.treasury_office import CHECKER, EDITOR, EVERY_ROLE, MAKER, RELEASER, SECOND, FinanceOffice
from tests.desk.office import Clock, client_for
from tests.disbursing.bank import Bank
from tests.lifecycles import BOOKS, UNIT_B

AUDITOR = Person("audit-1", "孙审计", frozenset({Role.AUDITOR}))
AUDIT_ADMIN = Person("audit-2", "周审计管理", frozenset({Role.AUDIT_ADMIN}))
ALL_ROLES = Person("everything", "全能", EVERY_ROLE)
PEOPLE = (MAKER, EDITOR, CHECKER, SECOND, RELEASER, AUDITOR, AUDIT_ADMIN, ALL_ROLES, casework_office.OFFICER)
NUMBER = "1001234509012345678"  # the account of every payee, as FinanceOffice enters it


@dataclass
class MoneyDesk:
    """`finance` makes what is to be paid; `browser(person)` is that person at the desk on 1 February 2021."""

    engine: Engine
    clock: Clock
    finance: FinanceOffice = field(init=False)
    browsers: dict[str, TestClient] = field(default_factory=dict)
    config: DeskConfig = field(init=False)

    def __post_init__(self) -> None:
        with transaction(self.engine) as connection:
            for person in PEOPLE:
                put_person(connection, person)
        self.finance = FinanceOffice(self.engine)
        # Keys are made of the first event's hash: a case of its own keeps one test's payments from another's.
        odd = {**casework_office.FACTS, "unit_code": UNIT_B, "unit_name": "别单位", "field": uuid4().hex}
        self.finance.office.open(facts=odd)
        self.clock.at("2021-02-01T11:00")
        self.config = DeskConfig(self.engine, books=BOOKS, now=self.clock)
        self.app = client_for(self.config, None).app

    def browser(self, person: Person) -> TestClient:
        from shixian.desk.sessions import COOKIE, open_session

        if person.key not in self.browsers:
            made = TestClient(self.app, base_url="http://desk.test", follow_redirects=False)
            made.cookies.set(COOKIE, open_session(self.engine, person.key, address="test", now=self.clock()))
            self.browsers[person.key] = made
        return self.browsers[person.key]

    def get(self, person: Person, path: str) -> str:
        shown = self.browser(person).get(path)
        assert shown.status_code == 200, (path, shown.status_code, words(shown.text))
        return shown.text

    def post(self, person: Person, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> Response:
        return self.browser(person).post(path, data=dict(data or {}), **more)

    def propose(self, person: Person = MAKER, as_of: str = "2021-02-01") -> str:
        """By the page; gives the batch's reference."""
        made = self.post(person, "/finance/propose", {"programme": "lab-grant", "as_of": as_of})
        assert made.status_code == 303, words(made.text)
        return re.sub(r".*/batches/([^?]+).*", r"\1", made.headers["location"])

    def approve(self, person: Person, ref: str) -> Response:
        """With the content hash that the person's own page shows."""
        shown = re.search(r"<code>([0-9a-f]{64})</code>", self.get(person, f"/finance/batches/{ref}"))
        assert shown is not None
        return self.post(person, f"/finance/batches/{ref}/approve", {"content": shown[1]})

    def job(self, name: str) -> Job:
        found = self.app.state.jobs.wait(name)  # type: ignore[attr-defined]
        assert found is not None
        return found

    def close(self) -> None:
        jobs = getattr(self.app.state, "jobs", None)  # type: ignore[attr-defined]
        for name in list(jobs._known) if jobs is not None else []:
            with suppress(RuntimeError):
                jobs.wait(name)
        for one in self.browsers.values():
            one.close()


def words(page: str) -> str:
    """A page's main part as text."""
    main = page[page.find("<main") : page.find("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


_DISABLED = re.compile(r"<button[^>]*\bdisabled\b[^>]*>(.*?)</button>\s*(?=(.{0,900}))", re.S)


def disabled(page: str) -> dict[str, str]:
    """Every disabled control of a page with the text that stands beside it."""
    found: dict[str, str] = {}
    for title, after in _DISABLED.findall(page):
        beside = re.match(r'<(?:span|p) class="hint">(.*?)</(?:p|div|form)>', after, re.S)
        found[title] = re.sub(r"<[^>]+>|\s+", " ", beside[1]).strip() if beside else ""
    return found


def statuses(house: MoneyDesk) -> list[AttemptStatus]:
    with reading(house.engine) as connection:
        return list(connection.scalars(select(attempt.c.status).order_by(attempt.c.id)))


def unknown_payment(house: MoneyDesk, paying: Bank) -> str:
    """A batch of two payments that the bank does not answer; its reference."""
    house.finance.ready()
    ref = house.propose()
    house.approve(CHECKER, ref)
    paying.faults(lost_reply=True, no_queries=True)
    assert house.post(RELEASER, f"/finance/batches/{ref}/release").status_code == 303
    house.job(f"pay:{ref}")
    return ref
