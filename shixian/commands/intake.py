"""`shixian template` and `shixian import`: the workbook of a programme, and taking a filled-in one in.

Exit code 0 when every row was taken (or was there already), 2 when any was refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from shixian.commands.output import JsonFlag, print_json
from shixian.rules.errors import IntakeError

if TYPE_CHECKING:
    from shixian.intake.importing import Report

DONE, REFUSED = 0, 2


def register(app: App) -> None:
    """Add the commands `template` and `import`."""
    app.command(template, name="template")
    app.command(import_rows, name="import")


def template(
    key: Annotated[str, Parameter(help="程序 lifecycle key")],
    out: Annotated[Path, Parameter(help="要写的 .xlsx 文件 the workbook to write")],
    /,
) -> int:
    """生成填报工作簿：表头、填写说明、列表均出自程序声明的事实。Write the intake workbook of a programme."""
    from shixian.intake.columns import columns_of, standing_alone
    from shixian.intake.template import write_template
    from shixian.programmes import lifecycle

    found = standing_alone(lifecycle(key))
    write_template(found, out)
    print(f"已写入 {out}：{found.title}，{len(columns_of(found))} 列。填写后运行：shixian import {key} {out}")
    return DONE


def import_rows(
    key: Annotated[str, Parameter(help="程序 lifecycle key")],
    file: Annotated[Path, Parameter(help="填好的 .xlsx 或 .csv the filled-in file")],
    /,
    *,
    day: Annotated[str | None, Parameter(help="未填立案日的行以此日立案，默认今日 day of opening")] = None,
    dry_run: Annotated[bool, Parameter(negative="", help="只检查，不写入 check, write nothing")] = False,
    accept_good: Annotated[
        bool, Parameter(negative="", help="导入合格的行，只拒收有问题的 take the good rows, tell the others")
    ] = False,
    as_json: JsonFlag = False,
    database: Annotated[
        str | None, Parameter(help="数据库地址，默认 SHIXIAN_DATABASE_URL 或 .shixian/shixian.db database URL")
    ] = None,
    person: Annotated[str | None, Parameter(help="以哪个账号导入，默认时限系统 account that imports")] = None,
) -> int:
    """导入填好的工作簿或 CSV：每行收或拒，拒收的写明行、列、值、原因和条款；默认有一行拒收即全部不导入。

    Import a workbook or CSV. All rows or none, unless --accept-good. The same file twice adds nothing.
    """
    from shixian import clock
    from shixian.casework.database import migrate, open_database
    from shixian.casework.encodings import store_encodings
    from shixian.casework.staff.people import THE_SYSTEM, find_person
    from shixian.intake.columns import standing_alone
    from shixian.intake.importing import import_file
    from shixian.programmes import catalogue, lifecycle
    from shixian.rules.periods import parse_day

    standing_alone(lifecycle(key))  # a wrong key is told before a database is made
    url = _database_url(database)
    engine = open_database(url)
    try:
        migrate(engine)
        store_encodings(engine, catalogue(), now=clock.now())
        report = import_file(
            engine,
            key,
            file,
            day=clock.today() if day is None else parse_day(day),
            person=THE_SYSTEM if person is None else find_person(engine, person),
            now=clock.now(),
            dry_run=dry_run,
            all_or_nothing=not accept_good,
        )
    finally:
        engine.dispose()
    if as_json:
        print_json(report.to_json())
    else:
        _print(report, dry_run=dry_run)
    return REFUSED if report.refused else DONE


def _database_url(given: str | None) -> str:
    """The database named by the option, else by the settings; the folder of an SQLite file is made."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from shixian.settings import settings

    try:
        url = given or settings().database_url
        parsed = make_url(url)
    except (ValueError, ArgumentError) as error:
        raise IntakeError(f"数据库地址不能读取：{error}", remedy="写作 sqlite:///文件 或 postgresql://主机/库名") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    return url


def _print(report: Report, *, dry_run: bool) -> None:
    from shixian.intake.importing import Status

    for row in report.rows:
        for problem in row.problems:
            print(problem.zh(row.row))
        if row.status is Status.OPENED:
            print(f"第{row.row}行 已立案 {row.ref}")
        elif row.status is Status.PRESENT:
            print(f"第{row.row}行 早已导入 {row.ref}")
    counts = "，".join(f"{status.zh} {report.count(status)} 行" for status in Status if report.count(status))
    print(f"共 {len(report.rows)} 行：{counts}")
    if report.written:
        return
    if dry_run:
        print("只作检查，未写入。")
    else:
        print("有拒收的行，全部未导入。处理办法：改正后重新导入；或加 --accept-good 只导入合格的行。")
