"""The people of a finance office for tests, and short ways to appropriate, to enter accounts and to make batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine

from shixian.casework.lawbooks import LawBooks
from shixian.casework.money import appropriations, batches, payees
from shixian.casework.money.batch_views import BatchView
from shixian.casework.staff.people import Person, Role
from tests.casework.office import FACTS, HEAD, Office, at, day
from tests.lifecycles import BOOKS, UNIT_B, UNIT_C

EVERY_ROLE = frozenset(Role) - {Role.AUDITOR, Role.APPLICANT, Role.PUBLIC}
MAKER = Person("ma", "马经办", frozenset({Role.FINANCE_MAKER}))
EDITOR = Person("mei", "梅经办", frozenset({Role.FINANCE_MAKER}))
CHECKER = Person("fu", "傅复核", frozenset({Role.FINANCE_CHECKER}))
SECOND = Person("gao", "高复核", frozenset({Role.FINANCE_CHECKER}))
RELEASER = Person("deng", "邓复核", frozenset({Role.FINANCE_CHECKER}))
BANK = "102290000018"
AWARDED = 30_000_000  # fen of each of the two instalments of an award
NAMES = {"甲实验室": ("光学", None), "乙实验室": ("声学", UNIT_B), "丙实验室": ("力学", UNIT_C)}


@dataclass
class FinanceOffice:
    """An office whose awards can be paid: everything happens on 1 February 2021 unless told otherwise."""

    engine: Engine
    books: LawBooks = BOOKS
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.office = Office(self.engine, self.books)

    def award(self, name: str = "甲实验室", granted: str = "30万元") -> str:
        """A case of the unit that was filed, published without objection and awarded twice `granted`."""
        area, code = NAMES[name]
        facts: Mapping[str, object] = {**FACTS, "unit_name": name, "field": area}
        facts = facts if code is None else {**facts, "unit_code": code}
        self.office.call()
        ref = self.office.open(facts=facts).ref
        for stage, verb, by, when, given, person in (
            ("filing", "submit", "unit", "2021-01-05T09:00", {}, None),
            ("publicity", "publish", "office", "2021-01-06T09:00", {}, None),
            ("award", "approve", "office", "2021-01-20T09:00", {"granted": granted}, HEAD),
        ):
            options = {} if person is None else {"person": person}
            decided = self.office.act(ref, stage, verb, by, when, given, **options)
            assert decided.refusal is None, decided.refusal
        return ref

    def grant(self, fen: int = 1_000_000_000, year: int = 2021, when: str = "2021-01-04T09:00") -> None:
        appropriations.grant(self.engine, "lab", year, fen, because="预算〔2021〕1号", person=MAKER, now=at(when))

    def account(
        self,
        payee: str = "甲实验室",
        number: str = "1001234509012345678",
        *,
        holder: str | None = None,
        verified: bool = True,
    ) -> int:
        entered = payees.enter_account(
            self.engine,
            payee,
            holder=holder or payee,
            number=number,
            bank=BANK,
            bank_name="工商银行上海分行",
            person=MAKER,
            now=at("2021-01-25T09:00"),
        )
        if verified:
            payees.verify_account(self.engine, entered.id, person=CHECKER, now=at("2021-01-25T10:00"))
        return entered.id

    def ready(self, *names: str) -> list[str]:
        """Awards of the units, an appropriation, and verified accounts: nothing keeps them from being paid."""
        chosen = names or ("甲实验室",)
        refs = [self.award(name) for name in chosen]
        self.grant()
        for name in chosen:
            self.account(name)
        return refs

    def propose(
        self, as_of: str = "2021-02-01", *, person: Person = MAKER, when: str | None = None, **options: object
    ) -> BatchView:
        now = at(when or f"{as_of}T09:00")
        given = {"person": person, "now": now, "books": self.books, **options}
        return batches.propose(self.engine, "lab-grant", day(as_of), **given)  # type: ignore[arg-type]

    def approve(
        self, ref: str, *, person: Person = CHECKER, when: str = "2021-02-01T10:00", content: str | None = None
    ) -> BatchView:
        return batches.approve(self.engine, ref, content=content, person=person, now=at(when))

    def revise(self, ref: str, *drop: int, person: Person = EDITOR, when: str = "2021-02-01T10:30") -> BatchView:
        return batches.revise(self.engine, ref, drop=drop, person=person, now=at(when), books=self.books)

    def cancel(
        self, ref: str, *, person: Person = MAKER, when: str = "2021-02-01T10:40", reason: str = "编错"
    ) -> BatchView:
        return batches.cancel(self.engine, ref, reason=reason, person=person, now=at(when))

    def release(
        self, ref: str, *, person: Person = RELEASER, when: str = "2021-02-01T11:00", **options: object
    ) -> BatchView:
        given = {"person": person, "now": at(when), "books": self.books, **options}
        return batches.authorize_release(self.engine, ref, **given)  # type: ignore[arg-type]

    def approved(self, **options: object) -> BatchView:
        return self.approve(self.propose(**options).ref)  # type: ignore[arg-type]
