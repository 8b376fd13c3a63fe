"""What people read holds no internal word: no key, no English status, no date like 2021-03-01.

The case pages and their forms are looked through in test_case, as each role sees them.
"""

from __future__ import annotations

import re

import pytest

from shixian.casework.staff.people import Role
from shixian.casework.views import read_case
from shixian.desk.config import DeskConfig
from shixian.desk.words import plain_page
from shixian.display.case_page import told
from shixian.display.plain import Plain
from tests.desk.conftest import ClientOf
from tests.desk.office import ASKING, OVERDUE
from tests.desk.plain import internal, visible

NOTICE = "/notices/SH-A-2021-0009/second_review_notice"
REGULATION = "/regulations/sh-award"  # where the law meets its declaration: keys are what is looked up there
PAGES = {
    None: ("/", "/notices", NOTICE, "/notices/list/sh-award/2021/second_review_notice", "/progress", "/regulations",
           "/objections/SH-A-2021-0009/second_review_notice", "/sign-in"),
    Role.OFFICER: ("/", "/worklist?tab=all", "/worklist/overdue?tab=all", "/worklist/done", "/worklist/opened",
                   "/cycles",
                   "/cycles/sh-award/2021", f"/bulk?ref={OVERDUE}&ref={ASKING}", "/settings", "/settings/calls",
                   "/settings/calls?programme=sh-award&year=2021", "/settings/calendars", "/settings/outages"),
    Role.FINANCE_MAKER: ("/finance", "/finance/propose?programme=sh-incubator-annual-review", "/finance/batches",
                         "/finance/ledger", "/finance/appropriations", "/finance/inquiries", "/finance/recoveries",
                         "/finance/reconciliation", "/finance/accounts"),
    Role.AUDITOR: ("/audit", "/audit?kind=refused", "/audit?kind=child_closed", "/audit?kind=case_closed",
                   "/audit?kind=remembered", "/audit?kind=listed", "/audit?kind=barred", "/audit/journals",
                   "/audit/discretion?month=2021-06", "/audit/anchors", "/audit/verify",
                   "/audit/recompute"),
    Role.AUDIT_ADMIN: ("/audit/sign-ins", "/audit/looks", "/settings/log"),
    Role.SECURITY_ADMIN: ("/settings/people", "/settings/people/officer", "/settings/clients"),
    Role.APPLICANT: ("/mine", "/open"),
}  # fmt: skip
ADDRESSES = {"test"}  # where the tests' own sessions come from


@pytest.mark.parametrize("role", PAGES)
def test_the_main_pages_speak_plainly(client_of: ClientOf, role: Role | None) -> None:
    browser, wrong = client_of(role), []
    for path in PAGES[role]:
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        assert visible(answer.text), path
        wrong += [(path, *found) for found in internal(answer.text) if found[1] not in ADDRESSES]
    assert not wrong, "\n".join(map(str, wrong))


def test_every_event_of_every_kind_is_told_plainly(client_of: ClientOf, desk: DeskConfig) -> None:
    """Of all cases of the office, through all pages of the audit."""
    browser, path, wrong, seen = client_of(Role.AUDITOR), "/audit", [], 0
    while path:
        text = browser.get(path).text
        seen += text.count('<td class="said">')
        wrong += [(path, *found) for found in internal(text)]
        more = re.search(r'<a href="(/audit\?[^"]*before=[^"]+)">更早的', text)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen > 500 and not wrong, "\n".join(map(str, wrong[:40]))


def test_dates_in_a_regulation_are_written_out_too(client_of: ClientOf) -> None:
    text = client_of(None).get(REGULATION).text
    assert not [word for word, _ in internal(text) if re.fullmatch(r"[\d-]+", word)]


def test_what_is_typed_or_linked_stays_as_it_is() -> None:
    page = (
        '<a href="/x?as_of=2021-03-01" title="至 2021-03-01">2021-03-01</a><input value="2021-03-01">'
        "<textarea>2021-03-01</textarea><code>2021-03-01</code>号 HT-2021-03-01-7，2021-03-01T09:00，"
        "录入账户（shixian account enter）"
    )
    assert plain_page(page) == (
        '<a href="/x?as_of=2021-03-01" title="至 2021年3月1日">2021年3月1日</a><input value="2021-03-01">'
        "<textarea>2021-03-01</textarea><code>2021-03-01</code>号 HT-2021-03-01-7，2021年3月1日 09:00，录入账户"
    )


def test_keys_become_words_and_what_people_wrote_does_not(desk: DeskConfig) -> None:
    award = desk.books.lifecycle("sh-award")
    plain = Plain(award, desk.books.lifecycles)
    asked = plain("需查明：call:next_review_node,award_kind")
    assert asked == "需查明：年度通知规定的下一评审节点前提交异议处理材料的最后一日、提名奖项"
    assert plain("缺少材料：书面承诺（ip_commitment）") == "缺少材料：书面承诺"
    assert plain("提名奖项（科技进步奖） ＝ progress") == "提名奖项（科技进步奖） ＝ 科技进步奖"
    assert plain("项目 open source progress tool") == "项目 open source progress tool"
    assert plain("见 SH-A-2021-0009/objection1") == "见 SH-A-2021-0009/objection1"
    view = read_case(desk.engine, "SH-A-2021-0009")
    facts = [one for one in view.events if one.kind == "fact_recorded"]
    assert facts and all(plain.event(one.kind, one.data, told(award, one)) == told(award, one) for one in facts)


def test_the_finder_finds() -> None:
    bad = ("<p>status completed</p>", "<td>system</td>", "<li>至 2021-03-01 届满</li>", "<b>sh_award.filing</b>",
           '<a title="second_review">x</a>')  # fmt: skip
    assert all(list(internal(one)) for one in bad)
    good = (
        "<code>completed</code>",
        "<p>JS-VR-2021-9001 已办</p>",
        '<input value="2021-03-01">',
        "<p>运行 shixian anchor</p>",
    )
    assert not [one for one in good if list(internal(one))]
