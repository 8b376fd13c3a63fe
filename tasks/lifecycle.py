"""The cycle run of one lifecycle as a Prefect flow: a task per stage, in the order of the legal graph.

The run's graph in Prefect's UI is the lifecycle's graph. Each task moves, in chunks of one transaction, every case
whose clock in that stage has run out; the database's unique rows, not Prefect, make a second run move nothing.
Database work runs in a thread, so that the flow's own heartbeat goes on.
"""

from __future__ import annotations

import asyncio
import inspect
from contextvars import ContextVar
from datetime import date
from typing import Any

from prefect import State, flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE

from shixian.casework import cycle as cycles
from shixian.clock import now, today
from shixian.programmes import lifecycle as declared
from shixian.rules.lifecycle import Stage, edge
from shixian.rules.validation import order
from tasks.connection import engine
from tasks.reports import publish_reports

# Prefect builds the run form from this: each parameter says what it does.
FORM = """

Args:
    as_of: 截止日。处理在该日之前届满的期限（以该日零时为准）；不填为今天。漏跑的日子会一并补上，每项后果按其法定日期记载。
    cycle: 年度。只处理该年度的案件；不填为全部年度。
    dry_run: 试运行。只列出会发生什么，不写任何数据。
"""


# The counts of the run under way. They are not the tasks' results: Prefect draws an edge wherever an object of one
# result seems to come back in another task's parameters, and the run's graph is to be the legal graph, no more.
_moves: ContextVar[list[dict[str, Any]]] = ContextVar("moves")


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=5)
async def move_stage(key: str, stage: str, as_of: date, cycle: int | None, dry_run: bool) -> None:
    """Move every case whose clock in this stage ended before `as_of`; the counts go to `_moves`."""
    moved = await asyncio.to_thread(
        cycles.move_stage, engine(), key, stage, as_of, cycle=cycle, dry_run=dry_run, recorded_at=now()
    )
    log = get_run_logger()
    log.info("%s", moved.sentence())
    for ref, reason in moved.set_aside:
        log.warning("搁置 %s：%s", ref, reason)
    _moves.get().append(moved.to_json())


def lifecycle_flow(key: str, module: str) -> Any:
    """The flow of a lifecycle. `module` is where it stands, so that Prefect imports it once, by name."""
    lifecycle = declared(key)

    async def run(as_of: date | None = None, cycle: int | None = None, dry_run: bool = False) -> dict[str, Any]:
        day = as_of or today()
        log = get_run_logger()
        log.info(
            "%s %s：处理在 %s 之前届满的期限%s", lifecycle.key, lifecycle.title, day, "（试运行）" if dry_run else ""
        )
        due = await asyncio.to_thread(cycles.due_by_stage, engine(), key, day, cycle=cycle)
        results: list[dict[str, Any]] = []
        _moves.set(results)
        # A run over all years is noted, so that one that fails or does not happen is seen (shixian/telling/alarms.py).
        whole = cycle is None and not dry_run
        number = await asyncio.to_thread(cycles.begin_run, engine(), key, day, now()) if whole else None
        states: dict[str, State[Any]] = {}
        for stage_key in order(lifecycle):
            stage = lifecycle.stage(stage_key)
            before = [states[edge(text)[0]] for text in stage.after]
            named: Any = move_stage.with_options(task_run_name=_name(stage, due.get(stage_key, 0)))
            states[stage_key] = await named(key, stage_key, day, cycle, dry_run, return_state=True, wait_for=before)
        for state in states.values():
            if state.is_failed() or state.is_crashed():
                await _raise(state)
        if number is not None:
            await asyncio.to_thread(cycles.finish_run, engine(), number, results, now())
        await publish_reports(lifecycle, day, results, dry_run=dry_run)
        return {
            "as_of": day.isoformat(),
            "moved": sum(result["moved"] for result in results),
            "set_aside": sum(len(result["set_aside"]) for result in results),
        }

    run.__doc__ = (
        f"{lifecycle.title}（{lifecycle.regulation.number}）的周期运行：按法定环节的先后，处理已届满的期限。\n\n"
        "重复运行不会重复处理；中断后再运行会从断点继续。" + FORM
    )
    run.__name__ = run.__qualname__ = key.replace("-", "_")
    run.__module__ = module
    decorate: Any = flow(name=key, flow_run_name="{as_of}", description=run.__doc__.removesuffix(FORM))
    made = decorate(run)
    made.lifecycle = key
    return made


async def _raise(state: State[Any]) -> None:
    """A failed task fails the run visibly; what other stages moved stays moved."""
    found = state.result()
    if inspect.isawaitable(found):
        await found


def _name(stage: Stage, due: int) -> str:
    return f"{stage.title} {stage.clause}：届满{due}件"
