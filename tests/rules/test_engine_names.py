"""What the Shanghai review added: the first of several names, and a formula asked again in a condition."""

from __future__ import annotations

from typing import Any

import pytest

from shixian.rules.computed import Computed
from shixian.rules.conditions import Constant, fact, lift, unknown_facts
from shixian.rules.facts import NONE, UNKNOWN, Value
from shixian.rules.lifecycle import FormulaCall
from shixian.rules.money import Money, wan
from shixian.rules.names import First
from tests.rules import small


class Facts:
    """An environment that knows only facts."""

    def __init__(self, **values: Value) -> None:
        self.values = values

    def fact(self, name: str) -> Value:
        return self.values.get(name, UNKNOWN)

    def field(self, name: str) -> None:
        return None


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("甲", "乙", "丙", "丁"), ("甲", "乙", "丙")),
        (("甲", "乙", "丙"), ("甲", "乙", "丙")),
        (("甲",), ("甲",)),
        (NONE, NONE),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_the_first_three_of_several_names(names: Value, found: Value) -> None:
    env: Any = Facts(names=names)
    assert First(fact("names"), 3).evaluate(env) == found
    assert First(fact("names"), 3).describe(env).endswith("的前3名")


CEILING = Computed(FormulaCall(formula=small.ceiling, inputs={"budget": fact("budget")}))


def test_a_formula_in_a_condition_follows_its_inputs() -> None:
    """30% of 100万元 is 30万元: exactly that is within, one fen more is not."""
    env: Any = Facts(budget=wan(100), granted=wan(30))
    assert (fact("granted") <= CEILING).evaluate(env) is True
    more: Any = Facts(budget=wan(100), granted=Money(wan(30).fen + 1))
    assert (fact("granted") <= CEILING).evaluate(more) is False
    assert (lift(wan(30)) <= CEILING).evaluate(Facts(budget=wan(99))) is False  # type: ignore[arg-type]
    assert "1,000,000.00元" in CEILING.describe(env)


def test_a_formula_asks_for_what_it_does_not_know() -> None:
    env: Any = Facts(granted=wan(30))
    test = fact("granted") <= CEILING
    assert test.evaluate(env) is UNKNOWN
    assert list(unknown_facts(test, env)) == ["budget"]
    nothing: Any = Facts(budget=NONE)
    assert CEILING.evaluate(nothing) is NONE
    assert (Constant(wan(1)) <= CEILING).evaluate(nothing) is False
