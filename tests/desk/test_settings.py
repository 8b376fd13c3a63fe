"""设置: passwords and sessions, deputies, yearly calls, calendars; accounts, by the security administrator alone."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models import call
from shixian.casework.database import reading
from shixian.casework.journal import entries
from shixian.casework.staff.accounts import JOURNAL
from shixian.casework.staff.delegations import delegations
from shixian.casework.staff.people import Role, find_person
from shixian.casework.verify import verify
from shixian.desk.config import DeskConfig
from tests.desk.conftest import ClientOf
from tests.desk.office import ASKING, PASSWORD, Clock

NEW = "a-longer-one-still"


def test_a_new_password_ends_the_other_sessions(desk: DeskConfig, client_of: ClientOf) -> None:
    here, elsewhere = client_of(Role.OFFICER), client_of(Role.OFFICER)
    answer = here.post("/settings/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 303
    assert here.get("/settings").status_code == 200
    assert elsewhere.get("/settings").status_code == 303
    browser = client_of(None)
    for password, status in ((PASSWORD, 401), (NEW, 303)):
        assert browser.post("/sign-in", data={"account": "officer", "password": password}).status_code == status
    with reading(desk.engine) as connection:
        last = entries(connection, JOURNAL)[-1]
    assert (last["kind"], last["person"], last["data"]) == ("password_set", "officer", '{"key":"officer"}')


@pytest.mark.parametrize(
    ("old", "new", "again", "status"),
    [
        ("wrong-wrong-wrong", NEW, NEW, 422),
        (PASSWORD, NEW, NEW + "x", 422),
        (PASSWORD, "short", "short", 422),
        (PASSWORD, PASSWORD, PASSWORD, 422),
    ],
)
def test_a_password_is_not_changed(client_of: ClientOf, old: str, new: str, again: str, status: int) -> None:
    here = client_of(Role.OFFICER)
    assert here.post("/settings/password", data={"old": old, "new": new, "again": again}).status_code == status
    browser = client_of(None)
    assert browser.post("/sign-in", data={"account": "officer", "password": PASSWORD}).status_code == 303


def test_ending_the_other_sessions_keeps_this_one(client_of: ClientOf) -> None:
    here, elsewhere = client_of(Role.AUDITOR), client_of(Role.AUDITOR)
    assert here.post("/settings/sessions/end").status_code == 303
    assert here.get("/worklist").status_code == 200 and elsewhere.get("/worklist").status_code == 303


def test_a_session_ends_by_itself(client_of: ClientOf, desk_clock: Clock) -> None:
    browser = client_of(Role.OFFICER)
    desk_clock.at("2021-06-10T10:29")
    assert browser.get("/worklist").status_code == 200
    desk_clock.at("2021-06-10T11:01")
    assert browser.get("/worklist").status_code == 303


def test_the_security_administrator_keeps_accounts(desk: DeskConfig, client_of: ClientOf) -> None:
    browser = client_of(Role.SECURITY_ADMIN)
    form = {
        "key": "zhang",
        "name": "张三",
        "role": ["officer"],
        "section": "一处",
        "province": ["shanghai"],
        "is_new": "true",
    }
    assert browser.post("/settings/people", data=form).status_code == 303
    person = find_person(desk.engine, "zhang")
    assert (person.section, person.provinces) == ("一处", frozenset({"shanghai"})) and person.roles == {Role.OFFICER}
    assert browser.post("/settings/people", data=form).status_code == 422  # there is one of that name
    assert browser.post("/settings/people/zhang/password", data={"new": PASSWORD}).status_code == 303
    theirs = client_of(None)
    assert theirs.post("/sign-in", data={"account": "zhang", "password": PASSWORD}).status_code == 303
    assert theirs.get("/worklist").status_code == 200
    assert browser.post("/settings/people/zhang/close").status_code == 303
    assert theirs.get("/worklist").status_code == 303
    assert browser.post("/settings/people/zhang/reopen").status_code == 303
    with reading(desk.engine) as connection:
        kinds = [note["kind"] for note in entries(connection, JOURNAL) if note["person"] == "security_admin"]
    assert kinds == ["account_saved", "password_set", "account_closed", "account_reopened"]
    assert verify(desk.engine).holds


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"key": "security_admin", "role": ["security_admin"]}, "自己的账号"),
        ({"key": "zhang", "role": ["security_admin", "officer"]}, "三员分立"),
        ({"key": "zhang", "role": ["system_admin", "audit_admin"]}, "三员分立"),
        ({"key": "system", "role": ["officer"]}, "保留"),
        ({"key": "zhang", "role": ["system"]}, "系统角色"),
        ({"key": "zhang", "role": ["king"]}, "king"),
        ({"key": "a/b", "role": ["officer"]}, "斜线"),
        ({"key": "zhang", "role": ["officer"], "programme": ["nothing"]}, "nothing"),
    ],
)
def test_an_account_that_may_not_be(client_of: ClientOf, form: dict[str, object], why: str) -> None:
    answer = client_of(Role.SECURITY_ADMIN).post("/settings/people", data=form)
    assert answer.status_code in (403, 422) and why in answer.text


@pytest.mark.parametrize("path", ["close", "password", "reopen"])
def test_nobody_administers_himself(client_of: ClientOf, path: str) -> None:
    answer = client_of(Role.SECURITY_ADMIN).post(f"/settings/people/security_admin/{path}", data={"new": NEW})
    assert answer.status_code == 403 and "自己" in answer.text


def test_a_call_is_set_with_its_notice_and_moves_the_clocks(desk: DeskConfig, client_of: ClientOf) -> None:
    browser = client_of(Role.SECTION_HEAD)
    page = browser.get("/settings/calls?programme=sh-award&year=2023").text
    assert "尚未设定" in page and "10 日" in page
    form = {"programme": "sh-award", "year": "2023", "name": "next_review_node", "value": "2021-07-16"}
    assert browser.post("/settings/calls", data=form).status_code == 422  # no notice named
    done = browser.post("/settings/calls", data=form | {"because": "样例通知"})
    assert done.headers["location"] == "/settings/calls?programme=sh-award&year=2023&moved=1"
    assert "没有符合筛选的案件" in browser.get(f"/worklist?tab=all&q={ASKING}&list=ask").text
    assert browser.post("/settings/calls", data=form | {"because": "x", "value": "soon"}).status_code == 422
    with reading(desk.engine) as connection:
        last = connection.execute(select(call).order_by(call.c.id.desc())).first()
    assert last is not None and (last.person, last.because, last.value) == ("section_head", "样例通知", "2021-07-16")


def test_a_deputy_is_named_on_the_page(desk: DeskConfig, client_of: ClientOf) -> None:
    browser = client_of(Role.SECTION_HEAD)
    form = {
        "absent": "auditor",
        "deputy": "operator",
        "first_day": "2021-06-11",
        "last_day": "2021-06-15",
        "reason": "出差",
    }
    assert browser.post("/settings/delegations", data=form).status_code == 303
    (made,) = delegations(desk.engine)
    assert (made.absent, made.deputy, made.made_by) == ("auditor", "operator", "section_head")
    assert "出差" in client_of(Role.OPERATOR).get("/settings").text
    assert client_of(Role.OFFICER).post(f"/settings/delegations/{made.id}/end").status_code == 403
    assert client_of(Role.OPERATOR).post(f"/settings/delegations/{made.id}/end").status_code == 303
    assert browser.post("/settings/delegations", data=form | {"first_day": "x"}).status_code == 422


def special_days(page: str, year: int) -> list[tuple[str, ...]]:
    """The rows of a year: festival, days, off or worked, notice."""
    part = page.partition(f'id="y{year}"')[2].partition("</details>")[0]
    rows = re.findall(r"<tr>(<td>.*?)</tr>", part)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    return [tuple(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row) for row in cells]


def test_a_year_that_is_not_announced_is_said_so(client_of: ClientOf, desk_clock: Clock) -> None:
    known = client_of(Role.AUDITOR).get("/settings/calendars").text
    assert "尚未载入" not in known
    for rests_on in (
        "国办发明电〔2020〕27号",
        "国办发明电〔2019〕16号",
        "国办发明电〔2020〕1号",
        "2020年1月27日 公布，调整",
    ):
        assert rests_on in known, "each year names the notices it rests on"
    # 国办发明电〔2020〕27号: 春节 2月11日至17日放假调休，共7天；2月7日（星期日）、2月20日（星期六）上班.
    assert special_days(known, 2021)[:4] == [
        ("元旦", "2021年1月1日至2021年1月3日 星期五至星期日，3 日", "放假", "国办发明电〔2020〕27号"),
        ("春节", "2021年2月7日 星期日", "调休上班", "国办发明电〔2020〕27号"),
        ("春节", "2021年2月11日至2021年2月17日 星期四至星期三，7 日", "放假", "国办发明电〔2020〕27号"),
        ("春节", "2021年2月20日 星期六", "调休上班", "国办发明电〔2020〕27号"),
    ]
    # 国办发明电〔2020〕1号 lengthened the holiday to 2 February 2020: each day names the notice that it rests on.
    assert {row[3] for row in special_days(known, 2020) if row[0] == "春节"} == {
        "国办发明电〔2019〕16号",
        "国办发明电〔2020〕1号",
    }
    desk_clock.at("2031-06-10T10:00")
    text = client_of(Role.AUDITOR).get("/settings/calendars").text
    assumed = special_days(text, 2032)
    assert ("元旦", "2032年1月1日 星期四", "放假 暂定", "国务院令第795号") in assumed
    assert all("暂定" in row[2] for row in assumed) and not any("暂定" in row[2] for row in special_days(text, 2021))
    assert "2032 年的放假通知尚未载入" in text
    assert "暂按固定日期的法定节日" in text and "国务院令第795号" in text


def test_the_first_page_is_for_whom_it_is_for(client_of: ClientOf) -> None:
    public = client_of(None).get("/").text
    assert "/notices" in public and "/progress" in public and "/worklist" not in public
    officer = client_of(Role.OFFICER).get("/").text
    assert "我的待办" in officer and "/settings/people" not in officer
    assert "/settings/people" in client_of(Role.SECURITY_ADMIN).get("/").text
    assert "/worklist" not in client_of(Role.SECURITY_ADMIN).get("/").text
