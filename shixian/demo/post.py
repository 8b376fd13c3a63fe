"""The post of the demonstration: a mailbox to practise on as a child process, and one morning's messages sent to it."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from shixian.operating.children import Child, OperatingError, start
from shixian.operating.house import ROOT
from shixian.rules.periods import legal_day
from shixian.settings import settings
from shixian.telling.alarms import alarms
from shixian.telling.channels import Channels
from shixian.telling.ladder import Plan, say
from shixian.telling.outbox import deliver

PATIENCE = 30.0  # seconds until the mailbox answers


@dataclass(slots=True)
class PractiseMail:
    """A mail sink on this machine; what it takes in lies as .eml files in the demonstration's folder."""

    folder: Path
    port: int = 0

    @property
    def mails(self) -> Path:
        return self.folder / "mail"

    def start(self) -> Child:
        """Start it, wait until it answers, and tell the environment where it is."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        words = ["--port", str(self.port), "--folder", str(self.mails)]
        environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        command = ["-m", "shixian.cli", "mail-sink", *words]
        child = start("mail-sink", command, environment, self.folder, self.folder / "logs")
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if not child.running or time.monotonic() > until:
                raise OperatingError("练习邮箱没有启动", remedy=f"查看 {child.log}")
            time.sleep(0.2)
        own = {"SERVER": f"127.0.0.1:{self.port}", "SECURITY": "none", "FROM": "shixian@demo.invalid"}
        os.environ.update({f"SHIXIAN_MAIL_{name}": value for name, value in own.items()})
        os.environ["SHIXIAN_TELL_FALLBACK"] = "desk@demo.invalid"
        return child

    def tell(self, engine: Engine, at: datetime) -> str:
        """What is to be said at this instant goes into the outbox and is delivered; a line about it."""
        known = settings()
        plan = Plan.read(known.reminder_ladder, known.reminder_interval_days)
        told = say(engine, legal_day(at), now=at, plan=plan, alarms=alarms(engine, legal_day(at), at))
        done = deliver(engine, partial(_same, at), Channels.of(known))
        files = len(list(self.mails.rglob("*.eml")))
        return f"{told.line()}；{done.line()}；练习邮箱收到 {files} 封：{self.mails}"

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


def _same(at: datetime) -> datetime:
    return at
