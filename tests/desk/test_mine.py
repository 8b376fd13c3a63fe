"""我的申报: a unit sees its own cases with what is asked of it, acts from there, and meets nothing of another's."""

from __future__ import annotations

from typing import Any

import pytest

from shixian.casework.cases import open_case
from shixian.casework.database import transaction
from shixian.casework.staff.people import Person, Role, opens_from_outside, put_person
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from shixian.display.mine import my_cases
from shixian.rules.errors import NotPermitted
from shixian.rules.periods import legal_day
from tests.desk.api_house import caller, get, post
from tests.desk.conftest import ClientOf
from tests.desk.forms import fill_in
from tests.desk.office import LATE_FACTS, NOW, OVERDUE, PEOPLE

UNIT = PEOPLE[Role.APPLICANT].party  # the unit of OVERDUE
OTHER = "12310115YL00000123"
PAPER = {f"paper.{key}": "on" for key in ("guide", "approval", "contract", "budget_book", "budget_review_report")}


def opened(desk: DeskConfig, unit: str, name: str) -> str:
    facts = LATE_FACTS | {"national_approval": "2021-06-01", "unit_code": unit, "unit_name": name}
    made = open_case(desk.engine, "sh-matching-funds", facts, day=legal_day(NOW), person=PEOPLE[Role.OFFICER], now=NOW)
    assert made.refusal is None
    return made.ref


def test_own_cases_with_the_next_day_its_clause_and_what_may_be_done(desk: DeskConfig, client_of: ClientOf) -> None:
    own, others = opened(desk, UNIT, "（样例）逾期研究所"), opened(desk, OTHER, "（样例）他单位")
    unit = client_of(Role.APPLICANT)
    assert 'href="/mine"' in unit.get("/").text
    text = unit.get("/mine").text
    assert own in text and OVERDUE in text
    assert others not in text and "他单位" not in text and OTHER not in text
    # 2021-06-01 + 2 months is 1 August 2021, a Sunday: the next working day, by 第八条
    assert "2021年8月2日" in text and "clauses/%E7%AC%AC%E5%85%AB%E6%9D%A1" in text and "个工作日" in text
    assert f'href="/cases/{own}/act/filing/submit"' in text and f'href="/cases/{own}/act/filing/waive"' in text
    assert f'href="/cases/{OVERDUE}/act/filing/submit"' not in text  # its last day was 31 May
    assert "formal_check" not in text  # what the office has to do is not offered


def test_a_unit_files_from_its_own_page_and_the_page_moves_on(desk: DeskConfig, client_of: ClientOf) -> None:
    own = opened(desk, UNIT, "（样例）逾期研究所")
    unit = client_of(Role.APPLICANT)
    done = fill_in(
        unit,
        f"/cases/{own}/act/filing/submit",
        {"fact.matching_budget": "300", "unit.matching_budget": "万元", **PAPER},
    )
    assert done.status_code == 200 and "已记录" in done.text and 'href="/mine"' in done.text, done.text[-3000:]
    event = next(one for one in read_case(desk.engine, own).events if one.kind == "act_recorded")
    assert event.person == "applicant" and event.legal_day == legal_day(NOW)
    text = unit.get("/mine").text
    assert "形式审查" in text and f'href="/cases/{own}/act/filing/submit"' not in text


def test_nothing_of_another_unit_anywhere(desk: DeskConfig, client_of: ClientOf) -> None:
    others = opened(desk, OTHER, "（样例）他单位")
    unit, before = client_of(Role.APPLICANT), len(read_case(desk.engine, others).events)
    paths = ("", "/identity", "/documents/" + "0" * 64, "/print/decision/grant", "/print/notice/publicity")
    verbs = ("submit", "waive", "answer", "extend")
    gets = [f"/cases/{others}{path}" for path in (*paths, *(f"/act/filing/{verb}" for verb in verbs))]
    gets += [f"/cases/{others}/drawdown1/act/request/submit", f"/cases/{others}/adjustment1/act/request/submit"]
    for path in gets:
        refused = unit.get(path)
        assert refused.status_code in (403, 404), (path, refused.status_code)
        assert "他单位" not in refused.text and OTHER not in refused.text, path
    for path in ("/worklist?tab=all", "/worklist/export.csv?tab=all", "/cycles", f"/bulk?ref={others}", "/finance"):
        assert unit.get(path).status_code == 403, path
    form = {"seen": str(before), "by": "undertaker"}
    assert unit.post(f"/cases/{others}/act/filing/waive", data=form).status_code == 403
    assert unit.post("/bulk", data={"ref": others}).status_code == 403
    assert len(read_case(desk.engine, others).events) == before
    machine = caller(desk, Role.APPLICANT, name="unit-machine", party=UNIT)
    for path in ("/cases", f"/cases/{others}", f"/cases/{others}/events", f"/cases/{others}/deadlines"):
        assert get(machine, path).status_code == 403, path
    refused = post(machine, f"/cases/{others}/acts", {"stage": "filing", "verb": "waive", "by": "undertaker"})
    assert refused.status_code == 403 and "只能办理本单位的案件" in refused.json()["detail"]
    assert all(one.kind == "refused" for one in read_case(desk.engine, others).events[before:])


def test_an_account_without_a_unit_sees_none_and_part_of_a_code_is_no_code(desk: DeskConfig) -> None:
    given: dict[str, Any] = {"now": desk.now(), "today": desk.today(), "books": desk.books}
    for party in ("", UNIT[:-1], UNIT[1:], "%", "_" * 18, "；"):
        nobody = Person("nobody", "无", frozenset({Role.APPLICANT}), party=party)
        assert my_cases(desk.engine, nobody, **given).total == 0, party
    assert my_cases(desk.engine, PEOPLE[Role.APPLICANT], **given).total >= 1


def test_pages_count_every_case_once_with_the_open_ones_first(desk: DeskConfig) -> None:
    refs = [opened(desk, OTHER, "（样例）他单位") for _ in range(5)]
    unit = Person("unit", "他单位", frozenset({Role.APPLICANT}), party=OTHER)
    given: dict[str, Any] = {"now": desk.now(), "today": desk.today(), "books": desk.books, "size": 2}
    seen: list[str] = []
    found = my_cases(desk.engine, unit, **given)
    for number in range(1, found.pages + 2):  # one past the end is the last one again
        shown = my_cases(desk.engine, unit, page=number, **given)
        seen += [one.ref for one in shown.cases if number <= found.pages]
        assert shown.number == min(number, found.pages)
    assert len(seen) == len(set(seen)) == found.total and set(refs) <= set(seen)
    ended = [bool(one.ended) for one in my_cases(desk.engine, unit, **{**given, "size": 100}).cases]
    assert ended == sorted(ended)


def test_what_the_office_opens_no_unit_opens(desk: DeskConfig, client_of: ClientOf) -> None:
    """A revocation begins with the office's act; a unit is not offered it, and cannot open it past the page."""
    unit, officer = client_of(Role.APPLICANT), client_of(Role.OFFICER)
    offered = unit.get("/open").text
    assert "/open/sh-matching-funds" in offered and "/open/zj-erc-revocation" not in offered
    assert "/open/zj-erc-revocation" in officer.get("/open").text
    refused = unit.get("/open/zj-erc-revocation")
    assert refused.status_code == 403 and "由省发展改革委立案" in refused.text
    assert unit.post("/open/zj-erc-revocation", data={"token": "t"}).status_code in (403, 422)
    with pytest.raises(NotPermitted, match="由省发展改革委立案"):
        open_case(desk.engine, "zj-erc-revocation", {}, day=legal_day(NOW), person=PEOPLE[Role.APPLICANT], now=NOW)
    # Another unit's code is refused by the form too.
    given = {"fact.unit_name": "（样例）他单位", "fact.unit_code": OTHER, "fact.national_approval": "2021-06-01"}
    assert fill_in(unit, "/open/sh-matching-funds", given).status_code == 403
    mine = fill_in(unit, "/open/sh-matching-funds", given | {"fact.unit_code": UNIT})
    assert mine.status_code == 200 and "已记录" in mine.text
    assert not opens_from_outside(desk.books.lifecycle("zj-erc-revocation"))


def test_scope_narrows_an_applicant_too(desk: DeskConfig, client_of: ClientOf) -> None:
    narrow = Person("narrow-unit", "外地", frozenset({Role.APPLICANT}), party=UNIT, provinces=frozenset({"anhui"}))
    with transaction(desk.engine) as connection:
        put_person(connection, narrow)
    assert OVERDUE not in client_of("narrow-unit").get("/mine").text
    assert client_of("narrow-unit").get(f"/cases/{OVERDUE}/act/filing/submit").status_code == 403


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999999999"])
def test_no_page_number_breaks_the_page(client_of: ClientOf, page: str) -> None:
    assert client_of(Role.APPLICANT).get(f"/mine?page={page}").status_code == 200


def test_a_closed_case_says_how_it_ended(desk: DeskConfig, client_of: ClientOf) -> None:
    own = opened(desk, UNIT, "（样例）逾期研究所")
    unit = client_of(Role.APPLICANT)
    fill_in(unit, f"/cases/{own}/act/filing/waive", {})
    text = unit.get("/mine").text
    part = text[text.index(f'id="case-{own}"') :].partition("</section>")[0]
    assert "结果：" in part and "第八条" in part and "/act/" not in part
