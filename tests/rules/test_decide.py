"""The decision: acts accepted and refused, clocks that run out, families of cases, and order independence."""

from __future__ import annotations

import copy
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixian.rules import proceedings
from shixian.rules.calendar import default_calendar
from shixian.rules.decide import Acted
from shixian.rules.environment import Law
from shixian.rules.periods import add_days, parse_instant
from shixian.rules.register import MemoryRegister
from shixian.rules.state import Case, Progress, apply
from shixian.scenarios.report import report
from shixian.scenarios.runner import World
from tests.rules.small import LIFECYCLES, SMALL


def world(notice_length: str | None = "5个工作日") -> World:
    field = SMALL.parameters[0].field
    calls = {"small": {0: {"notice_length": field.parse(notice_length)}}} if notice_length else {}
    register = MemoryRegister()
    return World(Law(default_calendar(), register, LIFECYCLES, calls), register)


def opened(w: World, ref: str = "A", **facts: str) -> None:
    values = SMALL.facts.parse({"approved": "2020-12-31", "budget": "100万元", "unit_name": "甲单位", **facts})
    proceedings.start(w, SMALL, ref=ref, day=date(2020, 12, 31), cycle=2021, facts=values)


def at(text: str) -> datetime:
    return parse_instant(text)


def do(w: World, when: str, stage: str, verb: str, by: str = "office", ref: str = "A", reason: str = "", **more):
    documents = tuple({"document": name} for name in more.pop("documents", ()))
    return proceedings.act(w, ref, Acted(stage, verb, by, at(when), more, documents, reason)).refusal


def to_notice(w: World, ref: str = "A") -> None:
    assert do(w, "2021-02-01T10:00", "filing", "submit", "applicant", ref, documents=("form",)) is None
    assert do(w, "2021-02-02T10:00", "check", "answer", ref=ref, sealed_copy="是") is None
    assert do(w, "2021-02-02T10:00", "check", "pass", ref=ref) is None
    assert do(w, "2021-02-03T10:00", "publicity", "publish", ref=ref) is None


def test_the_last_minute_counts_and_the_next_is_late() -> None:
    w = world()
    opened(w)
    assert do(w, "2021-03-01T23:59:59", "filing", "submit", "applicant", documents=("form",)) is None
    w = world()
    opened(w)
    refusal = do(w, "2021-03-02T00:00", "filing", "submit", "applicant", documents=("form",))
    assert refusal is not None and refusal.clause == "第二条" and refusal.code == "closed"
    assert w.load("A").progress.reason == "lapsed" and w.load("A").progress.closed_on == "2021-03-01"


@pytest.mark.parametrize(
    ("verb", "by", "more", "code", "clause"),
    [
        ("submit", "office", {"documents": ("form",)}, "wrong_actor", "第二条"),
        ("submit", "applicant", {}, "missing_document", "第二条"),
        ("submit", "applicant", {"documents": ("form", "strange")}, "bad_input", "第二条"),
        ("submit", "applicant", {"documents": ("form",), "granted": "1元"}, "bad_input", "第二条"),
        ("dance", "applicant", {}, "no_act", "第二条"),
        ("extend", "office", {}, "no_extension", "第二条"),
        ("allow_late", "office", {}, "no_reason", "第二条"),
        ("answer", "nobody", {}, "wrong_actor", "第二条"),
    ],
)
def test_refusals_name_their_clause_and_are_recorded(verb, by, more, code, clause) -> None:
    w = world()
    opened(w)
    refusal = do(w, "2021-01-10T09:00", "filing", verb, by, **more)
    assert refusal is not None and (refusal.code, refusal.clause) == (code, clause)
    assert [t.data["code"] for t in w.events["A"] if t.kind == "refused"] == [code]
    assert w.load("A").progress.open_stages() == ["filing"]


def test_an_unknown_fact_blocks_and_asks_for_it() -> None:
    w = world()
    opened(w)
    do(w, "2021-02-01T10:00", "filing", "submit", "applicant", documents=("form",))
    refusal = do(w, "2021-02-02T10:00", "check", "pass")
    assert refusal is not None and refusal.code == "unknown" and refusal.asks == ("sealed_copy",)
    assert "加盖公章" in refusal.remedy and "yes_no" in refusal.remedy and "第二条" in refusal.remedy
    do(w, "2021-02-02T10:00", "check", "answer", sealed_copy="否")
    refusal = do(w, "2021-02-02T10:00", "check", "pass")
    assert refusal is not None and refusal.code == "condition" and refusal.clause == "第三条"


def test_notice_without_a_length_asks_the_call() -> None:
    w = world(notice_length=None)
    opened(w)
    do(w, "2021-02-01T10:00", "filing", "submit", "applicant", documents=("form",))
    do(w, "2021-02-02T10:00", "check", "answer", sealed_copy="是")
    do(w, "2021-02-02T10:00", "check", "pass")
    refusal = do(w, "2021-02-03T10:00", "publicity", "publish")
    assert refusal is not None and refusal.code == "unknown" and "notice_length" in refusal.remedy


def test_an_objection_holds_its_own_case_only() -> None:
    w = world()
    opened(w, "A", kind="a")
    opened(w, "B", kind="a")
    for ref in "AB":
        to_notice(w, ref)
    # published Wednesday 2021-02-03; five working days: 4, 5, 7 (make-up Sunday), 8, 9 February
    assert w.load("A").progress.windows["publicity"] == ["2021-02-03", "2021-02-09"]
    early = do(w, "2021-02-10T00:00", "publicity", "object", "objector", "B", grounds="抄袭")
    assert early is not None and early.code == "late" and early.clause == "第四条"
    assert do(w, "2021-02-09T23:59", "publicity", "object", "objector", "A", grounds="抄袭") is None
    proceedings.tick(w, "A", date(2021, 2, 20))
    proceedings.tick(w, "B", date(2021, 2, 20))
    assert w.load("A").progress.open_stages() == ["cleared"]
    assert w.load("B").progress.open_stages() == ["award"]
    refusal = do(w, "2021-02-21T09:00", "award", "approve", ref="A", granted="10万元")
    assert refusal is not None and refusal.code == "not_open"
    assert do(w, "2021-02-22T09:00", "handling", "pass", ref="A/objection1") is None
    assert w.load("A").progress.open_stages() == ["award"]


def test_a_granted_amount_stays_under_its_ceiling_and_is_owed_once() -> None:
    w = world()
    opened(w)
    to_notice(w)
    over = do(w, "2021-02-20T09:00", "award", "approve", granted="300000.01元")
    assert over is not None and over.code == "over_ceiling" and over.clause == "第五条"
    assert do(w, "2021-02-20T09:00", "award", "approve", granted="30万元") is None
    found = report(w)["A"]
    assert [(o["payee"], o["fen"], o["clause"]) for o in found["obligations"]] == [("甲单位", 30_000_000, "第六条")]
    assert found["decisions"][0]["amount"] == "300000.00"


def test_zero_owes_nothing() -> None:
    w = world()
    opened(w)
    to_notice(w)
    assert do(w, "2021-02-20T09:00", "award", "approve", granted="0元") is None
    assert report(w)["A"]["obligations"] == [] and report(w)["A"]["decisions"][0]["fen"] == 0


def test_where_the_text_is_silent_a_person_decides() -> None:
    w = world()
    opened(w)
    to_notice(w)
    do(w, "2021-02-20T09:00", "award", "approve", granted="30万元")
    # 30 days after 20 February: 22 March, a Monday
    proceedings.tick(w, "A", date(2021, 3, 23))
    case = w.load("A")
    assert case.progress.status == "open" and [item[0] for item in case.progress.lists.values()] == ["decide"]
    late = do(w, "2021-03-23T09:00", "report", "submit", "applicant")
    assert late is not None and late.code == "late" and late.clause == "第七条"
    assert do(w, "2021-03-24T09:00", "report", "allow_late", reason="疫情") is None
    assert do(w, "2021-03-25T09:00", "report", "submit", "applicant") is None
    assert w.load("A").progress.reason == "completed"


def test_or_the_person_ends_the_case() -> None:
    w = world()
    opened(w)
    to_notice(w)
    do(w, "2021-02-20T09:00", "award", "approve", granted="30万元")
    assert do(w, "2021-03-24T09:00", "report", "end_case", reason="无正当理由") is None
    assert w.load("A").progress.reason == "discretion" and w.load("A").progress.clause == "第七条"


def test_extension_once_bounded_and_before_expiry() -> None:
    def ready() -> World:
        w = world()
        opened(w)
        to_notice(w)
        do(w, "2021-02-20T09:00", "award", "approve", granted="30万元")
        return w

    w = ready()
    too_long = do(w, "2021-03-01T09:00", "report", "extend", reason="x", extension_period="16日")
    assert too_long is not None and too_long.code == "too_long"
    assert do(w, "2021-03-22T23:59", "report", "extend", reason="x", extension_period="15日") is None
    assert w.load("A").progress.deadlines["report.limit"].last_day == "2021-04-06"  # 22 March + 15 = 6 April
    again = do(w, "2021-04-01T09:00", "report", "extend", reason="x", extension_period="1日")
    assert again is not None and again.code == "too_often"
    w = ready()
    expired = do(w, "2021-03-23T00:00", "report", "extend", reason="x", extension_period="15日")
    assert expired is not None and expired.code == "expired"


def test_correction_is_a_round_of_its_own() -> None:
    w = world()
    opened(w)
    do(w, "2021-02-01T10:00", "filing", "submit", "applicant", documents=("form",))
    assert (
        do(w, "2021-02-02T10:00", "check", "request_correction", reason="缺页", correction_period="5个工作日") is None
    )
    assert w.load("A").progress.deadlines["check.correction"].last_day == "2021-02-08"  # 3, 4, 5, 7 (Sunday), 8
    assert do(w, "2021-02-08T10:00", "check", "correct", "applicant") is None
    again = do(w, "2021-02-09T10:00", "check", "request_correction", reason="又缺", correction_period="5个工作日")
    assert again is not None and again.code == "too_often"


def test_out_of_force_is_refused_with_the_dates() -> None:
    w = world()
    values = SMALL.facts.parse({"approved": "2023-06-01"})
    for day, ok in (
        (date(2020, 6, 30), False),
        (date(2020, 7, 1), True),
        (date(2023, 6, 30), True),
        (date(2023, 7, 1), False),
    ):
        decided = proceedings.start(w, SMALL, ref=f"D{day}", day=day, cycle=day.year, facts=values)
        assert (decided.refusal is None) is ok, day
        if decided.refusal is not None:
            assert decided.refusal.code == "not_in_force" and "2023-06-30" in decided.refusal.because


def test_a_limit_holds_across_cases() -> None:
    w = world()
    for number in range(3):
        opened(w, f"L{number}", kind="a")
    assert list(w.refused) == ["L2"] and w.refused["L2"][2].clause == "第八条"
    opened(w, "M", kind="b")
    assert "M" in w.register.cases


def test_provisional_deadlines_never_lapse_a_case() -> None:
    w = world()
    # The calendar as it was known before next year's notice (25 November 2020) was published.
    w.law = Law(default_calendar().as_published_at(date(2020, 11, 1)), w.register, LIFECYCLES, w.law.calls)
    opened(w)
    deadline = w.load("A").progress.deadlines["filing.limit"]
    assert deadline.provisional
    proceedings.tick(w, "A", date(2021, 4, 1))
    case = w.load("A")
    assert case.progress.status == "open" and [i[0] for i in case.progress.lists.values()] == ["provisional"]
    # The notice is published: the deadline is projected again, and then it does lapse.
    w.law = Law(default_calendar(), w.register, LIFECYCLES, w.law.calls)
    proceedings.recalculate(w, "A", date(2021, 4, 1), "2021年放假安排公布")
    proceedings.tick(w, "A", date(2021, 4, 2))
    assert w.load("A").progress.reason == "lapsed"


def test_a_window_moves_with_its_clock_when_the_calendar_is_loaded() -> None:
    w = world()
    # Known before the notice for 2021 was published (2020-11-25): the make-up Sunday of 7 February is not yet one.
    w.law = Law(default_calendar().as_published_at(date(2020, 11, 1)), w.register, LIFECYCLES, w.law.calls)
    opened(w)
    to_notice(w)
    # Without it, five working days from Wednesday 3 February are 4, 5, 8, 9, 10.
    assert w.load("A").progress.windows["publicity"] == ["2021-02-03", "2021-02-10"]
    w.law = Law(default_calendar(), w.register, LIFECYCLES, w.law.calls)
    proceedings.recalculate(w, "A", date(2021, 2, 5), "2021年放假安排公布")
    assert w.load("A").progress.windows["publicity"] == ["2021-02-03", "2021-02-09"]


ACTS = [
    ("filing", "submit", "applicant", {"documents": ("form",)}),
    ("check", "answer", "office", {"sealed_copy": "是"}),
    ("check", "pass", "office", {}),
    ("check", "request_correction", "office", {"correction_period": "5日", "reason": "缺"}),
    ("check", "correct", "applicant", {}),
    ("publicity", "publish", "office", {}),
    ("publicity", "object", "objector", {"grounds": "x"}),
    ("award", "approve", "office", {"granted": "5万元"}),
    ("report", "allow_late", "office", {"reason": "x"}),
    ("report", "submit", "applicant", {}),
    ("handling", "pass", "office", {}),
    ("handling", "fail", "office", {"reason": "属实"}),
]

steps = st.lists(st.tuples(st.integers(0, 200), st.sampled_from(ACTS)), max_size=12)


def final(w: World) -> dict[str, str]:
    return {ref: case.progress.to_text() for ref, case in w.register.cases.items()}


@settings(max_examples=120)
@given(steps=steps, ticks=st.lists(st.integers(0, 260), max_size=6))
def test_the_result_does_not_depend_on_when_it_was_looked_at(steps, ticks) -> None:
    """Invariant 1: the same acts with any ticks between them, and twice, give the same state."""
    last = add_days(date(2021, 1, 1), 300)

    def play(with_ticks: bool) -> dict[str, str]:
        w = world()
        opened(w)
        moments = [(day, 1, act) for day, act in steps]
        if with_ticks:
            moments += [(day, 0, None) for day in ticks]
        for day, _, act in sorted(moments, key=lambda item: item[:2]):
            when = add_days(date(2021, 1, 1), day)
            if act is None:
                proceedings.tick(w, "A", when)
                proceedings.tick(w, "A", when)
            else:
                stage, verb, by, more = act
                ref = "A/objection1" if stage == "handling" else "A"
                if ref in w.register.cases:
                    do(w, f"{when}T12:00", stage, verb, by, ref, **copy.deepcopy(more))
        proceedings.tick(w, "A", last)
        return final(w)

    assert play(False) == play(True)


@settings(max_examples=60)
@given(steps=steps)
def test_state_is_the_fold_of_its_transitions_and_its_text_reads_back(steps) -> None:
    w = world()
    opened(w)
    for day, (stage, verb, by, more) in sorted(steps, key=lambda item: item[0]):
        ref = "A/objection1" if stage == "handling" else "A"
        if ref in w.register.cases:
            do(w, f"{add_days(date(2021, 1, 1), day)}T12:00", stage, verb, by, ref, **copy.deepcopy(more))
    for ref, case in w.register.cases.items():
        lifecycle = LIFECYCLES[case.lifecycle]
        folded = Case(ref, case.lifecycle, case.encoding, "", 0, case.opened, parent=case.parent)
        for transition in w.events[ref]:
            apply(folded, transition, lifecycle.facts)
        assert folded == case
        assert Progress.from_text(case.progress.to_text()) == case.progress
