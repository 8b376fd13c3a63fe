"""Disbursement 拨付: pay a batch (started by hand), and compare the statement of a day (every morning)."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow

from shixian.clock import today
from shixian.rules.periods import add_days
from tasks import disbursement


@flow(name="disburse-batch", flow_run_name="{batch}")
async def disburse_batch(batch: str, person: str) -> dict[str, Any]:
    """放行并支付一个已复核的批次。由人启动；同一批次同时只有一次运行，另一次会被拒绝。

    中断、失败后由原放行人再次运行即可继续：可能已发出的先向国库查询，不会重复支付。结果不明的留在待查清单上。

    Args:
        batch: 批次号，如 B-2021-0001。须已由足够的人复核（shixian batch show 批次号）。
        person: 放行人的账号，须填本人的。系统核对该账号在用、有放行权限、没有编制、修改或复核过这一批次，
            并以该账号记为放行人，连同时间写入批次日志；被拒绝的放行同样记录。
    """
    return await disbursement.disburse(batch, person)


@flow(name="reconcile", flow_run_name="{day}")
async def reconcile(day: date | None = None) -> dict[str, Any]:
    """以国库的对账单核对一日的支付和总账：退汇冲回，差异分类列出，国库已付而本库没有的报警。

    重复运行不会重复处理；对账单未见的支付只列出，状态不变。

    Args:
        day: 对账日；不填为昨日。
    """
    if not disbursement.treasury_set():
        return disbursement.nothing_to_compare()
    found = await disbursement.compare(day or add_days(today(), -1))
    await disbursement.publish_reconciliation(found)
    if found["alarms"]:
        raise disbursement.Incomplete("；".join(found["alarms"][:5]))
    return found
