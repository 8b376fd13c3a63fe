"""What goes over the wire between the HTTP connector and a gateway: signed JSON, the same words on both sides.

A request carries `X-Treasury-Timestamp` and `X-Treasury-Signature`: HMAC-SHA256, in hexadecimal, under the shared key,
of the lines METHOD, path, timestamp, and the body. The body names the key of the payment, so a signature cannot be
moved to another payment, route or amount.
"""

from __future__ import annotations

import hmac
import json
from datetime import date
from hashlib import sha256
from typing import Any, cast, get_args

from shixian.rules.money import MAXIMUM_FEN
from shixian.treasury.port import Answer, Direction, Outcome, Payment, Statement, StatementLine

KEY_HEADER = "idempotency-key"
TIMESTAMP_HEADER = "x-treasury-timestamp"
SIGNATURE_HEADER = "x-treasury-signature"
CURRENCY = "CNY"

_TEXTS = ("key", "payee", "account", "bank", "remittance")


def signature(secret: bytes, method: str, path: str, timestamp: str, body: bytes) -> str:
    """The signature of one request. `path` as it stands in the request line."""
    head = f"{method}\n{path}\n{timestamp}\n".encode()
    return hmac.new(secret, head + body, sha256).hexdigest()


def is_signed(secret: bytes, method: str, path: str, timestamp: str, body: bytes, given: str) -> bool:
    """Whether a signature is the right one, compared in constant time."""
    return hmac.compare_digest(signature(secret, method, path, timestamp, body).encode(), given.encode())


def order_bytes(payment: Payment) -> bytes:
    """A payment as the body of a request."""
    return _json({**{name: getattr(payment, name) for name in _TEXTS}, **_amount(payment.fen), "day": f"{payment.day}"})


def read_order(body: bytes) -> Payment:
    """A payment from the body of a request; ValueError or TreasuryError says what is wrong with it."""
    data = _object(body)
    if data.get("currency") != CURRENCY:
        raise ValueError(f"currency: {data.get('currency')!r}, only {CURRENCY}")
    texts = {name: _text(data, name) for name in _TEXTS}
    return Payment(fen=_fen(data), day=_day(data, "day"), **texts)


def answer_bytes(answer: Answer, key: str, fen: int | None) -> bytes:
    """What a gateway says of one payment. It repeats key and amount: the reader must know whose answer it is."""
    return _json(
        {
            "key": key,
            **({} if fen is None else _amount(fen)),
            "outcome": answer.outcome.value,
            "reference": answer.reference,
            "reason": answer.reason,
            "at": answer.at,
        }
    )


def read_answer(body: bytes, key: str, fen: int | None = None) -> Answer:
    """An answer about this key and, when given, this amount. ValueError: garbage, or about something else."""
    data = _object(body)
    if data.get("key") != key:
        raise ValueError("答复所指的不是这笔支付")
    outcome = Outcome(_text(data, "outcome"))
    if fen is not None and outcome is not Outcome.NOT_FOUND and _fen(data) != fen:
        raise ValueError("答复的金额与所付不同")
    if data.get("currency", CURRENCY) != CURRENCY:
        raise ValueError(f"币种 {data['currency']!r}")
    at = data.get("at")
    if at is not None and not isinstance(at, str):
        raise ValueError(f"at: {at!r}")
    told = None if "fen" not in data else _fen(data)
    return Answer(outcome, _text(data, "reference"), _text(data, "reason"), at, told)


def statement_bytes(statement: Statement) -> bytes:
    """A statement with its control totals."""
    lines = [
        {name: getattr(line, name) for name in ("reference", "key", "direction", "counterparty", "account", "text")}
        | {"fen": line.fen, "booked": f"{line.booked}"}
        for line in statement.lines
    ]
    head = {"source": statement.source, "reference": statement.reference, "day": f"{statement.day}"}
    totals = {"currency": CURRENCY, "count": len(lines), "sum": sum(line.fen for line in statement.lines)}
    return _json(head | totals | {"lines": lines})


def read_statement(body: bytes, day: date) -> Statement:
    """The statement of a day. ValueError when anything in it cannot be read, or its totals do not add up."""
    data = _object(body)
    if data.get("currency") != CURRENCY:
        raise ValueError(f"币种 {data.get('currency')!r}，只收 {CURRENCY}")
    if _day(data, "day") != day:
        raise ValueError(f"是 {data['day']} 的对账单，不是 {day} 的")
    items = data.get("lines")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("lines")
    lines = tuple(_line(item) for item in items)
    if (data.get("count"), data.get("sum")) != (len(lines), sum(line.fen for line in lines)):
        raise ValueError(f"笔数或合计不符：写明 {data.get('count')} 笔，实有 {len(lines)} 笔")
    if len({line.reference for line in lines}) != len(lines):
        raise ValueError("同一流水号出现两次")
    return Statement(_text(data, "source"), _text(data, "reference"), day, lines)


def _line(item: dict[str, Any]) -> StatementLine:
    direction = _text(item, "direction")
    if direction not in get_args(Direction):
        raise ValueError(f"direction: {direction!r}")
    texts = {name: _text(item, name) for name in ("reference", "key", "counterparty", "account", "text")}
    if not texts["reference"]:
        raise ValueError("reference: empty")
    known = cast(Direction, direction)
    return StatementLine(fen=_fen(item), direction=known, booked=_day(item, "booked"), **texts)


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _amount(fen: int) -> dict[str, object]:
    return {"fen": fen, "currency": CURRENCY}


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except RecursionError as error:
        raise ValueError("嵌套过深") from error
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return data


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name}: {value!r}")
    return value


def _fen(data: dict[str, Any]) -> int:
    value = data.get("fen")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAXIMUM_FEN:
        raise ValueError(f"fen: {value!r}")
    return value


def _day(data: dict[str, Any], name: str) -> date:
    return date.fromisoformat(_text(data, name))
