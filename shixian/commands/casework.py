"""What people and days do to cases, from the command line: `migrate`, `open`, `act`, `tick`, `call`, `put-back`.

Nothing here needs Prefect: `tick` is what cron calls where there is none. Exit code 2 when the law refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json, print_section
from shixian.commands.session import (
    DatabaseUrl,
    Inputs,
    PersonKey,
    acting,
    day_or_today,
    find_case,
    opened,
    pairs,
    revisions,
)
from shixian.rules.errors import CaseworkError, FactsError, NotFound

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shixian.casework.cycle import StageMoves
    from shixian.casework.nightly import Finding
    from shixian.rules.lifecycle import Document, Lifecycle, Stage

DONE, WRONG, REFUSED = 0, 1, 2
_SUBMIT = "shixian act SH-MF-2020-0001 filing submit matching_budget=500万元 --document guide=指南.pdf"


def register(app: App) -> None:
    """Add the commands that change cases."""
    app.command(migrate, name="migrate")
    app.command(open_, name="open")
    app.command(act, name="act")
    app.command(tick, name="tick")
    app.command(call, name="call")
    app.command(put_back, name="put-back")


def migrate(*, database: DatabaseUrl = None) -> int:
    """建立数据库或升级到本版本，并保存各程序的编码。Bring the database up to date, store the encodings. Twice is as once."""
    from shixian.casework.database import migrate as upgrade
    from shixian.casework.encodings import pinned_elsewhere, store_encodings

    with opened(database, make=True) as engine:
        before, _ = revisions(engine)
        upgrade(engine)
        new = store_encodings(engine, now=clock.now())
        after, _ = revisions(engine)
        print(f"数据库 {engine.url.render_as_string(hide_password=True)}")
        was = "、".join(sorted(before)) or "空"
        print(f"版本 {'、'.join(sorted(after))}（原为 {was}），新保存编码 {len(new)} 份")
        elsewhere = pinned_elsewhere(engine)
    print_section(
        "下列未结案件按先前的编码立案，须作勘误后才能办理",
        [
            f"{key}：{count} 件，shixian erratum {key} --from {pinned[:12]} --who 账号 --why 理由"
            for (key, pinned), count in sorted(elsewhere.items())
        ],
    )
    return DONE


def open_(
    key: Annotated[str, Parameter(help="程序 lifecycle key")],
    /,
    *facts: Inputs,
    day: Annotated[str | None, Parameter(help="立案的法定日，默认今日 legal day of opening")] = None,
    cycle: Annotated[int | None, Parameter(help="年度，默认立案日所在年 cycle")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """立一件案，事实写作 名称=值。Open one case. 例 example: shixian open sh-matching-funds national_approval=2020-12-31"""
    from shixian.casework.cases import open_case
    from shixian.casework.encodings import store_encodings
    from shixian.casework.staff.people import THE_SYSTEM, Permission
    from shixian.display.case_lines import refusal_lines
    from shixian.programmes import lifecycle as declared

    lifecycle = declared(key)
    given = pairs(facts, f"shixian open {key} national_approval=2020-12-31")
    for name in given:
        lifecycle.facts[name]  # an unknown name is told, and nothing recorded
    legal_day, now = day_or_today(day), clock.now()
    with opened(database) as engine:
        who = THE_SYSTEM if person is None else acting(engine, person, Permission.OPEN_CASE)
        store_encodings(engine, now=now)
        made = open_case(engine, key, given, day=legal_day, cycle=cycle, person=who, now=now)
        if made.refusal is None:
            return _tell(engine, made.ref, 0, as_json=as_json, what="已立案")
    said = {"at": legal_day.isoformat(), "stage": "", "do": "open", **made.refusal.to_json()}
    if as_json:
        print_json({"ref": made.ref, "accepted": False, "refusal": said})
    else:
        print("未予立案")
        print("\n".join(refusal_lines(lifecycle, said)))
    return REFUSED


def act(
    ref: Annotated[str, Parameter(help="案号 reference of the case")],
    stage: Annotated[str, Parameter(help="环节 stage, key or title")],
    verb: Annotated[str, Parameter(help="行为 act, verb or title")],
    /,
    *inputs: Inputs,
    by: Annotated[str | None, Parameter(help="行为主体；只有一个主体有权时可不写 who acts, by the regulation")] = None,
    at: Annotated[str | None, Parameter(help="行为时间，如 2021-03-01T10:00，默认现在 instant of the act")] = None,
    document: Annotated[
        list[str] | None,
        Parameter(help="材料=文件，可多份 document=path", consume_multiple=True, negative=""),
    ] = None,
    reason: Annotated[str, Parameter(help="理由 reason")] = "",
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """记录一项行为，告知结果和此后的期限；不合条款的退回并记录。Record an act; a refusal is recorded, with its clause."""
    from shixian.casework.cases import record_act
    from shixian.casework.encodings import store_encodings
    from shixian.casework.lawbooks import default_books
    from shixian.casework.staff.people import permission_for
    from shixian.rules.decide import Acted
    from shixian.rules.periods import parse_instant

    given, now = pairs(inputs, _SUBMIT), clock.now()
    with opened(database) as engine:
        view = find_case(engine, ref)
        lifecycle = default_books().lifecycle(view.row["lifecycle"])
        where = _stage(lifecycle, stage)
        what = _verb(lifecycle, where, verb)
        for name in given if what != "object" else ():
            lifecycle.facts[name]  # an unknown name is told, and nothing recorded
        brought = _documents(_wanted(where, what), document or ())
        actor = _actor(lifecycle, where, what, by)
        instant = now if at is None else parse_instant(at)
        acted = Acted(where.key, what, actor, instant, given, brought, reason)
        who = acting(engine, person, permission_for(lifecycle, acted))
        store_encodings(engine, now=now)
        decided = record_act(engine, ref, acted, person=who, now=now)
        _tell(engine, ref, view.row["number"], as_json=as_json, refused=decided.refusal is not None)
    return DONE if decided.refusal is None else REFUSED


def tick(
    *keys: Annotated[str, Parameter(help="程序，不写则全部 lifecycle keys; all when left out")],
    as_of: Annotated[
        str | None, Parameter(help="处理该日之前届满的期限，默认今日 clocks that ended before this day")
    ] = None,
    cycle: Annotated[int | None, Parameter(help="只处理该年度 this cycle only")] = None,
    dry_run: Annotated[bool, Parameter(negative="", help="试运行，不写入 tell, write nothing")] = False,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """处理已届满的期限，重复运行不会重复处理；不用 Prefect 时由 cron 每日运行。Settle every clock that has run out.

    处理全部程序时并作夜查：应有期限而没有的、逾期而无人处理的，退出码为 1。
    """
    from shixian.casework.cycle import run_cycle
    from shixian.casework.encodings import store_encodings
    from shixian.casework.lawbooks import default_books
    from shixian.casework.nightly import look

    day, now, books = day_or_today(as_of), clock.now(), default_books()
    if day > clock.today() and not dry_run:
        raise CaseworkError(f"{day} 尚未到来，不能提前处理期限", remedy="试算请加 --dry-run")
    chosen = [books.lifecycle(key) for key in dict.fromkeys(keys)] or list(books.lifecycles.values())
    moved: dict[str, list[StageMoves]] = {}
    findings: list[Finding] = []
    with opened(database) as engine:
        if not dry_run:
            store_encodings(engine, now=now)
        for lifecycle in chosen:
            moved[lifecycle.key] = run_cycle(engine, lifecycle.key, day, recorded_at=now, cycle=cycle, dry_run=dry_run)
        if not (keys or cycle or dry_run):
            findings = look(engine, day, now=now)
    # A case set aside is already on a person's list; what else is found here should not be.
    wrong = [finding for finding in findings if finding.kind != "set_aside"]
    if as_json:
        stages = {key: [one.to_json() for one in stages if one.due] for key, stages in moved.items()}
        found = [{"ref": one.ref, "kind": one.kind, "text": one.text} for one in findings]
        print_json({"as_of": day.isoformat(), "dry_run": dry_run, "lifecycles": stages, "findings": found})
    else:
        _print_tick(day.isoformat(), chosen, moved, wrong, dry_run=dry_run)
    return WRONG if wrong else DONE


def call(
    key: Annotated[str, Parameter(help="程序 lifecycle key")],
    cycle: Annotated[int, Parameter(help="年度；0 为未另行规定的各年度 cycle; 0: all that set nothing of their own")],
    setting: Annotated[str, Parameter(help="名称=值 name=value")],
    /,
    *,
    because: Annotated[str, Parameter(help="依据的通知 the notice it rests on")] = "",
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """设定由年度通知规定的事项，并重新计算未结案件的期限。Set what the yearly call sets; open deadlines are projected again."""
    from shixian.casework.calls import set_call
    from shixian.casework.staff.people import Permission
    from shixian.programmes import lifecycle as declared

    lifecycle = declared(key)
    ((name, value),) = pairs((setting,), f"shixian call {key} 2021 notice_length=7日").items()
    with opened(database) as engine:
        who = acting(engine, person, Permission.SET_CALL)
        count = set_call(engine, key, cycle, name, value, because=because, person=who, now=clock.now())
    field = next(one.field for one in lifecycle.parameters if one.field.name == name)
    when = f"{cycle} {lifecycle.cycle_title}" if cycle else f"各{lifecycle.cycle_title}"
    print(f"{lifecycle.title}（{key}）{when}：{field.label}定为 {field.format(field.parse(value))}（{field.clause}）")
    print(f"重新计算了 {count} 件未结案件的期限；记录人 {who.key}")
    return DONE


def put_back(
    ref: Annotated[str, Parameter(help="案号 reference of the case")], /, *, database: DatabaseUrl = None
) -> int:
    """搁置的原因已处理，案件重新列入周期处理。A case set aside is looked at again by the next run."""
    from shixian.casework.cycle import put_back as back

    with opened(database) as engine:
        view = find_case(engine, ref)
        if view.row["set_aside"] is None:
            raise CaseworkError(f"{ref} 没有被搁置", remedy="搁置的案件见 shixian cases --list broken")
        back(engine, ref)
    print(f"{ref} 已重新列入周期处理，原搁置原因：{view.row['set_aside']}")
    print(f"下次运行 shixian tick {view.row['lifecycle']} 时处理")
    return DONE


# -- what is meant -----------------------------------------------------------------------------------------------------


def _stage(lifecycle: Lifecycle, given: str) -> Stage:
    found = next((stage for stage in lifecycle.stages if given in (stage.key, stage.title)), None)
    if found is None:
        names = "、".join(f"{stage.key} {stage.title}" for stage in lifecycle.stages)
        raise NotFound(f"{lifecycle.title}没有“{given}”这一环节", remedy=f"可用的有：{names}")
    return found


def _verb(lifecycle: Lifecycle, stage: Stage, given: str) -> str:
    from shixian.rules.standing import STANDING_TITLES

    declared = {one.verb: one.title for one in stage.acts}
    titles = declared | {verb: title for verb, title in STANDING_TITLES.items() if verb not in declared}
    found = next((verb for verb, title in titles.items() if given in (verb, title)), None)
    if found is None:
        names = "、".join(f"{verb} {title}" for verb, title in titles.items())
        raise NotFound(f"环节“{stage.title}”没有“{given}”这一行为", clause=stage.clause, remedy=f"可用的有：{names}")
    return found


def _actor(lifecycle: Lifecycle, stage: Stage, verb: str, given: str | None) -> str:
    """The key of the actor named, else of the only one that may do the act."""
    from shixian.display.possible import actors_of

    if given is not None:
        known = lifecycle.actor(given)
        if known is None:
            names = "、".join(f"{actor.key} {actor.title}" for actor in lifecycle.actors)
            raise NotFound(f"{lifecycle.title}没有“{given}”这一主体", remedy=f"可用的有：{names}")
        return known.key
    may = actors_of(lifecycle, stage, verb)
    if len(may) != 1:
        names = "、".join(f"{actor.key} {actor.title}" for actor in may or lifecycle.actors)
        raise CaseworkError("须写明由哪一主体作出", clause=stage.clause, remedy=f"加 --by：{names}")
    return may[0].key


def _wanted(stage: Stage, verb: str) -> tuple[Document, ...]:
    declared = next((one.documents for one in stage.acts if one.verb == verb), ())
    return stage.window.objection_documents if verb == "object" and stage.window is not None else declared


def _documents(wanted: Sequence[Document], given: Sequence[str]) -> tuple[Mapping[str, object], ...]:
    """Each file with its content hash and its size in bytes; the file itself stays where it is."""
    found = []
    for name, written in pairs(given, "--document guide=指南.pdf").items():
        document = next((one for one in wanted if name in (one.key, one.title)), None)
        if document is None:
            names = "、".join(f"{one.key} {one.title}" for one in wanted) or "无"
            raise FactsError(f"这一行为不交“{name}”这一材料", remedy=f"可交：{names}")
        path = Path(written)
        found.append({"document": document.key, "name": path.name, **_content(path, document)})
    return tuple(found)


def _content(path: Path, document: Document) -> dict[str, str]:
    from hashlib import file_digest

    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
            return {"sha256": digest, "size": str(file.tell())}
    except OSError as error:
        raise FactsError(
            f"{document.title}：{path} 不能读取：{error.strerror}", remedy="核对文件路径，须为一个文件"
        ) from error


# -- what is told ------------------------------------------------------------------------------------------------------


def _tell(engine: Engine, ref: str, before: int, *, as_json: bool, what: str = "", refused: bool = False) -> int:
    """What became of the case: the new events, where it stands, the refusal if the last of them is one, deadlines."""
    from shixian.casework.lawbooks import default_books
    from shixian.commands.case_view import deadline_line, headline, live_deadlines, news
    from shixian.display.case_lines import refusal_lines
    from shixian.display.case_page import told

    view, events = news(engine, before, ref)
    lifecycle = default_books().lifecycle(view.row["lifecycle"])
    where = {"ref": ref, "status": str(view.row["status"]), "stages": view.progress.open_stages()}
    where["stage"] = view.row["stage"]
    refusal = _refused(events[-1].data) if refused else None
    deadlines = live_deadlines(lifecycle, view)
    if as_json:
        said = [
            {"kind": e.kind, "legal_day": e.legal_day.isoformat(), "said": told(lifecycle, e), "clause": e.clause}
            for e in events
        ]
        data: dict[str, Any] = {**where, "accepted": not refused, "events": said, "deadlines": deadlines}
        print_json(data if refusal is None else data | {"refusal": refusal})
        return DONE
    print("　".join(filter(None, (what, headline(lifecycle, where)))))
    print_section(
        "经过", [f"{e.legal_day}　{told(lifecycle, e)}" for e in events if refusal is None or e != events[-1]]
    )
    print_section("退回（已记录）", refusal_lines(lifecycle, refusal) if refusal else [])
    print_section("期限", [deadline_line(lifecycle, item) for item in deadlines])
    return DONE


def _refused(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"do": data["verb"], **{name: value for name, value in data.items() if name != "verb"}}


def _print_tick(
    day: str,
    chosen: Sequence[Lifecycle],
    moved: Mapping[str, list[StageMoves]],
    wrong: Sequence[Finding],
    *,
    dry_run: bool,
) -> None:
    print(f"处理 {day} 之前届满的期限{'（试运行，未写入）' if dry_run else ''}")
    for lifecycle in chosen:
        busy = [one for one in moved[lifecycle.key] if one.due]
        lines = [one.sentence() for one in busy]
        for one in busy:
            lines += [f"搁置 {ref}：{reason}（处理后：shixian put-back {ref}）" for ref, reason in one.set_aside]
        print_section(f"{lifecycle.title}（{lifecycle.key}）", lines)
    every = [one for stages in moved.values() for one in stages]
    print_section("夜查发现", [f"{one.ref}：{one.text}" for one in wrong])
    due, done, aside = sum(o.due for o in every), sum(o.moved for o in every), sum(len(o.set_aside) for o in every)
    print(f"\n共 {len(chosen)} 个程序：届满 {due} 件，处理 {done} 件，搁置 {aside} 件")
