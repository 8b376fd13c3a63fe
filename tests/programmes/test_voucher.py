"""苏科机发〔2020〕206号 as declared: what a scenario file cannot say (structure, readings, silences, roles)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shixian.programmes import load
from shixian.programmes.jiangsu import voucher
from shixian.programmes.jiangsu.voucher_terms import AWARDED, BUDGET, CLAIMED, REGULATION, USED, award_ceiling, offset
from shixian.rules.clauses import index, uses
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.silences import reading_uses, silences

SECTIONS = "印发通知 引言 一（一） 一（二） 一（三） 二（一） 二（二） 二（三） 二（四） 二（五） 二（六） 二（七） 二（八） 二（九）"
# The catalogue's stages: key, article, actor. What is ours: the review of a registration, and the cases of an order.
STAGES = {
    "js-voucher-use": [
        ("registration", "二（三）", "enterprise"),
        ("registration_review", "二（三）", "linked_area"),
        ("claim", "二（四）", "enterprise"),
        ("use", "二（五）", "enterprise"),
    ],
    "js-voucher-order": [
        ("confirm_contract", "二（五）", "enterprise"),
        ("offset", "二（五）", "enterprise"),
        ("service", "二（六）", "provider"),
    ],
    "js-voucher-redemption": [
        ("request", "二（六）", "provider"),
        ("review", "二（七）", "center"),
        ("publicity", "二（七）", "center"),
        ("pay_provider", "二（八）", "center"),
        ("local_payment", "二（八）", "linked_area"),
    ],
    "js-voucher-objection": [("handle", "二（七）", "center")],
    "js-voucher-award": [("award", "二（九）", "center")],
}


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Lifecycle]:
    return load([voucher])


def test_every_section_stands_in_the_clause_index_once_and_in_order() -> None:
    assert [note.clause for note in REGULATION.clauses] == [*SECTIONS.split(), "三（一）", "三（二）", "三（三）"]


def test_every_operative_section_has_something_resting_on_it(loaded: Mapping[str, Lifecycle]) -> None:
    """The areas' own undertaking, 二（二）, is another lifecycle; here it is a fact of the enterprise and a reading."""
    found = index(REGULATION, [use for one in loaded.values() for use in uses(one)])
    assert [entry.note.clause for entry in found.entries if entry.gap] == [] and not found.astray
    assert [entry.note.clause for entry in found.entries if entry.note.nature == "not_yet"] == ["二（二）"]


def test_stages_clauses_and_actors_are_those_of_the_catalogue(loaded: Mapping[str, Lifecycle]) -> None:
    assert {key: [(s.key, s.clause, s.by.key) for s in one.stages] for key, one in loaded.items()} == STAGES


def test_every_reading_but_the_regulations_own_is_used_somewhere(loaded: Mapping[str, Lifecycle]) -> None:
    idle = {(key, reading.key) for key, one in loaded.items() for reading, uses in reading_uses(one) if not uses}
    assert {reading for _, reading in idle} == {"in_force"}, "which rests on the regulation's own dates"


def test_what_the_text_leaves_open_is_listed(loaded: Mapping[str, Lifecycle]) -> None:
    listed = {(key, s.kind, s.clause) for key, one in loaded.items() for s in silences(one, loaded)}
    assert listed == {
        ("js-voucher-order", "call", "二（五）"),
        ("js-voucher-redemption", "due", "二（八）"),
        ("js-voucher-award", "due", "二（九）"),
    }


def test_the_formulas_take_what_the_command_line_names(loaded: Mapping[str, Lifecycle]) -> None:
    found = loaded["js-voucher-use"].formula("offset")
    assert found is not None and [item.name for item in found.inputs] == [
        "order_amount",
        "claimed",
        "used",
        "budget_left",
    ]
    assert {item.type for item in (*offset.inputs, *award_ceiling.inputs)} == {"money"}


def test_whose_each_quota_is(loaded: Mapping[str, Lifecycle]) -> None:
    """By enterprise and year, by legal person and year, and one pool a year; none is the case's own."""
    assert [len(quota.scope) for quota in (CLAIMED, USED, BUDGET, AWARDED)] == [1, 1, 0, 1]
    assert all(quota.per_cycle for quota in (CLAIMED, USED, BUDGET, AWARDED))
    budget = loaded["js-voucher-order"].parameters[0].field
    assert (budget.name, budget.clause) == ("voucher_budget", "二（五）")
