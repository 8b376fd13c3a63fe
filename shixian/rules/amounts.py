"""Amounts with their working: what the clauses do to money, each step a node that a person can check.

Every function here takes money or an earlier `Amount` and gives an `Amount`: the money, and the tree of how it came
about. A result finer than the fen needs a `rounding`, or the computation is refused; where the text names none, the
rounding is a `reading`. Composition is the order: `capped(times(x, "1.3倍"))` caps after the uplift, and
`times(capped(x), "1.3倍")` before it.

    marginal(grant, [(1_000_000, "8%"), (5_000_000, "5%"), (None, "1%")], clause="第五条", rounding=Rounding.DOWN)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from shixian.rules.errors import MoneyError
from shixian.rules.explain import Explanation
from shixian.rules.money import Money, Rate, Round, Rounding, exact_text, sum_money, yuan


@dataclass(frozen=True, slots=True)
class Amount:
    """Money and how it was come by. Zero is an amount; "nothing decided" is not."""

    money: Money
    explanation: Explanation

    def __post_init__(self) -> None:
        if not isinstance(self.money, Money):
            raise MoneyError(f"结果须为金额，不能用 {self.money!r}")

    @property
    def yuan_text(self) -> str:
        return self.money.yuan_text

    @property
    def zh(self) -> str:
        return self.money.zh

    @property
    def working(self) -> list[str]:
        """The steps as lines, inputs first. A step that serves twice is shown once."""
        return list(dict.fromkeys(self.explanation.lines()))

    @property
    def readings(self) -> tuple[str, ...]:
        """Keys of the readings this amount rests on."""
        return self.explanation.readings

    def to_json(self) -> dict[str, Any]:
        """`amount` in yuan as text, `fen`, and the whole tree: what is stored with a decision."""
        return {"amount": self.yuan_text, "fen": self.money.fen, "explanation": self.explanation.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Amount:
        """Read back what `to_json` wrote; the two statements of the amount must agree."""
        money = Money(data["fen"])
        if money.yuan_text != data["amount"]:
            raise MoneyError(f"存储的金额前后不一致：{data['amount']!r} 与 {data['fen']} 分")
        return cls(money, Explanation.from_json(data["explanation"]))


class GivenMoney(Money):
    """Money that remembers where it came from, so that a formula written with plain money still explains itself.

    Sums and differences with `+` and `-` are plain money again; `add` and `subtract` keep the working.
    """

    __slots__ = ("explanation",)
    explanation: Explanation

    @classmethod
    def of(cls, amount: Amount) -> GivenMoney:
        made = cls(amount.money.fen)
        object.__setattr__(made, "explanation", amount.explanation)
        return made


Base: TypeAlias = Amount | Money
"""What a step works on: an earlier amount, or money."""
Tier: TypeAlias = tuple[Money | int | None, str | Rate]
"""Upper bound, included (a bare int is yuan; None is no bound), and the rate of the part up to it."""


def given(name: str, label: str, money: Money, origin: str) -> Amount:
    """An input: where it comes from (`origin`: form field, document, act, earlier decision) is part of it."""
    _only_money(money)
    return Amount(Money(money.fen), Explanation(name, f"{label} {money.zh}", money.zh, origin=origin))


def fixed(money: Money, *, clause: str, label: str = "定额", name: str = "fixed", reading: str | None = None) -> Amount:
    """An amount that the clause itself states."""
    _only_money(money)
    return _node(name, f"{label} {money.zh}", money, clause, reading, ())


def zero(label: str, why: str, *, clause: str, name: str = "zero", reading: str | None = None) -> Amount:
    """Nothing is due, and this is why. A decided zero, unlike nothing decided."""
    nothing = Money(0)
    return _node(name, f"{label}：{why}，计 {nothing.zh}", nothing, clause, reading, ())


def marginal(
    base: Base,
    tiers: Sequence[Tier],
    *,
    clause: str,
    rounding: Rounding | Round | None = None,
    reading: str | None = None,
    name: str = "marginal",
    label: str = "分段计算",
) -> Amount:
    """Each part of the base at the rate of its own tier (超额累进 or 累退); rounded once, on the sum.

    Upper bounds ascend and belong to the tier below them; the last is None. Only tiers the base reaches are shown.
    """
    whole, steps, exact = _lift(base), [], Fraction(0)
    for index, (lower, upper, rate) in enumerate(_checked(tiers, clause), start=1):
        part = whole.money.fen - lower.fen if upper is None else min(whole.money.fen, upper.fen) - lower.fen
        if part <= 0 and index > 1:
            break
        portion = Fraction(part) * rate.value
        exact += portion
        text = f"{_range(lower, upper)} {Money(part).zh} × {rate.zh} ＝ {exact_text(portion)}"
        steps.append(Explanation(f"tier-{index}", text, exact_text(portion), clause=clause))
    money, result = _settle(exact, rounding, clause)
    text = (
        f"{label}：{' ＋ '.join(step.value for step in steps)} ＝ {result}" if len(steps) > 1 else f"{label}：{result}"
    )
    return _node(name, text, money, clause, reading, (whole.explanation, *steps))


def rate_of(
    base: Base,
    rate: str | Rate,
    *,
    clause: str,
    rounding: Rounding | Round | None = None,
    reading: str | None = None,
    name: str = "rate_of",
    label: str = "按比例计算",
) -> Amount:
    """A share of a base: "50%", "5‰", "3/4"."""
    return times(base, Rate(rate), clause=clause, rounding=rounding, reading=reading, name=name, label=label)


def times(
    base: Base,
    *factors: int | str | Rate,
    clause: str,
    rounding: Rounding | Round | None = None,
    reading: str | None = None,
    name: str = "times",
    label: str = "乘算",
) -> Amount:
    """The base multiplied by whole numbers (years, persons) and rates; several factors are rounded once, at the end."""
    if not factors:
        raise MoneyError("乘算须至少有一个乘数", clause=clause)
    whole, exact, words = _lift(base), Fraction(_money(base).fen), [_money(base).zh]
    for factor in factors:
        if isinstance(factor, bool) or not isinstance(factor, int | str | Rate):
            raise MoneyError(
                f"乘数不能用 {factor!r}（{type(factor).__name__}）", clause=clause, remedy="用整数或比例文字"
            )
        if isinstance(factor, int) and factor < 0:
            raise MoneyError(f"乘数不能为负：{factor}", clause=clause)
        value, word = (factor, str(factor)) if isinstance(factor, int) else (Rate(factor).value, Rate(factor).zh)
        exact *= value
        words.append(word)
    money, result = _settle(exact, rounding, clause)
    return _node(name, f"{label}：{' × '.join(words)} ＝ {result}", money, clause, reading, (whole.explanation,))


def capped(
    amount: Base, cap: Base, *, clause: str, reading: str | None = None, name: str = "capped", label: str = "上限"
) -> Amount:
    """The amount, but not more than the cap; says whether the cap bites."""
    money, limit = _money(amount), _money(cap)
    if money > limit:
        text = f"{money.zh} 超过{label} {limit.zh}，按{label}计 {limit.zh}"
    else:
        text = f"{money.zh} 未超过{label} {limit.zh}，按 {money.zh} 计"
    return _node(name, text, min(money, limit), clause, reading, _sources(amount, cap))


def at_least(
    amount: Base, floor: Base, *, clause: str, reading: str | None = None, name: str = "at_least", label: str = "下限"
) -> Amount:
    """The amount, but not less than the floor; says whether the floor lifts it."""
    money, limit = _money(amount), _money(floor)
    if money < limit:
        text = f"{money.zh} 不足{label} {limit.zh}，按{label}计 {limit.zh}"
    else:
        text = f"{money.zh} 不低于{label} {limit.zh}，按 {money.zh} 计"
    return _node(name, text, max(money, limit), clause, reading, _sources(amount, floor))


def minimum_of(
    *amounts: Base, clause: str, reading: str | None = None, name: str = "minimum", label: str = "取其低者"
) -> Amount:
    """The least of several amounts (孰低)."""
    values = [_money(amount) for amount in _some(amounts, clause)]
    text = f"{label}：{'、'.join(value.zh for value in values)}，取 {min(values).zh}"
    return _node(name, text, min(values), clause, reading, _sources(*amounts))


def add(*amounts: Base, clause: str, reading: str | None = None, name: str = "sum", label: str = "合计") -> Amount:
    """The sum of several amounts."""
    values = [_money(amount) for amount in _some(amounts, clause)]
    total = sum_money(values)
    text = f"{label}：{' ＋ '.join(value.zh for value in values)} ＝ {total.zh}"
    return _node(name, text, total, clause, reading, _sources(*amounts))


def subtract(
    amount: Base,
    *less: Base,
    clause: str,
    floor_zero: bool = False,
    reading: str | None = None,
    name: str = "difference",
    label: str = "扣除",
) -> Amount:
    """What is left of the amount. Below zero is an error, unless the clause lets it end at zero (`floor_zero`)."""
    money, taken = _money(amount), sum_money(_money(item) for item in _some(less, clause))
    if taken > money and not floor_zero:
        raise MoneyError(
            f"{money.zh} 不足以扣除 {taken.zh}", clause=clause, remedy="核对输入；条款许可扣至零时写明 floor_zero=True"
        )
    left = money.minus_floor_zero(taken)
    text = f"{label}：{' － '.join(_money(item).zh for item in (amount, *less))} ＝ {left.zh}"
    if taken > money:
        text = f"{label}：{money.zh} 不足扣除 {taken.zh}，以零为限，计 {left.zh}"
    return _node(name, text, left, clause, reading, _sources(amount, *less))


def split(
    total: Base,
    shares: Mapping[str, int | str | Rate | Money],
    *,
    clause: str,
    labels: Mapping[str, str] | None = None,
    reading: str | None = None,
) -> dict[str, Amount]:
    """Divide the whole, to the last fen, by weights: whole numbers, rates that make 100%, or money.

    Each share is first cut to the fen; the fen left over go one each to the largest cut-off remainders, and among
    equal remainders to the share declared first. The shares always sum to the whole.
    """
    weights = _weights(shares, clause)
    whole, sum_of_weights = _money(total), sum(weights.values())
    exact = {key: whole.fen * weight / sum_of_weights for key, weight in weights.items()}
    cut = {key: value.numerator // value.denominator for key, value in exact.items()}
    # `sorted` is stable, so that equal remainders keep the order of declaration.
    by_remainder = sorted(exact, key=lambda key: cut[key] - exact[key])
    lucky = set(by_remainder[: whole.fen - sum(cut.values())])
    result = {}
    for index, (key, weight) in enumerate(weights.items(), start=1):
        money = Money(cut[key] + (key in lucky))
        label = (labels or {}).get(key, key)
        text = f"{label}：{whole.zh} × {Rate(weight / sum_of_weights).zh} ＝ {exact_text(exact[key])}"
        if any(value.denominator != 1 for value in exact.values()):
            fate = "补一分" if key in lucky else "不补"
            text += f"，先舍至分，余下的分按舍去部分由大到小补（相同者按列明次序），本份{fate}，计 {money.zh}"
        node = key if key.isascii() else f"share-{index}"
        result[key] = _node(node, text, money, clause, reading, _sources(total))
    return result


def _settle(exact: Fraction, rounding: Rounding | Round | None, clause: str) -> tuple[Money, str]:
    """The exact number of fen as money, and the words for it; inexact with no rounding named is refused."""
    if rounding is not None and not isinstance(rounding, Rounding | Round):
        raise MoneyError(f"不认识的尾数处理 {rounding!r}", clause=clause, remedy="用 Rounding 或 Round")
    if rounding is None:
        if exact.denominator != 1:
            raise MoneyError(
                f"{clause}未规定尾数处理，而结果 {exact_text(exact)} 不能精确到分",
                clause=clause,
                remedy="写明 rounding=；条文未定的，登记读法并写明 reading=",
            )
        return Money(int(exact)), exact_text(exact)
    rule = rounding if isinstance(rounding, Round) else Round(rounding)
    money = rule.apply(exact)
    return money, exact_text(exact) if money.fen == exact else f"{exact_text(exact)}，{rule.zh} ＝ {money.zh}"


def _checked(tiers: Sequence[Tier], clause: str) -> list[tuple[Money, Money | None, Rate]]:
    """Lower bound, upper bound and rate of every tier, or what is wrong with the table."""
    if not tiers or tiers[-1][0] is not None:
        raise MoneyError("分段表的最后一段须无上限（None）", clause=clause)
    checked: list[tuple[Money, Money | None, Rate]] = []
    lower = Money(0)
    for upper, rate in tiers[:-1]:
        bound = upper if isinstance(upper, Money) else None if upper is None else yuan(upper)
        if bound is None or bound <= lower:
            raise MoneyError(f"分段表的上限须逐段递增：{upper!r} 不大于 {lower.zh}", clause=clause)
        checked.append((lower, bound, Rate(rate)))
        lower = bound
    return [*checked, (lower, None, Rate(tiers[-1][1]))]


def _range(lower: Money, upper: Money | None) -> str:
    if upper is None:
        return "全部" if lower.is_zero else f"超过{lower.wan_text}的部分"
    return f"{upper.wan_text}及以下的部分" if lower.is_zero else f"超过{lower.wan_text}至{upper.wan_text}的部分"


def _weights(shares: Mapping[str, int | str | Rate | Money], clause: str) -> dict[str, Fraction]:
    """The weights as exact numbers, all of one kind."""
    kinds, weights = set(), {}
    for key, share in shares.items():
        if isinstance(share, bool) or not isinstance(share, int | str | Rate | Money):
            raise MoneyError(
                f"分配权数不能用 {share!r}（{type(share).__name__}）", clause=clause, remedy="用整数、比例或金额"
            )
        kind = Rate if isinstance(share, str) else Money if isinstance(share, Money) else type(share)
        kinds.add(kind)
        value = Rate(share).value if isinstance(share, str | Rate) else share.fen if isinstance(share, Money) else share
        if value < 0:
            raise MoneyError(f"分配权数不能为负：{share}", clause=clause)
        weights[key] = Fraction(value)
    total = sum(weights.values())
    if not total or len(kinds) > 1:
        raise MoneyError("分配须有权数，至少一份大于零，且同为整数、比例或金额", clause=clause)
    if kinds == {Rate} and total != 1:
        raise MoneyError(f"各份比例合计 {Rate(Fraction(total)).zh}，不是 100%", clause=clause)
    return weights


def _only_money(value: object) -> None:
    if not isinstance(value, Money):
        raise MoneyError(
            f"须为金额，不能用 {value!r}（{type(value).__name__}）", remedy="用 yuan(...)、wan(...) 写明单位"
        )


def _money(value: Base) -> Money:
    if isinstance(value, Amount):
        return value.money
    _only_money(value)
    return Money(value.fen)


def _lift(value: Base) -> Amount:
    """Money as an amount; money of unknown origin says that its origin is unknown."""
    if isinstance(value, Amount):
        return value
    money = _money(value)
    if isinstance(value, GivenMoney):
        return Amount(money, value.explanation)
    return given("base", "金额", money, "未注明来源")


def _sources(first: Base, *others: Base) -> tuple[Explanation, ...]:
    """The trees behind the operands; a plain figure the clause itself states (a cap) stands in the text already."""
    return tuple(_lift(value).explanation for value in (first, *(o for o in others if not _is_plain(o))))


def _is_plain(value: Base) -> bool:
    return isinstance(value, Money) and not isinstance(value, GivenMoney)


def _some(values: tuple[Base, ...], clause: str) -> tuple[Base, ...]:
    if not values:
        raise MoneyError("没有可计算的金额", clause=clause)
    return values


def _node(
    name: str, text: str, money: Money, clause: str, reading: str | None, inputs: Iterable[Explanation]
) -> Amount:
    step = Explanation(name, text, money.zh, clause, reading=reading, inputs=siblings(inputs))
    return Amount(Money(money.fen), step)


def siblings(inputs: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """The same steps with addresses made unique among them: the second `given` becomes `given-2`."""
    result: list[Explanation] = []
    steps = list(inputs)
    taken = {step.name for step in steps}
    used: set[str] = set()
    for step in steps:
        name, number = step.name, 1
        while name in used or (number > 1 and name in taken):
            number += 1
            name = f"{step.name}-{number}"
        used.add(name)
        result.append(step if name == step.name else replace(step, name=name))
    return tuple(result)
