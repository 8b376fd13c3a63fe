"""Standing in during leave: from the first to the last day the deputy sees the absent person's list and works on it,
under the deputy's own name and with the deputy's own roles. Nobody ever uses another's account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, insert, or_, select, update

from models import delegation
from shixian.casework.database import reading, transaction
from shixian.casework.staff.accounts import noted
from shixian.casework.staff.people import Permission, Person, find_person
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from shixian.rules.periods import legal_day


@dataclass(frozen=True, slots=True)
class Delegated:
    id: int
    absent: str
    deputy: str
    first_day: date
    last_day: date
    reason: str
    made_by: str
    ended_at: datetime | None

    def holds(self, day: date) -> bool:
        return self.ended_at is None and self.first_day <= day <= self.last_day


def delegate(
    engine: Engine,
    absent: str,
    deputy: str,
    first_day: date,
    last_day: date,
    *,
    reason: str,
    by: Person,
    now: datetime,
) -> int:
    """Name a deputy for the days of an absence; gives its number. The absent person does, or a section head.

    The deputy must carry at least the absent person's permissions and scope: otherwise work would lie undone.
    """
    if by.key != absent and not by.may(Permission.HEAD_ACT):
        raise NotPermitted("只能为本人指定代办人", remedy="由本人或审批办理")
    if last_day < first_day:
        raise CaseworkError(f"代办止日 {last_day} 早于起日 {first_day}", remedy="改正日期")
    if last_day < legal_day(now):
        raise CaseworkError(f"代办止日 {last_day} 已过", remedy="代办不能追溯；填写今日或以后的日期")
    if absent == deputy:
        raise CaseworkError("代办人不能是本人", remedy="指定另一名人员")
    if not reason.strip():
        raise CaseworkError("须写明代办事由", remedy="例如 年休假、出差")
    away, there = find_person(engine, absent), find_person(engine, deputy)
    if away.outside or there.outside:
        raise NotPermitted("申报单位和公众账号不设代办", remedy="由机关人员办理")
    lacking = [permission.value for permission in Permission if away.may(permission) and not there.may(permission)]
    if lacking:
        raise NotPermitted(
            f"“{there.name}”缺少“{away.name}”的权限：{'、'.join(lacking)}",
            remedy="代办人以自己的角色办理：另选一人，或由安全管理员先授予角色",
        )
    if not _wider(there.provinces, away.provinces) or not _wider(there.programmes, away.programmes):
        raise NotPermitted(
            f"“{there.name}”的办理范围不及“{away.name}”", remedy="另选一人，或由安全管理员先调整地区和专项"
        )
    row = {"absent": absent, "deputy": deputy, "first_day": first_day, "last_day": last_day, "reason": reason.strip()}
    with transaction(engine) as connection:
        done = connection.execute(
            insert(delegation).returning(delegation.c.id), row | {"made_by": by.key, "made_at": now}
        )
        number = int(done.scalar_one())
        days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
        noted(connection, "delegated", row | days | {"number": number}, by=by.key, now=now)
    return number


def end_delegation(engine: Engine, number: int, *, by: Person, now: datetime) -> None:
    """End it before its last day: the absent person, the deputy or a section head does."""
    with transaction(engine) as connection:
        row = connection.execute(select(delegation).where(delegation.c.id == number)).one_or_none()
        if row is None or row.ended_at is not None:
            raise NotFound("没有这一代办，或已经结束", remedy="刷新页面查看现在的代办")
        if by.key not in (row.absent, row.deputy) and not by.may(Permission.HEAD_ACT):
            raise NotPermitted("不能结束他人的代办", remedy="由本人、代办人或审批办理")
        connection.execute(update(delegation).where(delegation.c.id == number).values(ended_at=now))
        noted(connection, "delegation_ended", {"number": number}, by=by.key, now=now)


def stands_in_for(engine: Engine, deputy: str, day: date) -> tuple[str, ...]:
    """Whose lists the deputy sees on a day."""
    columns = delegation.c
    holds = (columns.deputy == deputy, columns.first_day <= day, columns.last_day >= day, columns.ended_at.is_(None))
    with reading(engine) as connection:
        return tuple(sorted(set(connection.scalars(select(columns.absent).where(*holds)))))


def delegations(engine: Engine, person: str | None = None) -> list[Delegated]:
    """Those of a person (absent or deputy), or all; the latest first."""
    columns = delegation.c
    query = select(delegation).order_by(columns.first_day.desc(), columns.id.desc()).limit(200)
    if person is not None:
        query = query.where(or_(columns.absent == person, columns.deputy == person))
    with reading(engine) as connection:
        return [
            Delegated(
                row.id, row.absent, row.deputy, row.first_day, row.last_day, row.reason, row.made_by, row.ended_at
            )
            for row in connection.execute(query)
        ]


def _wider(there: frozenset[str], away: frozenset[str]) -> bool:
    """Whether one scope holds the other; empty is everywhere."""
    return not there or (bool(away) and away <= there)
