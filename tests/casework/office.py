"""An office for tests: the people of every role, and short ways to open a case and to act on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select

from models import case_file
from shixian.casework.calls import set_call
from shixian.casework.cases import Opened, open_case, record_act, tick_case
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Person, Role
from shixian.casework.views import CaseView, read_case
from shixian.rules.decide import Acted, Decided
from shixian.rules.periods import parse_day, parse_instant
from tests.lifecycles import BOOKS, UNIT_A

OFFICER = Person("wang", "王经办", frozenset({Role.OFFICER}))
OTHER_OFFICER = Person("zhao", "赵经办", frozenset({Role.OFFICER}))
HEAD = Person("li", "李处长", frozenset({Role.SECTION_HEAD}))
AUDITOR = Person("sun", "孙审计", frozenset({Role.AUDITOR}))
SECURITY = Person("qian", "钱安全", frozenset({Role.SECURITY_ADMIN}))
APPLICANT = Person("unit-a", "甲单位", frozenset({Role.APPLICANT}), party=UNIT_A)
CITIZEN = Person("citizen-7", "周公民", frozenset({Role.PUBLIC}))

FACTS = {"unit_code": UNIT_A, "unit_name": "甲实验室", "field": "光学"}


def at(text: str) -> datetime:
    return parse_instant(text)


@dataclass(frozen=True, slots=True)
class Office:
    """Acts are recorded at the instant they were done, unless `now` says later."""

    engine: Engine
    books: LawBooks = BOOKS

    def open(self, day: str = "2021-01-04", facts: Mapping[str, object] = FACTS, **options: object) -> Opened:
        given = {"person": OFFICER, "now": at(f"{day}T18:00"), "books": self.books, **options}
        return open_case(self.engine, "lab-grant", facts, day=parse_day(day), **given)  # type: ignore[arg-type]

    def act(
        self,
        ref: str,
        stage: str,
        verb: str,
        by: str,
        when: str,
        given: Mapping[str, object] | None = None,
        *,
        person: Person = OFFICER,
        reason: str = "",
        now: str | None = None,
    ) -> Decided:
        acted = Acted(stage, verb, by, at(when), given or {}, (), reason)
        return record_act(self.engine, ref, acted, person=person, now=at(now or when), books=self.books)

    def call(self, value: str = "5个工作日", cycle: int = 2021, when: str = "2021-01-01T09:00") -> int:
        given = {"person": HEAD, "now": at(when), "books": self.books}
        return set_call(self.engine, "lab-grant", cycle, "notice_length", value, **given)  # type: ignore[arg-type]

    def tick(self, ref: str, day: str) -> int:
        return tick_case(self.engine, ref, parse_day(day), now=at(f"{day}T00:10"), books=self.books)

    def view(self, ref: str) -> CaseView:
        return read_case(self.engine, ref)

    def status(self, ref: str) -> tuple[str, str, str | None]:
        row = self.view(ref).row
        return str(row["status"].value), row["stage"], row["reason"]

    def refs(self) -> list[str]:
        with reading(self.engine) as connection:
            return list(connection.scalars(select(case_file.c.ref).order_by(case_file.c.id)))

    def awarded(self) -> str:
        """A case that was filed, published without objection, and awarded 30 万元 twice over."""
        self.call()
        ref = self.open().ref
        for stage, verb, by, when, given, person in (
            ("filing", "submit", "unit", "2021-01-05T09:00", {}, OFFICER),
            ("publicity", "publish", "office", "2021-01-06T09:00", {}, OFFICER),
            ("award", "approve", "office", "2021-01-20T09:00", {"granted": "30万元"}, HEAD),
        ):
            decided = self.act(ref, stage, verb, by, when, given, person=person)
            assert decided.refusal is None, decided.refusal
        return ref

    def published(self) -> str:
        """A case whose notice window runs from 7 to 13 January 2021."""
        self.call()
        ref = self.open().ref
        for stage, verb, by, when in (
            ("filing", "submit", "unit", "2021-01-05T09:00"),
            ("publicity", "publish", "office", "2021-01-06T09:00"),
        ):
            decided = self.act(ref, stage, verb, by, when)
            assert decided.refusal is None, decided.refusal
        return ref


def day(text: str) -> date:
    return parse_day(text)
