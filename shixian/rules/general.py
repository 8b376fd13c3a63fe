"""General law, attached to kinds of clock; a lifecycle's `Override` takes its place by clause.

Lex specialis: the explanation cites the clause that won. Two overrides of one rule on one clock are a conflict
(refused at load), and one that matches nothing does not load.
"""

from __future__ import annotations

from dataclasses import dataclass

from shixian.rules.explain import Explanation
from shixian.rules.lifecycle import Clock, Lifecycle, Stage
from shixian.rules.periods import Roll
from shixian.rules.timing import After


@dataclass(frozen=True, slots=True)
class GeneralRule:
    key: str
    clause: str
    text: str


LAST_DAY = GeneralRule("period.last_day", "《民法典》第二百零三条", "期间最后一日是法定休假日的，以休假日结束的次日为最后一日")

RULES = {LAST_DAY.key: LAST_DAY}


def applies(rule: str, clock: Clock) -> bool:
    """Whether a general rule attaches to this clock at all."""
    return rule == LAST_DAY.key and isinstance(clock.timing, After)


def last_day_rule(lifecycle: Lifecycle, stage: Stage, clock: Clock, declared: Roll) -> tuple[Roll, Explanation | None]:
    """The roll in force for a clock, and, where special law displaced the general rule, the line that says so."""
    for override in lifecycle.overrides:
        if (override.rule, override.stage, override.clock) == (LAST_DAY.key, stage.key, clock.key):
            text = f"特别规定优先：末日按{override.clause}处理，不适用{LAST_DAY.clause}"
            return override.value, Explanation("special_rule", text, clause=override.clause)
    return declared, None
