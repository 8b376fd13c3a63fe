"""`shixian desk` serves the pages without Prefect; `shixian people password` gives an account its first password."""

from __future__ import annotations

import io
import os
import shutil
import socket
from pathlib import Path

import pytest

from shixian.cli import main
from shixian.operating.children import start, wait_for

KEY, WORD = "wang", "a-first-password"


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "cases.db")
    return f"sqlite:///{tmp_path / 'cases.db'}"


def give(monkeypatch: pytest.MonkeyPatch, url: str, key: str, word: str, *more: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{word}\n"))
    return main(["people", "password", key, "--database", url, *more])


def test_the_first_password_is_given_at_the_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for key, role in (("boss", "security_admin"), (KEY, "officer")):
        person = ["--person", "boss"] if key == KEY else []
        assert main(["people", "add", key, role, "--database", url, *person]) == 0
    assert give(monkeypatch, url, KEY, "short") == 2
    assert give(monkeypatch, url, "nobody", WORD) == 2
    assert give(monkeypatch, url, KEY, WORD) == 0
    assert give(monkeypatch, url, KEY, WORD + "2") == 2  # there is one: the security administrator sets the next
    assert give(monkeypatch, url, KEY, WORD + "2", "--person", "boss") == 0


def test_the_desk_is_served_without_prefect(url: str, root: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["-m", "shixian.cli", "desk", "--port", str(port), "--database", url]
    child = start("desk", arguments, {**os.environ, "PYTHONPATH": str(root)}, root, tmp_path / "logs")
    try:
        wait_for(child, f"http://127.0.0.1:{port}/sign-in", 60)
        assert main(["desk", "--port", str(port), "--database", url]) == 2  # the port is taken
    finally:
        child.stop()
    assert f"http://127.0.0.1:{port}" in child.log.read_text("utf-8")
