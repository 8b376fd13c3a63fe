"""财务: what waits to be paid, batches proposed, frozen, checked, released; a release runs in Prefect, or here.

The releaser's own request authorises the batch (casework refuses there and then, with the rule); the payments follow in
the Prefect deployment `disburse-batch`, or in a thread of the desk when there is no Prefect. Both run the same code,
and either may be asked to go on: what may have been sent is inquired before anything new is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from models import BatchStatus
from shixian.casework.money import batches
from shixian.casework.money.batch_views import BatchView
from shixian.casework.money.unsettled import LABELS
from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.people import Permission, require_scope, scope_of
from shixian.desk.access import READERS, Access
from shixian.desk.jobs import Job, jobs_of
from shixian.desk.pages import page, wants_part
from shixian.desk.prefect import PrefectDown, graph_of, start_deployment
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.disbursing import inquire, release
from shixian.disbursing.release import Report, limit_of_settings
from shixian.disbursing.run import Progress
from shixian.disbursing.treasury import open_treasury
from shixian.display import finance as shown
from shixian.display.batch_steps import did, steps
from shixian.display.held import held_up
from shixian.display.money_lines import ATTEMPT, BATCH
from shixian.rules.errors import BatchError, CaseworkError
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import parse_day
from shixian.settings import settings

router = APIRouter()
Reader = Annotated[Viewer, Depends(READERS)]
MAKERS = Access((Permission.MAKE_BATCH,))
CHECKERS = Access((Permission.CHECK_BATCH,))
RELEASERS = Access((Permission.RELEASE_BATCH,))
FINANCE = Access((Permission.MAKE_BATCH, Permission.CHECK_BATCH))
Maker = Annotated[Viewer, Depends(MAKERS)]
DEPLOYMENT = "disburse-batch"  # of the flow of the same name
LINES = 200  # of a batch on one page

add_words(
    {
        "批次": "Batches", "编制批次": "Propose a batch", "待付": "To be paid", "拨款": "Appropriations",
        "对账": "Reconciliation", "待查清单": "Inquiries", "追回": "Recoveries", "收款账户": "Accounts of payees",
        "总账": "Ledger", "复核": "Approve", "修改": "Revise", "撤销": "Cancel", "放行": "Release",
        "查询结果": "Inquire", "内容哈希": "Content hash", "控制总数": "Control totals", "笔数": "Count",
        "收款人": "Payee", "账户": "Account", "专项": "Programme", "预算年度": "Budget year", "余额": "Left",
        "不列入": "Refused", "警报": "Alarms", "编制": "Made", "理由": "Reason", "收款方": "Payee",
    }
)  # fmt: skip


@router.get("/finance")
def overview(request: Request, viewer: Reader) -> Response:
    found = shown.overview(viewer.engine, viewer.someone, viewer.config.books)
    return _page(request, "finance.html", found=found)


# -- making ------------------------------------------------------------------------------------------------------------


@router.get("/finance/propose")
def propose_form(request: Request, viewer: Reader, programme: str = "", as_of: str = "") -> Response:
    """What a batch would hold and refuse, before anybody makes it."""
    return _proposal(request, viewer, programme, as_of)


@router.post("/finance/propose")
def propose(
    request: Request, viewer: Maker, programme: Annotated[str, Form()] = "", as_of: Annotated[str, Form()] = ""
) -> Response:
    config = viewer.config
    lifecycle = _lifecycle(viewer, programme)
    try:
        made = batches.propose(
            viewer.engine,
            lifecycle.key,
            parse_day(as_of),
            person=viewer.someone,
            now=config.now(),
            books=config.books,
            second_checker_above=limit_of_settings,
        )
    except BatchError as error:
        return _proposal(request, viewer, programme, as_of, error=error)
    return RedirectResponse(f"/finance/batches/{made.ref}?done=proposed", 303)


def _proposal(
    request: Request, viewer: Viewer, programme: str, as_of: str, error: BatchError | None = None
) -> Response:
    config = viewer.config
    known = shown.payable_lifecycles(viewer.engine, viewer.someone, config.books)
    chosen = _lifecycle(viewer, programme) if programme else None
    day = parse_day(as_of) if as_of.strip() else config.today()
    found = shown.preview(viewer.engine, chosen, day, config.today(), config.books) if chosen is not None else None
    able = [one for one in _people(viewer) if one.may(Permission.MAKE_BATCH)]
    told = {"known": known, "chosen": chosen, "day": day, "found": found, "makers": "、".join(p.name for p in able)}
    held = held_up(viewer.engine, chosen, config.books, now=config.now()) if chosen is not None else []
    status = 200 if error is None else 422
    return _page(
        request, "finance_propose.html", status=status, error=error, late=day > config.today(), held=held, **told
    )


# -- batches -----------------------------------------------------------------------------------------------------------


@router.get("/finance/batches")
def every(request: Request, viewer: Reader, status: str = "", programme: str = "", year: str = "") -> Response:
    config, person = viewer.config, viewer.someone
    wanted = BatchStatus(status) if status in {one.value for one in BatchStatus} else None
    budget_year = int(year) if year.isascii() and year.isdigit() and len(year) <= 4 else None
    scope = scope_of(person, config.books.lifecycles)
    given: dict[str, Any] = {"programme": programme or None, "year": budget_year, "status": wanted, "limit": 500}
    rows = [row for row in batches.batches(viewer.engine, **given) if scope is None or row["lifecycle"] in scope]
    programmes = shown.programmes_of(person, config.books)
    titles = {key: one.title for key, one in config.books.lifecycles.items()}
    asked = {"status": wanted, "programme": programme, "year": budget_year or ""}
    return _page(request, "finance_batches.html", rows=rows, programmes=programmes, titles=titles, asked=asked)


@router.get("/finance/batches/{ref}")
def one(request: Request, viewer: Reader, ref: str, first: int = 1, done: str = "") -> Response:
    view, lifecycle = _batch(viewer, ref)
    first = max(1, min(first, len(view.lines)))
    lines = view.lines[first - 1 : first - 1 + LINES]
    return _page(
        request,
        "finance_batch.html",
        view=view,
        lifecycle=lifecycle,
        lines=lines,
        first=first,
        last=first + len(lines) - 1,
        size=LINES,
        trees=shown.trees(viewer.engine, [line["obligation_id"] for line in lines]),
        names={person.key: person.name for person in _people(viewer)},
        did=did(view),
        steps={step.key: step for step in steps(view, viewer.someone, _people(viewer), lifecycle)},
        payable=_can_pay(viewer),
        done=done,
        **_progress(request, view),
    )


@router.get("/finance/batches/{ref}/progress")
def progress(request: Request, viewer: Reader, ref: str) -> Response:
    """How far the payments are: a part for htmx, the whole batch for others."""
    view, _ = _batch(viewer, ref)
    if not wants_part(request):
        return RedirectResponse(f"/finance/batches/{ref}", 303)
    return _page(request, "_batch_progress.html", view=view, **_progress(request, view))


def _progress(request: Request, view: BatchView) -> dict[str, Any]:
    job = jobs_of(request).get(_job(view.ref))
    moving = job is not None and (job.running or (bool(job.link) and view.status is BatchStatus.RELEASED))
    return {"job": job, "moving": moving}


@router.post("/finance/batches/{ref}/approve")
def approve(
    request: Request,
    viewer: Annotated[Viewer, Depends(CHECKERS)],
    ref: str,
    content: Annotated[str, Form()] = "",
) -> Response:
    """`content` is the hash that the checker has seen; another content is refused."""
    _batch(viewer, ref)
    if not content:
        raise CaseworkError("没有写明所复核内容的哈希", clause="批次冻结", remedy="打开批次页面查看后，在该页面复核")
    batches.approve(viewer.engine, ref, content=content, person=viewer.someone, now=viewer.config.now())
    return RedirectResponse(f"/finance/batches/{ref}?done=approved", 303)


@router.post("/finance/batches/{ref}/revise")
def revise(request: Request, viewer: Maker, ref: str, drop: Annotated[list[int] | None, Form()] = None) -> Response:
    _batch(viewer, ref)
    config = viewer.config
    made = batches.revise(
        viewer.engine,
        ref,
        drop=drop or (),
        person=viewer.someone,
        now=config.now(),
        books=config.books,
        second_checker_above=limit_of_settings,
    )
    return RedirectResponse(f"/finance/batches/{made.ref}?done=revised", 303)


@router.post("/finance/batches/{ref}/cancel")
def cancel(
    request: Request,
    viewer: Annotated[Viewer, Depends(FINANCE)],
    ref: str,
    reason: Annotated[str, Form()] = "",
) -> Response:
    _batch(viewer, ref)
    if not reason.strip():
        raise CaseworkError("撤销批次须写明理由", clause="批次撤销", remedy="返回批次页面，写明理由后撤销")
    batches.cancel(viewer.engine, ref, reason=reason.strip()[:500], person=viewer.someone, now=viewer.config.now())
    return RedirectResponse(f"/finance/batches/{ref}?done=cancelled", 303)


# -- release -----------------------------------------------------------------------------------------------------------


@router.post("/finance/batches/{ref}/release")
def let_go(request: Request, viewer: Annotated[Viewer, Depends(RELEASERS)], ref: str) -> Response:
    """Authorise now, in this request; then pay in Prefect, or in a thread of the desk."""
    view, _ = _batch(viewer, ref)
    config, person, jobs = viewer.config, viewer.someone, jobs_of(request)
    blocked = _can_pay(viewer)
    if blocked:
        raise CaseworkError(blocked, clause="拨付", remedy="系统管理员设定 SHIXIAN_TREASURY_URL 与密钥后再放行")
    given: dict[str, Any] = {"person": person, "now": config.now(), "books": config.books}
    release.authorize(viewer.engine, ref, limit=limit_of_settings, **given)
    try:
        run = start_deployment(
            config.prefect_url, DEPLOYMENT, DEPLOYMENT, {"batch": ref, "person": person.key}, person=person.key
        )
        link = graph_of(config.prefect_url, run)
        jobs.elsewhere(_job(ref), link, "已交由 Prefect 支付", by=person.key, now=config.now())
    except PrefectDown:
        jobs.start(_job(ref), lambda job: _pay(viewer, view.ref, job), by=person.key, now=config.now())
    return RedirectResponse(f"/finance/batches/{ref}?done=released", 303)


@router.post("/finance/batches/{ref}/inquire")
def ask(
    request: Request,
    viewer: Annotated[Viewer, Depends(Access((Permission.RELEASE_BATCH, Permission.CHECK_BATCH)))],
    ref: str,
) -> Response:
    _batch(viewer, ref)
    blocked = _can_pay(viewer)
    if blocked:
        raise CaseworkError(blocked, clause="拨付", remedy="系统管理员设定 SHIXIAN_TREASURY_URL 与密钥后再查询")

    async def work(job: Job) -> Report:
        async with open_treasury(now=viewer.config.now) as treasury:
            words: dict[str, Any] = {"person": viewer.someone, "treasury": treasury, "now": viewer.config.now}
            return await inquire.inquire(viewer.engine, ref, progress=_teller(job), **words)

    jobs = jobs_of(request)
    given: dict[str, Any] = {"by": viewer.someone.key, "now": viewer.config.now()}
    jobs.start(_job(ref), lambda job: _said(asyncio.run(work(job))), **given)
    return RedirectResponse(f"/finance/batches/{ref}?done=asked", 303)


def _pay(viewer: Viewer, ref: str, job: Job) -> Sequence[str]:
    config = viewer.config

    async def work() -> Report:
        async with open_treasury(now=config.now) as treasury:
            return await release.release(
                viewer.engine,
                ref,
                person=viewer.someone,
                treasury=treasury,
                now=config.now,
                progress=_teller(job),
                books=config.books,
                second_checker_above=limit_of_settings,
            )

    return _said(asyncio.run(work()))


def _teller(job: Job) -> Any:
    def tell(found: Progress) -> None:
        job.progress = f"已办结 {found.settled} / {found.total}"

    return tell


def _said(report: Report) -> Sequence[str]:
    lines = [report.counts.line()]
    lines += [f"已暂停：{report.halted}"] if report.halted else []
    lines += [f"警报：{alarm}" for alarm in report.alarms]
    return [*lines, "全部办结" if report.complete else "尚未办结：结果不明的在待查清单上，不会自动重付"]


def _can_pay(viewer: Viewer) -> str:
    """Why nothing can be paid from here; empty when it can."""
    try:
        known = settings()
    except ValueError as error:
        return str(error)
    if viewer.config.prefect_url or (known.treasury_url and known.treasury_key):
        return ""
    return "本机没有设定国库网关（SHIXIAN_TREASURY_URL、SHIXIAN_TREASURY_KEY），不能支付"


def _job(ref: str) -> str:
    return f"pay:{ref}"


# -- shared ------------------------------------------------------------------------------------------------------------


def _batch(viewer: Viewer, ref: str) -> tuple[BatchView, Lifecycle]:
    """The batch, if it lies in the viewer's scope."""
    view = batches.show(viewer.engine, ref)
    return view, _lifecycle(viewer, str(view.row["lifecycle"]))


def _lifecycle(viewer: Viewer, key: str) -> Lifecycle:
    lifecycle = viewer.config.books.lifecycle(key)
    require_scope(viewer.someone, lifecycle)
    return lifecycle


def _people(viewer: Viewer) -> list[Any]:
    return [one.person for one in accounts(viewer.engine) if one.active]


def _page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    words: dict[str, Any] = {"batch_words": BATCH, "attempt_words": ATTEMPT, "labels": LABELS, "quiet": shown.quiet}
    return page(request, template, status=status, **words, **context)
