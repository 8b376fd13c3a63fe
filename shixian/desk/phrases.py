"""Sentences that the desk itself makes (time left, where a stage stands, who can resolve something), in English.

Whole labels are in `english`; here are sentences with something in them. Names, titles and clauses in them stay as they
are. A sentence that matches none stays Chinese: it is the law's, or somebody's own.
"""

from __future__ import annotations

import re
from functools import partial

ROLES = {
    "经办": "officer", "审批": "section head", "财务经办": "finance maker", "财务复核": "finance checker",
    "审计": "auditor", "申报单位": "applicant", "公众": "public", "运维": "operator", "系统管理员": "system administrator",
    "安全管理员": "security administrator", "审计管理员": "audit administrator", "系统": "system", "无角色": "no role",
}  # fmt: skip
PERMISSIONS = {
    "查阅案件": "reading cases", "查阅本单位案件": "reading own cases", "核验记录": "verifying records", "立案": "opening cases",
    "记录申报方行为": "recording acts of applicants", "记录经办机关行为": "recording acts of the office",
    "作出审批": "approving", "提出异议": "objecting", "查看异议人身份": "looking at objectors' identity",
    "销毁身份信息": "erasing identities", "设定年度通知参数": "setting yearly calls", "作出勘误": "errata",
    "运行周期处理": "running cycles", "导入既往记录": "taking over earlier records", "编制拨付批次": "making batches",
    "复核拨付批次": "approving batches", "放行拨付批次": "releasing batches", "管理账号与角色": "managing accounts",
    "管理系统": "managing the system", "查阅日志": "reading logs",
}  # fmt: skip

_PHRASES: tuple[tuple[str, str], ...] = (
    (r"余\s?(\d+)\s?日(（暂定）)?", r"\1 days left"),
    (r"余 (\d+) 个工作日（(\d+) 日）", r"\1 working days left (\2 days)"),
    (r"今日届满(?:（24时止）)?(?:（暂定）)?", "ends today at 24:00"),
    (r"已过(\d+)日(?:（暂定）)?", r"\1 days past"),
    (r"已过 (\d+) 日，待处理", r"\1 days past, to be dealt with"),
    (r"条文未定期限，或待查明", "no deadline in the text, or a fact to establish"),
    (r"已办 (.+)", r"done \1"),
    (r"至 (.+)", r"until \1"),
    (r"逾期 (.+)", r"overdue \1"),
    (r"终结 (.+)", r"ended \1"),
    (r"(.+) 开始", r"begun \1"),
    # who can resolve it
    (r"由([^（]+)作出（(.+)）", r"by \1 (recorded by {who}\2)"),
    (r"先由([^（]+)作出“(.+)”（(.+)）", r"first “\2” by \1 (recorded by {who}\3)"),
    (r"先由(.+)办结“(.+)”", r"first \1 finishes “\2”"),
    (r"(.+)由([^（]+)在“(.+)”时填报（(.+)）", r"\1: given by \2 at “\3” (recorded by {who}\4)"),
    (r"(.+)由([^（]+)查明（(.+)）", r"\1: established by \2 (recorded by {who}\3)"),
    (r"年度通知参数由(.+)设定", r"the yearly call: set by {who}\1"),
    (r"额度由年度通知确定：(.+)", r"the quota stands in the yearly call: {who}\1"),
    (r"次数已满，不能再作；记录有误的，由(.+)勘误", r"done as often as it may be; a wrong record is put right by {who}\1"),
    (r"经办机关先决定是否准予逾期办理：(.+)", r"the office first decides whether to allow it late: {who}\1"),
    (r"占用限额的案件退出后才有余额；由(.+)核对", r"a slot is free when a case gives it up; checked by {who}\1"),
    (r"期间自(.+)公布起算，届满不再受理；由(.+)办理", r"the period runs from publication by \1 and then ends; handled by {who}\2"),
    (r"期限已过，不能再延长；逾期如何处理由(.+)决定", r"past, so it cannot be extended; what follows is decided by {who}\1"),
    (r"限制由(.+)作出，届满自行解除，或由作出机关改定（(.+)）", r"the bar was set by \1; it ends by itself or is changed by {who}\2"),
    (r"认为有误的，由(.+)勘误", r"if it is wrong: erratum by {who}\1"),
    (r"“(.+)”（(.+)）无权(.+)", r"“\1” ({who}\2) is not allowed: \3"),
    (r"“(.+)”的办理范围不含本程序", r"this lifecycle is outside the scope of “\1”"),
    (r"没有可付的款项", "nothing can be paid"),
    (r"(.+) 尚未到来，不能按该日编制", r"\1 has not come yet"),
    (r"改按今日或以前的日期", "take today or an earlier day"),
    (r"逐笔处理上表所列原因后，由(.+)编制", r"deal with each reason above; then \1 makes it"),
    (r"“(.+)”没有“(.+)”的权限", r"“\1” is not allowed: \2"),
    (r"(\d+) 项", r"\1 entries"),
)  # fmt: skip
_GROUP = re.compile(r"(\{who\})?\\(\d)")  # {who} marks a group that names roles and, in brackets, people
_COMPILED = tuple((re.compile(pattern), english) for pattern, english in _PHRASES)


def phrase(text: str) -> str | None:
    """The sentence in English; None where the desk did not make it, or only a part of it is known."""
    for pattern, english in _COMPILED:
        found = pattern.fullmatch(text)
        if found is not None:
            return _GROUP.sub(partial(_filled, found), english)
    parts = text.split("；")
    if len(parts) > 1:
        said = [who(part) if _names_roles(part) else phrase(part) for part in parts]
        return "; ".join(one for one in said if one is not None) if all(said) else None
    return who(text) if _names_roles(text) else None


def _filled(found: re.Match[str], mark: re.Match[str]) -> str:
    text = found[int(mark[2])]
    if mark[1]:
        return who(text)
    allowed = [PERMISSIONS.get(one) for one in text.split("、")]
    return ", ".join(one for one in allowed if one is not None) if all(allowed) else text


def _names_roles(text: str) -> bool:
    return all(one in ROLES for one in text.partition("（")[0].split("、"))


def who(text: str) -> str:
    """经办、审批（张三、李四） as officer, section head (张三、李四)."""
    roles, bracket, names = text.partition("（")
    said = ", ".join(ROLES.get(one, one) for one in roles.split("、"))
    if names.startswith("尚无此类账号"):
        return f"{said} (no such account yet; the security administrator makes one)"
    return f"{said} ({names.removesuffix('）')})" if bracket else said
