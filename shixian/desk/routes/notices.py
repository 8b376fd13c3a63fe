"""公示: what is published now and what was, for everybody; and each notice with its proof of publication."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from shixian.casework.publicity.notices import Notice, groups, keep, notices, proof, read_notice, working_of
from shixian.casework.publicity.outages import outages
from shixian.casework.publicity.public_objections import form_of
from shixian.desk.access import PUBLIC
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.rules.periods import end_of

router = APIRouter()
Anyone = Annotated[Viewer, Depends(PUBLIC)]
TOGETHER = 50
LARGEST = 2**53  # what a page number or a cursor may be at most

add_words(
    {
        "正在公示": "Open for objections",
        "已期满的公示": "Past notices",
        "公示事项": "What is published",
        "不公示的内容": "What is withheld, and why",
        "公示留存": "Proof of publication",
        "提出异议": "Object",
        "如何提出异议": "How to object",
        "公示期": "Window",
        "计算过程": "How the last day was counted",
    }
)


@router.get("/notices")
def everything(
    request: Request, viewer: Anyone, past: Annotated[int, Query(alias="page", ge=1, le=LARGEST)] = 1
) -> Response:
    config = viewer.config
    today = config.today()
    offset = min((past - 1) * TOGETHER, LARGEST)
    ended = groups(config.engine, today, open_now=False, limit=TOGETHER + 1, offset=offset, books=config.books)
    return page(
        request,
        "notices.html",
        running=groups(config.engine, today, open_now=True, books=config.books),
        ended=ended[:TOGETHER],
        more=len(ended) > TOGETHER,
        number=past,
    )


@router.get("/notices/list/{key}/{cycle}/{stage}")
def of_a_cycle(
    request: Request,
    viewer: Anyone,
    key: str,
    cycle: Annotated[int, Path(ge=0, le=9999)],
    stage: str,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:
    """All notices of one stage and cycle together: an award's winners stand in one notice."""
    config = viewer.config
    lifecycle = config.books.lifecycle(key)
    found = notices(
        config.engine,
        config.today(),
        key=key,
        cycle=cycle,
        stage=stage,
        after=after,
        limit=TOGETHER + 1,
        books=config.books,
    )
    shown = found[:TOGETHER]
    keep(config.engine, shown, now=config.now())
    return page(
        request,
        "notice_list.html",
        lifecycle=lifecycle,
        cycle=cycle,
        notices=shown,
        today=config.today(),
        more=shown[-1].number if len(found) > TOGETHER else None,
    )


@router.get("/notices/{ref:path}/{stage}")
def one(request: Request, viewer: Anyone, ref: str, stage: str) -> Response:
    config = viewer.config
    notice = read_notice(config.engine, ref, stage, books=config.books)
    keep(config.engine, [notice], now=config.now())
    today = config.today()
    return page(
        request,
        "notice.html",
        notice=notice,
        open_now=notice.open_on(today),
        ends=end_of(notice.last_day),
        form=form_of(notice.lifecycle, notice.stage, config.books),
        handled_by=handled_by(notice),
        working=working_of(config.engine, notice),
        kept=proof(config.engine, notice, today),
        outages=[one for one in outages(config.engine) if notice.lost and _touches(one, notice)],
    )


def handled_by(notice: Notice) -> str:
    """Who takes an objection in: the office that published the notice."""
    return notice.stage.by.title


def _touches(outage: object, notice: Notice) -> bool:
    from shixian.rules.periods import legal_day

    began, ended = outage["began_at"], outage["ended_at"]  # type: ignore[index]
    return any(first <= legal_day(ended) and last >= legal_day(began) for first, last in notice.lost)
