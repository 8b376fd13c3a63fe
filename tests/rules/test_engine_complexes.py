"""What the service complexes asked of the engine: ranks from either end, ties, a barrier that records its refusals, a
score that is decided once and read at the ranking, and points of which no more than a bound counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.rules import proceedings
from shixian.rules.calendar import default_calendar
from shixian.rules.cohort import Entry, Ranking, rank, score_of
from shixian.rules.conditions import fact, lift
from shixian.rules.decide import Acted
from shixian.rules.describe import stages as described
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.errors import DeclarationError, FormulaError
from shixian.rules.facts import NONE, UNKNOWN, FactSet, choice_fact, number_fact, text_fact, yes_no_fact
from shixian.rules.kinds import submission
from shixian.rules.lifecycle import Act, Cohort, Decides, Lifecycle, Outcome, Reading, Stage
from shixian.rules.narrate import event_text
from shixian.rules.periods import parse_instant
from shixian.rules.points import AtMost, sum_of
from shixian.rules.register import MemoryRegister
from shixian.rules.silences import reading_uses
from shixian.rules.state import Refusal
from shixian.rules.validation import validate
from shixian.scenarios.runner import World
from tests.rules.small import OFFICE, PARTY, RULES

LAST = Cohort(
    share="10%",
    end="bottom",
    rounding="down",
    ties="all_out",
    score="score",
    clause="第五条",
    inside="last",
    outside="others",
    rounding_reading="rounding",
    ties_reading="ties",
    group_reading="groups",
)
FIRST = replace(LAST, share="30%", end="top", ties="all_in")


def entries(*scores: int) -> list[Entry]:
    return [Entry(f"C{number:02}", Fraction(score)) for number, score in enumerate(scores)]


# -- the ranking -------------------------------------------------------------------------------------------------------


def test_the_last_tenth_is_taken_from_the_bottom() -> None:
    # 10% of 19 is 1.9, rounded down 1; of 20 it is 2; of 9 it is 0.9, so nobody.
    assert rank(LAST, entries(*range(19))).inside == {"C00"}
    assert rank(LAST, entries(*range(20))).inside == {"C00", "C01"}
    assert rank(LAST, entries(*range(9))).inside == set()
    assert rank(replace(LAST, end="top"), entries(*range(20))).inside == {"C18", "C19"}


def test_equal_scores_share_the_better_place_at_both_ends() -> None:
    scores = [90, 85, 80, 80, 75, 70, 65, 60, 50, 50]  # ten: three places above, one below
    first, last = rank(FIRST, entries(*scores)), rank(LAST, entries(*scores))
    assert first.inside == {"C00", "C01", "C02", "C03"} and last.inside == set()
    places = first.places
    assert [places[f"C{n:02}"].number for n in range(10)] == [1, 2, 3, 3, 5, 6, 7, 8, 9, 9]
    assert (
        places["C03"].text == "得分 80，10 个中第 3 名（2 个并列）" and places["C04"].text == "得分 75，10 个中第 5 名"
    )
    assert rank(replace(LAST, ties="all_in"), entries(*scores)).inside == {"C08", "C09"}


def test_the_working_of_a_case_names_the_readings_it_rests_on() -> None:
    tied = rank(LAST, entries(*range(2, 10), 1, 1)).working("C08")
    assert tied.readings == ("rounding", "ties")
    assert tied.lines() == [
        "10 个 × 10% ＝ 1，舍去得 1 个名额（第五条）〔读法 rounding〕",
        "倒数第 1 名得分 1，同分 2 个；末位同分者一并不计入（第五条）〔读法 ties〕",
        "得分 1，10 个中第 9 名（2 个并列），不计入（第五条）",
        "全体，末10%：入选 0 个（第五条）",
    ]
    assert rank(LAST, entries(*range(10))).working("C00").readings == ("rounding",)  # nobody shares the last place
    nobody = rank(LAST, entries(*range(7))).working("C00")
    assert nobody.lines()[0] == "7 个 × 10% ＝ 0.7，舍去得 0 个名额（第五条）〔读法 rounding〕"


@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.fractions(0, 110, max_denominator=4)), max_size=40),
    st.randoms(use_true_random=False),
    st.sampled_from([FIRST, LAST]),
)
def test_shuffling_changes_nothing_and_the_quota_holds(
    cases: list[tuple[str, Fraction]], random: object, cohort: Cohort
) -> None:
    in_order = [Entry(f"C{number:02}", score, group) for number, (group, score) in enumerate(cases)]
    shuffled = list(in_order)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = rank(cohort, in_order)
    assert found == rank(cohort, shuffled)
    for group in {entry.group for entry in in_order}:
        members = [entry for entry in in_order if entry.group == group]
        chosen = [entry for entry in members if entry.ref in found.inside]
        places = int(Fraction(cohort.share[:-1]) / 100 * len(members))
        if cohort is LAST:
            assert len(chosen) <= places
            # In the last tenth is who has at most a tenth at or below: the reading, computed another way.
            below = {e.ref for e in members if sum(o.score <= e.score for o in members) * 10 <= len(members)}
            assert {entry.ref for entry in chosen} == below
        else:
            above = {e.ref for e in members if (sum(o.score > e.score for o in members) + 1) * 10 <= 3 * len(members)}
            assert {entry.ref for entry in chosen} == above
    # Nobody stands at both ends.
    assert not rank(FIRST, in_order).inside & rank(LAST, in_order).inside


def test_an_unknown_end_is_an_error() -> None:
    with pytest.raises(FormulaError, match="sideways"):
        rank(replace(LAST, end="sideways"), entries(1))


# -- a cohort stage over cases -----------------------------------------------------------------------------------------

RANKED = Lifecycle(
    key="ranked",
    title="排序试验",
    regulation=RULES,
    actors=(PARTY, OFFICE),
    facts=FactSet(
        (
            text_fact("name", "名称", clause="第二条", required=True),
            choice_fact("class", "类别", clause="第五条", choices={"x": "甲类", "y": "乙类"}, required=True),
            yes_no_fact("ranks", "是否参加", clause="第五条"),
            number_fact("base", "基本分", clause="第四条"),
            number_fact("extra", "加分", clause="第四条"),
        )
    ),
    party="name",
    readings=tuple(
        Reading(key=key, clause="第五条", question="？", chosen="甲", because="乙")
        for key in ("rounding", "ties", "groups")
    ),
    stages=(
        submission("filing", "申报", clause="第二条", by=PARTY),
        Stage(
            key="score",
            title="评分",
            clause="第四条",
            kind="评价",
            by=OFFICE,
            after=("filing",),
            acts=(
                Act(
                    verb="score",
                    title="评分",
                    by=(OFFICE,),
                    clause="第四条",
                    outcome="scored",
                    inputs=("base",),
                    optional=("extra",),
                    decides=Decides(
                        key="total",
                        title="总分",
                        clause="第四条",
                        grade=sum_of(["base"]) + AtMost(fact("extra"), lift(10)),
                    ),
                ),
            ),
            outcomes=(Outcome(key="scored", title="已评分"),),
        ),
        Stage(
            key="rank",
            title="末10%",
            clause="第五条",
            kind="排序",
            by=OFFICE,
            after=("score",),
            only_if=fact("ranks"),
            cohort=replace(LAST, score="total", group_by=("class",)),
            outcomes=(
                Outcome(key="last", title="在末10%", ends_branch=True),
                Outcome(key="others", title="不在末10%", ends_branch=True),
            ),
        ),
    ),
    module="tests.rules.test_engine_complexes",
)
WHEN, DAY = parse_instant("2021-03-01T09:00"), date(2021, 4, 1)


def world_of(count: int = 10, scored: int | None = None) -> tuple[World, list[str]]:
    """Cases R00, R01...: of class x, with 60, 61... points; the first `scored` of them are scored."""
    validate(RANKED)
    register = MemoryRegister()
    world = World(Law(default_calendar(), register, {"ranked": RANKED}), register)
    refs = [f"R{number:02}" for number in range(count)]
    for number, ref in enumerate(refs):
        facts = RANKED.facts.parse({"name": ref, "class": "x", "ranks": "是"})
        proceedings.start(world, RANKED, ref=ref, day=date(2021, 1, 4), cycle=2021, facts=facts)
        proceedings.act(world, ref, Acted("filing", "submit", "applicant", WHEN))
        if scored is None or number < scored:
            given = {"base": str(60 + number), "extra": "0"}
            proceedings.act(world, ref, Acted("score", "score", "office", WHEN, given))
    return world, refs


def ranked(world: World, refs: list[str], day: date = DAY, by: str = "office") -> Ranking | Refusal:
    return proceedings.rank_cohort(world, RANKED, "rank", refs, day=day, by=by)


def refusals(world: World, ref: str) -> list[tuple[str, str, str]]:
    told = [event for event in world.events[ref] if event.kind == "refused"]
    return [(event.data["verb"], event.data["code"], event.data["clause"]) for event in told]


def test_the_decided_score_is_ranked_whatever_the_facts_say_later() -> None:
    world, refs = world_of()
    corrected = Acted("rank", "answer", "office", WHEN, {"base": "99"}, (), "笔误")
    assert proceedings.act(world, "R00", corrected).refusal is None
    case = world.load("R00")
    assert case.facts["base"] == 99 and score_of(RANKED, replace(LAST, score="total"), case) == 60
    found = ranked(world, refs)
    assert isinstance(found, Ranking) and found.inside == {"R00"}
    decided = [event for event in world.events["R00"] if event.kind == "decided"]
    assert decided[0].data["working"] == ["基本分（60）＋加分（0）（至多计10） ＝ 60（第四条）"]
    told = decided[1]
    assert (told.data["score"], told.data["place"], told.data["of"]) == ("60", 10, 10)
    assert told.data["readings"] == ["rounding"] and told.data["by"] == "office"
    assert "得分 60，10 个中第 10 名" in event_text(RANKED, {"kind": told.kind, **told.data})
    assert "得分 60" in event_text(RANKED, {"kind": "decided", **decided[0].data})


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_the_order_in_which_cases_are_given_changes_no_event(order: tuple[int, ...]) -> None:
    first, refs = world_of(12)
    other, _ = world_of(12)
    thirds = [refs[:4], refs[4:8], refs[8:]]
    assert ranked(first, refs) == ranked(other, [ref for number in order for ref in thirds[number]] + refs[:1])
    assert {ref: first.events[ref] for ref in refs} == {ref: other.events[ref] for ref in refs}


def test_nobody_is_ranked_before_all_are_there_and_who_is_missing_has_it_on_record() -> None:
    world, refs = world_of(10, scored=9)
    waits = ranked(world, refs)
    assert isinstance(waits, Refusal) and waits.code == "cohort_waits" and "R09" in waits.because
    assert refusals(world, "R09") == [("rank", "cohort_waits", "第五条")] and refusals(world, "R00") == []
    assert all(world.load(ref).progress.stage("rank").status != "done" for ref in refs)


def test_who_cannot_come_does_not_keep_the_others_waiting() -> None:
    world, refs = world_of(10, scored=9)
    proceedings.act(world, "R09", Acted("score", "answer", "office", WHEN, {"ranks": "否"}, (), "不参加"))
    found = ranked(world, refs)  # nine are ranked: 0.9 places, so none
    assert isinstance(found, Ranking) and len(found.places) == 9 and found.inside == set()


def test_another_actor_is_refused_with_the_clause() -> None:
    world, refs = world_of()
    found = ranked(world, refs, by="applicant")
    assert isinstance(found, Refusal) and (found.code, found.clause) == ("wrong_actor", "第五条")
    assert all(refusals(world, ref) == [("rank", "wrong_actor", "第五条")] for ref in refs)
    nobody = ranked(world, refs, by="")
    assert isinstance(nobody, Refusal) and "（未写明）" in nobody.because


def test_a_case_that_comes_after_the_ranking_is_not_ranked_by_itself() -> None:
    world, refs = world_of(12, scored=11)
    early = [ref for ref in refs if ref != "R11"]
    assert isinstance(ranked(world, early), Ranking)
    again = ranked(world, early)
    assert isinstance(again, Refusal) and again.code == "cohort_ranked" and "2021-04-01" in again.because
    assert refusals(world, "R00") == []  # asking again changes nothing
    proceedings.act(world, "R11", Acted("score", "score", "office", WHEN, {"base": "1", "extra": "0"}))
    late = ranked(world, refs)
    assert isinstance(late, Refusal) and late.code == "cohort_ranked" and "R11" in late.because
    assert refusals(world, "R11") == [("rank", "cohort_ranked", "第五条")]
    assert world.load("R11").progress.stage("rank").status == "open"


def test_a_score_that_is_no_number_is_asked_for() -> None:
    world, refs = world_of(10, scored=9)
    given = {"base": "60", "extra": "无"}  # 无 and a number have no sum
    proceedings.act(world, "R09", Acted("score", "score", "office", WHEN, given))
    found = ranked(world, refs)
    assert isinstance(found, Refusal) and (found.code, found.asks) == ("unknown", ()) and "总分" in found.because
    assert refusals(world, "R09") == [("rank", "unknown", "第五条")]


def test_no_case_and_no_cohort_stage_are_told() -> None:
    world, refs = world_of(1)
    empty, wrong = ranked(world, []), proceedings.rank_cohort(world, RANKED, "score", refs, day=DAY, by="office")
    assert isinstance(empty, Refusal) and empty.code == "cohort_empty"
    assert isinstance(wrong, Refusal) and wrong.code == "no_cohort"


# -- the declaration ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"clause": ""}, "条款"),
        ({"rounding": "somehow"}, "somehow"),
        ({"ties": "by_lot"}, "by_lot"),
        ({"end": "middle"}, "middle"),
        ({"share": "a tenth"}, "a tenth"),
        ({"score": "nothing"}, "nothing"),
        ({"group_by": ("nothing",)}, "nothing"),
        ({"ties_reading": "nothing"}, "nothing"),
    ],
)
def test_a_cohort_with_a_hole_does_not_load(change: dict[str, object], says: str) -> None:
    stage = RANKED.stages[2]
    assert stage.cohort is not None
    broken = replace(stage, cohort=replace(stage.cohort, **change))  # type: ignore[arg-type]
    with pytest.raises(DeclarationError, match=says):
        validate(replace(RANKED, stages=(*RANKED.stages[:2], broken)))


def test_a_cohort_is_described_and_its_readings_are_used_there() -> None:
    words = described(RANKED)[2].ranking
    assert "全部案件到齐后，由主管部门（审批）按类别分组，按总分排序，末10%为“在末10%”，其余“不在末10%”" in words
    assert "舍去" in words and "末位同分者一并不计入" in words and "读法 rounding、ties、groups" in words
    assert [(reading.key, uses) for reading, uses in reading_uses(RANKED)] == [
        (key, ("rank.cohort",)) for key in ("rounding", "ties", "groups")
    ]


# -- points ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extra", "counts"),
    [("9.9", Fraction(99, 10)), ("10", Fraction(10)), ("10.1", Fraction(10)), ("无", NONE), ("未知", UNKNOWN)],
)
def test_no_more_than_the_bound_counts(extra: str, counts: object) -> None:
    world, _ = world_of(1, scored=0)
    env = CaseEnvironment(RANKED, world.load("R00"), world.law, given=RANKED.facts.parse({"extra": extra}))
    assert AtMost(fact("extra"), lift(10)).evaluate(env) == counts
