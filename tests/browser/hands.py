"""What a person's hands do on the desk's forms: fill a fact in whatever control it has, tick the papers, submit."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import expect

from tests.browser.house import Visitor
from tests.desk.office import PASSWORD

MONEY = re.compile(r"([0-9.]+)(亿元|万元|元)")


def sign_in(window: Visitor, account: str, to: str = "/") -> None:
    """Through the form, as everybody does; leads to `to`."""
    window.open(f"/sign-in?next={to}")
    window.fill("账号", account)
    window.fill("密码", PASSWORD)
    window.page.locator("main form button").click()
    window.page.wait_for_url(lambda address: "/sign-in" not in address)


def put(window: Visitor, name: str, value: str) -> None:
    """Fill in one fact: a choice, a sum with its unit, a date or a text."""
    control = window.page.locator(f"[name='fact.{name}']")
    unit = window.page.locator(f"[name='unit.{name}']")
    if unit.count():
        found = MONEY.fullmatch(value)
        assert found, value
        control.fill(found[1])
        unit.select_option(found[2])
    elif control.evaluate("control => control.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)


def submit(window: Visitor, facts: Mapping[str, str] | None = None, *, reason: str = "") -> None:
    """Fill in the form on the page, tick every required paper as received, and send it."""
    window.loaded()
    for name, value in (facts or {}).items():
        put(window, name, value)
    for box in window.page.locator("main .field:has-text('必交') input[type=checkbox][name^='paper.']").all():
        box.check()
    if reason:
        window.page.locator("[name=reason]").fill(reason)
    window.page.locator("main form[method=post] button.primary").last.click()


def act(window: Visitor, stage: str, verb: str, facts: Mapping[str, str] | None = None, *, reason: str = "") -> None:
    """From the case's page: the act's button, its form, and back on the case with what was recorded."""
    window.page.locator(f"main a[href$='/act/{stage}/{verb}']").first.click()
    window.page.wait_for_url(re.compile(f"/act/{stage}/{verb}$"))
    submit(window, facts, reason=reason)
    expect(window.page.locator("section.done")).to_contain_text("刚才记录")
