"""No file says where packages come from, and the lock says exactly which they are.

Where packages come from is the setting of the machine that installs: behind a ministry's mirror, or with no network.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.source import ROOT, project_files

# Written in two halves, so that this file does not name what it looks for.
HOSTS = [
    re.compile(first + second, re.IGNORECASE)
    for first, second in [
        (r"pypi\.", r"org"),
        (r"python", r"hosted\.org"),
        (r"registry\.", r"(npmjs|npmmirror|yarnpkg)"),
        (r"(deb|security)\.", r"debian\.org"),
        (r"mirrors?\.[a-z]+", r"\.(com|cn|edu)"),
        (r"(?<!no-emit-)index", r"-url *[= ] *\S"),
        (r"find-", r"links *[= ] *[/h]"),
        (r'"resolved": *', r'"http'),
        (r"registry *= *", r'"http'),
        (r"https?://[^ ]*", r"/simple\b"),
        (r"https?://[^ ]*", r"\.whl\b"),
    ]
]
BINARY = {".png", ".jpg", ".ico", ".xlsx", ".pdf", ".db", ".woff2", ".pyc", ".gz", ".zip"}


def named_hosts(text: str) -> list[str]:
    """The package sources a text names."""
    return [match.group(0) for pattern in HOSTS for match in pattern.finditer(text)]


def lock_faults(text: str) -> list[str]:
    """What is wrong with a lock: an address, an option, a requirement without an exact version or without a hash."""
    faults = [line for line in text.splitlines() if "://" in line or line.startswith("-")]
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", text))
    for entry in filter(str.strip, entries):
        if not re.match(r"[A-Za-z0-9._-]+(\[[^]]*\])?==\S+", entry):
            faults.append("not pinned: " + entry.splitlines()[0])
        if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry):
            faults.append("no hash: " + entry.splitlines()[0])
    return faults


def test_no_file_names_a_package_registry() -> None:
    faults = [
        f"{path}: {host}"
        for path in project_files()
        if path.suffix not in BINARY
        for host in named_hosts((ROOT / path).read_text("utf-8", errors="replace"))
    ]
    assert not faults, "\n".join(faults)


def test_the_lock_pins_and_hashes_everything() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert text.count("--hash=") > 100
    assert not lock_faults(text), "\n".join(lock_faults(text))


def names(text: str) -> set[str]:
    """The packages a requirements file asks for, spelt the one way."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    found = {re.split(r"[\[<>=!~; ]", line)[0] for line in lines if line and not line.startswith("-")}
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def test_the_lock_holds_what_is_asked_for() -> None:
    asked = names((ROOT / "requirements.in").read_text("utf-8")) | names(
        (ROOT / "requirements-dev.in").read_text("utf-8")
    )
    locked = {name for name in names((ROOT / "requirements.lock").read_text("utf-8")) if not name.startswith("--")}
    assert asked <= locked, f"run `make lock`: {sorted(asked - locked)}"


def test_the_checkers_see() -> None:
    good = "a==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"
    assert not lock_faults(good)
    assert not lock_faults(good.replace("==1.0", "==1.0 ; python_version < '3.12'"))
    assert lock_faults("a==1.0\n")
    assert lock_faults(good + "b>=2\n")
    assert lock_faults("--extra" + "-index" + "-url x\n" + good)
    assert lock_faults(good.replace("a==1.0", "a @ file:///tmp/a"))
    halves = [("py", "pi.org"), ("--index", "-url a"), ("https://mirror", ".example.cn"), ("https://a.cn", "/simple/")]
    for first, second in halves:
        assert named_hosts(first + second), first + second
    assert not named_hosts("uv pip compile --no-emit" + "-index" + "-url --no-annotate")
    assert not named_hosts("https://www.gov.cn/zhengce/content/2025.htm")


def test_the_search_looks_into_the_right_places() -> None:
    seen = {path.as_posix() for path in project_files()}
    assert {"Makefile", "dev", "pyproject.toml", "requirements.lock", ".ci/run"} <= seen
    assert not [path for path in seen if Path(path).parts[0] in (".git", ".venv")]
