"""Settings: the environment decides, a wrong value is named, and none is undocumented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shixian.rules.calendar import DIRECTORIES_VARIABLE
from shixian.settings import Settings, settings


def documented(root: Path) -> dict[str, str]:
    lines = (root / "docs/settings.md").read_text("utf-8").splitlines()
    rows = [re.match(r"\| `(SHIXIAN_\w+)` \| (?:`([^`]*)`|none) \|", line) for line in lines]
    return {row[1]: row[2] or "" for row in rows if row}


def test_every_setting_is_documented_with_its_default(root: Path) -> None:
    declared = {
        f"SHIXIAN_{name.upper()}": "" if field.default is None else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert documented(root) == declared
    assert all(field.description for field in Settings.model_fields.values())


def test_the_calendar_reads_the_variable_of_that_name() -> None:
    assert DIRECTORIES_VARIABLE.removeprefix("SHIXIAN_").lower() in Settings.model_fields


def test_the_environment_decides_and_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().database_url == "sqlite:///.shixian/shixian.db"
    monkeypatch.setenv("SHIXIAN_DATABASE_URL", "postgresql://db/cases")
    monkeypatch.setenv("SHIXIAN_DESK_PORT", "")
    assert settings().database_url == "postgresql://db/cases" and settings().desk_port == 8000


@pytest.mark.parametrize("port", ["many", "0", "70000"])
def test_a_value_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("SHIXIAN_PREFECT_PORT", port)
    with pytest.raises(ValueError, match=f"SHIXIAN_PREFECT_PORT='{port}'"):
        settings()
