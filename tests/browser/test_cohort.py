"""★ One list published together, one objection on it: what nobody objects to goes on to payment, that one does not;
as people see it on the pages (苏科机发〔2020〕206号 二（七）、二（八）)."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from models import case_file, obligation
from shixian.casework.database import reading
from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from tests.browser.conftest import Visit
from tests.browser.house import Desk, Visitor
from tests.browser.office import OBJECTED, REDEMPTION, REDEMPTIONS, UNDISTURBED, fund


def owed(desk: Desk) -> set[str]:
    """The cases of which something is owed."""
    with reading(desk.engine) as connection:
        query = select(case_file.c.ref).join(obligation, obligation.c.case_id == case_file.c.id)
        return set(connection.scalars(query))


def together(window: Visitor, refs: tuple[str, ...], stage: str, verb: str) -> str:
    """Choose the cases on one page, one act for all: tried first, then done. Gives what the page says came of it."""
    window.open("/bulk")
    window.page.locator("textarea[name=ref]").fill("\n".join(refs))
    window.page.locator("main form button").last.click()
    window.page.locator(f"main button[name=act][value='{REDEMPTION}|{stage}|{verb}']").click()
    window.page.locator("main form select[name=by]").select_option("center")
    window.page.locator("main button[name=step][value=try]").click()
    expect(window.page.locator("main")).to_contain_text("试办结果")
    window.page.locator("main button[name=step][value=do]").click()
    expect(window.page.locator("h1")).to_have_text("一并办理的结果")
    return window.text


def object_to(window: Visitor, ref: str) -> None:
    """As the public does: from the notice, with a name and a reason."""
    window.open(f"/notices/{ref}/publicity")
    window.click("提出异议")
    page = window.page
    for name, text in {
        "name": "钱学友",
        "number": "11010519491231002X",
        "contact": "13812345678",
        "grounds": "检测报告系套用他人报告，编号重复，所附服务合同的签章也不一致。",
    }.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("main form button").last.click()
    expect(page.locator("main")).to_contain_text(f"{ref}/objection1")


def test_one_objection_holds_up_one_case_alone(desk: Desk, visit: Visit) -> None:
    """What people see of it; fifty cases, the API and the payments themselves are in tests/desk/test_cohort.py."""
    before = owed(desk)
    desk.at("2021-07-01T10:00")
    head = visit("head")
    assert "3 件已办理" in together(head, REDEMPTIONS, "review", "pass")
    desk.at("2021-07-02T09:00")
    head = visit("head")
    assert "3 件已办理" in together(head, REDEMPTIONS, "publicity", "publish")

    desk.at("2021-07-09T23:59")
    public = visit()
    public.open(f"/notices/list/{REDEMPTION}/2021/publicity")
    assert all(ref in public.page.content() for ref in REDEMPTIONS)
    object_to(public, OBJECTED)

    # The window of five working days has run out for all three, though no night's run has recorded it yet.
    desk.at("2021-07-12T10:00")
    head = visit("head")
    head.open(f"/cases/{OBJECTED}")
    blocked = head.page.locator("li.blocked-act:has(#why-pay_provider-pay)")
    expect(blocked).to_have_count(1)
    why = blocked.text_content() or ""
    assert "异议" in why and "二（八）" in why and "谁能处理" in why
    assert blocked.locator("a.button").count() == 0

    # All three at once: the page says how many it is open to, the trial which one cannot, and the others are paid.
    said = together(head, REDEMPTIONS, "pay_provider", "pay")
    assert "2 件已办理" in said
    assert owed(desk) - before == set(UNDISTURBED)
    head.open(f"/cases/{OBJECTED}/act/pay_provider/pay")
    expect(head.page.locator("main form button.primary")).to_have_count(0)

    fund(desk.engine)
    maker = visit(Role.FINANCE_MAKER)
    maker.open(f"/finance/propose?programme={REDEMPTION}&as_of=2021-07-12")
    held = maker.page.locator("table", has=maker.page.locator(f"a[href='/cases/{OBJECTED}']"))
    expect(held).to_contain_text("二（八）")
    maker.press("编制批次")
    lines = maker.page.locator("table.batch-lines")
    for ref in UNDISTURBED:
        expect(lines).to_contain_text(ref)
    expect(lines).not_to_contain_text(OBJECTED)
    assert verify(desk.engine).problems == ()
