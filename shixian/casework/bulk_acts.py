"""One act on many cases: tried without keeping anything, then done, one transaction and one result a case.

The trial is the act itself in a transaction that is rolled back, so that limits and quotas which the cases share count
each other. Doing it again does nothing to a case that has moved since: what was done before is told as done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from shixian.casework.cases import record_act
from shixian.casework.database import races
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Person, permission_for, require, require_scope
from shixian.casework.store import SqlStore
from shixian.casework.views import read_case
from shixian.rules import proceedings
from shixian.rules.decide import Acted, Decided
from shixian.rules.errors import CaseworkError, Conflict, FactsError, NotFound, ShixianError
from shixian.rules.narrate import event_text
from shixian.rules.state import Transition

MOST = 200  # cases at once: a trial holds the writer's place as long as it lasts
WOULD, DONE, BEFORE, REFUSED, CHANGED, WRONG = "would", "done", "before", "refused", "changed", "wrong"
_TOLD = frozenset(
    {"stage_finished", "decided", "deadline_set", "case_closed", "obligation_created", "window_opened", "child_opened"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """What became, or would become, of one case. `seen` is how many events it had."""

    ref: str
    seen: int
    status: str
    message: str = ""
    clause: str = ""
    remedy: str = ""
    news: tuple[str, ...] = ()


def try_acts(engine: Engine, refs: Sequence[str], acted: Acted, *, person: Person, books: LawBooks) -> list[Item]:
    """What the act would do to each case, in this order; nothing is kept, no refusal either. Acts are of the past."""
    _few(refs)
    found = []
    with races(), engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()
        try:
            for ref in refs:
                store = SqlStore(connection, books, recorded_at=acted.at, person=person.key)
                found.append(_tried(store, ref, acted, person))
        finally:
            transaction.rollback()
    return found


def _tried(store: SqlStore, ref: str, acted: Acted, person: Person) -> Item:
    seen = 0
    try:
        case = store.load(ref)
        seen = case.number
        lifecycle = store.books.lifecycle(case.lifecycle)
        require(person, permission_for(lifecycle, acted))
        require_scope(person, lifecycle)
        store.sealer.conceal(acted.given)
        decided = proceedings.act(store, ref, replace(acted, person=person.key))
    except ShixianError as error:
        return _failed(ref, seen, error)
    return _item(ref, seen, WOULD, decided, store, case.lifecycle)


def do_acts(
    engine: Engine, chosen: Mapping[str, int], acted: Acted, *, person: Person, now: datetime, books: LawBooks
) -> list[Item]:
    """Record the act on each case that still has as many events as given; the others are left alone and told."""
    _few(list(chosen))
    return [_done(engine, ref, seen, acted, person, now, books) for ref, seen in chosen.items()]


def _done(engine: Engine, ref: str, seen: int, acted: Acted, person: Person, now: datetime, books: LawBooks) -> Item:
    try:
        decided = record_act(engine, ref, acted, person=person, now=now, books=books, seen=seen)
    except Conflict as error:
        return _changed(engine, ref, seen, acted, person, error)
    except ShixianError as error:
        return _failed(ref, seen, error)
    key = decided.case.lifecycle
    return _item(ref, seen, DONE, decided, None, key, books)


def _changed(engine: Engine, ref: str, seen: int, acted: Acted, person: Person, error: Conflict) -> Item:
    """Done before by this person with this very form, or changed by somebody else."""
    try:
        events = read_case(engine, ref).events
    except NotFound as missing:
        return _failed(ref, seen, missing)
    mine = [
        one
        for one in events
        if one.seq > seen
        and one.kind == "act_recorded"
        and (one.stage, one.data.get("verb"), one.person) == (acted.stage, acted.verb, person.key)
    ]
    if mine:
        return Item(ref, seen, BEFORE, "先前已办理，未重复记录")
    return Item(ref, seen, CHANGED, error.message, remedy=error.remedy or "")


def _item(
    ref: str,
    seen: int,
    status: str,
    decided: Decided,
    store: SqlStore | None,
    key: str,
    books: LawBooks | None = None,
) -> Item:
    if decided.refusal is not None:
        refusal = decided.refusal
        return Item(ref, seen, REFUSED, refusal.because, refusal.clause, refusal.remedy)
    lawbooks = books if store is None else store.books
    assert lawbooks is not None
    lifecycle = lawbooks.lifecycle(key)

    def said(one: Transition) -> str:
        try:
            return event_text(lifecycle, {"kind": one.kind, "legal_day": one.legal_day.isoformat(), **one.data})
        except (KeyError, FactsError):
            return one.kind

    return Item(ref, seen, status, news=tuple(said(one) for one in decided.transitions if one.kind in _TOLD))


def _failed(ref: str, seen: int, error: ShixianError) -> Item:
    return Item(ref, seen, WRONG, error.message, error.clause or "", error.remedy or "")


def _few(refs: Sequence[str]) -> None:
    if not refs:
        raise CaseworkError("没有选择案件", remedy="在清单中勾选案件")
    if len(refs) > MOST:
        raise CaseworkError(f"一次至多办理 {MOST} 件，已选 {len(refs)} 件", remedy="分批办理")
