"""The tool itself, on a tiny programme: a scenario that pins a number kills its mutants; without it they survive."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shixian.rules.canonical import encoding
from tests.mutation import tiny
from tests.mutation.changes import CLASSES
from tests.mutation.equivalents import Equivalents
from tests.mutation.session import KILLED, REFUSED, SURVIVED, Choice, Result, Session, grave

PINNED = {"pinned.yaml": tiny.SCENARIO}


def result_of(session: Session, choice: Choice, module: str = "tiny_programme", jobs: int = 1) -> Result:
    (result,) = session.run([module], choice, jobs)
    return result


def fates(session: Session, *classes: str) -> dict[str, str]:
    found = result_of(session, Choice(classes)).fates
    assert found, f"no mutants of {classes}"
    return {fate.mutant.name: fate.what for fate in found}


@pytest.fixture()
def pinned(tmp_path: Path) -> Session:
    return tiny.session(tmp_path, PINNED)


def test_what_a_scenario_pins_is_killed(pinned: Session) -> None:
    condition = 'in (Condition("staff", "至少三人", fact("staff") >= 3, "第四条"),)'
    subsidy = 'in rate_of(cost, "30%", clause="第五条", rounding=Rounding.DOWN)'
    months = 'in within=months(2).after("approved")'
    assert fates(pinned, "number", "unit", "rate", "boundary", "date") == {
        f"filing: 2 → 1 {months}": KILLED,
        f"filing: 2 → 3 {months}": KILLED,
        "filing: months → days in months(2)": KILLED,
        "filing: months → years in months(2)": KILLED,
        'check: >= → > in fact("staff") >= 3': KILLED,
        f"check: 3 → 2 {condition}": KILLED,
        f"check: 3 → 4 {condition}": KILLED,
        f'subsidy(): "30%" → "29%" {subsidy}': KILLED,
        f'subsidy(): "30%" → "31%" {subsidy}': KILLED,
        "TINY: date(2020, 7, 1) → date(2020, 6, 30) in in_force_from=date(2020, 7, 1)": SURVIVED,
        "TINY: date(2020, 7, 1) → date(2020, 7, 2) in in_force_from=date(2020, 7, 1)": SURVIVED,
        "TINY: date(2023, 6, 30) → date(2023, 6, 29) in in_force_to=date(2023, 6, 30)": SURVIVED,
        "TINY: date(2023, 6, 30) → date(2023, 7, 1) in in_force_to=date(2023, 6, 30)": SURVIVED,
    }


def test_what_no_scenario_pins_survives(tmp_path: Path) -> None:
    loose = tiny.session(tmp_path, {"unpinned.yaml": tiny.UNPINNED})
    result = result_of(loose, Choice(("number", "rate")))
    assert {fate.what for fate in result.fates} == {SURVIVED}
    assert grave(result.fates) == result.fates


def test_every_kind_of_change_that_the_tiny_programme_offers(pinned: Session) -> None:
    assert fates(pinned, "clause")["filing: 第三条 → 第九百条 in submission(filing)"] == KILLED
    assert fates(pinned, "anchor") == {'filing: "approved" → "opened" in months(2).after("approved")': SURVIVED}
    assert fates(pinned, "document") == {'DOCUMENTS: Document("form", "申报表", "第三条") → left out': KILLED}
    assert fates(pinned, "rounding") == {"subsidy(): Rounding.DOWN → Rounding.HALF_UP": SURVIVED}
    assert fates(pinned, "lapse") == {'filing: Closed("视为放弃") → SILENT': KILLED}
    assert fates(pinned, "flag")["report: True → False in ends_branch=True"] == REFUSED
    assert fates(pinned, "edge")['report: "award" → left out'] == REFUSED
    assert fates(pinned, "actor")["check: OFFICE → APPLICANT in by=OFFICE"] == KILLED


def test_nothing_is_changed_twice_nor_in_words_for_people(pinned: Session) -> None:
    found = pinned.mutants("tiny_programme")
    names = [(mutant.kind, mutant.name) for mutant in found]
    assert len(set(names)) == len(names)
    assert {mutant.kind for mutant in found} <= set(CLASSES)
    source = pinned.workshop.sources["tiny_programme"]
    for mutant in found:
        changed = mutant.apply(source)
        for words in ("申报表", "至少三人", "补助", "小〔2020〕1号", "issued=date(2020, 6, 1)", "费用", "市财政"):
            assert changed.count(words) == source.count(words) or mutant.change.after == "left out", mutant.name


def test_a_mutant_is_gone_when_its_turn_is_over(pinned: Session) -> None:
    workshop, mutants = pinned.workshop, pinned.mutants("tiny_programme")
    before, module = encoding(workshop.lifecycles["tiny"]), sys.modules["tiny_programme"]
    rate = next(mutant for mutant in mutants if mutant.kind == "rate")
    with workshop.changed("tiny_programme", rate.apply(workshop.sources["tiny_programme"])) as lifecycles:
        # The formula's changed source is found by `inspect.getsource`, so the encoding knows of it.
        assert encoding(lifecycles["tiny"]) != before
        assert sys.modules["tiny_programme"] is not module
    assert encoding(workshop.lifecycles["tiny"]) == before
    assert sys.modules["tiny_programme"] is module


def test_a_module_in_two_parts_is_changed_as_one(tmp_path: Path) -> None:
    head, _, tail = tiny.PROGRAMME.partition("TINY = ")
    parts = {
        "tiny_terms": head,
        "tiny_programme": f"from tiny_terms import *\nfrom tiny_terms import months\nTINY = {tail}",
    }
    session = tiny.several(tmp_path, PINNED, parts)
    assert session.workshop.affected("tiny_terms") == ["tiny_terms", "tiny_programme"]
    assert session.modules(["tiny"]) == ["tiny_terms", "tiny_programme"]
    assert [fate.what for fate in result_of(session, Choice(("rate",)), "tiny_terms").fates] == [KILLED, KILLED]


def test_a_scenario_that_fails_unchanged_is_told_and_notices_nothing(tmp_path: Path) -> None:
    wrong = tiny.SCENARIO.replace("closed_on: 2021-03-04", "closed_on: 2021-03-05")
    result = result_of(tiny.session(tmp_path, {"wrong.yaml": wrong}), Choice(("rate",)))
    assert [play.path.name for play in result.broken] == ["wrong.yaml"]
    assert {fate.what for fate in result.fates} == {SURVIVED}


def test_formula_checks_count_as_scenarios(tmp_path: Path) -> None:
    lines = "{formula: subsidy, with: {cost: 1000元}, amount: 300元, clause: 第五条, source: 1000 × 30%}"
    session = tiny.session(tmp_path, {"formulas.yaml": f"programme: tiny\nformulas:\n  - {lines}\n"})
    assert set(fates(session, "rate").values()) == {KILLED}


def test_equivalents_are_excused_with_a_reason_and_never_stale(tmp_path: Path, pinned: Session) -> None:
    result = result_of(pinned, Choice(("rounding", "rate")))
    file = tmp_path / "equivalent.yaml"
    entry = "- module: tiny_programme.py\n  class: {0}\n  mutant: '{1}'\n  reason: {2}\n"
    survivor = "subsidy(): Rounding.DOWN → Rounding.HALF_UP"
    file.write_text(entry.format("rounding", survivor, "尾数不足半分"), "utf-8")
    equivalents = Equivalents.read(file)
    counted, excused = equivalents.split(result.fates)
    assert [fate.mutant.name for fate in excused] == [survivor]
    assert not equivalents.stale(result.path, result.mutants, result.fates)
    assert SURVIVED not in {fate.what for fate in counted}

    noticed = next(fate.mutant.name for fate in result.fates if fate.mutant.kind == "rate")
    killed = entry.format("rate", noticed, "没有理由")
    gone = entry.format("number", "filing: months(7) → 8", "没有理由")
    file.write_text(killed + gone, "utf-8")
    stale = Equivalents.read(file).stale(result.path, result.mutants, result.fates)
    assert len(stale) == 2 and "is noticed" in stale[0] and "no such mutant" in stale[1]

    file.write_text(entry.format("rate", "x", "' '"), "utf-8")
    with pytest.raises(ValueError, match="no reason"):
        Equivalents.read(file)


def test_two_processes_come_to_the_same_result(pinned: Session) -> None:
    alone, together = (result_of(pinned, Choice(), jobs=jobs) for jobs in (1, 2))
    assert [(f.mutant, f.what) for f in alone.fates] == [(f.mutant, f.what) for f in together.fates]


def test_a_choice_is_every_nth_and_at_most() -> None:
    assert Choice(every=3, limit=2).of(list("abcdefgh")) == ["a", "d"]  # type: ignore[comparison-overlap, arg-type]
