"""The public at the notice: an objection on the last minute is taken, one a minute late is refused with the clause."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from shixian.casework.views import read_case
from tests.browser.conftest import Visit
from tests.browser.house import Desk, Visitor

AWARD, STAGE = "SH-A-2021-0009", "second_review_notice"  # its window ends on 15 June 2021 at 24:00
NAME, NUMBER, CONTACT = "钱学友", "11010519491231002X", "13812345678"
GROUNDS = "主要完成人排序与论文署名不符，见所附论文首页。"
CARD = {"name": "身份证.jpg", "mimeType": "image/jpeg", "buffer": b"picture of a card"}
PAPER = {"name": "论文首页.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 first page"}


def write(window: Visitor) -> None:
    """Find the notice from the public list, open the form and fill it in; not yet sent."""
    window.open("/notices")
    window.page.locator("main a[href*='/notices/list/sh-award/']").first.click()
    window.page.locator(f"main a[href*='{AWARD}']").first.click()
    window.click("提出异议")
    fill_in(window)


def fill_in(window: Visitor) -> None:
    page = window.page
    page.locator("select[name=kind]").select_option("person")
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=number]").fill(NUMBER)
    page.locator("[name=contact]").fill(CONTACT)
    page.locator("[name=grounds]").fill(GROUNDS)
    page.locator("select[name=answer_own_rights]").select_option("否")
    page.locator("[name=paper_identity_proof]").set_input_files(CARD)
    page.locator("[name=paper_evidence]").set_input_files(PAPER)


def send(window: Visitor) -> None:
    window.page.locator("main form button").last.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_on_the_last_minute_it_is_taken_and_a_minute_late_refused(desk: Desk, visit: Visit, scripts: bool) -> None:
    desk.at("2021-06-15T23:59")
    first, second = visit(java_script_enabled=scripts), visit(java_script_enabled=scripts)
    write(first)
    write(second)
    send(first)
    expect(first.page.locator("main")).to_contain_text(f"{AWARD}/objection1")
    assert NAME not in first.text and NUMBER not in first.page.content()
    assert read_case(desk.engine, f"{AWARD}/objection1").facts["identity"] == "real_name"

    # The second person began in time and pressed the button at 24:00.
    desk.at("2021-06-16T00:00")
    send(second)
    refused = second.page.get_by_role("alert")
    expect(refused).to_contain_text("不予受理")
    expect(refused).to_contain_text("第四十三条")
    expect(second.page.locator("[name=grounds]")).to_have_value(GROUNDS)
    assert [one["ref"] for one in read_case(desk.engine, AWARD).children] == [f"{AWARD}/objection1"]
    last = [one for one in read_case(desk.engine, AWARD).events if one.kind == "refused"][-1]
    assert (last.data["code"], last.clause) == ("late", "第四十三条")


def test_after_the_last_day_the_notice_says_so_and_offers_no_form(desk: Desk, visit: Visit) -> None:
    desk.at("2021-06-16T00:00")
    window = visit()
    assert window.open(f"/notices/{AWARD}/{STAGE}") == 200
    assert "届满" in window.text and "2021年6月15日" in window.text
    expect(window.page.get_by_role("link", name="提出异议", exact=True)).to_have_count(0)
