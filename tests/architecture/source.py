"""How the architecture tests read the project: the list of its files, and what one module's syntax tree says.

Checkers in this folder are functions from source text to a list of findings, so that each can be shown a bad snippet.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("shixian", "flows", "tasks", "models")
SKIPPED_FOLDERS = {"__pycache__", "out", "build", "dist", "node_modules"}


def project_files(root: Path = ROOT) -> Iterator[Path]:
    """Every file that belongs to the project, as a path relative to `root`; hidden folders but .ci are not entered."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED_FOLDERS
            and not name.endswith(".egg-info")
            and (not name.startswith(".") or name == ".ci")
        )
        for name in sorted(files):
            yield (Path(folder) / name).relative_to(root)


def python_files(*packages: str, root: Path = ROOT) -> list[Path]:
    """The Python files below the given top folders, or all of the project's."""
    return [
        path for path in project_files(root) if path.suffix == ".py" and (not packages or path.parts[0] in packages)
    ]


def module_name(path: Path) -> str:
    """`shixian/rules/money.py` -> `shixian.rules.money`; a package's `__init__.py` is the package."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@dataclass(frozen=True)
class Import:
    """One imported name: the module asked for, where, and when it happens."""

    target: str
    line: int
    at_module_level: bool  # runs when the module is imported, so not inside a function
    for_types_only: bool  # below `if TYPE_CHECKING`


def imports_of(source: str, path: Path) -> list[Import]:
    """All imports in a module, relative ones resolved. `from a import b` counts as `a.b`, for b may be a module."""
    package = path.parent.parts
    found: list[Import] = []

    def visit(node: ast.AST, module_level: bool, types_only: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, node.lineno, module_level, types_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            found.extend(Import(f"{base}.{alias.name}", node.lineno, module_level, types_only) for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for statement in node.body:
                visit(statement, module_level, True)
            for statement in node.orelse:
                visit(statement, module_level, types_only)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                visit(child, module_level and not inside, types_only)

    visit(ast.parse(source), True, False)
    return found


def within(name: str, area: str) -> bool:
    """Whether a dotted name is an area or lies inside it; `shixian.rules2` does not lie in `shixian.rules`."""
    return name == area or name.startswith(area + ".")
