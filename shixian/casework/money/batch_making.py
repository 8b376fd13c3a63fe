"""The making of a batch: what waits to be paid is sorted out, and what can be paid is frozen in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, exists, insert, select
from sqlalchemy.exc import IntegrityError

from models import Account, BatchStatus, Direction, attempt, batch, batch_line, batch_refusal, case_file, obligation
from shixian.casework.database import lost_a_race
from shixian.casework.journal import Note, write
from shixian.casework.lawbooks import LawBooks
from shixian.casework.money.appropriations import take
from shixian.casework.money.batch_content import Frozen, Limit, checkers_needed, content_of
from shixian.casework.money.batch_views import BatchView, view_of
from shixian.casework.money.ledger import Posting, post
from shixian.casework.money.payable import check_all, reserved_years
from shixian.casework.money.payable_known import Row, grouped
from shixian.casework.money.payees import accounts_of
from shixian.casework.references import next_reference
from shixian.rules.errors import BatchError, Conflict
from shixian.rules.money import Money
from shixian.rules.periods import legal_day
from shixian.rules.state import Refusal


@dataclass(frozen=True, slots=True)
class Refused:
    """An obligation that cannot be paid now, and why."""

    row: Row
    refusal: Refusal

    @property
    def text(self) -> str:
        said = f"{self.row['case_ref']} 第{self.row['sequence']}期 {self.row['payee']} {Money(self.row['fen']).zh}"
        return f"{said}：{self.refusal.because}（{self.refusal.clause}）{self.refusal.remedy}"


def waiting_rows(connection: Connection, key: str) -> list[RowMapping]:
    """Obligations to pay that stand in no batch alive and have no live attempt, the earliest due first."""
    owed = obligation.c
    held = exists().where(batch_line.c.obligation_id == owed.id, batch_line.c.alive)
    tried = exists().where(attempt.c.obligation_id == owed.id, attempt.c.alive)
    query = _OWED.where(case_file.c.lifecycle == key, owed.direction == Direction.PAY, ~held, ~tried)
    rows = connection.execute(query).mappings()
    return sorted(rows, key=lambda row: (row["due"] or date.min, row["id"]))


_OWED = select(obligation, case_file.c.ref.label("case_ref")).join(case_file, case_file.c.id == obligation.c.case_id)


def sort_out(
    connection: Connection, rows: Sequence[Row], as_of: date, today: date, books: LawBooks, left: int
) -> tuple[list[tuple[Row, Mapping[int, int]]], list[Refused]]:
    """What can be paid, with the years it stands reserved in, while the appropriation lasts; and what cannot."""
    found = check_all(connection, rows, as_of=as_of, books=books, today=today)
    years = reserved_years(connection, (row["id"] for row in rows))
    chosen: list[tuple[Row, Mapping[int, int]]] = []
    refused: list[Refused] = []
    for row in rows:
        refusal = found[row["id"]] or not_reserved(row, years.get(row["id"], {})) or _too_much(row, as_of.year, left)
        if refusal is not None:
            refused.append(Refused(row, refusal))
        else:
            chosen.append((row, years[row["id"]]))
            left -= row["fen"]
    return chosen, refused


def not_reserved(row: Row, years: Mapping[int, int]) -> Refusal | None:
    """The ledger must hold exactly the obligation's sum reserved for it: paid money has left that account."""
    reserved = sum(years.values())
    if reserved == row["fen"] and all(fen > 0 for fen in years.values()):
        return None
    because = f"账上为该笔义务预留 {reserved} 分，应为 {row['fen']} 分"
    return Refusal("not_reserved", because, row["clause"], "运行 shixian verify，查明后再付")


def _too_much(row: Row, year: int, left: int) -> Refusal | None:
    if row["fen"] <= left:
        return None
    because = f"{year} 年度拨款余额 {Money(left).zh}，不足 {Money(row['fen']).zh}"
    return Refusal("over_appropriation", because, "拨款限额", "追加拨款后列入下一批次（shixian appropriation grant）")


def nothing_payable(key: str, refused: Sequence[Refused]) -> BatchError:
    lines = "".join(f"\n  {one.text}" for one in refused)
    return BatchError(
        f"{key} 没有可付的义务，不编制批次。未列入 {len(refused)} 笔：{lines}\n",
        clause="批次编制",
        remedy="逐笔处理后再编制",
    )


def freeze(
    connection: Connection,
    header: Mapping[str, Any],
    chosen: Sequence[tuple[Row, Mapping[int, int]]],
    refused: Sequence[Refused],
    *,
    now: datetime,
    limit: Limit,
) -> BatchView:
    """Write the batch with its lines, refusals, appropriation, moved reservations and journal."""
    ref = next_reference(connection, "b", header["year"])
    whole = {**header, "ref": ref}
    lines: list[Frozen] = []
    for group in grouped(row for row, _ in chosen):
        accounts = accounts_of(connection, [row["payee"] for row in group])
        for row in group:
            own = accounts[row["payee"]]
            number = len(lines) + 1
            lines.append(Frozen(number, row["id"], row["payee"], row["fen"], own.id, own.now_fingerprint()))
    totals = content_of(whole, lines)
    needed = checkers_needed(totals.fen, limit)
    take(connection, header["programme"], header["year"], totals.fen)
    values = {**whole, "status": BatchStatus.PROPOSED, "count": totals.count, "fen": totals.fen}
    values |= {"accounts": totals.accounts, "content": totals.content, "approvals": needed, "proposed_at": now}
    number = int(connection.execute(insert(batch).returning(batch.c.id), values).scalar_one())
    rows = [
        {"batch_id": number, "alive": True, **{name: getattr(line, name) for name in Frozen.__slots__}}
        for line in lines
    ]
    insert_lines(connection, rows)
    refuse(connection, number, "proposed", refused)
    person = header["editor"]
    post(
        connection,
        [one for row, years in chosen for one in moved(row, years, header["year"], ref, header)],
        recorded_at=now,
        person=person,
    )
    data = {name: values[name] for name in ("lifecycle", "programme", "year", "count", "fen", "accounts", "content")}
    data |= {"approvals": needed, "as_of": header["as_of"].isoformat(), "refused": len(refused)}
    data |= {"maker": header["maker"], "editor": person}
    note = Note("proposed", legal_day(now), data)
    write(connection, f"batch:{ref}", [note], recorded_at=now, person=person)
    return view_of(connection, ref)


def insert_lines(connection: Connection, rows: list[dict[str, Any]]) -> None:
    try:
        connection.execute(insert(batch_line), rows)
    except IntegrityError as error:
        if lost_a_race(error) or "alive" in str(error.orig) or "UNIQUE" in str(error.orig):
            raise Conflict("有义务已被列入另一批次", clause="一笔义务只在一个批次中", remedy="重新编制") from error
        raise


def refuse(connection: Connection, batch_id: int, at: str, refused: Iterable[Refused]) -> None:
    """Keep why obligations do not stand in the batch (`proposed`) or were held back (`released`)."""
    rows = [
        {
            "batch_id": batch_id,
            "obligation_id": one.row["id"],
            "at": at,
            "code": one.refusal.code,
            "because": one.refusal.because,
            "clause": one.refusal.clause,
            "remedy": one.refusal.remedy,
        }
        for one in refused
    ]
    if rows:
        connection.execute(insert(batch_refusal), rows)


def moved(row: Row, years: Mapping[int, int], year: int, why: str, header: Mapping[str, Any]) -> list[Posting]:
    """The postings that move an obligation's reservation into a budget year: out of the old one, into the new one."""
    found: list[Posting] = []
    programme = header["programme"]
    for old, fen in years.items():
        if old == year:
            continue
        key, day = f"reyear:{why}:{row['id']}:{old}", header["as_of"]
        text = f"{row['case_ref']} 第{row['sequence']}期预留由 {old} 年度转入 {year} 年度（{why}）"
        out = {Account.APPROPRIATION: fen, Account.RESERVED: -fen}
        into = {Account.RESERVED: fen, Account.APPROPRIATION: -fen}
        found.append(Posting(f"{key}:out", out, day, text, row["id"], programme, old))
        found.append(Posting(f"{key}:in", into, day, text, row["id"], programme, year))
    return found
