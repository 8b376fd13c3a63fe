"""Recomputing decisions: the auditor's act. Each stored amount is worked out again and compared with what is stored.

Two questions a decision: do the inputs in its tree, put through the formula of its own encoding, give the stored
tree; and are those inputs the facts that the case had when it was decided. A formula that has changed since the
case's encoding is never used: the decision is then listed as one that cannot be recomputed here, with the reason.
Nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select

from models import case_file, decision, encoding, event, obligation
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.work import looking
from shixian.rules import canonical
from shixian.rules.amounts import Amount
from shixian.rules.conditions import Expression, words
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.errors import FormulaError, MoneyError, ShixianError
from shixian.rules.explain import Explanation
from shixian.rules.facts import NONE, UNKNOWN
from shixian.rules.formulas import Formula
from shixian.rules.lifecycle import Decides, FormulaCall, Lifecycle
from shixian.rules.money import Money
from shixian.rules.periods import end_of
from shixian.rules.state import Case, Progress, Transition, apply

_TOGETHER = 200
_NO_INSTANT = end_of(date(2000, 1, 1))  # nothing is recorded here
_ELSEWHERE = ("register", "parent", "call:")
"""What an input may rest on besides the case itself: it may have changed since, so the tree's own input is taken."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A decision that does not come out as stored. `cause` says what differs; `stored`, `found` are the two results."""

    case: str
    decision: str
    title: str
    clause: str
    legal_day: str
    stored: str
    found: str
    cause: str


@dataclass(slots=True)
class Recomputed:
    """How many decisions were looked at, worked out again by formula, or compared with the stated fact or grade;
    `left` are those that cannot be recomputed here, with the reason."""

    decisions: int = 0
    formulas: int = 0
    stated: int = 0
    plain: int = 0
    differences: list[Difference] = field(default_factory=list)
    left: list[Difference] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return self.decisions > 0 and not self.differences

    def lines(self) -> list[str]:
        """For a person."""
        said = [
            f"重算：决定 {self.decisions} 件，按公式重算 {self.formulas} 项，与所载事实或等次比对 {self.stated} 项，"
            f"没有金额和等次 {self.plain} 件，不能在此重算 {len(self.left)} 件"
        ]
        said += [f"不符：{one.case} {one.title}（{one.clause}）{one.cause}" for one in self.differences]
        said += [f"未重算：{one.case} {one.title}（{one.clause}）{one.cause}" for one in self.left]
        if not self.decisions:
            return [*said, "没有任何决定可以重算，不能视为相符"]
        return [*said, "全部相符" if self.agrees else f"发现 {len(self.differences)} 件不符"]


def recompute(
    engine: Engine, books: LawBooks | None = None, *, year: int | None = None, ref: str | None = None
) -> Recomputed:
    """Work out every stored decision again: all, those of a year by legal day, or those of one case."""
    known = books or default_books()
    result = Recomputed()
    with reading(engine) as connection, looking(engine, books=known, now=_NO_INSTANT) as store:
        pinned, cases = _Pinned(connection, known), _Cases(connection, store.law)
        last = 0, 0
        while rows := _rows(connection, last, ref):
            last = rows[-1]["case_id"], rows[-1]["seq"]
            wanted = [row for row in rows if year is None or row["legal_day"].year == year]
            owed = _owed(connection, wanted)
            for row in wanted:
                _look(cases, pinned, row, owed.get(row["id"], ()), result)
    return result


def _rows(connection: Connection, after: tuple[int, int], ref: str | None) -> list[RowMapping]:
    """Some decisions after one, case by case in the order of their events, so that a case is folded once."""
    own, columns = case_file.c, decision.c
    later = (columns.case_id > after[0]) | ((columns.case_id == after[0]) & (columns.seq > after[1]))
    names = (own.ref.label("case_ref"), own.lifecycle, own.opened, own.parent_ref, own.cycle.label("case_cycle"))
    query = select(decision, *names).join(case_file, own.id == columns.case_id).where(later)
    if ref is not None:
        query = query.where(own.ref == ref)
    return list(connection.execute(query.order_by(columns.case_id, columns.seq).limit(_TOGETHER)).mappings())


def _owed(connection: Connection, rows: list[RowMapping]) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    query = select(obligation.c.decision_id, obligation.c.sequence, obligation.c.fen)
    for row in connection.execute(query.where(obligation.c.decision_id.in_([one["id"] for one in rows]))).mappings():
        found.setdefault(row["decision_id"], []).append(row)
    return found


# -- one decision ------------------------------------------------------------------------------------------------------


def _look(
    cases: _Cases,
    pinned: _Pinned,
    row: RowMapping,
    owed: Any,
    result: Recomputed,
) -> None:
    result.decisions += 1
    stored = "" if row["fen"] is None else Money(row["fen"]).zh
    names = (row["case_ref"], row["key"], row["title"], row["clause"], row["legal_day"].isoformat())

    def differs(cause: str, found: str = "") -> None:
        result.differences.append(Difference(*names, stored or (row["grade"] or ""), found, cause))

    try:
        amount = _read(row["tree"])
        ceiling = _read(row["ceiling"])
    except (ShixianError, KeyError, ValueError, TypeError) as error:
        differs(f"存储的计算过程不能读取或前后不一致：{error}")
        return
    problem = _by_itself(row, amount, ceiling, owed)
    if problem:
        differs(*problem)
        return
    if amount is None and ceiling is None and row["grade"] is None:
        result.plain += 1
        return
    try:
        declared = pinned.declared(row)
        checks = list(_checks(cases, pinned, declared, row, amount, ceiling))
    except Unresolvable as error:
        result.left.append(Difference(*names, stored, "", str(error)))
        return
    for kind, problem in checks:
        result.formulas += kind == "formula"
        result.stated += kind == "stated"
        if problem:
            differs(*problem)
            return


class Unresolvable(Exception):
    """Why a decision cannot be recomputed here; never a difference."""


Problem = tuple[str, str]  # the cause, and what was found instead


def _read(text: str | None) -> Amount | None:
    return None if text is None else Amount.from_json(json.loads(text))


def _by_itself(row: RowMapping, amount: Amount | None, ceiling: Amount | None, owed: Any) -> Problem | None:
    """What is stored must agree with itself before anything is worked out."""
    if amount is not None and amount.money.fen != row["fen"]:
        return f"决定记 {Money(row['fen'] or 0).zh}，其计算过程的结果为 {amount.zh}", amount.zh
    if amount is None and row["fen"] is not None:
        return "决定有金额而没有计算过程", ""
    for name, one in (("金额", amount), ("上限", ceiling)):
        if one is not None and one.explanation.value != one.zh:
            return f"{name}记 {one.zh}，其计算过程写作 {one.explanation.value}", one.explanation.value
    if amount is not None and ceiling is not None and amount.money > ceiling.money:
        return f"金额 {amount.zh} 超过上限 {ceiling.zh}", ceiling.zh
    for one in owed:
        if one["fen"] != row["fen"]:
            return f"第{one['sequence']}期义务为 {Money(one['fen']).zh}，决定为 {Money(row['fen'] or 0).zh}", ""
    return None


def _checks(
    cases: _Cases,
    pinned: _Pinned,
    declared: Decides,
    row: RowMapping,
    amount: Amount | None,
    ceiling: Amount | None,
) -> Iterator[tuple[str, Problem | None]]:
    env = cases.then(row)
    for what, source, stored in (("金额", declared.amount, amount), ("上限", declared.ceiling, ceiling)):
        if stored is None:
            continue
        if source is None:
            raise Unresolvable(f"现行编码对“{row['title']}”没有规定{what}的来源")
        if isinstance(source, FormulaCall):
            pinned.require(row, source.formula)
            yield "formula", _formula(what, source, stored, env)
        else:
            yield "stated", _stated(what, source, stored, env)
    if row["grade"] is not None and declared.grade is not None:
        value = _value(declared.grade, env)
        if value is not None and words(value) != row["grade"]:
            yield "stated", (f"等次（得分）按所载事实为 {words(value)}，存储为 {row['grade']}", words(value))
        else:
            yield "stated", None


def _formula(what: str, source: FormulaCall, stored: Amount, env: CaseEnvironment | None) -> Problem | None:
    """The stored inputs through the formula; then the inputs against the facts of that time."""
    formula = source.formula
    if stored.explanation.name != formula.name:
        return f"{what}不是按公式“{formula.title}”算得（存储的过程为 {stored.explanation.name}）", ""
    inputs: dict[str, Any] = {}
    for item in formula.inputs:
        leaf = next((one for _, one in stored.explanation.walk() if one.origin == f"输入 {item.name}"), None)
        if leaf is None:
            return f"{what}的计算过程缺少输入“{item.label}”", ""
        inputs[item.name] = Amount(Money.parse(leaf.value), leaf.inputs[0]) if leaf.inputs else leaf.value
    try:
        again = formula.compute(inputs)
    except (MoneyError, FormulaError) as error:
        return f"{what}按存储的输入不能算得：{error.message}", ""
    if again.money != stored.money:
        return f"{what}按存储的输入重算为 {again.zh}，存储为 {stored.zh}", again.zh
    if again.to_json() != stored.to_json():
        return f"{what}的结果相同而计算过程不同：{_first_difference(again.explanation, stored.explanation)}", again.zh
    return _inputs(what, source, inputs, env)


def _inputs(what: str, source: FormulaCall, inputs: Mapping[str, Any], env: CaseEnvironment | None) -> Problem | None:
    """Each stored input against what the case's facts were, told apart by the tree that they make."""
    told = source.formula.compute(dict(inputs)).to_json()
    values = {item.name: _value(source.inputs[item.name], env) for item in source.formula.inputs}
    known = {name: value for name, value in values.items() if value is not None}
    together = source.formula.compute({**inputs, **known})
    if together.to_json() == told:
        return None
    for item in source.formula.inputs:
        if item.name not in known:
            continue
        value = known[item.name]
        own = source.formula.compute({**inputs, item.name: value})
        if own.to_json() != told:
            found = f"{what}的输入“{item.label}”存储为 {inputs[item.name]}，当时案卷所载为 {words(value)}"
            return f"{found}；按案卷重算为 {own.zh}", own.zh
    return f"{what}的各项输入与当时案卷所载不同；按案卷重算为 {together.zh}", together.zh


def _stated(what: str, source: Expression, stored: Amount, env: CaseEnvironment | None) -> Problem | None:
    value = _value(source, env)
    if value is None:
        return None
    if not isinstance(value, Money) or Money(value.fen) != stored.money:
        return f"{what}存储为 {stored.zh}，当时案卷所载（{stored.explanation.origin}）为 {words(value)}", words(value)
    return None


def _value(expression: Expression, env: CaseEnvironment | None) -> Any:
    """What the expression gave at the time; None where that rests on more than the case itself, or on nothing known."""
    if env is None:
        return None
    env.looked.clear()
    value = expression.evaluate(env)
    rests = any(one.startswith(_ELSEWHERE) for one in env.looked)
    return None if rests or value is UNKNOWN or value is NONE else value


def _first_difference(one: Explanation, other: Explanation) -> str:
    ours, theirs = dict(one.walk()), dict(other.walk())
    for address in (*ours, *theirs):
        mine, its = ours.get(address), theirs.get(address)
        if mine is None or its is None:
            return f"{address} 只见于{'重算' if its is None else '存储'}"
        if (mine.text, mine.value, mine.clause, mine.origin, mine.reading) != (
            its.text,
            its.value,
            its.clause,
            its.origin,
            its.reading,
        ):
            return f"{address}：重算“{mine.text}”，存储“{its.text}”"
    return "步骤的次序"


# -- the case as it was, and the formulas it is pinned to --------------------------------------------------------------


class _Cases:
    """Cases as they stood when their decisions were recorded; each is folded once, from one decision to the next."""

    def __init__(self, connection: Connection, law: Law) -> None:
        self._connection = connection
        self._law = law
        self._at: tuple[int, int] = (0, 0)
        self._case: Case | None = None

    def then(self, row: RowMapping) -> CaseEnvironment | None:
        """The case before a decision; None when today's declaration cannot read its facts."""
        lifecycle = self._law.lifecycles[row["lifecycle"]]
        number, seq = self._at
        if number != row["case_id"]:
            number, seq = row["case_id"], 0
            self._case = Case(
                row["case_ref"],
                row["lifecycle"],
                "",
                "",
                0,
                row["opened"],
                progress=Progress(),
                parent=row["parent_ref"],
            )
        columns = event.c
        between = (columns.case_id == number, columns.seq >= seq, columns.seq < row["seq"])
        query = select(columns.kind, columns.legal_day, columns.data).where(*between).order_by(columns.seq)
        self._at = number, row["seq"]
        if self._case is None:
            return None
        try:
            for one in self._connection.execute(query):
                apply(self._case, Transition(one.kind, one.legal_day, json.loads(one.data)), lifecycle.facts)
        except (ShixianError, KeyError, ValueError):
            self._case = None
            return None
        return CaseEnvironment(lifecycle, self._case, self._law, act_day=row["legal_day"])


class _Pinned:
    """Declarations and formulas, and whether they are those of a decision's own encoding."""

    def __init__(self, connection: Connection, books: LawBooks) -> None:
        self._connection = connection
        self._books = books
        self._formulas: dict[str, dict[str, Any] | None] = {}

    def declared(self, row: RowMapping) -> Decides:
        """Where the declaration says what the decision decides."""
        lifecycle: Lifecycle | None = self._books.lifecycles.get(row["lifecycle"])
        if lifecycle is None:
            raise Unresolvable(f"没有 {row['lifecycle']} 这一程序的声明")
        acts = [act for stage in lifecycle.stages for act in stage.acts]
        found = [act for act in acts if act.decides is not None and act.decides.key == row["key"]]
        same = [act for act in found if act.outcome == row["outcome"]] or found
        if not same or same[0].decides is None:
            raise Unresolvable(f"现行声明没有“{row['title']}”这一决定（编码 {row['encoding'][:12]}）")
        return same[0].decides

    def require(self, row: RowMapping, formula: Formula) -> None:
        """Unresolvable unless the formula is the same as in the encoding the decision was made under."""
        if row["encoding"] == canonical.encoding(self._books.lifecycles[row["lifecycle"]]):
            return
        formulas = self._of(row["encoding"])
        if formulas is None:
            raise Unresolvable(f"编码 {row['encoding'][:12]} 的规范文本没有保存，不以现行公式代替")
        if formulas.get(formula.name) != canonical.canonical(formula):
            raise Unresolvable(f"公式“{formula.title}”在编码 {row['encoding'][:12]} 之后改过，不以现行公式代替")

    def _of(self, content: str) -> dict[str, Any] | None:
        if content not in self._formulas:
            text = self._connection.scalar(select(encoding.c.text).where(encoding.c.hash == content))
            self._formulas[content] = None if text is None else dict(_formulas(json.loads(text)))
        return self._formulas[content]


def _formulas(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if "formula" in value and "source" in value:
            yield str(value["formula"]), value
        else:
            for one in value.values():
                yield from _formulas(one)
    elif isinstance(value, list):
        for one in value:
            yield from _formulas(one)
