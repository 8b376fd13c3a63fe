"""Every YAML file under this folder, one test each: cases run through simulated time, and `formulas.yaml` files.

A file that expects nothing fails, and so does an expectation without its `source`, or with nothing but a source.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from shixian.rules.errors import ScenarioError
from shixian.rules.lifecycle import Lifecycle
from shixian.scenarios import differences, read, report, run
from tests.scenarios.formula_checks import formula_differences

FOLDER = Path(__file__).resolve().parent
FORMULAS = "formulas.yaml"
FILES = sorted((*FOLDER.rglob("*.yaml"), *FOLDER.rglob("*.yml")))


def check(path: Path, lifecycles: Mapping[str, Lifecycle]) -> list[str]:
    """The differences of one file; ScenarioError where it checks nothing or does not say from where."""
    if path.name == FORMULAS:
        return formula_differences(path, lifecycles)
    scenario = read(path, lifecycles)
    if not scenario.expect:
        raise ScenarioError(f"{path}：没有 expect，什么也没有检查")
    empty = [ref for ref, wanted in scenario.expect.items() if not set(wanted) - {"source"}]
    if empty:
        raise ScenarioError(f"{path}：对 {'、'.join(empty)} 的期望只有 source")
    return differences(scenario.expect, report(run(scenario, lifecycles)))


@pytest.mark.parametrize("path", [pytest.param(p, id=p.relative_to(FOLDER).as_posix()) for p in FILES])
def test_scenario(path: Path, lifecycles: Mapping[str, Lifecycle]) -> None:
    assert check(path, lifecycles) == []


def test_there_are_scenarios() -> None:
    assert FILES


HEAD = "programme: sh-matching-funds\ncases: {A: {opened: 2020-12-31, facts: {national_approval: 2020-12-31}}}\n"
BAD = {
    "no expect": HEAD + "as_of: 2021-01-01\n",
    "empty expect": HEAD + "as_of: 2021-01-01\nexpect: {}\n",
    "no source": HEAD + "as_of: 2021-01-01\nexpect: {A: {stage: filing}}\n",
    "blank source": HEAD + "as_of: 2021-01-01\nexpect: {A: {stage: filing, source: ' '}}\n",
    "only source": HEAD + "as_of: 2021-01-01\nexpect: {A: {source: 第八条}}\n",
    "unknown key": HEAD + "as_of: 2021-01-01\nexpect: {A: {stag: filing, source: 第八条}}\n",
    "repeated key": HEAD + "as_of: 2021-01-01\nas_of: 2021-01-02\nexpect: {A: {stage: filing, source: 第八条}}\n",
}
LINE = "formula: indirect_cost_ceiling, with: {local_grant: 1万元}"
BAD_FORMULAS = {
    "no formulas": "programme: sh-matching-funds\n",
    "empty formulas": "programme: sh-matching-funds\nformulas: []\n",
    "no source": f"programme: sh-matching-funds\nformulas: [{{{LINE}, amount: 800元, clause: 第五条}}]\n",
    "no amount": f"programme: sh-matching-funds\nformulas: [{{{LINE}, clause: 第五条, source: x}}]\n",
    "no clause": f"programme: sh-matching-funds\nformulas: [{{{LINE}, amount: 800元, source: x}}]\n",
    "no such formula": "programme: sh-matching-funds\nformulas: [{formula: x, amount: 1元, clause: y, source: z}]\n",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_file_that_checks_nothing_fails(text: str, tmp_path: Path, lifecycles: Mapping[str, Lifecycle]) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError):
        check(path, lifecycles)


@pytest.mark.parametrize("text", BAD_FORMULAS.values(), ids=BAD_FORMULAS)
def test_a_formula_file_that_checks_nothing_fails(
    text: str, tmp_path: Path, lifecycles: Mapping[str, Lifecycle]
) -> None:
    path = tmp_path / FORMULAS
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError):
        check(path, lifecycles)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("stage.yaml", HEAD + "as_of: 2021-01-01\nexpect: {A: {stage: formal_check, source: 故意写错}}\n"),
        ("case.yaml", HEAD + "as_of: 2021-01-01\nexpect: {B: {stage: filing, source: 没有这一案件}}\n"),
        (FORMULAS, f"programme: sh-matching-funds\nformulas: [{{{LINE}, amount: 1元, clause: 第五条, source: 错}}]\n"),
        (
            FORMULAS,
            f"programme: sh-matching-funds\nformulas: [{{{LINE}, amount: 800元, clause: 第六条, source: 错}}]\n",
        ),
        (
            FORMULAS,
            f"programme: sh-matching-funds\nformulas: [{{{LINE}, refused: 缺少, clause: 第五条, source: 错}}]\n",
        ),
    ],
)
def test_a_wrong_expectation_is_a_difference(
    name: str, text: str, tmp_path: Path, lifecycles: Mapping[str, Lifecycle]
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert check(path, lifecycles)
