"""Formulas: a clause's computation as a named function, callable from a command line, a form or other code.

    @formula("间接费用上限", clause="第五条", local_grant="地方配套资金资助总额")
    def indirect_cost_ceiling(local_grant: Yuan) -> Amount:
        return marginal(local_grant, [(1_000_000, "8%"), (None, "5%")], clause="第五条", rounding=Rounding.DOWN)

The signature declares the inputs: `Yuan` is money, `int`, `bool`, `Rate`, `str`, and `Literal[...]` a choice.
There are no default values, for a default is a choice that nobody sees being made. `compute` reads inputs as
text; calling the formula takes them typed. Either way the result's tree has the formula's name at its root and every
input, with its origin, as a leaf.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias, get_args, get_origin, get_type_hints

from shixian.rules.amounts import Amount, GivenMoney, given, siblings
from shixian.rules.errors import FormulaError, MoneyError
from shixian.rules.explain import Explanation
from shixian.rules.money import Money, Rate

InputType: TypeAlias = Literal["money", "int", "choice", "rate", "yes_no", "text"]
_HOW: dict[InputType, str] = {
    "money": "金额，如 500万元",
    "int": "整数",
    "choice": "选项之一",
    "rate": "比例，如 8%",
    "yes_no": "是或否",
    "text": "文字",
}
_YES_NO = {"是": True, "yes": True, "true": True, "否": False, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class FormulaInput:
    """One input: its name in code, its label for people, and what it may be."""

    name: str
    label: str
    type: InputType
    choices: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What to write, for a prompt or a refusal: "地方配套资金资助总额（local_grant，金额，如 500万元）"."""
        how = f"{'、'.join(self.choices)} 之一" if self.choices else _HOW[self.type]
        return f"{self.label}（{self.name}，{how}）"


@dataclass(frozen=True, slots=True)
class Formula:
    """A computation of one clause. Call it with typed values, or `compute` it from text."""

    name: str
    title: str
    clause: str
    function: Callable[..., Amount]
    inputs: tuple[FormulaInput, ...]

    @property
    def description(self) -> str:
        """What the programme module says about it."""
        return inspect.getdoc(self.function) or ""

    def compute(
        self,
        values: Mapping[str, object],
        bare_unit: Literal["yuan"] | None = None,
        origins: Mapping[str, str] | None = None,
    ) -> Amount:
        """The amount for these inputs: texts as people write them, or typed values.

        `origins` says where each value comes from (a form field, a document, an act); without it, "输入 NAME".
        `bare_unit="yuan"` lets money come as a bare number. Raises FormulaError for a missing, unknown or unreadable
        input, and MoneyError where the clause cannot give an amount (below zero, no rounding named).
        """
        known = {item.name for item in self.inputs}
        missing = [item.expected for item in self.inputs if item.name not in values]
        unknown = [str(name) for name in values if name not in known]
        if missing or unknown:
            wrong = [f"缺少 {'、'.join(missing)}"] if missing else []
            wrong += [f"没有名为 {'、'.join(unknown)} 的输入"] if unknown else []
            raise self._error("；".join(wrong))
        leaves: list[Explanation] = []
        arguments: dict[str, object] = {}
        for item in self.inputs:
            origin = (origins or {}).get(item.name, f"输入 {item.name}")
            typed = self._typed(item, values[item.name], bare_unit)
            leaf = _leaf(item, typed, origin)
            leaves.append(leaf)
            if item.type == "money":
                typed = GivenMoney.of(Amount(_plain(typed), leaf))
            arguments[item.name] = typed
        result = self.function(**arguments)
        if not isinstance(result, Amount):
            raise self._error(f"公式须给出 Amount，却给出 {result!r}")
        return self._rooted(result, leaves)

    def __call__(self, *args: object, **kwargs: object) -> Amount:
        """The amount for typed values, as one calls the function itself."""
        try:
            values = inspect.signature(self.function).bind(*args, **kwargs).arguments
        except TypeError as error:
            raise self._error(f"输入的个数或名称不对：{error}") from error
        for item in self.inputs:
            if isinstance(values[item.name], str) and item.type not in ("choice", "text"):
                raise self._error(f"{item.expected} 须是写明类型的值；文字由 compute 读取")
        return self.compute(values)

    def _typed(self, item: FormulaInput, value: object, bare_unit: Literal["yuan"] | None) -> object:
        """The value of an input in its own type, or FormulaError naming the input."""
        try:
            typed = _READ[item.type](value, item, bare_unit)
        except MoneyError as error:
            how = f"（{error.remedy}）" if error.remedy else ""
            raise self._error(f"{item.expected}：{error.message}{how}") from error
        if typed is None:
            raise self._error(f"{item.expected} 不能用 {value!r}（{type(value).__name__}）")
        return typed

    def _rooted(self, result: Amount, leaves: list[Explanation]) -> Amount:
        """The result under the formula's own name, with the inputs that no step mentions beside the steps."""
        told = {(node.text, node.origin) for _, node in result.explanation.walk()}
        untold = [leaf for leaf in leaves if (leaf.text, leaf.origin) not in told]
        root = Explanation(
            self.name,
            f"{self.title} ＝ {result.zh}",
            result.zh,
            self.clause,
            inputs=siblings([*untold, result.explanation]),
        )
        return Amount(result.money, root)

    def _error(self, message: str) -> FormulaError:
        wanted = "；".join(item.expected for item in self.inputs) or "无"
        return FormulaError(f"公式{self.title}：{message}", clause=self.clause, remedy=f"应填：{wanted}")


def formula(title: str, clause: str, **labels: str) -> Callable[[Callable[..., Amount]], Formula]:
    """Make a function a Formula. `labels` names every input in Chinese; a missing or superfluous one is refused."""

    def declare(function: Callable[..., Amount]) -> Formula:
        name, hints = function.__name__, get_type_hints(function)
        parameters = inspect.signature(function).parameters
        wrong = [f"{key} 没有中文名称" for key in parameters if not labels.get(key)]
        wrong += [f"没有输入 {key}" for key in labels if key not in parameters]
        wrong += [f"{p.name} 有默认值" for p in parameters.values() if p.default is not p.empty]
        wrong += [f"{p.name} 的个数不定" for p in parameters.values() if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        wrong += [f"{p.name} 只能按位置给出" for p in parameters.values() if p.kind is p.POSITIONAL_ONLY]
        if hints.get("return") is not Amount:
            wrong.append("未声明结果为 Amount")
        kinds = {key: _kind(hints.get(key)) for key in parameters}
        wrong += [f"{key} 的类型不可用" for key, kind in kinds.items() if kind is None]
        if wrong:
            raise FormulaError(f"公式 {name}（{title}）的声明有误：{'；'.join(wrong)}", clause=clause)
        inputs = tuple(FormulaInput(key, labels[key], *kind) for key, kind in kinds.items() if kind)
        return Formula(name, title, clause, function, inputs)

    return declare


def _kind(hint: object) -> tuple[InputType, tuple[str, ...]] | None:
    """The input type an annotation stands for, with its choices; None for one that no person could fill in."""
    if get_origin(hint) is Literal:
        options = get_args(hint)
        return ("choice", options) if all(isinstance(option, str) for option in options) else None
    plain: dict[object, InputType] = {Money: "money", int: "int", bool: "yes_no", Rate: "rate", str: "text"}
    found = plain.get(hint)
    return (found, ()) if found else None


def _leaf(item: FormulaInput, value: object, origin: str) -> Explanation:
    """The input as the tree shows it; an amount computed earlier brings its own tree."""
    if isinstance(value, Amount):
        earlier = siblings([value.explanation])
        return Explanation(item.name, f"{item.label} {value.zh}", value.zh, origin=origin, inputs=earlier)
    if isinstance(value, Money):
        return given(item.name, item.label, value, origin).explanation
    shown = ("是" if value else "否") if isinstance(value, bool) else str(value)
    return Explanation(item.name, f"{item.label} {shown}", shown, origin=origin)


def _plain(value: object) -> Money:
    """The money of an input that `_read_money` let through."""
    if isinstance(value, Amount):
        return value.money
    assert isinstance(value, Money)
    return value


def _read_money(value: object, item: FormulaInput, bare_unit: Literal["yuan"] | None) -> object:
    if isinstance(value, str):
        return Money.parse(value, bare_unit)
    return value if isinstance(value, Money | Amount) else None


def _read_int(value: object, item: FormulaInput, bare_unit: object) -> object:
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"\s*-?[0-9]{1,15}\s*", value) else None
    if isinstance(value, Fraction) and value.denominator == 1:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_yes_no(value: object, item: FormulaInput, bare_unit: object) -> object:
    return value if isinstance(value, bool) else _YES_NO.get(value.strip().lower()) if isinstance(value, str) else None


def _read_choice(value: object, item: FormulaInput, bare_unit: object) -> object:
    return value if isinstance(value, str) and value in item.choices else None


def _read_rate(value: object, item: FormulaInput, bare_unit: object) -> object:
    return Rate(value) if isinstance(value, str | Rate | Fraction) else None


def _read_text(value: object, item: FormulaInput, bare_unit: object) -> object:
    return value if isinstance(value, str) and value.strip() else None


_READ: dict[InputType, Callable[[object, FormulaInput, Literal["yuan"] | None], object]] = {
    "money": _read_money,
    "int": _read_int,
    "yes_no": _read_yes_no,
    "choice": _read_choice,
    "rate": _read_rate,
    "text": _read_text,
}
