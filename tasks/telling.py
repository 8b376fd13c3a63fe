"""Telling people, as Prefect tasks: find what is to be said today, then deliver the outbox.

Prefect sees counts and alarms only; recipients, addresses and texts stay in our own database.
"""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE

from shixian.clock import now
from shixian.rules.periods import legal_day
from shixian.settings import settings
from shixian.telling.alarms import alarms
from shixian.telling.channels import Channels
from shixian.telling.ladder import Plan, say
from shixian.telling.outbox import deliver as deliver_waiting
from tasks.connection import engine


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=30, task_run_name="今日应说的")
async def compute() -> dict[str, int]:
    """Put today's messages into the outbox; how many of each kind."""
    at = now()
    known = settings()
    plan = Plan.read(known.reminder_ladder, known.reminder_interval_days)
    wrong = await asyncio.to_thread(alarms, engine(), legal_day(at), at)
    told = await asyncio.to_thread(say, engine(), legal_day(at), now=at, plan=plan, alarms=wrong)
    log = get_run_logger()
    log.info("%s", told.line())
    for alarm in wrong:
        log.warning("警报：%s。处理办法：%s", alarm.text, alarm.remedy)
    rows = [{"警报": one.text, "自": str(one.since), "处理办法": one.remedy} for one in wrong]
    await acreate_table_artifact(table=rows or [{"警报": "无"}], key="alarms", description=told.line())
    return dict(told.said)


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=60, task_run_name="投递")
async def deliver() -> dict[str, Any]:
    """Send what waits; how many arrived, failed, were given up, or have no channel."""
    done = await asyncio.to_thread(deliver_waiting, engine(), now, Channels.of(settings()))
    log = get_run_logger()
    (log.warning if done.gave_up or done.not_carried else log.info)("%s", done.line())
    return {
        "delivered": done.delivered,
        "failed_tries": done.failed_tries,
        "gave_up": len(done.gave_up),
        "not_carried": done.not_carried,
    }
