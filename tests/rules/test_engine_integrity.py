"""What the integrity programme added to the engine: several extensions, bounded in all."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from shixian.programmes import load
from shixian.programmes.zhejiang import integrity
from shixian.scenarios import read_text, report, run


def case(text: str) -> Any:
    module = ModuleType("integrity_under_test")
    declared = getattr(integrity, "LIFECYCLES", None) or integrity.LIFECYCLES_DRAFT
    module.LIFECYCLES = declared  # type: ignore[attr-defined]
    lifecycles = load([module])
    return report(run(read_text(text, lifecycles), lifecycles))["A"]


OBJECTION = """
programme: zj-integrity-objection
cases:
  A:
    opened: 2021-03-01
    facts: {subject: 甲, decision_received: 无, one_unit: 是}
    acts:
      - {at: 2021-03-05T09:00, stage: object, do: submit, by: subject,
         with: {about: listing, objection_ground: 乙, documents: [application, evidence]}}
      - {at: 2021-03-08T09:00, stage: handle, do: accept, by: provider}
      - {at: 2021-03-09T09:00, stage: handle, do: extend, by: head, reason: 丙, with: {handling_extension: 5个工作日}}
      - {at: 2021-03-10T09:00, stage: handle, do: extend, by: head, reason: 丙, with: {handling_extension: MORE}}
      - {at: 2021-03-11T09:00, stage: handle, do: check_provider, by: provider}
as_of: 2021-03-12
"""


@pytest.mark.parametrize(
    ("more", "last_day", "codes"),
    [
        ("10个工作日", "2021-04-06", []),
        ("3个工作日", "2021-03-25", []),
        ("11个工作日", "2021-03-22", ["too_long"]),
        ("1日", "2021-03-22", ["bad_input"]),
    ],
)
def test_extensions_add_up_and_end_at_the_whole(more: str, last_day: str, codes: list[str]) -> None:
    """A later act computes the deadline again: two extensions of different lengths must still both count."""
    found = case(OBJECTION.replace("MORE", more))
    assert [refusal["code"] for refusal in found["refusals"]] == codes
    assert [str(line["last_day"]) for line in found["deadlines"] if line["stage"] == "handle"] == [last_day]
