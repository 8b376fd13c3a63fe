"""Paying a batch, and comparing a day's statement, as Prefect tasks: the same code as the command line.

A task run per portion of a batch, never one per payment: tens of task runs, whose names say what they do. Prefect shows
the progress; the rows of the database are the record, and the run may be killed and started again at any point. The
signing key comes from the worker's environment; no account, name or secret is in a parameter, a log or an artifact.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from prefect import get_run_logger, task
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE

from shixian.casework.money.alone import only_one
from shixian.casework.money.unsettled import LABELS, waiting_for_people
from shixian.casework.staff.people import find_person
from shixian.clock import now
from shixian.disbursing import reconcile as comparing
from shixian.disbursing.release import Report, authorize, limit_of_settings, pay_planned, report_of, settle_leftovers
from shixian.disbursing.release import start as start_run
from shixian.disbursing.run import Progress, Run
from shixian.disbursing.treasury import open_treasury
from shixian.settings import settings
from tasks.connection import engine

PORTIONS = 20
"""Into how many task runs a batch is divided at most."""
_SMALLEST = 100  # payments in one task run


class Incomplete(RuntimeError):
    """The release stopped early, or something needs a person at once: the run is shown as failed; run it again."""


# -- the tasks ---------------------------------------------------------------------------------------------------------


@task(cache_policy=NO_CACHE, task_run_name="核对并放行 {batch}")
async def authorize_batch(batch: str, person: str) -> None:
    """Every check again at this moment; refused lines are stopped. Done twice, nothing new happens."""
    who = await asyncio.to_thread(find_person, engine(), person)
    await asyncio.to_thread(authorize, engine(), batch, person=who, now=now(), limit=limit_of_settings)


# The run is no parameter: Prefect would look into it, and draw edges that are none. It is handed over in `_RUNS`.
_RUNS: dict[str, Run] = {}


@task(cache_policy=NO_CACHE, task_run_name="查询先前可能已发出的 {count} 笔")
async def ask_leftovers(batch: str, count: int) -> None:
    """What an earlier run may have sent is inquired before anything new is sent."""
    await settle_leftovers(_RUNS[batch])


@task(cache_policy=NO_CACHE, task_run_name="支付 {batch} 第{first}至{last}笔")
async def pay_portion(batch: str, first: int, last: int) -> int:
    """Pay so many of what is planned; how many were sent."""
    sent = await pay_planned(_RUNS[batch], last - first + 1)
    get_run_logger().info("%s 第 %s 至 %s 笔：发出 %s 笔", batch, first, last, sent)
    return sent


@task(cache_policy=NO_CACHE, task_run_name="对账 {day}")
async def compare(day: date) -> dict[str, Any]:
    """A day's statement against payments and ledger."""
    async with open_treasury() as treasury:
        found = await comparing.reconcile(engine(), day, treasury=treasury)
    log = get_run_logger()
    for line in found.to_lines():
        log.info("%s", line)
    return found.to_json()


# -- what the flows do -------------------------------------------------------------------------------------------------


async def disburse(batch: str, person: str) -> dict[str, Any]:
    """Release and pay a batch. Incomplete when it stopped early or raised an alarm; what was paid stays paid."""
    with only_one(engine(), batch):
        await authorize_batch(batch, person)
        async with _started(batch, person) as run:
            before = sum(run.numbers[status] for status in ("intended", "sent", "unknown"))
            if before:
                await ask_leftovers(batch, before)
            planned = run.numbers["planned"]
            size = max(_SMALLEST, -(-planned // PORTIONS))
            for first in range(1, planned + 1, size):
                if run.halted:
                    break
                await pay_portion(batch, first, min(first + size - 1, planned))
            report = await report_of(run)
    await _publish(report)
    log = get_run_logger()
    for line in report.lines():
        log.info("%s", line)
    if report.halted or report.alarms:
        raise Incomplete("；".join([*filter(None, [report.halted]), *report.alarms][:5]))
    return report.to_json()


@asynccontextmanager
async def _started(batch: str, person: str) -> AsyncIterator[Run]:
    """The run over the batch, with a progress bar in Prefect's pages."""
    who = await asyncio.to_thread(find_person, engine(), person)
    made = await acreate_progress_artifact(progress=0.0, key=_key(batch, "progress"), description=f"{batch} 支付进度")
    bar = _Bar(made)
    async with open_treasury() as treasury:
        run = await start_run(engine(), batch, person=who, treasury=treasury, now=now, progress=bar.show)
        _RUNS[batch] = run
        try:
            yield run
        finally:
            del _RUNS[batch]


class _Bar:
    """A progress artifact, written when it has moved by a whole per cent: at most a hundred times a run."""

    def __init__(self, artifact: UUID) -> None:
        self._artifact = artifact
        self._shown = 0

    async def show(self, progress: Progress) -> None:
        percent = 100 * progress.settled // progress.total if progress.total else 100
        if percent > self._shown:
            self._shown = percent
            await aupdate_progress_artifact(self._artifact, progress=float(percent))


async def _publish(report: Report) -> None:
    counts = report.counts
    rows = [
        {"结果": label, "笔数": counts.numbers[status], "金额（分）": counts.fen[status]}
        for status, label in LABELS.items()
        if counts.numbers.get(status)
    ]
    await acreate_table_artifact(
        table=rows or [{"结果": "无", "笔数": 0}],
        key=_key(counts.ref, "payments"),
        description=counts.line(),
    )
    waiting = await asyncio.to_thread(waiting_for_people, engine(), counts.ref)
    listed = [
        {
            "案件": one.case,
            "条款": one.clause,
            "状态": LABELS[one.status],
            "查询次数": one.inquiries,
            "原因": one.reason,
        }
        for one in waiting[:200]
    ]
    await acreate_table_artifact(
        table=listed or [{"案件": "无"}],
        key=_key(counts.ref, "waiting"),
        description=f"待查、待人工 {len(waiting)} 笔",
    )


def treasury_set() -> bool:
    """Whether this installation pays through a treasury at all."""
    return settings().treasury_url is not None


def nothing_to_compare() -> dict[str, Any]:
    """What the daily run says in a house without a treasury."""
    said = "未设定国库网关（SHIXIAN_TREASURY_URL），没有对账单可对"
    get_run_logger().info(said)
    return {"skipped": said}


async def publish_reconciliation(found: dict[str, Any]) -> None:
    """The findings by kind, and the alarms."""
    rows: list[dict[str, Any]] = [
        {"结果": comparing.Finding(finding).label, "行数": number} for finding, number in found["findings"].items()
    ]
    rows += [{"结果": "警报", "说明": alarm} for alarm in found["alarms"]]
    rows += [
        {"结果": "对账单未见", "说明": f"{one['batch']} {one['case']} {one['paid_on']}"} for one in found["missing"]
    ]
    await acreate_table_artifact(
        table=rows or [{"结果": "无新流水", "行数": 0}], key="reconcile", description=f"{found['day']} 对账"
    )


def _key(batch: str, what: str) -> str:
    return f"{batch.lower()}-{what}"


__all__ = ["Incomplete", "compare", "disburse", "nothing_to_compare", "publish_reconciliation", "treasury_set"]
