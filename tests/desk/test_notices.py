"""Public notices: only what is published, masked, with its window in legal time, and a proof that shows its gaps."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from sqlalchemy import Engine, select, update

from models import case_file, notice_snapshot
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import default_books
from shixian.casework.publicity.notices import groups, missing_snapshots, proof, read_notice, take_snapshots
from shixian.casework.publicity.outages import record_outage
from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from shixian.desk.config import DeskConfig
from shixian.rules.errors import CaseworkError, NotFound
from shixian.rules.periods import add_days, legal_day, parse_instant
from shixian.rules.publication import REMOVED, mask_names, scrub
from tests.desk.conftest import ClientOf
from tests.desk.office import NOW, PEOPLE, Clock

# Published on 31 May 2021 with a call of 10 days: 10 days from 1 June, the last is 10 June (see the sample 奖励).
ENDS_TODAY, STAGE = "SH-A-2021-0008", "second_review_notice"
LATER, LATER_STAGE = "SH-IR-2021-0001", "notice"  # until 16 June
NOT_PUBLISHED = "SH-A-2021-9002"
PAGE = f"/notices/{ENDS_TODAY}/{STAGE}"


def test_the_list_has_open_windows_first_and_past_ones(client_of: ClientOf) -> None:
    text = client_of(None).get("/notices").text
    running, ended = text.split('id="ended"')
    assert "/notices/list/sh-award/2021/second_review_notice" in running and "2021年6月15日 24:00" in running
    assert "/notices/list/sh-award/2020/second_review_notice" in ended and "2020年11月12日" in ended
    assert "/notices/list/sh-award/2020/second_review_notice" not in running


def test_a_notice_shows_what_is_declared_and_no_more(client_of: ClientOf, desk: DeskConfig) -> None:
    answer = client_of(None).get(PAGE)
    text = answer.text
    notice = read_notice(desk.engine, ENDS_TODAY, STAGE)
    assert [item.label for item in notice.items] == [
        "项目名称", "提名奖项", "候选人（按贡献大小排序）", "第一完成单位", "复评建议等级",
    ]  # fmt: skip
    assert all(item.value in text and item.clause in text for item in notice.items)
    with reading(desk.engine) as connection:
        facts = json.loads(connection.scalar(select(case_file.c.facts).where(case_file.c.ref == ENDS_TODAY)) or "{}")
    for name in ("unit_code", "nominator_name", "second_review_experts", "first_review_experts"):
        for hidden in [facts[name]] if isinstance(facts.get(name), str) else facts.get(name, []):
            assert hidden not in text, f"{name} is not published"
    for name in facts["completers"]:
        assert name.split("（")[0] not in text and "*" in text
    assert "今日24:00截止" in text and "第四十三条" in text and "奖励办公室" in text
    assert "评审专家" in text and "《个人信息保护法》第六条" in text and "计算过程" in text


def test_the_window_ends_at_midnight_of_its_last_day(client_of: ClientOf, desk_clock: Clock) -> None:
    browser = client_of(None)
    desk_clock.at("2021-06-10T23:59:59")
    assert "今日24:00截止" in browser.get(PAGE).text and "提出异议</a>" in browser.get(PAGE).text
    desk_clock.at("2021-06-11T00:00")
    after = browser.get(PAGE).text
    assert "届满" in after and "提出异议</a>" not in after


def test_nothing_is_there_before_it_is_published(client_of: ClientOf, desk: DeskConfig) -> None:
    for ref in (NOT_PUBLISHED, "NO-SUCH-1", "x" * 500):
        assert client_of(None).get(f"/notices/{ref}/{STAGE}").status_code == 404
    assert client_of(None).get(f"/notices/{ENDS_TODAY}/acceptance").status_code == 404
    with pytest.raises(NotFound):
        read_notice(desk.engine, NOT_PUBLISHED, STAGE)


def test_one_page_for_the_cohort(client_of: ClientOf) -> None:
    text = client_of(None).get("/notices/list/sh-award/2021/second_review_notice").text
    assert all(f"SH-A-2021-000{number}" in text for number in (2, 3, 4, 5, 6, 8, 9)) and NOT_PUBLISHED not in text
    assert text.count("公示中") >= 2 and "提名奖项" in text


def test_numbers_never_get_out_whatever_was_typed(client_of: ClientOf, desk: DeskConfig) -> None:
    typed = "联系人11010519491231002X，电话１３８12345678，账号 6222 0212 3456 7890 123"
    with transaction(desk.engine) as connection:
        stored = json.loads(connection.scalar(select(case_file.c.facts).where(case_file.c.ref == LATER)) or "{}")
        stored["unit_name"] = f"甲孵化器（{typed}）"
        connection.execute(
            update(case_file).where(case_file.c.ref == LATER).values(facts=json.dumps(stored, ensure_ascii=False))
        )
    for path in (f"/notices/{LATER}/{LATER_STAGE}", "/notices/list/sh-incubator-recognition/2021/notice"):
        text = client_of(None).get(path).text
        assert text.count(REMOVED) == 3 and "甲孵化器" in text
        assert not any(part in text for part in ("1101051949", "12345678", "6222 0212"))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("张三；李四光（乙大学）、欧阳修文", "张*；李*（乙大学）、欧阳*"),
        ("王", "王*"),
        ("", ""),
    ],
)
def test_names_are_masked(typed: str, shown: str) -> None:
    assert mask_names(typed) == shown


@pytest.mark.parametrize(
    ("typed", "hidden"),
    [
        ("110105194912310021", True),
        ("11010519491231002x", True),
        ("440524188001010", True),  # the old number of 15 digits
        ("139-1234-5678", True),
        ("+86 13912345678", True),
        ("021-62345678", True),
        ("0571-87654321", True),
        ("4367420012345678", True),
        ("1,234,567.00元", False),
        ("2021年3月1日至2021-04-01", False),
        ("SH-A-2021-0008", False),
        ("91310115MA1K35XX11", False),  # a unit's code is public
        ("12345678901", False),  # eleven digits that no telephone has
    ],
)
def test_the_scrubber(typed: str, hidden: bool) -> None:
    assert (REMOVED in scrub(f"见{typed}，")) is hidden


def test_each_day_is_kept_once_with_the_hash_of_what_was_shown(
    client_of: ClientOf, desk: DeskConfig, desk_clock: Clock
) -> None:
    browser = client_of(None)
    for _ in range(3):
        browser.get(PAGE)
    with reading(desk.engine) as connection:
        rows = connection.execute(select(notice_snapshot)).all()
    assert [(row.stage, row.day) for row in rows] == [(STAGE, legal_day(NOW))]
    assert rows[0].sha256 == sha256(rows[0].content.encode()).hexdigest()
    kept = read_notice(desk.engine, ENDS_TODAY, STAGE)
    assert rows[0].content == kept.content and "项目名称" in kept.content
    days = proof(desk.engine, kept, legal_day(NOW))
    assert [one.state for one in days] == ["missing"] * 10 + ["kept"]  # 31 May to 9 June were never kept
    text = browser.get(PAGE).text
    assert text.count("没有留存</span>") == 10 and rows[0].sha256 in text


def test_the_daily_task_keeps_every_open_notice_and_only_of_today(desk: DeskConfig) -> None:
    today = legal_day(NOW)
    assert take_snapshots(desk.engine, today, now=NOW) == 3
    assert take_snapshots(desk.engine, today, now=NOW) == 0
    with pytest.raises(CaseworkError, match="当日"):
        take_snapshots(desk.engine, add_days(today, -1), now=NOW)
    with transaction(desk.engine) as connection, pytest.raises(Exception, match="append|append-only|不得|refused|只"):
        connection.execute(update(notice_snapshot).values(content="{}"))


def test_gaps_are_an_alarm_until_they_are_kept_or_accounted_for(desk: DeskConfig) -> None:
    today = legal_day(NOW)
    found = {one.ref: one for one in missing_snapshots(desk.engine, today)}
    assert len(found[ENDS_TODAY].days) == 10 and found[ENDS_TODAY].clause == "第三十九条第一款"
    assert "10 日没有公示留存" in found[ENDS_TODAY].text
    began, ended = parse_instant("2021-06-08T22:00"), parse_instant("2021-06-09T01:00")
    record_outage(desk.engine, began, ended, "机房断电", PEOPLE[Role.SECTION_HEAD], NOW)
    after = {one.ref: one for one in missing_snapshots(desk.engine, today)}
    assert len(after[ENDS_TODAY].days) == 8, "8 and 9 June are accounted for"


def test_an_outage_moves_the_last_day_of_every_open_window(
    client_of: ClientOf, desk: DeskConfig, desk_clock: Clock
) -> None:
    """8 and 9 June are lost: 10 days from 1 June without them end on 12 June, a Saturday; 14 June is the Dragon Boat
    holiday, so the window runs to Tuesday 15 June (Civil Code 203, and the State Council's notice for 2021)."""
    began, ended = parse_instant("2021-06-08T22:00"), parse_instant("2021-06-09T01:00")
    done = record_outage(desk.engine, began, ended, "机房断电", PEOPLE[Role.SECTION_HEAD], NOW)
    moved = {one.ref: (one.before.isoformat(), one.after.isoformat(), one.refusal) for one in done.windows}
    assert moved[ENDS_TODAY] == ("2021-06-10", "2021-06-15", None)
    assert set(moved) == {ENDS_TODAY, "SH-A-2021-0009", LATER} and done.first_day.isoformat() == "2021-06-08"
    text = client_of(None).get(PAGE).text
    assert "公示中断" in text and "2021年6月15日" in text and "机房断电" not in text
    desk_clock.at("2021-06-12T10:00")
    assert "提出异议</a>" in client_of(None).get(PAGE).text
    assert [one.state for one in proof(desk.engine, read_notice(desk.engine, ENDS_TODAY, STAGE), legal_day(NOW))][
        8:10
    ] == ["lost", "lost"]
    assert verify(desk.engine).problems == ()


def test_an_outage_found_too_late_is_told_and_recorded_not_hidden(desk: DeskConfig) -> None:
    began, ended = parse_instant("2021-06-01T08:00"), parse_instant("2021-06-01T12:00")
    done = record_outage(desk.engine, began, ended, "断网", PEOPLE[Role.SECTION_HEAD], NOW)
    late = {one.ref: one.refusal for one in done.windows if one.refusal is not None}
    assert set(late) == {"SH-A-2021-0004"}, "its window ended on 3 June"
    assert late["SH-A-2021-0004"].code == "out_of_window" and late["SH-A-2021-0004"].clause == "第三十九条第一款"


@pytest.mark.parametrize(
    ("began", "ended", "because"),
    [
        ("2021-06-09T10:00", "2021-06-09T09:00", "断电"),
        ("2021-06-09T10:00", "2021-06-10T11:00", "断电"),  # not over yet
        ("2021-06-09T10:00", "2021-06-09T11:00", " "),
    ],
)
def test_an_outage_needs_a_past_and_a_reason(desk: DeskConfig, began: str, ended: str, because: str) -> None:
    with pytest.raises(CaseworkError):
        record_outage(desk.engine, parse_instant(began), parse_instant(ended), because, PEOPLE[Role.SECTION_HEAD], NOW)


def test_every_notice_of_the_catalogue_declares_what_it_shows() -> None:
    for lifecycle in default_books().lifecycles.values():
        for stage in lifecycle.stages:
            if stage.window is not None:
                assert stage.window.shows, f"{lifecycle.key}.{stage.key} shows only what the reading gives"


def test_many_notices_are_grouped_in_one_question(desk_engine: Engine) -> None:
    found = groups(desk_engine, legal_day(NOW), open_now=True)
    assert [(one.lifecycle.key, one.cycle, one.count) for one in found] == [
        ("sh-award", 2021, 2),
        ("sh-incubator-recognition", 2021, 1),
    ]
