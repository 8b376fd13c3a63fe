"""Whether payees' accounts are what their journals say: who entered and verified each, when, and the account itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from models import journal_event, payee_account
from shixian.casework.money.payees import PayeeAccount


def account_problems(connection: Connection) -> Iterator[str]:
    """Accounts whose row is not what its fingerprint or its journal says."""
    told: dict[tuple[str, int], tuple[RowMapping, Mapping[str, Any]]] = {}
    entries = select(journal_event).where(journal_event.c.journal.like("payee:%"))
    for entry in connection.execute(entries).mappings():
        data = json.loads(entry["data"])
        told[entry["kind"], data["account"]] = entry, data
    for row in connection.execute(select(payee_account).order_by(payee_account.c.id)).mappings():
        one = PayeeAccount(**row)
        where = f"账户 {one.id}（{one.payee}）的"
        if one.now_fingerprint() != one.fingerprint:
            yield f"{where}内容与指纹不符"
        yield from _entered(one, told.get(("account_entered", one.id)), where)
        yield from _verified(one, told.get(("account_verified", one.id)), where)


def _entered(one: PayeeAccount, told: tuple[RowMapping, Mapping[str, Any]] | None, where: str) -> Iterator[str]:
    if told is None:
        yield f"{where}录入与日志不符"
        return
    entry, data = told
    if (entry["person"], data["fingerprint"]) != (one.entered_by, one.fingerprint):
        yield f"{where}录入与日志不符"
    if one.entered_at != entry["recorded_at"]:
        yield f"{where} entered_at 与日志不符"
    if one.bank_name != data.get("bank_name", one.bank_name):
        yield f"{where} bank_name 与日志不符"


def _verified(one: PayeeAccount, told: tuple[RowMapping, Mapping[str, Any]] | None, where: str) -> Iterator[str]:
    if told is None:
        if one.verified_by is not None or one.verified_on is not None:
            yield f"{where}核实与日志不符"
        return
    entry, data = told
    have = (one.verified_by, one.verified_on, one.fingerprint)
    if have != (entry["person"], entry["legal_day"], data["fingerprint"]):
        yield f"{where}核实与日志不符"
