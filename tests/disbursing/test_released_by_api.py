"""A whole batch by API: proposed, approved and released by three clients; then paid by the release code, and only then.

The API authorises and sends nothing: the desk's process holds no key of the treasury. What it authorised is what the
flow `disburse-batch` and `shixian batch release` go on with, in the name of the client that released.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from shixian.casework.money import restored
from shixian.casework.staff.people import Role, find_person
from shixian.desk.config import DeskConfig
from shixian.rules.errors import BatchError, NotPermitted
from tests.casework.office import FACTS, Office
from tests.desk.api_house import caller, get, post
from tests.disbursing.bank import NOW, Bank, Payments
from tests.faults.world import LIFECYCLE, RELEASER, fill
from tests.lifecycles import BOOKS, UNIT_B


@pytest.fixture
def desk(database: Engine) -> DeskConfig:
    # Keys of payments are made of the first event's hash: this keeps one test's payments at the bank from another's.
    Office(database).open(facts={**FACTS, "unit_code": UNIT_B, "unit_name": "别单位", "field": uuid4().hex})
    fill(database, 3)
    return DeskConfig(database, books=BOOKS, now=lambda: NOW)


def proposed(desk: DeskConfig) -> tuple[Any, dict[str, Any]]:
    maker = caller(desk, Role.FINANCE_MAKER, name="api-maker")
    answer = post(maker, "/batches", {"lifecycle": LIFECYCLE, "as_of": "2021-03-01"}, key="propose-1")
    assert answer.status_code == 201, answer.text
    return maker, answer.json()


def approved(desk: DeskConfig) -> tuple[str, Any, Any]:
    """The batch's reference, and the clients that made it and approved it (above 100万元: two)."""
    maker, body = proposed(desk)
    for name in ("api-checker", "api-second"):
        checker = caller(desk, Role.FINANCE_CHECKER, name=name)
        answer = post(checker, f"/batches/{body['ref']}/approve", {"content": body["content"]})
    assert answer.json()["status"] == "approved", answer.text
    return body["ref"], maker, checker


def test_three_clients_and_then_the_release_code_pays(desk: DeskConfig, bank: Bank) -> None:
    maker, body = proposed(desk)
    ref = body["ref"]
    # Three awards of 30万元, each owed by the city and by the district: 180万元.
    assert (body["status"], body["count"], body["fen"], len(body["lines"])) == ("proposed", 6, 180_000_000, 6)
    again = post(maker, "/batches", {"lifecycle": LIFECYCLE, "as_of": "2021-03-01"}, key="propose-1")
    assert again.json() == body, "sent twice, proposed once"

    checker = caller(desk, Role.FINANCE_CHECKER, name="api-checker")
    assert post(maker, f"/batches/{ref}/approve", {"content": body["content"]}).status_code == 403
    changed = post(checker, f"/batches/{ref}/approve", {"content": "0" * 64})
    assert changed.status_code == 422 and changed.json()["clause"] == "批次冻结"
    releaser = caller(desk, Role.FINANCE_CHECKER, name="api-releaser")
    assert post(releaser, f"/batches/{ref}/release").status_code in (409, 422), "not approved yet"
    half = post(checker, f"/batches/{ref}/approve", {"content": body["content"]}).json()
    assert (half["status"], half["approvals_missing"]) == ("proposed", 1), "180万元 is above 100万元: two approve it"
    assert post(checker, f"/batches/{ref}/approve", {"content": body["content"]}).status_code == 403
    second = caller(desk, Role.FINANCE_CHECKER, name="api-second")
    assert post(second, f"/batches/{ref}/approve", {"content": body["content"]}).json()["status"] == "approved"

    for same in (maker, checker, second):
        refused = post(same, f"/batches/{ref}/release")
        assert refused.status_code == 403 and refused.json()["clause"], "other people, whatever their roles"
    payments = Payments(desk.engine, bank, ref)
    assert payments.attempts() == []
    before = bank.totals()
    first = post(releaser, f"/batches/{ref}/release", key="release-1")
    assert first.status_code == 200 and first.json()["status"] == "released"
    assert payments.statuses() == ["planned"] * 6 and bank.totals() == before, "authorised; nothing was sent"
    assert post(releaser, f"/batches/{ref}/release", key="release-1").content == first.content
    assert post(releaser, f"/batches/{ref}/release").status_code == 200 and len(payments.attempts()) == 6

    with pytest.raises(NotPermitted):
        payments.release(person=RELEASER)
    assert payments.times() == [0] * 6
    report = payments.release(person=find_person(desk.engine, "api-releaser"))
    assert report.complete and payments.statuses() == ["paid"] * 6 and payments.times() == [1] * 6
    done = get(maker, f"/batches/{ref}").json()
    assert (done["status"], done["releaser"], done["approved_by"]) == (
        "done",
        "api-releaser",
        ["api-checker", "api-second"],
    )
    assert {one["attempt_status"] for one in done["lines"]} == {"paid"}
    payments.sound()


def test_a_cancelled_batch_is_not_released(desk: DeskConfig, bank: Bank) -> None:
    ref, maker, _ = approved(desk)
    assert post(maker, f"/batches/{ref}/cancel", {"reason": "账户有误"}).json()["status"] == "cancelled"
    releaser = caller(desk, Role.FINANCE_CHECKER, name="api-releaser")
    assert post(releaser, f"/batches/{ref}/release").status_code in (409, 422)
    payments = Payments(desk.engine, bank, ref)
    with pytest.raises(BatchError):
        payments.release(person=find_person(desk.engine, "api-releaser"))
    assert payments.attempts() == []
    payments.sound()


def test_a_restored_database_releases_nothing_by_api_either(desk: DeskConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same door as the command line's: refused until the statements since the backup were compared."""
    ref, _, _ = approved(desk)
    releaser = caller(desk, Role.FINANCE_CHECKER, name="api-releaser")

    def not_compared(_: Any) -> None:
        raise BatchError("恢复后尚未逐日对账", clause="恢复", remedy="运行 shixian reconcile")

    with monkeypatch.context() as patch:
        patch.setattr(restored, "require_reconciled", not_compared)
        refused = post(releaser, f"/batches/{ref}/release")
    assert refused.status_code == 422 and "逐日对账" in refused.json()["detail"]
    assert get(releaser, f"/batches/{ref}").json()["status"] == "approved"
    assert post(releaser, f"/batches/{ref}/release").json()["status"] == "released"
