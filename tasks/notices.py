"""Keeping what the public notices show, as a Prefect task: once a day each, whatever number of times it runs."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE

from shixian.casework.publicity.notices import missing_snapshots, take_snapshots
from shixian.clock import now
from shixian.rules.periods import legal_day
from tasks.connection import engine


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=60, task_run_name="公示留存")
async def keep_notices() -> dict[str, Any]:
    """Keep what every open notice shows today; names the past days of open cases that nothing was kept of."""
    at = now()
    kept = await asyncio.to_thread(take_snapshots, engine(), legal_day(at), now=at)
    gaps = await asyncio.to_thread(missing_snapshots, engine(), legal_day(at))
    log = get_run_logger()
    log.info("%s：新留存 %s 项公示", legal_day(at), kept)
    for gap in gaps:
        log.warning("%s（%s）", gap.text, gap.clause)
    rows = [
        {"案件": gap.ref, "公示": gap.title, "缺": "、".join(map(str, gap.days)), "条款": gap.clause} for gap in gaps
    ]
    await acreate_table_artifact(
        table=rows or [{"缺": "无"}], key="notices", description=f"{legal_day(at)} 新留存 {kept} 项公示"
    )
    return {"kept": kept, "missing": [gap.ref for gap in gaps]}
