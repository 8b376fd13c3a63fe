"""Amounts and formulas: the money is right to the fen, and the tree says how it came about."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, Literal

import pytest
from hypothesis import assume, given, strategies

from shixian.rules import amounts
from shixian.rules.amounts import (
    Amount,
    add,
    at_least,
    capped,
    fixed,
    marginal,
    minimum_of,
    rate_of,
    split,
    subtract,
    times,
    zero,
)
from shixian.rules.errors import FormulaError, MoneyError
from shixian.rules.formulas import FormulaInput, formula
from shixian.rules.money import Money, Rate, Round, Rounding, Yuan, fen, sum_money, wan, yuan

CLAUSE = "第五条"
MATCHING = [(1_000_000, "8%"), (5_000_000, "5%"), (10_000_000, "2%"), (None, "1%")]


@formula("间接费用上限", clause="第五条", local_grant="地方配套资金资助总额")
def indirect_cost_ceiling(local_grant: Yuan) -> Amount:
    """Marginal ceiling on indirect cost."""
    return marginal(
        local_grant,
        [(1_000_000, "8%"), (5_000_000, "5%"), (10_000_000, "2%"), (None, "1%")],
        clause="第五条",
        rounding=Rounding.DOWN,
        reading="indirect_rounding",
    )


@formula(
    "成果转化扶持",
    clause="第五条",
    sales="直接销售收入",
    share="核心技术价值占比",
    small="科技型中小企业",
    years="年数",
    phase="扶持期",
)
def support(sales: Yuan, share: Rate, small: bool, years: int, phase: Literal["全额", "减半"]) -> Amount:
    if sales.is_zero:
        return zero("扶持资金", "没有销售收入", clause="第五条")
    amount = times(sales, share, "2.5%", years, clause="第五条", rounding=Rounding.DOWN)
    if small:
        amount = add(amount, rate_of(amount, "30%", clause="第五条", rounding=Rounding.DOWN), clause="第五条")
    if phase == "减半":
        amount = rate_of(amount, "50%", clause="第十条", rounding=Rounding.DOWN)
    return capped(amount, wan(500), clause="第五条")


def input_of(money: Money) -> Amount:
    return amounts.given("grant", "资助总额", money, "表单 grant")


# By hand: 100万×8% = 8万; ＋400万×5% = 28万; ＋500万×2% = 38万; ＋1000万×1% = 48万; 1200万: 38万＋200万×1% = 40万.
@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (1_000_000, "80000.00"),
        (5_000_000, "280000.00"),
        (10_000_000, "380000.00"),
        (12_000_000, "400000.00"),
        (20_000_000, "480000.00"),
        (0, "0.00"),
        ("0.01", "0.00"),
        ("0.99", "0.07"),
        ("1000000.10", "80000.00"),
        ("1000000.20", "80000.01"),
    ],
)
def test_matching_funds_ceiling(grant: int | str, expected: str) -> None:
    amount = indirect_cost_ceiling(yuan(grant))
    assert amount.yuan_text == expected
    assert amount == indirect_cost_ceiling.compute({"local_grant": str(grant)}, bare_unit="yuan")


def test_the_tree_shows_every_tier() -> None:
    tree = indirect_cost_ceiling(yuan(12_000_000)).explanation
    assert tree.text == "间接费用上限 ＝ 400,000.00元"
    step = tree.at("indirect_cost_ceiling/marginal/tier-2")
    assert step.text == "超过100万元至500万元的部分 4,000,000.00元 × 5% ＝ 200,000.00元"
    assert step.clause == "第五条"
    assert tree.at("indirect_cost_ceiling/marginal/tier-1").text.startswith("100万元及以下的部分 1,000,000.00元")
    assert tree.at("indirect_cost_ceiling/marginal/tier-4").text.startswith("超过1000万元的部分 2,000,000.00元")
    leaf = tree.at("indirect_cost_ceiling/marginal/local_grant")
    assert (leaf.text, leaf.origin) == ("地方配套资金资助总额 12,000,000.00元", "输入 local_grant")
    assert tree.readings == ("indirect_rounding",)


def test_tiers_not_reached_are_not_shown() -> None:
    tree = marginal(input_of(wan(500)), MATCHING, clause=CLAUSE).explanation
    assert [child.name for child in tree.inputs] == ["grant", "tier-1", "tier-2"]


def test_rounding_is_told_where_it_bites() -> None:
    amount = marginal(input_of(yuan("0.99")), MATCHING, clause=CLAUSE, rounding=Rounding.DOWN)
    assert amount.explanation.text == "分段计算：0.0792元，舍去至分 ＝ 0.07元"
    assert "舍去" not in marginal(input_of(wan(1)), MATCHING, clause=CLAUSE, rounding=Rounding.DOWN).explanation.text


TIERS = strategies.lists(
    strategies.tuples(strategies.integers(1, 10**10), strategies.integers(0, 2000)),
    max_size=5,
    unique_by=lambda tier: tier[0],
).flatmap(
    lambda tiers: strategies.integers(0, 2000).map(
        lambda last: (
            [(fen(upper), Rate(Fraction(r, 1000))) for upper, r in sorted(tiers)] + [(None, Rate(Fraction(last, 1000)))]
        )
    )
)
BASES = strategies.integers(0, 3 * 10**10)


def up_to(base: int, tiers: Any) -> Money:
    return marginal(fen(base), tiers, clause=CLAUSE, rounding=Rounding.DOWN).money


@given(BASES, BASES, TIERS)
def test_marginal_is_monotone(a: int, b: int, tiers: Any) -> None:
    low, high = sorted((a, b))
    assert up_to(low, tiers) <= up_to(high, tiers)


@given(TIERS)
def test_marginal_is_continuous_at_every_edge(tiers: Any) -> None:
    """One fen more of base, on either side of an edge, is worth at most the dearest rate and one fen of rounding."""
    step = max(rate.value for _, rate in tiers) + 1
    for upper, _ in tiers[:-1]:
        before, at, after = (up_to(upper.fen + shift, tiers).fen for shift in (-1, 0, 1))
        assert 0 <= at - before <= step and 0 <= after - at <= step


@given(BASES, TIERS)
def test_marginal_against_the_other_way_of_reckoning(base: int, tiers: Any) -> None:
    """As a layer cake: each upper bound's slice at the difference between its rate and the next."""
    rates = [rate.value for _, rate in tiers]
    exact = base * rates[-1]
    for (upper, _), rate, following in zip(tiers[:-1], rates, rates[1:], strict=False):
        exact += min(base, upper.fen) * (rate - following)
    assert up_to(base, tiers).fen == exact.numerator // exact.denominator


@pytest.mark.parametrize(
    "tiers",
    [
        [],
        [(1_000_000, "8%")],
        [(None, "8%"), (None, "5%")],
        [(2, "8%"), (1, "5%"), (None, "1%")],
        [(1, "8%"), (1, "5%"), (None, "1%")],
        [(0, "8%"), (None, "1%")],
        [(1.5, "8%"), (None, "1%")],
        [(True, "8%"), (None, "1%")],
        [(1, 0.08), (None, "1%")],
        [(1, "8"), (None, "1%")],
    ],
)
def test_tables_that_are_refused(tiers: Any) -> None:
    with pytest.raises(MoneyError):
        marginal(yuan(100), tiers, clause=CLAUSE)


def test_inexact_without_a_named_rounding_is_refused_with_its_clause() -> None:
    for attempt in (
        lambda: marginal(yuan("0.99"), MATCHING, clause=CLAUSE),
        lambda: rate_of(yuan("0.01"), "25%", clause=CLAUSE),
        lambda: times(yuan("0.01"), "1/3", clause=CLAUSE),
    ):
        with pytest.raises(MoneyError, match="第五条未规定尾数处理") as refusal:
            attempt()
        assert refusal.value.clause == CLAUSE
    assert rate_of(yuan("0.04"), "25%", clause=CLAUSE).money == fen(1)
    with pytest.raises(MoneyError, match="尾数处理"):
        rate_of(yuan(1), "25%", clause=CLAUSE, rounding="down")  # type: ignore[arg-type]


def test_rounding_to_a_stated_unit_applies_to_exact_fen_too() -> None:
    amount = rate_of(yuan(12_345), "50%", clause=CLAUSE, rounding=Round(Rounding.DOWN, to=yuan(1)))
    assert amount.money == yuan(6172)
    assert amount.explanation.text == "按比例计算：12,345.00元 × 50% ＝ 6,172.50元，舍去至元 ＝ 6,172.00元"


def test_cap_before_or_after_a_multiplier_is_the_order_of_the_calls() -> None:
    base = input_of(wan(450))
    after = capped(times(base, "130%", clause=CLAUSE), wan(500), clause=CLAUSE)
    before = times(capped(base, wan(500), clause=CLAUSE), "130%", clause=CLAUSE)
    assert (after.money, before.money) == (wan(500), wan(585))
    assert after.explanation.text == "5,850,000.00元 超过上限 5,000,000.00元，按上限计 5,000,000.00元"
    assert (
        before.explanation.at("times/capped").text == "4,500,000.00元 未超过上限 5,000,000.00元，按 4,500,000.00元 计"
    )


def test_several_factors_are_rounded_once() -> None:
    # 0.03 × 1/3 × 3 = 0.03; rounded down at each step it would be 0.03 too, so use 0.05: 0.05 × 1/3 = 0.01(6), × 3.
    assert times(yuan("0.05"), "1/3", 3, clause=CLAUSE).money == yuan("0.05")
    stepwise = times(times(yuan("0.05"), "1/3", clause=CLAUSE, rounding=Rounding.DOWN), 3, clause=CLAUSE)
    assert stepwise.money == yuan("0.03")
    assert times(yuan(5), 0, clause=CLAUSE).money == fen(0)


@given(BASES, BASES)
def test_cap_floor_and_minimum(a: int, b: int) -> None:
    one, two = input_of(fen(a)), amounts.given("other", "另一数", fen(b), "表单 other")
    assert capped(one, two, clause=CLAUSE).money.fen == min(a, b) == minimum_of(one, two, clause=CLAUSE).money.fen
    assert at_least(one, two, clause=CLAUSE).money.fen == max(a, b)
    assert ("超过上限" in capped(one, two, clause=CLAUSE).explanation.text.replace("未超过", "")) == (a > b)
    assert ("不足下限" in at_least(one, fen(b), clause=CLAUSE).explanation.text) == (a < b)
    assert add(one, two, clause=CLAUSE).money.fen == a + b
    assert subtract(one, two, clause=CLAUSE, floor_zero=True).money.fen == max(a - b, 0)
    if a < b:
        with pytest.raises(MoneyError, match="不足以扣除"):
            subtract(one, two, clause=CLAUSE)
    else:
        assert subtract(one, two, clause=CLAUSE).money.fen == a - b


def test_a_step_that_serves_twice_keeps_addresses_apart_and_is_told_once() -> None:
    base = input_of(wan(100))
    doubled = add(base, base, base, clause=CLAUSE)
    assert [child.name for child in doubled.explanation.inputs] == ["grant", "grant-2", "grant-3"]
    assert doubled.working == [
        "资助总额 1,000,000.00元",
        "合计：1,000,000.00元 ＋ 1,000,000.00元 ＋ 1,000,000.00元 ＝ 3,000,000.00元（第五条）",
    ]
    clash = add(base, amounts.given("grant-2", "乙", wan(1), "表单"), base, clause=CLAUSE)
    assert [child.name for child in clash.explanation.inputs] == ["grant", "grant-2", "grant-3"]


def test_fixed_and_zero_say_why() -> None:
    assert fixed(wan(10), clause="第九条", label="奖金").working == ["奖金 100,000.00元（第九条）"]
    nothing = zero("补贴", "考核为 C 级", clause="第二十二条")
    assert nothing.money.is_zero and nothing.working == ["补贴：考核为 C 级，计 0.00元（第二十二条）"]


def test_a_reading_taints_everything_above() -> None:
    read = rate_of(input_of(wan(1)), "50%", clause=CLAUSE, reading="base_is_price")
    assert capped(read, wan(1), clause=CLAUSE, reading="cap_after").readings == ("cap_after", "base_is_price")
    assert read.working[-1].endswith("〔读法 base_is_price〕")


def test_money_of_unknown_origin_says_so() -> None:
    assert rate_of(wan(1), "50%", clause=CLAUSE).explanation.at("rate_of/base").origin == "未注明来源"


WEIGHTS = strategies.lists(strategies.integers(0, 10**9), min_size=1, max_size=8).filter(any)


@given(strategies.integers(0, 10**14), WEIGHTS)
def test_split_always_sums_to_the_whole(total: int, weights: list[int]) -> None:
    for make in (int, fen, lambda weight: Rate(Fraction(weight, sum(weights)))):
        shares = split(fen(total), {f"p{i}": make(weight) for i, weight in enumerate(weights)}, clause=CLAUSE)
        assert sum_money(share.money for share in shares.values()).fen == total
        for share, weight in zip(shares.values(), weights, strict=True):
            assert abs(share.money.fen - Fraction(total * weight, sum(weights))) < 1
            assert share.money.is_zero or weight


@given(strategies.integers(0, 10**9), WEIGHTS)
def test_split_gives_the_odd_fen_to_the_largest_remainder(total: int, weights: list[int]) -> None:
    shares = [
        s.money.fen for s in split(fen(total), {f"p{i}": w for i, w in enumerate(weights)}, clause=CLAUSE).values()
    ]
    remainders = [total * weight % sum(weights) for weight in weights]
    lucky = [share * sum(weights) > total * weight for share, weight in zip(shares, weights, strict=True)]
    for i in range(len(weights)):
        for j in range(len(weights)):
            if lucky[i] and not lucky[j]:
                assert remainders[i] > remainders[j] or (remainders[i] == remainders[j] and i < j)


def test_split_ties_go_by_declaration() -> None:
    def shares(*names: str) -> dict[str, str]:
        return {
            key: share.yuan_text for key, share in split(yuan("0.05"), dict.fromkeys(names, 1), clause=CLAUSE).items()
        }

    assert shares("a", "b", "c") == {"a": "0.02", "b": "0.02", "c": "0.01"}
    assert shares("c", "b", "a") == {"c": "0.02", "b": "0.02", "a": "0.01"}


def test_split_tells_each_share() -> None:
    shares = split(
        input_of(yuan("0.05")),
        {"city": "50%", "区": "50%"},
        clause="第八条",
        labels={"city": "市级"},
        reading="odd_fen",
    )
    assert shares["city"].explanation.text.startswith("市级：0.05元 × 50% ＝ 0.025元，先舍至分")
    assert shares["city"].explanation.text.endswith("本份补一分，计 0.03元")
    assert shares["区"].explanation.text.endswith("本份不补，计 0.02元")
    assert (shares["区"].explanation.name, shares["区"].readings) == ("share-2", ("odd_fen",))
    whole = split(input_of(wan(1)), {"city": "40%", "district": "60%"}, clause="第八条")
    assert whole["city"].explanation.text == "city：10,000.00元 × 40% ＝ 4,000.00元"
    assert whole["city"].explanation.at("city/grant").origin == "表单 grant"


@pytest.mark.parametrize(
    "shares",
    [
        {},
        {"a": 0},
        {"a": -1, "b": 2},
        {"a": "40%", "b": "50%"},
        {"a": "40%", "b": 60},
        {"a": 0.4, "b": 0.6},
        {"a": True},
    ],
)
def test_splits_that_are_refused(shares: Any) -> None:
    with pytest.raises(MoneyError):
        split(yuan(1), shares, clause=CLAUSE)


@pytest.mark.parametrize("bad", [1.0, True, 5, "5元", None])
def test_no_float_gets_in(bad: Any) -> None:
    ok = yuan(1)
    attempts: list[Any] = [
        lambda: amounts.given("x", "数", bad, "表单"),
        lambda: fixed(bad, clause=CLAUSE),
        lambda: marginal(bad, MATCHING, clause=CLAUSE),
        lambda: rate_of(bad, "50%", clause=CLAUSE),
        lambda: rate_of(ok, 0.5, clause=CLAUSE),  # type: ignore[arg-type]
        lambda: times(bad, 2, clause=CLAUSE),
        lambda: times(ok, 2.0, clause=CLAUSE),  # type: ignore[arg-type]
        lambda: times(ok, True, clause=CLAUSE),
        lambda: times(ok, -2, clause=CLAUSE),
        lambda: times(ok, clause=CLAUSE),
        lambda: capped(ok, bad, clause=CLAUSE),
        lambda: capped(bad, ok, clause=CLAUSE),
        lambda: at_least(ok, bad, clause=CLAUSE),
        lambda: minimum_of(ok, bad, clause=CLAUSE),
        lambda: minimum_of(clause=CLAUSE),
        lambda: add(ok, bad, clause=CLAUSE),
        lambda: subtract(ok, bad, clause=CLAUSE),
        lambda: split(bad, {"a": 1}, clause=CLAUSE),
        lambda: Amount(bad, fixed(ok, clause=CLAUSE).explanation),
    ]
    for attempt in attempts:
        with pytest.raises(MoneyError):
            attempt()


@given(BASES, strategies.booleans(), strategies.integers(0, 9), strategies.sampled_from(["全额", "减半"]))
def test_stored_amounts_read_back(sales: int, small: bool, years: int, phase: Any) -> None:
    assume(sales * years <= 10**12)
    amount = support(fen(sales), Rate("3/4"), small, years, phase)
    stored = json.loads(json.dumps(amount.to_json(), ensure_ascii=False))
    assert set(stored) == {"amount", "fen", "explanation"}
    assert Amount.from_json(stored) == amount
    with pytest.raises(MoneyError, match="不一致"):
        Amount.from_json({**stored, "fen": stored["fen"] + 1})


# By hand: 1000万 × 80% × 2.5% × 1 = 20万; ＋30% = 26万; half = 13万.
def test_a_formula_with_every_kind_of_input() -> None:
    written = {"sales": "1000万元", "share": "80%", "small": "是", "years": "1", "phase": "减半"}
    amount = support.compute(written, origins={"share": "认定证书"})
    assert amount.yuan_text == "130000.00"
    assert amount.money == support(wan(1000), Rate("0.8"), small=True, years=1, phase="减半").money
    origins = {node.name: node.origin for _, node in amount.explanation.walk() if node.origin}
    assert {"sales", "share", "small", "years", "phase"} <= set(origins) and origins["share"] == "认定证书"
    assert amount.explanation.at("support/phase").text == "扶持期 减半"
    assert support.compute({**written, "small": "no", "phase": "全额"}).yuan_text == "200000.00"
    assert support.compute({**written, "sales": "10亿元"}).money == wan(500)
    nothing = support.compute({**written, "sales": "0元"})
    assert nothing.explanation.at("support/sales").origin == "输入 sales"


def test_a_formula_describes_itself() -> None:
    assert indirect_cost_ceiling.inputs == (FormulaInput("local_grant", "地方配套资金资助总额", "money"),)
    assert (indirect_cost_ceiling.name, indirect_cost_ceiling.title) == ("indirect_cost_ceiling", "间接费用上限")
    assert (indirect_cost_ceiling.clause, indirect_cost_ceiling.description) == (
        "第五条",
        "Marginal ceiling on indirect cost.",
    )
    assert [(i.type, i.choices) for i in support.inputs] == [
        ("money", ()), ("rate", ()), ("yes_no", ()), ("int", ()), ("choice", ("全额", "减半"))
    ]  # fmt: skip


def test_an_earlier_amount_brings_its_tree() -> None:
    earlier = add(input_of(wan(100)), input_of(wan(400)), clause="第四条")
    amount = indirect_cost_ceiling.compute({"local_grant": earlier}, origins={"local_grant": "决定 2021-3"})
    assert amount.yuan_text == "280000.00"
    leaf = amount.explanation.at("indirect_cost_ceiling/marginal/local_grant")
    assert leaf.origin == "决定 2021-3" and leaf.at("local_grant/sum").clause == "第四条"


GOOD = {"sales": "1万元", "share": "80%", "small": "是", "years": "1", "phase": "全额"}


@pytest.mark.parametrize(
    "change",
    [{"sales": "100"}, {"sales": "1.234元"}, {"sales": 100}, {"sales": 1.0}, {"sales": None},
     {"share": 0.8}, {"share": "8"},
     {"small": "maybe"}, {"small": 1}, {"years": "1.5"}, {"years": 1.0}, {"years": True}, {"years": Fraction(1, 2)},
     {"phase": "一半"}, {"phase": None}, {"extra": "1"}],
)  # fmt: skip
def test_unreadable_inputs_are_refused_and_the_expected_ones_listed(change: dict[str, Any]) -> None:
    with pytest.raises(FormulaError) as refusal:
        support.compute({**GOOD, **change})
    assert refusal.value.clause == "第五条"
    for name in (*GOOD, "直接销售收入", "全额、减半 之一"):
        assert name in str(refusal.value)


@pytest.mark.parametrize("name", list(GOOD))
def test_a_missing_input_is_named(name: str) -> None:
    with pytest.raises(FormulaError, match=f"缺少 .*{name}"):
        support.compute({key: value for key, value in GOOD.items() if key != name})


def test_calls_take_typed_values_only() -> None:
    for attempt in (
        lambda: indirect_cost_ceiling("500万元"),
        lambda: indirect_cost_ceiling(1.0),
        lambda: indirect_cost_ceiling(5_000_000),
        lambda: indirect_cost_ceiling(),
        lambda: indirect_cost_ceiling(wan(1), wan(2)),
    ):
        with pytest.raises(FormulaError):
            attempt()


def test_declarations_that_are_refused() -> None:
    def no_return(x: Yuan):
        return x

    def with_default(x: Yuan = yuan(1)) -> Amount:  # noqa: B008
        return fixed(x, clause=CLAUSE)

    def a_float(x: float) -> Amount:
        return fixed(yuan(1), clause=CLAUSE)

    def numbered(x: Literal[1, 2]) -> Amount:
        return fixed(yuan(1), clause=CLAUSE)

    def many(*x: Yuan) -> Amount:
        return add(*x, clause=CLAUSE)

    for function in (no_return, with_default, a_float, numbered, many):
        with pytest.raises(FormulaError, match="声明有误"):
            formula("某额", CLAUSE, x="数")(function)

    def fine(x: Yuan) -> Amount:
        return rate_of(x, "50%", clause=CLAUSE)

    for labels in ({}, {"x": "数", "y": "没有的"}):
        with pytest.raises(FormulaError, match="声明有误"):
            formula("某额", CLAUSE, **labels)(fine)
    assert formula("某额", CLAUSE, x="数")(fine)(wan(2)).money == wan(1)
