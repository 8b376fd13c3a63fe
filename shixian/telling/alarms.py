"""What has gone wrong in the house, for the desk's first page and the operators: each with what to do about it.

Alarms are found afresh each time from what the tables hold; nothing is stored, and one that was put right is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, exists, func, or_, select

from models import AttemptStatus, MessageStatus, anchor, attempt, batch, case_file, cycle_run, event, statement_line
from models import outbox_message as outbox
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.money.settling import OPEN
from shixian.casework.publicity.notices import missing_snapshots
from shixian.rules.periods import add_days, end_of, legal_day, minutes_before, yearly_day
from shixian.telling.heartbeat import last_told

RUN_BY_MINUTE, TOLD_BY_MINUTE, STATEMENT_BY_MINUTE = 60, 9 * 60 + 30, 7 * 60 + 30
"""Minutes after midnight by which a day's cycle runs, its messages and the statement of the day before should be there:
an hour after their schedules in prefect.yaml."""
CUT_OFF_MINUTES = 120
"""A cycle run that has not ended after so long was cut off, or failed."""
UNDELIVERED_MINUTES = 24 * 60
_NAMED = 5  # how many an alarm names


@dataclass(frozen=True, slots=True)
class Alarm:
    """`kind` is one of KINDS; `since` the legal day from which it holds; `remedy` what to do; `about` what tells two
    alarms of one kind apart: while it is the same, operators are told once."""

    kind: str
    text: str
    since: date
    remedy: str
    about: str = ""

    @property
    def key(self) -> str:
        """The cause, for the outbox."""
        return f"{self.kind}:{self.about or self.since}"


@dataclass(frozen=True, slots=True)
class _House:
    connection: Connection
    today: date
    now: datetime
    books: LawBooks

    def late(self, minute: int) -> bool:
        """Whether it is later today than so many minutes after midnight."""
        return self.now >= minutes_before(end_of(add_days(self.today, -1)), -minute)


def alarms(engine: Engine, today: date, now: datetime | None = None, *, books: LawBooks | None = None) -> list[Alarm]:
    """Everything that is wrong on a legal day, at this instant; without one, by the end of the day."""
    laws = books or default_books()
    with reading(engine) as connection:
        house = _House(connection, today, now or end_of(today), laws)
        found = [alarm for look in LOOKS for alarm in look(house)]
    return [*found, *_snapshots(engine, today, laws)]


def _runs(house: _House) -> Iterator[Alarm]:
    """Cycle runs that failed, and those that did not happen though clocks have run out."""
    columns = cycle_run.c
    latest = select(func.max(columns.id)).group_by(columns.lifecycle)
    last = {row.lifecycle: row for row in house.connection.execute(select(cycle_run).where(columns.id.in_(latest)))}
    for key, row in sorted(last.items()):
        if row.finished is None and row.started <= minutes_before(house.now, CUT_OFF_MINUTES):
            yield Alarm(
                "run_failed",
                f"{_title(house, key)}（{key}）截至 {row.as_of} 的周期运行没有完成",
                legal_day(row.started),
                "在 Prefect 界面查看该次运行的日志，排除原因后重新运行；重复运行不会重复处理",
                f"{key}:{row.id}",
            )
    if not house.late(RUN_BY_MINUTE):
        return
    ended = select(columns.lifecycle, func.max(columns.as_of)).where(columns.finished.is_not(None))
    reached = {key: day for key, day in house.connection.execute(ended.group_by(columns.lifecycle))}
    for key, count, first in house.connection.execute(_due(house.today)):
        if reached.get(key) is None or reached[key] < house.today:
            yield Alarm(
                "run_missing",
                f"{_title(house, key)}（{key}）今日的周期运行没有进行：{count} 件的期限已届满而未处理",
                add_days(first, 1),
                "查看 Prefect 的工作进程是否在运行；也可运行 shixian tick 补上，漏跑的日子一并处理",
                f"{key}:{house.today}",
            )


def _due(today: date) -> Any:
    columns = case_file.c
    return (
        select(columns.lifecycle, func.count(), func.min(columns.next_day))
        .where(columns.status != "closed", columns.next_day < today, columns.set_aside.is_(None))
        .group_by(columns.lifecycle)
        .order_by(columns.lifecycle)
    )


def _calendar(house: _House) -> Iterator[Alarm]:
    """The working-day calendar of this year, and from 1 December of the next."""
    year = house.today.year
    for wanted, since in ((year, yearly_day(year - 1, 12, 1)), (year + 1, yearly_day(year, 12, 1))):
        if house.today >= since and not house.books.calendar.announced(wanted):
            yield Alarm(
                "calendar_missing",
                f"{wanted} 年的放假安排没有载入，跨入该年的期限都是暂定的，不会自动处理",
                since,
                f"国务院办公厅通知公布后，将 {wanted}.yaml 放入 SHIXIAN_CALENDAR_DIR 所指的文件夹并重启",
                str(wanted),
            )


def _aside(house: _House) -> Iterator[Alarm]:
    """Cases that a cycle run could not move."""
    columns = case_file.c
    query = select(columns.ref, columns.next_day).where(columns.set_aside.is_not(None)).order_by(columns.id)
    rows = house.connection.execute(query).all()
    if rows:
        days = [row.next_day for row in rows if row.next_day is not None]
        yield Alarm(
            "set_aside",
            f"{len(rows)} 件案件被搁置，周期运行不再处理：{_some([row.ref for row in rows])}",
            min(days, default=house.today),
            "查看案件页所列原因，处理后运行 shixian put-back 案号",
            _digest(row.ref for row in rows),
        )


def _payments(house: _House) -> Iterator[Alarm]:
    """Payments of which nobody knows what became of them, and those parked for a person."""
    columns = attempt.c
    query = (
        select(columns.id, columns.intended_at, batch.c.ref, batch.c.proposed_at)
        .join(batch, batch.c.id == columns.batch_id)
        .where(or_(columns.status == AttemptStatus.UNKNOWN, columns.parked & columns.status.in_(OPEN)))
        .order_by(columns.id)
    )
    rows = house.connection.execute(query).all()
    if rows:
        since = min(row.intended_at or row.proposed_at for row in rows)
        yield Alarm(
            "payments_unsettled",
            f"{len(rows)} 笔付款结果不明或待人工认定：批次 {_some(sorted({row.ref for row in rows}))}",
            legal_day(since),
            "先查询 shixian batch inquire；仍不明的凭银行回单由未经手的复核人员认定，切勿重付",
            _digest(str(row.id) for row in rows),
        )


def _statements(house: _House) -> Iterator[Alarm]:
    """Days on which something was paid that no statement has shown: not reconciled, or missing at the bank."""
    columns, shown = attempt.c, statement_line.c
    yesterday = add_days(house.today, -1)
    upto = yesterday if house.late(STATEMENT_BY_MINUTE) else add_days(yesterday, -1)
    seen = exists().where(shown.attempt_id == columns.id, shown.direction == "out")
    query = (
        select(columns.paid_on, func.count())
        .where(columns.status == AttemptStatus.PAID, columns.paid_on <= upto, ~seen)
        .group_by(columns.paid_on)
        .order_by(columns.paid_on)
    )
    rows = house.connection.execute(query).all()
    for day, number in rows:
        read = house.connection.scalar(select(func.count()).select_from(statement_line).where(shown.booked == day))
        said = "已读的对账单未见" if read else "没有对账"
        yield Alarm(
            "not_reconciled",
            f"{day} 付款中有 {number} 笔{said}",
            add_days(day, 1),
            f"运行 shixian reconcile --day {day}；对账单仍未见的，与国库核对",
            str(day),
        )


def _messages(house: _House) -> Iterator[Alarm]:
    """Messages that were given up, and those that wait because nothing can carry them."""
    columns = outbox.c
    failed = house.connection.execute(
        select(columns.id, columns.kind, columns.made_at).where(columns.status == MessageStatus.FAILED)
    ).all()
    if failed:
        # Alarms about alarms that could not be sent would breed: they are counted, and make no new cause.
        others = [str(row.id) for row in failed if row.kind != "alarm"]
        yield Alarm(
            "messages_failed",
            f"{len(failed)} 条消息多次投递未成，已不再重试",
            legal_day(min(row.made_at for row in failed)),
            "用 shixian outbox list --status failed 查看收件人和回执，更正地址后 shixian outbox retry 编号",
            _digest(others) if others else "alarms",
        )
    early = minutes_before(house.now, UNDELIVERED_MINUTES)
    query = select(func.count(), func.min(columns.made_at)).where(
        columns.status == MessageStatus.WAITING, columns.tries == 0, columns.made_at <= early
    )
    number, since = house.connection.execute(query).one()
    if number:
        yield Alarm(
            "messages_waiting",
            f"{number} 条消息超过一日没有发出：没有设定渠道，收件人没有地址，或投递没有运行",
            legal_day(since),
            "设定 SHIXIAN_MAIL_SERVER 和收件人的地址（或 SHIXIAN_TELL_FALLBACK），再运行 shixian tell",
        )


def _told(house: _House) -> Iterator[Alarm]:
    """Whether people were told today at all."""
    last = last_told(house.connection)
    there = house.connection.scalar(select(exists().where(case_file.c.status != "closed")))
    if there and house.late(TOLD_BY_MINUTE) and (last is None or legal_day(last) < house.today):
        yield Alarm(
            "not_told",
            "今日的提醒没有发出" if last else "提醒从未发出",
            house.today if last is None else add_days(legal_day(last), 1),
            "查看 Prefect 中 tell 的运行；也可运行 shixian tell，未说的一并补上",
            str(house.today),
        )


def _anchors(house: _House) -> Iterator[Alarm]:
    """Events that no daily anchor covers, older than yesterday."""
    newest = house.connection.execute(select(anchor).order_by(anchor.c.day.desc()).limit(1)).one_or_none()
    if newest is not None and newest.day >= add_days(house.today, -1):
        return
    after = 0 if newest is None else newest.last_event
    loose = select(event.c.recorded_at).where(event.c.id > after).order_by(event.c.id).limit(1)
    first = house.connection.scalar(loose)
    if first is not None and legal_day(first) < house.today:
        yield Alarm(
            "anchor_missing",
            f"{'从未锚定' if newest is None else f'末一锚为 {newest.day}'}，其后的事件没有锚",
            add_days(newest.day, 1) if newest is not None else legal_day(first),
            "每日运行 shixian anchor，摘要另存于数据库管理者不能改动之处",
            str(house.today),
        )


def _snapshots(engine: Engine, today: date, books: LawBooks) -> Iterator[Alarm]:
    """Days of notice windows of which nothing proves that they were shown."""
    found = missing_snapshots(engine, today, books=books)
    if found:
        count = sum(len(one.days) for one in found)
        yield Alarm(
            "snapshot_missing",
            f"{len(found)} 项公示共 {count} 日没有留存：{_some([one.ref for one in found])}",
            min(day for one in found for day in one.days),
            "确属当日无法查阅的，登记公示中断，公示期随之顺延；此后每日留存",
            _digest(f"{one.ref}{one.stage}{one.days}" for one in found),
        )


LOOKS: tuple[Callable[[_House], Iterator[Alarm]], ...] = (
    _runs,
    _payments,
    _statements,
    _aside,
    _calendar,
    _told,
    _messages,
    _anchors,
)
KINDS = (
    "run_failed",
    "run_missing",
    "payments_unsettled",
    "not_reconciled",
    "set_aside",
    "calendar_missing",
    "not_told",
    "messages_failed",
    "messages_waiting",
    "anchor_missing",
    "snapshot_missing",
)


def _title(house: _House, key: str) -> str:
    found = house.books.lifecycles.get(key)
    return found.title if found is not None else key


def _some(names: list[str]) -> str:
    return "、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else "")


def _digest(parts: Any) -> str:
    return sha256("|".join(sorted(parts)).encode()).hexdigest()[:12]
