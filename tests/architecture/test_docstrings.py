"""Every module says on its first screen what it is for."""

from __future__ import annotations

import ast

from tests.architecture.source import ROOT, python_files


def has_docstring(source: str) -> bool:
    """Whether a module opens with a docstring of more than one word."""
    return len((ast.get_docstring(ast.parse(source)) or "").split()) > 1


def test_every_module_has_a_docstring() -> None:
    files = python_files()
    without = [path.as_posix() for path in files if not has_docstring((ROOT / path).read_text("utf-8"))]
    assert files and not without, f"no docstring: {without}"


def test_the_checker_sees() -> None:
    assert not has_docstring("")
    assert not has_docstring("# a comment is not a docstring\nx = 1")
    assert not has_docstring('"""Rules."""')
    assert has_docstring('"""Money, in fen."""')
