"""Scope: an account of one province can neither list, read, act on, download from nor bulk-act on a case of another,
by page or by program. Each refusal is met by its twin: an account of the case's own province is let in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shixian.casework.bulk_acts import WOULD, WRONG, do_acts, try_acts
from shixian.casework.cases import open_case, record_act
from shixian.casework.cohorts import rank
from shixian.casework.database import transaction
from shixian.casework.encodings import make_erratum
from shixian.casework.publicity.identity import look_at_identity
from shixian.casework.staff.people import Person, Role, find_person, put_person
from shixian.casework.uploads import store_upload
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from shixian.display.lists import recorded
from shixian.rules.canonical import encoding
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError, NotPermitted
from shixian.rules.periods import legal_day
from shixian.scenarios.reader import read
from tests.desk.api_house import caller, get, post
from tests.desk.conftest import ClientOf
from tests.desk.office import LATE_FACTS, NOW, PEOPLE, ROOT

KEY, REF, OFFICE_ROLES = "ah-nsf-application", "AH-NSF-2021-9001", frozenset({Role.OFFICER, Role.SECTION_HEAD})
OUTSIDE = "不在“沪经办”的办理范围内（shanghai）"


@pytest.fixture
def anhui(desk: DeskConfig) -> str:
    """An Anhui case that has been submitted with a file; gives the file's hash. And two accounts with office roles."""
    people = {"shanghai": "沪经办", "anhui": "皖经办"}
    with transaction(desk.engine) as connection:
        for province, name in people.items():
            put_person(connection, Person(province, name, OFFICE_ROLES, provinces=frozenset({province})))
    (case,) = read(next((ROOT / "tests/scenarios" / KEY).glob("article-13-credit.yaml")), desk.books.lifecycles).cases
    officer: dict[str, Any] = {"person": PEOPLE[Role.OFFICER], "now": NOW}
    opened = open_case(desk.engine, KEY, case.facts, day=legal_day(NOW), ref=REF, **officer)
    assert opened.refusal is None, opened.refusal
    file = store_upload(desk.engine, "申请书.pdf", b"%PDF-1.4", media_type="application/pdf", limit=1000, **officer)
    document = {"document": "application_form", "name": file.name, "sha256": file.sha256, "size": str(file.size)}
    acted = Acted("application", "submit", "applicant", NOW, {}, (document,))
    assert record_act(desk.engine, REF, acted, **officer).refusal is None
    return file.sha256


def test_by_page(desk: DeskConfig, client_of: ClientOf, anhui: str) -> None:
    shanghai, own = client_of("shanghai"), client_of("anhui")
    lists = ("/worklist?tab=all", f"/worklist?tab=all&programme={KEY}", f"/worklist?tab=all&q={REF}")
    for path in (*lists, "/worklist/export.csv?tab=all"):
        assert f"/cases/{REF}" not in shanghai.get(path).text and f"{REF}," not in shanghai.get(path).text
        assert REF in own.get(path).text
    assert f'href="/cycles/{KEY}/' not in shanghai.get("/cycles").text and KEY in own.get("/cycles").text
    pages = (
        f"/cases/{REF}",
        f"/cases/{REF}?as_of=2021-06-10",
        f"/cases/{REF}/documents/{anhui}",
        f"/cases/{REF}/act/host_check/recommend",
        f"/cases/{REF}/identity",
        f"/cycles/{KEY}/2021",
        f"/open/{KEY}",
    )
    for path in pages:
        refused = shanghai.get(path)
        assert refused.status_code == 403 and OUTSIDE in refused.text, path
        assert "申请人A" not in refused.text and "量子材料" not in refused.text
        assert own.get(path).status_code == 200, path
    assert shanghai.get(f"/cases/{REF}/print/notice/acceptance_publicity").status_code == 403
    assert shanghai.get(f"/cases/{REF}/print/decision/grant").status_code == 403


def test_acts_by_page(desk: DeskConfig, client_of: ClientOf, anhui: str) -> None:
    shanghai, before = client_of("shanghai"), len(read_case(desk.engine, REF).events)
    form = {"seen": str(before), "by": "host", "day": "2021-06-10", "time": "10:00"}
    refused = shanghai.post(f"/cases/{REF}/act/host_check/recommend", data=form)
    assert refused.status_code == 403 and OUTSIDE in refused.text
    refused = shanghai.post("/worklist/assign", data={"ref": REF, "do": "take"})
    assert refused.status_code == 403
    assert shanghai.post(f"/open/{KEY}", data={"day": "2021-06-10"}).status_code in (403, 422)
    chosen = shanghai.post("/bulk", data={"ref": REF})
    assert chosen.status_code == 200 and f'value="{REF}" checked' not in chosen.text and "申请人A" not in chosen.text
    act = f"{KEY}|host_check|recommend"
    assert f'value="{act}"' in client_of("anhui").post("/bulk", data={"ref": REF}).text
    for step in ("", "try", "do"):
        refused = shanghai.post("/bulk", data={"ref": REF, "act": act, "step": step, **form})
        assert refused.status_code == 403 and OUTSIDE in refused.text
    assert len(read_case(desk.engine, REF).events) == before
    done = client_of("anhui").post(f"/cases/{REF}/act/host_check/recommend", data=form)
    assert done.status_code == 303, done.text[-3000:]


def test_by_program(desk: DeskConfig, anhui: str) -> None:
    roles = (Role.OFFICER, Role.SECTION_HEAD)
    shanghai = caller(desk, *roles, name="sh-machine", provinces=frozenset({"shanghai"}))
    own = caller(desk, *roles, name="ah-machine", provinces=frozenset({"anhui"}))
    for client, seen in ((shanghai, False), (own, True)):
        listed = get(client, "/cases", lifecycle=KEY).json()["items"]
        assert [one["ref"] for one in listed] == ([REF] if seen else [])
        every = {one["lifecycle"] for one in get(client, "/cases", limit=200).json()["items"]}
        assert all(one.startswith("ah-") == seen for one in every) and every
        for part in ("", "/events", "/deadlines", "/decisions", "/obligations"):
            answer = get(client, f"/cases/{REF}{part}")
            assert answer.status_code == (200 if seen else 403), part
            assert ("申请人A" in answer.text) <= seen
    before = len(read_case(desk.engine, REF).events)
    act = {"stage": "host_check", "verb": "recommend", "by": "host"}
    writes: tuple[tuple[str, dict[str, Any]], ...] = (
        (f"/cases/{REF}/acts", act),
        (f"/cases/{REF}/objections", {"stage": "acceptance_publicity", "kind": "person", "name": "钱", "number": "1",
                                      "contact": "1", "grounds": "x", "answers": {}, "papers": []}),
        ("/cases", {"lifecycle": KEY, "facts": {"applicant": "乙"}}),
        ("/calls", {"lifecycle": KEY, "cycle": 2021, "name": "x", "value": "1", "because": "x"}),
    )  # fmt: skip
    for path, body in writes:
        refused = post(shanghai, path, body)
        assert refused.status_code == 403 and "办理范围" in refused.json()["detail"], (path, refused.text)
    events = read_case(desk.engine, REF).events
    assert [one.kind for one in events[before:]] == ["refused"]  # the try to act is on the record, and nothing else
    assert post(own, f"/cases/{REF}/acts", act).status_code == 200


def test_by_the_functions_that_change_cases(desk: DeskConfig, anhui: str) -> None:
    engine, books = desk.engine, desk.books
    shanghai, own = find_person(engine, "shanghai"), find_person(engine, "anhui")
    acted = Acted("host_check", "recommend", "host", NOW)
    (item,) = try_acts(engine, [REF], acted, person=shanghai, books=books)
    assert item.status == WRONG and OUTSIDE in item.message
    (item,) = try_acts(engine, [REF], acted, person=own, books=books)
    assert item.status == WOULD
    seen = len(read_case(engine, REF).events)
    (item,) = do_acts(engine, {REF: seen}, acted, person=shanghai, now=NOW, books=books)
    assert item.status == WRONG and OUTSIDE in item.message

    def refused(work: Callable[[Person], object]) -> None:
        with pytest.raises(NotPermitted, match="办理范围"):
            work(shanghai)
        try:
            work(own)
        except NotPermitted as error:  # pragma: no cover - the twin
            pytest.fail(str(error))
        except CaseworkError:
            pass  # let in, and told something else

    current = encoding(books.lifecycle(KEY))
    refused(lambda who: make_erratum(engine, KEY, current, who=who, why="样例", now=NOW, books=books))
    cohort = next(stage.key for stage in books.lifecycle("zj-complex-annual").stages if stage.cohort is not None)
    zhejiang: dict[str, Any] = {"by": "province_st", "day": legal_day(NOW), "now": NOW, "dry_run": True, "books": books}
    with pytest.raises(NotPermitted, match="办理范围"):
        rank(engine, "zj-complex-annual", cohort, 2021, person=own, **zhejiang)
    rank(engine, "zj-complex-annual", cohort, 2021, person=PEOPLE[Role.SECTION_HEAD], **zhejiang)
    with pytest.raises(NotPermitted, match="办理范围"):
        look_at_identity(engine, REF, reason="样例", person=shanghai, now=NOW, books=books)


def test_ones_own_list_keeps_to_the_scope_of_today(desk: DeskConfig) -> None:
    """Who opened a case and is moved to another province no longer sees it, not even among what he opened."""
    engine, clerk = desk.engine, Person("moved", "调岗", frozenset({Role.OFFICER}))
    facts = LATE_FACTS | {"national_approval": "2021-06-01"}
    with transaction(engine) as connection:
        put_person(connection, clerk)
    opened = open_case(engine, "sh-matching-funds", facts, day=legal_day(NOW), person=clerk, now=NOW)
    rows, total, _ = recorded(engine, clerk, "case_opened", page=1, books=desk.books)
    assert ([row.ref for row in rows], total) == ([opened.ref], 1)
    moved = Person("moved", "调岗", frozenset({Role.OFFICER}), provinces=frozenset({"anhui"}))
    assert recorded(engine, moved, "case_opened", page=1, books=desk.books)[:2] == ([], 0)
