"""The commands on the programmes as they are declared: every one can be shown, charted, read and indexed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from shixian.cli import main
from shixian.programmes import catalogue
from shixian.rules.clauses import index, uses
from shixian.rules.describe import chart, stages

Captured = pytest.CaptureFixture[str]


def amount(capsys: Captured, *tokens: str) -> str:
    assert main(["compute", *tokens, "--json"]) == 0
    return str(json.loads(capsys.readouterr().out)["amount"])


def test_the_indirect_cost_ceiling_of_twenty_million(capsys: Captured) -> None:
    """第五条: 1,000,000 x 8% + 4,000,000 x 5% + 5,000,000 x 2% + 10,000,000 x 1% = 480,000 (bare number: yuan)."""
    call = ("sh-matching-funds", "indirect_cost_ceiling")
    for written in ("20000000", "2000万元", "20,000,000元"):
        assert amount(capsys, *call, f"local_grant={written}") == "480000.00"


def test_the_subsidy_of_an_incubator_graded_a(capsys: Captured) -> None:
    """第二十二条: half of 2,000,000 is 1,000,000; at most 600,000 for an A."""
    call = ("sh-incubator-annual-review", "subsidy", "carrier=incubator", "grade=A", "eligible_spend=2000000")
    assert amount(capsys, *call) == "600000.00"
    assert main(["compute", *call]) == 0
    assert "600000.00元" in capsys.readouterr().out.splitlines()[0]


def test_a_filing_one_day_late(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "late.yaml"
    file.write_text(
        """
programme: sh-matching-funds
cases:
  A:
    opened: 2020-12-31
    facts: {national_approval: 2020-12-31}
    acts: [{at: 2021-03-02T09:00, stage: filing, do: submit, by: undertaker}]
as_of: 2021-03-02
expect:
  A: {status: closed, stage: filing, reason: lapsed, clause: 第八条, source: "两个月至2021-02-28，星期日，顺延至2021-03-01"}
""",
        encoding="utf-8",
    )
    assert main(["simulate", str(file), "--json"]) == 0
    case = json.loads(capsys.readouterr().out)["cases"]["A"]
    assert (case["deadlines"][0]["last_day"], case["refusals"][0]["code"]) == ("2021-03-01", "closed")


def test_every_lifecycle_is_shown_in_words(capsys: Captured) -> None:
    found = catalogue()
    assert found
    for key, lifecycle in found.items():
        assert main(["show", key]) == 0
        text = capsys.readouterr().out
        told = stages(lifecycle, found)
        assert [stage.key for stage in told] and all(f"〔{stage.key}〕{stage.clause}" in text for stage in told)
        # What a person reads names facts by label: no name from the code stands in a guard, deadline or condition.
        names = {field.name for field in lifecycle.facts.fields if "_" in field.name}
        words = " ".join(
            [
                *(stage.guard for stage in told),
                *(deadline.words.split("〔")[0] for stage in told for deadline in stage.deadlines),
                *(condition for stage in told for act in stage.acts for condition in act.conditions),
            ]
        )
        assert not names & set(re.findall(r"[a-z][a-z_]+", words)), key


def test_every_chart_holds_together() -> None:
    found = catalogue()
    for key, lifecycle in found.items():
        lines = [line.strip() for line in chart(lifecycle, found).splitlines()[1:]]
        nodes = {re.split(r"[\[({]", line)[0] for line in lines if ">|" not in line}
        ends = {end for line in lines if ">|" in line for end in (line.split()[0], line.split()[-1])}
        assert {f"s_{stage.key}" for stage in lifecycle.stages} <= nodes and ends <= nodes, key


def test_readings_and_silences_of_all(capsys: Captured) -> None:
    assert main(["readings", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == set(catalogue())


def test_no_citation_goes_astray() -> None:
    """Every clause that a declaration names is one its regulation is said to have (or another law's)."""
    astray = {
        f"{lifecycle.key}: {use.kind} {use.name} {use.clause}"
        for lifecycle in catalogue().values()
        for use in index(lifecycle.regulation, uses(lifecycle)).astray
    }
    assert not astray
