"""The case page: where a case stands, what may be done, and everything that happened, each with its clause.

`?as_of=DAY` shows the case at the end of a legal day, `?known=INSTANT` what was recorded by then; both together answer
"what did we know of that day at that time". Whoever opens the page is recorded.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from shixian.casework.money.money_views import case_money
from shixian.casework.publicity import identity
from shixian.casework.publicity.progress import progress_code
from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.looks import record_look, saw_case
from shixian.casework.staff.people import Permission, Person, require_scope
from shixian.casework.uploads import kept
from shixian.casework.views import CaseView, read_case
from shixian.desk.access import READERS, Access
from shixian.desk.chart import chart_of
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.display.case_head import deadline_lines, fact_lines, shown
from shixian.display.case_page import case_of_day, read_all, reading_lifecycle, sealed_papers
from shixian.display.plain import Plain
from shixian.display.possible import possible_now
from shixian.display.settled import settling
from shixian.display.timeline import GROUPS, by_day, chosen, entries, payments
from shixian.display.unblock import Button, buttons, holders
from shixian.rules.errors import CaseworkError, NotPermitted
from shixian.rules.lifecycle import Lifecycle, Regulation
from shixian.rules.narrate import LISTS, STATUS, stage_title
from shixian.rules.periods import parse_day, parse_instant

router = APIRouter()
Reader = Annotated[Viewer, Depends(READERS)]
HANDLERS = Access((Permission.LOOK_AT_IDENTITY,))
Handler = Annotated[Viewer, Depends(HANDLERS)]
# The progress code is the applicant's key to his case: it is told by those who deal with him, and not shown to all.
OFFICE = Access((Permission.OFFICE_ACT,))
Officer = Annotated[Viewer, Depends(OFFICE)]

add_words(
    {
        "办理进程": "Lifecycle",
        "现在可以办理": "What may be done now",
        "暂不能办理": "What may not be done now",
        "期限": "Deadlines",
        "时间线": "Timeline",
        "事实": "Facts",
        "材料": "Documents",
        "决定": "Decisions",
        "金额": "Money",
        "关联案件": "Related cases",
        "下一期限": "Next deadline",
        "适用规定": "Regulation",
        "计算过程": "Working",
        "金额构成": "How the amount is found",
        "按某日查看": "As of a day",
        "条款": "Clause",
        "查询码": "Query code",
        "显示查询码": "Show the query code",
    }
)


@router.get("/cases/{ref:path}/identity")
def ask_identity(request: Request, viewer: Handler, ref: str) -> Response:
    view = _in_scope(viewer, ref)
    return page(request, "case_identity.html", ref=view.ref, values=None, reason="", refused=None)


@router.post("/cases/{ref:path}/identity")
def show_identity(request: Request, viewer: Handler, ref: str, reason: Annotated[str, Form()] = "") -> Response:
    """The sealed values, to the handler alone; the look is an event of the case."""
    view, config = _in_scope(viewer, ref), viewer.config
    try:
        values = identity.look_at_identity(
            viewer.engine, ref, reason=reason, person=viewer.someone, now=config.now(), books=config.books
        )
    except CaseworkError as error:
        status = 403 if isinstance(error, NotPermitted) else 422
        return page(request, "case_identity.html", status=status, ref=ref, values=None, reason=reason, refused=error)
    record_look(viewer.engine, viewer.someone, "identity", ref, now=config.now(), address=viewer.address)
    lifecycle = config.books.lifecycle(view.row["lifecycle"])
    rows = [
        (lifecycle.facts[name].label if name in lifecycle.facts else "账号", shown(None, value))
        for name, value in values.items()
    ]
    return page(request, "case_identity.html", ref=ref, values=rows, reason=reason, refused=None)


@router.post("/cases/{ref:path}/progress-code")
def show_code(request: Request, viewer: Officer, ref: str) -> Response:
    """The code with which the applicant reads the progress of this case; who had it shown is kept."""
    view, now = _in_scope(viewer, ref), viewer.config.now()
    code = progress_code(viewer.engine, ref)
    record_look(viewer.engine, viewer.someone, "case", f"{ref} 查询码", now=now, address=viewer.address)
    return page(request, "case_code.html", ref=view.ref, code=code)


@router.get("/cases/{ref:path}")
def case(
    request: Request,
    viewer: Reader,
    ref: str,
    as_of: str = "",
    known: str = "",
    group: str = "",
    stage: str = "",
    person: str = "",
    q: str = "",
    order: str = "new",
    done: int | None = None,
) -> Response:
    view = _in_scope(viewer, ref)
    day = parse_day(as_of) if as_of.strip() else None
    instant = parse_instant(known) if known.strip() else None
    now = viewer.config.now()
    data = read_all(viewer.engine, view, day, now=now, known=instant)
    state, events = case_of_day(view, day, instant)
    lifecycle = reading_lifecycle(viewer.config.books.lifecycle(view.row["lifecycle"]), state.facts)
    people = {one.person.key: one.person for one in accounts(viewer.engine) if one.active}
    names = {key: one.name for key, one in people.items()}
    money = case_money(viewer.engine, ref, day=day)
    every = [
        *entries(lifecycle, data["events"], names, viewer.config.books.lifecycles),
        *payments(money, until=(day, instant)),
    ]
    shown_entries = chosen(every, group=group, stage=stage, person=person, text=q.strip())
    present = day is None and instant is None
    offered = _offered(viewer, view, list(people.values())) if present else ("", [])
    saw_case(viewer.engine, viewer.someone, ref, now=now, address=viewer.address)
    today = day or viewer.config.today()
    plain = Plain(lifecycle, viewer.config.books.lifecycles)
    data["decisions"] = [plain.decision(one) for one in data["decisions"]]
    deadlines = deadline_lines(lifecycle, data["deadlines"], today, viewer.config.books.calendar, plain)
    calls = {"as_of": as_of, "known": known, "group": group, "person": person, "q": q, "order": order}
    keep = urlencode({name: value for name, value in calls.items() if value and (name, value) != ("order", "new")})
    return page(
        request,
        "case.html",
        data=data,
        view=view,
        lifecycle=lifecycle,
        regulation=_regulation(lifecycle, data["regulation"]),
        url=f"/cases/{quote(ref)}",
        chart=chart_of(lifecycle, state.progress),
        stage_link=f"/cases/{quote(ref)}?{keep + '&' if keep else ''}stage=",
        status_word=STATUS.get(data["status"], data["status"]),
        stage_titles=[stage_title(lifecycle, key) for key in data["stages"]],
        present=present,
        blocked=offered[0],
        may=_by_stage([one for one in offered[1] if not one.blocked]),
        may_not=_by_stage([one for one in offered[1] if one.blocked]),
        erratum=holders(people.values())(Permission.ERRATUM),
        deadlines=deadlines,
        facts=fact_lines(lifecycle, data),
        lists=[(LISTS.get(item["list"], item["list"]), item | {"text": plain(item["text"])}) for item in data["lists"]],
        days=by_day(shown_entries, newest_first=order != "old"),
        count=len(shown_entries),
        whole=len(every),
        groups={key: title for key, title in GROUPS.items() if any(one.group == key for one in every)},
        stages=[(one.key, one.title) for one in lifecycle.stages],
        persons=sorted({one.person for one in every}),
        news=[one for one in every if done is not None and one.seq > done],
        filter={"group": group, "stage": stage, "person": person, "q": q, "order": order},
        as_of=as_of,
        known=known,
        money=money,
        sealed=any(field.sealed for field in lifecycle.facts.fields),
        sealed_papers=sealed_papers(events),
        uploaded=kept(viewer.engine, (one["sha256"] for one in data["documents"] if one["sha256"])),
        child_titles={key: one.title for key, one in viewer.config.books.lifecycles.items()},
        document_titles=_document_titles(lifecycle),
        stage_names={one.key: one.title for one in lifecycle.stages},
        windows=[(key, stage_title(lifecycle, key)) for key in data["windows"]],
    )


def _in_scope(viewer: Viewer, ref: str) -> CaseView:
    """The case, if it lies in the viewer's provinces and programmes."""
    view = read_case(viewer.engine, ref)
    require_scope(viewer.someone, viewer.config.books.lifecycle(view.row["lifecycle"]))
    return view


def _document_titles(lifecycle: Lifecycle) -> dict[str, str]:
    return {one.key: one.title for stage in lifecycle.stages for act in stage.acts for one in act.documents}


def _offered(viewer: Viewer, view: CaseView, people: list[Person]) -> tuple[str, list[Button]]:
    """Why nothing at all may be done (or ""), and each act with its form or with who can unblock it."""
    config, now = viewer.config, viewer.config.now()
    with settling(viewer.engine, config.books, now=now) as store:
        blocked, found = possible_now(store, view.ref, now)
        state = store.load(view.ref)
        lifecycle = config.books.lifecycle(state.lifecycle)
        if blocked:
            return blocked, []
        who = holders(people)
        return "", buttons(lifecycle, state, store.law, found, viewer=viewer.someone, who=who, at=now)


def _by_stage(found: list[Button]) -> list[tuple[str, list[Button]]]:
    groups: dict[str, list[Button]] = {}
    for one in found:
        groups.setdefault(one.stage_title, []).append(one)
    return list(groups.items())


def _regulation(lifecycle: Lifecycle, key: str) -> Regulation:
    """The version that the case is pinned to."""
    known = (lifecycle.regulation, *lifecycle.versions)
    return next((one for one in known if key in (one.key, one.number)), lifecycle.regulation)
