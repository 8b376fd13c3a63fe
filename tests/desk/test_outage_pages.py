"""The page of outages: who records one, what it did to each window; and the page of the API's clients."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from models import METADATA, api_client, outage
from shixian.casework.database import reading, transaction
from shixian.casework.publicity.notices import read_notice
from shixian.casework.staff.people import Person, Role, put_person
from shixian.casework.verify import verify
from shixian.desk.config import DeskConfig
from tests.desk.api_house import get
from tests.desk.conftest import ClientOf
from tests.desk.office import PEOPLE, client_for

PAGE = "/settings/outages"
# 8 and 9 June lost: ten days from 1 June end on Saturday 12 June, and after the holiday of 14 June on Tuesday 15 June.
LOST = {"began": "2021-06-08T22:00", "ended": "2021-06-09T01:00", "because": "机房断电，见值班记录"}
MOVED, STAGE = "SH-A-2021-0008", "second_review_notice"
ENDED = "SH-A-2021-0004"  # its window ended on 3 June


def count(desk: DeskConfig) -> int:
    with reading(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(outage)) or 0


def row(text: str, ref: str) -> str:
    found = next(one for one in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if f">{ref}<" in one)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_a_head_records_one_and_reads_what_it_did(client_of: ClientOf, desk: DeskConfig) -> None:
    head = client_of(Role.SECTION_HEAD)
    answer = head.post(PAGE, data=LOST)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=1")
    assert read_notice(desk.engine, MOVED, STAGE).last_day.isoformat() == "2021-06-15"
    text = head.get(answer.headers["location"]).text
    assert "第 1 次中断" in re.sub(r"\s+", " ", text) and LOST["because"] in text
    assert "2021年6月10日 2021年6月15日 已顺延" in row(text, MOVED)
    early = LOST | {"began": "2021-06-01T08:00", "ended": "2021-06-01T12:00"}
    head.post(PAGE, data=early)
    told = row(head.get(PAGE).text, ENDED)
    assert "未顺延" in told and "第三十九条第一款" in told and "2021年6月3日 2021年6月3日" in told
    for role in (Role.OFFICER, Role.AUDITOR):
        seen = client_of(role).get(PAGE).text
        assert LOST["because"] in seen and "<form" not in seen.split("登记公示中断")[-1]
        assert "disabled" in seen and PEOPLE[Role.SECTION_HEAD].name in seen, "who can record one is named"
    assert verify(desk.engine).problems == ()


def test_nobody_else_records_one(client_of: ClientOf, desk: DeskConfig) -> None:
    for role in (Role.OFFICER, Role.SYSTEM_ADMIN, Role.OPERATOR, Role.AUDITOR):
        assert client_of(role).post(PAGE, data=LOST).status_code == 403
    assert client_of(None).post(PAGE, data=LOST).status_code == 303
    assert count(desk) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"began": ""},
        {"began": "soon"},
        {"ended": "2021-06-08T21:00"},
        {"ended": "2021-06-10T10:01"},  # not over yet
        {"because": " "},
        {"because": "长" * 501},
    ],
)
def test_what_cannot_be_is_refused_and_not_lost(client_of: ClientOf, desk: DeskConfig, changes: dict[str, str]) -> None:
    answer = client_of(Role.SECTION_HEAD).post(PAGE, data=LOST | changes)
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    if "because" not in changes:
        assert LOST["because"] in answer.text
    assert count(desk) == 0 and read_notice(desk.engine, MOVED, STAGE).last_day.isoformat() == "2021-06-10"


def test_one_sees_the_windows_of_his_own_provinces(client_of: ClientOf, desk: DeskConfig) -> None:
    client_of(Role.SECTION_HEAD).post(PAGE, data=LOST)
    elsewhere = Person("far", "外省经办", frozenset({Role.OFFICER}), provinces=frozenset({"anhui"}))
    with transaction(desk.engine) as connection:
        put_person(connection, elsewhere)
    text = client_for(desk, "far").get(PAGE).text
    assert LOST["because"] in text and MOVED not in text


# -- clients -----------------------------------------------------------------------------------------------------------

CLIENTS = "/settings/clients"


def account(desk: DeskConfig, key: str = "machine") -> str:
    with transaction(desk.engine) as connection:
        put_person(connection, Person(key, "接口账号", frozenset({Role.OFFICER})))
    return key


def test_a_token_is_shown_once_works_and_is_closed(client_of: ClientOf, desk: DeskConfig) -> None:
    security = client_of(Role.SECURITY_ADMIN)
    assert "没有可用的账号" in security.get(CLIENTS).text, "every account here is a person's"
    account(desk)
    assert '<option value="machine">' in security.get(CLIENTS).text
    assert '<option value="officer">' not in security.get(CLIENTS).text, "a person's account is not offered"
    answer = security.post(CLIENTS, data={"name": "统计平台", "account": "machine"})
    (token,) = re.findall(r"<code>(sx_[\w-]+)</code>", answer.text)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    listed = security.get(CLIENTS).text
    assert token not in listed and "统计平台" in listed
    with reading(desk.engine) as connection:
        rows = "".join(
            repr(tuple(one)) for table in METADATA.tables.values() for one in connection.execute(select(table))
        )
    assert token not in rows, "only its hash is kept"
    program = client_for(desk, None)
    program.headers["Authorization"] = f"Bearer {token}"
    assert get(program, "/cases").status_code == 200
    assert security.post(f"{CLIENTS}/close", data={"name": "统计平台"}).status_code == 303
    assert get(program, "/cases").status_code == 401
    assert "已停用" in security.get(CLIENTS).text
    assert security.post(f"{CLIENTS}/close", data={"name": "统计平台"}).status_code == 404
    assert verify(desk.engine).problems == ()


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        ("x", "officer", "人员账号"),
        ("x", "security_admin", "不能使用"),
        ("x", "nobody", "没有 nobody"),
        (" ", "machine", "名称"),
        ("长" * 101, "machine", "名称"),
        ("在用的", "machine", "已被使用"),
    ],
)
def test_a_client_that_may_not_be(client_of: ClientOf, desk: DeskConfig, name: str, key: str, why: str) -> None:
    security = client_of(Role.SECURITY_ADMIN)
    security.post(CLIENTS, data={"name": "在用的", "account": account(desk)})
    answer = security.post(CLIENTS, data={"name": name, "account": key})
    assert answer.status_code == 422 and why in answer.text and "sx_" not in answer.text
    with reading(desk.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(api_client)) == 1
