"""What `shixian case` says may be done: every act that any scenario does is among it, and what is needed is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from shixian import programmes
from shixian.commands.possible import Possible, possibilities
from shixian.rules import proceedings
from shixian.rules.decide import Acted, Decided
from shixian.rules.periods import legal_day, parse_instant
from shixian.scenarios import read, read_text, run
from shixian.scenarios.runner import World

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
FOLDERS = sorted({path.parent.name for path in SCENARIOS.glob("*/*.yaml")})


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_accepted_was_said_to_be_possible(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles = programmes.catalogue()
    real, faults, seen = proceedings.act, [], 0

    def watched(world: World, ref: str, acted: Acted) -> Decided:
        nonlocal seen
        proceedings.tick(world, ref, legal_day(acted.at))
        case = world.load(ref)
        blocked, found = possibilities(lifecycles[case.lifecycle], case, world.law, acted.at)
        decided = real(world, ref, acted)
        if decided.refusal is None:
            seen += 1
            may = {name for one in found if one.refusal is None for name in (one.verb, one.title)}
            told = next((one.line() for one in found if acted.verb in (one.verb, one.title)), blocked or "不在其中")
            if acted.verb not in may:
                faults.append(f"{ref} {acted.at} {acted.stage}.{acted.verb}: {told}")
        return decided

    monkeypatch.setattr(proceedings, "act", watched)
    for path in sorted((SCENARIOS / folder).glob("*.yaml")):
        if "cases:" in path.read_text("utf-8"):
            run(read(path, lifecycles), lifecycles)
    assert not faults, "\n".join(faults)
    assert seen or folder == "nothing"
