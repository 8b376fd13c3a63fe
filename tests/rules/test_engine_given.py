"""What must be given, and by whom: a required fact is not 无, money is owed to somebody, and an answer takes the place
of no act of discretion and of no other office."""

from __future__ import annotations

from typing import Any

import pytest

from shixian.rules.conditions import fact
from shixian.rules.facts import FactSet, Field, date_fact, money_fact, text_fact
from shixian.rules.lifecycle import Act, Actor, Binds, Decides, Lifecycle, Outcome, Owes, Stage
from shixian.rules.validation import validate
from shixian.scenarios import read_text, report, run
from tests.rules.small import OFFICE, PARTY, RULES

OTHER = Actor("other_office", "另一机关", Binds.OFFICE)
NAME: Field = text_fact("unit_name", "单位名称", clause="第二条", required=True, intake=True)
REPORTER: Field = text_fact("reporter", "举报人", clause="第二条", required=True, intake=True, sealed=True)


def programme(*named: Field, waits_for_grounds: bool = False) -> dict[str, Lifecycle]:
    """One stage: the office agrees to a day and says why, then grants money to a payee."""
    agree = Act(
        verb="agree", title="同意", by=(OFFICE,), clause="第三条", inputs=("agreed_day", "grounds"), discretion=True
    )
    grant = Act(
        verb="grant",
        title="给予",
        by=(OFFICE,),
        clause="第四条",
        outcome="granted",
        inputs=("granted",),
        decides=Decides(
            key="grant",
            title="资助",
            clause="第四条",
            amount=fact("granted"),
            owes=(Owes(payee=fact("payee"), debtor="财政", clause="第五条"),),
        ),
    )
    award = Stage(
        key="award",
        title="资助",
        clause="第四条",
        kind="决定",
        by=OFFICE,
        acts=(agree, grant),
        outcomes=(Outcome(key="granted", title="已给予"),),
    )
    after = Stage(
        key="after",
        title="其后",
        clause="第六条",
        kind="决定",
        by=OFFICE,
        after=("award",),
        only_if=fact("grounds").equals("x") if waits_for_grounds else None,
        acts=(Act(verb="end", title="办结", by=(OFFICE,), clause="第六条", outcome="ended"),),
        outcomes=(Outcome(key="ended", title="办结", ends_branch=True),),
    )
    facts = (
        *named,
        text_fact("payee", "收款人", clause="第五条", intake=True),
        money_fact("granted", "金额", clause="第四条"),
        date_fact("agreed_day", "同意的日期", clause="第三条", answered_by="office"),
        text_fact("grounds", "情由", clause="第三条"),
        text_fact("contact", "联系人", clause="第二条", answered_by="applicant"),
        text_fact("opinion", "意见", clause="第七条", answered_by="office"),
    )
    made = Lifecycle(
        key="given",
        title="填写试验",
        regulation=RULES,
        actors=(OFFICE, OTHER, PARTY),
        facts=FactSet(facts),
        stages=(award, after),
        module="tests.rules.test_engine_given",
    )
    validate(made)
    return {made.key: made}


def play(lifecycles: dict[str, Lifecycle], facts: str, *acts: str) -> Any:
    lines = "\n".join(f"      - {{at: 2021-03-0{day}T09:00, {act}}}" for day, act in enumerate(acts, start=1))
    listed = f"\n    acts:\n{lines}" if acts else ""
    text = f"programme: given\ncases:\n  A:\n    opened: 2021-03-01\n    facts: {facts}{listed}\nas_of: 2021-03-31\n"
    return report(run(read_text(text, lifecycles), lifecycles))["A"]


@pytest.mark.parametrize("value", ["无", "未知", '""'])
def test_a_required_fact_is_neither_unknown_nor_none(value: str) -> None:
    found = play(programme(NAME), f"{{unit_name: {value}}}")
    assert (found["status"], found["reason"], found["clause"]) == ("refused", "missing_input", "第二条")


def test_only_a_sealed_identity_may_be_withheld() -> None:
    assert play(programme(REPORTER), "{reporter: 无}")["status"] == "open"
    assert play(programme(REPORTER), "{}")["reason"] == "missing_input"


@pytest.mark.parametrize("facts", ["{}", "{payee: 无}"])
def test_no_money_is_owed_to_nobody(facts: str) -> None:
    grant = "stage: award, do: grant, by: office, with: {granted: 1万元}"
    found = play(programme(), facts, grant)
    refusal = found["refusals"][0]
    assert (refusal["code"], refusal["clause"], list(refusal["asks"])) == ("unknown", "第五条", ["payee"])
    assert found["obligations"] == [] and found["decisions"] == []
    paid = play(programme(), "{payee: 甲}", grant)
    assert [line["payee"] for line in paid["obligations"]] == ["甲"]
    nothing = play(programme(), facts, grant.replace("1万元", "0元"))
    assert nothing["refusals"] == [] and nothing["obligations"] == [], "zero owes nothing, to nobody"


def codes(found: Any) -> list[tuple[str, str]]:
    return [(line["code"], line["clause"]) for line in found["refusals"]]


def test_an_answer_is_no_way_round_an_act_of_discretion() -> None:
    answer = "stage: award, do: answer, by: office, reason: 补填, with: {agreed_day: 2021-05-01}"
    agree = "stage: award, do: agree, by: office, reason: 情况特殊, with: {agreed_day: 2021-05-01, grounds: y}"
    assert codes(play(programme(), "{}", answer)) == [("by_act", "第三条")]
    assert codes(play(programme(), "{}", answer.replace("award", "after"))) == [("by_act", "第三条")], (
        "whatever stage is named"
    )
    found = play(programme(), "{}", agree, answer.replace("05-01", "05-02"))
    assert codes(found) == [] and str(found["facts"]["agreed_day"]) == "2021-05-02", "the office corrects, and says why"


def test_what_the_case_itself_waits_for_may_be_answered() -> None:
    grant = "stage: award, do: grant, by: office, with: {granted: 1万元}"
    answer = "stage: award, do: answer, by: office, with: {grounds: x}"
    found = play(programme(waits_for_grounds=True), "{payee: 甲}", grant, answer)
    assert codes(found) == [] and found["stage"] == "after"


def test_one_office_does_not_answer_for_another_but_the_office_may_answer_for_the_party() -> None:
    answers = [
        f"stage: award, do: answer, by: {who}, reason: 核对, with: {{opinion: 可}}"
        for who in ("other_office", "office")
    ]
    assert codes(play(programme(), "{}", *answers)) == [("wrong_actor", "第七条")]
    assert codes(play(programme(), "{}", answers[1], answers[0])) == [("wrong_actor", "第七条")], (
        "nor change what it said"
    )
    contact = "stage: award, do: answer, by: other_office, with: {contact: 某人}"
    assert codes(play(programme(), "{}", contact)) == []
