"""`shixian desk`: the web desk on this machine. `shixian up` starts it with the rest."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.session import DatabaseUrl, opened
from shixian.rules.errors import CaseworkError
from shixian.rules.periods import parse_instant

HOST = "127.0.0.1"  # a proxy in front of it speaks HTTPS to the world


def register(app: App) -> None:
    """Add the command that serves the desk."""
    app.command(desk, name="desk")


def desk(
    *,
    port: Annotated[
        int | None, Parameter(help="端口，默认 SHIXIAN_DESK_PORT port; the setting's when left out")
    ] = None,
    secure: Annotated[
        bool, Parameter(help="会话只经 HTTPS 传送（前面有 HTTPS 代理时） cookies over HTTPS only", negative="")
    ] = False,
    practice_from: Annotated[
        str | None, Parameter(help="演练：时钟从该时刻走起，每页注明 for practice: the clock runs from this instant")
    ] = None,
    database: DatabaseUrl = None,
) -> int:
    """启动办公桌网页（只在本机监听），Ctrl-C 停止；不需要 Prefect。Serve the web desk on this machine.

    例 example: shixian desk --port 8000
    """
    from shixian.settings import settings

    chosen = settings()
    number = chosen.desk_port if port is None else port
    with opened(database) as engine:
        import uvicorn

        from shixian.desk.app import create_app
        from shixian.desk.config import DeskConfig
        from shixian.desk.oidc import provider_of
        from shixian.operating.house import port_free

        if not port_free(number):
            raise CaseworkError(f"端口 {number} 已被占用", remedy="用 --port 另选一个端口，或停止占用它的程序")
        now = clock.now if practice_from is None else clock.running_from(parse_instant(practice_from))
        prefect = chosen.prefect_api_url
        practice, oidc = practice_from is not None, provider_of(chosen)
        config = DeskConfig(engine, now=now, secure=secure, practice=practice, prefect_url=prefect, oidc=oidc)
        app = create_app(config)
        print(f"时限办公桌：http://{HOST}:{number}", flush=True)
        uvicorn.run(app, host=HOST, port=number, log_level="warning", server_header=False)
    return 0
