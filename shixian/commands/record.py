"""The record, from the command line: `case`, `cases`, `verify`, `erratum`, `anchor`, `people`.

`verify` ends with 1 on any problem, and on a record with nothing in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json, print_section, print_table
from shixian.commands.session import (
    COMMAND_LINE,
    DatabaseUrl,
    NotReady,
    PersonKey,
    accounts,
    acting,
    day_or_today,
    find_case,
    opened,
)
from shixian.rules.errors import CaseworkError, NotFound
from shixian.rules.periods import parse_day

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shixian.casework.staff.people import Person, Role

DONE, WRONG, REFUSED = 0, 1, 2
Status = Literal["open", "suspended", "closed", "all"]
ListName = Literal["decide", "ask", "supervision", "reminder", "provisional", "broken"]
RoleName = Literal[
    "officer",
    "section_head",
    "finance_maker",
    "finance_checker",
    "auditor",
    "applicant",
    "public",
    "operator",
    "system_admin",
    "security_admin",
    "audit_admin",
]


def register(app: App) -> None:
    """Add the commands that read, prove and correct the record."""
    app.command(case, name="case")
    app.command(cases, name="cases")
    app.command(verify, name="verify")
    app.command(erratum, name="erratum")
    app.command(anchor, name="anchor")
    app.command(people, name="people")


def case(
    ref: Annotated[str, Parameter(help="案号 reference of the case")],
    /,
    *,
    as_of: Annotated[str | None, Parameter(help="该法定日的情形，须为今日或以前 as it stood on this legal day")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """一件案件的全部：所处环节、事实及来源、期限及计算、决定、经过、现在能办什么。Everything about one case."""
    day = None if as_of is None else parse_day(as_of)
    if day is not None and day > clock.today():
        raise CaseworkError(f"{day} 尚未到来", remedy="--as-of 为今日或以前的一日；试算以后用 shixian tick --dry-run")
    with opened(database) as engine:
        from shixian.casework.money.money_views import case_money
        from shixian.commands.case_view import print_case
        from shixian.display.case_page import read_all
        from shixian.display.money_lines import money_report

        view = find_case(engine, ref)
        data = read_all(engine, view, day, now=clock.now())
        data["money"] = money_report(case_money(engine, ref, day=day))
    if as_json:
        print_json(data)
    else:
        print_case(view, data, today=clock.today())
    return DONE


def cases(
    key: Annotated[str | None, Parameter(help="程序，不写则全部 lifecycle key; all when left out")] = None,
    /,
    *,
    status: Annotated[Status | None, Parameter(help="状态，默认未结的 status; not closed when left out")] = None,
    listed: Annotated[ListName | None, Parameter(name="--list", help="只列该清单上的案件 on this list")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """案件清单，法定时间最少的在前。The worklist, least legal time first."""
    from shixian.display.worklist import rows, shown
    from shixian.programmes import lifecycle as declared

    if key is not None:
        declared(key)  # an unknown one is told with those there are
    with opened(database) as engine:
        found = rows(engine, key=key, status=status, listed=listed, today=clock.today())
    if as_json:
        print_json(found)
    elif found:
        print_table(("案号", "程序", "主体", "状态", "环节", "最近期限", "待人处理"), [shown(row) for row in found])
        print(f"\n共 {len(found)} 件")
    else:
        print("没有这样的案件")
    return DONE


def verify(*, as_json: JsonFlag = False, database: DatabaseUrl = None) -> int:
    """核验全部记录：事件链、重演、各表、账、锚；有问题或没有记录，退出码为 1。Verify the record; 1 unless it holds."""
    from shixian.casework.verify import Report
    from shixian.casework.verify import verify as check

    try:
        with opened(database) as engine:
            report = check(engine)
    except NotReady as error:
        report = Report({}, (f"没有可核验的记录：{error}",))
    if as_json:
        print_json({"holds": report.holds, "counts": dict(report.counts), "problems": list(report.problems)})
    else:
        print("\n".join(report.lines()))
    return DONE if report.holds else WRONG


def erratum(
    key: Annotated[str, Parameter(help="程序 lifecycle key")],
    /,
    *refs: Annotated[str, Parameter(help="案号，不写则该编码的全部未结案件 references; all open cases of it")],
    from_: Annotated[str, Parameter(name="--from", help="原编码，可只写开头 the encoding they have, or its beginning")],
    who: Annotated[str, Parameter(help="作出勘误的账号 account that makes it")],
    why: Annotated[str, Parameter(help="理由：改了哪一条，为何 what was changed, and why")],
    write: Annotated[bool, Parameter(negative="", help="写入；不写则只预演 do it; else a dry run")] = False,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """勘误：未结案件改按当前编码办理，默认只预演。Move open cases to the present encoding; a dry run unless --write."""
    from shixian.casework.encodings import make_erratum
    from shixian.casework.staff.people import Permission
    from shixian.programmes import lifecycle as declared

    lifecycle = declared(key)
    with opened(database) as engine:
        person = acting(engine, who, Permission.ERRATUM)
        pinned = _pinned(engine, key, from_)
        report = make_erratum(
            engine, key, pinned, who=person, why=why, refs=refs or None, dry_run=not write, now=clock.now()
        )
    if as_json:
        told: dict[str, Any] = {"from": report.from_hash, "to": report.to_hash, "written": write}
        print_json(told | {"moves": list(report.moves), "kept": list(report.kept), "problems": report.problems})
        return REFUSED if report.problems else DONE
    print(f"{lifecycle.title}（{key}）：{report.from_hash[:12]} → {report.to_hash[:12]}")
    print_section("已改按新编码办理" if write else "将改按新编码办理", report.moves)
    print_section("不移动", report.kept)
    print_section("不能移动", [f"{ref}：{'、'.join(lines)}" for ref, lines in report.problems.items()])
    counts = f"移动 {len(report.moves)} 件，不移动 {len(report.kept)} 件，不能移动 {len(report.problems)} 件"
    print(f"\n{counts}" + ("" if write else "。只作预演，未写入；写入请加 --write"))
    return REFUSED if report.problems else DONE


def _pinned(engine: Engine, key: str, given: str) -> str:
    """The encoding meant by (the beginning of) a hash, among those that open cases of the lifecycle still have."""
    from shixian.casework.encodings import pinned_elsewhere

    counted = {pinned: count for (own, pinned), count in pinned_elsewhere(engine).items() if own == key}
    found = [pinned for pinned in counted if pinned.startswith(given.lower())]
    if len(found) == 1 and given:
        return found[0]
    names = "、".join(f"{pinned[:12]}（{count} 件）" for pinned, count in counted.items())
    have = f"可勘误的有：{names}" if names else "该程序的未结案件都按当前编码办理，没有可勘误的"
    why = "不止一个编码以此开头" if found else "没有未结案件按这一编码办理"
    raise NotFound(f"{given or '（空）'}：{why}", remedy=have)


def anchor(
    *,
    as_of: Annotated[str | None, Parameter(help="锚定的日期，默认今日 the day")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """锚定至今的全部事件，打印摘要；摘要须另存于数据库管理者不能改动之处。Anchor every event so far; keep the digest."""
    from shixian.casework.anchors import anchor_heads

    day = day_or_today(as_of)
    if day > clock.today():
        raise CaseworkError(f"{day} 尚未到来，不能锚定", remedy="锚定今日或以前的一日")
    with opened(database) as engine:
        made = anchor_heads(engine, day, now=clock.now())
    if as_json:
        print_json({"day": day.isoformat(), "events": made.events, "cases": made.heads, "digest": made.digest})
    else:
        print(f"{made.day}　事件 {made.events}，案件 {made.heads}　{made.digest}")
        print("请将此行另存于数据库管理者不能改动之处")
    return DONE


def people(
    action: Annotated[
        Literal["list", "add", "password"], Parameter(help="list 列出，add 增加账号或角色，password 设密码 what to do")
    ] = "list",
    key: Annotated[str | None, Parameter(help="账号名 account key")] = None,
    /,
    *roles: Annotated[RoleName, Parameter(help="角色，可多个 roles")],
    name: Annotated[str | None, Parameter(help="姓名 name")] = None,
    party: Annotated[str | None, Parameter(help="申报单位账号的统一社会信用代码 unit an applicant acts for")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """账号与角色：列出，或增加。还没有安全管理员时可直接增加，此后由安全管理员增加。Accounts and their roles.

    例 example: shixian people add zhang officer --name 张三
    """
    with opened(database) as engine:
        if action == "add":
            _add(engine, key, roles, name, party, person)
        if action == "password":
            _password(engine, key, person)
            return DONE
        found = accounts(engine)
    if as_json:
        print_json([_account(one) for one in found])
    elif found:
        print_table(
            ("账号", "姓名", "角色", "单位"),
            [(one.key, one.name, "、".join(_role(role) for role in sorted(one.roles)), one.party) for one in found],
        )
    else:
        print("尚无账号。增加：shixian people add 账号 角色 --name 姓名")
    return DONE


def _add(
    engine: Engine, key: str | None, roles: tuple[str, ...], name: str | None, party: str | None, given: str | None
) -> None:
    from dataclasses import replace

    from shixian.casework.chain import SYSTEM
    from shixian.casework.staff.accounts import first_account, save_person
    from shixian.casework.staff.people import Permission, Person, Role

    if key is None or not key.strip():
        raise CaseworkError("须写明账号名", remedy="例如 shixian people add zhang officer --name 张三")
    if key in (SYSTEM, COMMAND_LINE):
        raise CaseworkError(f"账号名 {key} 为系统保留", remedy="换一个账号名")
    known = accounts(engine)
    before = next((one for one in known if one.key == key), None)
    before = before or Person(key, key, frozenset[Role]())
    made = replace(
        before,
        name=before.name if name is None else name,
        roles=before.roles | {Role(role) for role in roles},
        party=before.party if party is None else party,
    )
    if not made.roles:
        raise CaseworkError("须写明角色", remedy=f"可用的有：{'、'.join(_role(Role(role)) for role in _role_names())}")
    if any(one.may(Permission.MANAGE_PEOPLE) for one in known):
        save_person(engine, made, by=acting(engine, given, Permission.MANAGE_PEOPLE), now=clock.now())
    else:
        first_account(engine, made, by=COMMAND_LINE, now=clock.now())


def _password(engine: Engine, key: str | None, given: str | None) -> None:
    """Set a password, read from the terminal or from the first line of the input, never from the command itself.

    Whoever sits at the machine gives an account its first one; later ones are set by a security administrator.
    """
    import sys
    from getpass import getpass

    from shixian.casework.staff.people import Permission
    from shixian.desk.sessions import has_password, reset_password, set_password

    if key is None:
        raise CaseworkError("须写明账号名", remedy="例如 shixian people password zhang")
    word = getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if has_password(engine, key):
        by = acting(engine, given, Permission.MANAGE_PEOPLE)
        reset_password(engine, key, word, by=by, now=clock.now())
    else:
        set_password(engine, key, word, now=clock.now(), by=COMMAND_LINE)
    print(f"已设定 {key} 的密码")


def _role_names() -> tuple[str, ...]:
    from typing import get_args

    return get_args(RoleName)


def _role(role: Role) -> str:
    return f"{role.label}（{role.value}）"


def _account(person: Person) -> dict[str, Any]:
    roles = sorted(role.value for role in person.roles)
    return {"key": person.key, "name": person.name, "roles": roles, "party": person.party}
