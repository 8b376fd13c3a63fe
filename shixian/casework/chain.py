"""The event chain: the canonical form of an event, version 1, and its hash.

The form is the texts of FIELDS in that order, joined by U+001F, in UTF-8; the hash is its SHA-256 in hexadecimal. It is
this plain so that SQL can compute the same by concatenation: every part is stored as the very text that is hashed
(`legal_day` as ISO date, `recorded_at` as `models.instant_text`, `data` as canonical JSON, whole numbers in decimal).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from models import instant_text
from shixian.rules.errors import CaseworkError
from shixian.rules.state import Transition

VERSION = 1
SEPARATOR = "\x1f"
FIELDS = (
    "version",
    "case",
    "seq",
    "kind",
    "legal_day",
    "recorded_at",
    "actor",
    "person",
    "clause",
    "stage",
    "regulation",
    "encoding",
    "data",
    "previous",
)
_CONTROL = re.compile(r"[\x00-\x1f]")
_OTHER_CONTROL = re.compile(r"[\x00-\x1e]")  # than the separator
SYSTEM = "system"  # the actor and person of what no person did


def canonical_json(value: Any) -> str:
    """The one text of a JSON value: sorted keys, no spaces, Chinese as it is. Floats have no canonical text here."""
    _refuse_floats(value)
    return _CANONICAL.encode(value)


# Made once: every event and entry is written through it, and making it took longer than using it.
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_PLAIN = frozenset({str, int, bool, type(None)})


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise CaseworkError(f"记录中不得有浮点数 {value!r}", remedy="金额用整数分，其他数值用文本")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for item in value:
        if type(item) not in _PLAIN:  # most are, and this is asked of every value that is ever written
            _refuse_floats(item)


def genesis(ref: str) -> str:
    """What the first event of a case follows: derived from the reference, so that no two cases begin alike."""
    return sha256(f"shixian-genesis-1{SEPARATOR}{ref}".encode()).hexdigest()


def digest(
    *,
    case: str,
    seq: int,
    kind: str,
    legal_day: date,
    recorded_at: datetime,
    actor: str,
    person: str,
    clause: str,
    stage: str,
    regulation: str,
    encoding: str,
    data: str,
    previous: str,
    version: int = VERSION,
) -> str:
    """The hash of an event. CaseworkError when a part holds a control character and so could imitate a separator."""
    if version != VERSION:
        raise CaseworkError(f"不认识第 {version} 版事件规范形式", remedy="使用能够识别该版本的程序核验")
    parts = (
        str(version),
        case,
        str(seq),
        kind,
        legal_day.isoformat(),
        instant_text(recorded_at),
        actor,
        person,
        clause,
        stage,
        regulation,
        encoding,
        data,
        previous,
    )
    return digest_of(FIELDS, parts)


def digest_of(names: Sequence[str], parts: Sequence[str]) -> str:
    """The hash of parts set apart by a separator. CaseworkError, by the part's name, for a control character."""
    text = SEPARATOR.join(parts)
    if _OTHER_CONTROL.search(text) or text.count(SEPARATOR) != len(parts) - 1:
        name, part = next(one for one in zip(names, parts, strict=True) if _CONTROL.search(one[1]))
        raise CaseworkError(f"{name} 含有控制字符，不能记录：{part[:40]!r}", remedy="删去控制字符后重新提交")
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Pin:
    """What every event of one save has in common."""

    case: str
    regulation: str
    encoding: str
    recorded_at: datetime
    person: str


def link(
    pin: Pin, case_id: int, number: int, head: str, transitions: Iterable[Transition], actor: str
) -> tuple[list[dict[str, Any]], str, str]:
    """The rows of events that follow `head`, the new head, and who acted last.

    An act's events are its actor's; what clocks did before it, in the same transaction, is the system's.
    """
    rows = []
    for seq, transition in enumerate(transitions, number + 1):
        data = transition.data
        actor = str(data.get("by") or actor)
        person = str(data.get("person") or (SYSTEM if actor == SYSTEM else pin.person))
        row: dict[str, Any] = {
            "seq": seq,
            "kind": transition.kind,
            "legal_day": transition.legal_day,
            "recorded_at": pin.recorded_at,
            "actor": actor,
            "person": person,
            "clause": str(data.get("clause") or ""),
            "stage": str(data.get("stage") or ""),
            "regulation": pin.regulation,
            "encoding": pin.encoding,
            "data": canonical_json(dict(data)),
            "previous": head,
        }
        head = digest(case=pin.case, **row)
        rows.append(row | {"case_id": case_id, "version": VERSION, "hash": head})
    return rows, head, actor
