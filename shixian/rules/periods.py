"""Every deadline of the system is computed here, and nowhere else: a last day, with its working from the same code.

Civil Code articles 200-204 (before 2021: General Provisions of the Civil Law, same numbers):
- 201: the day on which the period begins is not counted; counting starts on the next day;
- 202: a period of months or years ends on the corresponding day, or on the month's last day when there is none;
- 203: a last day that is a rest day gives way to the next working day; the last day ends at 24:00;
- 204: a law may say otherwise, hence `roll=`, `count_anchor_day=`.

Where the Code is silent (counting backwards, a date fixed by a text) the caller chooses, and the working carries the
choice as a *reading*. Every day looked at in a year without its State Council notice makes the result provisional.
The types (`Period`, `Roll`, `Suspension`, ...) are in `shixian.rules.spans`, instants in `shixian.rules.months`; both
are re-exported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shixian.rules.calendar import Calendar
from shixian.rules.errors import PeriodError
from shixian.rules.months import end_of, legal_day, minutes_before, parse_instant
from shixian.rules.spans import (
    Period,
    Roll,
    Suspension,
    Unit,
    add_days,
    days,
    days_between,
    is_suspended,
    last_working_day_ahead,
    months,
    parse_day,
    require_day,
    working_days,
    working_days_between,
    yearly_day,
    years,
)
from shixian.rules.working import FIRST_DAY, Computation, Working, key, named

__all__ = [
    "Computation",
    "Period",
    "Roll",
    "Suspension",
    "Unit",
    "add_days",
    "days",
    "days_between",
    "end_of",
    "fixed_day",
    "is_suspended",
    "last_day_within",
    "last_working_day_ahead",
    "latest_day_before",
    "legal_day",
    "minutes_before",
    "months",
    "parse_day",
    "parse_instant",
    "working_days",
    "working_days_between",
    "yearly_day",
    "years",
]


def last_day_within(
    period: Period,
    anchor: date,
    calendar: Calendar,
    *,
    suspensions: Sequence[Suspension] = (),
    roll: Roll = Roll.NEXT_WORKING_DAY,
    clause: str | None = None,
    anchor_name: str = "起算日",
    count_anchor_day: bool = False,
) -> Computation:
    """The last day of a period that runs forwards from `anchor`.

    Suspended days do not count: days and working days skip them; to months and years one calendar day is added for
    each of them between the anchor and the (extended) last day. The roll comes last, and passes over suspended days
    too. A roll other than article 203's is the caller's reading of a special rule (article 204). Raises PeriodError
    while a suspension that reaches the period has no end, and when a backward roll would end it before it begins.
    """
    first = require_day(anchor) if count_anchor_day else add_days(require_day(anchor), 1)
    working = Working(calendar)
    working.say("period", f"期限为 {period.zh}，自{anchor_name} {anchor} 起", clause=clause)
    if count_anchor_day:
        working.say("anchor", f"{anchor_name} {named(anchor)}当日计入，为第一日", clause=clause)
    else:
        text = f"{anchor_name} {named(anchor)}当日不计入，自次日 {named(first)}起算"
        working.say("anchor", text, article=FIRST_DAY)
    closed = [each for each in suspensions if each.last is not None]
    if period.unit is Unit.WORKING_DAYS:
        last = working.count_working_days(period.amount, first, 1, closed)
    else:
        if period.unit is Unit.DAYS:
            last = working.count_days(period.amount, first, 1)
        else:
            last = working.count_months(period, anchor, 1, day_before=count_anchor_day)
        last = working.extend(last, first, closed)
        last = working.roll(last, roll, closed, reading=None if roll is Roll.NEXT_WORKING_DAY else f"roll-{key(roll)}")
        if last < first:
            raise PeriodError(
                f"提前后的最后一日 {last} 早于期间首日 {first}",
                clause=clause,
                remedy="该期限不能采用提前至前一工作日的读法",
            )
    for each in suspensions:
        if each.last is None and each.first <= last:
            raise PeriodError(
                f"中止自 {each.first} 起尚未结束（{each.ground}），期限的最后一日暂不能计算",
                clause=each.clause,
                remedy="中止结束、登记末日后再计算",
            )
    return working.finish(last, clause)


def latest_day_before(
    period: Period,
    event: date,
    calendar: Calendar,
    *,
    roll: Roll = Roll.NONE,
    clause: str | None = None,
    event_name: str = "事件日",
) -> Computation:
    """The latest day on which at least `period` lies before `event`: 60 days before 2021-07-01 is 2021-05-02.

    The Code does not say how to count backwards. By analogy with article 201 the day of the event is not counted and
    the day reached is the last in time (reading `backward-count`). Months go to the corresponding day or month end.

    On a rest day three choices exist. Rolling forwards would leave less than the law's minimum, so it is refused with
    PeriodError. PREVIOUS_WORKING_DAY takes time from the party who must act, without a rule that says so. NONE is the
    default: the party keeps every day the text gives, the minimum is kept as well, and article 203, which only ever
    lengthens a period, is not turned against the one it protects. Whichever is chosen is a reading in the working.
    """
    if roll is Roll.NEXT_WORKING_DAY:
        raise PeriodError(
            "倒推的期限不能顺延：顺延后的间隔将短于规定的最短时间",
            clause=clause,
            remedy="选择不移动，或提前至前一工作日",
        )
    first = add_days(require_day(event), -1)
    working = Working(calendar)
    working.say("period", f"应在{event_name} {named(event)}之前至少 {period.zh}", clause=clause)
    text = f"倒推计算：{event_name}当日不计入，自前一日 {named(first)}起向前数，数到之日为最迟一日（类推适用）"
    working.say("anchor", text, article=FIRST_DAY, reading="backward-count")
    if period.unit is Unit.WORKING_DAYS:
        last = working.count_working_days(period.amount, first, -1, ())
    else:
        if period.unit is Unit.DAYS:
            last = working.count_days(period.amount, first, -1)
        else:
            last = working.count_months(period, event, -1)
        last = working.roll(last, roll, (), reading=f"backward-roll-{key(roll)}")
    return working.finish(last, clause)


def fixed_day(
    day: date, calendar: Calendar, *, roll: Roll, clause: str | None = None, reading: str | None = None
) -> Computation:
    """A deadline on a date that a text sets (30 September).

    Article 203 speaks of periods, not of such dates: whether one that falls on a rest day moves is the caller's
    choice, carried as the reading `reading` (always, when given), else `fixed-day-...` when the day is a rest day.
    """
    working = Working(calendar)
    working.say("fixed", f"规定的日期为 {named(require_day(day))}", clause=clause, reading=reading)
    last = working.roll(day, roll, (), reading=reading or f"fixed-day-{key(roll)}")
    return working.finish(last, clause)
