"""A real desk for a real browser: uvicorn on a port of this machine, a SQLite file a test, a clock to set, Chromium.

Browser and server are started once for this folder; each test has its own copy of the office's database and its own
contexts. Where there is no Chromium the tests are skipped, and pytest's summary says so.
"""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Error, sync_playwright
from sqlalchemy import Engine

from shixian.casework.staff.people import Role
from shixian.desk.app import create_app
from shixian.desk.config import DeskConfig
from tests.browser.house import Desk, Visitor
from tests.browser.office import furnish
from tests.desk.office import Clock, open_copy, quick_hashes
from tests.disbursing.bank import SECRET, Bank, running_bank

HERE = Path(__file__).parent
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=zh-CN"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Package, not session: while playwright runs, its event loop counts as this thread's, and tests of other folders that
# start one of their own would be refused.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            pytest.skip(f"chromium does not start here: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def office_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office's cases; copied, never written."""
    path = tmp_path_factory.mktemp("browser") / "office.db"
    shutil.copy(sqlite_template, path)
    engine = open_copy(path)
    furnish(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="package")
def served(office_template: Path) -> Iterator[tuple[Any, str]]:
    """The desk's application and its address. Each test gives it another database by its state."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    engine = open_copy(office_template)
    app = create_app(DeskConfig(engine, now=Clock()))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    with quick_hashes():
        thread.start()
        yield app, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(30)
    listening.close()
    engine.dispose()
    assert not thread.is_alive(), "the desk did not stop"


@pytest.fixture
def office_engine(office_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the office's database."""
    path = tmp_path / "office.db"
    shutil.copy(office_template, path)
    engine = open_copy(path)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(served: tuple[Any, str], office_engine: Engine) -> Iterator[Desk]:
    """The desk over this test's database; its clock stands at `office.NOW` until it is set."""
    app, address = served
    clock = Clock()
    app.state.config = DeskConfig(office_engine, now=clock)
    app.state.jobs = None
    found = Desk(address, office_engine, clock, app)
    yield found
    found.finish()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, desk: Desk) -> Iterator[Visit]:
    """`visit(Role.OFFICER)`, `visit("head")` or `visit()`: a browser window signed in so, or not at all.

    At the end of the test: no error on the console, nothing the policy refused, no request to another host.
    """
    made: list[Visitor] = []

    def window(who: Role | str | None = None, **options: Any) -> Visitor:
        made.append(Visitor.arrive(chromium, desk, who, **options))
        return made[-1]

    yield window
    troubles = [trouble for one in made for trouble in one.troubles]
    for one in made:
        one.context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    """A simulated treasury as a process of its own, named in the desk's settings. One a test: databases copied from one
    template name their payments alike, and a bank that knew them would not pay again."""
    with running_bank(tmp_path / "bank.db") as bank:
        monkeypatch.setenv("SHIXIAN_TREASURY_URL", bank.url)
        monkeypatch.setenv("SHIXIAN_TREASURY_KEY", SECRET)
        monkeypatch.setenv("SHIXIAN_TREASURY_IDEMPOTENT", "true")
        yield bank
