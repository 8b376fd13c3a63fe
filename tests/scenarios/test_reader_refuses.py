"""A scenario file that cannot be meant as written is refused with a message; none ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from shixian import programmes
from shixian.rules.errors import ScenarioError
from shixian.scenarios import differences, read_text, report, run

SAMPLE = """
programme: sh-matching-funds
parameters: {}
cases:
  A:
    opened: 2020-12-31
    facts: {national_approval: 2020-12-31, matching_budget: 500万元}
    acts:
      - {at: 2021-03-02T09:00, stage: filing, do: submit, by: undertaker, with: {documents: [...]}}
as_of: 2021-03-02
expect:
  A: {status: closed, stage: filing, reason: lapsed, clause: 第八条, source: "2 months: 2021-02-28, a Sunday, so 03-01"}
"""
WRONG = {
    "a list as a name": ("facts: {", "facts: {[a]: b, "),
    "a list as a name at the top": ("parameters: {}", "? [a]\n: b"),
    "nested too deeply": ("parameters: {}", "parameters: " + "[" * 4000 + "]" * 4000),
    "a cycle that is no year": ("    opened:", "    cycle: abc\n    opened:"),
    "a line of history without its key": ("parameters: {}", "history: [{a: b}]"),
    "a bar without its lifecycle": ("parameters: {}", "bars: [{subject: x}]"),
    "expected deadlines as text": ("stage: filing, reason", "deadlines: hello, reason"),
    "expected refusals as text": ("stage: filing, reason", "refusals: [hello], reason"),
    "expected windows as text": ("stage: filing, reason", "windows: {notice: hello}, reason"),
    "expected events as text": ("stage: filing, reason", "events: [hello], reason"),
    "expected stages as text": ("stage: filing, reason", "stages: [[a]], reason"),
    "an act after the day looked at": ("as_of: 2021-03-02", "as_of: 2021-03-01"),
}


def played(text: str) -> list[str]:
    catalogue = programmes.catalogue()
    scenario = read_text(text, catalogue)
    return differences(scenario.expect, report(run(scenario, catalogue)))


def test_the_sample_is_met_as_written() -> None:
    assert played(SAMPLE) == []


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_meant_is_refused(name: str, tmp_path: Path) -> None:
    text = SAMPLE.replace(*WRONG[name])
    assert text != SAMPLE
    with pytest.raises(ScenarioError) as refused:
        played(text)
    assert refused.value.message
