"""周期: a programme's year at a glance, and its cycle runs: start, re-run, watch. The pages work without Prefect."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shixian.casework.run_requests import request_run
from shixian.casework.staff.people import Permission, require_scope
from shixian.desk.access import READERS, Access
from shixian.desk.pages import page, wants_part
from shixian.desk.prefect import PrefectDown, RunState, run_state, start_run
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.display.cycles import AHEAD, BANDS, SHOWN, cycle_page, overview
from shixian.rules.errors import NotFound
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import parse_day

router = APIRouter()
Reader = Annotated[Viewer, Depends(READERS)]
RUNNERS = Access((Permission.RUN_CYCLE,))
Runner = Annotated[Viewer, Depends(RUNNERS)]

add_words(
    {
        "年度": "Cycle", "办理中": "Open", "中止": "Suspended", "已终结": "Closed", "已过期限": "Past",
        "各环节件数": "Cases by stage", "已届满": "Lapsed", "件数": "Cases", "负荷": "Load",
        "周期运行": "Cycle runs", "启动": "Start", "试运行": "Dry run", "截止日": "As of",
    }
)  # fmt: skip


@router.get("/cycles")
def every(request: Request, viewer: Reader) -> Response:
    config = viewer.config
    rows = overview(viewer.engine, viewer.someone, today=config.today(), books=config.books)
    return page(request, "cycles.html", rows=rows)


@router.get("/cycles/{key}/{year}")
def one(request: Request, viewer: Reader, key: str, year: int) -> Response:
    return _shown(request, viewer, _lifecycle(viewer, key), year)


@router.post("/cycles/{key}/{year}/runs")
def start(
    request: Request,
    viewer: Runner,
    key: str,
    year: int,
    as_of: Annotated[str, Form()] = "",
    dry_run: Annotated[bool, Form()] = False,
    whole: Annotated[bool, Form()] = False,
) -> Response:
    """`whole`: every cycle of the lifecycle, as the nightly run does; else this one alone."""
    lifecycle, config, person = _lifecycle(viewer, key), viewer.config, viewer.someone
    day = parse_day(as_of) if as_of else config.today()
    cycle = None if whole else year
    given = {"as_of": day, "cycle": cycle, "dry_run": dry_run}
    request_run(viewer.engine, key, cycle, day, dry_run=dry_run, by=person, now=config.now(), books=config.books)
    try:
        run = start_run(config.prefect_url, lifecycle.key, person=person.key, **given)  # type: ignore[arg-type]
    except PrefectDown as error:
        return _shown(request, viewer, lifecycle, year, down=error, status=503)
    return RedirectResponse(f"/cycles/{key}/{year}/runs/{run}", 303)


@router.get("/cycles/{key}/{year}/runs/{run}")
def watch(request: Request, viewer: Reader, key: str, year: int, run: UUID) -> Response:
    lifecycle = _lifecycle(viewer, key)
    state: RunState | None = None
    down: PrefectDown | None = None
    try:
        state = run_state(viewer.config.prefect_url, run)
    except PrefectDown as error:
        down = error
    template = "_run.html" if wants_part(request) else "run.html"
    return page(request, template, lifecycle=lifecycle, year=year, run=run, state=state, down=down)


def _lifecycle(viewer: Viewer, key: str) -> Lifecycle:
    lifecycle = viewer.config.books.lifecycle(key)
    require_scope(viewer.someone, lifecycle)
    return lifecycle


def _shown(
    request: Request,
    viewer: Viewer,
    lifecycle: Lifecycle,
    year: int,
    *,
    down: PrefectDown | None = None,
    status: int = 200,
) -> Response:
    if not date.min.year <= year <= date.max.year:
        raise NotFound(f"没有 {year} 年度", remedy="从“周期”中选择")
    config = viewer.config
    told = cycle_page(viewer.engine, lifecycle, year, today=config.today(), books=config.books)
    known = {"lifecycle": lifecycle, "year": year, "told": told, "bands": BANDS, "ahead": AHEAD, "most": SHOWN}
    return page(request, "cycle.html", status=status, down=down, **known)
