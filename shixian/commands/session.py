"""What every command on stored cases needs: the database, who acts, which case, and `name=value` inputs.

The database must exist and be up to date: a command that made an empty one by mistake would answer "nothing to do".
Importing this loads no database; that waits until a command is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from shixian import clock
from shixian.rules.errors import CaseworkError, FactsError, NotFound, NotPermitted
from shixian.rules.periods import parse_day

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shixian.casework.staff.people import Permission, Person
    from shixian.casework.views import CaseView

DatabaseUrl = Annotated[
    str | None,
    Parameter(name="--database", help="数据库地址，默认 SHIXIAN_DATABASE_URL 或 .shixian/shixian.db database URL"),
]
PersonKey = Annotated[
    str | None,
    Parameter(
        name="--person", help="以哪个账号办理；尚无账号时可不写 account that acts; none needed while there is none"
    ),
]
Inputs = Annotated[str, Parameter(help="名称=值，金额写单位 name=value; money with its unit")]

COMMAND_LINE = "command-line"  # who acts while there is no account
_SHOWN = 8  # how many references an error names


class NotReady(CaseworkError):
    """There is no database there, or its tables are not those of this release."""


# -- the database ------------------------------------------------------------------------------------------------------


@contextmanager
def opened(given: str | None, *, make: bool = False) -> Iterator[Engine]:
    """The engine of the database named by the option, else by the settings. `make`: it may be new or out of date."""
    from sqlalchemy.exc import DatabaseError

    from shixian.casework.database import open_database

    url = url_of(given)
    file = _sqlite_file(url)
    if file is not None and make:
        file.parent.mkdir(parents=True, exist_ok=True)
    elif file is not None and not file.is_file():
        raise NotReady(f"没有数据库 {file}", remedy="先运行 shixian migrate 建立，或用 --database 指明已有的数据库")
    engine = open_database(url)
    try:
        try:
            with engine.connect():
                pass
        except DatabaseError as error:
            reason = str(error.orig).strip().splitlines()[0]
            shown = engine.url.render_as_string(hide_password=True)
            raise CaseworkError(f"数据库 {shown} 不能打开：{reason}", remedy="核对地址，确认数据库已启动") from error
        if not make:
            _require_current(engine)
        yield engine
    finally:
        engine.dispose()


def url_of(given: str | None) -> str:
    """The database's address: the option's, else the settings'. CaseworkError when it cannot be read as one."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from shixian.settings import settings

    try:
        url = given or settings().database_url
        make_url(url)
    except (ValueError, ArgumentError) as error:
        raise CaseworkError(
            f"数据库地址不能读取：{error}", remedy="写作 sqlite:///文件 或 postgresql://主机/库名"
        ) from error
    return url


def _sqlite_file(url: str) -> Path | None:
    from sqlalchemy import make_url

    parsed = make_url(url)
    in_memory = parsed.database in (None, "", ":memory:")
    return None if parsed.get_backend_name() != "sqlite" or in_memory else Path(str(parsed.database))


def _require_current(engine: Engine) -> None:
    have, want = revisions(engine)
    if have == want:
        return
    what = f"数据库为 {'、'.join(sorted(have))}，本程序为 {'、'.join(sorted(want))}" if have else "数据库尚未建表"
    raise NotReady(what, remedy="先备份，再运行 shixian migrate")


def revisions(engine: Engine) -> tuple[set[str], set[str]]:
    """The revision of the tables, and that of this release."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from shixian.casework.database import migration_config, reading

    with reading(engine) as connection:
        have = MigrationContext.configure(connection).get_current_heads()
        return set(have), set(ScriptDirectory.from_config(migration_config(connection)).get_heads())


# -- who acts ----------------------------------------------------------------------------------------------------------


def acting(engine: Engine, given: str | None, permission: Permission) -> Person:
    """The account named. While there is no account at all: the command line itself, recorded as such.

    Nobody's name is ever assumed: CaseworkError, with those who may, when there are accounts and none is named.
    NotFound for an unknown account; NotPermitted when none of them may.
    """
    from shixian.casework.staff.people import Person, Role, find_person, may_do

    known = accounts(engine)
    if given is not None:
        try:
            return find_person(engine, given)
        except NotFound as error:
            names = "、".join(person.key for person in known) or "尚无账号，用 shixian people add 增加"
            raise NotFound(error.message, remedy=f"可用的有：{names}") from error
    if not known:
        return Person(COMMAND_LINE, "命令行", frozenset({Role.OFFICER, Role.SECTION_HEAD}))
    able = [person for person in known if person.may(permission)]
    if able:
        names = "、".join(f"{person.key}（{person.name}）" for person in able)
        raise CaseworkError(f"{permission.value}须写明由谁办理", remedy=f"加 --person：{names}")
    roles = "、".join(role.label for role in may_do(permission))
    raise NotPermitted(f"没有账号有权{permission.value}", remedy=f"用 shixian people add 增加账号，角色：{roles}")


def accounts(engine: Engine) -> list[Person]:
    """The active accounts, by key."""
    from sqlalchemy import select

    from models import person
    from shixian.casework.database import reading
    from shixian.casework.staff.people import person_of

    with reading(engine) as connection:
        rows = connection.execute(select(person).where(person.c.active).order_by(person.c.key)).all()
    return [person_of(row) for row in rows]


# -- what is asked for -------------------------------------------------------------------------------------------------


def find_case(engine: Engine, ref: str) -> CaseView:
    """The case; NotFound names the ones nearest to it (its family, else the newest)."""
    from shixian.casework.views import read_case

    try:
        return read_case(engine, ref)
    except NotFound as error:
        found = _refs_near(engine, ref)
        raise NotFound(
            error.message,
            remedy=f"已有的案号：{'、'.join(found)}；全部见 shixian cases --status all"
            if found
            else "库中尚无案件，用 shixian open 或 shixian import 立案",
        ) from error


def _refs_near(engine: Engine, ref: str) -> list[str]:
    from sqlalchemy import select

    from models import case_file
    from shixian.casework.database import reading

    column, root = case_file.c.ref, ref.partition("/")[0]
    newest = select(column).order_by(case_file.c.id.desc()).limit(_SHOWN)
    with reading(engine) as connection:
        near = list(connection.scalars(newest.where(column.startswith(root, autoescape=True))))
        return sorted(near or connection.scalars(newest))


def pairs(inputs: Sequence[str], example: str) -> dict[str, str]:
    """`name=value` inputs by name; FactsError for what is not written so, or is there twice."""
    found: dict[str, str] = {}
    for text in inputs:
        name, given, value = text.partition("=")
        name = name.strip()
        if not given or not name:
            raise FactsError(f"“{text}”不是“名称=值”的写法", remedy=f"例如 {example}")
        if name in found:
            raise FactsError(f"{name} 给出了两次", remedy="每项只写一次")
        found[name] = value.strip()
    return found


def day_or_today(text: str | None) -> date:
    """The day written, else today in Shanghai; PeriodError for what is no day."""
    return clock.today() if text is None else parse_day(text)
