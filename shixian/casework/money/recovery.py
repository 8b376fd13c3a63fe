"""Recovery 追回: what came back against an obligation of direction 追, in instalments, never beyond it.

Never netted: what is owed to a payee and what it owes stand side by side, and each is settled by itself. A receipt
begins where the one before it ended, so that two entered at once cannot both fit in the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select

from models import Account, Direction, case_file, obligation, receipt, statement_line
from shixian.casework.database import in_turn, reading
from shixian.casework.journal import Note, write
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.money.appropriations import whole
from shixian.casework.money.ledger import Posting, post
from shixian.casework.parties import shown_party
from shixian.casework.staff.people import Permission, Person, require
from shixian.rules.errors import CaseworkError, MoneyError, NotFound
from shixian.rules.money import Money
from shixian.rules.periods import legal_day


@dataclass(frozen=True, slots=True)
class Recovery:
    """An obligation to pay back, and what has been received for it; sums in fen."""

    id: int
    case_ref: str
    decision: str
    sequence: int
    debtor: str
    party: str  # whose case it is, by name: the debtor is named by the text
    creditor: str
    clause: str
    due: date | None
    fen: int
    received: int
    receipts: tuple[RowMapping, ...] = ()
    already: bool = False  # the receipt asked for had been entered before, and nothing changed

    @property
    def outstanding(self) -> int:
        return self.fen - self.received


def receive(
    engine: Engine,
    obligation_id: int,
    fen: int,
    *,
    received: date,
    reference: str,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> Recovery:
    """Enter money that came back. `reference` is the bank's, unique for ever: the same entry twice changes nothing.

    MoneyError when it is more than is still outstanding, or when the reference stands for another entry.
    """
    require(person, Permission.MAKE_BATCH)
    whole(fen, "到账金额")
    if received > legal_day(now):
        raise CaseworkError(f"到账日 {received} 晚于记录时间", remedy="到账后再登记")
    if not reference.strip():
        raise CaseworkError("须写明银行流水号", remedy="按银行回单填写")

    def work(connection: Connection) -> Recovery:
        row = _owed(connection, obligation_id)
        programme = (books or default_books()).lifecycle(row["lifecycle"]).regulation.key
        known = connection.execute(select(receipt).where(receipt.c.reference == reference)).mappings().one_or_none()
        if known is not None:
            if (known["obligation_id"], known["fen"], known["received"]) == (obligation_id, fen, received):
                return _recovery(connection, row, already=True)
            raise MoneyError(
                f"流水号 {reference} 已登记为义务 {known['obligation_id']} 的 {Money(known['fen']).zh}，不能另作登记",
                clause=row["clause"],
                remedy="核对银行回单上的流水号",
            )
        _no_payment_of_ours(connection, reference, row)
        before = _received(connection, obligation_id)
        if before + fen > row["fen"]:
            raise MoneyError(
                f"{row['case_ref']} 应追回 {Money(row['fen']).zh}，尚欠 {Money(row['fen'] - before).zh}，"
                f"不能登记 {Money(fen).zh}",
                clause=row["clause"],
                remedy="只登记至应追回之数，多收部分退还付款人",
            )
        values = {"obligation_id": obligation_id, "before": before, "fen": fen, "received": received}
        values |= {"reference": reference, "person": person.key, "recorded_at": now}
        connection.execute(insert(receipt), values)
        text = f"{row['case_ref']} {row['decision']} 追回到账（{reference}）"
        moves = {Account.BUDGET: fen, Account.RECOVERED: -fen}
        key = f"recovered:{obligation_id}:{before}"
        posting = Posting(key, moves, received, text, obligation_id, programme, received.year)
        post(connection, [posting], recorded_at=now, person=person.key)
        note = Note("received", received, {"fen": fen, "before": before, "reference": reference})
        write(connection, f"recovery:{obligation_id}", [note], recorded_at=now, person=person.key)
        return _recovery(connection, row)

    return in_turn(engine, work)


def _no_payment_of_ours(connection: Connection, reference: str, row: RowMapping) -> None:
    """MoneyError when a statement has this entry as one of our payments: 退汇 makes it payable again, and is no 追回."""
    columns = statement_line.c
    ours = (columns.reference == reference, columns.direction != "in", columns.attempt_id.is_not(None))
    found = connection.execute(select(columns.source, columns.booked, columns.direction).where(*ours).limit(1)).first()
    if found is not None:
        what = "退汇" if found.direction == "returned" else "付款"
        raise MoneyError(
            f"流水号 {reference} 是 {found.booked} 对账单（{found.source}）上本库支付的{what}，不是追回到账",
            clause=row["clause"],
            remedy="退汇由对账登记，不另作追回；核对银行回单上的流水号",
        )


def recoveries(engine: Engine, *, lifecycle: str | None = None, open_only: bool = False) -> list[Recovery]:
    """Everything that is to come back, by case, with what came; `open_only`: what is still outstanding."""
    query = _OWED.where(obligation.c.direction == Direction.RECOVER).order_by(obligation.c.id)
    if lifecycle is not None:
        query = query.where(case_file.c.lifecycle == lifecycle)
    with reading(engine) as connection:
        found = [_recovery(connection, row) for row in connection.execute(query).mappings().all()]
    return [one for one in found if one.outstanding or not open_only]


_OWED = select(
    obligation, case_file.c.ref.label("case_ref"), case_file.c.lifecycle, shown_party().label("party")
).join(case_file, case_file.c.id == obligation.c.case_id)


def _owed(connection: Connection, obligation_id: int) -> RowMapping:
    """The obligation, held until the end of the transaction."""
    query = _OWED.where(obligation.c.id == obligation_id).with_for_update(of=obligation)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"没有义务 {obligation_id}", remedy="应追回的款项见 shixian recovery list")
    if row["direction"] != Direction.RECOVER:
        raise MoneyError(
            f"义务 {obligation_id}（{row['case_ref']}）是应付的款项，不登记追回",
            clause=row["clause"],
            remedy="应付与应收分别办理，不得相抵；应追回的款项见 shixian recovery list",
        )
    return row


def _received(connection: Connection, obligation_id: int) -> int:
    own = receipt.c.obligation_id == obligation_id
    return int(connection.scalar(select(func.coalesce(func.sum(receipt.c.fen), 0)).where(own)) or 0)


def _recovery(connection: Connection, row: RowMapping, *, already: bool = False) -> Recovery:
    own = select(receipt).where(receipt.c.obligation_id == row["id"]).order_by(receipt.c.before)
    receipts = tuple(connection.execute(own).mappings())
    names = ("id", "case_ref", "decision", "sequence", "debtor", "party", "creditor", "clause", "due", "fen")
    return Recovery(
        **{name: row[name] for name in names},
        received=sum(one["fen"] for one in receipts),
        receipts=receipts,
        already=already,
    )
