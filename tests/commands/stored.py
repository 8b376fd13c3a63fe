"""For tests of the commands on stored cases: a database of their own, the clock at rest, and the laboratory's law."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import shixian.programmes
from shixian import clock
from shixian.casework import lawbooks
from shixian.cli import main
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.periods import parse_instant
from tests.lifecycles import LIFECYCLES


@dataclass(slots=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    def lines(self) -> list[str]:
        return [line.strip() for line in self.out.splitlines()]


class House:
    """Runs commands on one database, as a shell would, but within this process and at an hour the test chooses."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str) -> None:
        self.capsys, self.monkeypatch, self.url = capsys, monkeypatch, url
        self.at("2021-02-01T09:00")
        self.law(LIFECYCLES)

    def at(self, text: str) -> None:
        """From now on it is this instant."""
        instant: datetime = parse_instant(text)
        self.monkeypatch.setattr(clock, "now", lambda: instant)

    def law(self, lifecycles: Mapping[str, Lifecycle]) -> None:
        """From now on this is the release."""
        for module in (shixian.programmes, lawbooks):
            self.monkeypatch.setattr(module, "catalogue", lambda: lifecycles)
        lawbooks.default_books.cache_clear()

    def __call__(self, *tokens: str) -> Told:
        code = main([*tokens, "--database", self.url])
        said = self.capsys.readouterr()
        return Told(code, said.out, said.err)

    def done(self, *tokens: str) -> Told:
        told = self(*tokens)
        assert told.code == 0, told.out + told.err
        return told


@pytest.fixture
def house(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, sqlite_template: Path, tmp_path: Path
) -> Iterator[House]:
    """A migrated SQLite database without cases."""
    file = tmp_path / "cases.db"
    shutil.copy(sqlite_template, file)
    yield House(capsys, monkeypatch, f"sqlite:///{file}")
    monkeypatch.undo()
    lawbooks.default_books.cache_clear()
