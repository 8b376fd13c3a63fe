"""The copy of a case's progress: equal, and sharing nothing that could change under the original."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from shixian.rules.state import DeadlineState, Progress, StageState


def changeable(value: Any) -> Iterator[int]:
    """The identities of all lists, dictionaries and records below a value."""
    if isinstance(value, dict | list) or is_dataclass(value):
        yield id(value)
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for part in [getattr(value, field.name) for field in fields(value)] if is_dataclass(value) else parts:
            yield from changeable(part)


def test_a_copy_is_equal_and_shares_nothing() -> None:
    progress = Progress(
        status="suspended",
        stages={"filing": StageState("open", "2021-01-04", acts={"submit": [1, "2021-01-05"]}, late_allowed=True)},
        deadlines={"filing.limit": DeadlineState("filing", "limit", "running", "2021-03-01")},
        windows={"notice": ["2021-01-04", "2021-01-08"]},
        suspensions=[["*", "异议", "第九条", "2021-01-04", None]],
        children={"A/objection1": ["objection", "open", None, "2021-01-04"]},
        lists={"ask:check": ["ask", "check", "第三条", "需查明：x"]},
        decisions={"grant": {"clause": "第五条", "fen": 100}},
        obligations=1,
    )
    assert all(getattr(progress, field.name) or field.name in UNSET for field in fields(progress)), (
        "a field is not tried"
    )
    made = progress.copy()
    assert made == progress
    assert not set(changeable(made)) & set(changeable(progress))


UNSET = {"reason", "clause", "closed_on", "closed_at", "text"}  # plain text, nothing to share
