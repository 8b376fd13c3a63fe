"""A quick look at all programmes: every tenth mutant of a number, amount, rate, unit, date or boundary is noticed.

The whole of it is `make mutate`. In a process of its own, because the tool forks.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shixian.programmes import catalogue

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.slow
def test_every_tenth_number_and_unit_is_pinned_by_a_scenario(tmp_path: Path) -> None:
    if not catalogue():
        pytest.skip("no programme is declared yet")
    report = tmp_path / "mutation.md"
    command = [sys.executable, "-m", "tests.mutation", "--class", "grave", "--sample", "10", "--report", str(report)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "mutants tried" in report.read_text("utf-8")


def test_an_unknown_programme_is_told() -> None:
    command = [sys.executable, "-m", "tests.mutation", "no-such-programme"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode != 0 and "no-such-programme" in result.stdout + result.stderr
