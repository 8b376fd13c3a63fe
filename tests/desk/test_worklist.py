"""待办 and the lists beside it: order, colours by working days, tabs with true counts, filters, looks, assignment."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models import look
from shixian.casework.cases import open_case, record_act
from shixian.casework.database import reading, transaction
from shixian.casework.journal import entries
from shixian.casework.staff.assignments import assign, journal_of
from shixian.casework.staff.delegations import delegate, end_delegation
from shixian.casework.staff.looks import saw_case
from shixian.casework.staff.people import Person, Role, put_person
from shixian.casework.verify import verify
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from shixian.display.lists import Filter, Found, recorded, worklist
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from shixian.rules.periods import parse_day, parse_instant
from tests.desk.conftest import ClientOf
from tests.desk.office import ASKING, LATE_FACTS, NOW, OVERDUE, PEOPLE, UNDECIDED, Clock

OFFICER, HEAD = PEOPLE[Role.OFFICER], PEOPLE[Role.SECTION_HEAD]


def found(desk: DeskConfig, person: Person = OFFICER, **asked: object) -> Found:
    wanted = Filter(**({"tab": "all"} | asked))  # type: ignore[arg-type]
    return worklist(desk.engine, person, wanted, today=desk.today(), books=desk.books)


def refs(page: Found) -> list[str]:
    return [line.ref for line in page.lines]


def test_least_legal_time_first_and_those_without_a_day_last(desk: DeskConfig) -> None:
    days = [line.next_day for line in found(desk).lines]
    known = [day for day in days if day is not None]
    assert known == sorted(known) and len(known) > 5
    assert days[: len(known)] == known and len(days) > len(known)


def test_a_case_that_names_nobody_is_of_whom_the_case_above_names(desk: DeskConfig, client_of: ClientOf) -> None:
    drawdown, whose = "SH-MF-2020-0002/drawdown1", read_case(desk.engine, "SH-MF-2020-0002").row["party_name"]
    view = read_case(desk.engine, drawdown)
    assert whose and view.row["party_name"] == "" and view.party == whose
    assert whose in client_of(Role.OFFICER).get(f"/cases/{drawdown}").text
    nameless = {line.ref: line.party for line in found(desk).lines if "/drawdown" in line.ref}
    above = {ref: read_case(desk.engine, ref.partition("/")[0]).row["party_name"] for ref in nameless}
    assert nameless and nameless == above
    one = next(iter(nameless))
    assert one in refs(found(desk, text=nameless[one]))  # and is found by it


def test_amber_counts_working_days(desk: DeskConfig) -> None:
    # 10 June 2021 is a Thursday; 12-14 June are the Dragon Boat holiday. The 2nd working day ahead is 15 June.
    page = found(desk, within=2)
    assert page.amber_until.isoformat() == "2021-06-15"
    colours = {line.ref: line.urgency for line in page.lines}
    assert colours[OVERDUE] == "past"
    assert {ref for ref, colour in colours.items() if colour == "soon"} == {
        "SH-A-2021-0008", "SH-A-2021-0009", "SH-MF-2021-0005",
    }  # fmt: skip
    assert (page.past, page.soon) == (1, 3)
    assert found(desk, within=1).soon == 1  # 11 June: only what ends today
    assert colours["SH-IR-2021-0001"] == "fine" and colours[UNDECIDED] == ""


def test_whose_list_a_case_is_on(desk: DeskConfig) -> None:
    every = found(desk).total
    assert found(desk, tab="nobody").total == every and found(desk, tab="mine").total == 0
    assign(desk.engine, [OVERDUE, ASKING], "officer", by=HEAD, now=NOW, books=desk.books)
    page = found(desk, tab="mine")
    assert refs(page) == [OVERDUE, ASKING]
    assert page.tabs == {"mine": 2, "section": 2, "nobody": every - 2, "all": every}
    with transaction(desk.engine) as connection:
        put_person(connection, Person("far", "别处", frozenset({Role.OFFICER}), section="别科"))
    assert found(desk, find("far", desk), tab="section").total == 0


def find(key: str, desk: DeskConfig) -> Person:
    from shixian.casework.staff.people import find_person

    return find_person(desk.engine, key)


def test_an_assignment_is_in_the_journal_of_the_case(desk: DeskConfig) -> None:
    assert assign(desk.engine, [OVERDUE], "officer", by=OFFICER, now=NOW, books=desk.books) == 1
    assert assign(desk.engine, [OVERDUE], "officer", by=OFFICER, now=NOW, books=desk.books) == 0
    assert assign(desk.engine, [OVERDUE], None, by=OFFICER, now=NOW, books=desk.books) == 1
    with reading(desk.engine) as connection:
        notes = entries(connection, journal_of(OVERDUE))
    assert [note["kind"] for note in notes] == ["assigned", "assigned"]
    assert verify(desk.engine).holds


def test_an_officer_takes_only_what_nobody_has(desk: DeskConfig) -> None:
    assign(desk.engine, [OVERDUE], "section_head", by=HEAD, now=NOW, books=desk.books)
    for to in ("officer", None):
        with pytest.raises(NotPermitted):
            assign(desk.engine, [OVERDUE], to, by=OFFICER, now=NOW, books=desk.books)
    with pytest.raises(NotPermitted):
        assign(desk.engine, [ASKING], "section_head", by=OFFICER, now=NOW, books=desk.books)
    with pytest.raises(NotPermitted):
        assign(desk.engine, [ASKING], "auditor", by=HEAD, now=NOW, books=desk.books)
    with pytest.raises(NotFound):  # all of them, or none
        assign(desk.engine, [ASKING, "SH-X"], "officer", by=HEAD, now=NOW, books=desk.books)
    assert found(desk, tab="mine").total == 0


def test_nobody_has_looked_apart_from_looked_at_and_something_missing(desk: DeskConfig) -> None:
    every = found(desk).total
    assert found(desk, seen="unseen").total == every and found(desk, seen="missing").total == 0
    for ref in (ASKING, UNDECIDED, OVERDUE):
        saw_case(desk.engine, HEAD, ref, now=NOW)
    assert set(refs(found(desk, seen="missing"))) == {ASKING, UNDECIDED}
    assert found(desk, seen="unseen").total == every - 3
    with transaction(desk.engine) as connection:
        connection.exec_driver_sql("UPDATE case_look SET number = number - 1")
    assert set(refs(found(desk, seen="news"))) == {ASKING, UNDECIDED, OVERDUE}


def test_every_filter_narrows(desk: DeskConfig) -> None:
    assert {line.lifecycle for line in found(desk, programme="sh-award").lines} == {"sh-award"}
    assert {line.lifecycle for line in found(desk, province="zhejiang").lines} == {"zj-complex-annual"}
    assert refs(found(desk, listed="ask")) == [ASKING] and refs(found(desk, listed="decide")) == [UNDECIDED]
    assert set(refs(found(desk, text="9001"))) == {OVERDUE, ASKING, f"{ASKING}/objection1"}
    assert refs(found(desk, text="逾期研究")) == [OVERDUE]
    assert found(desk, text="%").total == found(desk, text="_").total == 0
    assert set(refs(found(desk, overdue=True))) == {OVERDUE, ASKING}  # past its day; on the supervision list
    assert {line.stage for line in found(desk, stage="second_review_notice").lines} == {"复评结果公示"}


def test_pages_hold_every_case_once(desk: DeskConfig) -> None:
    seen: list[str] = []
    for number in range(1, 9):
        wanted = Filter(tab="all", page=number)
        page = worklist(desk.engine, OFFICER, wanted, today=desk.today(), books=desk.books, size=5)
        assert page.pages == -(-page.total // 5) and page.page == min(number, page.pages)
        seen += refs(page) if page.page == number else []
    assert len(seen) == len(set(seen)) == found(desk).total


def test_a_deputy_sees_the_absent_persons_list_on_those_days(desk: DeskConfig, desk_clock: Clock) -> None:
    assign(desk.engine, [OVERDUE], "officer", by=HEAD, now=NOW, books=desk.books)
    deputy = Person("deputy", "代办人", frozenset({Role.OFFICER}))
    with transaction(desk.engine) as connection:
        put_person(connection, deputy)
    first, last = parse_day("2021-06-11"), parse_day("2021-06-15")
    number = delegate(desk.engine, "officer", "deputy", first, last, reason="年休假", by=OFFICER, now=NOW)
    for day, expected in (("10", []), ("11", [OVERDUE]), ("15", [OVERDUE]), ("16", [])):
        desk_clock.at(f"2021-06-{day}T09:00")
        page = found(desk, deputy, tab="mine")
        assert refs(page) == expected, day
    desk_clock.at("2021-06-11T09:00")
    end_delegation(desk.engine, number, by=deputy, now=desk_clock())
    assert refs(found(desk, deputy, tab="mine")) == []
    assert verify(desk.engine).holds


@pytest.mark.parametrize(
    ("deputy", "first", "last", "by"),
    [
        ("auditor", "2021-06-11", "2021-06-15", OFFICER),  # lacks the roles
        ("officer", "2021-06-11", "2021-06-15", OFFICER),  # oneself
        ("deputy", "2021-06-15", "2021-06-11", OFFICER),  # the end before the beginning
        ("deputy", "2021-06-01", "2021-06-09", OFFICER),  # over
        ("deputy", "2021-06-11", "2021-06-15", PEOPLE[Role.FINANCE_MAKER]),  # another's leave
        ("narrow", "2021-06-11", "2021-06-15", OFFICER),  # works in one province only
    ],
)
def test_who_may_not_stand_in(desk: DeskConfig, deputy: str, first: str, last: str, by: Person) -> None:
    with transaction(desk.engine) as connection:
        put_person(connection, Person("deputy", "代办人", frozenset({Role.OFFICER})))
        put_person(connection, Person("narrow", "代办人", frozenset({Role.OFFICER}), provinces=frozenset({"anhui"})))
    with pytest.raises(CaseworkError):
        delegate(desk.engine, "officer", deputy, parse_day(first), parse_day(last), reason="休假", by=by, now=NOW)


def test_what_one_did_and_opened_with_true_counts(desk: DeskConfig) -> None:
    rows, total, _ = recorded(desk.engine, OFFICER, "case_opened", page=1, books=desk.books)
    with reading(desk.engine) as connection:
        sql = "SELECT count(*) FROM event WHERE kind='case_opened' AND person='officer'"
        assert total == connection.exec_driver_sql(sql).scalar()
    assert total > 50 == len(rows)
    acts, count, _ = recorded(desk.engine, OFFICER, "act_recorded", page=1, books=desk.books)
    assert count > 20 and all(row.clause and "·" in row.what for row in acts)


def test_a_scope_hides_refuses_and_says_why(desk: DeskConfig) -> None:
    narrow = Person("narrow", "皖经办", frozenset({Role.OFFICER}), provinces=frozenset({"zhejiang"}))
    assert {line.lifecycle for line in found(desk, narrow).lines} == {"zj-complex-annual"}
    one = Person("one", "奖励办", frozenset({Role.OFFICER}), programmes=frozenset({"sh-award"}))
    own = {line.lifecycle for line in found(desk, one).lines}
    assert own <= {"sh-award", "sh-award-objection", "sh-award-complaint"} and "sh-award" in own
    with pytest.raises(NotPermitted, match="不在“皖经办”的办理范围内.*zhejiang"):
        day = parse_day("2021-06-10")
        open_case(desk.engine, "sh-matching-funds", LATE_FACTS, day=day, person=narrow, now=NOW)


def test_an_act_out_of_scope_is_refused_and_the_refusal_recorded(desk: DeskConfig) -> None:
    narrow = Person("narrow", "浙经办", frozenset({Role.OFFICER}), provinces=frozenset({"zhejiang"}))
    before = read_case(desk.engine, OVERDUE).events
    acted = Acted("filing", "submit", "unit", NOW)
    with pytest.raises(NotPermitted, match="办理范围"):
        record_act(desk.engine, OVERDUE, acted, person=narrow, now=NOW)
    after = read_case(desk.engine, OVERDUE).events
    assert len(after) == len(before) + 1 and after[-1].kind == "refused"
    assert "办理范围" in str(after[-1].data["because"]) and after[-1].person == "narrow"


# -- pages -------------------------------------------------------------------------------------------------------------


def test_the_page_lists_filters_and_assigns(client_of: ClientOf) -> None:
    browser = client_of(Role.SECTION_HEAD)
    text = browser.get("/worklist?tab=all&programme=sh-matching-funds").text
    assert OVERDUE in text and ASKING not in text and "已过10日" in text and "第八条" in text
    answer = browser.post(
        "/worklist/assign", data={"ref": OVERDUE, "to": "officer", "do": "give", "back": "/worklist?tab=all"}
    )
    assert answer.headers["location"] == "/worklist?tab=all&assigned=1"
    assert OVERDUE in client_of(Role.OFFICER).get("/worklist").text
    refused = client_of(Role.OFFICER).post("/worklist/assign", data={"ref": ASKING, "to": "section_head", "do": "give"})
    assert refused.status_code == 403 and "改派由审批办理" in refused.text


@pytest.mark.parametrize(
    "query", ["page=-1", "page=x", "within=99999999999", "within=²", "tab=?", "q=%00%0a", "stage=x"]
)
def test_no_query_breaks_the_page(client_of: ClientOf, query: str) -> None:
    browser = client_of(Role.AUDITOR)
    for path in ("/worklist", "/worklist/overdue", "/worklist/done", "/worklist/opened", "/worklist/export.csv"):
        assert browser.get(f"{path}?{query}").status_code == (400 if "%00" in query else 200)


def test_an_export_is_the_filter_on_screen_and_is_noted(desk: DeskConfig, client_of: ClientOf) -> None:
    browser = client_of(Role.OFFICER)
    query = "tab=all&programme=sh-award"
    shown = re.findall(r'href="/cases/([^"]+)"', browser.get(f"/worklist?{query}").text)
    rows = list(csv.DictReader(StringIO(browser.get(f"/worklist/export.csv?{query}").content.decode("utf-8-sig"))))
    assert [row["案号"] for row in rows] == shown and len(shown) > 3
    sheet = load_workbook(BytesIO(browser.get(f"/worklist/export.xlsx?{query}").content)).active
    assert sheet is not None and [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == shown
    with reading(desk.engine) as connection:
        noted = connection.execute(select(look.c.person, look.c.what, look.c.subject)).all()
    assert [tuple(row)[:2] for row in noted] == [("officer", "export")] * 2
    assert "programme=sh-award" in noted[0].subject


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1+1", "＝1+1", '=HYPERLINK("http://x")'])
def test_text_never_becomes_a_formula(desk: DeskConfig, client_of: ClientOf, name: str) -> None:
    facts = LATE_FACTS | {"unit_name": name, "national_approval": "2021-06-01"}
    at = parse_instant("2021-06-10T09:00")
    opened = open_case(desk.engine, "sh-matching-funds", facts, day=parse_day("2021-06-10"), person=OFFICER, now=at)
    browser = client_of(Role.OFFICER)
    query = f"tab=all&q={opened.ref}"
    (row,) = csv.DictReader(StringIO(browser.get(f"/worklist/export.csv?{query}").content.decode("utf-8-sig")))
    assert row["主体"].startswith("'") and row["主体"].endswith(name.strip())
    sheet = load_workbook(BytesIO(browser.get(f"/worklist/export.xlsx?{query}").content)).active
    assert sheet is not None
    cell = sheet.cell(2, 4)
    assert cell.data_type == "s" and str(cell.value).strip() == name.strip()
