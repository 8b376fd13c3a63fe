"""`appropriation`, `account`, `recovery`, `year-end`: the money around batches, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json, print_section, print_table
from shixian.commands.session import DatabaseUrl, PersonKey, acting, day_or_today, opened
from shixian.rules.errors import NotFound

if TYPE_CHECKING:
    from shixian.casework.money.appropriations import Appropriation
    from shixian.casework.money.payees import PayeeAccount
    from shixian.casework.money.recovery import Recovery

DONE = 0
Programme = Annotated[str, Parameter(help="专项，法规或程序的代码 programme: key of its regulation or of a lifecycle")]
Year = Annotated[int, Parameter(help="预算年度 budget year")]
Amount = Annotated[str, Parameter(help="金额，写单位，如 500万元 money with its unit")]


def register(app: App) -> None:
    """Add the commands for appropriations, accounts, recovery and the year's end."""
    line = App(name="appropriation", help="拨款：登记预算拨款，列出余额。What programmes may spend, and what is left.")
    line.command(grant, name="grant")
    line.command(appropriations_, name="list")
    app.command(line)
    account = App(name="account", help="收款账户：录入，由另一人核实，列出。Accounts of payees, entered and verified.")
    account.command(enter, name="enter")
    account.command(verify_, name="verify")
    account.command(accounts_, name="list")
    app.command(account)
    recovery = App(name="recovery", help="追回：列出应追回的款项，登记到账。What is to come back, and what has come.")
    recovery.command(recoveries_, name="list")
    recovery.command(receive, name="receive")
    app.command(recovery)
    app.command(year_end, name="year-end")


# -- appropriations ----------------------------------------------------------------------------------------------------


def grant(
    programme: Programme,
    year: Year,
    amount: Amount,
    /,
    *,
    because: Annotated[str, Parameter(help="依据的预算批复 the document it rests on")],
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """登记一个年度的拨款，或追加。Grant money to a programme and year, or add to it."""
    from shixian.casework.money.appropriations import grant as add
    from shixian.casework.staff.people import Permission
    from shixian.rules.money import Money

    key, money = programme_of(programme), Money.parse(amount)
    with opened(database) as engine:
        who = acting(engine, person, Permission.MAKE_BATCH)
        line = add(engine, key, year, money.fen, because=because, person=who, now=clock.now())
    if as_json:
        print_json(_line(line))
    else:
        print(f"{key} {year} 年度拨款增加 {money.zh}，共 {Money(line.fen).zh}，余额 {Money(line.left).zh}")
    return DONE


def appropriations_(*, as_json: JsonFlag = False, database: DatabaseUrl = None) -> int:
    """各专项各年度的拨款、占用和余额。Every budget line with what is committed and what is left."""
    from shixian.casework.money.appropriations import appropriations
    from shixian.rules.money import Money

    with opened(database) as engine:
        lines = appropriations(engine)
    if as_json:
        print_json([_line(line) for line in lines])
    elif lines:
        print_table(
            ("专项", "年度", "拨款", "已占用", "余额", "结账日"),
            [
                (
                    line.programme,
                    str(line.year),
                    Money(line.fen).zh,
                    Money(line.committed).zh,
                    Money(line.left).zh,
                    str(line.closed_on or ""),
                )
                for line in lines
            ],
        )
    else:
        print("尚无拨款。登记：shixian appropriation grant 专项 年度 金额 --because 文号")
    return DONE


def programme_of(given: str) -> str:
    """The key of the regulation meant: its own, or that of a lifecycle under it. NotFound names those there are."""
    from shixian.programmes import catalogue

    known = catalogue()
    if given in known:
        return known[given].regulation.key
    keys = {one.regulation.key for one in known.values()}
    if given not in keys:
        raise NotFound(f"没有 {given} 这一专项", remedy=f"可用的有：{'、'.join(sorted(keys))}")
    return given


def _line(line: Appropriation) -> dict[str, Any]:
    closed = line.closed_on.isoformat() if line.closed_on else None
    said = {"programme": line.programme, "year": line.year, "fen": line.fen, "committed": line.committed}
    return {**said, "left": line.left, "closed_on": closed}


# -- accounts of payees ------------------------------------------------------------------------------------------------


def enter(
    payee: Annotated[str, Parameter(help="收款人，与决定所载一致 payee as decisions name it")],
    /,
    *,
    number: Annotated[str, Parameter(help="账号 account number")],
    bank: Annotated[str, Parameter(help="联行号，12 位 bank's CNAPS code, 12 digits")],
    bank_name: Annotated[str, Parameter(help="开户行 name of the bank")],
    holder: Annotated[str | None, Parameter(help="户名，默认同收款人 account holder; the payee when left out")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """录入收款账户；由另一人核实后生效，原账户随即停用。Enter an account; it counts once another person verified it."""
    from shixian.casework.money.payees import enter_account
    from shixian.casework.staff.people import Permission

    with opened(database) as engine:
        who = acting(engine, person, Permission.MAKE_BATCH)
        given: dict[str, Any] = {"holder": holder or payee, "number": number, "bank": bank, "bank_name": bank_name}
        made = enter_account(engine, payee, **given, person=who, now=clock.now())
    if as_json:
        print_json(_account(made))
    else:
        print(f"账户 {made.id} 已录入：{made.payee}　{made.masked}　{made.bank_name}")
        print(f"由另一人核实：shixian account verify {made.id} --person 账号")
    return DONE


def verify_(
    account: Annotated[int, Parameter(help="账户编号 number of the account")],
    /,
    *,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """核实收款账户；录入人不能核实。Verify an account; not by who entered it."""
    from shixian.casework.money.payees import verify_account
    from shixian.casework.staff.people import Permission

    with opened(database) as engine:
        who = acting(engine, person, Permission.CHECK_BATCH)
        made = verify_account(engine, account, person=who, now=clock.now())
    if as_json:
        print_json(_account(made))
    else:
        print(f"账户 {made.id} 已由 {made.verified_by} 核实：{made.payee}　{made.masked}　{made.bank_name}")
    return DONE


def accounts_(
    payee: Annotated[str | None, Parameter(help="收款人，不写则全部 payee; all when left out")] = None,
    /,
    *,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """收款账户，每一收款人最新的在前；账号只显示末四位。Accounts of payees; numbers by their last four digits."""
    from shixian.casework.money.payees import accounts

    with opened(database) as engine:
        found = accounts(engine, payee=payee)
    if as_json:
        print_json([_account(one) for one in found])
    elif found:
        print_table(
            ("编号", "收款人", "户名", "账号", "开户行", "录入", "核实"),
            [
                (
                    str(one.id),
                    one.payee,
                    one.holder,
                    one.masked,
                    f"{one.bank_name} {one.bank}",
                    one.entered_by,
                    f"{one.verified_by} {one.verified_on}" if one.verified else "未核实",
                )
                for one in found
            ],
        )
    else:
        print("没有这样的账户。录入：shixian account enter 收款人 --number 账号 --bank 联行号 --bank-name 开户行")
    return DONE


def _account(one: PayeeAccount) -> dict[str, Any]:
    names = ("id", "payee", "holder", "bank", "bank_name", "fingerprint", "entered_by", "verified_by")
    verified_on = one.verified_on.isoformat() if one.verified_on else None
    return {**{name: getattr(one, name) for name in names}, "account": one.masked, "verified_on": verified_on}


# -- recovery ----------------------------------------------------------------------------------------------------------


def recoveries_(
    key: Annotated[str | None, Parameter(help="程序，不写则全部 lifecycle key; all when left out")] = None,
    /,
    *,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="也列已收齐的 settled ones too")] = False,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
) -> int:
    """应追回的款项及已到账的；与应付的款项不相抵。What is to come back; never netted against what is owed."""
    from shixian.casework.money.recovery import recoveries
    from shixian.rules.money import Money

    with opened(database) as engine:
        found = recoveries(engine, lifecycle=key, open_only=not everything)
    if as_json:
        print_json([_recovery(one) for one in found])
        return DONE
    if not found:
        print("没有应追回的款项")
    for one in found:
        due = f"，应于 {one.due} 前退回" if one.due else ""
        print(
            f"义务 {one.id}　{one.case_ref} {one.decision} 第{one.sequence}期（{one.clause}）　"
            f"{one.debtor} 应退回 {Money(one.fen).zh}{due}，已收 {Money(one.received).zh}，"
            f"尚欠 {Money(one.outstanding).zh}"
        )
        for line in _receipts(one):
            print(f"  {line}")
    return DONE


def receive(
    obligation: Annotated[int, Parameter(help="义务编号，见 recovery list number of the obligation")],
    amount: Amount,
    /,
    *,
    reference: Annotated[str, Parameter(help="银行流水号，每笔唯一 the bank's reference, unique")],
    received: Annotated[str | None, Parameter(help="到账日，默认今日 day it came")] = None,
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """登记追回的到账，可分次，不能超过应追回之数。Enter money that came back, in parts if need be, never beyond it."""
    from shixian.casework.money.recovery import receive as record
    from shixian.casework.staff.people import Permission
    from shixian.rules.money import Money

    money, day = Money.parse(amount), day_or_today(received)
    with opened(database) as engine:
        who = acting(engine, person, Permission.MAKE_BATCH)
        given: dict[str, Any] = {"received": day, "reference": reference, "person": who, "now": clock.now()}
        found = record(engine, obligation, money.fen, **given)
    if as_json:
        print_json(_recovery(found) | {"already": found.already})
    else:
        what = "先前已登记，未重复登记" if found.already else f"登记到账 {money.zh}"
        print(f"{found.case_ref}：{what}，共收 {Money(found.received).zh}，尚欠 {Money(found.outstanding).zh}")
    return DONE


def _receipts(one: Recovery) -> list[str]:
    from shixian.rules.money import Money

    return [f"{row['received']} 到账 {Money(row['fen']).zh}，流水 {row['reference']}" for row in one.receipts]


def _recovery(one: Recovery) -> dict[str, Any]:
    names = ("id", "case_ref", "decision", "sequence", "debtor", "creditor", "clause", "fen", "received", "outstanding")
    receipts = [
        {"fen": row["fen"], "received": row["received"].isoformat(), "reference": row["reference"]}
        for row in one.receipts
    ]
    due = one.due.isoformat() if one.due else None
    return {**{name: getattr(one, name) for name in names}, "due": due, "receipts": receipts}


# -- the year's end ----------------------------------------------------------------------------------------------------


def year_end(
    programme: Programme,
    year: Year,
    /,
    *,
    rule: Annotated[
        Literal["lapse", "carry", "carry-reserved"],
        Parameter(help="余额：lapse 收回，carry 结转，carry-reserved 只结转待付义务所需 what becomes of the rest"),
    ],
    because: Annotated[str, Parameter(help="依据的批复 the document it rests on")],
    as_json: JsonFlag = False,
    database: DatabaseUrl = None,
    person: PersonKey = None,
) -> int:
    """年终结账：余额收回或结转，待付的义务转入下一年度，重复运行不重复记账。Close a budget year, by a stated rule."""
    from shixian.casework.money.year_end import READINGS, Rule, close_year
    from shixian.casework.staff.people import Permission
    from shixian.rules.money import Money

    key, chosen = programme_of(programme), Rule(rule)
    with opened(database) as engine:
        who = acting(engine, person, Permission.MAKE_BATCH)
        made = close_year(engine, key, year, rule=chosen, because=because, person=who, now=clock.now())
    if as_json:
        quotas = [{"quota": quota, "scope": scope, "drawn": fen} for quota, scope, fen in made.quotas]
        said = {"programme": key, "year": year, "rule": rule, "obligations": made.obligations, "again": made.again}
        print_json(said | {"moved": made.moved, "lapsed": made.lapsed, "carried": made.carried, "quotas": quotas})
        return DONE
    reading = READINGS[chosen]
    print(
        f"{key} {year} 年度{'再次' if made.again else ''}结账：{reading.chosen}（读法 {reading.key}，{reading.clause}）"
    )
    print(f"  收回 {Money(made.lapsed).zh}，结转 {Money(made.carried).zh}")
    print(f"  转入 {year + 1} 年度的待付义务 {made.obligations} 笔，{Money(made.moved).zh}")
    print_section("随年度终止的额度（已用）", [f"{q}（{scope}）：{Money(fen).zh}" for q, scope, fen in made.quotas])
    return DONE
