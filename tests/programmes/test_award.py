"""上海市科学技术奖: what scenarios cannot say - that one objection touches nobody else, and that tables are complete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shixian.programmes import catalogue
from shixian.programmes.shanghai.award import AWARD, LIFECYCLES
from shixian.programmes.shanghai.award_nomination import NUMBERS
from shixian.programmes.shanghai.award_objection import OBJECTION
from shixian.programmes.shanghai.award_readings import REGULATION
from shixian.programmes.shanghai.award_terms import AWARD_KINDS, GRADES, GROUNDS, PROJECT_KINDS
from shixian.rules.clauses import number
from shixian.scenarios import read_text, report, run

ROOT = Path(__file__).resolve().parents[1] / "scenarios/sh-award"

CATALOGUE_STAGES = {
    "nomination",
    "formal_check",
    "publish_nominations",
    "first_review",
    "second_review",
    "second_review_notice",
    "site_visit",
    "objection_handling",
    "resume_next_year",
    "final_review",
    "report_to_award_committee",
    "approval",
}


def played(text: str) -> Mapping[str, Any]:
    return report(run(read_text(text, catalogue()), catalogue()))


def two_cases() -> str:
    return (ROOT / "12-two-cases-one-objected.yaml").read_text("utf-8")


def without_objection(text: str) -> str:
    """The same file, with neither the objection nor what was done about it."""
    lines = text.split("expect:")[0].splitlines(keepends=True)
    return "".join(line for line in lines if "do: object," not in line and "child: objection1" not in line)


def test_an_objection_leaves_no_trace_on_another_case() -> None:
    with_one, without = played(two_cases()), played(without_objection(two_cases()))
    assert "A/objection1" in with_one and "A/objection1" not in without
    assert with_one["B"] == without["B"]
    assert with_one["A"]["events"] != without["A"]["events"]


def test_without_an_objection_no_clock_of_objections_runs() -> None:
    found = played(without_objection(two_cases()))
    for ref in ("A", "B"):
        assert [line["clock"] for line in found[ref]["deadlines"]] == ["window"]


def test_with_an_objection_both_clocks_run() -> None:
    found = played(two_cases())
    assert {line["clock"] for line in found["A"]["deadlines"]} == {"window", "limit", "next_review_node"}
    assert {line["clock"] for line in found["B"]["deadlines"]} == {"window"}


def test_who_objected_is_printed_nowhere() -> None:
    text = two_cases()
    assert "钱九" in text and "021-12345678" in text
    printed = json.dumps(played(text), ensure_ascii=False)
    assert "钱九" not in printed and "021-12345678" not in printed
    assert "已封存" in printed
    assert {field.name for field in OBJECTION.facts.fields if field.sealed} == {"objector_name", "objector_contact"}


def test_every_article_is_in_the_clause_index() -> None:
    assert [number(note.clause[1:-1]) for note in REGULATION.clauses] == list(range(1, 62))


def test_the_stages_have_the_catalogues_names() -> None:
    assert {stage.key for stage in AWARD.stages} >= CATALOGUE_STAGES


def test_every_project_kind_and_grade_has_one_pair_of_numbers() -> None:
    pairs = [(kind, grade) for kinds, grades, _, _ in NUMBERS for kind in kinds for grade in grades]
    assert sorted(pairs) == sorted((kind, grade) for kind in PROJECT_KINDS for grade in GRADES)


def test_every_kind_has_grounds_and_no_ground_two_kinds() -> None:
    assert set(GROUNDS) == set(AWARD_KINDS)
    keys = [key for _, grounds in GROUNDS.values() for key in grounds]
    labels = [label for _, grounds in GROUNDS.values() for label in grounds.values()]
    assert len(set(keys)) == len(keys) and len(set(labels)) == len(labels)


def test_every_reading_is_named_where_it_bites() -> None:
    for lifecycle in LIFECYCLES:
        used = set()
        for stage in lifecycle.stages:
            used |= {clock.reading for clock in stage.clocks} | {act.reading for act in stage.acts}
            used |= {condition.reading for act in stage.acts for condition in act.conditions}
        assert {reading.key for reading in lifecycle.readings} == used - {None}, lifecycle.key
