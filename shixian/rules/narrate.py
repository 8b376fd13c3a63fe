"""Narration: each transition of a case as one line a person reads, for the timeline of a case page or a simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shixian.rules.history import withdrawn
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.standing import STANDING_TITLES
from shixian.rules.wording import Wording, owed

STATUS: Mapping[str, str] = {"open": "办理中", "closed": "已终结", "suspended": "中止", "refused": "未予立案"}
DEADLINE_STATUS: Mapping[str, str] = {
    "running": "计算中",
    "asking": "待查明",
    "met": "已履行",
    "lapsed": "已届满",
    "held": "暂定，待人处理",
    "void": "随案终止",
}
LISTS: Mapping[str, str] = {
    "ask": "待查明",
    "decide": "待决定",
    "supervision": "督办",
    "reminder": "提示",
    "provisional": "暂定期限",
    "broken": "未能引起的程序",
}


def stage_title(lifecycle: Lifecycle, key: str) -> str:
    """A stage's title; the key itself where there is no such stage (a refused act may have named anything)."""
    return next((stage.title for stage in lifecycle.stages if stage.key == key), key)


def act_title(lifecycle: Lifecycle, stage: str, verb: str) -> str:
    """An act's title: declared, or one that may be done in any stage; the verb where there is no such act."""
    titles = {act.verb: act.title for item in lifecycle.stages if item.key == stage for act in item.acts}
    return titles.get(verb) or {"open": "立案", "rank": "统一排序", **STANDING_TITLES}.get(verb, verb)


def asked(lifecycle: Lifecycle, name: str) -> str:
    """What an unanswered question asks for: a fact, or (`call:NAME`) a value of the yearly call, by its label."""
    words = Wording(lifecycle)
    return words.parameter(name.removeprefix("call:")) if name.startswith("call:") else words.fact(name)


def event_text(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    """One line for a transition given as `{"kind": ..., **data}`. KeyError for a kind nobody has put into words."""
    words = _KINDS[event["kind"]](lifecycle, event)
    clause = event.get("clause")
    return f"{words}（{clause}）" if clause else words


def _stage(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    return f"“{stage_title(lifecycle, event['stage'])}”" if event.get("stage") else ""


def _clock(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    stage = next((stage for stage in lifecycle.stages if stage.key == event["stage"]), None)
    clocks = stage.clocks if stage else ()
    title = next((clock.title for clock in clocks if clock.key == event["clock"] and clock.title), "")
    own = title if stage and title != stage.title else ""
    return _stage(lifecycle, event) + (own if own.endswith(("期", "期限")) else f"{own}期限")


def _fact(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    declared = next((field for field in lifecycle.facts.fields if field.name == event["name"]), None)
    if declared is None:
        return f"记载 {event['name']}"
    return f"记载{declared.label}：{'已封存' if declared.sealed else declared.format(declared.parse(event['value']))}"


def _act(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    actor = lifecycle.actor(event["by"])
    reason = f"，理由：{event['reason']}" if event.get("reason") else ""
    return f"{_stage(lifecycle, event)}{actor.title if actor else event['by']}：{event['title']}{reason}"


def _document(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    wanted = event.get("document")
    found = (d for stage in lifecycle.stages for act in stage.acts for d in act.documents if d.key == wanted)
    document = next(found, None)
    return f"收到材料：{document.title if document else wanted}"


def _refused(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    what = act_title(lifecycle, event.get("stage", ""), event["verb"])
    return f"{_stage(lifecycle, event)}{what}未获接受：{event['because']}"


def _deadline(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    words = _clock(lifecycle, event)
    if not event.get("last_day"):
        return f"{words}尚不能计算"
    what = "延长至" if event.get("extended") else "定为"
    return f"{words}{what} {event['last_day']}" + ("（暂定）" if event.get("provisional") else "")


def _decided(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    parts = [
        f"{event['amount']}元" if event.get("amount") else "",
        f"{'得分' if event.get('working') else '等级'} {event['grade']}" if event.get("grade") else "",
        f"得分 {event['score']}，{event['of']} 个中第 {event['place']} 名" if event.get("of") else "",
    ]
    return f"决定{event['title']}" + "".join(f"，{part}" for part in parts if part)


def _remembered(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    key = str(event["key"])
    kept = key.removesuffix(withdrawn(""))
    said = f"{kept}：{event['subject']}，{event['value']}"
    if kept == key:
        return f"留存记录 {said}"
    return f"撤销 {event['cycle']} {lifecycle.cycle_title}的记录 {said}（原记录保留）"


def _integrity(lifecycle: Lifecycle, event: Mapping[str, Any]) -> str:
    return f"{event['subject']} 记入科研信用记录{'（严重）' if event.get('serious') else ''}：{event['ground']}"


_KINDS: Mapping[str, Callable[[Lifecycle, Mapping[str, Any]], str]] = {
    "case_opened": lambda law, e: f"立案，适用 {e['regulation']}" + (f"，{e['origin']}" if e.get("origin") else ""),
    "fact_recorded": _fact,
    "act_recorded": _act,
    "refused": _refused,
    "document_recorded": _document,
    "stage_opened": lambda law, e: f"{_stage(law, e)}开始",
    "stage_finished": lambda law, e: f"{_stage(law, e)}办结：{e['title']}",
    "stage_skipped": lambda law, e: f"{_stage(law, e)}不适用，跳过",
    "stage_closed_off": lambda law, e: f"{_stage(law, e)}不再到达",
    "deadline_set": _deadline,
    "deadline_met": lambda law, e: f"{_clock(law, e)}内已履行",
    "deadline_lapsed": lambda law, e: f"{_clock(law, e)}届满",
    "deadline_held": lambda law, e: f"{_clock(law, e)}为暂定，不自动处理",
    "deadline_void": lambda law, e: f"{_clock(law, e)}不再计算",
    "window_opened": lambda law, e: f"{_stage(law, e)}开始公示，至 {e['last_day']} 24时",
    "suspended": lambda law, e: f"{_stage(law, e)}期限中止：{e['ground']}",
    "resumed": lambda law, e: f"{_stage(law, e)}期限恢复：{e['ground']}（中止至 {e['last_day']}）",
    "listed": lambda law, e: f"列入{LISTS.get(e['list'], e['list'])}：{e['text']}",
    "unlisted": lambda law, e: "移出待处理清单",
    "decided": _decided,
    "obligation_created": lambda law, e: (
        f"产生义务：{owed(e['debtor'], e['direction'], e['payee'])} {e['amount']}元"
        + ("（由其以自有资金拨付）" if e.get("elsewhere") else "")
    ),
    "limit_claimed": lambda law, e: f"占用限额 {e['limit']}",
    "quota_drawn": lambda law, e: f"使用额度 {e['amount']}元：{e['text']}",
    "child_opened": lambda law, e: f"引起程序 {e['lifecycle']}，案件 {e['ref']}",
    "child_closed": lambda law, e: f"所引起的案件 {e['ref']} 办结：{e['outcome']}",
    "integrity_recorded": _integrity,
    "barred": lambda law, e: (
        f"{e['subject']} 在 {e['last_day'] or '另行决定'} 前不得申报 {e['lifecycle']}：{e['text']}"
    ),
    "bar_end_set": lambda law, e: (
        f"{e['subject']} 在 {e['lifecycle']} 的限制由 {e['before'] or '无终期'} 改至 {e['last_day']}：{e['text']}"
    ),
    "bar_applied": lambda law, e: f"据此不准 {e['subject']} 办理 {e['lifecycle']} 案件 {e['ref']}（{e['act']}）",
    "remembered": _remembered,
    "carried_over": lambda law, e: f"转入 {e['cycle']} {law.cycle_title}",
    "late_allowed": lambda law, e: f"{_stage(law, e)}准予逾期办理",
    "identity_viewed": lambda law, e: "查看已封存的身份信息",
    "identity_erased": lambda law, e: "销毁已封存的身份信息",
    "encoding_changed": lambda law, e: f"勘误：改按编码 {e['to'][:12]} 办理",
    "case_closed": lambda law, e: f"案件终结：{e['text']}",
}
