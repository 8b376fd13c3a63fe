"""Money, rates, rounding and 大写: exact to the fen in and out, and no float gets in anywhere."""

from __future__ import annotations

import copy
import pickle
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies

from shixian.rules.chinese_numerals import capital
from shixian.rules.errors import MoneyError
from shixian.rules.money import MAXIMUM_FEN, Money, Rate, Round, Rounding, exact_text, fen, sum_money, wan, yuan

ALL_FEN = strategies.integers(0, MAXIMUM_FEN)
NOT_NUMBERS: list[Any] = [1.0, 0.0, True, False, None, float("nan"), 1 + 0j, b"1", [1]]


@given(ALL_FEN)
def test_every_form_reads_back(count: int) -> None:
    money = fen(count)
    assert Money.parse(money.zh) == money
    assert Money.parse(money.wan_text) == money
    assert Money.parse(f"{money.yuan_text}元") == money
    assert Money.parse(f"￥{money.yuan_text}") == money
    assert Money.parse(money.yuan_text, bare_unit="yuan") == money == yuan(money.yuan_text)
    assert yuan(Decimal(count) / 100) == money


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("5000000.00元", 500_000_000),
        ("500万元", 500_000_000),
        ("1.5亿元", 15_000_000_000),
        ("3千元", 300_000),
        ("2百万元", 200_000_000),
        ("0.000000001千万元", 1),
        ("0.000001万元", 1),
        ("12,345.60元", 1_234_560),
        ("1,000万元", 1_000_000_000),
        ("￥100.00", 10_000),
        ("¥100", 10_000),
        ("￥100万元", 100_000_000),
        ("人民币100元", 10_000),
        (" ５００ 万元 ", 500_000_000),
        ("１２，３４５．６０元", 1_234_560),
        ("0元", 0),
        ("0.5元", 50),
    ],
)
def test_written_forms(text: str, count: int) -> None:
    assert Money.parse(text).fen == count


@pytest.mark.parametrize(
    "text",
    ["", "元", "100", "人民币100", "1e3元", "-5元", "+5元", "1.元", ".5元", "12,34元", "1,234567元", "10²元", "5万",
     "500美元", "USD 100", "约500万元", "5元6角", "١٢元", "nan元", "五百万元", "1 000元"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MoneyError) as refusal:
        Money.parse(text)
    assert refusal.value.remedy


def test_a_bare_number_needs_its_unit() -> None:
    with pytest.raises(MoneyError, match="未写单位"):
        Money.parse("5000000")
    assert Money.parse("5000000", bare_unit="yuan") == wan(500)
    assert Money.parse("5万元", bare_unit="yuan") == yuan(50_000)
    with pytest.raises(MoneyError):
        Money.parse("5", bare_unit="wan")  # type: ignore[arg-type]


def test_not_exact_to_the_fen_is_refused() -> None:
    refused: list[Any] = [lambda: yuan("1.234"), lambda: wan("0.0000001"), lambda: Money.parse("1.005元")]
    refused += [lambda: yuan(Decimal("0.001")), lambda: Money.parse("0.00000000001亿元")]
    for attempt in refused:
        with pytest.raises(MoneyError, match="不能精确到分"):
            attempt()


@pytest.mark.parametrize("value", NOT_NUMBERS)
@pytest.mark.parametrize("make", [yuan, wan, fen, Money, Money.parse, Rate])
def test_floats_and_bools_are_refused(make: Any, value: Any) -> None:
    with pytest.raises(MoneyError):
        make(value)


@pytest.mark.parametrize("other", [*NOT_NUMBERS, 5, "5元", Fraction(5)])
def test_money_meets_only_money(other: Any) -> None:
    money: Any = yuan(10)
    for attempt in (
        lambda: money + other,
        lambda: money - other,
        lambda: money < other,
        lambda: money >= other,
        lambda: money.minus_floor_zero(other),
        lambda: sum_money([money, other]),
    ):
        with pytest.raises(MoneyError):
            attempt()
    assert money != other


def test_no_multiplication_behind_the_tree() -> None:
    money: Any = yuan(10)
    for attempt in (
        lambda: money * 2,
        lambda: money / 2,
        lambda: 0.5 * money,
        lambda: float(money),
        lambda: sum([money]),
    ):
        with pytest.raises(TypeError):
            attempt()


def test_range() -> None:
    assert fen(MAXIMUM_FEN).yuan_text == "10000000000000.00"
    too_much: list[Any] = [lambda: fen(MAXIMUM_FEN + 1), lambda: yuan("9" * 5000), lambda: yuan(10**5000)]
    too_much += [
        lambda: fen(MAXIMUM_FEN) + fen(1),
        lambda: Money.parse("999999999亿元"),
        lambda: yuan(Decimal("1e999")),
    ]
    too_much += [lambda: yuan(Decimal("inf")), lambda: yuan(Decimal("nan"))]
    for attempt in too_much:
        with pytest.raises(MoneyError, match="上限"):
            attempt()
    assert yuan("0" * 5000 + "1") == yuan(1)


def test_never_negative() -> None:
    below: list[Any] = [lambda: fen(-1), lambda: yuan(-1), lambda: yuan("-0.01"), lambda: yuan(1) - yuan(2)]
    for attempt in below:
        with pytest.raises(MoneyError):
            attempt()
    assert yuan(1).minus_floor_zero(yuan(2)) == fen(0)
    assert yuan(3).minus_floor_zero(yuan(2)) == yuan(1)


@given(ALL_FEN, ALL_FEN)
def test_order_and_arithmetic_are_those_of_fen(a: int, b: int) -> None:
    left, right = fen(a), fen(b)
    assert (left < right, left <= right, left > right, left >= right, left == right) == (
        a < b,
        a <= b,
        a > b,
        a >= b,
        a == b,
    )
    assert max(left, right).fen - min(left, right).fen == abs(a - b)
    assert (hash(left) == hash(right)) or a != b
    if a + b <= MAXIMUM_FEN:
        assert left + right - right == left == sum_money([left, right]) - right


def test_money_is_a_value() -> None:
    money = yuan("1234.56")
    assert (money.yuan_text, money.zh, money.wan_text, str(money)) == (
        "1234.56",
        "1,234.56元",
        "0.123456万元",
        "1,234.56元",
    )
    assert wan(500).wan_text == "500万元" and wan("0.5").wan_text == "0.5万元" and fen(0).wan_text == "0万元"
    assert repr(money) == 'yuan("1234.56")'
    assert copy.deepcopy(money) == pickle.loads(pickle.dumps(money)) == money
    assert fen(0).is_zero and not fen(1).is_zero and sum_money([]) == fen(0)
    with pytest.raises(AttributeError):
        money.fen = 1  # type: ignore[misc]


# Where a line names the 支付结算办法, the amount and its 大写 are that annex's own examples.
@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),  # 支付结算办法
        ("6007.14", "陆仟零柒元壹角肆分"),  # 支付结算办法
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),  # 支付结算办法
        ("107000.53", "壹拾万柒仟元零伍角叁分"),  # 支付结算办法
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),  # 支付结算办法
        ("325.04", "叁佰贰拾伍元零肆分"),  # 支付结算办法
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("0.55", "伍角伍分"),
        ("1.00", "壹元整"),
        ("10.00", "壹拾元整"),
        ("10.05", "壹拾元零伍分"),
        ("123.45", "壹佰贰拾叁元肆角伍分"),
        ("10005.00", "壹万零伍元整"),
        ("10000.00", "壹万元整"),
        ("10100.00", "壹万零壹佰元整"),
        ("101000.00", "壹拾万壹仟元整"),
        ("5000000.00", "伍佰万元整"),
        ("5000001.00", "伍佰万零壹元整"),
        ("100000000.00", "壹亿元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("100010000.00", "壹亿零壹万元整"),
        ("110000000.00", "壹亿壹仟万元整"),
        ("1000000100.10", "壹拾亿零壹佰元零壹角"),
        ("300050060.07", "叁亿零伍万零陆拾元零柒分"),
        ("1000000000000.00", "壹万亿元整"),
        ("1000100000000.00", "壹万零壹亿元整"),
        ("10000000000000.00", "壹拾万亿元整"),
    ],
)
def test_capital_known_values(amount: str, words: str) -> None:
    assert yuan(amount).capital == words


def read_capital(words: str) -> int:
    """Fen from 大写, by place values alone: an independent reader, which ignores every 零."""
    small = {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = 0
    billions = 0
    for char in words.removesuffix("整").replace("零", ""):
        if char in "壹贰叁肆伍陆柒捌玖":
            digit = "壹贰叁肆伍陆柒捌玖".index(char) + 1
        elif char in small:
            section, digit = section + digit * small[char], 0
        elif char == "万":
            billions, section, digit = billions + (section + digit) * 10_000, 0, 0
        elif char == "亿":
            total, billions, section, digit = (billions + section + digit) * 10**8, 0, 0, 0
        else:
            value = billions + section + digit
            total = (total + value) * 100 if char == "元" else total + value * {"角": 10, "分": 1}[char]
            billions = section = digit = 0
    return total


@given(
    ALL_FEN
    | strategies.integers(0, 10**7)
    | strategies.builds(lambda a, b: a * 10**b, ALL_FEN, strategies.integers(0, 3)).filter(lambda n: n <= MAXIMUM_FEN)
)
def test_capital_says_the_amount(count: int) -> None:
    words = capital(count)
    assert read_capital(words) == count
    assert "零零" not in words and not words.endswith("零")
    assert words.endswith("整") == (count % 100 == 0)
    assert words.startswith("零") == (count == 0)


def by_erasing(number: int) -> str:
    """Whole yuan in 大写 the clerk's way: write every digit with its place, then strike the zeros out."""
    digits = str(number)
    places = "元拾佰仟万拾佰仟亿拾佰仟万拾"[: len(digits)][::-1]
    words = "".join("零壹贰叁肆伍陆柒捌玖"[int(digit)] + place for digit, place in zip(digits, places, strict=True))
    for pattern, by in (
        ("零[拾佰仟]", "零"),
        ("零+", "零"),
        ("零([万亿元])", r"\1"),
        ("亿万", "亿零"),
        ("零+", "零"),
        ("零元", "元"),
    ):
        words = re.sub(pattern, by, words)
    return f"{words}整"


# Half of the digits are zeros, for that is where 大写 goes wrong.
MANY_ZEROS = strategies.text("000123", min_size=1, max_size=13).map(int).filter(bool)


@given(strategies.integers(1, 10**13) | MANY_ZEROS)
def test_capital_against_the_clerks_way(number: int) -> None:
    assert yuan(number).capital == by_erasing(number)


@pytest.mark.parametrize("value", [-1, 1.0, True, "1"])
def test_capital_takes_whole_fen(value: Any) -> None:
    with pytest.raises(ValueError, match="fen"):
        capital(value)


@pytest.mark.parametrize(
    ("written", "value", "shown"),
    [
        ("8%", Fraction(8, 100), "8%"),
        ("2.50%", Fraction(1, 40), "2.5%"),
        ("８％", Fraction(8, 100), "8%"),
        ("0.08", Fraction(8, 100), "8%"),
        ("5‰", Fraction(5, 1000), "5‰"),
        ("3/4", Fraction(3, 4), "3/4"),
        ("1.3倍", Fraction(13, 10), "1.3倍"),
        ("130%", Fraction(13, 10), "130%"),
        ("0", Fraction(0), "0%"),
        (Fraction(1, 3), Fraction(1, 3), "1/3"),
        (Fraction(1, 4), Fraction(1, 4), "25%"),
        (Decimal("0.1"), Fraction(1, 10), "10%"),
        (1, Fraction(1), "100%"),
    ],
)
def test_rates(written: Any, value: Fraction, shown: str) -> None:
    assert Rate(written).value == value
    assert Rate(written).zh == str(Rate(written)) == shown
    assert Rate(Rate(written)) == Rate(written) == Rate(shown)


@pytest.mark.parametrize(
    "written", ["8", "1", "-8%", "8%%", "1/0", "", "八%", "1e-2", Fraction(-1), -1, Decimal("nan")]
)
def test_rates_refused(written: Any) -> None:
    with pytest.raises(MoneyError):
        Rate(written)


def test_equal_rates_are_equal_however_written() -> None:
    assert {Rate("8%"), Rate("0.08"), Rate("80‰"), Rate("2/25")} == {Rate("8%")}


@pytest.mark.parametrize(
    ("tenths", "half_up", "down", "up", "half_even"),
    [
        (0, 0, 0, 0, 0),
        (1, 0, 0, 1, 0),
        (5, 1, 0, 1, 0),
        (6, 1, 0, 1, 1),
        (14, 1, 1, 2, 1),
        (15, 2, 1, 2, 2),
        (25, 3, 2, 3, 2),
    ],
)
def test_rounding_modes(tenths: int, half_up: int, down: int, up: int, half_even: int) -> None:
    exact = Fraction(tenths, 10)
    found = [mode.whole(exact) for mode in (Rounding.HALF_UP, Rounding.DOWN, Rounding.UP, Rounding.HALF_EVEN)]
    assert found == [half_up, down, up, half_even]


def test_rounding_to_a_unit() -> None:
    assert Round(Rounding.DOWN, to=wan(1)).apply(Fraction(yuan("19999.99").fen)) == wan(1)
    assert Round(Rounding.HALF_UP, to=yuan(1)).apply(Fraction(150)) == yuan(2)
    assert (Round(Rounding.UP).zh, Round(Rounding.DOWN, to=wan(1)).zh) == ("进一至分", "舍去至万元")
    assert Round(Rounding.DOWN, to=wan(10)).zh == "舍去至100,000.00元"
    wrong: list[Any] = [("down", fen(1)), (Rounding.DOWN, fen(0)), (Rounding.DOWN, 100)]
    for mode, unit in wrong:
        with pytest.raises(MoneyError):
            Round(mode, to=unit)


@given(strategies.fractions(0, 10**9, max_denominator=10**6), strategies.integers(1, 10**6))
def test_rounding_stays_within_one_unit(exact: Fraction, unit: int) -> None:
    low, high = (Round(mode, to=fen(unit)).apply(exact).fen for mode in (Rounding.DOWN, Rounding.UP))
    assert low <= exact <= high and high - low in (0, unit)
    for mode in (Rounding.HALF_UP, Rounding.HALF_EVEN):
        near = Round(mode, to=fen(unit)).apply(exact).fen
        assert near in (low, high) and abs(near - exact) * 2 <= unit


def test_exact_text() -> None:
    assert [exact_text(Fraction(n)) for n in (0, 1, 123_456_789)] == ["0.00元", "0.01元", "1,234,567.89元"]
    assert exact_text(Fraction(4, 5)) == "0.008元"
    assert exact_text(Fraction(123_456_785, 10)) == "123,456.785元"
    assert exact_text(Fraction(1000, 3)) == "10/3元"
