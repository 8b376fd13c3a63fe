"""Longer work that a page starts: a release, a verification. It runs in a thread; pages ask how it stands.

Nothing relies on it: the rows are the record, so that a desk that stops in the middle is simply asked to go on. One of
the same name is never started twice at once. The last result of each name is kept while the desk runs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, Thread
from typing import Any, Literal

from fastapi import Request

from shixian.rules.errors import ShixianError

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Job:
    """One piece of work. `lines` say what came of it; `result` is for the page; `link` leads elsewhere."""

    name: str
    by: str
    began: datetime
    state: Literal["running", "done", "failed"] = "running"
    lines: list[str] = field(default_factory=list)
    remedy: str = ""
    progress: str = ""
    result: Any = None
    link: str = ""
    thread: Thread | None = None

    @property
    def running(self) -> bool:
        return self.state == "running"


class Jobs:
    """The jobs of one desk, by name."""

    def __init__(self) -> None:
        self._known: dict[str, Job] = {}
        self._lock = Lock()

    def get(self, name: str) -> Job | None:
        return self._known.get(name)

    def start(self, name: str, work: Callable[[Job], Sequence[str]], *, by: str, now: datetime) -> Job:
        """Start it, unless it runs already: then the running one is given."""
        with self._lock:
            known = self._known.get(name)
            if known is not None and known.running:
                return known
            job = self._known[name] = Job(name, by, now)
            job.thread = Thread(target=_run, args=(job, work), name=name, daemon=True)
            job.thread.start()
            return job

    def elsewhere(self, name: str, link: str, said: str, *, by: str, now: datetime) -> Job:
        """Note that the work was started in another place, to be seen at `link`."""
        job = self._known[name] = Job(name, by, now, "done", [said], link=link)
        return job

    def wait(self, name: str) -> Job | None:
        """The job when it has ended; for tests and for the desk's own end."""
        job = self._known.get(name)
        if job is not None and job.thread is not None:
            job.thread.join()
        return job


def _run(job: Job, work: Callable[[Job], Sequence[str]]) -> None:
    try:
        job.lines = list(work(job))
        job.state = "done"
    except ShixianError as error:
        job.lines = [error.message + (f"（{error.clause}）" if error.clause else "")]
        job.remedy, job.state = error.remedy or "", "failed"
    except Exception:
        logger.exception("%s failed", job.name)
        job.lines, job.remedy, job.state = (
            ["未能完成，原因已记入日志"],
            "稍后再试；仍不行的，请系统管理员查看日志",
            "failed",
        )


def jobs_of(request: Request) -> Jobs:
    """The jobs of the desk that serves the request."""
    known = getattr(request.app.state, "jobs", None)
    if known is None:
        known = request.app.state.jobs = Jobs()
    return known
