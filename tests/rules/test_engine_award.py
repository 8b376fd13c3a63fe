"""What the award programme found in the engine: families settle fully, a deadline can be asked for, and an objection
that cannot be read is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shixian.programmes import catalogue
from shixian.programmes.shanghai.award import AWARD, LIFECYCLES
from shixian.rules import proceedings
from shixian.rules.conditions import Condition, Mark
from shixian.rules.environment import CaseEnvironment
from shixian.rules.errors import DeclarationError
from shixian.rules.facts import NONE
from shixian.rules.validation import validate
from shixian.scenarios import World, read_text, report, run

SIBLINGS = frozenset(lifecycle.key for lifecycle in LIFECYCLES)
OPENING = """
programme: sh-award
parameters: {notice_length: 10日, next_review_node: 2021-06-18}
cases:
  A:
    opened: 2021-03-01
    facts: {award_kind: 青年科技杰出贡献奖, suggested_grade: 无, nominator_kind: 专家, nominator_name: 甲,
            expert_ground: 中国科学院院士,
            expert_own_field: 是, completers: 乙, ground: youth_basic, dispute_pending: 否, permit_required: 否,
            project_name: 丙, foreign_candidate: 否}
    acts:
      - {at: 2021-03-10T10:00, stage: nomination, do: submit, by: nominator,
         with: {documents: [nomination_form, ip_commitment]}}
      - {at: 2021-03-12T10:00, stage: formal_check, do: pass, by: award_office}
      - {at: 2021-03-15T10:00, stage: publish_nominations, do: publish, by: award_office}
      - {at: 2021-04-01T10:00, stage: first_review, do: pass, by: review_committee, with: {first_review_experts: 丁}}
      - {at: 2021-04-20T10:00, stage: second_review, do: pass, by: review_committee,
         with: {second_review_experts: 丁, proposed_grade: 无}}
      - {at: 2021-04-22T10:00, stage: second_review_notice, do: publish, by: award_office}
"""
OBJECTS = (
    "      - {at: 2021-04-26T09:00, stage: second_review_notice, do: object, by: objector, with: {identity: 实名, "
    "objector_name: 戊, objector_contact: 己, documents: [written_objection, identity_proof, evidence]}}\n"
    "      - {at: 2021-04-28T09:00, child: objection1, stage: acceptance, do: accept, by: award_office}\n"
    "      - {at: 2021-04-29T09:00, child: objection1, stage: transfer, do: transfer, by: award_office, "
    "with: {transfer_period: 20日}}\n"
)


def world(more: str = "", as_of: str = "2021-04-30") -> World:
    return run(read_text(f"{OPENING}{more}as_of: {as_of}\n", catalogue()), catalogue())


def test_one_tick_settles_every_clock_of_the_family() -> None:
    """The window of the parent (05-06) and then the limit of the child (05-19), although the parent moved first."""
    one = world(OBJECTS)
    moved = proceedings.tick(one, "A", date(2021, 6, 1))
    assert moved >= 2
    assert one.load("A/objection1").progress.closed_on == "2021-05-19"
    assert one.load("A").progress.closed_on == "2021-05-19"
    assert proceedings.tick(one, "A", date(2021, 6, 1)) == 0


def test_one_tick_gives_what_daily_ticks_give() -> None:
    once, daily = world(OBJECTS), world(OBJECTS)
    proceedings.tick(once, "A", date(2021, 6, 1))
    for month, last in ((5, 31), (6, 1)):
        for day in range(1, last + 1):
            proceedings.tick(daily, "A", date(2021, month, day))
    assert report(once) == report(daily)


def test_a_deadline_as_last_set_is_a_mark() -> None:
    one = world()
    env = CaseEnvironment(one.law.lifecycles["sh-award"], one.load("A"), one.law)
    assert env.mark("second_review_notice.window.last_day") == date(2021, 5, 6)
    assert env.mark("formal_check.correction.last_day") is NONE


def test_the_mark_of_a_clock_that_is_not_there_does_not_load() -> None:
    stage = AWARD.stage("formal_check")
    wrong = Condition("wrong", "x", Mark("formal_check.no_such_clock.last_day") <= Mark("act"), "第三十五条")
    acts = tuple(replace(act, conditions=(wrong,)) for act in stage.acts)
    stages = tuple(replace(s, acts=acts) if s.key == stage.key else s for s in AWARD.stages)
    validate(AWARD, SIBLINGS)
    with pytest.raises(DeclarationError):
        validate(replace(AWARD, stages=stages), SIBLINGS)


@pytest.mark.parametrize("given", ["identity: 化名", "identity: 实名, documents: [photo]", "nickname: 戊"])
def test_an_objection_that_cannot_be_read_is_refused_and_opens_nothing(given: str) -> None:
    what = "at: 2021-04-26T09:00, stage: second_review_notice, do: object, by: objector"
    line = f"      - {{{what}, with: {{{given}}}}}\n"
    one = world(line)
    found: dict[str, Any] = report(one)["A"]
    assert [refusal["code"] for refusal in found["refusals"]] == ["bad_input"]
    assert found["children"] == {} and list(one.register.cases) == ["A"]


def test_a_clock_that_runs_only_while_an_objection_is_open_starts_with_it() -> None:
    assert "objection_handling.limit" not in world().load("A").progress.deadlines
    assert world(OBJECTS).load("A").progress.deadlines["objection_handling.limit"].last_day == "2021-06-07"
