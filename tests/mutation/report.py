"""The report: for each module a table by class, and every survivor with its place, stage, clause and change."""

from __future__ import annotations

from collections import Counter

from tests.mutation.changes import CLASSES, MUST_DIE
from tests.mutation.equivalents import Equivalents
from tests.mutation.session import KILLED, REFUSED, SURVIVED, Fate, Result


def module_report(result: Result, equivalents: Equivalents) -> list[str]:
    counted, excused = equivalents.split(result.fates)
    counts = Counter((fate.mutant.kind, fate.what) for fate in counted)
    equal = Counter(fate.mutant.kind for fate in excused)
    lines = [f"## {result.path}", ""]
    lines.append(f"{len(result.plays)} scenario files; {len(result.fates)} of {len(result.mutants)} mutants tried.")
    lines += [f"Fails unchanged, so notices nothing: {play.path.name}: {play.faults[0]}" for play in result.broken]
    lines += ["", "| class | mutants | killed | refused at load | survived | equivalent |", "|---|---|---|---|---|---|"]
    for kind in CLASSES:
        row = [counts[kind, KILLED], counts[kind, REFUSED], counts[kind, SURVIVED], equal[kind]]
        if sum(row):
            name = f"**{kind}**" if kind in MUST_DIE else kind
            lines.append(f"| {name} | {sum(row)} | {' | '.join(map(str, row))} |")
    total = [sum(1 for f in counted if f.what == what) for what in (KILLED, REFUSED, SURVIVED)] + [len(excused)]
    lines += [f"| all | {sum(total)} | {' | '.join(map(str, total))} |", ""]
    survivors = [fate for fate in counted if fate.what == SURVIVED]
    for kind in CLASSES:
        lines += [survivor_line(fate) for fate in survivors if fate.mutant.kind == kind]
    return [*lines, ""]


def survivor_line(fate: Fate) -> str:
    mutant = fate.mutant
    why = f" ({fate.by})" if fate.by else ""
    return f"- {mutant.path}:{mutant.line} [{mutant.kind}] {mutant.clause} {mutant.name}{why}"
