"""Periods by the Civil Code: cases worked out by hand. The properties are in test_period_properties.py."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shixian.rules.calendar import load_calendar
from shixian.rules.errors import PeriodError
from shixian.rules.periods import (
    Computation,
    Period,
    Roll,
    Suspension,
    days,
    fixed_day,
    is_suspended,
    last_day_within,
    latest_day_before,
    months,
    working_days,
    years,
)

CALENDAR = load_calendar()
ONE = timedelta(days=1)


def text(found: Computation) -> str:
    return "\n".join(found.working)


# Worked out by hand from articles 201-203 and the notices.
@pytest.mark.parametrize(
    ("anchor", "period", "last"),
    [
        ("2020-12-31", months(2), "2021-03-01"),  # no 31 February: 28 February 2021, a Sunday
        ("2019-12-31", months(2), "2020-03-02"),  # leap: 29 February 2020, a Saturday
        ("2024-02-29", years(1), "2025-02-28"),  # no 29 February 2025: month end, a Friday
        ("2023-02-28", years(1), "2024-02-28"),  # the corresponding day, not the month end
        ("2021-01-31", months(1), "2021-03-01"),  # 28 February 2021, a Sunday
        ("2021-01-31", months(2), "2021-03-31"),  # from the anchor, not by way of 28 February
        ("2021-03-31", months(1), "2021-04-30"),
        ("2021-09-01", days(30), "2021-10-08"),  # 1 October, then the whole National Day
        ("2021-02-10", days(1), "2021-02-18"),  # Spring Festival 11-17 February
        ("2021-02-10", days(10), "2021-02-20"),  # a Saturday, but a make-up day: no roll
        ("2021-02-05", working_days(5), "2021-02-18"),  # 7, 8, 9, 10, then 18 February
        ("2021-02-05", working_days(7), "2021-02-20"),  # ... 18, 19, 20 (make-up)
        ("2021-03-01", days(7), "2021-03-08"),
    ],
)
def test_forwards_by_hand(anchor: str, period: Period, last: str) -> None:
    found = last_day_within(period, date.fromisoformat(anchor), CALENDAR)
    assert found.last_day == date.fromisoformat(last)
    assert not found.provisional
    assert found.explanation.value == last and found.working[-1] == f"最后一日：{last}"


@pytest.mark.parametrize(
    ("event", "period", "roll", "last"),
    [
        ("2021-07-01", days(60), Roll.NONE, "2021-05-02"),  # 30 June is the first, 2 May the sixtieth
        ("2021-07-01", days(60), Roll.PREVIOUS_WORKING_DAY, "2021-04-30"),  # 1-5 May: Labour Day
        ("2021-07-01", months(3), Roll.NONE, "2021-04-01"),
        ("2021-05-31", months(3), Roll.NONE, "2021-02-28"),
        ("2021-05-31", months(3), Roll.PREVIOUS_WORKING_DAY, "2021-02-26"),
        ("2024-02-29", years(1), Roll.NONE, "2023-02-28"),
        ("2021-02-19", working_days(3), Roll.NONE, "2021-02-09"),  # 18, 10, 9 February
    ],
)
def test_backwards_by_hand(event: str, period: Period, roll: Roll, last: str) -> None:
    found = latest_day_before(period, date.fromisoformat(event), CALENDAR, roll=roll)
    assert found.last_day == date.fromisoformat(last)
    assert "backward-count" in found.explanation.readings


def test_the_working_of_two_months_from_the_last_day_of_2020() -> None:
    found = last_day_within(months(2), date(2020, 12, 31), CALENDAR, clause="第八条", anchor_name="国家立项日")
    assert found.working == [
        "期限为 2 个月，自国家立项日 2020-12-31 起（第八条）",
        "国家立项日 2020-12-31（星期四）当日不计入，自次日 2021-01-01（星期五）起算（《民法典》第二百零一条）",
        "到期月 2021 年 2 月没有对应日（31 日），以月末日 2021-02-28（星期日）为最后一日（《民法典》第二百零二条）",
        "2021-02-28（星期日）周末休息日，是休息日",
        "最后一日 2021-02-28（星期日）是休息日，顺延至其后首个工作日 2021-03-01（星期一）（《民法典》第二百零三条）",
        "截止时间为 2021-03-01 24:00（北京时间）（《民法典》第二百零三条）",
        "最后一日：2021-03-01（第八条）",
    ]
    assert not found.explanation.readings


def test_before_2021_the_general_provisions_are_cited() -> None:
    assert "《民法总则》第二百零一条" in text(last_day_within(months(1), date(2020, 11, 30), CALENDAR))
    assert "《民法典》" not in text(last_day_within(months(1), date(2020, 11, 30), CALENDAR))
    assert "《民法总则》" not in text(last_day_within(months(1), date(2020, 12, 30), CALENDAR))
    assert "《民法总则》" not in text(last_day_within(days(1), date(2020, 12, 31), CALENDAR, roll=Roll.NONE))


def test_working_days_name_every_special_day_and_its_notice() -> None:
    found = last_day_within(working_days(30), date(2021, 1, 29), CALENDAR)
    special = [date(2021, 2, day) for day in (7, 11, 12, 13, 14, 15, 16, 17, 20)]
    for day in special:
        assert day.isoformat() in text(found)
    assert text(found).count("国办发明电〔2020〕27号") == 3  # make-up day, holiday, make-up day
    origins = [node.origin for _, node in found.explanation.walk() if node.origin]
    assert all("2020-11-25 公布" in origin for origin in origins) and len(origins) == 3
    long = last_day_within(working_days(250), date(2021, 1, 29), CALENDAR)
    assert sum(1 for _ in long.explanation.walk()) < 40
    day = date(2021, 1, 30)
    while day <= long.last_day:
        if CALENDAR.day(day).notice is not None:
            assert day.isoformat() in text(long), day
        day += ONE


def test_each_rest_day_rolled_over_is_named() -> None:
    found = last_day_within(days(30), date(2021, 9, 1), CALENDAR)
    for day in range(1, 8):
        assert found.explanation.at(f"last_day/roll/rest-2021-10-0{day}").origin is not None
        assert f"2021-10-0{day}" in text(found)
    assert found.explanation.at("last_day/roll").clause == "《民法典》第二百零三条"


def test_a_last_day_on_a_make_up_day_says_that_it_stays() -> None:
    found = last_day_within(days(10), date(2021, 2, 10), CALENDAR)
    assert "最后一日 2021-02-20（星期六）春节调休上班（国办发明电〔2020〕27号），是工作日，不移动" in found.working


def test_the_calendar_as_published_decides() -> None:
    before = CALENDAR.as_published_at(date(2020, 1, 26))
    assert last_day_within(days(10), date(2020, 1, 21), before).last_day == date(2020, 1, 31)
    found = last_day_within(days(10), date(2020, 1, 21), CALENDAR)
    assert found.last_day == date(2020, 2, 3) and "国办发明电〔2020〕1号" in text(found)


@pytest.mark.parametrize(
    ("anchor", "period", "provisional"),
    [
        ("2026-12-01", days(30), False),  # Thursday 31 December 2026
        ("2026-12-01", days(31), True),
        ("2026-12-15", months(2), True),
        ("2026-12-30", working_days(1), False),
        ("2026-12-31", working_days(1), True),
        ("2018-12-10", days(40), False),  # plain days that end inside an announced year
        ("2018-12-10", working_days(40), True),
    ],
)
def test_years_not_announced_make_it_provisional(anchor: str, period: Period, provisional: bool) -> None:
    found = last_day_within(period, date.fromisoformat(anchor), CALENDAR)
    assert found.provisional is provisional
    assert any(line.startswith("暂定：") for line in found.working) is provisional


def test_a_year_loaded_later_moves_the_provisional_day() -> None:
    day = date(2027, 2, 8)
    data = {
        "year": 2027,
        "notices": [
            {
                "number": "甲",
                "title": "安排",
                "published": date(2026, 11, 3),
                "days": [{"festival": "春节", "rest": [f"{day}..2027-02-12"]}],
            }
        ],
    }
    first = last_day_within(months(2), date(2026, 12, 8), CALENDAR)
    second = last_day_within(months(2), date(2026, 12, 8), CALENDAR.with_year(2027, data))
    assert (first.last_day, first.provisional) == (day, True)
    assert (second.last_day, second.provisional) == (date(2027, 2, 15), False)


def test_the_anchor_day_counts_when_the_text_says_so() -> None:
    assert last_day_within(days(7), date(2021, 3, 1), CALENDAR, count_anchor_day=True).last_day == date(2021, 3, 8)
    week = last_day_within(days(7), date(2021, 3, 1), CALENDAR, count_anchor_day=True, roll=Roll.NONE)
    assert week.last_day == date(2021, 3, 7) and "roll-none" in week.explanation.readings
    month = last_day_within(months(1), date(2021, 3, 1), CALENDAR, count_anchor_day=True)
    assert month.last_day == date(2021, 3, 31) and month.explanation.readings == ("count-anchor-day",)
    year = last_day_within(years(1), date(2021, 1, 1), CALENDAR, count_anchor_day=True)
    assert year.last_day == date(2021, 12, 31)
    ended = last_day_within(months(1), date(2020, 1, 31), CALENDAR, count_anchor_day=True, roll=Roll.NONE)
    assert ended.last_day == date(2020, 2, 29)
    one = last_day_within(working_days(1), date(2021, 3, 1), CALENDAR, count_anchor_day=True)
    assert one.last_day == date(2021, 3, 1)


def test_a_fixed_date_is_a_reading_where_the_choice_tells() -> None:
    rest = date(2023, 9, 30)  # in the holiday that ends on 6 October; Saturday 7 October is a make-up day
    choices = {roll: fixed_day(rest, CALENDAR, roll=roll, clause="第十一条") for roll in Roll}
    assert [found.last_day for found in choices.values()] == [date(2023, 10, 7), date(2023, 9, 28), rest]
    assert [found.explanation.readings for found in choices.values()] == [
        ("fixed-day-next-working-day",),
        ("fixed-day-previous-working-day",),
        ("fixed-day-none",),
    ]
    plain = fixed_day(date(2021, 9, 30), CALENDAR, roll=Roll.NEXT_WORKING_DAY)
    assert plain.last_day == date(2021, 9, 30) and not plain.explanation.readings
    named = fixed_day(date(2021, 9, 30), CALENDAR, roll=Roll.NONE, reading="september-end")
    assert named.explanation.readings == ("september-end",)


def test_backwards_the_choice_of_roll_is_named_and_forward_is_refused() -> None:
    none = latest_day_before(days(60), date(2021, 7, 1), CALENDAR)
    assert none.explanation.readings == ("backward-count", "backward-roll-none")
    previous = latest_day_before(days(60), date(2021, 7, 1), CALENDAR, roll=Roll.PREVIOUS_WORKING_DAY)
    assert previous.explanation.at("last_day/roll").clause is None, "no article rolls a last day back"
    assert previous.explanation.readings == ("backward-count", "backward-roll-previous-working-day")
    with pytest.raises(PeriodError, match="倒推"):
        latest_day_before(days(60), date(2021, 7, 1), CALENDAR, roll=Roll.NEXT_WORKING_DAY)


def test_a_roll_back_never_ends_a_period_before_it_begins() -> None:
    with pytest.raises(PeriodError, match="早于期间首日"):
        last_day_within(days(1), date(2021, 3, 5), CALENDAR, roll=Roll.PREVIOUS_WORKING_DAY)
    found = last_day_within(days(2), date(2021, 3, 4), CALENDAR, roll=Roll.PREVIOUS_WORKING_DAY)
    assert found.last_day == date(2021, 3, 5)


def suspended(first: str, last: str | None) -> Suspension:
    return Suspension(date.fromisoformat(first), None if last is None else date.fromisoformat(last), "补正", "第十条")


@pytest.mark.parametrize(
    ("period", "ledger", "last"),
    [
        # 10 days from Monday 1 March 2021: 11 March, plus 3; Sunday 14, so Monday 15.
        (days(10), [suspended("2021-03-03", "2021-03-05")], "2021-03-15"),
        # the extension reaches a second interval: 11 + 3 = 14, takes in 13-14, so + 2 = 16.
        (days(10), [suspended("2021-03-03", "2021-03-05"), suspended("2021-03-13", "2021-03-14")], "2021-03-16"),
        # overlapping intervals: the days 3-8 stand still once: 11 + 6 = 17.
        (days(10), [suspended("2021-03-03", "2021-03-06"), suspended("2021-03-05", "2021-03-08")], "2021-03-17"),
        # one day in common, and one interval inside another
        (days(10), [suspended("2021-03-03", "2021-03-05"), suspended("2021-03-05", "2021-03-08")], "2021-03-17"),
        (days(10), [suspended("2021-03-03", "2021-03-08"), suspended("2021-03-04", "2021-03-05")], "2021-03-17"),
        (days(10), [suspended("2021-02-01", "2021-03-01")], "2021-03-11"),  # over before the first counted day
        # days before the first counted day do not matter: only 2 March counts.
        (days(10), [suspended("2021-02-20", "2021-03-02")], "2021-03-12"),
        (days(10), [suspended("2021-03-12", "2021-03-20")], "2021-03-11"),  # begins after the end
        (working_days(5), [suspended("2021-03-03", "2021-03-07")], "2021-03-11"),  # 2, 8, 9, 10, 11
        (months(1), [suspended("2021-03-10", "2021-03-19")], "2021-04-12"),  # 1 April + 10 = Sunday 11 April
        # the roll from Saturday 13 March meets a suspension and goes on to Thursday 18.
        (days(12), [suspended("2021-03-15", "2021-03-17")], "2021-03-18"),
    ],
)
def test_suspended_days_do_not_count(period: Period, ledger: list[Suspension], last: str) -> None:
    found = last_day_within(period, date(2021, 3, 1), CALENDAR, suspensions=ledger)
    assert found.last_day == date.fromisoformat(last)
    touches = any(each.last and each.first <= found.last_day and each.last >= date(2021, 3, 2) for each in ledger)
    assert ("中止" in text(found)) is touches


def test_suspensions_give_ground_and_clause() -> None:
    found = last_day_within(days(10), date(2021, 3, 1), CALENDAR, suspensions=[suspended("2021-03-03", "2021-03-05")])
    assert "2021-03-03 至 2021-03-05 中止（补正），其间不计入（第十条）" in found.working
    assert "中止共 3 日不计入，最后一日由 2021-03-11 延至 2021-03-14（星期日）" in found.working


def test_suspended_working_days_are_counted_without_the_weekend() -> None:
    ledger = [suspended("2021-03-03", "2021-03-07")]  # Wednesday to Sunday
    found = last_day_within(working_days(5), date(2021, 3, 1), CALENDAR, suspensions=ledger)
    assert "（中止期间的 3 个工作日不计入）" in text(found)


def test_an_open_suspension_leaves_no_last_day() -> None:
    with pytest.raises(PeriodError, match="尚未结束.*第十条"):
        last_day_within(days(10), date(2021, 3, 1), CALENDAR, suspensions=[suspended("2021-03-11", None)])
    late = last_day_within(days(10), date(2021, 3, 1), CALENDAR, suspensions=[suspended("2021-03-12", None)])
    assert late.last_day == date(2021, 3, 11), "what begins after the period has run out cannot stop it"
    ledger = [suspended("2021-03-03", "2021-03-05"), suspended("2021-03-11", None)]
    assert [is_suspended(date(2021, 3, day), ledger) for day in (2, 3, 5, 6, 11, 31)] == [
        False,
        True,
        True,
        False,
        True,
        True,
    ]
    with pytest.raises(PeriodError, match="早于首日"):
        suspended("2021-03-05", "2021-03-04")
