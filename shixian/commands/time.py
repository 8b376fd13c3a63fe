"""`shixian deadline` and `shixian workday`: a last day with its working, and why a day is worked or not.

Both only read the packaged calendar (and SHIXIAN_CALENDAR_DIR): no database, no clock. What cannot be read or
counted is raised as `ShixianError`; the program prints it and ends with status 2.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from shixian.rules.calendar import Calendar, default_calendar
from shixian.rules.errors import PeriodError
from shixian.rules.periods import Computation, Period, Roll, last_day_within, latest_day_before, parse_day

JsonFlag = Annotated[bool, Parameter(name="--json", negative="", help="输出 JSON。Print JSON.")]
AsOf = Annotated[
    str | None,
    Parameter(name="--calendar-as-of", help="只计算该日前已公布的放假通知。Only notices published by this day."),
]


def register(app: cyclopts.App) -> None:
    """Add the commands `deadline` and `workday`."""
    app.command(deadline, name="deadline")
    app.command(workday, name="workday")


def deadline(
    *,
    anchor: Annotated[
        str | None, Parameter(help="起算点所在之日，如 2020-12-31。The day the period runs from.")
    ] = None,
    within: Annotated[
        str | None, Parameter(help='期限："2 months"、"5 working days"、"30 days"、"1 year" 或 5个工作日。The period.')
    ] = None,
    at_least: Annotated[
        str | None, Parameter(help='倒推：至少提前多久，如 "60 days"。Backwards: the least time before --before.')
    ] = None,
    before: Annotated[str | None, Parameter(help="倒推：事件之日。Backwards: the day of the event.")] = None,
    roll: Annotated[
        Roll | None, Parameter(help="末日逢休息日：顺推默认顺延，倒推默认不动。A last day on a rest day.")
    ] = None,
    count_anchor_day: Annotated[
        bool, Parameter(negative="", help="条文计入起算当日。The text counts the day of the anchor.")
    ] = False,
    calendar_as_of: AsOf = None,
    as_json: JsonFlag = False,
) -> None:
    """期限的最后一日，顺推（--anchor --within）或倒推（--at-least --before），附计算过程。The last day of a period."""
    calendar = _calendar(calendar_as_of)
    if anchor and within and not (at_least or before):
        found = last_day_within(
            Period.parse(within),
            parse_day(anchor),
            calendar,
            roll=roll or Roll.NEXT_WORKING_DAY,
            count_anchor_day=count_anchor_day,
        )
    elif at_least and before and not (anchor or within or count_anchor_day):
        found = latest_day_before(Period.parse(at_least), parse_day(before), calendar, roll=roll or Roll.NONE)
    else:
        raise PeriodError(
            "请给出 --anchor 与 --within（顺推），或 --at-least 与 --before（倒推），二者不能混用",
            remedy='例如 shixian deadline --anchor 2020-12-31 --within "2 months"',
        )
    print(_dumped(_deadline_json(found, calendar)) if as_json else "\n".join(found.working))


def workday(
    day: Annotated[str, Parameter(help="日期，如 2021-02-20。The day.")],
    /,
    *,
    calendar_as_of: AsOf = None,
    as_json: JsonFlag = False,
) -> None:
    """某日是否工作日，依据哪份通知。Whether a day is a working day, and by which notice."""
    legal = _calendar(calendar_as_of).day(parse_day(day))
    if as_json:
        notice = legal.notice
        data = {
            "day": legal.day.isoformat(),
            "working": legal.working,
            "kind": legal.kind,
            "reason": legal.reason,
            "notice": None
            if notice is None
            else {"number": notice.number, "title": notice.title, "published": notice.published.isoformat()},
            "provisional": legal.provisional,
        }
        print(_dumped(data))
        return
    verdict = "工作日" if legal.working else "休息日"
    print(f"{legal.day}（{legal.weekday}）：{verdict}")
    if legal.reason != verdict:
        print(f"原因：{legal.reason}")
    if legal.notice is not None:
        print(f"依据：{legal.notice.citation}")
    if legal.provisional:
        print(f"暂定：{legal.day.year} 年的节假日安排尚未公布或未载入")


def _calendar(as_of: str | None) -> Calendar:
    calendar = default_calendar()
    return calendar if as_of is None else calendar.as_published_at(parse_day(as_of))


def _deadline_json(found: Computation, calendar: Calendar) -> dict[str, Any]:
    return {
        "last_day": found.last_day.isoformat(),
        "provisional": found.provisional,
        "working": found.working,
        "readings": list(found.explanation.readings),
        "calendar_version": calendar.version,
    }


def _dumped(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
