"""What is said on which day: rungs by the working-day calendar, nothing twice, intervals, supervision, decisions.

A case opened on 2021-01-04 must file within two months: by Thursday 2021-03-04. Counting back from it: 4, 3, 2 and
1 March, 26, 25, 24, 23, 22 February, and Saturday 20 February, a make-up day of the Spring Festival (11 to 17).
So ten working days remain after Friday 19 February, eleven after the 18th, and twelve from the 10th on.
"""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, insert, select

from models import delegation, journal_event
from shixian.casework.database import reading, transaction
from shixian.casework.journal import journal_problems
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Person, Role
from shixian.rules.errors import CaseworkError
from shixian.rules.periods import parse_day
from shixian.telling.alarms import Alarm
from shixian.telling.ladder import Plan, _paused, say
from tests.casework.office import APPLICANT, HEAD, OFFICER, OTHER_OFFICER, Office
from tests.lifecycles import BOOKS
from tests.telling.house import OPERATOR, OTHER_HEAD, assign_to, at, messages_of, say_on, staff


def filed_by(database: Engine) -> str:
    """A case whose last day for filing is 2021-03-04, with its accounts."""
    staff(database)
    return Office(database).open().ref


@pytest.mark.parametrize(
    ("rungs", "day", "said"),
    [
        ((10,), "2021-02-18", False),
        ((10,), "2021-02-19", True),
        ((5,), "2021-02-24", False),
        ((5,), "2021-02-25", True),
        ((1,), "2021-03-02", False),
        ((1,), "2021-03-03", True),
        ((12,), "2021-02-09", False),  # the days of the holiday do not count
        ((12,), "2021-02-10", True),
        ((14,), "2021-02-07", False),  # after this make-up Sunday 8, 9, 10 and twelve more remain
        ((15,), "2021-02-07", True),
        ((0,), "2021-03-03", False),
        ((0,), "2021-03-04", True),
        ((10,), "2021-03-05", False),  # past it there is nothing to be reminded of
    ],
)
def test_a_rung_is_reached_on_its_working_day(database: Engine, rungs: tuple[int, ...], day: str, said: bool) -> None:
    ref = filed_by(database)
    say_on(database, day, Plan(rungs, 1))
    found = messages_of(database, kind="reminder")
    assert [(one.recipient, one.case_ref) for one in found] == ([("unit-a", ref)] if said else [])


def test_the_words_name_clause_day_and_what_is_left_and_no_unit(database: Engine) -> None:
    ref = filed_by(database)
    say_on(database, "2021-02-19")
    (one,) = messages_of(database)
    assert one.key == f"remind:{ref}:filing.limit:1:2021-03-04:10:unit-a" and one.clause == "第二条"
    assert "2021年3月4日" in one.subject and "还有 10 个工作日" in one.subject
    assert "第二条" in one.body and "失权" in one.body and "甲实验室" not in one.subject + one.body


def test_nothing_is_said_twice_and_each_run_has_its_entry(database: Engine) -> None:
    filed_by(database)
    first, again, next_day = (say_on(database, day) for day in ("2021-02-19", "2021-02-19", "2021-02-22"))
    assert (first.said.total(), again.said.total(), next_day.said.total()) == (1, 0, 0)
    assert again.already == 1 and len(messages_of(database)) == 1
    with reading(database) as connection:
        kinds = list(connection.scalars(select(journal_event.c.kind).where(journal_event.c.journal == "telling")))
        assert kinds == ["told"] * 3 and not list(journal_problems(connection))


def test_two_runs_at_once_say_it_once(database: Engine) -> None:
    office = Office(database)
    staff(database)
    refs = [office.open(facts={"unit_code": APPLICANT.party, "unit_name": "甲", "field": f"{n}"}).ref for n in range(5)]
    gate, failures = threading.Barrier(2), []

    def run() -> None:
        try:
            gate.wait()
            say_on(database, "2021-02-19")
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failures
    assert sorted(one.case_ref for one in messages_of(database)) == sorted(refs)


def test_a_missed_rung_is_made_up_for_by_the_nearest_alone(database: Engine) -> None:
    filed_by(database)
    say_on(database, "2021-02-26")
    say_on(database, "2021-03-03")
    assert [one.key.split(":")[-2] for one in messages_of(database)] == ["5", "1"]


def test_the_least_interval_holds_back_what_can_wait(database: Engine) -> None:
    filed_by(database)
    plan = Plan((5, 6), 3)
    days = ("2021-02-24", "2021-02-25", "2021-02-26", "2021-02-27")
    told = [say_on(database, day, plan) for day in days]
    assert [one.said.total() for one in told] == [1, 0, 0, 1] and [one.held for one in told] == [0, 1, 1, 0]
    assert [one.key.split(":")[-2] for one in messages_of(database)] == ["6", "5"]


def test_a_reminder_that_could_not_wait_is_not_held_back(database: Engine) -> None:
    filed_by(database)
    plan = Plan((1, 2), 5)
    assert [say_on(database, day, plan).said.total() for day in ("2021-03-02", "2021-03-03")] == [1, 1]


def test_a_closed_case_and_a_met_deadline_are_left_alone(database: Engine) -> None:
    ref = filed_by(database)
    office = Office(database)
    office.act(ref, "filing", "submit", "unit", "2021-02-18T09:00")
    assert say_on(database, "2021-02-19").said["reminder"] == 0
    other = office.open(facts={"unit_code": APPLICANT.party, "unit_name": "甲", "field": "声学"}).ref
    assert office.tick(other, "2021-03-05")
    assert say_on(database, "2021-03-05").said["reminder"] == 0


def test_a_suspended_stage_has_no_last_day_to_remind_of() -> None:
    paused = '{"suspensions":[["filing","不可抗力","第九条","2021-02-01",null]]}'
    assert _paused(paused, "filing") and not _paused(paused, "award")
    assert not _paused(paused.replace("null", '"2021-02-09"'), "filing") and not _paused("{}", "filing")
    assert _paused(paused.replace('"filing"', '"*"'), "award")


def test_a_unit_without_account_is_told_through_the_officer(database: Engine) -> None:
    staff(database, OFFICER, HEAD)
    ref = Office(database).open().ref
    say_on(database, "2021-02-19")
    assign_to(database, ref, OFFICER)
    say_on(database, "2021-02-25")
    found = messages_of(database)
    assert [one.recipient for one in found] == ["li", "wang"]  # first nobody's case, then the officer's
    assert all("申报单位没有可以接收消息的账号" in one.body for one in found)


def objected(database: Engine) -> tuple[Office, str]:
    """An objection that the office must have handled by 2021-02-10 (30 days after 11 January)."""
    office = Office(database)
    ref = office.published()
    given = {"objector_name": "王某", "grounds": "数据不实"}
    person = Person("citizen", "公民", frozenset({Role.PUBLIC}))
    decided = office.act(ref, "publicity", "object", "objector", "2021-01-11T09:00", given, person=person)
    assert decided.refusal is None
    return office, f"{ref}/objection1"


def test_an_office_overrun_goes_to_the_section_head_once(database: Engine) -> None:
    officer = Person("wang", "王经办", frozenset({Role.OFFICER}), section="二处")
    staff(database, officer, HEAD, OTHER_HEAD)
    office, child = objected(database)
    assign_to(database, child, officer)
    told = say_on(database, "2021-02-09")
    assert told.said["supervision"] == 0 and told.said["reminder"] == 1  # the officer, a working day before
    assert messages_of(database, kind="reminder")[0].recipient == "wang"
    office.tick(child, "2021-02-19")
    assert say_on(database, "2021-02-19").said["supervision"] == 1
    assert say_on(database, "2021-02-22").said["supervision"] == 0
    (one,) = messages_of(database, kind="supervision")
    assert one.recipient == "zhou" and one.case_ref == child and "督办" in one.subject  # of his own section
    assert "王某" not in one.subject + one.body


def test_without_a_head_of_the_section_every_head_in_scope_is_told(database: Engine) -> None:
    staff(database, OFFICER, HEAD, OTHER_HEAD)
    office, child = objected(database)
    office.tick(child, "2021-02-19")
    say_on(database, "2021-02-19")
    assert sorted(one.recipient for one in messages_of(database, kind="supervision")) == ["li", "zhou"]


def test_a_deputy_is_told_during_leave_and_the_officer_after(database: Engine) -> None:
    staff(database, OFFICER, OTHER_OFFICER, HEAD)
    ref = Office(database).open().ref
    assign_to(database, ref, OFFICER)
    leave = {"absent": "wang", "deputy": "zhao", "reason": "年休假", "made_by": "li", "made_at": at("2021-02-01T09:00")}
    with transaction(database) as connection:
        days = {"first_day": parse_day("2021-02-18"), "last_day": parse_day("2021-02-19")}
        connection.execute(insert(delegation), leave | days)
    say_on(database, "2021-02-19")
    say_on(database, "2021-02-25")
    assert [one.recipient for one in messages_of(database)] == ["zhao", "wang"]


def test_a_decision_is_told_to_the_applicant_without_its_content(database: Engine) -> None:
    staff(database)
    ref = Office(database).awarded()  # decided on 2021-01-20
    assert say_on(database, "2021-01-20").said["decision"] == 1
    assert say_on(database, "2021-01-21").said["decision"] == 0
    (one,) = messages_of(database, kind="decision")
    assert (one.recipient, one.case_ref, one.clause) == ("unit-a", ref, "第五条")
    assert "资助金额" in one.subject and "30" not in one.body.replace("2021年1月20日", "")


def test_a_closing_caught_up_late_is_told_late_and_not_lost(database: Engine) -> None:
    staff(database)
    office = Office(database)
    ref = office.open().ref
    say_on(database, "2021-01-05")
    assert office.tick(ref, "2021-04-30")  # nobody ran anything for eight weeks; the legal day is 4 March
    assert say_on(database, "2021-04-30").said["decision"] == 1
    (one,) = messages_of(database, kind="decision")
    assert one.recipient == "unit-a" and "已办结" in one.subject and "放弃" not in one.body


def test_decisions_from_before_the_first_run_are_not_dug_up(database: Engine) -> None:
    staff(database)
    Office(database).awarded()
    assert say_on(database, "2021-02-01").said["decision"] == 0


def test_operators_are_told_of_an_alarm_once_and_without_them_the_fallback(database: Engine) -> None:
    alarm = Alarm("calendar_missing", "2022 年的放假安排没有载入", parse_day("2021-12-01"), "载入", "2022")
    say_on(database, "2021-12-01", alarms=[alarm])
    staff(database, OPERATOR)
    say_on(database, "2021-12-02", alarms=[alarm])
    say_on(database, "2021-12-03", alarms=[alarm])
    assert [one.recipient for one in messages_of(database)] == ["*", "ops"]
    assert "处理办法：载入" in messages_of(database)[0].body


def test_a_dry_run_writes_nothing(database: Engine) -> None:
    filed_by(database)
    assert say_on(database, "2021-02-19", dry_run=True).said["reminder"] == 1
    assert not messages_of(database) and say_on(database, "2021-02-19").said["reminder"] == 1


def test_a_lifecycle_no_longer_declared_is_still_reminded_of(database: Engine) -> None:
    ref = filed_by(database)
    books = LawBooks({}, BOOKS.calendar)
    say(database, parse_day("2021-02-19"), now=at("2021-02-19T08:30"), books=books)
    assert [one.case_ref for one in messages_of(database)] == [ref]


def test_the_ladder_of_the_settings() -> None:
    assert Plan.read("10,5,1", 2) == Plan((1, 5, 10), 2)
    with pytest.raises(CaseworkError, match="过长"):
        Plan.read("999", 2)
