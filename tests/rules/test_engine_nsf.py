"""What the Anhui science fund asked of the engine: experts without conflict and a draw anyone can repeat, limits for
each of several persons, names that are added and never lost, the day an age is measured on, yearly duties in one tick.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.programmes import catalogue
from shixian.programmes.anhui.nsf import APPLICATION_LIFECYCLE
from shixian.rules import proceedings
from shixian.rules.ages import NewYearsDay
from shixian.rules.calendar import default_calendar
from shixian.rules.conditions import fact, lift, mark
from shixian.rules.environment import CaseEnvironment, Law
from shixian.rules.errors import DeclarationError
from shixian.rules.experts import Commitment, Conflict, Drawn, Ground, Shared, commitment, conflict_free, draw, examine
from shixian.rules.facts import NONE, UNKNOWN
from shixian.rules.register import MemoryRegister
from shixian.rules.state import Case
from shixian.rules.validation import validate
from shixian.scenarios import World, read_text, report, run

NAMES = st.lists(st.text("甲乙丙丁戊己庚辛壬癸", min_size=1, max_size=2), max_size=12)


def environment(cycle: int = 2021, **facts: Any) -> CaseEnvironment:
    case = Case("A", APPLICATION_LIFECYCLE.key, "", "", cycle, date(cycle, 4, 6), facts=dict(facts))
    law = Law(default_calendar(), MemoryRegister(), {APPLICATION_LIFECYCLE.key: APPLICATION_LIFECYCLE})
    return CaseEnvironment(APPLICATION_LIFECYCLE, case, law)


# -- experts ---------------------------------------------------------------------------------------------------


def strangers_draw(eligible: list[str], count: int, seed: str) -> list[str]:
    """The draw as somebody without our code would write it, from the description alone."""
    lots = []
    for name in set(eligible):
        lots.append((sha256(b"shixian-draw-1\n" + seed.encode() + b"\n" + name.encode()).hexdigest(), name))
    return [name for _, name in sorted(lots)][:count]


@given(NAMES, st.integers(0, 15), st.text(max_size=20))
def test_a_stranger_draws_the_same(names: list[str], count: int, seed: str) -> None:
    assert list(draw(names, count, seed)) == strangers_draw(names, count, seed)


@given(NAMES, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(names: list[str], random: Any) -> None:
    shuffled = [*names, *names[:3]]
    random.shuffle(shuffled)
    assert draw(shuffled, 4, "seed") == draw(names, 4, "seed")


def test_the_seed_matters() -> None:
    pool = [f"专家{number}" for number in range(40)]
    assert len({draw(pool, 5, f"seed {number}") for number in range(20)}) == 20


def test_a_draw_gives_no_more_than_there_are_and_never_a_negative_number() -> None:
    assert sorted(draw(["甲", "乙"], 5, "x")) == ["乙", "甲"]
    assert draw(["甲", "乙"], -1, "x") == () == draw([], 3, "x")


def test_the_commitment_is_the_hash_and_hides_the_seed() -> None:
    # printf 'shixian-draw-1\n安徽2021-07' | sha256sum
    assert commitment("安徽2021-07") == "692b3ae32e323b354830d4683b6c45c7b5bf635abf4b41902f755c71ecc2f403"
    assert Commitment(lift("安徽2021-07")).evaluate(environment()) == commitment("安徽2021-07")
    assert Commitment(fact("draw_seed")).evaluate(environment()) is UNKNOWN


def test_every_ground_against_a_candidate_is_told() -> None:
    kin = Ground("近亲属", "第二十七条", frozenset({"甲", "乙"}))
    named = Ground("申请回避", "第二十条第三款", frozenset({"乙"}))
    found = {one.name: one for one in examine(["丙", "乙", "甲", "乙"], (kin, named))}
    assert list(found) == sorted("甲乙丙")
    assert [ground.clause for ground in found["乙"].grounds] == ["第二十七条", "第二十条第三款"]
    assert found["丙"].eligible and not found["甲"].eligible


CONFLICTS = (
    Conflict("unsuitable", "申请回避函所列的专家", fact("unsuitable_experts"), "第二十条第三款"),
    Conflict("kin", "近亲属", fact("kin_experts"), "第二十七条", "own_project"),
)
DRAWN = Drawn(fact("expert_pool"), CONFLICTS, fact("expert_count"), fact("draw_seed"))
POOL: dict[str, Any] = {"expert_pool": ("甲", "乙", "丙", "丁"), "expert_count": 2, "draw_seed": "s"}


def test_lots_are_drawn_among_those_without_conflict_only() -> None:
    env = environment(**POOL, unsuitable_experts=("甲",), kin_experts=NONE)
    assert DRAWN.evaluate(env) == draw(["乙", "丙", "丁"], 2, "s")
    assert "甲：申请回避函所列的专家（第二十条第三款）" in DRAWN.describe(env)


@pytest.mark.parametrize("missing", ["expert_pool", "expert_count", "draw_seed", "unsuitable_experts", "kin_experts"])
def test_nothing_is_drawn_while_something_is_not_known(missing: str) -> None:
    known: dict[str, Any] = {**POOL, "unsuitable_experts": ("甲",), "kin_experts": ("乙",)}
    del known[missing]
    assert DRAWN.evaluate(environment(**known)) is UNKNOWN
    assert missing in {getattr(node, "name", "") for node in DRAWN.walk()}  # so that it is asked for


def test_a_draw_without_a_seed_gives_nobody() -> None:
    env = environment(**{**POOL, "draw_seed": NONE}, unsuitable_experts=NONE, kin_experts=NONE)
    assert DRAWN.evaluate(env) is NONE


def test_names_in_common() -> None:
    both = Shared(fact("reviewers"), fact("kin_experts"))
    assert both.evaluate(environment(reviewers=("甲", "乙"), kin_experts=("乙", "丙"))) == 1
    assert both.evaluate(environment(reviewers=("甲", "乙"), kin_experts=NONE)) == 0
    assert both.evaluate(environment(reviewers=("甲", "乙"))) is UNKNOWN
    assert Shared(fact("reviewers"), fact("applicant")).evaluate(environment(reviewers=("甲",), applicant="甲")) == 1


def test_each_conflict_is_a_condition_with_its_clause_and_reading() -> None:
    conditions = conflict_free(fact("reviewers"), CONFLICTS)
    assert [(c.key, c.clause, c.reading) for c in conditions] == [
        ("no_unsuitable", "第二十条第三款", None),
        ("no_kin", "第二十七条", "own_project"),
    ]
    env = environment(reviewers=("甲",), unsuitable_experts=("甲",), kin_experts=NONE)
    assert [condition.check(env).holds for condition in conditions] == [False, True]


# -- the day an age is measured on -----------------------------------------------------------------------------


def test_new_years_day() -> None:
    assert NewYearsDay(mark("cycle")).evaluate(environment(2022)) == date(2022, 1, 1)
    assert NewYearsDay(fact("born_on")).evaluate(environment(born_on=date(1980, 12, 31))) == date(1980, 1, 1)
    assert NewYearsDay(fact("born_on")).evaluate(environment()) is UNKNOWN
    with pytest.raises(TypeError, match="not a year"):
        NewYearsDay(lift("2021")).evaluate(environment())


# -- limits for each of several, names added, clocks ------------------------------------------------------------

HEAD = """
programme: ah-nsf-application
cases:
"""
CASE = """
  {ref}:
    opened: 2021-04-06
    facts: {{project_type: general, applicant: {pi}, participants: {with_them}, unsuitable_experts: 无,
            cooperating_units: 无, host_registered: 是, materials_verified: 是, credit_good: 是}}
    acts:
      - {{at: 2021-04-06T0{n}:00, stage: application, do: submit, by: applicant,
          with: {{documents: [application_form]}}}}
      - {{at: 2021-04-06T0{n}:30, stage: host_check, do: recommend, by: host}}
"""


def world(text: str, as_of: str) -> World:
    return run(read_text(f"{HEAD}{text}as_of: {as_of}\n", catalogue()), catalogue())


def test_a_limit_over_several_names_is_held_for_each_of_them() -> None:
    text = "".join(
        CASE.format(ref=ref, pi=pi, with_them=with_them, n=n)
        for n, (ref, pi, with_them) in enumerate(
            [("A", "张", "[王, 李, 王]"), ("B", "赵", "[王, 孙]"), ("C", "钱", "[周, 王]"), ("D", "吴", "[孙, 李]")], 1
        )
    )
    found = report(world(text, "2021-04-06"))
    assert [ref for ref in "ABCD" if found[ref]["stage"] == "host_check"] == ["C"]
    claimed = [e["scope"] for e in found["A"]["events"] if e["kind"] == "limit_claimed"]
    assert claimed == ["张|2021", "张|2021", "王|2021", "李|2021"]  # as PI, in all; each participant once


def test_what_is_asked_for_a_clock_is_no_longer_asked_when_its_stage_has_ended() -> None:
    """The closing day of the call is not set: it is asked for while the host may recommend, and not afterwards."""
    text = CASE.format(ref="A", pi="张", with_them="无", n=1)
    before = report(world(text.replace("recommend, by: host", "decline, by: host"), "2021-04-06"))["A"]
    assert [line["list"] for line in before["lists"]] == ["ask"]
    assert report(world(text, "2021-04-06"))["A"]["lists"] == []


PROJECT = """
  A:
    opened: 2021-04-06
    facts: {project_type: joint, meets_agreement: 是, applicant: 张, participants: 无, unsuitable_experts: 无,
            cooperating_units: 无, unit_name: 甲校, host_registered: 是, materials_verified: 是, credit_good: 是,
            formally_employed: 是, able: 是,
            months_at_host: 12, actual_lead: 是, research_experience: 是, position: in_post, within_guide: 是,
            materials_complete: 是, within_budget_rules: 是, gravely_dishonest: 否}
    acts:
      - {at: 2021-04-06T09:00, stage: application, do: submit, by: applicant, with: {documents: [application_form]}}
      - {at: 2021-04-08T09:00, stage: host_check, do: recommend, by: host}
      - {at: 2021-04-12T09:00, stage: preliminary, do: accept, by: province}
      - {at: 2021-04-14T09:00, stage: acceptance_publicity, do: publish, by: province}
      - {at: 2021-04-21T09:00, stage: correspondence_review, do: assign_experts, by: province,
         with: {reviewers: [甲, 乙], kin_experts: 无, conflicted_experts: [丙]}}
"""
REST = """
      - {at: 2021-05-10T09:00, stage: correspondence_review, do: select, by: province,
         with: {same_experts: 无, documents: [review_opinions]}}
      - {at: 2021-05-12T09:00, stage: panel_review, do: assign_panel, by: province,
         with: {panel: 丁, kin_experts: 无, conflicted_experts: 无}}
      - {at: 2021-05-20T09:00, stage: panel_review, do: propose, by: experts, with: {documents: [panel_opinion]}}
      - {at: 2021-06-01T09:00, stage: proposal_publicity, do: publish, by: province}
      - {at: 2021-06-10T09:00, stage: approval, do: approve, by: province,
         with: {granted: 20万元, task_book_due: 2021-07-09}}
      - {at: 2021-07-01T09:00, stage: task_book, do: submit, by: host, with: {documents: [task_book]}}
      - {at: 2021-07-15T09:00, stage: task_book_check, do: approve, by: office,
         with: {task_book_consistent: 是, funding_end: 2024-06-30}}
"""


def test_names_are_added_and_an_unknown_one_is_still_missing() -> None:
    more = "".join(
        f"      - {{at: 2021-04-{day}T09:00, stage: correspondence_review, do: withdraw, by: experts, "
        f"with: {{conflicted_experts: {names}}}}}\n"
        for day, names in ((22, "[乙, 丙]"), (23, "无"), (24, "未知"))
    )
    found = report(world(PROJECT + more, "2021-04-25"))["A"]
    assert found["facts"]["conflicted_experts"] == ["丙", "乙"]
    assert [refusal["code"] for refusal in found["refusals"]] == ["missing_input"]


def test_what_is_added_to_must_be_stated_by_the_act() -> None:
    stage = APPLICATION_LIFECYCLE.stage("correspondence_review")
    act = replace(stage.acts[0], adds=("panel",))
    changed = replace(stage, acts=(act, *stage.acts[1:]))
    stages = tuple(changed if one is stage else one for one in APPLICATION_LIFECYCLE.stages)
    with pytest.raises(DeclarationError, match="无从增补"):
        validate(replace(APPLICATION_LIFECYCLE, stages=stages), frozenset(catalogue()))


def test_only_the_declared_objector_may_object() -> None:
    objects = (
        "      - {at: 2021-06-02T09:00, stage: proposal_publicity, do: object, by: BY, with: {objector: 某, "
        "objector_applied: 是, through_host: 是, objection_ground: eligibility}}\n"
    )
    for by, codes in (("host", []), ("依托单位", []), ("applicant", ["wrong_actor"]), ("", ["wrong_actor"])):
        text = PROJECT + REST.partition("      - {at: 2021-06-10")[0] + objects.replace("BY", f'"{by}"')
        assert [refusal["code"] for refusal in report(world(text, "2021-06-03"))["A"]["refusals"]] == codes, by


def test_one_tick_settles_what_a_yearly_clock_opens_on_its_way() -> None:
    """The reports of 2021 and 2022 are opened by the same tick that runs past their own last days."""
    once, daily = world(PROJECT + REST, "2021-07-20"), world(PROJECT + REST, "2021-07-20")
    proceedings.tick(once, "A", date(2024, 2, 1))
    for year in (2021, 2022, 2023, 2024):
        for month in (1, 2, 6, 7, 11, 12):
            if date(2021, 7, 20) < date(year, month, 2) <= date(2024, 2, 1):
                proceedings.tick(daily, "A", date(year, month, 2))
    proceedings.tick(daily, "A", date(2024, 2, 1))
    assert once.load("A/progress1").progress.deadlines["progress.limit"].status == "lapsed"
    assert report(once) == report(daily)
    assert proceedings.tick(once, "A", date(2024, 2, 1)) == 0
