"""Bank accounts of payees: entered by one person, verified by another; a change is a new row that must be verified too.

A number is shown to people by its last four digits only (`mask`); what a batch freezes is the `fingerprint`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from models import payee_account
from shixian.casework.chain import SEPARATOR
from shixian.casework.database import reading, transaction
from shixian.casework.journal import Note, write
from shixian.casework.money.scope import Scope, account_visible
from shixian.casework.staff.people import Permission, Person, require
from shixian.rules.errors import CaseworkError, Conflict, NotFound, NotPermitted
from shixian.rules.periods import legal_day

_NUMBER = re.compile(r"[0-9]{5,34}")
_BANK = re.compile(r"[0-9]{12}")
_CARD = re.compile(r"62[0-9]{14,17}")  # a UnionPay card (单位结算卡): the only kind of account with a public check
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OF_PAYEES = payee_account.c.payee.in_(bindparam("payees", expanding=True))
_NEWEST = select(payee_account).where(  # built once, it is asked for each group of payments
    payee_account.c.id.in_(select(func.max(payee_account.c.id)).where(_OF_PAYEES).group_by(payee_account.c.payee))
)


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """An account row. `number` is not for display; `masked` is."""

    id: int
    payee: str
    holder: str
    number: str = field(repr=False)
    bank: str
    bank_name: str
    fingerprint: str
    entered_by: str
    entered_at: datetime
    verified_by: str | None
    verified_on: date | None

    @property
    def masked(self) -> str:
        return mask(self.number)

    @property
    def verified(self) -> bool:
        return self.verified_by is not None

    def now_fingerprint(self) -> str:
        """The fingerprint of what the row says now: another than the stored one when somebody changed the row."""
        return fingerprint(self.payee, self.holder, self.number, self.bank)


def fingerprint(payee: str, holder: str, number: str, bank: str) -> str:
    """SHA-256 of payee, holder, number and bank."""
    return sha256(SEPARATOR.join((payee, holder, number, bank)).encode()).hexdigest()


def mask(number: str) -> str:
    """The last four digits, as people compare them."""
    return "****" + number[-4:] if len(number) > 6 else "****"


def enter_account(
    engine: Engine,
    payee: str,
    *,
    holder: str,
    number: str,
    bank: str,
    bank_name: str,
    person: Person,
    now: datetime,
) -> PayeeAccount:
    """Enter an account of a payee, as its decisions name it. It counts when another person has verified it.

    From this moment the payee's earlier account no longer holds. CaseworkError for what is no account.
    """
    require(person, Permission.MAKE_BATCH)
    written = {"收款人": payee, "户名": holder, "开户行": bank_name}
    for what, text in written.items():
        if not text.strip() or text != text.strip() or _CONTROL.search(text):
            raise CaseworkError(f"{what}“{text}”为空、首尾有空格或含有控制字符", remedy="按开户许可证重新填写")
    number = re.sub(r"[ -]", "", number)
    if not _NUMBER.fullmatch(number):
        raise CaseworkError(f"账号 {mask(number)} 须为 5 至 34 位数字", remedy="按开户许可证核对账号")
    if _CARD.fullmatch(number) and not _card_check(number):
        raise CaseworkError(f"账号 {mask(number)} 是银行卡号，校验位不符", remedy="按卡面或开户许可证逐位核对账号")
    if not _BANK.fullmatch(bank):
        raise CaseworkError(f"联行号“{bank}”须为 12 位数字", remedy="向开户行查询支付系统行号")
    row: dict[str, Any] = {
        "payee": payee,
        "holder": holder,
        "number": number,
        "bank": bank,
        "bank_name": bank_name,
        "fingerprint": fingerprint(payee, holder, number, bank),
        "entered_by": person.key,
        "entered_at": now,
    }
    with transaction(engine) as connection:
        made = int(connection.execute(insert(payee_account).returning(payee_account.c.id), row).scalar_one())
        data = {"account": made, "holder": holder, "number": mask(number), "bank": bank, "bank_name": bank_name}
        note = Note("account_entered", legal_day(now), data | {"fingerprint": row["fingerprint"]})
        write(connection, f"payee:{payee}", [note], recorded_at=now, person=person.key)
        return _require(connection, made)


def _card_check(number: str) -> bool:
    """ISO/IEC 7812 (Luhn): every second digit from the right doubled."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


def verify_account(
    engine: Engine, account_id: int, *, person: Person, now: datetime, scope: Scope = None
) -> PayeeAccount:
    """Verify an account against the payee's papers. Not by who entered it; only the payee's newest can be verified.

    NotFound for an account that `scope` does not show (`money.scope`)."""
    require(person, Permission.CHECK_BATCH)
    with transaction(engine) as connection:
        found = _require(connection, account_id, scope)
        if found.entered_by == person.key:
            raise NotPermitted(
                f"账户 {account_id} 由“{person.name}”录入，不能由其本人核实",
                clause="录入与核实分离",
                remedy="由另一人核实",
            )
        if found.verified:
            raise CaseworkError(f"账户 {account_id} 已由 {found.verified_by} 核实", remedy="不必再次核实")
        newest = account_of(connection, found.payee)
        if newest is None or newest.id != account_id:
            raise CaseworkError(f"账户 {account_id} 已被后来录入的账户取代", remedy="核实最新录入的账户")
        if found.now_fingerprint() != found.fingerprint:
            raise CaseworkError(f"账户 {account_id} 的内容与录入时的指纹不符", remedy="停止使用，重新录入并报告")
        columns = payee_account.c
        values = {"verified_by": person.key, "verified_on": legal_day(now)}
        open_still = (columns.id == account_id) & columns.verified_by.is_(None)
        if connection.execute(update(payee_account).where(open_still).values(values)).rowcount != 1:
            raise Conflict(f"账户 {account_id} 刚刚由另一人核实", remedy="不必再次核实")
        note = Note("account_verified", legal_day(now), {"account": account_id, "fingerprint": found.fingerprint})
        write(connection, f"payee:{found.payee}", [note], recorded_at=now, person=person.key)
        return _require(connection, account_id)


def account_of(connection: Connection, payee: str) -> PayeeAccount | None:
    """The newest account of a payee, verified or not: the only one that can be paid to."""
    return accounts_of(connection, (payee,)).get(payee)


def accounts_of(connection: Connection, payees: Iterable[str]) -> Mapping[str, PayeeAccount]:
    """The newest account of each payee that has one."""
    rows = connection.execute(_NEWEST, {"payees": list(set(payees))}).mappings()
    return {row["payee"]: PayeeAccount(**row) for row in rows}


def accounts(engine: Engine, *, payee: str | None = None, scope: Scope = None) -> list[PayeeAccount]:
    """All accounts ever entered that `scope` shows, by payee, the newest first."""
    query = select(payee_account).where(account_visible(scope))
    query = query.order_by(payee_account.c.payee, payee_account.c.id.desc())
    if payee is not None:
        query = query.where(payee_account.c.payee == payee)
    with reading(engine) as connection:
        return [PayeeAccount(**row) for row in connection.execute(query).mappings()]


def _require(connection: Connection, account_id: int, scope: Scope = None) -> PayeeAccount:
    shown = select(payee_account).where(payee_account.c.id == account_id, account_visible(scope))
    row = connection.execute(shown).mappings().one_or_none()
    if row is None:
        raise NotFound(f"没有账户 {account_id}", remedy="用 shixian account list 查看")
    return PayeeAccount(**row)
