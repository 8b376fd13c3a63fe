"""`case`, `cases`, `verify`, `erratum`, `anchor`, `people`: what is read, proved and corrected, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shixian.cli import main
from shixian.scenarios import read, report, run
from tests.casework.test_same_as_simulation import plain, replay
from tests.commands.stored import House, house
from tests.commands.test_casework import REF, opened, sql
from tests.database import MakeDatabase
from tests.lifecycles import GRANT, LIFECYCLES, UNIT_B, corrected

__all__ = ["house"]
SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
NAME = "王某某"


@pytest.fixture
def published(house: House) -> Iterator[House]:
    """A case whose notice is out since 1 February 2021 until the 7th (2-5, and 7, a Sunday worked)."""
    opened(house)
    house.done("call", "lab-grant", "0", "notice_length=5个工作日")
    house.done("act", REF, "filing", "submit")
    house.done("act", REF, "publicity", "publish")
    yield house


# -- case --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "sh-award/14-silent-nominator.yaml",
        "sh-incubator-recognition/article-14-notice.yaml",
        "sh-matching-funds/filing.yaml",
        "sh-matching-funds-drawdown/payment.yaml",
    ],
)
def test_a_stored_case_reads_as_the_simulated_one(
    name: str, make_database: MakeDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    """On SQLite and PostgreSQL: the JSON holds all that `simulate --json` says of the case, the text is complete."""
    from shixian.casework.lawbooks import default_books

    books = default_books()
    scenario = read(SCENARIOS / name, books.lifecycles)
    engine = make_database()
    replay(engine, scenario, books)
    url = engine.url.render_as_string(hide_password=False)
    expected = plain(report(run(scenario, books.lifecycles)), books.lifecycles)
    stored = [ref for ref, case in expected.items() if ref != "errors" and case["status"] != "refused"]
    assert stored
    for ref in stored:
        assert main(["case", ref, "--json", "--database", url]) == 0
        found = json.loads(capsys.readouterr().out)
        lines = [one["said"] for one in found["events"]]
        found = plain({ref: found}, books.lifecycles)[ref]
        assert holds(found, expected[ref]) == [], ref
        assert main(["case", ref, "--database", url]) == 0
        said = capsys.readouterr().out
        assert all(f"　{line}〔" in said for line in lines)
        for day in {event["legal_day"] for event in found["events"]}:
            assert main(["case", ref, "--as-of", day, "--database", url]) == 0
            assert f"截至 {day}" in capsys.readouterr().out
    assert main(["cases", "--status", "all", "--json", "--database", url]) == 0
    assert {row["ref"] for row in json.loads(capsys.readouterr().out)} == set(stored)


def holds(found: Any, expected: Any, where: str = "") -> list[str]:
    """Where `found` does not hold all of `expected`; more in a dictionary is no fault."""
    if isinstance(expected, dict) and isinstance(found, dict):
        gone = [f"{where}.{name} missing" for name in expected if name not in found]
        return gone + [p for n in expected if n in found for p in holds(found[n], expected[n], f"{where}.{n}")]
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return [p for n, (a, b) in enumerate(zip(found, expected, strict=True)) for p in holds(a, b, f"{where}.{n}")]
    return [] if found == expected else [f"{where}: {found} for {expected}"]


def test_holding_is_not_taken_for_granted() -> None:
    assert holds({"a": [1, {"b": 2}], "c": 3}, {"a": [1, {"b": 2}]}) == []
    assert holds({"a": [1]}, {"a": [1, 2]}) and holds({"a": 1}, {"b": 1}) and holds({"a": {"b": 1}}, {"a": {"b": 2}})


def test_a_past_day_is_what_stood_on_it(house: House) -> None:
    """The last day of the filing is 2021-04-01: on it the case is open, after it closed, whatever day it is now."""
    opened(house)
    house.at("2021-06-01T09:00")
    house.done("tick")
    for day, status, number in (("2021-02-01", "open", 3), ("2021-04-01", "open", 3), ("2021-04-02", "closed", 5)):
        data = house.done("case", REF, "--as-of", day, "--json").data
        assert (data["as_of"], data["status"], len(data["events"])) == (day, status, number)
        assert "may" not in data and data["deadlines"][0]["status"] == ("running" if status == "open" else "lapsed")
    assert house.done("case", REF, "--json").data["status"] == "closed"


def test_facts_have_their_origin(published: House) -> None:
    published.at("2021-02-08T09:00")
    published.done("act", REF, "award", "approve", "granted=100万元")
    told = published.done("case", REF)
    assert "单位名称（unit_name）：甲（第二条）〔2021-02-01 立案〕" in told.lines()
    assert "资助金额（granted）：1,000,000.00元（第五条）〔2021-02-08 审定·审定通过〕" in told.lines()
    assert "市财政局付甲 1000000.00元，第1期，条文未规定支付期限（第六条）" in told.lines()


def test_what_may_be_done_and_what_may_not(published: House) -> None:
    data = published.done("case", REF, "--json").data
    may = {(one["stage"], one["do"]): one for one in data["may"]}
    assert ("publicity", "object") in may and may["publicity", "object"]["by"] == ["objector"]
    assert {(one["stage"], one["do"]): one["refusal"]["clause"] for one in data["may_not"]} == {
        ("publicity", "publish"): "第四条"
    }
    published.at("2021-02-08T09:00")  # the window ended with the 7th, though no run has recorded it
    data = published.done("case", REF, "--json").data
    assert {one["do"] for one in data["may"]} >= {"approve"}
    assert "资助金额（granted）" in next(one["needs"] for one in data["may"] if one["do"] == "approve")
    assert "有期限已于 2021-02-07 届满。运行：shixian tick lab-grant" in published.done("case", REF).lines()
    assert not [one for one in data["may"] if one["do"] == "object"]


def test_nothing_may_be_done_to_a_closed_case(house: House) -> None:
    opened(house)
    house.at("2021-04-02T09:00")
    data = house.done("case", REF, "--json").data
    assert data["status"] == "open" and data["may"] == [] and "视为放弃（第二条）" in data["blocked"]


def test_an_objection_is_a_case_and_who_objects_is_not_told(published: House) -> None:
    told = published.done("act", REF, "publicity", "object", f"objector_name={NAME}", "grounds=有误")
    assert f"引起程序 lab-objection，案件 {REF}/objection1" in told.out
    shown = [published.done("case", ref, *more) for ref in (REF, f"{REF}/objection1") for more in ((), ("--json",))]
    assert all(NAME not in one.out for one in shown)
    assert "异议人姓名（objector_name）：已封存" in shown[2].out
    assert published.done("case", REF, "--json").data["children"][f"{REF}/objection1"]["status"] == "open"
    assert f"{REF}/objection1" in published("case", f"{REF}/objection2").err


# -- cases -------------------------------------------------------------------------------------------------------------


def test_the_worklist_has_the_least_legal_time_first(published: House) -> None:
    published.done("open", "lab-grant", f"unit_code={UNIT_B}", "unit_name=乙", "--day", "2021-01-04")
    published.done("open", "lab-grant", f"unit_code={UNIT_B}", "unit_name=丙", "--day", "2020-12-01")
    rows = published.done("cases", "--json").data
    # 丙 2020-12-01 + 2 months = 2021-02-01, today; 甲's window 2021-02-07; 乙 2021-01-04 + 2 months = 2021-03-04
    assert [(row["party"], row["next_day"], row["days_left"], row["clause"]) for row in rows] == [
        ("丙", "2021-02-01", 0, "第二条"),
        ("甲", "2021-02-07", 6, "第四条"),
        ("乙", "2021-03-04", 31, "第二条"),
    ]
    published.at("2021-02-02T09:00")
    shown = published.done("cases", "lab-grant").out
    assert "2021-02-01（申报 失权 第二条，已过1日，待处理）" in shown and "共 3 件" in shown
    published.done("tick")
    assert [row["party"] for row in published.done("cases", "--json").data] == ["甲", "乙"]
    assert [row["party"] for row in published.done("cases", "--status", "closed", "--json").data] == ["丙"]
    assert len(published.done("cases", "--status", "all", "--json").data) == 3
    assert "没有这样的案件" in published.done("cases", "lab-report").out


def test_a_list_has_only_what_waits_on_it(house: House) -> None:
    """sample-grant's report has no stated consequence (SILENT): overrun, the case waits for a decision."""
    from tests.commands import sample

    house.law(sample.CATALOGUE)
    house.done("migrate")
    facts = ("approved=2020-12-31", "kind=new", "staff=10", "unit_name=乙", "budget=100万元", "grade=A")
    house.done("open", "sample-grant", *facts, "--day", "2020-12-31")
    house.done("call", "sample-grant", "0", "notice_length=5个工作日")
    ref = "SAMPLE-G-2020-0001"
    form = Path(house.url.removeprefix("sqlite:///")).parent / "form.pdf"
    form.write_text("form")
    house.done("act", ref, "filing", "submit", "--document", f"form={form}")
    house.done("act", ref, "check", "pass")
    house.done("act", ref, "visit", "pass")
    house.done("act", ref, "publicity", "publish")
    house.at("2021-02-08T09:00")
    house.done("act", ref, "award", "approve", "granted=8万元")
    # 2021-02-08 + 30 days = 2021-03-10, a Wednesday
    house.at("2021-03-11T09:00")
    assert house.done("cases", "--list", "decide", "--json").data == []
    house.done("tick")
    (row,) = house.done("cases", "--list", "decide", "--json").data
    assert (row["ref"], [item["clause"] for item in row["lists"]]) == (ref, ["第七条"])
    assert house.done("cases", "--list", "ask", "--json").data == []
    data = house.done("case", ref, "--json").data
    assert {"allow_late", "end_case"} <= {one["do"] for one in data["may"]}
    (late,) = [one for one in data["may_not"] if one["do"] == "submit"]
    assert late["refusal"]["code"] == "late" and late["refusal"]["clause"] == "第七条"


# -- verify, anchor ----------------------------------------------------------------------------------------------------


def test_verify_counts_and_fails_on_nothing_and_on_every_change(house: House) -> None:
    empty = house("verify", "--json")
    assert empty.code == 1 and empty.data["holds"] is False and empty.data["problems"]
    opened(house)
    good = house.done("verify", "--json").data
    assert good == {"holds": True, "counts": good["counts"], "problems": []}
    assert (good["counts"]["cases"], good["counts"]["events"]) == (1, 3)
    sql(house, "update case_file set facts = replace(facts, '甲', '乙')")
    bad = house("verify")
    assert bad.code == 1 and any(line.startswith(f"{REF}：") for line in bad.lines())


def test_an_anchor_is_printed_once_a_day_and_the_same_again(house: House) -> None:
    assert house("anchor").code == 2  # nothing to anchor
    opened(house)
    first = house.done("anchor", "--json").data
    assert (first["day"], first["events"], first["cases"]) == ("2021-02-01", 3, 1)
    house.done("open", "lab-grant", f"unit_code={UNIT_B}")
    assert house.done("anchor", "--json").data == first
    house.at("2021-02-02T00:10")
    second = house.done("anchor")
    assert second.lines()[0].startswith("2021-02-02　事件 6，案件 2　") and first["digest"] not in second.out
    assert house("anchor", "--as-of", "2021-01-31").code == 2
    house.done("verify")


# -- erratum -----------------------------------------------------------------------------------------------------------


def test_an_erratum_is_a_dry_run_until_it_is_written(house: House) -> None:
    opened(house)
    house.done("open", "lab-grant", f"unit_code={UNIT_B}")
    before = house.done("case", REF, "--json").data["encoding"]
    house.law(corrected(title="实验室资助（勘误）").lifecycles)
    stopped = house("act", REF, "filing", "submit")
    assert stopped.code == 2 and "勘误" in stopped.err
    assert "勘误" in house.done("case", REF, "--json").data["blocked"]
    assert f"--from {before[:12]}" in house.done("migrate").out
    words = ("erratum", "lab-grant", "--who", "li", "--why", "名称有误")
    house.done("people", "add", "zhang", "officer")
    house.done("people", "add", "li", "section_head")
    assert "审批" in house(*words[:2], "--who", "zhang", "--why", "x", "--from", before).err
    assert before[:12] in house(*words, "--from", "0123").err
    assert house(*words, "--from", "").code == 2
    assert house("erratum", "lab-grant", "--who", "li", "--why", " ", "--from", before).code == 2
    dry = house.done(*words, "--from", before[:8], REF)
    assert "移动 1 件，不移动 1 件" in dry.out and "--write" in dry.out
    assert house.done("case", REF, "--json").data["encoding"] == before
    wet = house.done(*words, "--from", before[:8], REF, "--write", "--json").data
    assert (wet["moves"], wet["kept"], wet["written"]) == ([REF], ["LAB-G-2021-0002"], True)
    after = house.done("case", REF, "--json").data
    assert after["encoding"] == wet["to"] and after["events"][-1]["recorded_by"] == "li"
    house.done("act", REF, "filing", "submit", "--person", "zhang")
    assert house.done("verify").code == 0


def test_an_erratum_that_cannot_be_is_two(house: House) -> None:
    """The stage the case stands in is gone from the new encoding: nothing moves."""
    opened(house)
    pinned = house.done("case", REF, "--json").data["encoding"]
    stages = (*(stage for stage in GRANT.stages if stage.key not in ("filing", "publicity")),)
    lean = corrected(stages=(stages[0].__class__(**{**fields(stages[0]), "after": ()}), *stages[1:]))
    house.law(lean.lifecycles)
    told = house("erratum", "lab-grant", "--from", pinned, "--who", "command-line", "--why", "x")
    assert told.code == 2  # no such account: an erratum is always somebody's
    house.done("people", "add", "li", "section_head")
    told = house("erratum", "lab-grant", "--from", pinned, "--who", "li", "--why", "x")
    assert told.code == 2 and f"{REF}：新编码没有环节 filing" in told.out


def fields(stage: Any) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in stage.__dataclass_fields__}


# -- people ------------------------------------------------------------------------------------------------------------


def test_people_are_added_freely_until_somebody_minds_the_door(house: House) -> None:
    assert "尚无账号" in house.done("people").out
    house.done("people", "add", "zhang", "officer", "--name", "张三")
    assert house.done("people", "add", "zhang", "section_head", "--json").data == [
        {"key": "zhang", "name": "张三", "roles": ["officer", "section_head"], "party": ""}
    ]
    house.done("people", "add", "boss", "security_admin")
    for tokens in (("zhang", "operator"), ("boss", "officer")):
        told = house("people", "add", *tokens)
        assert told.code == 2 and "boss" in told.err  # must say by whom
    assert house("people", "add", "li", "officer", "--person", "zhang").code == 2
    assert "自己" in house("people", "add", "boss", "officer", "--person", "boss").err
    house.done("people", "add", "li", "applicant", "--party", UNIT_B, "--person", "boss")
    assert [one["key"] for one in house.done("people", "--json").data] == ["boss", "li", "zhang"]
    assert "li     li    申报单位（applicant）" in house.done("people").out


@pytest.mark.parametrize(
    "tokens",
    [
        ("add",),
        ("add", "zhang"),
        ("add", "zhang", "king"),
        ("add", "system", "officer"),
        ("add", "command-line", "officer"),
    ],
)
def test_a_wrong_account_is_two(house: House, tokens: tuple[str, ...]) -> None:
    assert house("people", *tokens).code == 2
    assert house.done("people", "--json").data == []


def test_an_applicant_acts_for_its_own_unit_only(house: House) -> None:
    opened(house)
    house.done("people", "add", "b", "applicant", "--party", UNIT_B)
    told = house("act", REF, "filing", "submit", "--person", "b")
    assert told.code == 2 and "本单位" in told.err
    assert set(LIFECYCLES) == {"lab-grant", "lab-objection", "lab-report"}
