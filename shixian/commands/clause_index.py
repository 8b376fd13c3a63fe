"""`clauses`: the articles of a regulation, what rests on each, and which scenario files test it.

A scenario rests on a clause that it expects (`clause:`), and cites those that its workings (`source:`) name.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from shixian import programmes as law
from shixian.commands.law import regulation_json
from shixian.commands.output import JsonFlag, print_json, print_section
from shixian.rules.clauses import NATURES, ClauseIndex, Use, index, uses
from shixian.rules.errors import NotFound
from shixian.rules.lifecycle import Lifecycle, Regulation
from shixian.scenarios.citations import scenario_uses


def register(app: App) -> None:
    """Add the command `clauses`."""
    app.command(clauses, name="clauses")


def clauses(
    key: Annotated[str, Parameter(help="程序或规定 key of a lifecycle or of a regulation")],
    /,
    *,
    scenarios: Annotated[
        Path | None, Parameter(help="案例文件夹；默认 tests/scenarios folder of scenario files")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """条款索引：每条对应的环节、期限、公式、条件和案例；没有对应的说明原因。What rests on each clause."""
    regulation, sharing = _regulation(key)
    found = [use for lifecycle in sharing for use in uses(lifecycle)]
    tested = scenario_uses(scenarios, frozenset(lifecycle.key for lifecycle in sharing), regulation.title)
    indexed = index(regulation, [*found, *tested])
    if as_json:
        print_json(_index_json(indexed, [lifecycle.key for lifecycle in sharing]))
        return
    print(f"{regulation.title}（{regulation.number}）　程序：{'、'.join(lifecycle.key for lifecycle in sharing)}")
    for entry in indexed.entries:
        print_section(f"{entry.note.clause}　{entry.note.heading}", _entry_lines(entry.uses, entry.note.nature))
    print_section("引用其他规定", [_use_line(use) for use in indexed.other_law])
    print_section("引用了未列明的条款（请核对）", [_use_line(use) for use in indexed.astray])
    gaps = [entry.note.clause for entry in indexed.entries if entry.gap]
    print(f"\n共 {len(indexed.entries)} 条；可执行而无对应的 {len(gaps)} 条" + (f"：{'、'.join(gaps)}" if gaps else ""))


def _regulation(key: str) -> tuple[Regulation, list[Lifecycle]]:
    """The regulation of a key, and all lifecycles that rest on it."""
    catalogue = law.catalogue()
    if key in catalogue:
        regulation = catalogue[key].regulation
    else:
        by_key = {lifecycle.regulation.key: lifecycle.regulation for lifecycle in catalogue.values()}
        if key not in by_key:
            have = "、".join(sorted({*catalogue, *by_key}))
            raise NotFound(f"没有 {key} 这一程序或规定", remedy=f"可用的有：{have}")
        regulation = by_key[key]
    return regulation, [lifecycle for lifecycle in catalogue.values() if lifecycle.regulation.key == regulation.key]


def _entry_lines(found: tuple[Use, ...], nature: str) -> list[str]:
    if found:
        return [_use_line(use) for use in found]
    return ["没有对应的声明，请核对" if nature == "operative" else f"没有对应的声明：{NATURES.get(nature, nature)}"]


def _use_line(use: Use) -> str:
    where = f"{use.lifecycle}{'.' if use.stage else ''}{use.stage}"
    return f"{use.kind}　{use.name}　{use.clause}" + (f"　{where}" if where else "")


def _index_json(indexed: ClauseIndex, keys: list[str]) -> dict[str, Any]:
    def used(found: tuple[Use, ...]) -> list[dict[str, str]]:
        return [asdict(use) for use in found]

    return {
        "regulation": regulation_json(indexed.regulation),
        "programmes": keys,
        "clauses": [
            {
                "clause": entry.note.clause,
                "heading": entry.note.heading,
                "nature": entry.note.nature,
                "reason": "" if entry.uses else NATURES.get(entry.note.nature, entry.note.nature),
                "gap": entry.gap,
                "uses": used(entry.uses),
            }
            for entry in indexed.entries
        ],
        "other_law": used(indexed.other_law),
        "astray": used(indexed.astray),
    }
