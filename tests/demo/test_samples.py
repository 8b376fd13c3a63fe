"""The sample cases: each holds in the simulator, fits the workbook an officer fills in, and ends in the database as
expected when the demonstration is played (with cycle runs called directly: no Prefect, no server)."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from stdnum.cn import uscc

from models import attempt, batch, batch_refusal
from shixian.casework.cycle import run_cycle
from shixian.casework.database import open_database, reading, transaction
from shixian.casework.staff.people import Role, find_person, put_person
from shixian.casework.verify import verify
from shixian.demo.bank import PractiseBank
from shixian.demo.checks import report_of, summary, unmet
from shixian.demo.logins import APPLICANT, EVERYONE
from shixian.demo.payments import Finance
from shixian.demo.people import CITIZEN, HEAD, OFFICER
from shixian.demo.play import FIRST, FLOW_DAYS, LAST, MARK, Play, _clear
from shixian.demo.samples import FOLDER, Batch, batches, samples, write_workbook
from shixian.disbursing.release import release
from shixian.disbursing.treasury import open_treasury
from shixian.intake.checking import check_rows
from shixian.intake.reader import read_rows
from shixian.operating.children import OperatingError
from shixian.operating.prepare import prepare_database
from shixian.programmes import catalogue
from shixian.rules.errors import ScenarioError, ShixianError
from shixian.rules.periods import legal_day, parse_instant
from shixian.scenarios import Scenario, differences, read, report, run
from shixian.scenarios.reader import CaseStep
from shixian.scenarios.runner import World

FILES = sorted(path.name for path in FOLDER.glob("*.yaml"))
LIFECYCLES = catalogue()
ALL = samples(LIFECYCLES)
BATCHES = batches(ALL)
CASES = [case for scenario in ALL for case in scenario.cases]
REFUSED = {
    case.ref for s in ALL for case in s.cases if s.expect.get(case.ref, {}).get("status") == "refused"
}  # rows whose expectation is that they open no case


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """Every sample file, simulated."""
    return {Path(scenario.path).name: run(scenario, LIFECYCLES) for scenario in ALL}


# ---- (a) the simulator


@pytest.mark.parametrize("name", FILES)
def test_a_sample_file_simulates_as_expected(name: str, worlds: Mapping[str, World]) -> None:
    scenario = read(FOLDER / name, LIFECYCLES)
    found = report(worlds[name])
    assert differences(scenario.expect, found) == []
    assert set(scenario.expect) == set(found), "every case and every child has its expectation"


@pytest.mark.parametrize("name", FILES)
def test_no_act_of_a_sample_is_refused_unless_expected(name: str, worlds: Mapping[str, World]) -> None:
    expect = read(FOLDER / name, LIFECYCLES).expect
    unsaid = {
        ref: [(line["do"], line["because"]) for line in found["refusals"]]
        for ref, found in report(worlds[name]).items()
        if found["refusals"] and found["status"] != "refused" and not expect[ref].get("refusals")
    }
    assert unsaid == {}


def test_together_the_samples_show_what_the_demonstration_promises(worlds: Mapping[str, World]) -> None:
    cases = {ref: found for world in worlds.values() for ref, found in report(world).items()}
    reasons = {found.get("reason") for found in cases.values()}
    assert reasons >= {"completed", "lapsed", "waived", "refused", "discretion", "terminated", "not_awarded"}
    codes = {line["code"] for found in cases.values() for line in found["refusals"]}
    assert codes >= {
        "late",
        "limit",
        "condition",
        "over_ceiling",
        "missing_document",
        "unknown",
        "barred",
        "not_in_force",
    }
    grades = [
        (found["cycle"], line["grade"])
        for found in cases.values()
        for line in found["decisions"]
        if line["key"] == "grade"
    ]
    assert set(grades) >= {(2020, "A"), (2020, "B"), (2020, "C"), (2020, "D"), (2021, "A"), (2021, "B"), (2021, "D")}
    directions = {line["direction"] for found in cases.values() for line in found["obligations"]}
    assert directions == {"付", "追"}
    assert any(line["list"] == "decide" for found in cases.values() for line in found["lists"])


# ---- (b) the workbooks


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.file_name)
def test_a_workbook_is_written_and_read_back_as_the_sample_says(batch: Batch, tmp_path: Path) -> None:
    lifecycle = LIFECYCLES[batch.lifecycle]
    rows = check_rows(lifecycle, read_rows(write_workbook(lifecycle, batch, tmp_path)), batch.opened)
    assert len(rows) == len(batch.cases)
    for case, row in zip(batch.cases, rows, strict=True):
        assert row.external == case.ref
        if not row.accepted:
            assert case.ref in REFUSED, [problem.zh(row.row) for problem in row.problems]
            with pytest.raises(ShixianError):
                lifecycle.facts.parse(case.facts)
            continue
        assert (row.opened, row.cycle) == (case.opened, case.cycle)
        assert dict(row.facts) == lifecycle.facts.parse(case.facts)


def test_a_fact_that_is_no_column_cannot_be_smuggled_into_a_workbook(tmp_path: Path) -> None:
    batch = next(batch for batch in BATCHES if batch.lifecycle == "sh-matching-funds")
    strange = Batch(batch.lifecycle, batch.opened, (_with(batch.cases[0], "indirect_cost"),))
    with pytest.raises(ScenarioError, match="indirect_cost"):
        write_workbook(LIFECYCLES[batch.lifecycle], strange, tmp_path)


def _with(case: CaseStep, name: str) -> CaseStep:
    return replace(case, facts={**case.facts, name: "1万元"})


def test_the_workbooks_are_as_many_and_as_large_as_an_office_sees() -> None:
    assert 15 <= len(BATCHES) <= 60
    assert all(1 <= len(batch.cases) <= 8 for batch in BATCHES)
    assert 45 <= len(CASES) <= 160
    assert len({batch.file_name for batch in BATCHES}) == len(BATCHES)


# ---- (c) time


def test_clocks_run_out_on_at_least_45_days_spread_over_the_two_years(worlds: Mapping[str, World]) -> None:
    days = {
        transition.legal_day
        for world in worlds.values()
        for events in world.events.values()
        for transition in events
        if transition.kind == "deadline_lapsed"
    }
    within = sorted(day for day in days if FIRST <= day < LAST)
    assert len(within) >= 45
    for year, months in ((2020, range(7, 13)), (2021, range(1, 7)), (2021, range(7, 13)), (2022, range(1, 7))):
        assert sum(1 for day in within if day.year == year and day.month in months) >= 8, (year, months)


def test_everything_happens_within_the_time_that_is_played() -> None:
    assert {scenario.as_of for scenario in ALL} == {LAST}
    assert all(FIRST <= case.opened <= LAST for case in CASES)
    opened = {case.ref: case.opened for case in CASES}
    for scenario in ALL:
        for step in scenario.acts:
            assert opened[step.ref.partition("/")[0]] <= legal_day(step.at) <= LAST, step


# ---- (d) names and codes


def test_codes_are_valid_and_nobodys() -> None:
    for case in CASES:
        code = case.facts.get("unit_code")
        if code is None:
            continue
        assert str(code)[8:10] == "YL", "the organisation's part begins with YL (样例)"
        assert uscc.is_valid(str(code)) is (case.ref != "配套-14"), case.ref


def test_a_code_belongs_to_one_unit_and_every_name_says_that_it_is_a_sample() -> None:
    units: dict[object, set[object]] = {}
    for case in CASES:
        facts = case.facts
        for name in ("unit_name", "project_name", "nominator_name"):
            assert name not in facts or str(facts[name]).startswith("（样例）"), (case.ref, name)
        people = str(facts.get("completers", "")).split("；")
        assert all("样例" in person for person in people if person), case.ref
        if "unit_code" in facts:
            units.setdefault(facts["unit_code"], set()).add(facts["unit_name"])
    assert {code: names for code, names in units.items() if len(names) > 1} == {}


# ---- (e) the play, without Prefect


@dataclass
class DirectRuns:
    """In place of Prefect's flow runs: the same cycle run, called directly."""

    engine: Engine
    runs: list[tuple[date, str]] = field(default_factory=list)

    def run(self, key: str, as_of: date) -> int:
        self.runs.append((as_of, key))
        stages = run_cycle(self.engine, key, as_of, recorded_at=parse_instant(f"{as_of}T00:10"))
        assert [stage.set_aside for stage in stages if stage.set_aside] == []
        return sum(stage.moved for stage in stages)

    def disburse(self, batch: str, person: str) -> dict[str, Any]:
        async def work() -> dict[str, Any]:
            async with open_treasury() as treasury:
                words: dict[str, Any] = {"person": find_person(self.engine, person), "treasury": treasury}
                return (await release(self.engine, batch, **words)).to_json()

        return asyncio.run(work())


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The whole demonstration, played on a database of its own."""
    folder = tmp_path_factory.mktemp("demo")
    engine = open_database(prepare_database(folder))
    with transaction(engine) as connection:
        for person in (OFFICER, HEAD, CITIZEN):
            put_person(connection, person)
    runs: Any = DirectRuns(engine)
    said: list[str] = []
    bank = PractiseBank(folder)
    child = bank.start()
    try:
        finance = Finance(engine, bank.address, bank.secret, said.append)
        show = Play(engine, folder, samples(LIFECYCLES), runs, finance, say=said.append)
        show.whole()
        yield show
    finally:
        child.stop()
        for name in ("URL", "KEY", "IDEMPOTENT"):
            os.environ.pop(f"SHIXIAN_TREASURY_{name}")
        engine.dispose()


def test_the_money_of_the_play_is_paid_once_and_by_different_people(played: Play) -> None:
    """The faults of the pay days were met: an unknown outcome inquired, a return paid again, a line refused."""
    with reading(played.engine) as connection:
        statuses = Counter(connection.scalars(select(attempt.c.status)))
        programmes = set(connection.scalars(select(batch.c.programme).where(batch.c.status == "done")))
        people = connection.execute(select(batch.c.maker, batch.c.releaser).where(batch.c.status == "done")).all()
        asked = connection.scalar(select(func.count()).where(attempt.c.inquiries > 0, attempt.c.status == "paid"))
        twice = connection.execute(
            select(attempt.c.obligation_id).where(attempt.c.alive).group_by(attempt.c.obligation_id)
            .having(func.count() > 1)
        ).all()
        waiting = list(connection.scalars(select(batch.c.status).where(batch.c.status != "done")))
        refused = set(connection.scalars(select(batch_refusal.c.code)))
        back = select(attempt.c.obligation_id).where(attempt.c.status == "returned")
        paid = select(func.count()).where(attempt.c.status == "paid", attempt.c.obligation_id.in_(back))
        again = connection.scalar(paid)
    assert programmes == {"sh-matching-funds", "sh-incubator", "js-innovation-voucher"}
    assert people and all(maker != releaser for maker, releaser in people)
    assert set(statuses) == {"paid", "returned"} and statuses["paid"] >= 15 and again
    assert asked and twice == [] and waiting == ["proposed"]
    assert "account_unverified" in refused, refused


def test_the_play_ends_as_the_samples_expect(played: Play) -> None:
    assert played.lost == []
    assert unmet(played) == []
    assert set(played.refused) == REFUSED
    assert set(played.refs) == {case.ref for case in CASES} - REFUSED


def test_the_record_of_the_play_verifies(played: Play) -> None:
    report_ = verify(played.engine)
    assert [str(problem) for problem in report_.problems] == []
    assert report_.counts["cases"] > len(CASES)


def test_clocks_are_run_on_the_days_they_are_due_and_no_more(played: Play) -> None:
    assert played.flow_days == FLOW_DAYS
    assert played.flow_days + played.plain_days >= 45
    runs = played.runs.runs  # type: ignore[attr-defined]
    assert len({day for day, _ in runs}) == FLOW_DAYS
    assert len(set(runs)) == len(runs), "no lifecycle is run twice for one day"


def test_running_the_last_day_again_moves_nothing(played: Play) -> None:
    for key in {one.lifecycle for one in BATCHES}:
        stages = run_cycle(played.engine, key, LAST, recorded_at=parse_instant(f"{LAST}T23:00"))
        assert sum(stage.moved for stage in stages) == 0, key


def test_the_checks_of_the_demonstration_can_fail(played: Play) -> None:
    """A wrong day, a missing child and a case that was never opened are each told."""
    wrong: dict[str, dict[str, Any]] = {
        "配套-03": {"closed_on": "2020-08-25", "source": "一日之差"},
        "配套-05/drawdown9": {"status": "closed", "source": "没有第九期"},
        "载体-10": {"status": "open", "source": "应为拒收"},
        "配套-99": {"status": "open", "source": "没有这一件"},
        "奖励-05": {"children": {"奖励-05/objection1": {"outcome": "upheld"}}, "source": "应为不成立"},
    }
    scenario = played.scenarios[0]
    changed = Scenario(scenario.path, scenario.programme, {}, (), (), LAST, wrong)
    words: dict[str, Any] = {"refs": played.refs, "refused": played.refused}
    lines = unmet(Play(played.engine, played.folder, [changed], played.runs, played.finance, **words))
    assert sorted({line.partition("：")[0] for line in lines}) == sorted(wrong)


def test_a_stored_case_is_reported_like_a_simulated_one(played: Play, worlds: Mapping[str, World]) -> None:
    """Not only what expectations name: facts, outcomes, deadlines with their working, decisions with their trees."""
    for world in worlds.values():
        for name, simulated in report(world).items():
            sample, slash, child = name.partition("/")
            if sample in REFUSED:
                continue
            stored = report_of(played.engine, f"{played.refs[sample]}{slash}{child}")
            assert stored is not None
            for part in ("status", "stages", "reason", "clause", "closed_on", "facts", "outcomes", "windows", "lists"):
                assert stored[part] == simulated[part], (name, part)
            assert _without_references(stored["deadlines"]) == _without_references(simulated["deadlines"]), name
            assert _without_references(stored["decisions"]) == _without_references(simulated["decisions"]), name


def _without_references(lines: list[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    keys = ("stage", "clock", "last_day", "status", "working", "key", "amount", "grade", "tree")
    return [tuple(line.get(key) for key in keys) for line in lines]


def test_the_summary_counts_every_case(played: Play) -> None:
    lines = summary(played.engine).splitlines()[1:]
    counted = {line.split()[0]: [int(number) for number in line.split()[1:6]] for line in lines}
    assert counted["sh-matching-funds"][0] == sum(1 for ref in played.refs if ref.startswith("配套"))
    assert all(total == sum(parts) for total, *parts in counted.values())
    # 配套 draw-downs: 300+500+200+250+350+210+300+1000+380+130 = 3620万元
    assert next(line for line in lines if line.startswith("sh-matching-funds-drawdown")).endswith("36,200,000.00元")


def test_a_folder_is_cleared_only_if_it_is_an_idle_demonstration(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.docx").write_text("不可丢失", encoding="utf-8")
    with pytest.raises(OperatingError, match="不是演示文件夹"):
        _clear(mine)
    assert (mine / "thesis.docx").exists()

    demo = tmp_path / "demo"
    _clear(demo)
    (demo / "shixian.db").write_text("", encoding="utf-8")
    with (demo / "house.lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(OperatingError, match="正在运行"):
            _clear(demo)
    assert (demo / "shixian.db").exists()
    _clear(demo)
    assert [path.name for path in demo.iterdir()] == [MARK]


def test_every_role_has_a_login_and_the_applicant_has_cases() -> None:
    roles = {role for person in EVERYONE for role in person.roles}
    assert roles == set(Role) - {Role.SYSTEM, Role.PUBLIC}
    assert [case.ref for case in CASES if case.facts.get(LIFECYCLES[case.programme].party) == APPLICANT.party]
