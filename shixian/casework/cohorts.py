"""Ranking a cohort: all cases of one cycle pass a cohort stage together, in one transaction, by a section head's act.

What counts and how ties and rounding go is the declaration's (`rules.cohort`); nobody is ranked unless everybody is.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Engine, select

from models import case_file
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.staff.people import Permission, Person, require, require_scope
from shixian.casework.store import SqlStore
from shixian.casework.work import attempt
from shixian.rules import proceedings
from shixian.rules.cohort import Ranking
from shixian.rules.errors import CaseworkError, NotFound
from shixian.rules.lifecycle import Lifecycle, Stage
from shixian.rules.periods import legal_day
from shixian.rules.state import Refusal


def rank(
    engine: Engine,
    key: str,
    stage: str,
    cycle: int,
    *,
    by: str,
    day: date,
    person: Person,
    now: datetime,
    dry_run: bool = False,
    books: LawBooks | None = None,
) -> Ranking | Refusal:
    """Rank every case of lifecycle `key` and cycle at a cohort stage (key or title) on a legal day; all or none.

    A refusal (somebody has not come that far, has no score, or the ranking was made already) is recorded on the cases
    that stand in the way. `dry_run` says what would be, and records nothing. NotPermitted for who is no section head,
    or for whom the lifecycle is out of scope.
    """
    require(person, Permission.HEAD_ACT)
    lifecycle = (books or default_books()).lifecycle(key)
    require_scope(person, lifecycle)
    where = cohort_stage(lifecycle, stage)
    if day > legal_day(now):
        raise CaseworkError(f"排序日 {day} 晚于记录时间", remedy="到该日再排序")

    def work(store: SqlStore) -> Ranking | Refusal:
        refs = _cohort(store, key, cycle)
        found = proceedings.rank_cohort(store, lifecycle, where.key, refs, day=day, by=by, person=person.key)
        if dry_run:
            store.connection.rollback()
        return found

    return attempt(engine, work, books=books, now=now, person=person.key)


def cohort_stage(lifecycle: Lifecycle, given: str) -> Stage:
    """The cohort stage of that key or title; NotFound names those there are."""
    stages = [stage for stage in lifecycle.stages if stage.cohort is not None]
    found = next((stage for stage in stages if given in (stage.key, stage.title)), None)
    if found is None:
        names = "、".join(f"{stage.key} {stage.title}" for stage in stages) or "无"
        raise NotFound(f"{lifecycle.title}没有“{given}”这一统一排序的环节", remedy=f"可用的有：{names}")
    return found


def _cohort(store: SqlStore, key: str, cycle: int) -> list[str]:
    """The references of the cycle's cases; on PostgreSQL nobody else acts on them or their families meanwhile."""
    mine = (case_file.c.lifecycle == key) & (case_file.c.cycle == cycle)
    refs = list(store.connection.scalars(select(case_file.c.ref).where(mine).order_by(case_file.c.ref)))
    if store.connection.dialect.name == "postgresql":
        roots = {ref.partition("/")[0] for ref in refs}
        first = select(case_file.c.id).where(case_file.c.ref.in_(roots)).order_by(case_file.c.id)
        store.connection.execute(first.with_for_update())
    return refs
