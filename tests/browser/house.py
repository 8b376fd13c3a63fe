"""A desk as a browser meets it, and a visitor: one window, signed in or not, that notes whatever goes wrong in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from sqlalchemy import Engine

from shixian.casework.staff.people import Role
from shixian.desk.jobs import Jobs
from shixian.desk.sessions import COOKIE, open_session
from tests.desk.office import PEOPLE, Clock

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
STANDARDS = ("wcag2a", "wcag2aa")
expect.set_options(timeout=15_000)


@dataclass
class Desk:
    """The running desk: where it is, this test's database, its clock."""

    address: str
    engine: Engine
    clock: Clock
    app: Any
    jobs: Jobs = field(default_factory=Jobs)

    def __post_init__(self) -> None:
        self.app.state.jobs = self.jobs

    def at(self, text: str) -> None:
        """Set the desk's clock. Sessions end after half an hour of it: people sign in after that."""
        self.clock.at(text)

    def finish(self) -> None:
        """Let the desk's longer work end before its database goes."""
        for name in list(self.jobs._known):
            self.jobs.wait(name)


@dataclass
class Visitor:
    """One person's window."""

    context: BrowserContext
    page: Page
    desk: Desk
    troubles: list[str] = field(default_factory=list)

    @classmethod
    def arrive(cls, browser: Browser, desk: Desk, who: Role | str | None, **options: Any) -> Visitor:
        given = {"viewport": WIDE, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **options}
        context = browser.new_context(base_url=desk.address, **given)
        context.set_default_timeout(15_000)
        if who is not None:
            key = PEOPLE[who].key if isinstance(who, Role) else who
            token = open_session(desk.engine, key, address="test", now=desk.clock())
            context.add_cookies([{"name": COOKIE, "value": token, "url": desk.address, "httpOnly": True}])
        found = cls(context, context.new_page(), desk)
        context.on("console", found._said)
        context.on("weberror", lambda error: found.troubles.append(f"error in a script: {error.error}"))
        context.on("request", found._asked)
        return found

    def _said(self, message: ConsoleMessage) -> None:
        # A refused form is answered with 4xx: the browser notes it, and the test reads the page.
        refused = "Failed to load resource" in message.text and any(
            f"of {n} " in message.text for n in (401, 403, 404, 409, 422)
        )
        if message.type in ("error", "warning") and not refused:
            self.troubles.append(f"{self.page.url} console: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.desk.address).netloc:
            self.troubles.append(f"{self.page.url} asked another host: {request.url}")

    # -- what a person does --------------------------------------------------------------------------------------------

    def open(self, path: str) -> int:
        """Go to a page by its address; gives the answer's status."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def click(self, name: str, *, role: Any = "link", exact: bool = True) -> None:
        self.page.get_by_role(role, name=name, exact=exact).first.click()

    def press(self, name: str) -> None:
        """Press a button."""
        self.click(name, role="button")

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label).first.select_option(label=option)

    def loaded(self) -> None:
        """Wait for the whole page: one whose head has arrived may still lack its end.

        What is looked up without waiting (a count, a text, a list of boxes) comes after this.
        """
        self.page.wait_for_load_state("load")

    @property
    def text(self) -> str:
        self.loaded()
        return self.page.locator("main").inner_text()

    # -- what a page must be -------------------------------------------------------------------------------------------

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2 A and AA; each as one line."""
        options = {"runOnly": list(STANDARDS), "resultTypes": ["violations"]}
        self._run(_axe())
        found = json.loads(
            self._run(f"axe.run(document, {json.dumps(options)}).then(r => JSON.stringify(r.violations))")
        )
        return [
            f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:240]}"
            for one in found
            for node in one["nodes"][:5]
        ]

    def sideways(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self._run("document.documentElement.scrollWidth - window.innerWidth"))

    def _run(self, script: str) -> Any:
        """Evaluate as the developer tools do: the page's own policy, which forbids eval, stays on."""
        session = self.context.new_cdp_session(self.page)
        try:
            given = {"expression": script, "awaitPromise": True, "returnByValue": True}
            answer = session.send("Runtime.evaluate", given)
        finally:
            session.detach()
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")


@cache
def _axe() -> str:
    return f"{files('axe_playwright_python').joinpath('axe.min.js').read_text('utf-8')};true"


def shown(lines: Sequence[str]) -> str:
    return "\n".join(dict.fromkeys(lines))
