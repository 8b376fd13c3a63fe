"""Quotas and ranks: stated rounding, stated ties, and no dependence on the order of the input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.rules import proceedings
from shixian.rules.calendar import default_calendar
from shixian.rules.cohort import Entry, Ranking, places, rank
from shixian.rules.conditions import fact
from shixian.rules.decide import Acted
from shixian.rules.environment import Law
from shixian.rules.errors import FormulaError
from shixian.rules.facts import FactSet, choice_fact, integer_fact
from shixian.rules.kinds import submission
from shixian.rules.lifecycle import Cohort, Lifecycle, Outcome, Remember, Stage
from shixian.rules.periods import parse_instant
from shixian.rules.register import MemoryRegister
from shixian.rules.state import Refusal
from shixian.rules.validation import validate
from shixian.scenarios.runner import World
from tests.rules.small import OFFICE, PARTY, RULES

QUOTA = Cohort(share="20%", rounding="down", ties="all_out", score="score", clause="第五条")


def entries(*scores: int) -> list[Entry]:
    return [Entry(f"C{number:02}", Fraction(score)) for number, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("rounding", "count", "expected"),
    [
        ("down", 23, 4),
        ("up", 23, 5),
        ("half_up", 23, 5),
        ("half_up", 22, 4),
        ("down", 4, 0),
        ("up", 0, 0),
        ("down", 25, 5),
    ],
)
def test_twenty_per_cent(rounding: str, count: int, expected: int) -> None:
    # 20% of 23 is 4.6; of 22, 4.4; of 4, 0.8; of 25 exactly 5.
    assert places("20%", count, rounding) == expected


def test_ties_by_the_stated_rule() -> None:
    scores = [90, 80, 80, 80, *range(10, 16)]  # 10 cases: 2 places, and the second place is tied three ways
    assert rank(QUOTA, entries(*scores)).inside == {"C00"}
    assert rank(replace(QUOTA, ties="all_in"), entries(*scores)).inside == {"C00", "C01", "C02", "C03"}
    working = rank(QUOTA, entries(*scores)).workings[""].lines()
    assert any("10 个 × 20% ＝ 2" in line for line in working) and any("同分 3 个" in line for line in working)


@given(st.lists(st.integers(0, 20), max_size=60), st.randoms(), st.sampled_from(["all_in", "all_out"]))
def test_shuffling_the_input_changes_nothing(scores, random, ties) -> None:
    cohort = replace(QUOTA, ties=ties)
    given_order = entries(*scores)
    shuffled = list(given_order)
    random.shuffle(shuffled)
    first, second = rank(cohort, given_order), rank(cohort, shuffled)
    assert first == second
    assert first.inside | first.outside == {entry.ref for entry in given_order} and not first.inside & first.outside
    by_score = {entry.ref: entry.score for entry in given_order}
    assert all(by_score[i] > by_score[o] for i in first.inside for o in first.outside)
    if ties == "all_out":
        assert len(first.inside) <= places("20%", len(scores), "down")


def test_an_unknown_rounding_is_an_error() -> None:
    with pytest.raises(FormulaError):
        places("20%", 5, "somehow")


RANKED = Lifecycle(
    key="ranked",
    title="排序试验",
    regulation=RULES,
    actors=(PARTY, OFFICE),
    facts=FactSet(
        (
            integer_fact("score", "得分", clause="第五条", required=False),
            choice_fact("class", "类别", clause="第五条", choices={"x": "甲", "y": "乙"}),
        )
    ),
    party="score",
    stages=(
        submission("filing", "申报", clause="第二条", by=PARTY, optional=("score",)),
        Stage(
            key="ranking",
            title="排序",
            clause="第五条",
            kind="排序",
            by=OFFICE,
            after=("filing",),
            cohort=replace(QUOTA, group_by=("class",)),
            outcomes=(
                Outcome(
                    key="selected",
                    title="优秀",
                    ends_branch=True,
                    consequences=(Remember(key="excellent", subject="class", value=fact("score"), clause="第五条"),),
                ),
                Outcome(key="not_selected", title="其他", ends_branch=True),
            ),
        ),
    ),
    module="tests.rules.test_cohort",
)


def test_the_cohort_is_a_barrier_and_then_ranks_by_class() -> None:
    validate(RANKED)
    register = MemoryRegister()
    world = World(Law(default_calendar(), register, {"ranked": RANKED}), register)
    refs = [f"R{number}" for number in range(10)]
    for number, ref in enumerate(refs):
        facts = RANKED.facts.parse({"class": "x" if number < 5 else "y"})
        proceedings.start(world, RANKED, ref=ref, day=date(2021, 1, 4), cycle=2021, facts=facts)
    when = parse_instant("2021-01-05T09:00")
    for number, ref in enumerate(refs[:-1]):
        proceedings.act(world, ref, Acted("filing", "submit", "applicant", when, {"score": str(number)}))
    day = date(2021, 2, 1)
    waits = proceedings.rank_cohort(world, RANKED, "ranking", refs, day=day, by="office")
    assert (
        isinstance(waits, Refusal)
        and waits.code == "cohort_waits"
        and waits.clause == "第五条"
        and "R9" in waits.because
    )
    proceedings.act(world, "R9", Acted("filing", "submit", "applicant", when))
    unscored = proceedings.rank_cohort(world, RANKED, "ranking", refs, day=day, by="office")
    assert isinstance(unscored, Refusal) and unscored.code == "unknown"
    proceedings.act(world, "R9", Acted("ranking", "answer", "office", when, {"score": "9"}))
    ranking = proceedings.rank_cohort(world, RANKED, "ranking", refs, day=day, by="office")
    # 20% of 5 is 1 place in each class: the highest of each.
    assert isinstance(ranking, Ranking) and ranking.inside == {"R4", "R9"}
    assert world.load("R4").progress.stages["ranking"].outcome == "selected"
    assert world.load("R0").progress.reason == "completed"
    assert register.history[("excellent", "x", 2021)] == ["4"]
    # Ranked once: asking again moves nothing.
    before = {ref: world.load(ref).number for ref in refs}
    proceedings.rank_cohort(world, RANKED, "ranking", refs, day=day, by="office")
    assert before == {ref: world.load(ref).number for ref in refs}
