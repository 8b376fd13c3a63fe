"""Public notices 公示: what anybody may read of a published notice, and the daily proof that it could be read.

Only what was actually published has a notice here, and only the items that the regulation names (`rules.publication`).
Each day of the window keeps a snapshot of what was shown, with its hash; a day without one is a gap, and seen as one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import case_file, deadline, event, notice_snapshot
from shixian.casework.chain import canonical_json
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.publicity.notice_items import Item, items_of
from shixian.casework.store import case_of
from shixian.rules.errors import CaseworkError, NotFound
from shixian.rules.lifecycle import Lifecycle, Stage, Window
from shixian.rules.periods import add_days, days_between, legal_day, parse_day
from shixian.rules.publication import ALWAYS_WITHHELD, LEAST, Withheld
from shixian.rules.standing import OUTAGE_GROUND

_TOGETHER = 500
_MASKED = Withheld("自然人全名", "姓名只显示姓，足以辨认公示事项即可", LEAST)


@dataclass(frozen=True, slots=True)
class Notice:
    """One published notice. The window ends at 24:00 of `last_day`; `ended_early`: the day on which the case ended."""

    number: int  # of the notice: the order in which notices were published
    ref: str
    case_id: int
    lifecycle: Lifecycle
    stage: Stage
    cycle: int
    first_day: date
    last_day: date
    items: tuple[Item, ...]
    withheld: tuple[Withheld, ...]
    ended_early: date | None = None
    lost: tuple[tuple[date, date], ...] = ()  # outages, first and last day each

    @property
    def window(self) -> Window:
        assert self.stage.window is not None
        return self.stage.window

    @property
    def until(self) -> date:
        """The last day on which it is, or was, to be shown."""
        return min(self.last_day, self.ended_early) if self.ended_early else self.last_day

    def open_on(self, day: date) -> bool:
        return self.first_day <= day <= self.until

    def days_left(self, today: date) -> int:
        return days_between(today, self.last_day)

    @property
    def content(self) -> str:
        """What a reader sees, as one canonical text: that is what a snapshot keeps and hashes."""
        return canonical_json(
            {
                "lifecycle": self.lifecycle.title,
                "notice": self.stage.title,
                "clause": self.window.clause,
                "ref": self.ref,
                "first_day": self.first_day.isoformat(),
                "last_day": self.last_day.isoformat(),
                "items": [[item.label, item.value, item.clause] for item in self.items],
                "withheld": [[one.what, one.because, one.clause] for one in self.withheld],
            }
        )


@dataclass(frozen=True, slots=True)
class Group:
    """The notices of one stage and cycle: an award has many in one notice."""

    lifecycle: Lifecycle
    stage: Stage
    cycle: int
    count: int
    last_day: date


@dataclass(frozen=True, slots=True)
class Kept:
    """One day of a window. `state`: kept, missing, lost (an outage that was recorded), ahead."""

    day: date
    state: str
    sha256: str = ""
    recorded_at: datetime | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class MissingSnapshots:
    """A notice of an open case with days of its window of which nothing proves that it could be read."""

    ref: str
    title: str
    stage: str
    days: tuple[date, ...]
    clause: str

    @property
    def text(self) -> str:
        shown = "、".join(day.isoformat() for day in self.days[:5]) + ("等" if len(self.days) > 5 else "")
        return f"{self.ref}“{self.title}”有 {len(self.days)} 日没有公示留存（{shown}）"


# -- reading -----------------------------------------------------------------------------------------------------------


def groups(
    engine: Engine, today: date, *, open_now: bool, limit: int = 100, offset: int = 0, books: LawBooks | None = None
) -> list[Group]:
    """Notices by programme, stage and cycle: those that end first, or (past ones) those that ended last."""
    known = (books or default_books()).lifecycles
    columns = case_file.c
    key = (columns.lifecycle, columns.cycle, deadline.c.stage)
    last = func.max(deadline.c.last_day)
    query = (
        select(*key, func.count(columns.id.distinct()).label("cases"), last.label("last"))
        .join(deadline, deadline.c.case_id == columns.id)
        .where(_published(), _in_time(today, open_now))
        .group_by(*key)
        .order_by(last if open_now else last.desc(), *key)
        .limit(limit)
        .offset(offset)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    found = []
    for row in rows:
        stage = _notice_stage(known.get(row.lifecycle), row.stage)
        if stage is not None:
            last_day = row.last if isinstance(row.last, date) else parse_day(row.last)
            found.append(Group(known[row.lifecycle], stage, row.cycle, row.cases, last_day))
    return found


def notices(
    engine: Engine,
    today: date,
    *,
    open_now: bool | None = None,
    key: str | None = None,
    cycle: int | None = None,
    stage: str | None = None,
    after: int = 0,
    limit: int = 100,
    books: LawBooks | None = None,
) -> list[Notice]:
    """Published notices by their number; `after` is the number that the last page ended with."""
    conditions = [_published(), deadline.c.id > after]
    conditions += [_in_time(today, open_now)] if open_now is not None else []
    conditions += [case_file.c.lifecycle == key] if key is not None else []
    conditions += [case_file.c.cycle == cycle] if cycle is not None else []
    conditions += [deadline.c.stage == stage] if stage is not None else []
    with reading(engine) as connection:
        return list(_read(connection, and_(*conditions), (books or default_books()).lifecycles, limit))


def read_notice(engine: Engine, ref: str, stage: str, *, books: LawBooks | None = None) -> Notice:
    """The notice of one stage of a case; NotFound when nothing of that name was published."""
    which = and_(_published(), case_file.c.ref == ref, deadline.c.stage == stage)
    with reading(engine) as connection:
        found = list(_read(connection, which, (books or default_books()).lifecycles, 1))
    if not found:
        raise NotFound("没有这一公示，或者尚未发布", remedy="从公示列表中选择")
    return found[0]


def working_of(engine: Engine, notice: Notice) -> tuple[str, ...]:
    """How the last day of the window was counted, line by line."""
    columns = event.c
    query = (
        select(columns.data)
        .where(columns.case_id == notice.case_id, columns.kind == "deadline_set", columns.stage == notice.stage.key)
        .order_by(columns.seq.desc())
    )
    with reading(engine) as connection:
        for text in connection.scalars(query):
            data = json.loads(text)
            if data["clock"] == "window":
                return tuple(data["working"])
    return ()


def _published() -> ColumnElement[bool]:
    """The window's clock runs from the act of publishing, so that it has a last day only once there was one."""
    return and_(deadline.c.clock == "window", deadline.c.last_day.is_not(None))


def _in_time(today: date, open_now: bool) -> ColumnElement[bool]:
    return deadline.c.last_day >= today if open_now else deadline.c.last_day < today


def _read(
    connection: Connection, which: ColumnElement[bool], lifecycles: Mapping[str, Lifecycle], limit: int
) -> Iterator[Notice]:
    query = (
        select(case_file, deadline.c.stage.label("notice_stage"), deadline.c.id.label("notice_number"))
        .join(deadline, deadline.c.case_id == case_file.c.id)
        .where(which)
        .order_by(deadline.c.id)
        .limit(limit)
    )
    seen: set[tuple[int, str]] = set()
    for row in connection.execute(query).mappings().all():
        made = _notice(row, lifecycles)
        if made is not None and (made.case_id, made.stage.key) not in seen:
            seen.add((made.case_id, made.stage.key))
            yield made


def _notice_stage(lifecycle: Lifecycle | None, key: str) -> Stage | None:
    if lifecycle is None:
        return None
    return next((stage for stage in lifecycle.stages if stage.key == key and stage.window is not None), None)


def _notice(row: RowMapping, lifecycles: Mapping[str, Lifecycle]) -> Notice | None:
    lifecycle = lifecycles.get(row["lifecycle"])
    stage = _notice_stage(lifecycle, row["notice_stage"])
    if lifecycle is None or stage is None or stage.window is None:
        return None
    case = case_of(row, lifecycles)
    window = case.progress.windows.get(stage.key)
    if window is None:
        return None
    shown, masked = items_of(lifecycle, stage.window, case)
    withheld = (*stage.window.withholds, *([_MASKED] if masked else []), *ALWAYS_WITHHELD)
    closed = case.progress.closed_on
    lost = tuple(
        (parse_day(first), parse_day(last))
        for where, ground, _, first, last in case.progress.suspensions
        if where == stage.key and ground == OUTAGE_GROUND and first and last
    )
    return Notice(
        number=row["notice_number"],
        ref=case.ref,
        case_id=row["id"],
        lifecycle=lifecycle,
        stage=stage,
        cycle=case.cycle,
        first_day=parse_day(window[0]),
        last_day=parse_day(window[1]),
        items=shown,
        withheld=withheld,
        ended_early=parse_day(closed) if closed and closed <= window[1] else None,
        lost=lost,
    )


# -- snapshots ---------------------------------------------------------------------------------------------------------


def take_snapshots(engine: Engine, day: date, *, now: datetime, books: LawBooks | None = None) -> int:
    """Keep what every open notice shows today; how many were kept. The same day again keeps nothing more.

    CaseworkError for another day than that of `now`: what was shown yesterday cannot be proved today.
    """
    if day != legal_day(now):
        raise CaseworkError(f"{now.isoformat()} 不能留存 {day} 的公示内容", remedy="公示留存只能在当日进行")
    made, last = 0, 0
    while found := notices(engine, day, open_now=True, after=last, limit=_TOGETHER, books=books):
        last = found[-1].number
        made += keep(engine, [one for one in found if one.open_on(day)], now=now)
    return made


def keep(engine: Engine, shown: Sequence[Notice], *, now: datetime) -> int:
    """Keep what these open notices show at this moment, once a day each; how many were new."""
    day = legal_day(now)
    with reading(engine) as connection:
        columns = notice_snapshot.c
        ids = [one.case_id for one in shown]
        query = select(columns.case_id, columns.stage).where(columns.day == day, columns.case_id.in_(ids))
        there = {(row.case_id, row.stage) for row in connection.execute(query)}
    rows = [_row(one, day, now) for one in shown if (one.case_id, one.stage.key) not in there and one.open_on(day)]
    if not rows:
        return 0
    with transaction(engine) as connection:
        make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        statement = make(notice_snapshot).on_conflict_do_nothing(index_elements=["case_id", "stage", "day"])
        connection.execute(statement, rows)
    return len(rows)


def _row(notice: Notice, day: date, now: datetime) -> dict[str, Any]:
    content = notice.content
    return {
        "case_id": notice.case_id,
        "stage": notice.stage.key,
        "day": day,
        "content": content,
        "sha256": sha256(content.encode()).hexdigest(),
        "recorded_at": now,
    }


def proof(engine: Engine, notice: Notice, today: date) -> tuple[Kept, ...]:
    """Every day of the window: what was kept of it, or that nothing was."""
    columns = notice_snapshot.c
    query = select(columns.day, columns.sha256, columns.recorded_at).where(
        columns.case_id == notice.case_id, columns.stage == notice.stage.key
    )
    with reading(engine) as connection:
        kept = {row.day: row for row in connection.execute(query.order_by(columns.day))}
    found: list[Kept] = []
    before = ""
    for day in _days(notice.first_day, notice.until):
        row = kept.get(day)
        if row is not None:
            found.append(Kept(day, "kept", row.sha256, row.recorded_at, bool(before) and row.sha256 != before))
            before = row.sha256
        else:
            state = "ahead" if day >= today else "lost" if _is_lost(notice, day) else "missing"
            found.append(Kept(day, state))
    return tuple(found)


def missing_snapshots(engine: Engine, today: date, *, books: LawBooks | None = None) -> list[MissingSnapshots]:
    """The alarm: notices of cases still open of which a past day was not kept, and no outage was recorded for it."""
    known = (books or default_books()).lifecycles
    found: list[MissingSnapshots] = []
    last = 0
    while True:
        which = and_(_published(), deadline.c.id > last, case_file.c.status != "closed")
        with reading(engine) as connection:
            page = list(_read(connection, which, known, _TOGETHER))
            columns = notice_snapshot.c
            ids = [one.case_id for one in page]
            query = select(columns.case_id, columns.stage, columns.day).where(columns.case_id.in_(ids))
            kept = {tuple(row) for row in connection.execute(query)}
        if not page:
            return found
        last = page[-1].number
        for one in page:
            gaps = tuple(
                day
                for day in _days(one.first_day, one.until)
                if day < today and (one.case_id, one.stage.key, day) not in kept and not _is_lost(one, day)
            )
            if gaps:
                found.append(MissingSnapshots(one.ref, one.stage.title, one.stage.key, gaps, one.window.clause))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(days_between(first, last) + 1):
        yield add_days(first, number)


def _is_lost(notice: Notice, day: date) -> bool:
    return any(first <= day <= last for first, last in notice.lost)
