"""The clause index: what in a declaration rests on which clause, and which clauses nothing rests on.

Clauses are written as regulations cite themselves: 第三十九条第一款, 第四十三条至第四十八条, 第五条、第六条, 二（八）, 三.4.
`addresses` reads such a citation; `uses` lists every citation in a lifecycle, formulas included; `index` puts
them beside the articles of the regulation. A citation of another law (《民法典》第二百零三条) is kept apart.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from shixian.rules.formulas import Formula
from shixian.rules.lifecycle import Actor, Automatic, CallParameter, ClauseNote, Clock, Lifecycle, Regulation, Stage

DIGITS = "零一二三四五六七八九"
_PLACES = {"百": 100, "十": 10}

_N = "[〇零一二三四五六七八九十百]+|[0-9]+"
_TOKENS = re.compile(
    rf"(?P<annex>(?P<sheet>附[件表录])\s*(?P<annex_number>{_N})?)"
    rf"|(?P<article>第\s*(?P<a>{_N})\s*条|第\s*(?P<b>{_N})(?=\s*[至到、，~～—–－-])|(?P<c>{_N})\s*条)"
    rf"|(?P<level>第\s*[（(]?(?P<d>{_N})[）)]?\s*[款项目]|[（(](?P<e>{_N})[）)]|[.．](?P<f>{_N})|(?P<g>[0-9]+))"
    rf"|(?P<section>(?P<h>{_N})(?=\s*(?:[（(.．、，,；;至到和及与]|$)))"
    r"|(?P<range>[至到~～—–－-]+)|(?P<list>[、，,；;和及与]|以及)|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
# From such a name on, the articles are another law's; a comma or a stop ends it, 、 and 至 do not.
_OTHER_LAW = re.compile(r"《(?P<title>[^》]*)》|民法典|〔\d{4}〕\s*\d+\s*号")
_OWN_AGAIN = re.compile(r"[；;。，,]|本(?:办法|细则|规定|条例|意见|通知|方案|指南|规则)")


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a regulation: its kind (条, 节 for 二（八）, 项 for （十八）, 附件, or words) and its numbers."""

    kind: str
    numbers: tuple[int, ...] = ()

    def touches(self, other: Address) -> bool:
        """Whether one place lies in the other: 第十条 and 第十条（二） touch, 第十条（一） and 第十条（二） do not."""
        shared = min(len(self.numbers), len(other.numbers))
        return self.kind == other.kind and self.numbers[:shared] == other.numbers[:shared]


def number(text: str) -> int:
    """The number of a Chinese or Arabic numeral below a thousand: 四十三 is 43, 一百零三 is 103. ValueError otherwise."""
    if text.isascii() and text.isdigit():
        return int(text)
    total, digit = 0, None
    for character in text.replace("〇", "零"):
        if character in _PLACES:
            total += (1 if digit is None else digit) * _PLACES[character]
            digit = None
        elif character in DIGITS and digit in (None, 0):
            digit = DIGITS.index(character)
        else:
            raise ValueError(f"not a numeral: {text!r}")
    if not text:
        raise ValueError("not a numeral: ''")
    return total + (digit or 0)


def numeral(value: int) -> str:
    """The Chinese numeral of 1 to 999, as articles are numbered: 43 is 四十三, 103 is 一百零三, 110 is 一百一十."""
    if not 0 < value < 1000:
        raise ValueError(f"no article has the number {value}")
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    words = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{DIGITS[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (DIGITS[ones] if ones else "")


def addresses(text: str, title: str = "") -> tuple[Address, ...]:
    """The places a citation names, ranges spelt out, in order, each once; those of other laws are left out.

    `title` is the regulation's own, which may stand in 《》. Words that are no citation are a place of their own.
    """
    own = _without_other_laws(text, title)
    found: list[Address] = []
    for part in own:
        found.extend(_read(part))
    if not found and text.strip() and not _OTHER_LAW.search(text):
        found.append(Address(text.strip()))
    return tuple(dict.fromkeys(found))


def articles(text: str, title: str = "") -> tuple[Address, ...]:
    """The articles (第N条) that running prose cites; whole articles, for prose is not exact about paragraphs."""
    wanted = [Address("条", (a.numbers[0],)) for a in addresses(text, title) if a.kind == "条" and a.numbers]
    return tuple(dict.fromkeys(wanted))


def _without_other_laws(text: str, title: str) -> Iterator[str]:
    place = 0
    for found in _OTHER_LAW.finditer(text):
        if found.start() < place or (title and found["title"] == title):
            continue
        yield text[place : found.start()]
        again = _OWN_AGAIN.search(text, found.end())
        place = again.end() if again else len(text)
    yield text[place:]


def _read(text: str) -> list[Address]:
    """The addresses of a citation of one law: a small machine over its tokens."""
    found: list[Address] = []
    before = "start"  # what stood before the token: start, place, list, range, other
    for token in _TOKENS.finditer(text):
        kind = str(token.lastgroup if token.lastgroup in ("range", "list", "space", "other") else _kind(token))
        if kind == "space":
            continue
        written = next((token[name] for name in ("annex_number", *"abcdefgh") if token[name]), None)
        try:
            value = number(written) if written else 0
        except ValueError:
            kind = "other"  # 二〇二四, 一二: digits side by side are no numeral
        if kind in ("range", "list", "other"):
            before = kind
            continue
        if kind == "annex":
            found.append(Address(token["sheet"], (value,) if written else ()))
        elif kind == "article":
            _article(found, value, before)
        elif kind == "level":
            _level(found, value, before)
        elif before in ("start", "list", "range"):
            _section(found, value, before)
        before = "place"
    return found


def _kind(token: re.Match[str]) -> str:
    return next(name for name in ("annex", "article", "level", "section") if token[name])


def _article(found: list[Address], value: int, before: str) -> None:
    last = found[-1] if found else None
    if last and last.kind.startswith("附") and before == "place":
        found[-1] = Address(last.kind, (*last.numbers, value))
    elif last and last.kind == "条" and before == "range" and last.numbers[0] < value:
        found.extend(Address("条", (n,)) for n in range(last.numbers[0] + 1, value + 1))
    else:
        found.append(Address("条", (value,)))


def _level(found: list[Address], value: int, before: str) -> None:
    """A paragraph or item: below the last place, or beside it after 、 and 至."""
    if not found:
        found.append(Address("项", (value,)))  # 意见 that number their items through: （十八）
        return
    last = found[-1]
    heading = before == "list" and last.kind == "节" and len(last.numbers) == 1  # 二、（八）
    if before == "place" or heading:
        found[-1] = Address(last.kind, (*last.numbers, value))
    elif before in ("list", "range") and (len(last.numbers) > 1 or last.kind == "项"):
        first = last.numbers[-1] + 1 if before == "range" and last.numbers[-1] < value else value
        found.extend(Address(last.kind, (*last.numbers[:-1], n)) for n in range(first, value + 1))


def _section(found: list[Address], value: int, before: str) -> None:
    last = found[-1] if found else None
    if last and last.kind == "节" and before == "range" and last.numbers[0] < value:
        found.extend(Address("节", (n,)) for n in range(last.numbers[0] + 1, value + 1))
    else:
        found.append(Address("节", (value,)))


@dataclass(frozen=True, slots=True)
class Use:
    """Something that rests on a clause: what kind of thing, in which stage of which lifecycle, and its own name."""

    kind: str
    clause: str
    name: str
    lifecycle: str = ""
    stage: str = ""


KINDS: Mapping[str, str] = {
    "Stage": "环节",
    "Clock": "期限",
    "Extension": "延期",
    "Act": "行为",
    "Document": "材料",
    "Condition": "条件",
    "Limit": "限额",
    "Quota": "额度",
    "Outcome": "结果",
    "Closed": "终结",
    "Window": "公示",
    "Automatic": "关口",
    "Cohort": "同批排序",
    "Decides": "决定",
    "Owes": "支付义务",
    "Formula": "公式",
    "Field": "事实",
    "Reading": "读法",
    "Override": "特别规定",
    "Integrity": "信用记录",
    "Bars": "限制申报",
    "SetsBarEnd": "限制的终期",
    "Remember": "历史记录",
    "Withdraws": "历史记录的撤销",
    "Opens": "引起程序",
}


def walk(lifecycle: Lifecycle) -> Iterator[tuple[Stage | None, Any]]:
    """Every part of the declaration with the stage it stands in; the regulation and the actors are not part of it."""
    for item in fields(lifecycle):
        if item.name not in ("regulation", "versions"):
            yield from _parts(getattr(lifecycle, item.name), None)


def _parts(value: Any, stage: Stage | None) -> Iterator[tuple[Stage | None, Any]]:
    if isinstance(value, tuple | list):
        for item in value:
            yield from _parts(item, stage)
    elif isinstance(value, Mapping):
        yield from _parts(tuple(value.values()), stage)
    elif is_dataclass(value) and not isinstance(value, type | Actor):
        inside = value if isinstance(value, Stage) else stage
        yield inside, value
        if not isinstance(value, Formula):
            for item in fields(value):
                yield from _parts(getattr(value, item.name), inside)


def uses(lifecycle: Lifecycle) -> list[Use]:
    """Every citation in the declaration, each thing once."""
    found: dict[Use, None] = {}
    for stage, node in walk(lifecycle):
        where = stage.key if stage else ""
        if isinstance(node, CallParameter):
            continue  # its field is visited by itself
        clause = getattr(node, "clause", None)
        if clause:
            kind = KINDS.get(type(node).__name__, type(node).__name__)
            name = stage.title if stage and isinstance(node, Clock | Automatic) and not _title(node) else name_of(node)
            found[Use(kind, clause, name, lifecycle.key, where)] = None
        extra = getattr(node, "objection_clause", None)
        if extra:
            found[Use("异议", extra, "异议的提出", lifecycle.key, where)] = None
        if isinstance(node, Formula):
            for cited in cited_in(node.function, "clause"):
                if cited != node.clause:
                    found[Use("公式步骤", cited, node.title, lifecycle.key, where)] = None
    regulation = lifecycle.regulation
    found[Use("施行", regulation.force_clause, "施行日期与有效期", lifecycle.key)] = None
    if regulation.transition:
        found[Use("过渡", regulation.transition, "新旧规定的衔接", lifecycle.key)] = None
    # A formula that a stage calls is listed there; that the lifecycle also names it says nothing more.
    placed = {(use.kind, use.clause, use.name) for use in found if use.stage}
    return [
        use for use in found if use.stage or (use.kind, use.clause, use.name) not in placed or "公式" not in use.kind
    ]


def _title(node: Any) -> str:
    return str(getattr(node, "title", ""))


def name_of(node: Any) -> str:
    """What a part of the declaration is called there."""
    for attribute in ("title", "lifecycle", "label", "text", "question", "ground", "debtor", "stage", "verb", "key"):
        value = getattr(node, attribute, None)
        if isinstance(value, str) and value:
            return value
    return KINDS.get(type(node).__name__, type(node).__name__)


def cited_in(function: Callable[..., Any], keyword: str) -> tuple[str, ...]:
    """The texts a formula passes as `keyword=` (clause, reading), in it and in the functions of its module it calls."""
    found: dict[str, None] = {}
    _collect(function, keyword, found, set())
    return tuple(found)


def _collect(function: Callable[..., Any], keyword: str, found: dict[str, None], seen: set[str]) -> None:
    seen.add(function.__qualname__)
    names = function.__globals__
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    body = getattr(definition, "body", [definition])
    for node in (node for statement in body for node in ast.walk(statement)):
        if isinstance(node, ast.keyword) and node.arg == keyword:
            value = getattr(node.value, "value", None) if isinstance(node.value, ast.Constant) else None
            if isinstance(node.value, ast.Name):
                value = names.get(node.value.id)
            if isinstance(value, str):
                found[value] = None
        elif isinstance(node, ast.Name):
            called = names.get(node.id)
            called = called.function if isinstance(called, Formula) else called
            if (
                inspect.isfunction(called)
                and called.__module__ == function.__module__
                and called.__qualname__ not in seen
            ):
                _collect(called, keyword, found, seen)


@dataclass(frozen=True, slots=True)
class Entry:
    """One article and everything that rests on it."""

    note: ClauseNote
    uses: tuple[Use, ...]

    @property
    def gap(self) -> bool:
        """An operative article on which nothing rests."""
        return self.note.nature == "operative" and not self.uses


@dataclass(frozen=True, slots=True)
class ClauseIndex:
    """The articles in order; citations of other law; and citations of articles the regulation is not said to have."""

    regulation: Regulation
    entries: tuple[Entry, ...]
    other_law: tuple[Use, ...]
    astray: tuple[Use, ...]


NATURES: Mapping[str, str] = {
    "operative": "可执行",
    "definition": "定义或范围，本身不引起办理动作",
    "exhortation": "目的、原则或倡导，没有可执行的内容",
    "reference": "援引其他规定，内容在彼处",
    "not_yet": "尚未编码",
}


def index(regulation: Regulation, found: Iterable[Use]) -> ClauseIndex:
    """Put citations beside the articles of a regulation."""
    notes = [(note, addresses(note.clause)) for note in regulation.clauses]
    resting: dict[str, list[Use]] = {note.clause: [] for note, _ in notes}
    other, astray = [], []
    for use in found:
        cited = addresses(use.clause, regulation.title)
        if not cited:
            other.append(use)
            continue
        touched = [note for note, places in notes if any(p.touches(c) for p in places for c in cited)]
        for note in touched:
            resting[note.clause].append(use)
        if not touched:
            astray.append(use)
    entries = tuple(Entry(note, tuple(resting[note.clause])) for note, _ in notes)
    return ClauseIndex(regulation, entries, tuple(other), tuple(astray))
