"""`shixian notices`: keep what the public notices show today, as the flow `notices` does; for cron without Prefect."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json, print_section
from shixian.commands.session import DatabaseUrl, opened

DONE = 0


def register(app: App) -> None:
    """Add the commands."""
    notices = App(name="notices", help="公示留存：公示期内每日所示的内容。What the public notices showed, day by day.")
    notices.command(snapshot, name="snapshot")
    app.command(notices)


def snapshot(
    *,
    day: Annotated[str | None, Parameter(help="留存哪一日，只能是今日 the day to keep: today, nothing else")] = None,
    database: DatabaseUrl = None,
    as_json: JsonFlag = False,
) -> int:
    """留存今日公示的内容及摘要；列出过去没有留存的日。Keep today's notices; name the days that nothing was kept of."""
    from shixian.casework.publicity.notices import missing_snapshots, take_snapshots
    from shixian.rules.periods import legal_day, parse_day

    at = clock.now()
    wanted = legal_day(at) if day is None else parse_day(day)
    with opened(database) as engine:
        kept = take_snapshots(engine, wanted, now=at)
        gaps = missing_snapshots(engine, wanted)
    if as_json:
        missing = [
            {"case": gap.ref, "stage": gap.stage, "clause": gap.clause, "days": [one.isoformat() for one in gap.days]}
            for gap in gaps
        ]
        print_json({"day": wanted.isoformat(), "kept": kept, "missing": missing})
        return DONE
    print(f"{wanted}：新留存 {kept} 项公示")
    remedy = "（确属当日无法查阅的，登记公示中断，公示期随之顺延）"
    print_section("没有留存的日", [f"{gap.text}（{gap.clause}）{remedy}" for gap in gaps])
    return DONE
