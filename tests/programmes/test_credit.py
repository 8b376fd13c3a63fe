"""沪科规〔2020〕9号 as declared and as kept: its structure, its gate over every other programme, and both cases' events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select, update

from models import bar, refused_opening
from shixian.casework.cases import Opened, open_case, record_act, tick_case
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Person, Role
from shixian.casework.verify import verify
from shixian.casework.views import read_case
from shixian.programmes import catalogue, load
from shixian.programmes.shanghai import award, credit, matching_funds
from shixian.programmes.shanghai.credit_terms import CLASSES, GENERAL_ACTS, REGULATION, SERIOUS_ACTS
from shixian.programmes.shanghai.credit_use import SANCTION_CLAUSE
from shixian.rules import proceedings
from shixian.rules.bars import is_application, opening_bar
from shixian.rules.calendar import default_calendar
from shixian.rules.clauses import index, uses
from shixian.rules.decide import Acted, Decided
from shixian.rules.environment import Law
from shixian.rules.facts import FactType
from shixian.rules.lifecycle import Lifecycle
from shixian.rules.moves import Moves
from shixian.rules.periods import parse_day, parse_instant
from shixian.rules.register import EVERY, Bar, MemoryRegister
from shixian.rules.silences import reading_uses, silences
from shixian.rules.state import Case

UNIT, PERSON = "91310115MA1K35JX1M", "张一（甲大学）"
EVERYONE = Person("all", "测试", frozenset({Role.OFFICER, Role.SECTION_HEAD}))
BOOKS = LawBooks(load([award, credit, matching_funds]), default_calendar())
ARTICLES = [
    "第一条 第二条 第三条 第四条 第五条 第六条 第七条 第八条 第九条 第十条 第十一条 第十二条",
    "第十三条 第十四条 第十五条 第十六条 第十七条 第十八条 第十九条 第二十条 第二十一条 第二十二条",
    "第二十三条 第二十四条",
]
# The catalogue's stages, where they stand here: repetition makes objection and repair cases of their own.
STAGES = {
    "sh-credit": {"collect_city", "collect_other", "classify", "query", "delete_good", "objection"},
    "sh-credit-repair": {"repair_apply", "repair_decide"},
}


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Lifecycle]:
    return load([credit])


def test_every_article_stands_in_the_clause_index_once_and_in_order() -> None:
    assert [note.clause for note in REGULATION.clauses] == " ".join(ARTICLES).split()


def test_every_operative_article_is_used_and_no_other_is_cited(loaded: Mapping[str, Lifecycle]) -> None:
    found = index(REGULATION, [use for one in loaded.values() for use in uses(one)])
    assert ([entry.note.clause for entry in found.entries if entry.gap], found.astray, found.other_law) == ([], (), ())


def test_the_catalogues_stages_are_there(loaded: Mapping[str, Lifecycle]) -> None:
    for key, stages in STAGES.items():
        assert stages <= {stage.key for stage in loaded[key].stages}


def test_every_reading_is_used_somewhere(loaded: Mapping[str, Lifecycle]) -> None:
    assert [(k, r.key) for k, one in loaded.items() for r, places in reading_uses(one) if not places] == []


def test_what_the_text_leaves_open_is_listed(loaded: Mapping[str, Lifecycle]) -> None:
    listed = {(key, s.kind, s.clause) for key, one in loaded.items() for s in silences(one, loaded)}
    assert listed == {("sh-credit", "act", "第十三条第一款第（二）项"), ("sh-credit", "act", "第十三条第三款")}


def test_four_classes_five_general_and_ten_serious_acts() -> None:
    assert (len(CLASSES), len(GENERAL_ACTS), len(SERIOUS_ACTS)) == (4, 5, 10)
    assert not set(GENERAL_ACTS) & set(SERIOUS_ACTS)


# -- the gate over every other programme -----------------------------------------------------------------------------


def refused(lifecycle: Lifecycle, others: Mapping[str, Lifecycle]) -> tuple[str, str] | None:
    """What keeps a barred party from opening a case of this lifecycle: the clause and the words."""
    day = date(2021, 3, 11)
    register = MemoryRegister(
        barred=[Bar("P", EVERY, date(2021, 3, 10), date(2026, 3, 10), SANCTION_CLAUSE, "有严重失信信息", "R")]
    )
    case = Case("A", lifecycle.key, "", "", 2021, day, facts={lifecycle.party: "P"})
    found = opening_bar(Moves(lifecycle, case, Law(default_calendar(), register, others)), day)
    return None if found is None else (found.clause, found.because)


def test_a_serious_record_closes_every_application_with_clause_and_end_date() -> None:
    found = catalogue()
    identified = [
        one
        for one in found.values()
        if one.party in one.facts and one.facts[one.party].type in (FactType.UNIT_CODE, FactType.TEXT)
    ]
    expected = (SANCTION_CLAUSE, "有严重失信信息，限制至2026-03-10")
    assert {one.key: refused(one, found) for one in identified} == {
        one.key: expected if is_application(one) else None for one in identified
    }
    applications = {one.key for one in identified if is_application(one)}
    assert {"sh-matching-funds", "sh-award", "sh-incubator-recognition"} <= applications
    assert not applications & {"sh-credit", "sh-credit-objection", "sh-credit-repair", "sh-matching-funds-drawdown"}


# -- in the database: one transaction, both cases' events, and rows that verify --------------------------------------


def at(text: str) -> datetime:
    return parse_instant(text)


def opened(engine: Engine, key: str, day: str, ref: str, **facts: str) -> Opened:
    given = {"ref": ref, "person": EVERYONE, "now": at(f"{day}T23:59"), "books": BOOKS}
    return open_case(engine, key, facts, day=parse_day(day), **given)  # type: ignore[arg-type]


def act(engine: Engine, ref: str, when: str, stage: str, verb: str, by: str, **given: object) -> Decided:
    papers = tuple({"document": name} for name in given.pop("documents", ()))  # type: ignore[attr-defined]
    acted = Acted(stage, verb, by, at(when), given, papers)
    return record_act(engine, ref, acted, person=EVERYONE, now=at(when), books=BOOKS)


def serious(engine: Engine, ref: str, **party: str) -> None:
    """A serious item on the platform from 10 March 2021, without a sanction's own end."""
    facts = {"misconduct": "bribe", "handled_by": "市科委", "effective_on": "2021-03-01", "sanction_until": "无"}
    opened(engine, "sh-credit", "2021-03-08", ref, formed_on="2021-03-08", provider_kind="stcsm", **facts, **party)
    act(engine, ref, "2021-03-09T09:00", "classify", "classify", "stcsm", information_class="serious")
    assert act(engine, ref, "2021-03-10T10:00", "collect_city", "hand_in", "stcsm").refusal is None


def told(engine: Engine, ref: str, kind: str) -> list[Mapping[str, object]]:
    return [one.transition.data for one in read_case(engine, ref).events if one.transition.kind == kind]


NOMINATION = {
    "award_kind": "科技功臣奖",
    "suggested_grade": "无",
    "nominator_kind": "专家",
    "nominator_name": "顾院士（丁大学）",
    "expert_ground": "中国工程院院士",
    "expert_own_field": "是",
    "ground": "merit_science",
    "still_active": "是",
    "dispute_pending": "否",
    "permit_required": "否",
    "foreign_candidate": "否",
}


def nominate(engine: Engine, when: str) -> Decided:
    papers = ("nomination_form", "ip_commitment")
    return act(engine, "W", when, "nomination", "submit", "nominator", completers=PERSON, documents=papers)


def test_a_refused_opening_and_its_source_name_each_other(database: Engine) -> None:
    serious(database, "R", unit_code=UNIT, person_name="无")
    found = opened(database, "sh-matching-funds", "2021-03-11", "M", national_approval="2021-03-10", unit_code=UNIT)
    assert found.refusal is not None
    assert (found.refusal.code, found.refusal.clause) == ("barred", SANCTION_CLAUSE)
    assert "限制至2026-03-10" in found.refusal.because and "来源 R" in found.refusal.remedy
    with reading(database) as connection:
        assert [tuple(row) for row in connection.execute(select(refused_opening.c.ref, refused_opening.c.source))] == [
            ("M", "R")
        ]
    (applied,) = told(database, "R", "bar_applied")
    assert (applied["ref"], applied["lifecycle"], applied["act"], applied["last_day"]) == (
        "M",
        "sh-matching-funds",
        "open",
        "2026-03-10",
    )
    assert verify(database).problems == ()


def test_a_refused_nomination_and_its_source_name_each_other(database: Engine) -> None:
    opened(database, "sh-award", "2021-03-09", "W", **NOMINATION)
    serious(database, "R", unit_code="无", person_name=PERSON)
    decided = nominate(database, "2021-03-11T10:00")
    assert decided.refusal is not None and decided.refusal.code == "barred"
    (refusal,), (applied,) = told(database, "W", "refused"), told(database, "R", "bar_applied")
    assert (refusal["barred_by"], refusal["clause"]) == ("R", SANCTION_CLAUSE)
    assert (applied["ref"], applied["act"], applied["subject"]) == ("W", "nomination.submit", PERSON)
    assert verify(database).problems == ()


def test_both_events_or_neither(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(database, "sh-award", "2021-03-09", "W", **NOMINATION)
    serious(database, "R", unit_code="无", person_name=PERSON)

    def power_cut(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(proceedings, "_tell_source", power_cut)
        with pytest.raises(RuntimeError):
            nominate(database, "2021-03-11T10:00")
    assert (told(database, "W", "refused"), told(database, "R", "bar_applied")) == ([], [])
    nominate(database, "2021-03-11T10:00")
    assert (len(told(database, "W", "refused")), len(told(database, "R", "bar_applied"))) == (1, 1)


def repaired(engine: Engine) -> None:
    """Repair, applied for on the day three years are full (10 March 2024) and decided on the 15th."""
    claims = {"addressed_to": "provider", "corrected": "是", "duties_done": "是", "effect_gone": "是"}
    act(engine, "R", "2024-03-10T09:00", "repair", "open_repair", "subject")
    papers = ("good_faith_promise",)
    act(engine, "R/repair1", "2024-03-10T10:00", "repair_apply", "submit", "subject", **claims, documents=papers)
    act(engine, "R/repair1", "2024-03-11T10:00", "repair_decide_city", "accept", "stcsm")
    assert act(engine, "R/repair1", "2024-03-15T10:00", "repair_decide_city", "approve", "stcsm").refusal is None


def test_repair_is_not_barred_by_what_it_repairs_and_ends_it_in_the_same_transaction(database: Engine) -> None:
    serious(database, "R", unit_code="无", person_name=PERSON)
    opened(database, "sh-award", "2024-03-01", "W", **NOMINATION)
    assert nominate(database, "2024-03-14T10:00").refusal is not None
    repaired(database)
    assert (read_case(database, "R").row["reason"], read_case(database, "R/repair1").row["reason"]) == (
        "repaired",
        "completed",
    )
    with reading(database) as connection:
        (row,) = connection.execute(select(bar)).all()
    (ended,) = told(database, "R", "bar_end_set")
    assert (row.last_day, ended["before"], ended["last_day"]) == (date(2024, 3, 14), "2026-03-10", "2024-03-14")
    assert nominate(database, "2024-03-15T10:01").refusal is None
    assert verify(database).problems == ()


@pytest.mark.parametrize("change", [{"last_day": date(2021, 3, 11)}, {"subject": "别人"}, {"end_seq": 1}])
def test_a_bar_whose_row_was_changed_by_hand_does_not_verify(database: Engine, change: dict[str, object]) -> None:
    serious(database, "R", unit_code="无", person_name=PERSON)
    repaired(database)
    assert verify(database).problems == ()
    with transaction(database) as connection:
        connection.execute(update(bar).values(**change))
    assert any("限制" in problem for problem in verify(database).problems)


def test_the_query_term_of_a_serious_item_ends_with_a_later_sanction(database: Engine) -> None:
    serious(database, "R", unit_code="无", person_name=PERSON)
    papers = ("sanction_decision",)
    act(
        database,
        "R",
        "2022-05-06T10:00",
        "query",
        "record_sanction",
        "stcsm",
        sanction_until="2026-06-30",
        documents=papers,
    )
    for day, status in (("2026-06-30", "open"), ("2026-07-01", "closed")):
        tick_case(database, "R", parse_day(day), now=at(f"{day}T00:10"), books=BOOKS)
        assert read_case(database, "R").row["status"].value == status
    with reading(database) as connection:
        assert connection.scalars(select(bar.c.last_day)).all() == [date(2026, 6, 30)]
    assert verify(database).problems == ()
