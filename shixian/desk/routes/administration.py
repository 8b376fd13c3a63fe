"""Administration, apart from casework and in three hands: accounts (security), the system (system), logs (audit)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shixian import __version__
from shixian.casework.database import reading
from shixian.casework.journal import entries
from shixian.casework.staff.accounts import JOURNAL, accounts, close_account, find_account, reopen_account, save_person
from shixian.casework.staff.looks import record_look
from shixian.casework.staff.people import Permission, Person, Role
from shixian.desk.access import Access
from shixian.desk.pages import page
from shixian.desk.prefect import alive
from shixian.desk.sessions import reset_password, tries
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.display.journals import JOURNAL_KINDS
from shixian.display.lists import PROVINCES
from shixian.rules.errors import CaseworkError

router = APIRouter()
SECURITY = Access((Permission.MANAGE_PEOPLE,))
SYSTEM = Access((Permission.MANAGE_SYSTEM,))
LOGS = Access((Permission.READ_LOGS,))
Security = Annotated[Viewer, Depends(SECURITY)]

add_words(
    {"账号": "Account", "姓名": "Name", "角色": "Roles", "科室": "Section", "停用": "Close", "启用": "Open again"}
)


@router.get("/settings/people")
def people(request: Request, viewer: Security) -> Response:
    config = viewer.config
    record_look(viewer.engine, viewer.someone, "account", "全部账号", now=config.now(), address=viewer.address)
    return page(request, "people.html", found=accounts(viewer.engine), provinces=PROVINCES)


@router.get("/settings/people/new")
def blank(request: Request, viewer: Security) -> Response:
    return _form(request, viewer, None)


@router.get("/settings/people/{key}")
def one(request: Request, viewer: Security, key: str) -> Response:
    now = viewer.config.now()
    record_look(viewer.engine, viewer.someone, "account", key, now=now, address=viewer.address)
    return _form(request, viewer, key)


@router.post("/settings/people")
def save(
    request: Request,
    viewer: Security,
    key: Annotated[str, Form()],
    name: Annotated[str, Form()] = "",
    role: Annotated[list[str] | None, Form()] = None,
    party: Annotated[str, Form()] = "",
    section: Annotated[str, Form()] = "",
    province: Annotated[list[str] | None, Form()] = None,
    programme: Annotated[list[str] | None, Form()] = None,
    address: Annotated[str, Form()] = "",
    subject: Annotated[str, Form()] = "",
    is_new: Annotated[bool, Form()] = False,
) -> Response:
    config = viewer.config
    if is_new and any(account.person.key == key for account in accounts(viewer.engine)):
        raise CaseworkError(f"账号 {key} 已存在", remedy="换一个账号名，或打开该账号修改")
    programmes = frozenset(programme or ())
    unknown = programmes - {one.regulation.key for one in config.books.lifecycles.values()}
    unknown |= frozenset(province or ()) - PROVINCES.keys() | frozenset(role or ()) - {one.value for one in Role}
    if unknown:
        raise CaseworkError(f"不认识：{'、'.join(sorted(unknown))}", remedy="从表中选择")
    person = Person(
        key=key.strip(),
        name=name.strip()[:100] or key.strip(),
        roles=frozenset(Role(one) for one in role or ()),
        party=party.strip()[:100],
        section=section.strip()[:100],
        provinces=frozenset(province or ()),
        programmes=programmes,
    )
    extra = {"address": address.strip()[:300], "subject": subject.strip()[:300]}
    save_person(viewer.engine, person, by=viewer.someone, now=config.now(), **extra)
    return RedirectResponse(f"/settings/people/{person.key}?done=saved", 303)


@router.post("/settings/people/{key}/close")
def close(request: Request, viewer: Security, key: str) -> Response:
    close_account(viewer.engine, key, by=viewer.someone, now=viewer.config.now())
    return RedirectResponse(f"/settings/people/{key}?done=closed", 303)


@router.post("/settings/people/{key}/reopen")
def reopen(request: Request, viewer: Security, key: str) -> Response:
    reopen_account(viewer.engine, key, by=viewer.someone, now=viewer.config.now())
    return RedirectResponse(f"/settings/people/{key}?done=reopened", 303)


@router.post("/settings/people/{key}/password")
def password(request: Request, viewer: Security, key: str, new: Annotated[str, Form()] = "") -> Response:
    reset_password(viewer.engine, key, new, by=viewer.someone, now=viewer.config.now())
    return RedirectResponse(f"/settings/people/{key}?done=password", 303)


@router.get("/settings/system")
def system(request: Request, viewer: Annotated[Viewer, Depends(SYSTEM)]) -> Response:
    config = viewer.config
    with reading(viewer.engine) as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    where = viewer.engine.url.render_as_string(hide_password=True)
    told: dict[str, Any] = {"version": __version__, "database": where, "revision": revision}
    up = alive(config.prefect_url)
    lifecycles = len(config.books.lifecycles)
    return page(request, "system.html", **told, prefect=config.prefect_url, up=up, lifecycles=lifecycles)


@router.get("/settings/log")
def log(request: Request, viewer: Annotated[Viewer, Depends(LOGS)]) -> Response:
    with reading(viewer.engine) as connection:
        changes = entries(connection, JOURNAL)[-200:][::-1]
    return page(request, "log.html", changes=changes, tries=tries(viewer.engine), kinds=JOURNAL_KINDS)


def _form(request: Request, viewer: Viewer, key: str | None) -> Response:
    account = None if key is None else find_account(viewer.engine, key)
    regulations = {one.regulation.key: one.regulation.title for one in viewer.config.books.lifecycles.values()}
    return page(
        request,
        "person.html",
        account=account,
        roles=[role for role in Role if role is not Role.SYSTEM],
        provinces=PROVINCES,
        regulations=regulations,
        own=key == viewer.someone.key,
        done=request.query_params.get("done", ""),
    )
