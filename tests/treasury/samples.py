"""Payments for tests, and the texts and amounts that Hypothesis tries in them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from shixian.rules.money import MAXIMUM_FEN
from shixian.treasury.port import Payment

DAY = date(2021, 3, 1)
SECRET = b"a shared secret of the tests"


def now() -> datetime:
    """An instant that stands still."""
    return datetime(2021, 3, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def payment(
    fen: int = 1_234_567,
    *,
    key: str | None = None,
    payee: str = "上海市甲研究所",
    account: str = "6222020000000000017",
    bank: str = "102290002916",
    remittance: str = "沪科 2021-0001 第八条",
    day: date = DAY,
) -> Payment:
    return Payment(key or uuid.uuid4().hex, fen, payee, account, bank, remittance, day)


amounts = st.integers(1, MAXIMUM_FEN)
# What a person can type into one line: no control characters, no lone surrogates, no line separators.
_line = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff")
names = st.text(
    st.one_of(_line, st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)), min_size=1, max_size=140
).filter(lambda text: text == text.strip() and text)
remittances = st.one_of(st.just(""), names)
accounts = st.from_regex(r"[0-9]{12,34}", fullmatch=True)
payments = st.builds(
    Payment,
    key=st.uuids(version=4).map(lambda key: key.hex),
    fen=amounts,
    payee=names,
    account=accounts,
    bank=st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii),
    remittance=remittances,
    day=st.dates(date(2016, 1, 1), date(2035, 12, 31)),
)
