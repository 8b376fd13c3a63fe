"""What a reader hands on: rows of cells as they stand in the file, not yet typed by any lifecycle.

A cell is None (empty), text, a yes/no, a day, a `Number` (exact decimal text, never a float) or a `Fault`:
something that cannot be taken whatever the column (a formula, an error value, a merged cell).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MAXIMUM_ROWS = 50_000
MAXIMUM_BYTES = 20 * 1024 * 1024
MAXIMUM_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric cell. `unit` is the one its format shows (¥, 元, 万元); `shown` a format that shows another number."""

    text: str
    unit: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell cannot be read, and what stands in it."""

    reason: str
    value: str = ""


Cell = str | bool | date | Number | Fault | None


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the row as the spreadsheet program counts it (the header is row 1)."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The header, the rows that are not blank, and the SHA-256 of the file they were read from."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    digest: str
    source: str = ""


def letters(index: int) -> str:
    """The column letters of a position counted from 0: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def shown(cell: Cell) -> str:
    """A cell as a person finds it again, cut to 40 characters."""
    if cell is None:
        text = ""
    elif isinstance(cell, bool):
        text = "TRUE" if cell else "FALSE"
    elif isinstance(cell, Number):
        text = cell.text
    elif isinstance(cell, Fault):
        text = cell.value
    else:
        text = cell.isoformat() if isinstance(cell, date) else cell
    return text if len(text) <= 40 else text[:39] + "…"
