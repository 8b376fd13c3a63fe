"""Errata: an encoding that changed moves open cases only by a recorded act, validated as in the dry run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, select

from models import encoding, erratum
from shixian.casework.database import reading
from shixian.casework.encodings import encoding_text, make_erratum, pinned_elsewhere, store_encodings
from shixian.casework.lawbooks import LawBooks
from shixian.casework.nightly import look
from shixian.casework.verify import verify
from shixian.rules import canonical
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted, VersionError
from shixian.rules.kinds import submission
from shixian.rules.lifecycle import Closed
from shixian.rules.timing import months
from tests.casework.office import FACTS, HEAD, OFFICER, Office, at, day
from tests.lifecycles import GRANT, LIFECYCLES, UNIT, corrected

OLD = canonical.encoding(GRANT)


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def three_months() -> LawBooks:
    """The erratum: filing takes three months and not two."""
    filing = submission(
        "filing",
        "申报",
        clause="第二条",
        by=UNIT,
        within=months(3).after("opened"),
        lapse=Closed("视为放弃"),
        limits=GRANT.stages[0].acts[0].limits,
    )
    return corrected(stages=(filing, *GRANT.stages[1:]))


def without_report() -> LawBooks:
    return corrected(stages=GRANT.stages[:3])


def correct(office: Office, books: LawBooks, **options: Any) -> Any:
    given: dict[str, Any] = {"who": HEAD, "why": "第二条误录为两个月", "now": at("2021-02-01T09:00"), **options}
    return make_erratum(office.engine, "lab-grant", OLD, books=books, **given)


def test_encodings_are_kept_once_by_their_hash(office: Office) -> None:
    assert sorted(store_encodings(office.engine, LIFECYCLES)) == sorted(LIFECYCLES)
    assert store_encodings(office.engine, LIFECYCLES, now=at("2021-01-01T09:00")) == []
    assert encoding_text(office.engine, OLD) == canonical.encoding_text(GRANT)
    with pytest.raises(VersionError):
        encoding_text(office.engine, "0" * 64)


def test_a_changed_encoding_runs_no_case_before_an_erratum(office: Office) -> None:
    ref = office.open().ref
    changed = Office(office.engine, three_months())
    with pytest.raises(VersionError, match="勘误"):
        changed.act(ref, "filing", "submit", "unit", "2021-01-05T09:00")
    with pytest.raises(VersionError):
        changed.tick(ref, "2021-03-05")
    assert pinned_elsewhere(office.engine, books=changed.books) == {("lab-grant", OLD): 1}
    found = look(office.engine, day("2021-01-05"), now=at("2021-01-05T09:00"), books=changed.books)
    assert [one.kind for one in found] == ["other_encoding"]


def test_an_erratum_moves_open_cases_and_projects_their_deadlines_again(office: Office) -> None:
    refs = [office.open(facts={**FACTS, "field": field}).ref for field in ("光学", "声学", "力学")]
    office.act(refs[2], "filing", "submit", "unit", "2021-01-05T09:00")
    closed = office.open(facts={**FACTS, "field": "热学"}, day="2020-10-09").ref
    office.tick(closed, "2021-02-01")
    books = three_months()
    dry = correct(office, books, refs=refs[:2])
    assert (dry.moves, dry.kept, dry.problems) == (tuple(refs[:2]), (refs[2],), {})
    assert office.view(refs[0]).row["encoding"] == OLD  # a dry run writes nothing
    assert correct(office, books, refs=refs[:2], dry_run=False) == dry
    moved = office.view(refs[0])
    assert moved.row["encoding"] == canonical.encoding(books.lifecycle("lab-grant"))
    assert [row["last_day"] for row in moved.deadlines] == [day("2021-04-06")]  # 4 April is Qingming, off until the 5th
    told = next(e for e in moved.events if e.kind == "encoding_changed")
    assert (told.person, told.data["from"], told.data["why"]) == ("li", OLD, "第二条误录为两个月")
    assert office.view(refs[2]).row["encoding"] == OLD == office.view(closed).row["encoding"]
    with reading(office.engine) as connection:
        (row,) = connection.execute(select(erratum)).all()
        assert (row.moved, row.kept, row.person) == (2, 1, "li")
        assert len(connection.execute(select(encoding.c.hash)).all()) == 3
    assert Office(office.engine, books).act(refs[0], "filing", "submit", "unit", "2021-03-20T09:00").refusal is None
    assert verify(office.engine).problems == ()


def test_a_case_that_stands_on_what_is_gone_does_not_move(office: Office) -> None:
    ref = office.awarded()
    dry = correct(office, without_report())
    assert dry.moves == () and dry.problems == {ref: ["新编码没有环节 report", "新编码没有期限 report.yearly"]}
    with pytest.raises(CaseworkError, match="report"):
        correct(office, without_report(), dry_run=False)
    assert office.view(ref).row["encoding"] == OLD


def test_finished_stages_and_facts_must_still_be_there(office: Office) -> None:
    ref = office.awarded()
    other = replace(GRANT.stages[0], outcomes=(replace(GRANT.stages[0].outcomes[0], key="handed_in"),))
    assert correct(office, corrected(stages=(other, *GRANT.stages[1:]))).problems == {
        ref: ["新编码的环节 filing 没有结果 submitted"]
    }
    fewer = replace(GRANT.facts, fields=GRANT.facts.fields[1:])
    found = correct(office, corrected(facts=fewer)).problems[ref]
    assert found == ["没有名为 unit_code 的事实"]


def test_an_erratum_is_the_heads_and_says_why(office: Office) -> None:
    office.open()
    with pytest.raises(NotPermitted, match="审批"):
        correct(office, three_months(), who=OFFICER)
    with pytest.raises(CaseworkError, match="理由"):
        correct(office, three_months(), why=" ")
    with pytest.raises(NotFound, match="X-1"):
        correct(office, three_months(), refs=["X-1"])
    with pytest.raises(CaseworkError, match="当前编码"):
        correct(office, office.books)
