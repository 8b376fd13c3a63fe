"""Sealed identities: shown only to the handler of the objection, every look an event; erased by destroying the key."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from models import event
from shixian.casework.cases import add
from shixian.casework.lawbooks import LawBooks
from shixian.casework.publicity.sealing import destroy, unseal
from shixian.casework.staff.people import Permission, Person, require, require_scope
from shixian.casework.store import SqlStore
from shixian.casework.work import attempt
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from shixian.rules.lifecycle import Binds, Lifecycle


def look_at_identity(
    engine: Engine, ref: str, *, reason: str, person: Person, now: datetime, books: LawBooks | None = None
) -> dict[str, Any]:
    """The sealed values of a case by name. The look is recorded in the same transaction, with its reason.

    Once somebody of the office has acted on the case, only those who did are its handlers.
    """
    require(person, Permission.LOOK_AT_IDENTITY)
    _reasoned(reason)

    def work(store: SqlStore) -> dict[str, Any]:
        case = store.load(ref)
        lifecycle = store.books.lifecycle(case.lifecycle)
        require_scope(person, lifecycle)
        kept = store.kept(ref)
        handlers = _handlers(store, kept.id, lifecycle)
        if handlers and person.key not in handlers:
            raise NotPermitted(f"{ref} 由 {'、'.join(sorted(handlers))} 办理，身份信息只向承办人显示")
        values = unseal(store.connection, kept.id, ref)
        if not values:
            raise NotFound(f"{ref} 没有封存的身份信息，或其密钥已销毁")
        add(store, lifecycle, case, "identity_viewed", now, _told(person, reason, sorted(values)))
        return {name: json.loads(text) for name, text in values.items()}

    return attempt(engine, work, books=books, now=now, person=person.key, family=ref)


def erase_identity(
    engine: Engine, ref: str, *, reason: str, person: Person, now: datetime, books: LawBooks | None = None
) -> None:
    """Destroy the key of a case: what was sealed under it can never be read again. The destruction is an event."""
    require(person, Permission.ERASE_IDENTITY)
    _reasoned(reason)

    def work(store: SqlStore) -> None:
        case = store.load(ref)
        require_scope(person, store.books.lifecycle(case.lifecycle))
        kept = store.kept(ref)
        names = sorted(unseal(store.connection, kept.id, ref))
        if not destroy(store.connection, kept.id):
            raise NotFound(f"{ref} 没有封存的身份信息，或其密钥已销毁")
        lifecycle = store.books.lifecycle(case.lifecycle)
        add(store, lifecycle, case, "identity_erased", now, _told(person, reason, names))

    attempt(engine, work, books=books, now=now, person=person.key, family=ref)


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise CaseworkError("须写明理由", remedy="写明查看或销毁身份信息的理由")


def _told(person: Person, reason: str, names: list[str]) -> dict[str, Any]:
    return {"by": "office", "person": person.key, "reason": reason, "names": names}


def _handlers(store: SqlStore, case_id: int, lifecycle: Lifecycle) -> set[str]:
    office = [actor.key for actor in lifecycle.actors if actor.side is Binds.OFFICE]
    columns = event.c
    acted = select(columns.person).where(
        columns.case_id == case_id, columns.kind == "act_recorded", columns.actor.in_(office)
    )
    return set(store.connection.scalars(acted))
