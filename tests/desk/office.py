"""The desk's office for tests: one account a role, and the sample cases as they stand on one simulated day.

The samples of the demonstration are played through casework's own functions up to `NOW`, once a session; each test
gets a copy of the file. On that day some windows are open, some stages overdue, some cases have a question.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from starlette.testclient import TestClient

from shixian.casework.calls import set_call
from shixian.casework.cases import open_case, record_act
from shixian.casework.cycle import run_cycle
from shixian.casework.database import open_database, transaction
from shixian.casework.lawbooks import default_books
from shixian.casework.staff.people import Person, Role, put_person
from shixian.demo.samples import samples
from shixian.desk.config import DeskConfig
from shixian.desk.sessions import set_password
from shixian.rules.decide import Acted
from shixian.rules.errors import ShixianError
from shixian.rules.facts import to_stored
from shixian.rules.lifecycle import Binds
from shixian.rules.periods import end_of, legal_day, parse_day, parse_instant
from shixian.scenarios.reader import ActStep, CaseStep, read

ROOT = Path(__file__).resolve().parents[2]
NOW = parse_instant("2021-06-10T10:00")
FIRST = parse_day("2020-07-01")
PASSWORD = "demo-demo-demo"  # noqa: S105 - of accounts that exist in tests only
FILES = ("matching_funds", "award", "incubator", "complexes", "credit")

# Cases beside the samples: the first one's last day for filing was 31 May, and no run has been since (逾期);
# an objection to the second asks for the next review node, which no call has set (待查明); the third was not
# nominated by the closing day, for which the text names no consequence (待决定).
OVERDUE, ASKING, UNDECIDED = "SH-MF-2021-9001", "SH-A-2023-9001", "SH-A-2021-9002"
LATE_FACTS = {"national_approval": "2021-03-31", "unit_name": "（样例）逾期研究所", "unit_code": "12310104YL00000718"}
AWARD_FACTS = {
    "award_kind": "自然科学奖", "suggested_grade": "一等奖", "nominator_kind": "专家", "nominator_name": "（样例）沈院士",
    "expert_ground": "中国科学院院士", "expert_own_field": "是", "project_name": "（样例）极端条件下的量子输运",
    "completers": "样例张一（甲大学）；样例李二（甲大学）；样例王三（乙大学）",
    "leading_completers": "样例张一（甲大学）；样例李二（甲大学）；样例王三（乙大学）", "units_are_main": "是",
    "ground": "science_discovery", "published_on": "2019-01-10", "dispute_pending": "否", "permit_required": "否",
    "foreign_candidate": "否",
}  # fmt: skip

# One account a role; its key is the role's own name.
PEOPLE: dict[Role, Person] = {
    role: Person(role.value, f"{role.label}（样例）", frozenset({role}))
    for role in Role
    if role not in (Role.SYSTEM, Role.APPLICANT)
}
# An applicant acts for the unit of the sample case 奖励-01.
PEOPLE[Role.APPLICANT] = Person(
    "applicant", "申报单位（样例）", frozenset({Role.APPLICANT}), party="12310104YL00000718"
)


@dataclass(slots=True)
class Clock:
    """The desk's clock; a test sets `instant`, or `at("2021-04-09T09:00")`."""

    instant: datetime = NOW

    def __call__(self) -> datetime:
        return self.instant

    def at(self, text: str) -> None:
        self.instant = parse_instant(text)


def fill(engine: Engine) -> None:
    """Accounts with passwords, and the samples up to `NOW`."""
    with transaction(engine) as connection:
        for person in PEOPLE.values():
            put_person(connection, person)
    with quick_hashes():
        for person in PEOPLE.values():
            set_password(engine, person.key, PASSWORD, now=NOW)
    books = default_books()
    head = Person("section_head", "审批（样例）", frozenset({Role.OFFICER, Role.SECTION_HEAD}))
    officer, public = PEOPLE[Role.OFFICER], PEOPLE[Role.PUBLIC]
    refs: dict[str, str] = {}
    steps: list[tuple[datetime, int, CaseStep | ActStep]] = []
    for scenario in samples(books.lifecycles):
        if Path(str(scenario.path)).stem not in FILES:
            continue
        own = {books.lifecycle(case.programme).regulation.key for case in scenario.cases}
        for key, cycles in scenario.calls.items():
            if books.lifecycle(key).regulation.key in own:
                for cycle, values in cycles.items():
                    for name, value in values.items():
                        given: dict[str, Any] = {"because": "样例年度通知", "person": head, "now": end_of(FIRST)}
                        set_call(engine, key, cycle, name, str(to_stored(value)), **given)
        steps += [(parse_instant(f"{case.opened}T09:00"), 0, case) for case in scenario.cases]
        steps += [(act.at, 1, act) for act in scenario.acts]
    for at, _, step in sorted(steps, key=lambda item: item[:2]):
        if at > NOW:
            break
        if isinstance(step, CaseStep):
            facts = {name: value for name, value in step.facts.items()}
            opened = open_case(engine, step.programme, facts, day=step.opened, cycle=step.cycle, person=officer, now=at)
            if opened.refusal is None:
                refs[step.ref] = opened.ref
            continue
        name, slash, child = step.ref.partition("/")
        if name not in refs:
            continue
        ref = f"{refs[name]}{slash}{child}"
        who = books.lifecycle(_programme(engine, refs[name])).actor(step.by)
        person = public if step.verb == "object" else officer if who and who.side is Binds.PARTY else head
        acted = Acted(step.stage, step.verb, step.by, step.at, step.given, step.documents, step.reason)
        try:
            record_act(engine, ref, acted, person=person, now=step.at)
        except ShixianError:  # an act of a case that a ranking, not played here, would have opened
            continue
    for key in books.lifecycles:
        run_cycle(engine, key, legal_day(NOW), recorded_at=parse_instant(f"{legal_day(NOW)}T00:10"))
    _further(engine, officer, public, head)


def _further(engine: Engine, officer: Person, public: Person, head: Person) -> None:
    """The cases that the samples do not have on this day; see their names above."""
    given: dict[str, Any] = {"because": "样例年度通知", "person": head, "now": end_of(FIRST)}
    set_call(engine, "sh-award", 2023, "notice_length", "10日", **given)
    own = (
        (OVERDUE, "sh-matching-funds", "2021-05-20", 2021, LATE_FACTS),
        (ASKING, "sh-award", "2021-03-01", 2023, AWARD_FACTS),
        (UNDECIDED, "sh-award", "2021-03-01", 2021, AWARD_FACTS),
    )
    for ref, key, day, cycle, facts in own:
        at = parse_instant(f"{day}T09:00")
        opened = open_case(engine, key, facts, day=parse_day(day), cycle=cycle, ref=ref, person=officer, now=at)
        assert opened.refusal is None, opened.refusal
    scenario = read(ROOT / "tests/scenarios/sh-award/27b-objection-asks-node.yaml", default_books().lifecycles)
    for step in scenario.acts:
        person = public if step.verb == "object" else officer if step.by == "nominator" else head
        acted = Acted(step.stage, step.verb, step.by, step.at, step.given, step.documents, step.reason)
        record_act(engine, ASKING, acted, person=person, now=step.at)
    at = parse_instant(f"{legal_day(NOW)}T00:20")
    run_cycle(engine, "sh-award", legal_day(NOW), recorded_at=at)


def _programme(engine: Engine, ref: str) -> str:
    from sqlalchemy import select

    from models import case_file
    from shixian.casework.database import reading

    with reading(engine) as connection:
        return str(connection.scalar(select(case_file.c.lifecycle).where(case_file.c.ref == ref)))


@contextmanager
def quick_hashes() -> Iterator[None]:
    """Argon2 with its smallest cost: the same hashes and checks, without a quarter of a second each."""
    from unittest.mock import patch

    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with patch("shixian.desk.sessions._hasher", return_value=cheap):
        yield


def client_for(config: DeskConfig, who: Role | str | None) -> TestClient:
    """A browser at the desk, signed in as the role's (or the named) account, or as nobody."""
    from shixian.desk.app import create_app
    from shixian.desk.sessions import COOKIE, open_session

    client = TestClient(create_app(config), base_url="http://desk.test", follow_redirects=False)
    if who is not None:
        key = PEOPLE[who].key if isinstance(who, Role) else who
        client.cookies.set(COOKIE, open_session(config.engine, key, address="test", now=config.now()))
    return client


def open_copy(path: Path) -> Engine:
    from sqlalchemy import event

    engine = open_database(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return engine
