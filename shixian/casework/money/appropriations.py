"""Appropriations 拨款: what a programme may spend in a budget year, and how much of it batches hold or have paid.

`take` and `give_back` are single conditional updates: two batches that take at once never take more than there is, on
either database. Every grant has its posting (+拨款 −预算) and its note in the journal `appropriation:KEY:YEAR`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, exists, func, or_, select, update

from models import (
    Account,
    AttemptStatus,
    appropriation,
    attempt,
    batch,
    batch_line,
    journal_event,
    ledger_entry,
)
from shixian.casework.database import reading, transaction
from shixian.casework.journal import Note, entries, write
from shixian.casework.money.ledger import Posting, post
from shixian.casework.staff.people import Permission, Person, require
from shixian.rules.errors import BatchError, CaseworkError, MoneyError, NotFound
from shixian.rules.money import MAXIMUM_FEN, Money
from shixian.rules.periods import legal_day


@dataclass(frozen=True, slots=True)
class Appropriation:
    """A budget line. `fen` was granted (and carried over) in all, `committed` is held by batches or paid."""

    programme: str
    year: int
    fen: int
    committed: int
    closed_on: date | None

    @property
    def left(self) -> int:
        """What a batch could still take, in fen; nothing of a closed year."""
        return 0 if self.closed_on is not None else self.fen - self.committed


def journal_of(programme: str, year: int) -> str:
    return f"appropriation:{programme}:{year}"


def grant(
    engine: Engine, programme: str, year: int, fen: int, *, because: str, person: Person, now: datetime
) -> Appropriation:
    """Add money to the line of a programme and year (and make the line). `because` names the document it rests on."""
    require(person, Permission.MAKE_BATCH)
    whole(fen, "拨款")
    if not because.strip():
        raise CaseworkError("拨款须写明依据", remedy="写明预算批复的文号")
    if not programme.strip() or not 2000 <= year <= 2999:
        raise CaseworkError(f"没有 {programme} {year} 年度这一预算科目", remedy="核对专项和预算年度")
    with transaction(engine) as connection:
        take_turn(connection, programme)
        found = line_of(connection, programme, year)
        if found is not None and found.closed_on is not None:
            raise closed(found)
        _not_entered_before(connection, programme, year, fen, because)
        add(connection, programme, year, fen, recorded_at=now)
        number = next_number(connection, programme, year)
        text, day = f"{programme} {year} 年度拨款：{because}", legal_day(now)
        moves = {Account.APPROPRIATION: fen, Account.BUDGET: -fen}
        posting = Posting(f"grant:{programme}:{year}:{number}", moves, day, text, None, programme, year)
        post(connection, [posting], recorded_at=now, person=person.key)
        note = Note("granted", day, {"fen": fen, "because": because})
        write(connection, journal_of(programme, year), [note], recorded_at=now, person=person.key)
        return require_line(connection, programme, year)


def _not_entered_before(connection: Connection, programme: str, year: int, fen: int, because: str) -> None:
    """MoneyError when the same sum was granted on the same ground: a grant whose answer was lost is asked for again."""
    for row in entries(connection, journal_of(programme, year)):
        said = json.loads(row["data"])
        if row["kind"] == "granted" and (said["fen"], said["because"].strip()) == (fen, because.strip()):
            raise MoneyError(
                f"{programme} {year} 年度依据“{because.strip()}”的 {Money(fen).zh} 已登记",
                clause="拨款登记",
                remedy="查看 shixian appropriation list；同一文件确有另一笔同额拨款的，在依据中写明是哪一笔",
            )


def add(connection: Connection, programme: str, year: int, fen: int, *, recorded_at: datetime) -> None:
    """Raise what was granted, or make the line. The caller posts and notes it, and has taken the programme's turn."""
    columns = appropriation.c
    this = (columns.programme == programme) & (columns.year == year)
    changed = connection.execute(update(appropriation).where(this).values(fen=columns.fen + fen))
    if changed.rowcount == 0:
        row = {"programme": programme, "year": year, "committed": 0, "fen": fen, "recorded_at": recorded_at}
        connection.execute(appropriation.insert(), row)


def take(connection: Connection, programme: str, year: int, fen: int) -> None:
    """Hold so much of the line for a batch. BatchError when the year is closed or not so much is left."""
    whole(fen, "占用额")
    columns = appropriation.c
    this = (columns.programme == programme) & (columns.year == year)
    left = columns.closed_on.is_(None) & (columns.committed + fen <= columns.fen)
    changed = connection.execute(update(appropriation).where(this, left).values(committed=columns.committed + fen))
    if changed.rowcount == 1:
        return
    found = require_line(connection, programme, year)
    if found.closed_on is not None:
        raise closed(found)
    raise BatchError(
        f"{year} 年度拨款余额 {Money(found.left).zh}，不足 {Money(fen).zh}",
        clause="拨款限额",
        remedy="先追加拨款（shixian appropriation grant），或减少本批次的笔数",
    )


def give_back(connection: Connection, programme: str, year: int, fen: int) -> None:
    """Free what a batch held: cancelled, stopped, rejected or returned. Also in a closed year (a late return)."""
    whole(fen, "释放额")
    columns = appropriation.c
    this = (columns.programme == programme) & (columns.year == year) & (columns.committed >= fen)
    changed = connection.execute(update(appropriation).where(this).values(committed=columns.committed - fen))
    if changed.rowcount != 1:
        raise BatchError(
            f"{programme} {year} 年度拨款没有占用 {Money(fen).zh}，不能释放", remedy="运行 shixian verify 核验"
        )


def held_by_batches(connection: Connection, programme: str, year: int) -> int:
    """What `committed` must be: the sum of live lines, and of what was paid although its line had been given up."""
    columns = batch_line.c
    own = (attempt.c.batch_id == columns.batch_id) & (attempt.c.obligation_id == columns.obligation_id)
    paid = exists().where(own, attempt.c.status == AttemptStatus.PAID)
    held = select(func.coalesce(func.sum(columns.fen), 0)).join(batch, batch.c.id == columns.batch_id)
    of_line = held.where(batch.c.programme == programme, batch.c.year == year, or_(columns.alive, paid))
    return int(connection.scalar(of_line) or 0)


def line_of(connection: Connection, programme: str, year: int) -> Appropriation | None:
    columns = appropriation.c
    query = select(columns.programme, columns.year, columns.fen, columns.committed, columns.closed_on)
    row = connection.execute(query.where(columns.programme == programme, columns.year == year)).one_or_none()
    return None if row is None else Appropriation(*row)


def require_line(connection: Connection, programme: str, year: int) -> Appropriation:
    """The line; NotFound when nothing was ever granted."""
    found = line_of(connection, programme, year)
    if found is None:
        raise NotFound(
            f"{programme} 没有 {year} 年度的拨款",
            remedy=f"先登记：shixian appropriation grant {programme} {year} 金额 --because 文号",
        )
    return found


def appropriations(engine: Engine) -> list[Appropriation]:
    """All lines, by programme and year."""
    columns = appropriation.c
    query = select(columns.programme, columns.year, columns.fen, columns.committed, columns.closed_on)
    with reading(engine) as connection:
        return [Appropriation(*row) for row in connection.execute(query.order_by(columns.programme, columns.year))]


def balances_at(
    engine: Engine, day: date, *, programme: str | None = None, year: int | None = None
) -> Mapping[tuple[str, int], Mapping[Account, int]]:
    """Debits less credits in fen at the end of a legal day, by programme and budget year, then by account."""
    columns = ledger_entry.c
    total = func.sum(columns.debit) - func.sum(columns.credit)
    query = select(columns.programme, columns.year, columns.account, total).where(columns.legal_day <= day)
    if programme is not None:
        query = query.where(columns.programme == programme)
    if year is not None:
        query = query.where(columns.year == year)
    found: dict[tuple[str, int], dict[Account, int]] = {}
    with reading(engine) as connection:
        grouped = query.group_by(columns.programme, columns.year, columns.account)
        for key, budget_year, account, fen in connection.execute(grouped.order_by(columns.programme, columns.year)):
            found.setdefault((key, budget_year), dict.fromkeys(Account, 0))[account] = int(fen)
    return found


# -- shared with batches, recovery and the year's end ------------------------------------------------------------------


def whole(fen: object, what: str) -> None:
    """MoneyError unless it is a whole number of fen above zero and within reason."""
    if type(fen) is not int or fen <= 0:
        raise MoneyError(f"{what}须大于零，以整数分计，不能是 {fen!r}", remedy="金额写单位，如 500万元")
    if fen > MAXIMUM_FEN:
        raise MoneyError(f"{what}超出上限 10 万亿元", remedy="检查单位是否写错")


def closed(line: Appropriation) -> BatchError:
    return BatchError(
        f"{line.programme} {line.year} 预算年度已于 {line.closed_on} 结账",
        clause="年终结账",
        remedy=f"列入 {line.year + 1} 年度：以该年度的日期重新编制批次",
    )


def take_turn(connection: Connection, programme: str) -> None:
    """Who makes batches or moves money of a programme waits for the other (on SQLite every writer does)."""
    if connection.dialect.name == "postgresql":
        name = func.hashtextextended(f"programme:{programme}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(name)))


def next_number(connection: Connection, programme: str, year: int) -> int:
    """A number for the next posting of a line: its journal's length and one."""
    own = journal_event.c.journal == journal_of(programme, year)
    return int(connection.scalar(select(func.count()).select_from(journal_event).where(own)) or 0) + 1
