"""Which clauses the scenario files rest on: those a file expects (`clause:`) and those its `source:` names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from shixian.rules.clauses import Use, articles, numeral
from shixian.rules.errors import ScenarioError

EXPECTED, CITED = "案例期望", "案例引用"


def scenario_uses(folder: Path | None, keys: frozenset[str], title: str) -> list[Use]:
    """The clauses that the scenario files of these lifecycles rest on; `title` is the regulation's own."""
    if folder is None:
        folder = Path(__file__).resolve().parent.parent.parent / "tests" / "scenarios"
        if not folder.is_dir():
            return []  # installed without its tests
    elif not folder.is_dir():
        raise ScenarioError(f"没有 {folder} 这一文件夹", remedy="--scenarios 应指向存放案例的文件夹")
    found: dict[Use, None] = {}
    for path in sorted(folder.rglob("*.yaml")):
        data = _loaded(path)
        own = _programmes(data) & keys
        if not own:
            continue
        name = path.relative_to(folder).as_posix()
        lifecycle = next(iter(own)) if len(own) == 1 else ""
        expected = [text for part in ("expect", "formulas") for text in _under(data.get(part), "clause")]
        cited = [text for key in ("source", "title", "note") for text in _under(data, key)]
        for clause in expected:
            found[Use(EXPECTED, clause, name, lifecycle)] = None
        for address in (address for text in cited for address in articles(text, title)):
            found[Use(CITED, f"第{numeral(address.numbers[0])}条", name, lifecycle)] = None
    return list(found)


def _loaded(path: Path) -> dict[str, Any]:
    known = path.stat()
    return _read(path, known.st_mtime_ns, known.st_size)


@lru_cache(maxsize=4096)
def _read(path: Path, _changed: int, _size: int) -> dict[str, Any]:
    """Read once as long as the file stays as it is: every regulation asks for all of them."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - text only
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path} 不能读取：{error}") from error
    return data if isinstance(data, dict) else {}


def _programmes(data: dict[str, Any]) -> set[str]:
    cases = data.get("cases")
    inner = cases.values() if isinstance(cases, dict) else ()
    own = {str(case["programme"]) for case in inner if isinstance(case, dict) and "programme" in case}
    return own | ({str(data["programme"])} if "programme" in data else set())


def _under(value: Any, key: str) -> Iterator[str]:
    """Every text that stands under a key, at whatever depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key and isinstance(item, str):
                yield item
            else:
                yield from _under(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _under(item, key)
