"""`python -m tests.mutation [PROGRAMME ...]`: exit status 1 when a number, rate, unit, date or boundary survives."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.mutation.changes import CLASSES, MUST_DIE
from tests.mutation.equivalents import Equivalents
from tests.mutation.report import module_report
from tests.mutation.session import SURVIVED, Choice, Session, grave
from tests.mutation.workshop import Workshop, programme_modules

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str] | None = None) -> int:
    options = _options().parse_args(arguments)
    session = Session.of(Workshop(programme_modules()), ROOT / "tests/scenarios", ROOT)
    names = session.modules(options.programmes)
    if options.module:
        names = [name for name in names if any(name.endswith(part) for part in options.module)]
    if not names:
        print("没有可变异的模块", file=sys.stderr)
        return 2
    classes = [each for given in options.classes or () for each in (MUST_DIE if given == "grave" else (given,))]
    choice = Choice(tuple(classes), options.sample, options.limit)
    equivalents = Equivalents.read()
    lines, faults = ["# Mutation of declarations", ""], []
    for result in session.run(names, choice, options.jobs):
        part = module_report(result, equivalents)
        print("\n".join(part), flush=True)
        lines += part
        counted, _ = equivalents.split(result.fates)
        bad = [f for f in counted if f.what == SURVIVED] if options.strict else grave(counted)
        faults += [f"{len(bad)} survivors in {result.path}"] if bad else []
        faults += [f"{len(result.broken)} scenario files fail unchanged ({result.path})"] if result.broken else []
        faults += equivalents.stale(result.path, result.mutants, result.fates)
    lines += ["## Verdict", "", *(faults or ["No survivor in the classes that allow none."]), ""]
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text("\n".join(lines), "utf-8")
    print("\n".join(faults) if faults else "ok")
    return 1 if faults else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("programmes", nargs="*", metavar="PROGRAMME", help="keys of lifecycles; all when none is named")
    classes = [*CLASSES, "grave"]
    parser.add_argument(
        "--class", dest="classes", action="append", choices=classes, help="only this class (repeatable)"
    )
    parser.add_argument("--module", action="append", help="only modules whose name ends so (repeatable)")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every N-th mutant")
    parser.add_argument("--limit", type=int, help="at most so many mutants a module")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--strict", action="store_true", help="any survivor fails")
    parser.add_argument("--report", type=Path, default=ROOT / "out/mutation.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
