"""What `shixian case` says may be done: every act that any scenario does is among it, and what is needed is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shixian import programmes
from shixian.display.possible import Possible, possibilities
from shixian.rules import proceedings
from shixian.rules.decide import Acted, Decided
from shixian.rules.periods import end_of, legal_day, parse_instant
from shixian.scenarios import read, read_text, run
from shixian.scenarios.runner import World
from tests.commands import sample

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
FOLDERS = sorted({path.parent.name for path in SCENARIOS.glob("*/*.yaml") if "acts:" in path.read_text("utf-8")})


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
        if decided.refusal is None and acted.verb != "outage":  # recorded for all open windows at once, not for a case
            seen += 1
            may = {one.verb for one in found if one.refusal is None and _is(one, acted)}
            told = next((one.line() for one in found if acted.verb in (one.verb, one.title)), blocked or "不在其中")
            if not may:
                faults.append(f"{ref} {acted.at} {acted.stage}.{acted.verb}: {told}")
        return decided

    monkeypatch.setattr(proceedings, "act", watched)
    for path in sorted((SCENARIOS / folder).glob("*.yaml")):
        if "cases:" in path.read_text("utf-8"):
            scenario = read(path, lifecycles)
            world = run(scenario, lifecycles)
            for case in world.register.cases.values():  # and long after the last act too it can be said
                for at in (end_of(scenario.as_of), parse_instant("2030-01-01T00:00")):
                    possibilities(lifecycles[case.lifecycle], case, world.law, at)
    assert not faults, "\n".join(faults)
    assert seen, "no act was accepted: this test held nothing"


def _is(one: Possible, acted: Acted) -> bool:
    """Whether it is this act; a fact may be answered in whichever stage."""
    same = acted.verb in (one.verb, one.title)
    return same and (one.verb == "answer" or acted.stage in (one.stage, one.stage_title))


def at_check(**facts: str) -> tuple[str, dict[str, Possible]]:
    """What may be done to a case of the sample regulation at its formal check (研发人员不少于10人, 第三条)."""
    written = ", ".join(f"{name}: {value}" for name, value in facts.items())
    text = f"""
programme: sample-grant
cases:
  A:
    opened: 2021-01-04
    facts: {{approved: 2021-01-04, kind: new, unit_name: 甲, {written}}}
    acts:
      - {{at: 2021-01-05T09:00, stage: filing, do: submit, by: applicant, with: {{documents: [form]}}}}
as_of: 2021-01-06
"""
    world = run(read_text(text, sample.CATALOGUE), sample.CATALOGUE)
    blocked, found = possibilities(sample.GRANT, world.load("A"), world.law, parse_instant("2021-01-06T09:00"))
    return blocked, {one.verb: one for one in found}


def test_a_condition_not_met_is_said_with_its_clause_and_comparison() -> None:
    blocked, found = at_check(staff="9")
    assert blocked == ""
    refusal = found["pass"].refusal
    assert refusal is not None and (refusal.code, refusal.clause) == ("condition", "第三条")
    assert refusal.compared == ("研发人员不少于10人：研发人员数（9） ≥ 10（第三条）",)
    assert found["pass"].line() == "形式审查·形式审查通过〔check pass〕：不符合：研发人员不少于10人（第三条）"
    assert found["fail"].refusal is None and found["fail"].needs == ("理由",)


def test_a_question_nobody_can_answer_with_the_act_stands_in_its_way() -> None:
    _, found = at_check()
    refusal = found["pass"].refusal
    assert refusal is not None and (refusal.code, refusal.asks) == ("unknown", ("staff",))
    assert found["answer"].refusal is None
    _, found = at_check(staff="'10'")
    assert found["pass"].refusal is None and found["pass"].by == ("office",) and found["pass"].needs == ()


def test_after_the_law_has_run_out_nothing_may_be_done() -> None:
    case = "{opened: 2021-01-04, facts: {approved: 2021-01-04, kind: new}}"
    text = f"{{programme: sample-grant, cases: {{A: {case}}}, as_of: 2021-01-05}}"
    world = run(read_text(text, sample.CATALOGUE), sample.CATALOGUE)
    # 2021-01-04 + 2 months = 2021-03-04, a Thursday: its 24:00 is the end
    for at, says in (
        ("2021-03-04T23:59", ""),
        ("2021-03-05T00:00", "案件已于 2021-03-04 终结：视为自动放弃（第二条）"),
    ):
        blocked, found = possibilities(sample.GRANT, world.load("A"), world.law, parse_instant(at))
        assert blocked == says and bool(found) == (not says)
    other = replace(world.load("A"), encoding="0" * 64)
    blocked, found = possibilities(sample.GRANT, other, world.law, parse_instant("2021-01-05T09:00"))
    assert "勘误" in blocked and found == []
