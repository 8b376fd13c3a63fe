"""Roles and what they carry; accounts as rows."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from shixian.casework.database import transaction
from shixian.casework.staff.accounts import close_account, save_person
from shixian.casework.staff.people import (
    THE_SYSTEM,
    Permission,
    Person,
    Role,
    find_person,
    may_do,
    permission_for,
    put_person,
    require,
)
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from tests.casework.office import AUDITOR, OFFICER, SECURITY, at
from tests.lifecycles import GRANT

NOW = at("2021-01-01T09:00")


def test_every_permission_is_somebodys_and_every_role_has_a_name() -> None:
    assert all(may_do(permission) for permission in Permission)
    assert len({role.label for role in Role}) == len(Role)


def test_administrators_share_nothing_with_casework() -> None:
    """三员分立: who manages the system, the accounts or the logs touches no case."""
    cases = {
        Permission.OPEN_CASE,
        Permission.PARTY_ACT,
        Permission.OFFICE_ACT,
        Permission.HEAD_ACT,
        Permission.MAKE_BATCH,
    }
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        person = Person("x", "x", frozenset({role}))
        assert not any(person.may(permission) for permission in cases)
    assert may_do(Permission.MANAGE_PEOPLE) == (Role.SECURITY_ADMIN,)


def test_a_refusal_names_the_roles_that_may() -> None:
    with pytest.raises(NotPermitted, match="王经办.*经办.*无权作出审批") as error:
        require(OFFICER, Permission.HEAD_ACT)
    assert error.value.remedy == "应由审批办理"
    with pytest.raises(NotPermitted, match="只读"):
        require(AUDITOR, Permission.OPEN_CASE)
    require(AUDITOR, Permission.VERIFY)


@pytest.mark.parametrize(
    ("stage", "verb", "by", "permission"),
    [
        ("filing", "submit", "unit", Permission.PARTY_ACT),
        ("申报", "submit", "申报单位", Permission.PARTY_ACT),
        ("publicity", "publish", "office", Permission.OFFICE_ACT),
        ("publicity", "object", "objector", Permission.OBJECT),
        ("award", "approve", "office", Permission.HEAD_ACT),
        ("report", "revoke", "office", Permission.HEAD_ACT),
        ("filing", "allow_late", "office", Permission.OFFICE_ACT),
        ("filing", "answer", "objector", Permission.OFFICE_ACT),
        ("nowhere", "nothing", "nobody", Permission.PARTY_ACT),  # let through to be refused, and recorded, by the law
    ],
)
def test_which_permission_an_act_takes(stage: str, verb: str, by: str, permission: Permission) -> None:
    assert permission_for(GRANT, Acted(stage, verb, by, at("2021-01-01T09:00"))) is permission


def test_accounts_are_kept_changed_and_closed(database: Engine) -> None:
    with transaction(database) as connection:
        put_person(connection, SECURITY)
    save_person(database, OFFICER, by=SECURITY, now=NOW)
    assert find_person(database, "wang") == OFFICER
    both = Person("wang", "王", frozenset({Role.OFFICER, Role.FINANCE_MAKER}), party="x")
    save_person(database, both, by=SECURITY, now=NOW)
    assert find_person(database, "wang") == both
    close_account(database, "wang", by=SECURITY, now=NOW)
    with pytest.raises(NotFound, match="停用"):
        find_person(database, "wang")
    for key in ("nobody", "wan"):
        with pytest.raises(NotFound):
            find_person(database, key)
    with pytest.raises(NotFound):
        close_account(database, "nobody", by=SECURITY, now=NOW)


def test_nobody_gives_themselves_roles(database: Engine) -> None:
    with pytest.raises(NotPermitted, match="自己"):
        save_person(database, Person(SECURITY.key, "钱", frozenset({Role.SECTION_HEAD})), by=SECURITY, now=NOW)
    with pytest.raises(NotPermitted):
        save_person(database, AUDITOR, by=OFFICER, now=NOW)
    with pytest.raises(CaseworkError, match="保留"):
        save_person(database, THE_SYSTEM, by=SECURITY, now=NOW)
