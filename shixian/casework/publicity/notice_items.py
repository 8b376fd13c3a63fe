"""The items of a public notice, as printed: the facts that its declaration names, names masked, numbers taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixian.rules.facts import FactType, Missing
from shixian.rules.lifecycle import Lifecycle, Window
from shixian.rules.publication import SILENT_ON_ITEMS, Shown, mask_names, scrub
from shixian.rules.state import Case


@dataclass(frozen=True, slots=True)
class Item:
    """One published item, as printed; `reading` where the text does not name it in so many words."""

    label: str
    value: str
    clause: str
    reading: str = ""


def items_of(lifecycle: Lifecycle, window: Window, case: Case) -> tuple[tuple[Item, ...], bool]:
    """The published items of a case as printed, and whether a name was masked."""
    masked, found = False, []
    for one in window.shows or _by_reading(lifecycle, window):
        label, value = _outcome(lifecycle, case, one) if one.stage is not None else _fact(lifecycle, case, one)
        if one.person:
            hidden = mask_names(value)
            masked, value = masked or hidden != value, hidden
        found.append(Item(one.label or label, scrub(value), one.clause, one.reading))
    return tuple(found), masked


def _by_reading(lifecycle: Lifecycle, window: Window) -> Sequence[Shown]:
    """What is shown where the text names no items: who is concerned; a person by surname only."""
    facts = lifecycle.facts
    if lifecycle.party_name not in facts or facts[lifecycle.party_name].sealed:
        return ()
    unit = lifecycle.party in facts and facts[lifecycle.party].type is FactType.UNIT_CODE
    return (Shown(lifecycle.party_name, window.clause, person=not unit, reading=SILENT_ON_ITEMS),)


def _fact(lifecycle: Lifecycle, case: Case, one: Shown) -> tuple[str, str]:
    field = lifecycle.facts[one.what]
    value = case.facts.get(one.what, Missing.UNKNOWN)
    return field.label, "未填报" if value is Missing.UNKNOWN else field.format(value)


def _outcome(lifecycle: Lifecycle, case: Case, one: Shown) -> tuple[str, str]:
    stage = lifecycle.stage(one.stage or "")
    outcome = case.progress.stage(stage.key).outcome
    return stage.title, stage.outcome(outcome).title if outcome else "尚无结果"
