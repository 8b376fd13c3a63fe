"""Expressions: the nodes that conditions are built of; evaluated, explained and hashed as data.

Built by ordinary operators on `fact("area") >= 3000`, an expression evaluates in three values: true, false, or
未知, which blocks and asks for the fact instead of guessing. The same tree prints itself in Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from typing import Any, Protocol

from shixian.rules.facts import NONE, UNKNOWN, Field, Missing, Value, number_text
from shixian.rules.money import Money
from shixian.rules.months import add_months
from shixian.rules.periods import Period, Unit, add_days


class Environment(Protocol):
    """What an expression may look at. Every look goes through here, so that it can be recorded."""

    def fact(self, name: str) -> Value: ...
    def field(self, name: str) -> Field | None: ...
    def parameter(self, name: str) -> Value: ...
    def mark(self, name: str) -> Value: ...
    def outcome(self, stage: str) -> Value: ...
    def remembered(self, key: str, subject: str, cycles_back: int) -> tuple[str, ...]: ...
    def remembered_after(self, key: str, subject: str, day: date) -> tuple[str, ...]: ...
    def latest_remembered(self, key: str, subject: str) -> str | None: ...
    def children(self, lifecycle: str, status: str | None, outcome: str | None) -> int: ...
    def parent(self) -> Environment | None: ...
    def decided(self, key: str) -> tuple[date, Money] | None: ...
    def offspring(self, lifecycle: str) -> Sequence[Environment]: ...
    def drawn(self, quota: str, scope: str) -> int: ...


class Expression:
    """Base of all nodes. Comparison operators build nodes; use `.equals` where Python needs a real `==`."""

    __slots__ = ()

    def evaluate(self, env: Environment) -> Value:
        raise TypeError(f"{type(self).__name__} has no value")

    def describe(self, env: Environment | None = None) -> str:
        raise TypeError(f"{type(self).__name__} has no words")

    def parts(self) -> tuple[Expression, ...]:
        values = (getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]
        return tuple(value for value in values if isinstance(value, Expression))

    def walk(self) -> Iterator[Expression]:
        yield self
        for part in self.parts():
            yield from part.walk()

    def __ge__(self, other: object) -> Expression:
        return Compare("≥", self, lift(other))

    def __gt__(self, other: object) -> Expression:
        return Compare("＞", self, lift(other))

    def __le__(self, other: object) -> Expression:
        return Compare("≤", self, lift(other))

    def __lt__(self, other: object) -> Expression:
        return Compare("＜", self, lift(other))

    def equals(self, other: object) -> Expression:
        return Compare("＝", self, lift(other))

    def differs(self, other: object) -> Expression:
        return Compare("≠", self, lift(other))

    def is_one_of(self, *values: object) -> Expression:
        return AnyOf(tuple(self.equals(value) for value in values))

    def __and__(self, other: Expression) -> Expression:
        return AllOf((self, other))

    def __or__(self, other: Expression) -> Expression:
        return AnyOf((self, other))

    def __invert__(self) -> Expression:
        return Not(self)

    def __add__(self, other: object) -> Expression:
        return Arithmetic("＋", self, lift(other))

    def __sub__(self, other: object) -> Expression:
        return Arithmetic("－", self, lift(other))

    def __mul__(self, other: object) -> Expression:
        return Arithmetic("×", self, lift(other))

    def __truediv__(self, other: object) -> Expression:
        return Arithmetic("÷", self, lift(other))

    @property
    def is_known(self) -> Expression:
        return Known(self)

    @property
    def is_none(self) -> Expression:
        return Compare("＝", self, Constant(NONE))


@dataclass(frozen=True, slots=True, eq=True)
class Constant(Expression):
    value: Value

    def evaluate(self, env: Environment) -> Value:
        return self.value

    def describe(self, env: Environment | None = None) -> str:
        return words(self.value)


@dataclass(frozen=True, slots=True)
class Fact(Expression):
    """The case's fact of that name."""

    name: str

    def evaluate(self, env: Environment) -> Value:
        return env.fact(self.name)

    def describe(self, env: Environment | None = None) -> str:
        if env is None:
            return self.name
        declared, value = env.field(self.name), env.fact(self.name)
        if declared is None:
            return f"{self.name}（{words(value)}）"
        return f"{declared.label}（{'已封存' if declared.sealed else declared.format(value)}）"


@dataclass(frozen=True, slots=True)
class Parameter(Expression):
    """A value that the yearly call sets."""

    name: str

    def evaluate(self, env: Environment) -> Value:
        return env.parameter(self.name)

    def describe(self, env: Environment | None = None) -> str:
        return f"通知规定的 {self.name}" + ("" if env is None else f"（{words(env.parameter(self.name))}）")


@dataclass(frozen=True, slots=True)
class Mark(Expression):
    """A day that the case itself produced: `opened`, `filing.opened`, `filing.done`, `notice.published`, `act`."""

    name: str

    def evaluate(self, env: Environment) -> Value:
        return env.mark(self.name)

    def describe(self, env: Environment | None = None) -> str:
        return self.name if env is None else f"{self.name}（{words(env.mark(self.name))}）"


@dataclass(frozen=True, slots=True)
class OutcomeOf(Expression):
    """The outcome that a finished stage had; NONE while it has none."""

    stage: str

    def evaluate(self, env: Environment) -> Value:
        return env.outcome(self.stage)

    def describe(self, env: Environment | None = None) -> str:
        return f"环节 {self.stage} 的结果"


@dataclass(frozen=True, slots=True)
class Remembered(Expression):
    """How often history holds `value` under `key` for the subject named by a fact, n cycles back (0 = this one).

    With `after`, whatever was written on a later day counts, in any cycle. A fact with several subjects (all completing
    persons) counts them all.
    """

    key: str
    subject: str
    cycles_back: int = 0
    value: str | None = None
    after: Expression | None = None

    def evaluate(self, env: Environment) -> Value:
        subject = env.fact(self.subject)
        day = self.after.evaluate(env) if self.after is not None else None
        if subject is UNKNOWN or day is UNKNOWN:
            return UNKNOWN
        if subject is NONE:
            return 0
        names = subject if isinstance(subject, tuple) else (str(subject),)
        if isinstance(day, date):
            found = [item for name in names for item in env.remembered_after(self.key, name, day)]
        else:
            found = [item for name in names for item in env.remembered(self.key, name, self.cycles_back)]
        return sum(1 for item in found if self.value is None or item == self.value)

    def describe(self, env: Environment | None = None) -> str:
        if self.after is not None:
            text = f"{self.after.describe(env)}之后的“{self.key}”记录" + (f"（{self.value}）" if self.value else "")
            return text if env is None else f"{text}{words(self.evaluate(env))}项"
        when = "本年度" if self.cycles_back == 0 else f"前{self.cycles_back}年度"
        text = f"{when}“{self.key}”记录" + (f"（{self.value}）" if self.value else "")
        return text if env is None else f"{text}{words(self.evaluate(env))}项"


@dataclass(frozen=True, slots=True)
class Children(Expression):
    """How many cases this case has opened in another lifecycle, by status (`open`/`closed`) and outcome."""

    lifecycle: str
    status: str | None = None
    outcome: str | None = None

    def evaluate(self, env: Environment) -> Value:
        return env.children(self.lifecycle, self.status, self.outcome)

    def describe(self, env: Environment | None = None) -> str:
        text = f"{self.lifecycle} 子案件" + (f"（{self.status}）" if self.status else "")
        return text if env is None else f"{text}{self.evaluate(env)}件"


@dataclass(frozen=True, slots=True)
class OfParent(Expression):
    """The same expression asked of the case that opened this one; NONE where there is no parent."""

    of: Expression

    def parts(self) -> tuple[Expression, ...]:
        return ()

    def evaluate(self, env: Environment) -> Value:
        parent = env.parent()
        return NONE if parent is None else self.of.evaluate(parent)

    def describe(self, env: Environment | None = None) -> str:
        return f"原案件的 {self.of.describe(None if env is None else env.parent())}"


@dataclass(frozen=True, slots=True)
class Later(Expression):
    """The corresponding day a period after (or, with `back`, before) a day; never rolled: a test, not a deadline."""

    day: Expression
    period: Period
    back: bool = False

    def evaluate(self, env: Environment) -> Value:
        day = self.day.evaluate(env)
        if isinstance(day, Missing):
            return day
        if not isinstance(day, date):
            raise TypeError(f"{self.day} is not a day")
        amount = -self.period.amount if self.back else self.period.amount
        if self.period.unit is Unit.MONTHS:
            return add_months(day, amount)
        if self.period.unit is Unit.YEARS:
            return add_months(day, amount * 12)
        return add_days(day, amount)

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.day.describe(env)}之{'前' if self.back else '后'}{self.period.zh}"


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "≥": lambda a, b: a >= b,
    "＞": lambda a, b: a > b,
    "≤": lambda a, b: a <= b,
    "＜": lambda a, b: a < b,
    "＝": lambda a, b: a == b,
    "≠": lambda a, b: a != b,
}


@dataclass(frozen=True, slots=True)
class Compare(Expression):
    operator: str
    left: Expression
    right: Expression

    def evaluate(self, env: Environment) -> Value:
        left, right = self.left.evaluate(env), self.right.evaluate(env)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        if left is NONE or right is NONE:
            # 无 equals only 无; it is neither more nor less than any value.
            return {"＝": left is right, "≠": left is not right}.get(self.operator, False)
        return _ORDER[self.operator](left, right)

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.left.describe(env)} {self.operator} {self.right.describe(env)}"


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """Exact arithmetic on integers, numbers and money; money divided by money is a number."""

    operator: str
    left: Expression
    right: Expression

    def evaluate(self, env: Environment) -> Value:
        left, right = self.left.evaluate(env), self.right.evaluate(env)
        for value in (left, right):
            if isinstance(value, Missing):
                return value
        a, b = _exact(left), _exact(right)
        if self.operator == "÷":
            return NONE if b == 0 else a / b
        result = {"＋": a + b, "－": a - b, "×": a * b}[self.operator]
        if isinstance(left, Money) or isinstance(right, Money):
            if result.denominator != 1 or result < 0:
                raise TypeError("money in a condition must stay exact and not negative")
            return Money(int(result))
        return result

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.left.describe(env)}{self.operator}{self.right.describe(env)}"


@dataclass(frozen=True, slots=True)
class Size(Expression):
    """How many entries a fact with several texts has."""

    of: Expression

    def evaluate(self, env: Environment) -> Value:
        value = self.of.evaluate(env)
        if value is UNKNOWN:
            return UNKNOWN
        if value is NONE:
            return 0
        return len(value) if isinstance(value, tuple) else 1

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.of.describe(env)}的项数"


@dataclass(frozen=True, slots=True)
class Known(Expression):
    of: Expression

    def evaluate(self, env: Environment) -> Value:
        return self.of.evaluate(env) is not UNKNOWN

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.of.describe(env)}已查明"


@dataclass(frozen=True, slots=True)
class Not(Expression):
    of: Expression

    def evaluate(self, env: Environment) -> Value:
        value = truth(self.of.evaluate(env))
        return UNKNOWN if value is UNKNOWN else not value

    def describe(self, env: Environment | None = None) -> str:
        return f"非（{self.of.describe(env)}）"


@dataclass(frozen=True, slots=True)
class AllOf(Expression):
    of: tuple[Expression, ...]

    def parts(self) -> tuple[Expression, ...]:
        return self.of

    def evaluate(self, env: Environment) -> Value:
        values = [truth(part.evaluate(env)) for part in self.of]
        return False if False in values else UNKNOWN if UNKNOWN in values else True

    def describe(self, env: Environment | None = None) -> str:
        return "，且".join(part.describe(env) for part in self.of)


@dataclass(frozen=True, slots=True)
class AnyOf(Expression):
    of: tuple[Expression, ...]

    def parts(self) -> tuple[Expression, ...]:
        return self.of

    def evaluate(self, env: Environment) -> Value:
        values = [truth(part.evaluate(env)) for part in self.of]
        return True if True in values else UNKNOWN if UNKNOWN in values else False

    def describe(self, env: Environment | None = None) -> str:
        return "，或".join(part.describe(env) for part in self.of)


@dataclass(frozen=True, slots=True)
class Choose(Expression):
    """`then` where the test holds, `otherwise` where it does not."""

    test: Expression
    then: Expression
    otherwise: Expression

    def evaluate(self, env: Environment) -> Value:
        value = truth(self.test.evaluate(env))
        if value is UNKNOWN:
            return UNKNOWN
        return (self.then if value else self.otherwise).evaluate(env)

    def describe(self, env: Environment | None = None) -> str:
        if env is not None and truth(self.test.evaluate(env)) is not UNKNOWN:
            return (self.then if self.test.evaluate(env) else self.otherwise).describe(env)
        return f"{self.then.describe(env)}（{self.test.describe(env)}时；否则 {self.otherwise.describe(env)}）"


def truth(value: Value) -> bool | Missing:
    """无 is not true; only booleans and the two absences may stand where a condition is expected."""
    if value is UNKNOWN:
        return UNKNOWN
    if value is NONE:
        return False
    if isinstance(value, bool):
        return value
    raise TypeError(f"not a condition: {value!r}")


def lift(value: object) -> Expression:
    """A plain value as a node; floats are refused, a decimal is written as text ("0.75" or "75%")."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool | str | date | Money | Period | Missing):
        return Constant(value)
    if isinstance(value, int):
        return Constant(value)
    if isinstance(value, Fraction):
        return Constant(value)
    raise TypeError(f"not usable in a condition: {value!r}")


def words(value: Value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Money):
        return value.zh
    if isinstance(value, Fraction):
        return number_text(value)
    if isinstance(value, Missing):
        return value.value
    if isinstance(value, Period):
        return value.zh
    if isinstance(value, tuple):
        return "；".join(value)
    return str(value)


def _exact(value: Value) -> Fraction:
    if isinstance(value, Money):
        return Fraction(value.fen)
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    raise TypeError(f"not a number: {value!r}")
