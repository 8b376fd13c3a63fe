"""The office itself: what the other tests of the desk rely on is there."""

from __future__ import annotations

from shixian.casework.staff.people import Role
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from tests.desk.conftest import ClientOf
from tests.desk.office import ASKING, OVERDUE, PASSWORD, UNDECIDED


def test_the_office_has_what_the_tests_rely_on(desk: DeskConfig) -> None:
    late = read_case(desk.engine, OVERDUE).row["next_day"]
    assert late is not None and late < desk.today()
    assert [row["list"] for row in read_case(desk.engine, ASKING).lists] == ["ask", "supervision"]
    assert [row["list"] for row in read_case(desk.engine, UNDECIDED).lists] == ["decide"]


def test_a_browser_signs_in_by_its_password(client_of: ClientOf) -> None:
    browser = client_of(None)
    assert browser.post("/sign-in", data={"account": "officer", "password": "wrong"}).status_code == 401
    answer = browser.post("/sign-in", data={"account": "officer", "password": PASSWORD, "next": "/"})
    assert answer.status_code == 303
    assert "经办（样例）" in browser.get("/").text
    assert "审批（样例）" in client_of(Role.SECTION_HEAD).get("/").text
