"""The counting itself, said aloud: every method here that finds a day adds the sentence that tells how.

Used by `shixian.rules.periods` only, where the rules of law are argued.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shixian.rules.calendar import Calendar, LegalDay, weekday_name
from shixian.rules.explain import Explanation
from shixian.rules.months import add_months
from shixian.rules.spans import Period, Roll, Suspension, Unit, add_days, days_between, is_suspended

CIVIL_CODE_IN_FORCE = date(2021, 1, 1)
FIRST_DAY, CORRESPONDING_DAY, REST_DAY = "第二百零一条", "第二百零二条", "第二百零三条"
WEEKENDS_LISTED = 8  # more ordinary weekend days than this are given as a number


@dataclass(frozen=True, slots=True)
class Computation:
    """A deadline: the last day on which the act is in time (until 24:00), and how it was found.

    `provisional`: it rests on a year whose State Council notice is not loaded, and must be computed again.
    """

    last_day: date
    provisional: bool
    explanation: Explanation

    @property
    def working(self) -> list[str]:
        """The working as Chinese sentences, in the order of the computation."""
        return self.explanation.lines()


@dataclass(frozen=True, slots=True)
class _Step:
    """A sentence of the working. `article` is of the Civil Code or its forerunner: known once the last day is."""

    name: str
    text: str
    clause: str | None = None
    article: str | None = None
    origin: str | None = None
    reading: str | None = None
    inputs: tuple[Explanation, ...] = ()


class Working:
    """Computes and narrates: every method that finds a day says at once how it did."""

    __slots__ = ("calendar", "steps", "unannounced")

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.steps: list[_Step] = []
        self.unannounced: set[int] = set()

    def say(
        self,
        name: str,
        text: str,
        *,
        clause: str | None = None,
        article: str | None = None,
        origin: str | None = None,
        reading: str | None = None,
        inputs: tuple[Explanation, ...] = (),
    ) -> None:
        self.steps.append(_Step(name, text, clause, article, origin, reading, inputs))

    def look(self, day: date) -> LegalDay:
        legal = self.calendar.day(day)
        if legal.provisional:
            self.unannounced.add(day.year)
        return legal

    def count_days(self, amount: int, first: date, step: int) -> date:
        last = add_days(first, step * (amount - 1))
        self.say("count", f"{_direction(first, step)}数满 {amount} 日，第 {amount} 日为 {named(last)}")
        return last

    def count_months(self, period: Period, anchor: date, step: int, *, day_before: bool = False) -> date:
        """Article 202, from the anchor at once. `day_before`: the anchor's day counts, so it ends a day earlier."""
        amount = period.amount * 12 if period.unit is Unit.YEARS else period.amount
        last = add_months(anchor, step * amount)
        month = f"{last.year} 年 {last.month} 月"
        if last.day != anchor.day:
            text = f"到期月 {month}没有对应日（{anchor.day} 日），以月末日 {named(last)}为最后一日"
            self.say("count", text, article=CORRESPONDING_DAY)
        elif day_before:
            corresponding, last = last, add_days(last, -1)
            text = f"到期月 {month}的对应日为 {corresponding}；首日已计入，期间至其前一日 {named(last)}届满"
            self.say("count", text, article=CORRESPONDING_DAY, reading="count-anchor-day")
        else:
            text = f"到期月 {month}的对应日 {named(last)}为最后一日"
            self.say("count", text, article=CORRESPONDING_DAY)
        return last

    def count_working_days(self, amount: int, first: date, step: int, closed: Sequence[Suspension]) -> date:
        weekends: list[LegalDay] = []
        special: list[LegalDay] = []
        suspended = counted = 0
        day = first
        while True:
            legal = self.look(day)
            if closed and is_suspended(day, closed):
                suspended += legal.working
            elif legal.working:
                counted += 1
                if legal.notice is not None:
                    special.append(legal)
                if counted == amount:
                    break
            elif legal.notice is None:
                weekends.append(legal)
            else:
                special.append(legal)
            day = add_days(day, step)
        self._tell_suspensions(closed, min(first, day), max(first, day))
        inputs = (*_weekends(weekends), *(_group(run) for run in _runs(special)))
        text = f"{_direction(first, step)}数满 {amount} 个工作日，第 {amount} 个工作日为 {named(day)}"
        if suspended:
            text += f"（中止期间的 {suspended} 个工作日不计入）"
        self.say("count", text, inputs=inputs)
        return day

    def extend(self, last: date, first: date, closed: Sequence[Suspension]) -> date:
        """A day more for every suspended day between the first day and the extended last day, until none is left."""
        intervals = _merged(closed, first)
        extended = last
        while (moved := add_days(last, _days_within(intervals, extended))) != extended:
            extended = moved
        self._tell_suspensions(closed, first, extended)
        if extended != last:
            text = f"中止共 {days_between(last, extended)} 日不计入，最后一日由 {last} 延至 {named(extended)}"
            self.say("extension", text)
        return extended

    def roll(self, last: date, roll: Roll, closed: Sequence[Suspension], *, reading: str | None) -> date:
        """Article 203, or the caller's choice; `reading` is attached when the day is a rest day."""
        legal = self.look(last)
        if legal.working:
            if legal.notice is not None:
                text = f"最后一日 {legal}，是工作日，不移动"
                self.say("roll", text, origin=legal.notice.citation)
            return last
        if roll is Roll.NONE:
            self.say("roll", f"最后一日 {legal}，是休息日，按所选读法不移动", reading=reading, origin=_origin(legal))
            return last
        step = 1 if roll is Roll.NEXT_WORKING_DAY else -1
        passed: list[Explanation] = []
        day = last
        while (obstacle := self._obstacle(day, closed if step > 0 else ())) is not None:
            passed.append(Explanation(f"rest-{day}", obstacle, origin=_origin(self.look(day))))
            day = add_days(day, step)
        legal = self.look(day)
        verb = "顺延至其后首个工作日" if step > 0 else "按所选读法提前至其前最近的工作日"
        why = "" if legal.notice is None else legal.why
        text = f"最后一日 {named(last)}是休息日，{verb} {named(day)}{why}"
        article = REST_DAY if step > 0 else None
        self.say("roll", text, article=article, reading=reading, inputs=tuple(passed), origin=_origin(legal))
        return day

    def finish(self, last: date, clause: str | None) -> Computation:
        code = "《民法典》" if last >= CIVIL_CODE_IN_FORCE else "《民法总则》"
        self.say("close", f"截止时间为 {last} 24:00（北京时间）", article=REST_DAY)
        if self.unannounced:
            listed = "、".join(str(year) for year in sorted(self.unannounced))
            text = f"暂定：{listed} 年的节假日安排尚未公布或未载入，载入后须重新计算"
            self.say("provisional", text)
        inputs = tuple(
            Explanation(
                step.name,
                step.text,
                clause=step.clause if step.article is None else code + step.article,
                origin=step.origin,
                reading=step.reading,
                inputs=step.inputs,
            )
            for step in self.steps
        )
        root = Explanation("last_day", "最后一日", value=last.isoformat(), clause=clause, inputs=inputs)
        return Computation(last, bool(self.unannounced), root)

    def _obstacle(self, day: date, closed: Sequence[Suspension]) -> str | None:
        """Why a rolled last day cannot stay on `day`; None when it can."""
        legal = self.look(day)
        if not legal.working:
            return f"{legal}，是休息日"
        return f"{named(day)}处于中止期间，不计入" if is_suspended(day, closed) else None

    def _tell_suspensions(self, closed: Sequence[Suspension], first: date, last: date) -> None:
        for number, each in enumerate(closed, 1):
            if each.last is not None and each.first <= last and each.last >= first:
                text = f"{each.first} 至 {each.last} 中止（{each.ground}），其间不计入"
                self.say(f"suspension-{number}", text, clause=each.clause)


def named(day: date) -> str:
    return f"{day}（{weekday_name(day)}）"


def key(roll: Roll) -> str:
    return roll.value.replace("_", "-")


def _direction(first: date, step: int) -> str:
    return f"自 {first} 起{'' if step > 0 else '向前'}"


def _origin(legal: LegalDay) -> str | None:
    return None if legal.notice is None else legal.notice.citation


def _weekends(skipped: list[LegalDay]) -> tuple[Explanation, ...]:
    """The ordinary weekend days passed over, as one step."""
    if not skipped:
        return ()
    if len(skipped) > WEEKENDS_LISTED:
        return (Explanation("weekends", f"其间周末休息日共 {len(skipped)} 天，不计入"),)
    return (Explanation("weekends", f"周末休息日 {'、'.join(named(each.day) for each in skipped)}不计入"),)


def _runs(special: list[LegalDay]) -> list[list[LegalDay]]:
    """Neighbours in the list that one notice treats alike, together."""
    runs: list[list[LegalDay]] = []
    for each in special:
        if runs and (runs[-1][0].why, runs[-1][0].notice) == (each.why, each.notice):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _group(run: list[LegalDay]) -> Explanation:
    """Special days of one notice: each is named, counted (make-up days) or not (days off)."""
    verdict = "计入" if run[0].working else "不计入"
    text = f"{'、'.join(named(each.day) for each in run)}{run[0].why}，{verdict}"
    return Explanation(f"{run[0].kind}-{run[0].day}", text, origin=_origin(run[0]))


def _merged(closed: Iterable[Suspension], first: date) -> list[tuple[date, date]]:
    """The suspended intervals from `first` on, without overlaps: a day suspended twice is suspended once."""
    merged: list[tuple[date, date]] = []
    ends = ((max(each.first, first), each.last) for each in closed if each.last is not None)
    for start, end in sorted(ends):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:  # one that ends before `first` holds no days
            merged.append((start, end))
    return merged


def _days_within(intervals: Iterable[tuple[date, date]], last: date) -> int:
    """Days of the intervals up to and including `last`."""
    return sum(max(0, (min(end, last) - start).days + 1) for start, end in intervals)
