"""What pays and compares: `batch release`, `batch inquire`, `batch resolve` (added to `batch`), and `reconcile`.

The same code as the Prefect flows `disburse-batch` and `reconcile`. A release that was interrupted is simply run again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json, print_section
from shixian.commands.session import DatabaseUrl, PersonKey, acting, day_or_today, opened
from shixian.rules.errors import CaseworkError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shixian.casework.staff.people import Person
    from shixian.disbursing.release import Report
    from shixian.disbursing.run import Progress

DONE, OPEN = 0, 1
Ref = Annotated[str, Parameter(help="批次号，如 B-2021-0001 reference of the batch")]
Outcome = Literal["paid", "rejected", "stopped", "again"]


def register(app: App) -> None:
    """Add `reconcile`; the others stand below `batch`."""
    app.command(reconcile, name="reconcile")


def add_to_batch(batch: App) -> None:
    """Add what pays to the commands of `batch`."""
    batch.command(release, name="release")
    batch.command(inquire, name="inquire")
    batch.command(resolve, name="resolve")
    batch.command(order, name="order")
    batch.command(report, name="report")


def release(ref: Ref, /, *, as_json: JsonFlag = False, database: DatabaseUrl = None, person: PersonKey = None) -> int:
    """放行并付款；中断后原放行人再次运行即继续，可能已发出的先查询，不会重付。Release and pay; run it again to go on.

    例 example: shixian batch release B-2021-0001 --person deng
    """
    import asyncio

    from shixian.casework.staff.people import Permission
    from shixian.commands.batch import second_checker_above
    from shixian.disbursing.release import release as pay
    from shixian.disbursing.treasury import open_treasury

    with opened(database) as engine:
        who = acting(engine, person, Permission.RELEASE_BATCH)

        async def work() -> Report:
            async with open_treasury() as treasury:
                return await pay(
                    engine,
                    ref,
                    person=who,
                    treasury=treasury,
                    now=clock.now,
                    progress=_teller(quiet=as_json),
                    second_checker_above=second_checker_above,
                )

        return _tell(asyncio.run(work()), as_json=as_json)


def inquire(ref: Ref, /, *, as_json: JsonFlag = False, database: DatabaseUrl = None, person: PersonKey = None) -> int:
    """向国库查询已受理未结和结果不明的支付；没有答复的仍为不明，待查清单列出。Ask what became of what is not settled."""
    import asyncio

    from shixian.casework.money.unsettled import waiting_for_people
    from shixian.casework.staff.people import Permission
    from shixian.disbursing.inquire import inquire as ask
    from shixian.disbursing.treasury import open_treasury

    with opened(database) as engine:
        who = acting(engine, person, Permission.CHECK_BATCH)

        async def work() -> Report:
            async with open_treasury() as treasury:
                return await ask(
                    engine, ref, person=who, treasury=treasury, now=clock.now, progress=_teller(quiet=as_json)
                )

        code = _tell(asyncio.run(work()), as_json=as_json)
        if not as_json:
            listed = waiting_for_people(engine, ref)
            print_section(
                "待查清单",
                [
                    f"{one.key}　{one.case}（{one.clause}）　{one.fen} 分　查询 {one.inquiries} 次"
                    f"{'　待人工' if one.parked else ''}　{one.reason}"
                    for one in listed
                ],
            )
        return code


def order(ref: Ref, /, *, database: DatabaseUrl = None, person: PersonKey = None) -> int:
    """放行并生成支付指令文件（pain.001），不联网；重复运行得到同一文件。Release by file; the same file when run again.

    例 example: shixian batch order B-2021-0001 --person deng
    """
    from shixian.casework.staff.people import Permission
    from shixian.commands.batch import second_checker_above
    from shixian.disbursing import by_file
    from shixian.disbursing.treasury import open_files

    with opened(database) as engine:
        who = acting(engine, person, Permission.RELEASE_BATCH)
        files, at = open_files(), clock.now()
        made = by_file.order(engine, ref, person=who, files=files, now=at, limit=second_checker_above)
        print(f"支付指令：{made.path}")
        print_section("警报", list(made.alarms))
    return OPEN if made.alarms else DONE


def report(
    file: Annotated[Path, Parameter(help="银行状态报告 pain.002 file")],
    /,
    *,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """登记银行状态报告（pain.002）；报告未提到的支付状态不变。Record a status report; nothing is inferred from silence.

    例 example: shixian batch report pain002.xml --person deng
    """
    from shixian.casework.staff.people import Permission
    from shixian.disbursing import by_file
    from shixian.disbursing.treasury import open_files

    with opened(database) as engine:
        who = acting(engine, person, Permission.RELEASE_BATCH)
        done = by_file.take_report(engine, file, person=who, files=open_files(), now=clock.now())
    print(f"登记 {done.recorded} 笔")
    print_section("不是本库的支付", list(done.unmatched))
    print_section("警报", list(done.alarms))
    return OPEN if done.unmatched or done.alarms else DONE


def resolve(
    key: Annotated[str, Parameter(help="支付编号 key of the attempt")],
    outcome: Annotated[
        Outcome,
        Parameter(
            help="paid 已付，rejected 未付且不会再付，stopped 停付，again 恢复（后两项只限未发出的） what became of it"
        ),
    ],
    /,
    *,
    reason: Annotated[str, Parameter(help="理由 reason")],
    proof: Annotated[str, Parameter(help="银行凭证：回单号或答复文号 the bank's proof")],
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """凭银行凭证人工认定一笔支付的结果；编制人、放行人不得认定。A person says what became of a payment, on proof.

    例 example: shixian batch resolve 0f3a… paid --reason 网银核实 --proof 回单20210301-77 --person fu
    """
    from shixian.casework.money.unsettled import LABELS, resolve_by_hand
    from shixian.casework.staff.people import Permission

    with opened(database) as engine:
        who = acting(engine, person, Permission.CHECK_BATCH)
        now, today = clock.now(), clock.today()
        status = resolve_by_hand(engine, key, outcome, reason=reason, proof=proof, legal_day=today, now=now, person=who)
    if as_json:
        print_json({"key": key, "status": status})
    else:
        print(f"支付 {key}：{LABELS[status]}")
    return DONE


def reconcile(
    *,
    day: Annotated[str | None, Parameter(help="对账日，默认今日 the day; today when left out")] = None,
    file: Annotated[Path | None, Parameter(help="camt.053 对账单文件；不写则向国库取 a camt.053 file")] = None,
    repair: Annotated[
        bool, Parameter(negative="", help="只列待处理的流水 only list the lines that wait for a person")
    ] = False,
    settle: Annotated[int | None, Parameter(help="处理该号流水，须写 --because settle the line of this number")] = None,
    because: Annotated[str, Parameter(help="流水是什么、如何处理 what the line was, and what was done")] = "",
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """对账：一日的对账单与支付、总账逐行核对，差异分类列出；有差异时退出码为 1。Compare a day's statement with the ledger.

    例 example: shixian reconcile --day 2021-03-01 --file camt.xml --person fu
    """
    from shixian.casework.staff.people import Permission

    with opened(database) as engine:
        if repair:
            return _print_repair(engine, as_json=as_json)
        who = acting(engine, person, Permission.CHECK_BATCH)
        if settle is not None:
            return _settle(engine, settle, because, who)
        return _reconcile(engine, day, file, who, as_json=as_json)


def _reconcile(engine: Engine, day: str | None, file: Path | None, who: Person, *, as_json: bool) -> int:
    import asyncio

    from shixian.disbursing import reconcile as comparing
    from shixian.disbursing.treasury import open_treasury

    async def from_treasury() -> comparing.Reconciled:
        async with open_treasury() as treasury:
            return await comparing.reconcile(engine, on, treasury=treasury, person=who, now=clock.now)

    on = day_or_today(day)
    if file is not None:
        given = None if day is None else on
        found = comparing.reconcile_file(engine, file, day=given, person=who, now=clock.now)
    else:
        found = [asyncio.run(from_treasury())]
    if as_json:
        print_json([one.to_json() for one in found])
    else:
        print("\n".join(line for one in found for line in one.to_lines()))
    return DONE if all(one.agrees for one in found) else OPEN


def _print_repair(engine: Engine, *, as_json: bool) -> int:
    from shixian.casework.money.statements import Finding, to_repair

    rows = to_repair(engine)
    names = ("id", "source", "statement", "reference", "key", "fen", "direction", "finding")
    if as_json:
        print_json([{name: row[name] for name in names} | {"booked": f"{row['booked']}"} for row in rows])
        return DONE
    for row in rows:
        what = Finding(row["finding"]).label
        print(
            f"{row['id']}　{row['booked']}　{row['source']} {row['reference']}　{row['fen']} 分　{what}　{row['text']}"
        )
    print(f"共 {len(rows)} 行待处理" if rows else "没有待处理的流水")
    return DONE


def _settle(engine: Engine, line: int, because: str, who: Person) -> int:
    from shixian.casework.money.statements import resolve_line

    if not because.strip():
        raise CaseworkError("处理流水须写明情况", remedy="加 --because")
    resolve_line(engine, line, resolution=because, legal_day=clock.today(), now=clock.now(), person=who)
    print(f"流水 {line} 已处理")
    return DONE


def _tell(report: Report, *, as_json: bool) -> int:
    if as_json:
        print_json(report.to_json())
    else:
        print("\n".join(report.lines()))
    return DONE if report.complete and not report.alarms else OPEN


def _teller(*, quiet: bool) -> Callable[[Progress], None] | None:
    """Writes how far it is over one line of the terminal; a pipe gets nothing but the end."""
    if quiet or not sys.stderr.isatty():
        return None

    def tell(progress: Progress) -> None:
        print(f"\r{progress.ref}：{progress.settled}/{progress.total} 笔已有结果", end="", file=sys.stderr, flush=True)
        if progress.settled == progress.total:
            print(file=sys.stderr)

    return tell
