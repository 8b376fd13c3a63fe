"""`rank`: all cases of one year are ranked together at a stage (quotas, the last tenth), by a section head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json, print_section, print_table
from shixian.commands.session import DatabaseUrl, PersonKey, acting, day_or_today, opened

if TYPE_CHECKING:
    from shixian.rules.cohort import Ranking
    from shixian.rules.lifecycle import Lifecycle, Stage
    from shixian.rules.state import Refusal

DONE, REFUSED = 0, 2


def register(app: App) -> None:
    """Add the command `rank`."""
    app.command(rank, name="rank")


def rank(
    key: Annotated[str, Parameter(help="程序 lifecycle key")],
    stage: Annotated[str, Parameter(help="统一排序的环节 cohort stage, key or title")],
    /,
    *,
    cycle: Annotated[int, Parameter(help="年度 cycle")],
    day: Annotated[str | None, Parameter(help="排序的法定日，默认今日 legal day of the ranking")] = None,
    by: Annotated[str | None, Parameter(help="排序主体，默认该环节的主体 who ranks, by the regulation")] = None,
    dry_run: Annotated[bool, Parameter(negative="", help="试算，不写入 tell, write nothing")] = False,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """对一个年度的全部案件统一排序；有一件未到齐即不排序。Rank all cases of a cycle together; none before all are there."""
    from shixian.casework import cohorts
    from shixian.casework.encodings import store_encodings
    from shixian.casework.staff.people import Permission
    from shixian.programmes import lifecycle as declared
    from shixian.rules.state import Refusal

    lifecycle = declared(key)
    where = cohorts.cohort_stage(lifecycle, stage)
    legal_day, now = day_or_today(day), clock.now()
    with opened(database) as engine:
        who = acting(engine, person, Permission.HEAD_ACT)
        if not dry_run:
            store_encodings(engine, now=now)
        actor = by or where.by.key
        given: dict[str, Any] = {"by": actor, "day": legal_day, "person": who, "now": now, "dry_run": dry_run}
        found = cohorts.rank(engine, key, where.key, cycle, **given)
    if isinstance(found, Refusal):
        return _refused(found, as_json=as_json)
    if as_json:
        said = {"lifecycle": key, "stage": where.key, "cycle": cycle, "day": legal_day.isoformat(), "dry_run": dry_run}
        print_json(said | {"groups": _groups(found), "cases": _cases(where, found)})
        return DONE
    head = f"{lifecycle.title}（{key}）{cycle} {lifecycle.cycle_title}　{where.title}（{where.clause}）　{legal_day}"
    print(head + ("　试算，未写入" if dry_run else ""))
    _print(lifecycle, where, found)
    return DONE


def _refused(refusal: Refusal, *, as_json: bool) -> int:
    if as_json:
        print_json({"accepted": False, "refusal": refusal.to_json()})
    else:
        print(f"未予排序：{refusal.because}（{refusal.clause}）")
        if refusal.remedy:
            print(f"  处理办法：{refusal.remedy}")
    return REFUSED


def _groups(ranking: Ranking) -> list[dict[str, Any]]:
    return [
        {"group": name, "working": working.lines(), "readings": list(working.readings)}
        for name, working in ranking.workings.items()
    ]


def _cases(stage: Stage, ranking: Ranking) -> list[dict[str, Any]]:
    """Every case in the order of groups and places; equal places in the order of references."""
    from shixian.rules.facts import number_text

    assert stage.cohort is not None
    placed = sorted(ranking.places.items(), key=lambda item: (item[1].group, item[1].number, item[0]))
    return [
        {
            "ref": ref,
            "group": place.group,
            "place": place.number,
            "of": place.of,
            "score": number_text(place.score),
            "outcome": stage.cohort.inside if ref in ranking.inside else stage.cohort.outside,
        }
        for ref, place in placed
    ]


def _print(lifecycle: Lifecycle, stage: Stage, ranking: Ranking) -> None:
    from shixian.rules.cohort import score_title

    assert stage.cohort is not None
    for name, working in ranking.workings.items():
        print_section(name or "全体", working.lines())
    print()
    rows = [
        [
            line["group"] or "全体",
            f"{line['place']}/{line['of']}",
            line["score"],
            line["ref"],
            stage.outcome(line["outcome"]).title,
        ]
        for line in _cases(stage, ranking)
    ]
    print_table(["类别", "名次", score_title(lifecycle, stage.cohort), "案号", "结果"], rows)
