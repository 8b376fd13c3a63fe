"""浙发改高技〔2020〕339号 as declared: what a scenario file cannot say (structure, clauses of every step, readings)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shixian.programmes import load
from shixian.programmes.zhejiang import erc
from shixian.programmes.zhejiang.erc_revocation import FALSE_MATERIAL, GROUNDS, loss_of_title
from shixian.programmes.zhejiang.erc_terms import GRADES
from shixian.rules.lifecycle import Bars, Effect, Integrity, Lifecycle
from shixian.rules.silences import reading_uses
from shixian.rules.timing import LaterOf, Yearly

NUMBERS = ["一", "二", "三", "四", "五", "六", "七", "八", "九"]
ARTICLES = [
    *(f"第{number}条" for number in NUMBERS),
    "第十条",
    *(f"第十{number}条" for number in NUMBERS),
    "第二十条",
    *(f"第二十{number}条" for number in NUMBERS[:8]),
]
# The catalogue's stages: key, article, actor.
CATALOGUE = [
    ("submit", "第十九条第（一）项", "centre"),
    ("supervisor_check", "第十九条第（二）项", "supervisor"),
    ("verify", "第十九条第（三）项", "third_party"),
    ("announce", "第十九条第（四）项", "ndrc_zj"),
    ("interview", "第二十一条", "ndrc_zj"),
    ("rectify", "第二十一条", "centre"),
    ("re_evaluate", "第二十一条", "ndrc_zj"),
    ("revoke", "第二十五条", "ndrc_zj"),
]
OURS = {"overdue", "late_submit", "support"}


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Lifecycle]:
    return load([erc])


def test_every_article_stands_in_the_clause_index_once_and_in_order() -> None:
    assert [note.clause for note in erc.REGULATION.clauses] == ARTICLES


def test_stages_clauses_and_actors_are_those_of_the_catalogue(loaded: Mapping[str, Lifecycle]) -> None:
    stages = loaded["zj-erc-evaluation"].stages
    assert [(s.key, s.clause, s.by.key) for s in stages if s.key not in OURS] == CATALOGUE
    assert {s.key for s in stages} == OURS | {key for key, _, _ in CATALOGUE}


def test_every_reading_is_used_somewhere(loaded: Mapping[str, Lifecycle]) -> None:
    idle = [(key, reading.key) for key, found in loaded.items() for reading, uses in reading_uses(found) if not uses]
    assert idle == []


def test_five_grades_and_seven_grounds() -> None:
    assert list(GRADES.values()) == ["优秀", "良好", "中等", "基本合格", "不合格"]
    assert sorted({ground.clause for ground in GROUNDS}) == sorted(f"第二十五条第（{n}）项" for n in NUMBERS[:7])


def test_no_ground_bars_a_new_application_and_only_false_material_is_recorded() -> None:
    for ground in GROUNDS:
        closed = loss_of_title(ground).closes
        assert closed is not None
        assert not any(isinstance(one, Bars) for one in closed.consequences)
        recorded = any(isinstance(one, Integrity) for one in closed.consequences)
        assert recorded == (ground is FALSE_MATERIAL)


def test_a_ground_may_be_found_in_every_stage_before_revocation(loaded: Mapping[str, Lifecycle]) -> None:
    lifecycle = loaded["zj-erc-evaluation"]
    ways = set(lifecycle.stage("revoke").after)
    for stage in lifecycle.stages:
        if stage.key != "revoke":
            assert any(act.verb == "find" and act.outcome == "ground_found" for act in stage.acts)
            assert f"{stage.key}:ground_found" in ways


def test_the_material_is_due_on_the_first_of_may(loaded: Mapping[str, Lifecycle]) -> None:
    """2 May is a holiday too, so that no deadline tells the two apart: the day written in the text is held here."""
    timing = loaded["zj-erc-evaluation"].stage("submit").clocks[0].timing
    assert isinstance(timing, LaterOf) and isinstance(timing.term, Yearly)
    assert (timing.term.month, timing.term.day, timing.term.anchor) == (5, 1, "cycle")


def test_no_clock_of_an_office_costs_the_centre_anything(loaded: Mapping[str, Lifecycle]) -> None:
    """The only right that a clock takes is the centre's own material day; an office's overrun is supervision."""
    clocks = [(s.key, c.effect) for s in loaded["zj-erc-evaluation"].stages for c in s.clocks]
    assert clocks == [
        ("submit", Effect.RIGHT_LOST),
        ("late_submit", Effect.RIGHT_LOST),
        ("supervisor_check", Effect.SUPERVISION),
        ("rectify", Effect.TERM_RUN),
        ("re_evaluate", Effect.SUPERVISION),
    ]
