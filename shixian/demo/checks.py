"""What the demonstration checks of itself: the record, the expected outcomes, and that the operator sees the runs."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, select

from models import case_file, obligation
from shixian.casework.database import reading
from shixian.casework.lawbooks import default_books
from shixian.casework.publicity.notices import missing_snapshots
from shixian.casework.store import case_of
from shixian.casework.verify import verify
from shixian.casework.views import events_of
from shixian.operating.children import OperatingError
from shixian.rules.money import Money
from shixian.scenarios import differences
from shixian.scenarios.report import case_report

if TYPE_CHECKING:
    from shixian.demo.play import Play
    from shixian.intake.checking import Problem

LEAST_FLOW_DAYS = 30


def check(show: Play, api: str) -> list[str]:
    """Every problem found; none is the only good answer."""
    report = verify(show.engine)
    problems = [str(problem) for problem in report.problems]
    print(f"核验记录：{report.counts}", flush=True)
    problems += show.lost + unmet(show)
    problems += [gap.text for gap in missing_snapshots(show.engine, show.today)]
    days = flow_run_days(api)
    if days < LEAST_FLOW_DAYS:
        problems.append(f"Prefect 中只有 {days} 天的流程运行，应至少 {LEAST_FLOW_DAYS} 天")
    return problems


def visit(address: str, account: str, password: str) -> str:
    """Sign in at the desk and open its worklist, as a person would; says how many cases it shows."""
    import httpx

    with httpx.Client(base_url=address, timeout=30, follow_redirects=True) as browser:
        browser.post("/sign-in", data={"account": account, "password": password}).raise_for_status()
        page = browser.get("/worklist").raise_for_status().text
        notices = browser.get("/notices").raise_for_status()
    found = page.count("/cases/")
    if not found or not notices.text:
        raise OperatingError("办公桌的待办清单是空的", remedy="查看 logs/desk.log")
    return f"已登录，待办首页有 {found} 处案件链接"


def unmet(show: Play) -> list[str]:
    """Where the stored cases differ from what the samples expect."""
    return [line for scenario in show.scenarios for line in _expected(show, dict(scenario.expect))]


def _expected(show: Play, expect: dict[str, Any]) -> list[str]:
    found: dict[str, Any] = {}
    for name in expect:
        sample, slash, child = name.partition("/")
        if sample in show.refused:
            found[name] = _refused(show.refused[sample])
            continue
        stored = report_of(show.engine, f"{show.refs[sample]}{slash}{child}") if sample in show.refs else None
        if stored is not None:
            # The samples name a case's children by the sample, the database by the reference it gave.
            children = {ref.replace(show.refs[sample], sample, 1): line for ref, line in stored["children"].items()}
            found[name] = stored | {"children": children}
    return differences(expect, found)


def _refused(problem: Problem) -> dict[str, Any]:
    """A refused row in the form that a simulation reports."""
    nothing: dict[str, Any] = {"stages": [], "deadlines": [], "decisions": [], "obligations": [], "lists": []}
    refusal = {"do": "open", "clause": problem.clause, "because": problem.reason}
    return {"status": "refused", "stage": "", "clause": problem.clause, **nothing, "refusals": [refusal], "events": []}


def report_of(engine: Engine, ref: str) -> dict[str, Any] | None:
    """A stored case in the form that a simulation reports; None when there is none of that reference."""
    books = default_books()
    with reading(engine) as connection:
        row = connection.execute(select(case_file).where(case_file.c.ref == ref)).mappings().one_or_none()
        if row is None:
            return None
        case = case_of(row, books.lifecycles)
        events = [view.transition for view in events_of(connection, row["id"])]
    return case_report(books.lifecycle(case.lifecycle), case, events)


def flow_run_days(api: str) -> int:
    """On how many simulated days the server knows a completed flow run of ours."""
    days, offset = set(), 0
    while True:
        body = json.dumps({"limit": 200, "offset": offset}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{api}/flow_runs/filter", body, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - our own server on this machine
            page = json.load(response)
        days |= {run["parameters"].get("as_of") for run in page if run["state_type"] == "COMPLETED"}
        offset += len(page)
        if len(page) < 200:
            return len(days - {None})


def summary(engine: Engine) -> str:
    """A table: for each lifecycle how many cases, how they ended, and what is owed."""
    with reading(engine) as connection:
        rows = connection.execute(select(case_file.c.lifecycle, case_file.c.status, case_file.c.reason)).all()
        owed = dict(
            connection.execute(
                select(case_file.c.lifecycle, func.sum(obligation.c.fen))
                .join(obligation, obligation.c.case_id == case_file.c.id)
                .where(obligation.c.direction == "付")
                .group_by(case_file.c.lifecycle)
            ).all()
        )
    lines = [f"{'程序':<34}{'案件':>6}{'在办':>6}{'办结':>6}{'失权':>6}{'其他终结':>6}  应付"]
    for key in sorted({row.lifecycle for row in rows}):
        own = Counter((getattr(r.status, "value", r.status), r.reason) for r in rows if r.lifecycle == key)
        total = sum(own.values())
        open_ = sum(count for (status, _), count in own.items() if status != "closed")
        done, lapsed = own[("closed", "completed")], own[("closed", "lapsed")]
        money = Money(int(owed[key])).zh if owed.get(key) else "—"
        lines.append(f"{key:<36}{total:>8}{open_:>8}{done:>8}{lapsed:>8}{total - open_ - done - lapsed:>10}    {money}")
    return "\n".join(lines)
