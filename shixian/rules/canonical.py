"""The canonical form of a declaration and its content hash: the encoding (编码修订) that every case is pinned to.

Everything that can change a result is in it: stages, clocks, guards, texts and clauses, and the formulas by the
abstract syntax of their source (so that layout and comments do not change the hash, and a number does).
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from hashlib import sha256
from typing import Any

from shixian.rules.formulas import Formula
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.money import Money

FORM = "shixian-encoding-1"
# What a notice shows changes no result of a case; each day's snapshot holds what it showed.
_LEFT_OUT = {"module", "note", "help", "since", "chosen_by", "shows", "withholds"}


def canonical(value: Any) -> Any:
    """A JSON value that is equal for equal declarations."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Money):
        return {"fen": value.fen}
    if isinstance(value, Fraction):
        return {"fraction": f"{value.numerator}/{value.denominator}"}
    if isinstance(value, Formula):
        return {"formula": value.name, "clause": value.clause, "title": value.title, "source": source(value.function)}
    if is_dataclass(value) and not isinstance(value, type):
        form: dict[str, Any] = {"is": type(value).__name__}
        for field in fields(value):
            if field.name not in _LEFT_OUT:
                form[field.name] = canonical(getattr(value, field.name))
        return form
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [canonical(item) for item in value]
    if callable(value):
        return {"source": source(value)}
    raise TypeError(f"no canonical form for {type(value).__name__}")


def source(function: Callable[..., Any]) -> str:
    """A function's abstract syntax without docstring and decorators, with the module constants it names."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    if isinstance(definition, ast.FunctionDef):
        definition.decorator_list = []
        if ast.get_docstring(definition) is not None:
            definition.body = definition.body[1:] or [ast.Pass()]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    constants = {}
    for name in sorted(names & set(function.__globals__)):
        value = function.__globals__[name]
        if name.isupper():
            constants[name] = canonical(value)
        elif inspect.isfunction(value) and value.__module__ == function.__module__:
            constants[name] = source(value)
    return json.dumps({"body": ast.dump(tree), "constants": constants}, ensure_ascii=False, sort_keys=True)


class _Encodings:
    """Encodings by identity: a lifecycle holds dictionaries and cannot itself be a cache key."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Lifecycle, str, str]] = {}

    def of(self, lifecycle: Lifecycle) -> tuple[str, str]:
        known = self._known.get(id(lifecycle))
        if known is None or known[0] is not lifecycle:
            data = {"form": FORM, "lifecycle": canonical(lifecycle)}
            text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            known = (lifecycle, text, sha256(text.encode()).hexdigest())
            self._known[id(lifecycle)] = known
        return known[1], known[2]


_ENCODINGS = _Encodings()


def encoding_text(lifecycle: Lifecycle) -> str:
    """The canonical form as text, as stored."""
    return _ENCODINGS.of(lifecycle)[0]


def encoding(lifecycle: Lifecycle) -> str:
    """The content hash (SHA-256, hexadecimal) of the lifecycle's canonical form."""
    return _ENCODINGS.of(lifecycle)[1]
