"""A lifecycle in words: its stages in the order of the graph, with all that is done in them, and its chart.

Pure: a declaration in, text out. The command line, the desk and the documents print what is said here, so that they
cannot say different things. How single clocks and guards are worded is in `wording`; what the text leaves open, and how
it is read, in `silences`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shixian.rules.clauses import walk
from shixian.rules.cohort import ENDS, ROUNDINGS, TIES, score_title
from shixian.rules.conditions import Arithmetic, Condition
from shixian.rules.formulas import Formula
from shixian.rules.lifecycle import (
    Act,
    Closed,
    Cohort,
    Document,
    FormulaCall,
    Lifecycle,
    Limit,
    Outcome,
    Silent,
    Stage,
    Window,
    edge,
    lapses,
)
from shixian.rules.timing import SetByCall
from shixian.rules.wording import Wording, owed, period_words

Others = Mapping[str, Lifecycle]


@dataclass(frozen=True, slots=True)
class ActText:
    """An act in words. `asks` are the facts it must (or may) give, `conditions` what its clauses require."""

    verb: str
    title: str
    by: str
    clause: str
    leads_to: str
    asks: tuple[str, ...]
    documents: tuple[str, ...]
    conditions: tuple[str, ...]
    decides: str
    opens: str
    discretion: bool


@dataclass(frozen=True, slots=True)
class DeadlineText:
    key: str
    title: str
    clause: str
    words: str
    binds: str
    effect: str


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """A way out: the stages it leads to (titles), or how it ends."""

    key: str
    title: str
    clause: str
    leads_to: tuple[str, ...]
    ends: str
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageText:
    """A stage in words, as the regulation would put it."""

    key: str
    title: str
    clause: str
    kind: str
    by: str
    after: str
    guard: str
    documents: tuple[str, ...]
    deadlines: tuple[DeadlineText, ...]
    window: str
    automatic: str
    ranking: str
    acts: tuple[ActText, ...]
    outcomes: tuple[OutcomeText, ...]
    discretion: tuple[str, ...]
    note: str


def in_order(lifecycle: Lifecycle) -> list[Stage]:
    """The stages so that each comes after those it follows; otherwise in the order of the declaration."""
    waiting, placed, result = list(lifecycle.stages), set[str](), list[Stage]()
    while waiting:
        ready = next(stage for stage in waiting if all(edge(text)[0] in placed for text in stage.after))
        waiting.remove(ready)
        placed.add(ready.key)
        result.append(ready)
    return result


def leads_to(lifecycle: Lifecycle, stage: Stage, outcome: Outcome) -> list[Stage]:
    """The stages that an outcome lets open."""
    found = []
    for other in lifecycle.stages:
        for key, named in map(edge, other.after):
            passes = outcome.key in named if named else outcome.closes is None and not outcome.ends_branch
            if key == stage.key and passes:
                found.append(other)
    return found


def stages(lifecycle: Lifecycle, others: Others | None = None) -> list[StageText]:
    """All stages in words, in the order of the graph."""
    words = Wording(lifecycle, others or {})
    return [_stage(words, stage) for stage in in_order(lifecycle)]


def _stage(words: Wording, stage: Stage) -> StageText:
    acts = tuple(_act(words, stage, act) for act in stage.acts)
    silent = [
        f"{clock.title or stage.title}逾期之后如何处理（{clock.clause}未规定）"
        for clock in stage.clocks
        if clock.effect.moves and any(isinstance(what, Silent) for what in lapses(clock.lapse))
    ]
    return StageText(
        key=stage.key,
        title=stage.title,
        clause=stage.clause,
        kind=stage.kind,
        by=stage.by.title,
        after=" 且 ".join(_after(words, text) for text in stage.after),
        guard=words.expression(stage.only_if) if stage.only_if is not None else "",
        documents=tuple(dict.fromkeys(text for act in acts for text in act.documents)),
        deadlines=tuple(
            DeadlineText(
                clock.key,
                clock.title or stage.title,
                clock.clause,
                words.clock(stage, clock),
                clock.binds.value,
                clock.effect.value,
            )
            for clock in stage.clocks
        ),
        window=_window(words, stage.window) if stage.window is not None else "",
        automatic=_automatic(words, stage),
        ranking=_cohort(words, stage, stage.cohort) if stage.cohort is not None else "",
        acts=acts,
        outcomes=tuple(_outcome(words, stage, outcome) for outcome in stage.outcomes),
        discretion=(*(f"{act.title}（{act.by}，{act.clause}）须说明理由" for act in acts if act.discretion), *silent),
        note=stage.note,
    )


def _after(words: Wording, text: str) -> str:
    key, named = edge(text)
    return words.stage(key) + (f"（{'或'.join(words.outcome(key, name) for name in named)}）" if named else "")


def _act(words: Wording, stage: Stage, act: Act) -> ActText:
    limits = [limit_words(words, limit) for limit in act.limits]
    if act.at_most is not None:
        limits.append(f"至多{act.at_most}次（{act.clause}）")
    if act.window:
        limits.append(f"仅在公示期内（{act.clause}）")
    limits += [f"{words.fact(name)}不在限制申报、提名的期间内（依限制所据条款）" for name in act.unbarred]
    return ActText(
        verb=act.verb,
        title=act.title,
        by="、".join(actor.title for actor in act.by) + ("（审批）" if act.head else ""),
        clause=act.clause,
        leads_to=words.outcome(stage.key, act.outcome) if act.outcome else "",
        asks=(*map(words.fact, act.inputs), *(f"{words.fact(name)}（可选）" for name in act.optional)),
        documents=tuple(document_words(words, document) for document in act.documents),
        conditions=(*(condition_words(words, condition) for condition in act.conditions), *limits),
        decides=_decides(words, act),
        opens=f"{words.programme(act.opens.lifecycle)}（{act.opens.clause}）" if act.opens else "",
        discretion=act.discretion,
    )


def _decides(words: Wording, act: Act) -> str:
    decides = act.decides
    if decides is None:
        return ""
    parts = [f"{decides.title}（{decides.clause}）"]
    if isinstance(decides.amount, FormulaCall):
        parts.append(f"按公式“{decides.amount.formula.title}”计算")
    elif decides.amount is not None:
        parts.append(f"数额为{words.expression(decides.amount)}")
    if decides.ceiling is not None:
        parts.append(f"不超过公式“{decides.ceiling.formula.title}”（{decides.ceiling.formula.clause}）")
    if decides.grade is not None:
        what = "得分" if isinstance(decides.grade, Arithmetic) else "等级"
        parts.append(f"{what}为{words.expression(decides.grade)}")
    parts += [f"使用{words.quota(quota)}（{quota.clause}）" for quota in decides.draws]
    for owes in decides.owes:
        due = words.timing(owes.due) if owes.due is not None else "支付期限条文未规定"
        due += "，由其自行拨付，不列入本专项的拨付批次" if owes.elsewhere else ""
        parts.append(
            f"{owed(owes.debtor, owes.direction, words.expression(owes.payee))}第{owes.sequence}期（{owes.clause}），{due}"
        )
    return "；".join(parts)


def condition_words(words: Wording, condition: Condition) -> str:
    """What a clause requires, and what is compared, unless that is the same words again."""
    compared = words.expression(condition.test)
    said = compared in (condition.text, f"{condition.text}为是")
    return f"{condition.text}{'' if said else f'：{compared}'}（{condition.clause}）"


def document_words(words: Wording, document: Document) -> str:
    only = f"，仅限{words.expression(document.only_if)}" if document.only_if is not None else ""
    return f"{document.title}（{document.clause}{only}）"


def limit_words(words: Wording, limit: Limit) -> str:
    scope = "、".join(words.expression(part) for part in limit.scope)
    cycle = f"每{words.lifecycle.cycle_title}" if limit.per_cycle else "累计"
    only = f"，仅限{words.expression(limit.only_if)}" if limit.only_if is not None else ""
    return f"{limit.text}：按{scope}，{cycle}至多{limit.at_most}件{only}（{limit.clause}）"


def _window(words: Wording, window: Window) -> str:
    length = (
        words.parameter(window.length.parameter)
        if isinstance(window.length, SetByCall)
        else period_words(window.length)
    )
    text = f"公示期：{length}，自实际公布起，至末日24时（{window.clause}）"
    if window.objections is None:
        return f"{text}；条文未设异议程序"
    who = window.objector.title if window.objector else "任何单位和个人"
    asks = [words.fact(name) for name in window.objection_inputs]
    opened = words.lifecycles.get(window.objections.lifecycle)
    if opened is not None:
        asks = [Wording(opened, words.lifecycles).fact(name) for name in window.objection_inputs]
    asks += [document_words(words, document) for document in window.objection_documents]
    given = f"，须提供{'、'.join(asks)}" if asks else ""
    clause = window.objection_clause or window.clause
    return f"{text}；期内{who}可提出异议{given}，引起{words.programme(window.objections.lifecycle)}（{clause}）"


def _automatic(words: Wording, stage: Stage) -> str:
    if stage.automatic is None:
        return ""
    automatic = stage.automatic
    other = words.outcome(stage.key, automatic.otherwise) if automatic.otherwise else "等待"
    passed = words.outcome(stage.key, automatic.outcome)
    return f"{words.expression(automatic.ready)}的，自动{passed}；否则{other}（{automatic.clause}）"


def _cohort(words: Wording, stage: Stage, cohort: Cohort) -> str:
    group = f"按{'、'.join(words.fact(name) for name in cohort.group_by)}分组，" if cohort.group_by else ""
    inside, outside = (words.outcome(stage.key, key) for key in (cohort.inside, cohort.outside))
    readings = f"，读法 {'、'.join(cohort.readings)}" if cohort.readings else ""
    how = f"名额不足一个的部分{ROUNDINGS[cohort.rounding]}，{TIES[cohort.ties]}{readings}"
    share = f"{ENDS[cohort.end]}{cohort.share}为“{inside}”，其余“{outside}”"
    score = score_title(words.lifecycle, cohort)
    when = f"本{words.lifecycle.cycle_title}全部案件到齐后，由{stage.by.title}（审批）"
    return f"{when}{group}按{score}排序，{share}；{how}（{cohort.clause}）"


def _outcome(words: Wording, stage: Stage, outcome: Outcome) -> OutcomeText:
    ends = f"终结：{outcome.closes.text}" if outcome.closes else "本支结束" if outcome.ends_branch else ""
    if outcome.carries_over:
        ends = f"{ends}转入下一{words.lifecycle.cycle_title}"
    consequences = (*outcome.consequences, *(outcome.closes.consequences if outcome.closes else ()))
    return OutcomeText(
        key=outcome.key,
        title=outcome.title,
        clause=(outcome.closes and outcome.closes.clause) or outcome.clause or stage.clause,
        leads_to=tuple(other.title for other in leads_to(words.lifecycle, stage, outcome)),
        ends=ends,
        consequences=tuple(words.consequence(what) for what in consequences),
    )


def formulas(lifecycle: Lifecycle) -> list[Formula]:
    """The formulas of a lifecycle: those it names, then those that only its acts call."""
    called = [node for _, node in walk(lifecycle) if isinstance(node, Formula)]
    return list({formula.name: formula for formula in (*lifecycle.formulas, *called)}.values())


_SHAPES = {"公示": ("([", "])"), "关口": ("{{", "}}"), "会议": ("[/", "/]")}


def chart(lifecycle: Lifecycle, others: Others | None = None) -> str:
    """The graph as a Mermaid flowchart: every stage with its clause, every way out, lapses dotted."""
    words = Wording(lifecycle, others or {})
    lines, ends = ["flowchart TD"], dict[str, str]()

    def end(text: str) -> str:
        return ends.setdefault(text, f"end{len(ends) + 1}")

    for stage in in_order(lifecycle):
        opening, closing = _SHAPES.get(stage.kind, ("[", "]"))
        label = [stage.title, stage.clause]
        if stage.only_if is not None:
            label.append(f"仅限{words.expression(stage.only_if)}")
        lines.append(f"  s_{stage.key}{opening}{_quoted('<br/>'.join(map(_escaped, label)))}{closing}")
    for stage in in_order(lifecycle):
        for outcome in stage.outcomes:
            targets = [f"s_{other.key}" for other in leads_to(lifecycle, stage, outcome)]
            if outcome.closes is not None:
                targets = [end(f"终结：{outcome.closes.text}")]
            elif outcome.ends_branch and not targets:
                targets = [end(f"{outcome.title}")]
            lines += [f"  s_{stage.key} -->|{_quoted(_escaped(outcome.title))}| {target}" for target in targets]
        for clock in stage.clocks:
            for what in lapses(clock.lapse):
                if isinstance(what, Closed):
                    label_text = _escaped(f"逾期 {what.clause or clock.clause}")
                    lines.append(f"  s_{stage.key} -.->|{_quoted(label_text)}| {end(f'终结：{what.text}')}")
    lines += [f"  {key}(({_quoted(_escaped(text))}))" for text, key in ends.items()]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")


def _quoted(text: str) -> str:
    return f'"{text}"'
