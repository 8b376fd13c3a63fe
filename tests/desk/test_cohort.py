"""★ Fifty on one list, one objection on item 17 at 23:59 of the last day: 49 go on, item 17 does not; by page and API.

First where money follows (苏科机发〔2020〕206号 二（七）、二（八）), then where an award does (沪科规〔2020〕2号 第三十九条、
第四十条): a science award owes no money by its text, its 第六十条 leaves funds to other rules.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from models import case_file, obligation
from shixian.casework.database import reading
from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from shixian.desk.jobs import Jobs
from tests.desk.api_house import token_for
from tests.desk.cohort import (
    CHECKER,
    FIFTY,
    HEAD,
    MAKER,
    NOMINATIONS,
    OBJECTED,
    REDEMPTION,
    RELEASER,
    SEVENTEENTH,
    Street,
    fund,
    nominations,
    people,
    provider,
    redemptions,
    served,
    text_of,
)
from tests.desk.office import AWARD_FACTS, Clock, open_copy
from tests.disbursing.bank import Bank

THE_OTHERS = [ref for ref in FIFTY if ref != SEVENTEENTH]

# What the final review states: the winners are the first three completers, as nominated.
REVIEWED = {
    "fact.final_review_experts": "吴八（丁大学）",
    "fact.final_grade": "first",
    "fact.winners": AWARD_FACTS["leading_completers"],
    "fact.winning_units": "甲大学；乙大学",
}


@pytest.fixture
def street(sqlite_template: Path, tmp_path: Path) -> Iterator[Street]:
    path = tmp_path / "cohort.db"
    shutil.copy(sqlite_template, path)
    engine, clock = open_copy(path), Clock()
    people(engine)
    config = DeskConfig(engine, now=clock)
    with served(config) as (address, app):
        app.state.jobs = Jobs()
        found = Street(address, app, clock)
        yield found
        found.leave()
    engine.dispose()


def owed(engine: Engine) -> dict[str, int]:
    """The cases of which something is owed, and in how many parts."""
    query = select(case_file.c.ref, func.count()).join(obligation, obligation.c.case_id == case_file.c.id)
    with reading(engine) as connection:
        return dict(connection.execute(query.group_by(case_file.c.ref)).all())  # type: ignore[arg-type]


def test_of_fifty_one_is_objected_to_and_forty_nine_are_paid(street: Street, paying: Bank) -> None:
    engine, clock = street.config.engine, street.clock
    redemptions(engine)
    clock.at("2021-07-01T10:00")
    assert "50 件已办理，共 50 件" in street.together(FIFTY, "review", "pass", "center")
    clock.at("2021-07-02T09:00")
    assert "50 件已办理，共 50 件" in street.together(FIFTY, "publicity", "publish", "center")

    # Five working days from Friday 2 July: 5, 6, 7, 8 and 9 July, to 24:00.
    clock.at("2021-07-09T23:59")
    listed = street.person(None).get(f"/notices/list/{REDEMPTION}/2021/publicity").text
    assert all(ref in listed for ref in FIFTY), "one cohort of fifty"
    taken = street.object_to(SEVENTEENTH, "publicity")
    assert taken.status_code == 201 and f"{SEVENTEENTH}/objection1" in taken.text
    clock.at("2021-07-10T00:00")
    late = street.object_to(FIFTY[17], "publicity")
    assert late.status_code == 422 and "二（七）" in late.text and read_case(engine, FIFTY[17]).children == ()

    # Nothing has run since: the page settles for the look what the act will settle.
    clock.at("2021-07-12T10:00")
    said = street.together(FIFTY, "pay_provider", "pay", "center")
    assert "50 件正处于该环节，现在可以办理的 49 件" in said, "what is offered is what is accepted"
    assert "49 件已办理，共 49 件" in said
    assert owed(engine) == dict.fromkeys(THE_OTHERS, 2), "the province's part and the linked area's, of 49 cases"
    _refused_for_item_17(street)
    _disbursed(street)
    assert owed(engine) == dict.fromkeys(THE_OTHERS, 2)
    assert verify(engine).problems == ()


def _refused_for_item_17(street: Street) -> None:
    """By its page, by a request past the page, and by the API."""
    engine, head = street.config.engine, street.person(HEAD)
    page = head.get(f"/cases/{SEVENTEENTH}").text
    why = re.search(r'id="why-pay_provider-pay".*?</li>', page, re.DOTALL)
    assert why is not None and "异议" in why[0] and "二（八）" in why[0] and "谁能处理" in why[0]
    assert f"/cases/{SEVENTEENTH}/act/pay_provider/pay" not in page, "no button leads there"
    form = head.get(f"/cases/{SEVENTEENTH}/act/pay_provider/pay")
    seen = re.search(r'name="seen" value="(\d+)"', form.text)
    number = seen[1] if seen is not None else str(len(read_case(engine, SEVENTEENTH).events))
    data = {"by": "center", "day": "2021-07-12", "time": "10:00", "seen": number}
    direct = head.post(f"/cases/{SEVENTEENTH}/act/pay_provider/pay", data=data)
    assert direct.status_code == 422 and "不予办理" in direct.text and "二（八）" in direct.text
    machine = street.machine(token_for(street.config, Role.OFFICER, Role.SECTION_HEAD, name="machine"))
    pay = {"stage": "pay_provider", "verb": "pay", "by": "center"}
    answer = machine.post(
        f"/api/v1/cases/{SEVENTEENTH}/acts", json=pay, headers={"Idempotency-Key": "pay-the-seventeenth"}
    )
    problem = answer.json()
    assert (answer.status_code, problem["clause"]) == (422, "二（八）") and problem["remedy"]
    refused = [one for one in read_case(engine, SEVENTEENTH).events if one.kind == "refused"]
    assert len(refused) == 2 and {one.clause for one in refused} == {"二（八）"}, "both are on record"


def _disbursed(street: Street) -> None:
    """The proposal by page and by API: 49 lines, and item 17 with its clause; then 49 payments."""
    engine = street.config.engine
    fund(engine)
    maker = street.person(MAKER)
    shown = maker.get("/finance/propose", params={"programme": REDEMPTION, "as_of": "2021-07-12"}).text
    assert "将列入 49 笔" in text_of(shown)
    before, _, held = shown.partition('id="held"')
    assert SEVENTEENTH not in before and provider(16) not in before
    assert all(said in held for said in (SEVENTEENTH, provider(16), "二（八）", f"{SEVENTEENTH}/objection1"))
    assert FIFTY[15] not in held and FIFTY[17] not in held
    machine = street.machine(token_for(street.config, Role.FINANCE_MAKER, name="ledger"))
    told = machine.get("/api/v1/proposals", params={"lifecycle": REDEMPTION, "as_of": "2021-07-12"}).json()
    assert [one["case_ref"] for one in told["lines"]] == THE_OTHERS
    (stays,) = told["held"]
    assert (stays["case_ref"], stays["clause"]) == (SEVENTEENTH, "二（八）") and stays["remedy"]
    assert stays["objections"] == [f"{SEVENTEENTH}/objection1"]
    made = machine.post(
        "/api/v1/batches",
        json={"lifecycle": REDEMPTION, "as_of": "2021-07-12"},
        headers={"Idempotency-Key": "the-fifty"},
    )
    batch = made.json()
    assert made.status_code == 201 and batch["count"] == 49, batch
    assert [one["case_ref"] for one in batch["lines"]] == THE_OTHERS
    path = f"/finance/batches/{batch['ref']}"
    content = re.search(r"<code>([0-9a-f]{64})</code>", street.person(CHECKER).get(path).text)
    assert content is not None
    assert street.person(CHECKER).post(f"{path}/approve", data={"content": content[1]}).status_code == 303
    released = street.person(RELEASER).post(f"{path}/release")
    assert released.status_code == 303, text_of(released.text)
    job = street.app.state.jobs.wait(f"pay:{batch['ref']}")
    assert job is not None and job.state == "done", job
    paid = text_of(maker.get(path).text)
    assert paid.count("已付") >= 49 and SEVENTEENTH not in paid


def test_of_five_nominations_one_is_objected_to_and_four_go_on_to_the_decision(street: Street) -> None:
    """A case with an open objection does not reach the final review, nor what follows (第三十九条、第四十八条)."""
    engine, clock = street.config.engine, street.clock
    nominations(engine)
    clock.at("2021-04-22T10:00")
    said = street.together(NOMINATIONS, "second_review_notice", "publish", "award_office", "sh-award")
    assert "5 件已办理，共 5 件" in said
    # Ten days from 23 April: 2 May, a holiday; the first working day after it is 6 May.
    clock.at("2021-05-06T23:59")
    taken = street.object_to(OBJECTED, "second_review_notice", answer_own_rights="否")
    assert taken.status_code == 201 and f"{OBJECTED}/objection1" in taken.text
    others = [ref for ref in NOMINATIONS if ref != OBJECTED]

    clock.at("2021-05-10T10:00")
    said = street.together(NOMINATIONS, "final_review", "pass", "review_committee", "sh-award", **REVIEWED)
    assert "4 件正处于该环节，现在均可办理" in said and "4 件已办理，共 4 件" in said
    papers = {f"paper.{key}": "on" for key in ("first_reviews", "notice_and_objections", "final_proposal")}
    said = street.together(others, "report_to_award_committee", "report", "review_committee", "sh-award", **papers)
    assert "4 件已办理，共 4 件" in said
    said = street.together(others, "award_decision", "approve", "award_committee", "sh-award")
    assert "4 件已办理，共 4 件" in said
    assert {ref: len(read_case(engine, ref).decisions) for ref in NOMINATIONS} == {
        **dict.fromkeys(others, 1),
        OBJECTED: 0,
    }
    assert owed(engine) == {}, "an award owes no money by its text"

    head = street.person(HEAD)
    page = head.get(f"/cases/{OBJECTED}").text
    assert f"/cases/{OBJECTED}/act/final_review" not in page and f"/cases/{OBJECTED}/act/award_decision" not in page
    machine = street.machine(token_for(street.config, Role.OFFICER, Role.SECTION_HEAD, name="machine"))
    for stage, verb, by, clause in (
        ("final_review", "pass", "review_committee", "第四十条"),
        ("award_decision", "approve", "award_committee", "第五十一条"),
    ):
        direct = head.get(f"/cases/{OBJECTED}/act/{stage}/{verb}").text
        assert "谁能处理" in text_of(direct) and 'class="primary"' not in direct[direct.find("<main") :]
        refused = head.post(f"/cases/{OBJECTED}/act/{stage}/{verb}", data=_filled(direct, by))
        assert refused.status_code == 422 and clause in refused.text, text_of(refused.text)[:800]
        act = {"stage": stage, "verb": verb, "by": by}
        answer = machine.post(
            f"/api/v1/cases/{OBJECTED}/acts", json=act, headers={"Idempotency-Key": f"{stage}-objected"}
        )
        assert (answer.status_code, answer.json()["clause"]) == (422, clause) and answer.json()["remedy"]
    assert read_case(engine, OBJECTED).decisions == () and verify(engine).problems == ()


def _filled(form: str, by: str) -> dict[str, str]:
    """What a form without a button would send, filled in."""
    seen = re.search(r'name="seen" value="(\d+)"', form)
    data = {"by": by, "day": "2021-05-10", "time": "10:00", "seen": seen[1] if seen else "0"}
    return data | REVIEWED
