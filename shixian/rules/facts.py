"""Facts: the typed data of a case. Each is a value, 无 (`NONE`, there is none) or 未知 (`UNKNOWN`, not known yet).

A lifecycle declares its facts once; from that come the intake workbook, the forms, the scenario vocabulary
and the questions that a blocked guard asks. Facts arrive as text and are typed here, at the boundary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Any

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError

from shixian.rules.errors import FactsError, MoneyError, PeriodError
from shixian.rules.money import Money
from shixian.rules.periods import Period, parse_day


class Missing(Enum):
    """Two different absences: the law treats "there is none" and "nobody has said" differently."""

    NONE = "无"
    UNKNOWN = "未知"

    def __repr__(self) -> str:
        return self.value


NONE = Missing.NONE
UNKNOWN = Missing.UNKNOWN

Value = date | Money | int | Fraction | bool | str | Period | tuple[str, ...] | Missing


class FactType(StrEnum):
    DATE = "date"
    MONEY = "money"
    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"
    TEXTS = "texts"
    UNIT_CODE = "unit_code"
    PERIOD = "period"


TYPE_TITLES = {
    FactType.DATE: "日期（如 2021-03-01）",
    FactType.MONEY: "金额（写明单位，如 500万元 或 5000000.00元）",
    FactType.INTEGER: "整数",
    FactType.NUMBER: "数值（如 62.5 或 62.5%）",
    FactType.YES_NO: "是 或 否",
    FactType.CHOICE: "从列表中选一项",
    FactType.TEXT: "文字",
    FactType.TEXTS: "多项文字（以；分隔）",
    FactType.UNIT_CODE: "统一社会信用代码（18位）",
    FactType.PERIOD: "期限（如 5个工作日、30日、2个月）",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One declared fact. `intake` facts stand in the workbook; `required` ones must be given to open a case.

    `answered_by` is the actor key who may answer when the fact is 未知; `sealed` facts (an objector's identity)
    are kept encrypted and never printed.
    """

    name: str
    label: str
    type: FactType
    clause: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    intake: bool = False
    answered_by: str | None = None
    sealed: bool = False

    def holds(self, value: Value) -> bool:
        """Whether a required fact is given. 无 is no party, no subject of a limit and no payee; only an identity that is
        sealed may be withheld (匿名)."""
        return value is not UNKNOWN and (value is not NONE or self.sealed)

    def parse(self, text: object) -> Value:
        """The typed value of a text; FactsError says which field, what was read and what is expected."""
        if isinstance(text, Missing):
            return text
        if text is None:
            return UNKNOWN
        if isinstance(text, bool):
            if self.type is FactType.YES_NO:
                return text
            text = str(text)
        if isinstance(text, list | tuple):
            if self.type is not FactType.TEXTS:
                raise self._wrong(str(list(text)))
            return tuple(str(item).strip() for item in text if str(item).strip())
        if isinstance(text, Money | Period | Fraction) or (isinstance(text, date) and self.type is FactType.DATE):
            return self._checked(text)
        raw = str(text).strip()
        if raw in ("", UNKNOWN.value):
            return UNKNOWN
        if raw == NONE.value:
            return NONE
        try:
            parsed: Value = _PARSERS[self.type](raw, self)
            return parsed
        except (PeriodError, MoneyError) as error:
            raise FactsError(f"{self.label}：{error.message}", clause=self.clause, remedy=self._expected()) from error
        except ValueError as error:
            raise self._wrong(raw) from error

    def _checked(self, value: Money | Period | Fraction | date) -> Value:
        expected = {FactType.MONEY: Money, FactType.PERIOD: Period, FactType.NUMBER: Fraction, FactType.DATE: date}
        if not isinstance(value, expected.get(self.type, type(None))):
            raise self._wrong(repr(value))
        return value

    def _expected(self) -> str:
        if self.type is FactType.CHOICE:
            return "应填：" + "、".join(f"{label}（{key}）" for key, label in self.choices)
        return f"应填{TYPE_TITLES[self.type]}"

    def _wrong(self, raw: str) -> FactsError:
        return FactsError(f"{self.label}“{raw}”不符合类型要求", clause=self.clause, remedy=self._expected())

    def format(self, value: Value) -> str:
        """The value as a person reads it."""
        if isinstance(value, Missing):
            return value.value
        if self.type is FactType.CHOICE:
            return dict(self.choices).get(str(value), str(value))
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, Money):
            return value.zh
        if isinstance(value, Period):
            return value.zh
        if isinstance(value, tuple):
            return "；".join(value)
        if isinstance(value, Fraction):
            return number_text(value)
        return value.isoformat() if isinstance(value, date) else str(value)


def number_text(value: Fraction) -> str:
    """An exact number as text: decimal where it ends, a fraction where it does not."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = 0
    scaled = value
    while scaled.denominator != 1:
        scaled *= 10
        digits += 1
    if not digits:
        return str(scaled.numerator)
    sign = "-" if scaled < 0 else ""
    whole = str(abs(scaled.numerator)).rjust(digits + 1, "0")
    return f"{sign}{whole[:-digits]}.{whole[-digits:]}"


def _integer(raw: str, _: Field) -> int:
    text = raw.replace(",", "").replace("，", "")
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise ValueError(raw)
    return int(text)


def _number(raw: str, _: Field) -> Fraction:
    text = raw.replace(",", "").replace("，", "").replace("％", "%")
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,12})?%?|[0-9]{1,12}/[1-9][0-9]{0,11}", text):
        raise ValueError(raw)
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def _yes_no(raw: str, _: Field) -> bool:
    if raw.lower() in ("是", "true", "yes", "y", "有"):
        return True
    if raw.lower() in ("否", "false", "no", "n"):
        return False
    raise ValueError(raw)


def _choice(raw: str, field: Field) -> str:
    for key, label in field.choices:
        if raw in (key, label):
            return key
    raise ValueError(raw)


def _text(raw: str, _: Field) -> str:
    if len(raw) > 2000 or any(ord(character) < 32 and character not in "\n\t" for character in raw):
        raise ValueError(raw[:40])
    return raw


def _texts(raw: str, _: Field) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[；;、\n]", raw) if part.strip())


def _unit_code(raw: str, field: Field) -> str:
    text = raw.upper()
    reasons: Mapping[type[Exception], str] = {
        InvalidLength: "应为18位",
        InvalidChecksum: "校验位不符",
        InvalidFormat: "含有不允许的字符",
        InvalidComponent: "登记管理部门或机构类别代码不符",
    }
    try:
        return str(uscc.validate(text))
    except ValidationError as error:
        why = reasons.get(type(error), "不是有效代码")
        raise FactsError(f"{field.label}“{raw}”{why}", clause=field.clause, remedy="核对营业执照或法人证书上的统一社会信用代码") from error


_PARSERS: Mapping[FactType, Any] = {
    FactType.DATE: lambda raw, _: parse_day(raw),
    FactType.MONEY: lambda raw, _: Money.parse(raw),
    FactType.INTEGER: _integer,
    FactType.NUMBER: _number,
    FactType.YES_NO: _yes_no,
    FactType.CHOICE: _choice,
    FactType.TEXT: _text,
    FactType.TEXTS: _texts,
    FactType.UNIT_CODE: _unit_code,
    FactType.PERIOD: lambda raw, _: Period.parse(raw),
}


def to_stored(value: Value) -> str | list[str]:
    """The stored text of a value; `Field.parse` reads it back to an equal value."""
    if isinstance(value, Missing):
        return value.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Money):
        return f"{value.yuan_text}元"
    if isinstance(value, Period):
        return value.zh
    if isinstance(value, Fraction):
        return number_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def same(left: Value, right: Value) -> bool:
    """Equality that never confuses True with 1."""
    return type(left) is type(right) and left == right


@dataclass(frozen=True, slots=True)
class FactSet:
    """The declared facts of a lifecycle, in order."""

    fields: tuple[Field, ...] = field(default=())

    def __getitem__(self, name: str) -> Field:
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise FactsError(f"没有名为 {name} 的事实", remedy="可用的有：" + "、".join(f.name for f in self.fields))

    def __contains__(self, name: object) -> bool:
        return any(candidate.name == name for candidate in self.fields)

    def parse(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Typed facts of what was given; unknown names are refused."""
        return {name: self[name].parse(text) for name, text in given.items()}


def _declare(kind: FactType) -> Any:
    def declare(name: str, label: str, *, clause: str, **options: Any) -> Field:
        choices = options.pop("choices", {})
        return Field(name, label, kind, clause, choices=tuple(dict(choices).items()), **options)

    declare.__doc__ = f"Declare a fact read as: {TYPE_TITLES[kind]}."
    return declare


date_fact = _declare(FactType.DATE)
money_fact = _declare(FactType.MONEY)
integer_fact = _declare(FactType.INTEGER)
number_fact = _declare(FactType.NUMBER)
yes_no_fact = _declare(FactType.YES_NO)
choice_fact = _declare(FactType.CHOICE)
text_fact = _declare(FactType.TEXT)
texts_fact = _declare(FactType.TEXTS)
unit_code_fact = _declare(FactType.UNIT_CODE)
period_fact = _declare(FactType.PERIOD)
