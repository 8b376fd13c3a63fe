"""Lines that a person reads about a case: its deadlines, decisions, obligations and refusals, each with its clause.

Of the dictionaries that `shixian.scenarios.report` makes, so that a stored case and a simulated one read alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shixian.rules.explain import Explanation
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.narrate import DEADLINE_STATUS, LISTS, act_title, asked, stage_title
from shixian.rules.wording import owed


def deadline_lines(lifecycle: Lifecycle, item: Mapping[str, Any]) -> list[str]:
    last = item["last_day"] or "尚不能计算"
    doubt = "，暂定" if item["provisional"] else ""
    status = DEADLINE_STATUS.get(item["status"], item["status"])
    title = f"{stage_title(lifecycle, item['stage'])}·{item['title']}"
    head = f"{title}：{last}（{item['effect']}，{status}{doubt}）{item['clause']}"
    return [head, *(f"  {line}" for line in item.get("working", ()))]


def decision_lines(item: Mapping[str, Any]) -> list[str]:
    what = "，".join(
        filter(
            None,
            (
                f"{item['amount']}元" if "amount" in item else "",
                f"{'得分' if item.get('working') else '等级'} {item['grade']}" if "grade" in item else "",
                f"得分 {item['score']}，{item['of']} 个中第 {item['place']} 名" if item.get("of") else "",
            ),
        )
    )
    lines = [f"{item['legal_day']}　{item['title']}：{what or item['outcome']}（{item['clause']}）"]
    lines += [f"    {line}" for line in item.get("working", ())]
    for title, key in (("金额", "tree"), ("上限", "ceiling")):
        if key in item:
            working = Explanation.from_json(item[key]["explanation"]).lines()
            lines += [f"  {title}", *(f"    {line}" for line in dict.fromkeys(working))]
    return lines


def obligation_line(item: Mapping[str, Any]) -> str:
    due = f"{item['due']} 到期" if "due" in item else "条文未规定支付期限"
    what = f"{owed(item['debtor'], item['direction'], item['payee'])} {item['amount']}元"
    return f"{what}，第{item['sequence']}期，{due}（{item['clause']}）"


def refusal_lines(lifecycle: Lifecycle, item: Mapping[str, Any]) -> list[str]:
    where = f"{stage_title(lifecycle, item['stage'])}·" if item["stage"] else ""
    what = act_title(lifecycle, item["stage"], item["do"])
    at = re.sub(r"\.\d+", "", item["at"])  # to the second
    lines = [f"{at}　{where}{what}：{item['because']}（{item['clause']}）"]
    lines += [f"  比较：{text}" for text in item["compared"]]
    lines += [f"  需查明：{'、'.join(asked(lifecycle, name) for name in item['asks'])}"] if item["asks"] else []
    return lines + ([f"  处理办法：{item['remedy']}"] if item["remedy"] else [])


def list_line(item: Mapping[str, Any]) -> str:
    return f"[{LISTS.get(item['list'], item['list'])}] {item['text']}（{item['clause']}）"
