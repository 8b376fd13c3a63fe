"""The money of a case as JSON values and as lines to read: each obligation with its payments, batches and clauses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from models import AttemptStatus, BatchStatus, Direction
from shixian.casework.money.money_views import CaseMoney, ObligationView
from shixian.rules.money import Money

ATTEMPT = {
    AttemptStatus.PLANNED: "待发送",
    AttemptStatus.INTENDED: "发送中",
    AttemptStatus.SENT: "国库已受理",
    AttemptStatus.PAID: "已付",
    AttemptStatus.REJECTED: "国库退回未付",
    AttemptStatus.UNKNOWN: "结果不明，待查询",
    AttemptStatus.RETURNED: "已付后退汇",
    AttemptStatus.STOPPED: "已停付",
}
BATCH = {
    BatchStatus.PROPOSED: "待复核",
    BatchStatus.APPROVED: "已复核",
    BatchStatus.RELEASED: "已放行",
    BatchStatus.DONE: "已办结",
    BatchStatus.CANCELLED: "已撤销",
}
_AT = {"proposed": "编制时未列入", "released": "放行时暂缓"}


def money_report(money: CaseMoney) -> dict[str, Any]:
    """Everything about a case's money as JSON values, sums in fen."""
    return {
        "to_pay": money.outstanding(Direction.PAY),
        "to_recover": money.outstanding(Direction.RECOVER),
        "obligations": [_obligation(one) for one in money.obligations],
    }


def _obligation(one: ObligationView) -> dict[str, Any]:
    row = one.row
    names = ("id", "direction", "payee", "debtor", "creditor", "decision", "title", "sequence", "fen", "clause", "due")
    return {
        **{name: _plain(row[name]) for name in names},
        "original_due": _plain(row["original_due"]),
        "replaces": row["replaces"],
        "replaced_by": one.replaced_by,
        "decided_on": _plain(row["decided_on"]),
        "settled": one.settled,
        "outstanding": one.outstanding,
        "budget_years": {str(year): fen for year, fen in one.reserved.items()},
        "batches": [_all_plain(batch) for batch in one.batches],
        "payments": [_all_plain(attempt) for attempt in one.attempts],
        "receipts": [
            {name: _plain(receipt[name]) for name in ("fen", "received", "reference", "person")}
            for receipt in one.receipts
        ],
        "refusals": [_all_plain(refusal) for refusal in one.refusals],
    }


def _all_plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if name != "obligation_id"}


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # and so a datetime
        return value.isoformat()
    return value.value if isinstance(value, AttemptStatus | BatchStatus | Direction) else value


def money_lines(report: Mapping[str, Any]) -> list[str]:
    """The report as lines: an obligation, then, one in, what became of it."""
    return [line for one in report["obligations"] for line in (_head(one), *(f"  {more}" for more in _became(one)))]


def _head(one: Mapping[str, Any]) -> str:
    due = f"，应付日 {one['due']}" if one["due"] else ""
    moved = f"（原 {one['original_due']}）" if one["original_due"] != one["due"] else ""
    who = f"{one['debtor']} → {one['payee']}"
    what = f"{one['direction']} {Money(one['fen']).zh}　{who}　{one['title']}第{one['sequence']}期"
    left = f"尚余 {Money(one['outstanding']).zh}" if one["outstanding"] else "已结清"
    left = f"已由义务 {one['replaced_by']} 替代" if one["replaced_by"] else left
    return f"义务 {one['id']}　{what}（{one['clause']}）{due}{moved}　{left}"


def _became(one: Mapping[str, Any]) -> list[str]:
    lines = [f"预留于 {year} 年度：{Money(fen).zh}" for year, fen in one["budget_years"].items()]
    for batch in one["batches"]:
        gone = "" if batch["alive"] else "，该笔已不再占用"
        lines.append(f"批次 {batch['ref']} 第{batch['number']}笔：{BATCH[BatchStatus(batch['status'])]}{gone}")
    for refusal in one["refusals"]:
        lines.append(
            f"批次 {refusal['batch']} {_AT[refusal['at']]}：{refusal['because']}（{refusal['clause']}）{refusal['remedy']}"
        )
    for attempt in one["payments"]:
        told = [ATTEMPT[AttemptStatus(attempt["status"])], Money(attempt["fen"]).zh]
        told += [attempt["paid_on"]] if attempt["paid_on"] else []
        told += [f"付至 {attempt['holder']} {attempt['account']} {attempt['bank_name']}"]
        told += [f"银行流水 {attempt['reference']}"] if attempt["reference"] else []
        told += [attempt["reason"]] if attempt["reason"] else []
        lines.append(f"支付 {attempt['key']}：{'，'.join(told)}")
    for receipt in one["receipts"]:
        lines.append(f"{receipt['received']} 追回到账 {Money(receipt['fen']).zh}，银行流水 {receipt['reference']}")
    return lines
