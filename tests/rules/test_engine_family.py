"""A case and the cases it opened: sums and latest of what the children decided, counts by where they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shixian.rules.conditions import Condition, OfParent, OutcomeOf, fact
from shixian.rules.errors import DeclarationError
from shixian.rules.expressions import Expression
from shixian.rules.facts import FactSet, money_fact, text_fact
from shixian.rules.family import ChildrenWhere, DecidedAmount, DecidedByChildren, LastChild
from shixian.rules.lifecycle import Act, Closed, Decides, Lifecycle, Opens, Outcome, Stage
from shixian.rules.money import wan
from shixian.rules.validation import validate
from shixian.rules.wording import Wording
from shixian.scenarios import read_text, report, run
from tests.rules.small import OFFICE, SMALL

PARENT_TOTAL = OfParent(DecidedByChildren("pay", "paid"))


def lifecycles(condition: Condition) -> dict[str, Lifecycle]:
    """A budget decided once, and payments opened by it, each decided under a condition."""
    budget = Stage(
        key="budget",
        title="预算",
        clause="第五条",
        kind="决定",
        by=OFFICE,
        acts=(
            Act(
                verb="decide",
                title="决定预算",
                by=(OFFICE,),
                clause="第五条",
                inputs=("granted",),
                decides=Decides(key="total", title="预算总额", clause="第五条", amount=fact("granted")),
            ),
            Act(
                verb="open",
                title="立支付案",
                by=(OFFICE,),
                clause="第六条",
                inputs=("unit_name",),
                opens=Opens(lifecycle="pay", label="pay", clause="第六条", facts={"unit_name": fact("unit_name")}),
            ),
            Act(verb="end", title="结束", by=(OFFICE,), clause="第五条", outcome="ended"),
        ),
        outcomes=(Outcome(key="ended", title="结束", ends_branch=True),),
    )
    pay = Stage(
        key="pay",
        title="支付",
        clause="第六条",
        kind="决定",
        by=OFFICE,
        acts=(
            Act(
                verb="pay",
                title="支付",
                by=(OFFICE,),
                clause="第六条",
                outcome="paid",
                inputs=("amount",),
                conditions=(condition,),
                decides=Decides(key="paid", title="支付金额", clause="第六条", amount=fact("amount")),
            ),
        ),
        outcomes=(Outcome(key="paid", title="已支付", closes=Closed("已支付", reason="completed")),),
    )
    parent = replace(SMALL, key="parent", stages=(budget,), readings=(), opening_limits=(), parameters=())
    child = Lifecycle(
        key="pay",
        title="支付",
        regulation=SMALL.regulation,
        stages=(pay,),
        facts=FactSet((text_fact("unit_name", "单位", clause="第六条"), money_fact("amount", "金额", clause="第六条"))),
        actors=(OFFICE,),
        legal_event="parent",
        child_of="parent",
    )
    return {"parent": parent, "pay": child}


def play(test: Expression, payments: list[tuple[int, str]], opened: int = 3) -> Any:
    """A budget of 10万元 and `opened` payments; pays (number, amount) in turn under the test."""
    found = lifecycles(Condition("test", "条件", test, "第六条"))
    lines = ["{at: 2021-01-05T09:00, stage: budget, do: decide, by: office, with: {granted: 10万元}}"]
    lines += [
        f"{{at: 2021-01-06T{9 + n:02}:00, stage: budget, do: open, by: office, with: {{unit_name: 甲}}}}"
        for n in range(opened)
    ]
    lines += [
        f"{{at: 2021-02-{day:02}T09:00, child: pay{n}, stage: pay, do: pay, by: office, with: {{amount: {amount}}}}}"
        for day, (n, amount) in enumerate(payments, 1)
    ]
    acts = "\n".join(f"      - {line}" for line in lines)
    text = f"""
programme: parent
cases:
  A:
    opened: 2021-01-04
    facts: {{approved: 2021-01-04}}
    acts:
{acts}
as_of: 2021-03-01
"""
    for lifecycle in found.values():
        validate(lifecycle, frozenset(found))
    return report(run(read_text(text, found), found))


def paid(result: Any) -> list[str]:
    return [ref for ref in ("A/pay1", "A/pay2", "A/pay3") if result[ref]["status"] == "closed"]


def test_siblings_share_a_ceiling_to_the_fen() -> None:
    ceiling = PARENT_TOTAL + fact("amount") <= OfParent(DecidedAmount("total"))
    result = play(ceiling, [(2, "6万元"), (1, "40000.01元"), (3, "4万元"), (1, "0.01元")])
    assert paid(result) == ["A/pay2", "A/pay3"]
    assert [line["clause"] for line in result["A/pay1"]["refusals"]] == ["第六条", "第六条"]


def test_the_latest_is_that_of_the_last_day_not_of_the_last_opened() -> None:
    latest = OfParent(DecidedByChildren("pay", "paid", latest=True))
    result = play(latest.is_none | latest.equals(wan(6)), [(2, "5万元"), (1, "6万元"), (3, "6万元")])
    assert paid(result) == ["A/pay2"]
    result = play(latest.is_none | latest.equals(wan(6)), [(3, "6万元"), (1, "5万元"), (2, "7万元")])
    assert paid(result) == ["A/pay1", "A/pay3"]


def test_children_are_counted_by_where_they_stand() -> None:
    first = OfParent(ChildrenWhere("pay", OutcomeOf("pay").equals("paid"))).equals(0)
    assert paid(play(first, [(3, "1元"), (1, "1元"), (2, "1元")])) == ["A/pay3"]


def test_the_last_child_is_the_one_opened_last_of_those_that_meet_the_test() -> None:
    last = OfParent(LastChild("pay", OutcomeOf("pay").equals("paid"), fact("amount")))
    found = play(last.is_none | last.equals(wan(3)), [(2, "3万元"), (1, "5万元"), (3, "4万元")])
    assert paid(found) == ["A/pay1", "A/pay2", "A/pay3"]  # pay2 stays the last until pay3 is paid
    found = play(last.is_none | last.equals(wan(3)), [(1, "3万元"), (3, "4万元"), (2, "3万元")])
    assert paid(found) == ["A/pay1", "A/pay3"]  # then it is pay3, with 4万元


def test_nothing_decided_is_none_and_the_sum_of_nothing_is_zero() -> None:
    assert paid(play(OfParent(DecidedAmount("other")).is_none, [(1, "1元")])) == ["A/pay1"]
    assert paid(play(PARENT_TOTAL.equals(wan(0)), [(1, "1元"), (2, "1元")])) == ["A/pay1"]


def test_more_than_nine_children_stand_in_the_order_of_their_opening() -> None:
    latest = OfParent(DecidedByChildren("pay", "paid", latest=True))
    same_day = [(10, "7万元"), (2, "5万元")]
    found = lifecycles(Condition("test", "条件", latest.is_none | latest.equals(wan(7)), "第六条"))
    opens = [
        f"      - {{at: 2021-01-06T09:{n:02}, stage: budget, do: open, by: office, with: {{unit_name: 甲}}}}"
        for n in range(11)
    ]
    pays = [
        f"      - {{at: 2021-02-01T09:{minute:02}, child: pay{n}, stage: pay, do: pay, by: office, "
        f"with: {{amount: {amount}}}}}"
        for minute, (n, amount) in enumerate([*same_day, (11, "1元")])
    ]
    head = "programme: parent\ncases:\n  A:\n    opened: 2021-01-04\n    facts: {approved: 2021-01-04}\n    acts:\n"
    text = head + "\n".join([*opens, *pays]) + "\nas_of: 2021-03-01\n"
    result = report(run(read_text(text, found), found))
    # Of one day, pay10 (7万元) is later than pay2 (5万元), though it was decided before and sorts before it as text.
    assert [result[f"A/pay{n}"]["status"] for n in (10, 2, 11)] == ["closed", "closed", "closed"]


def test_an_act_that_opens_a_case_states_its_inputs_anew() -> None:
    found = lifecycles(Condition("test", "条件", fact("amount") > wan(0), "第六条"))
    text = """
programme: parent
cases:
  A:
    opened: 2021-01-04
    facts: {approved: 2021-01-04, unit_name: 甲}
    acts:
      - {at: 2021-01-06T09:00, stage: budget, do: open, by: office}
      - {at: 2021-01-06T10:00, stage: budget, do: open, by: office, with: {unit_name: 乙}}
      - {at: 2021-01-06T11:00, stage: budget, do: open, by: office}
as_of: 2021-03-01
"""
    result = report(run(read_text(text, found), found))
    assert list(result["A"]["children"]) == ["A/pay1"]
    assert [line["code"] for line in result["A"]["refusals"]] == ["missing_input", "missing_input"]


def test_they_have_words() -> None:
    found = lifecycles(Condition("test", "条件", fact("amount") > wan(0), "第六条"))
    words = Wording(found["pay"], found)
    latest = DecidedByChildren("pay", "paid", latest=True)
    counted = ChildrenWhere("pay", OutcomeOf("pay").equals("paid"))
    last = LastChild("pay", OutcomeOf("pay").equals("paid"), fact("unit_name"))
    told = [words.expression(OfParent(node)) for node in (DecidedByChildren("pay", "paid"), latest, counted, last)]
    assert "单位" in told[3] and len(set(told)) == 4 and all("“支付”" in text for text in told)
    assert "支付金额" in told[0] and "支付金额" in told[1] and "已支付" in told[2]
    assert "预算总额" in words.expression(OfParent(DecidedAmount("total")))


def test_a_reading_that_is_not_declared_does_not_load() -> None:
    found = lifecycles(Condition("test", "条件", fact("amount") > wan(0), "第六条", reading="nowhere"))
    with pytest.raises(DeclarationError, match="nowhere"):
        validate(found["pay"], frozenset(found))


def test_counting_children_of_a_lifecycle_that_is_not_there_does_not_load() -> None:
    found = lifecycles(Condition("test", "条件", ChildrenWhere("gone", fact("amount") > wan(0)) > 0, "第六条"))
    with pytest.raises(DeclarationError, match="gone"):
        validate(found["pay"], frozenset(found))
