"""Every page of the desk, for every role that has it, wide and on a telephone: accessible, no wider than its window,
nothing wrong on the console (see `conftest.visit`). A page that this file does not know fails."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from models import batch
from shixian.casework.cases import record_act
from shixian.casework.database import reading
from shixian.casework.money import batches
from shixian.casework.staff.people import Permission, Role
from shixian.desk.access import accesses
from shixian.rules.decide import Acted
from shixian.rules.periods import parse_day, parse_instant
from tests.browser.conftest import Visit
from tests.browser.house import NARROW, WIDE, Desk, Visitor, shown
from tests.browser.office import MAKER, OBJECTED, REDEMPTION, UNDISTURBED, award, fund, publish_list
from tests.desk.office import OVERDUE, PEOPLE, open_copy

NOW = "2021-07-12T10:00"
AWARD = "SH-A-2021-0009"

# What stands for each page: addresses to open. Several where a page looks different with different contents.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/sign-in": ("/sign-in?next=/worklist",),
    "/mine": ("/mine",),
    "/worklist": ("/worklist?tab=all&programme=sh-award",),
    "/worklist/overdue": ("/worklist/overdue?tab=all&programme=sh-matching-funds",),
    "/worklist/done": ("/worklist/done",),
    "/worklist/opened": ("/worklist/opened",),
    "/cycles": ("/cycles",),
    "/cycles/{key}/{year}": ("/cycles/sh-award/2021",),
    "/settings": ("/settings",),
    "/settings/calls": ("/settings/calls?programme=sh-award&year=2021",),
    "/settings/calendars": ("/settings/calendars",),
    "/settings/people": ("/settings/people",),
    "/settings/people/new": ("/settings/people/new",),
    "/settings/people/{key}": ("/settings/people/officer",),
    "/settings/system": ("/settings/system",),
    "/settings/log": ("/settings/log",),
    "/settings/outages": ("/settings/outages",),
    "/settings/clients": ("/settings/clients",),
    "/cases/{ref:path}": tuple(f"/cases/{ref}" for ref in (AWARD, OVERDUE, OBJECTED, *UNDISTURBED[:1])),
    "/cases/{ref:path}/act/{stage}/{verb}": (
        f"/cases/{OVERDUE}/act/filing/submit",
        f"/cases/{OBJECTED}/act/pay_provider/pay",
    ),
    "/open": ("/open",),
    "/open/{key}": ("/open/sh-matching-funds", "/open/sh-award"),
    "/bulk": ("/bulk", f"/bulk?ref={UNDISTURBED[0]}&ref={UNDISTURBED[1]}"),
    "/cases/{ref:path}/print/decision/{key}": (f"/cases/{UNDISTURBED[0]}/print/decision/redemption",),
    "/cases/{ref:path}/print/notice/{stage}": (f"/cases/{OBJECTED}/print/notice/publicity",),
    "/cases/{ref:path}/identity": (f"/cases/{OBJECTED}/objection1/identity",),
    "/notices": ("/notices",),
    "/notices/list/{key}/{cycle}/{stage}": (f"/notices/list/{REDEMPTION}/2021/publicity",),
    "/notices/{ref:path}/{stage}": (f"/notices/{OBJECTED}/publicity", f"/notices/{AWARD}/second_review_notice"),
    "/objections/{ref:path}/{stage}": (f"/objections/{OBJECTED}/publicity",),
    "/progress": ("/progress",),
    "/regulations": ("/regulations",),
    "/regulations/{key}": ("/regulations/sh-award",),
    "/regulations/{key}/clauses/{clause:path}": ("/regulations/sh-award/clauses/第四十三条",),
    "/finance": ("/finance",),
    "/finance/propose": ("/finance/propose", f"/finance/propose?programme={REDEMPTION}&as_of=2021-07-12"),
    "/finance/batches": ("/finance/batches",),
    "/finance/batches/{ref}": ("/finance/batches/{batch}",),
    "/finance/inquiries": ("/finance/inquiries",),
    "/finance/reconciliation": ("/finance/reconciliation",),
    "/finance/recoveries": ("/finance/recoveries",),
    "/finance/accounts": ("/finance/accounts",),
    "/finance/appropriations": ("/finance/appropriations",),
    "/finance/ledger": ("/finance/ledger",),
    "/audit": (f"/audit?case={OBJECTED}",),
    "/audit/journals": ("/audit/journals",),
    "/audit/verify": ("/audit/verify",),
    "/audit/recompute": (f"/audit/recompute?ref={UNDISTURBED[0]}",),
    "/audit/discretion": ("/audit/discretion",),
    "/audit/readings": ("/audit/readings",),
    "/audit/anchors": ("/audit/anchors",),
    "/audit/looks": ("/audit/looks",),
    "/audit/sign-ins": ("/audit/sign-ins",),
}
# Not pages: files, parts for htmx, what needs Prefect (its page is tested with a stub in tests/desk), or an answer.
NOT_PAGES = {
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/worklist/export.xlsx",
    "/worklist/export.csv",
    "/cases/{ref:path}/documents/{digest}",
    "/cycles/{key}/{year}/runs/{run}",
    "/objection-papers/{ref:path}/{digest}",
    "/finance/batches/{ref}/progress",
    "/finance/ledger/export.xlsx",
    "/finance/ledger/export.csv",
}


@pytest.fixture(scope="module")
def busy_template(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """July: a list published with one objection, two decisions to pay, a batch proposed."""
    path = tmp_path_factory.mktemp("busy") / "busy.db"
    shutil.copy(office_template, path)
    engine = open_copy(path)
    publish_list(engine)
    at = parse_instant("2021-07-06T15:00")
    given = {"objection_ground": "检测报告系套用他人报告", "objector": "样例冯某"}
    acted = Acted("publicity", "object", "objector", at, given)
    assert record_act(engine, OBJECTED, acted, person=PEOPLE[Role.PUBLIC], now=at).refusal is None
    award(engine, *UNDISTURBED)
    fund(engine)
    batches.propose(engine, REDEMPTION, parse_day("2021-07-12"), person=MAKER, now=parse_instant("2021-07-12T09:45"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def office_engine(busy_template: Path, tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "busy.db"
    shutil.copy(busy_template, path)
    engine = open_copy(path)
    yield engine
    engine.dispose()


_looked: dict[tuple[str, int], set[str]] = {}
_ATTRIBUTE = re.compile(r'([\w:-]+)(?:="([^"]*)")?')
_TELLING = {"class", "type", "role"}


# Chinese breaks anywhere: a crowded table makes a cell a column of single characters instead of scrolling in its box.
SQUEEZED = """() => [...document.querySelectorAll("td:not(.number)")].filter(cell => {
    const text = cell.innerText.trim(), box = cell.getBoundingClientRect();
    return text.length > 4 && box.width > 0 && box.width < 64 && box.height > 96;
}).map(cell => cell.innerText.trim().slice(0, 40))"""


def kinds(page: str) -> set[str]:
    """The kinds of element on a page: names and attributes, with the values that decide how an element looks or acts.
    Addresses, numbers and texts are not among them."""
    found = set()
    for name, rest in re.findall(r"<([a-z][\w-]*)([^>]*)>", page):
        words = sorted(f"{key}={value}" if key in _TELLING else key for key, value in _ATTRIBUTE.findall(rest))
        found.add(f"{name} {' '.join(words)}")
    return found


def look(window: Visitor, path: str) -> list[str]:
    """Open a page and say what is wrong with it, wide and narrow. Where a role sees no kind of element that another did
    not see on the same page, axe is not asked again, and on a telephone only by the first; the width always is."""
    status = window.open(path)
    if status != 200:
        return [f"{path}: {status} {window.text[:300]}"]
    found = []
    here = kinds(window.page.content())
    for size in (WIDE, NARROW):
        window.page.set_viewport_size(size)
        known = _looked.setdefault((path, size["width"]), set())
        if not here <= known and not (known and size is NARROW):
            found += [f"{path} at {size['width']}: {line}" for line in window.violations()]
            known |= here
        if window.sideways() > 0:
            found.append(f"{path} at {size['width']}: wider than its window by {window.sideways()} px")
        found += [f"{path} at {size['width']}: squeezed: {text}" for text in window.page.evaluate(SQUEEZED)]
    return found


def addresses(desk: Desk, role: Role | None) -> Iterator[str]:
    may = None if role is None else frozenset(one for one in Permission if PEOPLE[role].may(one))
    with reading(desk.engine) as connection:
        made = connection.scalar(select(batch.c.ref))
    for route, access in accesses(desk.app):
        path = route.path
        if role is Role.APPLICANT and path.startswith("/cases/"):
            continue  # the cases of others: refused, see tests/desk; an applicant's own are on /mine
        if "GET" in route.methods and path in PAGES and access.allows(may):
            yield from (one.replace("{batch}", str(made)) for one in PAGES[path])


def test_every_page_is_known_here(served: tuple[Any, str]) -> None:
    app, _ = served
    paths = {route.path for route, _ in accesses(app) if "GET" in route.methods and not route.path.startswith("/api/")}
    assert paths == PAGES.keys() | NOT_PAGES


@pytest.mark.parametrize("role", [None, *PEOPLE], ids=lambda role: str(role or "nobody"))
def test_pages(desk: Desk, visit: Visit, role: Role | None) -> None:
    desk.at(NOW)
    window = visit(role)
    found = [line for path in addresses(desk, role) for line in look(window, path)]
    assert not found, shown(found)
