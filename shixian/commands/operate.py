"""`shixian up` and `shixian demo`: the whole house on one machine, and a house filled with two simulated years."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter


def register(app: App) -> None:
    """Add the commands that start something and stay up."""
    app.command(up, name="up")
    app.command(demo, name="demo")


def up(
    *,
    folder: Annotated[Path, Parameter(help="数据、日志所在文件夹 where everything is kept")] = Path(".shixian"),
    port: Annotated[int, Parameter(help="Prefect 界面端口 port of Prefect's UI")] = 4200,
    desk_port: Annotated[int | None, Parameter(help="办公桌端口，默认 SHIXIAN_DESK_PORT port of the desk")] = None,
    database: Annotated[str | None, Parameter(help="数据库地址；默认在文件夹内 database URL")] = None,
) -> int:
    """启动全部服务：数据库升级、办公桌、Prefect 服务、部署、工作进程；Ctrl-C 停止。Start everything; Ctrl-C stops it.

    重复启动不会造成损害：同一文件夹只允许一个在运行。
    """
    from shixian.operating.children import OperatingError
    from shixian.operating.house import House
    from shixian.operating.prepare import prepare_database
    from shixian.settings import settings

    folder = folder.resolve()
    url = prepare_database(folder, database)
    own = settings().desk_port if desk_port is None else desk_port
    house = House(folder=folder, database_url=url, port=port, desk_port=own)
    _stop_politely()
    try:
        house.open()
        print(f"时限已启动。办公桌：{house.desk_address}", flush=True)
        print(f"Prefect 界面：{house.address}    数据库：{_shown(url)}", flush=True)
        print("按 Ctrl-C 停止。", flush=True)
        while True:
            time.sleep(2)
            try:
                house.check()
            except OperatingError as error:
                if not house.desk_running:
                    raise
                # People go on working: clocks that nobody settles now are settled by the first run after the restart.
                print(f"{error}\n办公桌照常工作；重新启动 shixian up 后补上漏跑的期限。", flush=True)
                house.let_go()
    except KeyboardInterrupt:
        print("正在停止……", flush=True)
    finally:
        house.close()
    return 0


def demo(
    *,
    once: Annotated[bool, Parameter(help="跑完即停并自检 run through, check, stop", negative="")] = False,
    folder: Annotated[Path, Parameter(help="演示文件夹；每次重建 made anew each time")] = Path(".demo"),
    port: Annotated[int, Parameter(help="Prefect 界面端口；被占用时自动另选 port of Prefect's UI")] = 4200,
) -> int:
    """演示：导入样例工作簿，重放 2020年7月至2022年6月，逐日强制执行期限。Two simulated years, every day enforced."""
    from shixian.demo.play import play

    _stop_politely()
    return play(folder.resolve(), port=port, once=once)


def _stop_politely() -> None:
    """A polite kill is a Ctrl-C: children are stopped in order either way."""

    def handle(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def _shown(url: str) -> str:
    """A database address without its password."""
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)
