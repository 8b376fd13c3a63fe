"""沪科规〔2020〕7号 as declared: what a scenario file cannot say (structure, clauses of every step, silences, readings)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shixian.programmes import load
from shixian.programmes.shanghai import incubator
from shixian.programmes.shanghai.incubator_exit import GROUNDS, loss_of_status
from shixian.programmes.shanghai.incubator_review import subsidy
from shixian.programmes.shanghai.incubator_standards import STANDARDS
from shixian.rules.lifecycle import Bars, Integrity, Lifecycle
from shixian.rules.silences import reading_uses, silences

ARTICLES = [
    "第一条 第二条 第三条 第四条 第五条 第六条 第七条 第八条 第九条 第十条",
    "第十一条 第十二条 第十三条 第十四条 第十五条 第十六条 第十七条 第十八条 第十九条 第二十条",
    "第二十一条 第二十二条 第二十三条 第二十四条 第二十五条 第二十六条 第二十七条 第二十八条 第二十九条 第三十条",
    "第三十一条 第三十二条",
]
# The catalogue's stages: key, article, actor.
STAGES = {
    "sh-incubator-recognition": [
        ("apply", "第十一条", "carrier"),
        ("district_check", "第十二条", "district_st"),
        ("expert_review", "第十三条", "stcsm"),
        ("notice", "第十四条", "stcsm"),
        ("confirm", "第十四条", "stcsm"),
        ("in_system", "第十六条", "stcsm"),
    ],
    "sh-incubator-annual-review": [
        ("evaluate", "第十八条", "stcsm"),
        ("publish", "第十八条", "stcsm"),
        ("rectify", "第十八条", "carrier"),
        ("disqualify", "第十九条", "stcsm"),
        ("support", "第十八条", "stcsm"),
    ],
    "sh-incubator-change": [
        ("report", "第十五条", "carrier"),
        ("site_check", "第十五条", "district_st"),
        ("confirm_change", "第十五条", "stcsm"),
    ],
    "sh-incubator-objection": [("handle", "第十四条", "stcsm")],
    "sh-incubator-tenant": [("tenant_check", "第八条", "district_st")],
    "sh-incubator-graduate": [("graduate_check", "第九条", "district_st")],
}


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Lifecycle]:
    return load([incubator])


def test_every_article_stands_in_the_clause_index_once_and_in_order() -> None:
    assert [note.clause for note in incubator.REGULATION.clauses] == " ".join(ARTICLES).split()


def test_stages_clauses_and_actors_are_those_of_the_catalogue(loaded: Mapping[str, Lifecycle]) -> None:
    found = {key: [(s.key, s.clause, s.by.key) for s in found.stages] for key, found in loaded.items()}
    assert found == STAGES


def test_every_reading_is_used_somewhere(loaded: Mapping[str, Lifecycle]) -> None:
    idle = [(key, reading.key) for key, found in loaded.items() for reading, uses in reading_uses(found) if not uses]
    assert idle == []


def test_what_the_text_leaves_open_is_listed(loaded: Mapping[str, Lifecycle]) -> None:
    listed = {(key, s.kind, s.clause) for key, found in loaded.items() for s in silences(found, loaded)}
    assert listed == {
        ("sh-incubator-recognition", "call", "第十四条"),
        ("sh-incubator-change", "lapse", "第十五条"),
        ("sh-incubator-annual-review", "lapse", "第十八条"),
        ("sh-incubator-annual-review", "act", "第十八条"),
        ("sh-incubator-annual-review", "due", "第二十二条"),
    }


def test_every_item_of_the_three_standards_is_checked() -> None:
    items = sorted({condition.clause for condition in STANDARDS})
    expected = [f"{article}第（{item}）项" for article in ("第五条", "第六条", "第七条") for item in "一二三四五六七"]
    assert items == sorted(expected)


def test_only_two_years_of_d_stay_out_of_the_credit_record() -> None:
    recorded = {}
    for ground in GROUNDS:
        closed = loss_of_status(ground).closes
        assert closed is not None
        assert any(isinstance(one, Bars) for one in closed.consequences)
        recorded[ground.clause] = any(isinstance(one, Integrity) for one in closed.consequences)
    assert recorded == {f"第十九条第（{item}）项": item != "五" for item in "一二三四五"}


@pytest.mark.parametrize("grade", ["A", "B", "C", "D"])
def test_every_step_of_the_subsidy_cites_its_article(grade: str) -> None:
    amount = subsidy.compute({"carrier": "university_park", "grade": grade, "eligible_spend": "100万元"})
    steps = [step for _, step in amount.explanation.walk() if not step.origin]
    assert {step.clause for step in steps} == {"第二十二条"}


def test_a_grade_without_subsidy_says_why() -> None:
    amount = subsidy.compute({"carrier": "incubator", "grade": "C", "eligible_spend": "100万元"})
    assert any("限于B等及以上" in line for line in amount.working)


def test_objector_identity_is_sealed(loaded: Mapping[str, Lifecycle]) -> None:
    assert loaded["sh-incubator-objection"].facts["objector"].sealed


def test_a_party_barred_is_named_by_its_unit_code(loaded: Mapping[str, Lifecycle]) -> None:
    for key in ("sh-incubator-recognition", "sh-incubator-annual-review"):
        assert loaded[key].party == "unit_code"
        assert loaded[key].facts["unit_code"].required
