"""The declaration of 皖科基奖〔2020〕16号, held beside its text: articles, stages, profiles, conflicts, what is left open."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shixian.programmes import load
from shixian.programmes.anhui import nsf
from shixian.programmes.anhui.nsf_applicants import COMMON, LIMITS, PROFILES
from shixian.programmes.anhui.nsf_review import CONFLICTS, OWN_CONFLICTS
from shixian.programmes.anhui.nsf_sanctions import MISCONDUCT, PI_GROUNDS
from shixian.programmes.anhui.nsf_terms import REGULATION, TYPES
from shixian.rules.lifecycle import Bars, Effect, Goes, Lifecycle
from shixian.rules.silences import reading_uses, silences

DIGITS = "一二三四五六七八九"
TENS = ["", "十", "二十", "三十", "四十"]
NUMBERS = [f"{TENS[n // 10]}{DIGITS[n % 10 - 1] if n % 10 else ''}" for n in range(1, 47)]
ARTICLES = [f"第{('十' + text[2:]) if text.startswith('一十') else text}条" for text in NUMBERS]

# The catalogue's stages, in the order of the text, and what stands between them: key, article, actor.
STAGES = {
    "ah-nsf-application": [
        ("application", "第二十条", "applicant"),
        ("host_check", "第二十条", "host"),
        ("preliminary", "第二十二条", "province"),
        ("acceptance_publicity", "第二十二条", "province"),
        ("correspondence_review", "第二十三条", "experts"),
        ("panel_review", "第二十四条", "experts"),
        ("proposal_publicity", "第二十五条", "province"),
        ("approval", "第二十五条", "province"),
        ("task_book", "第二十九条", "host"),
        ("task_book_check", "第二十九条第二款", "office"),
        ("payment", "第五条", "province"),
        ("funding_term", "第三十四条", "pi"),
        ("extension", "第三十四条第二款", "pi"),
        ("extension_check", "第三十四条第二款", "host"),
        ("extension_decision", "第三十四条第二款", "province"),
        ("extended_term", "第三十四条第一款", "pi"),
        ("execution", "第三十条", "pi"),
        ("organise", "第三十五条", "province"),
        ("conclusion", "第三十七条", "province"),
    ],
    "ah-nsf-objection": [("handle", "第二十六条", "office")],
    "ah-nsf-change": [("host_check", "第三十三条第一款", "host"), ("decision", "第三十三条第一款", "province")],
    "ah-nsf-progress": [("progress", "第三十条", "host")],
    "ah-nsf-conclusion": [
        ("submit", "第三十五条第二款", "pi"),
        ("material_check", "第三十七条第三款", "province"),
        ("review", "第三十六条", "experts"),
        ("grade", "第三十七条", "province"),
    ],
    "ah-nsf-host": [
        ("host_registration", "第七条", "host"),
        ("registration_check", "第七条", "province"),
        ("registered", "第八条", "province"),
    ],
    "ah-nsf-expert": [("expert_conduct", "第四十四条", "province")],
    "ah-nsf-report": [("report_handling", "第四十条", "province")],
}


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Lifecycle]:
    return load([nsf])


def test_every_article_stands_in_the_clause_index_once_and_in_order() -> None:
    assert ARTICLES[0] == "第一条" and ARTICLES[9] == "第十条" and ARTICLES[45] == "第四十六条"
    assert [note.clause for note in REGULATION.clauses] == ARTICLES


def test_stages_clauses_and_actors(loaded: Mapping[str, Lifecycle]) -> None:
    found = {key: [(s.key, s.clause, s.by.key) for s in found.stages] for key, found in loaded.items()}
    assert found == STAGES


def test_every_reading_is_used_somewhere(loaded: Mapping[str, Lifecycle]) -> None:
    idle = [(key, reading.key) for key, found in loaded.items() for reading, uses in reading_uses(found) if not uses]
    assert idle == []


def test_what_the_text_leaves_open_is_listed(loaded: Mapping[str, Lifecycle]) -> None:
    listed = {(key, s.kind, s.clause) for key, found in loaded.items() for s in silences(found, loaded)}
    assert listed == {
        ("ah-nsf-application", "call", "第十二条"),
        ("ah-nsf-application", "lapse", "第二十条"),
        ("ah-nsf-application", "lapse", "第二十九条"),
        ("ah-nsf-application", "act", "第二十九条"),
        ("ah-nsf-application", "act", "第三十五条"),
        ("ah-nsf-application", "lapse", "第四十二条"),
        ("ah-nsf-application", "act", "第四十二条"),
        ("ah-nsf-application", "due", "第五条"),
        ("ah-nsf-application", "due", "第四十二条第二款"),
        ("ah-nsf-progress", "lapse", "第三十条第二款"),
        ("ah-nsf-conclusion", "lapse", "第三十五条第二款"),
        ("ah-nsf-conclusion", "act", "第三十五条第二款"),
        ("ah-nsf-conclusion", "act", "第三十七条第三款"),
        ("ah-nsf-host", "lapse", "第四十三条"),
        ("ah-nsf-host", "act", "第四十三条"),
    }


def test_every_item_of_every_profile_is_checked() -> None:
    items = {"第十三条": "一二三", "第十五条": "一二三四五", "第十六条": "一二三四五", "第十七条": "一二三"}
    items |= {"第十八条": "一二三四", "第十九条": "一二三四五"}
    wanted = {f"{article}第（{item}）项" for article, listed in items.items() for item in listed}
    checked = {condition.clause for condition in (*COMMON, *PROFILES)} | {limit.clause for limit in LIMITS}
    assert wanted <= checked
    assert checked - wanted == {"第十三条第二款", "第十四条第三款", *(f"第十四条第（{item}）项" for item in "一二三四")}


def test_each_profile_asks_only_its_own_type() -> None:
    articles = {"第十五条": "distinguished", "第十六条": "excellent", "第十七条": "youth", "第十八条": "key"}
    articles |= {"第十九条": "general"}
    for condition in PROFILES:
        kind = articles[condition.clause.partition("第（")[0]]
        assert f"≠ {kind}" in condition.test.describe() or f"＝ {kind}" in condition.test.describe()
    assert {*articles.values(), "joint"} == set(TYPES)


def test_the_grounds_are_numbered_as_in_the_text() -> None:
    assert [text[1] for text in PI_GROUNDS.values()] == list("一二三")
    assert [text[1] for text in MISCONDUCT.values()] == list("一二三四")


def test_only_the_application_is_kept_from_experts_named_as_unsuitable() -> None:
    assert [c.clause for c in CONFLICTS if c not in OWN_CONFLICTS] == ["第二十条第三款"]
    assert {c.clause for c in OWN_CONFLICTS} == {"第二十七条"}


def test_the_right_to_ask_for_an_extension_is_lost_and_nothing_else_ends_with_it(
    loaded: Mapping[str, Lifecycle],
) -> None:
    clock = loaded["ah-nsf-application"].stage("extension").clocks[0]
    assert clock.effect is Effect.RIGHT_LOST and clock.lapse == Goes("not_requested")
    assert loaded["ah-nsf-application"].stage("extension").outcome("not_requested").ends_branch


def test_an_office_overrun_never_ends_anything(loaded: Mapping[str, Lifecycle]) -> None:
    clocks = [clock for stage in loaded["ah-nsf-application"].stages for clock in stage.clocks]
    assert [clock.clause for clock in clocks if clock.effect is Effect.SUPERVISION] == ["第三十五条", "第三十五条"]


def test_who_is_barred_from_what(loaded: Mapping[str, Lifecycle]) -> None:
    bars = {
        (what.clause, what.subject, what.lifecycles)
        for found in loaded.values()
        for stage in found.stages
        for outcome in stage.outcomes
        if outcome.closes is not None
        for what in outcome.closes.consequences
        if isinstance(what, Bars)
    }
    assert bars == {
        ("第四十一条", "applicant", ("ah-nsf-application",)),
        ("第四十二条", "applicant", ("ah-nsf-application", "ah-nsf-taking-part")),
        ("第四十三条", "unit_code", ("ah-nsf-host",)),
        ("第四十三条", "unit_name", ("ah-nsf-host",)),
    }


def test_objector_and_reporter_are_sealed(loaded: Mapping[str, Lifecycle]) -> None:
    assert loaded["ah-nsf-objection"].facts["objector"].sealed
    assert loaded["ah-nsf-report"].facts["reporter"].sealed
