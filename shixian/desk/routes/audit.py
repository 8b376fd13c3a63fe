"""审计: search the record, verify chain and ledger, recompute decisions, discretion, readings, looks, sign-ins, anchors.

Nothing here changes a row, but for the look that is noted. Verification and recomputing of everything run in a thread
of the desk and their result is kept; of one case they run at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shixian.casework.recompute import Recomputed, recompute
from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.people import Permission, require_scope
from shixian.casework.verify import Report, verify
from shixian.casework.views import read_case
from shixian.desk.access import Access
from shixian.desk.jobs import Job, jobs_of
from shixian.desk.pages import page
from shixian.desk.sessions import tries
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.display import audit as shown
from shixian.display.journals import JOURNAL_KINDS, journal_title
from shixian.rules.errors import CaseworkError
from shixian.rules.months import add_months
from shixian.rules.periods import parse_day

router = APIRouter()
Auditor = Annotated[Viewer, Depends(Access((Permission.VERIFY,)))]
LogReader = Annotated[Viewer, Depends(Access((Permission.READ_LOGS,)))]
Text = Annotated[str, Form()]
SIGN_INS = 100
VERIFY = "verify"

add_words(
    {
        "检索": "Search", "日志检索": "Journals", "核验": "Verify", "重算": "Recompute", "裁量与更正": "Discretion",
        "读法": "Readings", "锚": "Anchors", "查看记录": "Looks", "登录记录": "Sign-ins", "种类": "Kind",
        "记录人": "Recorded by", "法定日": "Legal day", "记录时刻": "Recorded at", "内容": "What it says",
    }
)  # fmt: skip


@router.get("/audit")
def events(request: Request, viewer: Auditor) -> Response:
    asked = _asked(request)
    reads = viewer.may(Permission.READ_CASES)
    found = shown.search_events(viewer.engine, asked, viewer.someone, viewer.config.books, reads=reads)
    return _page(request, viewer, "audit.html", asked=asked, found=found, kinds=shown.KINDS, more=_more(asked, found))


@router.get("/audit/journals")
def journals(request: Request, viewer: Auditor) -> Response:
    asked = _asked(request)
    reads = viewer.may(Permission.READ_CASES)
    found = shown.search_journals(viewer.engine, asked, viewer.someone, viewer.config.books, reads=reads)
    told = {"asked": asked, "found": found, "kinds": JOURNAL_KINDS, "more": _more(asked, found)}
    return _page(request, viewer, "audit_journals.html", **told)


# -- verifying and recomputing -----------------------------------------------------------------------------------------


@router.get("/audit/verify")
def verification(request: Request, viewer: Auditor) -> Response:
    return _verified(request, viewer)


@router.post("/audit/verify")
def verify_now(request: Request, viewer: Auditor, ref: Text = "") -> Response:
    """One case at once; everything in a thread, whose result the page then shows."""
    ref = ref.strip()
    if ref:
        _in_scope(viewer, ref)
        return _verified(request, viewer, own=verify(viewer.engine, refs=[ref]), ref=ref)
    engine = viewer.engine

    def work(job: Job) -> Sequence[str]:
        job.result = verify(engine)
        return []

    jobs_of(request).start(VERIFY, work, by=viewer.someone.key, now=viewer.config.now())
    return RedirectResponse("/audit/verify", 303)


def _verified(request: Request, viewer: Viewer, *, own: Report | None = None, ref: str = "") -> Response:
    job = jobs_of(request).get(VERIFY)
    return _page(request, viewer, "audit_verify.html", job=job, own=own, ref=ref)


@router.get("/audit/recompute")
def recomputing(request: Request, viewer: Auditor, year: str = "") -> Response:
    return _recomputed(request, viewer, year=_year(year))


@router.post("/audit/recompute")
def recompute_now(request: Request, viewer: Auditor, ref: Text = "", year: Text = "") -> Response:
    ref, books, engine, wanted = ref.strip(), viewer.config.books, viewer.engine, _year(year)
    if ref:
        _in_scope(viewer, ref)
        return _recomputed(request, viewer, own=recompute(engine, books, ref=ref), ref=ref, year=wanted)

    def work(job: Job) -> Sequence[str]:
        job.result = recompute(engine, books, year=wanted)
        return []

    name = _recompute_job(wanted)
    jobs_of(request).start(name, work, by=viewer.someone.key, now=viewer.config.now())
    return RedirectResponse(f"/audit/recompute?{urlencode({'year': wanted or ''})}", 303)


def _recomputed(
    request: Request, viewer: Viewer, *, own: Recomputed | None = None, ref: str = "", year: int | None
) -> Response:
    job = jobs_of(request).get(_recompute_job(year))
    return _page(request, viewer, "audit_recompute.html", job=job, own=own, ref=ref, year=year)


def _recompute_job(year: int | None) -> str:
    return f"recompute:{year or 'all'}"


# -- registers ---------------------------------------------------------------------------------------------------------


@router.get("/audit/discretion")
def register(request: Request, viewer: Auditor, month: str = "") -> Response:
    """By month, oldest first, for printing."""
    day = parse_day(f"{month.strip()}-01") if month.strip() else viewer.config.today()
    first = date(day.year, day.month, 1)
    if first.year == date.max.year:
        raise CaseworkError(f"{first.year} 年没有记录", remedy="填写其他月份")
    last = add_months(first, 1)
    reads = viewer.may(Permission.READ_CASES)
    found = shown.discretion(viewer.engine, first, last, viewer.someone, viewer.config.books, reads=reads)
    return _page(request, viewer, "audit_discretion.html", found=found, month=first)


@router.get("/audit/readings")
def every_reading(request: Request, viewer: Auditor, law: str = "", key: str = "") -> Response:
    books = viewer.config.books
    found = shown.readings(viewer.someone, books)
    chosen = next((one for one in found if (one.law, one.reading.key) == (law, key)), None)
    reads = viewer.may(Permission.READ_CASES)
    cases = shown.touched(viewer.engine, law, key, books) if chosen is not None and reads else None
    return _page(request, viewer, "audit_readings.html", found=found, chosen=chosen, cases=cases)


@router.get("/audit/anchors")
def anchored(request: Request, viewer: Auditor) -> Response:
    return _page(request, viewer, "audit_anchors.html", rows=shown.anchors(viewer.engine))


@router.get("/audit/looks")
def looked(
    request: Request, viewer: LogReader, person: str = "", subject: str = "", what: str = "", before: str = ""
) -> Response:
    asked = {"person": person.strip(), "subject": subject.strip(), "what": what if what in shown.LOOKS else ""}
    found = shown.looks(viewer.engine, **asked, before=_number(before))
    query = urlencode({**asked, "before": found.before}) if found.before is not None else ""
    return _page(request, viewer, "audit_looks.html", asked=asked, found=found, more=query, kinds=shown.LOOKS)


@router.get("/audit/sign-ins")
def sign_ins(request: Request, viewer: LogReader) -> Response:
    at = min(_number(request.query_params.get("page", "")) or 1, 100_000)
    rows = tries(viewer.engine, page=at, size=SIGN_INS)
    return _page(request, viewer, "audit_sign_ins.html", rows=rows, number=at, more=len(rows) == SIGN_INS)


# -- shared ------------------------------------------------------------------------------------------------------------


def _asked(request: Request) -> shown.Search:
    given = {name: request.query_params.get(name, "").strip()[:200] for name in ("case", "kind", "person", "clause")}
    days: dict[str, date | None] = {}
    for name in ("first", "last"):
        text = request.query_params.get(name, "").strip()
        days[name] = parse_day(text) if text else None
    before = _number(request.query_params.get("before", ""))
    return shown.Search(**given, **days, before=before)  # type: ignore[arg-type]


def _more(asked: shown.Search, found: shown.Page) -> str:
    """The query of the next page; empty at the end."""
    if found.before is None:
        return ""
    names = ("case", "kind", "person", "clause", "first", "last")
    kept = {name: str(getattr(asked, name)) for name in names if getattr(asked, name)}
    return urlencode({**kept, "before": found.before})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _year(text: str) -> int | None:
    if not text.strip():
        return None
    number = _number(text.strip())
    if number is None or not 1900 <= number <= 2999:
        raise CaseworkError(f"“{text[:20]}”不是年度", remedy="填写四位年度，如 2021；不填为全部")
    return number


def _in_scope(viewer: Viewer, ref: str) -> None:
    require_scope(viewer.someone, viewer.config.books.lifecycle(str(read_case(viewer.engine, ref).row["lifecycle"])))


def _page(request: Request, viewer: Viewer, template: str, **context: Any) -> Response:
    names = {one.person.key: one.person.name for one in accounts(viewer.engine)}
    title = partial(journal_title, books=viewer.config.books)
    return page(request, template, people=names, journal_title=title, **context)
