"""The regulation explorer, open to everybody: from a clause to its stages, clocks, formulas, parameters and tests.

Which cases were decided under a clause is shown to those who may read cases, and to nobody else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from shixian.casework.staff.people import Permission, in_scope
from shixian.desk.access import PUBLIC
from shixian.desk.chart import chart_of
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer
from shixian.display import regulation_page as law
from shixian.rules.clauses import NATURES
from shixian.rules.silences import KINDS
from shixian.rules.state import Progress

router = APIRouter()
Anyone = Annotated[Viewer, Depends(PUBLIC)]


@router.get("/regulations")
def every(request: Request, viewer: Anyone) -> Response:
    config = viewer.config
    provinces: dict[str, list[law.Line]] = {}
    for line in law.lines(config.books, config.today()):
        provinces.setdefault(line.province, []).append(line)
    return page(request, "regulations.html", provinces=list(provinces.items()))


@router.get("/regulations/{key}")
def one(request: Request, viewer: Anyone, key: str) -> Response:
    books = viewer.config.books
    regulation, own = law.find(books, key)
    indexed, told = law.indexed(own), law.told(books, own)
    return page(
        request,
        "regulation.html",
        regulation=regulation,
        lifecycles=own,
        charts=[(lifecycle, chart_of(lifecycle, Progress())) for lifecycle in own],
        indexed=indexed,
        natures=NATURES,
        tests=law.TESTS,
        settings=law.settings(viewer.engine, own),
        readings=told.readings,
        silences=told.silences,
        silence_kinds=KINDS,
        in_force=regulation.in_force(viewer.config.today()),
    )


@router.get("/regulations/{key}/clauses/{clause:path}")
def clause(request: Request, viewer: Anyone, key: str, clause: str) -> Response:
    books = viewer.config.books
    regulation, own = law.find(books, key)
    found = law.clause_page(books, own, clause)
    reads = viewer.may(Permission.READ_CASES) and in_scope(viewer.someone, own[0])
    found = replace(
        found,
        settings=law.settings(viewer.engine, own, clause),
        decided=law.decided(viewer.engine, own, clause) if reads else (),
    )
    titles = {lifecycle.key: lifecycle.title for lifecycle in own}
    stages = {(lifecycle.key, stage.key): stage.title for lifecycle in own for stage in lifecycle.stages}
    return page(
        request,
        "regulation_clause.html",
        regulation=regulation,
        found=found,
        titles=titles,
        stage_titles=stages,
        reads=reads,
        natures=NATURES,
        silence_kinds=KINDS,
    )
