"""Opening, acting, refusing, permitting: the thin path through casework, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from models import refused_opening
from shixian.casework.calls import set_call
from shixian.casework.cases import publish_notice, record_document, tick_case
from shixian.casework.database import reading
from shixian.casework.references import prefix_of
from shixian.casework.staff.people import THE_SYSTEM, Person, Role
from shixian.casework.verify import verify
from shixian.rules.errors import CaseworkError, FactsError, NotFound, NotPermitted
from tests.casework.office import APPLICANT, AUDITOR, CITIZEN, FACTS, HEAD, OFFICER, Office, at, day
from tests.lifecycles import UNIT_B


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def test_a_case_from_opening_to_award(office: Office) -> None:
    ref = office.awarded()
    view = office.view(ref)
    assert ref == "LAB-G-2021-0001" and office.status(ref) == ("open", "report", None)
    assert [row["last_day"] for row in view.deadlines] == [day("2021-03-04"), day("2021-01-13"), day("2021-03-31")]
    assert [row["status"] for row in view.deadlines] == ["met", "lapsed", "running"]
    assert view.row["next_day"] == day("2021-03-31") and view.row["party_name"] == "甲实验室"
    assert [(row["sequence"], row["fen"], row["debtor"]) for row in view.obligations] == [
        (1, 30_000_000, "市财政局"),
        (2, 30_000_000, "区财政局"),
    ]
    assert verify(office.engine).problems == ()


def test_every_event_names_clause_actor_person_regulation_and_encoding(office: Office) -> None:
    ref = office.awarded()
    events = office.view(ref).events
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert {e.regulation for e in events} == {"试〔2020〕2号"} and {len(e.encoding) for e in events} == {64}
    acts = {e.data["verb"]: (e.actor, e.person, e.clause) for e in events if e.kind == "act_recorded"}
    assert acts["approve"] == ("office", "li", "第五条") and acts["submit"] == ("unit", "wang", "第二条")
    lapsed = next(e for e in events if e.kind == "deadline_lapsed")
    assert (lapsed.actor, lapsed.person) == ("system", "system")  # settled during an act, but by nobody's hand
    assert lapsed.legal_day == day("2021-01-13") and lapsed.recorded_at == at("2021-01-20T09:00")


def test_an_act_takes_few_statements(office: Office) -> None:
    ref = office.open().ref
    statements: list[str] = []
    event.listen(office.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    office.act(ref, "filing", "submit", "unit", "2021-01-05T09:00")
    assert 4 <= len(statements) <= 12, statements  # with BEGIN, the family's lock and one limit


def test_a_refused_act_is_recorded_with_its_clause(office: Office) -> None:
    ref = office.open().ref
    decided = office.act(ref, "filing", "submit", "office", "2021-01-05T09:00")
    assert decided.refusal is not None and decided.refusal.code == "wrong_actor"
    last = office.view(ref).events[-1]
    assert (last.kind, last.clause, last.data["code"]) == ("refused", "第二条", "wrong_actor")
    assert verify(office.engine).problems == ()


def test_a_late_act_is_refused_after_the_case_lapsed_on_its_legal_day(office: Office) -> None:
    ref = office.open().ref
    decided = office.act(ref, "filing", "submit", "unit", "2021-03-05T00:00")
    assert decided.refusal is not None and decided.refusal.code == "closed"
    assert office.status(ref) == ("closed", "filing", "lapsed")
    closed = next(e for e in office.view(ref).events if e.kind == "case_closed")
    assert closed.legal_day == day("2021-03-04")


def test_the_same_tick_twice_changes_nothing(office: Office) -> None:
    ref = office.open().ref
    assert office.tick(ref, "2021-03-04") == 0
    assert office.tick(ref, "2021-03-05") > 0
    before = office.view(ref)
    assert office.tick(ref, "2021-03-05") == 0 and office.tick(ref, "2021-06-01") == 0
    assert office.view(ref) == before


def test_a_refused_opening_is_recorded(office: Office) -> None:
    opened = office.open("2024-07-01")
    assert opened.refusal is not None and opened.refusal.code == "not_in_force" and office.refs() == []
    bad = office.open(facts={**FACTS, "unit_code": "1234"})
    assert bad.refusal is not None and bad.refusal.code == "bad_input"
    with reading(office.engine) as connection:
        rows = connection.execute(select(refused_opening).order_by(refused_opening.c.id)).all()
    assert [(row.code, row.person, row.lifecycle) for row in rows] == [
        ("not_in_force", "wang", "lab-grant"),
        ("bad_input", "wang", "lab-grant"),
    ]


def test_references_are_readable_and_unique(office: Office) -> None:
    assert [office.open().ref for _ in range(3)] == [f"LAB-G-2021-000{n}" for n in (1, 2, 3)]
    assert office.open("2022-01-04").ref == "LAB-G-2022-0001"
    assert office.open(ref="手工-1").ref == "手工-1"
    with pytest.raises(CaseworkError, match="已被使用"):
        office.open(ref="手工-1")
    with pytest.raises(CaseworkError, match="不能含有"):
        office.open(ref="A/objection1")
    assert prefix_of("sh-matching-funds") == "SH-MF" and prefix_of("thin") == "THIN"


def test_an_intake_row_opens_one_case_only(office: Office) -> None:
    first = office.open(imported_key="book.xlsx#7")
    again = office.open(imported_key="book.xlsx#7")
    assert (again.ref, again.already, first.already) == (first.ref, True, False) and len(office.refs()) == 1


def test_acts_and_openings_are_not_recorded_before_they_happen(office: Office) -> None:
    ref = office.open().ref
    with pytest.raises(CaseworkError, match="晚于记录时间"):
        office.act(ref, "filing", "submit", "unit", "2021-01-06T09:00", now="2021-01-05T09:00")
    with pytest.raises(CaseworkError, match="晚于记录时间"):
        office.open("2021-01-05", now=at("2021-01-04T23:59"))


def test_roles_carry_their_acts_only_and_the_attempt_is_recorded(office: Office) -> None:
    ref = office.awarded()
    for person, verb, by in (
        (OFFICER, "revoke", "office"),
        (AUDITOR, "finish", "office"),
        (APPLICANT, "finish", "office"),
    ):
        with pytest.raises(NotPermitted, match="审批|经办"):
            office.act(ref, "report", verb, by, "2021-02-01T09:00", person=person, reason="x")
    refused = [e for e in office.view(ref).events if e.kind == "refused"]
    assert [(e.data["code"], e.person) for e in refused] == [("not_permitted", p) for p in ("wang", "sun", "unit-a")]
    assert verify(office.engine).problems == ()
    with pytest.raises(NotPermitted):
        office.open(person=CITIZEN)


def test_an_auditor_changes_nothing_whatever_other_role_the_account_has(office: Office) -> None:
    both = Person("x", "两任", frozenset({Role.AUDITOR, Role.OFFICER, Role.SECTION_HEAD}))
    with pytest.raises(NotPermitted, match="只读"):
        office.open(person=both)


def test_an_applicant_acts_on_its_own_cases_at_the_present_instant(office: Office) -> None:
    other = office.open(facts={**FACTS, "unit_code": UNIT_B, "field": "声学"}).ref
    own = office.open(person=APPLICANT).ref
    with pytest.raises(NotPermitted, match="本单位"):
        office.open(facts={**FACTS, "unit_code": UNIT_B}, person=APPLICANT)
    with pytest.raises(NotPermitted, match="本单位"):
        office.act(other, "filing", "submit", "unit", "2021-01-05T09:00", person=APPLICANT)
    with pytest.raises(CaseworkError, match="以提交时刻为准"):
        office.act(own, "filing", "submit", "unit", "2021-01-05T09:00", person=APPLICANT, now="2021-01-06T09:00")
    assert office.act(own, "filing", "submit", "unit", "2021-01-05T09:00", person=APPLICANT).refusal is None
    first = office.view(own).events[0]
    assert (first.actor, first.person) == ("applicant", "unit-a")


def test_a_late_document_is_an_event_and_a_row(office: Office) -> None:
    ref = office.open().ref
    given: dict[str, Any] = {"document": "scan", "name": "扫描件.pdf", "sha256": "a" * 64, "size": 5_000_000_000}
    given |= {"person": OFFICER, "now": at("2021-01-05T09:00"), "books": office.books}
    record_document(office.engine, ref, stage="filing", **given)
    view = office.view(ref)
    assert [(row["name"], row["size"]) for row in view.documents] == [("扫描件.pdf", 5_000_000_000)]
    assert view.events[-1].kind == "document_recorded" and verify(office.engine).problems == ()
    with pytest.raises(NotFound, match="环节"):
        record_document(office.engine, ref, stage="x", **given)


def test_what_is_not_there_is_told(office: Office) -> None:
    with pytest.raises(NotFound, match="没有 X-1"):
        office.view("X-1")
    with pytest.raises(NotFound, match="没有 X-1"):
        office.act("X-1", "filing", "submit", "unit", "2021-01-05T09:00")
    with pytest.raises(NotFound, match="lab-grant"):
        office.books.lifecycle("nothing")


def test_an_act_with_a_control_character_is_not_recorded(office: Office) -> None:
    ref = office.open().ref
    with pytest.raises(CaseworkError, match="控制字符"):
        office.act(ref, "filing\x1f", "submit", "unit", "2021-01-05T09:00")
    assert office.view(ref).row["number"] == len(office.view(ref).events)


def test_the_call_sets_what_the_text_leaves_open(office: Office) -> None:
    ref = office.open().ref
    office.act(ref, "filing", "submit", "unit", "2021-01-05T09:00")
    refused = office.act(ref, "publicity", "publish", "office", "2021-01-06T09:00").refusal
    assert refused is not None and refused.asks == ("notice_length",)
    office.call("3个工作日", when="2021-01-06T10:00")
    office.call("5个工作日", when="2021-01-06T11:00")  # a correction: the newest row holds
    assert office.act(ref, "publicity", "publish", "office", "2021-01-06T12:00").refusal is None
    assert office.view(ref).progress.windows["publicity"] == ["2021-01-06", "2021-01-13"]
    # A longer period, set while the window runs, projects the deadline again: 7 working days from 7 January.
    assert office.call("7个工作日", when="2021-01-08T09:00") == 1
    running = [row for row in office.view(ref).deadlines if row["status"] == "running"]
    assert [row["last_day"] for row in running] == [day("2021-01-15")]
    assert office.call("7个工作日", when="2021-01-08T09:30") == 0
    assert verify(office.engine).problems == ()


def test_a_window_opens_on_publication_and_its_own_record(office: Office) -> None:
    office.call()
    ref = office.open().ref
    office.act(ref, "filing", "submit", "unit", "2021-01-05T09:00")
    assert office.view(ref).progress.windows == {}
    when: dict[str, Any] = {"at": at("2021-01-06T09:00"), "now": at("2021-01-07T09:00"), "books": office.books}
    done = publish_notice(office.engine, ref, "publicity", by="office", person=OFFICER, **when)
    assert done.refusal is None and office.view(ref).progress.windows == {"publicity": ["2021-01-06", "2021-01-13"]}
    opened = next(e for e in office.view(ref).events if e.kind == "window_opened")
    assert (opened.legal_day, opened.recorded_at) == (day("2021-01-06"), at("2021-01-07T09:00"))
    again = publish_notice(office.engine, ref, "publicity", by="office", person=OFFICER, **when)
    assert again.refusal is not None and again.refusal.code == "too_often"


def test_a_call_is_typed_named_and_set_by_the_head(office: Office) -> None:
    given: dict[str, Any] = {"now": at("2021-01-01T09:00"), "books": office.books}
    with pytest.raises(FactsError):
        office.call("五天左右")
    with pytest.raises(NotFound, match="notice_length"):
        set_call(office.engine, "lab-grant", 2021, "nothing", "1", person=HEAD, **given)
    with pytest.raises(NotPermitted, match="审批"):
        set_call(office.engine, "lab-grant", 2021, "notice_length", "5日", person=OFFICER, **given)


def test_the_system_may_run_days_but_not_act(office: Office) -> None:
    ref = office.open(person=THE_SYSTEM).ref
    with pytest.raises(NotPermitted):
        office.act(ref, "filing", "submit", "unit", "2021-01-05T09:00", person=THE_SYSTEM)
    with pytest.raises(NotPermitted):
        tick_case(office.engine, ref, day("2021-01-05"), now=at("2021-01-05T09:00"), person=OFFICER, books=office.books)
