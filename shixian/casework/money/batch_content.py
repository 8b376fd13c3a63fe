"""What a batch freezes: its control totals and the hash of its content, and how many checkers its amount asks for.

The same two readings of a batch's lines serve everywhere: as they were frozen (`frozen_lines`: what `verify` hashes
again) and as the rows say now, with each payee's newest account (`lines_now`: what approval and release hash again).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from models import batch_line, obligation
from shixian.casework.chain import canonical_json
from shixian.casework.money.payable_known import grouped
from shixian.casework.money.payees import accounts_of
from shixian.rules.errors import BatchError
from shixian.rules.money import MAXIMUM_FEN

VERSION = 1
_FINGERPRINTS = 2**256
SECOND_CHECKER_ABOVE = 100_000_000
"""In fen: above one million yuan two people check, unless the settings say otherwise."""

Limit = int | Callable[[], int]


@dataclass(frozen=True, slots=True)
class Frozen:
    """One line: which obligation, to whom, how much, to which account."""

    number: int
    obligation_id: int
    payee: str
    fen: int
    account_id: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The control totals. `accounts`: the sum of the accounts' fingerprints modulo 2**256, in hexadecimal."""

    count: int
    fen: int
    accounts: str
    content: str


def content_of(header: Mapping[str, Any] | RowMapping, lines: Iterable[Frozen]) -> Totals:
    """The totals and the hash over the batch's own columns and every line, in the order of their numbers."""
    digest = sha256()
    names = ("ref", "lifecycle", "programme", "year")
    digest.update(canonical_json([VERSION, *(header[name] for name in names), header["as_of"].isoformat()]).encode())
    count = fen = accounts = 0
    for line in lines:
        stated = [line.number, line.obligation_id, line.payee, line.fen, line.account_id, line.fingerprint]
        digest.update(b"\n" + canonical_json(stated).encode())
        count, fen = count + 1, fen + line.fen
        accounts = (accounts + _number(line.fingerprint)) % _FINGERPRINTS
    digest.update(f"\n{count} {fen} {accounts:064x}".encode())
    return Totals(count, fen, f"{accounts:064x}", digest.hexdigest())


def _number(fingerprint: str) -> int:
    """Nothing for what is no fingerprint: the line's own hash has it as it stands, and so differs."""
    try:
        return int(fingerprint or "0", 16)
    except ValueError:
        return 0


def frozen_lines(connection: Connection, batch_id: int) -> list[Frozen]:
    """The lines as they were frozen, stopped ones included."""
    columns = batch_line.c
    names = (columns.number, columns.obligation_id, columns.payee, columns.fen, columns.account_id, columns.fingerprint)
    rows = connection.execute(select(*names).where(columns.batch_id == batch_id).order_by(columns.number))
    return [Frozen(*row) for row in rows]


def lines_now(connection: Connection, batch_id: int) -> list[Frozen]:
    """The lines as obligations and payees' newest accounts say now; a payee without an account has fingerprint ''."""
    columns, owed = batch_line.c, obligation.c
    joined = select(columns.number, owed.id, owed.payee, owed.fen).join(obligation, owed.id == columns.obligation_id)
    rows = connection.execute(joined.where(columns.batch_id == batch_id).order_by(columns.number)).all()
    found: list[Frozen] = []
    for group in grouped(rows):
        accounts = accounts_of(connection, [row.payee for row in group])
        for number, obligation_id, payee, fen in group:
            own = accounts.get(payee)
            account_id, fingerprint = (own.id, own.now_fingerprint()) if own is not None else (0, "")
            found.append(Frozen(number, obligation_id, payee, fen, account_id, fingerprint))
    return found


def require_unchanged(connection: Connection, row: RowMapping) -> None:
    """BatchError, naming the lines, when the content is not what was frozen: then no approval of it counts any more."""
    now = lines_now(connection, row["id"])
    if content_of(row, now).content == row["content"] == content_of(row, frozen_lines(connection, row["id"])).content:
        return
    before = {line.number: line for line in frozen_lines(connection, row["id"])}
    changed = [f"第{line.number}笔（{line.payee}）" for line in now if before.get(line.number) != line]
    raise BatchError(
        f"批次 {row['ref']} 的内容与冻结时不同：{'、'.join(changed[:20]) or '批次本身'}，原有复核作废",
        clause="批次冻结",
        remedy=f"改编为新批次（shixian batch revise {row['ref']}）或撤销后重新编制，再行复核",
    )


def checkers_needed(fen: int, second_checker_above: Limit) -> int:
    """One, or two above the limit. BatchError when the limit cannot be looked up: never fewer checkers for that."""
    try:
        limit = second_checker_above() if callable(second_checker_above) else second_checker_above
        problem = "" if type(limit) is int and 0 <= limit <= MAXIMUM_FEN else f"不能是 {limit!r}"
    except Exception as error:  # whatever kept the limit from being read, the answer is the same
        limit, problem = 0, f"{type(error).__name__} {error}"
    if problem:
        raise BatchError(
            f"双人复核的金额界限不能读取：{problem}",
            clause="复核人数",
            remedy="核对设置 SHIXIAN_SECOND_CHECKER_ABOVE（见 docs/settings.md）",
        )
    return 2 if fen > limit else 1
