"""How far a change reaches, and that only plays that cannot see it are left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shixian.rules.facts import FactSet
from shixian.rules.lifecycle import Lifecycle
from tests.mutation import tiny
from tests.mutation.known import Known
from tests.mutation.reach import EVERYWHERE, REFUSALS, Forms
from tests.mutation.session import Bench, Session
from tests.mutation.trial import Jury
from tests.rules.small import LIFECYCLES, SMALL


def places(changed: Lifecycle) -> set[str]:
    found = Forms(LIFECYCLES).changed(["small"], {"small": changed})
    return {place for _, place in found}


def with_stage(key: str, **changes: object) -> Lifecycle:
    stages = (replace(s, **changes) if s.key == key else s for s in SMALL.stages)  # type: ignore[arg-type]
    return replace(SMALL, stages=tuple(stages))


def test_a_change_reaches_as_far_as_cases_can_tell() -> None:
    assert places(SMALL) == set()
    assert places(with_stage("check", clause="第九百条")) == {"check"}
    assert places(with_stage("check", acts=())) == {"check"}
    assert places(with_stage("check", after=())) == {EVERYWHERE}, "the ways in concern cases that never came in"
    assert places(replace(SMALL, opening_limits=())) == {EVERYWHERE}
    first, *others = SMALL.facts.fields
    other_clause = FactSet((replace(first, clause="第九百条"), *others))
    assert places(replace(SMALL, facts=other_clause)) == {REFUSALS}
    assert places(replace(SMALL, facts=FactSet(tuple(others)))) == {EVERYWHERE}


def test_lifecycles_that_name_each_other_are_loaded_together() -> None:
    forms = Forms(LIFECYCLES)
    assert forms.together(["small"]) == {"small", "small-objection"}
    assert forms.together(["nobody"]) == set()


def test_a_play_is_asked_only_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The play that stays in the filing stage is not asked about the award; the one that goes through is."""
    session = tiny.session(tmp_path, {"far.yaml": tiny.SCENARIO, "near.yaml": tiny.UNPINNED})
    plays = session.relevant("tiny_programme")
    asked: list[str] = []
    monkeypatch.setattr("tests.mutation.trial._notices", lambda play, _: asked.append(play.path.name))
    bench = Bench(session.workshop, Jury(plays), "tiny_programme")
    mutants = session.mutants("tiny_programme")
    bench.try_all([next(m for m in mutants if m.where == "filing" and m.kind == "number")])
    assert sorted(asked) == ["far.yaml", "near.yaml"]
    asked.clear()
    bench.try_all([next(m for m in mutants if m.where == "award" and m.kind == "clause")])
    assert asked == ["far.yaml"]


def test_a_reload_that_is_not_faithful_stops_the_run(tmp_path: Path) -> None:
    """Were the reload to break something by itself, every mutant would seem killed: the control refuses to go on."""
    session: Session = tiny.session(tmp_path, {"pinned.yaml": tiny.SCENARIO})
    session.relevant("tiny_programme")
    session.workshop.sources["tiny_programme"] = tiny.PROGRAMME.replace("months(2)", "months(3)")
    with pytest.raises(AssertionError, match="unchanged"):
        next(session.run(["tiny_programme"], tiny.ALL))


def test_naming_the_only_outcome_that_proceeds_is_no_edge_to_lose() -> None:
    known = Known.of(tiny, [SMALL])
    assert known.same_ways("check", ["passed"]), "every other outcome of the check closes the case"
    assert not known.same_ways("check", ["failed"])
    skippable = Known.of(tiny, [with_stage("check", only_if=SMALL.opening)])
    assert not skippable.same_ways("check", ["passed"]), "a skipped stage leads on only where no outcome is named"
