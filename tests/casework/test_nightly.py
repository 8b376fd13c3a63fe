"""The nightly look: an open case without its deadline, or past one that nobody minds, is found and named."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from shixian.casework.database import transaction
from shixian.casework.nightly import look, overrun
from shixian.casework.store import SqlStore
from shixian.rules.errors import RecordError
from shixian.rules.state import Transition, apply
from tests.casework.office import Office, at, day
from tests.lifecycles import BOOKS, GRANT


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def found(office: Office, as_of: str) -> list[tuple[str, str]]:
    return [(one.ref, one.kind) for one in look(office.engine, day(as_of), now=at(f"{as_of}T01:00"), books=BOOKS)]


def test_a_settled_record_gives_nothing(office: Office) -> None:
    ref = office.awarded()
    assert found(office, "2021-03-31") == []
    office.tick(ref, "2021-04-01")
    assert found(office, "2021-04-01") == []


def test_a_clock_that_ran_out_unsettled_is_found(office: Office) -> None:
    ref = office.open().ref
    assert found(office, "2021-03-04") == []  # the last day is still a day
    assert found(office, "2021-03-05") == [(ref, "not_settled")]
    office.tick(ref, "2021-03-05")
    assert found(office, "2021-03-05") == []


def test_a_missing_row_is_found(office: Office) -> None:
    ref = office.open().ref
    with transaction(office.engine) as connection:
        connection.execute(text("DELETE FROM deadline"))
    assert found(office, "2021-01-05") == [(ref, "no_row")]


def forget_the_deadline(office: Office, ref: str) -> None:
    """A case that by some defect stands in a stage without the deadline of its clock."""
    with transaction(office.engine) as connection:
        store = SqlStore(connection, BOOKS, recorded_at=at("2021-01-05T09:00"))
        after = store.load(ref).copy()
        viewed = Transition("identity_viewed", day("2021-01-05"), {"names": []})
        apply(after, viewed, GRANT.facts)
        after.progress.deadlines.clear()
        store.save(GRANT, after, (viewed,))


def test_a_case_without_its_deadline_is_found_and_the_next_act_refused(office: Office) -> None:
    ref = office.open().ref
    forget_the_deadline(office, ref)
    assert found(office, "2021-01-05") == [(ref, "no_deadline")]
    with pytest.raises(RecordError, match=r"filing.limit 没有期限"):
        office.act(ref, "filing", "submit", "office", "2021-01-06T09:00")


def test_a_lapsed_right_that_nobody_minds_is_found(office: Office) -> None:
    ref = office.open().ref
    with transaction(office.engine) as connection:
        case = SqlStore(connection, BOOKS, recorded_at=at("2021-01-05T09:00")).load(ref).copy()
    case.progress.deadlines["filing.limit"].status = "lapsed"
    assert overrun(GRANT, case, day("2021-03-05")) == ["filing.limit"]
    case.progress.lists["decide:filing.limit"] = ["decide", "filing", "第二条", "由经办人决定"]
    assert overrun(GRANT, case, day("2021-03-05")) == []
    case.progress.lists.clear()
    case.progress.stages["filing"].late_allowed = True
    assert overrun(GRANT, case, day("2021-03-05")) == []


def test_a_suspended_clock_is_not_overrun(office: Office) -> None:
    ref = office.open().ref
    with transaction(office.engine) as connection:
        case = SqlStore(connection, BOOKS, recorded_at=at("2021-01-05T09:00")).load(ref).copy()
    assert overrun(GRANT, case, day("2021-03-05")) == ["filing.limit"]
    case.progress.suspensions.append(["filing", "补正", "第三条", "2021-02-01", None])
    assert overrun(GRANT, case, day("2021-03-05")) == []
    case.progress.suspensions[0][4] = "2021-02-03"
    assert overrun(GRANT, case, day("2021-03-05")) == ["filing.limit"]


def test_what_a_run_set_aside_is_told(office: Office) -> None:
    ref = office.open().ref
    with transaction(office.engine) as connection:
        connection.execute(text("UPDATE case_file SET set_aside = '编码不符'"))
    assert found(office, "2021-01-05") == [(ref, "set_aside")]
