"""Objections by the public: real names, sealed; in the window to its last minute, refused with the clause after it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from models import METADATA, case_file, idempotent_reply
from shixian.casework.database import reading
from shixian.casework.publicity.identity import erase_identity, look_at_identity
from shixian.casework.publicity.progress import progress_code
from shixian.casework.publicity.public_objections import ObjectionInvalid, checked, read_paper
from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from shixian.rules.errors import NotFound
from tests.desk.conftest import ClientOf
from tests.desk.office import NOW, PEOPLE, Clock

AWARD, STAGE = "SH-A-2021-0009", "second_review_notice"  # its window ends on 15 June 2021 at 24:00
INCUBATOR = "SH-IR-2021-0001"
FORM = f"/objections/{AWARD}/{STAGE}"
NAME, NUMBER, CONTACT = "钱学友", "11010519491231002X", "13812345678"
GROUNDS = "主要完成人排序与论文署名不符，见所附论文首页。"
TYPED = {"kind": "person", "name": NAME, "number": NUMBER, "contact": CONTACT, "grounds": GROUNDS}
TYPED |= {"answer_own_rights": "否", "token": "a" * 32}
PAPERS = [
    ("paper_identity_proof", ("钱学友身份证.jpg", b"picture of a card", "image/jpeg")),
    ("paper_evidence", ("论文首页.pdf", b"%PDF-1.4 first page", "application/pdf")),
]


def post(browser: TestClient, path: str = FORM, **changes: str) -> Any:
    return browser.post(path, data=TYPED | changes, files=PAPERS)


def everything(desk: DeskConfig) -> str:
    with reading(desk.engine) as connection:
        return "\n".join(
            repr(tuple(row))
            for name, table in METADATA.tables.items()
            if name != "sealing_key"
            for row in connection.execute(select(table))
        )


def objections(desk: DeskConfig, ref: str = AWARD) -> list[str]:
    with reading(desk.engine) as connection:
        return list(connection.scalars(select(case_file.c.ref).where(case_file.c.parent_ref == ref)))


def test_the_form_has_what_the_text_asks(client_of: ClientOf) -> None:
    text = client_of(None).get(FORM).text
    for said in ("真实姓名", "身份证", "书面异议", "必要的证据材料", "涉及异议者自身权益主张", "第四十三条", "24:00"):
        assert said in text
    assert "匿名" not in text and "冒名" not in text
    fields = re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', text)
    assert fields and all(f'<label for="{field}"' in text for field in fields)


def test_on_the_last_minute_it_is_taken(client_of: ClientOf, desk: DeskConfig, desk_clock: Clock) -> None:
    desk_clock.at("2021-06-15T23:59")
    answer = post(client_of(None))
    assert answer.status_code == 201
    ref = f"{AWARD}/objection1"
    code = progress_code(desk.engine, ref)
    assert ref in answer.text and code in answer.text and NAME not in answer.text
    view = read_case(desk.engine, ref)
    assert view.facts["identity"] == "real_name" and view.facts["has_evidence"] == "是"
    assert view.facts["has_written_objection"] == "是", "the typed grounds are the written objection"
    assert [row["document"] for row in view.documents] == ["written_objection", "identity_proof", "evidence"]


def test_a_minute_late_it_is_refused_with_the_clause_and_recorded(
    client_of: ClientOf, desk: DeskConfig, desk_clock: Clock
) -> None:
    desk_clock.at("2021-06-16T00:00")
    answer = post(client_of(None))
    assert answer.status_code == 422
    assert "不予受理" in answer.text and "第四十三条" in answer.text and "2021-06-15" in answer.text
    assert GROUNDS in answer.text, "what was typed is not lost"
    refused = [one for one in read_case(desk.engine, AWARD).events if one.kind == "refused"]
    assert (refused[-1].data["code"], refused[-1].clause) == ("late", "第四十三条")
    assert objections(desk) == [] and NAME not in everything(desk) and verify(desk.engine).problems == ()


def test_who_objects_stands_nowhere_in_the_clear(client_of: ClientOf, desk: DeskConfig, tmp_path: Path) -> None:
    grounds = f"{GROUNDS}我是{NAME}，身份证{NUMBER}，请打{CONTACT}。"
    assert post(client_of(None), grounds=grounds).status_code == 201
    rows = everything(desk)
    for hidden in (NAME, NUMBER, CONTACT, "picture of a card", "论文首页.pdf", "身份证.jpg"):
        assert hidden not in rows, hidden
    with desk.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    content = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    assert content and not any(hidden.encode() in content for hidden in (NAME, NUMBER, CONTACT))
    assert verify(desk.engine).problems == ()


def test_the_handler_reads_identity_and_papers_and_each_look_is_an_event(client_of: ClientOf, desk: DeskConfig) -> None:
    post(client_of(None))
    ref = f"{AWARD}/objection1"
    given: dict[str, Any] = {"reason": "核实身份", "person": PEOPLE[Role.OFFICER], "now": NOW}
    seen = look_at_identity(desk.engine, ref, **given)
    assert seen["objector_name"] == NAME and NUMBER in seen["account"] and CONTACT in seen["account"]
    digest = next(row["sha256"] for row in read_case(desk.engine, ref).documents if row["document"] == "evidence")
    paper = read_paper(desk.engine, ref, digest, **given)
    assert (paper.name, paper.content) == ("论文首页.pdf", b"%PDF-1.4 first page")
    assert [one.kind for one in read_case(desk.engine, ref).events[-2:]] == ["identity_viewed"] * 2
    path = f"/objection-papers/{ref}/{digest}"
    officer = client_of(Role.OFFICER)
    assert officer.get(path).status_code == 200
    answer = officer.post(path, data={"reason": "核对证据"})
    assert answer.content == b"%PDF-1.4 first page" and answer.headers["content-disposition"].startswith("attachment")
    assert officer.post(path, data={"reason": " "}).status_code == 422
    assert client_of(Role.AUDITOR).post(path, data={"reason": "看看"}).status_code == 403
    assert client_of(None).post(path, data={"reason": "看看"}).status_code == 303
    erase_identity(desk.engine, ref, reason="依申请删除", person=PEOPLE[Role.SECURITY_ADMIN], now=NOW)
    with pytest.raises(NotFound):
        read_paper(desk.engine, ref, digest, **given)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "110105194912310021"}, "number"),  # a wrong check digit
        ({"number": "11010519491331002X"}, "number"),  # a thirteenth month
        ({"number": ""}, "number"),
        ({"kind": "unit"}, "number"),  # a person's number is no unit's code
        ({"kind": "alien"}, "kind"),
        ({"name": "x"}, "name"),
        ({"name": "张三123"}, "name"),
        ({"contact": "找我"}, "contact"),
        ({"grounds": "短"}, "grounds"),
        ({"grounds": "长" * 2001}, "grounds"),
    ],
)
def test_what_cannot_be_right_is_not_taken(
    client_of: ClientOf, desk: DeskConfig, changes: dict[str, str], field: str
) -> None:
    before = read_case(desk.engine, AWARD).row["number"]
    answer = post(client_of(None), **changes)
    assert answer.status_code == 422 and f'id="wrong-{field}"' in answer.text and "第四十三条" in answer.text
    assert read_case(desk.engine, AWARD).row["number"] == before and objections(desk) == []


def test_a_unit_objects_by_its_code(client_of: ClientOf, desk: DeskConfig) -> None:
    answer = post(client_of(None), kind="unit", name="乙研究所", number="12310104YL00000718", contact="a@b.example")
    assert answer.status_code == 201 and objections(desk) == [f"{AWARD}/objection1"]
    with pytest.raises(ObjectionInvalid):
        checked("unit", "乙研究所", "12310104YL00000719", "a@b.example", clause="第一条")


def test_the_case_page_leads_to_the_sealed_papers_and_not_to_their_ciphertext(
    client_of: ClientOf, desk: DeskConfig
) -> None:
    post(client_of(None))
    ref = f"{AWARD}/objection1"
    digests = [row["sha256"] for row in read_case(desk.engine, ref).documents]
    officer, auditor = client_of(Role.OFFICER), client_of(Role.AUDITOR)
    text = officer.get(f"/cases/{ref}").text
    assert len(digests) == 3 and f"/cases/{ref}/documents/" not in text
    for digest in digests:
        path = f"/objection-papers/{ref}/{digest}"
        assert f'href="{path}"' in text and officer.get(path).status_code == 200
        old = officer.get(f"/cases/{ref}/documents/{digest}")
        assert (old.status_code, old.headers["location"]) == (303, path)
    # Nothing else offers them: not the case objected to, its notice, the lists, the record or the sheets of paper.
    for who, path in (
        (officer, f"/cases/{AWARD}"),
        (officer, "/worklist?tab=all"),
        (officer, f"/cases/{AWARD}/print/notice/{STAGE}"),
        (auditor, f"/audit?case={ref}"),
        (client_of(None), f"/notices/{AWARD}/{STAGE}"),
    ):
        answer = who.get(path)
        assert answer.status_code == 200 and not any(digest in answer.text for digest in digests), path
    seen = auditor.get(f"/cases/{ref}").text
    assert "/objection-papers/" not in seen and "封存，只向承办人开启" in seen
    assert auditor.get(f"/objection-papers/{ref}/{digests[0]}").status_code == 403


def test_where_the_grounds_are_a_fact_they_are_recorded_as_one(client_of: ClientOf, desk: DeskConfig) -> None:
    answer = post(client_of(None), f"/objections/{INCUBATOR}/notice")
    assert answer.status_code == 201
    view = read_case(desk.engine, f"{INCUBATOR}/objection1")
    assert view.facts["objection_ground"] == GROUNDS and view.facts["objector"] == "（已封存）"


def test_the_same_form_twice_is_one_objection(client_of: ClientOf, desk: DeskConfig) -> None:
    browser = client_of(None)
    first, second = post(browser), post(browser)
    assert (first.status_code, second.status_code) == (201, 201) and objections(desk) == [f"{AWARD}/objection1"]
    assert post(browser, grounds=GROUNDS + "另有补充。").status_code == 409
    assert post(browser, token="b" * 32).status_code == 201 and len(objections(desk)) == 2
    with reading(desk.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(idempotent_reply)) == 2


def test_one_address_has_to_wait_after_ten(client_of: ClientOf, desk: DeskConfig, desk_clock: Clock) -> None:
    browser = client_of(None)
    for number in range(10):
        assert post(browser, name="", token=f"{number:032}").status_code == 422
    answer = post(browser, token="c" * 32)
    assert answer.status_code == 429 and "60 分钟" in answer.text
    desk_clock.at("2021-06-10T11:01")
    assert post(browser, token="c" * 32).status_code == 201


def test_another_site_cannot_file_one(client_of: ClientOf, desk: DeskConfig) -> None:
    browser = client_of(None)
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert browser.post(FORM, data=TYPED, headers=headers).status_code == 403
    assert objections(desk) == []


def test_a_file_that_is_too_large_or_empty_is_refused(client_of: ClientOf, desk: DeskConfig) -> None:
    small = DeskConfig(desk.engine, now=desk.now, upload_limit=1000)
    from tests.desk.office import client_for

    browser = client_for(small, None)
    large = [("paper_evidence", ("a.bin", b"x" * 1500, "application/pdf"))]
    assert browser.post(FORM, data=TYPED, files=large).status_code in (413, 422)
    huge = [("paper_evidence", ("a.bin", b"x" * 5000, "application/pdf"))]
    assert browser.post(FORM, data=TYPED, files=huge).status_code == 413
    assert post(client_of(None), token="d" * 32).status_code == 201
    empty = [("paper_evidence", ("a.bin", b"", "application/pdf"))]
    assert client_of(None).post(FORM, data=TYPED | {"token": "e" * 32}, files=empty).status_code == 422


def test_a_closed_case_and_a_notice_that_is_not_there(client_of: ClientOf, desk: DeskConfig) -> None:
    assert post(client_of(None), "/objections/SH-A-2021-9002/second_review_notice").status_code == 404
    assert client_of(None).get("/objections/NO-1/notice").status_code == 404
