"""Money: whole fen, never a float, never negative, always with its unit.

`yuan(1_000_000)`, `yuan("1234.56")`, `wan("0.5")`, `fen(1)` make it; `Money.parse` reads it as people write it
("500万元", "12,345.60元", "￥100.00") and refuses a bare number unless told its unit. Also here: `Rate`, an exact
fraction written "8%", "5‰", "3/4" or "1.3倍"; and `Rounding`, which every inexact result has to name.

Amounts that carry their working are in `amounts.py`; these are the plain values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal, TypeAlias

from shixian.rules.chinese_numerals import capital
from shixian.rules.errors import MoneyError

MAXIMUM_FEN = 10**15
"""Ten trillion yuan. More than this is a slip of the keyboard, and still fits a 64-bit column."""

# Names of units and how many decimals of each are exact to the fen.
_DECIMALS = {"元": 2, "千元": 5, "万元": 6, "百万元": 8, "千万元": 9, "亿元": 10}
_UNITS = "|".join(sorted(_DECIMALS, key=len, reverse=True))
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_PLAIN = re.compile(f"(?:{_NUMBER})")
_WRITTEN = re.compile(f"(?:人民币)?\\s*(?P<sign>¥)?\\s*(?P<number>{_NUMBER})\\s*(?P<unit>{_UNITS})?")
# Only the full-width forms an input method produces; a general normalisation would read 10² as 102.
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．，％／－￥", "0123456789.,%/-¥")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Money:
    """A sum of money, `fen` >= 0 and at most `MAXIMUM_FEN`. Ordered; adds and subtracts with money only.

    There is no `*` and no truth value to rely on: multiply with `amounts.times` or `amounts.rate_of`, which keep the
    working, and ask `is_zero`. Raises MoneyError for a float, a bool, a negative or an over-large value.
    """

    fen: int

    def __post_init__(self) -> None:
        if isinstance(self.fen, bool) or not isinstance(self.fen, int):
            raise MoneyError(f"金额须以整数分表示，不能用 {self.fen!r}", remedy='改用整数，或写成文字，如 "1234.56"')
        if self.fen < 0:
            raise MoneyError(f"金额不能为负：{self.fen} 分", remedy="应收与应付分别记录，金额本身不带负号")
        if self.fen > MAXIMUM_FEN:
            raise MoneyError("金额超出上限 10 万亿元", remedy="检查单位是否写错")

    @classmethod
    def parse(cls, text: str, bare_unit: Literal["yuan"] | None = None) -> Money:
        """Read money as written. A number without unit or sign is refused unless `bare_unit` says it is yuan."""
        if not isinstance(text, str):
            raise MoneyError(f"金额须写成带单位的文字，不能用 {text!r}", remedy='例如 "500万元"')
        if bare_unit not in (None, "yuan"):
            raise MoneyError(f"不认识的缺省单位 {bare_unit!r}")
        written = text.translate(_HALF_WIDTH).strip()
        found = _WRITTEN.fullmatch(written)
        if found is None:
            why = "金额不能为负" if "-" in written else "不是可识别的金额"
            raise MoneyError(f"{why}：{text!r}", remedy=f"写法如 5000000.00元、500万元、￥100.00；单位限 {_UNITS}")
        unit = found["unit"] or ("元" if found["sign"] or bare_unit else None)
        if unit is None:
            raise MoneyError(f"金额 {text!r} 未写单位", remedy=f"写明是元还是万元，如 {text.strip()}元")
        return _of(found["number"], unit)

    @property
    def is_zero(self) -> bool:
        return self.fen == 0

    @property
    def yuan_text(self) -> str:
        """Yuan with two decimals and nothing else: "1234.56". The form for files and interfaces."""
        return f"{self.fen // 100}.{self.fen % 100:02d}"

    @property
    def zh(self) -> str:
        """As people read it: "1,234.56元"."""
        return f"{self.fen // 100:,}.{self.fen % 100:02d}元"

    @property
    def wan_text(self) -> str:
        """In 万元, exactly, with as many decimals as needed: "500万元", "0.000001万元"."""
        return f"{_decimal_text(Fraction(self.fen, 10**6))}万元"

    @property
    def capital(self) -> str:
        """大写: "伍佰万元整"."""
        return capital(self.fen)

    def minus_floor_zero(self, other: Money) -> Money:
        """What is left after taking `other` away, and zero where nothing is left."""
        return Money(max(self.fen - _fen_of(other), 0))

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + _fen_of(other))

    def __sub__(self, other: Money) -> Money:
        if _fen_of(other) > self.fen:
            raise MoneyError(f"{self.zh} 不足以减去 {other.zh}", remedy="条款许可减至零时用 minus_floor_zero")
        return Money(self.fen - other.fen)

    def __eq__(self, other: object) -> bool:
        return self.fen == other.fen if isinstance(other, Money) else NotImplemented

    def __hash__(self) -> int:
        return hash((Money, self.fen))

    def __lt__(self, other: Money) -> bool:
        return self.fen < _fen_of(other)

    def __le__(self, other: Money) -> bool:
        return self.fen <= _fen_of(other)

    def __gt__(self, other: Money) -> bool:
        return self.fen > _fen_of(other)

    def __ge__(self, other: Money) -> bool:
        return self.fen >= _fen_of(other)

    def __str__(self) -> str:
        return self.zh

    def __repr__(self) -> str:
        return f'yuan("{self.yuan_text}")'


Yuan: TypeAlias = Money
"""Money, under the name that reads well in a formula's signature."""


def fen(count: int) -> Money:
    """So many fen."""
    return Money(count)


def yuan(number: int | str | Decimal) -> Money:
    """So many yuan: `yuan(1_000_000)`, `yuan("1234.56")`. At most two decimals."""
    return _of(_number(number), "元")


def wan(number: int | str | Decimal) -> Money:
    """So many 万元: `wan(500)` is five million yuan. At most six decimals."""
    return _of(_number(number), "万元")


def sum_money(items: Iterable[Money]) -> Money:
    """The sum; of nothing, zero."""
    return Money(sum(_fen_of(item) for item in items))


class Rounding(StrEnum):
    """How a clause, or the reading of a silent clause, treats what is smaller than the unit (the fen, unless said)."""

    HALF_UP = "half_up"
    DOWN = "down"
    UP = "up"
    HALF_EVEN = "half_even"

    @property
    def zh(self) -> str:
        return {"half_up": "四舍五入", "down": "舍去", "up": "进一", "half_even": "四舍六入五成双"}[self.value]

    def whole(self, exact: Fraction) -> int:
        """A non-negative fraction as a whole number."""
        below, rest = divmod(exact, 1)
        half = Fraction(1, 2)
        up = {
            Rounding.HALF_UP: rest >= half,
            Rounding.DOWN: False,
            Rounding.UP: rest > 0,
            Rounding.HALF_EVEN: rest > half or (rest == half and below % 2 == 1),
        }[self]
        return below + int(up)


@dataclass(frozen=True, slots=True)
class Round:
    """A rounding to a stated unit: `Round(Rounding.DOWN, to=wan(1))`."""

    mode: Rounding
    to: Money = field(default_factory=lambda: Money(1))

    def __post_init__(self) -> None:
        if type(self.mode) is not Rounding or type(self.to) is not Money or self.to.is_zero:
            raise MoneyError("尾数处理须写明方式和大于零的单位", remedy="例如 Round(Rounding.DOWN, to=yuan(1))")

    @property
    def zh(self) -> str:
        names = {1: "分", 10: "角", 100: "元", 10**6: "万元"}
        return f"{self.mode.zh}至{names.get(self.to.fen, self.to.zh)}"

    def apply(self, exact_fen: Fraction) -> Money:
        """The rounded money of an exact, non-negative number of fen."""
        return Money(self.mode.whole(exact_fen / self.to.fen) * self.to.fen)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Rate:
    """An exact, non-negative fraction: "8%", "5‰", "3/4", "1.3倍", or a decimal below one such as "0.08".

    A bare "8" could be 8% or eight times, so it is refused. Floats are refused. Equal rates are equal however written.
    """

    value: Fraction
    written: str = field(compare=False)

    def __init__(self, rate: str | int | Fraction | Decimal | Rate) -> None:
        value, written = _rate(rate)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "written", written)

    @property
    def zh(self) -> str:
        """As the regulation would write it: "8%", "5‰", "3/4", "1.3倍"."""
        return self.written

    def __str__(self) -> str:
        return self.written

    def __repr__(self) -> str:
        return f'Rate("{self.written}")'


def exact_text(exact_fen: Fraction) -> str:
    """An exact amount that may be finer than the fen, in yuan: "0.008元", "10/3元"."""
    if exact_fen.denominator == 1:
        return f"{exact_fen.numerator // 100:,}.{exact_fen.numerator % 100:02d}元"
    return f"{_decimal_text(exact_fen / 100, ',')}元"


def _fen_of(value: Money) -> int:
    if not isinstance(value, Money):
        raise MoneyError(
            f"金额只能与金额运算，不能与 {value!r}", remedy="先用 yuan(...)、wan(...) 或 Money.parse(...) 写明单位"
        )
    return value.fen


def _number(number: int | str | Decimal) -> str:
    """The digits of a number given in code; floats and bools are refused, they are not what was written."""
    if isinstance(number, bool) or not isinstance(number, int | str | Decimal):
        raise MoneyError(
            f"金额不能用 {number!r}（{type(number).__name__}）", remedy='改用整数，或写成文字，如 "1234.56"'
        )
    if isinstance(number, str):
        text = number.strip()
    elif not Decimal(number).is_finite() or abs(Decimal(number)) > MAXIMUM_FEN:
        raise MoneyError("金额超出上限 10 万亿元", remedy="检查单位是否写错")
    else:
        text = f"{Decimal(number):f}"
    if not _PLAIN.fullmatch(text):
        why = "金额不能为负" if text.startswith("-") else "不是数字"
        raise MoneyError(f"{why}：{text!r}", remedy="带单位的文字用 Money.parse 读取")
    return text


def _of(number: str, unit: str) -> Money:
    """Money from digits (with or without thousands commas) and a unit; exact to the fen or refused."""
    whole, _, decimals = number.replace(",", "").partition(".")
    places = _DECIMALS[unit]
    if len(decimals) > places:
        raise MoneyError(f"{number}{unit} 不能精确到分（至多 {places} 位小数）", remedy="按条款先作尾数处理，再填写")
    whole = whole.lstrip("0") or "0"
    if len(whole) > len(str(MAXIMUM_FEN)):
        raise MoneyError("金额超出上限 10 万亿元", remedy="检查单位是否写错")
    return Money(int(whole + decimals.ljust(places, "0")))


def _decimal_text(value: Fraction, group: Literal["", ","] = "") -> str:
    """A non-negative fraction as a finite decimal if it is one, else as "10/3"."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    whole, decimals = divmod(value.numerator * 10**places // value.denominator, 10**places)
    return f"{whole:{group}}.{decimals:0{places}d}" if places else f"{whole:{group}}"


_RATE = re.compile(r"(?P<number>[0-9]{1,20}(?:\.[0-9]{1,20})?)\s*(?P<unit>%|‰|倍)?")
_RATIO = re.compile(r"([0-9]{1,20})\s*/\s*([0-9]{1,20})")


def _rate(rate: object) -> tuple[Fraction, str]:
    """Value and wording of a rate."""
    if isinstance(rate, Rate):
        return rate.value, rate.written
    if isinstance(rate, Decimal) and rate.is_finite():
        rate = Fraction(rate)
    if isinstance(rate, int | Fraction) and not isinstance(rate, bool):
        value = Fraction(rate)
        if value < 0:
            raise MoneyError(f"比例不能为负：{rate}")
        percent = _decimal_text(value * 100)
        return value, f"{value.numerator}/{value.denominator}" if "/" in percent else f"{percent}%"
    if not isinstance(rate, str):
        raise MoneyError(f"比例不能用 {rate!r}（{type(rate).__name__}）", remedy='写成文字，如 "8%"、"3/4"')
    text = rate.translate(_HALF_WIDTH).strip()
    if (ratio := _RATIO.fullmatch(text)) and int(ratio[2]):
        return Fraction(int(ratio[1]), int(ratio[2])), f"{int(ratio[1])}/{int(ratio[2])}"
    found = _RATE.fullmatch(text)
    if found is None:
        raise MoneyError(f"不是可识别的比例：{rate!r}", remedy="写法如 8%、5‰、3/4、1.3倍、0.08")
    number = Fraction(found["number"])
    if found["unit"]:
        scale = {"%": 100, "‰": 1000, "倍": 1}[found["unit"]]
        return number / scale, f"{_decimal_text(number)}{found['unit']}"
    if number >= 1:
        raise MoneyError(f"比例 {rate!r} 未写单位", remedy=f"写明是 {text}% 还是 {text}倍")
    return number, f"{_decimal_text(number * 100)}%"
