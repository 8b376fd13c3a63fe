"""People, their roles, and what each role may do. One question, one place: `require(person, permission)`.

Separation of duties between maker, checker and releaser of one batch is a rule of money (`payments`), not of roles. An
auditor may change nothing, whatever other role the account was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import person as person_table
from shixian.casework.chain import SYSTEM
from shixian.casework.database import reading
from shixian.rules.decide import Acted
from shixian.rules.errors import NotFound, NotPermitted
from shixian.rules.lifecycle import Act, Binds, Lifecycle


class Role(StrEnum):
    OFFICER = "officer"
    SECTION_HEAD = "section_head"
    FINANCE_MAKER = "finance_maker"
    FINANCE_CHECKER = "finance_checker"
    AUDITOR = "auditor"
    APPLICANT = "applicant"
    PUBLIC = "public"
    OPERATOR = "operator"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The role in the words of the office."""
        return _LABELS[self]


_LABELS = {
    Role.OFFICER: "经办",
    Role.SECTION_HEAD: "审批",
    Role.FINANCE_MAKER: "财务经办",
    Role.FINANCE_CHECKER: "财务复核",
    Role.AUDITOR: "审计",
    Role.APPLICANT: "申报单位",
    Role.PUBLIC: "公众",
    Role.OPERATOR: "运维",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
    Role.SYSTEM: "时限系统",
}


class Permission(StrEnum):
    """The value is how a refusal names it."""

    READ_CASES = "查阅案件"
    READ_OWN = "查阅本单位案件"
    VERIFY = "核验记录"
    OPEN_CASE = "立案"
    PARTY_ACT = "记录申报方行为"
    OFFICE_ACT = "记录经办机关行为"
    HEAD_ACT = "作出审批"
    OBJECT = "提出异议"
    LOOK_AT_IDENTITY = "查看异议人身份"
    ERASE_IDENTITY = "销毁身份信息"
    SET_CALL = "设定年度通知参数"
    ERRATUM = "作出勘误"
    RUN_CYCLE = "运行周期处理"
    TAKE_OVER = "导入既往记录"
    MAKE_BATCH = "编制拨付批次"
    CHECK_BATCH = "复核拨付批次"
    RELEASE_BATCH = "放行拨付批次"
    MANAGE_PEOPLE = "管理账号与角色"
    MANAGE_SYSTEM = "管理系统"
    READ_LOGS = "查阅日志"

    @property
    def changes(self) -> bool:
        return self not in (Permission.READ_CASES, Permission.READ_OWN, Permission.VERIFY, Permission.READ_LOGS)


_P = Permission
_MAY: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: frozenset(
        {_P.READ_CASES, _P.OPEN_CASE, _P.PARTY_ACT, _P.OFFICE_ACT, _P.OBJECT, _P.LOOK_AT_IDENTITY, _P.TAKE_OVER}
    ),
    Role.SECTION_HEAD: frozenset(
        {_P.READ_CASES, _P.OFFICE_ACT, _P.HEAD_ACT, _P.LOOK_AT_IDENTITY, _P.SET_CALL, _P.ERRATUM}
    ),
    Role.FINANCE_MAKER: frozenset({_P.READ_CASES, _P.MAKE_BATCH, _P.RELEASE_BATCH}),
    Role.FINANCE_CHECKER: frozenset({_P.READ_CASES, _P.CHECK_BATCH, _P.RELEASE_BATCH}),
    Role.AUDITOR: frozenset({_P.READ_CASES, _P.VERIFY}),
    Role.APPLICANT: frozenset({_P.READ_OWN, _P.OPEN_CASE, _P.PARTY_ACT, _P.OBJECT}),
    Role.PUBLIC: frozenset({_P.OBJECT}),
    Role.OPERATOR: frozenset({_P.READ_CASES, _P.VERIFY, _P.RUN_CYCLE}),
    Role.SYSTEM_ADMIN: frozenset({_P.MANAGE_SYSTEM}),
    Role.SECURITY_ADMIN: frozenset({_P.MANAGE_PEOPLE, _P.ERASE_IDENTITY}),
    Role.AUDIT_ADMIN: frozenset({_P.READ_LOGS, _P.VERIFY}),
    Role.SYSTEM: frozenset({_P.RUN_CYCLE, _P.OPEN_CASE}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """An account. `party` is the unit code that an applicant acts for; `section` (科室) whose lists it shares;
    `provinces` and `programmes` (regulation keys) where it may work, empty: everywhere."""

    key: str
    name: str
    roles: frozenset[Role]
    party: str = ""
    section: str = ""
    provinces: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        if permission.changes and Role.AUDITOR in self.roles:
            return False
        return any(permission in _MAY[role] for role in self.roles)

    @property
    def outside(self) -> bool:
        """Whether the account belongs to no office: its acts count at the instant they are recorded."""
        return self.roles <= {Role.APPLICANT, Role.PUBLIC}


THE_SYSTEM = Person(SYSTEM, Role.SYSTEM.label, frozenset({Role.SYSTEM}))


def may_do(permission: Permission) -> tuple[Role, ...]:
    """The roles that carry a permission, in order."""
    return tuple(role for role in Role if permission in _MAY[role])


def require(person: Person, permission: Permission) -> None:
    """Raise NotPermitted, naming the roles that may, unless the person may."""
    if person.may(permission):
        return
    roles = "、".join(role.label for role in may_do(permission))
    if Role.AUDITOR in person.roles and permission.changes:
        raise NotPermitted(f"审计账号“{person.name}”只读，不能{permission.value}", remedy=f"应由{roles}办理")
    have = "、".join(role.label for role in sorted(person.roles)) or "无角色"
    raise NotPermitted(f"“{person.name}”（{have}）无权{permission.value}", remedy=f"应由{roles}办理")


def province_of(lifecycle: Lifecycle) -> str:
    """The province whose regulation it is (`shanghai`), from where it is declared; empty for one declared elsewhere."""
    parts = lifecycle.module.split(".")
    return parts[2] if lifecycle.module.startswith("shixian.programmes.") and len(parts) > 3 else ""


def in_scope(person: Person, lifecycle: Lifecycle) -> bool:
    """Whether the account may see and do the lifecycle's cases at all, whatever its roles."""
    return (not person.provinces or province_of(lifecycle) in person.provinces) and (
        not person.programmes or lifecycle.regulation.key in person.programmes
    )


def require_scope(person: Person, lifecycle: Lifecycle) -> None:
    """Raise NotPermitted, saying what the account's scope is, unless the lifecycle lies in it."""
    if in_scope(person, lifecycle):
        return
    have = "、".join((*sorted(person.provinces), *sorted(person.programmes)))
    raise NotPermitted(
        f"“{lifecycle.title}”（{lifecycle.regulation.key}）不在“{person.name}”的办理范围内（{have}）",
        remedy="由范围内的人员办理，或由安全管理员调整账号的地区和专项",
    )


def scope_of(person: Person, lifecycles: Mapping[str, Lifecycle]) -> frozenset[str] | None:
    """The keys of the lifecycles in the account's scope; None: all, whatever there is."""
    if not person.provinces and not person.programmes:
        return None
    return frozenset(key for key, lifecycle in lifecycles.items() if in_scope(person, lifecycle))


def opens_from_outside(lifecycle: Lifecycle) -> bool:
    """Whether its first step is a party's. Where it is the office's, the office opens the case."""
    first = [stage for stage in lifecycle.stages if not stage.after]
    return any(actor.side is Binds.PARTY for stage in first for act in stage.acts for actor in act.by)


def require_opening(person: Person, lifecycle: Lifecycle) -> None:
    """Raise NotPermitted unless the account may open such cases: by role, by scope, and by whose first step it is."""
    require(person, Permission.OPEN_CASE)
    require_scope(person, lifecycle)
    if person.outside and not opens_from_outside(lifecycle):
        stage = lifecycle.stages[0]
        raise NotPermitted(
            f"“{lifecycle.title}”由{stage.by.title}立案",
            clause=stage.clause,
            remedy="从可以申报的事项中选择，或向经办人提出",
        )


def permission_for(lifecycle: Lifecycle, acted: Acted) -> Permission:
    """Which permission recording an act takes. An act that the law does not know is let through to be refused by it."""
    act = _declared(lifecycle, acted)
    if acted.verb == "object":
        return Permission.OBJECT
    if act is not None and act.head:
        return Permission.HEAD_ACT
    actor = lifecycle.actor(acted.by)
    return Permission.PARTY_ACT if actor is None or actor.side is Binds.PARTY else Permission.OFFICE_ACT


def _declared(lifecycle: Lifecycle, acted: Acted) -> Act | None:
    for stage in lifecycle.stages:
        if acted.stage in (stage.key, stage.title):
            return next((act for act in stage.acts if acted.verb in (act.verb, act.title)), None)
    return None


def put_person(connection: Connection, person: Person) -> None:
    """Write an account without asking who does: for the first account, and for demonstrations."""
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    row = {
        "name": person.name,
        "roles": ",".join(sorted(person.roles)),
        "party": person.party,
        "active": True,
        "section": person.section,
        "provinces": ",".join(sorted(person.provinces)),
        "programmes": ",".join(sorted(person.programmes)),
    }
    statement = insert(person_table).values(key=person.key, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=row))


def find_person(engine: Engine, key: str) -> Person:
    """The account; NotFound when there is none or it was closed."""
    with reading(engine) as connection:
        row = connection.execute(select(person_table).where(person_table.c.key == key)).one_or_none()
    if row is None or not row.active:
        raise NotFound(f"没有 {key} 这一账号" if row is None else f"账号 {key} 已停用")
    return person_of(row)


def person_of(row: Row[Any]) -> Person:
    """The account of a whole row of the table."""
    return Person(
        key=row.key,
        name=row.name,
        roles=frozenset(Role(role) for role in _parts(row.roles)),
        party=row.party,
        section=row.section,
        provinces=_parts(row.provinces),
        programmes=_parts(row.programmes),
    )


def _parts(text: str) -> frozenset[str]:
    return frozenset(part for part in text.split(",") if part)
