"""Cohorts: quotas and ranks over all cases of a cycle, with the rounding and the tie rule stated.

The result never depends on the order in which cases are given: equal scores are treated alike, by the stated tie
rule. A cohort is a barrier: while any case of the cycle is still on its way to the stage, nobody is ranked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from shixian.rules.errors import FormulaError
from shixian.rules.explain import Explanation
from shixian.rules.facts import UNKNOWN, number_text
from shixian.rules.lifecycle import Act, Cohort, Lifecycle
from shixian.rules.money import Rate
from shixian.rules.state import Case

ROUNDINGS = {"down": "舍去", "up": "进一", "half_up": "四舍五入"}
TIES = {"all_in": "末位同分者一并计入", "all_out": "末位同分者一并不计入"}
ENDS = {"top": "前", "bottom": "末"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One case in the ranking: its reference, exact score (higher is better) and group ("" for one group)."""

    ref: str
    score: Fraction
    group: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in its group, from the top: `number` 2 of 12; equal scores share the better number."""

    group: str
    score: Fraction
    number: int
    of: int
    sharing: int

    @property
    def text(self) -> str:
        shared = f"（{self.sharing} 个并列）" if self.sharing > 1 else ""
        return f"得分 {number_text(self.score)}，{self.of} 个中第 {self.number} 名{shared}"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who is inside the quota, the working of each group, and everybody's place."""

    inside: frozenset[str]
    outside: frozenset[str]
    workings: Mapping[str, Explanation]
    places: Mapping[str, Place]

    def working(self, ref: str) -> Explanation:
        """How one case came by its result: its place, below the working of its group."""
        place = self.places[ref]
        group = self.workings[place.group]
        words = "计入" if ref in self.inside else "不计入"
        own = Explanation("place", f"{place.text}，{words}", clause=group.clause)
        return Explanation(group.name, group.text, clause=group.clause, inputs=(*group.inputs, own))


def places(share: str, count: int, rounding: str) -> int:
    """How many places a share of `count` gives, by the stated rounding."""
    if rounding not in ROUNDINGS:
        raise FormulaError(f"取整方式 {rounding} 不存在", remedy="可用：" + "、".join(ROUNDINGS))
    exact = Rate(share).value * count
    if rounding == "down":
        return floor(exact)
    return ceil(exact) if rounding == "up" else floor(exact + Fraction(1, 2))


def rank(cohort: Cohort, entries: Iterable[Entry]) -> Ranking:
    """Rank the entries of each group and take the share from the cohort's end."""
    if cohort.ties not in TIES:
        raise FormulaError(f"同分规则 {cohort.ties} 不存在", remedy="可用：" + "、".join(TIES))
    if cohort.end not in ENDS:
        raise FormulaError(f"排序方向 {cohort.end} 不存在", remedy="可用：" + "、".join(ENDS))
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.group].append(entry)
    inside: set[str] = set()
    everyone: dict[str, Place] = {}
    workings = {}
    for name in sorted(groups):
        everyone |= _places(name, groups[name])
        chosen, working = _group(cohort, name, groups[name])
        inside |= chosen
        workings[name] = working
    return Ranking(frozenset(inside), frozenset(set(everyone) - inside), workings, everyone)


def _places(group: str, members: list[Entry]) -> dict[str, Place]:
    sharing = Counter(entry.score for entry in members)
    number, numbers = 1, dict[Fraction, int]()
    for score in sorted(sharing, reverse=True):
        numbers[score] = number
        number += sharing[score]
    return {
        entry.ref: Place(group, entry.score, numbers[entry.score], len(members), sharing[entry.score])
        for entry in members
    }


def _group(cohort: Cohort, name: str, members: list[Entry]) -> tuple[set[str], Explanation]:
    count = places(cohort.share, len(members), cohort.rounding)
    exact = number_text(Rate(cohort.share).value * len(members))
    quota = Explanation(
        "quota",
        f"{len(members)} 个 × {cohort.share} ＝ {exact}，{ROUNDINGS[cohort.rounding]}得 {count} 个名额",
        clause=cohort.clause,
        reading=cohort.rounding_reading,
    )
    whose = f"{name or '全体'}，{ENDS[cohort.end]}{cohort.share}"
    if count == 0:
        return set(), Explanation("ranking", f"{whose}：无名额", inputs=(quota,), clause=cohort.clause)
    from_the_top = cohort.end == "top"
    cut = sorted((entry.score for entry in members), reverse=from_the_top)[count - 1]
    beyond = {entry.ref for entry in members if (entry.score > cut if from_the_top else entry.score < cut)}
    at_cut = {entry.ref for entry in members if entry.score == cut}
    tied = len(beyond) + len(at_cut) > count
    chosen = beyond | at_cut if not tied or cohort.ties == "all_in" else beyond
    counted = "第" if from_the_top else "倒数第"
    text = f"{counted} {count} 名得分 {number_text(cut)}，同分 {len(at_cut)} 个"
    ties = Explanation(
        "ties",
        f"{text}；{TIES[cohort.ties] if tied else '无须处理'}",
        clause=cohort.clause,
        reading=cohort.ties_reading if tied else None,
    )
    result = Explanation("ranking", f"{whose}：入选 {len(chosen)} 个", inputs=(quota, ties), clause=cohort.clause)
    return chosen, result


# -- what a case brings to the ranking -----------------------------------------------------------------------------


def scoring_act(lifecycle: Lifecycle, cohort: Cohort) -> Act | None:
    """The act whose decision gives the score; None where the score is a fact."""
    acts = (act for stage in lifecycle.stages for act in stage.acts)
    return next((act for act in acts if act.decides is not None and act.decides.key == cohort.score), None)


def score_title(lifecycle: Lifecycle, cohort: Cohort) -> str:
    """What the score is called, in the words of the declaration."""
    act = scoring_act(lifecycle, cohort)
    return act.decides.title if act is not None and act.decides is not None else lifecycle.facts[cohort.score].label


def score_of(lifecycle: Lifecycle, cohort: Cohort, case: Case) -> Fraction | None:
    """The score a case has: as decided (a later stage reads the decision, it never computes it again), or as a fact."""
    if scoring_act(lifecycle, cohort) is not None:
        try:
            return Fraction(case.progress.decisions.get(cohort.score, {}).get("grade", ""))
        except ValueError:  # nothing decided, or 无
            return None
    value = case.facts.get(cohort.score)
    return Fraction(value) if isinstance(value, int | Fraction) else None


def group_of(lifecycle: Lifecycle, cohort: Cohort, case: Case) -> str:
    """The group a case is ranked in, in the words a person reads."""
    fields = [lifecycle.facts[name] for name in cohort.group_by]
    return "|".join(field.format(case.facts.get(field.name, UNKNOWN)) for field in fields)
