"""Progress by number and code: shows the applicant's own next step, and tells nobody whether a number exists."""

from __future__ import annotations

from sqlalchemy import select

from models import look
from shixian.casework.database import reading
from shixian.casework.publicity.progress import progress_code, read_progress
from shixian.casework.staff.people import Role
from shixian.desk.config import DeskConfig
from tests.desk.conftest import ClientOf
from tests.desk.office import ASKING, Clock

FILING = "SH-MF-2021-9001"
DECIDED, GRADED = "SH-MF-2020-0002", "SH-A-2020-0002"


def test_the_code_opens_its_case_and_no_other(client_of: ClientOf, desk: DeskConfig) -> None:
    code = progress_code(desk.engine, FILING)
    assert code == progress_code(desk.engine, FILING) and len(code) == 14 and code != progress_code(desk.engine, ASKING)
    answer = client_of(None).post("/progress", data={"ref": FILING, "code": code})
    assert answer.status_code == 200 and "配套备案" in answer.text and "2021年5月31日" in answer.text
    assert "第八条" in answer.text
    for typed in (code.lower(), code.replace("-", ""), f" {code} "):
        assert read_progress(desk.engine, FILING, typed) is not None


def test_nothing_else_is_shown(client_of: ClientOf, desk: DeskConfig) -> None:
    text = client_of(None).post("/progress", data={"ref": FILING, "code": progress_code(desk.engine, FILING)}).text
    for hidden in ("12310104YL00000718", "（样例）逾期研究所", "officer", "经办（样例）"):
        assert hidden not in text


def test_what_is_asked_of_the_applicant_and_what_was_decided(client_of: ClientOf, desk: DeskConfig) -> None:
    found = read_progress(desk.engine, DECIDED, progress_code(desk.engine, DECIDED))
    assert found is not None and found.title == "国家科技重大专项资金配套"
    assert [(one.title, one.result, one.fen) for one in found.decisions] == [
        ("地方配套资金批复预算", "下达预算批复", 800000000),
        ("间接费用", "间接费用已核定", 34000000),
    ]
    graded = read_progress(desk.engine, GRADED, progress_code(desk.engine, GRADED))
    assert graded is not None and [(one.title, one.result) for one in graded.decisions] == [("授奖等级", "特等奖")]
    assert all(one.clause for one in found.decisions) and all(clause for _, clause in found.asks)
    assert all(one.binds != "office" for one in found.next_days), "an office's own clock is not the applicant's"


def test_a_wrong_code_and_an_unknown_number_are_one_answer(client_of: ClientOf, desk: DeskConfig) -> None:
    progress_code(desk.engine, FILING)
    browser = client_of(None)
    answers = [
        browser.post("/progress", data={"ref": ref, "code": code})
        for ref, code in ((FILING, "AAAA-BBBB-CCCC"), ("SH-MF-2021-8888", "AAAA-BBBB-CCCC"), (FILING, ""))
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text.replace("SH-MF-2021-8888", FILING) for one in answers}) == 1


def test_before_any_code_was_given_none_is_right(desk: DeskConfig) -> None:
    from shixian.casework.publicity.progress import code_of

    assert read_progress(desk.engine, FILING, code_of(b"none", FILING)) is None


def test_guessing_is_slowed_down(client_of: ClientOf, desk: DeskConfig, desk_clock: Clock) -> None:
    code = progress_code(desk.engine, FILING)
    browser = client_of(None)
    for _ in range(10):
        assert browser.post("/progress", data={"ref": FILING, "code": "X"}).status_code == 404
    assert browser.post("/progress", data={"ref": FILING, "code": code}).status_code == 429
    desk_clock.at("2021-06-10T10:16")
    assert browser.post("/progress", data={"ref": FILING, "code": code}).status_code == 200
    for _ in range(20):
        assert browser.post("/progress", data={"ref": FILING, "code": code}).status_code == 200
    assert client_of(Role.OFFICER).post("/sign-in", data={"account": "officer", "password": "x"}).status_code == 401


def test_the_office_has_the_code_shown_and_that_is_kept(client_of: ClientOf, desk: DeskConfig) -> None:
    code, officer = progress_code(desk.engine, FILING), client_of(Role.OFFICER)
    case = officer.get(f"/cases/{FILING}").text
    assert code not in case and f'action="/cases/{FILING}/progress-code"' in case
    answer = officer.post(f"/cases/{FILING}/progress-code")
    assert answer.status_code == 200 and code in answer.text
    with reading(desk.engine) as connection:
        last = connection.execute(select(look).order_by(look.c.id.desc())).first()
    assert last is not None and (last.person, last.what, last.subject) == ("officer", "case", f"{FILING} 查询码")
    assert client_of(None).post("/progress", data={"ref": FILING, "code": code}).status_code == 200
    auditor = client_of(Role.AUDITOR)
    assert "progress-code" not in auditor.get(f"/cases/{FILING}").text
    assert auditor.post(f"/cases/{FILING}/progress-code").status_code == 403
    assert officer.post("/cases/NO-1/progress-code").status_code == 404
