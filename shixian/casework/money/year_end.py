"""The end of a budget year: its appropriation closes, and what is left lapses or is carried over, by a stated rule.

Obligations that still stand reserved in the year move to the next by postings of their own, whatever the rule; none
is lost. What was carried once and not spent is not carried again. Closing a closed year again sweeps what came back
since (a payment that the bank returned), and is otherwise nothing. Money quotas of the cycle need no posting: each
starts anew with its cycle, so what was not drawn has lapsed; the journal keeps how much of each had been drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select, update

from models import Account, BatchStatus, appropriation, batch, case_file, ledger_entry, obligation, quota_draw
from shixian.casework.database import in_turn
from shixian.casework.journal import Note, write
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.money.appropriations import add, journal_of, line_of, next_number, require_line, take_turn
from shixian.casework.money.batch_making import moved
from shixian.casework.money.ledger import Posting, post
from shixian.casework.money.payable import reserved_years
from shixian.casework.money.payable_known import grouped
from shixian.casework.staff.people import Permission, Person, require
from shixian.rules.errors import BatchError, CaseworkError
from shixian.rules.lifecycle import Reading
from shixian.rules.periods import legal_day

_CLAUSE = "《中华人民共和国预算法》第四十二条"
_QUESTION = "年度终了，专项拨款的余额如何处理"


class Rule(StrEnum):
    """What becomes of the rest of a year's appropriation."""

    LAPSE = "lapse"
    CARRY = "carry"
    CARRY_RESERVED = "carry-reserved"


READINGS: dict[Rule, Reading] = {
    Rule.LAPSE: Reading(
        key="year-end-lapse",
        clause=_CLAUSE,
        question=_QUESTION,
        chosen="余额全部收回预算；尚未支付的义务转入下一年度，由下一年度拨款支付",
        because="各专项办法没有规定结转；未支出的余额作为结余资金管理",
        otherwise="结转下一年度",
    ),
    Rule.CARRY: Reading(
        key="year-end-carry",
        clause=_CLAUSE,
        question=_QUESTION,
        chosen="余额全部结转下一年度，尚未支付的义务随之转入",
        because="结转资金应当在下一年用于结转项目的支出；财政部门批准全额结转的，按批准办理",
        otherwise="余额收回预算",
    ),
    Rule.CARRY_RESERVED: Reading(
        key="year-end-carry-reserved",
        clause=_CLAUSE,
        question=_QUESTION,
        chosen="为尚未支付的义务结转相应的余额，其余收回预算",
        because="结转资金应当在下一年用于结转项目的支出：已作决定而未支付的即为结转项目",
        otherwise="全部收回，或全部结转",
    ),
}


@dataclass(frozen=True, slots=True)
class Closing:
    """What a closing did, in fen. `again`: the year had been closed before."""

    programme: str
    year: int
    rule: Rule
    obligations: int
    moved: int
    lapsed: int
    carried: int
    quotas: tuple[tuple[str, str, int], ...]  # quota, scope, drawn
    again: bool


def close_year(
    engine: Engine,
    programme: str,
    year: int,
    *,
    rule: Rule,
    because: str,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> Closing:
    """Close a budget year of a programme, after its last day. `because` names who allowed the rule.

    BatchError while a batch of the year is neither done nor cancelled: what it may still pay belongs to this year.
    """
    require(person, Permission.MAKE_BATCH)
    if not because.strip():
        raise CaseworkError("年终结账须写明依据", remedy="写明结转或收回的批复文号")
    today = legal_day(now)
    if today.year <= year:
        raise BatchError(f"{year} 年度尚未终了，不能结账", clause=_CLAUSE, remedy=f"{year}年12月31日之后结账")
    known = books or default_books()

    def work(connection: Connection) -> Closing:
        take_turn(connection, programme)
        line = require_line(connection, programme, year)
        _no_batch_open(connection, programme, year)
        owed = _reserved(connection, programme, year)
        header: dict[str, Any] = {"programme": programme, "as_of": today}
        number = next_number(connection, programme, year)
        why = f"year-end:{programme}:{year}:{number}"
        postings = [one for row, fen in owed for one in moved(row, {year: fen}, year + 1, why, header)]
        post(connection, postings, recorded_at=now, person=person.key)
        into = sum(fen for _, fen in owed)
        rest = _rest(connection, programme, year)
        stale = min(rest, _carried_and_not_spent(connection, programme, year))
        wanted = {Rule.LAPSE: 0, Rule.CARRY: rest, Rule.CARRY_RESERVED: min(rest, into)}[rule]
        carried = min(wanted, rest - stale)
        later = line_of(connection, programme, year + 1)
        if carried and later is not None and later.closed_on is not None:
            raise BatchError(f"{programme} {year + 1} 年度也已结账，不能转入", clause=_CLAUSE, remedy="改按收回结账")
        _settle_rest(connection, programme, year, rest - carried, carried, number, today, now, person)
        quotas = _drawn(connection, programme, year, known)
        made = Closing(
            programme, year, rule, len(owed), into, rest - carried, carried, quotas, line.closed_on is not None
        )
        if made.again and not (owed or rest):
            return made
        columns = appropriation.c
        this = (columns.programme == programme) & (columns.year == year) & columns.closed_on.is_(None)
        connection.execute(update(appropriation).where(this).values(closed_on=today))
        reading = READINGS[rule]
        data: dict[str, Any] = {
            "rule": rule.value,
            "reading": reading.key,
            "chosen": reading.chosen,
            "clause": reading.clause,
        }
        data |= {
            "stale": stale if wanted else 0,
            "because": because,
            "moved": into,
            "lapsed": made.lapsed,
            "carried": carried,
        }
        data |= {"obligations": [row["id"] for row, _ in owed], "quotas": [list(one) for one in quotas]}
        note = Note("closed", today, data)
        write(connection, journal_of(programme, year), [note], recorded_at=now, person=person.key)
        if carried:
            more = Note("carried_in", today, {"fen": carried, "from": year, "because": because})
            write(connection, journal_of(programme, year + 1), [more], recorded_at=now, person=person.key)
        return made

    return in_turn(engine, work)


def _no_batch_open(connection: Connection, programme: str, year: int) -> None:
    columns = batch.c
    running = columns.status.in_((BatchStatus.PROPOSED, BatchStatus.APPROVED, BatchStatus.RELEASED))
    own = (columns.programme == programme) & (columns.year == year)
    refs = list(connection.scalars(select(columns.ref).where(own, running).order_by(columns.id)))
    if refs:
        raise BatchError(
            f"{programme} {year} 年度还有未办结的批次：{'、'.join(refs)}",
            clause="年终结账",
            remedy="待其付清、查明，或撤销后再结账",
        )


def _reserved(connection: Connection, programme: str, year: int) -> list[tuple[RowMapping, int]]:
    """Obligations that stand reserved in the year, with the sum; in the order in which they came about."""
    columns = ledger_entry.c
    standing = func.sum(columns.debit) - func.sum(columns.credit)
    query = (
        select(columns.obligation_id)
        .where(columns.programme == programme, columns.year == year, columns.account == Account.RESERVED)
        .group_by(columns.obligation_id)
        .having(standing > 0)
        .order_by(columns.obligation_id)
    )
    ids = [number for number in connection.scalars(query) if number is not None]
    years = reserved_years(connection, ids)
    found: list[tuple[RowMapping, int]] = []
    joined = select(obligation, case_file.c.ref.label("case_ref")).join(
        case_file, case_file.c.id == obligation.c.case_id
    )
    for group in grouped(ids):
        rows = connection.execute(joined.where(obligation.c.id.in_(group)).order_by(obligation.c.id)).mappings()
        found.extend((row, years[row["id"]][year]) for row in rows)
    return found


def _rest(connection: Connection, programme: str, year: int) -> int:
    """What the ledger has left on the line, now that its reservations have moved."""
    columns = ledger_entry.c
    own = (columns.programme == programme) & (columns.year == year) & (columns.account == Account.APPROPRIATION)
    total = select(func.coalesce(func.sum(columns.debit) - func.sum(columns.credit), 0)).where(own)
    rest = int(connection.scalar(total) or 0)
    if rest < 0:
        raise BatchError(
            f"{programme} {year} 年度账上透支 {-rest} 分", clause=_CLAUSE, remedy="运行 shixian verify，查明后再结账"
        )
    return rest


def _carried_and_not_spent(connection: Connection, programme: str, year: int) -> int:
    """What came from the year before and was not spent in this one either (what came first is spent first).

    第四十二条: what was carried and is not used up for two years running is a surplus, so it is not carried again.
    """
    columns = ledger_entry.c
    own = (columns.programme == programme) & (columns.year == year)
    standing = func.coalesce(func.sum(columns.debit) - func.sum(columns.credit), 0)
    came = own & (columns.account == Account.CARRIED) & columns.posting.like("carry:%:in")
    spent = own & columns.account.in_((Account.PAID, Account.RETURNED))
    carried_in = -int(connection.scalar(select(standing).where(came)) or 0)
    return max(carried_in - int(connection.scalar(select(standing).where(spent)) or 0), 0)


def _settle_rest(
    connection: Connection,
    programme: str,
    year: int,
    lapsed: int,
    carried: int,
    number: int,
    day: date,
    now: datetime,
    person: Person,
) -> None:
    postings = []
    if lapsed:
        moves = {Account.BUDGET: lapsed, Account.APPROPRIATION: -lapsed}
        text = f"{programme} {year} 年度余额收回预算"
        postings.append(Posting(f"lapse:{programme}:{year}:{number}", moves, day, text, None, programme, year))
    if carried:
        text, key = f"{programme} {year} 年度余额结转 {year + 1} 年度", f"carry:{programme}:{year}:{number}"
        out = {Account.CARRIED: carried, Account.APPROPRIATION: -carried}
        into = {Account.APPROPRIATION: carried, Account.CARRIED: -carried}
        postings.append(Posting(f"{key}:out", out, day, text, None, programme, year))
        postings.append(Posting(f"{key}:in", into, day, text, None, programme, year + 1))
        add(connection, programme, year + 1, carried, recorded_at=now)
    post(connection, postings, recorded_at=now, person=person.key)


def _drawn(connection: Connection, programme: str, year: int, books: LawBooks) -> tuple[tuple[str, str, int], ...]:
    """What was drawn of each money quota by the programme's cases of that cycle: the rest lapses with the year."""
    keys = [key for key, one in books.lifecycles.items() if one.regulation.key == programme]
    columns = quota_draw.c
    query = (
        select(columns.quota, columns.scope, func.sum(columns.fen))
        .join(case_file, case_file.c.id == columns.case_id)
        .where(case_file.c.lifecycle.in_(keys), case_file.c.cycle == year)
        .group_by(columns.quota, columns.scope)
        .order_by(columns.quota, columns.scope)
    )
    return tuple((quota, scope, int(fen)) for quota, scope, fen in connection.execute(query))
