"""Loading the programmes with one text changed: fresh modules under the old names, and everything that imports them.

`inspect.getsource` finds the changed text (formulas are part of a case's encoding) through `linecache`.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from types import CodeType, ModuleType

from shixian import programmes
from shixian.rules import canonical
from shixian.rules.lifecycle import Lifecycle
from tests.mutation.changes import INJECTED
from tests.mutation.reach import Forms

_numbers = count(1)


def programme_modules() -> list[ModuleType]:
    """Every module that declares lifecycles in force (`LIFECYCLES`), and the parts of programmes that it imports.

    A draft that nothing loads yet (`LIFECYCLES_DRAFT`) is left out with its parts.
    """
    found, queue = dict[str, ModuleType](), [module.__name__ for module in programmes.modules()]
    while queue:
        name = queue.pop(0)
        if name not in found and find_spec(name) is not None:
            found[name] = import_module(name)
            queue += re.findall(rf"{re.escape(programmes.__name__)}\.\w+\.\w+", inspect.getsource(found[name]))
    return [found[name] for name in sorted(found)]


class Workshop:
    """The modules as they are, and how they hang together."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self.modules = {module.__name__: module for module in modules}
        self.sources = {name: Path(str(module.__file__)).read_text("utf-8") for name, module in self.modules.items()}
        imported = {name: self._imports(name) & set(self.modules) for name in self.modules}
        self.order = list(TopologicalSorter(imported).static_order())
        self.imported = imported
        self._codes: dict[str, CodeType] = {}

    @cached_property
    def lifecycles(self) -> Mapping[str, Lifecycle]:
        return self.load({})

    @cached_property
    def forms(self) -> Forms:
        return Forms(self.lifecycles)

    def load(self, fresh: Mapping[str, ModuleType], among: Collection[str] | None = None) -> Mapping[str, Lifecycle]:
        """The catalogue, or the part `among` these modules, with fresh modules in the place of old ones."""
        names = [name for name in self.modules if among is None or name in among]
        found = [fresh.get(name, self.modules[name]) for name in names]
        return programmes.load([module for module in found if hasattr(module, "LIFECYCLES")])

    def declared(self, name: str) -> list[str]:
        """The keys of the lifecycles that a change of this module can change."""
        homes = set(self.affected(name))
        return [key for key, lifecycle in self.lifecycles.items() if lifecycle.module in homes]

    def homes(self, keys: Iterable[str]) -> set[str]:
        """The modules that declare these lifecycles and all that they mention: what has to be loaded to run them."""
        return {self.lifecycles[key].module for key in self.forms.together(keys)}

    def affected(self, name: str) -> list[str]:
        """The module and all that import it, directly or not, in an order in which they can be loaded."""
        reached = {name}
        for other in self.order:
            if self.imported[other] & reached:
                reached.add(other)
        return [other for other in self.order if other in reached]

    @contextmanager
    def changed(
        self, name: str, source: str, among: Collection[str] | None = None
    ) -> Iterator[Mapping[str, Lifecycle]]:
        """The catalogue (or the part `among` these modules) with this text in the place of a module's own.

        What loading raises is the caller's to judge.
        """
        filename = f"<mutant {next(_numbers)} of {name}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        names = self.affected(name)
        before = {each: (sys.modules.get(each), *_seat(each)) for each in names}
        try:
            fresh: dict[str, ModuleType] = {}
            for each in names:
                code = compile(source, filename, "exec") if each == name else self._code(each)
                fresh[each] = self._run(each, code)
            yield self.load(fresh, among)
        finally:
            for each, (module, package, attribute) in before.items():
                if module is None:
                    sys.modules.pop(each, None)
                else:
                    sys.modules[each] = module
                if package is not None:
                    setattr(package, each.rpartition(".")[2], attribute)
            del linecache.cache[filename]
            # The hashes of a thousand mutants are of no more use, and each holds its whole lifecycle.
            canonical._ENCODINGS._known.clear()

    def _run(self, name: str, code: CodeType) -> ModuleType:
        old = self.modules[name]
        module = ModuleType(name, old.__doc__)
        module.__file__, module.__package__ = old.__file__, old.__package__
        vars(module).update(INJECTED)
        sys.modules[name] = module
        package, _ = _seat(name)
        if package is not None:
            setattr(package, name.rpartition(".")[2], module)
        exec(code, vars(module))
        return module

    def _code(self, name: str) -> CodeType:
        if name not in self._codes:
            self._codes[name] = compile(self.sources[name], str(self.modules[name].__file__), "exec")
        return self._codes[name]

    def _imports(self, name: str) -> set[str]:
        """Every name that the module's import statements may mean, as full module names."""
        package = str(self.modules[name].__package__ or "")
        found = set()
        for node in ast.walk(ast.parse(self.sources[name])):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                parts = package.split(".")
                above = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
                base = ".".join(part for part in (above, node.module or "") if part)
                found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        return found - {name}


def _seat(name: str) -> tuple[ModuleType | None, object]:
    """The package that holds a module as an attribute, and what it holds."""
    parent, _, last = name.rpartition(".")
    package = sys.modules.get(parent) if parent else None
    return package, getattr(package, last, None)
