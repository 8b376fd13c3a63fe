"""Acts by form: an officer and a head take a case from its opening to the approval; errors, refusals, double clicks."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from models import case_file, event, upload
from shixian.casework.database import reading, transaction
from shixian.casework.staff.people import Person, Role, put_person
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from tests.desk.conftest import ClientOf
from tests.desk.forms import fill_in, form_on
from tests.desk.office import OVERDUE, UNDECIDED, Clock

UNIT = {"fact.unit_name": "（样例）上海浦江新药研究院", "fact.unit_code": "12310115YL00000123"}
PAPER = ("guide", "approval", "contract", "budget_book", "budget_review_report")
PDF = ("预算书.pdf", b"%PDF-1.4 budget", "application/pdf")


def _opened(client, day: str = "2021-06-10") -> str:
    facts = {**UNIT, "fact.national_approval": "2021-06-01", "fact.project_name": "（样例）新药创制专项"}
    done = fill_in(client, "/open/sh-matching-funds", {**facts, "day": day})
    assert done.status_code == 303, done.text[:3000]
    return done.headers["location"].removeprefix("/cases/").partition("?")[0]


def _paper(*keys: str) -> dict[str, str]:
    return {f"paper.{key}": "on" for key in keys}


def test_from_filing_to_approval(client_of: ClientOf, desk_clock: Clock, desk: DeskConfig) -> None:
    """The main test: every act by its page, in the order of the regulation, with uploads, amounts and one decision."""
    officer, head = client_of(Role.OFFICER), client_of(Role.SECTION_HEAD)
    ref = _opened(officer)
    page = officer.get(f"/cases/{ref}")
    assert "2021年8月2日" in page.text  # 2021-06-01 + 2 months is 1 August, a Sunday: the next working day
    assert "逢休息日" in page.text or "休息日" in page.text  # and the working says so

    def act(who, at: str, stage: str, verb: str, given: dict[str, str] | None = None, files=None):
        desk_clock.at(at)
        path = f"/cases/{ref}/act/{stage}/{verb}"
        # A session does not live for months: each act is on a day of its own.
        from shixian.desk.sessions import COOKIE, open_session

        key = "officer" if who is officer else "section_head"
        who.cookies.set(COOKIE, open_session(desk.engine, key, address="test", now=desk_clock()))
        done = fill_in(who, path, given or {}, files=files)
        assert done.status_code == 303, (path, done.status_code, done.text[-6000:])
        return who.get(done.headers["location"])

    filed = act(
        officer,
        "2021-06-15T10:00",
        "filing",
        "submit",
        {"fact.matching_budget": "820", "unit.matching_budget": "万元", **_paper(*PAPER[:3], PAPER[4])},
        {"file.budget_book": PDF},
    )
    for words in ("刚才记录", "形式审查", "8,200,000.00元"):
        assert words in filed.text, words
    conditions = ("contract_signed", "contract_states_task", "budgets_stated", "materials_sealed", "unit_in_shanghai")
    act(
        officer,
        "2021-06-18T09:30",
        "formal_check",
        "pass",
        {"fact.role": "lead", **{f"fact.{name}": "是" for name in conditions}},
    )
    act(
        officer,
        "2021-07-05T14:00",
        "budget_assessment",
        "submit",
        {"fact.assessed_budget": "800", "unit.assessed_budget": "万元", **_paper("assessment_report")},
    )
    act(
        officer,
        "2021-07-08T16:20",
        "budget_revision_and_confirmation",
        "revise",
        {"fact.revised_budget": "800", "unit.revised_budget": "万元"},
    )
    act(officer, "2021-07-09T10:00", "budget_revision_and_confirmation", "confirm")
    act(officer, "2021-07-14T11:00", "budget_recheck", "issue_opinion", _paper("recheck_opinion"))
    act(officer, "2021-07-16T09:40", "budget_recheck", "report", _paper("revised_budget_book", "assessment_report"))

    # The officer may not approve, and is told who may; the head may not yet, for nobody has requested the meeting.
    before = head.get(f"/cases/{ref}/act/review_meeting/approve")
    assert before.status_code == 303 or "市责任部门已提请召开审核会" in before.text
    act(
        officer,
        "2021-08-02T09:00",
        "review_meeting",
        "request",
        _paper("application_materials", "assessment_report", "recheck_opinion", "matching_proposal"),
    )
    shown = officer.get(f"/cases/{ref}")
    assert "无权作出审批" in shown.text and "谁能处理：审批（" in re.sub(r"<[^>]+>", "", shown.text)

    # Above the ceiling: refused with its clause, recorded, and the form keeps what was typed.
    desk_clock.at("2021-08-10T14:00")
    too_much = {
        "fact.approved_budget": "900",
        "unit.approved_budget": "万元",
        "fact.central_budget_in_shanghai": "1600",
        "unit.central_budget_in_shanghai": "万元",
        **_paper("minutes"),
    }
    from shixian.desk.sessions import COOKIE, open_session

    head.cookies.set(COOKIE, open_session(desk.engine, "section_head", address="test", now=desk_clock()))
    refused = fill_in(head, f"/cases/{ref}/act/review_meeting/approve", too_much)
    assert refused.status_code == 422
    assert "超过上限" in refused.text and "第十一条" in refused.text and 'value="900"' in refused.text
    assert "这一拒绝已记录" in refused.text
    approved = act(
        head,
        "2021-08-10T15:00",
        "review_meeting",
        "approve",
        {
            "fact.approved_budget": "800",
            "unit.approved_budget": "万元",
            "fact.central_budget_in_shanghai": "1600",
            "unit.central_budget_in_shanghai": "万元",
            **_paper("minutes"),
        },
    )
    assert "地方配套资金批复预算" in approved.text and "8,000,000.00元（800万元）" in approved.text
    view = read_case(desk.engine, ref)
    assert [row["fen"] for row in view.decisions] == [800_000_000]
    assert any(one.kind == "refused" and one.data["code"] == "over_ceiling" for one in view.events)
    assert {one.person for one in view.events if one.kind == "act_recorded"} == {"officer", "section_head"}
    book = next(row for row in view.documents if row["document"] == "budget_book")
    sheet = head.get(f"/cases/{ref}/print/decision/matching_budget")
    assert sheet.status_code == 200 and "金额构成" in sheet.text

    # The file comes back as it was, as a download that no browser shows.
    file = head.get(f"/cases/{ref}/documents/{book['sha256']}")
    assert file.content == PDF[1] and file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert head.get(f"/cases/{OVERDUE}/documents/{book['sha256']}").status_code == 404  # only through its own case


def test_sent_twice_is_done_once(client_of: ClientOf, desk: DeskConfig) -> None:
    officer = client_of(Role.OFFICER)
    ref = _opened(officer)
    path = f"/cases/{ref}/act/filing/submit"
    data = {
        **form_on(officer.get(path)),
        "fact.matching_budget": "820",
        "unit.matching_budget": "万元",
        **_paper(*PAPER),
    }
    assert officer.post(path, data=data).status_code == 303
    number = read_case(desk.engine, ref).row["number"]
    again = officer.post(path, data=data)
    assert again.status_code == 409 and "改动了，请重看" in again.text
    assert read_case(desk.engine, ref).row["number"] == number
    # A form opened before somebody else's act is stale as well; what was typed is kept.
    assert 'value="820"' in again.text


def test_the_same_opening_opens_one_case(client_of: ClientOf, desk: DeskConfig) -> None:
    officer = client_of(Role.OFFICER)
    path = "/open/sh-matching-funds"
    data = {**form_on(officer.get(path)), **UNIT, "fact.national_approval": "2021-06-01"}
    first, second = officer.post(path, data=data), officer.post(path, data=data)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]


def test_what_cannot_be_read_is_told_beside_its_field_and_is_no_refusal(client_of: ClientOf, desk: DeskConfig) -> None:
    officer = client_of(Role.OFFICER)
    ref = _opened(officer)
    number = read_case(desk.engine, ref).row["number"]
    wrong = {"fact.matching_budget": "八百万", **_paper(*PAPER)}
    shown = fill_in(
        officer, f"/cases/{ref}/act/filing/submit", wrong, files={"file.guide": ("a.pdf", b"x", "application/pdf")}
    )
    assert shown.status_code == 422 and "八百万" in shown.text and "尚未提交" in shown.text
    assert "已上传：a.pdf" in shown.text  # the file need not be chosen again
    assert read_case(desk.engine, ref).row["number"] == number
    kept = form_on(shown)
    assert kept["kept.guide"]
    done = officer.post(
        f"/cases/{ref}/act/filing/submit", data={**kept, "fact.matching_budget": "820", "unit.matching_budget": "万元"}
    )
    assert done.status_code == 303, done.text[-3000:]
    guide = next(row for row in read_case(desk.engine, ref).documents if row["document"] == "guide")
    assert guide["sha256"] == kept["kept.guide"] and guide["size"] == 1


def test_a_file_above_the_limit_is_refused(client_of: ClientOf, desk: DeskConfig) -> None:
    from dataclasses import replace

    from tests.desk.office import client_for

    small = client_for(replace(desk, upload_limit=100), Role.OFFICER)
    ref = _opened(small)
    path = f"/cases/{ref}/act/filing/submit"
    shown = fill_in(
        small,
        path,
        {"fact.matching_budget": "820", "unit.matching_budget": "万元"},
        files={"file.guide": ("a.pdf", b"x" * 101)},
    )
    assert shown.status_code == 422 and "超过" in shown.text
    huge = small.post(path, data={"seen": "1"}, files={"file.guide": ("b", b"x" * 3_000_000)})
    assert huge.status_code == 413
    with reading(desk.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(upload)) == 0


def test_a_missing_document_is_refused_by_the_law_and_recorded(client_of: ClientOf, desk: DeskConfig) -> None:
    officer = client_of(Role.OFFICER)
    ref = _opened(officer)
    shown = fill_in(
        officer,
        f"/cases/{ref}/act/filing/submit",
        {"fact.matching_budget": "820", "unit.matching_budget": "万元", **_paper(*PAPER[:4])},
    )
    assert shown.status_code == 422 and "财政部投资评审中心预算评审报告" in shown.text and "第八条" in shown.text
    last = read_case(desk.engine, ref).events[-1]
    assert last.kind == "refused" and last.data["code"] == "missing_document"


def test_an_act_of_the_future_is_refused(client_of: ClientOf) -> None:
    officer = client_of(Role.OFFICER)
    ref = _opened(officer)
    given = {
        "day": "2021-06-11",
        "time": "09:00",
        "fact.matching_budget": "820",
        "unit.matching_budget": "万元",
        **_paper(*PAPER),
    }
    shown = fill_in(officer, f"/cases/{ref}/act/filing/submit", given)
    assert shown.status_code == 422 and "晚于记录时间" in shown.text


def test_a_fact_is_found_out_and_corrected_with_a_reason(client_of: ClientOf, desk: DeskConfig) -> None:
    officer = client_of(Role.OFFICER)
    done = fill_in(officer, "/open/sh-matching-funds", {**UNIT, "fact.national_approval": "2021-06-01"})
    ref = done.headers["location"].removeprefix("/cases/").partition("?")[0]
    path = f"/cases/{ref}/act/filing/answer"
    assert f"{path}?fact=project_name" in officer.get(path).text
    by = {"by": "responsible_dept"}
    found = fill_in(officer, f"{path}?fact=project_name", {**by, "fact.project_name": "甲"})
    assert found.status_code == 303, found.text[-3000:]
    silent = fill_in(officer, f"{path}?fact=project_name", {**by, "fact.project_name": "乙"})
    assert silent.status_code == 422 and "更正须由经办机关作出并说明理由" in silent.text
    corrected = fill_in(officer, f"{path}?fact=project_name", {**by, "fact.project_name": "乙", "reason": "批复写错"})
    assert corrected.status_code == 303
    assert read_case(desk.engine, ref).facts["project_name"] == "乙"


def test_an_overrun_without_consequence_is_decided_by_form(client_of: ClientOf, desk: DeskConfig) -> None:
    officer = client_of(Role.OFFICER)
    page = officer.get(f"/cases/{UNDECIDED}").text
    path = f"/cases/{UNDECIDED}/act/nomination/allow_late"
    assert path in page and "待决定" in page
    by = form_on(officer.get(path)).get("by") or "award_office"
    done = fill_in(officer, path, {"by": by, "reason": "邮路中断，材料按时交寄"})
    assert done.status_code == 303, done.text[-3000:]
    assert "邮路中断" in officer.get(f"/cases/{UNDECIDED}").text


def test_an_auditor_and_the_public_record_nothing(client_of: ClientOf, desk: DeskConfig) -> None:
    ref = OVERDUE
    number = read_case(desk.engine, ref).row["number"]
    for who, status in ((Role.AUDITOR, 403), (Role.PUBLIC, 403), (None, 303)):
        client = client_of(who)
        assert client.get(f"/cases/{ref}/act/filing/submit").status_code == status
        assert client.post(f"/cases/{ref}/act/filing/submit", data={"seen": "1"}).status_code == status
    assert read_case(desk.engine, ref).row["number"] == number


def test_an_applicant_acts_on_the_cases_of_his_unit_only(client_of: ClientOf, desk: DeskConfig) -> None:
    own = Person("pujiang", "（样例）浦江", frozenset({Role.APPLICANT}), party="12310115YL00000123")
    other = Person("shenxin", "（样例）申芯", frozenset({Role.APPLICANT}), party="91310115YL0000020Q")
    with transaction(desk.engine) as connection:
        put_person(connection, own)
        put_person(connection, other)
    applicant, stranger = client_of("pujiang"), client_of("shenxin")
    done = fill_in(applicant, "/open/sh-matching-funds", {**UNIT, "fact.national_approval": "2021-06-01"})
    assert done.status_code == 200 and "已记录" in done.text  # he may not open the case page
    with reading(desk.engine) as connection:
        ref = connection.scalar(select(case_file.c.ref).order_by(case_file.c.id.desc()).limit(1))
    path = f"/cases/{ref}/act/filing/submit"
    assert stranger.get(path).status_code == 403
    assert stranger.post(path, data={"seen": "4"}).status_code == 403
    form = applicant.get(path)
    assert form.status_code == 200 and 'name="day"' not in form.text  # online, the instant of sending counts
    sent = fill_in(applicant, path, {"fact.matching_budget": "820", "unit.matching_budget": "万元", **_paper(*PAPER)})
    assert sent.status_code == 200 and "形式审查" in sent.text
    assert applicant.get(f"/cases/{ref}").status_code == 403


def test_strange_paths_and_forms_are_no_500(client_of: ClientOf) -> None:
    officer = client_of(Role.OFFICER)
    base = f"/cases/{OVERDUE}/act"
    for path in (
        f"{base}/nothing/submit",
        f"{base}/filing/nothing",
        f"{base}/filing/object",
        "/cases/NO/act/filing/submit",
        "/open/nothing",
    ):
        assert officer.get(path).status_code == 404, path
        assert officer.post(path, data={"seen": "1"}).status_code == 404, path
    for data in (
        {},
        {"seen": "x"},
        {"seen": "9" * 50},
        {"seen": "1", "by": "nobody", "day": "2021-13-45"},
        {"fact.x": "\ud800".encode("utf-8", "replace").decode()},
    ):
        assert officer.post(f"{base}/filing/submit", data=data).status_code in (409, 422), data
    broken = officer.post(
        f"{base}/filing/submit", content=b"--x\r\nbroken", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert broken.status_code in (400, 422)


def test_the_identity_of_an_objector_is_for_the_handler_with_a_reason(client_of: ClientOf, desk: DeskConfig) -> None:
    with reading(desk.engine) as connection:
        ref = connection.scalar(select(case_file.c.ref).where(case_file.c.lifecycle == "sh-award-objection").limit(1))
        handler = connection.scalar(
            select(event.c.person)
            .join(case_file, case_file.c.id == event.c.case_id)
            .where(
                case_file.c.ref == ref, event.c.kind == "act_recorded", event.c.person.in_(("officer", "section_head"))
            )
            .limit(1)
        )
    handler = handler or "officer"
    client = client_of(handler)
    page = client.get(f"/cases/{ref}")
    assert "已封存" in page.text and f"/cases/{ref}/identity" in page.text
    path = f"/cases/{ref}/identity"
    assert client.post(path, data={"reason": " "}).status_code == 422
    shown = client.post(path, data={"reason": "核实异议人身份"})
    assert shown.status_code == 200 and "本次查看已记入案件记录" in shown.text
    last = read_case(desk.engine, ref).events[-1]
    assert last.kind == "identity_viewed" and last.data["reason"] == "核实异议人身份" and last.person == handler
    # What was shown stands nowhere else on the desk.
    import re

    values = [text for text in re.findall(r"<dd>(.*?)</dd>", shown.text) if text.strip()]
    again = client.get(f"/cases/{ref}").text
    assert values and not any(value in again for value in values if len(value) > 1)
    for who in (Role.AUDITOR, Role.OPERATOR, Role.FINANCE_MAKER):
        assert client_of(who).get(path).status_code == 403
