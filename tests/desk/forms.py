"""Filling in the desk's forms in tests: what a page's form holds, sent back with what a person types."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from httpx import Response
from starlette.testclient import TestClient


class _Form(HTMLParser):
    """The controls of the last form on a page, with their values as the server wrote them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.names: set[str] = set()
        self._select: str | None = None
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.values, self.names = {}, set()
        elif tag == "input" and name:
            self.names.add(name)
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked and given.get("type") != "file":
                self.values[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "select" and name:
            self.names.add(name)
            self._select = name
        elif tag == "option" and self._select is not None:
            first = self._select not in self.values
            if first or "selected" in given:
                self.values[self._select] = given.get("value", "")
        elif tag == "textarea" and name:
            self.names.add(name)
            self._area, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self.values[self._area] = self._text
            self._area = None


def form_on(page: Response) -> dict[str, str]:
    """The values of the last form of a page."""
    parser = _Form()
    parser.feed(page.text)
    return parser.values


def names_on(page: Response) -> set[str]:
    parser = _Form()
    parser.feed(page.text)
    return parser.names


def fill_in(
    client: TestClient, path: str, given: Mapping[str, str], *, files: Mapping[str, Any] | None = None
) -> Response:
    """Open a form, type into it, and send it; the names typed must be on it."""
    shown = client.get(path)
    assert shown.status_code == 200, (path, shown.status_code, shown.text[:2000])
    names = names_on(shown)
    missing = {*given, *(files or {})} - names
    assert not missing, (path, missing, sorted(names))
    return client.post(
        path.partition("?")[0], data={**form_on(shown), **given}, files=dict(files or {}) or {"": ("", b"")}
    )
