"""`cohorts` in a scenario file: read with its place, ranked after the acts of its instant, refused when wrong."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shixian.rules.errors import ScenarioError
from shixian.rules.lifecycle import Lifecycle
from shixian.scenarios import differences, read_text, report, run
from shixian.scenarios.reader import ActStep, CaseStep, CohortStep

KEY = "zj-complex-annual"
CASE = "  A:\n    opened: 2021-03-01\n    facts: {complex_name: 甲, state: creation, listed_on: 2020-06-30}\n"
SUBMIT = (
    "    acts: [{at: 2021-03-01T10:00, stage: report, do: submit, by: city, with: {documents: [evaluation_data]}}]\n"
)


def text(line: str, programme: str = KEY) -> str:
    return f"programme: {programme}\ncases:\n{CASE}{SUBMIT}cohorts:\n  - {line}\nas_of: 2021-04-01\n"


def test_of_one_instant_the_ranking_comes_last(lifecycles: Mapping[str, Lifecycle]) -> None:
    line = "{at: 2021-03-01T10:00, stage: bottom_rank, cycle: 2021, by: province_st}"
    scenario = read_text(text(line), lifecycles)
    assert [type(step) for step in scenario.steps()] == [CaseStep, ActStep, CohortStep]
    refusals = report(run(scenario, lifecycles))["A"]["refusals"]
    assert [(one["do"], one["code"], one["clause"]) for one in refusals] == [
        ("rank", "cohort_waits", "第十四条第（三）项")
    ]


def test_another_programme_may_be_named(lifecycles: Mapping[str, Lifecycle]) -> None:
    line = f"{{at: 2021-03-02, programme: {KEY}, stage: top_rank, cycle: 2021, by: province_st}}"
    other = text(line, "sh-award").replace("  A:\n", f"  A:\n    programme: {KEY}\n")
    assert read_text(other, lifecycles).cohorts[0].programme == KEY


def test_a_ranking_of_nobody_is_an_error_of_the_file(lifecycles: Mapping[str, Lifecycle]) -> None:
    line = "{at: 2021-03-02T10:00, stage: bottom_rank, cycle: 2019, by: province_st}"
    found = report(run(read_text(text(line), lifecycles), lifecycles))
    assert any("没有案件" in one for one in differences({}, found))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{at: 2021-03-02, stage: bottom_rank, cycle: 2021}", "缺少 by"),
        ("{at: 2021-03-02, stage: bottom_rank, by: province_st}", "缺少 cycle"),
        ("{at: 2021-03-02, stage: evaluate, cycle: 2021, by: province_st}", "evaluate"),
        ("{at: 2021-03-02, stage: bottom_rank, cycle: 今年, by: province_st}", "今年"),
        ("{at: 2021-03-02, programme: nothing, stage: bottom_rank, cycle: 2021, by: province_st}", "nothing"),
        ("{at: 2021-02-30, stage: bottom_rank, cycle: 2021, by: province_st}", "2021-02-30"),
        ("{at: 2021-03-02, stage: bottom_rank, cycle: 2021, by: province_st, do: rank}", "do"),
    ],
)
def test_what_is_not_understood_is_refused(line: str, says: str, lifecycles: Mapping[str, Lifecycle]) -> None:
    with pytest.raises(ScenarioError, match=says):
        read_text(text(line), lifecycles)


def test_cohorts_are_a_list(lifecycles: Mapping[str, Lifecycle]) -> None:
    with pytest.raises(ScenarioError, match="应为列表"):
        read_text(f"programme: {KEY}\ncases:\n{CASE}cohorts: {{a: b}}\nas_of: 2021-04-01\n", lifecycles)
