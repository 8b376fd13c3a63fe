"""`shixian backup` and `shixian restore`: one file that holds everything, and the way back from it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json
from shixian.commands.session import COMMAND_LINE, DatabaseUrl, opened, url_of

DONE = 0


def register(app: App) -> None:
    """Add the commands."""
    app.command(backup, name="backup")
    app.command(restore, name="restore")


def backup(
    to: Annotated[Path, Parameter(help="备份文件；写文件夹则自动命名 file, or a folder to name it in")],
    /,
    *,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """备份全部数据为一个文件，附清单；不停机，不覆盖已有文件。Back everything up into one file, while the house runs."""
    from shixian.operating.backup import back_up

    with opened(database) as engine:
        path, manifest = back_up(engine, to, now=clock.now())
    if as_json:
        print_json({"file": str(path), **asdict(manifest)})
    else:
        print("\n".join([f"已备份至 {path}", *manifest.lines(), "请将以上各行另存于他处：恢复时据以比对"]))
    return DONE


def restore(
    backup: Annotated[Path, Parameter(help="备份文件 the backup")],
    /,
    *,
    replace: Annotated[bool, Parameter(negative="", help="取代已有的数据库，原库另存 replace what is there")] = False,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: Annotated[str | None, Parameter(help="由谁恢复，记入日志 who restores it")] = None,
) -> int:
    """由备份恢复：先核对、核验，再启用；已在途的支付转为待查询，对账之前不得放行。Restore a backup, and pay nothing twice."""
    from shixian.operating.restore import restore as put_back

    done = put_back(
        backup,
        url_of(database),
        replace=replace,
        today=clock.today(),
        now=clock.now(),
        person=person or COMMAND_LINE,
    )
    days = done.restoration.days()
    if as_json:
        counts = dict(done.report.counts)
        held = [day.isoformat() for day in days]
        print_json(
            {"manifest": asdict(done.manifest), "unknown": done.unknown, "reconcile": held, "aside": done.aside}
            | {"holds": done.report.holds, "counts": counts}
        )
        return DONE
    print("\n".join(["已恢复", *done.manifest.lines(), *done.report.lines()]))
    if done.aside:
        print(f"原库另存于 {done.aside}：其中可能有备份以后的付款，查明之前不得删除")
    print(f"在途支付 {done.unknown} 笔转为待查询。{days[0]} 至 {days[-1]} 共 {len(days)} 日须先对账：")
    print("逐日运行 shixian reconcile 日期；全部对账之前，任何批次不得放行")
    return DONE
