"""The law as data: one module per regulation, by province. `catalogue()` loads and validates them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from shixian.rules.errors import DeclarationError, NotFound
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.validation import validate

PROVINCES = ("shanghai", "jiangsu", "zhejiang", "anhui")


def modules() -> list[ModuleType]:
    """Every programme module that declares lifecycles (`LIFECYCLES`), by province and name."""
    found = []
    for province in PROVINCES:
        if find_spec(f"{__name__}.{province}") is None:
            continue
        package = import_module(f"{__name__}.{province}")
        for item in sorted(iter_modules(package.__path__), key=lambda item: item.name):
            module = import_module(f"{package.__name__}.{item.name}")
            if hasattr(module, "LIFECYCLES"):
                found.append(module)
    return found


def load(found: list[ModuleType]) -> Mapping[str, Lifecycle]:
    """The lifecycles of the modules by key, validated together; the first hole stops the load."""
    lifecycles: dict[str, Lifecycle] = {}
    for module in found:
        for lifecycle in module.LIFECYCLES:
            if lifecycle.key in lifecycles:
                raise DeclarationError(f"程序 {lifecycle.key} 重复声明", module=module.__name__)
            lifecycles[lifecycle.key] = replace(lifecycle, module=module.__name__)
    keys = frozenset(lifecycles)
    for lifecycle in lifecycles.values():
        validate(lifecycle, keys)
    return MappingProxyType(lifecycles)


@cache
def catalogue() -> Mapping[str, Lifecycle]:
    """All lifecycles of this release by key."""
    return load(modules())


def lifecycle(key: str) -> Lifecycle:
    """One lifecycle; NotFound names those there are."""
    found = catalogue().get(key)
    if found is None:
        raise NotFound(f"没有 {key} 这一程序", remedy="可用的有：" + "、".join(sorted(catalogue())))
    return found
