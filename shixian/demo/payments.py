"""The money of the demonstration: appropriations, accounts, batches made, checked and released by different people.

On each pay day every programme that owes something has a batch made; the treasury is the simulator, with a fault of its
own that day, so that unknown outcomes are inquired and returned payments are paid again. The last batch is released as
a Prefect flow run, and one is left for whoever looks at the demonstration to check and release.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Engine, select

from models import Direction, case_file, obligation
from shixian.casework.database import reading, transaction
from shixian.casework.money import batches
from shixian.casework.money.appropriations import grant
from shixian.casework.money.payees import accounts, enter_account, verify_account
from shixian.casework.money.recovery import receive, recoveries
from shixian.casework.money.unsettled import counts
from shixian.casework.money.year_end import Rule, close_year
from shixian.casework.staff.people import Person, Role, put_person
from shixian.disbursing.inquire import inquire
from shixian.disbursing.reconcile import reconcile
from shixian.disbursing.release import release
from shixian.rules.errors import BatchError
from shixian.rules.money import Money
from shixian.rules.periods import add_days, legal_day, parse_instant
from shixian.treasury.http import HttpConfig, HttpTreasury

MAKER = Person("demo-maker", "财务经办（演示）", frozenset({Role.FINANCE_MAKER}), section="财务科")
CHECKER = Person("demo-checker", "财务复核（演示）", frozenset({Role.FINANCE_CHECKER}), section="财务科")
SECOND = Person("demo-checker2", "财务复核二（演示）", frozenset({Role.FINANCE_CHECKER}), section="财务科")
RELEASER = Person("demo-releaser", "财务放行（演示）", frozenset({Role.FINANCE_MAKER}), section="财务科")
PEOPLE = (MAKER, CHECKER, SECOND, RELEASER)

GRANTS = {"sh-matching-funds": "6000万元", "sh-incubator": "800万元", "js-innovation-voucher": "300万元"}
PAID = ("sh-matching-funds-drawdown", "sh-incubator-annual-review", "js-voucher-redemption", "js-voucher-award")
# The simulated pay days, each with what goes wrong at the bank that day.
PAY_DAYS: dict[date, dict[str, Any]] = {
    date(2020, 12, 18): {},
    date(2021, 6, 30): {"timeout_after_accepting": True, "probability": 0.5, "seed": 3},
    date(2021, 12, 20): {"return_after_days": 3, "probability": 0.4, "seed": 5},
    date(2022, 4, 25): {},
}
YEAR_ENDS = {date(2021, 1, 4): 2020, date(2022, 1, 4): 2021}
RECEIPTS = {date(2022, 3, 1): "10万元", date(2022, 5, 16): "5万元"}  # 追: paid back in instalments
LAST_DAY = date(2022, 6, 28)
HELD_BACK = "检测院"  # a payee whose account is verified only after its first batch
ANSWER_SECONDS = 2.0

Result = TypeVar("Result")


@dataclass(slots=True)
class Finance:
    """The finance office of a demonstration, over one simulated treasury."""

    engine: Engine
    address: str
    secret: bytes
    say: Callable[[str], None]
    days: list[date] = field(default_factory=lambda: sorted({*PAY_DAYS, *YEAR_ENDS, *RECEIPTS}))
    paid: list[str] = field(default_factory=list)

    def prepare(self, first: date) -> None:
        """The people, and the appropriations of the first year."""
        with transaction(self.engine) as connection:
            for person in PEOPLE:
                put_person(connection, person)
        self._grants(first)

    def next_day(self, after: date) -> date | None:
        """The next day on which finance does something."""
        return next((day for day in self.days if day >= after), None)

    def until(self, day: date) -> None:
        """Do what finance does on its days up to and with `day`."""
        while self.days and self.days[0] <= day:
            self._work(self.days.pop(0))

    def _work(self, day: date) -> None:
        if day in YEAR_ENDS:
            self._year_end(day, YEAR_ENDS[day])
        if day in RECEIPTS:
            self._receive(day, RECEIPTS[day])
        if day in PAY_DAYS:
            with self._fault(PAY_DAYS[day]):
                for key in PAID if day.year < LAST_DAY.year else PAID[:1]:  # the rest is for the last day
                    self._pay(key, day)
            self._compare(day, returns=PAY_DAYS[day].get("return_after_days", 0))

    def last_day(self) -> tuple[str | None, str | None]:
        """The batches of the last day: one approved, to be released as a Prefect flow run; one proposed and left so."""
        ready = self.propose(PAID[1], LAST_DAY)
        if ready is not None:
            self.approve(ready, LAST_DAY)
        left = self.propose(PAID[2], LAST_DAY)
        return (ready.ref if ready else None), (left.ref if left else None)

    # -- what finance does ---------------------------------------------------------------------------------------------

    def _grants(self, day: date) -> None:
        for programme, amount in GRANTS.items():
            words: dict[str, Any] = {"because": "样例预算批复", "person": MAKER, "now": _at(day, "09:00")}
            grant(self.engine, programme, day.year, Money.parse(amount).fen, **words)

    def _year_end(self, day: date, year: int) -> None:
        self._grants(day)
        for programme in GRANTS:
            words: dict[str, Any] = {"because": "样例年终结账", "person": MAKER, "now": _at(day, "10:00")}
            done = close_year(self.engine, programme, year, rule=Rule.CARRY_RESERVED, **words)
            self.say(
                f"{day}  年终结账：{programme} {year} 年度，收回 {Money(done.lapsed).zh}，"
                f"结转 {Money(done.carried).zh}，{done.obligations} 笔未付义务转入 {year + 1} 年度"
            )

    def _receive(self, day: date, amount: str) -> None:
        for owed in recoveries(self.engine, open_only=True)[:1]:
            reference = f"样例回单{day:%Y%m%d}"
            words: dict[str, Any] = {"person": MAKER, "now": _at(day, "11:00")}
            after = receive(
                self.engine, owed.id, Money.parse(amount).fen, received=day, reference=reference, **words
            )
            self.say(f"{day}  追回到账：{owed.case_ref} {amount}，尚欠 {Money(after.outstanding).zh}")

    def enter_accounts(self, day: date) -> None:
        """Accounts of all payees that have none yet, entered by one person and verified by another."""
        known = {one.payee: one for one in accounts(self.engine)}
        for number, payee in enumerate(self._payees(), 1):
            if payee not in known:
                entered: dict[str, Any] = {"holder": payee, "bank": "102290000005", "bank_name": "样例银行营业部"}
                words: dict[str, Any] = {"number": f"3100{number:013d}", "person": MAKER, "now": _at(day, "08:30")}
                made = enter_account(self.engine, payee, **entered, **words)
                if HELD_BACK in payee:
                    self.say(f"{day}  {payee} 的账户尚未核实")
                    continue
                verify_account(self.engine, made.id, person=CHECKER, now=_at(day, "08:45"))
            elif not known[payee].verified and legal_day(known[payee].entered_at) < day:
                verify_account(self.engine, known[payee].id, person=CHECKER, now=_at(day, "08:45"))

    def _payees(self) -> list[str]:
        with reading(self.engine) as connection:
            which = select(obligation.c.payee).distinct().where(obligation.c.direction == Direction.PAY)
            return sorted(connection.scalars(which))

    def propose(self, key: str, day: date) -> batches.BatchView | None:
        """A batch of what a lifecycle owes; None when there is nothing to pay."""
        self.enter_accounts(day)
        try:
            view = batches.propose(self.engine, key, day, person=MAKER, now=_at(day, "09:30"))
        except BatchError as error:
            if self._owes(key):
                self.say(f"{day}  {error.message}")
            return None
        refused = f"，不列入 {len(view.refusals)} 笔" if view.refusals else ""
        self.say(f"{day}  批次 {view.ref} {key}：{view.count} 笔 {Money(view.fen).zh}{refused}")
        for line in view.refusals:
            self.say(f"            不列入：{line['case_ref']} {line['because']}（{line['clause']}）{line['remedy']}")
        return view

    def _owes(self, key: str) -> bool:
        with reading(self.engine) as connection:
            owing = select(obligation.c.id).join(case_file, case_file.c.id == obligation.c.case_id)
            return connection.execute(owing.where(case_file.c.lifecycle == key).limit(1)).first() is not None

    def approve(self, view: batches.BatchView, day: date) -> None:
        """Checked by as many people as the sum asks for."""
        for person, time in ((CHECKER, "10:30"), (SECOND, "11:00")):
            if view.approvals_missing:
                view = batches.approve(
                    self.engine, view.ref, content=view.content, person=person, now=_at(day, time)
                )

    def _pay(self, key: str, day: date) -> None:
        view = self.propose(key, day)
        if view is None:
            return
        self.approve(view, day)

        async def work(treasury: HttpTreasury) -> list[str]:
            words: dict[str, Any] = {"person": RELEASER, "treasury": treasury, "now": partial(_at, day, "14:00")}
            report = await release(self.engine, view.ref, **words)
            said = [report.counts.line()]
            if not report.complete:
                words["now"] = partial(_at, day, "16:00")
                await inquire(self.engine, view.ref, **words)
                said.append(f"查询后：{counts(self.engine, view.ref).line()}")
            return said

        for line in self._with_treasury(work, day):
            self.say(f"            {line}")
        self.paid.append(view.ref)

    def _compare(self, day: date, *, returns: int) -> None:
        async def work(treasury: HttpTreasury) -> list[str]:
            lines: list[str] = []
            for booked in [day, add_days(day, returns)] if returns else [day]:
                words: dict[str, Any] = {"person": CHECKER, "now": partial(_at, booked, "18:00")}
                lines += (await reconcile(self.engine, booked, treasury=treasury, **words)).to_lines()
            return lines

        for line in self._with_treasury(work, day):
            self.say(f"            {line}")

    def _with_treasury(self, work: Callable[[HttpTreasury], Coroutine[Any, Any, Result]], day: date) -> Result:
        async def all_of_it() -> Result:
            config = HttpConfig(base_url=self.address, secret=self.secret, answer_seconds=ANSWER_SECONDS)
            async with HttpTreasury(config, partial(_at, day, "14:00")) as treasury:
                return await work(treasury)

        return asyncio.run(all_of_it())

    @contextmanager
    def _fault(self, fault: dict[str, Any]) -> Iterator[None]:
        set_faults(self.address, fault)
        try:
            yield
        finally:
            set_faults(self.address, {})


def _at(day: date, time: str) -> datetime:
    return parse_instant(f"{day}T{time}")


def set_faults(address: str, fault: dict[str, Any]) -> None:
    """Tell the simulator what goes wrong from now on; nothing, when empty."""
    body = json.dumps(fault).encode()
    request = urllib.request.Request(  # noqa: S310 - the simulator on this machine
        f"{address}/faults", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - as above
        pass
