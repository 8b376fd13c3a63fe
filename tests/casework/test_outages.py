"""Outages, snapshots, progress codes and idempotency keys, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from models import notice_snapshot, outage, sealing_key
from shixian.casework.database import reading
from shixian.casework.idempotency import KeyUsed, Reply, Slot, begin, finish
from shixian.casework.publicity.notices import missing_snapshots, notices, read_notice, take_snapshots
from shixian.casework.publicity.outages import Extended, outages, record_outage, windows_of
from shixian.casework.publicity.progress import progress_code, read_progress
from shixian.casework.verify import verify
from shixian.rules.errors import CaseworkError, NotPermitted
from shixian.rules.facts import text_fact
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.publication import Shown
from shixian.rules.state import Refusal
from shixian.rules.validation import validate
from tests.casework.office import AUDITOR, CITIZEN, HEAD, OFFICER, SECURITY, Office, at, day
from tests.lifecycles import BOOKS


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def last_day(office: Office, ref: str) -> str:
    return read_notice(office.engine, ref, "publicity", books=office.books).last_day.isoformat()


def lost(office: Office, began: str, ended: str, now: str, person: Any = HEAD) -> Any:
    return record_outage(office.engine, at(began), at(ended), "断网", person, at(now), books=office.books)


def test_a_lost_working_day_is_made_up_for(office: Office) -> None:
    """Published 6 January 2021, five working days: 7, 8, 11, 12, 13. Without Friday 8 the fifth is Thursday 14; a lost
    weekend takes no working day away."""
    ref = office.published()
    assert last_day(office, ref) == "2021-01-13"
    done = lost(office, "2021-01-08T09:00", "2021-01-08T09:30", "2021-01-09T09:00")
    assert [(one.before, one.after, one.refusal) for one in done.windows] == [
        (day("2021-01-13"), day("2021-01-14"), None)
    ]
    lost(office, "2021-01-09T09:00", "2021-01-10T09:00", "2021-01-11T09:00")
    lost(office, "2021-01-08T20:00", "2021-01-08T21:00", "2021-01-11T09:30")
    assert last_day(office, ref) == "2021-01-14", "the same day is not lost twice"
    kinds = [one.kind for one in office.view(ref).events]
    assert kinds.count("suspended") == kinds.count("resumed") == 3
    said = next(one for one in office.view(ref).events if one.kind == "suspended")
    assert said.clause == "第四条" and "不计入公示期" in said.data["reading"] and said.person == "li"
    assert len(outages(office.engine)) == 3 and verify(office.engine).problems == ()


def test_an_objection_on_the_day_that_was_added_is_in_time(office: Office) -> None:
    ref = office.published()
    lost(office, "2021-01-08T09:00", "2021-01-08T09:30", "2021-01-09T09:00")
    given = {"objector_name": "周某某", "grounds": "材料不实"}
    taken = office.act(ref, "publicity", "object", "objector", "2021-01-14T23:59", given, person=CITIZEN)
    late = office.act(ref, "publicity", "object", "objector", "2021-01-15T00:00", given, person=CITIZEN)
    assert taken.refusal is None and late.refusal is not None and late.refusal.code == "late"


def test_who_may_record_one_and_what_becomes_of_a_window_that_has_ended(office: Office) -> None:
    ref = office.published()
    for person in (AUDITOR, CITIZEN, OFFICER, SECURITY):
        with pytest.raises(NotPermitted):
            lost(office, "2021-01-08T09:00", "2021-01-08T09:30", "2021-01-09T09:00", person)
    done = lost(office, "2021-01-12T09:00", "2021-01-12T09:30", "2021-01-14T09:00", HEAD)
    assert [(one.ref, one.refusal.code) for one in done.windows] == [(ref, "out_of_window")]
    assert office.view(ref).events[-1].kind == "refused" and last_day(office, ref) == "2021-01-13"
    with reading(office.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(outage)) == 1
    assert windows_of(office.engine)[done.number] == [replace(one, refusal=told(one)) for one in done.windows]


def told(one: Extended) -> Refusal | None:
    """A refusal as the journal keeps it."""
    refused = one.refusal
    return None if refused is None else Refusal(refused.code, refused.because, refused.clause, refused.remedy)


def test_a_window_out_of_his_scope_is_named_and_left_to_its_own_head(office: Office) -> None:
    ref = office.published()
    elsewhere = replace(HEAD, key="zhou", programmes=frozenset({"another-regulation"}))
    given = ("2021-01-08T09:00", "2021-01-08T09:30", "2021-01-09T09:00")
    done = lost(office, *given, elsewhere)
    assert [(one.ref, one.refusal.code, one.refusal.clause) for one in done.windows] == [
        (ref, "out_of_scope", "第四条")
    ]
    assert last_day(office, ref) == "2021-01-13"
    lost(office, *given)
    assert last_day(office, ref) == "2021-01-14"
    kept = windows_of(office.engine)
    assert [(kept[number][0].before.day, kept[number][0].after.day) for number in sorted(kept)] == [(13, 13), (13, 14)]
    assert verify(office.engine).problems == ()


@pytest.mark.parametrize("because", ["", "  ", "断\n网", "长" * 501])
def test_an_outage_has_its_reason_in_one_line(office: Office, because: str) -> None:
    with pytest.raises(CaseworkError, match="原因"):
        record_outage(
            office.engine, at("2021-01-08T09:00"), at("2021-01-08T10:00"), because, HEAD, at("2021-01-09T09:00")
        )


@pytest.mark.parametrize(
    ("given", "by", "reason", "code"),
    [
        ({"first_day": "2021-01-08", "last_day": "2021-01-08"}, "unit", "断网", "wrong_actor"),
        ({"first_day": "2021-01-08", "last_day": "2021-01-08"}, "office", " ", "no_reason"),
        ({"first_day": "2021-01-08", "last_day": "2021-01-07"}, "office", "断网", "bad_input"),
        ({"first_day": "2021-01-08", "last_day": "2021-01-12"}, "office", "断网", "bad_input"),  # not yet over
        ({"first_day": "2020-12-01", "last_day": "2020-12-02"}, "office", "断网", "bad_input"),
        ({"first_day": "8 January"}, "office", "断网", "bad_input"),
        ({}, "office", "断网", "bad_input"),
    ],
)
def test_the_act_is_refused_with_its_clause(
    office: Office, given: dict[str, str], by: str, reason: str, code: str
) -> None:
    ref = office.published()
    decided = office.act(ref, "publicity", "outage", by, "2021-01-11T09:00", given, reason=reason)
    assert decided.refusal is not None and (decided.refusal.code, decided.refusal.clause) == (code, "第四条")
    assert last_day(office, ref) == "2021-01-13"
    elsewhere = office.act(ref, "filing", "outage", "office", "2021-01-11T09:30", given, reason="断网")
    assert elsewhere.refusal is not None and elsewhere.refusal.code == "no_window"


def test_snapshots_are_kept_once_a_day_and_gaps_are_named(office: Office) -> None:
    ref = office.published()
    for when in ("2021-01-06T18:00", "2021-01-07T10:00", "2021-01-07T11:00", "2021-01-11T10:00"):
        take_snapshots(office.engine, at(when).date(), now=at(when), books=office.books)
    with reading(office.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(notice_snapshot)) == 3
    (gap,) = missing_snapshots(office.engine, day("2021-01-12"), books=office.books)
    assert (gap.ref, [one.day for one in gap.days]) == (ref, [8, 9, 10])
    (shown,) = notices(office.engine, day("2021-01-12"), books=office.books)
    assert [item.label for item in shown.items] == [office.books.lifecycle("lab-grant").facts["unit_name"].label]
    assert "读法" in shown.items[0].reading, "the text names no items: what is shown is a reading"


def test_a_progress_code_is_of_one_case_and_leaves_nothing_but_a_key(office: Office) -> None:
    ref = office.published()
    code = progress_code(office.engine, ref)
    assert progress_code(office.engine, ref) == code and read_progress(office.engine, ref, code, books=office.books)
    assert read_progress(office.engine, "NO-1", code, books=office.books) is None
    assert read_progress(office.engine, ref, code[:-1] + "_", books=office.books) is None
    with reading(office.engine) as connection:
        assert list(connection.scalars(select(sealing_key.c.case_id))) == [0]
    assert verify(office.engine).problems == ()


def test_a_key_is_taken_once(office: Office) -> None:
    now = at("2021-01-06T09:00")
    slot = begin(office.engine, "c", "k", "a", now=now)
    assert isinstance(slot, Slot)
    with pytest.raises(KeyUsed):
        begin(office.engine, "c", "k", "a", now=now)
    with office.engine.begin() as connection:
        finish(connection, slot, Reply(201, '{"ref":"X"}'))
    assert begin(office.engine, "c", "k", "a", now=now) == Reply(201, '{"ref":"X"}')
    with pytest.raises(KeyUsed, match="另一个请求"):
        begin(office.engine, "c", "k", "b", now=now)


def test_what_a_notice_shows_is_checked_at_load() -> None:
    from shixian.rules.errors import DeclarationError

    grant = BOOKS.lifecycle("lab-grant")

    def showing(*shown: Shown) -> Lifecycle:
        facts = replace(
            grant.facts, fields=(*grant.facts.fields, text_fact("secret", "秘", clause="第一条", sealed=True))
        )
        stages = tuple(
            replace(one, window=replace(one.window, shows=shown)) if one.window is not None else one
            for one in grant.stages
        )
        return replace(grant, facts=facts, stages=stages)

    validate(showing(Shown("unit_name", "第四条"), Shown("outcome:filing", "第四条")), frozenset(BOOKS.lifecycles))
    for wrong, why in (
        (Shown("nothing", "第四条"), "未声明"),
        (Shown("secret", "第四条"), "封存"),
        (Shown("unit_name", " "), "条款"),
        (Shown("outcome:nowhere", "第四条"), "不存在"),
    ):
        with pytest.raises(DeclarationError, match=why):
            validate(showing(wrong), frozenset(BOOKS.lifecycles))
