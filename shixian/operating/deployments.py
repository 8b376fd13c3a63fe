"""Whether Prefect's server already has the deployments of `prefect.yaml`: registering all of them takes half a minute.

A note beside Prefect's own database says what was registered, by the hash of everything that decides it, and how many
deployments the server had then. A server with fewer, or another hash, is told again.
"""

from __future__ import annotations

import hashlib
import json
import urllib.request
from importlib.metadata import version
from pathlib import Path

_NOTE = "registered.json"


def digest(root: Path) -> str:
    """The hash of what decides a deployment: `prefect.yaml`, flows and tasks, Prefect's version, and where we are."""
    told = hashlib.sha256(f"{version('prefect')} {root}".encode())
    for path in [
        root / "prefect.yaml",
        *sorted((root / "flows").rglob("*.py")),
        *sorted((root / "tasks").rglob("*.py")),
    ]:
        told.update(f"\0{path.relative_to(root)}\0".encode() + path.read_bytes())
    return told.hexdigest()


def registered(folder: Path, api: str) -> str:
    """The hash that was noted in Prefect's own folder; empty when there is none, or the server has others."""
    try:
        noted = json.loads((folder / _NOTE).read_text("utf-8"))
        return str(noted["digest"]) if noted["count"] == _count(api) else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def note(folder: Path, api: str, digest: str) -> None:
    """Note what was registered just now."""
    (folder / _NOTE).write_text(json.dumps({"digest": digest, "count": _count(api)}), "utf-8")


def _count(api: str) -> int:
    asked = urllib.request.Request(f"{api}/deployments/count", b"{}", {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return int(json.load(answer))
