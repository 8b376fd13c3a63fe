"""Declared is alive: what no scenario reaches is red, and so is, once runs are given, what no run reaches.

The first half tests the instrument on the small lifecycle of tests/rules; the second holds the programmes to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from shixian.programmes import catalogue
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.state import KINDS, Transition
from shixian.scenarios import read_text, run
from tests.liveness.declared import items
from tests.liveness.reached import TRACE, Recorded, Trace, from_database, note
from tests.liveness.survey import EXCUSED, SCENARIOS, markdown, run_faults, scenario_trace, survey, unreached
from tests.liveness.witness import _READERS
from tests.rules.small import LIFECYCLES, SMALL

# One party who is on time, one who is not; a correction; an objection; an amount over its ceiling; one case too many.
STORY = """
programme: small
parameters: {notice_length: 5日}
cases:
  A:
    opened: 2021-01-04
    facts: {approved: 2021-01-04, budget: 100万元, kind: a, unit_name: 甲}
    acts:
      - {at: 2021-01-05T09:00, stage: filing, do: submit, by: applicant}
      - {at: 2021-01-06T09:00, stage: filing, do: submit, by: applicant, with: {documents: [form]}}
      - {at: 2021-01-07T09:00, stage: check, do: pass, by: office}
      - {at: 2021-01-08T09:00, stage: check, do: answer, by: office, with: {sealed_copy: 否}}
      - {at: 2021-01-08T10:00, stage: check, do: pass, by: office}
      - {at: 2021-01-08T11:00, stage: check, do: answer, by: office, with: {sealed_copy: 是}, reason: 更正}
      - {at: 2021-01-08T12:00, stage: check, do: pass, by: office}
      - {at: 2021-01-11T09:00, stage: publicity, do: publish, by: office}
      - {at: 2021-01-12T09:00, stage: publicity, do: object, by: objector, with: {grounds: 重复}}
      - {at: 2021-01-20T09:00, stage: handling, do: pass, by: office, child: objection1}
      - {at: 2021-01-21T09:00, stage: award, do: approve, by: office, with: {granted: 31万元}}
      - {at: 2021-01-22T09:00, stage: award, do: approve, by: office, with: {granted: 30万元}}
  B: {opened: 2021-01-04, facts: {approved: 2021-01-04, kind: a}}
  C: {opened: 2021-01-04, facts: {approved: 2021-01-04, kind: a}}
  D: {opened: 2019-01-04, facts: {approved: 2019-01-04}}
as_of: 2021-06-30
"""


def trace_of(text: str, lifecycles: Mapping[str, Lifecycle]) -> Trace:
    world = run(read_text(text, lifecycles), lifecycles)
    assert not world.errors
    trace = Trace()
    for ref, case in world.register.cases.items():
        trace.add(lifecycles[case.lifecycle], world.events[ref])
    for key, _, refusal in world.refused.values():
        trace.add_refused_opening(lifecycles[key], refusal.to_json())
    return trace


def test_a_story_reaches_what_it_tells_and_nothing_else() -> None:
    reached = trace_of(STORY, LIFECYCLES)
    dead = {item.name for item in unreached({"small": SMALL}, reached)}
    assert dead == {
        "outcome filing:waived",
        "act filing.waive",
        "act check.fail",
        "outcome check:failed",
        "act check.request_correction",
        "repetition refused check.request_correction",
        "act check.correct",
        "deadline check.correction",
        "lapse check.correction",
        "lapse check.limit",
        "objection refused late publicity",
        "act award.reject",
        "outcome award:rejected",
        "act report.submit",
        "outcome report:submitted",
        "extension report.limit",
        "extension refused report.limit",
    }
    assert reached.of("small", "condition refused check.pass.sealed") == 1
    assert reached.of("small", "condition held check.pass.sealed") == 1
    assert reached.of("small", "ceiling refused grant") == 1
    assert reached.of("small", "gate waited cleared") == 1
    assert reached.of("small", "limit refused one_a") == 1
    assert reached.of("small", "opening refused not_in_force") == 1
    assert reached.of("small-objection", "outcome handling:passed") == 1


def test_a_lifecycle_that_nothing_reaches_is_dead_throughout() -> None:
    assert unreached({"small": SMALL}, Trace()) == items(SMALL)
    assert len({item.name for item in items(SMALL)}) == len(items(SMALL)) > 40


def test_every_kind_of_event_that_the_witness_reads_exists() -> None:
    assert set(_READERS) <= set(KINDS)


GUARDED = """
programme: guarded
cases:
  A: {opened: 2021-01-04, facts: {approved: 2021-01-04, wanted: 是}}
  B: {opened: 2021-01-04, facts: {approved: 2021-01-04, wanted: 否}}
as_of: 2021-06-30
"""


def guarded() -> Lifecycle:
    """A stage, a clock and a document that are only sometimes there, and a lapse with two branches."""
    from dataclasses import replace

    from shixian.rules.conditions import fact
    from shixian.rules.facts import FactSet, date_fact, yes_no_fact
    from shixian.rules.kinds import office_clock, party_clock, submission
    from shixian.rules.lifecycle import SILENT, Closed, Document, OneOf
    from shixian.rules.timing import days
    from tests.rules.small import PARTY

    wanted = fact("wanted").equals(True)
    facts = FactSet(
        (date_fact("approved", "批复日期", clause="第一条"), yes_no_fact("wanted", "是否需要", clause="第一条"))
    )
    branches = OneOf(((wanted, Closed("终止")),), otherwise=SILENT)
    stages = (
        submission(
            "plan",
            "方案",
            clause="第二条",
            by=PARTY,
            documents=(Document("map", "图", "第二条", only_if=wanted),),
            clocks=(
                party_clock("第二条", days(5).after("opened"), branches),
                office_clock("第三条", days(3).after("opened"), key="visit", only_if=wanted),
            ),
        ),
        submission("more", "补充", clause="第四条", by=PARTY, after=("plan",), only_if=wanted, ends_branch=True),
    )
    return replace(
        SMALL, key="guarded", facts=facts, stages=stages, formulas=(), parameters=(), readings=(), opening_limits=()
    )


def test_guards_count_both_ways() -> None:
    lifecycle = guarded()
    reached = trace_of(GUARDED, {"guarded": lifecycle})
    assert reached.of("guarded", "guard held plan.visit") == 1
    assert reached.of("guarded", "guard skipped plan.visit") == 1
    assert reached.of("guarded", "lapse branch plan.limit/1") == 1
    assert reached.of("guarded", "lapse branch plan.limit/2") == 1
    only_with = trace_of(GUARDED.replace("wanted: 否", "wanted: 是"), {"guarded": lifecycle})
    assert only_with.of("guarded", "guard skipped plan.visit") == 0
    assert only_with.of("guarded", "lapse branch plan.limit/2") == 0

    acts = """
    acts:
      - {at: 2021-01-05T09:00, stage: plan, do: submit, by: applicant}
      - {at: 2021-01-05T10:00, stage: plan, do: submit, by: applicant, with: {documents: [map]}}
"""
    wanted = "{opened: 2021-01-04, facts: {approved: 2021-01-04, wanted: 是}}"
    block = "\n    opened: 2021-01-04\n    facts: {approved: 2021-01-04, wanted: 是}"
    with_map = trace_of(GUARDED.replace(wanted, block + acts.rstrip()), {"guarded": lifecycle})
    assert with_map.of("guarded", "document refused plan.submit.map") == 1
    assert with_map.of("guarded", "guard held plan.submit.map") == 2
    assert with_map.of("guarded", "guard held more") == 1
    block = block.replace("wanted: 是", "wanted: 否")
    without = GUARDED.replace(
        wanted.replace("是", "否"), block + acts.replace(", with: {documents: [map]}", "").rstrip()
    )
    assert trace_of(without, {"guarded": lifecycle}).of("guarded", "guard skipped plan.submit.map") == 1
    assert trace_of(without, {"guarded": lifecycle}).of("guarded", "guard skipped more") == 1


def test_notes_add_up_in_the_trace_file(tmp_path: Path) -> None:
    file = tmp_path / "out" / "reached.json"
    opened: dict[str, Any] = {"stage": "filing"}
    for _ in range(2):
        note([Transition("stage_opened", date(2021, 1, 4), opened)], SMALL, file)
    note([Recorded("stage_opened", {"stage": "check"})], SMALL, file)
    trace = Trace.from_text(file.read_text("utf-8"))
    assert (trace.of("small", "stage filing"), trace.of("small", "stage check")) == (2, 1)
    with pytest.raises(ValueError, match="opening"):
        note([Recorded("stage_opened", {"stage": "check"})], None, file)


def test_a_database_is_read_back(tmp_path: Path) -> None:
    """Events and refused openings as casework stores them count like those of the simulation."""
    from sqlalchemy import create_engine, insert

    from models import METADATA, case_file, event, refused_opening
    from shixian.casework.chain import canonical_json

    url = f"sqlite:///{tmp_path / 'cases.db'}"
    engine = create_engine(url)
    METADATA.create_all(engine)
    world = run(read_text(STORY, LIFECYCLES), LIFECYCLES)
    now = datetime.fromisoformat("2021-07-01T00:00:00+00:00")
    blank = {"recorded_at": now, "actor": "", "person": "", "clause": "", "stage": "", "regulation": "", "version": 1}
    with engine.begin() as connection:
        for number, (ref, case) in enumerate(world.register.cases.items(), 1):
            row = {"id": number, "ref": ref, "lifecycle": case.lifecycle, "encoding": case.encoding, "regulation": "x"}
            row |= {"cycle": 2021, "opened": case.opened, "status": "open", "facts": "{}", "progress": "{}"}
            connection.execute(insert(case_file), row | {"shape": "0" * 64, "number": 1, "head": "0" * 64})
            rows = [
                {"case_id": number, "seq": seq, "kind": t.kind, "legal_day": t.legal_day, "encoding": case.encoding}
                | {"data": canonical_json(dict(t.data)), "previous": f"{number:032}{seq:032}", "hash": "0" * 64}
                | blank
                for seq, t in enumerate(world.events[ref], 1)
            ]
            connection.execute(insert(event), rows)
        for ref, (key, day, refusal) in world.refused.items():
            told = {"code": refusal.code, "because": refusal.because, "clause": refusal.clause, "remedy": ""}
            told |= {"asks": "[]", "compared": canonical_json(list(refusal.compared)), "origin": "", "person": ""}
            connection.execute(
                insert(refused_opening), {"lifecycle": key, "ref": ref, "legal_day": day, "recorded_at": now} | told
            )
    engine.dispose()
    assert from_database(url, LIFECYCLES).counts == trace_of(STORY, LIFECYCLES).counts


def test_what_no_run_reaches_is_a_fault_unless_excused_and_excuses_go_stale(tmp_path: Path) -> None:
    reached, file = trace_of(STORY, LIFECYCLES), tmp_path / "unreached.yaml"
    dead = unreached({"small": SMALL}, reached)
    file.write_text("{}", "utf-8")
    assert len(run_faults({"small": SMALL}, reached, file)) == len(dead)
    lines = [f'  "{item.name}": 演示中没有这样的案件\n' for item in dead]
    file.write_text("small:\n" + "".join(lines), "utf-8")
    assert run_faults({"small": SMALL}, reached, file) == []
    file.write_text("small:\n" + "".join([*lines, '  "stage filing": 多余\n', '  "stage gone": 多余\n']), "utf-8")
    assert [fault.split(": ")[2] for fault in run_faults({"small": SMALL}, reached, file)] == [
        "stage filing is reached or not declared",
        "stage gone is reached or not declared",
    ]
    file.write_text('small:\n  "stage filing": ""\n', "utf-8")
    with pytest.raises(ValueError, match="no reason"):
        run_faults({"small": SMALL}, reached, file)


# -- the programmes ------------------------------------------------------------------------------------------------


def test_everything_declared_is_reached_by_a_scenario() -> None:
    lifecycles = catalogue()
    if not lifecycles:
        pytest.skip("no programme is declared yet")
    scenarios = scenario_trace(SCENARIOS, lifecycles)
    runs = Trace.from_text(TRACE.read_text("utf-8")) if TRACE.exists() else Trace()
    TRACE.parent.mkdir(exist_ok=True)
    (TRACE.parent / "liveness.md").write_text(markdown(survey(lifecycles, scenarios, runs)), "utf-8")
    dead = [f"{item.lifecycle}: {item.name} ({item.clause})" for item in unreached(lifecycles, scenarios)]
    assert not dead, f"{len(dead)} declared and reached by no scenario:\n" + "\n".join(dead)


def test_everything_declared_is_reached_by_a_run() -> None:
    """Runs are given as LIVENESS_RUNS: a trace file, or the URL of a database (the demo's, after its flows ran)."""
    given = os.environ.get("LIVENESS_RUNS")
    if not given:
        pytest.skip("LIVENESS_RUNS names no trace file or database")
    lifecycles = catalogue()
    trace = from_database(given, lifecycles) if "://" in given else Trace.from_text(Path(given).read_text("utf-8"))
    faults = run_faults(lifecycles, trace, EXCUSED)
    assert not faults, f"{len(faults)} declared and reached by no run:\n" + "\n".join(faults)
