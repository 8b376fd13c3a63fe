"""Sealing: an objector's identity is encrypted under a key of the case; facts and events hold only a token.

Erasing is destroying the key (an event); every look is an event. The pure core works with the token: whether an
identity was given can be decided on, who it is cannot.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Connection, delete, insert, select

from models import sealed_value, sealing_key
from shixian.casework.chain import canonical_json
from shixian.casework.lawbooks import LawBooks
from shixian.rules.facts import NONE, UNKNOWN, FactType, to_stored
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.state import Case, Transition

TOKEN = "封存:"
HIDDEN = "（已封存）"
NEXT = "*"
_FREE_TEXT = frozenset({"because", "remedy", "compared", "reason", "text"})


@dataclass(frozen=True, slots=True)
class _Pending:
    """A value that has its token and waits to be encrypted with its case. `clear` is JSON."""

    token: str
    ref: str
    name: str
    clear: str


def _absent(value: object) -> bool:
    return value is None or value in (NONE.value, UNKNOWN.value, "")


def is_token(value: object) -> bool:
    return isinstance(value, str) and value.startswith(TOKEN)


class Sealer:
    """Replaces sealed values of one transaction by tokens, and keeps the ciphertexts to be written with the case."""

    def __init__(self, books: LawBooks) -> None:
        self._lifecycles = books.lifecycles
        self._names = books.sealed
        self._tokens: dict[tuple[str, str, str], str] = {}
        self._pending: list[_Pending] = []
        self._clear: set[str] = set()

    def conceal(self, values: Mapping[str, object]) -> None:
        """Values an act brings under a name that some lifecycle seals: hidden wherever a message repeats them."""
        every = frozenset[str]().union(*self._names.values())
        for name, value in values.items():
            if name in every:
                self._hide(value)

    def account(self, key: str) -> str:
        """A token for the account of an objector; it is kept with the next case that is created."""
        return self._issue(NEXT, "account", canonical_json(key))

    def adopt(self, ref: str) -> None:
        """A case was created: what waited for it is its own."""
        self._pending = [replace(item, ref=ref) if item.ref == NEXT else item for item in self._pending]

    def seal(self, lifecycle: Lifecycle, ref: str, transitions: tuple[Transition, ...]) -> tuple[Transition, ...]:
        """The transitions as they may be stored."""
        return tuple(self._seal(lifecycle, ref, transition) for transition in transitions)

    def sealed_case(self, lifecycle: Lifecycle, case: Case) -> Case:
        """The case as it may be stored and as later decisions see it."""
        if not self._clear and not self._names[lifecycle.key]:
            return case
        sealed = case.copy()
        for name, value in case.facts.items():
            stored = to_stored(value)
            kept = self._fact(lifecycle, case.ref, name, stored)
            if kept != stored:
                sealed.facts[name] = tuple(kept) if isinstance(kept, list) else kept
        for item in sealed.progress.lists.values():
            item[3] = self.scrub(item[3])
        if sealed.progress.text is not None:
            sealed.progress.text = self.scrub(sealed.progress.text)
        return sealed

    def scrub(self, value: Any) -> Any:
        """A text, or list of texts, without the values that are sealed."""
        if isinstance(value, str):
            for clear in self._clear:
                value = value.replace(clear, HIDDEN)
            return value
        return [self.scrub(item) for item in value] if isinstance(value, list | tuple) else value

    def _seal(self, lifecycle: Lifecycle, ref: str, transition: Transition) -> Transition:
        data = dict(transition.data)
        if transition.kind == "case_opened":
            data["facts"] = {name: self._fact(lifecycle, ref, name, value) for name, value in data["facts"].items()}
        elif transition.kind == "fact_recorded":
            data["value"] = self._fact(lifecycle, ref, data["name"], data["value"])
        elif transition.kind == "child_opened" and data["lifecycle"] in self._lifecycles:
            child = self._lifecycles[data["lifecycle"]]
            data["facts"] = {name: self._passed_on(child, name, value) for name, value in data["facts"].items()}
        elif transition.kind == "document_recorded" and "name" in data:
            data["name"] = self.scrub(data["name"])
        for name in _FREE_TEXT & set(data):
            data[name] = self.scrub(data[name])
        return Transition(transition.kind, transition.legal_day, data)

    def _fact(self, lifecycle: Lifecycle, ref: str, name: str, stored: Any) -> Any:
        """What stands for the value of a fact; 无 and 未知 stand for themselves."""
        if name in self._names[lifecycle.key]:
            if _absent(stored) or is_token(stored):
                return stored
            self._hide(stored)
            return self._issue(ref, name, canonical_json(stored))
        return self._free(lifecycle, name, stored)

    def _passed_on(self, child: Lifecycle, name: str, stored: Any) -> Any:
        """A fact given to a child, as the parent's event tells it: the sealed value itself is the child's alone."""
        if name not in self._names[child.key]:
            return self._free(child, name, stored)
        self._hide(stored)
        return stored if _absent(stored) else HIDDEN

    def _free(self, lifecycle: Lifecycle, name: str, stored: Any) -> Any:
        free = name in lifecycle.facts and lifecycle.facts[name].type in (FactType.TEXT, FactType.TEXTS)
        return self.scrub(stored) if free else stored

    def _issue(self, ref: str, name: str, clear: str) -> str:
        key = (ref, name, clear)
        if key not in self._tokens:
            self._tokens[key] = f"{TOKEN}{secrets.token_hex(16)}"
            self._pending.append(_Pending(self._tokens[key], ref, name, clear))
        return self._tokens[key]

    def _hide(self, value: object) -> None:
        if isinstance(value, list | tuple):
            for item in value:
                self._hide(item)
        elif isinstance(value, str) and not _absent(value) and not is_token(value) and len(value.strip()) > 1:
            self._clear.add(value.strip())

    def write(self, connection: Connection, case_id: int, ref: str, now: datetime) -> None:
        """Encrypt and keep the values of a case that were sealed since the last write."""
        own = [item for item in self._pending if item.ref == ref]
        if not own:
            return
        self._pending = [item for item in self._pending if item.ref != ref]
        key = connection.scalar(select(sealing_key.c.key).where(sealing_key.c.case_id == case_id))
        if key is None:
            key = Fernet.generate_key().decode()
            connection.execute(insert(sealing_key), {"case_id": case_id, "key": key, "recorded_at": now})
        box = Fernet(key)
        rows = [
            {
                "token": item.token,
                "case_ref": ref,
                "name": item.name,
                "cipher": box.encrypt_at_time(item.clear.encode(), int(now.timestamp())).decode(),
            }
            for item in own
        ]
        connection.execute(insert(sealed_value), rows)


def unseal(connection: Connection, case_id: int, ref: str) -> dict[str, str]:
    """The clear values of a case by name (JSON text), the latest of each; empty once the key is destroyed."""
    key = connection.scalar(select(sealing_key.c.key).where(sealing_key.c.case_id == case_id))
    if key is None:
        return {}
    box = Fernet(key)
    rows = connection.execute(
        select(sealed_value.c.name, sealed_value.c.cipher)
        .where(sealed_value.c.case_ref == ref)
        .order_by(sealed_value.c.id)
    )
    return {name: box.decrypt(cipher.encode()).decode() for name, cipher in rows}


def destroy(connection: Connection, case_id: int) -> bool:
    """Destroy the key of a case; False when there was none."""
    return connection.execute(delete(sealing_key).where(sealing_key.c.case_id == case_id)).rowcount > 0
