"""`shixian tell`, `outbox` and `mail-sink`: telling people, what was told, and a mailbox to practise on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from shixian import clock
from shixian.commands.output import JsonFlag, print_json, print_section, print_table
from shixian.commands.session import DatabaseUrl, PersonKey, opened

if TYPE_CHECKING:
    from typing import Any

DONE = 0
Number = Annotated[int, Parameter(help="消息编号 number of the message")]
Folder = Annotated[Path, Parameter(help="存放邮件的文件夹 where messages are kept")]


def register(app: App) -> None:
    """Add the commands."""
    app.command(tell, name="tell")
    outbox = App(name="outbox", help="发件箱：说过什么、送达与否、回执。What was told, with receipts.")
    outbox.command(listing, name="list")
    outbox.command(show, name="show")
    outbox.command(retry, name="retry")
    app.command(outbox)
    app.command(mail_sink, name="mail-sink")


def tell(
    *,
    dry_run: Annotated[bool, Parameter(help="只说会发什么 print, write and send nothing", negative="")] = False,
    database: DatabaseUrl = None,
    as_json: JsonFlag = False,
) -> int:
    """今日的警报；把应说的提醒、督办、决定通知放入发件箱并投递。Alarms, and the day's messages. Twice says nothing twice."""
    from shixian.rules.periods import legal_day
    from shixian.settings import settings
    from shixian.telling.alarms import alarms
    from shixian.telling.channels import Channels
    from shixian.telling.ladder import Plan, say
    from shixian.telling.outbox import Delivered, deliver

    at = clock.now()
    known = settings()
    plan, channels = Plan.read(known.reminder_ladder, known.reminder_interval_days), Channels.of(known)
    with opened(database) as engine:
        wrong = alarms(engine, legal_day(at), at)
        told = say(engine, legal_day(at), now=at, plan=plan, alarms=wrong, dry_run=dry_run)
        done = Delivered() if dry_run else deliver(engine, clock.now, channels)
    if as_json:
        print_json(
            {
                "day": told.day.isoformat(),
                "alarms": [
                    {"kind": one.kind, "text": one.text, "since": one.since.isoformat(), "remedy": one.remedy}
                    for one in wrong
                ],
                "said": dict(told.said),
                "held": told.held,
                "messages": [{"to": one.recipient, "subject": one.subject} for one in told.messages],
                "delivered": done.delivered,
                "failed_tries": done.failed_tries,
                "gave_up": done.gave_up,
                "not_carried": done.not_carried,
            }
        )
        return DONE
    print(told.line() + ("（试运行，未写入）" if dry_run else ""))
    print_section("消息", [f"{one.recipient}　{one.subject}" for one in told.messages])
    if not dry_run:
        print(done.line())
    print_section("警报", [f"{one.text}（自 {one.since}）。处理办法：{one.remedy}" for one in wrong])
    return DONE


def listing(
    *,
    status: Annotated[str | None, Parameter(help="waiting、delivered 或 failed only of this status")] = None,
    database: DatabaseUrl = None,
    as_json: JsonFlag = False,
) -> int:
    """消息清单，新的在前。Messages, the newest first."""
    from models import MessageStatus
    from shixian.rules.errors import CaseworkError
    from shixian.telling.outbox import listed

    if status is not None and status not in set(MessageStatus):
        raise CaseworkError(f"没有 {status!r} 这一状态", remedy="写 waiting、delivered 或 failed")
    with opened(database) as engine:
        rows = listed(engine, None if status is None else MessageStatus(status))
    if as_json:
        print_json([_message(row) for row in rows])
        return DONE
    headings = ("编号", "状态", "收件人", "次数", "主题")
    print_table(headings, [(f"{row.id}", row.status.value, row.recipient, f"{row.tries}", row.subject) for row in rows])
    return DONE


def show(number: Number, /, *, database: DatabaseUrl = None, as_json: JsonFlag = False) -> int:
    """一条消息的全文和每次投递的回执。One message with all its tries."""
    from shixian.telling.outbox import one_message

    with opened(database) as engine:
        row, tries = one_message(engine, number)
    if as_json:
        print_json(
            _message(row)
            | {
                "body": row.body,
                "deliveries": [
                    {
                        "channel": one.channel,
                        "address": one.address,
                        "succeeded": one.succeeded,
                        "receipt": one.receipt,
                        "tried_at": one.tried_at.isoformat(),
                    }
                    for one in tries
                ],
            }
        )
        return DONE
    print(f"{row.subject}\n收件人：{row.recipient}　状态：{row.status.value}　{row.made_at.isoformat()}\n\n{row.body}")
    print_section(
        "投递",
        [
            f"{one.tried_at.isoformat()} {one.channel} {one.address} {'成' if one.succeeded else '未成'}：{one.receipt}"
            for one in tries
        ],
    )
    return DONE


def retry(number: Number, /, *, person: PersonKey = None, database: DatabaseUrl = None) -> int:
    """更正地址或服务器后，重新投递一条已放弃的消息。A message given up waits anew."""
    from shixian.casework.staff.people import Permission
    from shixian.commands.session import acting
    from shixian.telling.outbox import try_again

    with opened(database) as engine:
        try_again(engine, number, by=acting(engine, person, Permission.RUN_CYCLE), now=clock.now())
    print(f"第 {number} 号消息列入待发")
    return DONE


def mail_sink(
    *,
    port: Annotated[int, Parameter(help="端口；0 为自动选择 port, 0 picks a free one")] = 8025,
    folder: Folder = Path(".shixian/mail"),
    list_only: Annotated[
        bool, Parameter(name="--list", help="列出收到的邮件 list what was taken", negative="")
    ] = False,
) -> int:
    """演练用的收件箱：只在本机监听的 SMTP 服务，收下而不转发，每封存为 .eml。For practice only; Ctrl-C stops it."""
    import asyncio

    from shixian.telling.mail_sink import HOST, MailSink, read_mails

    if list_only:
        rows = [(mail.file.name, mail.recipient, mail.subject) for mail in read_mails(folder)]
        print_table(("文件", "收件人", "主题"), rows)
        return DONE

    async def serve() -> None:
        server = await MailSink(folder, clock.now).listen(port)
        taken = server.sockets[0].getsockname()[1]
        print(f"演练收件箱已启动，不转发任何邮件：{HOST}:{taken}    文件夹：{folder}", flush=True)
        async with server:
            await server.serve_forever()

    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        print("演练收件箱已停止。", file=sys.stderr, flush=True)
    return DONE


def _message(row: Any) -> dict[str, Any]:
    return {
        "number": row.id,
        "key": row.key,
        "kind": row.kind,
        "status": row.status.value,
        "to": row.recipient,
        "case": row.case_ref,
        "clause": row.clause,
        "subject": row.subject,
        "tries": row.tries,
        "made_at": row.made_at.isoformat(),
    }
