"""`programmes`, `show`, `readings`, `compute`: the law as declared, read and computed; no case, no database.

What is printed is said by `shixian.rules` (describe, silences); here it is only laid out.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict
from typing import Annotated, Any

from cyclopts import App, Parameter

from shixian import programmes as law
from shixian.commands.output import JsonFlag, print_json, print_section, print_table
from shixian.rules import describe
from shixian.rules.amounts import Amount
from shixian.rules.errors import FormulaError
from shixian.rules.facts import TYPE_TITLES, Field
from shixian.rules.formulas import Formula
from shixian.rules.lifecycle import Lifecycle, Regulation
from shixian.rules.silences import KINDS as SILENCES
from shixian.rules.silences import reading_uses, silences
from shixian.rules.wording import Wording


def register(app: App) -> None:
    """Add the commands that read the law."""
    for command in (programmes, show, readings, compute):
        app.command(command, name=command.__name__)


def programmes(*, as_json: JsonFlag = False) -> None:
    """列出全部程序：名称、文号、施行期间、环节、上级程序。All lifecycles with regulation, force, stages and parent."""
    found = [_summary(lifecycle) for lifecycle in law.catalogue().values()]
    if as_json:
        print_json(found)
        return
    print_table(
        ("程序", "名称", "文号", "施行期间", "环节", "上级程序"),
        [
            (
                item["key"],
                item["title"],
                item["regulation"]["number"],
                item["regulation"]["force"],
                str(len(item["stages"])),
                item["parent"] or "",
            )
            for item in found
        ],
    )


def show(
    key: Annotated[str, Parameter(help="程序 lifecycle key")],
    /,
    *,
    mermaid: Annotated[bool, Parameter(negative="", help="输出 Mermaid 流程图。Print a flowchart.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """对照条文阅读一个程序：环节、期限、公示、出路、裁量、限额、公式、读法。A lifecycle, beside its regulation."""
    lifecycle, others = law.lifecycle(key), law.catalogue()
    if mermaid:
        print(describe.chart(lifecycle, others))
        return
    data = _whole(lifecycle)
    if as_json:
        print_json(data)
        return
    print(f"{lifecycle.title}（{lifecycle.key}）")
    for line in data["regulation"]["words"]:
        print(line)
    for version in data["versions"]:
        print(f"另一版本：{version['number']}，{version['force']}（{version['force_clause']}）")
    print(
        f"适用的版本：{data['legal_event']}当日施行的版本"
        if lifecycle.legal_event != "parent"
        else "适用的版本：随原案件"
    )
    if lifecycle.child_of:
        print(f"上级程序：{Wording(lifecycle, others).programme(lifecycle.child_of)}（{lifecycle.child_of}）")
    stages = describe.stages(lifecycle, others)
    print("\n环节")
    print_table(
        ("", "环节", "条款", "种类", "主体", "前置"),
        [(str(n), s.title, s.clause, s.kind, s.by, s.after or "立案") for n, s in enumerate(stages, 1)],
    )
    everywhere = _everywhere(stages)
    for number, stage in enumerate(stages, 1):
        print_section(f"{number}. {stage.title}〔{stage.key}〕{stage.clause}", _stage_lines(stage, everywhere))
    for act, where in everywhere.items():
        print_section(f"多个环节可作：{act.title}", [f"环节：{'、'.join(where)}", *_act_lines(act)])
    for title, name in (
        ("立案条件", "opening"),
        ("限额", "limits"),
        ("额度", "quotas"),
        ("公式", "formulas"),
        ("读法", "readings"),
        ("由通知确定的事项", "parameters"),
        ("特别规定", "overrides"),
        ("事实", "facts"),
    ):
        print_section(title, [item["words"] for item in data[name]])


def readings(
    key: Annotated[str | None, Parameter(help="程序；不填则全部 lifecycle key; all when left out")] = None,
    /,
    *,
    as_json: JsonFlag = False,
) -> None:
    """条文留白与读法：何处未规定、由谁补足、为何如此读、另一种读法。Silences and readings, and where they bite."""
    chosen = [law.lifecycle(key)] if key else list(law.catalogue().values())
    found = {lifecycle.key: _open_points(lifecycle) for lifecycle in chosen}
    if as_json:
        print_json(found)
        return
    for lifecycle in chosen:
        points = found[lifecycle.key]
        print(f"{lifecycle.title}（{lifecycle.key}，{lifecycle.regulation.number}）")
        print_section("读法", [line for item in points["readings"] for line in _reading_lines(item)])
        print_section(
            "留白",
            [f"[{s['kind_title']}] {s['what']}（{s['clause']}）：{s['settled']}{_used(s)}" for s in points["silences"]],
        )
        print()


def compute(
    programme: Annotated[str, Parameter(help="程序 lifecycle key")],
    formula: Annotated[str | None, Parameter(help="公式；不填则列出 formula name; listed when left out")] = None,
    /,
    *inputs: Annotated[str, Parameter(help="名称=值；金额无单位时为元 name=value; bare numbers are yuan")],
    as_json: JsonFlag = False,
) -> None:
    """按条款公式计算金额，附计算过程。Compute a clause's formula, with its working.

    例 for example: shixian compute sh-matching-funds indirect_cost_ceiling local_grant=500万元
    """
    lifecycle = law.lifecycle(programme)
    if formula is None:
        _list_formulas(lifecycle, as_json)
        return
    found = _formula(lifecycle, formula)
    amount = found.compute(_values(found, inputs), bare_unit="yuan")
    read = [_reading(reading) for reading in lifecycle.readings if reading.key in amount.readings]
    if as_json:
        print_json(_computed(lifecycle, found, amount) | {"readings_in_words": read})
        return
    print(f"{found.title}（{found.clause}）：{amount.yuan_text}元（{amount.money.capital}）")
    print_section("计算过程", amount.working)
    print_section("读法", [line for item in read for line in _reading_lines(item)])


def regulation_json(regulation: Regulation) -> dict[str, Any]:
    """A regulation as JSON values; `words` is how the text output introduces it."""
    until = regulation.in_force_to
    force = f"{regulation.in_force_from} 至 {until or '（未定）'}"
    words = [
        f"{regulation.title}（{regulation.number}）",
        f"制定机关：{'、'.join(regulation.issuers)}；{regulation.issued} 印发",
        f"施行期间：{force}（{regulation.force_clause}）",
    ]
    if regulation.successor:
        words.append(
            f"由 {regulation.successor} 替代" + (f"（{regulation.transition}）" if regulation.transition else "")
        )
    return {
        "key": regulation.key,
        "title": regulation.title,
        "number": regulation.number,
        "issuers": list(regulation.issuers),
        "issued": regulation.issued.isoformat(),
        "in_force_from": regulation.in_force_from.isoformat(),
        "in_force_to": until.isoformat() if until else None,
        "force": force,
        "force_clause": regulation.force_clause,
        "successor": regulation.successor,
        "transition": regulation.transition,
        "words": words,
    }


def _summary(lifecycle: Lifecycle) -> dict[str, Any]:
    return {
        "key": lifecycle.key,
        "title": lifecycle.title,
        "regulation": regulation_json(lifecycle.regulation),
        "stages": [stage.key for stage in describe.in_order(lifecycle)],
        "parent": lifecycle.child_of,
    }


def _whole(lifecycle: Lifecycle) -> dict[str, Any]:
    """Everything `show` says, as JSON values; `words` of each item is what the text output prints."""
    others = law.catalogue()
    words = Wording(lifecycle, others)
    limits = {limit.key: limit for limit in lifecycle.opening_limits}
    limits |= {limit.key: limit for stage in lifecycle.stages for act in stage.acts for limit in act.limits}
    decided = (act.decides for stage in lifecycle.stages for act in stage.acts if act.decides is not None)
    quotas = {quota.key: quota for decides in decided for quota in decides.draws}
    points = _open_points(lifecycle)
    return _summary(lifecycle) | {
        "versions": [regulation_json(version) for version in lifecycle.versions],
        "legal_event": words.anchor(lifecycle.legal_event),
        "actors": [{"key": actor.key, "title": actor.title, "side": actor.side.value} for actor in lifecycle.actors],
        "stages": [asdict(stage) for stage in describe.stages(lifecycle, others)],
        "opening": [
            {"key": c.key, "clause": c.clause, "words": describe.condition_words(words, c)} for c in lifecycle.opening
        ],
        "limits": [
            {"key": key, "clause": limit.clause, "at_most": limit.at_most, "words": describe.limit_words(words, limit)}
            for key, limit in limits.items()
        ],
        "quotas": [
            {"key": key, "clause": quota.clause, "words": f"{words.quota(quota)}（{quota.clause}）"}
            for key, quota in quotas.items()
        ],
        "formulas": [_formula_json(formula) for formula in describe.formulas(lifecycle)],
        "readings": [
            item | {"words": f"〔{item['key']}〕{item['chosen']}（{item['clause']}）"} for item in points["readings"]
        ],
        "silences": points["silences"],
        "parameters": [
            {
                "name": parameter.field.name,
                "clause": parameter.field.clause,
                "why": parameter.why,
                "words": f"{parameter.field.label}〔{parameter.field.name}〕（{parameter.field.clause}）：{parameter.why}",
            }
            for parameter in lifecycle.parameters
        ],
        "overrides": [
            {
                "rule": override.rule,
                "clause": override.clause,
                "words": f"{words.stage(override.stage)}的期限 {override.clock}：以{override.clause}代替一般规定（{override.rule}）",
            }
            for override in lifecycle.overrides
        ],
        "facts": [
            {
                "name": field.name,
                "label": field.label,
                "type": field.type.value,
                "clause": field.clause,
                "required": field.required,
                "choices": dict(field.choices),
                "words": _fact_words(field),
            }
            for field in lifecycle.facts.fields
        ],
    }


def _fact_words(field: Field) -> str:
    how = "、".join(f"{label}（{key}）" for key, label in field.choices) or TYPE_TITLES[field.type]
    return f"{field.label}〔{field.name}〕{how}　{field.clause}" + ("　立案必填" if field.required else "")


def _everywhere(stages: list[describe.StageText]) -> dict[describe.ActText, list[str]]:
    """Acts that three stages or more allow in the same words, with those stages: said once, after all stages."""
    found: dict[describe.ActText, list[str]] = {}
    for stage in stages:
        for act in stage.acts:
            found.setdefault(act, []).append(stage.title)
    return {act: where for act, where in found.items() if len(where) >= 3 and not act.leads_to}


def _act_lines(act: describe.ActText) -> list[str]:
    lines = [
        f"行为：{act.title}〔{act.verb}〕由{act.by}（{act.clause}）" + (f"→ {act.leads_to}" if act.leads_to else "")
    ]
    lines += [f"  填写：{'、'.join(act.asks)}"] if act.asks else []
    lines += [f"  条件：{text}" for text in act.conditions]
    lines += [f"  决定：{act.decides}"] if act.decides else []
    return lines + ([f"  引起：{act.opens}"] if act.opens else [])


def _stage_lines(stage: describe.StageText, everywhere: Container[describe.ActText]) -> list[str]:
    """What is said below a stage's heading, a line each, with nothing said twice."""
    lines = [f"仅限：{stage.guard}"] if stage.guard else []
    lines += [f"材料：{text}" for text in stage.documents]
    for deadline in stage.deadlines:
        title = f"{deadline.title}，" if deadline.title != stage.title else ""
        lines.append(f"期限：{title}{deadline.words}（{deadline.clause}）")
    lines += [stage.window] if stage.window else []
    lines += [f"自动：{stage.automatic}"] if stage.automatic else []
    lines += [f"统一排序：{stage.ranking}"] if stage.ranking else []
    for act in stage.acts:
        lines += _act_lines(act) if act not in everywhere else []
    for outcome in stage.outcomes:
        where = "；".join(filter(None, ("、".join(outcome.leads_to), outcome.ends)))
        lines.append(f"结果：{outcome.title}〔{outcome.key}〕→ {where}（{outcome.clause}）")
        lines += [f"  后果：{text}" for text in outcome.consequences]
    lines += [f"裁量：{text}" for text in stage.discretion]
    return lines + ([f"说明：{stage.note}"] if stage.note else [])


def _reading(reading: Any) -> dict[str, Any]:
    return asdict(reading) | {"since": reading.since.isoformat()}


def _open_points(lifecycle: Lifecycle) -> dict[str, list[dict[str, Any]]]:
    return {
        "readings": [_reading(reading) | {"used": list(used)} for reading, used in reading_uses(lifecycle)],
        "silences": [
            asdict(silence) | {"used": list(silence.used), "kind_title": SILENCES[silence.kind]}
            for silence in silences(lifecycle, law.catalogue())
        ],
    }


def _used(item: dict[str, Any]) -> str:
    return f"　用于：{'、'.join(item['used'])}" if item["used"] else "　（未见引用）"


def _reading_lines(item: dict[str, Any]) -> list[str]:
    lines = [
        f"〔{item['key']}〕{item['clause']}　{item['question']}",
        f"  采用：{item['chosen']}",
        f"  理由：{item['because']}",
    ]
    lines += [f"  另一读法：{item['otherwise']}"] if item["otherwise"] else []
    lines.append(f"  由{item['chosen_by']}选定，自 {item['since']} 起" + (_used(item) if "used" in item else ""))
    return lines


def _formula_json(formula: Formula) -> dict[str, Any]:
    expected = "；".join(item.expected for item in formula.inputs) or "无输入"
    return {
        "name": formula.name,
        "title": formula.title,
        "clause": formula.clause,
        "inputs": [asdict(item) | {"choices": list(item.choices)} for item in formula.inputs],
        "words": f"{formula.title}〔{formula.name}〕（{formula.clause}）：{expected}",
    }


def _list_formulas(lifecycle: Lifecycle, as_json: bool) -> None:
    found = [_formula_json(formula) for formula in describe.formulas(lifecycle)]
    if as_json:
        print_json(found)
    elif found:
        for item in found:
            print(item["words"])
    else:
        print(f"{lifecycle.title}没有公式")


def _formula(lifecycle: Lifecycle, name: str) -> Formula:
    known = {formula.name: formula for formula in describe.formulas(lifecycle)}
    if name not in known:
        have = "；".join(f"{formula.title}（{formula.name}）" for formula in known.values()) or "没有公式"
        raise FormulaError(f"{lifecycle.key} 没有名为 {name} 的公式", remedy=f"可用的有：{have}")
    return known[name]


def _values(formula: Formula, inputs: tuple[str, ...]) -> dict[str, object]:
    values: dict[str, object] = {}
    for text in inputs:
        name, given, value = text.partition("=")
        if not given or not name.strip():
            raise FormulaError(f"“{text}”不是“名称=值”的写法", remedy="例如 local_grant=500万元")
        if name.strip() in values:
            raise FormulaError(f"输入 {name.strip()} 给出了两次", clause=formula.clause, remedy="每项只写一次")
        values[name.strip()] = value.strip()
    return values


def _computed(lifecycle: Lifecycle, formula: Formula, amount: Amount) -> dict[str, Any]:
    return {
        "programme": lifecycle.key,
        "formula": formula.name,
        "title": formula.title,
        "clause": formula.clause,
        "regulation": lifecycle.regulation.number,
        "amount": amount.yuan_text,
        "fen": amount.money.fen,
        "working": amount.working,
        "readings": list(amount.readings),
        "tree": amount.explanation.to_json(),
    }
