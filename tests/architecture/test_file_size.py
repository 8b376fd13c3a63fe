"""Files stay short enough to read: none over 600 lines, at most five over 400, no line over 120 characters."""

from __future__ import annotations

from tests.architecture.source import ROOT, python_files

LONGEST, LONG, LONG_ONES = 600, 400, 5
WIDEST = 120  # characters; ruff would count a Chinese one twice


def size_faults(lines: dict[str, int]) -> list[str]:
    """What is wrong with a set of files, given how many lines each has."""
    faults = [f"{path}: {count} lines, more than {LONGEST}" for path, count in lines.items() if count > LONGEST]
    long = sorted(((count, path) for path, count in lines.items() if count > LONG), reverse=True)
    if len(long) > LONG_ONES:
        faults.append(f"{len(long)} files over {LONG} lines, more than {LONG_ONES}: {long}")
    return faults


def wide_lines(source: str) -> list[int]:
    """The numbers of the lines that are too wide."""
    return [number for number, line in enumerate(source.splitlines(), 1) if len(line) > WIDEST]


def test_files_are_short() -> None:
    lines = {path.as_posix(): len((ROOT / path).read_text("utf-8").splitlines()) for path in python_files()}
    assert lines and not size_faults(lines), "\n".join(size_faults(lines))


def test_lines_are_narrow() -> None:
    faults = [f"{path}:{line}" for path in python_files() for line in wide_lines((ROOT / path).read_text("utf-8"))]
    assert not faults, f"over {WIDEST} characters: " + ", ".join(faults)


def test_the_checkers_see() -> None:
    assert size_faults({"a.py": 601})
    assert size_faults({f"{number}.py": 401 for number in range(6)})
    assert not size_faults({"a.py": 600, **{f"{number}.py": 401 for number in range(4)}, "b.py": 400})
    assert wide_lines("x" * 121) == [1]
    assert not wide_lines("时" * 120)
