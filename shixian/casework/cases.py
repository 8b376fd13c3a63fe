"""What people do to cases: open, act, publish, object, resolve, add a document; and what a day does (`tick_case`).

Each function is one transaction, checks who does it, and gives back what happened. A refusal by the law is a result,
and recorded; NotPermitted, NotFound and Conflict are raised. `now` is the instant of recording; an act has its own
`at`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, select

from models import case_file, event
from shixian.casework.chain import SYSTEM
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.nightly import clocks_without_deadline
from shixian.casework.references import next_reference
from shixian.casework.staff.people import (
    THE_SYSTEM,
    Permission,
    Person,
    permission_for,
    require,
    require_opening,
    require_scope,
)
from shixian.casework.store import SqlStore
from shixian.casework.work import attempt
from shixian.rules import proceedings
from shixian.rules.decide import Acted, Decided
from shixian.rules.errors import CaseworkError, Conflict, FactsError, NotFound, NotPermitted, RecordError
from shixian.rules.facts import UNKNOWN, Value
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import legal_day
from shixian.rules.state import Case, Refusal, Transition, apply


@dataclass(frozen=True, slots=True)
class Opened:
    """The reference, and why the opening was refused, if it was. `already`: the intake row was taken in before."""

    ref: str
    refusal: Refusal | None = None
    already: bool = False


def open_case(
    engine: Engine,
    key: str,
    facts: Mapping[str, object],
    *,
    day: date,
    cycle: int | None = None,
    ref: str | None = None,
    origin: str = "",
    imported_key: str | None = None,
    person: Person = THE_SYSTEM,
    now: datetime,
    books: LawBooks | None = None,
) -> Opened:
    """Open a case of lifecycle `key` on a legal day; facts are texts. The same `imported_key` opens only one case."""
    lifecycle = (books or default_books()).lifecycle(key)
    require_opening(person, lifecycle)
    _not_later(day, now)
    if ref is not None and ("/" in ref or not ref.strip()):
        raise CaseworkError(f"案号“{ref}”不能含有 / 或为空", remedy="不写案号，由系统编号")
    year = day.year if cycle is None else cycle

    def work(store: SqlStore) -> Opened:
        known = _imported(store, imported_key)
        if known is not None:
            return Opened(known, already=True)
        own = ref or next_reference(store.connection, key, year)
        if store.case(own) is not None:
            raise CaseworkError(f"案号 {own} 已被使用", remedy="换一个案号，或不写案号由系统编号")
        store.sealer.conceal(facts)
        try:
            typed = lifecycle.facts.parse(facts)
        except FactsError as error:
            clause = error.clause or lifecycle.regulation.number
            refusal = Refusal("bad_input", error.message, clause, error.remedy or "")
            store.refused_opening(lifecycle, own, day, refusal)
            return Opened(own, refusal)
        if lifecycle.party in lifecycle.facts:
            _own_party(person, typed.get(lifecycle.party, UNKNOWN), own)
        if imported_key is not None:
            store.imported[own] = imported_key
        decided = proceedings.start(store, lifecycle, ref=own, day=day, cycle=year, facts=typed, origin=origin)
        _every_clock_has_its_row(store)
        return Opened(own, decided.refusal)

    actor = "applicant" if person.outside else SYSTEM if person == THE_SYSTEM else "office"
    return attempt(engine, work, books=books, now=now, person=person.key, actor=actor, origin=origin)


def _imported(store: SqlStore, key: str | None) -> str | None:
    if key is None:
        return None
    found: str | None = store.connection.scalar(select(case_file.c.ref).where(case_file.c.imported_key == key))
    return found


def record_act(
    engine: Engine,
    ref: str,
    acted: Acted,
    *,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
    also: Callable[[SqlStore, Decided], None] | None = None,
    seen: int | None = None,
) -> Decided:
    """Record what somebody did to a case. The role must carry the act; the law then accepts or refuses it.

    `seen` is how many events the case had when the person decided on the act: Conflict when it has more since, so that
    a form sent twice, or over somebody else's act, does nothing.

    `also` is done in the same transaction with what was decided (an answer kept under a client's key, sealed papers).
    """
    _in_time(acted, person, now)

    def work(store: SqlStore) -> Decided | NotPermitted:
        if seen is not None and store.load(ref).number != seen:
            raise Conflict(f"{ref} 在您打开之后已有改动", remedy="请重看案件现在的状态，再决定是否办理")
        root = ref.partition("/")[0]
        if store.case(ref) is None and store.case(root) is not None:
            # A clock of the case (a yearly duty) may have opened the child in the meantime.
            proceedings.tick(store, root, legal_day(acted.at))
        case = store.load(ref)
        lifecycle = store.books.lifecycle(case.lifecycle)
        try:
            require(person, permission_for(lifecycle, acted))
            require_scope(person, lifecycle)
            if person.outside and acted.verb != "object":
                _own_case(store, case, person)
        except NotPermitted as error:
            _record_refusal(store, lifecycle, case, acted, person, error)
            return error
        store.sealer.conceal(acted.given)
        if acted.verb == "object" and person.outside:
            store.person = store.sealer.account(person.key)
        decided = proceedings.act(store, ref, replace(acted, person=store.person))
        _every_clock_has_its_row(store)
        if also is not None:
            also(store, decided)
        return decided

    done = attempt(engine, work, books=books, now=now, person=person.key, family=ref)
    if isinstance(done, NotPermitted):
        raise done
    return done


def publish_notice(
    engine: Engine,
    ref: str,
    stage: str,
    *,
    by: str,
    at: datetime,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> Decided:
    """Record that a notice was actually published: its window opens with this, and with nothing else."""
    return record_act(engine, ref, Acted(stage, "publish", by, at), person=person, now=now, books=books)


@dataclass(frozen=True, slots=True)
class Filed:
    """An objection as filed: the reference of its own case, or the refusal."""

    ref: str | None
    refusal: Refusal | None


def file_objection(
    engine: Engine,
    ref: str,
    stage: str,
    given: Mapping[str, object],
    *,
    by: str = "objector",
    documents: tuple[Mapping[str, object], ...] = (),
    at: datetime,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> Filed:
    """File an objection while the window is open. Who objects is sealed; the objection is a case of its own."""
    acted = Acted(stage, "object", by, at, dict(given), documents)
    decided = record_act(engine, ref, acted, person=person, now=now, books=books)
    opened = [t.data["ref"] for t in decided.transitions if t.kind == "child_opened"]
    return Filed(opened[-1] if opened and decided.refusal is None else None, decided.refusal)


def resolve_objection(
    engine: Engine, ref: str, acted: Acted, *, person: Person, now: datetime, books: LawBooks | None = None
) -> Decided:
    """Act on the objection's own case (`CASE/objection1`); the case it was raised against hears of its end."""
    if "/" not in ref:
        raise CaseworkError(f"{ref} 不是异议案件", remedy="异议案号形如 SH-MF-2021-0001/objection1")
    return record_act(engine, ref, acted, person=person, now=now, books=books)


def record_document(
    engine: Engine,
    ref: str,
    *,
    stage: str,
    document: str,
    name: str,
    sha256: str,
    size: int,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> None:
    """Note a file that belongs to a case already acted on (a scan made later). It meets no condition of any act."""
    require(person, Permission.PARTY_ACT)

    def work(store: SqlStore) -> None:
        case = store.load(ref)
        lifecycle = store.books.lifecycle(case.lifecycle)
        require_scope(person, lifecycle)
        if person.outside:
            _own_case(store, case, person)
        if all(stage != one.key for one in lifecycle.stages):
            raise NotFound(f"没有 {stage} 这一环节", remedy="可用：" + "、".join(one.key for one in lifecycle.stages))
        data = {"stage": stage, "document": document, "name": name, "sha256": sha256, "size": str(size), "late": True}
        add(store, lifecycle, case, "document_recorded", now, {**data, "by": person.key})

    attempt(engine, work, books=books, now=now, person=person.key, family=ref)


def tick_case(
    engine: Engine,
    ref: str,
    day: date,
    *,
    now: datetime,
    person: Person = THE_SYSTEM,
    books: LawBooks | None = None,
) -> int:
    """Settle every clock of the case's family that ended before `day`; how many moves. The same day again: none."""
    require(person, Permission.RUN_CYCLE)

    def work(store: SqlStore) -> int:
        moved = proceedings.tick(store, ref, day)
        _every_clock_has_its_row(store)
        return moved

    return attempt(engine, work, books=books, now=now, family=ref)


def add(store: SqlStore, lifecycle: Lifecycle, case: Case, kind: str, now: datetime, data: Mapping[str, Any]) -> Case:
    """Record one transition that no decision made (a look at an identity, a late document), dated by its instant."""
    transition = Transition(kind, legal_day(now), dict(data))
    after = case.copy()
    apply(after, transition, lifecycle.facts)
    store.save(lifecycle, after, (transition,))
    return store.load(case.ref)


# -- checks before and after -------------------------------------------------------------------------------------------


def _in_time(acted: Acted, person: Person, now: datetime) -> None:
    if acted.at > now:
        raise CaseworkError(f"行为时间 {acted.at.isoformat()} 晚于记录时间", remedy="核对时间，行为发生后再记录")
    if person.outside and acted.at != now:
        raise CaseworkError("网上提交以提交时刻为准，不能另写时间", remedy="书面提交的，由经办人记录收件时间")


def _not_later(day: date, now: datetime) -> None:
    if day > legal_day(now):
        raise CaseworkError(f"立案日 {day} 晚于记录时间", remedy="到该日再立案")


def _own_case(store: SqlStore, case: Case, person: Person) -> None:
    """An applicant acts on the cases of its own unit only; a draw-down belongs to whom its case belongs."""
    root = store.load(case.ref.partition("/")[0])
    lifecycle = store.books.lifecycle(root.lifecycle)
    if lifecycle.party in lifecycle.facts:
        _own_party(person, root.facts.get(lifecycle.party, UNKNOWN), case.ref)
        return
    first = select(event.c.person).where(event.c.case_id == store.kept(root.ref).id, event.c.seq == 1)
    if store.connection.scalar(first) != person.key:
        raise NotPermitted(
            f"“{person.name}”只能办理本人提交的案件（{case.ref}）", remedy="由提交人办理，或交经办人记录"
        )


def _own_party(person: Person, party: Value, what: str) -> None:
    parties = party if isinstance(party, tuple) else (party,)
    if person.outside and (not person.party or person.party not in parties):
        raise NotPermitted(
            f"“{person.name}”只能办理本单位的案件（{what}）", remedy="由该单位的账号办理，或交经办人记录"
        )


def _record_refusal(
    store: SqlStore, lifecycle: Lifecycle, case: Case, acted: Acted, person: Person, error: NotPermitted
) -> None:
    stage = next((s for s in lifecycle.stages if acted.stage in (s.key, s.title)), None)
    refusal = Refusal("not_permitted", error.message, stage.clause if stage else "", error.remedy or "")
    data = {"stage": stage.key if stage else "", "verb": acted.verb, "by": acted.by, "at": acted.at.isoformat()}
    transition = Transition("refused", legal_day(acted.at), {**data, "person": person.key, **refusal.to_json()})
    after = case.copy()
    apply(after, transition, lifecycle.facts)
    store.save(lifecycle, after, (transition,))


def _every_clock_has_its_row(store: SqlStore) -> None:
    """Invariant 7, at every act: an open stage's clock that can be computed has its deadline."""
    for ref in sorted(store.saved):
        case = store.load(ref)
        missing = clocks_without_deadline(store.books.lifecycle(case.lifecycle), case, store.law)
        if missing:
            raise RecordError(f"{ref}：{'、'.join(missing)} 没有期限", remedy="这是程序缺陷，本次操作未保存；请报告")


def require_own(store: SqlStore, ref: str, person: Person) -> None:
    """Raise NotPermitted when somebody from outside asks for a case that is not his unit's, or not in his scope."""
    case = store.load(ref)
    require_scope(person, store.books.lifecycle(case.lifecycle))
    if person.outside:
        _own_case(store, case, person)
