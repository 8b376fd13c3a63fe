"""`python -m tests.liveness [--trace FILE] [--database URL]`: writes out/liveness.md; exit 1 when something is dead."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shixian.programmes import catalogue
from tests.liveness.reached import TRACE, Trace, from_database
from tests.liveness.survey import ROOT, SCENARIOS, markdown, run_faults, scenario_trace, survey, unreached


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.liveness", description=__doc__)
    parser.add_argument("programmes", nargs="*", metavar="PROGRAMME", help="keys of lifecycles; all when none is named")
    parser.add_argument("--trace", type=Path, default=TRACE, help="what tests of casework and flows noted")
    parser.add_argument("--database", action="append", default=[], help="a database whose events count as runs")
    parser.add_argument("--runs", action="store_true", help="also fail on what no run reaches")
    parser.add_argument("--report", type=Path, default=ROOT / "out/liveness.md")
    options = parser.parse_args(arguments)
    lifecycles = {k: v for k, v in catalogue().items() if not options.programmes or k in options.programmes}
    scenarios = scenario_trace(SCENARIOS, catalogue())
    runs = Trace.from_text(options.trace.read_text("utf-8")) if options.trace.exists() else Trace()
    for url in options.database:
        runs.merge(from_database(url, lifecycles))
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(markdown(survey(lifecycles, scenarios, runs)), "utf-8")
    faults = [
        f"no scenario: {item.lifecycle}: {item.name} ({item.clause})" for item in unreached(lifecycles, scenarios)
    ]
    if options.runs:
        faults += [f"no run: {fault}" for fault in run_faults(lifecycles, runs)]
    print("\n".join(faults) or "ok")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
