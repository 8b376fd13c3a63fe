"""The regulation explorer: open to all, every clause link leads somewhere, no case for those who may read none."""

from __future__ import annotations

import re

import pytest

from shixian.casework.calls import set_call
from shixian.casework.staff.people import Role
from shixian.desk.config import DeskConfig
from shixian.display import regulation_page as law
from shixian.programmes import catalogue
from shixian.rules.errors import NotFound
from tests.desk.conftest import ClientOf
from tests.desk.office import PEOPLE

KEYS = sorted({lifecycle.regulation.key for lifecycle in catalogue().values()})


def test_all_regulations_are_listed(client_of: ClientOf) -> None:
    page = client_of(None).get("/regulations")
    assert page.status_code == 200
    assert sorted(re.findall(r'href="/regulations/([a-z0-9-]+)"', page.text)) == KEYS
    assert "沪科合〔2020〕15号" in page.text


@pytest.mark.parametrize("key", KEYS)
def test_every_clause_of_a_regulation_has_its_page(client_of: ClientOf, desk: DeskConfig, key: str) -> None:
    client = client_of(None)
    page = client.get(f"/regulations/{key}")
    assert page.status_code == 200 and "条款索引" in page.text
    _, own = law.find(desk.books, key)
    for entry in law.indexed(own).entries:
        assert entry.note.heading in page.text.replace("&#34;", '"')
        assert law.clause_page(desk.books, own, entry.note.clause).entries, entry.note.clause
    links = sorted(set(re.findall(r'href="(/regulations/[^"]+/clauses/[^"]+)"', page.text)))
    assert links
    for path in links[::6]:
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("key", KEYS)
def test_every_clause_that_a_stage_or_clock_cites_is_found(desk: DeskConfig, key: str) -> None:
    """What a case page links to: stages, clocks, acts, fields, as they cite their clause."""
    _, own = law.find(desk.books, key)
    cited = {use.clause for lifecycle in own for use in law.uses(lifecycle)}
    for clause in cited:
        found = law.clause_page(desk.books, own, clause)
        assert found.uses or found.entries, clause
    with pytest.raises(NotFound):
        law.clause_page(desk.books, own, "第九百九十九条")


def test_a_clause_shows_stage_clock_reading_and_tests(client_of: ClientOf) -> None:
    page = client_of(None).get("/regulations/sh-matching-funds/clauses/第八条").text
    for words in ("配套备案", "2个月", "视为自动放弃", "读法", "检验本条的案例", "sh-matching-funds/"):
        assert words in page, words
    fifth = client_of(None).get("/regulations/sh-matching-funds/clauses/第五条").text
    assert "公式" in fifth and "间接费用" in fifth


def test_cases_are_shown_to_those_who_may_read_them_only(client_of: ClientOf) -> None:
    path = "/regulations/sh-matching-funds/clauses/第十一条"
    inside = client_of(Role.OFFICER).get(path).text
    assert "SH-MF-2020-0002" in inside and "依本条决定的案件" in inside
    for who in (None, Role.PUBLIC, Role.APPLICANT, Role.SYSTEM_ADMIN):
        outside = client_of(who).get(path).text
        assert "SH-MF-" not in outside and "浦江" not in outside, who


def test_parameters_over_time(client_of: ClientOf, desk: DeskConfig) -> None:
    own = catalogue()["sh-award"]
    parameter = next(one for one in own.parameters if one.field.name == "notice_length")
    for value, because in (("7日", "2022年度申报通知"), ("10日", "2022年度更正通知")):
        set_call(
            desk.engine, "sh-award", 2022, "notice_length", value,
            because=because, person=PEOPLE[Role.SECTION_HEAD], now=desk.now(),
        )  # fmt: skip
    page = client_of(None).get(f"/regulations/sh-award/clauses/{parameter.field.clause}").text
    assert page.index("2022年度申报通知") < page.index("2022年度更正通知")
    assert "section_head" not in page and "审批（样例）" not in page  # who set it is not for the public


def test_unknown_regulations_and_clauses_are_404(client_of: ClientOf) -> None:
    client = client_of(None)
    for path in ("/regulations/none", "/regulations/none/clauses/第一条", "/regulations/sh-award/clauses/第九百条"):
        page = client.get(path)
        assert page.status_code == 404 and "处理办法" in page.text, path
    for strange in ("%00", "..%2F..%2Fetc", "第", "'--", "%ED%A0%80"):
        assert client.get(f"/regulations/sh-award/clauses/{strange}").status_code in (200, 400, 404), strange
