"""Bulk acts: tried without a trace, done one transaction a case, sent again without doing anything twice."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from starlette.testclient import TestClient

from models import event
from shixian.casework.database import reading
from shixian.casework.staff.people import Role
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from tests.desk.conftest import ClientOf
from tests.desk.forms import fill_in, form_on
from tests.desk.office import OVERDUE

ACT = "sh-matching-funds|filing|submit"
PAPER = {f"paper.{key}": "on" for key in ("guide", "approval", "contract", "budget_book", "budget_review_report")}
AMOUNT = {"fact.matching_budget": "300", "unit.matching_budget": "万元"}


def _three(client: TestClient) -> list[str]:
    """Two cases on time, and one whose last day has passed."""
    refs = []
    for code in ("12310115YL00000123", "91310115YL0000020Q"):
        given = {"fact.unit_name": "（样例）甲", "fact.unit_code": code, "fact.national_approval": "2021-06-01"}
        done = fill_in(client, "/open/sh-matching-funds", given)
        refs.append(done.headers["location"].removeprefix("/cases/").partition("?")[0])
    return [*refs, OVERDUE]


def test_an_act_that_no_case_would_accept_is_no_button_and_says_why(client_of: ClientOf) -> None:
    """What is offered is what will be accepted; of a case that a clock has ended in the meantime nothing is."""
    shown = client_of(Role.OFFICER).get("/bulk", params={"ref": ["SH-A-2021-0008", OVERDUE]}).text
    assert not re.search(r'<button name="act" value="sh-award\|second_review_notice\|publish"', shown)
    assert "现在都不能办理" in shown and "至多1次" in shown and 'href="/cases/SH-A-2021-0008#acts-title"' in shown
    assert re.search(r"案件已于 2021年\d+月\d+日 终结：视为自动放弃", shown) and ACT not in shown


def _events(desk: DeskConfig) -> int:
    with reading(desk.engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(event)) or 0)


def _posted(page_text: str, **more: str) -> dict[str, object]:
    refs = re.findall(r'type="checkbox" id="ref-\d+" name="ref" value="([^"]+)" checked', page_text)
    return {"ref": refs, **more}


def test_choose_try_do_and_again(client_of: ClientOf, desk: DeskConfig) -> None:
    officer = client_of(Role.OFFICER)
    refs = _three(officer)
    chosen = officer.get("/bulk", params={"ref": [*refs, "NO-SUCH"]})
    assert ACT in chosen.text and "NO-SUCH" in chosen.text and "2 件正处于该环节，现在均可办理" in chosen.text
    form = officer.post("/bulk", data={"ref": refs, "act": ACT})
    assert form.status_code == 200 and "试办（不记录）" in form.text
    before = _events(desk)
    data = {**form_on(form), **PAPER, **AMOUNT, "ref": refs, "act": ACT}
    tried = officer.post("/bulk", data={**data, "step": "try"})
    assert tried.status_code == 200, tried.text[-2000:]
    assert _events(desk) == before  # not even a refusal is kept
    assert tried.text.count("可以办理</span>") == 2 and "视为自动放弃" in tried.text and "第八条" in tried.text

    values = {**form_on(tried), **PAPER}
    again = _posted(tried.text)
    assert again["ref"] == refs[:2]
    done = officer.post("/bulk", data={**values, **again, "step": "do"})
    assert done.status_code == 200 and "2 件已办理，共 2 件" in done.text, done.text[-3000:]
    for ref in refs[:2]:
        assert "formal_check" in read_case(desk.engine, ref).progress.open_stages()
    after = _events(desk)
    twice = officer.post("/bulk", data={**values, **again, "step": "do"})
    assert twice.text.count("先前已办理</span>") == 2 and _events(desk) == after


def test_what_was_not_tried_is_not_done(client_of: ClientOf, desk: DeskConfig) -> None:
    """Another amount than the one tried is tried again first; a case that moved meanwhile is left alone."""
    officer = client_of(Role.OFFICER)
    refs = _three(officer)[:2]
    form = officer.post("/bulk", data={"ref": refs, "act": ACT})
    data = {**form_on(form), **PAPER, **AMOUNT, "ref": refs, "act": ACT}
    tried = officer.post("/bulk", data={**data, "step": "try"})
    values = {**form_on(tried), **PAPER, "ref": refs}
    before = _events(desk)
    other = officer.post("/bulk", data={**values, "fact.matching_budget": "301", "step": "do"})
    assert "已重新试办" in other.text and _events(desk) == before
    moved = fill_in(officer, f"/cases/{refs[0]}/act/filing/waive", {})
    assert moved.status_code == 303, moved.text[-2000:]
    done = officer.post("/bulk", data={**values, "step": "do"})
    assert "1 件已办理，共 2 件" in done.text and "改动了，请重看" in done.text


def test_cases_that_share_a_limit_count_each_other_in_the_trial(client_of: ClientOf, desk: DeskConfig) -> None:
    """The trial is one transaction: the second act on one case meets what the first one did."""
    from shixian.casework.bulk_acts import REFUSED, WOULD, try_acts
    from shixian.casework.staff.people import find_person
    from shixian.rules.decide import Acted

    officer = client_of(Role.OFFICER)
    ref = _three(officer)[0]
    documents = tuple({"document": key.removeprefix("paper.")} for key in PAPER)
    acted = Acted("filing", "submit", "undertaker", desk.now(), {"matching_budget": "300万元"}, documents)
    person = find_person(desk.engine, "officer")
    before = _events(desk)
    found = try_acts(desk.engine, [ref, ref], acted, person=person, books=desk.books)
    assert [item.status for item in found] == [WOULD, REFUSED] and found[1].clause == "第八条"
    assert _events(desk) == before


def test_strange_posts_are_refused_politely(client_of: ClientOf) -> None:
    officer = client_of(Role.OFFICER)
    assert officer.get("/bulk").status_code == 200
    for data, status in (
        ({"act": "nothing|x|y", "ref": OVERDUE}, 404),
        ({"act": "sh-matching-funds|filing|nothing", "ref": OVERDUE}, 404),
        ({"act": ACT, "step": "try", **AMOUNT, "by": "undertaker"}, 422),  # no cases
        ({"act": ACT, "step": "try", "ref": OVERDUE, "by": "undertaker", "day": "2021-99-99"}, 422),
        ({"act": ACT, "step": "try", "ref": [f"R{n}" for n in range(300)], **AMOUNT, "by": "undertaker"}, 422),
    ):
        assert officer.post("/bulk", data=data).status_code == status, data
    for who in (Role.AUDITOR, Role.PUBLIC, Role.APPLICANT):
        assert client_of(who).post("/bulk", data={"act": ACT}).status_code == 403
