"""One function for each kind of change. Each is asked of every node and yields what could be changed there."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from tests.mutation.changes import (
    CLAUSE_KEYWORDS,
    CLOCKS,
    COMPARISONS,
    ELEMENTS,
    FORMULAS,
    LEFT_OUT,
    LISTED_CALLS,
    MEMBERS,
    METHODS,
    MONEY_CALLS,
    NEGATED,
    NO_CLAUSE,
    OPERATORS,
    OTHER_TEXT,
    PERIODS,
    Change,
    short,
)
from tests.mutation.known import Known
from tests.mutation.text import Text, called, is_clause, keyword, string

Above = tuple[ast.AST, ...]
Mutator = Callable[[ast.AST, Above, Text, Known], Iterator[Change]]

_RATE = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>%|‰|倍|/[0-9]+)")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PERIOD = re.compile(r"(?P<number>[0-9]+)(?P<unit>个?工作日|日|天|个月|月|年)")
_MONEY = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>元|千元|万元|百万元|千万元|亿元)")
_OTHER_UNIT = {
    "个工作日": "日",
    "工作日": "日",
    "日": "个工作日",
    "天": "个工作日",
    "个月": "年",
    "月": "年",
    "年": "个月",
}


def _swap(
    kind: str, text: Text, node: ast.AST, new: str, shown: str | None = None, inside: ast.AST | None = None
) -> Change:
    """Put `new` in the place of a node, telling the reader what it stands in (`inside`) when given."""
    return Change(
        kind, *text.span(node), new, short(text.of(node)), shown or short(new), short(text.of(inside)) if inside else ""
    )


def _call_above(above: Above) -> ast.Call | None:
    return next((node for node in reversed(above) if isinstance(node, ast.Call)), None)


def _around(above: Above, text: Text) -> ast.AST | None:
    """The largest piece around a value that a reader takes in at a glance."""
    best = None
    for node in reversed(above):
        if not isinstance(node, ast.expr | ast.keyword) or len(text.of(node)) > 60:
            break
        best = node
    return best


def _step(number: str) -> tuple[str, str]:
    """One down and one up in the last place that is written."""
    value = Decimal(number)
    step = Decimal(1).scaleb(int(value.as_tuple().exponent))
    return str(value - step), str(value + step)


def numbers(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """Whole numbers: one less, one more; sums of money also ten times as much."""
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or not isinstance(node.value, int):
        return
    parent = above[-1] if above else None
    if isinstance(parent, ast.Subscript) or (isinstance(parent, ast.Call) and called(parent) == "date"):
        return
    call = _call_above(above)
    money = call is not None and (called(call) in MONEY_CALLS or node.value >= 1000)
    inside = _around(above, text)
    for value in (node.value - 1, node.value + 1, *((node.value * 10,) if money and node.value else ())):
        yield _swap("money" if money else "number", text, node, str(value), inside=inside)


def written_numbers(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """Numbers written as text: "8%", "1.3倍", "3/4", "0.5", "5个工作日", "500万元"."""
    value = string(node)
    if value is None or (isinstance(above[-1], ast.keyword) and above[-1].arg in CLAUSE_KEYWORDS):
        return
    call = _call_above(above)
    inside = _around(above, text)
    for pattern, kind in ((_RATE, "rate"), (_PERIOD, "number"), (_MONEY, "money"), (_PLAIN, "number")):
        match = pattern.fullmatch(value)
        if match is None:
            continue
        number = match[0] if pattern is _PLAIN else match["number"]
        unit = value.removeprefix(number)
        if call is not None and called(call) in MONEY_CALLS:
            kind = "money"
        for other in (*_step(number), *((str(Decimal(number) * 10),) if kind == "money" else ())):
            if Decimal(other) >= 0:
                yield _swap(kind, text, node, f'"{other}{unit}"', inside=inside)
        if pattern is _PERIOD:
            yield _swap("unit", text, node, f'"{number}{_OTHER_UNIT[unit]}"', inside=inside)
        return


def units(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """days(10) becomes working_days(10), months(2) days(2)..."""
    if isinstance(node, ast.Call) and called(node) in PERIODS and len(node.args) == 1:
        for other in PERIODS[called(node)]:
            yield _swap("unit", text, node.func, f"_mutant_{other}", other, inside=node)


def members(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """Effect.RIGHT_LOST, Binds.PARTY, Rounding.DOWN, Roll.NONE, Unit.DAYS become another of their kind."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in MEMBERS:
        kind, others = MEMBERS[node.value.id]
        for other in others.get(node.attr, ()):
            yield _swap(kind, text, node, f"{node.value.id}.{other}")


def dates(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """A day becomes the day before and the day after."""
    if not isinstance(node, ast.Call) or called(node) != "date" or len(node.args) != 3:
        return
    parts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, int)]
    if len(parts) != 3:
        return
    ordinal = date(*parts).toordinal()
    name = above[-1].arg if isinstance(above[-1], ast.keyword) else None
    for near in (date.fromordinal(ordinal - 1), date.fromordinal(ordinal + 1)):
        new = f"{text.of(node.func)}({near.year}, {near.month}, {near.day})"
        yield _swap("date", text, node, new, inside=above[-1] if name else None)


def comparisons(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for left, right in zip((node.left, *node.comparators), node.comparators, strict=False):
            yield from _operator(COMPARISONS, left, right, node, text)
    elif isinstance(node, ast.BinOp):
        yield from _operator(OPERATORS, node.left, node.right, node, text)
    elif isinstance(node, ast.BoolOp):
        words = {"and": ("condition", "or"), "or": ("condition", "and")}
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from _operator(words, left, right, node, text)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.Not):
        yield _swap("condition", text, node, f"({text.of(node.operand)})")
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        end = text.span(node.func)[1]
        start, other = end - len(node.func.attr), METHODS[node.func.attr]
        yield Change("condition", start, end, other, node.func.attr, other, short(text.of(node)))
    elif isinstance(node, ast.Call) and called(node) == "is_one_of" and len(node.args) > 1:
        yield from _drop_elements("condition", node, node.args, text)
    elif isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield _swap("formula", text, node.test, f"not ({text.of(node.test)})")


def _operator(
    table: dict[str, tuple[str, str]], left: ast.AST, right: ast.AST, whole: ast.AST, text: Text
) -> Iterator[Change]:
    start, end = text.span(left)[1], text.span(right)[0]
    gap = text.data[start:end].decode()
    match = re.search(r"[<>=!]=|[<>&|+\-*/]+|\b(?:and|or)\b", gap)
    if match is not None and match[0] in table:
        kind, other = table[match[0]]
        at = start + len(gap[: match.start()].encode())
        yield Change(kind, at, at + len(match[0]), other, match[0], other, short(text.of(whole)))


def truths(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """True becomes False: `discretion`, `ends_branch`, `window`, `required`... and what conditions compare with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        named = above[-1] if isinstance(above[-1], ast.keyword) else None
        yield _swap(
            "flag" if named else "condition", text, node, str(not node.value), inside=named or _around(above, text)
        )


def clauses(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    value, parent = string(node), above[-1] if above else None
    cited = isinstance(parent, ast.keyword) and parent.arg in CLAUSE_KEYWORDS
    if value is None or not (cited or is_clause(node)):
        return
    call = _call_above(above)
    of_fact = call is not None and (called(call).endswith("_fact") or called(call) == "CallParameter")
    subject = ""
    if call is not None:
        first = string(call.args[0]) if call.args else string(keyword(call, "key"))
        subject = f"{called(call)}({first})" if first and first != value else called(call)
    change = _swap("fact_clause" if of_fact else "clause", text, node, f'"{NO_CLAUSE}"')
    yield Change(change.kind, change.start, change.end, change.text, value, NO_CLAUSE, subject)


def anchors(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """What a clock counts from."""
    if not isinstance(node, ast.Call):
        return
    where = keyword(node, "anchor")
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("after", "before") and node.args:
        where = node.args[0]
    elif called(node) in ("After", "Before") and len(node.args) > 1:
        where = node.args[1]
    anchor = string(where)
    if where is not None and anchor is not None:
        for other in known.other_anchors(anchor):
            yield _swap("anchor", text, where, f'"{other}"', inside=node)


def edges(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """ "check:passed|sent" loses its outcomes, and each of several."""
    value = string(node)
    listed = any(isinstance(each, ast.keyword) and each.arg == "after" for each in above[-2:])
    if value is None or not listed or ":" not in value:
        return
    stage, _, outcomes = value.partition(":")
    several = outcomes.split("|")
    others = [f"{stage}:{'|'.join(o for o in several if o != gone)}" for gone in several] if len(several) > 1 else []
    for other in (*(() if known.same_ways(stage, several) else (stage,)), *others):
        yield _swap("edge", text, node, f'"{other}"')


def elements(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """A tuple of documents, conditions, edges... loses one."""
    if not isinstance(node, ast.Tuple | ast.List):
        return
    parent = above[-1]
    kind = ELEMENTS.get(parent.arg or "") if isinstance(parent, ast.keyword) else None
    if kind is not None:
        yield from _drop_elements(kind, node, node.elts, text)
        return
    for index, element in enumerate(node.elts):
        if isinstance(element, ast.Call) and called(element) in LISTED_CALLS:
            yield _without(LISTED_CALLS[called(element)], node, node.elts, index, text)


def _drop_elements(kind: str, node: ast.AST, parts: list[ast.expr], text: Text) -> Iterator[Change]:
    for index, part in enumerate(parts):
        if not isinstance(part, ast.Starred):
            yield _without(kind, node, parts, index, text)


def _without(kind: str, node: ast.AST, parts: list[ast.expr], index: int, text: Text) -> Change:
    rest = ", ".join(text.of(part) for place, part in enumerate(parts) if place != index)
    if isinstance(node, ast.Call):
        new = f"{text.of(node.func)}({rest})"
    else:
        new = f"[{rest}]" if isinstance(node, ast.List) else f"({rest},)" if rest else "()"
    return Change(kind, *text.span(node), new, short(text.of(parts[index])), "left out")


def arguments(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """Arguments that are left out or negated; entries of what a child or a formula is given."""
    if not isinstance(node, ast.Call):
        return
    if called(node) == "later_of" and len(node.args) == 2:
        first, second = node.args
        for kept, gone in ((first, second), (second, first)):
            yield Change("bound", *text.span(node), text.of(kept), short(text.of(gone)), "left out", "later_of")
    for given in node.keywords:
        name = given.arg or ""
        if name in LEFT_OUT and not (isinstance(given.value, ast.Constant) and given.value.value is None):
            yield _call_without(LEFT_OUT[name], node, given, text)
        if name in NEGATED:
            yield _swap("guard", text, given.value, f"~({text.of(given.value)})", shown="negated", inside=given)
        if name in ("facts", "inputs") and isinstance(given.value, ast.Dict):
            pairs = [
                f"{text.of(k)}: {text.of(v)}" for k, v in zip(given.value.keys, given.value.values, strict=True) if k
            ]
            for lost in pairs:
                rest = ", ".join(pair for pair in pairs if pair != lost)
                yield Change("child", *text.span(given.value), f"{{{rest}}}", short(lost), "left out")


def _call_without(kind: str, node: ast.Call, gone: ast.keyword, text: Text) -> Change:
    parts = [text.of(part) for part in (*node.args, *node.keywords) if part is not gone]
    return Change(kind, *text.span(node), f"{text.of(node.func)}({', '.join(parts)})", short(text.of(gone)), "left out")


def lapses(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """A named consequence becomes silence, silence a consequence."""
    if not isinstance(node, ast.Call):
        return
    name, lapse = called(node), keyword(node, "lapse")
    if lapse is None and name in ("party_clock", "term") and len(node.args) > 2:
        lapse = node.args[2]
    closed = f'_mutant_Closed("{OTHER_TEXT}")'
    if lapse is not None:
        silent = (isinstance(lapse, ast.Name) and lapse.id == "SILENT") or (
            isinstance(lapse, ast.Call) and called(lapse) == "Silent"
        )
        yield _swap("lapse", text, lapse, closed if silent else "_mutant_SILENT", "Closed" if silent else "SILENT")
    elif (
        name == "party_clock" or name == "Correction" or (name == "submission" and keyword(node, "within") is not None)
    ):
        parts = [text.of(part) for part in (*node.args, *node.keywords)]
        new = f"{text.of(node.func)}({', '.join([*parts, f'lapse={closed}'])})"
        yield Change("lapse", *text.span(node), new, f"{name}: no lapse, so SILENT", "Closed")
    if name in CLOCKS:
        yield _swap("effect", text, node.func, f"_mutant_{CLOCKS[name]}", CLOCKS[name], inside=None)


def outcomes(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """An act or a lapse leads to another outcome of its stage; a closing has another reason; a count another status."""
    if not isinstance(node, ast.Call):
        return
    name = called(node)
    if name in ("Act", "Automatic", "Goes"):
        where = keyword(node, "outcome") or (node.args[0] if name == "Goes" and node.args else None)
        key = string(where)
        if where is not None and key is not None:
            other = known.other_outcome(key)
            if other is not None:
                yield _swap("outcome", text, where, f'"{other}"', inside=_around((*above, node), text))
            elif name == "Act":
                yield _call_without("outcome", node, next(k for k in node.keywords if k.arg == "outcome"), text)
    if name == "Closed" and (reason := keyword(node, "reason")) is not None and string(reason):
        yield _swap("reason", text, reason, f'"{OTHER_TEXT}"')
    if name == "Children":
        for given in node.keywords:
            if given.arg in ("status", "outcome") and (value := string(given.value)):
                other = {"open": "closed", "closed": "open"}.get(value, OTHER_TEXT)
                yield _swap("condition", text, given.value, f'"{other}"', inside=_around((*above, node), text))
    if name in FORMULAS and name in known.formulas:
        yield _swap("formula", text, node.func, f"_mutant_{FORMULAS[name]}", FORMULAS[name])
    if name == "Owes" and (direction := string(keyword(node, "direction"))):
        yield _swap("decision", text, keyword(node, "direction") or node, '"付"' if direction == "追" else '"追"')


def actors(node: ast.AST, above: Above, text: Text, known: Known) -> Iterator[Change]:
    """Another actor does it. A plain stage's `by` only says who is shown: its acts name their own actors."""
    parent = above[-1] if above else None
    if isinstance(parent, ast.Call) and called(parent) in ("Stage", "gate"):
        return
    if isinstance(node, ast.keyword) and node.arg in ("by", "objector") and isinstance(node.value, ast.Name):
        other = known.other_actor(node.value.id)
        if other is not None:
            yield _swap("actor", text, node.value, other, inside=node)


MUTATORS: tuple[Mutator, ...] = (
    numbers,
    written_numbers,
    units,
    members,
    dates,
    comparisons,
    truths,
    clauses,
    anchors,
    edges,
    elements,
    arguments,
    lapses,
    outcomes,
    actors,
)
