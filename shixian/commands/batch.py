"""`batch`: disbursement batches from proposal to release, each step by another person.

`batch release` and what follows it stand in `release.py`, which adds them to the same program.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json, print_section, print_table
from shixian.commands.session import DatabaseUrl, PersonKey, acting, day_or_today, opened

if TYPE_CHECKING:
    from shixian.casework.money.batch_views import BatchView

DONE = 0
Ref = Annotated[str, Parameter(help="批次号，如 B-2021-0001 reference of the batch")]
Status = Literal["proposed", "approved", "released", "done", "cancelled"]


def register(app: App) -> None:
    """Add `batch` with its commands."""
    batch = App(name="batch", help="拨付批次：编制、复核、修改、撤销、查看、放行。Disbursement batches, step by step.")
    batch.command(propose, name="propose")
    batch.command(show, name="show")
    batch.command(list_, name="list")
    batch.command(status, name="status")
    batch.command(revise, name="revise")
    batch.command(approve, name="approve")
    batch.command(cancel, name="cancel")
    if find_spec("shixian.commands.release") is not None:
        from shixian.commands import release

        release.add_to_batch(batch)
    app.command(batch)


def second_checker_above() -> int:
    """The limit of the settings, in fen. Raises what kept it from being read; casework then refuses."""
    from shixian.rules.money import Money
    from shixian.settings import settings

    return Money.parse(settings().second_checker_above).fen


def propose(
    key: Annotated[str, Parameter(help="程序 lifecycle key")],
    /,
    *,
    as_of: Annotated[str | None, Parameter(help="截至该日应付的，默认今日 what is due as of this day")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """编制批次：逐笔核对，可付的冻结，不可付的列明条款和原因。Freeze what can be paid; the rest is told, with its clause.

    例 example: shixian batch propose sh-matching-funds-drawdown --as-of 2021-03-01 --person ma
    """
    from shixian.casework.money import batches
    from shixian.casework.staff.people import Permission
    from shixian.programmes import lifecycle as declared

    declared(key)
    day, now = day_or_today(as_of), clock.now()
    with opened(database) as engine:
        who = acting(engine, person, Permission.MAKE_BATCH)
        view = batches.propose(engine, key, day, person=who, now=now, second_checker_above=second_checker_above)
    return _tell(view, as_json=as_json, what="已编制并冻结")


def show(ref: Ref, /, *, as_json: JsonFlag = False, database: DatabaseUrl = None) -> int:
    """一个批次的全部：控制总数、内容哈希、各笔、未列入的、复核人。Everything about one batch."""
    from shixian.casework.money import batches

    with opened(database) as engine:
        view = batches.show(engine, ref)
    return _tell(view, as_json=as_json)


def list_(
    *,
    status: Annotated[Status | None, Parameter(help="状态，不写则全部 status; all when left out")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """批次清单，最新的在前。The batches, the newest first."""
    from models import BatchStatus
    from shixian.casework.money.batch_views import batches
    from shixian.rules.money import Money

    with opened(database) as engine:
        rows = batches(engine, status=BatchStatus(status) if status else None)
    if as_json:
        print_json([_row(row) for row in rows])
    elif rows:
        print_table(
            ("批次", "程序", "截至", "年度", "笔数", "金额", "状态"),
            [
                (
                    row["ref"],
                    row["lifecycle"],
                    str(row["as_of"]),
                    str(row["year"]),
                    str(row["count"]),
                    Money(row["fen"]).zh,
                    _word(row["status"]),
                )
                for row in rows
            ],
        )
    else:
        print("没有这样的批次")
    return DONE


def status(ref: Ref, /, *, as_json: JsonFlag = False, database: DatabaseUrl = None) -> int:
    """一个批次办到哪里：状态、复核、各结果的笔数和金额。How far a batch has come."""
    from shixian.casework.money import batches

    with opened(database) as engine:
        view = batches.show(engine, ref)
    if as_json:
        counted = {name: {"count": count, "fen": fen} for name, (count, fen) in view.progress.items()}
        print_json({**_row(view.row), "approvals_missing": view.approvals_missing, "progress": counted})
    else:
        _head(view)
        print_section("进度", _progress(view))
    return DONE


def revise(
    ref: Ref,
    /,
    *,
    drop: Annotated[
        list[int] | None,
        Parameter(help="去掉的笔号，可多个 numbers of lines to drop", consume_multiple=True, negative=""),
    ] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """修改批次：去掉若干笔，成为新批次，原批次及其复核作废。A new batch without some lines; the old one is void.

    例 example: shixian batch revise B-2021-0001 --drop 3 --person mei
    """
    from shixian.casework.money import batches
    from shixian.casework.staff.people import Permission

    with opened(database) as engine:
        who = acting(engine, person, Permission.MAKE_BATCH)
        given: dict[str, Any] = {"drop": drop or (), "person": who, "now": clock.now()}
        view = batches.revise(engine, ref, second_checker_above=second_checker_above, **given)
    return _tell(view, as_json=as_json, what=f"已由 {ref} 改编，原批次撤销")


def approve(
    ref: Ref,
    /,
    *,
    content: Annotated[
        str | None, Parameter(help="所复核的内容哈希；不符即不予复核 content hash as seen; another is refused")
    ] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """复核批次；编制、修改的人不能复核。Approve exactly this content; not by who made or edited it."""
    from shixian.casework.money import batches
    from shixian.casework.staff.people import Permission

    with opened(database) as engine:
        who = acting(engine, person, Permission.CHECK_BATCH)
        view = batches.approve(engine, ref, content=content, person=who, now=clock.now())
    missing = f"，还须 {view.approvals_missing} 人复核" if view.approvals_missing else "，可以放行"
    return _tell(view, as_json=as_json, what=f"已复核{missing}")


def cancel(
    ref: Ref,
    /,
    *,
    reason: Annotated[str, Parameter(help="理由 reason")],
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """撤销尚未放行的批次，各笔和所占拨款随即释放。Give up a batch that was not released; what it held is free."""
    from shixian.casework.money import batches
    from shixian.casework.staff.people import Permission

    with opened(database) as engine:
        who = acting(engine, person, Permission.MAKE_BATCH)
        view = batches.cancel(engine, ref, reason=reason, person=who, now=clock.now())
    return _tell(view, as_json=as_json, what="已撤销")


# -- what is told ------------------------------------------------------------------------------------------------------


def _tell(view: BatchView, *, as_json: bool, what: str = "") -> int:
    if as_json:
        print_json(batch_report(view))
        return DONE
    if what:
        print(f"批次 {view.ref} {what}")
    print_batch(view)
    return DONE


def batch_report(view: BatchView) -> dict[str, Any]:
    """A batch as JSON values, sums in fen, accounts masked."""
    return {
        **_row(view.row),
        "replaces": view.replaces,
        "replaced_by": view.replaced_by,
        "approvals_missing": view.approvals_missing,
        "approved_by": [one["person"] for one in view.approvals],
        "lines": [_row(line) for line in view.lines],
        "refusals": [_row(one) for one in view.refusals],
        "progress": {name: {"count": count, "fen": fen} for name, (count, fen) in view.progress.items()},
    }


def print_batch(view: BatchView) -> None:
    """The whole batch as text."""
    from shixian.rules.money import Money

    _head(view)
    print_section("进度", _progress(view))
    print_section("各笔", [_line(line) for line in view.lines])
    for when, title in (("proposed", "未列入"), ("released", "放行时暂缓")):
        lines = [
            f"{one['case_ref']} 第{one['sequence']}期　{one['payee']}　{Money(one['fen']).zh}："
            f"{one['because']}（{one['clause']}）{one['remedy']}"
            for one in view.refusals
            if one["at"] == when
        ]
        print_section(title, lines)


def _head(view: BatchView) -> None:
    from shixian.rules.money import Money

    row = view.row
    print(f"{view.ref}　{row['lifecycle']}　截至 {row['as_of']}　{row['year']} 年度拨款　{_word(row['status'])}")
    print(f"  {row['count']} 笔，{Money(row['fen']).zh}（{Money(row['fen']).capital}）")
    print(f"  账户指纹合计 {row['accounts'][:16]}…　内容哈希 {row['content']}")
    edited = f"，修改 {row['editor']}" if row["editor"] != row["maker"] else ""
    checked = "、".join(one["person"] for one in view.approvals) or "无"
    released = f"，放行 {row['releaser']}" if row["releaser"] else ""
    print(f"  编制 {row['maker']}{edited}，复核 {checked}（须 {row['approvals']} 人）{released}")
    if view.replaces:
        print(f"  由 {view.replaces} 改编")
    if view.replaced_by:
        print(f"  已改编为 {view.replaced_by}")


def _progress(view: BatchView) -> list[str]:
    from models import AttemptStatus
    from shixian.display.money_lines import ATTEMPT
    from shixian.rules.money import Money

    words = {"waiting": "待放行", "stopped": "不再支付"} | {key.value: word for key, word in ATTEMPT.items()}
    order = ("waiting", *(one.value for one in AttemptStatus))
    return [
        f"{words[name]}：{view.progress[name][0]} 笔，{Money(view.progress[name][1]).zh}"
        for name in dict.fromkeys((*order, "stopped"))
        if name in view.progress
    ]


def _line(line: Mapping[str, Any]) -> str:
    from shixian.display.money_lines import ATTEMPT
    from shixian.rules.money import Money

    tried = line["attempt_status"]
    became = ATTEMPT[tried] if tried is not None else "" if line["alive"] else "不再支付"
    more = "　".join(
        filter(None, (became, f"银行流水 {line['reference']}" if line["reference"] else "", line["reason"]))
    )
    said = (
        f"{line['number']}　{line['case_ref']} {line['decision']} 第{line['sequence']}期（{line['clause']}）　"
        f"{Money(line['fen']).zh}　{line['payee']}　{line['account']} {line['bank_name']}"
    )
    return f"{said}　{more}" if more else said


def _word(status: Any) -> str:
    from shixian.display.money_lines import BATCH

    return BATCH[status]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return getattr(value, "value", value)
