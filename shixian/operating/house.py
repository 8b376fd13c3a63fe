"""The house: Prefect's server on 127.0.0.1, every deployment of `prefect.yaml`, and a worker that runs them.

`House.open()` is safe to call while another house is up: it finds the running server by its lock and refuses to
start a second one on the same folder. Everything is kept under one folder (`.shixian/` unless told otherwise).
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from shixian.operating import deployments
from shixian.operating.children import Child, OperatingError, start, tail, wait_for

ROOT = Path(__file__).resolve().parents[2]
POOL, DESK = "shixian", "desk"
SERVER = "shixian.operating.prefect_server"


@dataclass(slots=True)
class House:
    """Paths, addresses and the children started."""

    folder: Path
    database_url: str
    port: int = 4200
    desk_port: int | None = None  # None: no desk
    say: Callable[[str], None] = print
    children: list[Child] = field(default_factory=list)
    _lock: IO[str] | None = None

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every child is told. No secret is in it."""
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        return {
            "SHIXIAN_DATABASE_URL": self.database_url,
            "PREFECT_HOME": str(self.folder / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_API_HOST": "127.0.0.1",
            "PREFECT_SERVER_API_PORT": str(self.port),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_LOGGING_LEVEL": "INFO",
            "PREFECT_CLI_PROMPT": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
            "DO_NOT_TRACK": "1",
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
            "PYTHONPATH": path,
        }

    @property
    def desk_address(self) -> str:
        return f"http://127.0.0.1:{self.desk_port}"

    @property
    def desk_running(self) -> bool:
        return any(child.name == DESK and child.running for child in self.children)

    def open(self, *, worker: bool = True) -> None:
        """Start the desk, the server and the worker; register the deployments. After a failure nothing runs on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            if self.desk_port is not None:
                self.open_desk()
            self._server()
            self._deploy()
            if worker:
                self._worker()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for child in reversed(self.children):
            self.say(f"停止 {child.name}")
            child.stop()
        self.children.clear()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def let_go(self) -> list[str]:
        """Forget the children that have ended; their names."""
        ended = [child.name for child in self.children if not child.running]
        self.children = [child for child in self.children if child.running]
        return ended

    def check(self) -> None:
        """OperatingError when a child has ended by itself."""
        for child in self.children:
            if not child.running:
                raise OperatingError(f"{child.name} 已停止", remedy=f"查看 {child.log}\n{tail(child.log)}")

    def _take_lock(self) -> None:
        self._lock = (self.folder / "house.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            address = self._lock.read().strip() or self.address
            self._lock.close()
            self._lock = None
            raise OperatingError(
                f"{self.folder} 已有一个时限在运行", remedy=f"打开 {address}，或先停止它（Ctrl-C）"
            ) from None
        self._lock.truncate(0)
        self._lock.write(self.address)
        self._lock.flush()

    def open_desk(self, *further: str) -> None:
        """The desk needs no Prefect: it is up first, and stays up when Prefect ends. `further`: options of its own."""
        if not port_free(self.desk_port or 0):
            raise OperatingError(
                f"端口 {self.desk_port} 已被占用", remedy="用 --desk-port 另选一个端口，或停止占用它的程序"
            )
        self.say(f"启动办公桌（{self.desk_address}）……")
        arguments = ["-m", "shixian.cli", "desk", "--port", str(self.desk_port), *further]
        told = {**self.environment, "SHIXIAN_PREFECT_API_URL": self.api}
        desk = start(DESK, arguments, told, ROOT, self.logs)
        self.children.append(desk)
        wait_for(desk, f"{self.desk_address}/sign-in", 60)

    def _server(self) -> None:
        if not port_free(self.port):
            raise OperatingError(f"端口 {self.port} 已被占用", remedy="用 --port 另选一个端口，或停止占用它的程序")
        self.say(f"启动 Prefect 服务（{self.address}）……首次启动约需 20 秒")
        server = start("prefect-server", ["-m", SERVER, str(self.port)], self.environment, ROOT, self.logs)
        self.children.append(server)
        wait_for(server, f"{self.api}/health", 150)

    def _deploy(self) -> None:
        """Register what stands in `prefect.yaml`; nothing to do where just that is registered already."""
        wanted = deployments.digest(ROOT)
        if deployments.registered(self.folder / "prefect", self.api) == wanted:
            self.say("prefect.yaml 的部署没有变化，不再登记")
            return
        self.say("登记 prefect.yaml 中的全部部署……")
        self._prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
        said = self._prefect("--no-prompt", "deploy", "--all", "--prefect-file", str(ROOT / "prefect.yaml"))
        # `deploy` prints a wrong field and still exits 0, so the count is checked by the caller's tests.
        (self.logs / "deploy.log").write_text(said, encoding="utf-8")
        deployments.note(self.folder / "prefect", self.api, wanted)

    def _worker(self) -> None:
        self.say("启动工作进程……")
        arguments = ["-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process", "--limit", "2"]
        self.children.append(start("prefect-worker", arguments, self.environment, ROOT, self.logs))

    def _prefect(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "prefect", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise OperatingError(f"prefect {' '.join(arguments[:3])} 失败", remedy=(done.stdout + done.stderr)[-2000:])
        return done.stdout + done.stderr

    @property
    def logs(self) -> Path:
        return self.folder / "logs"


def port_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
