"""Bars across lifecycles, terms that another day prolongs, and history by day: what the credit measures rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shixian.rules.bars import is_application, makes_application, opening_bar
from shixian.rules.calendar import default_calendar
from shixian.rules.clauses import walk
from shixian.rules.conditions import Mark, Remembered, fact
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.errors import DeclarationError
from shixian.rules.facts import NONE, UNKNOWN, FactSet, Value, date_fact, text_fact, texts_fact
from shixian.rules.kinds import submission, term
from shixian.rules.lifecycle import (
    Act,
    Actor,
    Bars,
    Binds,
    Closed,
    Goes,
    Integrity,
    Lifecycle,
    Opens,
    Outcome,
    SetsBarEnd,
    Stage,
)
from shixian.rules.moves import Moves
from shixian.rules.register import EVERY, Bar, MemoryRegister
from shixian.rules.state import Case
from shixian.rules.timing import later_of, on_day, set_by_act, set_by_call, years
from shixian.rules.validation import validate
from shixian.rules.wording import Wording
from shixian.scenarios import read_text, report, run
from tests.rules.small import SMALL

UNIT = Actor("unit", "单位", Binds.PARTY)
OFFICE = Actor("office", "主管部门", Binds.OFFICE)
FACTS = FactSet(
    (
        text_fact("unit_code", "单位代码", clause="第一条"),
        texts_fact("people", "人员", clause="第一条"),
        date_fact("until", "截止日", clause="第一条"),
    )
)
BAR = Bars(
    clause="第二条", subject="unit_code", lifecycles=(EVERY, "child"), length=years(1), text="不得申报", until="until"
)
LIFT = SetsBarEnd(clause="第三条", subject="unit_code", text="解除")
MOVE = SetsBarEnd(clause="第四条", subject="unit_code", text="改期", until="until")


def act(verb: str, **options: object) -> Act:
    given = {"title": verb, "by": (OFFICE,), "clause": "第二条", **options}
    return Act(verb=verb, **given)  # type: ignore[arg-type]


def stage(key: str, *acts: Act, **options: object) -> Stage:
    outcomes = (Outcome(key="done", title="办结", closes=Closed("办结", reason="completed")),)
    given = {"title": key, "clause": "第二条", "kind": "办理", "by": OFFICE, "outcomes": outcomes, **options}
    return Stage(key=key, acts=(*acts, act("end", outcome="done")), **given)  # type: ignore[arg-type]


def lifecycle(key: str, *stages: Stage, **options: object) -> Lifecycle:
    given = {"title": key, "regulation": SMALL.regulation, "facts": FACTS, "actors": (UNIT, OFFICE), **options}
    return Lifecycle(key=key, stages=stages, **given)  # type: ignore[arg-type]


# One that imposes, one that applies in its second stage, two children of it, and one that is no application.
SOURCE = lifecycle(
    "source",
    stage(
        "hold",
        act("bar", optional=("until",), consequences=(BAR,)),
        act("lift", consequences=(LIFT,)),
        act("move", inputs=("until",), anew=True, consequences=(MOVE,)),
    ),
)
CALL = stage("call", act("announce", outcome="done"), outcomes=(Outcome(key="done", title="已发布"),))
APPLY = submission("apply", "申报", clause="第五条", by=UNIT, after=("call",), optional=("unit_code",), waiver="第六条")
REVIEW = stage(
    "review",
    act("name", optional=("people",), unbarred=("people",)),
    act("open", opens=Opens(lifecycle="child", label="child", clause="第七条", facts={"unit_code": fact("unit_code")})),
    after=("apply",),
)
REPLY = stage("reply", act("reply", by=(UNIT,), outcome="done"), after=("apply",))
APPLICANT = lifecycle("applicant", CALL, APPLY, REVIEW, REPLY)
CHILD = lifecycle("child", stage("work"), child_of="applicant")
OTHER_CHILD = lifecycle("other-child", stage("work"), child_of="applicant")
NOTICE = lifecycle("notice", stage("work"), is_application=False)
ALL: Mapping[str, Lifecycle] = {x.key: x for x in (SOURCE, APPLICANT, CHILD, OTHER_CHILD, NOTICE)}


def world(text: str) -> dict[str, Any]:
    return report(run(read_text(f"programme: source\n{text}", ALL), ALL))


def barred(until: str = "", more: str = "") -> str:
    given = f", with: {{until: {until}}}" if until else ""
    return (
        "cases:\n  S: {opened: 2021-03-01, facts: {unit_code: U, until: 无}, acts: [\n"
        f"    {{at: 2021-03-01T09:00, stage: hold, do: bar, by: office{given}}},\n{more}  ]}}\n"
    )


def test_a_bar_ends_on_the_stated_day_and_else_with_its_length() -> None:
    for until, last_day in (("", "2022-03-01"), ("2021-06-30", "2021-06-30")):
        found = world(barred(until) + "as_of: 2021-03-01\n")["S"]["consequences"]
        assert [(line["lifecycle"], line["last_day"]) for line in found] == [(EVERY, last_day), ("child", last_day)]


def openings(*days: str) -> str:
    lines = (
        f"  {'ABCDEF'[n]}: {{programme: applicant, opened: {day}, facts: {{unit_code: U}}}}\n"
        for n, day in enumerate(days)
    )
    return "".join(lines)


def test_all_bars_of_the_case_are_lifted_from_the_day_of_lifting_on() -> None:
    lift = "    {at: 2021-05-10T09:00, stage: hold, do: lift, by: office},\n"
    found = world(barred(more=lift) + openings("2021-05-09", "2021-05-11") + "as_of: 2021-05-12\n")
    assert [found[ref]["status"] for ref in "AB"] == ["refused", "open"]
    ends = [line for line in found["S"]["events"] if line["kind"] == "bar_end_set"]
    assert [(e["lifecycle"], e["before"], e["last_day"]) for e in ends] == [
        (EVERY, "2022-03-01", "2021-05-09"),
        ("child", "2022-03-01", "2021-05-09"),
    ]


def test_a_lifted_bar_is_not_lifted_again_and_one_that_ran_out_stays_as_it_was() -> None:
    twice = "".join(f"    {{at: 2021-0{m}-10T09:00, stage: hold, do: lift, by: office}},\n" for m in (5, 6))
    found = world(barred(more=twice) + "as_of: 2021-06-12\n")["S"]
    assert [line["kind"] for line in found["consequences"]] == ["barred", "barred", "bar_end_set", "bar_end_set"]


def test_a_bar_that_ran_out_begins_anew_and_leaves_the_time_between_free() -> None:
    move = "    {at: 2021-05-10T09:00, stage: hold, do: move, by: office, with: {until: 2021-07-31}},\n"
    days = ("2021-03-31", "2021-04-01", "2021-05-09", "2021-05-11", "2021-07-31", "2021-08-01")
    found = world(barred("2021-03-31", move) + openings(*days) + "as_of: 2021-08-02\n")
    assert [found[ref]["status"] for ref in "ABCDEF"] == ["refused", "open", "open", "refused", "refused", "open"]


def test_another_cases_bar_on_the_same_party_stays() -> None:
    lift = "    {at: 2021-05-10T09:00, stage: hold, do: lift, by: office},\n"
    bar = "{at: 2021-03-01T09:00, stage: hold, do: bar, by: office}"
    other = f"  T: {{opened: 2021-03-01, facts: {{unit_code: U, until: 2021-05-31}}, acts: [{bar}]}}\n"
    found = world(barred(more=lift) + other + openings("2021-05-31", "2021-06-01") + "as_of: 2021-06-02\n")
    assert [found[ref]["status"] for ref in "AB"] == ["refused", "open"]
    assert found["A"]["refusals"][0]["barred_by"] == "T"


def test_the_party_is_looked_for_at_its_first_own_act_and_those_named_at_the_act_that_names_them() -> None:
    acts = (
        "  A: {programme: applicant, opened: 2021-02-01, facts: {unit_code: U}, acts: [\n"
        "    {at: 2021-02-02T09:00, stage: call, do: announce, by: office},\n"
        "    {at: 2021-03-02T09:00, stage: apply, do: submit, by: unit},\n"
        "    {at: 2021-03-02T10:00, stage: apply, do: submit, by: unit, with: {unit_code: V}},\n"
        "    {at: 2021-03-02T11:00, stage: review, do: name, by: office, with: {people: V；U}},\n"
        "    {at: 2021-03-02T12:00, stage: review, do: name, by: office, with: {people: V；W}},\n"
        "    {at: 2021-03-02T13:00, stage: reply, do: answer, by: office, with: {unit_code: U}, reason: 更正},\n"
        "    {at: 2021-03-02T14:00, stage: reply, do: reply, by: unit}]}\n"
    )
    found = world(barred() + acts + "as_of: 2021-03-03\n")
    told = [(line["do"], line["code"], line["because"], line["barred_by"]) for line in found["A"]["refusals"]]
    until = "不得申报，限制至2022-03-01"
    assert told == [
        ("submit", "barred", f"单位代码“U”：{until}", "S"),
        ("name", "barred", f"人员“U”：{until}", "S"),
    ]
    applied = [line for line in found["S"]["events"] if line["kind"] == "bar_applied"]
    assert [(line["ref"], line["act"]) for line in applied] == [("A", "apply.submit"), ("A", "review.name")]
    assert found["A"]["status"] == "closed", "a reply is no application, so a party barred by now may make it"


def test_giving_up_is_no_application() -> None:
    acts = (
        "  A: {programme: applicant, opened: 2021-02-01, facts: {unit_code: U}, acts: [\n"
        "    {at: 2021-02-02T09:00, stage: call, do: announce, by: office},\n"
        "    {at: 2021-03-02T10:00, stage: apply, do: waive, by: unit}]}\n"
    )
    assert world(barred() + acts + "as_of: 2021-03-03\n")["A"]["reason"] == "waived"


def test_which_lifecycles_and_acts_are_applications() -> None:
    assert {key: is_application(one) for key, one in ALL.items()} == {
        "source": True,
        "applicant": True,
        "child": False,
        "other-child": False,
        "notice": False,
    }
    moves = Moves(APPLICANT, Case("A", "applicant", "", "", 2021, date(2021, 3, 1)), law(MemoryRegister()))
    making = [(s.key, a.verb) for s in APPLICANT.stages for a in s.acts if makes_application(moves, s, a)]
    assert making == [("apply", "submit")]


def law(register: MemoryRegister) -> Law:
    return Law(default_calendar(), register, ALL)


@pytest.mark.parametrize(
    ("key", "bar_on", "refused"),
    [
        ("applicant", EVERY, True),
        ("applicant", "applicant", True),
        ("applicant", "child", False),
        ("child", EVERY, False),
        ("child", "child", True),
        ("notice", EVERY, False),
        ("notice", "notice", True),
    ],
)
def test_a_bar_on_every_application_closes_applications_only(key: str, bar_on: str, refused: bool) -> None:
    register = MemoryRegister(barred=[Bar("U", bar_on, date(2021, 3, 1), None, "第二条", "不得申报", "既往")])
    case = Case("A", key, "", "", 2021, date(2021, 3, 1), facts={"unit_code": "U"})
    found = opening_bar(Moves(ALL[key], case, law(register)), date(2021, 3, 1))
    assert (found is not None) is refused
    assert found is None or (found.clause, found.because) == ("第二条", "不得申报，限制（无终期）")


# -- a term that another day prolongs --------------------------------------------------------------------------------


def termed(other: object) -> str | None:
    """The last day of one year from 2021-03-01 (2022-03-01, a Tuesday), prolonged by `until`."""
    timing = later_of(years(1).after("query.opened"), on_day(set_by_act("until")), clause="第九条")
    query = Stage(
        key="query",
        title="期间",
        clause="第八条",
        kind="期间",
        by=OFFICE,
        clocks=(term("第八条", timing, Goes("over")),),
        outcomes=(Outcome(key="over", title="期满", ends_branch=True),),
    )
    one = lifecycle("one", query)
    validate(one, frozenset({"one"}))
    facts = f"facts: {{until: {other}}}" if other else "facts: {}"
    text = f"programme: one\ncases: {{A: {{opened: 2021-03-01, {facts}}}}}\nas_of: 2021-03-02\n"
    found = report(run(read_text(text, {"one": one}), {"one": one}))["A"]["deadlines"]
    assert all("第八条" in " ".join(line["working"]) for line in found)
    return str(found[0]["last_day"])


@pytest.mark.parametrize(
    ("other", "last_day"),
    [
        ("", "2022-03-01"),
        ("无", "2022-03-01"),
        ("2022-02-28", "2022-03-01"),
        ("2022-03-01", "2022-03-01"),
        ("2022-03-02", "2022-03-02"),
        ("2022-03-05", "2022-03-05"),  # a Saturday that a text names is not moved
    ],
)
def test_the_later_day_counts_and_a_missing_one_prolongs_nothing(other: str, last_day: str) -> None:
    assert termed(other) == last_day


@pytest.mark.parametrize(
    "timing",
    [
        later_of(years(1).after("nowhere.done"), on_day(set_by_act("until")), clause="第九条"),
        later_of(years(1).after("until"), on_day(set_by_act("unheard_of")), clause="第九条"),
        later_of(years(1).after("until"), on_day(set_by_call("unheard_of")), clause="第九条"),
        later_of(years(1).after("until"), on_day(set_by_act("until")), clause=""),
    ],
)
def test_a_hole_in_a_prolonged_term_does_not_load(timing: object) -> None:
    held = replace(SOURCE.stages[0], clocks=(term("第八条", timing, Goes("done")),))  # type: ignore[arg-type]
    with pytest.raises(DeclarationError):
        validate(replace(SOURCE, stages=(held,)), frozenset(ALL))


def test_a_name_that_may_not_be_barred_must_be_a_fact() -> None:
    held = stage("hold", act("name", unbarred=("nobody",)))
    with pytest.raises(DeclarationError, match="nobody"):
        validate(replace(SOURCE, stages=(held,)), frozenset(ALL))


# -- history by day ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("U", 1), (("U", "V"), 2), (NONE, 0), (UNKNOWN, UNKNOWN)],
)
def test_what_was_written_after_a_day_counts_whatever_its_cycle(subject: Value, expected: Value) -> None:
    register = MemoryRegister(
        dated=[
            ("record", "U", date(2021, 3, 1), "x"),
            ("record", "U", date(2021, 3, 2), "x"),
            ("record", "U", date(2021, 3, 2), "y"),
            ("other", "U", date(2021, 3, 2), "x"),
            ("record", "V", date(2023, 1, 1), "x"),
        ]
    )
    case = Case("A", "source", "", "", 2021, date(2021, 3, 1), facts={"people": subject})
    env = CaseEnvironment(SOURCE, case, law(register))
    assert Remembered("record", "people", value="x", after=Mark("opened")).evaluate(env) == expected


# -- in words ----------------------------------------------------------------------------------------------------------


def test_bars_and_their_ends_in_words() -> None:
    words = Wording(SOURCE, ALL)
    assert words.consequence(BAR) == "不得申报，期限截止日，未定的为1年（第二条）"
    assert words.consequence(LIFT) == "解除：对单位代码的限制当日起解除（第三条）"
    assert words.consequence(MOVE) == "改期：对单位代码的限制改至截止日（第四条）"
    record = Integrity(clause="第五条", subject="unit_code", ground="失信", only_if=fact("until").is_none)
    assert words.consequence(record) == "记入科研信用记录：失信，仅限截止日为无（第五条）"
    after = Remembered("record", "unit_code", after=Mark("opened"))
    assert words.expression(after) == "单位代码在立案日以后的“record”记录数"
    assert any(node is LIFT for _, node in walk(SOURCE))
