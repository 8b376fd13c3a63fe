"""Money needs three people: one proposes, another approves, a third releases; the treasury pays; the statement agrees.
The treasury is the simulator, a process of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from tests.browser.conftest import Visit
from tests.browser.house import Desk, Visitor, shown
from tests.browser.office import MAKER, REDEMPTION, SECOND_CHECKER, UNDISTURBED, award, fund, publish_list
from tests.disbursing.bank import Bank


def paths_to_batch(window: Visitor) -> str:
    """From 财务 to the new batch, by clicking; gives its address."""
    window.open("/finance")
    window.page.locator(f"main a[href*='programme={REDEMPTION}']").first.click()
    window.press("编制批次")
    expect(window.page.locator("h1")).to_contain_text("批次 B-2021-")
    return window.page.url.partition("?")[0]


def dead(window: Visitor, title: str) -> str:
    """The greyed button of that name, and what stands beside it."""
    one = window.page.locator(".blocked", has=window.page.get_by_role("button", name=title, exact=True)).first
    expect(one.locator("button")).to_be_disabled()
    return one.inner_text()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_three_people_pay_a_batch(desk: Desk, visit: Visit, bank: Bank, scripts: bool) -> None:
    publish_list(desk.engine)
    award(desk.engine, *UNDISTURBED)
    fund(desk.engine)
    desk.at("2021-07-12T10:00")

    maker = visit(Role.FINANCE_MAKER, java_script_enabled=scripts)
    path = paths_to_batch(maker)
    ref = path.rpartition("/")[2]
    why = dead(maker, "复核")
    assert MAKER.name in why or "编制" in why, why
    assert SECOND_CHECKER.name in why, f"who can: {why}"
    dead(maker, "放行")

    checker = visit(Role.FINANCE_CHECKER, java_script_enabled=scripts)
    checker.open(path)
    checker.press("复核")
    expect(checker.page.locator(".done").first).to_contain_text("复核已记录")
    why = dead(checker, "放行")
    assert SECOND_CHECKER.name in why, f"who checked does not release; who can: {why}"

    releaser = visit("checker2", java_script_enabled=scripts)
    releaser.open(path)
    releaser.press("放行")
    expect(releaser.page.locator(".done").first).to_contain_text("已放行")
    job = desk.jobs.wait(f"pay:{ref}")
    assert job is not None and job.state == "done", job
    releaser.open(path)
    if scripts:
        assert not (found := releaser.violations()), shown(found)
    assert "已办结" in releaser.text
    booked = bank.totals()["keys"].values()
    assert [one["times"] for one in booked] == [1, 1], "the linked areas' shares are due in October"

    # The day's statement, fetched by another who may: everything agrees, nothing waits.
    releaser.open("/finance/reconciliation?day=2021-07-12")
    expect(releaser.page.locator("main [role=status]")).to_have_count(0)
    releaser.press("取对账单")
    expect(releaser.page.locator("main [role=status]").first).to_be_visible()
    for name in list(desk.jobs._known):
        desk.jobs.wait(name)
    releaser.open("/finance/reconciliation?day=2021-07-12")
    assert "没有待处理的流水" in releaser.text and "没有读过" not in releaser.text
    assert verify(desk.engine).problems == ()
