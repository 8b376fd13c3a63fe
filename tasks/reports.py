"""What an operator reads after a run: what moved, what lapsed, what is due soon, what waits for a person.

Prefect stores artifacts in clear: case numbers, stages, clauses and days only, never a name or a document.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from shixian.casework import cycle as cycles
from shixian.rules.lifecycle import Lifecycle
from tasks.connection import engine

AHEAD = 10  # working days


async def publish_reports(
    lifecycle: Lifecycle, as_of: date, results: Sequence[Mapping[str, Any]], *, dry_run: bool
) -> None:
    """Write the run's artifacts."""
    key = lifecycle.key
    word = "（试运行，未写入）" if dry_run else ""
    rows = [
        {
            "环节": lifecycle.stage(result["stage"]).title,
            "条款": lifecycle.stage(result["stage"]).clause,
            "届满": result["due"],
            "已处理": result["moved"],
            "搁置": len(result["set_aside"]),
        }
        for result in results
    ]
    await acreate_table_artifact(table=rows, key=f"{key}-moved", description=f"{as_of} 各环节处理情况{word}")
    lapsed = [
        {"环节": lifecycle.stage(result["stage"]).title, "效力": effect, "条款": clause, "件数": count}
        for result in results
        for effect, clause, count in result["lapsed"]
    ]
    await acreate_table_artifact(
        table=lapsed or [{"环节": "无", "件数": 0}], key=f"{key}-lapsed", description=f"{as_of} 届满{word}"
    )
    ahead = await asyncio.to_thread(cycles.due_ahead, engine(), key, as_of, AHEAD)
    await acreate_table_artifact(
        table=ahead or [{"案件": "无"}], key=f"{key}-due", description=f"自 {as_of} 起 {AHEAD} 个工作日内到期"
    )
    waiting = await asyncio.to_thread(cycles.waiting_for_people, engine(), key)
    lines = [f"- {row['ref']} {row['list']}：{row['text']}（{row['clause']}）" for row in waiting]
    await acreate_markdown_artifact(
        key=f"{key}-waiting",
        markdown=f"### 等待人工处理 {len(waiting)} 件\n\n" + ("\n".join(lines[:200]) or "无"),
        description=f"{as_of} 等待人工处理",
    )
