"""The pictures of the README, taken of the demonstration as it stands on its last day:

    SCREENSHOTS=1 .venv/bin/python -m pytest tests/browser/test_screenshots.py

Playing the demonstration takes most of a minute, and a run of the tests must leave the tree as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, select

from models import BatchStatus, batch, case_file
from shixian.casework.database import open_database, reading, transaction
from shixian.casework.publicity.notices import take_snapshots
from shixian.casework.staff.people import put_person
from shixian.demo.bank import PractiseBank
from shixian.demo.logins import AUDITOR, give_logins
from shixian.demo.payments import CHECKER, Finance
from shixian.demo.people import CITIZEN, HEAD, OFFICER
from shixian.demo.play import LAST, Play
from shixian.demo.samples import samples
from shixian.desk.config import DeskConfig
from shixian.operating.prepare import prepare_database
from shixian.programmes import catalogue
from shixian.rules.periods import end_of, parse_day, parse_instant
from tests.browser.house import Desk, Visitor
from tests.desk.office import ROOT, Clock

IMAGES = ROOT / "docs" / "images"
LARGEST = 250_000  # bytes of one picture
MORNING = f"{LAST}T09:30"
PUBLISHED = ("2022-06-17", "2022-06-18", "2022-06-19", "2022-06-20")  # days of a notice that ran to 23 June 2022
WANTED = os.environ.get("SCREENSHOTS") == "1"
pytestmark = pytest.mark.skipif(not WANTED, reason="the README's pictures are taken with SCREENSHOTS=1")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The demonstration's database on its last day, made without Prefect."""
    from tests.demo.test_samples import DirectRuns

    folder = tmp_path_factory.mktemp("demonstration")
    engine = open_database(prepare_database(folder))
    with transaction(engine) as connection:
        for person in (OFFICER, HEAD, CITIZEN):
            put_person(connection, person)
    bank = PractiseBank(folder)
    child = bank.start()
    lifecycles = catalogue()
    said: list[str] = []
    try:
        finance = Finance(engine, bank.address, bank.secret, said.append)
        runs: Any = DirectRuns(engine)
        show = Play(engine, folder, samples(lifecycles), runs, finance, say=said.append)
        with ThreadPoolExecutor(1) as other:  # the play runs event loops; this thread has playwright's
            other.submit(show.whole).result()
        give_logins(engine, now=end_of(LAST))
        for day in PUBLISHED:
            take_snapshots(engine, parse_day(day), now=parse_instant(f"{day}T08:00"))
        yield engine
    finally:
        child.stop()
        for name in ("URL", "KEY", "IDEMPOTENT"):
            os.environ.pop(f"SHIXIAN_TREASURY_{name}", None)
        engine.dispose()


@pytest.fixture
def filled(served: tuple[Any, str], demonstration: Engine) -> Desk:
    app, address = served
    clock = Clock(parse_instant(MORNING))
    app.state.config = DeskConfig(demonstration, now=clock, practice=True)
    return Desk(address, demonstration, clock, app)


def take(chromium: Browser, desk: Desk, name: str, who: str | None, path: str, *, height: int = 1000) -> None:
    """One page as it first shows, in its window."""
    window = Visitor.arrive(chromium, desk, who, viewport={"width": 1280, "height": height})
    assert window.open(path) == 200, window.text
    picture = IMAGES / f"desk-{name}.png"
    window.page.screenshot(path=picture)
    window.context.close()
    assert not window.troubles, window.troubles
    assert picture.stat().st_size < LARGEST, picture


def test_pictures_of_five_pages(chromium: Browser, filled: Desk) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with reading(filled.engine) as connection:
        cases = select(case_file.c.ref).where(case_file.c.lifecycle == "sh-matching-funds")
        case = connection.scalar(cases.where(case_file.c.stage == "review_meeting", case_file.c.status == "open"))
        made = connection.scalar(select(batch.c.ref).where(batch.c.status == BatchStatus.PROPOSED))
        published = select(case_file.c.ref).where(case_file.c.lifecycle == "sh-incubator-recognition")
        notice = connection.scalar(published.where(case_file.c.ref == "SH-IR-2022-0002"))
    assert case and made and notice
    take(chromium, filled, "worklist", OFFICER.key, "/worklist?tab=all")
    take(chromium, filled, "case", OFFICER.key, f"/cases/{case}", height=1280)
    take(chromium, filled, "batch", CHECKER.key, f"/finance/batches/{made}")
    take(chromium, filled, "audit", AUDITOR.key, "/audit")
    filled.at("2022-06-20T09:30")
    take(chromium, filled, "notice", None, f"/notices/{notice}/notice")
