"""kill -9 of the releasing process at every kind of boundary, with every fault of the bank; `make drill` runs long.

Also that the drill would see it: a release that resends blindly makes it fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import drill
from tests.faults.boundaries import Death

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drill.template(tmp_path_factory.mktemp("drill"))


@pytest.mark.parametrize("fault", list(drill.FAULTS))
def test_killed_at_an_effect_nothing_is_paid_twice_and_nothing_is_lost(
    fault: str, copied: Path, tmp_path: Path
) -> None:
    """Each fault takes its own sixteenth of the effects, so that together they take all of them."""
    offset = list(drill.FAULTS).index(fault)
    for number, effect in enumerate(range(8 + offset, 44, 12)):
        seed = 1000 * offset + number
        first = Death(effect=effect)
        done = drill.one_round(tmp_path / f"{number}", copied, seed, fault=fault, at_most=2, first=first)
        assert done.verdict.clean, (done.line(), done.verdict)


def test_killed_between_any_two_statements(copied: Path, tmp_path: Path) -> None:
    """A handful of the statement boundaries; the drill takes them at random."""
    for boundary in range(7, 190, 23):
        first = Death(boundary=boundary)
        done = drill.one_round(tmp_path / f"{boundary}", copied, boundary, fault="lost_reply", at_most=1, first=first)
        assert done.verdict.clean, (done.line(), done.verdict)


def drilled(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "tests.faults", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8")


def test_the_drill_ends_with_its_line(root: Path) -> None:
    told = drilled(root, "--kills", "3", "--seed", "1")
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.splitlines()[-1].startswith("kills=3 doubled=0 lost=0 resent=")


def test_the_drill_sees_a_release_that_resends_blindly(root: Path) -> None:
    told = drilled(root, "--kills", "6", "--seed", "1", "--fault", "no_idempotency", "--blind")
    last = told.stdout.splitlines()[-1]
    assert told.returncode == 1 and "doubled=0" not in last and last.startswith("kills=6 doubled="), told.stdout
