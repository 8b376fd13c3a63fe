"""One house: the server, every deployment, a worker; runs, their graph, their artifacts, and what a kill leaves.

Slow by nature (the server takes about twenty seconds to start), so it is one house for the whole module.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, func, select

from models import case_file, effect_claim, event
from shixian import clock
from shixian.casework.cases import open_case
from shixian.casework.database import open_database, reading, transaction
from shixian.casework.lawbooks import default_books
from shixian.casework.staff.people import Person, Role, put_person
from shixian.casework.verify import verify
from shixian.desk.sessions import COOKIE, open_session
from shixian.operating.children import OperatingError
from shixian.operating.house import ROOT, House
from shixian.operating.prepare import prepare_database
from shixian.programmes import catalogue
from shixian.rules.lifecycle import edge
from shixian.rules.periods import parse_instant
from tests.bench.population import _group as clone_cases
from tests.flows.conftest import api, free_port

pytestmark = pytest.mark.prefect

OFFICER = Person("officer", "经办", frozenset({Role.OFFICER}))
KEY = "sh-matching-funds"


@pytest.fixture(scope="module")
def engine(house: House) -> Iterator[Engine]:
    made = open_database(house.database_url)
    for number in range(3):
        open_case(
            made,
            KEY,
            {"national_approval": "2020-12-31", "matching_budget": "500万元", "unit_name": f"样例单位{number}"},
            day=date(2020, 12, 31),
            person=OFFICER,
            now=parse_instant("2020-12-31T10:00"),
        )
    yield made
    made.dispose()


def start(house: House, key: str, **parameters: Any) -> str:
    """Start a run of a lifecycle's deployment, as an operator would; gives its id."""
    deployment = api(house, f"deployments/name/{key}/daily")
    made = api(house, f"deployments/{deployment['id']}/create_flow_run", {"parameters": parameters})
    return str(made["id"])


def finished(house: House, run: str, patience: float = 120) -> dict[str, Any]:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        found = api(house, f"flow_runs/{run}")
        if found["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            return dict(found)
        time.sleep(0.5)
    raise AssertionError(f"run {run} did not finish: {found['state']}")


def claims(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(effect_claim)).scalar_one())


def test_every_deployment_of_prefect_yaml_is_registered(house: House) -> None:
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    found = api(house, "deployments/filter", {"limit": 200})
    assert {item["entrypoint"] for item in found} == {item["entrypoint"] for item in declared}
    cycles = [item for item in found if "周期运行" in item["tags"]]
    assert len(found) == len(declared) and len(cycles) == len(catalogue())
    for item in cycles:
        assert [s["schedule"]["timezone"] for s in item["schedules"]] == ["Asia/Shanghai"]
        assert item["parameter_openapi_schema"]["properties"]["dry_run"]["description"]
        assert item["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"


def test_a_second_house_on_the_same_folder_is_refused(house: House) -> None:
    with pytest.raises(OperatingError, match="已有一个"):
        House(folder=house.folder, database_url=house.database_url, port=free_port()).open()
    house.check()


def test_a_dry_run_writes_nothing_then_the_run_lapses_once_with_its_graph(house: House, engine: Engine) -> None:
    dry = finished(house, start(house, KEY, as_of="2021-03-02", dry_run=True))
    assert dry["state_type"] == "COMPLETED" and claims(engine) == 0
    run = start(house, KEY, as_of="2021-03-02")
    done = finished(house, run)
    assert done["state_type"] == "COMPLETED" and done["name"] == "2021-03-02"
    assert claims(engine) == 3
    with reading(engine) as connection:
        rows = connection.execute(select(case_file.c.status, case_file.c.reason, case_file.c.clause)).all()
    assert {tuple(getattr(v, "value", v) for v in row) for row in rows} == {("closed", "lapsed", "第八条")}
    # Again for the same day: nothing moves.
    assert finished(house, start(house, KEY, as_of="2021-03-02"))["state_type"] == "COMPLETED"
    assert claims(engine) == 3
    assert verify(engine).problems == ()
    _graph_is_the_legal_graph(house, run)
    _artifacts_tell(house, run)


def _graph_is_the_legal_graph(house: House, run: str) -> None:
    nodes = {node["id"]: node for _, node in api(house, f"flow_runs/{run}/graph-v2")["nodes"]}
    tasks = [node for node in nodes.values() if node["kind"] == "task-run"]
    assert len(tasks) <= 20
    titles = {stage.title: stage for stage in catalogue()[KEY].stages}
    seen = {}
    for node in tasks:
        match = re.fullmatch(r"(\S+) (\S+)：届满(\d+)件", node["label"])
        assert match, node["label"]
        seen[node["id"]] = titles[match[1]]
        assert match[2] == titles[match[1]].clause
        assert match[3] == ("3" if match[1] == titles[match[1]].title and titles[match[1]].key == "filing" else "0")
    assert {stage.key for stage in seen.values()} == {stage.key for stage in catalogue()[KEY].stages}
    for node in tasks:
        parents = {seen[parent["id"]].key for parent in node["parents"]}
        assert parents == {edge(text)[0] for text in seen[node["id"]].after}


def _artifacts_tell(house: House, run: str) -> None:
    found = api(house, "artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}})
    keys = {item["key"] for item in found}
    assert keys == {f"{KEY}-{name}" for name in ("moved", "lapsed", "due", "waiting")}
    lapsed = json.loads(next(item["data"] for item in found if item["key"] == f"{KEY}-lapsed"))
    assert [(row["效力"], row["条款"], row["件数"]) for row in lapsed] == [("失权", "第八条", 3)]
    assert not any("样例单位" in str(item["data"]) for item in found), "names do not belong into Prefect's database"


def test_killed_half_way_nothing_is_lost_and_nothing_moves_twice(house: House, engine: Engine) -> None:
    books = default_books()
    clone_cases(engine, books, 2031, date(2021, 3, 1), 1, 12_000, "KILL")
    before = claims(engine)
    run = start(house, KEY, as_of="2021-06-01", cycle=2031)
    until = time.monotonic() + 60
    while claims(engine) == before and time.monotonic() < until:
        time.sleep(0.02)
    worker = next(child for child in house.children if child.name == "prefect-worker")
    os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
    half = claims(engine) - before
    assert 0 < half <= 12_000
    with reading(engine) as connection:
        moved = connection.execute(
            select(func.count()).select_from(case_file).where(case_file.c.cycle == 2031, case_file.c.status == "closed")
        ).scalar_one()
    assert moved == half, "a chunk is moved whole, or not at all"
    # The killed run stays "running" at Prefect for ever; the case rows are the record, and the next run catches up.
    api(house, f"flow_runs/{run}/set_state", {"state": {"type": "CANCELLED"}, "force": True})
    house.children.remove(worker)
    house._worker()
    again = [finished(house, start(house, KEY, as_of="2021-06-01", cycle=2031)) for _ in range(2)]
    assert [run["state_type"] for run in again] == ["COMPLETED", "COMPLETED"]
    assert claims(engine) - before == 12_000
    with reading(engine) as connection:
        counts = connection.execute(
            select(func.count())
            .select_from(event)
            .join(case_file, case_file.c.id == event.c.case_id)
            .where(case_file.c.cycle == 2031, event.c.kind == "case_closed")
        ).scalar_one()
        sample = connection.execute(select(case_file.c.ref).where(case_file.c.cycle == 2031).limit(50)).scalars().all()
    assert counts == 12_000
    assert verify(engine, refs=sample).problems == ()


def test_up_starts_the_desk_beside_prefect_and_stops_cleanly_on_ctrl_c(house: House, tmp_path: Path) -> None:
    """Both answer, the desk over the database that `up` made and with Prefect's address; then neither does. Prefect's
    own database is a copy of the house's, with every deployment: they are found, not registered again."""
    known = house.folder / "prefect"
    (tmp_path / "prefect").mkdir()
    shutil.copy(known / "registered.json", tmp_path / "prefect")
    with sqlite3.connect(known / "prefect.db") as here, sqlite3.connect(tmp_path / "prefect" / "prefect.db") as there:
        here.backup(there)
    port, desk_port = free_port(), free_port()
    command = [sys.executable, "-m", "shixian.cli", "up", "--folder", str(tmp_path), "--port", str(port)]
    command += ["--desk-port", str(desk_port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=ROOT)
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    assert "没有变化" in said, said
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=30) as prefect:
            assert prefect.status == 200
        with urllib.request.urlopen(f"http://127.0.0.1:{desk_port}/regulations", timeout=30) as regulations:
            assert regulations.status == 200 and "上海市科学技术奖" in regulations.read().decode()
        _signed_in_sees_prefect(tmp_path, port, desk_port)
    finally:
        process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait(60) == 0
    assert "正在停止" in rest and "Traceback" not in rest
    for number in (port, desk_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", number)) != 0


def _signed_in_sees_prefect(folder: Path, port: int, desk_port: int) -> None:
    """The desk reads the house's own database, and asks the house's own Prefect."""
    made = open_database(prepare_database(folder))
    admin = Person("keeper", "系统管理员", frozenset({Role.SYSTEM_ADMIN}))
    with transaction(made) as connection:
        put_person(connection, admin)
    token = open_session(made, admin.key, address="test", now=clock.now())
    made.dispose()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{desk_port}/settings/system", headers={"Cookie": f"{COOKIE}={token}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as system:
        text = system.read().decode()
    assert system.status == 200 and f"http://127.0.0.1:{port}" in text, text
