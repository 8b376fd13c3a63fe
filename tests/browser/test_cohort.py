"""★ One list published together, one objection on it: what nobody objects to goes on to payment, that one does not;
on the page, by a direct request, and by the API (苏科机发〔2020〕206号 二（七）、二（八）)."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import expect
from sqlalchemy import select

from models import case_file, obligation
from shixian.casework.cycle import run_cycle
from shixian.casework.database import reading
from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from shixian.rules.periods import parse_day, parse_instant
from tests.browser.conftest import Visit
from tests.browser.house import Desk, Visitor
from tests.browser.office import OBJECTED, PROVIDERS, REDEMPTION, REDEMPTIONS, UNDISTURBED, fund
from tests.desk.api_house import token_for
from tests.disbursing.bank import Bank

PAY = {"stage": "pay_provider", "verb": "pay", "by": "center"}


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


def test_one_objection_holds_up_one_case_alone(desk: Desk, visit: Visit, bank: Bank) -> None:
    before = owed(desk)
    desk.at("2021-07-01T10:00")
    head = visit("head")
    assert "3 件已办理" in together(head, REDEMPTIONS, "review", "pass")
    desk.at("2021-07-02T09:00")
    head = visit("head")
    assert "3 件已办理" in together(head, REDEMPTIONS, "publicity", "publish")

    desk.at("2021-07-06T15:00")
    public = visit()
    public.open(f"/notices/list/{REDEMPTION}/2021/publicity")
    assert all(ref in public.page.content() for ref in REDEMPTIONS)
    object_to(public, OBJECTED)

    # The window of five working days has run out for all three, as the night's run records.
    desk.at("2021-07-12T10:00")
    run_cycle(desk.engine, REDEMPTION, parse_day("2021-07-12"), recorded_at=parse_instant("2021-07-12T00:10"))
    head = visit("head")
    head.open(f"/cases/{OBJECTED}")
    blocked = head.page.locator("li.blocked-act:has(#why-pay_provider-pay)")
    expect(blocked).to_have_count(1)
    why = blocked.text_content() or ""
    assert "异议" in why and "二（八）" in why and "谁能处理" in why
    assert blocked.locator("a.button").count() == 0

    # All three at once: the trial says which one cannot, and the two others are paid.
    said = together(head, REDEMPTIONS, "pay_provider", "pay")
    assert "2 件已办理" in said
    assert owed(desk) - before == set(UNDISTURBED)

    # Past the page: its form is asked for and sent directly; then the API, with a key of its own.
    head.open(f"/cases/{OBJECTED}/act/pay_provider/pay")
    expect(head.page.locator("main form button.primary")).to_have_count(0)
    cookies = {one["name"]: one["value"] for one in head.context.cookies()}
    data = {"by": "center", "day": "2021-07-12", "time": "10:00", "seen": _seen(head)}
    with httpx.Client(base_url=desk.address, cookies=cookies, trust_env=False) as direct:
        answer = direct.post(f"/cases/{OBJECTED}/act/pay_provider/pay", data=data)
    assert answer.status_code == 422 and "不予办理" in answer.text and "二（八）" in answer.text
    token = token_for(DeskConfig(desk.engine, now=desk.clock), Role.OFFICER, Role.SECTION_HEAD, name="machine")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "pay-the-objected-one"}
    with httpx.Client(base_url=desk.address, headers=headers, trust_env=False) as machine:
        problem: dict[str, Any] = machine.post(f"/api/v1/cases/{OBJECTED}/acts", json=PAY).json()
        assert (problem["status"], problem["clause"]) == (422, "二（八）") and problem["remedy"]
    assert owed(desk) - before == set(UNDISTURBED)
    refused = [one for one in read_case(desk.engine, OBJECTED).events if one.kind == "refused"]
    assert len(refused) == 2 and {one.clause for one in refused} == {"二（八）"}

    _to_payment(desk, visit)
    assert verify(desk.engine).problems == ()


def _seen(window: Visitor) -> str:
    field = window.page.locator("main form input[name=seen]")
    return str(field.input_value()) if field.count() else ""


def _to_payment(desk: Desk, visit: Visit) -> None:
    """Finance's batch holds the two providers, and pays them."""
    fund(desk.engine)
    maker = visit(Role.FINANCE_MAKER)
    maker.open(f"/finance/propose?programme={REDEMPTION}&as_of=2021-07-12")
    assert PROVIDERS[1] not in maker.text
    maker.press("编制批次")
    lines = maker.page.locator("table.batch-lines")
    for ref in UNDISTURBED:
        expect(lines).to_contain_text(ref)
    expect(lines).not_to_contain_text(OBJECTED)
    path = maker.page.url.partition("?")[0]
    checker = visit(Role.FINANCE_CHECKER)
    checker.open(path)
    checker.press("复核")
    second = visit("checker2")
    second.open(path)
    second.press("放行")
    name = f"pay:{path.rpartition('/')[2]}"
    job = desk.jobs.wait(name)
    assert job is not None and job.state == "done", job
    second.open(path)
    expect(second.page.locator("table.batch-lines")).to_contain_text("已付")

    officer = visit(Role.OFFICER)
    for ref, paid in ((UNDISTURBED[0], True), (OBJECTED, False)):
        officer.open(f"/cases/{ref}")
        assert ("B-2021-" in officer.text) is paid, ref
