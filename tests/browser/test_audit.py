"""An auditor reads and verifies, and finds no control on any page that changes anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from shixian.casework.staff.people import Role
from tests.browser.conftest import Visit
from tests.browser.house import Desk
from tests.browser.office import OBJECTED, REDEMPTION, UNDISTURBED, award, fund, publish_list
from tests.desk.office import ASKING, OVERDUE

# What an auditor may send: one's own account, the language, and questions whose answer is computed and not kept.
OWN = ("/sign-out", "/language", "/settings/password", "/settings/sessions/end", "/progress")
OWN += ("/audit/verify", "/audit/recompute", "/settings/delegations")


def test_an_auditor_verifies(desk: Desk, visit: Visit) -> None:
    window = visit(Role.AUDITOR)
    window.open("/audit")
    window.click("核验")
    window.page.locator("input[name=ref]").fill(OVERDUE)
    window.page.locator("main form button").first.click()
    expect(window.page.locator("main .done[role=status]")).to_be_visible()
    window.open("/audit/verify")
    window.press("核验全部")
    expect(window.page.locator("main [role=status]").first).to_be_visible()
    for name in list(desk.jobs._known):
        desk.jobs.wait(name)
    window.open("/audit/verify")
    expect(window.page.locator("main .done[role=status]")).to_be_visible()
    expect(window.page.locator("main .refusal")).to_have_count(0)

    # A last day changed behind the desk's back is found, and the page says so in red.
    with desk.engine.begin() as connection:
        own = "(SELECT id FROM case_file WHERE ref = ?)"
        connection.exec_driver_sql(f"UPDATE deadline SET last_day = '2021-12-31' WHERE case_id = {own}", (OVERDUE,))
    window.page.locator("input[name=ref]").fill(OVERDUE)
    window.page.locator("main form button").first.click()
    expect(window.page.locator("main .refusal")).to_contain_text(OVERDUE)


@pytest.mark.parametrize("path", ["/audit", "/finance", "/worklist?tab=all"])
def test_an_auditor_has_nothing_to_change(desk: Desk, visit: Visit, path: str) -> None:
    """From three doors, one click deep: no form that writes, no control that leads to one."""
    publish_list(desk.engine)
    award(desk.engine, *UNDISTURBED)
    fund(desk.engine)
    desk.at("2021-07-12T10:00")
    window = visit(Role.AUDITOR)
    window.open(path)
    links = window.page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    pages = [path, *dict.fromkeys(one for one in links if one.startswith("/") and "export" not in one)][:14]
    if path.startswith("/worklist"):
        pages += [f"/cases/{ref}" for ref in (OVERDUE, ASKING, OBJECTED)]
    if path == "/finance":
        pages += [f"/finance/propose?programme={REDEMPTION}&as_of=2021-07-12"]
    for one in pages:
        assert window.open(one) == 200, one
        forms = window.page.locator("form[method=post]").evaluate_all(
            "all => all.map(one => one.getAttribute('action'))"
        )
        assert {form.partition("?")[0] for form in forms} <= set(OWN), (one, forms)
        assert (
            window.page.locator("main a[href*='/act/'], main a[href^='/open'], main a[href^='/bulk']").count() == 0
        ), one
