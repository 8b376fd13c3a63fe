"""Imports run one way: flows -> tasks -> casework -> (programmes -> rules), models; desk -> casework.

The table below is the law of the house. A new area below `shixian/` must be given its place here before it can be used.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT, imports_of, module_name, python_files, within

PURE = {"shixian.rules", "shixian.programmes"}
CORE = {*PURE, "models", "shixian.casework"}
SERVICES = {
    "shixian.intake",
    "shixian.scenarios",
    "shixian.treasury",
    "shixian.disbursing",
    "shixian.telling",
    "shixian.display",
    "shixian.settings",
    "shixian.data",
}
EDGE = {*CORE, *SERVICES, "shixian.clock"}

# area -> the areas of the project it may import (itself always). An area is the longest key that holds the module.
MAY_IMPORT: dict[str, set[str]] = {
    "shixian.rules": set(),
    "shixian.programmes": {"shixian.rules"},
    "shixian.data": set(),
    "shixian.clock": set(),
    "shixian.settings": set(),
    "models": {"shixian.rules"},
    "shixian.casework": {*PURE, "models"},
    "shixian.treasury": {"shixian.rules", "models"},
    "shixian.disbursing": {*CORE, "shixian.treasury", "shixian.settings", "shixian.clock"},
    "shixian.display": {*CORE, "shixian.scenarios"},
    "shixian.telling": {*CORE, "shixian.settings", "shixian.clock"},
    "shixian.intake": CORE,
    "shixian.migrations": {"models", "shixian.settings"},
    "shixian.scenarios": {*PURE, "shixian.data"},
    "shixian.operating": {*CORE, "shixian.clock", "shixian.settings"},
    "shixian.demo": {*EDGE, "shixian.operating", "shixian.desk"},
    "shixian.desk": EDGE,
    "shixian.commands": {*EDGE, "shixian.operating", "shixian.demo", "shixian.desk", "shixian.migrations", "tasks"},
    "shixian.cli": {*EDGE, "shixian.desk", "shixian.migrations", "shixian.commands"},
    "shixian": set(),
    "tasks": {
        *CORE,
        "shixian.treasury",
        "shixian.disbursing",
        "shixian.telling",
        "shixian.settings",
        "shixian.clock",
    },
    "flows": {*EDGE, "tasks"},
}

# Known to nothing that computes or declares the law, not even inside a function.
MACHINERY = {"sqlalchemy", "sqlmodel", "fastapi", "starlette", "prefect", "httpx", "alembic", "psycopg", "uvicorn"}
PENDULUM_HOME = "shixian.rules.months"


def area_of(module: str) -> str | None:
    """The area of the project that a module or imported name lies in; None for other people's packages."""
    holding = [area for area in MAY_IMPORT if within(module, area)]
    return max(holding, key=len, default=None)


def import_faults(source: str, path: Path) -> list[str]:
    """What is wrong with a module's imports, a line each."""
    module, faults = module_name(path), []
    area = area_of(module)
    assert area is not None, f"{path} lies in no area of MAY_IMPORT"
    for found in imports_of(source, path):
        where, target = f"{path}:{found.line}", found.target
        other = area_of(target)
        # `from shixian import clock` arrives as shixian.clock; `from shixian import __version__` stays in `shixian`.
        if other not in (None, area, "shixian") and other not in MAY_IMPORT[area]:
            faults.append(f"{where} {area} may not import {target}")
        if any(within(module, pure) for pure in PURE) and target.split(".")[0] in MACHINERY:
            faults.append(f"{where} {area} knows no database, web or Prefect: {target}")
        if within(target, "pendulum") and module != PENDULUM_HOME:
            faults.append(f"{where} pendulum belongs in {PENDULUM_HOME} alone")
        if (
            within(target, "prefect")
            and area not in ("flows", "tasks")
            and found.at_module_level
            and not found.for_types_only
        ):
            faults.append(f"{where} prefect costs seconds: not at module level in {area}")
    return faults


def test_imports_run_one_way() -> None:
    files = python_files(*PACKAGES)
    assert files, "no modules found: this test would hold nothing"
    faults = [fault for path in files for fault in import_faults((ROOT / path).read_text("utf-8"), path)]
    assert not faults, "\n".join(faults)


def test_every_part_of_shixian_has_its_place() -> None:
    strangers = {module_name(path) for path in python_files("shixian") if area_of(module_name(path)) == "shixian"}
    assert strangers <= {"shixian"}, f"give these a place in MAY_IMPORT: {sorted(strangers - {'shixian'})}"


def test_the_table_itself_runs_one_way() -> None:
    from graphlib import TopologicalSorter

    tuple(TopologicalSorter(MAY_IMPORT).static_order())  # a circle raises CycleError
    assert not [area for area, allowed in MAY_IMPORT.items() if "flows" in allowed]


def undeclared(targets: set[str], declared: set[str], owners: dict[str, list[str]]) -> set[str]:
    """The imported packages that come only because something else needs them."""
    ours = {*PACKAGES, "tests", *sys.stdlib_module_names}
    tops = {target.split(".")[0] for target in targets} - ours
    return {top for top in tops if not {name.lower() for name in owners.get(top, [top])} & declared}


def test_only_declared_packages_are_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    declared = {re.split(r"[\[<>=!~; ]", line)[0].lower() for line in lines}
    targets = {
        found.target for path in python_files(*PACKAGES) for found in imports_of((ROOT / path).read_text("utf-8"), path)
    }
    missing = undeclared(targets, declared, dict(packages_distributions()))
    assert not missing, f"imported, but in neither requirements.in nor pyproject.toml: {sorted(missing)}"


def test_the_command_line_starts_without_prefect() -> None:
    heavy = "import sys, shixian.cli; print(*sorted({'prefect'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "", f"importing shixian.cli brings {result.stdout.strip()}"


# A bad snippet for every rule, and the good twin of each.
@pytest.mark.parametrize(
    ("path", "bad", "good"),
    [
        ("shixian/rules/x.py", "import shixian.casework", "from shixian.rules import money"),
        ("shixian/rules/x.py", "from ..casework import acts", "from . import money"),
        ("shixian/rules/x.py", "def f():\n    import sqlalchemy", "def f():\n    import decimal"),
        ("shixian/programmes/sh/x.py", "import httpx", "from shixian.rules.money import Yuan"),
        ("shixian/programmes/sh/x.py", "import models.cases", "import dataclasses"),
        ("shixian/casework/x.py", "from shixian.desk import app", "from models.case import Case"),
        ("shixian/casework/x.py", "from shixian import clock", "from shixian import programmes"),
        ("shixian/casework/x.py", "import prefect", "def f():\n    import prefect"),
        ("shixian/casework/x.py", "class A:\n    import prefect", "if TYPE_CHECKING:\n    import prefect"),
        ("shixian/desk/x.py", "try:\n    import prefect\nexcept ImportError: ...", "import httpx"),
        ("shixian/desk/x.py", "from tasks import gates", "from shixian.casework import acts"),
        ("shixian/desk/x.py", "import flows.shanghai", "import flowsheet"),
        ("shixian/cli.py", "from prefect import flow", "def up():\n    from prefect import flow"),
        ("shixian/commands/up.py", "import flows", "import tasks.reports"),
        ("tasks/x.py", "import flows.shanghai", "from prefect import task"),
        ("flows/x.py", "import pendulum", "from tasks import deadlines"),
        ("shixian/rules/periods.py", "from pendulum import Date", "from datetime import date"),
        ("models/x.py", "from shixian.casework import chain", "from shixian.rules.money import Yuan"),
    ],
)
def test_the_checker_sees(path: str, bad: str, good: str) -> None:
    assert import_faults(bad, Path(path)), "let through"
    assert not import_faults(good, Path(path)), "refused without reason"


def test_the_declared_packages_checker_sees() -> None:
    owners = {"yaml": ["PyYAML"], "orjson": ["orjson"]}
    assert undeclared({"yaml.safe_load", "orjson", "json"}, {"pyyaml"}, owners) == {"orjson"}
