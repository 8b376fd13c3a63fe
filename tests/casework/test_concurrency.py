"""Two at once: one wins, the other sees a fresh state; limits, numbers and effects hold by rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from models import case_file, effect_claim, event, limit_claim
from shixian.casework import cases, work
from shixian.casework.database import reading, transaction
from shixian.casework.store import SqlStore
from shixian.casework.verify import verify
from shixian.rules import proceedings
from shixian.rules.errors import CaseworkError, Conflict
from tests.casework.office import FACTS, HEAD, Office, at, day
from tests.lifecycles import BOOKS, GRANT


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def together(*pieces: Callable[[], Any]) -> list[Any]:
    """Run the pieces at once, all let go by one barrier; what each gave or raised."""
    barrier = threading.Barrier(len(pieces))
    results: list[Any] = [None] * len(pieces)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = pieces[number]()
        except BaseException as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(pieces))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_people_submit_at_once_and_one_sees_that_it_is_done(office: Office) -> None:
    ref = office.open().ref
    done = together(*[lambda: office.act(ref, "filing", "submit", "unit", "2021-01-05T09:00")] * 2)
    refusals = [decided.refusal.code if decided.refusal else None for decided in done]
    assert sorted(refusals, key=str) == [None, "not_open"]
    kinds = [e.kind for e in office.view(ref).events]
    assert kinds.count("act_recorded") == 1 and kinds.count("refused") == 1
    assert verify(office.engine).problems == ()


def test_an_award_decided_twice_at_once_owes_once(office: Office) -> None:
    ref = office.awarded()
    other = office.open(facts={**FACTS, "field": "声学"}).ref
    office.act(other, "filing", "submit", "unit", "2021-01-05T09:00")
    office.act(other, "publicity", "publish", "office", "2021-01-06T09:00")

    def approve() -> Any:
        return office.act(other, "award", "approve", "office", "2021-01-20T09:00", {"granted": "1万元"}, person=HEAD)

    assert sum(decided.refusal is None for decided in together(approve, approve, approve)) == 1
    assert len(office.view(other).obligations) == 2 == len(office.view(ref).obligations)
    assert verify(office.engine).problems == ()


def test_a_limit_holds_when_two_take_the_last_place_at_once(office: Office) -> None:
    first, second = office.open().ref, office.open().ref
    done = together(
        *[lambda r=r: office.act(r, "filing", "submit", "unit", "2021-01-05T09:00") for r in (first, second)]
    )
    codes = [decided.refusal.code if decided.refusal else None for decided in done]
    assert sorted(codes, key=str) == [None, "limit"]
    with reading(office.engine) as connection:
        claims = connection.execute(select(limit_claim.c.limit_key, limit_claim.c.scope, limit_claim.c.slot)).all()
    assert [tuple(claim) for claim in claims] == [("field_quota", "光学|2021", 0)]
    refused = next(e for r in (first, second) for e in office.view(r).events if e.kind == "refused")
    assert refused.clause == "第三条" and verify(office.engine).problems == ()


def test_references_are_not_given_twice(office: Office) -> None:
    opened = together(*[lambda: office.open()] * 4)
    assert sorted(one.ref for one in opened) == [f"LAB-G-2021-000{n}" for n in (1, 2, 3, 4)]


def test_one_intake_row_at_once_opens_one_case(office: Office) -> None:
    opened = together(*[lambda: office.open(imported_key="book#1")] * 3)
    assert len({one.ref for one in opened}) == 1 and sum(not one.already for one in opened) == 1


def test_two_ticks_at_once_lapse_once(office: Office) -> None:
    ref = office.open().ref
    moved = together(*[lambda: office.tick(ref, "2021-03-05")] * 2)
    assert sorted(bool(number) for number in moved) == [False, True]
    with reading(office.engine) as connection:
        assert len(connection.execute(select(effect_claim)).all()) == 1
    assert verify(office.engine).problems == ()


def test_a_save_on_a_state_that_has_moved_on_is_a_conflict(office: Office) -> None:
    ref = office.open().ref
    with pytest.raises(Conflict, match="其他人"), transaction(office.engine) as connection:
        store = SqlStore(connection, BOOKS, recorded_at=at("2021-03-05T09:00"))
        store.load(ref)
        connection.execute(update(case_file).values(number=case_file.c.number + 1))
        proceedings.tick(store, ref, day("2021-03-05"))
    assert office.view(ref).row["number"] == len(office.view(ref).events)


def test_an_effect_is_claimed_once_even_past_the_code(office: Office) -> None:
    ref = office.open().ref
    office.tick(ref, "2021-03-05")
    with reading(office.engine) as connection:
        row = dict(connection.execute(select(effect_claim)).mappings().one())
    row.pop("id")
    with pytest.raises(Conflict), transaction(office.engine) as connection:
        connection.execute(insert(effect_claim), row | {"seq": 99})


def test_a_lost_race_is_tried_three_times_and_then_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def lose(*_: Any) -> Any:
        tries.append(1)
        raise Conflict("其他人先到")

    monkeypatch.setattr(cases.proceedings, "act", lose)
    ref = office.open().ref
    with pytest.raises(Conflict):
        office.act(ref, "filing", "submit", "unit", "2021-01-05T09:00")
    assert len(tries) == work.ATTEMPTS == 3


def test_nothing_of_a_failed_act_remains(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = office.open().ref
    before = office.view(ref)

    def fail(store: SqlStore) -> None:
        raise CaseworkError("坏了")

    monkeypatch.setattr(cases, "_every_clock_has_its_row", fail)
    with pytest.raises(CaseworkError, match="坏了"):
        office.act(ref, "filing", "submit", "unit", "2021-01-05T09:00")
    assert office.view(ref) == before
    with reading(office.engine) as connection:
        assert len(connection.execute(select(event)).all()) == len(before.events)


def test_opening_says_what_it_is_pinned_to(office: Office) -> None:
    from shixian.rules.canonical import encoding

    row = office.view(office.open().ref).row
    assert (row["encoding"], row["regulation"]) == (encoding(GRANT), "试〔2020〕2号")
