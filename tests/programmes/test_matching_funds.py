"""沪科合〔2020〕15号, for what a scenario file cannot say: what holds for all amounts, orders and times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixian.programmes import load
from shixian.programmes.shanghai import matching_funds
from shixian.programmes.shanghai.matching_funds import LIFECYCLES
from shixian.programmes.shanghai.matching_funds_money import (
    drawdown_ceiling,
    indirect_cost_ceiling,
    labour_ceiling,
)
from shixian.programmes.shanghai.matching_funds_readings import READINGS
from shixian.rules import proceedings
from shixian.rules.calendar import default_calendar
from shixian.rules.clauses import index, uses
from shixian.rules.decide import Acted
from shixian.rules.environment import Law
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.money import Money, sum_money
from shixian.rules.periods import parse_instant
from shixian.rules.register import MemoryRegister
from shixian.rules.silences import reading_uses
from shixian.rules.state import Refusal
from shixian.scenarios import World

OURS: Mapping[str, Lifecycle] = load([matching_funds])
MAIN = OURS["sh-matching-funds"]
FIVE = ("guide", "approval", "contract", "budget_book", "budget_review_report")
MEETING = ("application_materials", "assessment_report", "recheck_opinion", "matching_proposal")
YES = "是"


class Play:
    """One matching case in a store in memory, and short words for what is done to it."""

    def __init__(self) -> None:
        register = MemoryRegister()
        self.world = World(Law(default_calendar(), register, OURS, {}), register)
        facts = MAIN.facts.parse({"national_approval": "2021-01-04", "matching_budget": "500万元", "unit_name": "甲所"})
        proceedings.start(self.world, MAIN, ref="A", day=date(2021, 1, 4), cycle=2021, facts=facts)

    def do(
        self, at: str, stage: str, verb: str, by: str, *documents: str, ref: str = "A", **given: str
    ) -> Refusal | None:
        when: datetime = parse_instant(at)
        papers = tuple({"document": key} for key in documents)
        return proceedings.act(self.world, ref, Acted(stage, verb, by, when, given, papers, "理由")).refusal

    def must(self, *args: Any, **given: Any) -> None:
        assert self.do(*args, **given) is None

    def to_execution(self, budget: str) -> Play:
        checked = ("unit_in_shanghai", "contract_signed", "contract_states_task", "budgets_stated", "materials_sealed")
        revision = "budget_revision_and_confirmation"
        self.must("2021-01-20T09:00", "filing", "submit", "undertaker", *FIVE)
        self.must(
            "2021-02-01T09:00", "formal_check", "pass", "responsible_dept", role="lead", **dict.fromkeys(checked, YES)
        )
        self.must(
            "2021-03-15T09:00", "budget_assessment", "submit", "assessor", "assessment_report", assessed_budget=budget
        )
        self.must("2021-03-25T09:00", revision, "revise", "undertaker", revised_budget=budget)
        self.must("2021-04-01T09:00", revision, "confirm", "responsible_dept")
        self.must("2021-05-10T09:00", "budget_recheck", "issue_opinion", "rechecker", "recheck_opinion")
        papers = ("revised_budget_book", "assessment_report")
        self.must("2021-05-20T09:00", "budget_recheck", "report", "responsible_dept", *papers)
        self.must("2021-06-10T09:00", "review_meeting", "request", "responsible_dept", *MEETING)
        self.must(
            "2021-06-25T09:00",
            "review_meeting",
            "approve",
            "review_group",
            "minutes",
            approved_budget=budget,
            central_budget_in_shanghai="900万元",
        )
        self.must("2021-06-28T09:00", "indirect_cost", "approve", "review_group", indirect_cost="1元")
        return self

    def open_drawdown(self, at: str, number: int, requested: str) -> str:
        ref = f"A/drawdown{number}"
        self.must(at, "execution", "report_receipt", "undertaker", receipt_date=at[:10], receipt_amount="1元")
        papers = ("application_form", "receipt_voucher", *(("progress_form",) if number > 1 else ()))
        self.must(at, "drawdown_application", "submit", "undertaker", *papers, ref=ref, requested_amount=requested)
        stage = "drawdown_review_and_payment"
        self.must(at, stage, "send_for_recheck", "responsible_dept", "application_history", "budget_approval", ref=ref)
        self.must(at, stage, "issue_opinion", "rechecker", "recheck_opinion", ref=ref)
        self.must(at, stage, "request_payment", "responsible_dept", "payment_request", ref=ref)
        return ref

    def pay(self, at: str, ref: str, amount: str) -> Refusal | None:
        stage = "drawdown_review_and_payment"
        return self.do(at, stage, "approve_payment", "finance_bureau", ref=ref, drawdown_amount=amount)

    def new_total(self, at: str, number: int, total: str) -> Refusal | None:
        ref = f"A/adjustment{number}"
        self.must(at, "execution", "open_adjustment", "responsible_dept")
        self.must(at, "budget_adjustment", "propose_total", "responsible_dept", ref=ref, new_total=total)
        return self.do(at, "total_approval", "approve", "review_group", ref=ref)

    def drawn(self) -> Money:
        return sum_money(
            Money(transition.data["fen"])
            for ref, events in self.world.events.items()
            if "/drawdown" in ref
            for transition in events
            if transition.kind == "obligation_created"
        )


YUAN = st.integers(min_value=1, max_value=120).map(lambda n: f"{n}000.01元")


@settings(max_examples=25)
@given(
    requests=st.lists(st.tuples(YUAN, YUAN), min_size=1, max_size=5),
    totals=st.lists(YUAN, max_size=3),
    order=st.randoms(use_true_random=False),
)
def test_draw_downs_never_exceed_the_budget_in_force(
    requests: list[tuple[str, str]], totals: list[str], order: Any
) -> None:
    """第十二条、第十三条: whatever is applied for, paid and adjusted, in whatever order."""
    play = Play().to_execution("100000元")
    refs = [play.open_drawdown(f"2021-07-{n:02}T09:00", n, asked) for n, (asked, _) in enumerate(requests, 1)]
    asked = {ref: Money.parse(request[0]) for ref, request in zip(refs, requests, strict=True)}
    steps = [("pay", ref, amount) for ref, (_, amount) in zip(refs, requests, strict=True)]
    steps += [("total", "", total) for total in totals]
    order.shuffle(steps)
    in_force, adjustments = Money.parse("100000元"), 0
    for day, (what, ref, amount) in enumerate(steps, 1):
        money, before, at = Money.parse(amount), play.drawn(), f"2021-08-{day:02}T09:00"
        if what == "pay":
            allowed = money <= asked[ref] and before + money <= in_force
            assert (play.pay(at, ref, amount) is None) == allowed
        else:
            adjustments += 1
            accepted = play.new_total(at, adjustments, amount) is None
            assert accepted == (money >= before)
            in_force = money if accepted else in_force
        assert play.drawn() <= in_force


@given(fen=st.integers(min_value=0, max_value=10**13))
def test_the_indirect_ceiling_is_monotone_and_never_above_eight_percent(fen: int) -> None:
    """第五条: a larger grant never has a lower ceiling; rounding down never exceeds the exact amount."""
    money = indirect_cost_ceiling(Money(fen)).money
    assert money.fen * 100 <= fen * 8
    assert indirect_cost_ceiling(Money(fen + 1)).money >= money
    exact = 8 * min(fen, 10**8) + 5 * max(0, min(fen, 5 * 10**8) - 10**8)
    exact += 2 * max(0, min(fen, 10**9) - 5 * 10**8) + max(0, fen - 10**9)
    assert money.fen == exact // 100


@given(fen=st.integers(min_value=0, max_value=10**13))
def test_the_labour_ceiling_is_a_tenth_rounded_down(fen: int) -> None:
    assert labour_ceiling(Money(fen)).money.fen == fen // 10


@given(amounts=st.tuples(*[st.integers(min_value=0, max_value=10**12)] * 3))
def test_a_draw_down_stays_within_request_and_balance(amounts: tuple[int, int, int]) -> None:
    requested, budget, drawn = amounts[0], max(amounts[1:]), min(amounts[1:])
    found = drawdown_ceiling(requested=Money(requested), approved_budget=Money(budget), drawn=Money(drawn)).money
    assert found.fen == min(requested, budget - drawn)


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.key)
def test_every_reading_bites_somewhere(lifecycle: Lifecycle) -> None:
    """But two, which bite at the opening of the case: the days between which the regulation is in force."""
    idle = {reading.key for reading, places in reading_uses(lifecycle) if not places}
    assert idle <= {"in-force-day", "version-day"}


def test_every_reading_is_taken_by_a_lifecycle() -> None:
    taken = {reading.key for lifecycle in LIFECYCLES for reading in lifecycle.readings}
    assert taken == {reading.key for reading in READINGS}


def test_every_operative_article_is_encoded_and_nothing_cites_astray() -> None:
    found = index(MAIN.regulation, [use for lifecycle in LIFECYCLES for use in uses(lifecycle)])
    assert [entry.note.clause for entry in found.entries if entry.gap] == []
    assert found.astray == ()
    assert len(found.entries) == 28


def test_facts_that_an_office_determines_are_not_the_undertakers_to_answer() -> None:
    """第十五条: the undertaker cannot declare its balance to be nothing."""
    play = Play()
    refusal = play.do("2021-01-20T09:00", "filing", "answer", "undertaker", balance_to_return="0元")
    assert refusal is not None and refusal.code == "wrong_actor"


def test_a_receipt_is_reported_in_every_stage_after_the_filing() -> None:
    """第十二条 counts from the receipt voucher alone: not even the national conclusion shuts it out."""
    without = [stage.key for stage in MAIN.stages if all(act.verb != "report_receipt" for act in stage.acts)]
    assert without == ["filing"]
