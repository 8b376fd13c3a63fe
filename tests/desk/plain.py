"""Finding internal words in what people read: keys, English statuses, dates like 2021-03-01."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

ISO = re.compile(r"(?<![\w/-])\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2})?(?![\w-])")
KEY = re.compile(r"(?<![\w./@-])[a-z][a-z0-9]*(?:[_.][a-z0-9]+)+(?![\w./@])")
WORD = re.compile(r"(?<![\w./@:%&?=#-])[a-z]{3,}(?![\w./@:=-])")
HIDDEN = {"script", "style", "code", "head"}  # what stands in code is a key or a hash on purpose
TOLD = {"title", "aria-label", "alt"}
# The command line and a run in Prefect, by name, for the operator; formats of files, as the bank calls them.
COMMANDS = re.compile(r"shixian [a-z-]+(?: [a-z-]+)*|Prefect 中 [a-z-]+ 的运行|(?:camt|pain)\.0\d\d")


class _Visible(HTMLParser):
    """The text that is seen or read aloud, element by element."""

    def __init__(self) -> None:
        super().__init__()
        self.depth: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self.depth.append(tag)
        elif not self.depth:
            self.texts += [value for name, value in attrs if name in TOLD and value]

    def handle_endtag(self, tag: str) -> None:
        if self.depth and self.depth[-1] == tag:
            self.depth.pop()

    def handle_data(self, data: str) -> None:
        if not self.depth and data.strip():
            self.texts.append(data.strip())


def visible(page: str) -> list[str]:
    parser = _Visible()
    parser.feed(page)
    return parser.texts


def internal(page: str) -> Iterator[tuple[str, str]]:
    """Each internal word with the text that it stands in."""
    for text in visible(page):
        told = COMMANDS.sub("", text)
        for pattern in (ISO, KEY, WORD):
            for found in pattern.finditer(told):
                yield found[0], text


CHINESE = re.compile("[\u4e00-\u9fff]")
_DATE = re.compile(r"\d+年\d+月(?:\d+日)?")
_EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class _OfTheDesk(HTMLParser):
    """Chinese text of a page that stands in no element which says that it is Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        chinese = (self.inside[-1][1] if self.inside else False) or given.get("lang") == "zh-CN" or tag in HIDDEN
        if not chinese:
            self.found += [given[name] for name in TOLD if CHINESE.search(_DATE.sub("", given.get(name, "")))]
        if tag not in _EMPTY:
            self.inside.append((tag, chinese))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.inside.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside[-1][0] != tag:
            self.inside.pop()
        if self.inside:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not (self.inside and self.inside[-1][1]) and CHINESE.search(_DATE.sub("", data)):
            self.found.append(data.strip())


def english_chinese(page: str) -> list[str]:
    """What of an English page is Chinese though it is neither law nor data."""
    parser = _OfTheDesk()
    parser.feed(page)
    return parser.found
