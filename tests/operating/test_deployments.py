"""What was registered at Prefect's server is registered again only when something that decides it has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shixian.operating import deployments


def copied(root: Path, folder: Path) -> Path:
    shutil.copy(root / "prefect.yaml", folder)
    for name in ("flows", "tasks"):
        shutil.copytree(root / name, folder / name)
    return folder


@pytest.mark.parametrize("changed", ["prefect.yaml", "flows/shanghai.py", "tasks/lifecycle.py"])
def test_a_changed_file_is_another_digest(root: Path, tmp_path: Path, changed: str) -> None:
    house = copied(root, tmp_path)
    before = deployments.digest(house)
    assert deployments.digest(house) == before
    (house / changed).write_bytes((house / changed).read_bytes() + b"\n")
    assert deployments.digest(house) != before


def test_a_server_with_others_is_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has = 44
    monkeypatch.setattr(deployments, "_count", lambda api: has)
    assert deployments.registered(tmp_path, "api") == ""
    deployments.note(tmp_path, "api", "abc")
    assert deployments.registered(tmp_path, "api") == "abc"
    has = 43
    assert deployments.registered(tmp_path, "api") == ""


def test_a_spoiled_note_is_none(tmp_path: Path) -> None:
    (tmp_path / "registered.json").write_text("[")
    assert deployments.registered(tmp_path, "http://127.0.0.1:1") == ""
