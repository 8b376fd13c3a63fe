"""The house is whole: its doors open, its dependency lists agree, Prefect's deployments name flows that exist."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import tomllib
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT, module_name, python_files

TARGETS = {"install", "demo", "up", "test", "lint", "mutate", "bench", "lock", "clean"}
MODULE_ENTRYPOINT = re.compile(r"flows(\.[a-z_][a-z0-9_]*)+")
PREFECT_YAML = ROOT / "prefect.yaml"


def targets(makefile: str) -> set[str]:
    return set(re.findall(r"(?m)^([a-z]+):(?!=)", makefile))


def requirement_lines(text: str) -> list[str]:
    return sorted(line.split("#")[0].strip() for line in text.splitlines() if line.split("#")[0].strip())


def entrypoint_faults(deployments: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the deployments as written: not in module form, or two of one name."""
    faults = [
        f"{deployment.get('name')}: entrypoint {deployment.get('entrypoint')!r} is not in module form"
        for deployment in deployments
        if not MODULE_ENTRYPOINT.fullmatch(str(deployment.get("entrypoint")))
    ]
    counted = Counter((deployment.get("entrypoint"), deployment.get("name")) for deployment in deployments)
    return faults + [f"twice: {name}" for name, count in counted.items() if count > 1]


def mismatches(lifecycles: set[str], flows: list[str]) -> list[str]:
    """Lifecycles without a flow, flows without a lifecycle, lifecycles with two."""
    counted = Counter(flows)
    return (
        [f"no flow for {name}" for name in sorted(lifecycles - set(counted))]
        + [f"no lifecycle for the flow of {name}" for name in sorted(set(counted) - lifecycles)]
        + [f"two flows for {name}" for name, count in sorted(counted.items()) if count > 1]
    )


def deployments() -> list[dict[str, Any]]:
    return list(yaml.safe_load(PREFECT_YAML.read_text("utf-8"))["deployments"])


def test_the_makefile_has_its_targets() -> None:
    assert targets((ROOT / "Makefile").read_text("utf-8")) >= TARGETS


@pytest.mark.parametrize(("script", "shell"), [("dev", "sh"), (".ci/run", "bash")])
def test_the_scripts_are_executable_and_parse(script: str, shell: str) -> None:
    assert os.access(ROOT / script, os.X_OK), f"{script} is not executable"
    result = subprocess.run([shell, "-n", ROOT / script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_ci_runs_the_checks_and_the_whole_suite() -> None:
    lines = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("make ")] == ["lint", "test"]


def test_the_two_lists_of_dependencies_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert sorted(project["dependencies"]) == requirement_lines((ROOT / "requirements.in").read_text("utf-8"))


def test_the_extras_are_installed_for_the_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {line for extra in project["optional-dependencies"].values() for line in extra}
    assert extras and extras <= set(requirement_lines((ROOT / "requirements-dev.in").read_text("utf-8")))


def test_the_version_can_be_read() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", importlib.import_module("shixian").__version__)


def test_deployments_name_their_flows_by_module() -> None:
    found = deployments()
    assert found and not entrypoint_faults(found), "\n".join(entrypoint_faults(found))


def test_every_entrypoint_is_a_flow() -> None:
    found = deployments()
    from prefect.flows import Flow

    wrong = []
    for entrypoint in sorted({deployment["entrypoint"] for deployment in found}):
        module, _, name = entrypoint.rpartition(".")
        if not isinstance(getattr(importlib.import_module(module), name, None), Flow):
            wrong.append(entrypoint)
    assert not wrong, f"not a Prefect flow: {wrong}"


def lifecycle_keys(modules: list[str]) -> set[str]:
    """The keys of all lifecycles that these modules offer (`LIFECYCLES`); a draft is not offered yet."""
    found = [getattr(importlib.import_module(name), "LIFECYCLES", ()) for name in modules]
    return {lifecycle.key for offered in found for lifecycle in offered}


def flow_of(flow: Any) -> str:
    """The key of the lifecycle a flow runs: its `lifecycle` (a key, or the declaration), else the flow's own name."""
    lifecycle = getattr(flow, "lifecycle", None)
    return str(getattr(lifecycle, "key", lifecycle) or flow.name)


def test_every_lifecycle_has_its_one_flow() -> None:
    programmes = [path for path in python_files("shixian") if path.is_relative_to("shixian/programmes")]
    provinces = {path.parts[2] for path in programmes if len(path.parts) > 3}
    by_province = [path for path in python_files("flows") if provinces & {*path.with_suffix("").parts}]
    assert by_province and provinces
    from prefect.flows import Flow

    flows = {
        id(value): value
        for path in by_province
        for value in vars(importlib.import_module(module_name(path))).values()
        if isinstance(value, Flow)
    }
    declared = lifecycle_keys([module_name(path) for path in programmes])
    assert declared, "no Lifecycle found in shixian/programmes: this test would hold nothing"
    faults = mismatches(declared, [flow_of(flow) for flow in flows.values()])
    assert not faults, "\n".join(faults)


def test_a_flow_names_its_lifecycle() -> None:
    assert flow_of(SimpleNamespace(name="sh-a", lifecycle=None)) == "sh-a"
    assert flow_of(SimpleNamespace(name="时限", lifecycle="sh-a")) == "sh-a"
    assert flow_of(SimpleNamespace(name="时限", lifecycle=SimpleNamespace(key="sh-a"))) == "sh-a"


def test_the_checkers_see() -> None:
    good = {"name": "daily", "entrypoint": "flows.shanghai.matching_funds"}
    assert not entrypoint_faults([good, {**good, "name": "by-hand"}])
    assert entrypoint_faults([{**good, "entrypoint": "flows/shanghai.py:matching_funds"}])
    assert entrypoint_faults([{"name": "daily"}])
    assert entrypoint_faults([good, good])
    assert mismatches({"a", "b"}, ["a", "b"]) == []
    assert mismatches({"a"}, ["a", "a"]) == ["two flows for a"]
    assert mismatches({"a", "b"}, ["a", "c"]) == ["no flow for b", "no lifecycle for the flow of c"]
    assert targets("demo: install\nX := 1\n.PHONY: test\n") == {"demo"}
    assert requirement_lines("# c\nb>=1  # why\n\na\n") == ["a", "b>=1"]
