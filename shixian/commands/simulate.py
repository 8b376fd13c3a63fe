"""`simulate`: run a scenario file through simulated time, print what became of every case, compare with `expect`.

No database, no Prefect, no clock: the last day is the file's own `as_of`. Exit code 1 when an expectation differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from shixian import programmes
from shixian.commands.output import JsonFlag, print_json, print_section
from shixian.display.case_lines import deadline_lines, decision_lines, list_line, obligation_line, refusal_lines
from shixian.rules.errors import ScenarioError
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.narrate import STATUS, event_text, stage_title
from shixian.scenarios import Scenario, differences, read, report, run


def register(app: App) -> None:
    """Add the command `simulate`."""
    app.command(simulate, name="simulate")


def simulate(
    file: Annotated[Path, Parameter(help="案例文件（YAML） a scenario file")],
    /,
    *,
    as_json: JsonFlag = False,
) -> int:
    """按案例文件推演：期限、决定、金额、退回，并与期望比对；不符时退出码为 1。Run a scenario file through simulated time."""
    catalogue = programmes.catalogue()
    try:
        scenario = read(file, catalogue)
    except OSError as error:  # a folder, no permission
        raise ScenarioError(f"{file} 不能读取：{error.strerror}", remedy="给出一个案例文件（YAML）") from error
    found = report(run(scenario, catalogue))
    wrong = differences(scenario.expect, found)
    cases = {ref: case for ref, case in found.items() if ref != "errors"}
    if as_json:
        print_json(_json(scenario, cases, wrong))
    else:
        _print(scenario, cases, wrong, catalogue)
    return 1 if wrong else 0


def _json(scenario: Scenario, cases: Mapping[str, Any], wrong: list[str]) -> dict[str, Any]:
    return {
        "file": scenario.path,
        "title": scenario.title,
        "programme": scenario.programme,
        "as_of": scenario.as_of.isoformat(),
        "cases": cases,
        "expected": sorted(scenario.expect),
        "differences": wrong,
    }


def _print(scenario: Scenario, cases: Mapping[str, Any], wrong: list[str], catalogue: Mapping[str, Lifecycle]) -> None:
    print(f"{scenario.title or scenario.path}　截至 {scenario.as_of}")
    for ref, case in cases.items():
        print()
        _print_case(ref, case, catalogue[case["programme"]])
    if wrong:
        print_section("与期望不符", wrong)
    elif scenario.expect:
        print(f"\n与期望相符：{'、'.join(scenario.expect)}")
    else:
        print("\n文件没有写期望（expect）")


def _print_case(ref: str, case: Mapping[str, Any], lifecycle: Lifecycle) -> None:
    where = f"　环节：{stage_title(lifecycle, case['stage'])}" if case["stage"] else ""
    print(f"{ref}　{lifecycle.title}（{case['programme']}）　{STATUS.get(case['status'], case['status'])}{where}")
    ended = next((event for event in case["events"] if event["kind"] == "case_closed"), None)
    if ended is not None:
        print(f"  {case['closed_on']} {ended['text']}（{case['clause']}，{case['reason']}）")
    print_section("期限", [line for item in case["deadlines"] for line in deadline_lines(lifecycle, item)])
    print_section("决定", [line for item in case["decisions"] for line in decision_lines(item)])
    print_section("应付与应收", [obligation_line(item) for item in case["obligations"]])
    print_section("退回", [line for item in case["refusals"] for line in refusal_lines(lifecycle, item)])
    print_section("待人处理", [list_line(item) for item in case["lists"]])
    print_section("经过", [f"{event['legal_day']}　{event_text(lifecycle, event)}" for event in case["events"]])
