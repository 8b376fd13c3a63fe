"""财务, the books: inquiries, reconciliation, recoveries, payees' accounts, appropriations and year-end, the ledger."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shixian.casework.money.appropriations import appropriations, balances_at, grant
from shixian.casework.money.batches import show
from shixian.casework.money.money_views import ledger_lines
from shixian.casework.money.payees import accounts, enter_account, verify_account
from shixian.casework.money.recovery import receive
from shixian.casework.money.scope import Scope
from shixian.casework.money.statements import ALARMS, FOR_PEOPLE, missing, resolve_line
from shixian.casework.money.unsettled import LABELS, resolve_by_hand
from shixian.casework.money.year_end import READINGS, Rule, close_year
from shixian.casework.staff.accounts import accounts as people_accounts
from shixian.casework.staff.looks import record_look
from shixian.casework.staff.people import Permission, require_scope, scope_of
from shixian.desk.access import READERS, Access
from shixian.desk.jobs import Job, jobs_of
from shixian.desk.pages import page
from shixian.desk.posted import Posted
from shixian.desk.sheets import CSV, XLSX, comma_separated, excel
from shixian.desk.viewer import Viewer
from shixian.desk.words import instant_zh
from shixian.disbursing.reconcile import Reconciled, reconcile, take_statement
from shixian.disbursing.treasury import open_treasury
from shixian.display import finance as shown
from shixian.rules.errors import CaseworkError, NotFound
from shixian.rules.money import Money
from shixian.rules.periods import parse_day

router = APIRouter()
Reader = Annotated[Viewer, Depends(READERS)]
Maker = Annotated[Viewer, Depends(Access((Permission.MAKE_BATCH,)))]
Checker = Annotated[Viewer, Depends(Access((Permission.CHECK_BATCH,)))]
Comparer = Annotated[Viewer, Depends(Access((Permission.CHECK_BATCH, Permission.RELEASE_BATCH)))]
Text = Annotated[str, Form()]
SIZE = 200  # ledger lines on a page
EVERYTHING = 1_000_000


def _scope(viewer: Viewer) -> Scope:
    """What of accounts and statements this person may see and work on."""
    return scope_of(viewer.someone, viewer.config.books.lifecycles)


# -- inquiries ---------------------------------------------------------------------------------------------------------


@router.get("/finance/inquiries")
def inquiries(request: Request, viewer: Reader, done: str = "") -> Response:
    found = shown.unsettled_in_scope(viewer.engine, viewer.someone, viewer.config.books)
    hands = {ref: _hands(viewer, ref) for ref in {one.batch for one in found}}
    return _page(
        request,
        viewer,
        "finance_inquiries.html",
        found=found,
        labels=LABELS,
        resolutions=shown.RESOLUTIONS,
        choices={one.key: shown.resolutions_for(one) for one in found},
        hands=hands,
        done=done,
    )


@router.post("/finance/inquiries/{key}")
def resolve_attempt(
    request: Request, viewer: Checker, key: str, outcome: Text = "", reason: Text = "", proof: Text = ""
) -> Response:
    """What became of a payment, on the bank's proof. Casework keeps maker, editor and releaser away from it."""
    if outcome not in shown.RESOLUTIONS:
        raise CaseworkError("须选择认定的结果", clause="人工认定", remedy="返回待查清单选择")
    config = viewer.config
    words: dict[str, Any] = {"reason": reason.strip()[:500], "proof": proof.strip()[:200], "person": viewer.someone}
    words |= {"legal_day": config.today(), "now": config.now()}
    resolve_by_hand(viewer.engine, key, outcome, **words)  # type: ignore[arg-type]
    return RedirectResponse("/finance/inquiries?done=resolved", 303)


def _hands(viewer: Viewer, ref: str) -> frozenset[str]:
    """Who made, edited or released the batch: none of them says what became of its payments."""
    row = show(viewer.engine, ref).row
    return frozenset(one for one in (row["maker"], row["editor"], row["releaser"]) if one)


# -- reconciliation ----------------------------------------------------------------------------------------------------


@router.get("/finance/reconciliation")
def reconciliation(request: Request, viewer: Reader, day: str = "", done: str = "") -> Response:
    days = shown.statement_days(viewer.engine, _scope(viewer))
    chosen = parse_day(day) if day.strip() else (days[0][0] if days else viewer.config.today())
    return _compared(request, viewer, chosen, done=done)


@router.post("/finance/reconciliation")
def compare(request: Request, viewer: Comparer, day: Text = "") -> Response:
    """Take the treasury's statement of a day in."""
    config, chosen = viewer.config, parse_day(day)

    async def work(_: Job) -> Reconciled:
        async with open_treasury(now=config.now) as treasury:
            return await reconcile(viewer.engine, chosen, treasury=treasury, person=viewer.someone, now=config.now)

    name = f"reconcile:{chosen}"
    jobs = jobs_of(request)
    jobs.start(name, lambda job: _told(asyncio.run(work(job))), by=viewer.someone.key, now=config.now())
    return RedirectResponse(f"/finance/reconciliation?day={chosen}&done=asked", 303)


@router.post("/finance/reconciliation/file")
def upload(request: Request, viewer: Comparer, given: Posted) -> Response:
    """Take the statements of a camt.053 file in; a malformed one changes nothing."""
    from shixian.treasury.iso20022 import camt053

    file = given.files.get("statement")
    if file is None:
        raise CaseworkError("没有选择文件", clause="对账", remedy="选择银行或国库的 camt.053 对账单文件")
    limit = viewer.config.upload_limit
    data = file.file.read(limit + 1)
    if len(data) > limit:
        raise CaseworkError(f"文件超过 {limit // 1024 // 1024} MB", clause="对账", remedy="请银行分日导出")
    found = camt053.read(data, file.filename or "camt.053")
    config = viewer.config
    done = [take_statement(viewer.engine, one, person=viewer.someone, now=config.now) for one in found]
    lines = [line for one in done for line in _told(one)]
    return _compared(request, viewer, done[-1].day if done else config.today(), lines=lines)


@router.post("/finance/reconciliation/lines/{line}")
def repair(request: Request, viewer: Checker, line: int, resolution: Text = "") -> Response:
    config = viewer.config
    if not resolution.strip():
        raise CaseworkError("须写明该流水是什么、如何处理", clause="对账", remedy="返回对账页填写")
    words: dict[str, Any] = {"resolution": resolution.strip()[:500], "person": viewer.someone}
    resolve_line(viewer.engine, line, legal_day=config.today(), now=config.now(), scope=_scope(viewer), **words)
    return RedirectResponse("/finance/reconciliation?done=resolved#repair", 303)


def _compared(
    request: Request, viewer: Viewer, day: date, *, lines: list[str] | None = None, done: str = ""
) -> Response:
    scope = _scope(viewer)
    absent, first = missing(viewer.engine, day, scope=scope)
    return _page(
        request,
        viewer,
        "finance_reconciliation.html",
        day=day,
        days=shown.statement_days(viewer.engine, scope),
        findings=shown.findings_of_day(viewer.engine, day, scope),
        rows=shown.lines_of_day(viewer.engine, day, scope),
        repair=shown.repair_list(viewer.engine, scope),
        alarms=ALARMS,
        for_people=FOR_PEOPLE,
        absent=absent,
        missing=first,
        job=jobs_of(request).get(f"reconcile:{day}"),
        lines=lines,
        done=done,
    )


def _told(found: Reconciled) -> list[str]:
    kinds = "，".join(f"{finding.label} {number}" for finding, number in sorted(found.taken.findings.items()))
    said = [
        f"{found.day} 对账：对账单 {found.lines} 行，先前已读 {found.taken.known} 行{f'；新读 {kinds}' if kinds else ''}"
    ]
    said += [f"警报：{shown.quiet(alarm)}" for alarm in found.taken.alarms]
    return [*said, "相符" if found.agrees else "有差异，见下方待处理的流水和未见付款"]


# -- recoveries --------------------------------------------------------------------------------------------------------


@router.get("/finance/recoveries")
def recoveries(request: Request, viewer: Reader, done: str = "") -> Response:
    found = shown.recoveries_in_scope(viewer.engine, viewer.someone, viewer.config.books)
    trees = shown.trees(viewer.engine, [one.id for one in found])
    return _page(request, viewer, "finance_recoveries.html", found=found, trees=trees, done=done)


@router.post("/finance/recoveries/{number}")
def received(
    request: Request, viewer: Maker, number: int, amount: Text = "", received: Text = "", reference: Text = ""
) -> Response:
    config = viewer.config
    if number not in {one.id for one in shown.recoveries_in_scope(viewer.engine, viewer.someone, config.books)}:
        raise NotFound(f"没有应追回的义务 {number}", remedy="从追回清单中选择")
    words: dict[str, Any] = {"person": viewer.someone, "now": config.now(), "books": config.books}
    day, fen = parse_day(received), Money.parse(amount, "yuan").fen
    receive(viewer.engine, number, fen, received=day, reference=reference.strip()[:100], **words)
    return RedirectResponse("/finance/recoveries?done=received", 303)


# -- accounts ----------------------------------------------------------------------------------------------------------


@router.get("/finance/accounts")
def payees(request: Request, viewer: Reader, q: str = "", done: str = "") -> Response:
    """Masked; looking at them is noted all the same."""
    record_look(viewer.engine, viewer.someone, "account", q.strip() or "全部收款账户", **_look(viewer))
    every = accounts(viewer.engine, scope=_scope(viewer))
    newest = {one.payee: one.id for one in reversed(every)}
    found = [one for one in every if q.strip() in one.payee]
    told: dict[str, Any] = {"found": found[:500], "total": len(found), "newest": newest}
    return _page(request, viewer, "finance_accounts.html", q=q, done=done, **told)


@router.post("/finance/accounts")
def enter(
    request: Request,
    viewer: Maker,
    payee: Text = "",
    holder: Text = "",
    number: Text = "",
    bank: Text = "",
    bank_name: Text = "",
) -> Response:
    words: dict[str, Any] = {"bank": bank.strip()[:20], "bank_name": bank_name.strip()[:100]}
    words |= {"number": number.strip()[:60], "holder": (holder.strip() or payee.strip())[:200]}
    enter_account(viewer.engine, payee.strip()[:200], person=viewer.someone, now=viewer.config.now(), **words)
    return RedirectResponse(f"/finance/accounts?q={quote(payee.strip()[:200])}&done=entered", 303)


@router.post("/finance/accounts/{number}/verify")
def verify(request: Request, viewer: Checker, number: int) -> Response:
    now, scope = viewer.config.now(), _scope(viewer)
    found = verify_account(viewer.engine, number, person=viewer.someone, now=now, scope=scope)
    return RedirectResponse(f"/finance/accounts?q={quote(found.payee)}&done=verified", 303)


# -- appropriations ----------------------------------------------------------------------------------------------------


@router.get("/finance/appropriations")
def lines(request: Request, viewer: Reader, done: str = "") -> Response:
    programmes = shown.programmes_of(viewer.someone, viewer.config.books)
    found = [one for one in appropriations(viewer.engine) if one.programme in programmes]
    balances = shown.balance_rows(balances_at(viewer.engine, viewer.config.today()), programmes)
    reserved = {(row["programme"], row["year"]): row["reserved"] for row in balances}
    told = {"rules": READINGS, "open": [one for one in found if one.closed_on is None], "reserved": reserved}
    return _page(request, viewer, "finance_appropriations.html", found=found, programmes=programmes, done=done, **told)


@router.post("/finance/appropriations")
def add(
    request: Request,
    viewer: Maker,
    programme: Text = "",
    year: Annotated[int, Form(ge=0, le=9999)] = 0,
    amount: Text = "",
    because: Text = "",
) -> Response:
    _in_scope(viewer, programme)
    words: dict[str, Any] = {"because": because.strip()[:500], "person": viewer.someone, "now": viewer.config.now()}
    grant(viewer.engine, programme, year, Money.parse(amount, "yuan").fen, **words)
    return RedirectResponse("/finance/appropriations?done=granted", 303)


@router.post("/finance/appropriations/close")
def close(request: Request, viewer: Maker, line: Text = "", rule: Text = "", because: Text = "") -> Response:
    """`line` is PROGRAMME:YEAR as the form lists them."""
    programme, _, year = line.rpartition(":")
    if not (year.isascii() and year.isdigit() and len(year) == 4) or rule not in {one.value for one in Rule}:
        raise CaseworkError("须选择预算科目和结账办法", clause="年终结账", remedy="返回拨款页选择")
    _in_scope(viewer, programme)
    config = viewer.config
    words: dict[str, Any] = {"because": because.strip()[:500], "person": viewer.someone, "now": config.now()}
    close_year(viewer.engine, programme, int(year), rule=Rule(rule), books=config.books, **words)
    return RedirectResponse("/finance/appropriations?done=closed", 303)


def _in_scope(viewer: Viewer, programme: str) -> None:
    own = [one for one in viewer.config.books.lifecycles.values() if one.regulation.key == programme]
    if not own:
        raise NotFound(f"没有专项 {programme}", remedy="从表中选择")
    require_scope(viewer.someone, own[0])


# -- the ledger --------------------------------------------------------------------------------------------------------


@router.get("/finance/ledger")
def ledger(request: Request, viewer: Reader) -> Response:
    """Balances at the end of a past day, and the postings up to it."""
    asked = _asked(request, viewer)
    programmes = shown.programmes_of(viewer.someone, viewer.config.books)
    number = request.query_params.get("page", "1")
    at = max(int(number), 1) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    balances = shown.balance_rows(balances_at(viewer.engine, asked["last"], **_line(asked)), programmes)
    rows = _ledger(viewer, asked, limit=SIZE + 1, offset=(at - 1) * SIZE)
    told: dict[str, Any] = {"balances": balances, "rows": rows[:SIZE], "more": len(rows) > SIZE, "number": at}
    told["posting_text"] = partial(shown.posting_text, books=viewer.config.books)
    query = urlencode({name: str(value) for name, value in asked.items() if value})
    told |= {"asked": asked, "programmes": programmes, "names": shown.ACCOUNTS, "query": query}
    return _page(request, viewer, "finance_ledger.html", **told)


@router.get("/finance/ledger/export.xlsx")
def ledger_excel(request: Request, viewer: Reader) -> Response:
    headings, rows, note = _export(request, viewer)
    return _file(excel("总账", headings, rows, note=note), XLSX, "总账.xlsx")


@router.get("/finance/ledger/export.csv")
def ledger_csv(request: Request, viewer: Reader) -> Response:
    headings, rows, _ = _export(request, viewer)
    return _file(comma_separated(headings, rows), CSV, "总账.csv")


def _export(request: Request, viewer: Viewer) -> tuple[Any, Any, str]:
    """Exactly what the filter on screen finds, every page of it."""
    asked, config = _asked(request, viewer), viewer.config
    headings, rows = shown.ledger_table(_ledger(viewer, asked, limit=EVERYTHING, offset=0))
    what = f"总账 {urlencode({name: str(value) for name, value in asked.items() if value})}"
    record_look(viewer.engine, viewer.someone, "export", what, **_look(viewer))
    return headings, rows, f"{what}；{len(rows)} 行；{viewer.someone.name} 导出于 {instant_zh(config.now())}"


def _asked(request: Request, viewer: Viewer) -> dict[str, Any]:
    """The filter: programme, budget year, first and last day (the day of the balances)."""
    given = request.query_params
    programme = given.get("programme", "").strip()
    if programme:
        _in_scope(viewer, programme)
    elif viewer.someone.provinces or viewer.someone.programmes:  # one programme of its scope at a time
        programme = next(iter(shown.programmes_of(viewer.someone, viewer.config.books)), "")
    year, first, last = (given.get(name, "").strip() for name in ("year", "first", "last"))
    return {
        "programme": programme,
        "year": int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        "first": parse_day(first) if first else None,
        "last": parse_day(last) if last else viewer.config.today(),
    }


def _line(asked: dict[str, Any]) -> dict[str, Any]:
    return {"programme": asked["programme"] or None, "year": asked["year"]}


def _ledger(viewer: Viewer, asked: dict[str, Any], *, limit: int, offset: int) -> list[Any]:
    programmes = shown.programmes_of(viewer.someone, viewer.config.books)
    given: dict[str, Any] = {**_line(asked), "first": asked["first"], "last": asked["last"]}
    whole = not viewer.someone.provinces and not viewer.someone.programmes
    if not whole and asked["programme"] not in programmes:
        return []
    return list(ledger_lines(viewer.engine, limit=limit, offset=offset, **given))


# -- shared ------------------------------------------------------------------------------------------------------------


def _look(viewer: Viewer) -> dict[str, Any]:
    return {"now": viewer.config.now(), "address": viewer.address}


def _file(content: bytes, media_type: str, name: str) -> Response:
    disposition = f"attachment; filename=\"export\"; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


def _page(request: Request, viewer: Viewer, template: str, **context: Any) -> Response:
    people = [one.person for one in people_accounts(viewer.engine) if one.active]
    able = {
        permission: "、".join(one.name for one in people if one.may(permission)) or "尚无此类账号，由安全管理员设置"
        for permission in (Permission.MAKE_BATCH, Permission.CHECK_BATCH, Permission.RELEASE_BATCH)
    }
    names = {one.key: one.name for one in people}
    known: dict[str, Any] = {"quiet": shown.quiet, "able": able, "people": names}
    return page(request, template, **{**known, **context})
