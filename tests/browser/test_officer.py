"""A matching-funds case from filing to approval (沪科合〔2020〕15号 第七条至第十一条, 第五条), by clicking alone: an officer
opens it and leads it to the review group, and the section head records what the review group decided."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from shixian.casework.verify import verify
from shixian.casework.views import read_case
from tests.browser.conftest import Visit
from tests.browser.hands import act, sign_in, submit
from tests.browser.house import Desk, Visitor

FACTS = {
    "unit_name": "（样例）上海浦江新药研究院",
    "unit_code": "12310115YL00000123",
    "project_name": "（样例）新药创制专项：抗肿瘤抗体偶联药物关键技术",
    "role": "lead",
    "national_approval": "2021-05-20",
    "matching_budget": "820万元",
    "unit_in_shanghai": "是",
}
CHECKED = {"contract_signed": "是", "contract_states_task": "是", "budgets_stated": "是", "materials_sealed": "是"}


def open_case(window: Visitor) -> str:
    """From the list of programmes to the new case's page; gives its reference."""
    window.open("/open")
    window.click("国家科技重大专项资金配套")
    window.page.wait_for_url(re.compile("/open/sh-matching-funds"))
    submit(window, FACTS)
    window.page.wait_for_url(re.compile(r"/cases/SH-MF-2021-\d+"))
    expect(window.page.locator("h1")).to_contain_text("国家科技重大专项资金配套")
    found = re.search(r"/cases/(SH-MF-2021-\d+)", window.page.url)
    assert found, window.page.url
    return found[1]


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_an_officer_takes_a_case_from_filing_to_approval(desk: Desk, visit: Visit, scripts: bool) -> None:
    officer = visit(java_script_enabled=scripts)
    sign_in(officer, "officer", "/worklist")
    expect(officer.page.locator("h1")).to_have_text("待办")
    ref = open_case(officer)
    # Filed too early in the form: without its papers it is refused, with the clause, and nothing is lost.
    officer.page.locator("main a[href$='/act/filing/submit']").first.click()
    officer.page.locator("main form[method=post] button.primary").last.click()
    expect(officer.page.get_by_role("alert")).to_contain_text("第八条")
    officer.open(f"/cases/{ref}")
    act(officer, "filing", "submit", {"matching_budget": "820万元"})
    expect(officer.page.locator("p.where")).to_contain_text("形式审查")

    desk.at("2021-06-10T10:10")
    act(officer, "formal_check", "pass", {"role": "lead", **CHECKED})
    act(officer, "budget_assessment", "submit", {"assessed_budget": "800万元"})
    act(officer, "budget_revision_and_confirmation", "revise", {"revised_budget": "800万元"})
    act(officer, "budget_revision_and_confirmation", "confirm")
    desk.at("2021-06-10T10:20")
    act(officer, "budget_recheck", "issue_opinion")
    act(officer, "budget_recheck", "report")
    act(officer, "review_meeting", "request")

    # The review group's approval is the section head's to record: the officer sees a dead button and whose it is.
    blocked = officer.page.locator("li.blocked-act:has(#why-review_meeting-approve)")
    officer.page.locator("details.blocked > summary").click()
    expect(blocked.locator(".unblock")).to_contain_text("审批")
    expect(blocked.locator("a.button")).to_have_count(0)

    head = visit(java_script_enabled=scripts)
    sign_in(head, "section_head", f"/cases/{ref}")
    budget = {"central_budget_in_shanghai": "1600万元", "payment_mode": "前补助"}
    head.page.locator("main a[href$='/act/review_meeting/approve']").first.click()
    head.page.wait_for_url(re.compile("/act/review_meeting/approve$"))
    submit(head, {"approved_budget": "900万元", **budget})
    refused = head.page.get_by_role("alert")
    expect(refused).to_contain_text("不予办理")
    expect(refused).to_contain_text("8,000,000.00元")  # 第四条: no more than what was filed and confirmed
    submit(head, {"approved_budget": "800万元", **budget})
    expect(head.page.locator("section.done")).to_contain_text("刚才记录")
    act(head, "indirect_cost", "approve", {"indirect_cost": "34万元"})

    text = head.text
    assert "8,000,000.00元（800万元）" in text and "340,000.00元（34万元）" in text
    expect(head.page.locator("p.where")).to_contain_text("预算执行")
    decided = {row["key"]: row["fen"] for row in read_case(desk.engine, ref).decisions}
    assert decided == {"matching_budget": 800_000_000, "indirect_cost": 34_000_000}
    assert verify(desk.engine).problems == ()
