"""One login a role for the desk of the demonstration, all with the same password; every other case is the officer's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from models import case_file
from shixian.casework.database import reading, transaction
from shixian.casework.staff.assignments import assign
from shixian.casework.staff.people import Person, Role, put_person
from shixian.demo.payments import CHECKER, MAKER, RELEASER, SECOND
from shixian.demo.people import HEAD, OFFICER
from shixian.desk.sessions import set_password

PASSWORD = "demo-demo-demo"
AUDITOR = Person("demo-auditor", "审计人（演示）", frozenset({Role.AUDITOR}))
OPERATOR = Person("demo-operator", "运维人（演示）", frozenset({Role.OPERATOR}))
SYSTEM = Person("demo-system", "系统管理员（演示）", frozenset({Role.SYSTEM_ADMIN}))
SECURITY = Person("demo-security", "安全管理员（演示）", frozenset({Role.SECURITY_ADMIN}))
LOGS = Person("demo-logs", "审计管理员（演示）", frozenset({Role.AUDIT_ADMIN}))
APPLICANT = Person(
    "demo-applicant", "（样例）上海嘉北光电技术有限公司", frozenset({Role.APPLICANT}), party="91310114YL0000127M"
)
EVERYONE = (OFFICER, HEAD, MAKER, CHECKER, SECOND, RELEASER, AUDITOR, OPERATOR, SYSTEM, SECURITY, LOGS, APPLICANT)


def give_logins(engine: Engine, *, now: datetime) -> list[str]:
    """Accounts with passwords for every role but the public, who needs none; gives a line for each."""
    with transaction(engine) as connection:
        for person in EVERYONE:
            put_person(connection, person)
    for person in EVERYONE:
        set_password(engine, person.key, PASSWORD, now=now)
    with reading(engine) as connection:
        waiting = list(connection.scalars(select(case_file.c.ref).where(case_file.c.status != "closed")))
    assign(engine, sorted(waiting)[::2], OFFICER.key, by=HEAD, now=now)
    logins = [
        f"  {person.key:<15} {person.name:<12} {'、'.join(role.label for role in sorted(person.roles))}"
        for person in EVERYONE
    ]
    return [*logins, "  公众不需登录：/notices 公示和异议，/progress 办事进度"]
