"""`disburse-batch` and `reconcile` as real Prefect runs: names, states and artifacts; the bank is a process too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine

import shixian.programmes
from shixian.casework import lawbooks
from shixian.casework.database import open_database, transaction
from shixian.casework.money.alone import only_one
from shixian.casework.staff.people import put_person
from shixian.operating.house import ROOT
from tests.disbursing.bank import NOW, SECRET, Bank, Payments, running_bank
from tests.faults.world import DAY, MAKER, RELEASER
from tests.lifecycles import LIFECYCLES

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with running_bank(Path(tmp_path_factory.mktemp("bank")) / "bank.db") as bank:
        yield bank


@pytest.fixture
def payments(
    prefect_server: None, bank: Bank, tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Payments]:
    """An approved batch of six in the database that the settings name; the law is the laboratory's."""
    file = tmp_path / "shixian.db"
    file.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{file}"
    for name, value in (
        ("DATABASE_URL", url),
        ("TREASURY_URL", bank.url),
        ("TREASURY_KEY", SECRET),
        ("TREASURY_IDEMPOTENT", "true"),
        ("SECOND_CHECKER_ABOVE", "1亿元"),
    ):
        monkeypatch.setenv(f"SHIXIAN_{name}", value)
    for module in (shixian.programmes, lawbooks):
        monkeypatch.setattr(module, "catalogue", lambda: LIFECYCLES)
    lawbooks.default_books.cache_clear()
    monkeypatch.setattr("tasks.disbursement.now", lambda: NOW)
    bank.faults()
    engine: Engine = open_database(url)
    with transaction(engine) as connection:
        put_person(connection, RELEASER)
        put_person(connection, MAKER)
    yield Payments.prepared(engine, bank)
    engine.dispose()
    monkeypatch.undo()
    lawbooks.default_books.cache_clear()


def disburse(batch: str, person: str) -> Any:
    from flows.disbursement import disburse_batch

    return asyncio.run(disburse_batch(batch, person, return_state=True))


async def told(run: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """The states of the task runs by name, and the artifacts by key, as Prefect's server has them."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId

    async with get_client() as client:
        tasks: dict[str, str] = {}
        for _ in range(50):  # task runs arrive at the server through a queue
            runs = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))
            tasks = {one.name: str(one.state_type.value) for one in runs if one.state_type}
            if tasks and set(tasks.values()) <= {"COMPLETED", "FAILED"}:
                break
            await asyncio.sleep(0.2)
        chosen = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run]))
        artifacts = {one.key: one.data for one in await client.read_artifacts(artifact_filter=chosen)}
    return tasks, {str(key): data for key, data in artifacts.items()}


def test_a_run_pays_the_batch_and_its_names_and_artifacts_say_so(payments: Payments) -> None:
    state = disburse(payments.ref, RELEASER.key)
    assert state.is_completed(), state.message
    assert payments.statuses() == ["paid"] * 6 and payments.times() == [1] * 6
    tasks, artifacts = asyncio.run(told(state.state_details.flow_run_id))
    assert tasks == {f"核对并放行 {payments.ref}": "COMPLETED", f"支付 {payments.ref} 第1至6笔": "COMPLETED"}
    ref = payments.ref.lower()
    assert set(artifacts) == {f"{ref}-progress", f"{ref}-payments", f"{ref}-waiting"}
    assert artifacts[f"{ref}-progress"] == 100.0
    assert [(row["结果"], row["笔数"]) for row in json.loads(artifacts[f"{ref}-payments"])] == [("已付", 6)]
    everything = json.dumps(artifacts, ensure_ascii=False, default=str)
    assert "实验室" not in everything and "9558" not in everything and SECRET not in everything
    again = disburse(payments.ref, RELEASER.key)
    assert again.is_completed() and payments.times() == [1] * 6
    payments.sound()


def test_refusals_fail_the_run_and_pay_nothing(payments: Payments) -> None:
    assert disburse(payments.ref, MAKER.key).is_failed()
    assert disburse(payments.ref, "nobody").is_failed()
    with only_one(payments.engine, payments.ref):
        state = disburse(payments.ref, RELEASER.key)
    assert state.is_failed() and "正在放行" in str(state.message)
    assert payments.attempts() == [] and payments.times() == []


def test_a_run_that_stopped_is_shown_as_failed_and_goes_on_when_run_again(
    payments: Payments, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("SHIXIAN_TREASURY_URL", "http://127.0.0.1:1")
        state = disburse(payments.ref, RELEASER.key)
        assert state.is_failed() and "连不上" in str(state.message)
    payments.bank.faults(lost_reply=True, no_queries=True)
    assert disburse(
        payments.ref, RELEASER.key
    ).is_completed()  # nothing more can be done now; the list says what is open
    assert payments.statuses() == ["unknown"] * 6
    payments.bank.faults()
    state = disburse(payments.ref, RELEASER.key)
    assert state.is_completed() and payments.times() == [1] * 6
    tasks, _ = asyncio.run(told(state.state_details.flow_run_id))
    assert "查询先前可能已发出的 6 笔" in tasks
    payments.sound()


def test_reconcile_compares_a_day_and_says_when_there_is_no_treasury(
    payments: Payments, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.disbursement import reconcile

    disburse(payments.ref, RELEASER.key)
    own = asyncio.run(reconcile(DAY, return_state=True))
    # The bank of this module has paid other tests' batches on this day: to this database they are alarms.
    found = own.data if own.is_completed() else None
    assert own.is_failed() == (found is None)
    with transaction(payments.engine) as connection:
        rows = connection.exec_driver_sql("SELECT finding, count(*) FROM statement_line GROUP BY finding").all()
    assert dict((row[0], row[1]) for row in rows)["matched"] == 6
    monkeypatch.delenv("SHIXIAN_TREASURY_URL")
    state = asyncio.run(reconcile(DAY, return_state=True))
    assert state.is_completed() and "未设定" in str(asyncio.run(state.aresult()))
    payments.sound()


def test_the_form_explains_itself_and_the_deployments_stand_in_prefect_yaml() -> None:
    from flows.disbursement import disburse_batch, reconcile

    form = disburse_batch.parameters.model_dump()
    assert set(form["properties"]) == {"batch", "person"} == set(form["required"])
    assert all(len(one["description"]) > 10 for one in form["properties"].values())
    assert reconcile.parameters.model_dump()["properties"]["day"]["description"]
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
    by_name = {one["name"]: one for one in declared if one["entrypoint"].startswith("flows.disbursement.")}
    assert set(by_name) == {"disburse-batch", "reconcile"}
    assert by_name["disburse-batch"]["schedules"] == []
    assert [one["timezone"] for one in by_name["reconcile"]["schedules"]] == ["Asia/Shanghai"]
