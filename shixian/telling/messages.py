"""The words of each message. They hold case numbers, stages, days and clauses, never a name, an amount or an outcome.

Mail and group robots are no place for what only the parties may read: a notice of a decision says that there is one,
under which clause, and where to read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from shixian.rules.lifecycle import Effect
from shixian.telling.recipients import Recipient

REMINDER, SUPERVISION, DECISION, ALARM = "reminder", "supervision", "decision", "alarm"
LABELS = {REMINDER: "提醒", SUPERVISION: "督办", DECISION: "决定通知", ALARM: "警报"}
_AFTERWARDS = {
    Effect.RIGHT_LOST: "逾期的后果为失权，以条款为准。",
    Effect.TERM_RUN: "届满后按条款处理。",
    Effect.SUPERVISION: "逾期列入督办清单。",
    Effect.REMINDER: "",
}
_SIGNED = "——时限系统自动发出，请勿直接回复"


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said to one recipient. `last_day`: a reminder is of no use after it, and is not held beyond it;
    `at_once`: the least interval between two messages does not hold it back."""

    key: str
    kind: str
    recipient: str
    case_ref: str
    clause: str
    subject: str
    body: str
    last_day: date | None = None
    at_once: bool = False


def reminder(row: Any, title: str, to: Recipient, *, rung: int, left: int) -> Message:
    """Before a deadline. `row`: the deadline with its case; `left` working days remain after today."""
    when = f"还有 {left} 个工作日" if left else "今日为最后一个工作日"
    body = [
        f"{title}　案号 {row.ref}",
        f"{row.title}（{row.clause}）的最后一日为 {said(row.last_day)}，{when}（不计今日，按国务院办公厅放假通知计算）。",
        _AFTERWARDS[row.effect],
    ]
    if row.provisional:
        body.append("该年度放假安排尚未公布，以上日期为暂定。")
    return Message(
        key=f"remind:{row.ref}:{row.stage}.{row.clock}:{row.round}:{row.last_day}:{rung}:{to.key}",
        kind=REMINDER,
        recipient=to.key,
        case_ref=row.ref,
        clause=row.clause,
        subject=f"【时限提醒】{row.ref} {row.title}：{said(row.last_day)}止，{when}",
        body=_body(to, body, "请登录时限系统办理；案件页上可展开期限的计算过程。"),
        last_day=row.last_day,
    )


def overrun(row: Any, title: str, to: Recipient) -> Message:
    """督办: an office let its own deadline pass. `row`: the list item with its case."""
    body = [f"{title}　案号 {row.ref}", f"{row.text}（{row.clause}），自 {said(row.since)} 起列入督办清单。"]
    return Message(
        key=f"supervise:{row.ref}:{row.key}:{row.since}:{to.key}",
        kind=SUPERVISION,
        recipient=to.key,
        case_ref=row.ref,
        clause=row.clause,
        subject=f"【督办】{row.ref} {row.text}",
        body=_body(to, body, "逾期不使任何行为无效，请督促经办人尽快办理。"),
    )


def prompt(row: Any, title: str, to: Recipient) -> Message:
    """提示: a day has come on which the regulation wants something remembered. `row`: the list item with its case."""
    body = [f"{title}　案号 {row.ref}", f"{row.text}（{row.clause}）。"]
    return Message(
        key=f"prompt:{row.ref}:{row.key}:{row.since}:{to.key}",
        kind=REMINDER,
        recipient=to.key,
        case_ref=row.ref,
        clause=row.clause,
        subject=f"【时限提示】{row.ref} {row.text}",
        body=_body(to, body, "请登录时限系统查看。"),
    )


def decided(row: Any, title: str, to: Recipient) -> Message:
    """A decision was recorded in the applicant's case. `row`: the decision with its case."""
    body = [f"{title}　案号 {row.ref}", f"已于 {said(row.legal_day)} 作出决定：{row.title}（{row.clause}）。"]
    return Message(
        key=f"decision:{row.ref}:{row.seq}:{to.key}",
        kind=DECISION,
        recipient=to.key,
        case_ref=row.ref,
        clause=row.clause,
        subject=f"【决定通知】{row.ref} {row.title}",
        body=_body(to, body, "决定的内容和计算过程，请登录时限系统，或凭案号和查询码在“办事进度”中查看。"),
        at_once=True,
    )


def closed(row: Any, title: str, to: Recipient) -> Message:
    """The applicant's case was closed. `row`: the closing event with its case."""
    body = [f"{title}　案号 {row.ref}", f"案件已于 {said(row.legal_day)} 办结（{row.clause or '见案件页'}）。"]
    return Message(
        key=f"closed:{row.ref}:{row.seq}:{to.key}",
        kind=DECISION,
        recipient=to.key,
        case_ref=row.ref,
        clause=row.clause or "",
        subject=f"【办结通知】{row.ref} 已办结",
        body=_body(to, body, "结果、依据和救济途径，请登录时限系统，或凭案号和查询码在“办事进度”中查看。"),
        at_once=True,
    )


def alarm(key: str, text: str, remedy: str, to: Recipient) -> Message:
    """For the operators: something in the house has gone wrong."""
    return Message(
        key=f"alarm:{key}:{to.key}",
        kind=ALARM,
        recipient=to.key,
        case_ref="",
        clause="",
        subject=f"【时限警报】{text[:60]}",
        body=_body(to, [text], f"处理办法：{remedy}"),
        at_once=True,
    )


def bundle(kind: str, subjects: list[str]) -> tuple[str, str]:
    """Many messages to one recipient as one: subject and body."""
    lines = [f"{number}. {subject}" for number, subject in enumerate(subjects, 1)]
    body = [f"以下 {len(subjects)} 件，请登录时限系统逐件办理：", *lines, "", _SIGNED]
    return f"【时限】{LABELS.get(kind, kind)} {len(subjects)} 件", "\n".join(body)


def said(day: date) -> str:
    """2021年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _body(to: Recipient, lines: list[str], ending: str) -> str:
    first = [f"（{to.pass_on}没有可以接收消息的账号，请经办人转告并留存记录。）"] if to.pass_on else []
    return "\n".join([*first, *filter(None, lines), ending, "", _SIGNED])
