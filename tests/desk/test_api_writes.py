"""The API's writes: the same acts, the same refusals, and each done once however often it is sent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from models import METADATA, case_file, idempotent_reply
from shixian.casework.cases import record_act
from shixian.casework.database import reading
from shixian.casework.idempotency import STALE_MINUTES, KeyUsed, Reply, Slot, begin, finish, release
from shixian.casework.publicity.progress import progress_code
from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from shixian.rules.decide import Acted
from shixian.rules.periods import minutes_before
from tests.desk.api_house import caller, get, post
from tests.desk.office import LATE_FACTS, NOW, PEOPLE, Clock

AWARD = "SH-A-2021-0009"
OBJECTION = {
    "stage": "second_review_notice", "kind": "person", "name": "钱学友", "number": "11010519491231002X",
    "contact": "13812345678", "grounds": "主要完成人排序与论文署名不符。", "answers": {"own_rights": "否"},
    "papers": [{"document": "evidence", "name": "论文.pdf", "content": "JVBERi0xLjQ="}],
}  # fmt: skip
OPENING = {"lifecycle": "sh-matching-funds", "facts": {**LATE_FACTS, "national_approval": "2021-05-20"}}
DOCUMENTS = ["filing_application", "national_approval", "national_task_book", "budget_book"]


def opened(client: Any, **changes: Any) -> str:
    answer = post(client, "/cases", OPENING | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ref"])


def count(desk: DeskConfig, ref: str) -> int:
    return int(read_case(desk.engine, ref).row["number"])


def cases(desk: DeskConfig) -> int:
    with reading(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(case_file)) or 0


def test_a_case_is_opened_once_for_each_key(desk: DeskConfig) -> None:
    client = caller(desk, Role.OFFICER)
    before = cases(desk)
    first = post(client, "/cases", OPENING, key="k1")
    again = post(client, "/cases", OPENING, key="k1")
    assert first.status_code == again.status_code == 201 and first.content == again.content
    assert "idempotent-replayed" not in first.headers and again.headers["idempotent-replayed"] == "true"
    assert cases(desk) == before + 1
    other = post(client, "/cases", OPENING | {"origin": "别的"}, key="k1")
    assert other.status_code == 409 and "另一个请求" in other.json()["detail"] and cases(desk) == before + 1
    assert post(client, "/cases", OPENING, key="k2").json()["ref"] != first.json()["ref"]
    elsewhere = post(caller(desk, Role.OFFICER, name="second"), "/cases", OPENING, key="k1")
    assert elsewhere.status_code == 201 and elsewhere.json() != first.json(), "a key is its client's own"


def test_a_write_needs_a_key(desk: DeskConfig) -> None:
    client = caller(desk, Role.OFFICER)
    assert client.post("/api/v1/cases", json=OPENING).status_code == 422
    for key in ("x" * 201, "a b"):
        assert post(client, "/cases", OPENING, key=key).status_code == 422


def test_a_refused_opening_names_clause_and_what_to_do(desk: DeskConfig) -> None:
    client = caller(desk, Role.OFFICER)
    answer = post(client, "/cases", OPENING | {"day": "2015-01-01"})
    body = answer.json()
    assert answer.status_code == 422 and body["code"] == "not_in_force" and body["clause"] and body["remedy"]
    money = post(client, "/cases", OPENING | {"facts": {**LATE_FACTS, "matching_budget": 5000000}}).json()
    assert money["status"] == 422 and money["clause"], "a bare number is no amount"


def test_an_act_moves_the_case_and_a_refusal_says_which_rule(desk: DeskConfig) -> None:
    client = caller(desk, Role.OFFICER)
    ref = opened(client)
    empty = {"stage": "filing", "verb": "submit", "by": "undertaker"}
    refused = post(client, f"/cases/{ref}/acts", empty, key="r1")
    body = refused.json()
    assert refused.status_code == 422 and body["code"] in ("missing_document", "missing_input") and body["clause"]
    again = post(client, f"/cases/{ref}/acts", empty, key="r1")
    assert again.content == refused.content and again.headers["content-type"] == "application/problem+json"
    events = [one for one in read_case(desk.engine, ref).events if one.kind == "refused"]
    assert len(events) == 1 and events[0].person == "machine-officer", "refused once, recorded once"
    by_page = record_act(
        desk.engine, ref, Acted("filing", "submit", "undertaker", NOW), person=PEOPLE[Role.OFFICER], now=NOW
    )
    assert by_page.refusal is not None and (by_page.refusal.code, by_page.refusal.because) == (
        body["code"],
        body["detail"],
    )
    waived = post(client, f"/cases/{ref}/acts", {"stage": "filing", "verb": "waive", "by": "undertaker"}, key="w1")
    assert waived.status_code == 200 and waived.json()["status"] == "closed", waived.text
    number = count(desk, ref)
    assert (
        post(client, f"/cases/{ref}/acts", {"stage": "filing", "verb": "waive", "by": "undertaker"}, key="w1").json()
        == waived.json()
    )
    assert count(desk, ref) == number
    assert get(client, f"/cases/{ref}").json()["status"] == "closed" and verify(desk.engine).problems == ()


def test_the_role_decides_by_api_as_by_page(desk: DeskConfig) -> None:
    ref = opened(caller(desk, Role.OFFICER))
    act = {"stage": "filing", "verb": "waive", "by": "undertaker"}
    assert post(caller(desk, Role.SECTION_HEAD), f"/cases/{ref}/acts", act).status_code == 403
    assert post(caller(desk, Role.AUDITOR), f"/cases/{ref}/acts", act).status_code == 403
    assert post(caller(desk, Role.PUBLIC), f"/cases/{ref}/acts", act).status_code == 403
    stranger = caller(desk, Role.APPLICANT, name="stranger", party="91310115MA1K35XX11")
    assert post(stranger, f"/cases/{ref}/acts", act).status_code == 403, "another unit's case"


def test_on_the_last_minute_by_api_and_a_minute_late(desk: DeskConfig, desk_clock: Clock) -> None:
    client = caller(desk, Role.PUBLIC)
    desk_clock.at("2021-06-15T23:59")
    answer = post(client, f"/cases/{AWARD}/objections", OBJECTION)
    ref = f"{AWARD}/objection1"
    assert answer.status_code == 201 and answer.json() == {"ref": ref, "code": progress_code(desk.engine, ref)}
    desk_clock.at("2021-06-16T00:00")
    late = post(client, f"/cases/{AWARD}/objections", OBJECTION)
    body = late.json()
    assert (late.status_code, body["code"], body["clause"]) == (422, "late", "第四十三条") and body["remedy"]
    assert "13812345678" not in late.text


def test_an_objector_by_api_stands_nowhere_in_the_clear(desk: DeskConfig) -> None:
    client = caller(desk, Role.PUBLIC)
    first = post(client, f"/cases/{AWARD}/objections", OBJECTION, key="o1")
    assert post(client, f"/cases/{AWARD}/objections", OBJECTION, key="o1").content == first.content
    with reading(desk.engine) as connection:
        rows = "\n".join(
            repr(tuple(row))
            for name, table in METADATA.tables.items()
            if name != "sealing_key"
            for row in connection.execute(select(table))
        )
    assert not any(hidden in rows for hidden in ("钱学友", "11010519491231002X", "13812345678", "论文.pdf"))
    assert f"{AWARD}/objection2" not in rows and verify(desk.engine).problems == ()


def test_the_office_may_record_a_letter_received_in_time(desk: DeskConfig, desk_clock: Clock) -> None:
    desk_clock.at("2021-06-16T09:00")
    received = OBJECTION | {"at": "2021-06-15T16:30:00+08:00"}
    assert post(caller(desk, Role.PUBLIC), f"/cases/{AWARD}/objections", received).status_code == 422
    assert post(caller(desk, Role.OFFICER), f"/cases/{AWARD}/objections", received).status_code == 201


def test_what_cannot_be_right_gives_the_key_back(desk: DeskConfig) -> None:
    client = caller(desk, Role.PUBLIC)
    wrong = OBJECTION | {"grounds": "短"}
    assert post(client, f"/cases/{AWARD}/objections", wrong, key="again").status_code == 422
    assert post(client, f"/cases/{AWARD}/objections", OBJECTION, key="again").status_code == 201


def test_a_call_projects_deadlines_again(desk: DeskConfig) -> None:
    body = {"lifecycle": "sh-award", "cycle": 2024, "name": "notice_length", "value": "15日", "because": "年度通知"}
    assert post(caller(desk, Role.OFFICER), "/calls", body).status_code == 403
    assert post(caller(desk, Role.SECTION_HEAD), "/calls", body).json() == {"projected_again": 0}
    wrong = post(caller(desk, Role.SECTION_HEAD, name="h2"), "/calls", body | {"value": "很久"})
    assert wrong.status_code == 422


def test_batches_keep_their_people_apart(desk: DeskConfig) -> None:
    maker, checker = caller(desk, Role.FINANCE_MAKER), caller(desk, Role.FINANCE_CHECKER)
    refused = post(maker, "/batches", {"lifecycle": "sh-matching-funds-drawdown"})
    assert refused.status_code == 404 and "拨款" in refused.json()["detail"], "nothing was appropriated"
    assert post(checker, "/batches", {"lifecycle": "sh-matching-funds-drawdown"}).status_code == 403
    assert post(checker, "/batches/NO-1/approve", {"content": "0" * 64}).status_code == 404
    assert post(maker, "/batches/NO-1/release").status_code == 404
    assert post(maker, "/batches/NO-1/cancel", {"reason": "错"}).status_code == 404
    assert get(maker, "/batches/NO-1").status_code == 404 and get(maker, "/batches").json()["items"] == []


# -- the keys themselves -----------------------------------------------------------------------------------------------


def kept(desk: DeskConfig) -> list[tuple[str, int]]:
    with reading(desk.engine) as connection:
        return [(row.key, row.status) for row in connection.execute(select(idempotent_reply))]


def test_a_request_still_at_work_is_not_done_again(desk: DeskConfig) -> None:
    slot = begin(desk.engine, "c", "k", "POST /x\n1", now=NOW)
    assert isinstance(slot, Slot)
    with pytest.raises(KeyUsed, match="正在处理"):
        begin(desk.engine, "c", "k", "POST /x\n1", now=NOW)
    with pytest.raises(KeyUsed, match="另一个请求"):
        begin(desk.engine, "c", "k", "POST /x\n2", now=NOW)
    release(desk.engine, slot)
    assert kept(desk) == [] and isinstance(begin(desk.engine, "c", "k", "POST /x\n2", now=NOW), Slot)


def test_after_a_crash_the_key_is_taken_over_and_the_slow_first_writes_nothing(desk: DeskConfig) -> None:
    long_ago = minutes_before(NOW, STALE_MINUTES + 1)
    first = begin(desk.engine, "c", "k", "POST /x\n", now=long_ago)
    second = begin(desk.engine, "c", "k", "POST /x\n", now=NOW)
    assert isinstance(first, Slot) and isinstance(second, Slot)
    ref = "SH-MF-2021-9001"
    number = count(desk, ref)
    acted = Acted("filing", "waive", "undertaker", NOW)

    def slow(store: Any, decided: Any) -> None:
        finish(store.connection, first, Reply(200, "{}"))

    with pytest.raises(KeyUsed):
        record_act(desk.engine, ref, acted, person=PEOPLE[Role.OFFICER], now=NOW, also=slow)
    assert count(desk, ref) == number, "its write was undone with it"
    release(desk.engine, first)
    assert kept(desk) == [("k", 0)], "what another holds is not given back"

    def taken_over(store: Any, decided: Any) -> None:
        finish(store.connection, second, Reply(200, "{}"))

    record_act(desk.engine, ref, acted, person=PEOPLE[Role.OFFICER], now=NOW, also=taken_over)
    assert begin(desk.engine, "c", "k", "POST /x\n", now=NOW) == Reply(200, "{}") and count(desk, ref) > number


def test_a_crash_after_the_opening_does_not_open_another(desk: DeskConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    client = caller(desk, Role.OFFICER)
    before = cases(desk)

    def dies(*_: Any) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr("shixian.desk.api.once.finish", dies)
        patch.setattr("shixian.desk.api.once.release", lambda *_: None)  # a dead process gives nothing back
        with pytest.raises(RuntimeError, match="killed here"):
            post(client, "/cases", OPENING, key="crash")
    assert cases(desk) == before + 1 and kept(desk) == [("crash", 0)]
    assert post(client, "/cases", OPENING, key="crash").status_code == 409
    desk.now.instant = minutes_before(NOW, -STALE_MINUTES - 1)  # type: ignore[attr-defined]
    answer = post(client, "/cases", OPENING, key="crash")
    assert answer.status_code == 201 and cases(desk) == before + 1
