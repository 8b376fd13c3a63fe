"""The record by night: anchor the day that ended, and look for what must never be."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow

from shixian.clock import today
from shixian.rules.periods import add_days
from tasks import record


@flow(name="nightly-record", flow_run_name="{day}")
async def nightly_record(day: date | None = None) -> dict[str, Any]:
    """锚定前一日的全部事件，并检查有无“应有期限而没有”或“逾期而无人过问”的案件。

    重复运行结果相同。锚定的摘要应另存于本库管理员不能改写之处。

    Args:
        day: 锚定日；不填为昨日。
    """
    ended = day or add_days(today(), -1)
    digest = await record.anchor(ended)
    return {"day": ended.isoformat(), "digest": digest, "found": await record.check(add_days(ended, 1))}
