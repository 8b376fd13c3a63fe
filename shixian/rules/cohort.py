"""Cohorts: quotas and ranks over all cases of a cycle, with the rounding and the tie rule stated.

The result never depends on the order in which cases are given: equal scores are treated alike, by the stated tie
rule. A cohort is a barrier: while any case of the cycle is still on its way to the stage, nobody is ranked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from shixian.rules.errors import FormulaError
from shixian.rules.explain import Explanation
from shixian.rules.facts import number_text
from shixian.rules.lifecycle import Cohort
from shixian.rules.money import Rate

ROUNDINGS = {"down": "舍去", "up": "进一", "half_up": "四舍五入"}
TIES = {"all_in": "末位同分者一并计入", "all_out": "末位同分者一并不计入"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One case in the ranking: its reference, exact score (higher is better) and group ("" for one group)."""

    ref: str
    score: Fraction
    group: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who is inside the quota, and the working of each group."""

    inside: frozenset[str]
    outside: frozenset[str]
    workings: Mapping[str, Explanation]


def places(share: str, count: int, rounding: str) -> int:
    """How many places a share of `count` gives, by the stated rounding."""
    if rounding not in ROUNDINGS:
        raise FormulaError(f"取整方式 {rounding} 不存在", remedy="可用：" + "、".join(ROUNDINGS))
    exact = Rate(share).value * count
    if rounding == "down":
        return floor(exact)
    return ceil(exact) if rounding == "up" else floor(exact + Fraction(1, 2))


def rank(cohort: Cohort, entries: Iterable[Entry]) -> Ranking:
    """Rank the entries of each group and take the share from the top."""
    if cohort.ties not in TIES:
        raise FormulaError(f"同分规则 {cohort.ties} 不存在", remedy="可用：" + "、".join(TIES))
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.group].append(entry)
    inside: set[str] = set()
    everyone: set[str] = set()
    workings = {}
    for name in sorted(groups):
        members = sorted(groups[name], key=lambda entry: (-entry.score, entry.ref))
        everyone |= {entry.ref for entry in members}
        chosen, working = _group(cohort, name, members)
        inside |= chosen
        workings[name] = working
    return Ranking(frozenset(inside), frozenset(everyone - inside), workings)


def _group(cohort: Cohort, name: str, members: list[Entry]) -> tuple[set[str], Explanation]:
    count = places(cohort.share, len(members), cohort.rounding)
    exact = number_text(Rate(cohort.share).value * len(members))
    quota = Explanation(
        "quota",
        f"{len(members)} 个 × {cohort.share} ＝ {exact}，{ROUNDINGS[cohort.rounding]}得 {count} 个名额",
        clause=cohort.clause,
    )
    if count == 0:
        return set(), Explanation("ranking", f"{name or '全体'}：无名额", inputs=(quota,), clause=cohort.clause)
    cut = members[count - 1].score
    above = {entry.ref for entry in members if entry.score > cut}
    at_cut = {entry.ref for entry in members if entry.score == cut}
    tied = len(above) + len(at_cut) > count
    chosen = above | at_cut if not tied or cohort.ties == "all_in" else above
    text = f"第 {count} 名得分 {number_text(cut)}，同分 {len(at_cut)} 个"
    ties = Explanation("ties", f"{text}；{TIES[cohort.ties] if tied else '无须处理'}", clause=cohort.clause)
    result = Explanation("ranking", f"{name or '全体'}：入选 {len(chosen)} 个", inputs=(quota, ties), clause=cohort.clause)
    return chosen, result
