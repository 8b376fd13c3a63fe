"""What the journals hold, in words: whose journal, which kind of entry, and each field of what was noted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shixian.casework.lawbooks import LawBooks
from shixian.display.finance import quiet
from shixian.rules.money import Money

JOURNAL_KINDS: Mapping[str, str] = {
    "granted": "登记拨款", "closed": "年终结账", "carried_in": "结转转入", "proposed": "编制批次", "approved": "复核",
    "released": "放行", "cancelled": "撤销批次", "batch_done": "批次办结", "refused": "拒绝", "leaves_by_file": "以文件付款",
    "attempts_planned": "支付计划", "attempts_intended": "准备发送", "attempts_sent": "已受理", "attempts_paid": "已付",
    "attempts_sent_again": "再次发送", "attempts_rejected": "银行拒付", "attempts_unknown": "结果不明",
    "attempts_returned": "退汇", "attempt_returned": "退汇", "attempt_resolved": "人工认定", "attempts_resolved": "人工认定",
    "attempts_contradicted": "与先前答复相反", "resending_held_back": "暂不再发", "lines_taken": "读入对账单",
    "lines_looked_at_again": "再看流水", "line_resolved": "处理流水", "received": "追回到账", "restored": "由备份恢复",
    "statement_reconciled": "恢复后对账", "account_entered": "录入账户", "account_verified": "核实账户",
    "account_saved": "账号变更", "account_closed": "停用账号", "account_reopened": "启用账号", "password_set": "设定密码",
    "password_changed": "修改密码", "client_made": "新增接口客户端", "client_closed": "停用接口客户端",
    "delegated": "登记代办", "delegation_ended": "代办结束", "assigned": "分派",
    "outage_recorded": "登记公示中断", "run_requested": "请求周期运行", "told": "消息送达情况",
    "gave_up": "不再重发", "tried_again": "重发",
}  # fmt: skip

_JOURNALS: Mapping[str, str] = {
    "accounts": "账号", "api-clients": "接口客户端", "cycle-runs": "周期运行", "outages": "公示中断",
    "restoration": "备份恢复", "telling": "消息",
    "batch": "批次", "payee": "收款账户", "statement": "对账单", "appropriation": "拨款", "case": "案件",
    "recovery": "追回",
}  # fmt: skip

_PEOPLE = ("key", "account", "person", "from", "to", "absent", "deputy", "maker", "editor", "by")
_FIELDS: Mapping[str, str] = {
    "fen": "金额", "before": "此前", "after": "此后", "reference": "流水号", "finding": "认定", "findings": "认定",
    "because": "原因", "unknown": "结果不明", "status": "状态", "reason": "理由", "keys": "支付编号", "key": "账号",
    "fingerprint": "账户指纹", "refused": "不列入", "obligations": "义务", "lines": "笔", "from": "由", "to": "至",
    "bank": "行号", "bank_name": "开户行", "attempts": "支付", "account": "账户", "year": "年度", "windows": "公示期",
    "tries": "次数", "title": "名称", "text": "内容", "stage": "环节", "source": "来源", "resolution": "处理",
    "programme": "专项", "person": "人员", "number": "号", "holder": "户名", "held": "暂缓", "first_day": "首日",
    "last_day": "末日", "first": "首日", "last": "末日", "count": "笔数", "clause": "条款", "carried": "结转",
    "backup": "备份", "outage": "中断", "error": "错误", "name": "姓名", "roles": "角色", "party": "单位", "also": "另改",
    "section": "科室", "provinces": "地区", "programmes": "专项", "content": "内容哈希", "channel": "渠道", "client": "客户端",
    "lifecycle": "程序", "cycle": "年度", "as_of": "截止日", "replaced_by": "改编为", "dropped": "去掉", "batch": "批次",
    "sha256": "文件哈希", "file": "文件", "booked": "记账日", "statement": "对账单", "sent": "已送达", "failed": "未送达",
    "seq": "序号", "ref": "案号", "address": "通知地址", "subject": "统一身份标识", "active": "使用中", "said": "答复",
    "absent": "不在岗人员", "deputy": "代办人", "maker": "编制", "editor": "修改",
    "approvals": "复核人数", "releaser": "放行", "run": "运行", "by": "由",
    "reminder": "提醒", "decision": "决定通知", "supervision": "督办", "alarm": "警报",
}  # fmt: skip


def journal_title(name: str, books: LawBooks) -> str:
    """batch:B-2021-0001 as 批次 B-2021-0001; an appropriation by its regulation's title and year."""
    head, colon, rest = name.partition(":")
    word = _JOURNALS.get(head, head)
    if head == "appropriation":
        key, _, year = rest.rpartition(":")
        titles = {one.regulation.key: one.regulation.title for one in books.lifecycles.values()}
        return f"{word} {titles.get(key, key)} {year}"
    return f"{word} {rest}" if colon else word


def journal_said(data: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Every field that was noted, by its name, numbers of accounts hidden; lists shortened. `names`: of accounts."""
    told = {**data, **{field: names[data[field]] for field in _PEOPLE if data.get(field) in names}}
    return "；".join(f"{_FIELDS.get(name, name)}：{quiet(_value(name, value))}" for name, value in told.items())


def _value(name: str, value: object) -> str:
    if name == "fen" and isinstance(value, int):
        return Money(value).zh
    if isinstance(value, list | tuple):
        return _short("、".join(_value("", one) for one in value) or "无")
    if isinstance(value, dict):
        return _short("，".join(f"{_FIELDS.get(key, key)} {_value(key, one)}" for key, one in value.items()))
    if value is None or value == "":
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return _short(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]}…"
