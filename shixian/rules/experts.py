"""Experts: who may not review a case, and why; and a draw by lot that anyone can run again.

A programme declares its grounds of exclusion once (`Conflict`: kin, named as unsuitable, ...). From them come the
conditions on a panel that somebody has put together (`conflict_free`) and the pool from which lots are drawn (`Drawn`).
The draw is a function of the pool and of a seed alone. The seed's `commitment` is recorded before the draw and the seed
with it, so that nobody can try seeds until the result suits: a stranger with the pool, the grounds and the seed gets
the same experts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from shixian.rules.conditions import Condition
from shixian.rules.expressions import Environment, Expression
from shixian.rules.facts import NONE, UNKNOWN, Missing, Value

FORM = "shixian-draw-1"


@dataclass(frozen=True, slots=True)
class Ground:
    """Why some experts may not review: `text` and `clause`, and whom it names."""

    text: str
    clause: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One expert of a pool with every ground that excludes them; none: eligible."""

    name: str
    grounds: tuple[Ground, ...]

    @property
    def eligible(self) -> bool:
        return not self.grounds


def examine(pool: Iterable[str], grounds: Iterable[Ground]) -> tuple[Candidate, ...]:
    """Every candidate of a pool, once, by name, each with all grounds against them."""
    known = tuple(grounds)
    return tuple(Candidate(name, tuple(g for g in known if name in g.names)) for name in sorted(set(pool)))


def commitment(seed: str) -> str:
    """What is published before the draw: the SHA-256 of the seed, hexadecimal."""
    return sha256(f"{FORM}\n{seed}".encode()).hexdigest()


def draw(eligible: Iterable[str], count: int, seed: str) -> tuple[str, ...]:
    """The lots: names by the SHA-256 of seed and name, the smallest first; all of them where there are too few.

    Neither the order in which the names are given nor a repeated name changes the result.
    """
    lots = sorted(set(eligible), key=lambda name: (sha256(f"{FORM}\n{seed}\n{name}".encode()).hexdigest(), name))
    return tuple(lots[: max(count, 0)])


@dataclass(frozen=True, slots=True)
class Conflict:
    """A declared ground: the fact that names the experts it excludes, in words, by clause."""

    key: str
    text: str
    names: Expression
    clause: str
    reading: str | None = None


@dataclass(frozen=True, slots=True)
class Shared(Expression):
    """How many names two facts have in common."""

    left: Expression
    right: Expression

    def evaluate(self, env: Environment) -> Value:
        left, right = _names(self.left.evaluate(env)), _names(self.right.evaluate(env))
        if left is None or right is None:
            return UNKNOWN
        return len(left & right)

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.left.describe(env)}与{self.right.describe(env)}的共同项数"


@dataclass(frozen=True, slots=True)
class Commitment(Expression):
    """The commitment to the seed that a fact holds."""

    seed: Expression

    def evaluate(self, env: Environment) -> Value:
        seed = self.seed.evaluate(env)
        return seed if isinstance(seed, Missing) else commitment(str(seed))

    def describe(self, env: Environment | None = None) -> str:
        return f"{self.seed.describe(env)}的摘要"


@dataclass(frozen=True, slots=True)
class Drawn(Expression):
    """The experts that the lot gives: `count` of those in the pool against whom no conflict stands."""

    pool: Expression
    conflicts: tuple[Conflict, ...]
    count: Expression
    seed: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (self.pool, *(conflict.names for conflict in self.conflicts), self.count, self.seed)

    def evaluate(self, env: Environment) -> Value:
        candidates = self.candidates(env)
        count, seed = self.count.evaluate(env), self.seed.evaluate(env)
        if candidates is None or count is UNKNOWN or seed is UNKNOWN:
            return UNKNOWN
        if not isinstance(count, int) or seed is NONE:
            return NONE
        return draw((one.name for one in candidates if one.eligible), count, str(seed))

    def candidates(self, env: Environment) -> tuple[Candidate, ...] | None:
        """The pool with the grounds against each; None while the pool or a ground is 未知."""
        pool = _names(self.pool.evaluate(env))
        named = [(conflict, _names(conflict.names.evaluate(env))) for conflict in self.conflicts]
        grounds = [Ground(conflict.text, conflict.clause, names) for conflict, names in named if names is not None]
        return None if pool is None or len(grounds) < len(named) else examine(pool, grounds)

    def describe(self, env: Environment | None = None) -> str:
        text = f"从{self.pool.describe(env)}中抽取{self.count.describe(env)}"
        excluded = [one for one in (self.candidates(env) or ()) if one.grounds] if env is not None else []
        why = [f"{one.name}：{'；'.join(f'{g.text}（{g.clause}）' for g in one.grounds)}" for one in excluded]
        return f"{text}（回避：{'，'.join(why)}）" if why else text


def conflict_free(experts: Expression, conflicts: Sequence[Conflict]) -> tuple[Condition, ...]:
    """One condition for each ground: none of the experts is named by it."""
    return tuple(
        Condition(
            f"no_{conflict.key}",
            f"评审专家中不得有{conflict.text}",
            Shared(experts, conflict.names).equals(0),
            conflict.clause,
            conflict.reading,
        )
        for conflict in conflicts
    )


def _names(value: Value) -> frozenset[str] | None:
    """The names a fact holds; None while it is 未知."""
    if value is UNKNOWN:
        return None
    if value is NONE:
        return frozenset()
    return frozenset(value) if isinstance(value, tuple) else frozenset({str(value)})
