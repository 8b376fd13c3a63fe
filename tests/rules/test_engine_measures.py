"""What an overrun leaves to a person: where the text names measures, nothing but a measure ends the case; and a person
whom one case names twice holds one slot of a limit that counts persons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shixian.rules.conditions import fact
from shixian.rules.facts import texts_fact
from shixian.rules.lifecycle import LeftToMeasures, Lifecycle, Limit, OneOf, Silent, lapses
from shixian.rules.validation import validate
from shixian.scenarios import read_text, report, run
from tests.rules.small import OBJECTION, SMALL

FILED_LATE = """
programme: small
cases:
  A:
    opened: 2021-01-04
    facts: {approved: 2021-01-04}
    acts:
      - {at: 2021-03-05T09:00, stage: filing, do: end_case, by: office, reason: 逾期}
      - {at: 2021-03-05T10:00, stage: filing, do: allow_late, by: office, reason: 准予}
as_of: 2021-03-06
"""


FORM = "with: {documents: [form]}"


def ended(lapse: Silent | OneOf) -> Any:
    """The filing of the small lifecycle (until 2021-03-04) with this lapse; ended, then allowed late, by the office."""
    filing = SMALL.stages[0]
    changed = replace(filing, clocks=tuple(replace(clock, lapse=lapse) for clock in filing.clocks))
    small = replace(SMALL, stages=(changed, *SMALL.stages[1:]))
    found = {"small": small, OBJECTION.key: OBJECTION}
    validate(small, frozenset(found))
    return report(run(read_text(FILED_LATE, found), found))["A"]


def test_the_office_ends_a_case_where_the_text_says_nothing() -> None:
    found = ended(Silent())
    assert (found["status"], found["reason"], found["closed_on"]) == ("closed", "discretion", "2021-03-05")


def test_the_office_does_not_end_a_case_past_the_measures_of_the_text() -> None:
    for lapse in (LeftToMeasures("由主管部门另行处理"), OneOf((), otherwise=LeftToMeasures("由主管部门另行处理"))):
        found = ended(lapse)
        assert found["status"] == "open"
        assert [(line["do"], line["code"], line["clause"]) for line in found["refusals"]] == [
            ("end_case", "by_measure", "第二条")
        ]
        assert "late_allowed" in [line["kind"] for line in found["events"]]


def test_what_a_lapse_can_come_to() -> None:
    one, other = Silent("甲"), LeftToMeasures("乙")
    assert list(lapses(OneOf(((fact("sealed_copy"), one),), otherwise=other))) == [one, other]
    assert list(lapses(other)) == [other]


def test_a_person_named_twice_in_one_case_holds_one_slot() -> None:
    facts = tuple(texts_fact(name, name, clause="第八条", intake=True) for name in ("leaders", "members"))
    limits = tuple(
        Limit(key="persons", clause="第八条", scope=(fact(field.name),), at_most=2, text="每人每年至多两项")
        for field in facts
    )
    filing = SMALL.stages[0]
    act = replace(filing.acts[0], limits=limits, inputs=("leaders", "members"))
    small: Lifecycle = replace(
        SMALL,
        facts=replace(SMALL.facts, fields=(*SMALL.facts.fields, *facts)),
        stages=(replace(filing, acts=(act, *filing.acts[1:])), *SMALL.stages[1:]),
        opening_limits=(),
    )
    found = {"small": small, OBJECTION.key: OBJECTION}
    persons = ((5, "A", "[甲]", "[甲, 乙]"), (6, "B", "[丙]", "[甲]"), (7, "C", "[甲]", "无"))
    cases = "\n".join(
        f"  {ref}:\n    opened: 2021-01-04\n"
        f"    facts: {{approved: 2021-01-04, leaders: {leaders}, members: {members}}}\n"
        f"    acts: [{{at: 2021-01-0{day}T09:00, stage: filing, do: submit, by: applicant, {FORM}}}]"
        for day, ref, leaders, members in persons
    )
    result = report(run(read_text(f"programme: small\ncases:\n{cases}\nas_of: 2021-01-08\n", found), found))
    assert [[line["code"] for line in result[ref]["refusals"]] for ref in "ABC"] == [[], [], ["limit"]]
