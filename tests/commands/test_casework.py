"""`open`, `act`, `tick`, `call`, `put-back`: what they tell, what they refuse and record, what they do not record."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.commands.stored import House, house
from tests.lifecycles import LIFECYCLES, UNIT_A, UNIT_B

__all__ = ["house"]
REF = "LAB-G-2021-0001"


def opened(house: House, *facts: str) -> None:
    house.done("open", "lab-grant", f"unit_code={UNIT_A}", "unit_name=甲", *facts)


def events(house: House, ref: str = REF) -> list[str]:
    return [one["kind"] for one in house.done("case", ref, "--json").data["events"]]


def test_open_tells_reference_stage_and_deadlines(house: House) -> None:
    told = house.done("open", "lab-grant", f"unit_code={UNIT_A}", "--json").data
    assert (told["ref"], told["stages"], told["accepted"]) == (REF, ["filing"], True)
    # opened 2021-02-01 + 2 months = 2021-04-01, a Thursday
    assert [(one["last_day"], one["clause"], one["effect"]) for one in told["deadlines"]] == [
        ("2021-04-01", "第二条", "失权")
    ]
    assert house.done("open", "lab-grant", f"unit_code={UNIT_A}", "--cycle", "2022").out.startswith(
        "已立案　LAB-G-2022-0001"
    )


def test_a_refused_opening_is_two_and_named(house: House) -> None:
    told = house("open", "lab-grant", "unit_name=甲", "--json")
    assert told.code == 2 and told.data["accepted"] is False
    assert told.data["refusal"]["clause"] == "第二条" and told.data["refusal"]["asks"] == ["unit_code"]
    text = house("open", "lab-grant", f"unit_code={UNIT_A}", "--day", "2020-06-30")
    assert text.code == 2 and "未予立案" in text.out and "第九条" in text.out and "处理办法" in text.out


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        (("open", "nothing"), "lab-grant"),
        (("open", "lab-grant", "nothing=1"), "unit_code"),
        (("open", "lab-grant", "unit_code"), "名称=值"),
        (("open", "lab-grant", "field=a", "field=b"), "两次"),
        (("open", "lab-grant", f"unit_code={UNIT_A}", "--day", "2021-02-02"), "晚于"),
        (("act", "nothing", "filing", "submit"), REF),
        (("act", f"{REF}/objection9", "filing", "submit"), REF),
        (("act", REF, "nothing", "submit"), "filing 申报"),
        (("act", REF, "filing", "nothing"), "submit"),
        (("act", REF, "filing", "submit", "--by", "nobody"), "unit 申报单位"),
        (("act", REF, "filing", "answer", "field=光学"), "--by"),
        (("act", REF, "filing", "submit", "nothing=1"), "unit_code"),
        (("act", REF, "filing", "submit", "--document", "form=x.pdf"), "form"),
        (("act", REF, "filing", "submit", "--at", "2021-02-30"), "2021-02-30"),
        (("act", REF, "filing", "submit", "--at", "2021-02-01T09:01"), "晚于"),
        (("tick", "nothing"), "lab-grant"),
        (("tick", "--as-of", "2021-02-02"), "--dry-run"),
        (("call", "lab-grant", "2021", "nothing=1"), "notice_length"),
        (("call", "lab-grant", "2021", "notice_length=七天"), "期限"),
        (("put-back", REF), "没有被搁置"),
        (("put-back", "nothing"), REF),
        (("case", "nothing"), REF),
        (("case", REF, "--as-of", "2021-02-02"), "尚未到来"),
        (("case", REF, "--as-of", "2021-01-31"), "尚未立案"),
        (("cases", "nothing"), "lab-grant"),
        (("anchor", "--as-of", "2021-02-02"), "尚未到来"),
    ],
)
def test_a_slip_is_two_names_what_there_is_and_is_not_recorded(
    house: House, tokens: tuple[str, ...], says: str
) -> None:
    opened(house)
    before = events(house)
    told = house(*tokens)
    assert told.code == 2 and told.out == "" and says in told.err
    assert events(house) == before


def test_an_act_tells_what_happened_and_what_is_due(house: House) -> None:
    opened(house)
    told = house.done("act", REF, "申报", "submit", "--at", "2021-02-01T08:00")
    assert told.lines()[0] == f"{REF}　实验室资助（lab-grant）　办理中　环节：公示"
    assert "2021-02-01　“申报”办结：已提交（第二条）" in told.lines()
    assert house("act", REF, "publicity", "publish").code == 2  # its length is not set yet
    house.done("call", "lab-grant", "2021", "notice_length=5个工作日", "--because", "年度通知")
    told = house.done("act", REF, "publicity", "publish", "--json")
    # published Monday 1 February: 2, 3, 4, 5 and 7 (worked, for the Spring Festival) of February
    assert [(one["last_day"], one["clause"]) for one in told.data["deadlines"]] == [("2021-02-07", "第四条")]


def test_a_refusal_is_recorded_with_clause_reason_and_remedy(house: House) -> None:
    opened(house)
    told = house("act", REF, "filing", "submit", "--by", "主管部门")
    assert told.code == 2 and told.err == ""
    assert "退回（已记录）" in told.lines()
    assert "2021-02-01T09:00:00+08:00　申报·提交申报：“提交申报”不由主管部门作出（第二条）" in told.lines()
    assert "处理办法：应由申报单位作出" in told.lines()
    assert events(house)[-1] == "refused"


def test_what_ran_out_before_the_act_is_told_with_its_refusal(house: House) -> None:
    opened(house)
    house.at("2021-04-02T09:00")
    told = house("act", REF, "filing", "submit")
    assert told.code == 2 and "已终结" in told.lines()[0]
    assert "2021-04-01　案件终结：视为放弃（第二条）" in told.lines()


def test_nobody_is_assumed_once_there_are_accounts(house: House) -> None:
    opened(house)
    house.done("people", "add", "zhang", "officer", "--name", "张三")
    told = house("act", REF, "filing", "submit")
    assert told.code == 2 and "zhang（张三）" in told.err
    assert "zhang" in house("act", REF, "filing", "submit", "--person", "nobody").err
    house.done("act", REF, "filing", "submit", "--person", "zhang")
    recorded = house.done("case", REF, "--json").data["events"]
    assert recorded[0]["recorded_by"] == "system" and recorded[-1]["recorded_by"] == "zhang"
    # a yearly parameter is a section head's
    told = house("call", "lab-grant", "2021", "notice_length=5个工作日", "--person", "zhang")
    assert told.code == 2 and "审批" in told.err
    assert "people add" in house("call", "lab-grant", "2021", "notice_length=5个工作日").err


def test_an_account_without_the_right_is_refused_and_that_is_recorded(house: House) -> None:
    opened(house)
    house.done("people", "add", "sun", "auditor")
    told = house("act", REF, "filing", "submit", "--person", "sun")
    assert told.code == 2 and "只读" in told.err and events(house)[-1] == "refused"


def test_call_projects_open_deadlines_again(house: House) -> None:
    opened(house)
    house.done("call", "lab-grant", "0", "notice_length=5个工作日")
    house.done("act", REF, "filing", "submit")
    house.done("act", REF, "publicity", "publish")
    told = house.done("call", "lab-grant", "2021", "notice_length=10个工作日", "--because", "更正通知")
    assert "重新计算了 1 件" in told.out and "公示期定为 10 个工作日（第四条）" in told.out
    (deadline,) = house.done("case", REF, "--json").data["deadlines"][1:]
    # 2-5, 7, 8, 9, 10 February, then the Spring Festival (11-17), 18 and 19
    assert deadline["last_day"] == "2021-02-19"


def test_tick_says_what_lapsed_and_twice_is_as_once(house: House) -> None:
    opened(house)
    house.done("open", "lab-grant", f"unit_code={UNIT_B}", "field=光学")
    house.at("2021-04-02T00:10")
    dry = house.done("tick", "--dry-run")
    assert "申报：届满2件，处理2件，搁置0件（试运行）。失权2件（第二条）" in dry.lines()
    wet = house.done("tick", "lab-grant", "--json").data
    assert wet["lifecycles"] == {
        "lab-grant": [{"stage": "filing", "due": 2, "moved": 2, "set_aside": [], "lapsed": [["失权", "第二条", 2]]}]
    }
    assert "共 3 个程序：届满 0 件，处理 0 件，搁置 0 件" in house.done("tick").lines()
    assert house.done("verify").code == 0


def test_tick_keeps_to_the_cycle_asked_for(house: House) -> None:
    opened(house)
    house.at("2021-04-02T00:10")
    assert house.done("tick", "--cycle", "2022", "--json").data["lifecycles"]["lab-grant"] == []


def test_a_case_set_aside_is_told_listed_and_put_back(house: House) -> None:
    opened(house)
    sql(house, "update case_file set encoding = :other", other="0" * 64)
    house.at("2021-04-02T00:10")
    told = house.done("tick", "lab-grant")
    assert any(line.startswith(f"搁置 {REF}：") and "put-back" in line for line in told.lines())
    (row,) = house.done("cases", "--list", "broken", "--json").data
    assert row["ref"] == REF and row["lists"][0]["list"] == "broken"
    assert "put-back" in house.done("case", REF).out
    house.done("put-back", REF)
    assert house.done("cases", "--list", "broken", "--json").data == []


def test_the_nightly_look_is_part_of_the_whole_run(house: House) -> None:
    """A deadline row that somebody deleted: nothing runs out, and the run says so and ends with 1."""
    opened(house)
    assert house.done("tick", "--json").data["findings"] == []
    sql(house, "delete from deadline")
    told = house("tick")
    assert told.code == 1 and "夜查发现" in told.lines() and any(REF in line for line in told.lines())
    assert house("tick", "lab-grant").code == 0  # of one lifecycle alone it is not asked


def test_a_database_of_another_release_is_not_touched(house: House, tmp_path: Path) -> None:
    opened(house)
    sql(house, "update alembic_version set version_num = 'later'")
    told = house("cases")
    assert told.code == 2 and "later" in told.err and "migrate" in told.err
    assert house("verify").code == 1
    (tmp_path / "text.db").write_text("no database at all, " * 100, encoding="utf-8")
    house.url = f"sqlite:///{tmp_path / 'text.db'}"
    assert house("cases").code == 2
    house.url = "mysql://host/name"
    assert "不支持" in house("cases").err
    house.url = "nonsense"
    assert "地址" in house("cases").err


def test_migrate_names_cases_of_another_encoding(house: House) -> None:
    opened(house)
    sql(house, "update case_file set encoding = :other", other="ab" * 32)
    told = house.done("migrate")
    assert "lab-grant：1 件，shixian erratum lab-grant --from abababababab" in told.out
    assert "新保存编码 0 份" in told.out and set(LIFECYCLES) == {"lab-grant", "lab-objection", "lab-report"}


def sql(house: House, statement: str, **values: str) -> None:
    """What nobody may do, done."""
    engine = create_engine(house.url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()
