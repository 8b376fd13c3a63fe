"""The record by night, as Prefect tasks: anchor the day that ended, and look for what must never be."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from prefect import get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE

from shixian.casework.anchors import anchor_heads
from shixian.casework.nightly import look
from shixian.clock import now
from tasks.connection import engine

MOST_SHOWN = 200


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=60, task_run_name="锚定 {day}")
async def anchor(day: date) -> str:
    """Anchor every event so far under the day; the digest belongs where this database's owner cannot write."""
    made = await asyncio.to_thread(anchor_heads, engine(), day, now=now())
    get_run_logger().info("%s 锚定 %s 个事件，摘要 %s", made.day, made.events, made.digest)
    return made.digest


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=60, task_run_name="夜间检查 {day}")
async def check(day: date) -> int:
    """Open cases without the deadline they must have, or past one with nobody minding; how many."""
    found = await asyncio.to_thread(look, engine(), day, now=now())
    log = get_run_logger()
    for one in found[:MOST_SHOWN]:
        log.warning("%s：%s", one.ref, one.text)
    rows: list[dict[str, Any]] = [{"案件": one.ref, "类别": one.kind, "说明": one.text} for one in found[:MOST_SHOWN]]
    shown = rows or [{"检查": "没有发现问题"}]
    await acreate_table_artifact(table=shown, key="nightly", description=f"{day} 夜间检查：{len(found)} 处")
    return len(found)
