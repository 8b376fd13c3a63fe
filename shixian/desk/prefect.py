"""Cycle runs through Prefect's HTTP API: start one, ask how it stands, and where its graph is to be seen.

Prefect itself is never imported here, and the desk works without it: whatever goes wrong is `PrefectDown`, and says
that clocks catch up with the next run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from shixian.rules.errors import ShixianError

DEPLOYMENT = "daily"  # the name that prefect.yaml gives each lifecycle's deployment; its flow has the lifecycle's key
SECONDS = 3.0
STATES: Mapping[str, str] = {
    "SCHEDULED": "排队中",
    "PENDING": "准备中",
    "RUNNING": "运行中",
    "COMPLETED": "已完成",
    "FAILED": "失败",
    "CRASHED": "中断",
    "CANCELLED": "已取消（已有一次在运行，或由人取消）",
    "CANCELLING": "取消中",
    "PAUSED": "暂停",
}
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class PrefectDown(ShixianError):
    """Prefect does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class RunState:
    """How a run stands. `message` is Prefect's own, in English."""

    id: str
    state: str
    message: str
    parameters: Mapping[str, Any]
    graph: str

    @property
    def label(self) -> str:
        return STATES.get(self.state, self.state)

    @property
    def ended(self) -> bool:
        return self.state in ENDED


def start_run(address: str | None, key: str, *, as_of: date, cycle: int | None, dry_run: bool, person: str) -> str:
    """Start the lifecycle's deployment; gives the run's id."""
    parameters: dict[str, Any] = {"as_of": as_of.isoformat(), "dry_run": dry_run}
    if cycle is not None:
        parameters["cycle"] = cycle
    return start_deployment(address, key, DEPLOYMENT, parameters, person=person)


def start_deployment(
    address: str | None, flow: str, deployment: str, parameters: Mapping[str, Any], *, person: str
) -> str:
    """Start a deployment of a flow; gives the run's id."""
    found = _ask(address, "GET", f"/deployments/name/{flow}/{deployment}")
    # Without a state of its own the run would be "pending" and no worker would take it.
    body = {"parameters": dict(parameters), "state": {"type": "SCHEDULED"}, "tags": ["desk", f"desk:{person}"]}
    return _text(_ask(address, "POST", f"/deployments/{_text(found, 'id')}/create_flow_run", body), "id")


def run_state(address: str | None, run: UUID) -> RunState:
    found = _ask(address, "GET", f"/flow_runs/{run}")
    state = found.get("state") or {}
    message = str(state.get("message") or "")[:1000]
    return RunState(
        str(run),
        str(found.get("state_type") or ""),
        message,
        found.get("parameters") or {},
        graph_of(address, str(run)),
    )


def graph_of(address: str | None, run: str) -> str:
    """The run's graph in Prefect's UI."""
    return f"{_base(address)}/runs/flow-run/{run}"


def alive(address: str | None) -> bool:
    """Whether Prefect answers."""
    try:
        return _client(address).get("/health").status_code == 200
    except (PrefectDown, httpx.HTTPError):
        return False


def _base(address: str | None) -> str:
    if not address:
        raise PrefectDown("没有配置 Prefect 服务", remedy="用 shixian up 启动全部服务，或设置 SHIXIAN_PREFECT_API_URL")
    return address.rstrip("/").removesuffix("/api")


def _client(address: str | None) -> httpx.Client:
    return httpx.Client(base_url=f"{_base(address)}/api", timeout=SECONDS, trust_env=False)


def _ask(address: str | None, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    try:
        with _client(address) as client:
            answer = client.request(method, path, json=body)
    except httpx.HTTPError as error:
        raise PrefectDown(
            "Prefect 服务没有应答，不能启动或查看周期运行",
            remedy="案件照常办理；服务恢复后的下一次运行会补上漏跑的日子。也可在本机运行 shixian tick",
        ) from error
    if answer.status_code == 404:
        raise PrefectDown("Prefect 中没有这一部署或运行", remedy="重新启动 shixian up 以登记部署，或刷新页面")
    if not answer.is_success:
        raise PrefectDown(f"Prefect 服务拒绝（{answer.status_code}）", remedy="在 Prefect 界面查看原因")
    try:
        found = answer.json()
    except ValueError as error:
        raise PrefectDown("Prefect 服务的应答不能读取", remedy="核对 SHIXIAN_PREFECT_API_URL") from error
    if not isinstance(found, dict):
        raise PrefectDown("Prefect 服务的应答不能读取", remedy="核对 SHIXIAN_PREFECT_API_URL")
    return found


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise PrefectDown("Prefect 服务的应答不能读取", remedy="核对 SHIXIAN_PREFECT_API_URL")
    return value
