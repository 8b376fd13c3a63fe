"""The working-day calendar against two independent libraries, and against what the notices say and when."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest
import yaml

from shixian.rules.arrangements import parse_measures, read_yaml
from shixian.rules.calendar import PACKAGED, Calendar, default_calendar, load_calendar
from shixian.rules.errors import CalendarError

CALENDAR = load_calendar()
ALL_DAYS = [date(2019, 1, 1) + timedelta(days=offset) for offset in range(2922)]

NOTICE_2027 = {
    "number": "国办发明电〔2026〕99号",
    "title": "测试用的2027年安排",
    "published": date(2026, 11, 3),
    "days": [{"festival": "元旦", "rest": ["2027-01-01..2027-01-03"], "work": ["2027-01-09"]}],
}
YEAR_2027 = {"year": 2027, "notices": [NOTICE_2027]}


def test_every_day_of_eight_years_agrees_with_two_libraries() -> None:
    assert ALL_DAYS[-1] == date(2026, 12, 31)
    other = holidays.country_holidays("CN", years=range(2019, 2027))
    faults = [
        f"{day}: ours {ours}, chinesecalendar {first}, holidays {second}"
        for day in ALL_DAYS
        if not (
            (ours := CALENDAR.is_working(day))
            == (first := chinese_calendar.is_workday(day))
            == (second := other.is_working_day(day))
        )
    ]
    assert not faults, "\n".join(faults)
    assert not [day for day in ALL_DAYS if CALENDAR.day(day).provisional]


def test_every_day_that_differs_from_the_week_rests_on_a_notice() -> None:
    for day in ALL_DAYS:
        legal = CALENDAR.day(day)
        if legal.working != (day.weekday() < 5):
            assert legal.notice is not None, day
        assert legal.kind in ({"workday", "makeup"} if legal.working else {"weekend", "holiday"})
        assert (legal.notice is None) == (legal.kind in {"workday", "weekend"})


@pytest.mark.parametrize(
    ("year", "number", "published"),
    [
        (2019, "国办发明电〔2018〕15号", "2018-12-06"),
        (2020, "国办发明电〔2019〕16号", "2019-11-21"),
        (2021, "国办发明电〔2020〕27号", "2020-11-25"),
        (2022, "国办发明电〔2021〕11号", "2021-10-25"),
        (2023, "国办发明电〔2022〕16号", "2022-12-08"),
        (2024, "国办发明电〔2023〕7号", "2023-10-25"),
        (2025, "国办发明电〔2024〕12号", "2024-11-12"),
        (2026, "国办发明电〔2025〕7号", "2025-11-04"),
    ],
)
def test_national_day_names_the_years_notice(year: int, number: str, published: str) -> None:
    legal = CALENDAR.day(date(year, 10, 1))
    assert legal.notice is not None
    assert (legal.kind, legal.notice.number, legal.notice.published.isoformat()) == ("holiday", number, published)
    assert f"{year}年" in legal.notice.title and "国庆节" in legal.reason
    before = CALENDAR.as_published_at(legal.notice.published - timedelta(days=1))
    assert not before.announced(year) and before.announced(year - 1) == (year > 2019)
    assert CALENDAR.as_published_at(legal.notice.published).announced(year)


def test_every_packaged_notice_says_whether_it_was_confirmed() -> None:
    files = sorted(PACKAGED.glob("2*.yaml"))
    assert [path.stem for path in files] == [str(year) for year in range(2019, 2027)]
    for path in files:
        for notice in yaml.safe_load(path.read_text("utf-8"))["notices"]:
            assert notice["confirmed"] is True, notice["number"]
            assert notice["signed"] <= notice["published"]


def test_the_spring_festival_of_2020_was_extended_only_from_27_january() -> None:
    friday, saturday, sunday, monday = (date(2020, 1, 31) + timedelta(days=offset) for offset in range(4))
    before = CALENDAR.as_published_at(date(2020, 1, 26))
    assert before.is_working(friday) and before.day(saturday).kind == "makeup" and before.day(sunday).kind == "weekend"
    assert before.day(saturday).notice == CALENDAR.day(date(2020, 1, 19)).notice
    assert not before.day(friday).provisional
    for view in (CALENDAR, CALENDAR.as_published_at(date(2020, 1, 27))):
        assert [view.is_working(day) for day in (friday, saturday, sunday, monday)] == [False, False, False, True]
        notice = view.day(saturday).notice
        assert notice is not None and notice.number == "国办发明电〔2020〕1号"
    assert before.version != CALENDAR.version


def test_labour_day_2019_before_and_after_its_amendment() -> None:
    before, after = (CALENDAR.as_published_at(day) for day in (date(2019, 3, 21), date(2019, 3, 22)))
    assert before.is_working(date(2019, 5, 2)) and not before.is_working(date(2019, 5, 5))
    assert not after.is_working(date(2019, 5, 2)) and after.is_working(date(2019, 5, 5))
    first, second = before.day(date(2019, 5, 1)).notice, after.day(date(2019, 5, 1)).notice
    assert first is not None and second is not None
    assert (first.number, second.number) == ("国办发明电〔2018〕15号", "国办发明电〔2019〕3号")


def test_a_notice_may_reach_into_december_of_the_year_before() -> None:
    assert CALENDAR.day(date(2018, 12, 29)).kind == "makeup"
    assert [CALENDAR.is_working(date(2018, 12, day)) for day in (28, 30, 31)] == [True, False, False]
    assert not CALENDAR.day(date(2018, 12, 31)).provisional and CALENDAR.day(date(2018, 12, 28)).provisional
    legal = CALENDAR.day(date(2022, 12, 31))
    assert legal.notice is not None and legal.notice.number == "国办发明电〔2022〕16号"
    assert CALENDAR.as_published_at(date(2022, 12, 7)).day(date(2022, 12, 31)).kind == "weekend"


def test_a_make_up_saturday_says_why() -> None:
    legal = CALENDAR.day(date(2021, 2, 20))
    assert (legal.working, legal.kind, legal.reason) == (True, "makeup", "春节调休上班")
    assert str(legal) == "2021-02-20（星期六）春节调休上班（国办发明电〔2020〕27号）"


def test_new_years_eve_2024_was_only_encouraged() -> None:
    assert CALENDAR.day(date(2024, 2, 9)).kind == "workday"


def test_years_not_announced_are_provisional_but_know_holidays_of_fixed_date() -> None:
    assert not CALENDAR.announced(2027) and not CALENDAR.announced(2018)
    kinds = {day: CALENDAR.day(date(2027, *day)) for day in [(1, 1), (1, 2), (1, 4), (5, 1), (5, 2), (10, 1), (10, 4)]}
    assert all(legal.provisional for legal in kinds.values())
    assert {day for day, legal in kinds.items() if legal.kind == "holiday"} == {(1, 1), (5, 1), (5, 2), (10, 1)}
    assert kinds[1, 2].kind == "weekend" and kinds[1, 4].working and kinds[10, 4].working
    measures = parse_measures(read_yaml(PACKAGED / "statutory.yaml"))
    notices = [Calendar([], measures).day(day).notice for day in (date(2024, 10, 1), date(2025, 1, 1))]
    assert [notice and notice.number for notice in notices] == ["国务院令第644号", "国务院令第795号"]
    # 2 May became a holiday with effect from 2025, and nobody knew before 12 November 2024.
    assert CALENDAR.as_published_at(date(2024, 11, 11)).day(date(2025, 5, 2)).kind == "workday"
    assert CALENDAR.as_published_at(date(2018, 1, 1)).day(date(2019, 5, 1)).kind == "holiday"


def test_next_and_previous_working_day() -> None:
    assert CALENDAR.next_working(date(2021, 10, 1)) == date(2021, 10, 8)
    assert CALENDAR.previous_working(date(2021, 10, 7)) == date(2021, 9, 30)
    assert CALENDAR.next_working(date(2021, 2, 20)) == CALENDAR.previous_working(date(2021, 2, 20)) == date(2021, 2, 20)
    last_week = [{"festival": "末日", "rest": ["9999-12-31"]}]
    ending = CALENDAR.with_year(9999, {"year": 9999, "notices": [{**NOTICE_2027, "days": last_week}]})
    with pytest.raises(CalendarError, match="找不到工作日"):
        ending.next_working(date(9999, 12, 31))


def test_an_instant_is_refused() -> None:
    with pytest.raises(CalendarError, match="时刻"):
        CALENDAR.is_working(datetime(2021, 2, 20, 12))


def test_version_is_of_the_data_alone() -> None:
    assert load_calendar() == CALENDAR and hash(load_calendar()) == hash(CALENDAR)
    assert len(CALENDAR.version) == 64 and CALENDAR != "2019-2026"
    assert CALENDAR.as_published_at(date(2030, 1, 1)) is CALENDAR
    assert CALENDAR.as_published_at(date(2021, 3, 1)) is CALENDAR.as_published_at(date(2021, 9, 1))
    asked = load_calendar()
    asked.day(date(2029, 7, 7))
    assert asked.version == load_calendar().version


def test_an_administrator_adds_a_year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "2027.yaml").write_text(yaml.safe_dump(YEAR_2027, allow_unicode=True), "utf-8")
    (tmp_path / "notes.txt").write_text("no calendar")
    loaded = load_calendar([tmp_path])
    assert loaded == CALENDAR.with_year(2027, YEAR_2027) != CALENDAR
    assert not CALENDAR.announced(2027) and loaded.announced(2027) and loaded.years == tuple(range(2019, 2028))
    assert loaded.day(date(2027, 1, 9)).kind == "makeup" and not loaded.day(date(2027, 1, 9)).provisional
    assert loaded.is_working(date(2027, 10, 1)), "an announced year is what its notice says, and nothing more"
    assert load_calendar([tmp_path], packaged=False).years == (2027,)
    assert default_calendar() is default_calendar() and default_calendar() == CALENDAR
    monkeypatch.setenv("SHIXIAN_CALENDAR_DIR", os.pathsep.join(["", str(tmp_path)]))
    assert default_calendar() == loaded


def test_a_year_is_replaced_whole() -> None:
    only_new_year = [{"festival": "元旦", "rest": ["2026-01-01"]}]
    changed = {"year": 2026, "notices": [{**NOTICE_2027, "days": only_new_year}]}
    replaced = CALENDAR.with_year(2026, changed)
    assert replaced.is_working(date(2026, 1, 2)) and replaced.is_working(date(2026, 10, 1))
    assert replaced.is_working(date(2025, 10, 9)) == CALENDAR.is_working(date(2025, 10, 9))


GOOD = """
year: 2027
notices:
  - number: 甲
    title: 年度
    published: 2026-11-03
    days:
      - {festival: 元旦, rest: [2027-01-01..2027-01-03], work: [2027-01-09]}
  - number: 乙
    title: 调整
    published: 2027-01-05
    amends: 甲
    days:
      - {festival: 元旦, rest: [2027-01-09]}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("year: 2027", "year: 2026", "年份"),
        ("year: 2027", "year: 2027\nholidays: []", "不认识的键"),
        ("title: 年度", "name: 年度", "不认识的键"),
        ("title: 年度", "title: ''", "title"),
        ("published: 2026-11-03", "published: soon", "不是日期"),
        ("published: 2026-11-03", "published: 2026-11-31", "无法读取"),
        ("published: 2027-01-05", "published: 2026-01-05", "早于年度通知"),
        ("number: 乙", "number: 甲", "出现两次"),
        ("amends: 甲", "amends: 丙", "不在本年文件"),
        ("    amends: 甲\n", "", "恰有一份年度通知"),
        ("work: [2027-01-09]", "work: [2027-01-03]", "写了两次"),
        ("2027-01-01..2027-01-03", "2027-01-03..2027-01-01", "不成立"),
        ("2027-01-01..2027-01-03", "2027-01-01..2027-03-03", "不成立"),
        ("2027-01-01..2027-01-03", "2026-11-30", "不在 2027 年内"),
        ("rest: [2027-01-09]", "rest: 2027-01-09", "列表"),
        ("festival: 元旦, rest: [2027-01-09]", "rest: [2027-01-09]", "festival"),
        ("    title: 年度\n", "    title: 年度\n    title: 又\n", "键重复"),
        ("notices:", "notices: []\nunused:", "不认识的键"),
        (GOOD, "- 2027", "键值结构"),
        (GOOD, "year: 2027\nnotices: []", "缺少 notices"),
        (GOOD, "year: [", "无法读取"),
    ],
)
def test_a_malformed_file_is_refused_whole(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    (tmp_path / "2027.yaml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(CalendarError, match=message):
        load_calendar([tmp_path])


def test_the_good_twin_is_taken(tmp_path: Path) -> None:
    (tmp_path / "2027.yaml").write_text(GOOD, "utf-8")
    loaded = load_calendar([tmp_path])
    assert not loaded.is_working(date(2027, 1, 9))
    assert loaded.as_published_at(date(2027, 1, 4)).is_working(date(2027, 1, 9))


def test_directories_are_checked(tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match="不存在"):
        load_calendar([tmp_path / "missing"])
    for name in ("2027.yaml", "2027.yml"):
        (tmp_path / name).write_text(GOOD, "utf-8")
    with pytest.raises(CalendarError, match="两个文件"):
        load_calendar([tmp_path])


def test_a_calendar_without_anything_knows_the_week() -> None:
    bare = Calendar([])
    assert bare.years == () and bare.is_working(date(2021, 2, 12)) and not bare.is_working(date(2021, 2, 20))
    assert bare.day(date(2021, 2, 12)).provisional


def test_a_year_names_the_notices_it_rests_on() -> None:
    calendar = load_calendar()
    assert [one.number for one in calendar.notices(2020)] == ["国办发明电〔2019〕16号", "国办发明电〔2020〕1号"]
    assert [one.number for one in calendar.notices(2021)] == ["国办发明电〔2020〕27号"]
    assert calendar.notices(2040) == () and calendar.assumed_under(2021) is None
    assumed = calendar.assumed_under(2040)
    assert assumed is not None and assumed.number == "国务院令第795号"
    before = calendar.as_published_at(date(2020, 1, 26))
    assert [one.number for one in before.notices(2020)] == ["国办发明电〔2019〕16号"] and before.assumed_under(2021)
