"""Where a module can be changed: a walk over its syntax tree that yields every mutant, in the order of the text.

A change is an edit of the text, not of the tree, so that line numbers, `inspect.getsource` and what is shown to a
reader stay those of the file.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from tests.mutation.changes import (
    CLAUSE_KEYWORDS,
    NATURES,
    SILENT_CALLS,
    SILENT_KEYWORDS,
    SILENT_POSITIONS,
    STAGES,
    Change,
    Mutant,
)
from tests.mutation.known import Known
from tests.mutation.mutators import MUTATORS
from tests.mutation.text import Text, called, is_clause, string

Above = tuple[ast.AST, ...]


def mutants(module: str, path: str, source: str, known: Known) -> list[Mutant]:
    """Every mutant of a module's text, deterministic, none twice."""
    text = Text(source)
    found: dict[tuple[int, int, str], tuple[Change, Above]] = {}
    for node, above in _walk(ast.parse(source), ()):
        for mutate in MUTATORS:
            for change in mutate(node, above, text, known.at(stage_of((*above, node)))):
                if text.data[change.start : change.end].decode() != change.text:
                    found.setdefault((change.start, change.end, change.text), (change, (*above, node)))
    told: Counter[tuple[str, ...]] = Counter()
    result = []
    for change, chain in sorted(found.values(), key=lambda item: (item[0].start, item[0].end, item[0].text)):
        where = place(chain)
        alike = (where, change.kind, change.before, change.after, change.within)
        told[alike] += 1
        line = text.line(change.start)
        result.append(Mutant(module, path, line, change, where, clause_near(chain, text), told[alike]))
    return result


def _walk(node: ast.AST, above: Above) -> Iterator[tuple[ast.AST, Above]]:
    yield node, above
    for child in _children(node):
        yield from _walk(child, (*above, node))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The children that may be changed: not annotations, docstrings, imports, nor words for people."""
    if isinstance(node, ast.Call):
        name = called(node)
        if name in SILENT_CALLS:
            return
        silent = SILENT_POSITIONS.get(name, {0, 1} if name.endswith("_fact") else set())
        yield node.func
        yield from (arg for index, arg in enumerate(node.args) if index not in silent)
        # The decorator `@formula("...", clause=..., local_grant="...")` labels its inputs: only the clause is law.
        only = {"clause"} if name == "formula" else None
        yield from (k for k in node.keywords if k.arg not in SILENT_KEYWORDS and (only is None or k.arg in only))
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _mute(child):
                yield child


def _mute(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id.startswith("__") for target in node.targets)
    if isinstance(node, ast.Tuple):  # a line of the clause index, before it becomes a ClauseNote
        return any(string(element) in NATURES for element in node.elts)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)


def stage_of(chain: Above) -> str:
    """The key of the innermost stage around a node, or nothing."""
    for node in reversed(chain):
        if isinstance(node, ast.Call) and called(node) in STAGES and (key := _key(node)):
            return key
    return ""


def place(chain: Above) -> str:
    """Stage, formula, lifecycle or constant that a node belongs to."""
    if stage := stage_of(chain):
        return stage
    for node in chain:
        if isinstance(node, ast.FunctionDef):
            return f"{node.name}()"
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            return node.targets[0].id
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            return node.target.id
    return "module"


def clause_near(chain: Above, text: Text) -> str:
    """The clause that the nearest enclosing declaration cites."""
    for node in reversed(chain):
        calls = [node] if isinstance(node, ast.Call) else []
        if isinstance(node, ast.FunctionDef):
            calls = [each for each in node.decorator_list if isinstance(each, ast.Call)]
        for call in calls:
            cited = [k.value for k in call.keywords if k.arg in CLAUSE_KEYWORDS]
            cited += [arg for arg in call.args if is_clause(arg)]
            if cited:
                first = cited[0]
                return str(first.value) if isinstance(first, ast.Constant) else text.of(first)
    return ""


def _key(call: ast.Call) -> str:
    given = [k.value for k in call.keywords if k.arg == "key"] + call.args[:1]
    first = given[0] if given else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
