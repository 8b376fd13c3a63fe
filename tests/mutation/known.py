"""What the loaded module knows that its text does not show: which anchors, outcomes and actors there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import ModuleType

from shixian.rules import amounts
from shixian.rules.facts import FactType
from shixian.rules.lifecycle import Actor, Lifecycle, Stage


@dataclass(frozen=True, slots=True)
class Known:
    """`stage` is the key of the stage that the text at hand belongs to, if it does."""

    lifecycles: tuple[Lifecycle, ...]
    actors: dict[str, Actor] = field(default_factory=dict)
    formulas: frozenset[str] = frozenset()  # names that mean a function of rules.amounts here
    stage: str = ""

    @classmethod
    def of(cls, module: ModuleType, lifecycles: Iterable[Lifecycle]) -> Known:
        actors = {name: value for name, value in vars(module).items() if isinstance(value, Actor)}
        ours = frozenset(name for name, value in vars(module).items() if value is getattr(amounts, name, None))
        return cls(tuple(lifecycles), actors, ours)

    def at(self, stage: str) -> Known:
        return replace(self, stage=stage)

    def _homes(self) -> list[tuple[Lifecycle, Stage | None]]:
        """The lifecycles that have the stage; all of them where no stage surrounds the text."""
        homes: list[tuple[Lifecycle, Stage | None]] = [
            (lifecycle, stage)
            for lifecycle in self.lifecycles
            for stage in lifecycle.stages
            if self.stage and stage.key == self.stage
        ]
        return homes or [(lifecycle, None) for lifecycle in self.lifecycles]

    def other_anchors(self, anchor: str) -> list[str]:
        """Up to two other anchors from which the same lifecycle could count, chosen not to fall on the same day."""
        if anchor.startswith("parent."):
            return ["opened"]
        for lifecycle, home in self._homes():
            dates = [f.name for f in lifecycle.facts.fields if f.type is FactType.DATE and f.name != anchor]
            if anchor in lifecycle.facts:
                return [*dates[:1], "opened"]
            if anchor == "opened":
                own = [f"{home.key}.opened"] if home is not None and home.after else []
                return dates[:1] or own
            key, _, what = anchor.partition(".")
            stage = next((stage for stage in lifecycle.stages if stage.key == key), None)
            if stage is None:
                continue
            if what == "opened":
                return [*dates[:1], *(["opened"] if stage.after else [])]
            return [f"{key}.opened", *dates[:1]]
        return []

    def same_ways(self, stage: str, outcomes: list[str]) -> bool:
        """Whether naming these outcomes of a predecessor says no more than naming none: all others end there."""
        found = [each for lifecycle, _ in self._homes() for each in lifecycle.stages if each.key == stage]
        return bool(found) and all(
            each.only_if is None
            and all((o.key in outcomes) != (o.closes is not None or o.ends_branch) for o in each.outcomes)
            for each in found
        )

    def other_outcome(self, outcome: str) -> str | None:
        """Another outcome of the same stage."""
        for lifecycle, home in self._homes():
            for stage in (home,) if home is not None else lifecycle.stages:
                keys = [each.key for each in stage.outcomes]
                if outcome in keys and len(keys) > 1:
                    return next(key for key in keys if key != outcome)
        return None

    def other_actor(self, name: str) -> str | None:
        """The name of another actor in the module's text."""
        mine = self.actors.get(name)
        if mine is None:
            return None
        return next((other for other, actor in self.actors.items() if actor != mine), None)
