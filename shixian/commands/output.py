"""How commands print: JSON, and tables that rich draws at a terminal and plain text carries everywhere else.

Piped output is never truncated, wrapped or coloured: what `grep` and `diff` see is all there is.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

JsonFlag = Annotated[bool, Parameter(name="--json", negative="", help="输出 JSON。Print JSON.")]


def print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table: drawn where a person looks at it, aligned columns of plain text where a program reads it."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(show_lines=True)
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))  # as Text: [square brackets] are no markup
        Console().print(table)
        return
    for line in aligned([list(headings), *map(list, rows)]):
        print(line)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns two spaces apart, by the width that characters have on a screen; nothing after the last column."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(text + " " * (size - width(text)) for text, size in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def width(text: str) -> int:
    """Columns on a screen: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def print_section(title: str, lines: Sequence[str]) -> None:
    """A heading with its lines below it, one indent in; nothing when there are none."""
    if lines:
        print(f"\n{title}")
        for line in lines:
            print(f"  {line}")
