"""The one module that asks the real clock.

Called at the edges only: the command line, the flows, the desk. They read the clock once and hand the answer on as
`as_of` (a legal day) or as the recorded instant; `rules`, `programmes`, `casework`, `models`, `treasury` and `tasks`
take it as a parameter and never import this module (tests/architecture/test_imports.py holds them to it).

A legal day is a day in Asia/Shanghai and ends there at 24:00, wherever the machine stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant, aware, in Asia/Shanghai: for what is recorded."""
    return datetime.now(SHANGHAI)


def today() -> date:
    """The legal day of this instant: for what is decided."""
    return now().date()


def running_from(instant: datetime) -> Callable[[], datetime]:
    """A clock for practice: it shows `instant` now, and goes on from there."""
    began = now().timestamp()
    return lambda: datetime.fromtimestamp(instant.timestamp() + now().timestamp() - began, SHANGHAI)
