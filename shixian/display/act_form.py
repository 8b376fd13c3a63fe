"""The form of an act, made from the declaration: the facts it takes, who may do it, its documents, whether why is told.

The same form serves one case and many at once. What was typed is read here into the texts that casework takes; a value
that cannot be read is a mistake in the form, told beside its field, and no refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from shixian.display.possible import actors_of
from shixian.rules.conditions import truth
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.errors import FactsError, NotFound
from shixian.rules.facts import NONE, TYPE_TITLES, UNKNOWN, FactType, Field
from shixian.rules.lifecycle import Act, Actor, Binds, Document, Lifecycle, Stage
from shixian.rules.standing import STANDING_TITLES
from shixian.rules.state import Case

UNITS = ("元", "万元", "亿元")
_BARE = re.compile(r"[0-9][0-9,，]*(\.[0-9]+)?")
_REASONED = frozenset({"extend", "allow_late", "end_case"})


@dataclass(frozen=True, slots=True)
class FormField:
    """One fact. `value`, `unit` and `none` are what was typed; `known` is what the case already has, in words."""

    name: str
    label: str
    type: str
    hint: str
    clause: str
    choices: tuple[tuple[str, str], ...]
    required: bool
    known: str = ""
    value: str = ""
    unit: str = ""
    none: bool = False
    wrong: str = ""
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class FormDocument:
    """One document. `kept` is the hash of a file already stored, `paper` that the original lies in the office."""

    key: str
    title: str
    clause: str
    required: bool
    kept: str = ""
    kept_name: str = ""
    kept_size: int = 0  # bytes
    paper: bool = False
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class ActForm:
    stage: str
    stage_title: str
    verb: str
    title: str
    clause: str
    by: tuple[Actor, ...]
    fields: tuple[FormField, ...] = ()
    documents: tuple[FormDocument, ...] = ()
    reason_needed: bool = False
    decides: str = ""
    conditions: tuple[str, ...] = ()
    chosen_by: str = ""
    reason: str = ""
    day: str = ""
    time: str = ""
    wrong: tuple[str, ...] = field(default=())
    choose: tuple[tuple[str, str], ...] = ()  # of an `answer` without question: the facts it may be about

    @property
    def faulty(self) -> bool:
        wrong = [*(one.wrong for one in self.fields), *(one.wrong for one in self.documents)]
        return bool(self.wrong) or any(wrong)


def form_of(
    lifecycle: Lifecycle, case: Case | None, law: Law, stage_key: str, verb: str, *, asked: Iterable[str] = ()
) -> ActForm:
    """The form of an act of a stage, for a case or (None) for several. `asked`: which facts an `answer` is about.

    NotFound, with what there is, for a stage or act that is not declared.
    """
    stage = next((one for one in lifecycle.stages if one.key == stage_key), None)
    if stage is None:
        stages = "、".join(one.title for one in lifecycle.stages)
        raise NotFound(f"{lifecycle.title}没有“{stage_key}”这一环节", remedy=f"环节有：{stages}")
    act = next((one for one in stage.acts if one.verb == verb), None)
    by = actors_of(lifecycle, stage, verb)
    if act is not None:
        return _declared(lifecycle, case, law, stage, act)
    if verb not in STANDING_TITLES or not by:
        titles = "、".join(one.title for one in stage.acts) or "无"
        raise NotFound(f"“{stage.title}”没有“{verb}”这一行为", clause=stage.clause, remedy=f"可以办理：{titles}")
    base = ActForm(stage.key, stage.title, verb, STANDING_TITLES[verb], stage.clause, by)
    if verb == "object" and stage.window is not None and stage.window.objections is not None:
        child = law.lifecycles[stage.window.objections.lifecycle]
        fields = tuple(_field(child.facts[name], None, required=True) for name in stage.window.objection_inputs)
        documents = tuple(_document(one, True) for one in stage.window.objection_documents)
        clause = stage.window.objection_clause or stage.window.clause
        return replace(base, fields=fields, documents=documents, clause=clause)
    if verb == "extend":
        extension = next(clock.extension for clock in stage.clocks if clock.extension is not None)
        length = _field(lifecycle.facts[extension.length], None, required=True)
        return replace(base, fields=(length,), clause=extension.clause, reason_needed=True)
    names = [name for name in dict.fromkeys(asked) if name in lifecycle.facts] if verb == "answer" else []
    fields = tuple(_field(lifecycle.facts[name], case, required=len(names) == 1) for name in names)
    asking = verb == "answer" and not fields
    choose = tuple((one.name, one.label) for one in lifecycle.facts.fields if not one.sealed) if asking else ()
    return replace(base, fields=fields, choose=choose, reason_needed=verb in _REASONED)


def opening_form(lifecycle: Lifecycle) -> ActForm:
    """The form that opens a case: the facts of its intake, and those it cannot be opened without."""
    own = lifecycle.facts.fields
    fields = [one for one in own if one.intake or one.required] or [
        one for one in own if one.name in (lifecycle.party, lifecycle.party_name)
    ]
    office = Actor("", "", Binds.OFFICE)
    return ActForm(
        stage=lifecycle.stages[0].key,
        stage_title=lifecycle.stages[0].title,
        verb="open",
        title="立案",
        clause=lifecycle.stages[0].clause,
        by=(office,),
        fields=tuple(_field(one, None, required=one.required) for one in fields),
        conditions=tuple(f"{condition.text}（{condition.clause}）" for condition in lifecycle.opening),
    )


def questions(case: Case, stage: str) -> list[str]:
    """The facts that the stage, or one of its clocks, waits for."""
    found: dict[str, None] = {}
    for name, where, _, text in case.progress.lists.values():
        if name == "ask" and where.partition(".")[0] == stage:
            found |= dict.fromkeys(text.removeprefix("需查明：").split(","))
    return [name for name in found if not name.startswith("call:")]


def _declared(lifecycle: Lifecycle, case: Case | None, law: Law, stage: Stage, act: Act) -> ActForm:
    anew = act.anew or act.opens is not None
    names = [(name, True) for name in act.inputs] + [(name, False) for name in act.optional]
    fields = []
    for name, needed in names:
        known = case is not None and case.facts.get(name, UNKNOWN) is not UNKNOWN
        fields.append(_field(lifecycle.facts[name], case, required=needed and (anew or not known)))
    documents = []
    for one in act.documents:
        wanted = _wanted(lifecycle, case, law, one)
        if wanted is not False:
            documents.append(_document(one, wanted is True))
    return ActForm(
        stage=stage.key,
        stage_title=stage.title,
        verb=act.verb,
        title=act.title,
        clause=act.clause,
        by=act.by,
        fields=tuple(fields),
        documents=tuple(documents),
        reason_needed=act.discretion,
        decides=f"{act.decides.title}（{act.decides.clause}）" if act.decides is not None else "",
        conditions=tuple(f"{condition.text}（{condition.clause}）" for condition in act.conditions),
    )


def _wanted(lifecycle: Lifecycle, case: Case | None, law: Law, one: Document) -> bool | None:
    """Whether the document must be brought; None: that depends on what is not known yet."""
    if one.only_if is None:
        return True
    if case is None:
        return None
    found = truth(one.only_if.evaluate(CaseEnvironment(lifecycle, case, law)))
    return None if found is UNKNOWN else bool(found)


def _document(one: Document, required: bool) -> FormDocument:
    return FormDocument(one.key, one.title, one.clause, required)


def _field(one: Field, case: Case | None, *, required: bool) -> FormField:
    value = case.facts.get(one.name, UNKNOWN) if case is not None else UNKNOWN
    known = "" if value is UNKNOWN else "已封存" if one.sealed else one.format(value)
    hint = one.help or ("" if one.choices or one.type in _PLAIN else TYPE_TITLES[one.type])
    return FormField(
        one.name, one.label, one.type.value, hint, one.clause, one.choices, required, known, sealed=one.sealed
    )


_PLAIN = frozenset({FactType.TEXT, FactType.YES_NO, FactType.CHOICE, FactType.DATE, FactType.MONEY})


# -- what was typed ----------------------------------------------------------------------------------------------------


def typed(form: ActForm, given: Mapping[str, str], lifecycle: Lifecycle, others: Mapping[str, Lifecycle]) -> ActForm:
    """The form with what was typed in it (names as in the template), and what cannot be read told beside it."""
    facts = lifecycle.facts
    stage = lifecycle.stage(form.stage)
    if form.verb == "object" and stage.window is not None and stage.window.objections is not None:
        facts = others[stage.window.objections.lifecycle].facts
    fields = tuple(_typed(one, facts[one.name], given) for one in form.fields)
    by = given.get("by", "") or (form.by[0].key if len(form.by) == 1 else "")
    wrong = [] if any(actor.key == by for actor in form.by) else ["须选择由谁作出"]
    return replace(
        form,
        fields=fields,
        chosen_by=by,
        reason=given.get("reason", "").strip(),
        day=given.get("day", "").strip(),
        time=given.get("time", "").strip(),
        wrong=tuple(wrong),
    )


def _typed(one: FormField, declared: Field, given: Mapping[str, str]) -> FormField:
    value = given.get(f"fact.{one.name}", "").strip()
    unit = given.get(f"unit.{one.name}", one.unit)
    none = f"none.{one.name}" in given and not value
    found = replace(one, value=value, unit=unit if unit in UNITS else "", none=none)
    text = text_of(found)
    if text is None:
        return replace(found, wrong="须填写" if one.required else "")
    if one.type == FactType.MONEY and _BARE.fullmatch(text):
        return replace(found, wrong="须选择金额的单位")
    try:
        declared.parse(text)
    except FactsError as error:
        return replace(found, wrong=f"{error.message}。{error.remedy or ''}")
    return found


def text_of(one: FormField) -> str | None:
    """The value as casework reads it; None: nothing was typed, the fact stays as it is."""
    if one.none:
        return NONE.value
    if not one.value:
        return None
    bare = one.type == FactType.MONEY and _BARE.fullmatch(one.value)
    return f"{one.value}{one.unit}" if bare else one.value


def texts(form: ActForm) -> dict[str, object]:
    """What the act gives, by the names of facts."""
    found = {one.name: text_of(one) for one in form.fields}
    return {name: text for name, text in found.items() if text is not None}
