"""浙科领办〔2020〕3号 as declared: what a scenario file cannot say (structure, points, readings), and that the yearly round
does not depend on the order in which complexes are entered or given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import pytest

from shixian.programmes import load
from shixian.programmes.zhejiang import complexes
from shixian.programmes.zhejiang.complexes_terms import BONUS_CAP, INDICATORS, LINES, SCORED
from shixian.rules import proceedings
from shixian.rules.cohort import Ranking
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.silences import reading_uses, silences
from shixian.scenarios import read_text, report, run
from shixian.scenarios.runner import World

ARTICLES = [
    "第一条 第二条 第三条 第四条 第五条 第六条 第七条 第八条 第九条 第十条",
    "第十一条 第十二条 第十三条 第十四条 第十五条 第十六条 第十七条 第十八条 第十九条 第二十条",
    "第二十一条 第二十二条 第二十三条 第二十四条 第二十五条",
]


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Lifecycle]:
    return load([complexes])


def test_every_article_stands_in_the_clause_index_once_and_in_order() -> None:
    assert [note.clause for note in complexes.REGULATION.clauses] == " ".join(ARTICLES).split()


def test_the_stages_of_the_catalogue_are_there(loaded: Mapping[str, Lifecycle]) -> None:
    annual = loaded["zj-complex-annual"]
    found = {stage.key: (stage.clause, stage.by.key) for stage in annual.stages}
    catalogue = {
        "evaluate": ("第十四条", "province_st"),
        "yellow": ("第十四条第（三）项", "office"),
        "remove": ("第十四条第（三）项", "office"),
        "promote": ("第十四条第（三）项", "office"),
        "fraud": ("第十六条", "office"),
    }
    assert {key: found[key] for key in catalogue} == catalogue
    assert {actor.key for actor in annual.actors} >= {"complex", "province_st", "office"}


def test_points_are_those_of_the_annex() -> None:
    """附件: the five indicators of 第十四条第（一）项 with 15, 25, 25, 25 and 10 points, 100 in all; twenty lines."""
    sums = {name: sum(points for _, _, points in lines) for name, lines in INDICATORS.items()}
    assert sums == {
        "体制机制创新": 15,
        "创新能力指数": 25,
        "服务能力指数": 25,
        "产业竞争力提升": 25,
        "带动区域创新": 10,
    }
    assert sum(sums.values()) == 100 and len(LINES) == len(set(SCORED)) == 20 and BONUS_CAP == 10


def test_every_reading_is_used_somewhere(loaded: Mapping[str, Lifecycle]) -> None:
    annual = loaded["zj-complex-annual"]
    assert [reading.key for reading, uses in reading_uses(annual) if not uses] == []
    places = {reading.key: uses for reading, uses in reading_uses(annual)}
    assert places["last_tenth_rounding"] == ("bottom_rank.cohort",)
    assert places["first_thirty_rounding"] == ("top_rank.cohort",)
    assert places["ties"] == places["rank_by_state"] == ("bottom_rank.cohort", "top_rank.cohort")
    assert places["unfinished_tasks"] == ("yellow.warn",)


def test_what_the_text_leaves_open_is_listed(loaded: Mapping[str, Lifecycle]) -> None:
    annual = loaded["zj-complex-annual"]
    assert {(s.kind, s.clause) for s in silences(annual, loaded)} == {
        ("call", "第十六条"),  # until when data are handed in
        ("lapse", "第十六条"),  # and what happens when they are not
        ("due", "第十四条第（三）项"),  # until when recovered money is paid back
    }


# -- order -------------------------------------------------------------------------------------------------------------

SCORES = [71, 68, 80, 80, 77, 77, 77, 75, 72, 70, 70, 69, 79]  # thirteen: 30% is 3.9, so 3; 10% is 1.3, so 1


def round_of(order: list[int], given: list[int]) -> dict[str, Any]:
    """The report of a round of 培育 complexes entered in `order` and ranked in the order `given`."""
    others = ", ".join(f"{name}: {points}" for name, _, points in LINES if name != "service_results")
    whole = f"{{industry: block, {others}, commendations: 0, experiences: 0, bonus: 0}}"
    cases = "".join(
        f"  C{n:02}:\n    opened: 2021-03-01\n"
        f"    facts: {{complex_name: C{n:02}, state: cultivation, listed_on: 2020-06-30}}\n    acts:\n"
        "      - {at: 2021-04-01T10:00, stage: report, do: submit, by: city, with: {documents: [evaluation_data]}}\n"
        f"      - {{at: 2021-05-10T10:00, stage: evaluate, do: answer, by: province_st, with: {whole}}}\n"
        "      - {at: 2021-05-20T10:00, stage: evaluate, do: score, by: province_st,"
        f" with: {{service_results: {SCORES[n] - 68}, tasks_completed: 否}}}}\n"
        for n in order
    )
    head = "programme: zj-complex-annual\nparameters: {report_by: 2021-04-30}\ncases:\n"
    known = load([complexes])
    world: World = run(read_text(f"{head}{cases}as_of: 2021-05-21\n", known), known)
    for stage in ("bottom_rank", "top_rank"):
        refs = [f"C{n:02}" for n in given]
        day, annual = date(2021, 6, 1), known["zj-complex-annual"]
        assert isinstance(proceedings.rank_cohort(world, annual, stage, refs, day=day, by="province_st"), Ranking)
    return report(world)


def test_shuffling_the_complexes_changes_nothing() -> None:
    numbers, random = list(range(len(SCORES))), Random(20200403)
    first = round_of(numbers, numbers)
    outcomes = {ref: case["outcomes"] for ref, case in first.items()}
    # 80, 80, 79 are the first three; 68 is the last; all others are neither.
    assert [ref for ref in outcomes if outcomes[ref]["top_rank"] == "first_thirty"] == ["C02", "C03", "C12"]
    assert [ref for ref in outcomes if outcomes[ref]["bottom_rank"] == "last_tenth"] == ["C01"]
    for _ in range(3):
        order, given = list(numbers), list(numbers)
        random.shuffle(order)
        random.shuffle(given)
        assert round_of(order, given) == first
